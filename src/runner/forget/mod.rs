//! Forgetting a case: what Sopwright keeps of it is found, told, and removed, and what cannot be
//! reached is said.

mod files;

use std::path::{Path, PathBuf};

use crate::diag::{Error, Result, count};
use crate::store::journal::{RunStatus, Traces};
use crate::store::quotes::is_too_short;
use crate::store::{Journal, Workspace};

use files::Place;

/// What was found of a case.
#[derive(Debug, Default)]
pub struct Found {
    key: String,
    workflow: Option<String>,
    traces: Traces,
    /// Files that are removed whole, or lose what is about the case.
    places: Vec<Place>,
    /// Files that name it and are left to a person.
    left: Vec<PathBuf>,
}

impl Found {
    /// Was nothing found that can be removed?
    pub fn is_nothing(&self) -> bool {
        let traces = &self.traces;
        traces.cases.is_empty()
            && traces.quoted.is_empty()
            && traces.to_come.is_empty()
            && traces.seen == 0
            && self.places.is_empty()
    }

    /// Returns what is removed, on a line each.
    pub fn told(&self) -> Vec<String> {
        let traces = &self.traces;
        let mut runs: Vec<&str> = traces.cases.iter().map(|case| case.id.as_str()).collect();
        runs.dedup();
        let mut told = Vec::new();
        if !runs.is_empty() {
            told.push(format!(
                "In the journal of {} ({}): its rows, results and reasons, {} and {}",
                count(runs.len(), "run"),
                some(&runs),
                count(traces.effects, "effect"),
                count(traces.approvals, "approval")
            ));
        }
        if !traces.quoted.is_empty() {
            let ids: Vec<&str> = traces.quoted.iter().map(|(_, id)| id.as_str()).collect();
            told.push(format!(
                "What the summary or inputs of {} say of it ({})",
                count(ids.len(), "run"),
                some(&ids)
            ));
        }
        if !traces.to_come.is_empty() {
            let runs = count(traces.to_come.len(), "run");
            told.push(format!(
                "What is to start {runs}, not begun yet: it starts none"
            ));
        }
        if !traces.answers.is_empty() {
            told.push(format!(
                "{} of models, where they are kept for later",
                count(traces.answers.len(), "answer")
            ));
        }
        if traces.seen > 0 {
            told.push(
                "The mark that its row was seen: a digest stays, so that it starts no run again"
                    .to_owned(),
            );
        }
        told.extend(self.places.iter().map(Place::told));
        told
    }

    /// Returns what is not reached, on a line each.
    pub fn beyond(&self) -> Vec<String> {
        let mut beyond = Vec::new();
        for (to, n) in &self.traces.delivered {
            beyond.push(format!("What was sent: {to} ({})", count(*n, "time")));
        }
        for id in &self.traces.shared {
            beyond.push(format!(
                "Number {id} of the inbox, made of all cases of a run, names it: edit or reject it"
            ));
        }
        beyond.extend(
            self.left
                .iter()
                .map(|file| format!("{} names it: see yourself what it says", file.display())),
        );
        if is_too_short(&self.key) {
            beyond.push(format!(
                "`{}` is too short to be looked for within texts, such as documents and conversations",
                self.key
            ));
        }
        beyond.push(
            "The tables that it comes from: a new run takes it up again as long as it is there"
                .to_owned(),
        );
        beyond.push(
            "Backups, and whatever was copied or sent on; logs; what models were told".to_owned(),
        );
        beyond
    }
}

/// Finds what the workspace keeps of a case.
///
/// # Errors
/// If the journal cannot be read, or a run that has the case is under way.
pub fn find(
    workspace: &Workspace,
    journal: &Journal,
    key: &str,
    workflow: Option<&str>,
) -> Result<Found> {
    let traces = journal.traces(key, workflow)?;
    let mut known = Vec::new();
    for run in journal.runs(workflow, usize::MAX >> 1)? {
        let is_of_it = traces.cases.iter().any(|case| case.run == run.number);
        if is_of_it && run.status == RunStatus::Running {
            return Err(
                Error::blocked(format!("The run {} is under way", run.info.id))
                    .because(format!("`{key}` is one of its cases"))
                    .help("Wait for its end, or stop it; then forget the case."),
            );
        }
        known.push((run.folder, run.results));
    }
    let (places, left) = files::find(workspace, &known, key, workflow, &traces);
    Ok(Found {
        key: key.to_owned(),
        workflow: workflow.map(str::to_owned),
        traces,
        places,
        left,
    })
}

/// What came of forgetting.
#[derive(Debug, Default)]
pub struct Forgotten {
    /// What could not be removed, on a line each.
    pub failed: Vec<String>,
    /// What is still to be done.
    pub note: Option<&'static str>,
}

/// Removes what was found, and writes the journal anew, so that nothing lingers in the room that
/// became free.
///
/// # Errors
/// If the journal cannot be written; files are untouched then.
pub async fn forget(journal: &Journal, found: &Found) -> Result<Forgotten> {
    let workflow = found.workflow.as_deref();
    journal.forget(&found.key, workflow, &found.traces).await?;
    let failed = found.places.iter().filter_map(|place| {
        let error = place.remove(&found.key).err()?;
        Some(format!("{}: {error}", place.path().display()))
    });
    let failed = failed.collect();
    let note = if journal.is_in_use()? {
        Some(LINGERS)
    } else {
        journal.give_back()?;
        None
    };
    Ok(Forgotten { failed, note })
}

const LINGERS: &str = "A run or `sopwright serve` is at work, so that the journal could not be written anew: pieces of what was removed may linger in its free room. Say the same once more when nothing runs.";

/// Returns the first few of a list.
fn some(all: &[&str]) -> String {
    const FEW: usize = 5;
    let first = all.iter().take(FEW).copied().collect::<Vec<_>>().join(", ");
    match all.len().saturating_sub(FEW) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

/// Returns the name of a file.
fn name_of(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}
