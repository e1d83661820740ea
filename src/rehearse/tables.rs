//! The tables of a workflow, read from their connections.

use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use crate::connect::{Aliases, ConnectError, ConnectErrorKind, Connections, Narrowing, Row};
use crate::diag::{Error, Result};
use crate::engine::{
    CompiledPull, Failure, KnownCases, Program, PullRequest, Rows, Table, ToolRequest,
};
use crate::expr::Scope;
use crate::spec::IfUnavailable;

use super::reading::{MOST_ROWS, Unread, chosen_rows, read_rows, whole};
use super::spread::Spread;

/// The tables that cases read from, or why one could not be read.
pub struct Tables {
    tables: IndexMap<String, std::result::Result<Table, Failure>>,
    /// Those that could not be read and are as they were once, with when that was and why.
    as_of: IndexMap<String, (String, Failure)>,
}

/// Remembers tables, for when they cannot be read.
pub trait Memory: Sync {
    /// Takes a table as it was read.
    fn keep(&self, pull: &CompiledPull, rows: &[Row]);

    /// Returns a table as it was last read, with when that was, where it may stand in for itself.
    fn recall(&self, pull: &CompiledPull) -> Option<(Vec<Row>, String)>;
}

/// Remembers nothing.
struct Nothing;

impl Memory for Nothing {
    fn keep(&self, _: &CompiledPull, _: &[Row]) {}

    fn recall(&self, _: &CompiledPull) -> Option<(Vec<Row>, String)> {
        None
    }
}

/// From how many rows at least a dry run picks its cases.
const SAMPLED_ROWS: usize = 20_000;

/// How long a tool call may take where the workflow says nothing.
const CALL_TIMEOUT: Duration = Duration::from_secs(60);

impl Tables {
    /// Reads every table but the one that cases come from. One that cannot be read is kept as a
    /// failure, which each case handles as its `if_unavailable` says.
    pub async fn load(program: &Program, connections: &Connections, scope: &Scope) -> Self {
        Self::remembered(program, connections, scope, &Nothing, None).await
    }

    /// Reads the tables as [`Tables::load`] does; one that cannot be read is as it was last, where
    /// that is remembered. Where the cases are known by their keys, rows that are joined to others
    /// may be left out.
    pub async fn remembered(
        program: &Program,
        connections: &Connections,
        scope: &Scope,
        memory: &dyn Memory,
        cases: Option<&KnownCases>,
    ) -> Self {
        let (mut tables, mut as_of) = (IndexMap::new(), IndexMap::new());
        let aliases = connections.aliases().map_err(|e| failure_of(&e));
        for pull in program.pulls() {
            let aliases = match &aliases {
                Err(failure) if pull.is_like() => {
                    tables.insert(pull.name.clone(), Err(failure.clone()));
                    continue;
                }
                known => known.as_ref().ok(),
            };
            let mut table = load(pull, connections, (scope, cases), memory, aliases).await;
            if let Err(failure) = &table
                && failure.code == "unavailable"
                && let Some((rows, at)) = memory.recall(pull)
            {
                as_of.insert(pull.name.clone(), (at, failure.clone()));
                table = prepared(pull, rows, scope, aliases);
            }
            tables.insert(pull.name.clone(), table);
        }
        Tables { tables, as_of }
    }

    /// Returns the tables that are as they were once: when that was, and why they could not be read.
    pub fn as_of(&self) -> impl Iterator<Item = (&String, &str, &Failure)> {
        let all = self.as_of.iter();
        all.map(|(name, (at, failure))| (name, at.as_str(), failure))
    }

    /// Returns the rows that belong to a case.
    ///
    /// # Errors
    /// If the table could not be read, or its `where` cannot be evaluated for the case.
    pub fn rows(&self, request: &PullRequest, scope: &Scope) -> std::result::Result<Rows, Failure> {
        match self.tables.get(&request.name) {
            Some(Ok(table)) => {
                let mut rows = table
                    .rows_for(&request.wanted, scope)
                    .map_err(|e| Failure::last("expression", e.message))?;
                if let Some((at, _)) = self.as_of.get(&request.name) {
                    rows.caveats.push(as_it_was(&request.name, at));
                }
                Ok(rows)
            }
            Some(Err(failure)) => Err(failure.clone()),
            None => Err(Failure::last(
                "unavailable",
                format!("`{}` was not read", request.name),
            )),
        }
    }

