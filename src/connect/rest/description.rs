//! The description of a service, as it is written.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::connect::{ConnectionLimits, Effect, Row};
use crate::spec::FieldType;

/// A service: where it is, and what it offers. Tables and tools are read one by one, so that what
/// is wrong with one is said of that one.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Description {
    /// Its name.
    pub service: Option<String>,
    /// What it is for, in words.
    pub about: Option<String>,
    /// The page that tells about it.
    pub docs: Option<String>,
    /// Where it is; it may hold blanks.
    pub base_url: String,
    /// Headers of every request.
    pub headers: IndexMap<String, String>,
    /// What a person fills in.
    pub blanks: IndexMap<String, Blank>,
    /// The secrets that a person has.
    pub secrets: IndexMap<String, SecretAsked>,
    /// How to show who is calling.
    pub auth: Option<Value>,
    /// How much may be asked at once, and how fast.
    pub limits: ConnectionLimits,
    /// How long an answer may take.
    pub timeout: Option<String>,
    /// The greatest answer in bytes.
    pub max_bytes: Option<u64>,
    /// Are bodies sent as those of web forms, and not as JSON?
    pub form: bool,
    /// How a "no" is told that comes as a good answer.
    pub refusals: Option<Refusals>,
    /// The tables by name, each a [`TableDescription`].
    pub tables: Row,
    /// The tools by name, each a [`ToolDescription`].
    pub tools: Row,
}

/// Something that a person fills in.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Blank {
    /// What it is, and where it is found.
    pub ask: String,
    /// What it is unless said.
    #[serde(default)]
    pub default: Option<Value>,
    /// May it be left open? Then tables and tools that need it are not there.
    #[serde(default)]
    pub optional: bool,
}

/// A secret that a person has.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SecretAsked {
    /// What it is, and where it is found.
    pub ask: String,
    /// The variable that holds it unless said.
    pub env: String,
    /// May it be left out?
    #[serde(default)]
    pub optional: bool,
}

/// How a "no" is told that comes as a good answer, as with Slack's `"ok": false`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Refusals {
    /// The path to what is true in an answer that is none.
    pub unless: String,
    /// The path to its code.
    pub code: String,
    /// Codes that say that we are not let in.
    #[serde(default)]
    pub access: Vec<String>,
    /// Codes that say that it may work later.
    #[serde(default)]
    pub later: Vec<String>,
}

/// A table.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TableDescription {
    /// What its records are.
    #[serde(default)]
    pub about: Option<String>,
    /// The method of its requests; GET unless said.
    #[serde(default)]
    pub method: Option<String>,
    /// The path below the service's address.
    pub path: String,
    /// What stands behind the path.
    #[serde(default)]
    pub query: Row,
    /// The body, where it has one.
    #[serde(default)]
    pub body: Option<Value>,
    /// The path to the records in an answer; the answer itself unless said.
    #[serde(default)]
    pub rows: String,
    /// How the next page is asked for; there is one page unless said.
    #[serde(default)]
    pub next: Option<Next>,
    /// The code of a "no" that means that there are no records.
    #[serde(default)]
    pub none: Option<String>,
    /// Does an answer without the list mean that there are no records?
    #[serde(default)]
    pub may_lack_rows: bool,
    /// Is the first record a row of names, and are the others lists of cells?
    #[serde(default)]
    pub heads: bool,
    /// Paths to structures in a record whose parts become columns of their own.
    #[serde(default)]
    pub lift: Vec<String>,
    /// Further columns by name, each with the path to its value in a record.
    #[serde(default)]
    pub pick: IndexMap<String, String>,
    /// Columns that are left out.
    #[serde(default)]
    pub leave_out: Vec<String>,
    /// Columns that hold moments as seconds since 1970.
    #[serde(default)]
    pub moments: Vec<String>,
    /// A path to values that say their kind, as Notion's properties do.
    #[serde(default)]
    pub tagged: Option<String>,
    /// The columns that are known beforehand, with their types.
    #[serde(default)]
    pub columns: IndexMap<String, FieldType>,
    /// The column that tells its records apart.
    #[serde(default)]
    pub key: Option<String>,
    /// How older records are left out.
    #[serde(default)]
    pub since: Option<Since>,
    /// How a record is changed.
    #[serde(default)]
    pub update: Option<UpdateDescription>,
}

