//! The errors that every kind of connection says in the same words.

use super::{ConnectError, Row};
use crate::diag::{did_you_mean, one_line};
use crate::spec::FieldType;

/// Returns the error for a table that is not there.
pub fn no_table<'a>(table: &str, tables: impl IntoIterator<Item = &'a str>) -> ConnectError {
    ConnectError::unknown(format!("There is no table `{table}`."))
        .maybe_help(did_you_mean(table, tables))
}

/// Returns the error for a column that an update names and the table lacks.
pub fn no_column<'a>(
    table: &str,
    column: &str,
    columns: impl IntoIterator<Item = &'a str>,
) -> ConnectError {
    ConnectError::unknown(format!("The table `{table}` has no column `{column}`."))
        .maybe_help(did_you_mean(column, columns))
}

/// Returns the error for a pinned column that is gone.
pub fn drift<'a>(
    table: &str,
    column: &str,
    columns: impl IntoIterator<Item = &'a str>,
) -> ConnectError {
    let message =
        format!("The table `{table}` has no column `{column}`, which the workflow reads.");
    ConnectError::drift(column, message).maybe_help(did_you_mean(column, columns))
}

/// Returns the error for a cell that does not fit its pinned type.
pub fn misfit(
    table: &str,
    column: &str,
    place: &str,
    value: &str,
    field: FieldType,
) -> ConnectError {
    let article = if field == FieldType::Integer || field == FieldType::Object {
        "an"
    } else {
        "a"
    };
    ConnectError::last(format!(
        "The table `{table}`, {place}: `{column}` holds \"{}\", which is not {article} {field}.",
        one_line(value, 60)
    ))
    .help(format!("Mend the value, or pin `{column}` as text."))
}

/// Returns the error for calling a tool of a connection that has tables alone.
pub fn no_tools(tool: &str, kind: &str) -> ConnectError {
    ConnectError::unknown(format!(
        "There is no tool `{tool}`: a {kind} connection has tables and no tools."
    ))
}

/// Returns the error for updating what is only to be read.
pub fn not_writable(table: &str) -> ConnectError {
    ConnectError::last(format!("The table `{table}` is only to be read."))
        .help("Set `writable = true` for its connection in sopwright.toml, if it may be changed.")
}

/// Refuses an update without a key, which would change every row.
pub fn require_key(table: &str, key: &Row) -> Result<(), ConnectError> {
    if key.is_empty() {
        return Err(ConnectError::last(format!(
            "An update of `{table}` has no key, so it would change every row."
        ))
        .help("Name the columns that say which row is meant."));
    }
    Ok(())
}
