//! The error that ends a command: what happened, what caused it, what to do next.

use std::fmt;

use super::Diagnostic;

/// The result of whatever can end a command.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Who has to act on an [`Error`], and so the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The command line was off; exit code 2.
    Usage,
    /// A file, a workflow or an answer cannot be used as it is; exit code 1.
    Input,
    /// A connection, a model or the disk did not do its part; exit code 1.
    Unavailable,
    /// The work stopped before it was finished, and what there is was kept; exit code 1.
    Blocked,
    /// The person stopped it; exit code 130.
    Interrupted,
}

/// What happened, in the user's words, with its causes and the remedy.
#[derive(Debug, Clone)]
pub struct Error {
    /// Who has to act.
    pub kind: Kind,
    /// One sentence: what happened, and where.
    pub message: String,
    /// Why, from the nearest cause to the farthest.
    pub causes: Vec<String>,
    /// What to do next.
    pub help: Option<String>,
    /// The findings behind it, where it is about a document.
    pub diagnostics: Vec<Diagnostic>,
}

impl Error {
    /// Returns an error of a kind.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Error {
            kind,
            message: message.into(),
            causes: Vec::new(),
            help: None,
            diagnostics: Vec::new(),
        }
    }

    /// Returns an error of the command line.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// Returns an error of something that the user gave.
    pub fn input(message: impl Into<String>) -> Self {
        Self::new(Kind::Input, message)
    }

    /// Returns an error of something outside.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::new(Kind::Unavailable, message)
    }

    /// Returns an error for work that stopped before its end.
    pub fn blocked(message: impl Into<String>) -> Self {
        Self::new(Kind::Blocked, message)
    }

    /// Adds a cause, with its own sources.
    #[must_use]
    pub fn caused_by(mut self, cause: impl std::error::Error) -> Self {
        self.causes.push(cause.to_string());
        let mut source = cause.source();
        while let Some(inner) = source {
            let text = inner.to_string();
            if self.causes.last() != Some(&text) {
                self.causes.push(text);
            }
            source = inner.source();
        }
        self
    }

    /// Adds a cause in words.
    #[must_use]
    pub fn because(mut self, cause: impl Into<String>) -> Self {
        self.causes.push(cause.into());
        self
    }

    /// Adds what to do next.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds to what there is to do next.
    #[must_use]
    pub fn help_also(mut self, more: &str) -> Self {
        self.help = Some(
            self.help
                .map_or_else(|| more.to_owned(), |help| format!("{help} {more}")),
        );
        self
    }

    /// Adds the findings behind it.
    #[must_use]
    pub fn with(mut self, diagnostics: Vec<Diagnostic>) -> Self {
        self.diagnostics = diagnostics;
        self
    }

    /// Returns the exit code of a command that ends with this error.
    pub fn exit_code(&self) -> u8 {
        match self.kind {
            Kind::Usage => 2,
            Kind::Interrupted => 130,
            Kind::Input | Kind::Unavailable | Kind::Blocked => 1,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        for cause in &self.causes {
            write!(f, ": {cause}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}
