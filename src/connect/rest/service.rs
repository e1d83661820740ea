//! A service as it was opened: its address, its tables and tools, and the way there.

use std::path::Path;
use std::time::Duration;

use indexmap::IndexMap;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Url};
use serde_json::Value;

use super::description::{Refusals, TableDescription, ToolDescription};
use super::filling::{self, Filling};
use super::reading::{self, Read, typed};
use super::table::RestTable;
use super::tool::RestTool;
use crate::connect::http::{Access, Request, Wire, address, text_of};
use crate::connect::{AuthConfig, ConnectError, RestConfig, Row, ServiceConfig, Throttle};

/// A service.
pub struct Service {
    /// What it is for, in words.
    pub about: Option<String>,
    /// Its tables by name.
    pub tables: IndexMap<String, RestTable>,
    /// Its tools by name.
    pub tools: IndexMap<String, RestTool>,
    /// The way there.
    pub line: Line,
}

/// The way to a service.
pub struct Line {
    base: Url,
    headers: Vec<(String, String)>,
    wire: Wire,
    throttle: Throttle,
    refusals: Option<Refusals>,
    is_form: bool,
}

/// What a request is made of, below a service's address.
pub struct Ask {
    /// Its method.
    pub method: Method,
    /// Its path.
    pub path: String,
    /// What stands behind the path; null is left out, and a list is said once for each part.
    pub query: Row,
    /// Headers of its own.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Option<Value>,
}

impl Service {
    /// Returns the service that a configuration describes. Nothing is sent.
    ///
    /// # Errors
    /// For whatever is wrong with the description, what is filled in, and secrets that are not set.
    pub fn open(
        config: &RestConfig,
        workspace: &Path,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, ConnectError> {
        let Read { description, place } = reading::read(config, workspace)?;
        let blanks = &description.blanks;
        let filling = Filling::of(blanks, &config.set)?;
        let base = address("base_url", &filling.address(&description.base_url)?)?;
        let auth = description.auth.as_ref().map(|auth| {
            let auth = filling::auth(auth, &filling, &description.secrets, &config.secrets, env)?;
            typed::<AuthConfig>(auth, &format!("`auth` of {place}"))
        });
        let (auth, limits) = (auth.transpose()?, description.limits.clone());
        let service = ServiceConfig {
            auth,
            timeout: description.timeout.clone(),
            max_bytes: description.max_bytes,
            ..ServiceConfig::default()
        };
        if let Some(problem) = limits.problem() {
            return Err(ConnectError::last(format!("In {place}: {problem}.")));
        }
        let access = Access::open(service.auth.as_ref(), env)?;
        let line = Line {
            base,
            headers: headers(&description.headers, &filling, &place)?,
            wire: Wire::new(access, service.timeout()?, service.max_bytes())?,
            throttle: Throttle::new(&limits),
            refusals: description.refusals.clone(),
            is_form: description.form,
        };
        let mut tables = IndexMap::new();
        for (name, value) in description.tables {
            let mut value = value;
            let place = format!("the table `{name}` of {place}");
            if let Some(like) = value.get("like") {
                return Err(ConnectError::last(format!(
                    "In {place}: it is to be like the table {like}, which there is not."
                ))
                .help("`like` names a table of the preset or of the description's file."));
            }
            let set = value
                .as_object_mut()
                .and_then(|table| table.shift_remove("set"));
            let set = set.as_ref().and_then(Value::as_object).cloned();
            let filling = filling.with(blanks, &set.unwrap_or_default())?;
            let described: TableDescription = typed(value, &place)?;
            let since = config.since.as_deref();
            let opened =
                RestTable::open(&name, described, &filling, since, config.writable, &place)?;
            tables.extend(opened.map(|table| (name, table)));
        }
        let mut tools = IndexMap::new();
        for (name, value) in description.tools {
            let place = format!("the tool `{name}` of {place}");
            let described: ToolDescription = typed(value, &place)?;
            let opened = RestTool::open(&name, described, &filling, &place)?;
            tools.extend(opened.map(|tool| (name, tool)));
        }
        Ok(Service {
            about: description.about.or(description.service),
            tables,
            tools,
            line,
        })
    }
}

impl Line {
    /// Sends what is asked, in its turn, and returns the value of the answer with its headers.
    /// `what` names it, for messages.
    ///
    /// # Errors
    /// If there is no good answer.
    pub async fn ask(&self, what: &str, ask: Ask) -> Result<(Value, HeaderMap), ConnectError> {
        let url = self.url(&ask);
        self.ask_at(what, ask, url).await
    }

