//! An OpenAPI document, 3.0 or 3.1, in JSON.

use indexmap::IndexMap;
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::operation::{Body, Operation, Parameter, Place};
use super::schema::{follow, resolve};
use crate::connect::{ConnectError, Effect, Tool};
use crate::diag::one_line;

const METHODS: [&str; 6] = ["get", "head", "post", "put", "patch", "delete"];

/// An OpenAPI document.
pub struct Document {
    root: Value,
    /// Where it is, for messages.
    origin: String,
}

impl Document {
    /// Reads a document; `origin` says where it is.
    ///
    /// # Errors
    /// For what is not JSON, and for another version of OpenAPI.
    pub fn read(text: &[u8], origin: &str) -> Result<Self, ConnectError> {
        let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
        let root: Value = serde_json::from_slice(text).map_err(|error| {
            ConnectError::last(format!(
                "The OpenAPI document {origin} is not JSON: {error}."
            ))
            .help("Only JSON is read: a document in YAML has to be converted first.")
        })?;
        let version = root
            .get("openapi")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if !version.starts_with("3.") {
            let found = match root.get("swagger").and_then(Value::as_str) {
                Some(version) => format!("is Swagger {version}"),
                None => "does not say its version of OpenAPI".to_owned(),
            };
            return Err(
                ConnectError::last(format!("The document {origin} {found}."))
                    .help("OpenAPI 3.0 and 3.1 are read."),
            );
        }
        Ok(Document {
            root,
            origin: origin.to_owned(),
        })
    }

    /// Returns what the service is, in words.
    pub fn about(&self) -> Option<String> {
        let info = self.root.get("info")?;
        let text = |key: &str| info.get(key)?.as_str().filter(|text| !text.is_empty());
        let parts: Vec<&str> = ["title", "description"]
            .into_iter()
            .filter_map(text)
            .collect();
        (!parts.is_empty()).then(|| one_line(&parts.join(": "), 300))
    }

    /// Returns the address of the first server.
    pub fn server(&self) -> Option<&str> {
        self.root.pointer("/servers/0/url")?.as_str()
    }

    /// Returns how callers are known, as the document says it.
    pub fn security(&self) -> &Value {
        let schemes = self.root.pointer("/components/securitySchemes");
        schemes.unwrap_or(&Value::Null)
    }

    /// Returns the operations by their names, and a word on those that are left out.
    ///
    /// # Errors
    /// For an `x-effect` that is none.
    pub fn operations(
        &self,
    ) -> Result<(IndexMap<String, Operation>, Option<String>), ConnectError> {
        let mut operations = IndexMap::new();
        let mut left_out = Vec::new();
        let paths = self.root.get("paths").and_then(Value::as_object);
        for (path, item) in paths.into_iter().flatten() {
            let item = follow(&self.root, item);
            for method in METHODS {
                let Some(node) = item.get(method) else {
                    continue;
                };
                let wanted = name_of(method, path, node);
                let mut name = wanted.clone();
                let mut number = 2;
                while operations.contains_key(&name) {
                    name = format!("{wanted}_{number}");
                    number += 1;
                }
                match self.operation(&name, method, path, item, node)? {
                    Some(operation) => {
                        operations.insert(name, operation);
                    }
                    None => left_out.push(name),
                }
            }
        }
        let problem = (!left_out.is_empty()).then(|| {
            let names = left_out.join(", ");
            format!("Left out, for they take a body that is not JSON: {names}.")
        });
        Ok((operations, problem))
    }

    /// Returns an operation; `None` for one that takes a body which is not JSON.
    fn operation(
        &self,
        name: &str,
        method: &str,
        path: &str,
        item: &Value,
        node: &Value,
    ) -> Result<Option<Operation>, ConnectError> {
        let mut input = Input::default();
        let mut parameters: Vec<Parameter> = Vec::new();
        let mut knows_keys = false;
        // Those of the operation come first, and stand for those of the path with their names.
        for found in elements(node, "parameters").chain(elements(item, "parameters")) {
            let found = follow(&self.root, found);
            let Some((parameter, schema)) = self.parameter(found) else {
                continue;
            };
            // The run fills it in, and a service that asks for it does nothing twice.
            if parameter.place == Place::Header
                && parameter.name.eq_ignore_ascii_case(super::IDEMPOTENCY_KEY)
            {
                knows_keys = true;
                continue;
            }
            let known = |other: &Parameter| other.name == parameter.name;
            if !parameters.iter().any(known) {
                let is_required =
                    parameter.place == Place::Path || found["required"] == Value::Bool(true);
                input.add(&parameter.name, schema, is_required);
                parameters.push(parameter);
            }
        }
        let body = match node.get("requestBody").map(|body| follow(&self.root, body)) {
            None => None,
            Some(body) => match json_schema(body) {
                None => return Ok(None),
                Some(schema) => {
                    let is_required = body["required"] == Value::Bool(true);
                    Some(input.add_body(resolve(&self.root, schema), is_required))
                }
            },
        };
        let effect = self.effect(name, method, node)?;
        let words = ["description", "summary"]
            .into_iter()
            .find_map(|key| node[key].as_str());
        let tool = Tool {
            description: words.map_or_else(
                || format!("{} {path}", method.to_uppercase()),
                str::to_owned,
            ),
            effect,
            input: input.schema(),
            output: self.output(node),
            idempotent: knows_keys
                || effect == Effect::Read
                || matches!(method, "get" | "head" | "put" | "delete"),
        };
        let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap_or(Method::POST);
        Ok(Some(Operation {
            method,
            path: path.to_owned(),
            parameters,
            body,
            tool,
        }))
    }

