//! How MySQL and MariaDB want things said.

use jiff::Timestamp;
use serde_json::Value;

use super::Mysql;
use crate::connect::sql::{Class, Dialect, Parameter, ReadAs, SqlColumn};
use crate::connect::values::is_plain_number;

impl Dialect for Mysql {
    fn quoted(&self, name: &str) -> String {
        format!("`{}`", name.replace('`', "``"))
    }

    fn table(&self, name: &str) -> String {
        self.quoted(name)
    }

    fn cell(&self, column: &str, of: &SqlColumn) -> String {
        match of.class {
            Class::Binary => "NULL".to_owned(),
            Class::Boolean | Class::Integer if of.declared.starts_with("bit") => {
                format!("CAST({column} + 0 AS CHAR)")
            }
            // 0000-00-00 stands for no day.
            Class::Date | Class::Moment { .. } => {
                format!("CASE WHEN YEAR({column}) > 0 THEN CAST({column} AS CHAR) END")
            }
            _ => format!("CAST({column} AS CHAR)"),
        }
    }

    fn place(&self, _: usize, read_as: ReadAs<'_>) -> String {
        match read_as {
            ReadAs::Date => "CAST(? AS DATE)",
            ReadAs::Moment { .. } => "CAST(? AS DATETIME)",
            _ => "?",
        }
        .to_owned()
    }

    fn number(&self, column: &str, class: Class, is_whole: bool) -> Option<(String, ReadAs<'_>)> {
        match class {
            Class::Integer if is_whole => Some((column.to_owned(), ReadAs::Integer)),
            Class::Integer | Class::Float => Some((column.to_owned(), ReadAs::Float)),
            // As a float, which it is here.
            Class::Decimal { .. } => Some((format!("({column} + 0e0)"), ReadAs::Float)),
            _ => None,
        }
    }

    fn is_value(&self, column: &str, class: Class) -> Option<String> {
        match class {
            Class::Date | Class::Moment { .. } => Some(format!("(YEAR({column}) > 0)")),
            _ => None,
        }
    }

    fn same_text(&self, column: &str, of: &SqlColumn, place: &mut dyn FnMut() -> String) -> String {
        let listed = self.listed(column, of);
        let same_bytes = format!("CAST({listed} AS BINARY) = {}", place());
        match of.is_exact {
            // The first finds it by an index, in any case of letters.
            true => format!("{column} = {} AND {same_bytes}", place()),
            false => same_bytes,
        }
    }

    fn listed(&self, column: &str, of: &SqlColumn) -> String {
        match of.is_exact {
            true => column.to_owned(),
            false => format!("CONVERT({column} USING utf8mb4)"),
        }
    }

    fn as_text(&self, column: &str) -> String {
        format!("CAST(CAST({column} AS CHAR) AS BINARY)")
    }

    fn may_be_padded(&self, column: &str) -> String {
        format!(
            "ASCII({column}) NOT BETWEEN 33 AND 126 OR ASCII(RIGHT({column}, 1)) NOT BETWEEN 33 AND 126"
        )
    }

    fn second(&self, column: &str) -> String {
        format!("DATE_FORMAT({column}, '%Y-%m-%d %H:%i:%s')")
    }

    fn given(&self, number: usize, value: &Value, of: &SqlColumn) -> (Parameter, String) {
        let parameter = match (of.class, value) {
            (_, Value::Null) => Parameter::Null,
            (_, Value::Bool(yes)) => Parameter::Integer((*yes).into()),
            (Class::Moment { .. }, Value::String(text)) => Parameter::Text(moment(text)),
            (_, Value::String(text)) => Parameter::Text(text.clone()),
            (_, value) => Parameter::Text(value.to_string()),
        };
        let read_as = match of.class {
            Class::Date => ReadAs::Date,
            Class::Moment { zoned } => ReadAs::Moment { zoned },
            _ => ReadAs::Text,
        };
        (parameter, self.place(number, read_as))
    }

    /// The server takes a text that is no number for 0 where it compares it with one.
    fn can_hold(&self, value: &Value, of: &SqlColumn) -> bool {
        match (of.class, value) {
            (
                Class::Integer
                | Class::Decimal { .. }
                | Class::Float
                | Class::Inexact
                | Class::Boolean,
                Value::String(text),
            ) => is_plain_number(text),
            _ => true,
        }
    }
}

/// Returns a moment as the server reads it, in UTC as its session is.
fn moment(text: &str) -> String {
    match text.parse::<Timestamp>() {
        Ok(moment) => moment.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        Err(_) => text.to_owned(),
    }
}
