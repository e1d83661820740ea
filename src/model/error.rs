//! Why a model did not answer, as a type: callers act on the kind, never on the wording.

use std::fmt;
use std::time::Duration;

use crate::diag;

/// A model call that gave no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelError {
    /// What went wrong, for the program.
    pub kind: ModelErrorKind,
    /// What went wrong, in one sentence for people.
    pub message: String,
    /// What to do next.
    pub help: Option<String>,
}

/// What went wrong with a model call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModelErrorKind {
    /// The key is missing, wrong, or not allowed to use this model.
    RefusedKey,
    /// The account has no credit or quota left; waiting does not help.
    NoCredit,
    /// The conversation is longer than the model's context window.
    ContextOverflow {
        /// Tokens of the prompt, where the server says so.
        prompt_tokens: Option<u64>,
        /// Tokens of the context window, where the server says so.
        limit: Option<u64>,
    },
    /// Too many requests in a short time.
    RateLimited {
        /// How long the server asks to wait.
        retry_after: Option<Duration>,
    },
    /// The server is overloaded or failed on its side.
    Overloaded {
        /// How long the server asks to wait.
        retry_after: Option<Duration>,
    },
    /// No connection could be made.
    Unreachable,
    /// The connection broke before the answer was whole.
    Interrupted,
    /// Nothing came for too long.
    Stalled,
    /// The model answered with neither words nor a tool call.
    EmptyAnswer,
    /// The answer is not in the wire format that was expected.
    BadAnswer,
    /// The server refused the request as it is.
    BadRequest,
}

impl ModelError {
    /// Returns an error of a kind.
    pub fn new(kind: ModelErrorKind, message: impl Into<String>) -> Self {
        ModelError {
            kind,
            message: message.into(),
            help: None,
        }
    }

    /// Adds what to do next.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// May the same request succeed a little later?
    pub fn is_transient(&self) -> bool {
        matches!(
            self.kind,
            ModelErrorKind::RateLimited { .. }
                | ModelErrorKind::Overloaded { .. }
                | ModelErrorKind::Unreachable
                | ModelErrorKind::Interrupted
                | ModelErrorKind::Stalled
        )
    }

    /// Returns how long the server asked to wait, if it did.
    pub fn retry_after(&self) -> Option<Duration> {
        match self.kind {
            ModelErrorKind::RateLimited { retry_after }
            | ModelErrorKind::Overloaded { retry_after } => retry_after,
            _ => None,
        }
    }
}

impl fmt::Display for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ModelError {}

impl From<ModelError> for diag::Error {
    fn from(error: ModelError) -> Self {
        let kind = match error.kind {
            ModelErrorKind::ContextOverflow { .. } => diag::Kind::Input,
            _ => diag::Kind::Unavailable,
        };
        let mut out = diag::Error::new(kind, error.message);
        out.help = error.help;
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_helps_only_where_it_can() {
        let transient = |kind| ModelError::new(kind, "").is_transient();
        assert!(transient(ModelErrorKind::Stalled));
        assert!(transient(ModelErrorKind::Overloaded { retry_after: None }));
        assert!(!transient(ModelErrorKind::RefusedKey));
        assert!(!transient(ModelErrorKind::NoCredit));
        assert!(!transient(ModelErrorKind::BadAnswer));
    }

    #[test]
    fn the_help_survives_the_way_to_the_user() {
        let error: diag::Error = ModelError::new(ModelErrorKind::RefusedKey, "refused")
            .help("set it")
            .into();
        assert_eq!(error.kind, diag::Kind::Unavailable);
        assert_eq!(error.help.as_deref(), Some("set it"));
    }
}
