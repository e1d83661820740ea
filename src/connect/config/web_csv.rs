//! Connections to CSVs at addresses.

use std::time::Duration;

use indexmap::IndexMap;
use serde::Deserialize;

use super::AuthConfig;
use crate::connect::ConnectError;

/// The keys of [`WebCsvConfig`].
pub(super) const KEYS: &[&str] = &[
    "tables",
    "redirects_to",
    "auth",
    "timeout",
    "max_bytes",
    "about",
];

/// A connection to CSVs that are at addresses, each a table.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct WebCsvConfig {
    /// Where each table is; `env:NAME` for an address that is a secret.
    pub tables: IndexMap<String, String>,
    /// Other hosts that an address may lead on to; `*.example.com` for all below one.
    pub redirects_to: Vec<String>,
    /// How to show who is calling.
    pub auth: Option<AuthConfig>,
    /// How long an answer may take, such as `60s`, which is also the default.
    pub timeout: Option<String>,
    /// The greatest table in bytes; 100 MB unless said.
    pub max_bytes: Option<u64>,
    /// What it is for, in words.
    pub about: Option<String>,
}

const TIMEOUT: Duration = Duration::from_secs(60);
const MAX_BYTES: u64 = 100_000_000;

impl WebCsvConfig {
    /// Returns how long an answer may take.
    ///
    /// # Errors
    /// For a `timeout` that is no duration.
    pub fn timeout(&self) -> Result<Duration, ConnectError> {
        let text = self.timeout.as_deref();
        text.map_or(Ok(TIMEOUT), super::service::duration)
    }

    /// Returns the greatest table in bytes.
    pub fn max_bytes(&self) -> u64 {
        self.max_bytes.unwrap_or(MAX_BYTES)
    }
}
