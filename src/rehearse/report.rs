//! What a dry run tells.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::world::DryWorld;
use super::{Ending, Scenario, Tables, coverage};
use crate::check::Checked;
use crate::engine::{Delivery, Failure, Outcome, Passed};

/// How much a dry run shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    /// Every step and rule was reached and nothing was simulated but the outputs.
    Verified,
    /// Nothing failed, and something was not reached, was simulated, or is not carried out yet.
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
    /// Which way it took through the workflow.
    #[serde(skip)]
    pub path: Vec<Passed>,
    /// What would have been made.
    #[serde(skip)]
    pub effects: Vec<Delivery>,
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
    /// What would have been made once for the run.
    #[serde(default)]
    pub run_effects: Vec<Delivery>,
    /// From how many cases: more than are shown, where looking at more costs nothing.
    #[serde(default)]
    pub run_cases: usize,
    /// Outputs of the run that could not be made, and why.
    #[serde(default)]
    pub run_failures: Vec<(String, Failure)>,
    /// The workflow's tests.
    pub tests: Vec<TestReport>,
    /// Steps, rules and outputs that no case reached.
    pub unreached: Vec<String>,
    /// What was not really done.
    pub simulated: Vec<String>,
    /// What the cases have made plain of tools and fields, in sentences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
    /// What comes of the same cases where something is down, empty, failing or missing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scenarios: Vec<Scenario>,
}

impl Report {
    /// Returns the cases that failed.
    pub fn failures(&self) -> impl Iterator<Item = &CaseReport> {
        self.cases.iter().filter(|c| c.outcome.is_failed())
    }

    /// Takes what came of the scenarios: a workflow that crashes in one is not verified.
    pub(super) fn take(&mut self, scenarios: Vec<Scenario>) {
        let crashed: Vec<String> = scenarios
            .iter()
            .filter(|s| s.ending == Ending::Crashed)
            .map(|s| format!("if {}", s.when))
            .collect();
        if !crashed.is_empty() {
            self.reasons
                .push(format!("it fails {}", crashed.join(", ")));
            if self.claim == Claim::Verified {
                self.claim = Claim::Partial;
            }
        }
        self.scenarios = scenarios;
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
        parts.extend(
            self.run_failures
                .iter()
                .map(|(output, failure)| format!("{output}: {}", failure.message)),
        );
        parts.sort();
        parts.dedup();
        parts.join("\n")
    }
}

/// What a dry run gathered.
pub(super) struct Gathered {
    /// How many rows are cases.
    pub(super) total: usize,
    /// Was the table too long to be read to its end?
    pub(super) is_cut: bool,
    /// The shown cases with their rows.
    pub(super) cases: Vec<(Outcome, Json)>,
    pub(super) tests: Vec<TestReport>,
    pub(super) run_effects: Vec<Delivery>,
    pub(super) run_cases: usize,
    pub(super) run_failures: Vec<(String, Failure)>,
}

pub(super) fn make(
    checked: &Checked,
    world: &DryWorld<'_>,
    tables: &Tables,
    gathered: Gathered,
) -> Report {
    let Gathered {
        total,
        is_cut,
        cases,
        tests,
        run_effects,
        run_cases,
        run_failures,
    } = gathered;
    let cases: Vec<CaseReport> = cases
        .into_iter()
        .map(|(outcome, item)| CaseReport {
            effects: world.effects_of(&outcome.key),
            outcome,
            item,
        })
        .collect();
    let passed = cases
        .iter()
        .flat_map(|c| &c.outcome.path)
        .chain(tests.iter().flat_map(|t| &t.path));
    let made = run_effects.iter().map(|d| d.output.as_str());
    let unreached = coverage::unreached(checked.workflow(), passed, made);
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
    reasons.extend(run_failures.iter().map(|(output, failure)| {
        format!(
            "the output `{output}` could not be made: {}",
            failure.message
        )
    }));
    let claim = if !reasons.is_empty() {
        Claim::Failed
    } else {
        Claim::Partial
    };
    if cases.is_empty() {
        reasons.push("no row of the sample data is a case: nothing was run".to_owned());
    } else if !unreached.is_empty() {
        reasons.push(format!(
            "not reached by any case or test: {}",
            unreached.join(", ")
        ));
    }
    let open = &checked.workflow().sop.open;
    if !open.is_empty() {
        let numbers: Vec<String> = open.iter().map(usize::to_string).collect();
        let what = if open.len() == 1 {
            "statement"
        } else {
            "statements"
        };
        reasons.push(format!(
            "nothing carries out {what} {} of the SOP",
            numbers.join(", ")
        ));
    }
    if is_cut {
        reasons.push(format!(
            "only the first part of the table was looked at, with {total} cases"
        ));
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
        run_effects,
        run_cases,
        run_failures,
        tests,
        unreached,
        simulated,
        evidence: Vec::new(),
        scenarios: Vec::new(),
    }
}
