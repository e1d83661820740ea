//! What leaves the building waits for a person, or says why not.

use crate::check::Context;
use crate::connect::Effect;
use crate::diag::Diagnostic;
use crate::spec::{Approval, OutputKind, StepKind};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for output in &context.workflow.outputs {
        let leaves = match &output.kind {
            OutputKind::Message(_) => "A message leaves the building",
            OutputKind::Update(_) => "An update changes records that others rely on",
            OutputKind::Call(call) => match context.tool(&call.tool).map(|t| t.effect) {
                Some(Effect::Read) => continue,
                _ => "This call changes something outside",
            },
            OutputKind::Document(_) | OutputKind::Table(_) | OutputKind::EmailDraft(_) => continue,
        };
        if output.common.approval.is_none() {
            let id = &output.common.id;
            findings.push(
                Diagnostic::error("approval", context.pointer(id), format!("{leaves}: say whether a person approves it first"))
                    .help("Add \"approval\": \"required\"; \"not_needed\" only where the user has said so.")
                    .part(id),
            );
        }
    }
    for step in context.workflow.all_steps() {
        let StepKind::Call(call) = &step.kind else {
            continue;
        };
        let id = &step.common.id;
        let at = context.pointer(id);
        let effect = context.tool(&call.tool).map(|t| t.effect);
        match (effect, call.approval) {
            (Some(Effect::Irreversible), _) => findings.push(
                Diagnostic::error("approval", at, format!("`{}` cannot be undone, so it cannot run within the flow", call.tool))
                    .help("Make it an output of kind `call` with \"approval\": \"required\".")
                    .part(id),
            ),
            (Some(Effect::Write), Some(Approval::NotNeeded)) => {}
            (Some(Effect::Write), _) => findings.push(
                Diagnostic::error("approval", at, format!("`{}` writes, and the flow does not wait for a person", call.tool))
                    .help("If later steps need its answer and the SOP has it done, add \"approval\": \"not_needed\" to the step; else make it an output of kind `call` with \"approval\": \"required\".")
                    .part(id),
            ),
            _ => {}
        }
    }
}
