//! What if a source is down, a table empty, a tool failing, a value missing, an approval given or
//! refused?
//! The cases of a dry run once more, with one thing wrong at a time and nothing asked anew.

mod approvals;
mod outcome;
mod plan;
mod reads;
mod words;
mod world;

use std::collections::HashMap;
use std::sync::Mutex;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::cases::{Outcomes, run_cases};
use super::world::DryWorld;
use super::{Report, Tables};
use crate::engine::{CaseSummary, Failure, Program, Rows, deliveries_of_run};
use crate::expr::{Scope, is_missing_text};

use outcome::{Judged, Played};
use plan::Planned;
use world::{Met, ScenarioWorld};

/// One thing that may go wrong, or that a person may decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum WhatIf {
    /// A table cannot be read.
    SourceDown {
        /// Its name under `data`.
        source: String,
    },
    /// A table has no rows.
    SourceEmpty {
        /// Its name under `data`.
        source: String,
    },
    /// A tool cannot be reached.
    ToolFails {
        /// `connection.tool`.
        tool: String,
    },
    /// A field of the case that something hangs on has no value.
    ValueMissing {
        /// The field.
        field: String,
    },
    /// A person who is asked gives a certain answer.
    Answered {
        /// The step that asks.
        step: String,
        /// The answer.
        answer: String,
    },
    /// Nobody answers in time, or an event does not come.
    Unanswered {
        /// The step that waits.
        step: String,
    },
    /// A person says yes to an output that waits.
    Approved {
        /// The output.
        output: String,
    },
    /// A person says no to an output that waits.
    Refused {
        /// The output.
        output: String,
    },
}

/// How a workflow came through a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// The cases finished.
    Held,
    /// Cases ended in a place that is there for it: a `stop`, a `check`, an "it fails" that the
    /// workflow says, the `where` that says which rows are cases.
    Stopped,
    /// Cases failed, and nothing in the workflow says that they should.
    Crashed,
    /// Cases went on with something missing, and no caveat says so.
    Silent,
    /// No case of the sample came upon it.
    Untried,
}

/// One scenario, and what came of the cases in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scenario {
    /// What goes wrong.
    pub what_if: WhatIf,
    /// The same in words, as it reads after "if".
    pub when: String,
    /// How it ended.
    pub ending: Ending,
    /// How many cases were tried.
    pub cases: usize,
    /// Of these, those that failed, and should not have.
    pub failed: usize,
    /// Of these, those that were stopped or left out in an orderly way.
    pub stopped: usize,
    /// Of these, those with another outcome than without it.
    pub changed: usize,
    /// What came of it, in words.
    pub says: String,
    /// What can be said to the builder about it, where it did not hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

impl Scenario {
    /// Does the workflow lack something here?
    pub fn is_weak(&self) -> bool {
        matches!(self.ending, Ending::Crashed | Ending::Silent)
    }
}

/// What the scenarios of a dry run are played with: all of it is there already.
pub(super) struct Stage<'s> {
    /// The workflow.
    pub(super) program: &'s Program,
    /// The names of the run.
    pub(super) base: &'s Scope,
    /// What started it.
    pub(super) trigger: &'s Json,
    /// The world of the dry run, with what it was answered.
    pub(super) world: &'s DryWorld<'s>,
    /// The tables, as they were read.
    pub(super) tables: &'s Tables,
}

/// The rows that cases are made from; none where a run is one case.
type CaseRows = Vec<Option<Map<String, Json>>>;

/// Rows that belong to cases, by table and what is wanted: each is joined once for all scenarios.
type Joined = Mutex<HashMap<String, Rows>>;

impl Stage<'_> {
    /// Plays every scenario of the workflow over the cases of the dry run.
    pub(super) async fn play(&self, rows: CaseRows, report: &Report) -> Vec<Scenario> {
        let workflow = self.program.workflow();
        let joined = Joined::default();
        let (before, _) = self.run(rows.clone(), None, &joined).await;
        let mut scenarios = Vec::new();
        for planned in plan::scenarios(workflow, self.tables) {
            let judged = match &planned.what_if {
                WhatIf::Approved { output } => approvals::given(output, report, self.world),
                WhatIf::Refused { output } => approvals::refused(output, report),
                _ => self.one(&planned, &rows, &before, &joined).await,
            };
            scenarios.push(words::told(workflow, planned, judged));
        }
        scenarios
    }

    async fn one(
        &self,
        planned: &Planned,
        rows: &CaseRows,
        before: &Outcomes,
        joined: &Joined,
    ) -> Judged {
        let workflow = self.program.workflow();
        let over = workflow.for_each.as_ref().map(|each| each.over.as_str());
        let mut played = Played::new(workflow, planned, before);
        match &planned.what_if {
            // The run ends before its first case and says why: nothing is decided in the dark.
            WhatIf::SourceDown { source } if over == Some(source) => {
                return Judged::without_cases(before.len(), Ending::Stopped);
            }
            WhatIf::SourceEmpty { source } if over == Some(source) => {
                return Judged::without_cases(before.len(), Ending::Held)
                    .and(self.failures_at_the_end(&[]));
            }
            WhatIf::ValueMissing { field } => {
                let (mut places, mut kept) = (Vec::new(), Vec::new());
                for (place, row) in rows.iter().enumerate() {
                    let Some(row) = without(row.as_ref(), field) else {
                        continue;
                    };
                    match self.program.cases().map(|pull| pull.keeps(&row, self.base)) {
                        Some(Ok(false)) => played.leave_out(place),
                        Some(Err(error)) => {
                            played.fail(place, Failure::last("expression", error.message));
                        }
                        _ => {
                            places.push(place);
                            kept.push(Some(row));
                        }
                    }
                }
                let (outcomes, _) = self.run(kept, None, joined).await;
                played.take(places.into_iter().zip(outcomes));
            }
            what_if => {
                let (outcomes, met) = self.run(rows.clone(), Some(what_if), joined).await;
                let places = outcomes.into_iter().enumerate();
                played.take(places.filter(|(_, (outcome, _))| met.holds(&outcome.key)));
            }
        }
        let failures = self.failures_at_the_end(&played.summaries());
        played.judge().and(failures)
    }

    /// Runs cases with something wrong, and tells which of them came upon it.
    async fn run(
        &self,
        rows: CaseRows,
        wrong: Option<&WhatIf>,
        joined: &Joined,
    ) -> (Outcomes, Met) {
        let world = ScenarioWorld::new(self, wrong, joined);
        let (outcomes, _) = run_cases(
            self.program,
            self.base,
            &world,
            &|_| {},
            rows,
            Vec::new(),
            &|_, _| {},
        )
        .await;
        (outcomes, world.into_met())
    }

    /// Returns what could not be made once for the run.
    fn failures_at_the_end(&self, cases: &[CaseSummary]) -> Vec<(String, Failure)> {
        deliveries_of_run(self.program, self.world.run(), self.trigger, cases).1
    }
}

/// Returns a row without the value of a field, if it has one.
fn without(row: Option<&Map<String, Json>>, field: &str) -> Option<Map<String, Json>> {
    let mut row = row?.clone();
    let held = row.insert(field.to_owned(), Json::Null)?;
    let is_held = match &held {
        Json::String(text) => !is_missing_text(text),
        other => !other.is_null(),
    };
    is_held.then_some(row)
}

#[cfg(test)]
mod tests;
