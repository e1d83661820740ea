//! Where what a run makes goes: files at once, drafts beside them, and what leaves the building
//! into `pending/`, where it waits for a person.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use indexmap::IndexMap;
use serde_json::{Value as Json, json};

use crate::connect::Connections;
use crate::diag::Error;
use crate::engine::{Content, Delivery, Failure, ToolRequest};
use crate::rehearse::{call_tool, failure_of};
use crate::spec::Approval;
use crate::store::write_atomically;

/// Takes what a run makes.
pub struct Outbox {
    folder: PathBuf,
    connections: Arc<Connections>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    names: HashSet<PathBuf>,
    made: IndexMap<String, usize>,
}

impl Outbox {
    /// Returns an outbox that writes under a folder.
    pub fn new(folder: PathBuf, connections: Arc<Connections>) -> Self {
        Outbox {
            folder,
            connections,
            state: Mutex::default(),
        }
    }

    /// Returns how many of each kind were made.
    pub fn made(&self) -> IndexMap<String, usize> {
        self.lock().made.clone()
    }

    /// Takes one thing: writes it, performs it, or keeps it for approval.
    ///
    /// # Errors
    /// If it cannot be written or performed.
    pub async fn deliver(&self, case: &str, delivery: Delivery) -> Result<(), Failure> {
        let waits = delivery.approval == Approval::Required;
        match &delivery.content {
            Content::Document { file, body } if !waits => {
                self.write("documents", "document", file, body.as_bytes())
            }
            Content::Table {
                file,
                columns,
                rows,
            } if !waits => self.write("tables", "table", file, &csv(columns, rows)?),
            Content::EmailDraft {
                to,
                cc,
                subject,
                body,
            } => {
                let name = format!("{}-{}.eml", plain(case), plain(&delivery.output));
                self.write(
                    "drafts",
                    "email draft",
                    &name,
                    email(to, cc.as_deref(), subject, body).as_bytes(),
                )
            }
            Content::Update { table, key, set } if !waits => {
                let (connection, table) = table.split_once('.').unwrap_or((table, ""));
                let connection = self
                    .connections
                    .require(connection)
                    .map_err(|e| failure_of(&e))?;
                connection
                    .update(table, key, set)
                    .await
                    .map_err(|e| failure_of(&e))?;
                self.count("update");
                Ok(())
            }
            Content::Call { tool, arguments } if !waits => {
                let request = ToolRequest {
                    step: delivery.output.clone(),
                    tool: tool.clone(),
                    arguments: arguments.clone(),
                    retry: None,
                    timeout: None,
                };
                call_tool(&self.connections, &request).await?;
                self.count("call");
                Ok(())
            }
            // No connection can carry a message yet, so one that need not wait is kept too.
            _ => self.keep(case, &delivery),
        }
    }

    fn keep(&self, case: &str, delivery: &Delivery) -> Result<(), Failure> {
        let name = format!("{}-{}.json", plain(case), plain(&delivery.output));
        let content = json!({"case": case, "delivery": delivery});
        let text = serde_json::to_string_pretty(&content).unwrap_or_default() + "\n";
        self.write("pending", "waiting for approval", &name, text.as_bytes())
    }

    fn write(&self, folder: &str, kind: &str, file: &str, content: &[u8]) -> Result<(), Failure> {
        let path = self.free_name(&self.folder.join(folder), file);
        write_atomically(&path, content)
            .map_err(|e: Error| Failure::last("disk", e.to_string()))?;
        self.count(kind);
        Ok(())
    }

    /// Returns a path that nothing of this run has: two cases of one name must not overwrite each other.
    fn free_name(&self, folder: &Path, file: &str) -> PathBuf {
        let mut state = self.lock();
        let mut path = folder.join(file);
        let mut number = 2;
        while !state.names.insert(path.clone()) {
            let (stem, ending) = file.rsplit_once('.').unwrap_or((file, "txt"));
            path = folder.join(format!("{stem}-{number}.{ending}"));
            number += 1;
        }
        path
    }

    fn count(&self, kind: &str) {
        *self.lock().made.entry(kind.to_owned()).or_default() += 1;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns a name that any file system takes.
fn plain(name: &str) -> String {
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
fn email(to: &str, cc: Option<&str>, subject: &str, body: &str) -> String {
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

fn csv(columns: &[String], rows: &[Vec<Json>]) -> Result<Vec<u8>, Failure> {
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

    #[tokio::test]
    async fn files_are_made_and_the_rest_waits() {
        let folder = tempfile::tempdir().unwrap();
        let outbox = Outbox::new(folder.path().to_owned(), Arc::new(Connections::default()));
        let document = |approval| Delivery {
            output: "brief".to_owned(),
            approval,
            content: Content::Document {
                file: "a.md".to_owned(),
                body: "x".to_owned(),
            },
        };
        outbox
            .deliver("1", document(Approval::NotNeeded))
            .await
            .unwrap();
        outbox
            .deliver("2", document(Approval::NotNeeded))
            .await
            .unwrap();
        outbox
            .deliver("3", document(Approval::Required))
            .await
            .unwrap();
        let message = Delivery {
            output: "alert".to_owned(),
            approval: Approval::NotNeeded,
            content: Content::Message {
                to: "slack.cs".to_owned(),
                text: "hi".to_owned(),
            },
        };
        outbox.deliver("../4", message).await.unwrap();
        for path in [
            "documents/a.md",
            "documents/a-2.md",
            "pending/3-brief.json",
            "pending/-4-alert.json",
        ] {
            assert!(folder.path().join(path).is_file(), "{path}");
        }
        assert_eq!(outbox.made()["waiting for approval"], 2);
    }

    #[test]
    fn subjects_beyond_ascii_are_encoded() {
        let text = email("a@b.c", None, "Überblick", "x\ny");
        assert!(text.contains("Subject: =?utf-8?Q?=C3=9Cberblick?=\r\n"));
        assert!(text.ends_with("\r\n\r\nx\r\ny"));
    }
}
