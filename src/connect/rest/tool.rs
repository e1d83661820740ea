//! A tool of a service, and its requests.

use reqwest::Method;
use serde_json::{Map, Value, json};

use super::description::{Input, MessageStyle, ToolDescription};
use super::email;
use super::filling::Filling;
use super::service::{Ask, check_filled, method};
use super::template::{fill, fill_path, names, names_in, whole};
use crate::connect::chat::slack;
use crate::connect::http::{IDEMPOTENCY_KEY, check_names, text_of};
use crate::connect::{ConnectError, Effect, Row, Tool};
use crate::spec::FieldType;

/// A tool.
pub struct RestTool {
    /// What a caller sees of it.
    pub tool: Tool,
    /// The path to what is returned of an answer.
    pub answer: String,
    method: Method,
    path: String,
    query: Value,
    headers: Row,
    body: Option<Value>,
    email: Option<Value>,
    message: Option<(MessageStyle, Value)>,
    idempotency: Option<String>,
}

impl RestTool {
    /// Returns the tool of a description; nothing, where it needs what was left open.
    ///
    /// # Errors
    /// For what is wrong with it.
    pub fn open(
        name: &str,
        described: ToolDescription,
        filling: &Filling,
        place: &str,
    ) -> Result<Option<Self>, ConnectError> {
        let headers = described.headers.into_iter();
        let headers = Value::Object(headers.map(|(name, value)| (name, value.into())).collect());
        let said = described.message.as_ref();
        let style = said.map(|said| said.style);
        let parts = [
            Value::Object(described.query),
            headers,
            described.body.unwrap_or_default(),
            described.email.map(Value::Object).unwrap_or_default(),
            said.map(|said| said.text.clone().into())
                .unwrap_or_default(),
        ];
        let wanted = parts
            .iter()
            .flat_map(names_in)
            .chain(names(&described.path));
        if filling.leaves_open(wanted) {
            return Ok(None);
        }
        let path = fill_path(place, &described.path, &filling.known)?;
        let [query, headers, body, email, message] = parts.map(|part| fill(&part, &filling.known));
        let mut known: Vec<&str> = described.input.keys().map(String::as_str).collect();
        let help = format!("`{name}` takes: {}.", known.join(", "));
        let must: Vec<&str> = described
            .input
            .iter()
            .filter(|(_, input)| !input.optional)
            .map(|(name, _)| name.as_str())
            .collect();
        check_filled(
            names(&path),
            &must,
            place,
            "A path takes arguments that are not optional.",
        )?;
        for part in [&query, &headers, &email, &message] {
            check_filled(names_in(part), &known, place, &help)?;
        }
        if !email.is_null() {
            known.push("email");
        }
        if !message.is_null() {
            known.extend(["message", "blocks"]);
        }
        check_filled(names_in(&body), &known, place, &help)?;
        let method = method(described.method.as_deref(), Method::POST, place)?;
        let effect = described.effect.unwrap_or(match method {
            Method::GET => Effect::Read,
            Method::DELETE => Effect::Irreversible,
            _ => Effect::Write,
        });
        let idempotent = described.repeatable.unwrap_or_else(|| {
            effect == Effect::Read
                || matches!(method, Method::PUT | Method::DELETE)
                || described.idempotency.is_some()
        });
        let gives = described.gives.iter();
        let gives: Map<String, Value> = gives
            .map(|(name, field)| (name.clone(), json!({ "type": json_type(*field) })))
            .collect();
        let output = match gives.is_empty() {
            true => None,
            false => Some(json!({ "type": "object", "properties": gives })),
        };
        let tool = Tool {
            description: described.about,
            effect,
            input: schema(&described.input),
            output,
            idempotent,
        };
        Ok(Some(RestTool {
            tool,
            answer: described.answer,
            method,
            path,
            query,
            headers: headers.as_object().cloned().unwrap_or_default(),
            body: Some(body).filter(|body| !body.is_null()),
            email: Some(email).filter(|email| !email.is_null()),
            message: style.map(|style| (style, message)),
            idempotency: described.idempotency,
        }))
    }

