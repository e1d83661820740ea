//! Connections to servers of the Model Context Protocol.

use indexmap::IndexMap;
use serde::Deserialize;

use super::ServiceConfig;
use crate::connect::Row;

/// A connection to an MCP server: one that a command starts, or one at an address.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct McpConfig {
    /// The program that is the server, with its arguments.
    #[serde(default)]
    pub command: Vec<String>,
    /// Variables that the program gets, each written `env:NAME`.
    #[serde(default)]
    pub env: IndexMap<String, String>,
    /// The address of the server.
    #[serde(default)]
    pub url: Option<String>,
    /// What can be said of every service.
    #[serde(flatten)]
    pub service: ServiceConfig,
    /// Tables that are made of tools which list something.
    #[serde(default)]
    pub tables: IndexMap<String, ListConfig>,
}

/// A table that a tool lists.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListConfig {
    /// The tool.
    pub tool: String,
    /// Its arguments.
    #[serde(rename = "with", default)]
    pub arguments: Row,
    /// The path to the list of records in its answer, as a JSON pointer; the answer itself unless
    /// said.
    #[serde(default)]
    pub rows: String,
    /// How the next page is asked for; there is one page unless said.
    #[serde(default)]
    pub next: Option<Paging>,
}

/// How the next page of a list is asked for.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(
    untagged,
    deny_unknown_fields,
    expecting = "use `{ argument = \"cursor\", at = \"/next_cursor\" }` or `{ argument = \"page\", from = 1 }`"
)]
pub enum Paging {
    /// With what the answer gives, until it gives nothing.
    Cursor {
        /// The argument that it goes into.
        argument: String,
        /// The path to it in the answer, as a JSON pointer.
        at: String,
    },
    /// By its number, until a page is empty.
    Number {
        /// The argument that it goes into.
        argument: String,
        /// The number of the first page.
        from: u64,
    },
}

impl Paging {
    /// Returns the path to what asks for the next page.
    pub fn at(&self) -> Option<&String> {
        match self {
            Paging::Cursor { at, .. } => Some(at),
            Paging::Number { .. } => None,
        }
    }
}
