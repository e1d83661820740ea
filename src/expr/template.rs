//! Templates: what every text of a workflow is.

use std::sync::Arc;

use minijinja::HtmlEscape;

use super::ast::{self, Node, Part};
use super::env::MARKUP;
use super::{Condition, ENVIRONMENT, Error, Scope, Value, print};

/// A text of a workflow, compiled.
#[derive(Debug, Clone)]
pub struct Template {
    source: String,
    parts: Arc<Vec<Part>>,
    form: Form,
}

#[derive(Debug, Clone)]
enum Form {
    /// Text without an expression.
    Plain,
    /// One expression and nothing else: its value keeps its type.
    Single(Condition),
    /// Text and expressions in a row.
    Row(Vec<Piece>),
    /// With blocks: rewritten source, compiled when it is rendered.
    Blocks(Arc<str>, Arc<[String]>),
}

#[derive(Debug, Clone)]
enum Piece {
    Text(String),
    Value(Condition),
}

impl Template {
    /// Compiles a text.
    ///
    /// # Errors
    /// If it is not a template, or uses a function that is not there.
    pub fn compile(source: &str) -> Result<Self, Error> {
        let parts = if source.contains("{{") || source.contains("{%") || source.contains("{#") {
            ast::template(source)?
        } else {
            vec![Part::Text(source.to_owned())]
        };
        let form = form(source, &parts)?;
        Ok(Template {
            source: source.to_owned(),
            parts: Arc::new(parts),
            form,
        })
    }

    /// Returns the value: with its type for a single expression, else text.
    ///
    /// # Errors
    /// As [`Condition::eval`].
    pub fn eval(&self, scope: &Scope) -> Result<Value, Error> {
        match &self.form {
            Form::Plain => Ok(Value::from(&*self.source)),
            Form::Single(condition) => condition.eval(scope),
            Form::Row(pieces) => {
                let mut out = String::new();
                for piece in pieces {
                    match piece {
                        Piece::Text(text) => out.push_str(text),
                        Piece::Value(condition) => out.push_str(&text_of(&condition.eval(scope)?)?),
                    }
                }
                Ok(Value::from(out))
            }
            Form::Blocks(source, names) => {
                scope.has_all(names)?;
                ENVIRONMENT
                    .render_str(source, scope.root())
                    .map(Value::from)
                    .map_err(|e| Error::evaluation(&self.source, &e))
            }
        }
    }

    /// Returns the value as text.
    ///
    /// # Errors
    /// As [`Condition::eval`].
    pub fn text(&self, scope: &Scope) -> Result<String, Error> {
        text_of(&self.eval(scope)?)
    }

    /// Returns the value as text for a page or other markup: what is filled in is text there, and
    /// becomes no element of it, unless the template says `| safe`.
    ///
    /// # Errors
    /// As [`Condition::eval`].
    pub fn markup(&self, scope: &Scope) -> Result<String, Error> {
        match &self.form {
            Form::Plain => Ok(self.source.clone()),
            Form::Single(condition) => escaped(&condition.eval(scope)?),
            Form::Row(pieces) => pieces
                .iter()
                .map(|piece| match piece {
                    Piece::Text(text) => Ok(text.clone()),
                    Piece::Value(condition) => escaped(&condition.eval(scope)?),
                })
                .collect(),
            Form::Blocks(source, names) => {
                scope.has_all(names)?;
                ENVIRONMENT
                    .render_named_str(MARKUP, source, scope.root())
                    .map_err(|e| Error::evaluation(&self.source, &e))
            }
        }
    }

    /// Returns the text as it was written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Returns the names that it looks for in a scope.
    pub fn names(&self) -> Vec<&str> {
        fn names(condition: &Condition) -> Vec<&str> {
            condition.names().iter().map(String::as_str).collect()
        }
        match &self.form {
            Form::Plain => Vec::new(),
            Form::Single(condition) => names(condition),
            Form::Row(pieces) => pieces
                .iter()
                .flat_map(|piece| match piece {
                    Piece::Text(_) => Vec::new(),
                    Piece::Value(condition) => names(condition),
                })
                .collect(),
            Form::Blocks(_, names) => names.iter().map(String::as_str).collect(),
        }
    }

    /// Returns its syntax.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Returns the expression, if it is one expression and nothing else.
    pub fn single(&self) -> Option<&Node> {
        match self.parts.as_slice() {
            [Part::Emit(node)] => Some(node),
            _ => None,
        }
    }
}

fn form(source: &str, parts: &[Part]) -> Result<Form, Error> {
    let compile = |node: &Node| Condition::compile(&print::show(node));
    let flat = parts
        .iter()
        .all(|p| matches!(p, Part::Text(_) | Part::Emit(_)));
    Ok(match parts {
        [] => Form::Plain,
        [Part::Text(text)] if text == source => Form::Plain,
        [Part::Emit(node)] => Form::Single(compile(node)?),
        _ if flat => Form::Row(
            parts
                .iter()
                .map(|part| match part {
                    Part::Emit(node) => compile(node).map(Piece::Value),
                    Part::Text(text) => Ok(Piece::Text(text.clone())),
                    _ => Ok(Piece::Text(String::new())),
                })
                .collect::<Result<_, Error>>()?,
        ),
        _ => {
            let rewritten = print::strict_template(parts);
            let names = ENVIRONMENT
                .template_from_str(&rewritten)
                .map_err(|e| Error::syntax(source, &e))?
                .undeclared_variables(false);
            Form::Blocks(rewritten.into(), super::scope::names_of(names))
        }
    })
}

/// Returns a value as it reads inside markup.
fn escaped(value: &Value) -> Result<String, Error> {
    let text = text_of(value)?;
    Ok(match value.is_safe() {
        true => text,
        false => HtmlEscape(&text).to_string(),
    })
}

/// Returns a value as it reads inside a text.
pub(super) fn text_of(value: &Value) -> Result<String, Error> {
    if let Some(text) = value.as_str() {
        return Ok(text.to_owned());
    }
    ENVIRONMENT
        .empty_state()
        .format(value.clone())
        .map_err(|e| Error::new(e.to_string()))
}
