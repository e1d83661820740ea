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
    for step in context.workflow.all_steps() {
        let (what, help) = match &step.kind {
            StepKind::Agent(_) => (
                "an `agent` step",
                "Use `call` steps for the tools that it needs, and `llm` to reason about what they give.",
            ),
            StepKind::Ask(_) => (
                "an `ask` step",
                "Decide by rules, and give what a person must see an output of its own.",
            ),
            StepKind::Wait(_) => (
                "a `wait` step",
                "Run the workflow on a schedule, and choose the rows that are due.",
            ),
            _ => continue,
        };
        let id = &step.common.id;
        findings.push(
            not_yet(&format!("{}/kind", context.pointer(id)), what)
                .help(help)
                .part(id),
        );
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
