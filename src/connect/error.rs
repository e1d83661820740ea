//! What goes wrong with a connection, and who can do something about it.

use std::fmt;
use std::time::Duration;

use crate::diag;

/// A connection did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectError {
    /// What it means for the caller.
    pub kind: ConnectErrorKind,
    /// One sentence: what happened, and where. Never holds a secret.
    pub message: String,
    /// What to do next.
    pub help: Option<String>,
    /// May it have been carried out all the same? So it is where the answer did not arrive.
    pub is_unclear: bool,
    /// May it be just this request on which the other side failed? Else it is that there is no
    /// answer to any.
    pub is_of_request: bool,
}

/// What a [`ConnectError`] means for the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConnectErrorKind {
    /// It may work when tried again.
    Transient {
        /// How long the other side asks to wait.
        retry_after: Option<Duration>,
    },
    /// The tool answered with a "no" of its own, which a workflow can name by its code.
    Refused {
        /// The tool's code, or `http_404` and the like where it gives none.
        code: String,
    },
    /// Trying again will not help.
    Final,
    /// A pinned column is no longer there.
    Drift {
        /// The column.
        column: String,
    },
    /// There is no connection, table or tool of that name.
    UnknownName,
}

impl ConnectError {
    /// Returns an error that may pass.
    pub fn transient(message: impl Into<String>) -> Self {
        Self::new(
            ConnectErrorKind::Transient { retry_after: None },
            message.into(),
        )
    }

    /// Returns a tool's own "no".
    pub fn refused(code: impl Into<String>, message: impl Into<String>) -> Self {
        let code = code.into();
        Self::new(ConnectErrorKind::Refused { code }, message.into())
    }

    /// Returns an error that trying again does not mend.
    pub fn last(message: impl Into<String>) -> Self {
        Self::new(ConnectErrorKind::Final, message.into())
    }

    /// Returns the error for a pinned column that is gone.
    pub fn drift(column: impl Into<String>, message: impl Into<String>) -> Self {
        let column = column.into();
        Self::new(ConnectErrorKind::Drift { column }, message.into())
    }

    /// Returns the error for a name that is not there.
    pub fn unknown(message: impl Into<String>) -> Self {
        Self::new(ConnectErrorKind::UnknownName, message.into())
    }

    fn new(kind: ConnectErrorKind, message: String) -> Self {
        ConnectError {
            kind,
            message,
            help: None,
            is_unclear: false,
            is_of_request: false,
        }
    }

    /// Says that it may have been carried out all the same.
    #[must_use]
    pub fn unclear(mut self, is_unclear: bool) -> Self {
        self.is_unclear = is_unclear;
        self
    }

    /// Says whether it may be just this request on which the other side failed.
    #[must_use]
    pub fn of_request(mut self, is_of_request: bool) -> Self {
        self.is_of_request = is_of_request;
        self
    }

    /// Adds what to do next.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds what to do next, where it is known.
    #[must_use]
    pub fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help.or(self.help);
        self
    }

    /// May it work when tried again?
    pub fn is_transient(&self) -> bool {
        matches!(self.kind, ConnectErrorKind::Transient { .. })
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ConnectError {}

impl From<ConnectError> for diag::Error {
    fn from(error: ConnectError) -> Self {
        let kind = match error.kind {
            ConnectErrorKind::Drift { .. } | ConnectErrorKind::UnknownName => diag::Kind::Input,
            _ => diag::Kind::Unavailable,
        };
        let mut converted = diag::Error::new(kind, error.message);
        converted.help = error.help;
        converted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_message_and_help_for_the_person() {
        let error = ConnectError::unknown("There is no table `acounts`.").help("Say `accounts`.");
        let shown = diag::Error::from(error);
        assert_eq!(shown.kind, diag::Kind::Input);
        assert_eq!(shown.message, "There is no table `acounts`.");
        assert_eq!(shown.help.as_deref(), Some("Say `accounts`."));
    }

    #[test]
    fn only_transient_errors_may_be_tried_again() {
        assert!(ConnectError::transient("busy").is_transient());
        assert!(!ConnectError::refused("no_stock", "none left").is_transient());
    }
}
