//! A model that answers from a script, for tests of whatever talks to a model.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::assembly::{OnDelta, tell};
use super::{ChatModel, ModelError, Price, Reply, Request, Stop, ToolCall, Usage, check_protocol};

/// A model, for tests, that gives its answers one after the other and checks the protocol of each
/// request, so that a conversation that no provider would accept fails in the first test.
#[derive(Debug, Default)]
pub struct ScriptedModel {
    answers: Mutex<VecDeque<Result<Reply, ModelError>>>,
    requests: Mutex<Vec<Request>>,
    price: Option<Price>,
}

impl ScriptedModel {
    /// Returns a model that gives these replies.
    pub fn new(replies: impl IntoIterator<Item = Reply>) -> Self {
        Self::answering(replies.into_iter().map(Ok))
    }

    /// Returns a model that gives these replies and errors.
    pub fn answering(answers: impl IntoIterator<Item = Result<Reply, ModelError>>) -> Self {
        ScriptedModel {
            answers: Mutex::new(answers.into_iter().collect()),
            ..Self::default()
        }
    }

    /// Sets the prices.
    #[must_use]
    pub fn priced(mut self, price: Price) -> Self {
        self.price = Some(price);
        self
    }

    /// Returns a reply in words.
    pub fn text(text: &str) -> Reply {
        Reply {
            text: text.to_owned(),
            calls: Vec::new(),
            stop: Stop::EndTurn,
            usage: Usage::default(),
        }
    }

    /// Returns a reply that calls tools, each given by id, name and arguments.
    pub fn calls(calls: &[(&str, &str, serde_json::Value)]) -> Reply {
        let call = |(id, name, arguments): &(&str, &str, serde_json::Value)| ToolCall {
            id: (*id).to_owned(),
            name: (*name).to_owned(),
            arguments: arguments.to_string(),
        };
        Reply {
            calls: calls.iter().map(call).collect(),
            stop: Stop::ToolUse,
            ..Self::text("")
        }
    }

    /// Returns the requests that came, oldest first.
    pub fn requests(&self) -> Vec<Request> {
        lock(&self.requests).clone()
    }

    /// Returns how many answers nobody has asked for yet.
    pub fn left(&self) -> usize {
        lock(&self.answers).len()
    }
}

#[async_trait]
impl ChatModel for ScriptedModel {
    fn name(&self) -> &str {
        "scripted"
    }

    fn pricing(&self) -> Option<Price> {
        self.price
    }

    /// Gives the next answer.
    ///
    /// # Panics
    /// When the request breaks the protocol, or the script is at its end: both are mistakes of
    /// the test or of what it tests.
    async fn complete(
        &self,
        request: &Request,
        on_delta: OnDelta<'_>,
    ) -> Result<Reply, ModelError> {
        let number = {
            let mut requests = lock(&self.requests);
            requests.push(request.clone());
            requests.len()
        };
        if let Err(why) = check_protocol(request) {
            panic!("request {number} breaks the protocol: {why}");
        }
        let Some(answer) = lock(&self.answers).pop_front() else {
            panic!("the script has no answer for request {number}");
        };
        if let Ok(reply) = &answer {
            tell(reply, on_delta);
        }
        answer
    }
}

/// Locks what a test that panicked may have left locked.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::model::{Delta, Message, fixture};

    #[tokio::test]
    async fn answers_come_in_order_and_requests_are_kept() {
        let call = ScriptedModel::calls(&[("c", "look_up", serde_json::json!({"a": 1}))]);
        let model = ScriptedModel::new([call, ScriptedModel::text("done")]);
        let request = fixture::conversation();
        let mut deltas = Vec::new();
        let first = model
            .complete(&request, &mut |d| deltas.push(d))
            .await
            .unwrap();
        assert_eq!(first.calls[0].arguments, r#"{"a":1}"#);
        assert_eq!(deltas[1], Delta::CallArguments { chars: 7 });
        assert_eq!((model.left(), model.requests()), (1, vec![request]));
    }

    #[tokio::test]
    #[should_panic(
        expected = "request 1 breaks the protocol: message 4: two user messages in a row"
    )]
    async fn a_broken_conversation_fails_loudly() {
        let mut request = fixture::conversation();
        request.messages.push(Message::user("again"));
        let model = ScriptedModel::new([ScriptedModel::text("never said")]);
        let _ = model.complete(&request, &mut |_| {}).await;
    }

    #[tokio::test]
    #[should_panic(expected = "the script has no answer for request 1")]
    async fn a_script_at_its_end_fails_loudly() {
        let _ = ScriptedModel::default()
            .complete(&fixture::conversation(), &mut |_| {})
            .await;
    }
}
