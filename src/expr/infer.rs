//! Reads an expression without running it: its type, the names it uses, and what is wrong.

mod calls;
mod operators;

use std::collections::BTreeSet;

use indexmap::IndexMap;
use minijinja::value::ValueKind;

use super::ast::{Node, Part};
use super::print::{literal, show};
use super::{Template, Type, Value};
use crate::diag::{did_you_mean, one_line};

/// The names in scope with their types.
pub type Names = IndexMap<String, Type>;

/// What kind of thing is wrong with an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Problem {
    /// A name that is not in scope.
    UnknownName,
    /// A field that the structure does not have.
    UnknownField,
    /// A function, filter or test that does not exist.
    UnknownFunction,
    /// A function used with the wrong arguments.
    Arguments,
    /// Types that do not go together.
    Mismatch,
    /// A comparison with a text that can never be there.
    NeverHeld,
    /// A comparison with a text that the sample data does not hold.
    NotInSample,
}

/// One thing that is wrong with an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its kind.
    pub problem: Problem,
    /// The part of the expression.
    pub excerpt: String,
    /// One sentence.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// What reading an expression tells.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The type of its value.
    pub kind: Type,
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// The names it uses, with the fields under them: `account.health_score`.
    pub reads: BTreeSet<String>,
    /// What it divides by.
    pub divisors: Vec<Node>,
}

/// Reads an expression.
pub fn infer(node: &Node, names: &Names) -> Reading {
    let mut reader = Reader::new(names);
    let kind = reader.node(node);
    reader.finish(kind)
}

/// Reads a template.
pub fn infer_template(template: &Template, names: &Names) -> Reading {
    let mut reader = Reader::new(names);
    if let Some(node) = template.single() {
        let kind = reader.node(node);
        return reader.finish(kind);
    }
    if let [Part::Text(text)] = template.parts() {
        return reader.finish(Type::one_of(vec![text.clone()], true, "the workflow"));
    }
    reader.parts(template.parts());
    reader.finish(Type::Text)
}

struct Reader<'n> {
    names: &'n Names,
    /// Names bound inside, innermost last.
    local: Vec<(String, Type)>,
    findings: Vec<Finding>,
    reads: BTreeSet<String>,
    divisors: Vec<Node>,
    /// How deep it is inside of a path whose whole is recorded.
    within_path: usize,
}

impl<'n> Reader<'n> {
    fn new(names: &'n Names) -> Self {
        Reader {
            names,
            local: Vec::new(),
            findings: Vec::new(),
            reads: BTreeSet::new(),
            divisors: Vec::new(),
            within_path: 0,
        }
    }

    fn finish(self, kind: Type) -> Reading {
        Reading {
            kind,
            findings: self.findings,
            reads: self.reads,
            divisors: self.divisors,
        }
    }

    fn report(&mut self, problem: Problem, node: &Node, message: String, help: Option<String>) {
        let finding = Finding {
            problem,
            excerpt: one_line(&show(node), 120),
            message,
            help,
        };
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }

    fn parts(&mut self, parts: &[Part]) {
        let depth = self.local.len();
        for part in parts {
            match part {
                Part::Text(_) | Part::Break | Part::Continue => {}
                Part::Emit(node) => {
                    self.node(node);
                }
                Part::If {
                    condition,
                    then,
                    otherwise,
                } => {
                    self.node(condition);
                    self.parts(then);
                    self.parts(otherwise);
                }
                Part::Set(name, node) => {
                    let kind = self.node(node);
                    self.local.push((name.clone(), kind));
                }
                Part::For {
                    names,
                    over,
                    only,
                    body,
                    otherwise,
                } => {
                    let item = match self.node(over) {
                        Type::List(item) => *item,
                        _ => Type::Any,
                    };
                    let before = self.local.len();
                    match names.as_slice() {
                        [one] => self.local.push((one.clone(), item)),
                        many => self
                            .local
                            .extend(many.iter().map(|n| (n.clone(), Type::Any))),
                    }
                    self.local.push(("loop".to_owned(), Type::Any));
                    if let Some(only) = only {
                        self.node(only);
                    }
                    self.parts(body);
                    self.local.truncate(before);
                    self.parts(otherwise);
                }
            }
        }
        self.local.truncate(depth);
    }

