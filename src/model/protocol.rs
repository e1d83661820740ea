//! The rules that every conversation keeps, whichever provider reads it.

use std::collections::HashSet;

use super::{Message, Request, ToolCall, ToolChoice, ToolResult};

/// Checks that a request keeps the protocol that all providers share: turns alternate, each tool
/// call is answered exactly once, in order and directly after it, and nothing is blank.
///
/// # Errors
/// Says which message breaks which rule.
pub fn check_protocol(request: &Request) -> Result<(), String> {
    check_frame(request)?;
    let mut ids = HashSet::new();
    let mut open: &[ToolCall] = &[];
    let mut before: Option<&Message> = None;
    for (place, message) in request.messages.iter().enumerate() {
        check_turn(before, message, &mut ids, open)
            .map_err(|why| format!("message {place}: {why}"))?;
        open = match message {
            Message::Assistant { calls, .. } => calls,
            _ => &[],
        };
        before = Some(message);
    }
    match before {
        None => Err("there is no message".to_owned()),
        Some(Message::Assistant { .. }) => Err("the last message is the model's own".to_owned()),
        Some(_) => Ok(()),
    }
}

fn check_frame(request: &Request) -> Result<(), String> {
    if request.max_tokens == 0 {
        return Err("max_tokens is 0".to_owned());
    }
    if request
        .system
        .iter()
        .any(|part| part.text.trim().is_empty())
    {
        return Err("a part of the system prompt is blank".to_owned());
    }
    let mut names = HashSet::new();
    for tool in &request.tools {
        let known = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if tool.name.is_empty() || tool.name.len() > 64 || !tool.name.chars().all(known) {
            return Err(format!("`{}` cannot be the name of a tool", tool.name));
        }
        if !names.insert(tool.name.as_str()) {
            return Err(format!("there are two tools `{}`", tool.name));
        }
        if tool.parameters["type"] != "object" {
            return Err(format!(
                "the parameters of `{}` are not an object",
                tool.name
            ));
        }
    }
    match &request.tool_choice {
        ToolChoice::Named(name) if !names.contains(name.as_str()) => Err(format!(
            "tool_choice names `{name}`, which is not among the tools"
        )),
        _ => Ok(()),
    }
}

fn check_turn<'a>(
    before: Option<&Message>,
    message: &'a Message,
    ids: &mut HashSet<&'a str>,
    open: &[ToolCall],
) -> Result<(), String> {
    match message {
        Message::User { text } => {
            if matches!(before, Some(Message::User { .. })) {
                return Err("two user messages in a row".to_owned());
            }
            if let Some(call) = open.first() {
                return Err(format!("tool call `{}` is not answered", call.id));
            }
            if text.trim().is_empty() {
                return Err("the user says nothing".to_owned());
            }
        }
        Message::Assistant { text, calls } => {
            if matches!(before, None | Some(Message::Assistant { .. })) {
                return Err("the model speaks out of turn".to_owned());
            }
            if text.trim().is_empty() && calls.is_empty() {
                return Err("the model says nothing".to_owned());
            }
            for call in calls {
                if call.id.is_empty() || !ids.insert(&call.id) {
                    return Err(format!(
                        "the id `{}` of a tool call is not its own",
                        call.id
                    ));
                }
            }
        }
        Message::ToolResults { results } => check_results(open, results)?,
    }
    Ok(())
}

fn check_results(open: &[ToolCall], results: &[ToolResult]) -> Result<(), String> {
    if open.is_empty() {
        return Err("tool results follow no tool call".to_owned());
    }
    let asked: Vec<&str> = open.iter().map(|call| call.id.as_str()).collect();
    let answered: Vec<&str> = results.iter().map(|r| r.call_id.as_str()).collect();
    if asked != answered {
        return Err(format!(
            "the tool calls are {asked:?}, and the results are for {answered:?}"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::model::fixture;

    fn broken(change: impl FnOnce(&mut Request)) -> String {
        let mut request = fixture::conversation();
        change(&mut request);
        check_protocol(&request).unwrap_err()
    }

    #[test]
    fn a_right_conversation_passes() {
        assert_eq!(check_protocol(&fixture::conversation()), Ok(()));
    }

    #[test]
    fn every_break_is_named() {
        let results = |request: &mut Request, change: fn(&mut Vec<ToolResult>)| {
            if let Message::ToolResults { results } = &mut request.messages[2] {
                change(results);
            }
        };
        let cases = [
            (broken(|r| r.messages.clear()), "there is no message"),
            (
                broken(|r| r.messages.truncate(2)),
                "the last message is the model's own",
            ),
            (
                broken(|r| r.messages.push(Message::user("x"))),
                "two user messages",
            ),
            (
                broken(|r| r.messages[0] = Message::user(" ")),
                "message 0: the user says nothing",
            ),
            (
                broken(|r| drop(r.messages.remove(0))),
                "message 0: the model speaks out of turn",
            ),
            (
                broken(|r| drop(r.messages.remove(1))),
                "message 1: tool results follow no",
            ),
            (
                broken(|r| drop(r.messages.remove(2))),
                "message 2: tool call `a` is not answered",
            ),
            (
                broken(|r| results(r, |all| all.swap(0, 1))),
                r#"results are for ["b", "a"]"#,
            ),
            (
                broken(|r| results(r, |all| drop(all.pop()))),
                r#"results are for ["a"]"#,
            ),
            (
                broken(|r| r.tool_choice = ToolChoice::Named("no".into())),
                "names `no`",
            ),
            (
                broken(|r| r.tools.push(r.tools[0].clone())),
                "two tools `look_up`",
            ),
            (
                broken(|r| r.tools[0].name = "look up".into()),
                "cannot be the name",
            ),
            (
                broken(|r| r.system[0].text.clear()),
                "system prompt is blank",
            ),
            (broken(|r| r.max_tokens = 0), "max_tokens is 0"),
        ];
        for (said, expected) in cases {
            assert!(said.contains(expected), "{said} / {expected}");
        }
    }

    #[test]
    fn ids_are_not_used_twice() {
        let said = broken(|request| {
            let again = request.messages[1].clone();
            request.messages.extend([again, Message::user("go on")]);
        });
        assert_eq!(said, "message 4: the id `a` of a tool call is not its own");
    }
}
