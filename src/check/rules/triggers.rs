//! What starts a run is there: its path, the fields that it gives, the table that is watched.

use serde_json::{Map, Value as Json};

use crate::check::Context;
use crate::diag::{Diagnostic, did_you_mean};
use crate::spec::{DateTrigger, FieldType, Given, TriggerKind, Webhook, duration};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    match &context.workflow.trigger.kind {
        TriggerKind::Manual(manual) => given("inputs", &manual.inputs, findings),
        TriggerKind::Schedule(_) => {}
        TriggerKind::Webhook(hook) => {
            given("event", &hook.event, findings);
            path(context, hook, findings);
            event_id(hook, findings);
        }
        TriggerKind::Date(date) => {
            if watched(context, &date.over, findings) {
                date_field(context, date, findings);
            }
        }
        TriggerKind::NewRecords(new) => {
            watched(context, &new.over, findings);
            if duration(&new.every).is_none_or(|every| every.is_zero()) {
                findings.push(
                    Diagnostic::error("every", "/trigger/every", "It cannot look that often")
                        .excerpt(&new.every)
                        .help("Write how often it looks, as in 5m or 1h."),
                );
            }
        }
    }
}

/// Is each field that a run is given described by a JSON Schema?
fn given(part: &str, fields: &Map<String, Json>, findings: &mut Vec<Diagnostic>) {
    if let Err((name, why)) = Given::of(fields) {
        findings.push(
            Diagnostic::error(
                "trigger-field",
                format!("/trigger/{part}/{name}"),
                format!("`{name}` is not described by a JSON Schema: {why}"),
            )
            .help("Write it as in {\"type\": \"string\"}."),
        );
    }
}

/// Can the path be asked for, and is it no other's?
fn path(context: &Context<'_>, hook: &Webhook, findings: &mut Vec<Diagnostic>) {
    let Some(path) = &hook.path else {
        return;
    };
    let rest = path.strip_prefix(Webhook::ROOT).unwrap_or_default();
    let is_plain = |part: &str| {
        !part.trim_matches('.').is_empty()
            && part
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
    };
    if !rest.split('/').all(is_plain) {
        let last = path.rsplit('/').find(|part| is_plain(part));
        let name = last.unwrap_or(&context.workflow.name);
        findings.push(
            Diagnostic::error(
                "webhook-path",
                "/trigger/path",
                "Events come to paths that begin with /hooks/, of letters, digits, - and _",
            )
            .excerpt(path)
            .help(format!("Write {}{name}, or leave it out.", Webhook::ROOT)),
        );
    }
}

/// Does the field that tells events apart come with each event?
fn event_id(hook: &Webhook, findings: &mut Vec<Diagnostic>) {
    let Some(field) = &hook.event_id else {
        return;
    };
    if !hook.event.contains_key(field) {
        let help = did_you_mean(field, hook.event.keys().map(String::as_str));
        findings.push(
            Diagnostic::error(
                "event-id",
                "/trigger/event_id",
                format!("The event has no field `{field}` that could tell events apart"),
            )
            .help(help.unwrap_or_else(|| {
                format!("Describe it under `event`, as in \"{field}\": {{\"type\": \"string\"}}.")
            })),
        );
    }
}

/// Is the table that is watched the one that cases come from? True if its columns can be looked at.
fn watched(context: &Context<'_>, over: &str, findings: &mut Vec<Diagnostic>) -> bool {
    let workflow = context.workflow;
    let known = workflow.data.get(over);
    if known.is_none() {
        findings.push(
            Diagnostic::error(
                "unknown-data",
                "/trigger/in",
                format!("There is no data called `{over}`"),
            )
            .maybe_help(did_you_mean(over, workflow.data.keys().map(String::as_str))),
        );
    } else if workflow.for_each.as_ref().is_none_or(|e| e.over != over) {
        findings.push(
            Diagnostic::error(
                "watched-table",
                "/trigger/in",
                format!("The cases of a run are the rows of `{over}` that started it, and `for_each` does not go through them"),
            )
            .help(format!("Write \"in\": \"{over}\" under `for_each`, with the `key` that tells its rows apart.")),
        );
    }
    if known.is_some_and(|pull| pull.limit.is_some()) {
        findings.push(
            Diagnostic::error(
                "watched-table",
                format!("{}/limit", context.pointer(over)),
                format!("All rows of `{over}` are watched: a limit would hide some"),
            )
            .help("Take `limit` out; `where` chooses rows.")
            .part(over),
        );
    }
    known.is_some()
}

/// Is the field that comes near a date?
fn date_field(context: &Context<'_>, date: &DateTrigger, findings: &mut Vec<Diagnostic>) {
    let Some(pull) = context.workflow.data.get(&date.over) else {
        return;
    };
    let field = &date.field;
    let table = context.table(&pull.from);
    let pinned = pull.fields.get(field).copied();
    let found = table.and_then(|table| table.columns.get(field));
    let is_date = |kind| matches!(kind, FieldType::Date | FieldType::Time);
    match pinned {
        Some(kind) if is_date(kind) => {}
        Some(kind) => findings.push(no_date(field, kind)),
        None if !pull.fields.is_empty() => findings.push(
            Diagnostic::error(
                "date-field",
                "/trigger/field",
                format!("`{field}` is not among the fields of `{}`", date.over),
            )
            .help(format!("Add \"{field}\": \"date\" under its `fields`.")),
        ),
        None => match (found, table) {
            (Some(column), _) if is_date(column.field) => {}
            (Some(column), _) => findings.push(no_date(field, column.field)),
            (None, Some(table)) => findings.push(
                Diagnostic::error(
                    "unknown-column",
                    "/trigger/field",
                    format!("The table has no column `{field}`"),
                )
                .maybe_help(did_you_mean(
                    field,
                    table.columns.keys().map(String::as_str),
                )),
            ),
            // That the table is not there is said where it is named.
            (None, None) => {}
        },
    }
}

fn no_date(field: &str, kind: FieldType) -> Diagnostic {
    Diagnostic::error(
        "date-field",
        "/trigger/field",
        format!("`{field}` holds no dates but {kind}"),
    )
    .help("Name a field that is pinned as `date`.")
}