/// How the next page is asked for.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(
    untagged,
    deny_unknown_fields,
    expecting = "use `{ parameter = \"cursor\", at = \"/next_cursor\" }`, \
    `{ parameter = \"page\", from = 1 }`, `{ parameter = \"offset\", rows_from = 0 }`, \
    `{ parameter = \"starting_after\", last = \"id\", more = \"/has_more\" }`, \
    `{ link = \"/links/next\" }` or `{ header = \"next\" }`"
)]
pub enum Next {
    /// With what the answer gives, until it gives nothing.
    Cursor {
        /// The parameter that it goes into.
        parameter: String,
        /// The path to it in the answer.
        at: String,
        /// The path to whether there is more, where the answer gives a cursor in any case.
        #[serde(default)]
        more: Option<String>,
    },
    /// By the number of the page, until a page is empty.
    Number {
        /// The parameter that it goes into.
        parameter: String,
        /// The number of the first page.
        from: u64,
    },
    /// By the number of rows before it, until a page is empty.
    Offset {
        /// The parameter that it goes into.
        parameter: String,
        /// The number of the first row.
        rows_from: u64,
    },
    /// With a value of the last record.
    Last {
        /// The parameter that it goes into.
        parameter: String,
        /// The part of the record.
        last: String,
        /// The path to whether there is more.
        more: String,
    },
    /// At the address that the answer gives.
    Link {
        /// The path to it in the answer.
        link: String,
    },
    /// At the address in the header `Link` (RFC 8288).
    Header {
        /// The relation of that address.
        header: String,
    },
}

/// How older records are left out: `{since}` in the table's query or body is then the day since
/// when.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Since {
    /// The column that says when a record was changed or made.
    pub field: String,
    /// How the service wants to be told.
    #[serde(rename = "as")]
    pub form: Moment,
    /// What holds where a person says nothing; such as `1970-01-01` or `365d`.
    #[serde(default)]
    pub default: Option<String>,
}

/// How a moment is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// Seconds since 1970.
    Unix,
    /// As `2026-01-01T00:00:00Z`.
    Time,
    /// As `2026-01-01`.
    Date,
}

/// How a record is changed. Its path or body holds the table's key in braces, and `{set}`, the
/// columns that are set.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateDescription {
    /// The method of its request; PATCH unless said.
    #[serde(default)]
    pub method: Option<String>,
    /// The path below the service's address.
    pub path: String,
    /// The body; the columns that are set, unless said.
    #[serde(default)]
    pub body: Option<Value>,
    /// Columns that cannot be set.
    #[serde(default)]
    pub fixed: Vec<String>,
    /// What columns are called there, where it is another name.
    #[serde(default)]
    pub names: IndexMap<String, String>,
    /// The part of a record into which columns go that the table does not declare.
    #[serde(default)]
    pub others: Option<String>,
    /// Are all values sent as texts?
    #[serde(default)]
    pub as_text: bool,
}

/// A tool. Its path, query, headers and body hold its arguments in braces.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ToolDescription {
    /// What it does.
    pub about: String,
    /// The method of its request; POST unless said.
    #[serde(default)]
    pub method: Option<String>,
    /// The path below the service's address.
    pub path: String,
    /// What stands behind the path.
    #[serde(default)]
    pub query: Row,
    /// Headers of its own.
    #[serde(default)]
    pub headers: IndexMap<String, String>,
    /// The body, where it has one.
    #[serde(default)]
    pub body: Option<Value>,
    /// What calling it does; a GET reads, a DELETE cannot be undone, else it writes, unless said.
    #[serde(default)]
    pub effect: Option<Effect>,
    /// The header by which the service knows a call that is sent again.
    #[serde(default)]
    pub idempotency: Option<String>,
    /// Is calling it twice the same as calling it once? So it is of what reads, of a PUT or DELETE,
    /// and with an `idempotency` header, unless said.
    #[serde(default)]
    pub repeatable: Option<bool>,
    /// The arguments by name.
    #[serde(default)]
    pub input: IndexMap<String, Input>,
    /// An email that is written of the arguments: `{email}` in the body is then its source.
    #[serde(default)]
    pub email: Option<Row>,
    /// What a message says, in Markdown: `{message}` in the body is then its text as the service
    /// writes it, and `{blocks}` the blocks that it consists of.
    #[serde(default)]
    pub message: Option<MessageDescription>,
    /// The path to what is returned of the answer; all of it unless said.
    #[serde(default)]
    pub answer: String,
    /// The parts of what is returned that are known beforehand, with their types.
    #[serde(default)]
    pub gives: IndexMap<String, FieldType>,
}

/// A message that is written of the arguments.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageDescription {
    /// As which service writes it.
    pub style: MessageStyle,
    /// What it says.
    pub text: String,
}

/// How a service writes messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MessageStyle {
    /// Slack's mrkdwn and its blocks.
    Slack,
}

/// An argument of a tool.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// What it is.
    #[serde(default)]
    pub about: Option<String>,
    /// Its type; text unless said.
    #[serde(default, rename = "type")]
    pub kind: Option<FieldType>,
    /// May it be left out?
    #[serde(default)]
    pub optional: bool,
    /// The values that it may have.
    #[serde(default)]
    pub one_of: Vec<Value>,
}
