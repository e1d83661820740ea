//! The builder's tools, one per file, in one table that feeds prompts, help and docs.

mod add_test;
mod ask_user;
mod draft_connection;
mod dry_run;
mod edit_workflow;
mod inspect;
mod keep_connection;
mod list_connections;
mod propose_plan;
mod query;
mod save_workflow;
mod try_tool;
mod write_workflow;

use async_trait::async_trait;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

use super::{Changed, Resources, Session};
use crate::model::{ToolCall, ToolSpec};
use crate::rehearse::Rehearsed;

pub use ask_user::AskUser;
pub(crate) use ask_user::NOBODY;
pub(super) use draft_connection::DraftConnection;
pub(super) use keep_connection::KeepConnection;
pub use propose_plan::ProposePlan;

/// What a tool works with.
pub struct Bench<'b> {
    /// The conversation.
    pub session: &'b mut Session,
    /// The workflow that was rehearsed last, which saving asks for.
    pub rehearsed: &'b mut Option<Rehearsed>,
    /// Connections, workspace, models, clock.
    pub resources: &'b Resources,
    /// Told of progress within long work.
    pub progress: &'b (dyn Fn(usize, usize) + Sync),
}

/// What a tool answers.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolAnswer {
    /// For the model.
    pub content: Json,
    /// For the user, in one line.
    pub line: String,
    /// Should the model try again?
    pub is_error: bool,
}

/// Why a tool did not do what it was asked; the model may try again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl Refusal {
    /// Returns a refusal.
    pub fn new(message: impl Into<String>) -> Self {
        Refusal {
            message: message.into(),
            help: None,
        }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds what to do about it, where that is known.
    #[must_use]
    pub fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help;
        self
    }
}

/// A tool of the builder.
#[async_trait]
pub trait Tool: Send + Sync {
    /// Its arguments.
    type Arguments: DeserializeOwned + JsonSchema + Send;
    /// Its name.
    const NAME: &'static str;
    /// What it does, for the model.
    const ABOUT: &'static str;

    /// Does it.
    async fn call(
        &self,
        arguments: Self::Arguments,
        bench: &mut Bench<'_>,
    ) -> Result<ToolAnswer, Refusal>;
}

/// A tool without its types, so that all stand in one table.
#[async_trait]
trait AnyTool: Send + Sync {
    fn spec(&self) -> ToolSpec;
    async fn call_any(&self, arguments: Json, bench: &mut Bench<'_>)
    -> Result<ToolAnswer, Refusal>;
}

#[async_trait]
impl<T: Tool> AnyTool for T {
    fn spec(&self) -> ToolSpec {
        let mut settings = SchemaSettings::draft2020_12();
        settings.inline_subschemas = true;
        settings.meta_schema = None;
        let mut parameters: Json = settings
            .into_generator()
            .into_root_schema_for::<T::Arguments>()
            .into();
        if let Some(fields) = parameters.as_object_mut() {
            fields.shift_remove("title");
            fields.shift_remove("description");
            fields.entry("properties").or_insert_with(|| json!({}));
        }
        ToolSpec {
            name: T::NAME.to_owned(),
            description: T::ABOUT.to_owned(),
            parameters,
        }
    }