    fn node(&mut self, node: &Node) -> Type {
        match node {
            Node::Literal(value) => type_of(value),
            Node::Name(name) => self.name(node, name),
            Node::Field(base, field) => self.field(node, base, field),
            Node::Item(base, index) => {
                self.node(index);
                match self.node(base) {
                    Type::List(item) => *item,
                    _ => Type::Any,
                }
            }
            Node::Slice(base, start, stop) => {
                for side in [start, stop].into_iter().flatten() {
                    self.node(side);
                }
                self.node(base)
            }
            Node::Not(inner) => {
                self.node(inner);
                Type::Boolean
            }
            Node::Negate(inner) => self.node(inner),
            Node::Binary(operator, left, right) => self.binary(node, *operator, left, right),
            Node::Choice {
                condition,
                then,
                otherwise,
            } => {
                self.node(condition);
                let then = self.node(then);
                let otherwise = otherwise.as_ref().map_or(Type::Missing, |n| self.node(n));
                then.or(otherwise)
            }
            Node::Call(name, args, _) => self.call(node, name, args),
            Node::Test(name, args) => self.test(node, name, args),
            Node::List(items) => {
                let kinds: Vec<Type> = items.iter().map(|n| self.node(n)).collect();
                Type::list(kinds.into_iter().reduce(Type::or).unwrap_or(Type::Any))
            }
            Node::Map(pairs) => {
                let mut fields = Vec::new();
                let mut all_known = true;
                for (key, value) in pairs {
                    let kind = self.node(value);
                    match key {
                        Node::Literal(key) if key.as_str().is_some() => {
                            fields.push((key.as_str().unwrap_or_default().to_owned(), kind));
                        }
                        other => {
                            self.node(other);
                            all_known = false;
                        }
                    }
                }
                if all_known {
                    Type::object(fields)
                } else {
                    Type::Any
                }
            }
        }
    }

    fn name(&mut self, node: &Node, name: &str) -> Type {
        if let Some((_, kind)) = self.local.iter().rev().find(|(n, _)| n == name) {
            return kind.clone();
        }
        if let Some(kind) = self.names.get(name) {
            if self.within_path == 0 {
                self.reads.insert(name.to_owned());
            }
            return kind.clone();
        }
        if matches!(name, "null" | "nil" | "None" | "True" | "False") {
            let fixed = if name.starts_with(['T', 'F']) {
                name.to_lowercase()
            } else {
                "none".to_owned()
            };
            self.report(
                Problem::UnknownName,
                node,
                format!("`{name}` is written `{fixed}` here"),
                None,
            );
            return Type::Any;
        }
        let owner = self.names.iter().find_map(|(owner, kind)| match kind {
            Type::Object(shape) if shape.fields.contains_key(name) => {
                Some(format!("{owner}.{name}"))
            }
            _ => None,
        });
        let help = match owner {
            Some(path) => Some(format!("Write `{path}`.")),
            None => did_you_mean(name, self.names.keys().map(String::as_str)),
        };
        self.report(
            Problem::UnknownName,
            node,
            format!("There is no `{name}` here"),
            help,
        );
        Type::Any
    }

    fn field(&mut self, node: &Node, base: &Node, field: &str) -> Type {
        // Of `a.b.c` only the whole is read, not `a` and `a.b` besides.
        let is_path = path_of(base).is_some();
        self.within_path += usize::from(is_path);
        let kind = self.node(base);
        self.within_path -= usize::from(is_path);
        if self.within_path == 0
            && self.local_root(base).is_none()
            && let Some(path) = path_of(node)
        {
            self.reads.insert(path);
        }
        match &kind {
            Type::Object(shape) => match shape.fields.get(field) {
                Some(kind) => kind.clone(),
                None if shape.open => Type::Any,
                None => {
                    let known = shape.fields.keys().map(String::as_str);
                    let help = did_you_mean(field, known);
                    self.report(
                        Problem::UnknownField,
                        node,
                        format!("`{}` has no field `{field}`", show(base)),
                        help,
                    );
                    Type::Any
                }
            },
            Type::Any | Type::Missing => Type::Any,
            Type::List(_) => {
                self.report(
                    Problem::UnknownField,
                    node,
                    format!("`{}` is a list: a field is of one of its items", show(base)),
                    Some(format!(
                        "Say which item, as in `({} | first).{field}`, or ask about all, as in `{} | where(\"item.{field} == …\") | length`.",
                        show(base),
                        show(base)
                    )),
                );
                Type::Any
            }
            other => {
                self.report(
                    Problem::UnknownField,
                    node,
                    format!("`{}` is {} and has no fields", show(base), other.words()),
                    None,
                );
                Type::Any
            }
        }
    }

    fn local_root(&self, node: &Node) -> Option<()> {
        let mut root = node;
        while let Node::Field(base, _) | Node::Item(base, _) = root {
            root = base;
        }
        match root {
            Node::Name(name) => self.local.iter().any(|(n, _)| n == name).then_some(()),
            _ => Some(()),
        }
    }
}

/// Returns `a.b.c` for a chain of fields on a name.
fn path_of(node: &Node) -> Option<String> {
    match node {
        Node::Name(name) => Some(name.clone()),
        Node::Field(base, field) => Some(format!("{}.{field}", path_of(base)?)),
        _ => None,
    }
}

fn type_of(value: &Value) -> Type {
    match value.kind() {
        ValueKind::Undefined | ValueKind::None => Type::Missing,
        ValueKind::Bool => Type::Boolean,
        ValueKind::Number if value.is_integer() => Type::Integer,
        ValueKind::Number => Type::Number,
        ValueKind::String => Type::one_of(
            vec![value.as_str().unwrap_or_default().to_owned()],
            true,
            literal(value),
        ),
        ValueKind::Seq => Type::list(
            value
                .try_iter()
                .ok()
                .and_then(|items| items.map(|v| type_of(&v)).reduce(Type::or))
                .unwrap_or(Type::Any),
        ),
        _ => Type::Any,
    }
}
