//! What went wrong with the journal, in the user's words.

use std::path::Path;

use rusqlite::ErrorCode;

use crate::diag::Error;

/// Returns an error of the database as one for people.
pub(super) fn trouble(path: &Path, error: &rusqlite::Error) -> Error {
    let at = path.display();
    let told = |what: String| Error::unavailable(what).because(error.to_string());
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => told(format!(
            "The journal {at} is in use by another program"
        ))
        .help("Wait until it is done, or close it: it may be a backup or a database browser. What was finished is kept; `sopwright run --resume` goes on."),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => told(format!(
            "The journal {at} is damaged"
        ))
        .help("Copy the whole .sopwright folder away, then put a backup in its place, or move the journal aside: a new one is begun. What runs made is untouched under runs/; see there what had been sent before you run anything again."),
        Some(ErrorCode::DiskFull) => told(format!("The disk of the journal {at} is full"))
            .help("Make room, then `sopwright run --resume` goes on: what was finished is kept."),
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => told(
            format!("The journal {at} cannot be written"),
        )
        .help("See that the .sopwright folder and the files in it can be written to."),
        _ => told(format!("The journal {at} could not be used"))
            .help("See that its disk works and has room. What was finished is kept; `sopwright run --resume` goes on."),
    }
}
