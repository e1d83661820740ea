//! Tries a model out: does it answer, and do its tool calls come back?

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::{ChatModel, Message, ModelError, Reply, Request, Stop, ToolChoice, ToolSpec, Usage};

/// What trying a model showed.
#[derive(Debug, Clone, PartialEq)]
pub struct ProbeReport {
    /// The model's name.
    pub model: String,
    /// How long a short answer took, or why none came.
    pub answer: Result<Duration, ModelError>,
    /// Whether it calls tools; `None` when it did not even answer.
    pub tools: Option<ToolProbe>,
    /// The tokens that the attempt used.
    pub usage: Usage,
}

/// Whether a model calls tools.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToolProbe {
    /// It does; a call took this long.
    Works(Duration),
    /// The call came back, but its arguments are not what was asked for.
    Malformed {
        /// The arguments as they came.
        arguments: String,
    },
    /// It answered in words: servers drop the tools without an error when the model's chat
    /// template has no place for them.
    Ignored {
        /// What it said instead.
        said: String,
    },
    /// The server refused the call.
    Failed(ModelError),
}

impl ProbeReport {
    /// Can the model build workflows, as far as this shows?
    pub fn is_usable(&self) -> bool {
        matches!(self.tools, Some(ToolProbe::Works(_)))
    }
}

/// Asks the model for a word, and then for one tool call.
pub async fn probe(model: &dyn ChatModel) -> ProbeReport {
    let mut report = ProbeReport {
        model: model.name().to_owned(),
        answer: Ok(Duration::ZERO),
        tools: None,
        usage: Usage::default(),
    };
    let began = Instant::now();
    match model.complete(&a_word(), &mut |_| {}).await {
        Ok(reply) => report.usage += reply.usage,
        Err(error) => {
            report.answer = Err(error);
            return report;
        }
    }
    report.answer = Ok(began.elapsed());
    let began = Instant::now();
    report.tools = Some(match model.complete(&a_call(), &mut |_| {}).await {
        Err(error) => ToolProbe::Failed(error),
        Ok(reply) => {
            report.usage += reply.usage;
            judge(&reply, began.elapsed())
        }
    });
    report
}

fn judge(reply: &Reply, took: Duration) -> ToolProbe {
    let Some(call) = reply.calls.iter().find(|call| call.name == TOOL) else {
        return ToolProbe::Ignored {
            said: reply.text.clone(),
        };
    };
    let arguments: Value = serde_json::from_str(&call.arguments).unwrap_or_default();
    if reply.stop == Stop::Length || !arguments["table"].is_string() {
        return ToolProbe::Malformed {
            arguments: call.arguments.clone(),
        };
    }
    ToolProbe::Works(took)
}

const TOOL: &str = "count_rows";

fn a_word() -> Request {
    Request {
        messages: vec![Message::user("Answer with the one word: ready")],
        // Reasoning models refuse, or answer nothing, when there is no room to think.
        max_tokens: 64,
        ..Request::default()
    }
}

fn a_call() -> Request {
    Request {
        messages: vec![Message::user(
            "How many rows does the table `accounts` have?",
        )],
        tools: vec![ToolSpec {
            name: TOOL.to_owned(),
            description: "Counts the rows of a table".to_owned(),
            parameters: json!({
                "type": "object",
                "properties": {"table": {"type": "string", "maxLength": 64}},
                "required": ["table"],
            }),
        }],
        tool_choice: ToolChoice::Named(TOOL.to_owned()),
        max_tokens: 1024,
        ..Request::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ModelErrorKind, ScriptedModel};

    async fn tools(second: Result<Reply, ModelError>) -> Option<ToolProbe> {
        let model = ScriptedModel::answering([Ok(ScriptedModel::text("ready")), second]);
        probe(&model).await.tools
    }

    #[tokio::test(start_paused = true)]
    async fn a_real_tool_call_works() {
        let call = ScriptedModel::calls(&[("c", TOOL, json!({"table": "accounts"}))]);
        let works = tools(Ok(call)).await;
        assert_eq!(works, Some(ToolProbe::Works(Duration::ZERO)));
    }

    #[tokio::test]
    async fn tools_that_were_dropped_are_noticed() {
        let said = "There are 12.".to_owned();
        let words = ScriptedModel::text(&said);
        assert_eq!(tools(Ok(words)).await, Some(ToolProbe::Ignored { said }));
        let empty = ScriptedModel::calls(&[("c", TOOL, json!({}))]);
        let arguments = "{}".to_owned();
        let malformed = Some(ToolProbe::Malformed { arguments });
        assert_eq!(tools(Ok(empty)).await, malformed);
    }

    #[tokio::test]
    async fn failures_are_reported_where_they_happen() {
        let error = ModelError::new(ModelErrorKind::BadRequest, "no tools here");
        let failed = Some(ToolProbe::Failed(error.clone()));
        assert_eq!(tools(Err(error.clone())).await, failed);
        let report = probe(&ScriptedModel::answering([Err(error.clone())])).await;
        assert_eq!(
            (report.answer.clone(), report.tools.clone()),
            (Err(error), None)
        );
        assert!(!report.is_usable());
    }
}
