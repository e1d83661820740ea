//! What the drafter does about what the checker and the dry run find.

mod refused;

pub(super) use refused::Refused;

use serde_json::{Value as Json, json};

use super::world::World;
use super::{Said, calls, does, draft, last_result, says};
use crate::model::Message;

/// The most rounds of mending.
const ROUNDS: usize = 6;

/// The most times that a workflow is written without what was refused.
const WRITES: usize = 6;

/// Goes on after a check: takes out what is wrong, leaves open what was refused, or rehearses.
/// Without a world, what was written holds changes of the user, and nothing is written anew.
pub(super) fn after_check(world: Option<&World>, messages: &[Message]) -> Said {
    let result = last_result(messages);
    if let Some(error) = result.get("error").and_then(Json::as_str) {
        return says(format!("The change could not be made: {error}"));
    }
    if result.get("errors").and_then(Json::as_u64) == Some(0) {
        return does("dry_run", json!({}));
    }
    let rounds = calls(messages)
        .iter()
        .filter(|c| c.name == "edit_workflow")
        .count();
    let errors: Vec<&Json> = refused::errors(&result).collect();
    let edits: Vec<Json> = errors.iter().filter_map(|finding| mend(finding)).collect();
    if !edits.is_empty() && edits.len() == errors.len() && rounds < ROUNDS {
        return does("edit_workflow", json!({"edits": in_order(edits)}));
    }
    if let Some(written) = world.and_then(|world| without_refused(world, messages)) {
        return written;
    }
    let first = errors
        .first()
        .and_then(|f| f["message"].as_str())
        .unwrap_or("the checker does not accept it");
    says(format!(
        "The drafter cannot mend this by itself: {first}. Say how it should be, or set up a model."
    ))
}

/// Writes the workflow again without the parts that were refused: their sentences stay open. Nothing if
/// that changes nothing, or if the user has asked for changes, which it would undo.
fn without_refused(world: &World, messages: &[Message]) -> Option<Said> {
    let calls = calls(messages);
    let writes: Vec<_> = calls
        .iter()
        .filter(|c| c.name == "write_workflow")
        .collect();
    let mut wishes = world.wishes.iter();
    let is_changed = wishes.any(|wish| !draft::is_change(world, wish));
    if is_changed || writes.len() >= WRITES || world.workflow.is_some() {
        return None;
    }
    let document = draft::draft(world)?.document;
    let written = json!({ "workflow": document });
    let last = serde_json::from_str::<Json>(&writes.last()?.arguments).ok()?;
    (written != last).then(|| does("write_workflow", written))
}

/// Returns edits in an order in which none moves what another is about: what is taken out last in a
/// list goes first.
fn in_order(mut edits: Vec<Json>) -> Vec<Json> {
    let place = |edit: &Json| -> (bool, Vec<(usize, String)>) {
        let parts = edit["at"].as_str().unwrap_or_default().split('/');
        let parts = parts.map(|part| (part.parse().unwrap_or_default(), part.to_owned()));
        (edit["op"] == "remove", parts.collect())
    };
    edits.sort_by_key(|edit| std::cmp::Reverse(place(edit)));
    edits.sort_by_key(|edit| edit["op"] == "remove");
    edits.dedup();
    edits
}

/// Returns an edit for a finding of which the cure is certain: a rule that never can hold goes.
fn mend(finding: &Json) -> Option<Json> {
    let at = finding["at"].as_str()?;
    match finding["code"].as_str()? {
        "unreachable-rule" => {
            Some(json!({"op": "remove", "at": at.strip_suffix("/when").unwrap_or(at)}))
        }
        "unknown-column" | "pinned-type" => {
            let kind = finding["help"]
                .as_str()?
                .strip_prefix("Pin it as ")?
                .trim_end_matches('.');
            Some(json!({"op": "set", "at": at, "value": kind}))
        }
        _ => None,
    }
}

/// Goes on after a dry run: saves, or says what failed. `asked` is what the user wanted changed.
pub(super) fn after_dry_run(
    world: Option<&World>,
    messages: &[Message],
    asked: Option<&str>,
) -> Said {
    let result = last_result(messages);
    if let Some(error) = result.get("error").and_then(Json::as_str) {
        return says(format!("The dry run could not be made: {error}"));
    }
    if result["claim"] == "failed" {
        if let Some(written) = world.and_then(|world| without_refused(world, messages)) {
            return written;
        }
        let why = result["cases"]
            .as_array()
            .into_iter()
            .flatten()
            .find_map(|c| c["failure"]["message"].as_str());
        let broken = result["tests"]["broken"][0]["name"].as_str();
        let what = why.or(broken).unwrap_or("a case failed");
        return says(format!(
            "The dry run failed: {what}. Say how it should be; nothing was saved."
        ));
    }
    // Where no row is a case, or one sentence leaves out each that was tried, it was read wrongly.
    if asked.is_none()
        && let Some(written) = world.and_then(|world| without_refused(world, messages))
    {
        return written;
    }
    let is_changed = calls(messages).iter().any(|c| c.name == "edit_workflow");
    let why = match asked {
        Some(asked) if is_changed => crate::diag::one_line(asked, 160),
        _ if is_changed => "Changed in chat".to_owned(),
        _ => "First version".to_owned(),
    };
    does("save_workflow", json!({ "why": why }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_last_in_a_list_is_taken_out_first() {
        let remove = |at: &str| json!({"op": "remove", "at": at});
        let all = vec![
            remove("/steps/1/rules/8"),
            remove("/steps/1/rules/9"),
            remove("/steps/1/rules/9"),
            json!({"op": "set", "at": "/data/a", "value": "date"}),
            remove("/steps/1/rules/10"),
        ];
        let places: Vec<String> = in_order(all)
            .iter()
            .map(|edit| edit["at"].to_string())
            .collect();
        assert_eq!(
            places,
            [
                "\"/data/a\"",
                "\"/steps/1/rules/10\"",
                "\"/steps/1/rules/9\"",
                "\"/steps/1/rules/8\""
            ]
        );
    }
}
