//! Changes in chat, in the words that people use for them.

use regex::Regex;
use serde_json::{Value as Json, json};

use super::condition::Reader;
use super::world::World;
use super::{Said, calls, does, draft, last_result, mend, says, when};
use crate::model::Message;

/// What the drafter says of a change that it cannot read.
pub(super) const NOT_UNDERSTOOD: &str = "The built-in drafter did not understand that change. It takes times (“every weekday at 9 in London”), thresholds (“medium should be health below 60”, “high should also need two open tickets”) and rows to leave out (“skip churned accounts”). A model understands the rest: `sopwright doctor` says how to set one up.";

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
        Some("edit_workflow" | "write_workflow") => mend::after_check(messages),
        Some("dry_run") if is_question(request) => told(request, &last_result(messages)),
        Some("dry_run") => mend::after_dry_run(messages, Some(request)),
        Some("save_workflow") if super::wish(messages, NOT_SAVED).is_some() => begin(
            world,
            &super::wish(messages, NOT_SAVED).unwrap_or_default(),
            messages,
        ),
        Some("save_workflow") => match last_result(messages).get("error").and_then(Json::as_str) {
            Some(error) => says(format!("It could not be saved: {error}")),
            None => says("Changed and saved. /diff and /show tell what it is now."),
        },
        Some(_) => says("That is as far as the built-in drafter goes."),
    }
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
    says(
        "The built-in drafter did not understand that change. It takes times (“every weekday at 9 in London”), thresholds (“medium should be health below 60”, “high should also need two open tickets”), rows to leave out (“skip churned accounts”), and new recipients. A model understands the rest: `sopwright doctor` says how to set one up.",
    )
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

/// Returns the edits that a request asks for, if it was understood.
fn edits(world: &World, request: &str, document: &Json) -> Option<Vec<Json>> {
    let item = document["for_each"]["as"]
        .as_str()
        .unwrap_or("account")
        .to_owned();
    let cases = document["for_each"]["in"]
        .as_str()
        .and_then(|name| document["data"][name]["from"].as_str());
    let table = cases.and_then(|name| world.tables.iter().find(|t| t.name == name));
    let table = match table {
        Some(table) => table,
        None => draft::cases(world)?.table,
    };
    let reader = Reader::new(
        world,
        table,
        item,
        super::statement::Forms::new(&world.statements),
    );
    level(&reader, request, document)
        .or_else(|| skip(&reader, request, document))
        .or_else(|| schedule(request, document))
}

fn schedule(request: &str, document: &Json) -> Option<Vec<Json>> {
    let when = when::read(request)?;
    let cites: Vec<usize> = document["trigger"]["sop"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Json::as_u64)
        .filter_map(|n| usize::try_from(n).ok())
        .collect();
    let mut when = when;
    // A time zone that was settled before stays, where the request names none.
    if when.assumed.iter().any(|a| a.contains("time zone"))
        && let Some(zone) = document["trigger"]["timezone"].as_str()
    {
        when.timezone = zone.to_owned();
    }
    Some(vec![
        json!({"op": "set", "at": "/trigger", "value": when.trigger(&cites)}),
    ])
}

