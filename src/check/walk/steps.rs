//! The steps: what each reads, and what it gives.

use std::rc::Rc;

use indexmap::IndexMap;

use super::Walk;
use super::shapes::{decided, fields_of, properties};
use crate::check::context::tool;
use crate::check::sites::{Role, escape};
use crate::expr::{Names, Type};
use crate::spec::{OnError, Step, StepKind};

impl Walk<'_> {
    pub(super) fn steps(&mut self, steps: &[Step], names: &mut Names) {
        for step in steps {
            let id = step.common.id.as_str();
            let at = self.at(id);
            let scope = Rc::new(names.clone());
            if let Some(when) = &step.common.when {
                self.sites.expression(
                    format!("{at}/when"),
                    Some(id),
                    Role::Condition,
                    when.as_str(),
                    &scope,
                );
            }
            let result = self.step(step, &at, names);
            let result = self.on_error(&step.common.on_error, id, &at, &scope, result);
            self.results.insert(id.to_owned(), result.clone());
            if !matches!(step.kind, StepKind::Check(_) | StepKind::Stop(_)) {
                names.insert(id.to_owned(), result);
            }
        }
    }

    /// Reads the expressions of a step and returns the type of its result.
    fn step(&mut self, step: &Step, at: &str, names: &Names) -> Type {
        let id = Some(step.common.id.as_str());
        let scope = Rc::new(names.clone());
        match &step.kind {
            StepKind::Compute(compute) => {
                let mut fields = Vec::new();
                let mut inner = names.clone();
                for (name, value) in &compute.set {
                    let pointer = format!("{at}/set/{}", escape(name));
                    let kind = self.sites.tree(
                        &pointer,
                        id,
                        Role::Template,
                        value,
                        &Rc::new(inner.clone()),
                    );
                    fields.push((name.clone(), kind));
                    inner.insert(step.common.id.clone(), Type::object(fields.clone()));
                }
                Type::object(fields)
            }
            StepKind::Decide(decide) => {
                let mut fields: IndexMap<String, Type> = IndexMap::new();
                let add = |fields: &mut IndexMap<String, Type>, name: &str, kind: Type| {
                    let joined = fields
                        .shift_remove(name)
                        .map_or(kind.clone(), |old| old.or(kind));
                    fields.insert(name.to_owned(), joined);
                };
                for (index, rule) in decide.rules.iter().enumerate() {
                    let here = format!("{at}/rules/{index}");
                    self.sites.expression(
                        format!("{here}/when"),
                        id,
                        Role::Condition,
                        rule.when.as_str(),
                        &scope,
                    );
                    for (name, value) in &rule.then {
                        let kind = self.sites.tree(
                            &format!("{here}/then/{}", escape(name)),
                            id,
                            Role::Template,
                            value,
                            &scope,
                        );
                        add(&mut fields, name, kind);
                    }
                    if let Some(because) = &rule.because {
                        self.sites.template(
                            format!("{here}/because"),
                            id,
                            Role::Template,
                            because.as_str(),
                            &scope,
                        );
                    }
                }
                for (name, value) in &decide.otherwise {
                    let kind = self.sites.tree(
                        &format!("{at}/otherwise/{}", escape(name)),
                        id,
                        Role::Template,
                        value,
                        &scope,
                    );
                    add(&mut fields, name, kind);
                }
                if let Some(because) = &decide.otherwise_because {
                    self.sites.template(
                        format!("{at}/otherwise_because"),
                        id,
                        Role::Template,
                        because.as_str(),
                        &scope,
                    );
                }
                fields.entry("because".to_owned()).or_insert(Type::Text);
                Type::object(
                    fields
                        .into_iter()
                        .map(|(n, t)| (n.clone(), decided(t, &n, &step.common.id))),
                )
            }
            StepKind::Call(call) => {
                for (name, value) in &call.arguments {
                    self.sites.tree(
                        &format!("{at}/with/{}", escape(name)),
                        id,
                        Role::Template,
                        value,
                        &scope,
                    );
                }
                tool(self.catalog, &call.tool)
                    .and_then(|t| t.output.as_ref())
                    .map_or(Type::Any, Type::from_schema)
            }
            StepKind::Llm(llm) => {
                self.sites.template(
                    format!("{at}/instructions"),
                    id,
                    Role::Template,
                    llm.instructions.as_str(),
                    &scope,
                );
                for (name, value) in &llm.input {
                    self.sites.tree(
                        &format!("{at}/input/{}", escape(name)),
                        id,
                        Role::Template,
                        value,
                        &scope,
                    );
                }
                properties(&llm.returns)
            }
            StepKind::Agent(agent) => {
                self.sites.template(
                    format!("{at}/goal"),
                    id,
                    Role::Template,
                    agent.goal.as_str(),
                    &scope,
                );
                for (name, value) in &agent.input {
                    self.sites.tree(
                        &format!("{at}/input/{}", escape(name)),
                        id,
                        Role::Template,
                        value,
                        &scope,
                    );
                }
                let mut fields = fields_of(properties(&agent.returns));
                fields.push(("confidence".to_owned(), Type::Number));
                fields.push(("tried".to_owned(), Type::list(Type::Text)));
                Type::object(fields)
            }
            StepKind::Each(each) => {
                let list = self.sites.expression(
                    format!("{at}/in"),
                    id,
                    Role::Value,
                    each.over.as_str(),
                    &scope,
                );
                let mut inner = names.clone();
                inner.insert(
                    each.name.clone(),
                    match list {
                        Type::List(item) => *item,
                        _ => Type::Any,
                    },
                );
                self.steps(&each.steps, &mut inner);
                let inner = Rc::new(inner);
                let fields: Vec<_> = each
                    .collect
                    .iter()
                    .map(|(name, value)| {
                        (
                            name.clone(),
                            self.sites.tree(
                                &format!("{at}/collect/{}", escape(name)),
                                id,
                                Role::Template,
                                value,
                                &inner,
                            ),
                        )
                    })
                    .collect();
                Type::object([("items".to_owned(), Type::list(Type::object(fields)))])
            }
            StepKind::Select(select) => {
                if let Some(only) = &select.only {
                    self.sites.expression(
                        format!("{at}/where"),
                        id,
                        Role::Condition,
                        only.as_str(),
                        &scope,
                    );
                }
                for (index, by) in select.order_by.iter().enumerate() {
                    let source = by.as_str().trim_start_matches('-');
                    self.sites.expression(
                        format!("{at}/order_by/{index}"),
                        id,
                        Role::Value,
                        source,
                        &scope,
                    );
                }
                if let Some(per) = &select.at_most_per {
                    self.sites.expression(
                        format!("{at}/at_most_per/group"),
                        id,
                        Role::Value,
                        per.group.as_str(),
                        &scope,
                    );
                }
                let fields = [
                    ("chosen", Type::Boolean),
                    ("rank", Type::Integer),
                    ("because", Type::Text),
                ];
                Type::object(fields.map(|(n, t)| (n.to_owned(), t)))
            }
            StepKind::Check(check) => {
                self.sites.expression(
                    format!("{at}/that"),
                    id,
                    Role::Condition,
                    check.that.as_str(),
                    &scope,
                );
                self.sites.template(
                    format!("{at}/message"),
                    id,
                    Role::Template,
                    check.message.as_str(),
                    &scope,
                );
                Type::Missing
            }
            StepKind::Stop(stop) => {
                self.sites.template(
                    format!("{at}/because"),
                    id,
                    Role::Template,
                    stop.because.as_str(),
                    &scope,
                );
                for (name, value) in stop.result.iter().flatten() {
                    let pointer = format!("{at}/result/{}", escape(name));
                    let kind = self.sites.tree(&pointer, id, Role::Template, value, &scope);
                    self.stopped.push((name.clone(), kind));
                }
                Type::Missing
            }
            StepKind::Ask(ask) => {
                self.sites.template(
                    format!("{at}/question"),
                    id,
                    Role::Template,
                    ask.question.as_str(),
                    &scope,
                );
                let mut fields = fields_of(properties(&ask.returns));
                if !ask.choices.is_empty() {
                    fields.push((
                        "answer".to_owned(),
                        Type::one_of(ask.choices.clone(), true, "the choices"),
                    ));
                }
                fields.push(("who".to_owned(), Type::Text));
                fields.push(("at".to_owned(), Type::Time));
                Type::object(fields)
            }
            StepKind::Wait(wait) => {
                if let Some(until) = &wait.until {
                    self.sites.template(
                        format!("{at}/until"),
                        id,
                        Role::Template,
                        until.as_str(),
                        &scope,
                    );
                }
                Type::Any
            }
        }
    }

    /// Reads what happens when a step fails, and returns the type that its result has then too.
    fn on_error(
        &mut self,
        on_error: &OnError,
        id: &str,
        at: &str,
        scope: &Rc<Names>,
        mut result: Type,
    ) -> Type {
        let mut names = Names::clone(scope);
        let error = [("code", Type::Text), ("message", Type::Text)];
        names.insert(
            "error".to_owned(),
            Type::object(error.map(|(n, t)| (n.to_owned(), t))),
        );
        let names = Rc::new(names);
        for (index, handler) in on_error.handlers.iter().enumerate() {
            let here = if on_error.handlers.len() == 1 {
                format!("{at}/on_error")
            } else {
                format!("{at}/on_error/{index}")
            };
            let read = |walk: &mut Self, key: &str, name: &str, value| {
                let pointer = format!("{here}/{key}/{}", escape(name));
                walk.sites
                    .tree(&pointer, Some(id), Role::Template, value, &names)
            };
            for (name, value) in handler.replacement.iter().flatten() {
                let kind = read(self, "use", name, value);
                result = result.with_field(name, kind);
            }
            for (name, value) in handler.stop.iter().flatten() {
                let kind = read(self, "stop", name, value);
                self.stopped.push((name.clone(), kind));
            }
            if let Some(caveat) = &handler.caveat {
                self.sites.template(
                    format!("{here}/caveat"),
                    Some(id),
                    Role::Template,
                    caveat.as_str(),
                    &names,
                );
            }
        }
        result
    }
}
