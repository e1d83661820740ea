//! The files of a run's folder, and the forms in which things are written there.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use serde_json::Value as Json;

use crate::engine::{Content, Failure};
use crate::render::{self, Email, Message, message_id};
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

/// Returns what is written into the file of a document, by the ending of its name.
///
/// # Errors
/// If it cannot be written.
pub(super) fn document(file: &str, body: &str, markdown: bool) -> Result<Vec<u8>, Failure> {
    let (name, ending) = file.rsplit_once('.').unwrap_or((file, ""));
    match ending {
        "docx" => render::docx(name, body)
            .map_err(|e| Failure::last("disk", format!("The document cannot be written: {e}"))),
        "html" if markdown => Ok(render::page(name, body).into_bytes()),
        _ => Ok(body.as_bytes().to_owned()),
    }
}

/// Returns what is written into the file of a table, by the ending of its name.
///
/// # Errors
/// If it cannot be written.
pub(super) fn table(
    file: &str,
    columns: &[String],
    rows: &[Vec<Json>],
) -> Result<Vec<u8>, Failure> {
    let failed = |why: &dyn std::fmt::Display| {
        Failure::last("disk", format!("The table cannot be written: {why}"))
    };
    match file.ends_with(".xlsx") {
        true => render::xlsx(columns, rows).map_err(|e| failed(&e)),
        false => render::csv(columns, rows).map_err(|e| failed(&e)),
    }
}

/// Returns an email as a message file that mail programs open as a draft.
pub(super) fn email(
    content: &Content,
    from: Option<&str>,
    (key, at): (&str, Timestamp),
) -> Option<Vec<u8>> {
    let Content::EmailDraft {
        to,
        cc,
        subject,
        body,
    } = content
    else {
        return None;
    };
    let id = message_id(key, from);
    let message = Message {
        email: Email {
            to,
            cc: cc.as_deref().unwrap_or_default(),
            bcc: "",
            subject,
            text: body,
        },
        from,
        date: Some(at),
        id: Some(&id),
        is_unsent: true,
    };
    Some(message.source())
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
    fn the_ending_of_a_name_says_what_is_written() {
        let text = "# A\n<b>";
        let page = String::from_utf8(document("a.html", text, true).unwrap()).unwrap();
        assert!(page.contains("<h1>A</h1>") && page.contains("&lt;b&gt;"));
        assert_eq!(document("a.html", text, false).unwrap(), text.as_bytes());
        assert_eq!(document("a.md", text, false).unwrap(), text.as_bytes());
        assert!(document("a.docx", text, true).unwrap().starts_with(b"PK"));
        let (columns, rows) = (["a".to_owned()], [vec![Json::from("=1")]]);
        assert!(table("a.xlsx", &columns, &rows).unwrap().starts_with(b"PK"));
        assert_eq!(table("a.csv", &columns, &rows).unwrap(), b"a\n'=1\n");
    }
}
