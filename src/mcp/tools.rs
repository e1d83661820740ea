//! The tools that an assistant is offered: the builder's own, and those for what is saved.

use std::sync::Arc;

use rmcp::model::{Tool, ToolAnnotations};
use serde_json::{Map, Value as Json, json};
use tokio::sync::Mutex;

use super::Desk;
use crate::builder::tools::specs;
use crate::diag::Error;

/// The builder's tools by which it speaks with the user, which an assistant does by itself, and
/// those for which a person types secrets.
const NOT_OFFERED: [&str; 4] = [
    "ask_user",
    "propose_plan",
    "draft_connection",
    "keep_connection",
];

/// A tool of its own: name, what it does, its arguments (name, what it is, is it required), and
/// whether it only reads.
type Own = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str, bool)],
    bool,
);

const OWN: [Own; 9] = [
    (
        "start_workflow",
        "Begins a workflow from an SOP, and says how to work. Call it first.",
        &[
            (
                "sop",
                "The name of an SOP under sops/, or its whole text",
                true,
            ),
            ("name", "What the workflow is to be called", false),
        ],
        false,
    ),
    (
        "open_workflow",
        "Goes on with a workflow that is saved, to change it.",
        &[("name", "The workflow's name", true)],
        false,
    ),
    (
        "language_guide",
        "Returns the guide to the workflow language. Read it before write_workflow.",
        &[],
        true,
    ),
    (
        "list_workflows",
        "Lists the workflows that are saved.",
        &[],
        true,
    ),
    (
        "explain_workflow",
        "Tells a saved workflow in plain language, for the user.",
        &[("name", "The workflow's name", true)],
        true,
    ),
    (
        "run_workflow",
        "Runs a saved workflow over all its cases. Only when the user asks for it. Files and email drafts are made; what leaves the building waits for a person's approval.",
        &[
            ("name", "The workflow's name", true),
            ("inputs", "What its trigger takes, as an object", false),
        ],
        false,
    ),
    (
        "list_runs",
        "Lists the last runs.",
        &[("workflow", "Only those of this workflow", false)],
        true,
    ),
    (
        "show_run",
        "Tells how far a run is and what it came to.",
        &[("run", "The run's id", true)],
        true,
    ),
    (
        "list_inbox",
        "Lists what waits for a person's decision. Deciding is for people, in a terminal.",
        &[],
        true,
    ),
];

/// Returns all tools as an assistant is told of them.
pub fn all() -> Vec<Tool> {
    let own = OWN.iter().map(|(name, about, arguments, reads)| {
        let schema = schema(arguments);
        described(name, about, schema, *reads)
    });
    let building = specs().into_iter().filter(is_offered).map(|spec| {
        let mut schema = spec.parameters.as_object().cloned().unwrap_or_default();
        if spec.name == "save_workflow"
            && let Some(fields) = schema.get_mut("properties").and_then(Json::as_object_mut)
        {
            let about = "Has the user agreed to save what the dry run has shown only in part, or what is done without anybody's approval?";
            fields.insert(
                "user_agreed".to_owned(),
                json!({"type": "boolean", "description": about}),
            );
        }
        let reads = matches!(
            spec.name.as_str(),
            "list_connections" | "inspect" | "query" | "dry_run"
        );
        described(&spec.name, &spec.description, schema, reads)
    });
    own.chain(building).collect()
}

fn is_offered(spec: &crate::model::ToolSpec) -> bool {
    !NOT_OFFERED.contains(&spec.name.as_str())
}

fn described(name: &str, about: &str, schema: Map<String, Json>, reads: bool) -> Tool {
    let hints = ToolAnnotations::new()
        .read_only(reads)
        .destructive(false)
        .open_world(false);
    Tool::new(name.to_owned(), about.to_owned(), Arc::new(schema)).with_annotations(hints)
}

fn schema(arguments: &[(&str, &str, bool)]) -> Map<String, Json> {
    let properties: Map<String, Json> = arguments
        .iter()
        .map(|(name, about, _)| {
            let kind = match *name {
                "inputs" => "object",
                _ => "string",
            };
            (
                (*name).to_owned(),
                json!({"type": kind, "description": about}),
            )
        })
        .collect();
    let required: Vec<&str> = arguments
        .iter()
        .filter(|(_, _, is_required)| *is_required)
        .map(|(name, ..)| *name)
        .collect();
    let schema = json!({"type": "object", "properties": properties, "required": required,
        "additionalProperties": false});
    schema.as_object().cloned().unwrap_or_default()
}

/// Calls a tool; `None` where there is none of that name.
pub async fn call(desk: &Mutex<Desk>, name: &str, arguments: Json) -> Option<Result<Json, Json>> {
    if let Some((_, _, wanted, _)) = OWN.iter().find(|(own, ..)| *own == name) {
        let lacks = |(argument, _, is_required): &&(&str, &str, bool)| {
            *is_required && text(&arguments, argument).is_none()
        };
        if let Some((lacking, ..)) = wanted.iter().find(lacks) {
            let told = format!("`{name}` needs `{lacking}`, as a text");
            return Some(Err(json!({ "error": told })));
        }
        return Some(own(desk, name, &arguments).await.map_err(refused));
    }
    let is_one = specs()
        .iter()
        .any(|spec| spec.name == name && is_offered(spec));
    match is_one {
        true => Some(desk.lock().await.build(name, arguments).await),
        false => None,
    }
}

async fn own(desk: &Mutex<Desk>, name: &str, arguments: &Json) -> Result<Json, Error> {
    let given = |argument: &str| text(arguments, argument).unwrap_or_default();
    let mut at = desk.lock().await;
    match name {
        "start_workflow" => at.start(given("sop"), text(arguments, "name")).await,
        "open_workflow" => at.reopen(given("name")).await,
        "language_guide" => Ok(json!(at.guide())),
        "list_workflows" => Ok(at.workflows()),
        "explain_workflow" => at.explained(given("name")),
        "run_workflow" => {
            let inputs = arguments.get("inputs").cloned();
            let inputs = inputs.unwrap_or_else(|| json!({}));
            let running = at.run(given("name"), &inputs).await?;
            // Others may work at the desk until it has ended.
            drop(at);
            running.ended().await
        }
        "list_runs" => at.runs(text(arguments, "workflow")),
        "show_run" => at.shown(given("run")),
        _ => at.inbox(),
    }
}

fn text<'a>(arguments: &'a Json, name: &str) -> Option<&'a str> {
    let given = arguments.get(name)?.as_str()?;
    (!given.trim().is_empty()).then_some(given)
}

fn refused(error: Error) -> Json {
    json!({"error": error.to_string(), "help": error.help})
}
