//! Who may ask: whoever has the token.

use hyper::StatusCode;
use hyper::header::{AUTHORIZATION, HeaderMap, WWW_AUTHENTICATE};
use ring::hmac;

use super::answer::Answer;
use crate::connect::Secret;

/// Who may ask.
pub struct Guard {
    token: Option<Secret>,
}

impl Guard {
    /// Returns one that lets in who has the token.
    pub fn new(token: Option<Secret>) -> Self {
        Guard { token }
    }

    /// Lets a request in that only sees or sends; without a token, whoever reaches us.
    ///
    /// # Errors
    /// The answer to who is not let in.
    pub(super) fn open(&self, headers: &HeaderMap) -> Result<(), Answer> {
        match &self.token {
            Some(token) if !is_given(token, headers) => Err(refused()),
            _ => Ok(()),
        }
    }

    /// Lets a request in that starts a run of its own accord, or reads results: never without a
    /// token.
    ///
    /// # Errors
    /// The answer to who is not let in.
    pub(super) fn closed(&self, headers: &HeaderMap) -> Result<(), Answer> {
        if self.token.is_none() {
            return Err(Answer::wrong(
                StatusCode::FORBIDDEN,
                "This needs a token, and none is set: in sopwright.toml, [serve] token = \"env:NAME\"",
            ));
        }
        self.open(headers)
    }
}

fn refused() -> Answer {
    Answer::wrong(
        StatusCode::UNAUTHORIZED,
        "The header `Authorization: Bearer TOKEN` is missing, or holds another token",
    )
    .with(WWW_AUTHENTICATE, "Bearer")
}

/// Does a request hold the token? Takes as long for a wrong one as for the right one.
fn is_given(token: &Secret, headers: &HeaderMap) -> bool {
    let given = headers.get(AUTHORIZATION).and_then(|v| v.to_str().ok());
    let given = given.and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    });
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"token");
    let known = hmac::sign(&key, token.reveal().as_bytes());
    given.is_some_and(|given| hmac::verify(&key, given.as_bytes(), known.as_ref()).is_ok())
}
