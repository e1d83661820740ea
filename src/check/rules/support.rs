//! What this version cannot run is not used.

use crate::check::Context;
use crate::diag::Diagnostic;
use crate::spec::{IfUnavailable, StepKind};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for (name, pull) in &context.workflow.data {
        let for_each = context.workflow.for_each.as_ref();
        if matches!(pull.if_unavailable, IfUnavailable::LastKnown(_))
            && for_each.is_some_and(|each| each.over == *name)
        {
            findings.push(
                not_yet(
                    &format!("{}/if_unavailable", context.pointer(name)),
                    "over cases as they were read last",
                )
                .help("Leave it out: a run whose cases cannot be read ends before the first one, and says so.")
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
