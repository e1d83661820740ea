//! A request in the Messages format.

use serde_json::{Value, json};

use crate::model::{Message, Request, SystemPart, ToolCall, ToolChoice, ToolResult, ToolSpec};

/// Returns the body of a streamed request.
pub(super) fn body(model: &str, request: &Request) -> Value {
    let mut body = json!({
        "model": model,
        "max_tokens": request.max_tokens,
        "stream": true,
    });
    let system = system(&request.system);
    if !system.is_empty() {
        body["system"] = Value::Array(system);
    }
    if !request.tools.is_empty() {
        body["tools"] = request.tools.iter().map(tool).collect();
        body["tool_choice"] = match &request.tool_choice {
            ToolChoice::Auto => json!({"type": "auto"}),
            ToolChoice::None => json!({"type": "none"}),
            ToolChoice::Named(name) => json!({"type": "tool", "name": name}),
        };
    }
    body["messages"] = Value::Array(messages(&request.messages));
    body
}

/// A cache breakpoint covers everything before it, tools and earlier parts alike, so the last
/// stable part carries the only one of the system prompt.
fn system(parts: &[SystemPart]) -> Vec<Value> {
    let stable = parts.iter().take_while(|part| part.cacheable).count();
    let parts = parts.iter().enumerate();
    parts
        .filter(|(_, part)| !part.text.trim().is_empty())
        .map(|(place, part)| {
            let mut block = text(&part.text);
            if place + 1 == stable {
                mark(&mut block);
            }
            block
        })
        .collect()
}

fn messages(messages: &[Message]) -> Vec<Value> {
    let mut turns: Vec<(&str, Vec<Value>)> = Vec::new();
    for message in messages {
        let (role, blocks) = match message {
            Message::User { text: said } => ("user", vec![text(said)]),
            Message::Assistant { text, calls } => ("assistant", assistant(text, calls)),
            Message::ToolResults { results } => ("user", results.iter().map(result).collect()),
        };
        match turns.last_mut() {
            // Results, and what the person said after them, are one turn of the user.
            Some((last, before)) if *last == role => before.extend(blocks),
            _ => turns.push((role, blocks)),
        }
    }
    // The next call of a loop repeats this one, so it reads all of it from the cache.
    if let Some(block) = turns.last_mut().and_then(|(_, blocks)| blocks.last_mut()) {
        mark(block);
    }
    turns
        .into_iter()
        .map(|(role, content)| json!({"role": role, "content": content}))
        .collect()
}

fn assistant(said: &str, calls: &[ToolCall]) -> Vec<Value> {
    let said = said.trim_end();
    let said = (!said.is_empty()).then(|| text(said));
    let calls = calls.iter().map(|call| {
        json!({
            "type": "tool_use",
            "id": call.id,
            "name": call.name,
            "input": call.arguments_object(),
        })
    });
    said.into_iter().chain(calls).collect()
}

fn result(result: &ToolResult) -> Value {
    let mut block = json!({"type": "tool_result", "tool_use_id": result.call_id});
    if !result.content.trim().is_empty() {
        block["content"] = json!(result.content);
    }
    if result.is_error {
        block["is_error"] = json!(true);
    }
    block
}

fn tool(tool: &ToolSpec) -> Value {
    json!({
        "name": tool.name,
        "description": tool.description,
        "input_schema": tool.parameters,
    })
}

fn text(text: &str) -> Value {
    json!({"type": "text", "text": text})
}

fn mark(block: &mut Value) {
    block["cache_control"] = json!({"type": "ephemeral"});
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture;

    #[test]
    fn a_conversation_is_blocks_with_two_cache_breakpoints() {
        insta::assert_json_snapshot!(body("claude", &fixture::conversation()));
    }

    #[test]
    fn an_unstable_part_before_a_stable_one_is_not_cached() {
        let part = |cacheable| SystemPart {
            text: "words".into(),
            cacheable,
        };
        let marked = |parts: &[SystemPart]| {
            let blocks = system(parts);
            let marks = blocks.iter().map(|block| !block["cache_control"].is_null());
            marks.collect::<Vec<_>>()
        };
        assert_eq!(marked(&[part(false), part(true)]), [false, false]);
        assert_eq!(
            marked(&[part(true), part(true), part(false)]),
            [false, true, false]
        );
    }

    #[test]
    fn without_tools_there_is_no_tool_choice() {
        let mut request = fixture::conversation();
        request.tools.clear();
        let body = body("claude", &request);
        assert!(body.get("tools").is_none() && body.get("tool_choice").is_none());
    }
}
