//! Every statement of the SOP is carried out or waived.

use std::collections::BTreeSet;

use crate::check::Context;
use crate::diag::{Diagnostic, one_line};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let total = context.sop.statements.len();
    let settled = settled(context);
    for unknown in settled.iter().filter(|n| **n == 0 || **n > total) {
        let part = parts(context)
            .find(|(_, sop)| sop.contains(unknown))
            .map(|(name, _)| name);
        let at = part.as_deref().map_or("/sop/waived".to_owned(), |p| {
            format!("{}/sop", context.pointer(p))
        });
        let mut finding = Diagnostic::error(
            "unknown-statement",
            at,
            format!("The SOP has no statement {unknown}: it has {total}"),
        );
        finding.part = part;
        findings.push(finding);
    }
    for number in open(context) {
        let statement = context.sop.statements.iter().find(|s| s.number == number);
        let text = statement.map_or("", |s| s.text.as_str());
        findings.push(
            Diagnostic::warning(
                "statement-open",
                "/sop",
                format!("Nothing carries out statement {number} of the SOP"),
            )
            .excerpt(one_line(text, 110))
            .help("Cite it under `sop` of the part that carries it out, or waive it: {\"statements\": [n], \"because\": \"…\"}."),
        );
    }
}

/// Returns the statements that no part carries out and nobody settled otherwise.
pub(in crate::check) fn open(context: &Context<'_>) -> Vec<usize> {
    let settled = settled(context);
    let numbers = context.sop.statements.iter().map(|s| s.number);
    numbers.filter(|number| !settled.contains(number)).collect()
}

fn settled(context: &Context<'_>) -> BTreeSet<usize> {
    let workflow = context.workflow;
    let mut settled = workflow.cited();
    settled.extend(workflow.sop.waived.iter().flat_map(|w| &w.statements));
    settled.extend(&workflow.sop.open);
    settled
}

/// Returns every part with the statements that it cites.
fn parts<'c>(context: &Context<'c>) -> impl Iterator<Item = (String, &'c Vec<usize>)> {
    let workflow = context.workflow;
    let pulls = workflow
        .data
        .iter()
        .map(|(name, pull)| (name.clone(), &pull.sop));
    let steps = workflow
        .all_steps()
        .into_iter()
        .map(|s| (s.common.id.clone(), &s.common.sop));
    let outputs = workflow
        .outputs
        .iter()
        .map(|o| (o.common.id.clone(), &o.common.sop));
    pulls.chain(steps).chain(outputs)
}
