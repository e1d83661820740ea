//! Every expression and template of a workflow, with the names that are in scope there.

use std::collections::BTreeSet;
use std::rc::Rc;

use serde_json::Value as Json;

use crate::expr::ast::Node;
use crate::expr::{Condition, Error, Names, Reading, Template, Type, infer, infer_template};

/// What an expression is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A condition: `when`, `where`, `that`.
    Condition,
    /// A bare expression whose value counts: `key`, `in`, `match`, `order_by`.
    Value,
    /// A text with expressions.
    Template,
    /// A text that says where something goes: `to`, `file`, a key.
    Address,
}

/// One expression or template.
#[derive(Debug, Clone)]
pub struct Site {
    /// JSON pointer.
    pub at: String,
    /// The step, output or data pull that holds it.
    pub part: Option<String>,
    /// What it is for.
    pub role: Role,
    /// Its text.
    pub source: String,
    /// Why it could not be parsed.
    pub error: Option<Error>,
    /// Its syntax, if it is one expression.
    pub node: Option<Node>,
    /// What reading it tells.
    pub reading: Reading,
}

impl Site {
    /// Returns the names read, as `account` or `account.name`.
    pub fn reads(&self) -> &BTreeSet<String> {
        &self.reading.reads
    }
}

/// Gathers the sites of a workflow.
#[derive(Default)]
pub(super) struct Sites {
    pub(super) all: Vec<Site>,
}

impl Sites {
    /// Reads a bare expression and returns its type.
    pub(super) fn expression(
        &mut self,
        at: String,
        part: Option<&str>,
        role: Role,
        source: &str,
        names: &Rc<Names>,
    ) -> Type {
        let (node, error) = match Condition::compile(source) {
            Ok(condition) => (Some(condition.node().clone()), None),
            Err(error) => (None, Some(error)),
        };
        let reading = node.as_ref().map_or_else(nothing, |n| infer(n, names));
        self.push(at, part, role, source, error, node, reading)
    }

    /// Reads a template and returns its type.
    pub(super) fn template(
        &mut self,
        at: String,
        part: Option<&str>,
        role: Role,
        source: &str,
        names: &Rc<Names>,
    ) -> Type {
        let (template, error) = match Template::compile(source) {
            Ok(template) => (Some(template), None),
            Err(error) => (None, Some(error)),
        };
        let reading = template
            .as_ref()
            .map_or_else(nothing, |t| infer_template(t, names));
        let node = template.and_then(|t| t.single().cloned());
        self.push(at, part, role, source, error, node, reading)
    }

    /// Reads every text of a structure as a template and returns the type of the whole.
    pub(super) fn tree(
        &mut self,
        at: &str,
        part: Option<&str>,
        role: Role,
        json: &Json,
        names: &Rc<Names>,
    ) -> Type {
        match json {
            Json::String(text) => self.template(at.to_owned(), part, role, text, names),
            Json::Array(items) => {
                let kinds: Vec<Type> = items
                    .iter()
                    .enumerate()
                    .map(|(index, item)| {
                        self.tree(&format!("{at}/{index}"), part, role, item, names)
                    })
                    .collect();
                Type::list(kinds.into_iter().reduce(Type::or).unwrap_or(Type::Any))
            }
            Json::Object(fields) => Type::object(fields.iter().map(|(name, value)| {
                (
                    name.clone(),
                    self.tree(&format!("{at}/{}", escape(name)), part, role, value, names),
                )
            })),
            Json::Null => Type::Missing,
            Json::Bool(_) => Type::Boolean,
            Json::Number(n) if n.is_f64() => Type::Number,
            Json::Number(_) => Type::Integer,
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "the fields of a site, in one place"
    )]
    fn push(
        &mut self,
        at: String,
        part: Option<&str>,
        role: Role,
        source: &str,
        error: Option<Error>,
        node: Option<Node>,
        reading: Reading,
    ) -> Type {
        let kind = reading.kind.clone();
        self.all.push(Site {
            at,
            part: part.map(str::to_owned),
            role,
            source: source.to_owned(),
            error,
            node,
            reading,
        });
        kind
    }
}

fn nothing() -> Reading {
    Reading {
        kind: Type::Any,
        findings: Vec::new(),
        reads: BTreeSet::new(),
        divisors: Vec::new(),
    }
}

/// Returns a key as a token of a JSON pointer.
pub(super) fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
