//! Goals of `agent` steps: a model pursues them with tools of the connections that only read.

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde_json::{Map, Value as Json, json};

use super::llm::{Asked, LlmAnswers, fenced};
use super::placeholder::placeholders;
use super::tables::call_tool;
use crate::connect::{Catalog, Connections, Effect};
use crate::engine::{AgentRequest, ToolRequest};
use crate::model::pursuit::{Pursuit, Tools};
use crate::model::{ToolSpec, Work};

/// What holds for every `agent` step.
const SYSTEM: &str = include_str!("../../prompts/agent_step.md");

/// The longest name of a tool that every provider takes.
const LONGEST_NAME: usize = 64;

/// Returns an answer of the right shape that says that nothing was looked up.
pub(super) fn stand_in(request: &AgentRequest) -> Json {
    let mut answer = placeholders(Some(&request.returns));
    answer["confidence"] = json!(0);
    answer["tried"] = json!([]);
    answer
}

impl LlmAnswers {
    /// Pursues the goal of a step: the answer has its fields, `confidence` and `tried`.
    pub async fn pursue(
        &self,
        request: &AgentRequest,
        connections: &Connections,
        catalog: &Catalog,
    ) -> Asked {
        let looked_up = LookUps {
            request,
            connections,
            tools: offered(request, catalog),
        };
        let specs: Vec<ToolSpec> = looked_up
            .tools
            .values()
            .map(|(_, spec)| spec.clone())
            .collect();
        let text = format!("{}\n{}", request.goal.trim(), fenced(&request.input));
        let pursuit = Pursuit {
            system: SYSTEM,
            text: &text,
            tools: &specs,
            returns: &request.returns,
            max_turns: request.max_turns,
        };
        match self.asked(Work::Pursuit(pursuit, &looked_up)).await {
            Some(asked) => asked,
            None => Asked::stand_in(stand_in(request)),
        }
    }
}

/// Returns the tools that a step may call, under the names that the model is given.
fn offered(request: &AgentRequest, catalog: &Catalog) -> BTreeMap<String, (String, ToolSpec)> {
    let mut offered = BTreeMap::new();
    for (index, whole) in request.tools.iter().enumerate() {
        let (connection, tool) = whole.split_once('.').unwrap_or((whole, ""));
        let known = catalog.tool(connection, tool);
        // What writes is refused by the check; a connection may have changed since.
        let Some(known) = known.filter(|known| known.effect == Effect::Read) else {
            continue;
        };
        let mut name: String = whole
            .replace('.', "__")
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
            .collect();
        if name.len() > LONGEST_NAME || offered.contains_key(&name) {
            name = format!("tool_{}", index + 1);
        }
        let spec = ToolSpec {
            name: name.clone(),
            description: known.description.clone(),
            parameters: known.input.clone(),
        };
        offered.insert(name, (whole.clone(), spec));
    }
    offered
}

/// Calls what a step may call.
struct LookUps<'l> {
    request: &'l AgentRequest,
    connections: &'l Connections,
    tools: BTreeMap<String, (String, ToolSpec)>,
}

#[async_trait]
impl Tools for LookUps<'_> {
    async fn call(&self, name: &str, arguments: Map<String, Json>) -> Result<Json, String> {
        let Some((tool, _)) = self.tools.get(name) else {
            let known: Vec<&str> = self.tools.keys().map(String::as_str).collect();
            return Err(format!(
                "There is no tool `{name}`; there are: {}.",
                known.join(", ")
            ));
        };
        let request = ToolRequest {
            step: self.request.step.clone(),
            tool: tool.clone(),
            arguments,
            retry: None,
            timeout: None,
        };
        let came = call_tool(self.connections, &request).await;
        came.map_err(|failure| format!("{}: {}", failure.code, failure.message))
    }
}
