//! The word that a run stops: nothing new is begun, and what waits is left for later.

use std::time::Duration;

use tokio::sync::watch;

/// How long what is under way may take when the run is asked to stop; what takes longer is left as
/// after a crash.
pub(super) const GRACE: Duration = Duration::from_secs(4);

/// Why a case cannot be carried on in this run, which stops.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Halt {
    /// A limit is reached.
    Limit(String),
    /// Something that it cannot do without is down.
    Outage(String),
    /// It is asked to, from outside.
    Asked,
}

/// The word that a run stops, for all its cases.
#[derive(Debug, Default)]
pub struct Stop {
    said: watch::Sender<bool>,
    asked: watch::Sender<bool>,
}

impl Stop {
    /// Asks runs to stop from outside, within five seconds: what is under way is ended, and nothing
    /// is begun. They are gone on with as if they had been cut short.
    pub fn ask(&self) {
        self.asked.send_replace(true);
        self.say();
    }

    /// Says it.
    pub(super) fn say(&self) {
        self.said.send_replace(true);
    }

    /// Was it said?
    pub(super) fn is_said(&self) -> bool {
        *self.said.borrow()
    }

    /// Waits until it is said.
    pub(super) async fn said(&self) {
        until(&self.said).await;
    }

    /// Is it asked for from outside?
    pub(super) fn is_asked(&self) -> bool {
        *self.asked.borrow()
    }

    /// Waits until it is asked for from outside.
    pub(super) async fn asked(&self) {
        until(&self.asked).await;
    }
}

async fn until(word: &watch::Sender<bool>) {
    // It cannot be closed while somebody waits on it.
    let _ = word.subscribe().wait_for(|said| *said).await;
}
