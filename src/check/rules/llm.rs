//! A model step has facts to work with and a typed answer.

use serde_json::{Map, Value as Json, json};

use crate::check::Context;
use crate::diag::Diagnostic;
use crate::spec::StepKind;

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for step in context.workflow.all_steps() {
        let id = &step.common.id;
        let at = context.pointer(id);
        match &step.kind {
            StepKind::Llm(llm) => {
                returns(&llm.returns, &at, id, findings);
                if llm.input.is_empty() {
                    findings.push(
                        Diagnostic::warning("no-facts", format!("{at}/input"), "The model is given no facts to work with")
                            .help("Name what it may use under `input`, as in {\"account\": \"{{ account }}\"}.")
                            .part(id),
                    );
                }
            }
            StepKind::Agent(agent) => returns(&agent.returns, &at, id, findings),
            _ => {}
        }
    }
}

fn returns(returns: &Map<String, Json>, at: &str, id: &str, findings: &mut Vec<Diagnostic>) {
    for (name, schema) in returns {
        let here = format!("{at}/returns/{name}");
        let is_schema = schema.is_object()
            && jsonschema::meta::is_valid(&json!({"type": "object", "properties": {"x": schema}}));
        if !is_schema || (schema.get("type").is_none() && schema.get("enum").is_none()) {
            findings.push(
                Diagnostic::error("answer-schema", here, format!("`{name}` is not described by a JSON Schema with a type"))
                    .excerpt(schema.to_string())
                    .help("Write {\"type\": \"string\"}, or {\"type\": \"string\", \"enum\": [\"a\", \"b\"]}.")
                    .part(id),
            );
        }
    }
}
