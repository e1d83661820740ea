//! Who is calling, as a request shows it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::RequestBuilder;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use crate::connect::{AuthConfig, ConnectError, Secret};

/// How a request shows who is calling.
#[derive(Debug, Clone)]
pub enum Auth {
    /// `Authorization: Bearer ...`
    Bearer(Secret),
    /// A header of the service's own.
    Header(HeaderName, Secret),
    /// `Authorization: Basic ...`; the third is both as they are sent.
    Basic(String, Secret, Secret),
}

impl Auth {
    /// Looks up the secrets that the configuration names.
    pub fn open(
        config: &AuthConfig,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, ConnectError> {
        let auth = match config {
            AuthConfig::Bearer { bearer } => Auth::Bearer(Secret::named(bearer, env)?),
            AuthConfig::Header { header, value } => {
                let name = HeaderName::from_bytes(header.as_bytes()).map_err(|_| {
                    ConnectError::last(format!("`{header}` cannot be the name of a header."))
                })?;
                Auth::Header(name, Secret::named(value, env)?)
            }
            AuthConfig::Basic { user, basic } => {
                let (user, password) = (named_or_plain(user, env)?, Secret::named(basic, env)?);
                let sent = STANDARD.encode(format!("{user}:{}", password.reveal()));
                Auth::Basic(user, password, Secret::made(sent))
            }
            AuthConfig::Token(_) => {
                return Err(
                    ConnectError::last("A connection of this kind fetches no tokens.")
                        .help("Use `auth = { bearer = \"env:NAME\" }` with a token that lasts."),
                );
            }
        };
        if HeaderValue::from_str(auth.secret().reveal()).is_err() {
            return Err(ConnectError::last(
                "A secret holds characters that no header can, such as a line break.",
            ));
        }
        Ok(auth)
    }

    /// Puts it on a request.
    pub fn sign(&self, request: RequestBuilder) -> RequestBuilder {
        match self {
            Auth::Bearer(token) => request.bearer_auth(token.reveal()),
            Auth::Header(name, value) => request.header(name, value.reveal()),
            Auth::Basic(user, password, _) => request.basic_auth(user, Some(password.reveal())),
        }
    }

    /// Returns the headers that it puts on each request to an address.
    ///
    /// # Errors
    /// If no request can be made of it.
    pub fn headers(&self, url: &reqwest::Url) -> Result<HeaderMap, ConnectError> {
        let request = self.sign(reqwest::Client::new().get(url.clone())).build();
        let mut headers = match request {
            Ok(request) => request.headers().clone(),
            Err(error) => return Err(ConnectError::last(crate::connect::net::reason(&error))),
        };
        headers
            .values_mut()
            .for_each(|value| value.set_sensitive(true));
        Ok(headers)
    }

    /// Returns the secret in it, in every form in which it is sent.
    pub fn secrets(&self) -> impl Iterator<Item = &Secret> {
        let encoded = match self {
            Auth::Basic(_, _, encoded) => Some(encoded),
            _ => None,
        };
        std::iter::once(self.secret()).chain(encoded)
    }

    /// Returns the secret in it.
    pub fn secret(&self) -> &Secret {
        match self {
            Auth::Bearer(secret) | Auth::Header(_, secret) | Auth::Basic(_, secret, _) => secret,
        }
    }
}

/// Returns a name that is written as it is, or held by a variable as `env:NAME`.
///
/// # Errors
/// For a variable that is not set.
pub fn named_or_plain(
    written: &str,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<String, ConnectError> {
    match written.starts_with("env:") {
        true => Ok(Secret::named(written, env)?.reveal().to_owned()),
        false => Ok(written.to_owned()),
    }
}
