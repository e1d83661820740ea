//! The one thread that writes: what is queued is committed together, in its order.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::mpsc::error::TryRecvError;
use tokio::sync::{mpsc, oneshot};

use super::trouble::trouble;
use crate::diag::{Error, Result};

/// A change of the journal.
pub(super) type Change = Box<dyn FnOnce(&Connection) -> rusqlite::Result<()> + Send>;

/// What the writer is asked for.
pub(super) struct Message {
    /// What to write; nothing where only the end of what came before is waited for.
    pub(super) change: Option<Change>,
    /// Who waits until it is on the disk.
    pub(super) done: Option<oneshot::Sender<Result<()>>>,
}

/// Changes that are committed together at most.
const MOST: usize = 1_024;

/// How long changes that nobody waits for are gathered: a commit costs as much for one as for many.
const GATHERED: Duration = Duration::from_millis(4);

/// How often it is looked meanwhile whether somebody waits.
const LOOKS: Duration = Duration::from_micros(500);

/// Writes until nobody is left to ask for anything.
pub(super) fn write(
    mut connection: Connection,
    path: PathBuf,
    mut messages: mpsc::Receiver<Message>,
    broken: Arc<OnceLock<Error>>,
) {
    while let Some(first) = messages.blocking_recv() {
        let batch = gather(first, &mut messages);
        let (changes, waiting): (Vec<_>, Vec<_>) =
            batch.into_iter().map(|m| (m.change, m.done)).unzip();
        let outcome = match broken.get() {
            // What follows a change that was lost must not be kept: it may rest on it.
            Some(error) => Err(error.clone()),
            None => commit(&mut connection, changes).map_err(|e| trouble(&path, &e)),
        };
        if let Err(error) = &outcome {
            let _ = broken.set(error.clone());
        }
        for done in waiting.into_iter().flatten() {
            // That nobody waits any more changes nothing.
            let _ = done.send(outcome.clone());
        }
    }
}

/// Returns what is to be committed together: all that is queued, and what comes within moments
/// unless somebody waits.
fn gather(first: Message, messages: &mut mpsc::Receiver<Message>) -> Vec<Message> {
    let began = Instant::now();
    let mut batch = vec![first];
    loop {
        while batch.len() < MOST {
            match messages.try_recv() {
                Ok(message) => batch.push(message),
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => return batch,
            }
        }
        let is_waited_for = batch.iter().any(|message| message.done.is_some());
        if is_waited_for || batch.len() >= MOST || began.elapsed() >= GATHERED {
            return batch;
        }
        std::thread::sleep(LOOKS);
    }
}

fn commit(connection: &mut Connection, changes: Vec<Option<Change>>) -> rusqlite::Result<()> {
    let mut changes = changes.into_iter().flatten().peekable();
    if changes.peek().is_none() {
        return Ok(());
    }
    // Others write for moments only: one that is in the way is waited for.
    connection.execute_batch("BEGIN IMMEDIATE")?;
    for change in changes {
        if let Err(error) = change(connection) {
            // The first error is the one to tell.
            let _ = connection.execute_batch("ROLLBACK");
            return Err(error);
        }
    }
    connection.execute_batch("COMMIT").inspect_err(|_| {
        let _ = connection.execute_batch("ROLLBACK");
    })
}
