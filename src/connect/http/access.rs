//! How a service is shown who is calling: as configured, or by a token that is fetched.

use reqwest::{Client, RequestBuilder};

use super::auth::Auth;
use super::token::TokenSource;
use crate::connect::{AuthConfig, ConnectError, Secret};

/// How a service is shown who is calling.
pub enum Access {
    /// Not at all.
    Open,
    /// By what is configured.
    Shown(Auth),
    /// By a token that is fetched, and renewed.
    Token(Box<TokenSource>),
}

/// What shows it on one request.
pub enum Pass {
    /// Nothing.
    None,
    /// What is configured.
    Shown(Auth),
    /// A token that was fetched.
    Token(Secret),
}

impl Access {
    /// Looks up the secrets that the configuration names.
    ///
    /// # Errors
    /// For a secret that is not set, or that no header can hold, and an address that is none.
    pub fn open(
        config: Option<&AuthConfig>,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, ConnectError> {
        Ok(match config {
            None => Access::Open,
            Some(AuthConfig::Token(token)) => {
                Access::Token(Box::new(TokenSource::open(token, env)?))
            }
            Some(auth) => Access::Shown(Auth::open(auth, env)?),
        })
    }

    /// Returns what shows it now, fetching a token where there is none that is good for a while.
    ///
    /// # Errors
    /// If no token is to be had.
    pub async fn pass(&self, client: &Client) -> Result<Pass, ConnectError> {
        Ok(match self {
            Access::Open => Pass::None,
            Access::Shown(auth) => Pass::Shown(auth.clone()),
            Access::Token(source) => Pass::Token(source.token(client).await?),
        })
    }

    /// Returns another pass in the place of one that was not let in; `None` where there is no
    /// other.
    ///
    /// # Errors
    /// If no token is to be had.
    pub async fn renewed(
        &self,
        client: &Client,
        refused: &Pass,
    ) -> Result<Option<Pass>, ConnectError> {
        match (self, refused) {
            (Access::Token(source), Pass::Token(refused)) => source
                .renewed(client, refused)
                .await
                .map(Pass::Token)
                .map(Some),
            _ => Ok(None),
        }
    }

    /// Calls a function with every secret, that of the request's pass included.
    pub fn each_secret(&self, pass: &Pass, strike: &mut dyn FnMut(&Secret)) {
        match self {
            Access::Open => {}
            Access::Shown(auth) => auth.secrets().for_each(&mut *strike),
            Access::Token(source) => source.secrets().for_each(&mut *strike),
        }
        if let Pass::Token(token) = pass {
            strike(token);
        }
    }
}

impl Pass {
    /// Puts it on a request.
    pub fn sign(&self, request: RequestBuilder) -> RequestBuilder {
        match self {
            Pass::None => request,
            Pass::Shown(auth) => auth.sign(request),
            Pass::Token(token) => request.bearer_auth(token.reveal()),
        }
    }
}