    /// Returns the names in the table of a pull that are most like a name; see [`Table::alike`].
    pub(super) fn alike(&self, pull: &str, name: &str, most: usize) -> Vec<(String, f64)> {
        let table = self.tables.get(pull).and_then(|table| table.as_ref().ok());
        table.map_or_else(Vec::new, |table| table.alike(name, most))
    }

    /// Did somebody say of a name in the table of a pull that a name is not it?
    pub(super) fn is_told_apart(&self, pull: &str, name: &str) -> bool {
        let table = self.tables.get(pull).and_then(|table| table.as_ref().ok());
        table.is_some_and(|table| table.is_told_apart(name))
    }

    /// Returns the tables that could not be read, with the reason.
    pub fn unavailable(&self) -> impl Iterator<Item = (&String, &Failure)> {
        self.tables
            .iter()
            .filter_map(|(name, table)| table.as_ref().err().map(|failure| (name, failure)))
    }

    /// Returns rows of each table for the samples folder: those that share a key with the used cases.
    pub(super) fn used(&self, cases: &[Row]) -> IndexMap<String, Vec<Row>> {
        let readable = self
            .tables
            .iter()
            .filter_map(|(name, table)| table.as_ref().ok().map(|t| (name, t)));
        readable
            .map(|(name, table)| (name.clone(), table.related(cases, 200)))
            .collect()
    }
}

/// Returns what a case is told that uses a table as it was once.
pub(super) fn as_it_was(name: &str, at: &str) -> String {
    format!("`{name}` could not be read: what is used of it is as of {at}.")
}

async fn load(
    pull: &Arc<CompiledPull>,
    connections: &Connections,
    (scope, cases): (&Scope, Option<&KnownCases>),
    memory: &dyn Memory,
    aliases: Option<&Aliases>,
) -> std::result::Result<Table, Failure> {
    if let IfUnavailable::LastKnown(_) = pull.if_unavailable {
        let rows = match read_rows(connections, pull, &Narrowing::default()).await {
            Ok(stream) => whole(stream, &pull.from).await,
            Err(error) => Err(error),
        };
        let rows = rows.map_err(|e| failure_of(&e))?;
        memory.keep(pull, &rows);
        return prepared(pull, rows, scope, aliases);
    }
    let rows = chosen_rows(connections, pull, scope, cases).await;
    let rows = rows.map_err(|unread| match unread {
        Unread::Source(error) => failure_of(&error),
        Unread::Condition(error) => Failure::last("expression", error.message),
    })?;
    let table = Table::of_chosen(pull.clone(), rows, scope)
        .map_err(|e| Failure::last("expression", e.message))?;
    Ok(knowing(table, pull, aliases))
}

fn prepared(
    pull: &Arc<CompiledPull>,
    rows: Vec<Row>,
    scope: &Scope,
    aliases: Option<&Aliases>,
) -> std::result::Result<Table, Failure> {
    let table = Table::new(pull.clone(), rows, scope)
        .map_err(|e| Failure::last("expression", e.message))?;
    Ok(knowing(table, pull, aliases))
}

/// Returns a table that knows what people have said about its names.
fn knowing(table: Table, pull: &CompiledPull, aliases: Option<&Aliases>) -> Table {
    match aliases {
        Some(aliases) => table.with_aliases(aliases.of(&pull.from)),
        None => table,
    }
}

/// Reads the table that cases come from: the rows for which `where` holds, in order.
///
/// # Errors
/// If it cannot be read, or `where` cannot be evaluated for a row.
pub async fn case_rows(
    pull: &Arc<CompiledPull>,
    connections: &Connections,
    scope: &Scope,
) -> Result<Vec<Map<String, Json>>> {
    let unreadable = |cause: String| {
        Error::unavailable(format!("The cases could not be read from {}", pull.from)).because(cause)
    };
    let rows = chosen_rows(connections, pull, scope, None).await;
    let rows = rows.map_err(|unread| match unread {
        Unread::Source(e) => with_help(unreadable(e.message.clone()), &e),
        Unread::Condition(e) => unevaluated(pull, &e),
    })?;
    Table::of_chosen(pull.clone(), rows, scope)
        .map(Table::into_rows)
        .map_err(|e| unevaluated(pull, &e))
}

/// Cases for a dry run, from all over a table.
pub(super) struct SampleOfCases {
    /// The rows, in their order: all of a small table, an even choice of a large one.
    pub(super) rows: Vec<Row>,
    /// How many there are, as far as was looked.
    pub(super) total: usize,
    /// Rows that were asked for and are no cases.
    pub(super) left_out: Vec<Row>,
    /// Was the table too long to be read to its end?
    pub(super) is_cut: bool,
}

