//! A condition can hold, and can fail to.

use std::collections::BTreeSet;

use crate::check::spans::{Span, Values, comparison, joined, ways};
use crate::check::{Context, Role, Site};
use crate::diag::{Diagnostic, Severity};
use crate::expr::ast::{Node, Operator};
use crate::expr::show;

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for site in &context.sites {
        let Some(whole) = &site.node else { continue };
        let mut found = Vec::new();
        context.look_through(whole, &mut |node, _| {
            let Node::Binary(operator @ (Operator::And | Operator::Or), ..) = node else {
                return;
            };
            // What lies within a part that was reported says the same again.
            let is_within = found
                .iter()
                .any(|(outer, _): &(Node, _)| holds(outer, node));
            let finding = match operator {
                Operator::And => never(site, node),
                _ => always(site, node),
            };
            if let Some(finding) = finding.filter(|_| !is_within) {
                found.push((node.clone(), finding));
            }
        });
        for (node, mut finding) in found {
            // A part that never holds leaves the rest of a condition standing, and that a number
            // is above or below another may be meant to say that there is one.
            let is_all = site.role == Role::Condition && show(&node) == show(whole);
            if is_all && !takes_every_number(&node) {
                finding.severity = Severity::Error;
            }
            finding.part.clone_from(&site.part);
            findings.push(finding.excerpt(show(&node)));
        }
    }
}

/// Is a node one of the parts of another?
fn holds(outer: &Node, node: &Node) -> bool {
    outer
        .children()
        .into_iter()
        .any(|child| std::ptr::eq(child, node) || show(child) == show(node) || holds(child, node))
}

fn never(site: &Site, node: &Node) -> Option<Diagnostic> {
    let mut operands = Vec::new();
    flatten(node, Operator::And, &mut operands);
    let is_constant = operands.iter().any(|n| matches!(n, Node::Literal(_)));
    if is_constant || !ways(node)?.is_empty() {
        return None;
    }
    let finding = Diagnostic::warning(
        "never-true",
        &site.at,
        "This never holds: its parts exclude each other",
    );
    Some(finding.help("Join them with `or` if one is enough, or mend the values."))
}

fn always(site: &Site, node: &Node) -> Option<Diagnostic> {
    let mut operands = Vec::new();
    flatten(node, Operator::Or, &mut operands);
    for (place, one) in operands.iter().enumerate() {
        for other in &operands[..place] {
            let (Some((subject, excluded)), Some((same, other_excluded))) =
                (unequal(one), unequal(other))
            else {
                continue;
            };
            if show(subject) == show(same) && excluded != other_excluded {
                let subject = show(subject);
                let finding = Diagnostic::warning(
                    "always-true",
                    &site.at,
                    format!(
                        "This always holds where `{subject}` is there: no value is both {other_excluded} and {excluded}"
                    ),
                );
                return Some(finding.help(format!(
                    "Join them with `and`, or write `{subject} not in [{other_excluded}, {excluded}]`."
                )));
            }
        }
    }
    let (subject, _) = comparison(operands[0])?;
    let subject = takes_every_number(node).then(|| show(subject))?;
    let finding = Diagnostic::warning(
        "always-true",
        &site.at,
        format!("This always holds where `{subject}` is there: it takes every number"),
    );
    Some(finding.help(format!(
        "Join them with `and` if both must hold; `{subject} is not missing` says that there is a value."
    )))
}

/// Do comparisons of one figure, joined by `or`, take every number? Not where a `!=` does so.
fn takes_every_number(node: &Node) -> bool {
    let mut operands = Vec::new();
    flatten(node, Operator::Or, &mut operands);
    let mut figures = BTreeSet::new();
    let mut spans = Vec::new();
    for operand in &operands {
        match comparison(operand) {
            Some((figure, Values::Numbers(own))) if unequal(operand).is_none() => {
                figures.insert(show(figure));
                spans.extend(own);
            }
            _ => return false,
        }
    }
    let is_all = |span: &Span| span.from.is_infinite() && span.to.is_infinite();
    figures.len() == 1 && joined(spans).iter().any(is_all)
}

fn flatten<'n>(node: &'n Node, operator: Operator, out: &mut Vec<&'n Node>) {
    match node {
        Node::Binary(own, left, right) if *own == operator => {
            flatten(left, operator, out);
            flatten(right, operator, out);
        }
        _ => out.push(node),
    }
}

/// Returns what a `!=` with a constant asks about, and the constant as it is written.
fn unequal(node: &Node) -> Option<(&Node, String)> {
    match node {
        Node::Binary(Operator::Unequal, subject, constant) if matches!(&**constant, Node::Literal(v) if !crate::expr::is_missing(v)) => {
            Some((subject, show(constant)))
        }
        _ => None,
    }
}
