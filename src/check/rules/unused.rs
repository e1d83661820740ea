//! The result of a step is used somewhere.

use crate::check::Context;
use crate::connect::Effect;
use crate::diag::Diagnostic;
use crate::spec::StepKind;

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for step in context.workflow.all_steps() {
        let id = &step.common.id;
        let acts = match &step.kind {
            StepKind::Check(_) | StepKind::Stop(_) | StepKind::Wait(_) => true,
            StepKind::Call(call) => context
                .tool(&call.tool)
                .is_none_or(|t| t.effect != Effect::Read),
            _ => false,
        };
        let own = format!("{id}.");
        let used = context
            .sites
            .iter()
            .filter(|site| site.part.as_ref() != Some(id))
            .any(|site| {
                site.reads()
                    .iter()
                    .any(|read| read == id || read.starts_with(&own))
            });
        if !acts && !used {
            findings.push(
                Diagnostic::warning(
                    "unused-step",
                    context.pointer(id),
                    format!("Nothing uses what step `{id}` gives"),
                )
                .help("Use it in a later step, the result or an output, or take it out.")
                .part(id),
            );
        }
    }
}
