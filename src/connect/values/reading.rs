//! A cell or value as the type of its column.

use jiff::civil;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::cell::{EXACT, is_missing, parse_boolean, parse_integer, parse_number, whole};
use super::date::{DateOrder, parse_date, parse_time};
use crate::spec::FieldType;

/// How the cells of a column are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// The type of its values.
    pub field: FieldType,
    /// How dates such as `3/4/2024` are read.
    pub order: DateOrder,
}

impl Reading {
    /// Returns the reading of a type, dates being month first.
    pub fn of(field: FieldType) -> Self {
        Reading {
            field,
            order: DateOrder::default(),
        }
    }

    /// Returns the value of a cell of text: null where it is missing, `None` where it does not
    /// fit the type.
    pub fn read_text(self, text: &str) -> Option<Value> {
        if is_missing(text) {
            return Some(Value::Null);
        }
        Some(match self.field {
            FieldType::Text => text.into(),
            FieldType::Number => parse_number(text)?.into(),
            FieldType::Integer => parse_integer(text)?.into(),
            FieldType::Boolean => parse_boolean(text)?.into(),
            FieldType::Date => self.read_date(text)?.into(),
            FieldType::Time => parse_time(text, self.order)?.to_string().into(),
            FieldType::List => serde_json::from_str::<Vec<Value>>(text).ok()?.into(),
            FieldType::Object => serde_json::from_str::<super::super::Row>(text).ok()?.into(),
        })
    }

    /// Returns a value that has a type of its own as the type of the column, as
    /// [`read_text`](Self::read_text) does for text.
    pub fn read_value(self, value: Value) -> Option<Value> {
        match (self.field, value) {
            (_, Value::Null) => Some(Value::Null),
            (FieldType::Text, Value::String(text)) if !is_missing(&text) => Some(text.into()),
            (_, Value::String(text)) => self.read_text(&text),
            (FieldType::Text, value) => Some(value.to_string().into()),
            (FieldType::Number, Value::Number(number)) => Some(number.into()),
            (FieldType::Integer, Value::Number(number)) => Some(whole(&number)?.into()),
            (FieldType::Boolean, Value::Number(number)) => match whole(&number)? {
                0 => Some(false.into()),
                1 => Some(true.into()),
                _ => None,
            },
            (FieldType::Boolean, value @ Value::Bool(_))
            | (FieldType::List, value @ Value::Array(_))
            | (FieldType::Object, value @ Value::Object(_)) => Some(value),
            _ => None,
        }
    }

    /// A day written as its midnight is that day; any other time of day would be lost.
    fn read_date(self, text: &str) -> Option<String> {
        let date = parse_date(text, self.order).or_else(|| {
            let moment = parse_time(text, self.order)?.to_zoned(TimeZone::UTC);
            (moment.time() == civil::Time::midnight()).then(|| moment.date())
        })?;
        Some(date.to_string())
    }
}

/// Does a cell hold a value, either as it is written or as what it means?
pub fn holds(reading: Reading, cell: &str, value: &Value) -> bool {
    match value {
        Value::Null => is_missing(cell),
        Value::Bool(wanted) => parse_boolean(cell) == Some(*wanted),
        Value::Number(wanted) => {
            parse_number(cell).is_some_and(|number| number.as_f64() == wanted.as_f64())
        }
        Value::String(wanted) => cell == wanted || reading.read_text(cell).as_ref() == Some(value),
        Value::Array(_) | Value::Object(_) => reading.read_text(cell).as_ref() == Some(value),
    }
}

/// Is it an integer that a 64-bit float does not hold, and so rather an identifier?
pub fn is_beyond_exact(value: &Value) -> bool {
    match value {
        Value::Number(number) => {
            number.as_i64().is_some_and(|n| n.unsigned_abs() > EXACT)
                || number.as_u64().is_some_and(|n| n > EXACT)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use serde_json::json;

    fn text(field: FieldType, cell: &str) -> Option<Value> {
        let order = DateOrder::DayFirst;
        Reading { field, order }.read_text(cell)
    }

    fn value(field: FieldType, value: Value) -> Option<Value> {
        let order = DateOrder::MonthFirst;
        Reading { field, order }.read_value(value)
    }

    #[test]
    fn reads_cells_by_their_pinned_type() {
        assert_eq!(text(FieldType::Text, " 007 "), Some(json!(" 007 ")));
        assert_eq!(text(FieldType::Number, "007"), Some(json!(7)));
        assert_eq!(text(FieldType::Number, "12.50"), Some(json!(12.5)));
        assert_eq!(text(FieldType::Integer, "5.0"), Some(json!(5)));
        assert_eq!(text(FieldType::Boolean, "yes"), Some(json!(true)));
        assert_eq!(text(FieldType::Date, "3/4/2024"), Some(json!("2024-04-03")));
        assert_eq!(
            text(FieldType::Date, "2024-01-22 00:00:00"),
            Some(json!("2024-01-22"))
        );
        assert_eq!(
            text(FieldType::Time, "2024-01-22 10:00"),
            Some(json!("2024-01-22T10:00:00Z"))
        );
        assert_eq!(text(FieldType::List, "[1, 2]"), Some(json!([1, 2])));
        assert_eq!(
            text(FieldType::Object, r#"{"a":1}"#),
            Some(json!({ "a": 1 }))
        );
    }

    #[test]
    fn what_is_missing_fits_every_type() {
        for field in [
            FieldType::Text,
            FieldType::Number,
            FieldType::Date,
            FieldType::List,
        ] {
            assert_eq!(text(field, "NaN"), Some(Value::Null));
            assert_eq!(value(field, Value::Null), Some(Value::Null));
            assert_eq!(value(field, json!("")), Some(Value::Null));
        }
    }

    #[test]
    fn what_does_not_fit_is_none() {
        assert_eq!(text(FieldType::Number, "$5"), None);
        assert_eq!(text(FieldType::Integer, "5.5"), None);
        assert_eq!(text(FieldType::Boolean, "2"), None);
        assert_eq!(text(FieldType::Date, "2024-01-22 10:00"), None);
        assert_eq!(text(FieldType::List, "{}"), None);
        assert_eq!(value(FieldType::Integer, json!(1.5)), None);
        assert_eq!(value(FieldType::Boolean, json!(2)), None);
        assert_eq!(value(FieldType::Object, json!([])), None);
        assert_eq!(value(FieldType::Number, json!(true)), None);
    }

    #[test]
    fn values_keep_their_type_or_take_the_pinned_one() {
        assert_eq!(value(FieldType::Text, json!(5)), Some(json!("5")));
        assert_eq!(value(FieldType::Integer, json!(5.0)), Some(json!(5)));
        assert_eq!(value(FieldType::Number, json!("5.5")), Some(json!(5.5)));
        assert_eq!(value(FieldType::Boolean, json!(1)), Some(json!(true)));
        assert_eq!(
            value(FieldType::Object, json!({ "a": [1] })),
            Some(json!({ "a": [1] }))
        );
        assert_eq!(
            value(FieldType::Date, json!("1/2/2024")),
            Some(json!("2024-01-02"))
        );
    }
}
