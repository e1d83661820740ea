//! What happened to a case: what was read, decided and why, called, made, and put before a person.

use serde_json::Value as Json;

use super::inbox::pairs;
use super::timeline::{lines, plain, timeline};
use super::{Style, paint, spending, wrap};
use crate::engine::{Branch, Outcome, Status};
use crate::store::journal::{Approval, Effect, Run, Used};

/// A case of a run, with all that is journaled of it.
#[derive(Debug)]
pub struct CaseTold<'c> {
    /// The run.
    pub run: &'c Run,
    /// Its key.
    pub key: &'c str,
    /// Its row, where rows are kept.
    pub item: &'c Json,
    /// What came of it, if it is finished.
    pub outcome: Option<&'c Outcome>,
    /// What it did.
    pub effects: &'c [Effect],
    /// What of it waits, or waited, for a person.
    pub approvals: &'c [Approval],
}

/// Returns what happened to a case, in order.
pub fn case(told: &CaseTold<'_>) -> String {
    let mut text = format!(
        "{} of {}: {}\n",
        paint(Style::Strong, format!("Case {}", told.key)),
        told.run.info.id,
        told.outcome.map_or("not finished", |o| o.status.word())
    );
    let mut section = |name: &str, lines: Vec<String>| {
        if lines.is_empty() {
            return;
        }
        text += &format!("{}\n", paint(Style::Strong, name));
        for line in lines {
            text += &format!("  {line}\n");
        }
    };
    if let Some(outcome) = told.outcome {
        let result = outcome.result.iter();
        let came = result.map(|(name, value)| format!("{name}: {}", plain(value)));
        section("Result", came.collect());
        section("Why", outcome.because.clone());
        match &outcome.status {
            Status::Failed { part, failure } => {
                let line = format!("at `{part}`: {}", failure.message);
                section("What went wrong", vec![line]);
            }
            Status::Stopped { step, because } => {
                section("Ended early", vec![format!("at `{step}`: {because}")]);
            }
            Status::Done => {}
        }
        section("To be known", outcome.caveats.clone());
    }
    if let Json::Object(row) = told.item {
        let line = pairs(row);
        section(
            "What was read",
            wrap::wrap(&line, super::width().saturating_sub(4)),
        );
    }
    if let Some(outcome) = told.outcome {
        let way: Vec<String> = outcome
            .path
            .iter()
            .map(|p| passed(&p.part, p.branch))
            .collect();
        section(
            "The way it took",
            wrap::wrap(&way.join(" → "), super::width().saturating_sub(4)),
        );
    }
    let all = timeline(told.effects, told.approvals);
    section("What happened", lines(&all));
    let mut used = Used::default();
    for effect in told.effects {
        used += effect.spent.as_ref().map_or(Used::default(), |s| s.used);
    }
    section("Models", spending::models(&used).into_iter().collect());
    text
}

fn passed(part: &str, branch: Branch) -> String {
    match branch {
        Branch::Ran => part.to_owned(),
        Branch::Skipped => format!("{part} (skipped)"),
        Branch::Rule(index) => format!("{part} (rule {})", index + 1),
        Branch::Otherwise => format!("{part} (otherwise)"),
        Branch::Recovered => format!("{part} (failed, went on)"),
        Branch::Failed => format!("{part} (failed)"),
    }
}
