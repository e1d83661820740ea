//! Reading the rows of a table: those that are wanted of it, as far as its source can be told.

use crate::connect::{ConnectError, Connections, Narrowing, Row, RowStream, Scan};
use crate::engine::{CompiledPull, KnownCases};
use crate::expr::Scope;

/// The most rows of a table that are joined to cases.
pub(super) const MOST_ROWS: usize = 2_000_000;

/// Starts reading the table of a pull, of which rows may be left out that are surely not wanted.
///
/// # Errors
/// If the connection or table is not there or cannot be read.
pub async fn read_rows(
    connections: &Connections,
    pull: &CompiledPull,
    narrowing: &Narrowing,
) -> std::result::Result<RowStream, ConnectError> {
    let (connection, table) = pull.from.split_once('.').unwrap_or((&pull.from, ""));
    let connection = connections
        .get(connection)
        .ok_or_else(|| ConnectError::unknown(format!("There is no connection `{connection}`")))?;
    let scan = Scan {
        table: table.to_owned(),
        fields: pull.fields.clone(),
    };
    connection.scan_narrowed(scan, narrowing).await
}

/// Why the rows that are wanted of a table are not there.
pub(super) enum Unread {
    /// It cannot be read.
    Source(ConnectError),
    /// Its `where` cannot be evaluated.
    Condition(crate::expr::Error),
}

impl From<ConnectError> for Unread {
    fn from(error: ConnectError) -> Self {
        Unread::Source(error)
    }
}

/// Reads the rows for which `where` holds, as far as that can be said before there is a case; where
/// the cases are known by their keys, those joined to others may be left out.
pub(super) async fn chosen_rows(
    connections: &Connections,
    pull: &CompiledPull,
    scope: &Scope,
    cases: Option<&KnownCases>,
) -> std::result::Result<Vec<Row>, Unread> {
    let narrowing = pull.narrowing_to(scope, cases);
    let mut stream = read_rows(connections, pull, &narrowing).await?;
    let enough = narrowing.limit.filter(|_| stream.is_ordered());
    let most = enough.unwrap_or(usize::MAX);
    let mut rows = Vec::new();
    while rows.len() < most
        && let Some(chunk) = stream.next().await
    {
        for row in chunk? {
            if pull.reads_case() || pull.keeps(&row, scope).map_err(Unread::Condition)? {
                rows.push(row);
            }
        }
        if rows.len() >= MOST_ROWS {
            return Err(too_many(&pull.from).into());
        }
    }
    rows.truncate(most);
    Ok(rows)
}

/// Reads a table that is needed whole; a longer one than fits is an error, not its beginning.
pub(super) async fn whole(
    stream: RowStream,
    name: &str,
) -> std::result::Result<Vec<Row>, ConnectError> {
    let rows = stream.collect(MOST_ROWS).await?;
    if rows.len() >= MOST_ROWS {
        return Err(too_many(name));
    }
    Ok(rows)
}

fn too_many(name: &str) -> ConnectError {
    ConnectError::last(format!(
        "{name} has {MOST_ROWS} rows or more, too many to join, order or limit in memory"
    ))
    .help("Choose fewer with `where`, or give a smaller table.")
}
