//! The fields of a case that something hangs on: those that conditions read, by themselves or
//! through values that were worked out from them.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use serde_json::Value as Json;

use crate::expr::ast::{Node, Operator, Part};
use crate::expr::{Condition, Names, Template, infer, infer_template};
use crate::spec::{Expr, StepKind, Workflow};

/// Returns the fields of a case that decide something, in the order in which they are met, each
/// with whether the workflow asks if it is missing. What tells cases apart is none: without it
/// there is no case.
pub(super) fn deciding(workflow: &Workflow) -> IndexMap<String, bool> {
    let Some(each) = &workflow.for_each else {
        return IndexMap::new();
    };
    let mut reading = Reading::default();
    if let Some(only) = workflow.data.get(&each.over).and_then(|p| p.only.as_ref()) {
        reading.condition(only);
    }
    conditions(workflow, &mut reading);
    worked_out(workflow, &mut reading);
    let mut key = Reading::default();
    key.condition(&each.key);
    let of_case = |path: &str| -> Option<String> {
        let (root, rest) = path.split_once('.')?;
        let field = rest.split('.').next()?;
        (root == each.name || root == "row").then(|| field.to_owned())
    };
    let keys: BTreeSet<String> = key.reads.iter().filter_map(|path| of_case(path)).collect();
    let asked: BTreeSet<String> = reading.asks.iter().filter_map(|p| of_case(p)).collect();
    let mut fields = IndexMap::new();
    for field in reading.reads.iter().filter_map(|path| of_case(path)) {
        if !keys.contains(&field) {
            let is_asked_for = asked.contains(&field);
            fields.insert(field, is_asked_for);
        }
    }
    fields
}

/// What expressions read, as `account.plan`, and what they ask whether it is missing.
#[derive(Default)]
struct Reading {
    reads: Vec<String>,
    asks: Vec<String>,
}

impl Reading {
    fn condition(&mut self, expr: &Expr) {
        // The ranking of a `select` may begin with a minus.
        if let Ok(condition) = Condition::compile(expr.as_str()) {
            self.add(infer(condition.node(), &Names::new()).reads);
            self.asked_in(condition.node());
        }
    }

    /// Takes every text of a structure.
    fn values(&mut self, value: &Json) {
        match value {
            Json::String(text) => {
                if let Ok(template) = Template::compile(text) {
                    self.add(infer_template(&template, &Names::new()).reads);
                    self.asked_in_parts(template.parts());
                }
            }
            Json::Array(items) => items.iter().for_each(|item| self.values(item)),
            Json::Object(fields) => fields.values().for_each(|field| self.values(field)),
            _ => {}
        }
    }

    fn add(&mut self, reads: impl IntoIterator<Item = String>) {
        for path in reads {
            if !self.reads.contains(&path) {
                self.reads.push(path);
            }
        }
    }

    fn asked_in_parts(&mut self, parts: &[Part]) {
        for part in parts {
            match part {
                Part::Emit(node) | Part::Set(_, node) => self.asked_in(node),
                Part::If {
                    condition,
                    then,
                    otherwise,
                } => {
                    self.asked_in(condition);
                    self.asked_in_parts(then);
                    self.asked_in_parts(otherwise);
                }
                Part::For {
                    body, otherwise, ..
                } => {
                    self.asked_in_parts(body);
                    self.asked_in_parts(otherwise);
                }
                Part::Text(_) | Part::Break | Part::Continue => {}
            }
        }
    }

    /// Takes the paths of which an expression asks whether they are missing, or that it replaces
    /// where they are.
    fn asked_in(&mut self, node: &Node) {
        match node {
            Node::Test(name, args)
                if matches!(name.as_str(), "missing" | "none" | "defined" | "undefined") =>
            {
                self.asks.extend(args.first().and_then(path));
            }
            Node::Call(name, args, _)
                if matches!(name.as_str(), "coalesce" | "default" | "d")
                    || (name == "number" && args.len() > 1) =>
            {
                self.asks.extend(args.iter().filter_map(path));
            }
            Node::Binary(Operator::Equal | Operator::Unequal, left, right) => {
                for (asked, with) in [(left, right), (right, left)] {
                    if is_nothing(with) {
                        self.asks.extend(path(asked));
                    }
                }
            }
            _ => {}
        }
        for child in children(node) {
            self.asked_in(child);
        }
    }
}

