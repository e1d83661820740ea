//! A condition can hold, and can fail to.

use crate::check::spans::{Values, comparison, joined, ways};
use crate::check::{Context, Role, Site};
use crate::diag::Diagnostic;
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
            // A part that never holds leaves the rest of a condition standing.
            let is_all = site.role == Role::Condition && show(&node) == show(whole);
            if is_all {
                finding.severity = crate::diag::Severity::Error;
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
    let mut spans = Vec::new();
    for operand in &operands {
        let (same, Values::Numbers(own)) = comparison(operand)? else {
            return None;
        };
        if show(same) != show(subject) {
            return None;
        }
        spans.extend(own);
    }
    let all = joined(spans);
    let [one] = all.as_slice() else { return None };
    if one.from.is_finite() || one.to.is_finite() {
        return None;
    }
    let subject = show(subject);
    let finding = Diagnostic::warning(
        "always-true",
        &site.at,
        format!("This always holds where `{subject}` is there: it takes every number"),
    );
    Some(finding.help(format!(
        "Join them with `and` if both must hold; `{subject} is not missing` says that there is a value."
    )))
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
