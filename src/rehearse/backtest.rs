//! The backtest: past cases run again, with effects simulated, and their results set beside what
//! people decided.

use indexmap::IndexMap;
use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::cases::run_cases;
use super::world::DryWorld;
use super::{Rehearsal, Tables, is_same, trigger_example};
use crate::check::Checked;
use crate::diag::{Error, Result};
use crate::engine::{Branch, Outcome, Program, Status, base_scope};
use crate::spec::StepKind;

type Row = Map<String, Json>;

/// A past case, and what people decided: result field -> value.
#[derive(Debug, Clone)]
pub struct PastCase {
    /// The row that the case is made from.
    pub row: Row,
    /// Result field -> what it was.
    pub decided: IndexMap<String, Json>,
}

/// How the results of a workflow compare with what people decided.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Backtest {
    /// How many cases were compared.
    pub cases: usize,
    /// How many were not, since nobody says how they were decided.
    pub undecided: usize,
    /// Of these, those in which every field agrees.
    pub agreed: usize,
    /// Of these, those that failed.
    pub failed: usize,
    /// Per field: how often it agrees, and what was decided for what.
    pub fields: IndexMap<String, FieldScore>,
    /// Cases that disagree, by the rule that decided.
    pub disagreements: Vec<Disagreement>,
    /// Every case, in the order given.
    pub compared: Vec<Compared>,
}

impl Backtest {
    /// Says of how many past cases in all these are the ones with a known outcome.
    #[must_use]
    pub fn without(mut self, all: usize) -> Self {
        self.undecided = all.saturating_sub(self.cases);
        self
    }
}

/// How often a field agrees.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct FieldScore {
    /// In how many cases.
    pub agreed: usize,
    /// What people decided, what came, in how many cases; the most frequent first.
    pub confusion: Vec<(String, String, usize)>,
}

/// Cases that disagree and that one rule decided.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Disagreement {
    /// Step and reason of the rule, or the failure.
    pub rule: String,
    /// The statements of the SOP that the step carries out.
    pub statements: Vec<usize>,
    /// Places in `compared`.
    pub cases: Vec<usize>,
}

/// One case beside what people decided.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Compared {
    /// What tells the case apart.
    pub key: String,
    /// Does every field agree?
    pub agrees: bool,
    /// Field -> what was decided, and what came.
    pub fields: IndexMap<String, (Json, Json)>,
    /// Why it came to that.
    pub because: Vec<String>,
    /// The row.
    pub row: Json,
}

/// Runs past cases and compares their results with what people decided.
///
/// # Errors
/// If the workflow has no cases, or its result lacks a field that was decided.
pub async fn backtest(
    checked: &Checked,
    rehearsal: &Rehearsal<'_>,
    past: Vec<PastCase>,
) -> Result<Backtest> {
    let program = Program::compile(checked)?;
    if program.cases().is_none() {
        return Err(Error::input(
            "The workflow has no cases: a run of it is one case",
        ));
    }
    let trigger = trigger_example(&program);
    let base = base_scope(&rehearsal.run, &trigger);
    let tables = Tables::load(&program, rehearsal.connections, &base).await;
    let world = DryWorld::new(rehearsal, &tables);
    let (rows, decided): (Vec<_>, Vec<_>) =
        past.into_iter().map(|p| (Some(p.row), p.decided)).unzip();
    let (outcomes, _) = run_cases(
        &program,
        &base,
        &world,
        &|is_shown| world.shown(is_shown),
        rows,
        Vec::new(),
        rehearsal.progress,
    )
    .await;
    let mut report = Backtest {
        cases: outcomes.len(),
        undecided: 0,
        agreed: 0,
        failed: 0,
        fields: IndexMap::new(),
        disagreements: Vec::new(),
        compared: Vec::new(),
    };
    for ((outcome, row), decided) in outcomes.into_iter().zip(decided) {
        report.take(checked, &outcome, row, decided);
    }
    for score in report.fields.values_mut() {
        score
            .confusion
            .sort_by_key(|(.., count)| std::cmp::Reverse(*count));
    }
    report
        .disagreements
        .sort_by_key(|group| std::cmp::Reverse(group.cases.len()));
    Ok(report)
}

impl Backtest {
    fn take(
        &mut self,
        checked: &Checked,
        outcome: &Outcome,
        row: Json,
        decided: IndexMap<String, Json>,
    ) {
        let mut agrees = true;
        let mut fields = IndexMap::new();
        for (field, was) in decided {
            let came = outcome.result.get(&field).cloned().unwrap_or(Json::Null);
            let same = is_same(&was, &came) && !outcome.is_failed();
            agrees &= same;
            let score = self.fields.entry(field.clone()).or_default();
            score.agreed += usize::from(same);
            score.count(shown_value(&was), shown_value(&came));
            fields.insert(field, (was, came));
        }
        self.agreed += usize::from(agrees);
        self.failed += usize::from(outcome.is_failed());
        if !agrees {
            let (rule, statements) = decider(checked, outcome);
            let place = self.compared.len();
            match self.disagreements.iter_mut().find(|d| d.rule == rule) {
                Some(group) => group.cases.push(place),
                None => self.disagreements.push(Disagreement {
                    rule,
                    statements,
                    cases: vec![place],
                }),
            }
        }
        self.compared.push(Compared {
            key: outcome.key.clone(),
            agrees,
            fields,
            because: match &outcome.status {
                Status::Failed { part, failure } => {
                    vec![format!("`{part}` failed: {}", failure.message)]
                }
                _ => outcome.because.clone(),
            },
            row,
        });
    }
}

impl FieldScore {
    fn count(&mut self, was: String, came: String) {
        let known = self.confusion.iter_mut();
        match known.into_iter().find(|(w, c, _)| *w == was && *c == came) {
            Some((.., count)) => *count += 1,
            None => self.confusion.push((was, came, 1)),
        }
    }
}

/// Returns the last rule that decided a case, in words, with the statements that it carries out.
fn decider(checked: &Checked, outcome: &Outcome) -> (String, Vec<usize>) {
    let workflow = checked.workflow();
    let statements = |part: &str| {
        workflow
            .step(part)
            .map(|step| step.common.sop.clone())
            .unwrap_or_default()
    };
    if let Status::Failed { part, failure } = &outcome.status {
        return (
            format!("`{part}` failed: {}", failure.code),
            statements(part),
        );
    }
    let decided = outcome
        .path
        .iter()
        .rev()
        .find(|p| matches!(p.branch, Branch::Rule(_) | Branch::Otherwise));
    let Some(passed) = decided else {
        return ("no rule decided".to_owned(), Vec::new());
    };
    let words = match (workflow.step(&passed.part).map(|s| &s.kind), passed.branch) {
        (Some(StepKind::Decide(decide)), Branch::Rule(index)) => decide
            .rules
            .get(index)
            .map(|rule| match &rule.because {
                Some(because) => because.as_str().to_owned(),
                None => rule.when.to_string(),
            })
            .unwrap_or_default(),
        (Some(StepKind::Decide(decide)), _) => decide
            .otherwise_because
            .as_ref()
            .map_or("no rule applies".to_owned(), |b| b.as_str().to_owned()),
        _ => String::new(),
    };
    (
        format!("`{}`: {words}", passed.part),
        statements(&passed.part),
    )
}

/// Returns a value in plain words; a dash for none.
pub fn shown_value(value: &Json) -> String {
    match value {
        Json::Null => "–".to_owned(),
        Json::String(text) if text.trim().is_empty() => "–".to_owned(),
        Json::String(text) => text.trim().to_owned(),
        other => other.to_string(),
    }
}
