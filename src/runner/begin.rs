//! Where a run begins, or goes on.

use std::path::PathBuf;

use serde_json::Value as Json;

use crate::diag::{Error, Result};
use crate::engine::RunInfo;
use crate::sop::Sop;
use crate::spec;
use crate::store::journal::Run;
use crate::store::{Fingerprint, Journal, Stored};

/// Where a run begins, or goes on.
pub struct Begin {
    /// Its id and clock.
    pub info: RunInfo,
    /// What started it gives.
    pub trigger: Json,
    /// Only the case of this key.
    pub only: Option<String>,
    /// Where its files go.
    pub folder: PathBuf,
    /// Where its results go.
    pub results: PathBuf,
}

impl Begin {
    /// Returns where a run goes on that was cut short.
    pub fn of(run: &Run) -> Self {
        Begin {
            info: run.info.clone(),
            trigger: run.inputs.clone(),
            only: run.only.clone(),
            folder: run.folder.clone(),
            results: run.results.clone(),
        }
    }
}

/// Returns the workflow of a run, as it was when the run began.
///
/// # Errors
/// If the journal cannot be read.
pub fn as_it_was(journal: &Journal, run: &Run) -> Result<Stored> {
    let version = journal.version(&run.version)?;
    let draft = spec::read(&version.workflow).map_err(|finding| {
        Error::input(format!("The workflow of {} cannot be read", run.info.id)).with(vec![*finding])
    })?;
    Ok(Stored {
        name: run.info.workflow.clone(),
        draft,
        sop: Sop::parse(&version.sop),
        fingerprint: Fingerprint::of(&version.workflow),
        text: version.workflow,
    })
}

/// Returns an id that no run has: two may begin within a second.
///
/// # Errors
/// If the journal cannot be read.
pub fn free_id(journal: &Journal, workflow: &str) -> Result<String> {
    let now = jiff::Zoned::now().strftime("%Y%m%d-%H%M%S");
    let wanted = format!("{workflow}-{now}");
    let taken = journal.runs(Some(workflow), 100)?;
    let mut id = wanted.clone();
    let mut number = 2;
    while taken.iter().any(|run| run.info.id == id) {
        id = format!("{wanted}-{number}");
        number += 1;
    }
    Ok(id)
}
