//! The dry run: sample rows, reads performed, effects simulated, and a report of what was
//! reached. Its outcome is a [`Rehearsed`] workflow, which saving asks for.

mod agent;
mod backtest;
mod cases;
mod clock;
mod compare;
mod coverage;
mod evidence;
mod llm;
mod names;
mod past;
mod placeholder;
mod reading;
mod report;
mod sample;
mod scenarios;
mod spread;
mod tables;
mod tests_of;
mod world;

use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use crate::check::Checked;
use crate::connect::{Catalog, Connections};
use crate::diag::Result;
use crate::engine::{CaseSummary, Program, RunInfo, base_scope, deliveries_of_run};
use crate::sop::Sop;
use crate::spec::{Per, StepKind, TriggerKind};

pub use backtest::{Backtest, Compared, Disagreement, FieldScore, PastCase, backtest, shown_value};
pub use cases::{decide, unkeyed};
pub use clock::Clock;
pub use compare::{Comparison, Made, Move, TestChange, Version, compare};
pub use evidence::Probes;
pub use llm::{Asked, LlmAnswers, Spent, Trouble};
pub use names::{SearchedName, searched_names};
pub use past::PastFiles;
pub use placeholder::placeholder;
pub use reading::read_rows;
pub use report::{CaseReport, Claim, Report, TestReport};
pub use scenarios::{Ending, Scenario, WhatIf};
pub use tables::{Memory, Tables, call_tool, case_rows, failure_of};
pub use tests_of::is_same;

use cases::run_cases;
use report::Gathered;
use scenarios::Stage;
use tests_of::TestRows;
use world::DryWorld;

/// What a dry run works with.
pub struct Rehearsal<'r> {
    /// The connections that are read.
    pub connections: &'r Connections,
    /// What they offer.
    pub catalog: &'r Catalog,
    /// Who answers `llm` steps.
    pub llm: Arc<LlmAnswers>,
    /// The run's id and clock.
    pub run: RunInfo,
    /// How many cases are shown.
    pub cases: usize,
    /// Is it tried what comes of them where something is down, empty, failing or missing?
    pub scenarios: bool,
    /// The SOP, where what it states is held against the figures.
    pub sop: Option<&'r Sop>,
    /// What was found of tools so far, where they are tried for whether they can be relied on.
    pub probes: Option<&'r Probes>,
    /// Told of each case that is done: how many, of how many.
    pub progress: &'r (dyn Fn(usize, usize) + Sync),
}

/// A workflow that was dry-run in just this version. Only [`rehearse`] makes one.
#[derive(Debug, Clone)]
pub struct Rehearsed {
    checked: Checked,
    report: Report,
    samples: IndexMap<String, Vec<Map<String, Json>>>,
}

impl Rehearsed {
    /// Returns the workflow.
    pub fn checked(&self) -> &Checked {
        &self.checked
    }

    /// Returns what came of it.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// Returns the rows that were used, by data pull.
    pub fn samples(&self) -> &IndexMap<String, Vec<Map<String, Json>>> {
        &self.samples
    }
}

/// The most rows that are looked through for cases that reach every rule.
const LOOKED_THROUGH: usize = 2_000;

