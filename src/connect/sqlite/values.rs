//! Between SQLite's values and ours.

use rusqlite::types::{Value as SqlValue, ValueRef};
use serde_json::{Number, Value};

use crate::spec::FieldType;

/// Returns a value of the database, and whether it is a blob, of which nothing is kept.
pub fn from_sql(value: ValueRef<'_>) -> (Value, bool) {
    let plain = match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(integer) => integer.into(),
        ValueRef::Real(real) => Number::from_f64(real).map_or(Value::Null, Value::Number),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned().into(),
        ValueRef::Blob(_) => return (Value::Null, true),
    };
    (plain, false)
}

/// Returns a value for the database; structures are held as JSON text.
pub fn to_sql(value: &Value) -> SqlValue {
    match value {
        Value::Null => SqlValue::Null,
        Value::Bool(boolean) => SqlValue::Integer((*boolean).into()),
        Value::Number(number) => match number.as_i64() {
            Some(integer) => SqlValue::Integer(integer),
            None => number.as_f64().map_or(SqlValue::Null, SqlValue::Real),
        },
        Value::String(text) => SqlValue::Text(text.clone()),
        Value::Array(_) | Value::Object(_) => SqlValue::Text(value.to_string()),
    }
}

/// Returns the type of a column from the one it is declared with and the one its values show;
/// `None` for a column without values. The values decide, for SQLite holds what it is given, but
/// where they leave it open the declaration does.
pub fn declared_type(declared: &str, found: Option<(FieldType, bool)>) -> FieldType {
    let declared = declared.to_ascii_uppercase();
    let has = |words: &[&str]| words.iter().any(|word| declared.contains(word));
    match found {
        Some((FieldType::Integer, true)) if has(&["BOOL"]) => FieldType::Boolean,
        Some((FieldType::Integer, _)) if has(&["REAL", "FLOA", "DOUB", "DEC", "NUMERIC"]) => {
            FieldType::Number
        }
        Some((field, _)) => field,
        None if has(&["BOOL"]) => FieldType::Boolean,
        None if has(&["DATETIME", "TIMESTAMP"]) => FieldType::Time,
        None if has(&["DATE"]) => FieldType::Date,
        None if has(&["INT"]) => FieldType::Integer,
        None if has(&["REAL", "FLOA", "DOUB", "DEC", "NUMERIC"]) => FieldType::Number,
        None => FieldType::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_decide_and_the_declaration_where_they_do_not() {
        let integer = Some((FieldType::Integer, true));
        assert_eq!(declared_type("BOOLEAN", integer), FieldType::Boolean);
        assert_eq!(
            declared_type("boolean", Some((FieldType::Integer, false))),
            FieldType::Integer
        );
        assert_eq!(declared_type("REAL", integer), FieldType::Number);
        assert_eq!(
            declared_type("INTEGER", Some((FieldType::Text, false))),
            FieldType::Text
        );
        assert_eq!(declared_type("DATETIME", None), FieldType::Time);
        assert_eq!(declared_type("date", None), FieldType::Date);
        assert_eq!(declared_type("VARCHAR(20)", None), FieldType::Text);
    }
}
