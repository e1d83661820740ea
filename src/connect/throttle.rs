//! How much of a connection may be asked at once, and how fast.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Pace;

/// What `limits` of a connection says.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ConnectionLimits {
    /// The most requests in a second.
    pub per_second: Option<f64>,
    /// The most requests that are under way at once.
    pub at_once: Option<usize>,
}

impl ConnectionLimits {
    /// Returns what is wrong with them, in words.
    pub(super) fn problem(&self) -> Option<&'static str> {
        let slow = self.per_second.is_some_and(|n| !n.is_finite() || n <= 0.0);
        (slow || self.at_once == Some(0))
            .then_some("`limits` that let nothing through: use numbers above 0")
    }
}

/// Makes calls wait for their turn.
#[derive(Debug, Default)]
pub struct Throttle {
    pace: Option<Pace>,
    at_once: Option<Arc<Semaphore>>,
}

/// The turn of one call; the next has its own when this is dropped.
#[derive(Debug)]
pub struct TurnOf {
    _permit: Option<OwnedSemaphorePermit>,
}

impl Throttle {
    /// Returns what holds to the limits.
    pub fn new(limits: &ConnectionLimits) -> Self {
        let most = limits.at_once.map(|n| n.min(Semaphore::MAX_PERMITS));
        Throttle {
            pace: limits.per_second.map(Pace::per_second),
            at_once: most.map(|n| Arc::new(Semaphore::new(n))),
        }
    }

    /// Waits for the turn of a call.
    pub async fn turn(&self) -> TurnOf {
        let permit = match &self.at_once {
            // It is never closed.
            Some(semaphore) => semaphore.clone().acquire_owned().await.ok(),
            None => None,
        };
        if let Some(pace) = &self.pace {
            pace.turn(1.0).await;
        }
        TurnOf { _permit: permit }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use tokio::time::{Instant, timeout};

    #[tokio::test(start_paused = true)]
    async fn no_more_at_once_than_allowed() {
        let throttle = Throttle::new(&ConnectionLimits {
            per_second: None,
            at_once: Some(2),
        });
        let (first, _second) = (throttle.turn().await, throttle.turn().await);
        let wait = Duration::from_secs(3_600);
        assert!(timeout(wait, throttle.turn()).await.is_err());
        drop(first);
        assert!(timeout(wait, throttle.turn()).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn no_faster_than_allowed() {
        let throttle = Throttle::new(&ConnectionLimits {
            per_second: Some(5.0),
            at_once: None,
        });
        let began = Instant::now();
        for _ in 0..11 {
            drop(throttle.turn().await);
        }
        assert_eq!(began.elapsed(), Duration::from_secs(2));
    }
}
