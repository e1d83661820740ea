//! The result has the fields that the SOP's own output section names.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::check::Context;
use crate::diag::{Diagnostic, one_line};
use crate::sop::Statement;

/// Words of a heading under which an SOP says what comes out.
const HEADINGS: [&str; 6] = [
    "output", "outputs", "result", "results", "returns", "return",
];

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let workflow = context.workflow;
    if workflow.result.is_empty() {
        return;
    }
    let written = written(context);
    let mut seen = BTreeSet::new();
    for statement in context
        .sop
        .statements
        .iter()
        .filter(|s| says_what_comes_out(s))
    {
        let text = without_values(&statement.text);
        for name in names(&text) {
            let is_there = workflow.result.contains_key(name)
                || written.contains(name)
                || is_column(context, name)
                || is_read(context, name)
                || is_value(context.document, name);
            if is_there || !seen.insert(name.to_owned()) {
                continue;
            }
            findings.push(
                Diagnostic::warning(
                    "result-lacks",
                    "/result",
                    format!("Statement {} names `{name}` as what comes out, and no field of the result is called so", statement.number),
                )
                .excerpt(one_line(&statement.text, 110))
                .help(format!("Add it to `result`, as in {{\"{name}\": \"{{{{ … }}}}\"}}, or give the field that means it this name.")),
            );
        }
    }
}

fn says_what_comes_out(statement: &Statement) -> bool {
    let heading = statement
        .section
        .as_deref()
        .unwrap_or_default()
        .to_lowercase();
    let text = statement.text.to_lowercase();
    heading
        .split(|c: char| !c.is_alphanumeric())
        .any(|word| HEADINGS.contains(&word))
        || ["return ", "output:", "outputs:", "result:", "respond with "]
            .iter()
            .any(|start| text.starts_with(start))
}

/// Returns a text without the lists in brackets, which are of values: `status (in_stock, low_stock)`.
fn without_values(text: &str) -> String {
    let mut left = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('(') {
        let (inside, after) = behind.split_once(')').unwrap_or((behind, ""));
        left += before;
        if !inside.contains(',') {
            left += inside;
        }
        left.push(' ');
        rest = after;
    }
    left + rest
}

/// Returns the names that can only be meant as fields: `in_this_form`, or in backticks. A name in
/// angle brackets is a tag that encloses what comes out.
fn names(text: &str) -> Vec<&str> {
    let is_name = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_lowercase())
            && !word.ends_with('_')
            && word
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    let quoted = text
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|word| is_name(word));
    let bare = text
        .split(|c: char| !(c.is_alphanumeric() || "_-./@#<>".contains(c)))
        .map(|word| word.trim_end_matches('.'))
        .filter(|word| word.contains('_') && is_name(word));
    quoted.chain(bare).collect()
}

/// Returns the names that outputs and stopped cases give: columns, fields that are set, arguments.
fn written(context: &Context<'_>) -> BTreeSet<String> {
    let places = [
        "/columns/",
        "/set/",
        "/with/",
        "/result/",
        "/stop/",
        "/returns/",
    ];
    let mut written = BTreeSet::new();
    for site in &context.sites {
        for place in places {
            if let Some((_, name)) = site.at.split_once(place) {
                let name = name.split('/').next().unwrap_or(name);
                written.insert(name.to_lowercase());
            }
        }
    }
    written
}

/// Is it a column that a case has anyway?
fn is_column(context: &Context<'_>, name: &str) -> bool {
    context.workflow.data.values().any(|pull| {
        context
            .table(&pull.from)
            .is_some_and(|table| table.columns.contains_key(name))
    })
}

/// Is it a field that the workflow reads, as of a tool's answer?
fn is_read(context: &Context<'_>, name: &str) -> bool {
    let mut reads = context.sites.iter().flat_map(|site| site.reads());
    reads.any(|read| {
        let field = read.rsplit('.').next();
        let own = read.split('.').next().unwrap_or_default();
        // What a step works out is not yet given.
        field == Some(name)
            && context
                .workflow
                .step(own)
                .is_none_or(|s| s.kind.asks_outside())
    })
}

/// Is it a value that the workflow gives or compares with, rather than a field?
fn is_value(document: &Json, name: &str) -> bool {
    match document {
        Json::String(text) => {
            text == name
                || ['\'', '"']
                    .iter()
                    .any(|quote| text.contains(&format!("{quote}{name}{quote}")))
        }
        Json::Array(items) => items.iter().any(|item| is_value(item, name)),
        Json::Object(fields) => fields.values().any(|value| is_value(value, name)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_are_fields() {
        assert_eq!(
            names("Return `decision` and risk_score, not the #sales_ops mail a_b@c.example."),
            ["decision", "risk_score"]
        );
        assert!(names("Write a brief and set the risk level").is_empty());
    }
}
