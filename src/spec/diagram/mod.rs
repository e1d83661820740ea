//! A workflow as a picture: boxes and arrows in text, Mermaid or SVG.

mod mermaid;
mod svg;
mod text;

use super::{OutputKind, Step, StepKind, Workflow};
use crate::diag::one_line;
use crate::expr::{Condition, words};
use crate::spec::explain::waited;

pub use mermaid::mermaid;
pub use svg::svg;
pub use text::text;

/// A box of the picture.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Node {
    part: Part,
    title: String,
    lines: Vec<String>,
}

/// Which of the four parts a box belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Trigger,
    Data,
    Step,
    Decision,
    Model,
    End,
    Output,
}

/// Returns the boxes: trigger, data, steps in order, outputs.
fn nodes(workflow: &Workflow) -> Vec<Node> {
    let mut nodes = vec![Node {
        part: Part::Trigger,
        title: super::when(workflow),
        lines: Vec::new(),
    }];
    let lines = workflow.data.iter().map(|(name, pull)| {
        let case = workflow
            .for_each
            .as_ref()
            .is_some_and(|each| each.over == *name);
        format!(
            "{name} ← {}{}",
            pull.from,
            if case { ", each a case" } else { "" }
        )
    });
    let lines: Vec<String> = lines.collect();
    if !lines.is_empty() {
        nodes.push(Node {
            part: Part::Data,
            title: "Read".to_owned(),
            lines,
        });
    }
    step_nodes(&workflow.steps, &mut nodes);
    for output in &workflow.outputs {
        let waits = output.common.approval == Some(super::Approval::Required);
        let kind = match &output.kind {
            OutputKind::Document(_) => "document",
            OutputKind::Table(_) => "table",
            OutputKind::EmailDraft(_) => "email draft",
            OutputKind::Message(_) => "message",
            OutputKind::Update(_) => "update",
            OutputKind::Call(_) => "call",
        };
        nodes.push(Node {
            part: Part::Output,
            title: format!("{} ({kind})", output.common.id.replace('_', " ")),
            lines: if waits {
                vec!["waits for approval".to_owned()]
            } else {
                Vec::new()
            },
        });
    }
    nodes
}

fn step_nodes(steps: &[Step], nodes: &mut Vec<Node>) {
    for step in steps {
        let (part, mut lines) = match &step.kind {
            StepKind::Decide(decide) => {
                let rules = decide
                    .rules
                    .iter()
                    .map(|rule| format!("{} if {}", outcome(&rule.then), said(rule.when.as_str())));
                let mut lines: Vec<String> = rules.collect();
                lines.push(format!("else {}", outcome(&decide.otherwise)));
                (Part::Decision, lines)
            }
            StepKind::Compute(compute) => (
                Part::Step,
                compute.set.keys().map(|n| n.replace('_', " ")).collect(),
            ),
            StepKind::Call(call) => (Part::Step, vec![format!("call {}", call.tool)]),
            StepKind::Llm(llm) => (Part::Model, vec![one_line(llm.instructions.as_str(), 56)]),
            StepKind::Agent(agent) => (Part::Model, vec![one_line(agent.goal.as_str(), 56)]),
            StepKind::Stop(stop) => (Part::End, vec![one_line(stop.because.as_str(), 56)]),
            StepKind::Check(check) => (Part::Step, vec![said(check.that.as_str())]),
            StepKind::Each(each) => (
                Part::Step,
                vec![format!(
                    "for each {} of {}",
                    each.name,
                    said(each.over.as_str())
                )],
            ),
            StepKind::Select(select) => (
                Part::Decision,
                vec![
                    select
                        .at_most
                        .map_or("choose among the cases".to_owned(), |n| {
                            format!("choose the first {n}")
                        }),
                ],
            ),
            StepKind::Ask(ask) => (Part::Step, vec![one_line(ask.question.as_str(), 56)]),
            StepKind::Wait(wait) => (Part::Step, vec![one_line(&waited(wait), 56)]),
        };
        if let Some(when) = &step.common.when {
            lines.insert(0, format!("only if {}", said(when.as_str())));
        }
        nodes.push(Node {
            part,
            title: step.common.id.replace('_', " "),
            lines: lines.iter().map(|l| one_line(l, 64)).collect(),
        });
        if let StepKind::Each(each) = &step.kind {
            step_nodes(&each.steps, nodes);
        }
    }
}

fn outcome(fields: &indexmap::IndexMap<String, serde_json::Value>) -> String {
    let values: Vec<String> = fields
        .values()
        .map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned))
        .collect();
    one_line(&values.join(", "), 30)
}

fn said(source: &str) -> String {
    Condition::compile(source).map_or_else(|_| source.to_owned(), |c| words(c.node()))
}
