//! Fields that are empty in every case: of the result, and of tools' answers that rules use.

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use super::{FEW, Heard, is_empty};
use crate::check::Checked;
use crate::engine::Status;
use crate::rehearse::CaseReport;

/// Returns the fields that are always empty, in sentences.
pub(super) fn empty(checked: &Checked, heard: &[Heard], cases: &[CaseReport]) -> Vec<String> {
    let done: Vec<&CaseReport> = cases
        .iter()
        .filter(|case| matches!(case.outcome.status, Status::Done))
        .collect();
    let mut told = Vec::new();
    if done.len() >= FEW {
        let workflow = checked.workflow();
        let never = |field: &&String| {
            done.iter()
                .all(|case| case.outcome.result.get(*field).is_none_or(is_empty))
        };
        told.extend(workflow.result.keys().filter(never).map(|field| {
            format!(
                "`{field}` of the result is empty in all {} cases",
                done.len()
            )
        }));
    }
    let document = serde_json::to_string(&**checked.workflow()).unwrap_or_default();
    let mut answers: IndexMap<(&str, &str), Vec<&Map<String, Json>>> = IndexMap::new();
    for call in heard {
        if let Ok(Json::Object(answer)) = &call.answer {
            let key = (call.step.as_str(), call.tool.as_str());
            answers.entry(key).or_default().push(answer);
        }
    }
    for ((step, tool), answers) in answers.iter().filter(|(_, a)| a.len() >= FEW) {
        let mut names: Vec<&String> = answers.iter().flat_map(|a| a.keys()).collect();
        names.sort();
        names.dedup();
        for name in names {
            let is_used = document.contains(&format!("{step}.{name}"));
            if is_used && answers.iter().all(|a| a.get(name).is_none_or(is_empty)) {
                told.push(format!(
                    "`{name}` is empty in all {} answers of `{tool}`",
                    answers.len()
                ));
            }
        }
    }
    told
}
