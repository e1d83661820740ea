//! What connections offer, as plain data.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::spec::FieldType;

/// What calling a tool does to the world.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Looks something up and changes nothing.
    Read,
    /// Changes something that can be changed back.
    Write,
    /// Does what cannot be undone.
    Irreversible,
}

/// A snapshot of every connection: its tables and tools.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Catalog {
    /// The connections by name.
    pub connections: IndexMap<String, ConnectionInfo>,
}

impl Catalog {
    /// Returns the table of a dotted name, such as `crm.accounts`.
    pub fn table(&self, name: &str) -> Option<&Table> {
        let (connection, table) = name.split_once('.')?;
        self.connections.get(connection)?.tables.get(table)
    }

    /// Returns a tool of a connection.
    pub fn tool(&self, connection: &str, tool: &str) -> Option<&Tool> {
        self.connections.get(connection)?.tools.get(tool)
    }

    /// May a tool be called before a real run? What reads always may; what writes and can be
    /// undone may where the connection is a sandbox.
    pub fn may_rehearse(&self, connection: &str, tool: &Tool) -> bool {
        let is_sandbox = || self.connections.get(connection).is_some_and(|c| c.sandbox);
        match tool.effect {
            Effect::Read => true,
            Effect::Write => is_sandbox(),
            Effect::Irreversible => false,
        }
    }

    /// Returns the dotted name of every table.
    pub fn table_names(&self) -> impl Iterator<Item = String> {
        self.connections.iter().flat_map(|(connection, info)| {
            let names = info.tables.keys();
            names.map(move |table| format!("{connection}.{table}"))
        })
    }
}

/// What one connection offers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ConnectionInfo {
    /// The kind in the configuration, such as `folder`.
    pub kind: String,
    /// What it is for, in words.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub about: Option<String>,
    /// Is it a test system, to which a dry run may write?
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub sandbox: bool,
    /// The tables by name.
    #[serde(skip_serializing_if = "IndexMap::is_empty", default)]
    pub tables: IndexMap<String, Table>,
    /// The tools by name.
    #[serde(skip_serializing_if = "IndexMap::is_empty", default)]
    pub tools: IndexMap<String, Tool>,
    /// Why it, or a part of it, could not be read.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub problem: Option<String>,
}

/// A table: records of the same columns.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// The number of rows, where it is known.
    pub rows: Option<u64>,
    /// The columns by name, in their order.
    pub columns: IndexMap<String, Column>,
    /// Can rows be updated?
    pub writable: bool,
    /// What was odd about the source, in words.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub notes: Vec<String>,
}

/// A column of a table, as its values show it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// The type that every value fits.
    pub field: FieldType,
    /// The share of rows without a value, from 0 to 1.
    pub missing: f64,
    /// All the distinct values, where there are at most 20.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub values: Option<Vec<Value>>,
    /// The least value of a number, date or time.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub min: Option<Value>,
    /// The greatest value of a number, date or time.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub max: Option<Value>,
    /// Up to three distinct values, in the order of the rows.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub examples: Vec<Value>,
    /// Does every row have a value of its own? False where there are too many rows to know.
    pub unique: bool,
}

impl Column {
    /// Returns a column of a type, of which no value is known.
    pub fn of(field: FieldType) -> Self {
        Column {
            field,
            missing: 0.0,
            values: None,
            min: None,
            max: None,
            examples: Vec::new(),
            unique: false,
        }
    }
}

/// A tool: something to call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tool {
    /// What it does, in words.
    pub description: String,
    /// What calling it does to the world.
    pub effect: Effect,
    /// JSON Schema of the arguments: an object.
    pub input: Value,
    /// JSON Schema of the answer, where it is known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub output: Option<Value>,
    /// Is calling it twice the same as calling it once?
    pub idempotent: bool,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn catalog() -> Catalog {
        serde_json::from_value(serde_json::json!({ "connections": {
            "crm": { "kind": "folder", "tables": { "accounts": { "rows": 2, "writable": false,
                "columns": { "id": { "field": "text", "missing": 0.0, "unique": true } } } } },
            "desk": { "kind": "http", "tools": { "lookup": { "description": "Looks up", "effect": "read",
                "input": {}, "idempotent": true } } }
        }}))
        .unwrap()
    }

    #[test]
    fn finds_tables_and_tools() {
        let catalog = catalog();
        assert_eq!(catalog.table("crm.accounts").unwrap().rows, Some(2));
        assert!(catalog.table("accounts").is_none());
        assert_eq!(catalog.tool("desk", "lookup").unwrap().effect, Effect::Read);
        assert!(catalog.tool("crm", "lookup").is_none());
        assert_eq!(catalog.table_names().collect::<Vec<_>>(), ["crm.accounts"]);
    }

    #[test]
    fn a_dry_run_writes_to_a_sandbox_alone() {
        let mut catalog = catalog();
        let mut tool = catalog.tool("desk", "lookup").unwrap().clone();
        assert!(catalog.may_rehearse("desk", &tool));
        tool.effect = Effect::Write;
        assert!(!catalog.may_rehearse("desk", &tool));
        catalog.connections["desk"].sandbox = true;
        assert!(catalog.may_rehearse("desk", &tool));
        tool.effect = Effect::Irreversible;
        assert!(!catalog.may_rehearse("desk", &tool));
    }

    #[test]
    fn survives_a_round_trip() {
        let catalog = catalog();
        let text = serde_json::to_string(&catalog).unwrap();
        assert_eq!(serde_json::from_str::<Catalog>(&text).unwrap(), catalog);
    }
}
