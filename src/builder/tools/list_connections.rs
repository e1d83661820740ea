//! What there is to connect to.

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Bench, Refusal, Tool, ToolAnswer};
use crate::connect::overview;
use crate::diag::count;

pub(super) struct ListConnections;

/// Nothing is needed.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Arguments {}

#[async_trait]
impl Tool for ListConnections {
    type Arguments = Arguments;
    const NAME: &'static str = "list_connections";
    const ABOUT: &'static str = "Lists the connections with their tables (columns, row counts) and tools (effect, one line). The same overview stands at the beginning of the conversation.";

    async fn call(&self, _: Arguments, bench: &mut Bench<'_>) -> Result<ToolAnswer, Refusal> {
        let catalog = &bench.resources.catalog;
        let tables: usize = catalog.connections.values().map(|c| c.tables.len()).sum();
        let tools: usize = catalog.connections.values().map(|c| c.tools.len()).sum();
        Ok(ToolAnswer {
            content: overview(catalog),
            line: format!(
                "{}, {}, {}",
                count(catalog.connections.len(), "connection"),
                count(tables, "table"),
                count(tools, "tool")
            ),
            is_error: false,
        })
    }
}
