//! How fast a model may be asked.

use serde::{Deserialize, Serialize};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::connect::Pace;

/// What `limits` of a model says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ModelLimits {
    /// The most questions in a minute.
    pub per_minute: Option<f64>,
    /// The most tokens in a minute, those of the answers included.
    pub tokens_per_minute: Option<f64>,
    /// The most questions that are under way at once.
    pub at_once: Option<usize>,
}

/// Makes questions wait for their turn.
#[derive(Debug, Default)]
pub(super) struct Throttle {
    questions: Option<Pace>,
    tokens: Option<Pace>,
    at_once: Option<Semaphore>,
}

/// The turn of one question.
pub(super) struct Turn<'t> {
    throttle: &'t Throttle,
    expected: f64,
    _permit: Option<SemaphorePermit<'t>>,
}

impl Throttle {
    /// Returns what holds to the limits; one of nothing counts as none.
    pub(super) fn new(limits: &ModelLimits) -> Self {
        let pace = |rate: Option<f64>| {
            let usable = rate.filter(|n| n.is_finite() && *n > 0.0);
            usable.map(Pace::per_minute)
        };
        let most = limits.at_once.filter(|n| *n > 0);
        Throttle {
            questions: pace(limits.per_minute),
            tokens: pace(limits.tokens_per_minute),
            at_once: most.map(|n| Semaphore::new(n.min(Semaphore::MAX_PERMITS))),
        }
    }

    /// Waits for the turn of a question that takes about so many tokens.
    pub(super) async fn turn(&self, expected: f64) -> Turn<'_> {
        let permit = match &self.at_once {
            // It is never closed.
            Some(semaphore) => semaphore.acquire().await.ok(),
            None => None,
        };
        if let Some(questions) = &self.questions {
            questions.turn(1.0).await;
        }
        if let Some(tokens) = &self.tokens {
            tokens.turn(expected).await;
        }
        Turn {
            throttle: self,
            expected,
            _permit: permit,
        }
    }
}

impl Turn<'_> {
    /// Ends the turn with the tokens that were used in truth.
    pub(super) fn used(self, tokens: u64) {
        if let Some(pace) = &self.throttle.tokens {
            pace.correct(tokens as f64 - self.expected);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use tokio::time::Instant;

    #[tokio::test(start_paused = true)]
    async fn questions_and_tokens_have_their_minute() {
        let throttle = Throttle::new(&ModelLimits {
            per_minute: Some(60.0),
            tokens_per_minute: Some(6_000.0),
            at_once: Some(1),
        });
        let began = Instant::now();
        // Two seconds' worth was expected, and five were used.
        throttle.turn(200.0).await.used(500);
        let second = throttle.turn(100.0).await;
        assert_eq!(began.elapsed(), Duration::from_secs(5));
        let third = tokio::time::timeout(Duration::from_secs(60), throttle.turn(1.0));
        assert!(third.await.is_err(), "one at once");
        second.used(100);
    }
}