    async fn call_any(
        &self,
        arguments: Json,
        bench: &mut Bench<'_>,
    ) -> Result<ToolAnswer, Refusal> {
        let arguments = serde_json::from_value(unpacked(arguments)).map_err(|e| {
            Refusal::new(format!("The arguments of `{}` do not fit: {e}", T::NAME))
                .help("Call it again with arguments as its schema says.")
        })?;
        self.call(arguments, bench).await
    }
}

/// Reads arguments that hold JSON as text where a structure is meant, as some models write them.
fn unpacked(mut arguments: Json) -> Json {
    for name in [
        "workflow",
        "edits",
        "questions",
        "given",
        "expect",
        "arguments",
        "of",
        "fields",
        "over",
        "description",
        "calls",
    ] {
        let inner = arguments
            .get(name)
            .and_then(Json::as_str)
            .filter(|t| t.trim_start().starts_with(['{', '[']));
        if let Some(inner) = inner.and_then(|text| serde_json::from_str::<Json>(text).ok())
            && let Some(fields) = arguments.as_object_mut()
        {
            fields.insert(name.to_owned(), inner);
        }
    }
    arguments
}

const TOOLS: [&dyn AnyTool; 13] = [
    &list_connections::ListConnections,
    &inspect::Inspect,
    &query::Query,
    &try_tool::TryTool,
    &ask_user::AskUser,
    &propose_plan::ProposePlan,
    &write_workflow::WriteWorkflow,
    &edit_workflow::EditWorkflow,
    &dry_run::DryRun,
    &add_test::AddTest,
    &save_workflow::SaveWorkflow,
    &draft_connection::DraftConnection,
    &keep_connection::KeepConnection,
];

/// Returns the tools as a model is told of them.
pub fn specs() -> Vec<ToolSpec> {
    TOOLS.iter().map(|tool| tool.spec()).collect()
}

/// Makes a tool call. What is wrong with it goes back to the model.
pub async fn call(call: &ToolCall, bench: &mut Bench<'_>) -> ToolAnswer {
    let outcome = match TOOLS.iter().find(|tool| tool.spec().name == call.name) {
        None => {
            let names: Vec<String> = specs().into_iter().map(|s| s.name).collect();
            Err(
                Refusal::new(format!("There is no tool `{}`", call.name)).maybe_help(
                    crate::diag::did_you_mean(&call.name, names.iter().map(String::as_str)),
                ),
            )
        }
        Some(tool) => match parsed(&call.arguments) {
            Ok(arguments) => tool.call_any(arguments, bench).await,
            Err(refusal) => Err(refusal),
        },
    };
    outcome.unwrap_or_else(|refusal| ToolAnswer {
        line: refusal.message.clone(),
        content: match refusal.help {
            Some(help) => json!({"error": refusal.message, "help": help}),
            None => json!({"error": refusal.message}),
        },
        is_error: true,
    })
}

fn parsed(arguments: &str) -> Result<Json, Refusal> {
    if arguments.trim().is_empty() {
        return Ok(json!({}));
    }
    let value: Json = serde_json::from_str(arguments).map_err(|e| {
        Refusal::new(format!("The arguments are not JSON: {e}"))
            .help("Call it again with one whole JSON object.")
    })?;
    match value {
        Json::String(inner) => serde_json::from_str(&inner)
            .map_err(|e| Refusal::new(format!("The arguments are not JSON: {e}"))),
        other => Ok(other),
    }
}

/// Tells what a change of the draft did: new findings whole, earlier ones counted.
fn tell(changed: &Changed, bench: &Bench<'_>) -> ToolAnswer {
    let errors = changed.review.errors();
    let warnings = changed.review.findings.len() - errors;
    // Open statements are told in one line, not one diagnostic each.
    let (open, rest): (Vec<_>, Vec<_>) =
        changed.new.iter().partition(|f| f.code == "statement-open");
    let mut content = json!({
        "ok": errors == 0,
        "errors": errors,
        "warnings": warnings,
        "new": rest,
        "still_there": changed.still
    });
    if let (true, Some(fields)) = (errors + warnings == 0, content.as_object_mut()) {
        fields.retain(|name, _| name == "ok" || name == "errors");
    }
    let numbers = &changed.review.open;
    if let Some(fields) = content.as_object_mut() {
        if !open.is_empty() || !numbers.is_empty() {
            fields.insert(
                "open_statements".to_owned(),
                json!(format!(
                    "{}: cite each under `sop` of the part that carries it out, or waive it",
                    listed(numbers)
                )),
            );
        }
        if changed.still > 0 && changed.new.is_empty() && errors > 0 {
            let same: Vec<_> = changed
                .review
                .findings
                .iter()
                .filter(|f| f.is_error())
                .take(5)
                .collect();
            fields.insert("same_errors".to_owned(), json!(same));
        }
        if errors == 0 {
            fields.insert("next".to_owned(), json!("dry_run"));
        }
    }
    let steps = bench
        .session
        .draft
        .document
        .as_ref()
        .and_then(|d| d.get("steps"))
        .and_then(Json::as_array)
        .map_or(0, Vec::len);
    let line = match (errors, warnings) {
        (0, 0) => format!("{}, nothing to mend", crate::diag::count(steps, "step")),
        (0, w) => format!(
            "{}, {}",
            crate::diag::count(steps, "step"),
            crate::diag::count(w, "warning")
        ),
        (e, _) => format!("{} to mend", crate::diag::count(e, "error")),
    };
    ToolAnswer {
        content,
        line,
        is_error: false,
    }
}

/// Returns the numbers of statements as a list in words.
fn listed(numbers: &[usize]) -> String {
    let numbers: Vec<String> = numbers.iter().map(usize::to_string).collect();
    numbers.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tool_is_described_by_a_plain_schema() {
        for spec in specs() {
            assert_eq!(spec.parameters["type"], "object", "{}", spec.name);
            assert!(spec.description.len() > 20, "{}", spec.name);
            let text = spec.parameters.to_string();
            assert!(
                !text.contains("$ref") && !text.contains("$schema"),
                "{text}"
            );
        }
    }

    #[test]
    fn structures_given_as_text_are_read() {
        let arguments = json!({"workflow": "{\"a\": 1}", "name": "{x}"});
        assert_eq!(
            unpacked(arguments),
            json!({"workflow": {"a": 1}, "name": "{x}"})
        );
    }
}
