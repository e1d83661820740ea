//! The word that a run stops: nothing new is begun, and what waits is left for later.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

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
pub(super) struct Stop {
    /// Asks all runs of the process to.
    asked: CancellationToken,
    said: CancellationToken,
}

impl Stop {
    /// Returns the word for one run, which is said also when that is asked for from outside.
    pub(super) fn when(asked: &CancellationToken) -> Self {
        Stop {
            asked: asked.clone(),
            said: asked.child_token(),
        }
    }

    /// Says it.
    pub(super) fn say(&self) {
        self.said.cancel();
    }

    /// Was it said?
    pub(super) fn is_said(&self) -> bool {
        self.said.is_cancelled()
    }

    /// Waits until it is said.
    pub(super) async fn said(&self) {
        self.said.cancelled().await;
    }

    /// Is it asked for from outside?
    pub(super) fn is_asked(&self) -> bool {
        self.asked.is_cancelled()
    }

    /// Waits until it is asked for from outside.
    pub(super) async fn asked(&self) {
        self.asked.cancelled().await;
    }
}
