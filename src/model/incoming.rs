//! A response as it comes in, with an end to waiting.

use std::time::Duration;

use bytes::Bytes;
use reqwest::Response;
use reqwest::header::CONTENT_TYPE;
use tokio::time::timeout;

use super::{ModelError, ModelErrorKind, http};

/// How long to wait for a server before it counts as stalled.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Until the first byte of the answer; local models read a long prompt slowly.
    pub first_byte: Duration,
    /// From then on, between one byte and the next.
    pub between: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Patience {
            first_byte: Duration::from_secs(300),
            between: Duration::from_secs(120),
        }
    }
}

/// A response being read.
pub(crate) struct Incoming<'a> {
    response: Response,
    server: &'a str,
    patience: Patience,
    began: bool,
}

impl<'a> Incoming<'a> {
    /// Returns a response of which nothing was read yet.
    pub(crate) fn new(response: Response, server: &'a str, patience: Patience) -> Self {
        Incoming {
            response,
            server,
            patience,
            began: false,
        }
    }

    /// Returns its content type, in lower case.
    pub(crate) fn kind(&self) -> String {
        let header = self.response.headers().get(CONTENT_TYPE);
        let kind = header.and_then(|value| value.to_str().ok());
        kind.unwrap_or_default().to_ascii_lowercase()
    }

    /// Returns the next bytes; `None` at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, ModelError> {
        let limit = match self.began {
            true => self.patience.between,
            false => self.patience.first_byte,
        };
        let bytes = timeout(limit, self.response.chunk())
            .await
            .map_err(|_| stalled(self.server, limit))?
            .map_err(|error| http::failure(&error, self.server))?;
        self.began = true;
        Ok(bytes)
    }

    /// Returns all that is left as text.
    pub(crate) async fn text(&mut self) -> Result<String, ModelError> {
        let mut all = Vec::new();
        while let Some(bytes) = self.next().await? {
            all.extend_from_slice(&bytes);
        }
        Ok(String::from_utf8_lossy(&all).into_owned())
    }
}

/// Returns the error for a server that sent nothing for so long.
pub(crate) fn stalled(server: &str, limit: Duration) -> ModelError {
    let seconds = limit.as_secs();
    ModelError::new(
        ModelErrorKind::Stalled,
        format!("{server} sent nothing for {seconds} seconds"),
    )
    .help("Try again; a local model may need a smaller input or more memory.")
}
