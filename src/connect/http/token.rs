//! Tokens of OAuth 2 (RFC 6749): fetched with client credentials or a refresh token, kept in
//! memory, and fetched anew before they expire.

use std::time::Duration;

use reqwest::{Client, StatusCode, Url};
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::address;
use super::auth::named_or_plain;
use super::form::form;
use crate::connect::net::{self, BodyError};
use crate::connect::{ConnectError, Secret, TokenConfig};
use crate::diag::one_line;

/// A token that expires sooner than this is not used any more: a request takes time.
const LEEWAY: Duration = Duration::from_secs(60);

/// The greatest answer with a token, in bytes.
const LIMIT: u64 = 100_000;

/// Where tokens come from, and the one that is in use.
pub struct TokenSource {
    url: Url,
    client_id: String,
    client_secret: Secret,
    scope: Option<String>,
    in_header: bool,
    held: Mutex<Held>,
    refresh: Option<Secret>,
}

/// What is in use.
struct Held {
    token: Option<(Secret, Option<Instant>)>,
    /// A service may give another with each token.
    refresh: Option<Secret>,
}

impl TokenSource {
    /// Looks up the secrets that the configuration names; nothing is fetched yet.
    ///
    /// # Errors
    /// For an address that is none, and a secret that is not set.
    pub fn open(
        config: &TokenConfig,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, ConnectError> {
        let refresh = config.refresh_token.as_ref();
        let refresh = refresh.map(|name| Secret::named(name, env)).transpose()?;
        Ok(TokenSource {
            url: address("token_url", &config.token_url)?,
            client_id: named_or_plain(&config.client_id, env)?,
            client_secret: Secret::named(&config.client_secret, env)?,
            scope: config.scope.clone(),
            in_header: config.in_header,
            held: Mutex::new(Held {
                token: None,
                refresh: refresh.clone(),
            }),
            refresh,
        })
    }

    /// Returns a token that is good for a while.
    ///
    /// # Errors
    /// If none is to be had.
    pub async fn token(&self, client: &Client) -> Result<Secret, ConnectError> {
        let mut held = self.held.lock().await;
        match &held.token {
            Some((token, until)) if until.is_none_or(|until| Instant::now() < until) => {
                Ok(token.clone())
            }
            _ => self.fetch(client, &mut held).await,
        }
    }

    /// Returns another token than the one that was refused. Of many that were refused at once the
    /// first fetches it.
    ///
    /// # Errors
    /// If none is to be had.
    pub async fn renewed(&self, client: &Client, refused: &Secret) -> Result<Secret, ConnectError> {
        let mut held = self.held.lock().await;
        match &held.token {
            Some((token, _)) if token != refused => Ok(token.clone()),
            _ => self.fetch(client, &mut held).await,
        }
    }

    /// Returns the secrets by which tokens are fetched.
    pub fn secrets(&self) -> impl Iterator<Item = &Secret> {
        std::iter::once(&self.client_secret).chain(&self.refresh)
    }

    async fn fetch(&self, client: &Client, held: &mut Held) -> Result<Secret, ConnectError> {
        held.token = None;
        let mut fields = match &held.refresh {
            Some(refresh) => vec![
                ("grant_type", "refresh_token"),
                ("refresh_token", refresh.reveal()),
            ],
            None => vec![("grant_type", "client_credentials")],
        };
        fields.extend(self.scope.as_deref().map(|scope| ("scope", scope)));
        if !self.in_header {
            fields.push(("client_id", &self.client_id));
            fields.push(("client_secret", self.client_secret.reveal()));
        }
        let mut request = client
            .post(self.url.clone())
            .header("accept", "application/json")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form(fields));
        if self.in_header {
            request = request.basic_auth(&self.client_id, Some(self.client_secret.reveal()));
        }
        let failed = |why: String| {
            let host = self.url.host_str().unwrap_or_default();
            let mut message = format!("No token is to be had from {host}: {why}.");
            for secret in self.secrets().chain(&held.refresh) {
                secret.strike_from(&mut message);
            }
            ConnectError::transient(message)
        };
        let response = request.send().await;
        let response = response.map_err(|error| failed(net::reason(&error)))?;
        let status = response.status();
        let body = net::read_bounded(response, LIMIT).await;
        let body = body.map_err(|error| match error {
            BodyError::TooLong => failed(format!("it answers with more than {LIMIT} bytes")),
            BodyError::Broken(error) => failed(net::reason(&error)),
        })?;
        let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
        let text = |key: &str| answer.get(key).and_then(Value::as_str);
        let Some(token) = text("access_token").filter(|_| status.is_success()) else {
            let named = text("error").map(|code| match text("error_description") {
                Some(said) => format!("{code}, {}", one_line(said, 200)),
                None => code.to_owned(),
            });
            let why = named.unwrap_or_else(|| format!("HTTP {}", status.as_u16()));
            let mut error = failed(why.trim_end_matches('.').to_owned());
            if !status.is_server_error() && status != StatusCode::TOO_MANY_REQUESTS {
                error = ConnectError::last(error.message).help(self.remedy(held));
            }
            return Err(error);
        };
        let token = Secret::received(token).ok_or_else(|| {
            ConnectError::last(failed("it gives one that no header can hold".to_owned()).message)
        })?;
        let lasts = answer.get("expires_in").and_then(seconds);
        let until =
            lasts.and_then(|lasts| Instant::now().checked_add(lasts.saturating_sub(LEEWAY)));
        if let Some(refresh) = text("refresh_token").and_then(Secret::received) {
            held.refresh = Some(refresh);
        }
        held.token = Some((token.clone(), until));
        Ok(token)
    }

    fn remedy(&self, held: &Held) -> &'static str {
        match held.refresh {
            Some(_) => {
                "The refresh token or the client may have been withdrawn: make new ones and set them \
                 where the `auth` of the connection names them."
            }
            None => {
                "Check the client's id and secret where the `auth` of the connection names them."
            }
        }
    }
}

/// Some services write the number as text.
fn seconds(value: &Value) -> Option<Duration> {
    let seconds = value.as_u64().or_else(|| value.as_str()?.parse().ok());
    seconds.map(Duration::from_secs)
}
