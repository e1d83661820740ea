//! Every saved version of a workflow, with why it changed.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::write_atomically;
use crate::diag::{Error, Result};

/// One saved version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Version {
    /// Counts from 1.
    pub number: usize,
    /// When it was saved, RFC 3339.
    pub saved_at: String,
    /// Why it changed.
    pub why: String,
    /// The document.
    pub workflow: Json,
}

/// Adds a version to the history of a workflow.
pub(super) fn add(folder: &Path, text: &str, why: &str) -> Result<()> {
    let number = read(folder).last().map_or(1, |v| v.number + 1);
    let version = Version {
        number,
        saved_at: jiff::Timestamp::now()
            .strftime("%Y-%m-%dT%H:%M:%SZ")
            .to_string(),
        why: why.to_owned(),
        workflow: serde_json::from_str(text).unwrap_or_default(),
    };
    let text = serde_json::to_string_pretty(&version)
        .map_err(|e| Error::input("The version cannot be written").caused_by(e))?;
    write_atomically(
        &folder.join("history").join(format!("{number:04}.json")),
        (text + "\n").as_bytes(),
    )
}

/// Adds what lies on disk, if its last version is another one: nothing is lost that was changed by
/// hand, or came without its history.
pub(super) fn catch_up(folder: &Path, present: &str) -> Result<()> {
    let Ok(workflow) = serde_json::from_str::<Json>(present) else {
        return Ok(());
    };
    match read(folder).last() {
        Some(last) if last.workflow == workflow => Ok(()),
        Some(_) => add(folder, present, "Changed outside Sopwright"),
        None => add(folder, present, "As it was found"),
    }
}

/// Reads the versions of a workflow, the oldest first; what cannot be read is passed over.
pub(super) fn read(folder: &Path) -> Vec<Version> {
    let mut versions: Vec<Version> = fs::read_dir(folder.join("history"))
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| fs::read_to_string(entry.path()).ok())
        .filter_map(|text| serde_json::from_str(&text).ok())
        .collect();
    versions.sort_by_key(|v| v.number);
    versions
}
