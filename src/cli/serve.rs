//! `sopwright serve`, `enable`, `disable` and `upcoming`

use std::process::ExitCode;

use jiff::Timestamp;
use serde_json::json;

use super::Context;
use super::inbox::who;
use crate::diag::{Error, Result};
use crate::rehearse::LlmAnswers;
use crate::serve::{self, Launcher, NO_SCHEDULE, Told, Watchman};
use crate::spec::{TriggerKind, when};
use crate::{store, ui};

pub(super) async fn serve(context: &Context, at_once: Option<u16>) -> Result<ExitCode> {
    let launcher = Launcher {
        llm: context.llm().await?,
        at_once: context.at_once(at_once),
        ..launcher(context)?
    };
    let json = context.is_json();
    serve::serve(launcher, stopped(), &mut |told| tell(&told, json)).await?;
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn enable(context: &Context, name: &str, enabled: bool) -> Result<ExitCode> {
    let stored = store::load(&context.workspace, name)?;
    let journal = context.journal()?;
    let when = stored.draft.workflow.as_ref().map(|w| when(&w.trigger));
    let when = when.unwrap_or_default();
    if enabled {
        let (checked, ..) = context.checked(&stored).await?;
        if !matches!(checked.workflow().trigger.kind, TriggerKind::Schedule(_)) {
            return Err(Error::input(format!("`{name}` cannot run by itself: {NO_SCHEDULE}")).help(
                format!("Say when it should run, as in: sopwright edit {name} \"every Monday at 8 in London\""),
            ));
        }
    }
    let now = Timestamp::now().as_millisecond();
    journal.watch(name, enabled, &who(), now).await?;
    if context.is_json() {
        ui::out(json!({"workflow": name, "enabled": enabled, "when": when}).to_string());
    } else if enabled {
        ui::out(format!(
            "{} runs by itself: {when}. `sopwright serve` has to be up for it.",
            ui::paint(ui::Style::Strong, name)
        ));
    } else {
        ui::out(format!(
            "{} no longer runs by itself.",
            ui::paint(ui::Style::Strong, name)
        ));
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn upcoming(context: &Context) -> Result<ExitCode> {
    let launcher = launcher(context)?;
    let journal = launcher.journal.clone();
    // Looks, and starts nothing.
    let mut watchman = Watchman::new(launcher.into());
    watchman.look(Timestamp::now())?;
    let next = watchman.upcoming();
    let unusable: Vec<(&str, &str)> = watchman.unusable().collect();
    let is_up = journal.hold_server()?.is_none();
    if context.is_json() {
        let next: Vec<_> = next
            .iter()
            .map(|(at, name)| json!({"workflow": name, "at": at.to_string()}))
            .collect();
        let unusable: Vec<_> = unusable
            .iter()
            .map(|(name, why)| json!({"workflow": name, "why": why}))
            .collect();
        let told = json!({"serving": is_up, "upcoming": next, "unusable": unusable});
        ui::out(serde_json::to_string_pretty(&told).unwrap_or_default());
        return Ok(ExitCode::SUCCESS);
    }
    if next.is_empty() && unusable.is_empty() {
        ui::out("Nothing runs by itself. `sopwright enable NAME` lets a workflow do so.");
        return Ok(ExitCode::SUCCESS);
    }
    ui::out(ui::upcoming(&next, &unusable, Timestamp::now()));
    if !is_up {
        ui::out(ui::paint(
            ui::Style::Warn,
            "Nothing of it runs while `sopwright serve` is not up.",
        ));
    }
    Ok(ExitCode::SUCCESS)
}

fn launcher(context: &Context) -> Result<Launcher> {
    Ok(Launcher {
        workspace: context.workspace.clone(),
        journal: context.journal()?,
        llm: LlmAnswers::placeholders().into(),
        at_once: 1,
    })
}

/// Returns when the process is asked to stop.
async fn stopped() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    // Without signals it is stopped by ending the process, which loses nothing.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Shows what happened, on a line.
fn tell(told: &Told, json: bool) {
    let at = jiff::Zoned::now();
    if json {
        let mut line = match told {
            Told::Serving { enabled } => json!({"event": "serving", "enabled": enabled}),
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
            Told::Unusable { workflow, why } => {
                json!({"event": "unusable", "workflow": workflow, "why": why})
            }
        };
        line["at"] = json!(at.timestamp().to_string());
        ui::out(line.to_string());
        return;
    }
    let time = ui::paint(ui::Style::Faint, at.strftime("%Y-%m-%d %H:%M:%S"));
    let line = match told {
        Told::Serving { enabled } => {
            let hint = match enabled {
                0 => " `sopwright enable NAME` lets one run by itself; it is seen here at once.",
                _ => "",
            };
            format!(
                "Serving {}. Ctrl-C stops it; what is under way then is gone on with at the next start.{hint}",
                crate::diag::count(*enabled, "enabled workflow")
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
                n => ui::paint(ui::Style::Bad, format!(", {n} failed")).to_string(),
            };
            format!(
                "{workflow} ended: {}{failed}. `sopwright runs show {run}` tells more.",
                crate::diag::count(summary.cases, "case")
            )
        }
        Told::Ended {
            workflow,
            outcome: Err(error),
            ..
        } => ui::paint(
            ui::Style::Bad,
            format!("{workflow} could not be run: {error}"),
        )
        .to_string(),
        Told::Unusable { workflow, why } => ui::paint(
            ui::Style::Warn,
            format!("{workflow} is enabled, and cannot run by itself: {why}"),
        )
        .to_string(),
    };
    ui::out(format!("{time}  {line}"));
}
