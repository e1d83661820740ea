//! Texts are not put in order as if they were numbers or dates.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::check::Context;
use crate::connect::Column;
use crate::diag::Diagnostic;
use crate::expr::ast::{Node, Operator};
use crate::expr::show;
use crate::spec::FieldType;

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for site in &context.sites {
        let Some(whole) = &site.node else { continue };
        context.look_through(whole, &mut |node, item| {
            let Node::Binary(
                Operator::Less | Operator::AtMost | Operator::Greater | Operator::AtLeast,
                left,
                right,
            ) = node
            else {
                return;
            };
            for (one, other) in [(left, right), (right, left)] {
                let Some((column, FieldType::Text)) = context.pinned(site, one, item) else {
                    continue;
                };
                let is_text = match &**other {
                    Node::Literal(value) => value.as_str().is_some_and(begins_with_digit),
                    other => matches!(
                        context.pinned(site, other, item),
                        Some((_, FieldType::Text))
                    ),
                };
                let Some(example) = example(column, other).filter(|_| is_text) else {
                    continue;
                };
                let (name, plain) = (show(one), column.field);
                let help = match plain {
                    FieldType::Text => format!(
                        "number({name}) reads the number in it, parse_date({name}, format) the date; then compare with a number or date."
                    ),
                    other => format!("Pin it as {other} under `fields`, and compare with a value of that kind."),
                };
                let mut finding = Diagnostic::warning(
                    "text-order",
                    &site.at,
                    format!("This compares texts by their letters: '{example}' of `{name}` is no number here, and '9' comes after '10'"),
                )
                .excerpt(show(node))
                .help(help);
                finding.part.clone_from(&site.part);
                findings.push(finding);
                return;
            }
        });
    }
}

/// Returns a value that begins with a digit, if all that are known do.
fn example(column: &Column, constant: &Node) -> Option<String> {
    let as_text = |value: &Json| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    let texts: Vec<String> = column.examples.iter().map(as_text).collect();
    let mut forms: BTreeSet<String> = texts.iter().map(|text| form(text)).collect();
    if let Node::Literal(value) = constant {
        forms.extend(value.as_str().map(form));
    }
    // `09:30` and `2026-11` are in order as texts too.
    let in_order =
        |form: &String| form.starts_with("9999") || form.chars().all(|c| matches!(c, '9' | ':'));
    let is_in_order = forms.len() == 1 && forms.iter().all(in_order);
    let all = !is_in_order && texts.iter().all(|text| begins_with_digit(text));
    texts.into_iter().next().filter(|_| all)
}

/// Returns a text with each digit as 9.
fn form(text: &str) -> String {
    let digit = |c: char| if c.is_ascii_digit() { '9' } else { c };
    text.chars().map(digit).collect()
}

fn begins_with_digit(text: &str) -> bool {
    let text = text.trim_start_matches(['-', '+', '$', '€', '£', ' ']);
    text.starts_with(|c: char| c.is_ascii_digit())
}
