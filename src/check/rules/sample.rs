//! A figure that is compared with lies within what the data holds.

use serde_json::Value as Json;

use crate::check::Context;
use crate::check::spans::{Span, Values, comparison, joined};
use crate::connect::Column;
use crate::diag::Diagnostic;
use crate::expr::ast::{Node, Operator};
use crate::expr::{as_number, show};

/// Fewer rows than this say little about what can come.
const ROWS: u64 = 20;

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for site in &context.sites {
        let Some(whole) = &site.node else { continue };
        context.look_through(whole, &mut |node, item| {
            let Some((subject, Values::Numbers(spans))) = comparison(node) else {
                return;
            };
            if guards(node) {
                return;
            }
            let column = context.column(site, subject, item);
            let rows = context.rows(site, subject, item);
            let Some((column, (least, most))) =
                column.filter(|_| rows >= Some(ROWS)).and_then(range)
            else {
                return;
            };
            let (all, asked) = (held(column, least, most), Values::Numbers(spans));
            let (what, advice) = if asked.meet(&all).is_none_or(|both| both.is_empty()) {
                (
                    "never holds",
                    "Check the unit and the number of zeros: is a share 0.2 or 20?",
                )
            } else if all.within(&asked) && column.missing == 0.0 {
                (
                    "always holds",
                    "Check the direction of the comparison, the unit and the number of zeros.",
                )
            } else {
                return;
            };
            let mut finding = Diagnostic::warning(
                "outside-sample",
                &site.at,
                format!(
                    "In the data `{}` is between {least} and {most}, so this {what}",
                    show(subject)
                ),
            )
            .excerpt(show(node))
            .help(format!("{advice} If other values can come, leave it."));
            finding.part.clone_from(&site.part);
            findings.push(finding);
        });
    }
}

/// Does it only make sure of a value: a comparison with zero, or that one number is not there?
fn guards(node: &Node) -> bool {
    let Node::Binary(operator, left, right) = node else {
        return true;
    };
    let is_zero = |side: &Node| matches!(side, Node::Literal(v) if as_number(v) == Some(0.0));
    *operator == Operator::Unequal || is_zero(left) || is_zero(right)
}

fn range(column: &Column) -> Option<(&Column, (f64, f64))> {
    let end = |value: &Option<Json>| value.as_ref().and_then(Json::as_f64);
    Some((column, (end(&column.min)?, end(&column.max)?)))
}

/// Returns the values of a column: each where all are known, else all from least to greatest.
fn held(column: &Column, least: f64, most: f64) -> Values {
    let each: Option<Vec<Span>> = column
        .values
        .as_ref()
        .and_then(|values| values.iter().map(|v| v.as_f64().map(Span::point)).collect());
    Values::Numbers(each.map_or_else(|| vec![Span::new(least, false, most, false)], joined))
}
