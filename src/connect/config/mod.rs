//! The `[connections.NAME]` sections of `sopwright.toml`.

mod chat;
mod mail;
mod mcp;
mod rest;
mod server;
mod service;
mod web_csv;

use std::path::PathBuf;

use indexmap::IndexMap;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::{ConnectionLimits, Row};
use crate::diag::did_you_mean;
pub use chat::{ChatConfig, ChatService};
pub use mail::MailConfig;
pub use mcp::{ListConfig, McpConfig, Paging};
pub use rest::{DescribedBy, RestConfig};
pub use server::ServerConfig;
pub use service::{AuthConfig, ServiceConfig, TokenConfig};
pub use web_csv::WebCsvConfig;

/// The connections by name, as configured.
pub type ConnectionsConfig = IndexMap<String, ConnectionConfig>;

/// Can a text be the name of a connection? SOPs, workflows and settings write it.
pub fn is_connection_name(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    !text.is_empty() && text.bytes().all(is_plain)
}

/// How to reach one connection.
#[derive(Debug, Clone, PartialEq)]
pub enum ConnectionConfig {
    /// A folder of data files, each a table.
    Folder(FileConfig),
    /// A SQLite database.
    Sqlite(FileConfig),
    /// A PostgreSQL database.
    Postgres(ServerConfig),
    /// A MySQL or MariaDB database.
    Mysql(ServerConfig),
    /// CSVs at addresses.
    Csv(WebCsvConfig),
    /// An HTTP service that an OpenAPI document describes.
    Http(HttpConfig),
    /// A server of the Model Context Protocol.
    Mcp(McpConfig),
    /// A service whose requests are described in data.
    Rest(RestConfig),
    /// A mailbox.
    Mail(Box<MailConfig>),
    /// The channels of a chat service.
    Chat(ChatConfig),
}

/// The kinds, each with its keys.
const KINDS: [(&str, &[&[&str]]); 10] = [
    ("folder", &[OF_FILES, &["tables"]]),
    ("sqlite", &[OF_FILES]),
    ("postgres", &[server::KEYS, &["schema"]]),
    ("mysql", &[server::KEYS]),
    ("csv", &[web_csv::KEYS]),
    ("http", &[&["openapi", "base_url"], OF_SERVICES]),
    ("mcp", &[&["command", "env", "url", "tables"], OF_SERVICES]),
    ("rest", &[rest::KEYS]),
    ("mail", &[mail::KEYS]),
    ("chat", &[chat::KEYS]),
];

/// The keys of [`FileConfig`].
const OF_FILES: &[&str] = &["path", "writable", "about"];

/// The keys of [`ServiceConfig`].
const OF_SERVICES: &[&str] = &["auth", "timeout", "max_bytes", "limits", "sandbox", "about"];

/// A connection to a folder or a database file.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct FileConfig {
    /// Where it is; a relative path starts at the workspace.
    pub path: PathBuf,
    /// May rows be updated? False unless said.
    #[serde(default)]
    pub writable: bool,
    /// What it is for, in words.
    #[serde(default)]
    pub about: Option<String>,
    /// Of a folder: tables that are made of several files.
    #[serde(default)]
    pub tables: IndexMap<String, FilesConfig>,
}

/// A table that is made of several files.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FilesConfig {
    /// What their names have in common, with stars for the rest: `tickets-*.csv`.
    pub files: String,
}

/// A connection to an HTTP service.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct HttpConfig {
    /// A file, relative to the workspace, or an `http(s)://` address of the OpenAPI document.
    pub openapi: String,
    /// Where the operations are; the document's first server unless said.
    #[serde(default)]
    pub base_url: Option<String>,
    /// What can be said of every service.
    #[serde(flatten)]
    pub service: ServiceConfig,
}

impl ConnectionConfig {
    /// Returns how much may be asked of it at once, and how fast, where that can be said.
    pub fn limits(&self) -> Option<&ConnectionLimits> {
        match self {
            ConnectionConfig::Folder(_)
            | ConnectionConfig::Sqlite(_)
            | ConnectionConfig::Postgres(_)
            | ConnectionConfig::Mysql(_)
            | ConnectionConfig::Csv(_) => None,
            ConnectionConfig::Http(http) => Some(&http.service.limits),
            ConnectionConfig::Mcp(mcp) => Some(&mcp.service.limits),
            ConnectionConfig::Mail(mail) => Some(&mail.service.limits),
            ConnectionConfig::Chat(chat) => Some(&chat.limits),
            // It reads pages too, so it keeps to its limits itself.
            ConnectionConfig::Rest(_) => None,
        }
    }
}

