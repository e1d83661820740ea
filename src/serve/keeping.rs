//! Removes runs that were over for longer than they are kept, when it begins to serve and once a day.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinHandle;

use super::told::Told;
use crate::diag::{Error, Result};
use crate::runner::retention::{self, Pruned};
use crate::store::{Journal, Settings};

/// How often.
const EVERY: SignedDuration = SignedDuration::from_hours(24);

/// Removes what is kept no longer.
pub(super) struct Keeping {
    journal: Arc<Journal>,
    /// How long runs are kept; nothing where they are kept for good.
    age: Option<Duration>,
    next: Timestamp,
    work: Option<JoinHandle<Result<Pruned>>>,
}

impl Keeping {
    /// Returns what is done as the settings say.
    ///
    /// # Errors
    /// If they say no time.
    pub(super) fn of(settings: &Settings, journal: Arc<Journal>) -> Result<Self> {
        Ok(Keeping {
            journal,
            age: retention::age_of(settings)?,
            next: Timestamp::UNIX_EPOCH,
            work: None,
        })
    }

    /// Begins to remove, if it is time.
    pub(super) fn step(&mut self, now: Timestamp) {
        let Some(age) = self.age.filter(|_| self.work.is_none() && now >= self.next) else {
            return;
        };
        self.next = now + EVERY;
        let (journal, before) = (self.journal.clone(), retention::before(now, age));
        self.work = Some(tokio::spawn(async move {
            retention::prune(&journal, before).await
        }));
    }

    /// Is nothing being removed?
    #[cfg(test)]
    pub(super) fn is_at_rest(&self) -> bool {
        self.work.is_none()
    }

    /// Waits until something was removed, and returns what there is to tell. Nothing is lost if it
    /// is dropped.
    ///
    /// # Errors
    /// If the journal cannot be used.
    pub(super) async fn done(&mut self) -> Result<Option<Told>> {
        let Some(work) = &mut self.work else {
            return std::future::pending().await;
        };
        let ended = work.await;
        self.work = None;
        let pruned = ended.map_err(|e| {
            Error::unavailable("Old runs could not be removed from the journal").caused_by(e)
        })??;
        Ok((pruned.runs > 0).then_some(Told::Pruned {
            runs: pruned.runs,
            free: pruned.free,
        }))
    }
}
