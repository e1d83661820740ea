//! A connection that was described by somebody else than the person whose secret it sends: a model
//! that has read the documentation of a service. It reaches only what it says that it reaches, for
//! the person to agree to, with secrets of its own.

use std::path::Path;

use indexmap::IndexMap;
use reqwest::{Method, Url};
use serde_json::{Value, json};

use super::RestConnection;
use super::description::{Description, TableDescription, ToolDescription};
use super::reading::{self, typed};
use super::service::{Service, method};
use crate::connect::http::address;
use crate::connect::{ConnectError, Effect, RestConfig, Row, is_connection_name};

/// A connection as it was drafted.
#[derive(Debug, Clone)]
pub struct DraftedConnection {
    /// What it is called.
    pub name: String,
    /// What it reaches.
    pub reach: Reach,
    description: Row,
    /// The description as a file holds it.
    file: String,
}

/// What a connection reaches, for a person who is asked whether it may.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    /// The hosts to which it speaks.
    pub hosts: Vec<Host>,
    /// The secrets that it shows them.
    pub secrets: Vec<DraftedSecret>,
    /// Its tables.
    pub tables: Vec<String>,
    /// Its tools that read.
    pub reads: Vec<String>,
    /// What is said to read although its request could do otherwise.
    pub posts: Vec<String>,
    /// Its tools that write.
    pub writes: Vec<String>,
    /// Its tables of which records can be changed.
    pub updates: Vec<String>,
}

/// A host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// Its address, without a path.
    pub address: String,
    /// Is it this machine, or within its own network?
    pub is_near: bool,
    /// Is it spoken to encrypted?
    pub is_encrypted: bool,
}

/// A secret of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftedSecret {
    /// The variable that holds it.
    pub variable: String,
    /// What it is, and where it is found.
    pub ask: String,
    /// May it be left out?
    pub is_optional: bool,
}

impl DraftedConnection {
    /// Returns a connection, as far as it is sound; nothing is sent.
    ///
    /// # Errors
    /// For whatever is wrong with the description, and for what a drafted one may not have.
    pub fn new(name: &str, description: &Value) -> Result<Self, ConnectError> {
        check_name(name)?;
        let mut description = match without_nulls(description) {
            Value::Object(description) => description,
            _ => return Err(ConnectError::last("The description is no object.")),
        };
        let variables = name_secrets(name, &mut description);
        let config = RestConfig {
            own: description.clone(),
            ..RestConfig::default()
        };
        let read = reading::read(&config, Path::new(""))?.description;
        if let Some(blank) = read.blanks.keys().next() {
            return Err(ConnectError::last(format!(
                "`blanks.{blank}` is left for somebody to fill in."
            ))
            .help("Ask the user for it, and write it out where it belongs."));
        }
        // That its parts fit together does not depend on what the secrets are.
        Service::open(&config, Path::new(""), &|_| Some("secret".to_owned()))?;
        let file = toml::to_string_pretty(&description).unwrap_or_default();
        // What is kept is what was tried, or it is not tried.
        if toml::from_str::<Row>(&file).ok().as_ref() != Some(&description) {
            return Err(ConnectError::last(
                "The description holds what a file of TOML cannot, such as `null` in a list.",
            )
            .help("Take it out."));
        }
        Ok(DraftedConnection {
            name: name.to_owned(),
            reach: reach(&read, &variables)?,
            description,
            file,
        })
    }

    /// Opens it, with its own secrets and no others: `env` looks up the variables that hold them.
    ///
    /// # Errors
    /// For secrets that are not set, and those of somebody else.
    pub fn open(
        &self,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<RestConnection, ConnectError> {
        let is_own = |variable: &str| self.reach.secrets.iter().any(|s| s.variable == variable);
        let config = RestConfig {
            own: self.description.clone(),
            ..RestConfig::default()
        };
        RestConnection::open(&config, Path::new(""), &|variable| {
            is_own(variable).then(|| env(variable)).flatten()
        })
    }

    /// Returns its description, as a file holds it.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Returns its section of `sopwright.toml`, described by a file.
    pub fn section(&self, file: &str, writable: bool) -> String {
        let file = toml::Value::String(file.to_owned());
        let section = format!(
            "[connections.{}]\nkind = \"rest\"\ndescription = {file}",
            self.name
        );
        match writable {
            true => section + "\nwritable = true",
            false => section,
        }
    }
}

fn check_name(name: &str) -> Result<(), ConnectError> {
    if is_connection_name(name) {
        return Ok(());
    }
    Err(
        ConnectError::last(format!("`{name}` cannot be the name of a connection."))
            .help("It has letters, digits, hyphens and underscores, as in crm."),
    )
}

fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(parts) => Value::Object(
            parts
                .iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(name, value)| (name.clone(), without_nulls(value)))
                .collect(),
        ),
        Value::Array(parts) => parts.iter().map(without_nulls).collect(),
        value => value.clone(),
    }
}