/// Reads the rows that are cases in bounded memory: those that `keep` asks for, and an even choice
/// of the others; and those that it asks for and that are no cases.
///
/// # Errors
/// As [`case_rows`].
pub(super) async fn sample_of_cases(
    pull: &Arc<CompiledPull>,
    connections: &Connections,
    scope: &Scope,
    keep: Option<impl Fn(&Row) -> bool>,
) -> Result<SampleOfCases> {
    if pull.is_ordered() {
        let rows = case_rows(pull, connections, scope).await?;
        return Ok(SampleOfCases {
            total: rows.len(),
            rows,
            left_out: Vec::new(),
            is_cut: false,
        });
    }
    let unreadable = |e: &ConnectError| {
        let error = Error::unavailable(format!("The cases could not be read from {}", pull.from));
        with_help(error.because(e.message.clone()), e)
    };
    // Rows that are asked for are needed also where they are no cases.
    let narrowing = match &keep {
        Some(_) => Narrowing::default(),
        None => pull.narrowing(scope),
    };
    let keep = |row: &Row| keep.as_ref().is_some_and(|keep| keep(row));
    let mut stream = read_rows(connections, pull, &narrowing)
        .await
        .map_err(|e| unreadable(&e))?;
    let mut spread = Spread::new(SAMPLED_ROWS);
    let (mut kept, mut left_out) = (Vec::new(), Vec::new());
    let mut read = 0;
    while let Some(chunk) = stream.next().await {
        for row in chunk.map_err(|e| unreadable(&e))? {
            read += 1;
            if pull.keeps(&row, scope).map_err(|e| unevaluated(pull, &e))? {
                if keep(&row) {
                    kept.push(row.clone());
                }
                spread.push(row);
            } else if keep(&row) {
                left_out.push(row);
            }
        }
        if read >= MOST_ROWS {
            break;
        }
    }
    let total = spread.seen();
    let mut rows = spread.into_rows();
    let more: Vec<Row> = kept.into_iter().filter(|row| !rows.contains(row)).collect();
    rows.extend(more);
    Ok(SampleOfCases {
        rows,
        total,
        left_out,
        is_cut: read >= MOST_ROWS,
    })
}

fn unevaluated(pull: &CompiledPull, error: &crate::expr::Error) -> Error {
    Error::input(format!(
        "The `where` of `{}` cannot be evaluated",
        pull.name
    ))
    .because(error.message.clone())
}

fn with_help(error: Error, cause: &ConnectError) -> Error {
    match &cause.help {
        Some(help) => error.help(help.clone()),
        None => error.help("`sopwright connections try` shows what the connection answers."),
    }
}

/// Calls a tool once.
///
/// # Errors
/// As the connection says; a call that takes too long is transient.
pub async fn call_tool(
    connections: &Connections,
    request: &ToolRequest,
) -> std::result::Result<Json, Failure> {
    let (name, tool) = request.tool.split_once('.').unwrap_or((&request.tool, ""));
    let Some(connection) = connections.get(name) else {
        return Err(Failure::last(
            "unavailable",
            format!("There is no connection `{name}`"),
        ));
    };
    let _turn = connections.turn(name).await;
    let limit = request
        .timeout
        .as_deref()
        .and_then(crate::spec::duration)
        .unwrap_or(CALL_TIMEOUT);
    match tokio::time::timeout(limit, connection.call(tool, request.arguments.clone())).await {
        Ok(answer) => answer.map_err(|e| failure_of(&e)),
        Err(_) => Err(Failure {
            code: "timeout".to_owned(),
            message: format!(
                "`{}` did not answer within {} s",
                request.tool,
                limit.as_secs()
            ),
            transient: true,
        }),
    }
}

/// Returns what a workflow can say about an error of a connection.
pub fn failure_of(error: &ConnectError) -> Failure {
    let (code, transient) = match &error.kind {
        ConnectErrorKind::Refused { code } => (code.clone(), false),
        ConnectErrorKind::Transient { .. } => ("unavailable".to_owned(), true),
        ConnectErrorKind::Drift { .. } => ("drift".to_owned(), false),
        ConnectErrorKind::Final | ConnectErrorKind::UnknownName => {
            ("unavailable".to_owned(), false)
        }
    };
    Failure {
        code,
        message: error.message.clone(),
        transient,
    }
}
