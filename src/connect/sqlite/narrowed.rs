//! What is wanted of a table, as SQLite is asked for it.
//!
//! A column holds whatever it is given there, whatever it is declared as. So a condition lets each
//! cell pass that is not of the kind that it is about; what it is, is found out here.

use indexmap::IndexMap;
use rusqlite::types::Value as SqlValue;
use serde_json::Value;

use crate::connect::Narrowing;
use crate::connect::sql::{Class, Dialect, Parameter, Query, ReadAs, SqlColumn, SqlTable, text_of};
use crate::connect::values::Reading;
use crate::spec::FieldType;

/// Returns the query for every row of a table.
pub fn all<'c>(table: &str, columns: impl Iterator<Item = &'c String>) -> Query {
    let columns: Vec<String> = columns.map(|column| quoted(column)).collect();
    Query {
        sql: format!("SELECT {} FROM {}", columns.join(", "), quoted(table)),
        table: table.to_owned(),
        ..Query::default()
    }
}

/// Returns the query for the rows that are wanted, each field read as it is to be.
pub fn query(table: &str, fields: &IndexMap<String, Reading>, narrowing: &Narrowing) -> Query {
    let column = |field: FieldType| SqlColumn {
        class: match field {
            FieldType::Text => Class::Text,
            FieldType::Number => Class::Float,
            FieldType::Integer => Class::Integer,
            FieldType::Boolean => Class::Boolean,
            FieldType::Date => Class::Date,
            FieldType::Time | FieldType::List | FieldType::Object => Class::Binary,
        },
        declared: String::new(),
        is_exact: true,
    };
    let types = fields.iter().map(|(name, reading)| (name, reading.field));
    let types: IndexMap<String, FieldType> = types.map(|(n, f)| (n.clone(), f)).collect();
    let columns = types.iter();
    let described = SqlTable {
        columns: columns.map(|(n, f)| (n.clone(), column(*f))).collect(),
        ..SqlTable::default()
    };
    text_of(&Sqlite, (table, &described), &types, narrowing)
}

/// Returns a name in quotes.
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Returns a parameter for the database.
pub fn to_sql(parameter: &Parameter) -> SqlValue {
    match parameter {
        Parameter::Null => SqlValue::Null,
        Parameter::Text(text) => SqlValue::Text(text.clone()),
        Parameter::Integer(number) => SqlValue::Integer(*number),
        Parameter::Float(number) => SqlValue::Real(*number),
    }
}

/// How SQLite wants things said.
struct Sqlite;

impl Dialect for Sqlite {
    fn quoted(&self, name: &str) -> String {
        quoted(name)
    }

    fn table(&self, name: &str) -> String {
        quoted(name)
    }

    fn cell(&self, column: &str, _: &SqlColumn) -> String {
        column.to_owned()
    }

    fn place(&self, number: usize, read_as: ReadAs<'_>) -> String {
        match read_as {
            ReadAs::Integer => format!("CAST(?{number} AS INTEGER)"),
            _ => format!("?{number}"),
        }
    }

    fn number(&self, column: &str, _: Class, _: bool) -> Option<(String, ReadAs<'_>)> {
        Some((column.to_owned(), ReadAs::Float))
    }

    /// An infinite number is read as no value.
    fn is_value(&self, column: &str, class: Class) -> Option<String> {
        matches!(class, Class::Integer | Class::Float).then(|| {
            format!("({column} BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308)")
        })
    }

    fn same_text(&self, column: &str, _: &SqlColumn, place: &mut dyn FnMut() -> String) -> String {
        format!("{column} = {} COLLATE BINARY", place())
    }

    fn listed(&self, column: &str, _: &SqlColumn) -> String {
        column.to_owned()
    }

    fn as_text(&self, column: &str) -> String {
        column.to_owned()
    }

    fn may_be_padded(&self, column: &str) -> String {
        format!(
            "unicode({column}) NOT BETWEEN 33 AND 126 OR unicode(substr({column}, -1)) NOT BETWEEN 33 AND 126"
        )
    }

    fn is_odd(&self, column: &str, class: Class) -> Option<String> {
        Some(match class {
            Class::Text => format!("typeof({column}) NOT IN ('text', 'null')"),
            Class::Date => format!(
                "(typeof({column}) <> 'null' AND (typeof({column}) <> 'text' OR {column} NOT GLOB                  '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'))"
            ),
            Class::Boolean => {
                format!("(typeof({column}) <> 'null' AND {column} NOT IN (0, 1))")
            }
            _ => format!("typeof({column}) NOT IN ('integer', 'real', 'null')"),
        })
    }

    fn second(&self, column: &str) -> String {
        column.to_owned()
    }

    fn given(&self, number: usize, value: &Value, _: &SqlColumn) -> (Parameter, String) {
        let parameter = match value {
            Value::Null => Parameter::Null,
            Value::String(text) => Parameter::Text(text.clone()),
            value => Parameter::Text(value.to_string()),
        };
        (parameter, format!("?{number}"))
    }
}
