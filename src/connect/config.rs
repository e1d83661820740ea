//! The `[connections.NAME]` sections of `sopwright.toml`.

use std::path::PathBuf;
use std::time::Duration;

use indexmap::IndexMap;
use jiff::SignedDuration;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::{ConnectError, ConnectionLimits, Row};
use crate::diag::did_you_mean;

/// The connections by name, as configured.
pub type ConnectionsConfig = IndexMap<String, ConnectionConfig>;

/// How to reach one connection.
#[derive(Debug, Clone, PartialEq)]
pub enum ConnectionConfig {
    /// A folder of CSV, TSV, JSON and JSONL files, each a table.
    Folder(FileConfig),
    /// A SQLite database.
    Sqlite(FileConfig),
    /// An HTTP service that an OpenAPI document describes.
    Http(HttpConfig),
    /// A server of the Model Context Protocol.
    Mcp(McpConfig),
}

/// The kinds, each with its keys.
const KINDS: [(&str, &[&str]); 4] = [
    ("folder", &["path", "writable", "about"]),
    ("sqlite", &["path", "writable", "about"]),
    (
        "http",
        &[
            "openapi",
            "base_url",
            "auth",
            "timeout",
            "max_bytes",
            "limits",
            "sandbox",
            "about",
        ],
    ),
    (
        "mcp",
        &[
            "command",
            "env",
            "url",
            "auth",
            "timeout",
            "max_bytes",
            "limits",
            "sandbox",
            "about",
            "tables",
        ],
    ),
];

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

/// What can be said of every service that is called.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ServiceConfig {
    /// How to show who is calling.
    pub auth: Option<AuthConfig>,
    /// How long a call may take, such as `30s`, which is also the default.
    pub timeout: Option<String>,
    /// The greatest answer in bytes; 10 MB unless said.
    pub max_bytes: Option<u64>,
    /// How much may be asked at once, and how fast.
    pub limits: ConnectionLimits,
    /// Is it a test system, to which a dry run may write? False unless said.
    pub sandbox: bool,
    /// What it is for, in words.
    pub about: Option<String>,
}

const TIMEOUT: Duration = Duration::from_secs(30);
const MAX_BYTES: u64 = 10_000_000;

impl ServiceConfig {
    /// Returns how long a call may take.
    ///
    /// # Errors
    /// For a `timeout` that is no duration.
    pub fn timeout(&self) -> Result<Duration, ConnectError> {
        let Some(text) = &self.timeout else {
            return Ok(TIMEOUT);
        };
        text.parse::<SignedDuration>()
            .ok()
            .and_then(|duration| Duration::try_from(duration).ok())
            .filter(|duration| !duration.is_zero())
            .ok_or_else(|| {
                ConnectError::last(format!("`timeout` is not a duration: {text}."))
                    .help("Write it like `30s` or `2m`.")
            })
    }

    /// Returns the greatest answer in bytes.
    pub fn max_bytes(&self) -> u64 {
        self.max_bytes.unwrap_or(MAX_BYTES)
    }
}

/// A connection to an MCP server: one that a command starts, or one at an address.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct McpConfig {
    /// The program that is the server, with its arguments.
    #[serde(default)]
    pub command: Vec<String>,
    /// Variables that the program gets, each written `env:NAME`.
    #[serde(default)]
    pub env: IndexMap<String, String>,
    /// The address of the server.
    #[serde(default)]
    pub url: Option<String>,
    /// What can be said of every service.
    #[serde(flatten)]
    pub service: ServiceConfig,
    /// Tables that are made of tools which list something.
    #[serde(default)]
    pub tables: IndexMap<String, ListConfig>,
}

/// A table that a tool lists.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListConfig {
    /// The tool.
    pub tool: String,
    /// Its arguments.
    #[serde(rename = "with", default)]
    pub arguments: Row,
    /// The path to the list of records in its answer, as a JSON pointer; the answer itself unless
    /// said.
    #[serde(default)]
    pub rows: String,
    /// How the next page is asked for; there is one page unless said.
    #[serde(default)]
    pub next: Option<Paging>,
}

/// How the next page of a list is asked for.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(
    untagged,
    deny_unknown_fields,
    expecting = "use `{ argument = \"cursor\", at = \"/next_cursor\" }` or `{ argument = \"page\", from = 1 }`"
)]
pub enum Paging {
    /// With what the answer gives, until it gives nothing.
    Cursor {
        /// The argument that it goes into.
        argument: String,
        /// The path to it in the answer, as a JSON pointer.
        at: String,
    },
    /// By its number, until a page is empty.
    Number {
        /// The argument that it goes into.
        argument: String,
        /// The number of the first page.
        from: u64,
    },
}

impl Paging {
    /// Returns the path to what asks for the next page.
    pub fn at(&self) -> Option<&String> {
        match self {
            Paging::Cursor { at, .. } => Some(at),
            Paging::Number { .. } => None,
        }
    }
}

/// How to show who is calling. Each secret is written `env:NAME`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(
    untagged,
    deny_unknown_fields,
    expecting = "use `{ bearer = \"env:NAME\" }`, \
    `{ header = \"X-Key\", value = \"env:NAME\" }` or `{ user = \"me\", basic = \"env:NAME\" }`"
)]
pub enum AuthConfig {
    /// `Authorization: Bearer ...`.
    Bearer {
        /// The token.
        bearer: String,
    },
    /// A header of the service's own.
    Header {
        /// Its name.
        header: String,
        /// Its value.
        value: String,
    },
    /// `Authorization: Basic ...`.
    Basic {
        /// The user's name.
        user: String,
        /// The password.
        basic: String,
    },
}

impl ConnectionConfig {
    /// Returns how much may be asked of it at once, and how fast, where that can be said.
    pub fn limits(&self) -> Option<&ConnectionLimits> {
        match self {
            ConnectionConfig::Folder(_) | ConnectionConfig::Sqlite(_) => None,
            ConnectionConfig::Http(http) => Some(&http.service.limits),
            ConnectionConfig::Mcp(mcp) => Some(&mcp.service.limits),
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
        if let Some(key) = section.keys().find(|key| !keys.contains(&key.as_str())) {
            return Err(unknown(&format!("`{kind}` key"), key, keys.iter().copied()));
        }
        let section = Value::Object(section);
        match kind.as_str() {
            "folder" => FileConfig::deserialize(section).map(ConnectionConfig::Folder),
            "sqlite" => FileConfig::deserialize(section).map(ConnectionConfig::Sqlite),
            "mcp" => McpConfig::deserialize(section).map(ConnectionConfig::Mcp),
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
        assert!(error.contains("folder, sqlite, http"), "{error}");
        let error = read("[crm]\nkind = 'folder'").unwrap_err();
        assert!(error.contains("missing field `path`"), "{error}");
        let error = read("[d]\nkind='http'\nopenapi='x'\nlimits={ at_once=0 }").unwrap_err();
        assert!(error.contains("above 0"), "{error}");
        let error = read("[d]\nkind='http'\nopenapi='x'\nauth={ token='x' }").unwrap_err();
        assert!(error.contains("use `{ bearer"), "{error}");
    }
}
