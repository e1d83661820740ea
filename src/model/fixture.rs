//! A conversation with all that a request can hold, for tests.

use serde_json::json;

use super::{Message, Request, SystemPart, ToolCall, ToolChoice, ToolResult, ToolSpec};

pub(crate) fn conversation() -> Request {
    let call = |id: &str, arguments: &str| ToolCall {
        id: id.into(),
        name: "look_up".into(),
        arguments: arguments.into(),
    };
    let result = |id: &str, content: &str, is_error| ToolResult {
        call_id: id.into(),
        content: content.into(),
        is_error,
    };
    let part = |text: &str, cacheable| SystemPart {
        text: text.into(),
        cacheable,
    };
    Request {
        system: vec![
            part("You look things up.", true),
            part("It is Monday.", false),
        ],
        messages: vec![
            Message::user("Which accounts renew?"),
            Message::Assistant {
                text: "I will look. ".into(),
                calls: vec![
                    call("a", r#"{"table":"accounts"}"#),
                    call("b", r#"{"table":"#),
                ],
            },
            Message::ToolResults {
                results: vec![
                    result("a", "Acme", false),
                    result("b", "the arguments are cut off", true),
                ],
            },
            Message::user("And who owns them?"),
        ],
        tools: vec![ToolSpec {
            name: "look_up".into(),
            description: "Looks up rows of a table".into(),
            parameters: json!({
                "type": "object",
                "properties": {"table": {"type": "string", "maxLength": 64}},
                "required": ["table"],
            }),
        }],
        tool_choice: ToolChoice::Auto,
        max_tokens: 1000,
    }
}
