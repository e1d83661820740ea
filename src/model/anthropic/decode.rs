//! An answer in the Messages format, streamed or whole.

use std::collections::HashMap;

use serde_json::Value;

use crate::model::assembly::{Assembly, OnDelta};
use crate::model::exchange::Decoder;
use crate::model::{ModelError, ModelErrorKind, Stop};

/// The content blocks of the answer.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    /// The place among the calls of each block that is a tool call, by the block's index.
    calls: HashMap<u64, usize>,
}

impl Decoder for Blocks {
    fn event(
        &mut self,
        event: &Value,
        out: &mut Assembly,
        on_delta: OnDelta<'_>,
    ) -> Result<(), ModelError> {
        let index = event["index"].as_u64().unwrap_or_default();
        match event["type"].as_str().unwrap_or_default() {
            "message_start" => usage(&event["message"]["usage"], out),
            "content_block_start" => self.block(index, &event["content_block"], out, on_delta),
            "content_block_delta" => self.delta(index, &event["delta"], out, on_delta),
            "message_delta" => {
                usage(&event["usage"], out);
                stop(&event["delta"]["stop_reason"], out);
            }
            // `ping`, block ends, and kinds of events that are yet to come.
            _ => {}
        }
        Ok(())
    }

    fn whole(
        &mut self,
        answer: &Value,
        out: &mut Assembly,
        on_delta: OnDelta<'_>,
    ) -> Result<(), ModelError> {
        let Some(blocks) = answer["content"].as_array() else {
            return Err(ModelError::new(
                ModelErrorKind::BadAnswer,
                "the answer is JSON, but not in the format of Anthropic's Messages API",
            )
            .help("Check the base URL; an OpenAI-compatible server needs provider = \"openai\"."));
        };
        for (index, block) in (0..).zip(blocks) {
            self.block(index, block, out, on_delta);
        }
        usage(&answer["usage"], out);
        stop(&answer["stop_reason"], out);
        Ok(())
    }
}

impl Blocks {
    fn block(&mut self, index: u64, block: &Value, out: &mut Assembly, on_delta: OnDelta<'_>) {
        let text = |key: &str| block[key].as_str().unwrap_or_default();
        match text("type") {
            "text" => out.text(text("text"), on_delta),
            "tool_use" => {
                let place = out.call(text("id"), text("name"), on_delta);
                self.calls.insert(index, place);
                // Streams begin with an empty object and send the input in pieces after it.
                let input = &block["input"];
                if input.as_object().is_some_and(|input| !input.is_empty()) {
                    out.arguments(place, &input.to_string(), on_delta);
                }
            }
            _ => {}
        }
    }

    fn delta(&self, index: u64, delta: &Value, out: &mut Assembly, on_delta: OnDelta<'_>) {
        let text = |key: &str| delta[key].as_str().unwrap_or_default();
        match (text("type"), self.calls.get(&index)) {
            ("text_delta", _) => out.text(text("text"), on_delta),
            ("input_json_delta", Some(place)) => {
                out.arguments(*place, text("partial_json"), on_delta);
            }
            _ => {}
        }
    }
}

/// Takes the counts that are there: those at the end of a stream replace those at its start.
fn usage(counts: &Value, out: &mut Assembly) {
    let take = |key: &str, field: &mut u64| {
        if let Some(count) = counts[key].as_u64() {
            *field = count;
        }
    };
    take("input_tokens", &mut out.usage.input);
    take("output_tokens", &mut out.usage.output);
    take("cache_read_input_tokens", &mut out.usage.cache_read);
    take("cache_creation_input_tokens", &mut out.usage.cache_write);
}

fn stop(reason: &Value, out: &mut Assembly) {
    out.stop = match reason.as_str() {
        None => out.stop,
        Some("tool_use") => Some(Stop::ToolUse),
        Some("max_tokens" | "model_context_window_exceeded") => Some(Stop::Length),
        Some("refusal") => Some(Stop::Refused),
        Some(_) => Some(Stop::EndTurn),
    };
}
