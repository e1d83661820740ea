//! Connections to database servers.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use crate::connect::ConnectError;

/// The keys of [`ServerConfig`], without those of one kind alone.
pub(super) const KEYS: &[&str] = &[
    "url", "host", "port", "database", "user", "password", "tables", "tls", "tls_ca", "timeout",
    "writable", "about",
];

/// A connection to a database server.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ServerConfig {
    /// The whole address, written `env:NAME`; or one without a password.
    pub url: Option<String>,
    /// The server, or the folder of its socket.
    pub host: Option<String>,
    /// Its port.
    pub port: Option<u16>,
    /// The database.
    pub database: Option<String>,
    /// Who asks.
    pub user: Option<String>,
    /// The password, written `env:NAME`.
    pub password: Option<String>,
    /// The schema that its tables are in; `public` unless said.
    pub schema: Option<String>,
    /// The tables that are offered; all that may be read unless said.
    pub tables: Option<Vec<String>>,
    /// Whether what goes over the wire is encrypted: `verify` or `off`.
    pub tls: Option<String>,
    /// A file with the certificates of those who may vouch for the server; a relative path starts
    /// at the workspace.
    pub tls_ca: Option<PathBuf>,
    /// How long the server may take for a piece of an answer, such as `60s`, which is the default.
    pub timeout: Option<String>,
    /// May rows be updated? False unless said.
    pub writable: bool,
    /// What it is for, in words.
    pub about: Option<String>,
}

const TIMEOUT: Duration = Duration::from_secs(60);

impl ServerConfig {
    /// Returns how long the server may take for a piece of an answer.
    ///
    /// # Errors
    /// For a `timeout` that is no duration.
    pub fn timeout(&self) -> Result<Duration, ConnectError> {
        let Some(text) = &self.timeout else {
            return Ok(TIMEOUT);
        };
        super::service::duration(text)
    }
}
