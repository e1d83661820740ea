//! Which scenarios a workflow has.

use super::{WhatIf, reads};
use crate::rehearse::Tables;
use crate::spec::{Approval, OutputKind, StepKind, Workflow};

/// A scenario, and what the workflow says of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Planned {
    /// What goes wrong.
    pub(super) what_if: WhatIf,
    /// Does the workflow speak of it: is a missing value asked for?
    pub(super) is_foreseen: bool,
}

/// Returns the scenarios of a workflow: its tables, its tools, the values that something hangs on,
/// its approvals. A table that is down as it is has none.
pub(super) fn scenarios(workflow: &Workflow, tables: &Tables) -> Vec<Planned> {
    let mut planned = Vec::new();
    let mut add = |what_if, is_foreseen| {
        planned.push(Planned {
            what_if,
            is_foreseen,
        });
    };
    for name in workflow.data.keys() {
        if tables.unavailable().any(|(down, _)| down == name) {
            continue;
        }
        let source = || name.clone();
        add(WhatIf::SourceDown { source: source() }, false);
        add(WhatIf::SourceEmpty { source: source() }, false);
    }
    for tool in tools(workflow) {
        add(WhatIf::ToolFails { tool }, false);
    }
    for what_if in waits(workflow) {
        add(what_if, false);
    }
    for (field, is_asked_for) in reads::deciding(workflow) {
        add(WhatIf::ValueMissing { field }, is_asked_for);
    }
    for output in approved(workflow) {
        let refused = output.clone();
        add(WhatIf::Approved { output }, false);
        add(WhatIf::Refused { output: refused }, false);
    }
    planned
}

/// Returns the tools that a run calls by itself, each once.
fn tools(workflow: &Workflow) -> Vec<String> {
    let steps = workflow.all_steps().into_iter();
    let in_steps = steps.filter_map(|step| match &step.kind {
        StepKind::Call(call) => Some(&call.tool),
        _ => None,
    });
    let outputs = workflow.outputs.iter();
    let in_outputs = outputs.filter_map(|output| match &output.kind {
        OutputKind::Call(call) if output.common.approval == Some(Approval::NotNeeded) => {
            Some(&call.tool)
        }
        _ => None,
    });
    let mut tools: Vec<String> = Vec::new();
    for tool in in_steps.chain(in_outputs) {
        if !tools.contains(tool) {
            tools.push(tool.clone());
        }
    }
    tools
}

/// Returns each answer that a person may give, and that none comes where the workflow sets a time.
fn waits(workflow: &Workflow) -> Vec<WhatIf> {
    let mut waits = Vec::new();
    for step in workflow.all_steps() {
        let id = &step.common.id;
        let is_timed = match &step.kind {
            StepKind::Ask(ask) => {
                waits.extend(ask.choices.iter().map(|answer| WhatIf::Answered {
                    step: id.clone(),
                    answer: answer.clone(),
                }));
                ask.expires.is_some()
            }
            StepKind::Wait(wait) => wait.event.is_some() && step.common.timeout.is_some(),
            _ => false,
        };
        if is_timed {
            waits.push(WhatIf::Unanswered { step: id.clone() });
        }
    }
    waits
}

/// Returns the outputs that wait for a person; a checked workflow says so of each.
fn approved(workflow: &Workflow) -> Vec<String> {
    let outputs = workflow.outputs.iter();
    outputs
        .filter(|output| output.common.approval == Some(Approval::Required))
        .map(|output| output.common.id.clone())
        .collect()
}
