//! Changes in chat, in the words that people use for them.

mod edits;
mod outputs;
mod rules;
mod times;

use serde_json::{Value as Json, json};

use super::world::World;
use super::{Said, calls, does, draft, last_result, mend, says};
use crate::model::Message;
use edits::edits;

/// What the drafter says of a change that it cannot read.
pub(super) const NOT_UNDERSTOOD: &str = "The built-in drafter did not understand that change. It takes times (“every weekday at 9 in London”, “at 7:30 instead”), thresholds (“medium should be health below 60”, “high should also need two open tickets”), exceptions (“enterprise accounts never go below medium”), rows to leave out (“skip churned accounts”), and what comes out (“only email high accounts”, “send the email to lena@ours.example”, “stop the message”). A model understands the rest: `sopwright doctor` says how to set one up.";

/// How the refusal of a save begins, with what the user wants instead behind it.
pub(super) const NOT_SAVED: &str = "The user does not want to save it yet: ";

/// Returns the document with a change made, if it was understood.
pub(super) fn made(world: &World, request: &str, document: &Json) -> Option<Json> {
    let edits: Vec<crate::spec::Edit> =
        serde_json::from_value(Json::Array(edits(world, request, document)?)).ok()?;
    crate::spec::apply(document, &edits).ok()
}

/// Answers a request that came after the opening.
pub(super) fn answer(world: &World, request: &str, messages: &[Message]) -> Said {
    let since = messages
        .iter()
        .rposition(|m| matches!(m, Message::User { .. }))
        .unwrap_or(0);
    let after = &messages[since..];
    match calls(after).last().map(|c| c.name.as_str()) {
        None => begin(world, request, messages),
        Some("inspect") => begin(world, request, messages),
        Some("edit_workflow" | "write_workflow") => mend::after_check(None, messages),
        Some("dry_run") if is_question(request) => told(request, &last_result(messages)),
        Some("dry_run") => mend::after_dry_run(None, messages, Some(request)),
        Some("save_workflow") if let Some(wish) = super::wish(messages, NOT_SAVED) => {
            not_saved(world, &wish, messages)
        }
        Some("save_workflow") => match last_result(messages).get("error").and_then(Json::as_str) {
            Some(error) => says(format!("It could not be saved: {error}")),
            None => says("Changed and saved."),
        },
        Some(_) => says("That is as far as the built-in drafter goes."),
    }
}

/// Answers what the user said instead of having it saved.
pub(super) fn not_saved(world: &World, wish: &str, messages: &[Message]) -> Said {
    if crate::builder::is_no(wish) {
        return says("It is not saved. Say what should be different, or take it back with /undo.");
    }
    begin(world, wish, messages)
}

fn is_question(request: &str) -> bool {
    let lower = request.to_lowercase();
    lower.starts_with("what happened")
        || lower.starts_with("why")
        || lower.starts_with("what about")
}

pub(super) fn begin(world: &World, request: &str, messages: &[Message]) -> Said {
    let lower = request.to_lowercase();
    if world.tables.is_empty() && !world.overview.is_empty() && calls(messages).is_empty() {
        let tables: Vec<&String> = world
            .overview
            .iter()
            .map(|(name, _)| name)
            .take(super::TABLES)
            .collect();
        return does("inspect", json!({ "of": tables }));
    }
    if is_question(request) {
        return does("dry_run", json!({"cases": 40}));
    }
    if matches!(
        lower.trim_end_matches(['.', '!']),
        "build it" | "go" | "go on" | "yes" | "ok"
    ) {
        return match draft::draft(world) {
            Some(drafted) if current(world, messages).is_none() => {
                does("write_workflow", json!({"workflow": drafted.document}))
            }
            _ => does("dry_run", json!({})),
        };
    }
    if lower.contains("undo") {
        return says("Type /undo to take the last change back.");
    }
    let Some(document) = current(world, messages) else {
        return says("There is no workflow yet to change.");
    };
    if let Some(edits) = edits(world, request, &document) {
        return does("edit_workflow", json!({ "edits": edits }));
    }
    says(NOT_UNDERSTOOD)
}

/// Returns the workflow as it is, from what was written and what was edited since.
fn current(world: &World, messages: &[Message]) -> Option<Json> {
    let mut versions: Vec<Json> = world.workflow.iter().cloned().collect();
    let mut refused: std::collections::HashSet<&str> = std::collections::HashSet::new();
    for message in messages {
        if let Message::ToolResults { results } = message {
            let errors = results.iter().filter(|r| r.is_error);
            refused.extend(errors.map(|r| r.call_id.as_str()));
        }
    }
    for message in messages {
        match message {
            Message::User { text } => {
                for told in text.split_inclusive(crate::builder::NEXT) {
                    if told.ends_with(crate::builder::UNDONE) {
                        versions.pop();
                    } else if let Some((_, now)) = told.split_once(crate::builder::WENT_BACK) {
                        versions.extend(super::world::workflow_in(now));
                    }
                }
            }
            Message::Assistant { calls, .. } => {
                let made = calls.iter().filter(|c| !refused.contains(c.id.as_str()));
                for call in made {
                    let next = changed_by(call, versions.last());
                    versions.extend(next);
                }
            }
            Message::ToolResults { .. } => {}
        }
    }
    versions.pop()
}

/// Returns the document as a call makes it, if it changes it.
fn changed_by(call: &crate::model::ToolCall, document: Option<&Json>) -> Option<Json> {
    let arguments: Json = serde_json::from_str(&call.arguments).ok()?;
    match call.name.as_str() {
        "write_workflow" => arguments.get("workflow").cloned(),
        "edit_workflow" => {
            let edits: Vec<crate::spec::Edit> =
                serde_json::from_value(arguments.get("edits")?.clone()).ok()?;
            crate::spec::apply(document?, &edits).ok()
        }
        _ => None,
    }
}

/// Tells of the case that a question names.
fn told(request: &str, report: &Json) -> Said {
    let lower = request.to_lowercase();
    let cases = report["cases"].as_array().cloned().unwrap_or_default();
    let named = cases.iter().find(|case| {
        let key = case["case"].as_str().unwrap_or_default().to_lowercase();
        let text = case.to_string().to_lowercase();
        let subject = lower
            .rsplit(" to ")
            .next()
            .unwrap_or_default()
            .trim_end_matches(['?', '.', '!'])
            .trim()
            .to_owned();
        lower.contains(&key) || (subject.len() > 2 && text.contains(&subject))
    });
    match named {
        Some(case) => {
            let because: Vec<&str> = case["because"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Json::as_str)
                .collect();
            let why = if because.is_empty() {
                case["stopped_at"]
                    .as_str()
                    .unwrap_or("nothing was decided")
                    .to_owned()
            } else {
                because.join("; ")
            };
            says(format!(
                "{}: {}\nWhy: {why}",
                case["case"].as_str().unwrap_or_default(),
                case["result"]
            ))
        }
        None => says(
            "That case is not among the sample rows of the dry run. `sopwright run NAME --case KEY` runs it.",
        ),
    }
}
