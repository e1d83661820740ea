//! The schemas of an OpenAPI document as JSON Schemas that stand alone.

use serde_json::{Map, Value, json};

/// Nodes of a schema that are kept; what is deeper is left open, for some documents unfold to
/// megabytes.
const NODES: usize = 4000;

/// Returns what a node is, following references within the document.
pub fn follow<'a>(root: &'a Value, mut node: &'a Value) -> &'a Value {
    // More hops than this can only be a circle.
    for _ in 0..32 {
        match node
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|to| target(root, to))
        {
            Some(next) => node = next,
            None => return node,
        }
    }
    node
}

/// Returns a schema with the references in it resolved. A reference back to a schema around it
/// becomes the schema that allows everything.
pub fn resolve(root: &Value, schema: &Value) -> Value {
    let mut resolver = Resolver {
        root,
        within: Vec::new(),
        nodes: NODES,
    };
    resolver.resolve(schema)
}

fn target<'a>(root: &'a Value, reference: &str) -> Option<&'a Value> {
    root.pointer(reference.strip_prefix('#')?)
}

struct Resolver<'a> {
    root: &'a Value,
    within: Vec<String>,
    nodes: usize,
}

impl Resolver<'_> {
    fn resolve(&mut self, schema: &Value) -> Value {
        let Value::Object(schema) = schema else {
            return schema.clone();
        };
        let Some(nodes) = self.nodes.checked_sub(1) else {
            return json!({});
        };
        self.nodes = nodes;
        let mut resolved = match schema.get("$ref").and_then(Value::as_str) {
            Some(reference) => self.resolve_reference(reference),
            None => Map::new(),
        };
        for (keyword, value) in schema.iter().filter(|(keyword, _)| *keyword != "$ref") {
            resolved.insert(keyword.clone(), self.resolve_keyword(keyword, value));
        }
        modernise(&mut resolved);
        resolved.into()
    }

    fn resolve_reference(&mut self, reference: &str) -> Map<String, Value> {
        let found = target(self.root, reference);
        let (Some(found), false) = (found, self.within.iter().any(|outer| outer == reference))
        else {
            return Map::new();
        };
        let found = found.clone();
        self.within.push(reference.to_owned());
        let resolved = self.resolve(&found);
        self.within.pop();
        match resolved {
            Value::Object(resolved) => resolved,
            _ => Map::new(),
        }
    }

    fn resolve_keyword(&mut self, keyword: &str, value: &Value) -> Value {
        match (keyword, value) {
            ("properties" | "patternProperties" | "$defs", Value::Object(members)) => members
                .iter()
                .map(|(name, schema)| (name.clone(), self.resolve(schema)))
                .collect::<Map<_, _>>()
                .into(),
            ("allOf" | "anyOf" | "oneOf" | "prefixItems", Value::Array(schemas)) => {
                schemas.iter().map(|schema| self.resolve(schema)).collect()
            }
            ("items" | "additionalProperties" | "not" | "contains", schema) => self.resolve(schema),
            _ => value.clone(),
        }
    }
}

/// Rewrites what OpenAPI 3.0 says in its own way as JSON Schema says it.
fn modernise(schema: &mut Map<String, Value>) {
    if schema.shift_remove("nullable") == Some(Value::Bool(true)) {
        if let Some(kind @ Value::String(_)) = schema.get("type").cloned() {
            schema.insert("type".to_owned(), json!([kind, "null"]));
        }
        if let Some(Value::Array(values)) = schema.get_mut("enum")
            && !values.contains(&Value::Null)
        {
            values.push(Value::Null);
        }
    }
    for (exclusive, bound) in [
        ("exclusiveMinimum", "minimum"),
        ("exclusiveMaximum", "maximum"),
    ] {
        if let Some(Value::Bool(is_exclusive)) = schema.get(exclusive).cloned() {
            schema.shift_remove(exclusive);
            if is_exclusive && let Some(limit) = schema.shift_remove(bound) {
                schema.insert(exclusive.to_owned(), limit);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn root() -> Value {
        json!({ "components": {
            "schemas": {
                "Node": { "type": "object", "properties": {
                    "name": { "$ref": "#/components/schemas/Name" },
                    "children": { "type": "array", "items": { "$ref": "#/components/schemas/Node" } } } },
                "Name": { "type": "string", "nullable": true }
            },
            "parameters": { "A": { "$ref": "#/components/parameters/B" }, "B": { "name": "b" } }
        }})
    }

    #[test]
    fn references_are_resolved_and_circles_cut() {
        let schema = resolve(
            &root(),
            &json!({ "$ref": "#/components/schemas/Node", "description": "top" }),
        );
        assert_eq!(
            schema,
            json!({ "type": "object", "description": "top", "properties": {
                "name": { "type": ["string", "null"] },
                "children": { "type": "array", "items": {} } } })
        );
        let root = root();
        assert_eq!(
            follow(&root, &json!({ "$ref": "#/components/parameters/A" }))["name"],
            "b"
        );
    }

    #[test]
    fn properties_may_be_named_like_keywords() {
        let schema = json!({ "properties": { "nullable": { "type": "boolean" }, "$ref": { "type": "string" } } });
        assert_eq!(resolve(&json!({}), &schema), schema);
    }

    #[test]
    fn bounds_of_3_0_become_those_of_3_1() {
        let schema = json!({ "type": "number", "minimum": 0, "exclusiveMinimum": true, "maximum": 9, "exclusiveMaximum": false });
        assert_eq!(
            resolve(&json!({}), &schema),
            json!({ "type": "number", "exclusiveMinimum": 0, "maximum": 9 })
        );
    }

    #[test]
    fn what_unfolds_without_end_is_bounded() {
        let mut schemas = Map::new();
        for level in 0..30 {
            let next = json!({ "$ref": format!("#/components/schemas/L{}", level + 1) });
            schemas.insert(
                format!("L{level}"),
                json!({ "properties": { "a": next, "b": next } }),
            );
        }
        let root = json!({ "components": { "schemas": schemas } });
        let schema = resolve(&root, &json!({ "$ref": "#/components/schemas/L0" }));
        assert!(schema.to_string().len() < 200_000);
    }
}
