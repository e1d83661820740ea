//! The published contract: the JSON Schema (draft 2020-12), generated from the types.

use std::sync::LazyLock;

use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value as Json, json};

use super::Workflow;

/// Returns the JSON Schema of a workflow, draft 2020-12.
pub fn schema() -> &'static Json {
    static SCHEMA: LazyLock<Json> = LazyLock::new(|| {
        let generator = SchemaSettings::draft2020_12().into_generator();
        let mut schema: Json = generator.into_root_schema_for::<Workflow>().into();
        plain(&mut schema);
        if let Some(root) = schema.as_object_mut() {
            root.insert("title".to_owned(), "Sopwright workflow".into());
            root.insert("$id".to_owned(), "urn:sopwright:workflow:1".into());
        }
        schema
    });
    &SCHEMA
}

/// Takes alternatives out: an optional field is not null but left out, and a word is one of an
/// `enum`. It spares the reader an "is not valid under any of the given schemas".
fn plain(schema: &mut Json) {
    match schema {
        Json::Array(items) => items.iter_mut().for_each(plain),
        Json::Object(fields) => {
            fields.values_mut().for_each(plain);
            let null = json!({"type": "null"});
            if let Some(Json::Array(options)) = fields.get_mut("anyOf") {
                options.retain(|option| *option != null);
                if let [Json::Object(only)] = options.as_slice() {
                    let only = only.clone();
                    fields.remove("anyOf");
                    for (name, value) in only {
                        fields.entry(name).or_insert(value);
                    }
                }
            }
            if let Some(Json::Array(options)) = fields.get("oneOf") {
                let words: Vec<Json> = options
                    .iter()
                    .filter_map(|o| o.get("const").cloned())
                    .collect();
                if words.len() == options.len() {
                    fields.remove("oneOf");
                    fields.insert("enum".to_owned(), words.into());
                }
            }
            if let Some(Json::Array(kinds)) = fields.get_mut("type") {
                kinds.retain(|kind| kind != "null");
                if let [kind] = kinds.as_slice() {
                    fields["type"] = kind.clone();
                }
            }
        }
        _ => {}
    }
}

/// Returns the schema of a part with kinds: `if kind is K then` that kind's own schema, so
/// that what is wrong is told in the terms of the kind that was named.
pub(super) fn kinds(
    generator: &mut SchemaGenerator,
    part: &str,
    common: &Schema,
    kinds: Vec<(&str, &str, &str, Schema)>,
) -> Schema {
    let names: Vec<&str> = kinds.iter().map(|k| k.0).collect();
    let mut branches = Vec::new();
    for (tag, variant, about, body) in &kinds {
        let definition = format!("{part}{variant}");
        let schema = joined(common, tag, about, body);
        generator
            .definitions_mut()
            .insert(definition.clone(), schema);
        branches.push(json!({
            "if": {"properties": {"kind": {"const": tag}}, "required": ["kind"]},
            "then": {"$ref": format!("#/$defs/{definition}")}
        }));
    }
    let whole = json!({
        "type": "object",
        "required": ["kind"],
        "properties": {"kind": {"enum": names}},
        "allOf": branches
    });
    Schema::try_from(whole).unwrap_or_default()
}

fn joined(common: &Schema, tag: &str, about: &str, body: &Schema) -> Json {
    let properties = |schema: &Schema| -> Map<String, Json> {
        schema
            .get("properties")
            .and_then(Json::as_object)
            .cloned()
            .unwrap_or_default()
    };
    let required = |schema: &Schema| -> Vec<Json> {
        schema
            .get("required")
            .and_then(Json::as_array)
            .cloned()
            .unwrap_or_default()
    };
    let mut all = Map::new();
    all.insert("kind".to_owned(), json!({"const": tag}));
    all.extend(properties(common));
    all.extend(properties(body));
    let mut needed = vec![json!("kind")];
    needed.extend(required(common));
    needed.extend(required(body));
    json!({
        "type": "object",
        "description": about,
        "properties": all,
        "required": needed,
        "additionalProperties": false
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn it_is_a_valid_schema_of_draft_2020_12() {
        let schema = schema();
        assert_eq!(
            schema["$schema"],
            "https://json-schema.org/draft/2020-12/schema"
        );
        jsonschema::meta::validate(schema).unwrap();
        assert!(schema["$defs"]["StepDecide"]["properties"]["rules"].is_object());
        assert_eq!(schema["$defs"]["StepDecide"]["additionalProperties"], false);
        let text = schema.to_string();
        assert!(
            !text.contains("null") && !text.contains("anyOf") && !text.contains("oneOf"),
            "{text}"
        );
    }
}
