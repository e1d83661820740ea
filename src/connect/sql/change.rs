//! Changing a row that is told by its key.

use serde_json::Value;

use super::{Class, Dialect, Parameter, Query, SqlColumn, SqlTable};
use crate::connect::{ConnectError, Row, no_column, not_writable};

/// What is changed of a row.
pub struct Change<'a> {
    /// The table, by name.
    pub table: (&'a str, &'a SqlTable),
    /// What tells the row.
    pub key: &'a Row,
    /// What is set.
    pub set: &'a Row,
}

impl Change<'_> {
    /// Returns the query that carries it out.
    ///
    /// # Errors
    /// For a column that is not there, and for a view.
    pub fn query(&self, dialect: &dyn Dialect) -> Result<Query, ConnectError> {
        let (name, table) = self.table;
        for column in self.key.keys().chain(self.set.keys()) {
            if !table.columns.contains_key(column) {
                let columns = table.columns.keys().map(String::as_str);
                return Err(no_column(name, column, columns));
            }
        }
        if !table.is_table {
            return Err(not_writable(name));
        }
        let mut parameters: Vec<Parameter> = Vec::new();
        let mut assigned = Vec::new();
        for (column, value) in self.set {
            let place = given(dialect, &mut parameters, value, &table.columns[column]);
            assigned.push(format!("{} = {place}", dialect.quoted(column)));
        }
        let mut wanted = Vec::new();
        for (column, value) in self.key {
            let (quoted, of) = (dialect.quoted(column), &table.columns[column]);
            wanted.push(match value {
                Value::Null => format!("{quoted} IS NULL"),
                value if !dialect.can_hold(value, of) => "1 = 0".to_owned(),
                Value::String(_) if of.class == Class::Text => {
                    let mut place = || given(dialect, &mut parameters, value, of);
                    format!("({})", dialect.same_text(&quoted, of, &mut place))
                }
                value => format!("{quoted} = {}", given(dialect, &mut parameters, value, of)),
            });
        }
        let sql = format!(
            "UPDATE {} SET {} WHERE {}",
            dialect.table(name),
            assigned.join(", "),
            wanted.join(" AND ")
        );
        Ok(Query {
            sql,
            parameters,
            table: name.to_owned(),
            is_ordered: false,
        })
    }
}

fn given(
    dialect: &dyn Dialect,
    parameters: &mut Vec<Parameter>,
    value: &Value,
    of: &SqlColumn,
) -> String {
    let (parameter, place) = dialect.given(parameters.len() + 1, value, of);
    parameters.push(parameter);
    place
}

/// Returns the error for a change that would be of several rows.
pub fn not_one(table: &str, rows: u64) -> ConnectError {
    ConnectError::last(format!(
        "An update of `{table}` fits {rows} rows, and is of one; nothing was changed."
    ))
    .help("Name the row by columns that tell it from all others, such as its id.")
}
