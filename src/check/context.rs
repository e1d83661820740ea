//! What the rules look at: the workflow, what it may refer to, and every expression in it with
//! the names that are in scope there.

use std::rc::Rc;

use indexmap::IndexMap;
use serde_json::{Map, Value as Json, json};

use super::sites::{Role, Site, Sites, escape};
use crate::connect::{Catalog, Table, Tool};
use crate::expr::{Names, Type};
use crate::sop::Sop;
use crate::spec::{
    FieldType, Match, OnError, Output, OutputKind, Per, Pull, Step, StepKind, TriggerKind, Workflow,
};

/// A workflow under check.
pub struct Context<'c> {
    /// The sound parts of the document.
    pub workflow: &'c Workflow,
    /// The document as it was given; pointers point into it.
    pub document: &'c Json,
    /// Names of parts that were left out for their shape: they are not unknown.
    pub left_out: &'c [String],
    /// The SOP.
    pub sop: &'c Sop,
    /// What the connections offer.
    pub catalog: &'c Catalog,
    /// Every expression and template.
    pub sites: Vec<Site>,
    results: IndexMap<String, Type>,
}

impl<'c> Context<'c> {
    /// Reads every expression of a workflow.
    pub fn new(
        workflow: &'c Workflow,
        document: &'c Json,
        left_out: &'c [String],
        sop: &'c Sop,
        catalog: &'c Catalog,
    ) -> Self {
        let mut walk = Walk {
            workflow,
            catalog,
            pointers: pointers(document),
            sites: Sites::default(),
            results: IndexMap::new(),
        };
        walk.everything();
        let Walk { sites, results, .. } = walk;
        Context {
            workflow,
            document,
            left_out,
            sop,
            catalog,
            sites: sites.all,
            results,
        }
    }

    /// Returns the JSON pointer of a step, output or data pull.
    pub fn pointer(&self, name: &str) -> String {
        pointers(self.document)
            .get(name)
            .cloned()
            .unwrap_or_default()
    }

    /// Returns the types of the steps' results.
    pub fn results(&self) -> IndexMap<String, Type> {
        self.results.clone()
    }

    /// Returns the tool that `connection.tool` names.
    pub fn tool(&self, name: &str) -> Option<&'c Tool> {
        tool(self.catalog, name)
    }

    /// Returns the columns of a table as a row of it has them.
    pub fn table(&self, name: &str) -> Option<&'c Table> {
        self.catalog.table(name)
    }
}

/// Returns the tool that `connection.tool` names.
pub(super) fn tool<'c>(catalog: &'c Catalog, name: &str) -> Option<&'c Tool> {
    let (connection, tool) = name.split_once('.')?;
    catalog.tool(connection, tool)
}

/// Returns the pointer of every step, output and data pull of a document, by name.
fn pointers(document: &Json) -> IndexMap<String, String> {
    fn list(value: Option<&Json>, at: &str, out: &mut IndexMap<String, String>) {
        for (index, part) in value
            .and_then(Json::as_array)
            .into_iter()
            .flatten()
            .enumerate()
        {
            let here = format!("{at}/{index}");
            if let Some(id) = part.get("id").and_then(Json::as_str) {
                out.entry(id.to_owned()).or_insert_with(|| here.clone());
            }
            list(part.get("steps"), &format!("{here}/steps"), out);
        }
    }
    let mut out = IndexMap::new();
    for name in document
        .get("data")
        .and_then(Json::as_object)
        .into_iter()
        .flat_map(Map::keys)
    {
        out.insert(name.clone(), format!("/data/{}", escape(name)));
    }
    list(document.get("steps"), "/steps", &mut out);
    list(document.get("outputs"), "/outputs", &mut out);
    out
}

struct Walk<'c> {
    workflow: &'c Workflow,
    catalog: &'c Catalog,
    pointers: IndexMap<String, String>,
    sites: Sites,
    results: IndexMap<String, Type>,
}

