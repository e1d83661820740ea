//! What the SOP forbids or ties to a condition is not done without one.

use crate::check::Context;
use crate::diag::{Diagnostic, one_line};
use crate::expr::ast::{Node, Operator};
use crate::spec::{Approval, Output, OutputKind, Step, StepKind};

/// Words that forbid, or that tie to a condition.
const MARKERS: [&str; 5] = ["unless", "only if", "only when", "never", "must not"];

/// Words by which instructions for a model pass such a condition on.
const PASSED_ON: [&str; 10] = [
    "not", "never", "unless", "only", "no", "without", "except", "if", "don't", "avoid",
];

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let workflow = context.workflow;
    let waived = |number: &usize| {
        workflow
            .sop
            .waived
            .iter()
            .any(|w| w.statements.contains(number))
    };
    for statement in &context.sop.statements {
        let number = statement.number;
        let text = format!(
            " {} ",
            statement.text.to_lowercase().replace(['’', ','], " ")
        );
        let marker = MARKERS
            .into_iter()
            .find(|marker| text.contains(&format!(" {marker} ")));
        let Some(marker) = marker.filter(|_| !waived(&number)) else {
            continue;
        };
        if workflow
            .data
            .values()
            .any(|pull| pull.sop.contains(&number))
        {
            // Which rows are read is a condition of its own.
            continue;
        }
        let all = workflow.all_steps();
        let steps: Vec<&Step> = all
            .iter()
            .copied()
            .filter(|step| step.common.sop.contains(&number))
            .collect();
        let outputs: Vec<&Output> = workflow
            .outputs
            .iter()
            .filter(|output| output.common.sop.contains(&number))
            .collect();
        // A case that was stopped goes no further, so a `stop` is a condition on all behind it.
        let is_stopped = all
            .iter()
            .any(|step| matches!(step.kind, StepKind::Stop(_)) && step.common.when.is_some());
        let is_kept = steps.iter().any(|step| asks_in_step(context, step))
            || outputs
                .iter()
                .any(|output| asks_in_output(context, output, marker))
            || (is_stopped && !outputs.is_empty());
        let ids = steps.iter().map(|s| &s.common.id);
        let Some(id) = ids.chain(outputs.iter().map(|o| &o.common.id)).next() else {
            continue;
        };
        if !is_kept {
            findings.push(
                Diagnostic::warning(
                    "condition-lost",
                    context.pointer(id),
                    format!("Statement {number} says “{marker}”, and what cites it has no condition"),
                )
                .excerpt(one_line(&statement.text, 110))
                .help("Give it a `when`, or a rule of its own; if nothing here does what it forbids, waive the statement and say so.")
                .part(id),
            );
        }
    }
}

fn asks_in_step(context: &Context<'_>, step: &Step) -> bool {
    let has_kind = match &step.kind {
        StepKind::Decide(_) | StepKind::Check(_) | StepKind::Stop(_) | StepKind::Ask(_) => true,
        StepKind::Select(select) => {
            select.only.is_some() || select.at_most.is_some() || select.at_most_per.is_some()
        }
        StepKind::Llm(llm) => {
            let text = llm.instructions.as_str().to_lowercase();
            text.split(|c: char| !(c.is_alphabetic() || c == '\''))
                .any(|word| PASSED_ON.contains(&word))
        }
        _ => false,
    };
    let inside = match &step.kind {
        StepKind::Each(each) => each.steps.iter().any(|inner| asks_in_step(context, inner)),
        _ => false,
    };
    has_kind || inside || step.common.when.is_some() || asks_in_texts(context, &step.common.id)
}

fn asks_in_output(context: &Context<'_>, output: &Output, marker: &str) -> bool {
    // A draft is never sent by itself.
    let is_draft =
        matches!(output.kind, OutputKind::EmailDraft(_)) && matches!(marker, "never" | "must not");
    let is_chosen = matches!(&output.kind, OutputKind::Table(table) if table.only.is_some());
    is_draft
        || is_chosen
        || output.common.approval == Some(Approval::Required)
        || output.common.when.is_some()
        || asks_in_texts(context, &output.common.id)
}

/// Does an expression of a part ask anything?
fn asks_in_texts(context: &Context<'_>, id: &str) -> bool {
    let mut own = context
        .sites
        .iter()
        .filter(|s| s.part.as_deref() == Some(id));
    own.any(|site| match &site.node {
        Some(node) => asks(node),
        None => ["{% if", " if ", "where(", "any(", "all("]
            .iter()
            .any(|asked| site.source.contains(asked)),
    })
}

fn asks(node: &Node) -> bool {
    let own = match node {
        Node::Choice { .. } | Node::Not(_) | Node::Test(..) => true,
        Node::Binary(operator, ..) => !matches!(
            operator,
            Operator::Add
                | Operator::Subtract
                | Operator::Multiply
                | Operator::Divide
                | Operator::DivideWhole
                | Operator::Remainder
                | Operator::Power
                | Operator::Join
        ),
        // “Never more than” is kept by taking the least.
        Node::Call(name, ..) => matches!(
            name.as_str(),
            "where"
                | "any"
                | "all"
                | "select"
                | "selectattr"
                | "reject"
                | "rejectattr"
                | "min"
                | "max"
        ),
        _ => false,
    };
    own || node.children().into_iter().any(asks)
}
