//! What is said to a model and what it says back, whatever the wire format.

use std::ops::AddAssign;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One question to a chat model: the whole conversation so far, and the tools it may call.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// The system prompt in parts; what stays the same from call to call comes first.
    pub system: Vec<SystemPart>,
    /// The conversation, oldest message first.
    pub messages: Vec<Message>,
    /// The tools that the model may call.
    pub tools: Vec<ToolSpec>,
    /// Whether the model may, must not, or must call a tool.
    pub tool_choice: ToolChoice,
    /// The most tokens that the answer may have.
    pub max_tokens: u32,
}

/// A part of the system prompt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SystemPart {
    /// What it says.
    pub text: String,
    /// Is it the same on every call, so that the provider may cache everything up to its end?
    pub cacheable: bool,
}

/// A turn of the conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "role", rename_all = "snake_case")]
pub enum Message {
    /// What the person, or the program on their behalf, said.
    User {
        /// The words.
        text: String,
    },
    /// What the model said, and the tools it called.
    Assistant {
        /// The words; empty when it only called tools.
        text: String,
        /// The tool calls, in the order in which they came.
        calls: Vec<ToolCall>,
    },
    /// What the called tools returned: one result per call, in the order of the calls.
    ToolResults {
        /// The results.
        results: Vec<ToolResult>,
    },
}

impl Message {
    /// Returns a message of the user.
    pub fn user(text: impl Into<String>) -> Self {
        Message::User { text: text.into() }
    }
}

/// A call of a tool, as the model wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolCall {
    /// Ties the call to its result; unique in the conversation.
    pub id: String,
    /// Which tool.
    pub name: String,
    /// The arguments as raw text, kept as it came: it may be malformed or cut-off JSON.
    pub arguments: String,
}

impl ToolCall {
    /// Returns the arguments as a JSON object that can go back to a provider.
    ///
    /// Providers refuse a conversation whose earlier calls hold malformed JSON, so such text is
    /// carried in an object; the model can still see what it wrote.
    pub(crate) fn arguments_object(&self) -> Map<String, Value> {
        if self.arguments.trim().is_empty() {
            return Map::new();
        }
        match serde_json::from_str(&self.arguments) {
            Ok(Value::Object(object)) => object,
            _ => Map::from_iter([(
                "malformed_arguments".to_owned(),
                Value::String(self.arguments.clone()),
            )]),
        }
    }
}

/// What a tool returned for a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolResult {
    /// The id of the call that it answers.
    pub call_id: String,
    /// The result, in words or JSON.
    pub content: String,
    /// Did the tool refuse or fail?
    pub is_error: bool,
}

/// A tool, as the model is told about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolSpec {
    /// Its name: letters, digits, `_` and `-`, at most 64.
    pub name: String,
    /// What it does and when to use it.
    pub description: String,
    /// JSON Schema of its arguments: an object.
    pub parameters: Value,
}

/// Whether the model may call a tool.
///
/// There is no "some tool, whichever": servers honour that least reliably, and a named tool works
/// everywhere.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToolChoice {
    /// The model decides.
    #[default]
    Auto,
    /// It must answer in words.
    None,
    /// It must call this tool.
    Named(String),
}

/// A model's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// What it said; may be empty when it called tools.
    pub text: String,
    /// The tools that it called.
    pub calls: Vec<ToolCall>,
    /// Why it stopped.
    pub stop: Stop,
    /// What the call used.
    pub usage: Usage,
}

impl Reply {
    /// Returns the message that keeps this answer in the conversation.
    pub fn into_message(self) -> Message {
        Message::Assistant {
            text: self.text,
            calls: self.calls,
        }
    }
}

/// Why a model stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stop {
    /// It had said what it wanted to say.
    EndTurn,
    /// It waits for the results of its tool calls.
    ToolUse,
    /// It ran out of tokens: the text, or the arguments of the last call, are cut off.
    Length,
    /// It, or a filter of the provider, declined to answer.
    Refused,
}

/// Tokens used, split by what they cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Prompt tokens at the full price: those that were not cached.
    pub input: u64,
    /// Tokens of the answer.
    pub output: u64,
    /// Prompt tokens that were read from the provider's cache.
    pub cache_read: u64,
    /// Prompt tokens that were written to the provider's cache.
    pub cache_write: u64,
}

impl Usage {
    /// Returns the tokens of the whole prompt, cached or not.
    pub fn prompt(&self) -> u64 {
        self.input + self.cache_read + self.cache_write
    }
}

impl AddAssign for Usage {
    fn add_assign(&mut self, more: Usage) {
        self.input += more.input;
        self.output += more.output;
        self.cache_read += more.cache_read;
        self.cache_write += more.cache_write;
    }
}

/// A piece of an answer, while it comes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delta {
    /// More text.
    Text(String),
    /// The model began to call a tool.
    CallStarted {
        /// Which tool.
        name: String,
    },
    /// More of the arguments of the call that was started last.
    CallArguments {
        /// How many characters came.
        chars: usize,
    },
    /// The attempt failed and is made again: all pieces that came before this are void.
    Retrying {
        /// How long until the next attempt.
        after: Duration,
        /// What went wrong, in the user's words.
        because: String,
    },
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn call(arguments: &str) -> Value {
        let call = ToolCall {
            id: "1".into(),
            name: "t".into(),
            arguments: arguments.into(),
        };
        Value::Object(call.arguments_object())
    }

    #[test]
    fn malformed_arguments_still_travel_as_an_object() {
        assert_eq!(call(r#"{"a":1}"#), json!({"a": 1}));
        assert_eq!(call(""), json!({}));
        assert_eq!(call(r#"{"a":"#), json!({"malformed_arguments": "{\"a\":"}));
        assert_eq!(call("[1]"), json!({"malformed_arguments": "[1]"}));
    }

    #[test]
    fn a_saved_conversation_reads_back() {
        let messages = vec![
            Message::user("hello"),
            Message::Assistant {
                text: String::new(),
                calls: vec![ToolCall {
                    id: "a".into(),
                    name: "look".into(),
                    arguments: "{".into(),
                }],
            },
            Message::ToolResults {
                results: vec![ToolResult {
                    call_id: "a".into(),
                    content: "no".into(),
                    is_error: true,
                }],
            },
        ];
        let text = serde_json::to_string(&messages).unwrap();
        assert_eq!(
            serde_json::from_str::<Vec<Message>>(&text).unwrap(),
            messages
        );
    }

    #[test]
    fn usage_adds_up() {
        let mut total = Usage::default();
        total += Usage {
            input: 1,
            output: 2,
            cache_read: 3,
            cache_write: 4,
        };
        total += total;
        assert_eq!(total.prompt(), 16);
        assert_eq!(total.output, 4);
    }
}
