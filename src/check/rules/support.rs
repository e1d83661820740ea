//! What this version cannot run is not used.

use crate::check::Context;
use crate::diag::Diagnostic;
use crate::spec::{IfUnavailable, StepKind, TriggerKind};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let trigger = match &context.workflow.trigger.kind {
        TriggerKind::Manual(_) | TriggerKind::Schedule(_) => None,
        TriggerKind::Webhook(_) => Some("when another system calls"),
        TriggerKind::Date(_) => Some("when a date comes near"),
        TriggerKind::NewRecords(_) => Some("when a record is new"),
    };
    if let Some(what) = trigger {
        findings.push(
            not_yet("/trigger/kind", &format!("a run that starts {what}"))
                .help("Use `schedule` and choose the rows with `where`, as in `days_until(row.renewal_date) == 90`, or `manual`."),
        );
    }
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
