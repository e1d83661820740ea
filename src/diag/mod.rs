//! What is wrong, as data: [`Diagnostic`] for a finding about a document, [`Error`] for a
//! command that could not do what it was asked. Nothing here prints; `ui` renders both.

mod error;
mod nearest;

use serde::{Deserialize, Serialize};

pub use error::{Error, Kind, Result};
pub use nearest::{did_you_mean, nearest};

/// How much a [`Diagnostic`] matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Blocks the dry run and saving.
    Error,
    /// Is shown, and blocks nothing.
    Warning,
}

/// One finding about a workflow: where it is, what it is, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// Stable, kebab-case name of the rule that found it, such as `unknown-field`.
    pub code: String,
    /// Whether it blocks saving.
    pub severity: Severity,
    /// JSON pointer (RFC 6901) into the document; empty for the document as a whole.
    pub at: String,
    /// Id of the step, output or data pull that holds it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub part: Option<String>,
    /// The offending text, cut to a line.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub excerpt: Option<String>,
    /// One sentence in the user's words.
    pub message: String,
    /// What to do about it: a nearest name, the values that exist, the fixed text.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub help: Option<String>,
}

impl Diagnostic {
    /// Returns an error at a JSON pointer.
    pub fn error(code: &str, at: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, at.into(), message.into())
    }

    /// Returns a warning at a JSON pointer.
    pub fn warning(code: &str, at: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, at.into(), message.into())
    }

    fn new(severity: Severity, code: &str, at: String, message: String) -> Self {
        Diagnostic {
            code: code.to_owned(),
            severity,
            at,
            part: None,
            excerpt: None,
            message,
            help: None,
        }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds the help where there is one.
    #[must_use]
    pub fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help;
        self
    }

    /// Adds the offending text, cut to one line of at most 120 characters.
    #[must_use]
    pub fn excerpt(mut self, text: impl AsRef<str>) -> Self {
        self.excerpt = Some(one_line(text.as_ref(), 120));
        self
    }

    /// Names the step, output or data pull that holds it.
    #[must_use]
    pub fn part(mut self, id: impl Into<String>) -> Self {
        self.part = Some(id.into());
        self
    }

    /// Is it an error, which blocks the dry run and saving?
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Returns the text on one line, cut to `limit` characters with an ellipsis.
pub fn one_line(text: &str, limit: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= limit {
        return line;
    }
    let mut cut: String = line.chars().take(limit.saturating_sub(1)).collect();
    cut.truncate(cut.trim_end().len());
    cut.push('…');
    cut
}

/// Returns `1 case`, `2 cases`: a count with its noun.
pub fn count(number: usize, noun: &str) -> String {
    match (number, noun) {
        (1, noun) => format!("1 {noun}"),
        (n, noun) if noun.ends_with("ch") || noun.ends_with('s') => format!("{n} {noun}es"),
        (n, noun) if noun.ends_with('y') && !noun.ends_with("ay") => {
            format!("{n} {}ies", &noun[..noun.len() - 1])
        }
        (n, noun) => format!("{n} {noun}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn excerpts_are_one_short_line() {
        assert_eq!(one_line("a\n  b", 10), "a b");
        assert_eq!(one_line("abcdef", 4), "abc…");
    }

    #[test]
    fn counts_agree_with_their_nouns() {
        assert_eq!(count(1, "case"), "1 case");
        assert_eq!(count(0, "case"), "0 cases");
        assert_eq!(count(2, "reply"), "2 replies");
        assert_eq!(count(2, "branch"), "2 branches");
    }
}
