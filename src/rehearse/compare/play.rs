//! One version carried over its cases.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use indexmap::IndexMap;
use serde_json::Value as Json;

use super::{Row, key_of};
use crate::check::Checked;
use crate::diag::Result;
use crate::engine::{
    AgentRequest, CaseSummary, Consulted, Delivery, Failure, LlmRequest, Outcome, PersonRequest,
    Program, PullRequest, Rows, ToolRequest, WaitRequest, World, base_scope, deliveries_of_run,
};
use crate::expr::Scope;
use crate::rehearse::cases::run_cases;
use crate::rehearse::placeholder::placeholders;
use crate::rehearse::tests_of::TestRows;
use crate::rehearse::world::{DryWorld, given};
use crate::rehearse::{Rehearsal, Tables, agent, tables, tests_of, trigger_example};

/// A version with its tables and the rows that are cases.
pub(super) struct Ready<'v> {
    pub(super) checked: &'v Checked,
    pub(super) program: Program,
    pub(super) tables: Tables,
    pub(super) rows: Vec<Row>,
    left_out: Vec<Row>,
    pub(super) total: usize,
    trigger: Json,
    base: Scope,
    has_cases: bool,
    column: Option<String>,
}

/// What came of a version: outcomes and deliveries by case, and what the run makes once.
pub(super) struct Played<'w> {
    pub(super) cases: IndexMap<String, (Outcome, Json)>,
    pub(super) made: BTreeMap<String, Vec<Delivery>>,
    pub(super) of_run: Vec<Delivery>,
    /// The world that it was played in, for what tools have answered there.
    heard: DryWorld<'w>,
}

/// Which steps of which cases had no answer that is known.
#[derive(Default)]
pub(super) struct Asked {
    stood_in: HashSet<(String, String)>,
    /// The steps among them.
    steps: HashSet<String>,
    answered: HashSet<(String, String)>,
}

impl Asked {
    /// Was any stood in for?
    pub(super) fn is_any(&self) -> bool {
        !self.stood_in.is_empty()
    }

    /// Does a field of a case's result hold what was stood in for?
    pub(super) fn is_stood_in(&self, case: &str, field: Option<&Json>) -> bool {
        let source = field.map(Json::to_string).unwrap_or_default();
        self.steps.iter().any(|step| {
            source.contains(&format!("{step}."))
                && self.stood_in.contains(&(case.to_owned(), step.clone()))
        })
    }

    /// Was one of them answered in the other version?
    pub(super) fn is_uneven(&self) -> bool {
        self.stood_in
            .iter()
            .any(|step| self.answered.contains(step))
    }
}

impl<'v> Ready<'v> {
    /// Reads the tables of a version; rows of certain keys are among its cases in any case.
    pub(super) async fn make(
        checked: &'v Checked,
        rehearsal: &Rehearsal<'_>,
        keys: &HashSet<String>,
    ) -> Result<Self> {
        let program = Program::compile(checked)?;
        let trigger = trigger_example(&program);
        let base = base_scope(&rehearsal.run, &trigger);
        let tables = Tables::load(&program, rehearsal.connections, &base).await;
        let column = tests_of::key_column(&program);
        let named = tests_of::named(&program);
        let keep = |row: &Row| {
            named.holds(row) || key_of(row, column.as_ref()).is_some_and(|key| keys.contains(&key))
        };
        let (rows, left_out, total, has_cases) = match program.cases() {
            Some(pull) => {
                let sample =
                    tables::sample_of_cases(pull, rehearsal.connections, &base, Some(keep)).await?;
                (sample.rows, sample.left_out, sample.total, true)
            }
            None => (Vec::new(), Vec::new(), 1, false),
        };
        Ok(Ready {
            checked,
            program,
            tables,
            rows,
            left_out,
            total,
            trigger,
            base,
            has_cases,
            column,
        })
    }

