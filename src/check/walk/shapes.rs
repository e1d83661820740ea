//! Types from schemas and columns.

use serde_json::{Map, Value as Json, json};

use crate::connect::Column;
use crate::expr::Type;
use crate::spec::FieldType;

/// Returns the structure that JSON Schema properties describe.
pub(super) fn properties(properties: &Map<String, Json>) -> Type {
    Type::from_schema(&json!({"type": "object", "properties": properties}))
}

pub(super) fn fields_of(kind: Type) -> Vec<(String, Type)> {
    match kind {
        Type::Object(shape) => shape
            .fields
            .iter()
            .map(|(n, t)| (n.clone(), t.clone()))
            .collect(),
        _ => Vec::new(),
    }
}

/// Says of a decided text where its values are known from.
pub(super) fn decided(kind: Type, field: &str, step: &str) -> Type {
    match kind {
        Type::OneOf(known) if field != "because" => Type::one_of(
            known.values.clone(),
            known.certain,
            format!("`{step}.{field}`"),
        ),
        Type::OneOf(_) => Type::Text,
        other => other,
    }
}

/// Returns a column's type, with its values where the sample data shows them all.
pub(super) fn known_values(column: &Column, field: FieldType) -> Type {
    match (&column.values, field) {
        (Some(values), FieldType::Text) if !values.is_empty() => {
            let texts: Vec<String> = values
                .iter()
                .filter_map(Json::as_str)
                .map(str::to_owned)
                .collect();
            if texts.len() == values.len() {
                Type::one_of(texts, false, "the sample data")
            } else {
                Type::Text
            }
        }
        _ => Type::from(field),
    }
}
