//! What the watchman and the HTTP face know of each other.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use jiff::Timestamp;
use tokio::sync::mpsc;

use super::queue::{Count, Waiting};
use crate::connect::Secret;
use crate::spec::Given;

/// A path that events come to.
#[derive(Debug)]
pub struct Hook {
    /// The workflow that they start.
    pub workflow: String,
    /// What an event is made of.
    pub given: Given,
    /// Whether they are signed.
    pub signing: Signing,
    /// The field that tells them apart.
    pub event_id: Option<String>,
}

/// Whether events are signed.
#[derive(Debug)]
pub enum Signing {
    /// They are not.
    Unsigned,
    /// They are, with this secret.
    With(Secret),
    /// They are, and the secret is not there: nothing can be taken.
    Missing(String),
}

/// The paths that events come to.
pub type Hooks = BTreeMap<String, Arc<Hook>>;

/// What the watchman and the HTTP face know of each other.
pub struct Board {
    /// How many runs wait for their turn.
    pub waiting: Count,
    arrivals: mpsc::UnboundedSender<Waiting>,
    hooks: RwLock<Hooks>,
    stepped: AtomicI64,
    next: AtomicI64,
}

/// Runs that may wait for their turn; each is a few hundred bytes.
pub const MOST_WAITING: usize = 50_000;

impl Board {
    /// Returns an empty one, and where the runs come in that it is handed.
    pub(super) fn new() -> (Arc<Self>, mpsc::UnboundedReceiver<Waiting>) {
        // Bounded by who lets runs in.
        let (arrivals, comes) = mpsc::unbounded_channel();
        let board = Board {
            waiting: Count::default(),
            arrivals,
            hooks: RwLock::default(),
            stepped: AtomicI64::new(0),
            next: AtomicI64::new(0),
        };
        (Arc::new(board), comes)
    }

    /// Takes a place for one more run; false if there is none.
    pub fn has_room(&self) -> bool {
        self.waiting.take(MOST_WAITING)
    }

    /// Hands a run over, for which there is a place and which is in the journal.
    pub fn hand_over(&self, waiting: Waiting) {
        // Nobody takes it any more while it stops: it is in the journal.
        let _ = self.arrivals.send(waiting);
    }

    /// Returns the path that a request came to.
    pub fn hook(&self, path: &str) -> Option<Arc<Hook>> {
        let hooks = self.hooks.read().unwrap_or_else(PoisonError::into_inner);
        hooks.get(path).cloned()
    }

    /// Says which paths there are.
    pub(super) fn set_hooks(&self, hooks: Hooks) {
        *self.hooks.write().unwrap_or_else(PoisonError::into_inner) = hooks;
    }

    /// Says that it looked around, and when something is due.
    pub(super) fn stepped(&self, now: Timestamp, next: Option<Timestamp>) {
        self.stepped.store(now.as_millisecond(), Ordering::Release);
        let next = next.map_or(0, Timestamp::as_millisecond);
        self.next.store(next, Ordering::Release);
    }

    /// Returns when the watchman last looked around, in milliseconds since 1970.
    pub fn last_step(&self) -> i64 {
        self.stepped.load(Ordering::Acquire)
    }

    /// Returns when something is due next by a clock, in milliseconds since 1970.
    pub fn next_due(&self) -> Option<i64> {
        Some(self.next.load(Ordering::Acquire)).filter(|next| *next != 0)
    }
}
