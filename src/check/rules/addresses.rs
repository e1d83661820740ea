//! Where something goes never comes from text that a model wrote.

use std::collections::HashSet;

use crate::check::{Context, Role};
use crate::diag::Diagnostic;
use crate::spec::{StepKind, Workflow};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let tainted = written_by_a_model(context);
    for site in context.sites.iter().filter(|s| s.role == Role::Address) {
        let from = site.reads().iter().find(|read| {
            tainted.contains(root(read)) && !chosen_from_a_list(context.workflow, read)
        });
        if let Some(read) = from {
            let mut finding = Diagnostic::error("address-from-model", &site.at, format!("Where this goes is taken from `{read}`, which a model writes"))
                .excerpt(&site.source)
                .help("Take the address from the data or write it out; a model's words may only be content.");
            finding.part.clone_from(&site.part);
            findings.push(finding);
        }
    }
}

/// Returns the ids of steps whose result holds words of a model, at first or second hand.
fn written_by_a_model<'c>(context: &Context<'c>) -> HashSet<&'c str> {
    let mut tainted = HashSet::new();
    for step in context.workflow.all_steps() {
        let id = step.common.id.as_str();
        let own = matches!(step.kind, StepKind::Llm(_) | StepKind::Agent(_));
        // A decision only ever gives what its rules hold, unless a rule passes the words on.
        let passed_on = context.sites.iter().any(|site| {
            site.part.as_deref() == Some(id)
                && site.role == Role::Template
                && site.reads().iter().any(|r| tainted.contains(root(r)))
        });
        if own || passed_on {
            tainted.insert(id);
        }
    }
    tainted
}

/// Is it a field of a model step that can only be one of given values?
fn chosen_from_a_list(workflow: &Workflow, read: &str) -> bool {
    let Some((step, field)) = read.split_once('.') else {
        return false;
    };
    match workflow.step(step).map(|s| &s.kind) {
        Some(StepKind::Llm(llm)) => llm
            .returns
            .get(field)
            .is_some_and(|schema| schema.get("enum").is_some()),
        _ => false,
    }
}

fn root(read: &str) -> &str {
    read.split('.').next().unwrap_or(read)
}
