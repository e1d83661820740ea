//! What a run does to the world, and what of it may be done again.

use serde_json::{Map, Value as Json};

use crate::connect::{Catalog, Connections, Effect};
use crate::engine::Failure;
use crate::rehearse::failure_of;

/// Is doing it twice the same as doing it once? Of a tool that is not known it is not.
pub(super) fn is_repeatable(catalog: &Catalog, tool: &str) -> bool {
    let (connection, name) = tool.split_once('.').unwrap_or((tool, ""));
    catalog
        .tool(connection, name)
        .is_some_and(|tool| tool.idempotent || tool.effect == Effect::Read)
}

/// Does a tool only look something up?
pub(super) fn is_read(catalog: &Catalog, tool: &str) -> bool {
    let (connection, name) = tool.split_once('.').unwrap_or((tool, ""));
    catalog
        .tool(connection, name)
        .is_some_and(|tool| tool.effect == Effect::Read)
}

/// Sets fields of a row. That is the same however often it is done.
pub(super) async fn update(
    connections: &Connections,
    table: &str,
    key: &Map<String, Json>,
    set: &Map<String, Json>,
) -> Result<u64, Failure> {
    let (connection, name) = table.split_once('.').unwrap_or((table, ""));
    let connection = connections
        .require(connection)
        .map_err(|e| failure_of(&e))?;
    let rows = connection.update(name, key, set).await;
    rows.map_err(|e| failure_of(&e))
}
