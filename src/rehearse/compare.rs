//! Two versions of a workflow over the same cases: which results, outputs and tests change. No
//! model is asked: an answer that is not known from before is stood in for, in both versions.

mod play;
mod tell;
mod words;

use std::collections::HashSet;
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::{LOOKED_THROUGH, Rehearsal, is_cheap, sample, tests_of};
use crate::check::Checked;
use crate::diag::Result;
use crate::engine::{RunInfo, key_text};
use play::{Asked, Ready};

/// A version of a workflow, with what a run of it knows of its time.
#[derive(Debug, Clone)]
pub struct Version {
    /// The workflow.
    pub checked: Checked,
    /// The run's id and clock.
    pub run: RunInfo,
}

/// What another version makes of the same cases.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Comparison {
    /// What a case is, such as "account".
    pub item: String,
    /// How many cases were run in both versions.
    pub compared: usize,
    /// How many rows are cases, before and after.
    pub totals: (usize, usize),
    /// Cases that have another value in a field of few, short values, such as a level.
    pub moves: Vec<Move>,
    /// Field -> in how many cases it says something else, of those that did not move.
    pub reworded: Vec<(String, usize)>,
    /// Cases that are none any more.
    pub left: Vec<String>,
    /// Cases that were none.
    pub joined: Vec<String>,
    /// Outputs that are made more or less often, or say something else.
    pub made: Vec<Made>,
    /// Tests that hold no more, or hold now.
    pub tests: Vec<TestChange>,
    /// How many tests there are.
    pub tests_in_all: usize,
    /// Of these, those that do not hold now.
    pub tests_failing: usize,
    /// Was a model's answer stood in for?
    pub is_stood_in: bool,
}

/// Cases that went from one value to another.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Move {
    /// The field of the result; nothing for how the case ends: done, stopped or failed.
    pub field: Option<String>,
    /// What it was.
    pub before: String,
    /// What it is.
    pub after: String,
    /// The cases, by what people call them.
    pub cases: Vec<String>,
    /// Why, where they fail now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
}

/// An output that changes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Made {
    /// Its id.
    pub output: String,
    /// What it is, such as "email draft".
    pub what: String,
    /// How often it was made.
    pub before: usize,
    /// How often it is made.
    pub after: usize,
    /// How many say something else, or go elsewhere.
    pub reworded: usize,
}

/// A test that came out otherwise.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TestChange {
    /// Its name.
    pub name: String,
    /// Does it hold now?
    pub holds: bool,
    /// What it came to, where it does not.
    pub because: Option<String>,
}

impl Comparison {
    /// Is nothing different?
    pub fn is_same(&self) -> bool {
        self.moves.is_empty()
            && self.reworded.is_empty()
            && self.left.is_empty()
            && self.joined.is_empty()
            && self.made.is_empty()
            && self.tests.is_empty()
            && self.totals.0 == self.totals.1
    }
}

type Row = Map<String, Json>;

/// Runs two versions over the same cases and returns what differs. Where steps call tools, only
/// the cases of the dry run are run, by their keys.
///
/// # Errors
/// If the cases cannot be read.
pub async fn compare(
    before: &Version,
    after: &Version,
    rehearsal: &Rehearsal<'_>,
    dry_run: &[String],
) -> Result<Comparison> {
    // A moment later on the same day is no other moment.
    let same_day = before.run.date == after.run.date;
    let llm = Arc::new(rehearsal.llm.without_asking());
    let quiet = |run: &RunInfo| Rehearsal {
        connections: rehearsal.connections,
        catalog: rehearsal.catalog,
        llm: llm.clone(),
        run: run.clone(),
        cases: rehearsal.cases,
        scenarios: false,
        sop: None,
        probes: None,
        progress: rehearsal.progress,
    };
    let first = quiet(if same_day { &after.run } else { &before.run });
    let second = quiet(&after.run);
    let old = Ready::make(&before.checked, &first, &HashSet::new()).await?;
    let cheap = is_cheap(&before.checked) && is_cheap(&after.checked);
    let rows = chosen(&old, cheap, rehearsal.cases, dry_run);
    let keys: HashSet<String> = rows.iter().filter_map(|row| old.key(row)).collect();
    let new = Ready::make(&after.checked, &second, &keys).await?;
    let known: HashSet<String> = old.rows.iter().filter_map(|row| old.key(row)).collect();
    let mut again: Vec<Row> = Vec::new();
    for row in &new.rows {
        let is_wanted = match new.key(row) {
            Some(key) => keys.contains(&key) || (cheap && old.is_whole() && !known.contains(&key)),
            None => cheap,
        };
        if is_wanted && again.len() < 2 * LOOKED_THROUGH {
            again.push(row.clone());
        }
    }
    let mut asked = Asked::default();
    let mut then = old.play(&first, &rows, &mut asked, None).await;
    let mut now = new.play(&second, &again, &mut asked, Some(&then)).await;
    // What one version has an answer to and the other not would differ for that alone.
    if asked.is_uneven() {
        then = old.play(&first, &rows, &mut asked, None).await;
        now = new.play(&second, &again, &mut asked, Some(&then)).await;
    }
    let tests = (
        tests_of::run(&old.program, &first, &old.tables, &old.test_rows()).await,
        tests_of::run(&new.program, &second, &new.tables, &new.test_rows()).await,
    );
    let mut told = tell::tell(&old, &new, &then, &now, &asked);
    told.tests = tell::tests(&tests.0, &tests.1);
    told.tests_in_all = tests.1.len();
    told.tests_failing = tests.1.iter().filter(|test| !test.passed).count();
    Ok(told)
}

/// Returns the rows that are run: all, an even choice of many, or those of the dry run.
fn chosen(old: &Ready<'_>, cheap: bool, cases: usize, dry_run: &[String]) -> Vec<Row> {
    if cheap {
        let stride = old.rows.len().div_ceil(LOOKED_THROUGH).max(1);
        return old.rows.iter().step_by(stride).cloned().collect();
    }
    let shown = |row: &&Row| old.key(row).is_some_and(|key| dry_run.contains(&key));
    let rows: Vec<Row> = old.rows.iter().filter(shown).cloned().collect();
    if !rows.is_empty() {
        return rows;
    }
    let places = sample::choose(&old.rows, &[], cases);
    places.into_iter().map(|i| old.rows[i].clone()).collect()
}

/// Returns the key of a row, if a column is the key.
fn key_of(row: &Row, column: Option<&String>) -> Option<String> {
    row.get(column?).and_then(key_text)
}
