//! Running the tests of a workflow.

use std::collections::HashSet;

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use super::world::DryWorld;
use super::{Rehearsal, Tables, TestReport};
use crate::engine::{
    Case, Event, Execution, Program, Progress, Status, base_scope, drive, key_text,
};
use crate::expr::{Error, Scope, Tree, is_missing_text, to_json};
use crate::spec::Test;

/// The rows that tests may name by their key.
pub(super) struct TestRows<'r> {
    /// Those that are cases.
    pub(super) cases: &'r [Map<String, Json>],
    /// Those that a test names, and that `where` leaves out.
    pub(super) left_out: &'r [Map<String, Json>],
}

/// Runs every test of the workflow.
pub(super) async fn run(
    program: &Program,
    rehearsal: &Rehearsal<'_>,
    tables: &Tables,
    rows: &TestRows<'_>,
) -> Vec<TestReport> {
    let world = DryWorld::new(rehearsal, tables);
    world.shown(true);
    let mut reports = Vec::new();
    for test in &program.workflow().tests {
        reports.push(one(program, rehearsal, &world, test, rows).await);
    }
    reports
}

async fn one(
    program: &Program,
    rehearsal: &Rehearsal<'_>,
    world: &DryWorld<'_>,
    test: &Test,
    rows: &TestRows<'_>,
) -> TestReport {
    let trigger = test
        .given
        .get("trigger")
        .cloned()
        .unwrap_or_else(|| super::trigger_example(program));
    let base = base_scope(&rehearsal.run, &trigger);
    let mut report = TestReport {
        name: test.name.clone(),
        passed: false,
        differences: IndexMap::new(),
        problem: None,
        path: Vec::new(),
        effects: Vec::new(),
    };
    let mut given = match evaluated(&test.given, &base) {
        Ok(given) => given,
        Err(error) => {
            report.problem = Some(error.message);
            return report;
        }
    };
    given.shift_remove("trigger");
    let row = |name| rows.row(given.shift_remove(name), program, &base);
    let item = match program.workflow().item().map(row).transpose() {
        Ok(item) => item,
        Err(problem) => {
            report.problem = Some(problem);
            return report;
        }
    };
    let mut execution = match Execution::within(program, &base, Case { item, given }) {
        Ok(execution) => execution,
        Err(failure) => {
            report.problem = Some(failure.message);
            return report;
        }
    };
    let outcome = loop {
        match drive(&mut execution, world).await {
            Progress::Done(outcome) => break outcome,
            // Alone, a case is chosen if it is considered at all.
            Progress::Waiting(candidate) => {
                for (_, choice) in super::decide(program, vec![(0, candidate)]) {
                    execution.record(Event::Selected(choice));
                }
            }
        }
    };
    if let Status::Failed { part, failure } = &outcome.status {
        report.problem = Some(format!("`{part}` failed: {}", failure.message));
    }
    for (field, expected) in &test.expect {
        let came = outcome.result.get(field).cloned().unwrap_or(Json::Null);
        if !is_same(expected, &came) {
            report
                .differences
                .insert(field.clone(), (expected.clone(), came));
        }
    }
    report.path = outcome.path;
    report.effects = world.effects_of(&outcome.key);
    report.passed = report.problem.is_none() && report.differences.is_empty();
    report
}

/// The cases that tests name by their key.
pub(super) struct Named {
    column: Option<String>,
    keys: HashSet<String>,
}

impl Named {
    /// Does no test name a case by its key?
    pub(super) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Is a row one of them?
    pub(super) fn holds(&self, row: &Map<String, Json>) -> bool {
        let held = self.column.as_ref().and_then(|column| row.get(column));
        held.and_then(key_text)
            .is_some_and(|key| self.keys.contains(&key))
    }
}

/// Returns the cases that tests name by their key.
pub(super) fn named(program: &Program) -> Named {
    let workflow = program.workflow();
    let column = key_column(program);
    let keys = workflow.tests.iter().filter_map(|test| {
        let item = test.given.get(workflow.item()?)?;
        item.get(column.as_ref()?).and_then(key_text)
    });
    Named {
        keys: keys.collect(),
        column,
    }
}

/// Returns the column that tells cases apart.
pub(super) fn key_column(program: &Program) -> Option<String> {
    let each = program.workflow().for_each.as_ref()?;
    each.key.as_str().rsplit('.').next().map(str::to_owned)
}

/// Returns what a test gives, its templates filled in: `{{ add_days(run.date, -31) }}`.
fn evaluated(
    given: &IndexMap<String, Json>,
    base: &Scope,
) -> Result<IndexMap<String, Json>, Error> {
    given
        .iter()
        .map(|(name, value)| {
            let value = Tree::compile(value)?.eval(base)?;
            Ok((name.clone(), to_json(&value)))
        })
        .collect()
}

impl TestRows<'_> {
    /// Returns the row of the data that agrees with what is given about its key, with the rest of
    /// what is given set over it. Of a row that is made up, what is not given is missing; a real row
    /// that is no case any more is none here either, lest the test go on passing on a fragment.
    fn row(
        &self,
        given: Option<Json>,
        program: &Program,
        base: &Scope,
    ) -> Result<Map<String, Json>, String> {
        let given = match given {
            Some(Json::Object(fields)) => fields,
            _ => Map::new(),
        };
        let key = key_column(program);
        let key_of = |row: &Map<String, Json>| row.get(key.as_ref()?).and_then(key_text);
        let wanted = key_of(&given);
        let is_wanted = |row: &&Map<String, Json>| wanted.is_some() && key_of(row) == wanted;
        let real = self.cases.iter().find(is_wanted);
        let left_out = || self.left_out.iter().find(is_wanted);
        let mut row = match (real.or_else(left_out), &wanted) {
            (Some(found), _) => found.clone(),
            (None, Some(wanted)) if given.len() == 1 => {
                return Err(format!(
                    "no row of the data has the key {wanted}; name another, or give the whole row"
                ));
            }
            (None, _) => self.empty(program),
        };
        row.extend(given);
        let pull = program.cases().filter(|_| real.is_none());
        match (pull, left_out(), wanted) {
            (Some(pull), Some(_), Some(wanted)) if !pull.keeps(&row, base).unwrap_or(true) => {
                Err(format!(
                    "{wanted} is no case: `where` leaves it out; name another row, or give what makes it one"
                ))
            }
            _ => Ok(row),
        }
    }

    /// Returns a row of which nothing is known.
    fn empty(&self, program: &Program) -> Map<String, Json> {
        let nothing = |name: &String| (name.clone(), Json::Null);
        match (self.cases.first(), program.cases()) {
            (Some(first), _) => first.keys().map(nothing).collect(),
            (None, Some(pull)) => pull.fields.keys().map(nothing).collect(),
            (None, None) => Map::new(),
        }
    }
}

/// Are two values the same to people: after trimming, whatever the case, nothing being nothing?
pub fn is_same(a: &Json, b: &Json) -> bool {
    let text = |value: &Json| -> Option<String> {
        let text = match value {
            Json::Bool(yes) => yes.to_string(),
            other => key_text(other)?,
        };
        (!is_missing_text(&text)).then(|| text.trim().to_lowercase())
    };
    text(a) == text(b)
}
