//! What a dry run tells.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::world::DryWorld;
use super::{Tables, coverage};
use crate::check::Checked;
use crate::engine::{Delivery, Outcome};

/// How much a dry run shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    /// Every step and rule was reached and nothing was simulated but the outputs.
    Verified,
    /// Nothing failed, and something was not reached or was simulated.
    Partial,
    /// A case or a test failed.
    Failed,
}

/// One case of a dry run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseReport {
    /// What came of it.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// The row it was made from.
    pub item: Json,
    /// What would have been made.
    pub effects: Vec<Delivery>,
}

/// One test of the workflow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TestReport {
    /// Its name.
    pub name: String,
    /// Did the result hold what is expected?
    pub passed: bool,
    /// Field -> what was expected, and what came.
    pub differences: IndexMap<String, (Json, Json)>,
    /// Why it could not be run.
    pub problem: Option<String>,
}

/// What a dry run tells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// How much it shows.
    pub claim: Claim,
    /// Why it shows no more.
    pub reasons: Vec<String>,
    /// How many rows are cases in the sample data.
    pub total: usize,
    /// The cases that were run.
    pub cases: Vec<CaseReport>,
    /// The workflow's tests.
    pub tests: Vec<TestReport>,
    /// Steps, rules and outputs that no case reached.
    pub unreached: Vec<String>,
    /// What was not really done.
    pub simulated: Vec<String>,
}

impl Report {
    /// Returns the cases that failed.
    pub fn failures(&self) -> impl Iterator<Item = &CaseReport> {
        self.cases.iter().filter(|c| c.outcome.is_failed())
    }

    /// Returns a text that is the same for the same failures, to see whether an edit helped.
    pub fn failure_signature(&self) -> String {
        let mut parts: Vec<String> = self
            .failures()
            .map(|case| match &case.outcome.status {
                crate::engine::Status::Failed { part, failure } => {
                    format!("{part}: {}", failure.message)
                }
                _ => String::new(),
            })
            .collect();
        parts.extend(
            self.tests
                .iter()
                .filter(|t| !t.passed)
                .map(|t| format!("test {}: {:?}", t.name, t.differences)),
        );
        parts.sort();
        parts.dedup();
        parts.join("\n")
    }
}

pub(super) fn make(
    checked: &Checked,
    world: &DryWorld<'_>,
    total: usize,
    cases: Vec<(Outcome, Json)>,
    tests: Vec<TestReport>,
    tables: &Tables,
) -> Report {
    let cases: Vec<CaseReport> = cases
        .into_iter()
        .map(|(outcome, item)| CaseReport {
            effects: world.effects_of(&outcome.key),
            outcome,
            item,
        })
        .collect();
    let unreached = coverage::unreached(checked.workflow(), cases.iter().map(|c| &c.outcome));
    let mut simulated = world.simulated();
    simulated.extend(
        tables
            .unavailable()
            .map(|(name, failure)| format!("`{name}` could not be read: {}", failure.message)),
    );
    let failed = cases.iter().filter(|c| c.outcome.is_failed()).count();
    let broken = tests.iter().filter(|t| !t.passed).count();
    let mut reasons = Vec::new();
    if failed > 0 {
        reasons.push(format!(
            "{failed} of {} failed",
            crate::diag::count(cases.len(), "case")
        ));
    }
    if broken > 0 {
        reasons.push(format!(
            "{broken} of {} did not pass",
            crate::diag::count(tests.len(), "test")
        ));
    }
    let claim = if !reasons.is_empty() {
        Claim::Failed
    } else {
        Claim::Partial
    };
    if cases.is_empty() {
        reasons.push("no row of the sample data is a case: nothing was run".to_owned());
    } else if !unreached.is_empty() {
        reasons.push(format!("not reached by any case: {}", unreached.join(", ")));
    }
    reasons.extend(simulated.iter().cloned());
    Report {
        claim: if reasons.is_empty() {
            Claim::Verified
        } else {
            claim
        },
        reasons,
        total,
        cases,
        tests,
        unreached,
        simulated,
    }
}
