//! A reply being put together from its pieces, the same for both wire formats.

use std::collections::HashSet;

use super::{Delta, Message, ModelError, ModelErrorKind, Reply, Request, Stop, ToolCall, Usage};

/// Where the pieces of an answer are told.
pub(crate) type OnDelta<'a> = &'a mut (dyn FnMut(Delta) + Send);

/// The parts of a reply that have come so far.
#[derive(Debug, Default)]
pub(crate) struct Assembly {
    pub(crate) text: String,
    pub(crate) calls: Vec<ToolCall>,
    pub(crate) stop: Option<Stop>,
    pub(crate) usage: Usage,
}

impl Assembly {
    /// Adds text.
    pub(crate) fn text(&mut self, piece: &str, on_delta: OnDelta<'_>) {
        if !piece.is_empty() {
            self.text.push_str(piece);
            on_delta(Delta::Text(piece.to_owned()));
        }
    }

    /// Begins a tool call and returns its place among the calls.
    pub(crate) fn call(&mut self, id: &str, name: &str, on_delta: OnDelta<'_>) -> usize {
        self.calls.push(ToolCall {
            id: id.to_owned(),
            name: name.to_owned(),
            arguments: String::new(),
        });
        on_delta(Delta::CallStarted {
            name: name.to_owned(),
        });
        self.calls.len() - 1
    }

    /// Adds to the arguments of a call.
    pub(crate) fn arguments(&mut self, place: usize, piece: &str, on_delta: OnDelta<'_>) {
        if let Some(call) = self.calls.get_mut(place)
            && !piece.is_empty()
        {
            call.arguments.push_str(piece);
            on_delta(Delta::CallArguments {
                chars: piece.chars().count(),
            });
        }
    }

    /// Returns the whole reply.
    ///
    /// Calls whose id is missing or taken get one, since results are tied to their calls by it.
    ///
    /// # Errors
    /// An answer that never said why it stopped, which means that it was cut off, and one that
    /// holds nothing.
    pub(crate) fn finish(mut self, request: &Request) -> Result<Reply, ModelError> {
        let stop = match self.stop {
            // Some servers say `stop` whatever the model did.
            Some(Stop::EndTurn) if !self.calls.is_empty() => Stop::ToolUse,
            Some(Stop::ToolUse) if self.calls.is_empty() => Stop::EndTurn,
            Some(stop) => stop,
            None => {
                return Err(ModelError::new(
                    ModelErrorKind::Interrupted,
                    "the model's answer ended half-way",
                )
                .help("Try again."));
            }
        };
        let says_nothing = self.calls.is_empty() && self.text.trim().is_empty();
        if says_nothing && matches!(stop, Stop::EndTurn) {
            return Err(ModelError::new(
                ModelErrorKind::EmptyAnswer,
                "the model answered with nothing",
            )
            .help("Ask again in other words, or choose another model."));
        }
        self.settle_ids(request);
        Ok(Reply {
            text: self.text,
            calls: self.calls,
            stop,
            usage: self.usage,
        })
    }

    fn settle_ids(&mut self, request: &Request) {
        let mut taken: HashSet<String> =
            earlier_calls(request).map(|call| call.id.clone()).collect();
        let mut number = taken.len();
        for call in &mut self.calls {
            while call.id.is_empty() || taken.contains(&call.id) {
                number += 1;
                call.id = format!("call_{number}");
            }
            taken.insert(call.id.clone());
        }
    }
}

/// Tells a whole reply in pieces, as a stream would.
pub(crate) fn tell(reply: &Reply, on_delta: OnDelta<'_>) {
    if !reply.text.is_empty() {
        on_delta(Delta::Text(reply.text.clone()));
    }
    for call in &reply.calls {
        on_delta(Delta::CallStarted {
            name: call.name.clone(),
        });
        on_delta(Delta::CallArguments {
            chars: call.arguments.chars().count(),
        });
    }
}

fn earlier_calls(request: &Request) -> impl Iterator<Item = &ToolCall> {
    request.messages.iter().flat_map(|message| match message {
        Message::Assistant { calls, .. } => calls.as_slice(),
        _ => &[],
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn assembled(ids: &[&str], stop: Option<Stop>, request: &Request) -> Result<Reply, ModelError> {
        let mut assembly = Assembly::default();
        for id in ids {
            assembly.call(id, "look", &mut |_| {});
        }
        assembly.stop = stop;
        assembly.finish(request)
    }

    #[test]
    fn missing_and_repeated_ids_are_replaced() {
        let mut request = Request::default();
        let first = assembled(&["", "same", "same"], Some(Stop::EndTurn), &request).unwrap();
        let ids = |reply: &Reply| reply.calls.iter().map(|c| c.id.clone()).collect::<Vec<_>>();
        assert_eq!(ids(&first), ["call_1", "same", "call_2"]);
        assert_eq!(first.stop, Stop::ToolUse);
        request.messages.push(first.into_message());
        let second = assembled(&["", "same"], Some(Stop::ToolUse), &request).unwrap();
        assert_eq!(ids(&second), ["call_4", "call_5"]);
    }

    #[test]
    fn an_answer_without_an_end_or_without_content_is_an_error() {
        let request = Request::default();
        let kind = |stop| assembled(&[], stop, &request).map_err(|error| error.kind);
        assert_eq!(kind(None), Err(ModelErrorKind::Interrupted));
        assert_eq!(kind(Some(Stop::EndTurn)), Err(ModelErrorKind::EmptyAnswer));
        assert_eq!(kind(Some(Stop::Length)).unwrap().stop, Stop::Length);
    }
}
