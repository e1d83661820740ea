//! Asking the user what the SOP leaves open.

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{Bench, Refusal, Tool, ToolAnswer};
use crate::builder::{Question, QuestionKind};
use crate::model::ToolCall;

/// The tool that asks the user. The session asks before the tool is called.
pub struct AskUser;

/// What to ask.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Arguments {
    /// The questions, the most consequential first.
    #[schemars(length(min = 1, max = 7))]
    questions: Vec<Asked>,
}

/// One question.
#[derive(Debug, Deserialize, JsonSchema)]
struct Asked {
    /// In plain words, for someone who knows the process.
    question: String,
    /// What the answer changes, with numbers from the data where you have them.
    #[serde(default)]
    why: Option<String>,
    /// Answers to choose from, the most likely first.
    #[serde(default)]
    choices: Vec<String>,
}

/// The answer to a question for which nobody was there.
pub(crate) const NOBODY: &str = "(nobody answered)";

/// What the model does about it.
const UNANSWERED: &str = "Where nobody answered, take the most literal reading of the SOP; where it has no literal reading (a band without numbers), the one that the sample data support best. Record each under `assumptions` with \"from\": \"builder\", and do not ask again.";

impl AskUser {
    /// Returns the first question of a call that has no answer yet.
    pub fn open_question(call: &ToolCall, answered: &[(String, String)]) -> Option<Question> {
        Self::arguments(call)?
            .questions
            .into_iter()
            .find_map(|asked| {
                let known = answered
                    .iter()
                    .any(|(question, _)| *question == asked.question);
                (!known).then_some(Question {
                    kind: QuestionKind::Clarify,
                    text: asked.question,
                    why: asked.why,
                    choices: asked.choices,
                })
            })
    }

    /// Returns the answers to the questions of a call, for the model.
    pub fn answers(call: &ToolCall, answered: &[(String, String)]) -> String {
        let questions = Self::arguments(call)
            .map(|a| a.questions)
            .unwrap_or_default();
        let pairs: Vec<_> = questions
            .iter()
            .map(|asked| {
                let answer = answered
                    .iter()
                    .rev()
                    .find(|(question, _)| *question == asked.question);
                json!({"question": asked.question, "answer": answer.map(|(_, answer)| answer)})
            })
            .collect();
        let mut told = json!({ "answers": pairs });
        if answered.iter().any(|(_, answer)| answer == NOBODY) {
            told["note"] = json!(UNANSWERED);
        }
        told.to_string()
    }

    fn arguments(call: &ToolCall) -> Option<Arguments> {
        let value = super::parsed(&call.arguments).ok()?;
        serde_json::from_value(super::unpacked(value)).ok()
    }
}

#[async_trait]
impl Tool for AskUser {
    type Arguments = Arguments;
    const NAME: &'static str = "ask_user";
    const ABOUT: &'static str = "Asks the user what the SOP leaves open and the data cannot settle. Only questions whose answer changes the outcome; all in one call; never one that was answered.";

    /// Answers a call whose questions were all answered before.
    async fn call(
        &self,
        arguments: Arguments,
        bench: &mut Bench<'_>,
    ) -> Result<ToolAnswer, Refusal> {
        let known = &bench.session.answered;
        let answers: Vec<_> = arguments
            .questions
            .iter()
            .filter_map(|asked| known.iter().find(|(q, _)| *q == asked.question))
            .map(|(question, answer)| json!({"question": question, "answer": answer, "asked_before": true}))
            .collect();
        Ok(ToolAnswer {
            content: json!({ "answers": answers }),
            line: "answered before".to_owned(),
            is_error: false,
        })
    }
}