impl Walk<'_> {
    fn at(&self, name: &str) -> String {
        self.pointers.get(name).cloned().unwrap_or_default()
    }

    fn everything(&mut self) {
        let workflow = self.workflow;
        let base = self.base_names();
        let mut names = base.clone();
        let item = workflow.for_each.as_ref();
        // The table that cases come from is read first; what it reads of others, it cannot know.
        if let Some(each) = item
            && let Some(pull) = workflow.data.get(&each.over)
        {
            let row = self.pull(&each.over, pull, &base, &base);
            names.insert(each.name.clone(), row);
        }
        for (name, pull) in &workflow.data {
            if item.is_some_and(|each| each.over == *name) {
                continue;
            }
            let row = self.pull(name, pull, &names, &base);
            names.insert(name.clone(), Type::list(row));
        }
        if let Some(each) = item {
            let scope = Rc::new(names.clone());
            self.sites.expression(
                "/for_each/key".to_owned(),
                None,
                Role::Value,
                each.key.as_str(),
                &scope,
            );
        }
        self.steps(&workflow.steps, &mut names);
        names.insert("caveats".to_owned(), Type::list(Type::Text));
        names.insert("caveats_note".to_owned(), Type::Text);
        let scope = Rc::new(names.clone());
        let mut result = Vec::new();
        for (name, value) in &workflow.result {
            let at = format!("/result/{}", escape(name));
            result.push((
                name.clone(),
                self.sites.tree(&at, None, Role::Template, value, &scope),
            ));
        }
        let result = Type::object(result);
        names.insert("result".to_owned(), result.clone());
        let case = Rc::new(names.clone());
        let run = Rc::new(self.run_names(&base, item.map(|e| e.name.as_str()), &names, result));
        for output in &workflow.outputs {
            self.output(output, &case, &run);
        }
    }

    /// Returns the names that every expression can use.
    fn base_names(&self) -> Names {
        let mut names = Names::new();
        let run = [
            ("id", Type::Text),
            ("date", Type::Date),
            ("time", Type::Time),
            ("workflow", Type::Text),
        ];
        names.insert(
            "run".to_owned(),
            Type::object(run.map(|(n, t)| (n.to_owned(), t))),
        );
        let given = match &self.workflow.trigger.kind {
            TriggerKind::Manual(manual) => properties(&manual.inputs),
            TriggerKind::Webhook(webhook) => properties(&webhook.event),
            TriggerKind::Schedule(_) => Type::object([("time".to_owned(), Type::Time)]),
            TriggerKind::Date(_) | TriggerKind::NewRecords(_) => Type::Any,
        };
        names.insert("trigger".to_owned(), given);
        names
    }

    fn run_names(&self, base: &Names, item: Option<&str>, names: &Names, result: Type) -> Names {
        let mut run = base.clone();
        let mut fields = vec![
            ("key".to_owned(), Type::Text),
            (
                "status".to_owned(),
                Type::one_of(
                    ["done", "stopped", "failed"].map(str::to_owned).to_vec(),
                    true,
                    "a case's status",
                ),
            ),
            ("result".to_owned(), result),
            ("caveats".to_owned(), Type::list(Type::Text)),
        ];
        if let Some(item) = item {
            let kind = names.get(item).cloned().unwrap_or(Type::Any);
            fields.push(("item".to_owned(), kind.clone()));
            if item != "item" {
                fields.push((item.to_owned(), kind));
            }
        }
        let case = Type::object(fields);
        run.insert("cases".to_owned(), Type::list(case.clone()));
        run.insert("case".to_owned(), case);
        run.insert("caveats".to_owned(), Type::list(Type::Text));
        run.insert("caveats_note".to_owned(), Type::Text);
        for name in self.workflow.data.keys() {
            if let Some(kind) = names
                .get(name)
                .filter(|_| self.workflow.data[name].matching.is_empty())
            {
                run.insert(name.clone(), kind.clone());
            }
        }
        run
    }

    /// Reads the expressions of a pull and returns the type of its rows.
    fn pull(&mut self, name: &str, pull: &Pull, names: &Names, base: &Names) -> Type {
        let at = self.at(name);
        let row = self.row_type(pull);
        let mut with_row = if pull.matching.is_empty() {
            base.clone()
        } else {
            names.clone()
        };
        with_row.insert("row".to_owned(), row.clone());
        let with_row = Rc::new(with_row);
        if let Some(only) = &pull.only {
            self.sites.expression(
                format!("{at}/where"),
                Some(name),
                Role::Condition,
                only.as_str(),
                &with_row,
            );
        }
        for (index, by) in pull.order_by.iter().enumerate() {
            let source = by.as_str().trim_start_matches('-');
            self.sites.expression(
                format!("{at}/order_by/{index}"),
                Some(name),
                Role::Value,
                source,
                &with_row,
            );
        }
        let scope = Rc::new(names.clone());
        for (column, value) in &pull.matching {
            let pointer = format!("{at}/match/{}", escape(column));
            let (pointer, source) = match value {
                Match::Equals(expr) => (pointer, expr),
                Match::Like(like) => (format!("{pointer}/like"), &like.like),
            };
            self.sites
                .expression(pointer, Some(name), Role::Value, source.as_str(), &scope);
        }
        row
    }

    /// Returns the type of a row as steps see it: the pinned fields, or every column.
    fn row_type(&self, pull: &Pull) -> Type {
        let fuzzy = pull.matching.values().any(|m| matches!(m, Match::Like(_)));
        let table = self.catalog.table(&pull.from);
        let column_type = |name: &str, field: FieldType| {
            table
                .and_then(|t| t.columns.get(name))
                .map_or(Type::from(field), |c| known_values(c, field))
        };
        let mut fields: Vec<(String, Type)> = if pull.fields.is_empty() {
            match table {
                Some(table) => table
                    .columns
                    .iter()
                    .map(|(n, c)| (n.clone(), known_values(c, c.field)))
                    .collect(),
                None => return Type::Any,
            }
        } else {
            pull.fields
                .iter()
                .map(|(n, f)| (n.clone(), column_type(n, *f)))
                .collect()
        };
        if fuzzy {
            let found = [("confidence", Type::Number), ("as", Type::Text)];
            fields.push((
                "_match".to_owned(),
                Type::object(found.map(|(n, t)| (n.to_owned(), t))),
            ));
        }
        Type::object(fields)
    }

    fn steps(&mut self, steps: &[Step], names: &mut Names) {
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
            self.on_error(&step.common.on_error, id, &at, &scope);
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
                    self.sites.tree(
                        &format!("{at}/result/{}", escape(name)),
                        id,
                        Role::Template,
                        value,
                        &scope,
                    );
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

    fn on_error(&mut self, on_error: &OnError, id: &str, at: &str, scope: &Rc<Names>) {
        let mut names = Names::clone(scope);
        let error = [("code", Type::Text), ("message", Type::Text)];
        names.insert(
            "error".to_owned(),
            Type::object(error.map(|(n, t)| (n.to_owned(), t))),
        );
        let names = Rc::new(names);
        for (index, handler) in on_error.0.iter().enumerate() {
            let here = if on_error.0.len() == 1 {
                format!("{at}/on_error")
            } else {
                format!("{at}/on_error/{index}")
            };
            for (key, fields) in [("use", &handler.replacement), ("stop", &handler.stop)] {
                for (name, value) in fields.iter().flatten() {
                    self.sites.tree(
                        &format!("{here}/{key}/{}", escape(name)),
                        Some(id),
                        Role::Template,
                        value,
                        &names,
                    );
                }
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
    }

    fn output(&mut self, output: &Output, case: &Rc<Names>, run: &Rc<Names>) {
        let id = Some(output.common.id.as_str());
        let at = self.at(&output.common.id);
        let per_run = output.common.per == Per::Run;
        let scope = if per_run { run } else { case };
        if let Some(when) = &output.common.when {
            self.sites.expression(
                format!("{at}/when"),
                id,
                Role::Condition,
                when.as_str(),
                scope,
            );
        }
        let sites = &mut self.sites;
        let mut text = |field: &str, role: Role, text: &crate::spec::Text| {
            sites.template(format!("{at}/{field}"), id, role, text.as_str(), scope);
        };
        match &output.kind {
            OutputKind::Document(document) => {
                text("file", Role::Address, &document.file);
                text("body", Role::Template, &document.body);
            }
            OutputKind::EmailDraft(email) => {
                text("to", Role::Address, &email.to);
                if let Some(cc) = &email.cc {
                    text("cc", Role::Address, cc);
                }
                text("subject", Role::Template, &email.subject);
                text("body", Role::Template, &email.body);
            }
            OutputKind::Message(message) => {
                text("to", Role::Address, &message.to);
                text("text", Role::Template, &message.text);
            }
            OutputKind::Table(table) => {
                text("file", Role::Address, &table.file);
                if let Some(only) = &table.only {
                    sites.expression(
                        format!("{at}/where"),
                        id,
                        Role::Condition,
                        only.as_str(),
                        run,
                    );
                }
                for (index, by) in table.order_by.iter().enumerate() {
                    let source = by.as_str().trim_start_matches('-');
                    sites.expression(
                        format!("{at}/order_by/{index}"),
                        id,
                        Role::Value,
                        source,
                        run,
                    );
                }
                for (name, value) in &table.columns {
                    sites.tree(
                        &format!("{at}/columns/{}", escape(name)),
                        id,
                        Role::Template,
                        value,
                        run,
                    );
                }
            }
            OutputKind::Update(update) => {
                for (name, value) in &update.key {
                    sites.tree(
                        &format!("{at}/key/{}", escape(name)),
                        id,
                        Role::Address,
                        value,
                        scope,
                    );
                }
                for (name, value) in &update.set {
                    sites.tree(
                        &format!("{at}/set/{}", escape(name)),
                        id,
                        Role::Template,
                        value,
                        scope,
                    );
                }
            }
            OutputKind::Call(call) => {
                for (name, value) in &call.arguments {
                    sites.tree(
                        &format!("{at}/with/{}", escape(name)),
                        id,
                        Role::Template,
                        value,
                        scope,
                    );
                }
            }
        }
    }
}

/// Returns the structure that JSON Schema properties describe.
fn properties(properties: &Map<String, Json>) -> Type {
    Type::from_schema(&json!({"type": "object", "properties": properties}))
}

fn fields_of(kind: Type) -> Vec<(String, Type)> {
    match kind {
        Type::Object(shape) => shape
            .fields
            .iter()
            .map(|(n, t)| (n.clone(), t.clone()))
            .collect(),
        _ => Vec::new(),
    }
}

/// Says of a decided text where its values are known from.
fn decided(kind: Type, field: &str, step: &str) -> Type {
    match kind {
        Type::OneOf(known) if field != "because" => Type::one_of(
            known.values.clone(),
            known.certain,
            format!("`{step}.{field}`"),
        ),
        Type::OneOf(_) => Type::Text,
        other => other,
    }
}

/// Returns a column's type, with its values where the sample data shows them all.
fn known_values(column: &crate::connect::Column, field: FieldType) -> Type {
    match (&column.values, field) {
        (Some(values), FieldType::Text) if !values.is_empty() => {
            let texts: Vec<String> = values
                .iter()
                .filter_map(Json::as_str)
                .map(str::to_owned)
                .collect();
            if texts.len() == values.len() {
                Type::one_of(texts, false, "the sample data")
            } else {
                Type::Text
            }
        }
        _ => Type::from(field),
    }
}
