//! What can be said of every service, and how to show it who is calling.

use std::time::Duration;

use jiff::SignedDuration;
use serde::Deserialize;

use crate::connect::{ConnectError, ConnectionLimits};

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
        duration(text)
    }

    /// Returns the greatest answer in bytes.
    pub fn max_bytes(&self) -> u64 {
        self.max_bytes.unwrap_or(MAX_BYTES)
    }
}

/// Reads how long something may take.
///
/// # Errors
/// For what is no duration.
pub(super) fn duration(text: &str) -> Result<Duration, ConnectError> {
    text.parse::<SignedDuration>()
        .ok()
        .and_then(|duration| Duration::try_from(duration).ok())
        .filter(|duration| !duration.is_zero())
        .ok_or_else(|| {
            ConnectError::last(format!("`timeout` is not a duration: {text}."))
                .help("Write it like `30s` or `2m`.")
        })
}

/// How to show who is calling. Each secret is written `env:NAME`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(
    untagged,
    deny_unknown_fields,
    expecting = "use `{ bearer = \"env:NAME\" }`, \
    `{ header = \"X-Key\", value = \"env:NAME\" }`, `{ user = \"me\", basic = \"env:NAME\" }` or \
    `{ token_url = \"https://…\", client_id = \"…\", client_secret = \"env:NAME\" }`"
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
        /// The user's name; also `env:NAME`, where it is a part of the secret.
        user: String,
        /// The password.
        basic: String,
    },
    /// A token that is fetched and renewed (OAuth 2, RFC 6749).
    Token(TokenConfig),
}

/// Where a token is fetched, and with what: with the refresh token, else with the client's own
/// credentials.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenConfig {
    /// The address that gives tokens.
    pub token_url: String,
    /// The client's name; also `env:NAME`.
    pub client_id: String,
    /// The client's secret.
    pub client_secret: String,
    /// The token that renews.
    #[serde(default)]
    pub refresh_token: Option<String>,
    /// What is asked for, where the service wants to be told.
    #[serde(default)]
    pub scope: Option<String>,
    /// Do the client's name and secret go into a header, and not into the body?
    #[serde(default)]
    pub in_header: bool,
}
