//! A request in the chat completions format.

use serde_json::{Value, json};

use crate::model::{Message, Request, ToolCall, ToolChoice, ToolSpec};

/// How a server calls the most tokens that an answer may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LimitField {
    /// OpenAI's newer models refuse `max_tokens`.
    MaxCompletionTokens,
    /// Most other servers know nothing else.
    MaxTokens,
}

impl LimitField {
    /// Returns what the server at that address understands.
    pub(super) fn of(base_url: &str) -> Self {
        match base_url.contains("api.openai.com") {
            true => LimitField::MaxCompletionTokens,
            false => LimitField::MaxTokens,
        }
    }

    fn name(self) -> &'static str {
        match self {
            LimitField::MaxCompletionTokens => "max_completion_tokens",
            LimitField::MaxTokens => "max_tokens",
        }
    }
}

/// Returns the body of a streamed request.
pub(super) fn body(model: &str, limit: LimitField, request: &Request) -> Value {
    let mut body = json!({
        "model": model,
        limit.name(): request.max_tokens,
        "stream": true,
        "stream_options": {"include_usage": true},
    });
    if !request.tools.is_empty() {
        body["tools"] = request.tools.iter().map(tool).collect();
        body["tool_choice"] = match &request.tool_choice {
            ToolChoice::Auto => json!("auto"),
            ToolChoice::None => json!("none"),
            ToolChoice::Named(name) => json!({"type": "function", "function": {"name": name}}),
        };
    }
    body["messages"] = messages(request).into();
    body
}

fn messages(request: &Request) -> Vec<Value> {
    let parts: Vec<&str> = request
        .system
        .iter()
        .map(|part| part.text.trim_end())
        .filter(|text| !text.is_empty())
        .collect();
    let mut out = Vec::new();
    if !parts.is_empty() {
        out.push(json!({"role": "system", "content": parts.join("\n\n")}));
    }
    for message in &request.messages {
        match message {
            Message::User { text } => out.push(json!({"role": "user", "content": text})),
            Message::Assistant { text, calls } => out.push(assistant(text, calls)),
            Message::ToolResults { results } => out.extend(results.iter().map(|result| {
                json!({
                    "role": "tool",
                    "tool_call_id": result.call_id,
                    "content": result.content,
                })
            })),
        }
    }
    out
}

fn assistant(text: &str, calls: &[ToolCall]) -> Value {
    let content = if text.is_empty() && !calls.is_empty() {
        Value::Null
    } else {
        json!(text)
    };
    let mut message = json!({"role": "assistant", "content": content});
    if !calls.is_empty() {
        message["tool_calls"] = calls.iter().map(call).collect();
    }
    message
}

fn call(call: &ToolCall) -> Value {
    json!({
        "id": call.id,
        "type": "function",
        "function": {
            "name": call.name,
            "arguments": Value::Object(call.arguments_object()).to_string(),
        },
    })
}

fn tool(tool: &ToolSpec) -> Value {
    json!({
        "type": "function",
        "function": {
            "name": tool.name,
            "description": tool.description,
            "parameters": tool.parameters,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture;

    #[test]
    fn a_conversation_is_one_message_per_result() {
        let body = body("gpt", LimitField::MaxTokens, &fixture::conversation());
        insta::assert_json_snapshot!(body);
    }

    #[test]
    fn only_openai_itself_takes_the_newer_limit() {
        let field = |url| LimitField::of(url).name();
        assert_eq!(field("https://api.openai.com/v1"), "max_completion_tokens");
        assert_eq!(field("http://127.0.0.1:11434/v1"), "max_tokens");
    }
}
