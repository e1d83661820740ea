//! Values of the right shape, where nobody is there to give real ones.

use serde_json::{Map, Value as Json, json};

/// Returns a value that fits a JSON Schema; texts say that they are placeholders.
pub fn placeholder(schema: &Json, name: &str) -> Json {
    if let Some(example) = schema
        .get("examples")
        .and_then(|e| e.get(0))
        .or(schema.get("default"))
    {
        return example.clone();
    }
    if let Some(first) = schema
        .get("enum")
        .and_then(|e| e.get(0))
        .or(schema.get("const"))
    {
        return first.clone();
    }
    let kind = match schema.get("type") {
        Some(Json::String(kind)) => kind.as_str(),
        Some(Json::Array(kinds)) => kinds
            .iter()
            .filter_map(Json::as_str)
            .find(|k| *k != "null")
            .unwrap_or("string"),
        _ if schema.get("properties").is_some() => "object",
        _ => "string",
    };
    match kind {
        "integer" | "number" => schema.get("minimum").cloned().unwrap_or(json!(0)),
        "boolean" => json!(false),
        "array" => json!([placeholder(
            schema.get("items").unwrap_or(&Json::Null),
            name
        )]),
        "object" => placeholders(schema.get("properties").and_then(Json::as_object)),
        _ => json!(format!("[placeholder: {}]", name.replace('_', " "))),
    }
}

/// Returns a structure with a placeholder for each property.
pub(super) fn placeholders(properties: Option<&Map<String, Json>>) -> Json {
    let properties = properties.into_iter().flatten();
    Json::Object(
        properties
            .map(|(name, schema)| (name.clone(), placeholder(schema, name)))
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_have_the_shape_that_is_asked_for() {
        let schema = json!({"type": "object", "properties": {
            "level": {"enum": ["high", "low"]}, "points": {"type": "array", "items": {"type": "string"}},
            "score": {"type": "number", "minimum": 1}, "talking_point": {"type": ["string", "null"]}}});
        assert_eq!(
            placeholder(&schema, "x"),
            json!({"level": "high", "points": ["[placeholder: points]"], "score": 1, "talking_point": "[placeholder: talking point]"})
        );
    }
}
