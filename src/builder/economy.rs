//! What a model is sent again with each call, kept small: what a later call has replaced shrinks
//! to a line. The session itself keeps everything.

use serde_json::{Map, Value as Json, json};

use crate::model::{Message, ToolCall, ToolResult};

/// What stands for something that a later call has replaced.
const LEFT_OUT: &str = "(left out: a later call replaces it)";

/// What stands for rows that were looked at before there was a plan.
const LOOKED_AT: &str = "(left out: looked at before the plan was made; ask again if needed)";

/// Returns the conversation as it is sent.
pub(super) fn brief(messages: &[Message]) -> Vec<Message> {
    let made = Made::of(messages);
    messages
        .iter()
        .enumerate()
        .map(|(at, message)| match message {
            Message::User { .. } => message.clone(),
            Message::Assistant { text, calls } => Message::Assistant {
                text: text.clone(),
                calls: calls.iter().map(|call| made.call(at, call)).collect(),
            },
            Message::ToolResults { results } => Message::ToolResults {
                results: results.iter().map(|r| made.result(at, r)).collect(),
            },
        })
        .collect()
}

/// Where in the conversation the calls stand that replace earlier ones.
#[derive(Default)]
struct Made<'m> {
    /// Every call with its message.
    calls: Vec<(usize, &'m ToolCall)>,
    /// Calls that were refused.
    refused: Vec<&'m str>,
}

impl<'m> Made<'m> {
    fn of(messages: &'m [Message]) -> Self {
        let mut made = Made::default();
        for (at, message) in messages.iter().enumerate() {
            match message {
                Message::Assistant { calls, .. } => {
                    made.calls.extend(calls.iter().map(|call| (at, call)));
                }
                Message::ToolResults { results } => {
                    let refused = results.iter().filter(|r| r.is_error);
                    made.refused.extend(refused.map(|r| r.call_id.as_str()));
                }
                Message::User { .. } => {}
            }
        }
        made
    }

    /// Returns where a tool last did what it was asked.
    fn last(&self, tool: &str) -> Option<usize> {
        let mut done = self
            .calls
            .iter()
            .rev()
            .filter(|(_, call)| call.name == tool && !self.refused.contains(&call.id.as_str()));
        done.next().map(|(at, _)| *at)
    }

    fn is_before_last(&self, at: usize, tool: &str) -> bool {
        self.last(tool).is_some_and(|last| at < last)
    }

    /// Was what stands here looked at before there was a plan?
    fn is_planned(&self, at: usize) -> bool {
        self.is_before_last(at, "propose_plan") || self.is_before_last(at, "dry_run")
    }

    fn call(&self, at: usize, call: &ToolCall) -> ToolCall {
        let mut call = call.clone();
        match call.name.as_str() {
            "write_workflow" if self.is_before_last(at, "write_workflow") => {
                call.arguments = json!({ "workflow": {"objective": LEFT_OUT} }).to_string();
            }
            // What a test says stands in the workflow, and its name tells it from others.
            "add_test" if self.is_before_last(at, "dry_run") => {
                let arguments: Json = serde_json::from_str(&call.arguments).unwrap_or_default();
                if !self.refused.contains(&call.id.as_str()) && arguments.is_object() {
                    let kept = json!({"name": arguments["name"], "given": {}, "expect": {}});
                    call.arguments = kept.to_string();
                }
            }
            _ => {}
        }
        call
    }

    fn result(&self, at: usize, result: &ToolResult) -> ToolResult {
        let call = self.calls.iter().find(|(_, c)| c.id == result.call_id);
        let Some((_, call)) = call.filter(|_| !result.is_error) else {
            return result.clone();
        };
        let Ok(Json::Object(mut content)) = serde_json::from_str(&result.content) else {
            return result.clone();
        };
        // A result stands in the message after its call, so that of the last dry run is not before it.
        let is_run = self.is_before_last(at, "dry_run");
        match call.name.as_str() {
            "dry_run" if is_run => {
                content.retain(|key, _| key == "claim" || key == "why");
                content.insert("cases".to_owned(), json!(LEFT_OUT));
            }
            "query" if self.is_planned(at) && content.contains_key("rows") => {
                content.insert("rows".to_owned(), json!(LOOKED_AT));
            }
            "try_tool" if is_run => shorten_tries(&mut content),
            "inspect" if is_run => {
                for looked_at in content.values_mut().filter_map(Json::as_object_mut) {
                    looked_at.remove("samples");
                    // How a tool is called stands in the workflow by now.
                    for schema in ["input", "output"] {
                        if let Some(whole) = looked_at.get_mut(schema) {
                            *whole = whole["properties"]
                                .as_object()
                                .map(|fields| json!(fields.keys().collect::<Vec<_>>()))
                                .unwrap_or_default();
                        }
                    }
                }
            }
            _ => return result.clone(),
        }
        ToolResult {
            content: Json::Object(content).to_string(),
            ..result.clone()
        }
    }
}

