//! Who signs in at a mail server, and with what.

use reqwest::Client;

use crate::connect::http::{TokenSource, named_or_plain};
use crate::connect::{ConnectError, MailConfig, Secret, net};

/// Who signs in.
pub(super) struct Account {
    user: String,
    proof: Proof,
}

enum Proof {
    Password(Secret),
    Token(Box<TokenSource>, Client),
}

/// What is shown at one sign-in.
pub(super) enum Shown {
    Password(Secret),
    /// By `XOAUTH2`.
    Token(Secret),
}

impl Account {
    /// Looks up the secrets that the configuration names; `None` where nobody signs in.
    ///
    /// # Errors
    /// For a secret that is not set, and a user without one.
    pub(super) fn open(
        config: &MailConfig,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Option<Self>, ConnectError> {
        let proof = match (&config.password, &config.token) {
            (Some(password), None) => Proof::Password(Secret::named(password, env)?),
            (None, Some(token)) => {
                let client = net::client().build().map_err(|error| {
                    ConnectError::last(format!("No token can be fetched: {}.", net::reason(&error)))
                })?;
                Proof::Token(Box::new(TokenSource::open(token, env)?), client)
            }
            (Some(_), Some(_)) => {
                return Err(ConnectError::last(
                    "There is a `password` and a `token`: say one of them.",
                ));
            }
            (None, None) if config.user.is_none() => return Ok(None),
            (None, None) => {
                return Err(ConnectError::last("There is a `user` and no password.")
                    .help("Write `password = \"env:NAME\"`."));
            }
        };
        let Some(user) = &config.user else {
            return Err(ConnectError::last("It is not said who signs in.")
                .help("Write `user = \"…\"`; mostly that is the address."));
        };
        let user = named_or_plain(user, env)?;
        Ok(Some(Account { user, proof }))
    }

    /// Returns who signs in.
    pub(super) fn user(&self) -> &str {
        &self.user
    }

    /// Returns what is shown now, fetching a token where there is none that is good for a while.
    ///
    /// # Errors
    /// If no token is to be had.
    pub(super) async fn shown(&self) -> Result<Shown, ConnectError> {
        Ok(match &self.proof {
            Proof::Password(password) => Shown::Password(password.clone()),
            Proof::Token(source, client) => Shown::Token(source.token(client).await?),
        })
    }
}

impl Shown {
    /// Returns the text with what is shown struck out: a server may repeat what it was sent.
    pub(super) fn strike_from(&self, text: &str) -> String {
        let mut text = text.to_owned();
        match self {
            Shown::Password(secret) | Shown::Token(secret) => secret.strike_from(&mut text),
        }
        text
    }
}
