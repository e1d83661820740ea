//! Tools and their arguments exist and fit.

use indexmap::IndexMap;
use serde_json::Value as Json;

use crate::check::Context;
use crate::connect::{Effect, Tool};
use crate::diag::{Diagnostic, Severity, did_you_mean};
use crate::expr::Type;
use crate::spec::{OutputKind, StepKind};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for step in context.workflow.all_steps() {
        let id = &step.common.id;
        match &step.kind {
            StepKind::Call(call) => {
                if let Some(tool) = known(context, &call.tool, id, "tool", findings) {
                    arguments(context, tool, &call.arguments, id, findings);
                }
            }
            StepKind::Agent(agent) => {
                for (index, name) in agent.tools.iter().enumerate() {
                    let tool = known(context, name, id, &format!("tools/{index}"), findings);
                    if tool.is_some_and(|t| t.effect != Effect::Read) {
                        let at = format!("{}/tools/{index}", context.pointer(id));
                        findings.push(
                            Diagnostic::error(
                                "agent-writes",
                                at,
                                format!("An agent may only read, and `{name}` writes"),
                            )
                            .help("Make the call an output, which waits for approval.")
                            .part(id),
                        );
                    }
                }
            }
            _ => {}
        }
    }
    for output in &context.workflow.outputs {
        if let OutputKind::Call(call) = &output.kind
            && let Some(tool) = known(context, &call.tool, &output.common.id, "tool", findings)
        {
            arguments(context, tool, &call.arguments, &output.common.id, findings);
        }
    }
}

fn known<'c>(
    context: &Context<'c>,
    name: &str,
    id: &str,
    field: &str,
    findings: &mut Vec<Diagnostic>,
) -> Option<&'c Tool> {
    if let Some(tool) = context.tool(name) {
        return Some(tool);
    }
    let all: Vec<String> = context
        .catalog
        .connections
        .iter()
        .flat_map(|(connection, info)| {
            info.tools
                .keys()
                .map(move |tool| format!("{connection}.{tool}"))
        })
        .collect();
    let problem = name
        .split_once('.')
        .and_then(|(connection, _)| context.catalog.connections.get(connection))
        .and_then(|info| info.problem.as_ref());
    let message = match problem {
        Some(problem) => format!("The connection of `{name}` could not be read: {problem}"),
        None => format!("There is no tool `{name}`"),
    };
    let handled = context
        .workflow
        .step(id)
        .is_some_and(|step| !step.common.on_error.handlers.is_empty());
    let severity = if handled && super::connections::is_down(context, name) {
        Severity::Warning
    } else {
        Severity::Error
    };
    let mut finding = Diagnostic::error(
        "unknown-tool",
        format!("{}/{field}", context.pointer(id)),
        message,
    )
    .maybe_help(
        did_you_mean(name, all.iter().map(String::as_str))
            .or_else(|| Some("No connection offers tools.".to_owned())),
    )
    .part(id);
    finding.severity = severity;
    findings.push(finding);
    None
}

fn arguments(
    context: &Context<'_>,
    tool: &Tool,
    given: &IndexMap<String, Json>,
    id: &str,
    findings: &mut Vec<Diagnostic>,
) {
    let at = context.pointer(id);
    let empty = serde_json::Map::new();
    let properties = tool
        .input
        .get("properties")
        .and_then(Json::as_object)
        .unwrap_or(&empty);
    let closed = tool.input.get("additionalProperties") != Some(&Json::Bool(true));
    for name in given.keys() {
        let here = format!("{at}/with/{name}");
        match properties.get(name) {
            None if closed => findings.push(
                Diagnostic::error(
                    "unknown-argument",
                    here,
                    format!("The tool takes no argument `{name}`"),
                )
                .maybe_help(did_you_mean(name, properties.keys().map(String::as_str)))
                .part(id),
            ),
            None => {}
            Some(schema) => {
                let wanted = Type::from_schema(schema);
                if let Some(given) = context.sites.iter().find(|s| s.at == here) {
                    fits(
                        &wanted,
                        &given.reading.kind,
                        &given.source,
                        here,
                        id,
                        findings,
                    );
                }
            }
        }
    }
    for name in tool
        .input
        .get("required")
        .and_then(Json::as_array)
        .into_iter()
        .flatten()
        .filter_map(Json::as_str)
    {
        if !given.contains_key(name) {
            findings.push(
                Diagnostic::error(
                    "missing-argument",
                    format!("{at}/with"),
                    format!("The tool needs the argument `{name}`"),
                )
                .maybe_help(
                    properties
                        .get(name)
                        .and_then(|p| p.get("description"))
                        .and_then(Json::as_str)
                        .map(|d| format!("`{name}`: {d}")),
                )
                .part(id),
            );
        }
    }
}

fn fits(
    wanted: &Type,
    given: &Type,
    source: &str,
    at: String,
    id: &str,
    findings: &mut Vec<Diagnostic>,
) {
    let number_as_text = wanted.is_number() && given.is_text();
    let other_as_number = wanted.is_text() && (given.is_number() || matches!(given, Type::Boolean));
    let list = matches!(wanted, Type::List(_)) != matches!(given, Type::List(_))
        && !given.is_open()
        && !wanted.is_open();
    let help = match (number_as_text, other_as_number, list) {
        (true, ..) => "number(x) reads the number in a text.",
        (_, true, _) => "Write `{{ x | string }}` to make a text of it.",
        (.., true) => "Give it the same shape as the tool's schema.",
        _ => return,
    };
    findings.push(
        Diagnostic::error(
            "argument-type",
            at,
            format!(
                "The tool takes {} here, and this is {}",
                wanted.words(),
                given.words()
            ),
        )
        .excerpt(source)
        .help(help)
        .part(id),
    );
}
