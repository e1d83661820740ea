//! What happens while it serves, on a line each.

use serde_json::json;

use super::{Style, paint};
use crate::diag::count;
use crate::runner::retention::bytes;
use crate::serve::Told;
use crate::store::Privacy;

/// Returns what happened as a line for people, with the time.
pub fn told(told: &Told) -> String {
    let time = paint(
        Style::Faint,
        jiff::Zoned::now().strftime("%Y-%m-%d %H:%M:%S"),
    );
    format!("{time}  {}", line(told))
}

fn line(told: &Told) -> String {
    match told {
        Told::Serving { enabled, address } => {
            let hint = match enabled {
                0 => " `sopwright enable NAME` lets one run by itself; it is seen here at once.",
                _ => "",
            };
            format!(
                "Serving {}, and answering on http://{address}. Ctrl-C stops it; what is under way then is gone on with at the next start.{hint}",
                count(*enabled, "enabled workflow")
            )
        }
        Told::Begins { workflow, run, why } => format!("{workflow} begins ({why}): {run}"),
        Told::Ended {
            workflow,
            run,
            outcome: Ok(summary),
        } => {
            let failed = match summary.failed {
                0 => String::new(),
                n => paint(Style::Bad, format!(", {n} failed")),
            };
            let cases = count(summary.cases, "case");
            let ended = match &summary.stopped_by {
                Some(why) => format!("stopped after {cases}{failed}: {why}"),
                None => format!("ended: {cases}{failed}"),
            };
            format!("{workflow} {ended}. `sopwright runs show {run}` tells more.")
        }
        Told::Ended {
            workflow,
            outcome: Err(error),
            ..
        } => paint(Style::Bad, format!("{workflow} could not be run: {error}")),
        Told::Later {
            workflow, why, at, ..
        } => {
            let at = at.to_zoned(jiff::tz::TimeZone::system());
            let at = at.strftime("%a %H:%M");
            paint(
                Style::Warn,
                format!("{workflow} could not be run, and is tried again at {at}: {why}"),
            )
        }
        Told::Unusable { workflow, why } => paint(
            Style::Warn,
            format!("{workflow} is enabled, and cannot run by itself: {why}"),
        ),
        Told::Pruned { runs, free } => format!(
            "Removed {} that were over for longer than they are kept: {} of the journal are free for later",
            count(*runs, "run"),
            bytes(*free)
        ),
        Told::Watching { workflow, rows } => format!(
            "{workflow} is watched from now on. What is there starts nothing: {}",
            count(*rows, "row")
        ),
    }
}

/// Logs what happened. What is an error in words is told with its run, which is logged as such.
pub fn log_told(told: &Told) {
    let message = super::unpainted(&line(told));
    match told {
        Told::Serving { .. } | Told::Watching { .. } => tracing::info!("{message}"),
        Told::Pruned { .. } => tracing::info!("{message}"),
        Told::Begins { workflow, run, .. }
        | Told::Ended {
            workflow,
            run,
            outcome: Ok(_),
        } => tracing::info!(run, workflow, "{message}"),
        Told::Ended { workflow, run, .. } | Told::Later { workflow, run, .. } => {
            let message = Privacy::default().text(&message, &[]);
            tracing::warn!(run, workflow, "{message}");
        }
        Told::Unusable { workflow, .. } => {
            let message = Privacy::default().text(&message, &[]);
            tracing::warn!(workflow, "{message}");
        }
    }
}

/// Returns what happened as a line of JSON.
pub fn told_as_json(told: &Told) -> String {
    let mut line = match told {
        Told::Serving { enabled, address } => {
            json!({"event": "serving", "enabled": enabled, "address": address.to_string()})
        }
        Told::Begins { workflow, run, why } => {
            json!({"event": "begins", "workflow": workflow, "run": run, "why": why})
        }
        Told::Ended {
            workflow,
            run,
            outcome: Ok(summary),
        } => {
            json!({"event": "ended", "workflow": workflow, "run": run, "cases": summary.cases, "failed": summary.failed})
        }
        Told::Ended {
            workflow,
            run,
            outcome: Err(error),
        } => {
            json!({"event": "not_run", "workflow": workflow, "run": run, "why": error.to_string()})
        }
        Told::Later {
            workflow,
            run,
            why,
            at,
        } => {
            json!({"event": "later", "workflow": workflow, "run": run, "why": why, "again": at.to_string()})
        }
        Told::Unusable { workflow, why } => {
            json!({"event": "unusable", "workflow": workflow, "why": why})
        }
        Told::Pruned { runs, free } => {
            json!({"event": "pruned", "runs": runs, "bytes_free": free})
        }
        Told::Watching { workflow, rows } => {
            json!({"event": "watching", "workflow": workflow, "rows": rows})
        }
    };
    line["at"] = json!(jiff::Timestamp::now().to_string());
    line.to_string()
}
