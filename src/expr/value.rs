//! Values between JSON and the evaluator.

use serde_json::Value as Json;

use super::Value;

/// Returns a JSON value as the evaluator holds it.
pub fn from_json(json: &Json) -> Value {
    match json {
        Json::Null => Value::from(()),
        Json::Bool(yes) => Value::from(*yes),
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Value::from(whole),
            (None, Some(fraction)) => Value::from(fraction),
            (None, None) => Value::from(()),
        },
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(items) => Value::from(items.iter().map(from_json).collect::<Vec<_>>()),
        Json::Object(fields) => Value::from_pairs(
            fields
                .iter()
                .map(|(name, value)| (Value::from(name.as_str()), from_json(value))),
        ),
    }
}

/// Returns a value of the evaluator as JSON; what JSON cannot hold is null.
pub fn to_json(value: &Value) -> Json {
    match serde_json::to_value(value) {
        Ok(Json::Number(number)) => whole(number),
        Ok(json) => json,
        Err(_) => Json::Null,
    }
}

/// Returns `5.0` as `5`, as people write it.
fn whole(number: serde_json::Number) -> Json {
    match number.as_f64() {
        Some(n) if number.is_f64() && n.fract() == 0.0 && n.abs() < 9e15 => Json::from(n as i64),
        _ => Json::Number(number),
    }
}
