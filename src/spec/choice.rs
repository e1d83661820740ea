//! Settings that are a word or a structure: `"fail"`, or `{"continue": "…"}`.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::ser::SerializeSeq;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::{Map, Value as Json};

use super::{Expr, Text};

/// What happens when a table cannot be read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IfUnavailable {
    /// Nothing is said: the case fails.
    #[default]
    #[serde(skip)]
    Unsaid,
    /// The case fails, as the workflow says.
    Fail,
    /// The case goes on without it, with this caveat.
    Continue(Text),
    /// What was read last is used, if it is not older than this, such as `7d`.
    LastKnown(String),
}

impl IfUnavailable {
    /// Is it what holds when nothing is said?
    pub fn is_default(&self) -> bool {
        *self == IfUnavailable::Unsaid
    }
}

impl JsonSchema for IfUnavailable {
    fn schema_name() -> Cow<'static, str> {
        "IfUnavailable".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "\"fail\" (the default), {\"continue\": \"caveat\"} to go on without it, or {\"last_known\": \"7d\"}.",
            "if": {"type": "string"},
            "then": {"enum": ["fail"]},
            "else": {
                "type": "object",
                "properties": {
                    "continue": {"type": "string", "maxLength": 1000},
                    "last_known": {"type": "string", "pattern": "^[0-9]+(s|m|h|d)$"}
                },
                "minProperties": 1, "maxProperties": 1, "additionalProperties": false
            }
        })
    }
}

/// What a column must be, for a row to belong to the case.
#[derive(Debug, Clone, PartialEq)]
pub enum Match {
    /// Equal to an expression.
    Equals(Expr),
    /// Like an expression: names spelled differently.
    Like(Like),
}

/// A fuzzy match of names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Like {
    /// The name to look for.
    pub like: Expr,
    /// The least similarity, from 0 to 1; 0.82 without it.
    #[serde(default = "Like::default_at_least")]
    pub at_least: f64,
    /// From this similarity on, a match needs nobody's confirmation; 0.95 without it.
    #[serde(default = "Like::default_sure")]
    pub sure: f64,
}

impl Like {
    fn default_at_least() -> f64 {
        0.82
    }

    fn default_sure() -> f64 {
        0.95
    }
}

impl Serialize for Match {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Match::Equals(expr) => expr.serialize(serializer),
            Match::Like(like) => like.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Match {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Json::deserialize(deserializer)? {
            Json::String(text) => Ok(Match::Equals(Expr(text))),
            other => serde_json::from_value(other)
                .map(Match::Like)
                .map_err(de::Error::custom),
        }
    }
}

impl JsonSchema for Match {
    fn schema_name() -> Cow<'static, str> {
        "Match".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "An expression that the column equals, or {\"like\": expression, \"at_least\": 0.82, \"sure\": 0.95} for names.",
            "if": {"type": "object"},
            "then": {
                "properties": {
                    "like": {"type": "string", "maxLength": 1000},
                    "at_least": {"type": "number", "minimum": 0, "maximum": 1},
                    "sure": {"type": "number", "minimum": 0, "maximum": 1}
                },
                "required": ["like"], "additionalProperties": false
            },
            "else": {"type": "string", "maxLength": 1000}
        })
    }
}

/// What happens when a step fails: the first handler that fits; without one the case fails.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OnError {
    /// The handlers, in the order in which they are tried.
    pub handlers: Vec<Handler>,
    /// Does the workflow say that the case fails?
    pub says_fail: bool,
}

/// What is done about an error.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Handler {
    /// The error codes it is for; any without them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<String>,
    /// Values that the step then has.
    #[serde(rename = "use", default, skip_serializing_if = "Option::is_none")]
    pub replacement: Option<Map<String, Json>>,
    /// Ends the case with this result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop: Option<Map<String, Json>>,
    /// What is disclosed in the result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caveat: Option<Text>,
}

impl OnError {
    /// Is it what holds when nothing is said?
    pub fn is_default(&self) -> bool {
        self.handlers.is_empty() && !self.says_fail
    }
}

impl Serialize for OnError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.handlers.as_slice() {
            [] => "fail".serialize(serializer),
            [one] if !self.says_fail => one.serialize(serializer),
            many => {
                let mut all = serializer.serialize_seq(None)?;
                for handler in many {
                    all.serialize_element(handler)?;
                }
                if self.says_fail {
                    all.serialize_element("fail")?;
                }
                all.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for OnError {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = |value| serde_json::from_value::<Handler>(value).map_err(de::Error::custom);
        let (handlers, says_fail) = match Json::deserialize(deserializer)? {
            Json::String(word) if word == "fail" => (Vec::new(), true),
            Json::Array(mut handlers) => {
                // What none of them is for fails, and that was thought of.
                let says_fail = handlers.last().is_some_and(|last| last == "fail");
                if says_fail {
                    handlers.pop();
                }
                let handlers: Vec<Handler> =
                    handlers.into_iter().map(read).collect::<Result<_, _>>()?;
                let is_empty = handlers.is_empty();
                (handlers, says_fail || is_empty)
            }
            other => (vec![read(other)?], false),
        };
        Ok(OnError {
            says_fail,
            handlers,
        })
    }
}

impl JsonSchema for OnError {
    fn schema_name() -> Cow<'static, str> {
        "OnError".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let handler = serde_json::json!({
            "type": "object",
            "properties": {
                "codes": {"type": "array", "items": {"type": "string", "maxLength": 100}, "minItems": 1},
                "use": {"type": "object"},
                "stop": {"type": "object"},
                "caveat": {"type": "string", "maxLength": 1000}
            },
            "additionalProperties": false
        });
        json_schema!({
            "description": "\"fail\" (the default), {\"use\": {values}, \"caveat\": \"…\"}, {\"stop\": {result}}, or a list of these with \"codes\", which may end in \"fail\"; `error.code` and `error.message` are in scope.",
            "if": {"type": "string"},
            "then": {"enum": ["fail"]},
            "else": {"if": {"type": "array"}, "then": {"items": {"if": {"type": "string"}, "then": {"enum": ["fail"]}, "else": handler}, "minItems": 1}, "else": handler}
        })
    }
}