/// Reads every condition behind the choice of cases.
fn conditions(workflow: &Workflow, reading: &mut Reading) {
    for step in workflow.all_steps() {
        if let Some(when) = &step.common.when {
            reading.condition(when);
        }
        match &step.kind {
            StepKind::Decide(decide) => {
                for rule in &decide.rules {
                    reading.condition(&rule.when);
                }
            }
            StepKind::Check(check) => reading.condition(&check.that),
            StepKind::Each(each) => reading.condition(&each.over),
            StepKind::Select(select) => {
                let group = select.at_most_per.as_ref().map(|per| &per.group);
                for expr in select.only.iter().chain(group) {
                    reading.condition(expr);
                }
                for by in &select.order_by {
                    reading.condition(by);
                }
            }
            _ => {}
        }
    }
    for when in workflow
        .outputs
        .iter()
        .filter_map(|o| o.common.when.as_ref())
    {
        reading.condition(when);
    }
}

/// Reads what the values hang on that conditions read: `signals.drop` brings what `drop` reads.
fn worked_out(workflow: &Workflow, reading: &mut Reading) {
    let mut next = 0;
    while let Some(path) = reading.reads.get(next).cloned() {
        next += 1;
        let (id, field) = path.split_once('.').unwrap_or((&path, ""));
        let Some(step) = workflow.step(id) else {
            continue;
        };
        let is_read = |name: &str| field.is_empty() || field.split('.').next() == Some(name);
        match &step.kind {
            StepKind::Compute(compute) => {
                for (_, value) in compute.set.iter().filter(|(name, _)| is_read(name)) {
                    reading.values(value);
                }
            }
            StepKind::Decide(decide) => {
                let rules = decide.rules.iter().map(|rule| &rule.then);
                for fields in rules.chain([&decide.otherwise]) {
                    for (_, value) in fields.iter().filter(|(name, _)| is_read(name)) {
                        reading.values(value);
                    }
                }
            }
            StepKind::Each(each) => each.collect.values().for_each(|v| reading.values(v)),
            _ => {}
        }
    }
}

/// Returns `a.b.c` for a chain of fields on a name.
fn path(node: &Node) -> Option<String> {
    match node {
        Node::Name(name) => Some(name.clone()),
        Node::Field(base, field) => Some(format!("{}.{field}", path(base)?)),
        _ => None,
    }
}

/// Is it written as nothing: `none`, or an empty text?
fn is_nothing(node: &Node) -> bool {
    match node {
        Node::Literal(value) => crate::expr::is_missing(value),
        _ => false,
    }
}

/// Returns the expressions right within one.
fn children(node: &Node) -> Vec<&Node> {
    match node {
        Node::Literal(_) | Node::Name(_) => Vec::new(),
        Node::Field(inner, _) | Node::Not(inner) | Node::Negate(inner) => vec![inner],
        Node::Item(a, b) | Node::Binary(_, a, b) => vec![a, b],
        Node::Slice(base, start, stop) => {
            let sides = start.iter().chain(stop).map(|side| &**side);
            std::iter::once(&**base).chain(sides).collect()
        }
        Node::Choice {
            condition,
            then,
            otherwise,
        } => {
            let sides = [condition, then].into_iter().chain(otherwise);
            sides.map(|side| &**side).collect()
        }
        Node::Call(_, args, _) | Node::Test(_, args) | Node::List(args) => args.iter().collect(),
        Node::Map(pairs) => pairs.iter().flat_map(|(k, v)| [k, v]).collect(),
    }
}
