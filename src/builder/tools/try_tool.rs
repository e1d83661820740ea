//! Trying a connection's tool.

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::{Bench, Refusal, Tool, ToolAnswer};
use crate::connect::Effect;
use crate::engine::ToolRequest;
use crate::rehearse::call_tool;

pub(super) struct TryTool;

/// What to call.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Arguments {
    /// `connection.tool`.
    tool: String,
    /// Its arguments.
    #[serde(default)]
    arguments: Map<String, Json>,
}

/// The longest answer that is shown, in characters.
const SHOWN: usize = 3000;

#[async_trait]
impl Tool for TryTool {
    type Arguments = Arguments;
    const NAME: &'static str = "try_tool";
    const ABOUT: &'static str = "Calls a connection's read-only tool with arguments taken from the data, to see what it really answers. Tools that write are never called here.";

    async fn call(
        &self,
        arguments: Arguments,
        bench: &mut Bench<'_>,
    ) -> Result<ToolAnswer, Refusal> {
        let (connection, tool) = arguments
            .tool
            .split_once('.')
            .unwrap_or((&arguments.tool, ""));
        let catalog = &bench.resources.catalog;
        let Some(known) = catalog.tool(connection, tool) else {
            let all: Vec<String> = catalog
                .connections
                .iter()
                .flat_map(|(c, info)| info.tools.keys().map(move |t| format!("{c}.{t}")))
                .collect();
            return Err(
                Refusal::new(format!("There is no tool `{}`", arguments.tool)).maybe_help(
                    crate::diag::did_you_mean(&arguments.tool, all.iter().map(String::as_str)),
                ),
            );
        };
        if known.effect != Effect::Read {
            return Err(Refusal::new(format!(
                "`{}` writes: it is not called before a real run",
                arguments.tool
            ))
            .help("Its schema says what it answers: `inspect` it."));
        }
        let request = ToolRequest {
            step: "try".to_owned(),
            tool: arguments.tool.clone(),
            arguments: arguments.arguments,
            retry: None,
            timeout: None,
        };
        let (content, line) = match call_tool(&bench.resources.connections, &request).await {
            Ok(answer) => {
                let text = answer.to_string();
                let content = if text.len() > SHOWN {
                    json!({"answer_begins": text.chars().take(SHOWN).collect::<String>()})
                } else {
                    json!({"answer": answer})
                };
                (content, format!("{} answered", arguments.tool))
            }
            Err(failure) => (
                json!({"refused": {"code": failure.code, "message": failure.message, "transient": failure.transient}}),
                format!("{} refused: {}", arguments.tool, failure.code),
            ),
        };
        Ok(ToolAnswer {
            content,
            line,
            is_error: false,
        })
    }
}