    /// Returns the request of a call; `key` tells it apart from every other.
    ///
    /// # Errors
    /// For arguments that are missing or unknown.
    pub fn request(
        &self,
        name: &str,
        arguments: Row,
        key: Option<&str>,
    ) -> Result<Ask, ConnectError> {
        check_names(name, &self.tool.input, &arguments)?;
        let mut known = arguments;
        let inputs = self.tool.input["properties"].as_object();
        for input in inputs.into_iter().flatten().map(|(name, _)| name) {
            known.entry(input.clone()).or_insert(Value::Null);
        }
        let path = fill_path(name, &self.path, &known)?;
        if let Some(email) = &self.email {
            let source = email::source(&fill(email, &known)).map_err(|why| {
                ConnectError::refused("invalid_arguments", format!("`{name}`: {why}."))
            })?;
            known.insert("email".to_owned(), source.into());
        }
        if let Some((style, message)) = &self.message {
            let message = text_of(&fill(message, &known));
            let (text, blocks) = match style {
                MessageStyle::Slack => slack::message(&message),
            };
            known.insert("message".to_owned(), text.into());
            known.insert("blocks".to_owned(), blocks);
        }
        let query = fill(&self.query, &known);
        let mut headers: Vec<(String, String)> = self
            .headers
            .iter()
            .filter_map(|(header, text)| {
                let text = text.as_str().unwrap_or_default();
                let is_null = whole(text)
                    .and_then(|name| known.get(name))
                    .is_some_and(Value::is_null);
                (!is_null).then(|| (header.clone(), super::template::fill_text(text, &known)))
            })
            .collect();
        if let Some((_, value)) = headers
            .iter()
            .find(|(_, value)| value.contains(['\r', '\n']))
        {
            return Err(ConnectError::refused(
                "invalid_arguments",
                format!("`{name}`: a header cannot hold {}.", json!(value)),
            ));
        }
        if let Some(key) = key.filter(|_| self.tool.effect != Effect::Read) {
            let header = self.idempotency.as_deref().unwrap_or(IDEMPOTENCY_KEY);
            headers.push((header.to_owned(), key.to_owned()));
        }
        Ok(Ask {
            method: self.method.clone(),
            path,
            query: query.as_object().cloned().unwrap_or_default(),
            headers,
            body: self.body.as_ref().map(|body| fill(body, &known)),
        })
    }

    /// Returns what the tool gives of an answer.
    ///
    /// # Errors
    /// If the answer has no such part.
    pub fn given(&self, name: &str, answer: Value) -> Result<Value, ConnectError> {
        let found = answer.pointer(&self.answer).cloned();
        found.ok_or_else(|| {
            let at = &self.answer;
            ConnectError::last(format!(
                "`{name}` answers without {at}: {}.",
                short(&answer)
            ))
            .help("Correct `answer` of the tool in its description.")
        })
    }
}

fn short(answer: &Value) -> String {
    crate::diag::one_line(&text_of(answer), 80)
}

fn schema(input: &indexmap::IndexMap<String, Input>) -> Value {
    let properties = input.iter().map(|(name, input)| {
        let kind = json_type(input.kind.unwrap_or(FieldType::Text));
        let mut said = match input.optional {
            true => json!({ "type": [kind, "null"] }),
            false => json!({ "type": kind }),
        };
        if let Some(about) = &input.about {
            said["description"] = json!(about);
        }
        if !input.one_of.is_empty() {
            let null = input.optional.then_some(&Value::Null);
            said["enum"] = input.one_of.iter().chain(null).cloned().collect();
        }
        (name.clone(), said)
    });
    let properties: Map<String, Value> = properties.collect();
    let required = input.iter().filter(|(_, input)| !input.optional);
    let required: Vec<&String> = required.map(|(name, _)| name).collect();
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

fn json_type(field: FieldType) -> &'static str {
    match field {
        FieldType::Number => "number",
        FieldType::Integer => "integer",
        FieldType::Boolean => "boolean",
        FieldType::List => "array",
        FieldType::Object => "object",
        FieldType::Text | FieldType::Date | FieldType::Time => "string",
    }
}
