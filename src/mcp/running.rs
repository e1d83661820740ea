//! A run that an assistant has begun: the answer waits for its end for a while, and meanwhile the
//! assistant can call other tools.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value as Json, json};
use tokio::task::JoinHandle;

use crate::diag::{Error, Result};
use crate::rehearse::Clock;
use crate::serve::Launcher;
use crate::store::journal::{Run, moment};

/// How long an answer waits for a run to end; it goes on behind it.
const PATIENCE: Duration = Duration::from_secs(45);

/// A run that was begun.
pub struct Running {
    launcher: Arc<Launcher>,
    run: String,
    work: JoinHandle<Result<()>>,
}

impl Running {
    /// Begins a run that the journal knows. It goes on whether or not anybody waits for its end.
    pub(super) fn begin(launcher: Arc<Launcher>, run: String, clock: Clock) -> Self {
        let (of_work, id) = (launcher.clone(), run.clone());
        let work = tokio::spawn(async move { carried_out(&of_work, &id, &clock).await });
        Running {
            launcher,
            run,
            work,
        }
    }

    /// Waits for its end, and returns what it came to.
    ///
    /// # Errors
    /// If it could not be carried out.
    pub(super) async fn ended(self) -> Result<Json> {
        let run = self.run;
        match tokio::time::timeout(PATIENCE, self.work).await {
            Ok(Ok(ended)) => {
                ended?;
                shown(&self.launcher, &run)
            }
            Ok(Err(_)) => Err(Error::unavailable(format!("The run {run} broke off"))
                .help(format!("`sopwright run --resume {run}` goes on with it."))),
            Err(_) => Ok(
                json!({"run": run, "status": "under way", "note": "show_run tells how far it is."}),
            ),
        }
    }
}

async fn carried_out(launcher: &Launcher, run: &str, clock: &Clock) -> Result<()> {
    let outcome = launcher.carry_out(run, clock).await;
    if let Err(error) = &outcome {
        launcher.journal.not_begun(run, &error.to_string()).await?;
    }
    outcome.map(|_| ())
}

/// Returns how far a run is, and what it came to.
///
/// # Errors
/// If there is none of that id.
pub(super) fn shown(launcher: &Launcher, id: &str) -> Result<Json> {
    let run = launcher.journal.run(id)?;
    let mut told = told(&run);
    told["summary"] = run.summary.clone().unwrap_or_default();
    told["results"] = run.results.display().to_string().into();
    Ok(told)
}

/// Returns a run in a line.
pub(super) fn told(run: &Run) -> Json {
    json!({"run": run.info.id, "workflow": run.info.workflow, "status": run.status,
        "started": moment(run.started), "cases": run.finished, "failed": run.failed, "why": run.why})
}
