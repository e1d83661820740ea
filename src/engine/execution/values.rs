//! The results of steps that were not taken, and the facts that a model is told.

use serde_json::Value as Json;

use crate::engine::program::{Body, CompiledStep};
use crate::expr::Value;

/// Returns the result of a step that was not reached: its fields are missing.
pub(super) fn unreached(step: &CompiledStep) -> Value {
    let missing = step
        .fields
        .iter()
        .map(|name| (Value::from(name.as_str()), Value::from(())));
    match step.body {
        Body::Each { .. } => {
            Value::from_pairs([(Value::from("items"), Value::from(Vec::<Value>::new()))])
        }
        _ => Value::from_pairs(missing),
    }
}

/// Returns facts as a model is told of them: without what rows carry for the engine (`_match`).
pub(super) fn told(facts: Json) -> Json {
    match facts {
        Json::Object(fields) => fields
            .into_iter()
            .filter(|(name, _)| !name.starts_with('_'))
            .map(|(name, value)| (name, told(value)))
            .collect(),
        Json::Array(items) => items.into_iter().map(told).collect(),
        other => other,
    }
}