/// Gives each secret a variable that no other connection reads, and returns those by its name.
fn name_secrets(connection: &str, description: &mut Row) -> IndexMap<String, String> {
    let mut variables = IndexMap::new();
    let secrets = description
        .get_mut("secrets")
        .and_then(Value::as_object_mut);
    for (name, secret) in secrets.into_iter().flatten() {
        let variable = variable(connection, name);
        if let Some(secret) = secret.as_object_mut() {
            secret.insert("env".to_owned(), json!(variable));
        }
        variables.insert(name.clone(), variable);
    }
    variables
}

/// Returns the variable that holds a secret of a drafted connection.
fn variable(connection: &str, secret: &str) -> String {
    let words = format!("{connection}_{secret}").to_uppercase();
    let words = words.replace(|c: char| !c.is_ascii_alphanumeric(), "_");
    format!("CONNECTION_{words}")
}

fn reach(read: &Description, variables: &IndexMap<String, String>) -> Result<Reach, ConnectError> {
    let mut reach = Reach {
        hosts: hosts(read)?,
        ..Reach::default()
    };
    for (name, variable) in variables {
        reach.secrets.push(DraftedSecret {
            variable: variable.clone(),
            ask: read.secrets[name].ask.clone(),
            is_optional: read.secrets[name].optional,
        });
    }
    for (name, value) in &read.tables {
        let place = format!("the table `{name}`");
        let table: TableDescription = typed(value.clone(), &place)?;
        let method = method(table.method.as_deref(), Method::GET, &place)?;
        may_read(&place, &method)?;
        if method != Method::GET {
            reach
                .posts
                .push(format!("{name} ({method} {})", table.path));
        }
        if table.update.is_some() {
            reach.updates.push(name.clone());
        }
        reach.tables.push(name.clone());
    }
    for (name, value) in &read.tools {
        let place = format!("the tool `{name}`");
        let tool: ToolDescription = typed(value.clone(), &place)?;
        let method = method(tool.method.as_deref(), Method::POST, &place)?;
        let reads = tool.effect == Some(Effect::Read) || method == Method::GET;
        if !reads {
            reach.writes.push(name.clone());
            continue;
        }
        may_read(&place, &method)?;
        if method != Method::GET {
            reach.posts.push(format!("{name} ({method} {})", tool.path));
        }
        reach.reads.push(name.clone());
    }
    Ok(reach)
}

/// Refuses to take for reading what by its method changes something.
fn may_read(place: &str, method: &Method) -> Result<(), ConnectError> {
    if matches!(*method, Method::GET | Method::POST) {
        return Ok(());
    }
    Err(ConnectError::last(format!(
        "{place} is to read with {method}, which changes something."
    ))
    .help("Describe it as a tool with the `effect` that it has."))
}

fn hosts(read: &Description) -> Result<Vec<Host>, ConnectError> {
    let mut addresses = vec![address("base_url", &read.base_url)?];
    let token = read.auth.as_ref().and_then(|auth| auth.get("token_url"));
    if let Some(token) = token.and_then(Value::as_str) {
        addresses.push(address("token_url", token)?);
    }
    let mut hosts: Vec<Host> = Vec::new();
    for url in &addresses {
        let host = host(url);
        if !hosts.contains(&host) {
            hosts.push(host);
        }
    }
    Ok(hosts)
}

