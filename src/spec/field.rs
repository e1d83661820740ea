//! The types that a field of a table can be pinned to.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The type of a field of the data.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    /// Any text, also identifiers with leading zeros.
    Text,
    /// A number with a fraction.
    Number,
    /// A whole number.
    Integer,
    /// True or false; `True`, `yes` and `1` are read as true.
    Boolean,
    /// A calendar day, held as `YYYY-MM-DD`.
    Date,
    /// A moment, held as `YYYY-MM-DDTHH:MM:SSZ` in UTC.
    Time,
    /// A list.
    List,
    /// A structure of named values.
    Object,
}

impl FieldType {
    /// Returns the name as a workflow writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            FieldType::Text => "text",
            FieldType::Number => "number",
            FieldType::Integer => "integer",
            FieldType::Boolean => "boolean",
            FieldType::Date => "date",
            FieldType::Time => "time",
            FieldType::List => "list",
            FieldType::Object => "object",
        }
    }
}

impl fmt::Display for FieldType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
