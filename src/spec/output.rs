//! What comes out.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::tagged::tagged;
use super::{Expr, Text};

/// The fields that every output has.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OutputCommon {
    /// Its name.
    #[schemars(regex(pattern = r"^[a-z][a-z0-9_]{0,39}$"))]
    pub id: String,
    /// It is made only where this holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Expr>,
    /// Once per case (the default), or once per run, where `cases` lists every case's `key`, `result` and `item`.
    #[serde(default, skip_serializing_if = "Per::is_case")]
    pub per: Per,
    /// Whether a person approves it before it leaves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<Approval>,
    /// Numbers of the SOP statements that it carries out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sop: Vec<usize>,
}

/// How often an output is made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Per {
    /// Once for each case.
    #[default]
    Case,
    /// Once, when all cases are done.
    Run,
}

impl Per {
    /// Is it made for each case?
    pub fn is_case(&self) -> bool {
        *self == Per::Case
    }
}

/// Whether a person approves something before it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Approval {
    /// It waits for a person.
    Required,
    /// The user has said that it need not wait.
    NotNeeded,
}

tagged! {
    /// Something that comes out.
    Output, OutputKind, common OutputCommon ["id", "when", "per", "approval", "sop"], {
        /// a file, made at once
        Document(Document) = "document",
        /// a CSV or workbook of rows, made at once
        Table(TableOutput) = "table",
        /// an email as a draft; people send it, or approve that it is sent
        EmailDraft(EmailDraft) = "email_draft",
        /// a message to a channel; waits for approval
        Message(Message) = "message",
        /// sets fields of a row; waits for approval
        Update(Update) = "update",
        /// calls a tool that writes; waits for approval
        Call(CallOutput) = "call",
    }
}

/// A file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// Its name, ending in .md, .html, .docx, .txt, .json or .xml. A .docx, and an .html whose body has no HTML elements, is made of Markdown.
    pub file: Text,
    /// Its content.
    pub body: Text,
}

/// A CSV or workbook of rows, one per case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TableOutput {
    /// Its name, ending in .csv or .xlsx.
    pub file: Text,
    /// Which cases are rows, over `case` (with `key`, `result`, `item`); all that were not stopped without it.
    #[serde(rename = "where", default, skip_serializing_if = "Option::is_none")]
    pub only: Option<Expr>,
    /// Expressions over `case` to sort by; a leading `-` reverses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub order_by: Vec<Expr>,
    /// Heading -> template over `case`.
    #[schemars(extend("minProperties" = 1))]
    pub columns: IndexMap<String, Json>,
}

/// An email as a draft.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EmailDraft {
    /// The recipient.
    pub to: Text,
    /// Who gets a copy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cc: Option<Text>,
    /// The subject.
    pub subject: Text,
    /// The text; Markdown is sent as HTML too.
    pub body: Text,
}

/// A message to a channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// Where to, such as `slack.cs-alerts`.
    pub to: Text,
    /// What it says, in Markdown.
    pub text: Text,
}

/// Sets fields of a row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Update {
    /// `connection.table`.
    #[serde(rename = "in")]
    pub table: String,
    /// Column -> template: which row.
    #[schemars(extend("minProperties" = 1))]
    pub key: IndexMap<String, Json>,
    /// Column -> template: what is set.
    #[schemars(extend("minProperties" = 1))]
    pub set: IndexMap<String, Json>,
}

/// Calls a tool that writes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CallOutput {
    /// `connection.tool`.
    pub tool: String,
    /// Argument -> template.
    #[serde(rename = "with", default, skip_serializing_if = "IndexMap::is_empty")]
    pub arguments: IndexMap<String, Json>,
}
