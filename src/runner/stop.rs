//! The word that a run stops: nothing new is begun, and what waits is left for later.

use tokio::sync::watch;

/// Why a case cannot be carried on in this run, which stops.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Halt {
    /// A limit is reached.
    Limit(String),
    /// Something that it cannot do without is down.
    Outage(String),
}

/// The word that a run stops, for all its cases.
#[derive(Debug)]
pub(super) struct Stop(watch::Sender<bool>);

impl Default for Stop {
    fn default() -> Self {
        Stop(watch::Sender::new(false))
    }
}

impl Stop {
    /// Says it.
    pub(super) fn say(&self) {
        self.0.send_replace(true);
    }

    /// Was it said?
    pub(super) fn is_said(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it is said.
    pub(super) async fn said(&self) {
        // It cannot be closed while somebody waits on it.
        let _ = self.0.subscribe().wait_for(|said| *said).await;
    }
}
