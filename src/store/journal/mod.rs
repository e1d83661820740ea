//! The journal of a workspace: an embedded database (SQLite) with every run, its cases, what they
//! did to the world, and what waits for a person.
//!
//! One thread writes. What is queued when it gets to work is committed together and synced once,
//! in the order in which it was asked for: if something is in the journal, so is all that was
//! journaled before it. A caller waits for the disk only where it says so.

mod approvals;
mod cases;
mod effects;
mod forget;
mod legs;
mod lock;
mod prune;
mod runs;
mod schema;
mod seen;
mod spending;
mod states;
mod tallies;
#[cfg(test)]
mod tests;
mod trouble;
mod waits;
mod watches;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use tokio::sync::{mpsc, oneshot};

use super::Workspace;
use crate::diag::{Error, Result};

pub use approvals::{Approval, NewApproval};
pub use cases::{CaseRecord, FinishedCase, Item, KeyDigest, key_digest};
pub use effects::{Effect, EffectState, Part};
pub use forget::{CaseAt, Traces};
pub use legs::Brought;
pub use lock::Held;
pub use prune::{Over, REMOVED, Room};
pub use runs::{NewRun, Run, RunNumber, RunStatus, VersionText};
pub use seen::Look;
pub use spending::{AnswerCost, KeptAnswer, Of, Used};
pub use states::{ApprovalState, Reason};
pub use tallies::Tallies;
pub use waits::{ASK, WAIT};
pub use watches::{Firing, Watch};

use schema::Outdated;
use trouble::trouble;
use writer::Message;

/// The place of what a run makes once, when all its cases are done.
pub const RUN_PLACE: i64 = -1;

/// Changes that may wait for the writer.
const QUEUED: usize = 256;
/// How long a lock of another process is waited for.
const BUSY: Duration = Duration::from_secs(30);
/// Pages of 4 kB in the write-ahead log before they go to the main file.
const CHECKPOINT: i64 = 8_000;

/// The journal of a workspace.
pub struct Journal {
    path: PathBuf,
    locks: PathBuf,
    /// Gone when the journal is being closed.
    sender: Option<mpsc::Sender<Message>>,
    writer: Option<JoinHandle<()>>,
    broken: Arc<OnceLock<Error>>,
    reader: Mutex<Connection>,
}

impl Journal {
    /// Opens the journal of a workspace, and makes it where there is none.
    ///
    /// # Errors
    /// If it cannot be written, is locked by another program, is damaged, or of a later version
    /// of Sopwright.
    pub fn open(workspace: &Workspace) -> Result<Self> {
        Self::open_in(&workspace.own(), BUSY)
    }

    /// Opens the journal in a folder, waiting so long for a lock of another process.
    fn open_in(folder: &Path, busy: Duration) -> Result<Self> {
        std::fs::create_dir_all(folder).map_err(|e| {
            Error::unavailable(format!("{} cannot be made", folder.display()))
                .caused_by(e)
                .help("Runs keep their journal there: see that it can be written to.")
        })?;
        let path = folder.join("journal.db");
        let failed = |e: rusqlite::Error| trouble(&path, &e);
        let mut connection = connect(&path, busy).map_err(failed)?;
        let waits = connection
            .pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))
            .and_then(|()| connection.pragma_update(None, "synchronous", "FULL"))
            .and_then(|()| connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT));
        waits.map_err(failed)?;
        schema::migrate(&mut connection).map_err(|outdated| match outdated {
            Outdated::Failed(error) => failed(error),
            Outdated::Program(found) => Error::input(format!(
                "The journal {} is of version {found}, which this Sopwright does not know",
                path.display()
            ))
            .help("Update Sopwright: a later version has used this workspace."),
        })?;
        let reader = connect(&path, busy).map_err(failed)?;
        reader
            .pragma_update(None, "query_only", true)
            .map_err(failed)?;
        let (sender, messages) = mpsc::channel(QUEUED);
        let broken = Arc::new(OnceLock::new());
        let writer = std::thread::Builder::new()
            .name("journal".to_owned())
            .spawn({
                let (path, broken) = (path.clone(), broken.clone());
                move || writer::write(connection, path, messages, broken)
            })
            .map_err(|e| Error::unavailable("The journal could not be opened").caused_by(e))?;
        Ok(Journal {
            locks: folder.join("locks"),
            path,
            sender: Some(sender),
            writer: Some(writer),
            broken,
            reader: Mutex::new(reader),
        })
    }

    /// Returns the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a change, and waits until it is on the disk.
    async fn write(
        &self,
        change: impl FnOnce(&Connection) -> rusqlite::Result<()> + Send + 'static,
    ) -> Result<()> {
        self.wait_for(Some(Box::new(change))).await
    }

    /// Hands a change to the writer without waiting for the disk. It is there before anything
    /// that is asked for later.
    async fn post(
        &self,
        change: impl FnOnce(&Connection) -> rusqlite::Result<()> + Send + 'static,
    ) -> Result<()> {
        if let Some(error) = self.broken.get() {
            return Err(error.clone());
        }
        self.send(Message {
            change: Some(Box::new(change)),
            done: None,
        })
        .await
    }

    /// Waits until all that was asked for so far is on the disk.
    ///
    /// # Errors
    /// If it could not be written.
    pub async fn flush(&self) -> Result<()> {
        self.wait_for(None).await
    }

    async fn wait_for(&self, change: Option<writer::Change>) -> Result<()> {
        let (done, waiting) = oneshot::channel();
        self.send(Message {
            change,
            done: Some(done),
        })
        .await?;
        waiting.await.unwrap_or_else(|_| Err(self.gone()))
    }

    async fn send(&self, message: Message) -> Result<()> {
        let sender = self.sender.as_ref().ok_or_else(|| self.gone())?;
        sender.send(message).await.map_err(|_| self.gone())
    }

    fn gone(&self) -> Error {
        self.broken.get().cloned().unwrap_or_else(|| {
            Error::unavailable(format!(
                "The journal {} was closed in the middle, which is a defect of this program",
                self.path.display()
            ))
            .help("`sopwright run --resume` goes on: what was finished is kept.")
        })
    }

    /// Reads. What is still queued is not seen.
    fn read<T>(&self, read: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        let reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        read(&reader).map_err(|e| trouble(&self.path, &e))
    }
}

impl Drop for Journal {
    /// Lets what is queued reach the disk.
    fn drop(&mut self) {
        drop(self.sender.take());
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

fn connect(path: &Path, busy: Duration) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(busy)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// Returns the moment, in milliseconds since 1970.
fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

/// Returns a moment of the journal as text, RFC 3339 in UTC.
pub fn moment(milliseconds: i64) -> String {
    jiff::Timestamp::from_millisecond(milliseconds)
        .map_or_else(|_| String::new(), |t| t.to_string())
}