impl<'de> Deserialize<'de> for ConnectionConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut section = Row::deserialize(deserializer)?;
        let kinds = KINDS.iter().map(|(kind, _)| *kind);
        let Some(Value::String(kind)) = section.shift_remove("kind") else {
            let kinds = kinds.collect::<Vec<_>>().join(", ");
            return Err(D::Error::custom(format!(
                "say the `kind` of the connection: {kinds}"
            )));
        };
        let Some((_, keys)) = KINDS.iter().find(|(name, _)| *name == kind) else {
            return Err(unknown("kind", &kind, kinds));
        };
        let keys = keys.concat();
        if let Some(key) = section.keys().find(|key| !keys.contains(&key.as_str())) {
            return Err(unknown(&format!("`{kind}` key"), key, keys));
        }
        let section = Value::Object(section);
        match kind.as_str() {
            "folder" => FileConfig::deserialize(section).map(ConnectionConfig::Folder),
            "sqlite" => FileConfig::deserialize(section).map(ConnectionConfig::Sqlite),
            "postgres" => ServerConfig::deserialize(section).map(ConnectionConfig::Postgres),
            "mysql" => ServerConfig::deserialize(section).map(ConnectionConfig::Mysql),
            "csv" => WebCsvConfig::deserialize(section).map(ConnectionConfig::Csv),
            "mcp" => McpConfig::deserialize(section).map(ConnectionConfig::Mcp),
            "rest" => RestConfig::deserialize(section).map(ConnectionConfig::Rest),
            "mail" => {
                MailConfig::deserialize(section).map(|mut mail| {
                    // Its session is one, and who waits for it must not be taken for slow.
                    mail.service.limits.at_once.get_or_insert(1);
                    ConnectionConfig::Mail(Box::new(mail))
                })
            }
            "chat" => ChatConfig::deserialize(section).map(ConnectionConfig::Chat),
            _ => HttpConfig::deserialize(section).map(ConnectionConfig::Http),
        }
        .and_then(
            |config| match config.limits().and_then(ConnectionLimits::problem) {
                Some(problem) => Err(serde_json::Error::custom(problem)),
                None => Ok(config),
            },
        )
        .map_err(|error| D::Error::custom(format!("a `{kind}` connection: {error}")))
    }
}

fn unknown<'a, E: serde::de::Error>(
    what: &str,
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> E {
    let help = did_you_mean(name, known).unwrap_or_default();
    E::custom(format!("unknown {what} `{name}`. {help}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn read(text: &str) -> Result<ConnectionsConfig, String> {
        toml::from_str(text).map_err(|error| error.message().to_owned())
    }

    #[test]
    fn reads_each_kind() {
        let config = read(
            "[crm]\nkind = 'folder'\npath = 'data'\nwritable = true\n\
             [db]\nkind = 'sqlite'\npath = 'a.db'\n\
             [desk]\nkind = 'http'\nopenapi = 'desk.json'\nauth = { bearer = 'env:TOKEN' }\ntimeout = '5s'\nlimits = { per_second = 5, at_once = 8 }\n",
        )
        .unwrap();
        assert!(matches!(&config["crm"], ConnectionConfig::Folder(f) if f.writable));
        assert!(matches!(&config["db"], ConnectionConfig::Sqlite(f) if !f.writable));
        let ConnectionConfig::Http(http) = &config["desk"] else {
            panic!("an http connection")
        };
        assert_eq!(
            (http.service.limits.per_second, http.service.limits.at_once),
            (Some(5.0), Some(8))
        );
        assert!(
            matches!(&http.service.auth, Some(AuthConfig::Bearer { bearer }) if bearer == "env:TOKEN")
        );
    }

    #[test]
    fn names_what_it_does_not_know() {
        let error = read("[crm]\nkind = 'fodler'\npath = 'x'").unwrap_err();
        assert!(error.contains("Did you mean `folder`?"), "{error}");
        let error = read("[crm]\nkind = 'folder'\npth = 'x'").unwrap_err();
        assert!(error.contains("Did you mean `path`?"), "{error}");
        let error = read("[crm]\npath = 'x'").unwrap_err();
        assert!(
            error.contains("folder, sqlite, postgres, mysql, csv, http"),
            "{error}"
        );
        let error = read("[db]\nkind = 'mysql'\nschema = 'public'").unwrap_err();
        assert!(error.contains("unknown `mysql` key `schema`"), "{error}");
        let error = read("[crm]\nkind = 'folder'").unwrap_err();
        assert!(error.contains("missing field `path`"), "{error}");
        let error = read("[d]\nkind='http'\nopenapi='x'\nlimits={ at_once=0 }").unwrap_err();
        assert!(error.contains("above 0"), "{error}");
        let error = read("[d]\nkind='http'\nopenapi='x'\nauth={ token='x' }").unwrap_err();
        assert!(error.contains("use `{ bearer"), "{error}");
    }
}
