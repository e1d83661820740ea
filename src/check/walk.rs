//! Goes through a workflow in the order in which it runs, with the names that each place has.

mod outputs;
mod shapes;
mod steps;

use std::rc::Rc;

use indexmap::IndexMap;

use super::sites::{Role, Sites, escape};
use crate::connect::Catalog;
use crate::expr::{Names, Type};
use crate::spec::{FieldType, Match, Pull, TriggerKind, Workflow};

use shapes::{known_values, properties};

pub(super) struct Walk<'c> {
    pub(super) workflow: &'c Workflow,
    pub(super) catalog: &'c Catalog,
    pub(super) pointers: IndexMap<String, String>,
    pub(super) sites: Sites,
    pub(super) results: IndexMap<String, Type>,
    /// Fields of the results that stopped cases have.
    pub(super) stopped: Vec<(String, Type)>,
}

impl Walk<'_> {
    fn at(&self, name: &str) -> String {
        self.pointers.get(name).cloned().unwrap_or_default()
    }

    pub(super) fn everything(&mut self) {
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
        } else if let Some(each) = item {
            // That there is no such table is said once, where it is named.
            names.insert(each.name.clone(), Type::Any);
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
        let result = self
            .stopped
            .drain(..)
            .fold(Type::object(result), |result, (name, kind)| {
                result.with_field(&name, kind)
            });
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
            TriggerKind::Date(_) | TriggerKind::NewRecords(_) => Type::object([
                ("time".to_owned(), Type::Time),
                ("records".to_owned(), Type::list(Type::Text)),
            ]),
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
}