/// Reads "medium should also need two open tickets" and "high should be health below 40".
fn level(reader: &Reader<'_>, request: &str, document: &Json) -> Option<Vec<Json>> {
    let pattern = Regex::new(r"(?i)^\W*(?:make |the )?([\w-]+)(?: risk| priority)? (?:should|must|needs?|is|means|when|if)\b(.*)$").ok()?;
    let found = pattern.captures(request.trim())?;
    let label = found.get(1)?.as_str().to_lowercase();
    let rest = found.get(2)?.as_str();
    let lower = rest.to_lowercase();
    let words = Regex::new(r"(?i)^\s*(?:also |only |now |then |be |mean |have |need |needs |require |if |when |where |be when |be if )*").ok()?;
    let condition = words.replace(rest, "").into_owned();
    let read = reader.read(&condition)?;
    let (step, rules) = document["steps"]
        .as_array()?
        .iter()
        .enumerate()
        .find_map(|(i, s)| s["rules"].as_array().map(|r| (i, r)))?;
    let of_label = rules.iter().enumerate().filter(|(_, rule)| {
        rule["then"]
            .as_object()
            .is_some_and(|then| then.values().any(|v| v.as_str() == Some(&label)))
    });
    let of_label: Vec<usize> = of_label.map(|(index, _)| index).collect();
    // Of several rules for a label, the one is meant that works with the same values.
    let shares = |index: &&usize| {
        let when = rules[**index]["when"].as_str().unwrap_or_default();
        let mut values = read.columns.iter().chain(&read.joined);
        values.any(|value| when.contains(value.rsplit('.').next().unwrap_or(value)))
    };
    let index = match of_label.as_slice() {
        [one] => *one,
        several => *several.iter().find(shares)?,
    };
    let old = rules[index]["when"].as_str()?;
    let wrap = |source: &str| {
        if source.contains(" or ") {
            format!("({source})")
        } else {
            source.to_owned()
        }
    };
    let source = if lower.contains("also") {
        format!("{} and {}", wrap(old), wrap(&read.source))
    } else {
        read.source.clone()
    };
    let mut edits = vec![
        json!({"op": "set", "at": format!("/steps/{step}/rules/{index}/when"), "value": source}),
        json!({"op": "set", "at": format!("/steps/{step}/rules/{index}/because"), "value": crate::diag::one_line(&request.replace(['{', '}'], ""), 160)}),
    ];
    edits.extend(needed(reader, &read, document));
    Some(edits)
}

fn skip(reader: &Reader<'_>, request: &str, document: &Json) -> Option<Vec<Json>> {
    let pattern = Regex::new(r"(?i)^\W*(?:please )?(?:skip|ignore|exclude|leave out|don'?t include|do not include|drop) (?:any |all |the |those |accounts? (?:with|that are|that|in)? ?|customers? (?:with|that are)? ?|tickets? (?:with|that are)? ?)*(.+)$").ok()?;
    let read = reader
        .read(pattern.captures(request.trim())?.get(1)?.as_str())
        .filter(|r| r.joined.is_empty())?;
    let name = document["for_each"]["in"].as_str()?;
    let source = read
        .clone()
        .negated()
        .source
        .replace(&format!("{}.", reader.item), "row.");
    let whole = match document["data"][name]["where"].as_str() {
        Some(old) => format!("({old}) and {source}"),
        None => source,
    };
    let mut edits = vec![json!({"op": "set", "at": format!("/data/{name}/where"), "value": whole})];
    edits.extend(needed(reader, &read, document));
    Some(edits)
}

/// Returns the edits that bring in what a condition reads: columns and other tables.
fn needed(reader: &Reader<'_>, read: &super::condition::Read, document: &Json) -> Vec<Json> {
    let mut edits = Vec::new();
    let name = document["for_each"]["in"].as_str().unwrap_or_default();
    for column in &read.columns {
        if document["data"][name]["fields"].get(column).is_none()
            && let Some(known) = reader.cases.columns.get(column)
        {
            edits.push(json!({"op": "set", "at": format!("/data/{name}/fields/{column}"), "value": known.kind}));
        }
    }
    for table in &read.joined {
        let Some(table) = reader.world.tables.iter().find(|t| t.name == *table) else {
            continue;
        };
        if document["data"].get(table.short()).is_none()
            && let Some((column, value)) = draft::join(reader.cases, table, &reader.item)
        {
            let fields: serde_json::Map<String, Json> = table
                .columns
                .iter()
                .map(|(n, c)| (n.clone(), json!(c.kind)))
                .collect();
            edits.push(json!({"op": "set", "at": format!("/data/{}", table.short()), "value": {"from": table.name, "match": {column: value}, "fields": fields}}));
        }
    }
    edits
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