fn host(url: &Url) -> Host {
    let name = url.host_str().unwrap_or_default();
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    let is_near = match bare.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(ip)) => {
            ip.is_loopback() || ip.is_private() || ip.is_link_local() || ip.is_unspecified()
        }
        Ok(std::net::IpAddr::V6(ip)) => {
            ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local()
        }
        // A name without a dot is one of the network at hand.
        Err(_) => name == "localhost" || !name.contains('.') || name.ends_with(".local"),
    };
    Host {
        address: url.origin().ascii_serialization(),
        is_near,
        is_encrypted: url.scheme() == "https",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::connect::ConnectionConfig;

    fn desk() -> Value {
        json!({
            "service": "Desk", "base_url": "https://desk.example/api", "docs": null,
            "auth": { "bearer": "secret:token" },
            "secrets": { "token": { "ask": "An API token", "env": "ANTHROPIC_API_KEY" } },
            "tables": { "tickets": { "path": "/tickets", "rows": "/items", "key": "id",
                "update": { "path": "/tickets/{id}" } } },
            "tools": {
                "search": { "about": "Searches", "path": "/search", "effect": "read",
                    "body": { "words": "{words}" }, "input": { "words": {} } },
                "add_note": { "about": "Adds a note", "path": "/notes" } }
        })
    }

    fn refused(change: impl FnOnce(&mut Value)) -> String {
        let mut description = desk();
        change(&mut description);
        let error = DraftedConnection::new("desk", &description).unwrap_err();
        assert!(error.help.is_some(), "{error}");
        error.message
    }

    #[test]
    fn what_it_reaches_is_told() {
        let drafted = DraftedConnection::new("desk", &desk()).unwrap();
        let reach = &drafted.reach;
        assert_eq!(reach.hosts.len(), 1);
        assert_eq!(reach.hosts[0].address, "https://desk.example");
        assert!(!reach.hosts[0].is_near && reach.hosts[0].is_encrypted);
        assert_eq!(reach.secrets[0].variable, "CONNECTION_DESK_TOKEN");
        assert_eq!(reach.posts, ["search (POST /search)"]);
        assert_eq!(reach.writes, ["add_note"]);
        assert_eq!(reach.updates, ["tickets"]);
        for near in [
            "http://localhost:80",
            "http://10.0.0.1",
            "http://[::1]",
            "https://intranet",
        ] {
            let mut description = desk();
            description["base_url"] = json!(near);
            let drafted = DraftedConnection::new("desk", &description).unwrap();
            assert!(drafted.reach.hosts[0].is_near, "{near}");
        }
    }

    #[test]
    fn it_has_secrets_of_its_own_alone() {
        let all = |_: &str| Some("s3cret".to_owned());
        assert!(
            DraftedConnection::new("desk", &desk())
                .unwrap()
                .open(&all)
                .is_ok()
        );
        let mut description = desk();
        description["auth"] = json!({ "bearer": "env:ANTHROPIC_API_KEY" });
        let drafted = DraftedConnection::new("desk", &description).unwrap();
        let error = drafted.open(&all).err().unwrap();
        assert!(error.message.contains("is not set"), "{error}");
        let message = refused(|desk| desk["auth"] = json!({ "bearer": "sk-literal" }));
        assert!(message.contains("stands in the configuration"), "{message}");
        assert!(!message.contains("sk-literal"));
    }

    #[test]
    fn what_it_may_not_have_is_refused() {
        let message = refused(|desk| desk["blanks"] = json!({ "team": { "ask": "Which?" } }));
        assert!(message.contains("blanks.team"));
        let message = refused(|desk| {
            desk["tools"]["search"]["method"] = json!("DELETE");
        });
        assert!(message.contains("is to read with DELETE"), "{message}");
        let message = refused(|desk| desk["tables"]["tickets"]["method"] = json!("PUT"));
        assert!(message.contains("is to read with PUT"), "{message}");
        let message = refused(|desk| desk["preset"] = json!("hubspot"));
        assert!(message.contains("unknown field `preset`"), "{message}");
        let message = refused(|desk| desk["tables"]["tickets"]["pth"] = json!("x"));
        assert!(message.contains("`pth`"), "{message}");
        assert!(DraftedConnection::new("a b", &desk()).is_err());
        assert!(DraftedConnection::new("desk", &json!([])).is_err());
    }

    #[test]
    fn what_cannot_be_kept_is_refused_before_it_is_tried() {
        let message = refused(|desk| desk["tools"]["search"]["body"] = json!({ "n": [null] }));
        assert!(message.contains("a file of TOML cannot"), "{message}");
    }

    #[test]
    fn it_is_kept_as_it_was_tried() {
        let folder = tempfile::tempdir().unwrap();
        let drafted = DraftedConnection::new("desk", &desk()).unwrap();
        std::fs::write(folder.path().join("desk.toml"), drafted.file()).unwrap();
        let section = drafted.section("desk.toml", true);
        let settings: Value = toml::from_str(&section).unwrap();
        let section = settings["connections"]["desk"].clone();
        assert_eq!(section["writable"], true);
        let config: ConnectionConfig = serde_json::from_value(section).unwrap();
        let ConnectionConfig::Rest(config) = config else {
            unreachable!("{config:?}")
        };
        let read = reading::read(&config, folder.path()).unwrap().description;
        assert_eq!(read.secrets["token"].env, "CONNECTION_DESK_TOKEN");
        assert_eq!(Value::Object(read.tables), desk()["tables"]);
        assert_eq!(Value::Object(read.tools), desk()["tools"]);
    }
}
