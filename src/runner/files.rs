//! The files of a run's folder, and the forms in which things are written there.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use serde_json::Value as Json;

use crate::engine::Failure;
use crate::store::write_atomically;

/// The folder of a run. Nothing in it is written over by another thing of the same name.
pub(super) struct Files {
    folder: PathBuf,
    names: Mutex<HashSet<String>>,
}

/// Where the files of a run go, below its folder.
pub(super) const BELOW: [&str; 4] = ["documents", "tables", "drafts", "pending"];

impl Files {
    /// Returns a folder in which some names are taken.
    pub(super) fn new(folder: PathBuf, taken: impl IntoIterator<Item = String>) -> Self {
        Files {
            folder,
            names: Mutex::new(taken.into_iter().collect()),
        }
    }

    /// Takes away the pieces of files that were being written when a run was cut short.
    pub(super) fn tidy(&self) {
        for below in BELOW {
            let files = std::fs::read_dir(self.folder.join(below)).into_iter();
            for file in files.flatten().flatten() {
                if file.file_name().to_string_lossy().starts_with(".tmp") {
                    // One that stays is in nobody's way.
                    let _ = std::fs::remove_file(file.path());
                }
            }
        }
    }

    /// Writes a file below one of the folders, and returns its path within the run's.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn write(&self, below: &str, file: &str, content: &[u8]) -> Result<String, Failure> {
        let name = self.free_name(below, file);
        write_atomically(&self.folder.join(&name), content)
            .map_err(|e| Failure::last("disk", e.to_string()))?;
        Ok(name)
    }

    /// Returns a path that nothing of this run has: two cases of one name must not overwrite each other.
    fn free_name(&self, below: &str, file: &str) -> String {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        let mut name = format!("{below}/{file}");
        let mut number = 2;
        while !names.insert(name.clone()) {
            let (stem, ending) = file.rsplit_once('.').unwrap_or((file, "txt"));
            name = format!("{below}/{stem}-{number}.{ending}");
            number += 1;
        }
        name
    }
}

/// Returns a name that any file system takes.
pub(super) fn plain(name: &str) -> String {
    let folded: String = name
        .chars()
        .map(|c| {
            if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') {
                c
            } else {
                '-'
            }
        })
        .take(80)
        .collect();
    folded.trim_start_matches('.').to_owned()
}

/// Returns an email as a message file (RFC 5322) that mail programs open as a draft.
pub(super) fn email(to: &str, cc: Option<&str>, subject: &str, body: &str) -> String {
    let copy = cc
        .filter(|cc| !cc.is_empty())
        .map(|cc| format!("Cc: {cc}\r\n"))
        .unwrap_or_default();
    let subject = if subject.is_ascii() {
        subject.to_owned()
    } else {
        encoded_word(subject)
    };
    let body = body.replace("\r\n", "\n").replace('\n', "\r\n");
    format!(
        "To: {to}\r\n{copy}Subject: {subject}\r\nX-Unsent: 1\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{body}"
    )
}

/// Returns a header text as an encoded word (RFC 2047, Q encoding).
fn encoded_word(text: &str) -> String {
    let encoded: String = text
        .bytes()
        .map(|byte| match byte {
            b' ' => "_".to_owned(),
            b if b.is_ascii_alphanumeric() => char::from(b).to_string(),
            b => format!("={b:02X}"),
        })
        .collect();
    format!("=?utf-8?Q?{encoded}?=")
}

pub(super) fn csv(columns: &[String], rows: &[Vec<Json>]) -> Result<Vec<u8>, Failure> {
    let failed = |e: &dyn std::error::Error| {
        Failure::last("disk", format!("The table cannot be written: {e}"))
    };
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(columns).map_err(|e| failed(&e))?;
    for row in rows {
        writer
            .write_record(row.iter().map(super::results::cell))
            .map_err(|e| failed(&e))?;
    }
    writer.into_inner().map_err(|e| failed(&e))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn no_file_is_written_over_by_another() {
        let folder = tempfile::tempdir().unwrap();
        let taken = ["documents/a-2.md".to_owned()];
        let files = Files::new(folder.path().to_owned(), taken);
        let write = |text: &str| files.write("documents", "a.md", text.as_bytes()).unwrap();
        assert_eq!(write("one"), "documents/a.md");
        assert_eq!(write("two"), "documents/a-3.md");
        let piece = folder.path().join("documents/.tmpAb3");
        std::fs::write(&piece, "half").unwrap();
        files.tidy();
        assert!(!piece.exists() && folder.path().join("documents/a.md").is_file());
    }

    #[test]
    fn subjects_beyond_ascii_are_encoded() {
        let text = email("a@b.c", None, "Überblick", "x\ny");
        assert!(text.contains("Subject: =?utf-8?Q?=C3=9Cberblick?=\r\n"));
        assert!(text.ends_with("\r\n\r\nx\r\ny"));
    }
}