/// Keeps the first answers of several tries, and what refusals said.
fn shorten_tries(content: &mut Map<String, Json>) {
    const KEPT: usize = 3;
    if let Some(calls) = content.get_mut("calls").and_then(Json::as_array_mut)
        && calls.len() > KEPT
    {
        let left = calls.len() - KEPT;
        calls.truncate(KEPT);
        content.insert("left_out".to_owned(), json!(left));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn turn(id: &str, name: &str, arguments: Json, result: Json) -> [Message; 2] {
        [
            Message::Assistant {
                text: String::new(),
                calls: vec![ToolCall {
                    id: id.to_owned(),
                    name: name.to_owned(),
                    arguments: arguments.to_string(),
                }],
            },
            Message::ToolResults {
                results: vec![ToolResult {
                    call_id: id.to_owned(),
                    content: result.to_string(),
                    is_error: false,
                }],
            },
        ]
    }

    fn result_of(messages: &[Message], at: usize) -> Json {
        match &messages[at] {
            Message::ToolResults { results } => serde_json::from_str(&results[0].content).unwrap(),
            other => panic!("{other:?}"),
        }
    }

    fn arguments_of(messages: &[Message], at: usize) -> Json {
        match &messages[at] {
            Message::Assistant { calls, .. } => serde_json::from_str(&calls[0].arguments).unwrap(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_a_later_call_replaces_shrinks_and_the_last_stays_whole() {
        let workflow = json!({"workflow": {"steps": [1, 2, 3]}});
        let report = json!({"claim": "partial", "why": [], "cases": [1, 2], "what_if": [1]});
        let rows = json!({"matching": 2, "rows": [1, 2]});
        let messages: Vec<Message> = [
            turn("1", "query", json!({}), rows.clone()),
            turn("2", "write_workflow", workflow.clone(), json!({"ok": true})),
            turn("3", "dry_run", json!({}), report.clone()),
            turn("4", "write_workflow", workflow.clone(), json!({"ok": true})),
            turn("5", "dry_run", json!({}), report.clone()),
            turn("6", "query", json!({}), rows.clone()),
        ]
        .concat();
        let sent = brief(&messages);
        assert_eq!(result_of(&sent, 1)["matching"], 2);
        assert_eq!(result_of(&sent, 1)["rows"], LOOKED_AT);
        assert_eq!(
            arguments_of(&sent, 2),
            json!({"workflow": {"objective": LEFT_OUT}})
        );
        assert_eq!(result_of(&sent, 5)["claim"], "partial");
        assert_eq!(result_of(&sent, 5)["cases"], LEFT_OUT);
        assert_eq!(arguments_of(&sent, 6), workflow);
        assert_eq!(result_of(&sent, 9), report);
        assert_eq!(result_of(&sent, 11), rows);
    }

    #[test]
    fn a_refused_call_replaces_nothing() {
        let workflow = json!({"workflow": {"steps": [1, 2, 3]}});
        let mut messages: Vec<Message> = [
            turn("1", "write_workflow", workflow.clone(), json!({"ok": true})),
            turn("2", "write_workflow", json!([]), json!({"error": "x"})),
        ]
        .concat();
        if let Some(Message::ToolResults { results }) = messages.last_mut() {
            results[0].is_error = true;
        }
        assert_eq!(brief(&messages), messages);
    }

    #[test]
    fn tests_and_tries_keep_what_tells_them_apart() {
        let test = json!({"name": "A", "given": {"x": 1}, "expect": {"y": 2}});
        let calls = json!({"calls": [1, 2, 3, 4, 5]});
        let messages: Vec<Message> = [
            turn("1", "try_tool", json!({}), calls),
            turn("2", "add_test", test, json!({"ok": true})),
            turn("3", "dry_run", json!({}), json!({"claim": "verified"})),
        ]
        .concat();
        let sent = brief(&messages);
        assert_eq!(
            result_of(&sent, 1),
            json!({"calls": [1, 2, 3], "left_out": 2})
        );
        assert_eq!(
            arguments_of(&sent, 2),
            json!({"name": "A", "given": {}, "expect": {}})
        );
    }
}
