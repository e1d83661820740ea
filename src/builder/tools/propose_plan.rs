//! Showing the plan for a yes.

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{Bench, Refusal, Tool, ToolAnswer};
use crate::builder::{Question, QuestionKind};
use crate::model::ToolCall;

/// The tool that shows the plan. The session asks before the tool is called.
pub struct ProposePlan;

/// The plan.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Arguments {
    /// A few plain lines: when it runs, what a case is, what is read, how it is decided, what comes out, what is assumed.
    plan: String,
}

impl ProposePlan {
    /// Returns the question that shows the plan of a call.
    pub fn question(call: &ToolCall) -> Option<Question> {
        let arguments: Arguments =
            serde_json::from_value(super::parsed(&call.arguments).ok()?).ok()?;
        Some(Question {
            kind: QuestionKind::Plan,
            text: arguments.plan,
            why: None,
            choices: vec![
                "Yes, build it".to_owned(),
                "No, change something".to_owned(),
            ],
            weight: None,
        })
    }
}

#[async_trait]
impl Tool for ProposePlan {
    type Arguments = Arguments;
    const NAME: &'static str = "propose_plan";
    const ABOUT: &'static str = "Shows the user the plan in a few plain lines and waits for a yes or a correction. Once, before the first write_workflow.";

    /// Is reached only by a call that the session could not read as a plan.
    async fn call(&self, _: Arguments, _: &mut Bench<'_>) -> Result<ToolAnswer, Refusal> {
        Ok(ToolAnswer {
            content: json!({"ok": true}),
            line: "plan".to_owned(),
            is_error: false,
        })
    }
}
