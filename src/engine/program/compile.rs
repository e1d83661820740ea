//! Compiling steps: every expression and template of theirs.

use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use super::{Block, Body, By, CompiledHandler, CompiledRule, CompiledStep};
use crate::check::Checked;
use crate::expr::{Condition, Error, Template, Tree, Type};
use crate::spec::{self, Expr, OnError, StepKind};

pub(super) fn condition(expr: &Expr) -> Result<Condition, Error> {
    Condition::compile(expr.as_str())
}

pub(in crate::engine) fn order_by(by: &[Expr]) -> Result<Vec<By>, Error> {
    by.iter()
        .map(|expr| {
            let source = expr.as_str().trim();
            Ok(By {
                descending: source.starts_with('-'),
                value: Condition::compile(source.trim_start_matches('-'))?,
            })
        })
        .collect()
}

pub(in crate::engine) fn trees(
    fields: &IndexMap<String, Json>,
) -> Result<IndexMap<String, Tree>, Error> {
    fields
        .iter()
        .map(|(name, value)| Ok((name.clone(), Tree::compile(value)?)))
        .collect()
}

fn trees_of(fields: &Map<String, Json>) -> Result<IndexMap<String, Tree>, Error> {
    fields
        .iter()
        .map(|(name, value)| Ok((name.clone(), Tree::compile(value)?)))
        .collect()
}

pub(super) fn block(steps: &[spec::Step], checked: &Checked) -> Result<Block, Error> {
    steps
        .iter()
        .map(|s| step(s, checked))
        .collect::<Result<Vec<_>, _>>()
        .map(Arc::from)
}

fn step(step: &spec::Step, checked: &Checked) -> Result<CompiledStep, Error> {
    let common = &step.common;
    let fields = match checked.result_of(&common.id) {
        Some(Type::Object(shape)) => shape.fields.keys().cloned().collect(),
        _ => Vec::new(),
    };
    let template = |text: &spec::Text| Template::compile(text.as_str());
    let body = match &step.kind {
        StepKind::Compute(compute) => Body::Compute(trees(&compute.set)?),
        StepKind::Decide(decide) => Body::Decide {
            rules: decide
                .rules
                .iter()
                .map(|rule| {
                    let when = condition(&rule.when)?;
                    Ok(CompiledRule {
                        words: crate::expr::words(when.node()),
                        when,
                        then: trees(&rule.then)?,
                        because: rule.because.as_ref().map(template).transpose()?,
                    })
                })
                .collect::<Result<_, Error>>()?,
            otherwise: trees(&decide.otherwise)?,
            otherwise_because: decide
                .otherwise_because
                .as_ref()
                .map(template)
                .transpose()?,
        },
        StepKind::Call(call) => Body::Call {
            tool: call.tool.clone(),
            arguments: trees(&call.arguments)?,
        },
        StepKind::Llm(llm) => Body::Llm {
            instructions: template(&llm.instructions)?,
            input: trees(&llm.input)?,
            returns: llm.returns.clone(),
            examples: llm.examples.clone(),
        },
        StepKind::Each(each) => Body::Each {
            over: condition(&each.over)?,
            name: each.name.clone(),
            steps: block(&each.steps, checked)?,
            collect: trees(&each.collect)?,
        },
        StepKind::Select(select) => Body::Select {
            only: select.only.as_ref().map(condition).transpose()?,
            order_by: order_by(&select.order_by)?,
            group: select
                .at_most_per
                .as_ref()
                .map(|per| condition(&per.group))
                .transpose()?,
        },
        StepKind::Check(check) => Body::Check {
            that: condition(&check.that)?,
            message: template(&check.message)?,
        },
        StepKind::Stop(stop) => Body::Stop {
            because: template(&stop.because)?,
            result: stop.result.as_ref().map(trees).transpose()?,
            outputs: stop.outputs,
        },
        StepKind::Agent(agent) => Body::Agent {
            goal: template(&agent.goal)?,
            input: trees(&agent.input)?,
            tools: agent.tools.clone(),
            max_turns: agent.max_turns,
            returns: agent.returns.clone(),
        },
        StepKind::Ask(ask) => Body::Ask {
            question: template(&ask.question)?,
            who: ask.who.as_ref().map(template).transpose()?,
            asked: ask.clone(),
        },
        StepKind::Wait(wait) => Body::Wait {
            duration: wait.duration.clone(),
            until: wait.until.as_ref().map(template).transpose()?,
            event: wait.event.clone(),
        },
    };
    Ok(CompiledStep {
        id: common.id.clone(),
        when: common.when.as_ref().map(condition).transpose()?,
        on_error: handlers(&common.on_error)?,
        retry: common.retry.clone(),
        timeout: common.timeout.clone(),
        fields,
        body,
    })
}

fn handlers(on_error: &OnError) -> Result<Vec<CompiledHandler>, Error> {
    on_error
        .handlers
        .iter()
        .map(|handler| {
            Ok(CompiledHandler {
                codes: handler.codes.clone(),
                replacement: handler.replacement.as_ref().map(trees_of).transpose()?,
                stop: handler.stop.as_ref().map(trees_of).transpose()?,
                caveat: handler
                    .caveat
                    .as_ref()
                    .map(|c| Template::compile(c.as_str()))
                    .transpose()?,
            })
        })
        .collect()
}
