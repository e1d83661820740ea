//! A closer look at tables and tools.

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::{Bench, Refusal, Tool, ToolAnswer};
use crate::connect::{Scan, table_details, tool_details};
use crate::diag::did_you_mean;

pub(super) struct Inspect;

/// What to look at.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Arguments {
    /// Names of tables and tools, as `connection.table` or `connection.tool`.
    #[schemars(length(min = 1, max = 12))]
    of: Vec<String>,
}

/// Sample rows that are shown of a table.
const ROWS: usize = 3;

#[async_trait]
impl Tool for Inspect {
    type Arguments = Arguments;
    const NAME: &'static str = "inspect";
    const ABOUT: &'static str = "Shows tables (columns with type, share missing, the values where they are few, range, sample rows) and tools (arguments and answer as JSON Schema). Give all that you need in one call.";

    async fn call(
        &self,
        arguments: Arguments,
        bench: &mut Bench<'_>,
    ) -> Result<ToolAnswer, Refusal> {
        let mut content = Map::new();
        let mut wrong = 0;
        for name in &arguments.of {
            let found = look(name, bench).await;
            wrong += usize::from(found.get("error").is_some());
            content.insert(name.clone(), found);
        }
        Ok(ToolAnswer {
            content: Json::Object(content),
            line: arguments.of.join(", "),
            is_error: wrong == arguments.of.len(),
        })
    }
}

async fn look(name: &str, bench: &Bench<'_>) -> Json {
    let catalog = &bench.resources.catalog;
    let (connection, part) = name.split_once('.').unwrap_or((name, ""));
    if let Some(table) = catalog.table(name) {
        let mut samples = Vec::new();
        if let Some(connection) = bench.resources.connections.get(connection)
            && let Ok(stream) = connection.scan(Scan::all(part)).await
        {
            samples = stream.collect(ROWS).await.unwrap_or_default();
        }
        return table_details(table, name, &samples);
    }
    if let Some(tool) = catalog.tool(connection, part) {
        return tool_details(tool);
    }
    let known: Vec<String> = catalog
        .connections
        .iter()
        .flat_map(|(c, info)| {
            info.tables
                .keys()
                .chain(info.tools.keys())
                .map(move |n| format!("{c}.{n}"))
        })
        .collect();
    json!({"error": format!("There is no table or tool `{name}`"), "help": did_you_mean(name, known.iter().map(String::as_str))})
}
