//! `for_each` goes through a table of the data, and a joined table says what it matches.

use crate::check::Context;
use crate::diag::{Diagnostic, did_you_mean};
use crate::spec::{FieldType, Match};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let workflow = context.workflow;
    let Some(each) = &workflow.for_each else {
        return;
    };
    match workflow.data.get(&each.over) {
        None => {
            findings.push(
                Diagnostic::error(
                    "unknown-data",
                    "/for_each/in",
                    format!("There is no data called `{}`", each.over),
                )
                .maybe_help(did_you_mean(
                    &each.over,
                    workflow.data.keys().map(String::as_str),
                )),
            );
            return;
        }
        Some(pull) if !pull.matching.is_empty() => findings.push(
            Diagnostic::error(
                "matched-cases",
                format!("{}/match", context.pointer(&each.over)),
                "The table that the cases come from cannot be matched to a case",
            )
            .help("Use `where` to choose its rows.")
            .part(&each.over),
        ),
        Some(_) => {}
    }
    for (name, pull) in workflow.data.iter().filter(|(name, _)| **name != each.over) {
        let at = context.pointer(name);
        if pull.matching.is_empty() {
            let reads_item = context.sites.iter().any(|s| {
                s.part.as_deref() == Some(name)
                    && s.reads()
                        .iter()
                        .any(|r| *r == each.name || r.starts_with(&format!("{}.", each.name)))
            });
            if !reads_item {
                findings.push(
                    Diagnostic::warning("unmatched-table", &at, format!("Every case sees all rows of `{name}`"))
                        .help(format!("If only those of the case count, add `match`, as in {{\"account_id\": \"{}.account_id\"}}.", each.name))
                        .part(name),
                );
            }
        }
        for (column, value) in &pull.matching {
            let fuzzy_number = matches!(value, Match::Like(_))
                && context
                    .table(&pull.from)
                    .and_then(|t| t.columns.get(column))
                    .is_some_and(|c| c.field != FieldType::Text);
            if fuzzy_number {
                findings.push(
                    Diagnostic::error(
                        "like-text",
                        format!("{at}/match/{column}"),
                        format!("`{column}` is not a text: only names can be alike"),
                    )
                    .help("Match it with an expression that it equals.")
                    .part(name),
                );
            }
        }
    }
}
