//! An answer in the chat completions format, streamed or whole.

use serde_json::Value;

use crate::model::assembly::{Assembly, OnDelta};
use crate::model::exchange::Decoder;
use crate::model::{ModelError, ModelErrorKind, Stop};

/// The first choice of the answer; one was asked for.
#[derive(Debug, Default)]
pub(super) struct Choice {
    /// The index and the id that the server gave to each call, in the order of the calls.
    calls: Vec<(Option<u64>, String)>,
}

impl Decoder for Choice {
    fn event(
        &mut self,
        event: &Value,
        out: &mut Assembly,
        on_delta: OnDelta<'_>,
    ) -> Result<(), ModelError> {
        usage(&event["usage"], out);
        // The chunk with the usage has no choice at all.
        let choice = &event["choices"][0];
        self.message(&choice["delta"], out, on_delta);
        stop(&choice["finish_reason"], out);
        Ok(())
    }

    fn whole(
        &mut self,
        answer: &Value,
        out: &mut Assembly,
        on_delta: OnDelta<'_>,
    ) -> Result<(), ModelError> {
        let choice = &answer["choices"][0];
        if !choice["message"].is_object() {
            return Err(ModelError::new(
                ModelErrorKind::BadAnswer,
                "the answer is JSON, but not in the format of OpenAI's chat completions",
            )
            .help("Check the base URL; Anthropic's format needs provider = \"anthropic\"."));
        }
        usage(&answer["usage"], out);
        self.message(&choice["message"], out, on_delta);
        stop(&choice["finish_reason"], out);
        Ok(())
    }
}

impl Choice {
    /// Takes a delta, or a whole message, which has the same shape.
    fn message(&mut self, message: &Value, out: &mut Assembly, on_delta: OnDelta<'_>) {
        for key in ["content", "refusal"] {
            out.text(message[key].as_str().unwrap_or_default(), on_delta);
        }
        if message["refusal"].as_str().is_some_and(|r| !r.is_empty()) {
            out.stop = Some(Stop::Refused);
        }
        for call in message["tool_calls"].as_array().into_iter().flatten() {
            let place = self.place(call, out, on_delta);
            match &call["function"]["arguments"] {
                Value::String(piece) => out.arguments(place, piece, on_delta),
                whole @ Value::Object(_) => out.arguments(place, &whole.to_string(), on_delta),
                _ => {}
            }
        }
    }

    /// Returns the call that a piece belongs to, and begins it where it is new.
    ///
    /// Servers differ: some leave the index out, some repeat id and name with each piece, some
    /// give every parallel call the index 0.
    fn place(&mut self, call: &Value, out: &mut Assembly, on_delta: OnDelta<'_>) -> usize {
        let index = call["index"].as_u64();
        let id = call["id"].as_str().unwrap_or_default();
        let name = call["function"]["name"].as_str().unwrap_or_default();
        let known = self.calls.iter().rposition(|(known_index, known_id)| {
            let same_id = id.is_empty() || known_id.is_empty() || id == known_id;
            match (index, known_index) {
                (Some(index), Some(known)) => index == *known && same_id,
                _ if id.is_empty() => name.is_empty(),
                _ => id == known_id,
            }
        });
        known.unwrap_or_else(|| {
            self.calls.push((index, id.to_owned()));
            out.call(id, name, on_delta)
        })
    }
}

/// Takes the counts; the prompt's include those that came from the cache.
fn usage(counts: &Value, out: &mut Assembly) {
    if counts.is_null() {
        return;
    }
    let prompt = counts["prompt_tokens"].as_u64().unwrap_or_default();
    let cached = &counts["prompt_tokens_details"]["cached_tokens"];
    let cached = cached.as_u64().unwrap_or_default().min(prompt);
    out.usage.input = prompt - cached;
    out.usage.cache_read = cached;
    out.usage.output = counts["completion_tokens"].as_u64().unwrap_or_default();
}

fn stop(reason: &Value, out: &mut Assembly) {
    let stop = match reason.as_str() {
        None | Some("") => return,
        Some("length") => Stop::Length,
        Some("content_filter") => Stop::Refused,
        Some("tool_calls" | "function_call") => Stop::ToolUse,
        Some(_) => Stop::EndTurn,
    };
    // A refusal in words ends with `stop` like any other answer.
    out.stop = out.stop.or(Some(stop));
}
