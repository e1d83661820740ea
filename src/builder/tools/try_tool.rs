//! Trying a connection's tool.

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::{Bench, Refusal, Tool, ToolAnswer};
use crate::connect::{ConnectError, Scan};
use crate::engine::{ToolRequest, base_scope};
use crate::expr::{Tree, from_json, to_json};
use crate::rehearse::call_tool;

pub(super) struct TryTool;

/// What to call.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Arguments {
    /// `connection.tool`.
    tool: String,
    /// Its arguments. With `over`, they may hold `{{ row.column }}`.
    #[serde(default)]
    arguments: Map<String, Json>,
    /// Calls it once for each of these rows instead of once.
    #[serde(default)]
    over: Option<Over>,
    /// Calls it once with each of these, set over `arguments`: what earlier calls answered, for instance. At most 40.
    #[serde(default)]
    each: Vec<Map<String, Json>>,
}

/// Rows that a tool is tried on.
#[derive(Debug, Deserialize, JsonSchema)]
struct Over {
    /// `connection.table`.
    table: String,
    /// How many rows from its beginning; 10 without it, at most 40.
    #[serde(default)]
    rows: Option<usize>,
}

/// The longest answer that is shown, in characters.
const SHOWN: usize = 3000;

/// The most calls of one try.
const MOST: usize = 40;

/// How many refusals of one kind are shown with their messages.
const TOLD_WHOLE: usize = 2;

#[async_trait]
impl Tool for TryTool {
    type Arguments = Arguments;
    const NAME: &'static str = "try_tool";
    const ABOUT: &'static str = "Calls a connection's tool with arguments taken from the data, to see what it really answers. With `over` it is called for the first rows of a table, with `each` for several sets of arguments; the answer names the arguments that differ. A tool that writes is called only where its connection is a `sandbox`.";

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
        if !catalog.may_rehearse(connection, known) {
            return Err(Refusal::new(format!(
                "`{}` writes: it is not called before a real run",
                arguments.tool
            ))
            .help("Its schema says what it answers: `inspect` it. A dry run stands in for it with a placeholder of that shape. (Where the connection is a test system, its owner can say `sandbox = true` in sopwright.toml; then it is called.)"));
        }
        if let Some(over) = &arguments.over {
            let sets = over_rows(&arguments, over, bench).await?;
            return Ok(several(&arguments.tool, sets, bench).await);
        }
        if !arguments.each.is_empty() {
            let set = |own: &Map<String, Json>| {
                let mut set = arguments.arguments.clone();
                set.extend(own.clone());
                set
            };
            let sets = arguments.each.iter().take(MOST).map(set).collect();
            return Ok(several(&arguments.tool, sets, bench).await);
        }
        let request = request(&arguments.tool, arguments.arguments);
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

fn request(tool: &str, arguments: Map<String, Json>) -> ToolRequest {
    ToolRequest {
        step: "try".to_owned(),
        tool: tool.to_owned(),
        arguments,
        retry: None,
        timeout: None,
    }
}

/// Returns the arguments for each of the first rows of a table.
async fn over_rows(
    arguments: &Arguments,
    over: &Over,
    bench: &Bench<'_>,
) -> Result<Vec<Map<String, Json>>, Refusal> {
    let resources = bench.resources;
    let (connection, table) = over.table.split_once('.').unwrap_or((&over.table, ""));
    let failed = |e: ConnectError| Refusal::new(e.message).maybe_help(e.help);
    let connection = resources.connections.require(connection).map_err(failed)?;
    let rows = connection.scan(Scan::all(table)).await.map_err(failed)?;
    let rows = rows
        .collect(over.rows.unwrap_or(10).min(MOST))
        .await
        .map_err(failed)?;
    let template = Tree::compile(&Json::Object(arguments.arguments.clone()))
        .map_err(|e| Refusal::new(e.message))?;
    let mut scope = base_scope(&resources.run_info(&bench.session.name, None), &Json::Null);
    let mut sets = Vec::new();
    for row in rows {
        scope.set("row", from_json(&Json::Object(row)));
        if let Json::Object(set) =
            to_json(&template.eval(&scope).map_err(|e| Refusal::new(e.message))?)
        {
            sets.push(set);
        }
    }
    Ok(sets)
}

/// Returns the arguments that are the same in every set: they need not be told each time.
fn shared(sets: &[Map<String, Json>]) -> Vec<String> {
    let Some((first, rest)) = sets.split_first().filter(|(_, rest)| !rest.is_empty()) else {
        return Vec::new();
    };
    let same = |name: &&String| rest.iter().all(|set| set.get(*name) == first.get(*name));
    first.keys().filter(same).cloned().collect()
}

/// Calls a tool with each of some sets of arguments, and tells what it answered to each.
async fn several(tool: &str, sets: Vec<Map<String, Json>>, bench: &Bench<'_>) -> ToolAnswer {
    let connections = &bench.resources.connections;
    let shared = shared(&sets);
    let mut told = Vec::new();
    let mut codes: Vec<String> = Vec::new();
    for mut given in sets {
        let came = call_tool(connections, &request(tool, given.clone())).await;
        given.retain(|name, _| !shared.contains(name));
        told.push(match came {
            Ok(answer) => json!({"arguments": given, "answer": answer}),
            Err(failure) => {
                let before = codes.iter().filter(|code| **code == failure.code).count();
                codes.push(failure.code.clone());
                // What was said twice is known.
                if before < TOLD_WHOLE {
                    json!({"arguments": given, "refused": {"code": failure.code, "message": failure.message}})
                } else {
                    json!({"arguments": given, "refused": {"code": failure.code}})
                }
            }
        });
    }
    ToolAnswer {
        line: format!(
            "{tool} {}, {} refused",
            crate::diag::count(told.len(), "time"),
            codes.len()
        ),
        content: json!({ "calls": told }),
        is_error: false,
    }
}
