//! What a dry run shows beyond the outcomes: how tools refuse, whether they answer as they are
//! asked, which fields are always empty, which figures lie outside what the SOP states.

mod fields;
mod probe;
mod scale;

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use super::CaseReport;
use super::world::DryWorld;
use crate::check::Checked;
use crate::engine::Failure;
use crate::sop::Sop;
use crate::spec::StepKind;

pub use probe::Probes;

/// A tool call of a shown case, and what came of it.
#[derive(Debug, Clone)]
pub(super) struct Heard {
    /// The step that made it.
    pub(super) step: String,
    /// `connection.tool`.
    pub(super) tool: String,
    /// What it was asked.
    pub(super) arguments: Map<String, Json>,
    /// What it answered.
    pub(super) answer: Result<Json, Failure>,
}

/// The fewest cases from which “always” is said.
const FEW: usize = 3;

/// Returns what the shown cases have made plain, in sentences.
pub(super) async fn gather(
    checked: &Checked,
    sop: Option<&Sop>,
    world: &DryWorld<'_>,
    cases: &[CaseReport],
    probes: &Probes,
) -> Vec<String> {
    let heard = heard(checked, world);
    let mut told = refusals(&heard);
    told.extend(probes.of(&heard, world).await);
    told.extend(fields::empty(checked, &heard, cases));
    if let Some(sop) = sop {
        told.extend(scale::outside(checked, sop, cases));
    }
    told
}

/// Returns the tool calls of the shown cases.
fn heard(checked: &Checked, world: &DryWorld<'_>) -> Vec<Heard> {
    let steps = checked.workflow().all_steps();
    let tool = |step: &str| match steps.iter().find(|s| s.common.id == step).map(|s| &s.kind) {
        Some(StepKind::Call(call)) => Some(call.tool.clone()),
        _ => None,
    };
    world
        .heard_in_all()
        .into_iter()
        .filter_map(|(step, asked, answer)| {
            let Json::Object(arguments) = asked else {
                return None;
            };
            Some(Heard {
                tool: tool(&step)?,
                step,
                arguments,
                answer,
            })
        })
        .collect()
}

/// Returns how often each tool refused, by code, with what it was asked.
fn refusals(heard: &[Heard]) -> Vec<String> {
    let mut codes: IndexMap<(&str, &str), Vec<&Heard>> = IndexMap::new();
    for call in heard {
        if let Err(failure) = &call.answer {
            let key = (call.tool.as_str(), failure.code.as_str());
            codes.entry(key).or_default().push(call);
        }
    }
    codes
        .into_iter()
        .map(|((tool, code), calls)| {
            let all = heard.iter().filter(|c| c.tool == tool).count();
            let example = calls.first().map_or(String::new(), |c| shown(&c.arguments));
            format!(
                "`{tool}` refused {} of {all} calls with `{code}`, as for {example}",
                calls.len()
            )
        })
        .collect()
}

/// Returns arguments in short.
fn shown(arguments: &Map<String, Json>) -> String {
    let pairs: Vec<String> = arguments
        .iter()
        .map(|(name, value)| format!("{name} = {}", super::shown_value(value)))
        .collect();
    crate::diag::one_line(&pairs.join(", "), 120)
}

/// Is a value nothing that anyone can use?
fn is_empty(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::String(text) => text.trim().is_empty(),
        Json::Array(items) => items.is_empty(),
        Json::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
