//! One operation of a service, and its requests.

use reqwest::{Method, Url};
use serde_json::{Map, Value};

use super::Request;
use crate::connect::{ConnectError, Row, Tool};
use crate::diag::did_you_mean;

/// An operation, which is called as a tool.
#[derive(Debug, Clone)]
pub struct Operation {
    /// The method of its requests.
    pub method: Method,
    /// The path below the server, with `{name}` for the parameters in it.
    pub path: String,
    /// The parameters.
    pub parameters: Vec<Parameter>,
    /// The body, where it has one.
    pub body: Option<Body>,
    /// What a caller sees of it.
    pub tool: Tool,
}

/// A parameter of an operation.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its name, which is also that of the argument.
    pub name: String,
    /// Where it stands in the request.
    pub place: Place,
}

/// Where a parameter stands in a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the path.
    Path,
    /// In the query.
    Query,
    /// In a header.
    Header,
}

/// How the arguments make up the body of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// Each argument that is no parameter is a property of it.
    Properties,
    /// The argument `body` is all of it.
    Whole,
}

/// The code of a call that was not made, since its arguments do not fit.
const INVALID_ARGUMENTS: &str = "invalid_arguments";

impl Operation {
    /// Returns the request of a call.
    ///
    /// # Errors
    /// For arguments that are missing or unknown.
    pub fn request(
        &self,
        tool: &str,
        base: &Url,
        mut arguments: Row,
    ) -> Result<Request, ConnectError> {
        check_names(tool, &self.tool.input, &arguments)?;
        let mut path = self.path.clone();
        let mut query = Vec::new();
        let mut headers = Vec::new();
        for Parameter { name, place } in &self.parameters {
            let value = arguments.shift_remove(name).unwrap_or_default();
            match (place, value) {
                (Place::Path, value) => {
                    path = path.replace(&format!("{{{name}}}"), &path_part(tool, name, &value)?);
                }
                (_, Value::Null) => {}
                (Place::Query, Value::Array(values)) => {
                    query.extend(values.iter().map(|value| (name, text_of(value))));
                }
                (Place::Query, value) => query.push((name, text_of(&value))),
                (Place::Header, value) => headers.push((name.clone(), text_of(&value))),
            }
        }
        let mut url = base.clone();
        url.set_path(&format!("{}{path}", base.path().trim_end_matches('/')));
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let body = match self.body {
            Some(Body::Properties) => Some(Value::Object(arguments)),
            Some(Body::Whole) => arguments.shift_remove("body"),
            None => None,
        };
        Ok(Request {
            method: self.method.clone(),
            url,
            headers,
            body,
            is_form: false,
        })
    }
}

/// Refuses a call whose arguments do not fit the schema of a tool's input.
///
/// # Errors
/// For arguments that are missing or unknown.
pub fn check_names(tool: &str, input: &Value, arguments: &Row) -> Result<(), ConnectError> {
    let required = input["required"].as_array().into_iter().flatten();
    let missing: Vec<&str> = required
        .filter_map(Value::as_str)
        .filter(|name| !arguments.contains_key(*name))
        .collect();
    if !missing.is_empty() {
        let missing = missing.join("`, `");
        return Err(ConnectError::refused(
            INVALID_ARGUMENTS,
            format!("`{tool}` needs `{missing}`, which it was not given."),
        ));
    }
    let none = Map::new();
    let known = input["properties"].as_object().unwrap_or(&none);
    let is_closed = input["additionalProperties"] == Value::Bool(false);
    match arguments
        .keys()
        .find(|name| is_closed && !known.contains_key(*name))
    {
        Some(name) => Err(ConnectError::refused(
            INVALID_ARGUMENTS,
            format!("`{tool}` takes no `{name}`."),
        )
        .maybe_help(did_you_mean(name, known.keys().map(String::as_str)))),
        None => Ok(()),
    }
}

/// Returns a value as one part of a path, in which it can name nothing but itself.
///
/// # Errors
/// For a value that is no part of one.
pub fn path_part(tool: &str, name: &str, value: &Value) -> Result<String, ConnectError> {
    let text = text_of(value);
    if value.is_null() || matches!(text.as_str(), "" | "." | "..") {
        return Err(ConnectError::last(format!(
            "`{tool}` needs a value for `{name}`, and has \"{text}\"."
        )));
    }
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    Ok(text
        .bytes()
        .map(|byte| match is_plain(byte) {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02X}"),
        })
        .collect())
}

/// Returns a value as text stands for it in an address.
pub fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        value => value.to_string(),
    }
}