    fn parameter(&self, node: &Value) -> Option<(Parameter, Value)> {
        let place = match node.get("in")?.as_str()? {
            "path" => Place::Path,
            "query" => Place::Query,
            "header" => Place::Header,
            _ => return None,
        };
        let schema = node.get("schema").or_else(|| json_schema(node));
        let mut schema = schema.map_or_else(|| json!({}), |schema| resolve(&self.root, schema));
        if let (Some(schema), Some(words)) = (schema.as_object_mut(), node.get("description")) {
            schema.entry("description").or_insert_with(|| words.clone());
        }
        let name = node.get("name")?.as_str()?.to_owned();
        Some((Parameter { name, place }, schema))
    }

    fn effect(&self, name: &str, method: &str, node: &Value) -> Result<Effect, ConnectError> {
        match node.get("x-effect") {
            Some(stated) => serde_json::from_value(stated.clone()).map_err(|_| {
                ConnectError::last(format!(
                    "The OpenAPI document {} gives `{name}` the x-effect {stated}.",
                    self.origin
                ))
                .help("It is one of read, write, irreversible.")
            }),
            None => Ok(match method {
                "get" | "head" => Effect::Read,
                "delete" => Effect::Irreversible,
                _ => Effect::Write,
            }),
        }
    }

    /// Returns the schema of the good answer: that of 200, else 201, else any 2xx.
    fn output(&self, node: &Value) -> Option<Value> {
        let responses = node.get("responses")?.as_object()?;
        let others = responses
            .keys()
            .map(String::as_str)
            .filter(|code| code.starts_with('2'));
        let schema = ["200", "201"]
            .into_iter()
            .chain(others)
            .filter_map(|code| json_schema(follow(&self.root, responses.get(code)?)))
            .next()?;
        Some(resolve(&self.root, schema))
    }
}

/// The arguments of an operation, as a schema in the making.
#[derive(Default)]
struct Input {
    properties: Map<String, Value>,
    required: Vec<String>,
    is_open: bool,
}

impl Input {
    fn add(&mut self, name: &str, schema: Value, is_required: bool) {
        self.properties.insert(name.to_owned(), schema);
        if is_required {
            self.required.push(name.to_owned());
        }
    }

    /// Adds the body: its properties where it is an object that shares no name with a parameter,
    /// else as the argument `body`.
    fn add_body(&mut self, mut schema: Value, is_required: bool) -> Body {
        merge_all_of(&mut schema);
        let properties = schema.get("properties").and_then(Value::as_object);
        let shared = properties.is_some_and(|properties| {
            properties
                .keys()
                .any(|name| self.properties.contains_key(name))
        });
        let Some(properties) = properties.filter(|_| !shared) else {
            self.add("body", schema, is_required);
            return Body::Whole;
        };
        let required: Vec<&str> = elements(&schema, "required")
            .filter_map(Value::as_str)
            .filter(|_| is_required)
            .collect();
        for (name, property) in properties {
            self.add(name, property.clone(), required.contains(&name.as_str()));
        }
        let others = schema.get("additionalProperties");
        self.is_open = others.is_some_and(|others| *others != Value::Bool(false));
        Body::Properties
    }

    fn schema(self) -> Value {
        json!({
            "type": "object",
            "properties": self.properties,
            "required": self.required,
            "additionalProperties": self.is_open,
        })
    }
}

/// Merges the objects of an `allOf` into the one that they describe together.
fn merge_all_of(schema: &mut Value) {
    let Some(Value::Array(parts)) = schema
        .as_object_mut()
        .and_then(|it| it.shift_remove("allOf"))
    else {
        return;
    };
    for mut part in parts {
        merge_all_of(&mut part);
        for name in elements(&part, "required") {
            if let Some(required) = array_of(schema, "required") {
                required.push(name.clone());
            }
        }
        let properties = part.get("properties").and_then(Value::as_object);
        for (name, property) in properties.into_iter().flatten() {
            schema["properties"][name.as_str()] = property.clone();
        }
    }
}

fn array_of<'a>(schema: &'a mut Value, key: &str) -> Option<&'a mut Vec<Value>> {
    schema
        .as_object_mut()?
        .entry(key)
        .or_insert_with(|| json!([]))
        .as_array_mut()
}

fn elements<'a>(node: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    node.get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

/// Returns the schema of the JSON that a body, an answer or a parameter holds.
fn json_schema(node: &Value) -> Option<&Value> {
    let is_json = |kind: &str| {
        let kind = kind.split(';').next().unwrap_or_default().trim();
        kind == "application/json" || kind.ends_with("+json") || kind == "*/*"
    };
    let content = node.get("content")?.as_object()?;
    content
        .iter()
        .find(|(kind, _)| is_json(kind))?
        .1
        .get("schema")
}

/// Returns the `operationId`, or the method and the path as a name, such as `get_orders_id`.
fn name_of(method: &str, path: &str, node: &Value) -> String {
    if let Some(id) = node
        .get("operationId")
        .and_then(Value::as_str)
        .filter(|id| !id.is_empty())
    {
        return id.to_owned();
    }
    let words = path
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    std::iter::once(method)
        .chain(words)
        .collect::<Vec<_>>()
        .join("_")
}

#[cfg(test)]
#[path = "openapi_tests.rs"]
mod tests;
