//! Tables and columns exist, with the types that are pinned.

use crate::check::Context;
use crate::connect::Table;
use crate::diag::{Diagnostic, Severity, did_you_mean};
use crate::spec::{FieldType, IfUnavailable, OutputKind, Pull};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for (name, pull) in &context.workflow.data {
        let at = context.pointer(name);
        match table(context, &pull.from) {
            Ok(table) => columns(name, pull, table, &at, findings),
            Err((message, help)) => {
                let mut finding = Diagnostic::error("unknown-table", format!("{at}/from"), message)
                    .maybe_help(help)
                    .part(name);
                // A source that is down today is what `if_unavailable` is for.
                if is_down(context, &pull.from)
                    && matches!(
                        pull.if_unavailable,
                        IfUnavailable::Continue(_) | IfUnavailable::LastKnown(_)
                    )
                {
                    finding.severity = Severity::Warning;
                }
                findings.push(finding);
            }
        }
    }
    for output in &context.workflow.outputs {
        let OutputKind::Update(update) = &output.kind else {
            continue;
        };
        let id = &output.common.id;
        let at = context.pointer(id);
        match table(context, &update.table) {
            Ok(table) => {
                for (part, column) in update
                    .key
                    .keys()
                    .map(|k| ("key", k))
                    .chain(update.set.keys().map(|k| ("set", k)))
                {
                    // A column that is not there yet may be one that the update is to make: only keys must exist.
                    if !table.columns.contains_key(column) {
                        findings.push(
                            unknown_column(column, table, format!("{at}/{part}/{column}")).part(id),
                        );
                    }
                }
            }
            Err((message, help)) => {
                findings.push(
                    Diagnostic::error("unknown-table", format!("{at}/in"), message)
                        .maybe_help(help)
                        .part(id),
                );
            }
        }
    }
}

/// Could the connection of a table or tool not be read at all?
pub(super) fn is_down(context: &Context<'_>, name: &str) -> bool {
    let connection = name.split('.').next().unwrap_or(name);
    let info = context.catalog.connections.get(connection);
    info.is_some_and(|info| {
        info.problem.is_some() && info.tables.is_empty() && info.tools.is_empty()
    })
}

/// Returns the table of a name, or what is wrong with the name.
fn table<'c>(context: &Context<'c>, name: &str) -> Result<&'c Table, (String, Option<String>)> {
    if let Some(table) = context.table(name) {
        return Ok(table);
    }
    let (connection, table) = name.split_once('.').unwrap_or((name, ""));
    let connections = &context.catalog.connections;
    match connections.get(connection) {
        None => Err((
            format!("There is no connection `{connection}`"),
            did_you_mean(connection, connections.keys().map(String::as_str)),
        )),
        Some(info) => match &info.problem {
            Some(problem) => Err((
                format!("The connection `{connection}` could not be read: {problem}"),
                Some("`sopwright connections try` shows what it answers.".to_owned()),
            )),
            None => Err((
                format!("`{connection}` has no table `{table}`"),
                did_you_mean(table, info.tables.keys().map(String::as_str)),
            )),
        },
    }
}

fn unknown_column(column: &str, table: &Table, at: String) -> Diagnostic {
    Diagnostic::error(
        "unknown-column",
        at,
        format!("The table has no column `{column}`"),
    )
    .maybe_help(did_you_mean(
        column,
        table.columns.keys().map(String::as_str),
    ))
}

fn columns(name: &str, pull: &Pull, table: &Table, at: &str, findings: &mut Vec<Diagnostic>) {
    for (column, pinned) in &pull.fields {
        let here = format!("{at}/fields/{column}");
        match table.columns.get(column) {
            None => findings.push(unknown_column(column, table, here).part(name)),
            Some(found) if !reads_as(found.field, *pinned) => findings.push(
                Diagnostic::error(
                    "pinned-type",
                    here,
                    format!(
                        "`{column}` is pinned as {pinned}, and the data holds {}",
                        found.field
                    ),
                )
                .help(format!("Pin it as {}.", found.field))
                .part(name),
            ),
            Some(_) => {}
        }
    }
    for column in pull.matching.keys() {
        if !table.columns.contains_key(column) {
            findings.push(unknown_column(column, table, format!("{at}/match/{column}")).part(name));
        }
    }
}

/// Can values of a type be read as the pinned one?
fn reads_as(found: FieldType, pinned: FieldType) -> bool {
    use FieldType::{Boolean, Date, Integer, Number, Object, Text, Time};
    found == pinned
        || match pinned {
            Text => true,
            Number => matches!(found, Integer),
            // 0 and 1 may stand for no and yes; an empty column says nothing yet.
            Boolean => matches!(found, Integer | Text),
            Date | Time => matches!(found, Date | Time | Text),
            Integer => matches!(found, Number | Text),
            Object => false,
            FieldType::List => false,
        }
}
