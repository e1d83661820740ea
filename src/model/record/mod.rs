//! Exchanges kept in a folder, one file each, and answered from it again.
//!
//! A file holds the request, the reply and the request's key; a request carries no credentials,
//! so neither does the recording.

mod difference;
mod recorder;
mod replay;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

pub use recorder::Recorder;
pub use replay::Replay;

use super::{ModelError, ModelErrorKind, Reply, Request};

/// One request and its reply, as written to a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Exchange {
    /// The SHA-256 of the request's canonical JSON.
    key: String,
    /// The model that answered.
    model: String,
    request: Request,
    reply: Reply,
}

/// Returns the SHA-256 of the request's JSON with its keys in order, in hexadecimal.
fn key(request: &Request) -> String {
    // A request is plain data, whose JSON cannot fail; without JSON no two requests would match.
    let value = serde_json::to_value(request).unwrap_or_default();
    let digest = Sha256::digest(sorted(value).to_string());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn sorted(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(sorted).collect(),
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.into_iter().collect();
            fields.sort_by(|a, b| a.0.cmp(&b.0));
            fields.into_iter().map(|(k, v)| (k, sorted(v))).collect()
        }
        other => other,
    }
}

/// Returns the recorded files of a folder, oldest first.
fn files(folder: &Path) -> Result<Vec<PathBuf>, ModelError> {
    let entries =
        std::fs::read_dir(folder).map_err(|error| at(folder, "cannot be read", &error))?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| number(path).is_some())
        .collect();
    files.sort_by_key(|path| number(path));
    Ok(files)
}

/// Returns the number in the name of a recorded file.
fn number(path: &Path) -> Option<u32> {
    let is_json = path.extension().is_some_and(|ending| ending == "json");
    path.file_stem()?.to_str()?.parse().ok().filter(|_| is_json)
}

fn at(path: &Path, what: &str, error: &dyn std::error::Error) -> ModelError {
    ModelError::new(
        ModelErrorKind::BadAnswer,
        format!("the recording {} {what}: {error}", path.display()),
    )
}

#[cfg(test)]
mod tests;
