//! Every step and output cites the statements that it carries out.

use crate::check::Context;
use crate::diag::Diagnostic;

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let workflow = context.workflow;
    // What is done for each item is cited by the step that goes through them.
    let steps = workflow
        .steps
        .iter()
        .map(|s| ("step", &s.common.id, &s.common.sop));
    let outputs = workflow
        .outputs
        .iter()
        .map(|o| ("output", &o.common.id, &o.common.sop));
    for (what, id, cited) in steps.chain(outputs) {
        if cited.is_empty() {
            findings.push(
                Diagnostic::warning(
                    "cites-nothing",
                    context.pointer(id),
                    format!("The {what} `{id}` cites no statement of the SOP"),
                )
                .help("Add the numbers of the statements that it carries out, as in \"sop\": [3].")
                .part(id),
            );
        }
    }
}
