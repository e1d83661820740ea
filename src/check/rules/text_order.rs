//! Texts are not put in order as if they were numbers or dates.

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
                let Some(example) = example(column).filter(|_| is_text) else {
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
fn example(column: &Column) -> Option<String> {
    let texts: Vec<String> = column
        .examples
        .iter()
        .map(|value| {
            value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned)
        })
        .collect();
    // Days and moments as this tool writes them are in order as texts too.
    let is_day = |text: &String| {
        text.get(..10)
            .is_some_and(|d| d.parse::<jiff::civil::Date>().is_ok())
    };
    let all = texts.iter().all(|text| begins_with_digit(text)) && !texts.iter().all(is_day);
    texts.into_iter().next().filter(|_| all)
}

fn begins_with_digit(text: &str) -> bool {
    let text = text.trim_start_matches(['-', '+', '$', '€', '£', ' ']);
    text.starts_with(|c: char| c.is_ascii_digit())
}
