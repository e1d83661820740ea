//! A comparison does not turn a missing value into an answer.

use crate::check::{Context, Site};
use crate::connect::Column;
use crate::diag::Diagnostic;
use crate::expr::ast::{Node, Operator};
use crate::expr::{is_missing, show};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for site in &context.sites {
        let Some(whole) = &site.node else { continue };
        context.look_through(whole, &mut |node, item| {
            let Some(turned) = turned(node) else { return };
            let Some(column) = context.column(site, turned.subject, item) else {
                return;
            };
            let subject = show(turned.subject);
            if column.missing == 0.0 || is_asked(context, site, &subject) || is_asked_of(whole, &subject) {
                return;
            }
            let share = share(column);
            let (message, help) = if turned.negated {
                let positive = show(turned.comparison);
                (
                    format!("Where `{subject}` is missing ({share}), this holds, as if `{positive}` were known to be false"),
                    format!("Write `{subject} is not missing and …` if such rows should not count, `{subject} is missing or …` if they should."),
                )
            } else {
                let other = show(turned.constant);
                (
                    format!("Where `{subject}` is missing ({share}), this does not hold, as if it were {other}"),
                    format!("Write `{0} or {subject} is missing` if such rows should count, `{subject} is not missing and {0}` if not.", show(node)),
                )
            };
            let mut finding = Diagnostic::warning("missing-flips", &site.at, message)
                .excerpt(show(node))
                .help(help);
            finding.part.clone_from(&site.part);
            if !findings.contains(&finding) {
                findings.push(finding);
            }
        });
    }
}

/// A comparison that answers the wrong way round where its subject is missing.
struct Turned<'n> {
    subject: &'n Node,
    constant: &'n Node,
    comparison: &'n Node,
    negated: bool,
}

fn turned(node: &Node) -> Option<Turned<'_>> {
    let (comparison, negated) = match node {
        Node::Not(inner) => (&**inner, true),
        other => (other, false),
    };
    let Node::Binary(operator, subject, constant) = comparison else {
        return None;
    };
    let wanted = match operator {
        Operator::Less | Operator::AtMost | Operator::Greater | Operator::AtLeast => negated,
        Operator::Unequal => !negated,
        // Of `not (x == 'a')` and `x not in […]` people expect that a missing value passes.
        _ => false,
    };
    let literal = matches!(&**constant, Node::Literal(value) if !is_missing(value));
    (wanted && literal).then_some(Turned {
        subject,
        constant,
        comparison,
        negated,
    })
}

/// Does an expression of the workflow ask whether it is missing? Of `row.x` and `item.x`, one of
/// the same part.
fn is_asked(context: &Context<'_>, site: &Site, subject: &str) -> bool {
    let local = subject.starts_with("row.") || subject.starts_with("item.");
    context
        .sites
        .iter()
        .filter(|other| !local || other.part == site.part)
        .any(|other| {
            ["is missing", "is not missing", "is none", "is not none"]
                .iter()
                .any(|asked| other.source.contains(&format!("{subject} {asked}")))
        })
}

/// Is it a condition of its own beside the comparison, as in `x and x != 'a'`?
fn is_asked_of(node: &Node, subject: &str) -> bool {
    let is_beside = match node {
        Node::Binary(Operator::And | Operator::Or, left, right) => {
            show(left) == subject || show(right) == subject
        }
        _ => false,
    };
    is_beside
        || node
            .children()
            .into_iter()
            .any(|child| is_asked_of(child, subject))
}

/// Returns the share of rows without a value, in words.
fn share(column: &Column) -> String {
    match column.missing * 100.0 {
        percent if percent < 1.0 => "less than 1% of the rows".to_owned(),
        percent => format!("{percent:.0}% of the rows"),
    }
}
