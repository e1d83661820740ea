//! Asks again when a model could not answer at the moment.

use std::time::Duration;

use async_trait::async_trait;
use tokio::time::sleep;

use super::assembly::OnDelta;
use super::{ChatModel, Delta, ModelError, Price, Reply, Request};

/// How often and how patiently a failed call is made again.
#[derive(Debug, Clone, Copy)]
pub struct RetryPolicy {
    /// How many calls are made at most, the first included.
    pub tries: u32,
    /// The wait before the second call; it doubles with each call after that.
    pub first_wait: Duration,
    /// The longest wait that doubling leads to.
    pub longest_wait: Duration,
    /// The longest wait that a server may ask for; when it asks for more, the call fails at once.
    pub longest_asked: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        RetryPolicy {
            tries: 5,
            first_wait: Duration::from_secs(1),
            longest_wait: Duration::from_secs(60),
            longest_asked: Duration::from_secs(300),
        }
    }
}

impl RetryPolicy {
    /// Returns the wait after the failed call of that number, counted from 1; `None` gives up.
    ///
    /// `jitter`, from 0 to 1, spreads clients that failed together; it never makes the wait
    /// shorter than what the server asked for.
    pub fn wait(&self, failed: u32, error: &ModelError, jitter: f64) -> Option<Duration> {
        if failed >= self.tries || !error.is_transient() {
            return None;
        }
        if let Some(asked) = error.retry_after() {
            let wait = asked.mul_f64(1.0 + jitter / 10.0);
            return (asked <= self.longest_asked).then_some(wait);
        }
        let doublings = 2_u32.saturating_pow(failed - 1);
        let wait = self.first_wait.saturating_mul(doublings);
        Some(wait.min(self.longest_wait).mul_f64(0.75 + jitter / 2.0))
    }
}

/// A model whose transient failures are tried again.
pub struct Retrying<M> {
    inner: M,
    policy: RetryPolicy,
    jitter: fn() -> f64,
}

impl<M: ChatModel> Retrying<M> {
    /// Wraps a model with the default policy.
    pub fn new(inner: M) -> Self {
        Retrying {
            inner,
            policy: RetryPolicy::default(),
            jitter: fastrand::f64,
        }
    }

    /// Sets the policy, and the source of jitter between 0 and 1.
    #[must_use]
    pub fn with(mut self, policy: RetryPolicy, jitter: fn() -> f64) -> Self {
        self.policy = policy;
        self.jitter = jitter;
        self
    }
}

#[async_trait]
impl<M: ChatModel> ChatModel for Retrying<M> {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn pricing(&self) -> Option<Price> {
        self.inner.pricing()
    }

    async fn complete(
        &self,
        request: &Request,
        on_delta: OnDelta<'_>,
    ) -> Result<Reply, ModelError> {
        let mut failed = 0;
        loop {
            let mut error = match self.inner.complete(request, on_delta).await {
                Ok(reply) => return Ok(reply),
                Err(error) => error,
            };
            failed += 1;
            let Some(after) = self.policy.wait(failed, &error, (self.jitter)()) else {
                if failed > 1 {
                    error.message = format!("{} (tried {failed} times)", error.message);
                }
                return Err(error);
            };
            on_delta(Delta::Retrying {
                after,
                because: error.message,
            });
            sleep(after).await;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;
    use tokio::time::Instant;

    use super::*;
    use crate::model::server::{Answer, Server};
    use crate::model::{ModelErrorKind as K, OpenAi, ScriptedModel, fixture};

    fn overloaded(seconds: Option<u64>) -> ModelError {
        let retry_after = seconds.map(Duration::from_secs);
        ModelError::new(K::Overloaded { retry_after }, "busy")
    }

    async fn run(
        answers: Vec<Result<Reply, ModelError>>,
    ) -> (Result<Reply, ModelError>, Vec<Delta>) {
        let model =
            Retrying::new(ScriptedModel::answering(answers)).with(RetryPolicy::default(), || 0.5);
        let mut deltas = Vec::new();
        let reply = model
            .complete(&fixture::conversation(), &mut |delta| deltas.push(delta))
            .await;
        (reply, deltas)
    }

    #[tokio::test(start_paused = true)]
    async fn waits_double_until_an_answer_comes() {
        let began = Instant::now();
        let stalled = ModelError::new(K::Stalled, "quiet");
        let answers = vec![
            Err(overloaded(None)),
            Err(stalled),
            Err(overloaded(Some(20))),
            Ok(ScriptedModel::text("done")),
        ];
        let (reply, deltas) = run(answers).await;
        assert_eq!(reply.unwrap().text, "done");
        assert_eq!(began.elapsed(), Duration::from_secs(1 + 2 + 21));
        let because = |delta: &Delta| match delta {
            Delta::Retrying { because, .. } => Some(because.clone()),
            _ => None,
        };
        let told: Vec<_> = deltas.iter().filter_map(because).collect();
        assert_eq!(told, ["busy", "quiet", "busy"]);
    }

    #[tokio::test(start_paused = true)]
    async fn it_gives_up_after_the_last_try() {
        let (reply, deltas) = run(vec![Err(overloaded(None)); 5]).await;
        assert_eq!(reply.unwrap_err().message, "busy (tried 5 times)");
        assert_eq!(deltas.len(), 4);
    }

    #[tokio::test(start_paused = true)]
    async fn what_waiting_cannot_mend_fails_at_once() {
        let refused = ModelError::new(K::RefusedKey, "no");
        assert_eq!(run(vec![Err(refused.clone())]).await.0, Err(refused));
        let far_off = overloaded(Some(3600));
        assert_eq!(run(vec![Err(far_off.clone())]).await.0, Err(far_off));
    }

    #[tokio::test]
    async fn a_server_that_asks_to_come_back_is_asked_again() {
        let chunk = json!({"choices": [{"delta": {"content": "Hi"}, "finish_reason": "stop"}]});
        let answers = vec![
            Answer::json(429, &json!({})).header("retry-after: 0"),
            Answer::json(529, &json!({})).header("retry-after: Mon, 02 Mar 2020 10:00:00 GMT"),
            Answer::events(&[chunk]),
        ];
        let server = Server::start(answers).await;
        let model = Retrying::new(OpenAi::new(&server.url, None, "gpt").unwrap());
        let request = fixture::conversation();
        let reply = model.complete(&request, &mut |_| {}).await.unwrap();
        assert_eq!(reply.text, "Hi");
    }
}