    /// Returns the rows that tests may name.
    pub(super) fn test_rows(&self) -> TestRows<'_> {
        TestRows {
            cases: &self.rows,
            left_out: &self.left_out,
        }
    }

    /// Returns what tells a row apart.
    pub(super) fn key(&self, row: &Row) -> Option<String> {
        key_of(row, self.column.as_ref())
    }

    /// Are the rows all that are cases?
    pub(super) fn is_whole(&self) -> bool {
        self.rows.len() == self.total
    }

    /// Carries rows to their ends. What tools have answered the other version is not asked again.
    pub(super) async fn play<'w>(
        &'w self,
        rehearsal: &'w Rehearsal<'w>,
        rows: &[Row],
        asked: &mut Asked,
        other: Option<&Played<'_>>,
    ) -> Played<'w> {
        let world = DryWorld::new(rehearsal, &self.tables);
        if let Some(other) = other {
            world.recall_from(&other.heard);
        }
        let known = Known {
            world: &world,
            rehearsal,
            asked: Mutex::new(std::mem::take(asked)),
        };
        let rows = if self.has_cases {
            rows.iter().cloned().map(Some).collect()
        } else {
            vec![None]
        };
        let shown_next = |_| world.shown(true);
        let (outcomes, _) = run_cases(
            &self.program,
            &self.base,
            &known,
            &shown_next,
            rows,
            Vec::new(),
            rehearsal.progress,
        )
        .await;
        *asked = known
            .asked
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        let summaries: Vec<CaseSummary> = outcomes
            .iter()
            .map(|(outcome, item)| CaseSummary::of(outcome, item.clone()))
            .collect();
        let (of_run, _) =
            deliveries_of_run(&self.program, &rehearsal.run, &self.trigger, &summaries);
        let made = outcomes
            .iter()
            .map(|(outcome, _)| (outcome.key.clone(), world.effects_of(&outcome.key)))
            .collect();
        let cases = outcomes
            .into_iter()
            .map(|(outcome, item)| (outcome.key.clone(), (outcome, item)))
            .collect();
        Played {
            cases,
            made,
            of_run,
            heard: world,
        }
    }
}

/// A dry run's world in which models only answer what they have answered before.
struct Known<'w> {
    world: &'w DryWorld<'w>,
    rehearsal: &'w Rehearsal<'w>,
    asked: Mutex<Asked>,
}

#[async_trait]
impl World for Known<'_> {
    async fn pull(&self, request: &PullRequest, scope: &Scope) -> Result<Rows, Failure> {
        self.world.pull(request, scope).await
    }

    async fn call(&self, case: &str, request: &ToolRequest) -> Result<Json, Failure> {
        self.world.call(case, request).await
    }

    async fn ask(&self, case: &str, request: &LlmRequest) -> Result<Json, Failure> {
        let step = (case.to_owned(), request.step.clone());
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if !asked.stood_in.contains(&step)
            && let Some(answer) = self.rehearsal.llm.known(request)
        {
            asked.answered.insert(step);
            return Ok(answer);
        }
        asked.steps.insert(request.step.clone());
        asked.stood_in.insert(step);
        Ok(placeholders(Some(&request.returns)))
    }

    async fn pursue(&self, case: &str, request: &AgentRequest) -> Result<Json, Failure> {
        // What a model would find today is no difference between the versions.
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.steps.insert(request.step.clone());
        asked
            .stood_in
            .insert((case.to_owned(), request.step.clone()));
        Ok(agent::stand_in(request))
    }

    async fn consult(&self, _: &str, request: &PersonRequest) -> Consulted {
        Consulted::Answer(given(request, 0, &self.rehearsal.run))
    }

    async fn wait(&self, case: &str, request: &WaitRequest) -> Result<Json, Failure> {
        self.world.wait(case, request).await
    }

    async fn deliver(&self, case: &str, delivery: Delivery) -> Result<(), Failure> {
        self.world.deliver(case, delivery).await
    }
}
