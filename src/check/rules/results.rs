//! The workflow says what the outcome of a case is.

use crate::check::Context;
use crate::diag::Diagnostic;

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let workflow = context.workflow;
    if workflow.result.is_empty() && !workflow.steps.is_empty() {
        findings.push(
            Diagnostic::warning("no-result", "/result", "The workflow does not say what the outcome of a case is")
                .help("Name it under `result`, as in {\"risk\": \"{{ risk.level }}\"}: dry runs, tests and tables show it."),
        );
    }
    if workflow.steps.is_empty() && workflow.outputs.is_empty() {
        findings.push(
            Diagnostic::error(
                "nothing-to-do",
                "/steps",
                "The workflow has neither steps nor outputs",
            )
            .help("Add the steps that carry out the SOP's statements."),
        );
    }
}
