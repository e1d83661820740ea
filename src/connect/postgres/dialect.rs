//! How PostgreSQL wants things said. Parameters go as text, and the query says what they are, so
//! that a value that does not fit is the server's to refuse.

use serde_json::Value;

use super::Postgres;
use crate::connect::sql::{Class, Dialect, Parameter, ReadAs, SqlColumn};

impl Dialect for Postgres {
    fn quoted(&self, name: &str) -> String {
        format!("\"{}\"", name.replace('"', "\"\""))
    }

    fn table(&self, name: &str) -> String {
        format!("{}.{}", self.quoted(&self.schema), self.quoted(name))
    }

    fn cell(&self, column: &str, of: &SqlColumn) -> String {
        match of.class {
            Class::Binary => "NULL::text".to_owned(),
            // As a number, without the currency of the server's place.
            Class::Inexact if of.declared == "money" => format!("{column}::numeric::text"),
            Class::List => format!("to_json({column})::text"),
            // They lie beyond every calendar, and are read as no value.
            Class::Date | Class::Moment { .. } => {
                format!("CASE WHEN isfinite({column}) THEN {column}::text END")
            }
            Class::Decimal { .. } | Class::Float | Class::Inexact => format!(
                "CASE WHEN {column}::float8 > '-Infinity' AND {column}::float8 < 'Infinity' THEN {column}::text END"
            ),
            _ => format!("{column}::text"),
        }
    }

    fn place(&self, number: usize, read_as: ReadAs<'_>) -> String {
        let read_as = match read_as {
            ReadAs::Text => return format!("${number}::text"),
            ReadAs::Integer => "int8",
            ReadAs::Decimal => "numeric",
            ReadAs::Float => "float8",
            ReadAs::Date => "date",
            ReadAs::Moment { zoned: true } => "timestamptz",
            ReadAs::Moment { zoned: false } => "timestamp",
            ReadAs::Uuid => "uuid",
            ReadAs::Named(name) => name,
        };
        format!("${number}::text::{read_as}")
    }

    fn number(&self, column: &str, class: Class, is_whole: bool) -> Option<(String, ReadAs<'_>)> {
        let plain = column.to_owned();
        match class {
            Class::Integer if is_whole => Some((plain, ReadAs::Integer)),
            Class::Integer | Class::Decimal { exact: true } => Some((plain, ReadAs::Decimal)),
            // Two decimal numbers may be the same float, and are the same number here.
            Class::Decimal { exact: false } => Some((format!("{column}::float8"), ReadAs::Float)),
            Class::Float => Some((plain, ReadAs::Float)),
            _ => None,
        }
    }

    fn is_value(&self, column: &str, class: Class) -> Option<String> {
        match class {
            Class::Date | Class::Moment { .. } => Some(format!("isfinite({column})")),
            Class::Decimal { exact: true } => Some(format!("({column} <> 'NaN')")),
            Class::Decimal { exact: false } | Class::Float => Some(format!(
                "({column}::float8 > '-Infinity' AND {column}::float8 < 'Infinity')"
            )),
            _ => None,
        }
    }

    fn same_text(&self, column: &str, of: &SqlColumn, place: &mut dyn FnMut() -> String) -> String {
        match of.is_exact {
            true => format!("{column} = {}", place()),
            // A collation or type may take more for the same than the bytes are.
            false => format!("{column}::text COLLATE \"C\" = {}", place()),
        }
    }

    fn listed(&self, column: &str, _: &SqlColumn) -> String {
        column.to_owned()
    }

    fn as_text(&self, column: &str) -> String {
        format!("{column}::text")
    }

    fn may_be_padded(&self, column: &str) -> String {
        let odd = |end: &str| format!("ascii({end}) NOT BETWEEN 33 AND 126");
        let (left, right) = (
            format!("left({column}::text, 1)"),
            format!("right({column}::text, 1)"),
        );
        format!("{} OR {}", odd(&left), odd(&right))
    }

    fn second(&self, column: &str) -> String {
        format!("date_trunc('second', {column})")
    }

    fn given(&self, number: usize, value: &Value, of: &SqlColumn) -> (Parameter, String) {
        let parameter = match value {
            Value::Null => Parameter::Null,
            Value::String(text) => Parameter::Text(text.clone()),
            value => Parameter::Text(value.to_string()),
        };
        let place = match (of.class, value) {
            (Class::List, Value::Array(_)) => format!(
                "ARRAY(SELECT jsonb_array_elements_text(${number}::text::jsonb))::{}",
                of.declared
            ),
            _ => self.place(number, ReadAs::Named(&of.declared)),
        };
        (parameter, place)
    }
}