/// Dry-runs a workflow on sample rows.
///
/// # Errors
/// If the table that cases come from cannot be read.
pub async fn rehearse(checked: &Checked, rehearsal: &Rehearsal<'_>) -> Result<Rehearsed> {
    let program = Program::compile(checked)?;
    let trigger = trigger_example(&program);
    let base = base_scope(&rehearsal.run, &trigger);
    let tables = Tables::load(&program, rehearsal.connections, &base).await;
    let sample = match program.cases() {
        Some(pull) => {
            let named = tests_of::named(&program);
            let keep = (!named.is_empty()).then_some(|row: &Map<String, Json>| named.holds(row));
            Some(tables::sample_of_cases(pull, rehearsal.connections, &base, keep).await?)
        }
        None => None,
    };
    let total = sample.as_ref().map_or(1, |s| s.total);
    let is_cut = sample.as_ref().is_some_and(|s| s.is_cut);
    let (all, left_out) = sample.map(|s| (s.rows, s.left_out)).unzip();
    let world = DryWorld::new(rehearsal, &tables);
    let mut rows = vec![None];
    if let Some(all) = &all {
        let order = if is_cheap(checked) {
            coverage::order(&program, &base, &world.scout(), all, LOOKED_THROUGH).await
        } else {
            Vec::new()
        };
        let chosen = sample::choose(all, &order, rehearsal.cases);
        rows = chosen
            .into_iter()
            .map(|index| Some(all[index].clone()))
            .collect();
    }
    let used: Vec<Map<String, Json>> = rows.iter().flatten().cloned().collect();
    let with_pool = is_cheap(checked) && (has_select(checked) || counts_cases(checked));
    let pool = match &all {
        Some(all) if with_pool => others(all, &used),
        _ => Vec::new(),
    };
    let shown_next = |is_shown| world.shown(is_shown);
    let (cases, pool) = run_cases(
        &program,
        &base,
        &world,
        &shown_next,
        rows.clone(),
        pool,
        rehearsal.progress,
    )
    .await;
    let test_rows = TestRows {
        cases: all.as_deref().unwrap_or_default(),
        left_out: left_out.as_deref().unwrap_or_default(),
    };
    let tests = tests_of::run(&program, rehearsal, &tables, &test_rows).await;
    let mut samples = tables.used(&used);
    if let Some(pull) = program.cases() {
        samples.insert(pull.name.clone(), used);
    }
    let counted = pool.iter().filter(|_| counts_cases(checked));
    let summaries: Vec<CaseSummary> = cases
        .iter()
        .chain(counted)
        .map(|(outcome, item)| CaseSummary::of(outcome, item.clone()))
        .collect();
    let (run_effects, run_failures) =
        deliveries_of_run(&program, &rehearsal.run, &trigger, &summaries);
    let gathered = Gathered {
        total,
        is_cut,
        cases,
        tests,
        run_effects,
        run_cases: summaries.len(),
        run_failures,
    };
    let mut report = report::make(checked, &world, &tables, gathered);
    if let Some(probes) = rehearsal.probes {
        let sop = rehearsal.sop;
        report.evidence = evidence::gather(checked, sop, &world, &report.cases, probes).await;
    }
    // What fails as it is has to be mended first.
    if rehearsal.scenarios && report.claim != Claim::Failed && !report.cases.is_empty() {
        let stage = Stage {
            program: &program,
            base: &base,
            trigger: &trigger,
            world: &world,
            tables: &tables,
        };
        report.take(stage.play(rows, &report).await);
    }
    Ok(Rehearsed {
        checked: checked.clone(),
        report,
        samples,
    })
}

/// Does no step call a tool, so that many rows can be tried? A model's texts are stood in for.
fn is_cheap(checked: &Checked) -> bool {
    let steps = checked.workflow().all_steps();
    !steps.iter().any(|s| matches!(s.kind, StepKind::Call(_)))
}

fn has_select(checked: &Checked) -> bool {
    checked
        .workflow()
        .steps
        .iter()
        .any(|s| matches!(s.kind, StepKind::Select(_)))
}

/// Are outputs made once for the run, from results that no model writes?
fn counts_cases(checked: &Checked) -> bool {
    let workflow = checked.workflow();
    let per_run = workflow.outputs.iter().any(|o| o.common.per == Per::Run);
    let steps = workflow.all_steps();
    per_run && !steps.iter().any(|s| matches!(s.kind, StepKind::Llm(_)))
}

fn others(all: &[Map<String, Json>], used: &[Map<String, Json>]) -> Vec<Map<String, Json>> {
    all.iter()
        .filter(|row| !used.contains(row))
        .take(LOOKED_THROUGH)
        .cloned()
        .collect()
}

/// Returns what stands for the trigger's inputs.
fn trigger_example(program: &Program) -> Json {
    let given = program
        .workflow()
        .tests
        .iter()
        .find_map(|t| t.given.get("trigger").cloned());
    given.unwrap_or_else(|| match &program.workflow().trigger.kind {
        TriggerKind::Manual(manual) => Json::Object(
            manual
                .inputs
                .iter()
                .map(|(n, s)| (n.clone(), placeholder(s, n)))
                .collect(),
        ),
        TriggerKind::Webhook(webhook) => Json::Object(
            webhook
                .event
                .iter()
                .map(|(n, s)| (n.clone(), placeholder(s, n)))
                .collect(),
        ),
        TriggerKind::Schedule(_) | TriggerKind::Date(_) | TriggerKind::NewRecords(_) => {
            serde_json::json!({"time": null})
        }
    })
}