    /// Sends what is asked to an address that the service gave.
    ///
    /// # Errors
    /// As [`Line::ask`].
    pub async fn ask_at(
        &self,
        what: &str,
        ask: Ask,
        url: Url,
    ) -> Result<(Value, HeaderMap), ConnectError> {
        let mut headers = self.headers.clone();
        headers.extend(ask.headers);
        let request = Request {
            method: ask.method,
            url,
            headers,
            body: ask.body,
            is_form: self.is_form,
        };
        let _turn = self.throttle.turn().await;
        let (value, headers) = self.wire.ask(what, request).await?;
        match self
            .refusals
            .as_ref()
            .and_then(|no| refusal(no, what, &value))
        {
            Some(error) => Err(error),
            None => Ok((value, headers)),
        }
    }

    /// Returns where a request goes.
    pub fn url(&self, ask: &Ask) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!(
            "{}{}",
            self.base.path().trim_end_matches('/'),
            ask.path
        ));
        let pairs: Vec<(&String, String)> = ask
            .query
            .iter()
            .flat_map(|(name, value)| match value {
                Value::Null => Vec::new(),
                Value::Array(values) => values.iter().map(|value| (name, text_of(value))).collect(),
                value => vec![(name, text_of(value))],
            })
            .collect();
        if !pairs.is_empty() {
            url.query_pairs_mut().extend_pairs(pairs);
        }
        url
    }
}

/// Returns the "no" that a good answer holds.
fn refusal(no: &Refusals, what: &str, answer: &Value) -> Option<ConnectError> {
    match answer.pointer(&no.unless) {
        Some(Value::Bool(true)) => return None,
        // An answer of another shape is none of these.
        None => return None,
        Some(_) => {}
    }
    let code = answer.pointer(&no.code).map_or_else(String::new, text_of);
    let is_one_of = |codes: &[String]| codes.contains(&code);
    Some(if is_one_of(&no.access) {
        ConnectError::last(format!("{what} does not let us in: {code}")).help(
            "Check the secret that the connection names in sopwright.toml, and what it allows.",
        )
    } else if is_one_of(&no.later) {
        ConnectError::transient(format!("{what} is not available: {code}"))
    } else {
        ConnectError::refused(code.clone(), format!("{what} refused ({code})"))
    })
}

fn headers(
    described: &IndexMap<String, String>,
    filling: &Filling,
    place: &str,
) -> Result<Vec<(String, String)>, ConnectError> {
    let made = described.iter().map(|(name, value)| {
        let value = super::template::fill_text(value, &filling.known);
        let is_name = HeaderName::from_bytes(name.as_bytes()).is_ok();
        if !is_name || HeaderValue::from_str(&value).is_err() {
            return Err(ConnectError::last(format!(
                "In {place}: `{name}: {value}` cannot be a header."
            )));
        }
        Ok((name.clone(), value))
    });
    made.collect()
}

/// Returns the method of a name.
///
/// # Errors
/// For a name that is none.
pub fn method(name: Option<&str>, unless: Method, place: &str) -> Result<Method, ConnectError> {
    let Some(name) = name else {
        return Ok(unless);
    };
    const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];
    let known = METHODS.contains(&name);
    let method = Method::from_bytes(name.as_bytes()).ok();
    method.filter(|_| known).ok_or_else(|| {
        ConnectError::last(format!("In {place}: `{name}` is no method."))
            .help("Methods are GET, POST, PUT, PATCH and DELETE.")
    })
}

/// Refuses names that nothing fills in.
///
/// # Errors
/// For the first such name.
pub fn check_filled<'a>(
    names: impl IntoIterator<Item = &'a str>,
    known: &[&str],
    place: &str,
    what: &str,
) -> Result<(), ConnectError> {
    match names.into_iter().find(|name| !known.contains(name)) {
        None => Ok(()),
        Some(name) => Err(
            ConnectError::last(format!("In {place}: nothing fills in {{{name}}}."))
                .help(format!("{what} Other names are declared under `blanks`.")),
        ),
    }
}

/// How long a page is waited for where the service says when to come back.
pub const LONGEST_WAIT: Duration = Duration::from_secs(60);
