//! What this version cannot run is not used.

use crate::check::Context;
use crate::diag::Diagnostic;
use crate::spec::{IfUnavailable, StepKind};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for (name, pull) in &context.workflow.data {
        if matches!(pull.if_unavailable, IfUnavailable::LastKnown(_)) {
            findings.push(
                not_yet(
                    &format!("{}/if_unavailable", context.pointer(name)),
                    "falling back on what was read last",
                )
                .help("Use {\"continue\": \"…\"} with a caveat.")
                .part(name),
            );
        }
    }
    for step in &context.workflow.steps {
        if let StepKind::Each(each) = &step.kind {
            for inner in each
                .steps
                .iter()
                .filter(|s| matches!(s.kind, StepKind::Select(_) | StepKind::Stop(_)))
            {
                let id = &inner.common.id;
                findings.push(
                    Diagnostic::error(
                        "misplaced-step",
                        context.pointer(id),
                        format!(
                            "`{}` is about the whole case, and `{id}` stands inside `each`",
                            inner.kind.name()
                        ),
                    )
                    .help("Move it out, after the `each` step.")
                    .part(id),
                );
            }
        }
    }
}

fn not_yet(at: &str, what: &str) -> Diagnostic {
    Diagnostic::error(
        "not-supported",
        at,
        format!("This version does not run {what}"),
    )
}
