//! Performing what a run does to the world: calls with their keys, tried again where that is safe.

use std::time::Duration;

use serde_json::{Map, Value as Json};

use crate::connect::{Catalog, ConnectError, Connections, Effect};
use crate::engine::{Failure, ToolRequest};
use crate::rehearse::failure_of;
use crate::spec::duration;

/// What came of a call.
#[derive(Debug)]
pub(super) enum Came {
    /// It answered.
    Answer(Json),
    /// It did not do it.
    Failed(Failure),
    /// Nobody knows whether it was done, and doing it again may do it twice.
    Unknown(Failure),
}

/// How often what is transient is tried, where the workflow says nothing.
const ATTEMPTS: u32 = 3;
/// The first wait, doubled each time.
const BACKOFF: Duration = Duration::from_secs(1);
/// How long a call may take, where the workflow says nothing.
const TIMEOUT: Duration = Duration::from_secs(60);

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

/// Calls a tool under its key. What is transient is tried again, as long as that does nothing twice.
pub(super) async fn call(
    connections: &Connections,
    request: &ToolRequest,
    key: &str,
    repeatable: bool,
) -> Came {
    let retry = request.retry.as_ref();
    let attempts = retry.map_or(ATTEMPTS, |r| r.attempts);
    let mut wait = retry
        .and_then(|r| r.backoff.as_deref())
        .and_then(duration)
        .unwrap_or(BACKOFF);
    let mut tried = 1;
    loop {
        let (failure, is_unclear) = match call_once(connections, request, key).await {
            Ok(answer) => return Came::Answer(answer),
            Err(failed) => failed,
        };
        if is_unclear && !repeatable {
            return Came::Unknown(failure);
        }
        if !failure.transient || tried >= attempts {
            return Came::Failed(failure);
        }
        tokio::time::sleep(wait).await;
        wait *= 2;
        tried += 1;
    }
}

/// Calls a tool once; a failure comes with whether it may have been done all the same.
async fn call_once(
    connections: &Connections,
    request: &ToolRequest,
    key: &str,
) -> Result<Json, (Failure, bool)> {
    let failed = |e: ConnectError| (failure_of(&e), e.is_unclear);
    let (connection, tool) = request.tool.split_once('.').unwrap_or((&request.tool, ""));
    let connection = connections.require(connection).map_err(failed)?;
    let limit = request
        .timeout
        .as_deref()
        .and_then(duration)
        .unwrap_or(TIMEOUT);
    let call = connection.call_once(tool, request.arguments.clone(), key);
    match tokio::time::timeout(limit, call).await {
        Ok(answer) => answer.map_err(failed),
        Err(_) => {
            let seconds = limit.as_secs();
            let message = format!("`{}` did not answer within {seconds} s", request.tool);
            let failure = Failure {
                code: "timeout".to_owned(),
                message,
                transient: true,
            };
            Err((failure, true))
        }
    }
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
