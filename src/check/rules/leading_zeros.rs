//! Codes with leading zeros are compared as they are written.

use serde_json::Value as Json;

use crate::check::Context;
use crate::connect::Column;
use crate::diag::Diagnostic;
use crate::expr::ast::{Node, Operator};
use crate::expr::{Condition, show};
use crate::spec::{FieldType, Match};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for site in &context.sites {
        let Some(whole) = &site.node else { continue };
        context.look_through(whole, &mut |node, item| {
            let Node::Binary(Operator::Equal | Operator::Unequal | Operator::In, left, right) =
                node
            else {
                return;
            };
            for (subject, other) in [(left, right), (right, left)] {
                let Some(code) = context.column(site, subject, item).and_then(padded) else {
                    continue;
                };
                let constants: Vec<&Node> = match &**other {
                    Node::List(items) => items.iter().collect(),
                    one => vec![one],
                };
                let bare = constants.into_iter().find_map(|constant| match constant {
                    Node::Literal(value) => value.as_str().filter(|text| is_bare(text, code)),
                    _ => None,
                });
                if let Some(bare) = bare {
                    let mut finding = Diagnostic::warning(
                        "leading-zeros",
                        &site.at,
                        format!(
                            "`{}` is written with leading zeros, as '{code}', and '{bare}' is not",
                            show(subject)
                        ),
                    )
                    .excerpt(show(node))
                    .help(format!("Write '{bare:0>width$}'.", width = code.len()));
                    finding.part.clone_from(&site.part);
                    findings.push(finding);
                }
            }
        });
    }
    matched(context, findings);
}

/// Reports tables that are joined by codes of which one side lost its zeros.
fn matched(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for (name, pull) in &context.workflow.data {
        let Some(table) = context.table(&pull.from) else {
            continue;
        };
        for (column, value) in &pull.matching {
            let at = format!("{}/match/{column}", context.pointer(name));
            let (Match::Equals(expr), Some(site)) =
                (value, context.sites.iter().find(|s| s.at == at))
            else {
                continue;
            };
            let Ok(read) = Condition::compile(expr.as_str()) else {
                continue;
            };
            let (Some(own), Some(theirs)) = (
                table.columns.get(column),
                context.column(site, read.node(), None),
            ) else {
                continue;
            };
            let is_number = |c: &Column| c.field == FieldType::Integer;
            let (code, bare) = match (padded(own), padded(theirs)) {
                (Some(code), None) if is_number(theirs) => (code, expr.as_str()),
                (None, Some(code)) if is_number(own) => (code, column.as_str()),
                _ => continue,
            };
            findings.push(
                Diagnostic::warning(
                    "leading-zeros",
                    at,
                    format!("One side is written with leading zeros, as '{code}', and `{bare}` is a number without them: no row is found"),
                )
                .excerpt(expr.as_str())
                .help("Match a column that is written the same way, or have the source keep its zeros.")
                .part(name),
            );
        }
    }
}

/// Returns a value with a leading zero, where all that are known are digits of one length.
fn padded(column: &Column) -> Option<&str> {
    let texts: Vec<&str> = column.examples.iter().filter_map(Json::as_str).collect();
    let is_code = |text: &&str| {
        text.len() > 1 && text.len() == texts[0].len() && text.bytes().all(|b| b.is_ascii_digit())
    };
    let all = column.field == FieldType::Text
        && texts.len() == column.examples.len()
        && texts.iter().all(is_code);
    texts
        .iter()
        .copied()
        .find(|text| all && text.starts_with('0'))
}

/// Is it a number without the zeros that the codes have?
fn is_bare(text: &str, code: &str) -> bool {
    !text.is_empty()
        && text.len() < code.len()
        && !text.starts_with('0')
        && text.bytes().all(|b| b.is_ascii_digit())
}
