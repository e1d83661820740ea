//! Expressions and templates: strict, pure, limited in fuel, and readable without running.
//!
//! A [`Condition`] is a bare expression; a [`Template`] is what every text of a workflow is:
//! text itself, one `{{ expression }}` that keeps its type, or a mixture that gives text.

pub mod ast;
mod env;
pub mod functions;
mod infer;
mod ops;
mod print;
mod scope;
mod template;
mod tree;
mod types;
mod value;
mod words;

#[cfg(test)]
mod tests;

use std::fmt;

pub use infer::{Finding, Names, Problem, Reading, infer, infer_template};
pub use minijinja::Value;
pub use ops::{as_number, is_missing, is_missing_text};
pub use print::{literal, show};
pub use scope::Scope;
pub use template::Template;
pub use tree::{Tree, eval_all};
pub use types::Type;
pub use value::{from_json, to_json};
pub use words::words;

use env::ENVIRONMENT;

/// An expression, compiled. Evaluating it has no effect on anything.
#[derive(Clone)]
pub struct Condition {
    source: String,
    node: std::sync::Arc<ast::Node>,
    compiled: std::sync::Arc<minijinja::Expression<'static, 'static>>,
    names: std::sync::Arc<[String]>,
}

impl Condition {
    /// Compiles an expression.
    ///
    /// # Errors
    /// If it is not an expression, or uses a function that is not there.
    pub fn compile(source: &str) -> Result<Self, Error> {
        let trimmed = source.trim();
        let bare = trimmed
            .strip_prefix("{{")
            .and_then(|s| s.strip_suffix("}}"))
            .filter(|s| !s.contains("{{"));
        let node = ast::expression(bare.unwrap_or(trimmed))?;
        let compiled = ENVIRONMENT
            .compile_expression_owned(print::strict(&node))
            .map_err(|e| Error::syntax(source, &e))?;
        let names = scope::names_of(compiled.undeclared_variables(false));
        Ok(Condition {
            names,
            source: source.to_owned(),
            node: std::sync::Arc::new(node),
            compiled: std::sync::Arc::new(compiled),
        })
    }

    /// Returns the value in a scope. A field that a structure does not have is a missing value.
    ///
    /// # Errors
    /// If a name is not there, types do not go together, or the fuel runs out.
    pub fn eval(&self, scope: &Scope) -> Result<Value, Error> {
        scope.has_all(&self.names)?;
        let value = self
            .compiled
            .eval(scope.root())
            .map_err(|e| Error::evaluation(&self.source, &e))?;
        Ok(if value.is_undefined() {
            Value::from(())
        } else {
            value
        })
    }

    /// Does it hold in a scope? A missing value does not.
    ///
    /// # Errors
    /// As [`Condition::eval`].
    pub fn holds(&self, scope: &Scope) -> Result<bool, Error> {
        self.eval(scope)
            .map(|value| value.is_true() && !is_missing(&value))
    }

    /// Returns the expression as it was written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Returns the names that it looks for in a scope.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Returns its syntax.
    pub fn node(&self) -> &ast::Node {
        &self.node
    }
}

impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Condition({})", self.source)
    }
}

/// Why an expression could not be compiled or evaluated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// One sentence in the user's words.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl Error {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Error {
            message: message.into(),
            help: None,
        }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    fn syntax(source: &str, error: &minijinja::Error) -> Self {
        let shown = crate::diag::one_line(source, 80);
        let line = match error.line() {
            Some(line) if source.contains('\n') => format!(", line {line}"),
            _ => String::new(),
        };
        let detail = error.detail().unwrap_or("it cannot be read");
        Error::new(format!("`{shown}` is not an expression: {detail}{line}"))
    }

    fn evaluation(source: &str, error: &minijinja::Error) -> Self {
        let shown = crate::diag::one_line(source, 80);
        match error.kind() {
            minijinja::ErrorKind::OutOfFuel => Error::new(format!(
                "`{shown}` takes too long: it was stopped after its share of steps"
            ))
            .help("Loop over fewer items, or move the work into the data's `where`."),
            kind => {
                let detail = error
                    .detail()
                    .map_or_else(|| kind.to_string(), str::to_owned);
                if detail.contains('`') {
                    Error::new(detail)
                } else {
                    Error::new(format!("`{shown}`: {detail}"))
                }
            }
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
