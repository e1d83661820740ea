//! Asking the user what the SOP leaves open.

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::{Bench, Refusal, Tool, ToolAnswer};
use crate::builder::{Question, QuestionKind, Weight};
use crate::expr::Condition;
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
    /// `connection.table`, with `rows`.
    #[serde(default)]
    table: Option<String>,
    /// For each choice an expression over `row` of that table, as in `days_until(row.due) <= 30`: the rows that it takes in are counted and shown beside it.
    #[serde(default)]
    rows: Vec<String>,
}

impl Asked {
    /// Returns what counts the rows of each choice.
    fn weight(&self) -> Option<Weight> {
        (!self.rows.is_empty()).then(|| Weight {
            table: self.table.clone().unwrap_or_default(),
            expressions: self.rows.clone(),
            counted: None,
        })
    }

    /// Returns what is wrong with how the rows of its choices are to be counted.
    fn fault(&self) -> Option<String> {
        if self.rows.is_empty() {
            return None;
        }
        let about = crate::diag::one_line(&self.question, 40);
        if self.table.is_none() {
            return Some(format!("“{about}” has `rows` and no `table`"));
        }
        if self.rows.len() != self.choices.len() {
            return Some(format!(
                "“{about}” has {} and {} in `rows`: it needs one for each",
                crate::diag::count(self.choices.len(), "choice"),
                crate::diag::count(self.rows.len(), "expression")
            ));
        }
        let wrong = |source: &String| Condition::compile(source).err();
        let error = self.rows.iter().find_map(wrong)?;
        Some(format!("“{about}”: {}", error.message))
    }
}

/// The answer to a question for which nobody was there.
pub(crate) const NOBODY: &str = "(nobody answered)";

/// The answer to a question that was one too many.
const NOT_ASKED: &str = "(not asked: there were enough questions)";

/// What the model does about it.
const UNANSWERED: &str = "Where nobody answered, take the most literal reading of the SOP; where it has no literal reading (a band without numbers), the one that the sample data support best. Record each under `assumptions` with \"from\": \"builder\", and do not ask again.";

impl AskUser {
    /// Returns the first question of a call that has no answer yet.
    pub fn open_question(call: &ToolCall, answered: &[(String, String)]) -> Option<Question> {
        let questions = Self::arguments(call)?.questions;
        if questions.iter().any(|asked| asked.fault().is_some()) {
            return None;
        }
        questions.into_iter().find_map(|asked| {
            let known = answered
                .iter()
                .any(|(question, _)| *question == asked.question);
            (!known).then(|| Question {
                kind: QuestionKind::Clarify,
                weight: asked.weight(),
                text: asked.question,
                why: asked.why,
                choices: asked.choices,
            })
        })
    }

    /// Returns the answers to the questions of a call, for the model.
    ///
    /// `counted` holds, by question, how many rows each choice takes in.
    pub fn answers(
        call: &ToolCall,
        answered: &[(String, String)],
        counted: &[(String, Map<String, Json>)],
    ) -> String {
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
                let answer = answer.map_or(NOT_ASKED, |(_, answer)| answer);
                let mut told = json!({"question": asked.question, "answer": answer});
                let rows = counted.iter().find(|(text, _)| *text == asked.question);
                if let Some((_, rows)) = rows {
                    told["rows"] = json!(rows);
                }
                told
            })
            .collect();
        let mut told = json!({ "answers": pairs });
        let is_open = |pair: &Json| pair["answer"] == NOBODY || pair["answer"] == NOT_ASKED;
        if told["answers"]
            .as_array()
            .is_some_and(|a| a.iter().any(is_open))
        {
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
        if let Some(fault) = arguments.questions.iter().find_map(Asked::fault) {
            return Err(Refusal::new(fault).help("Nobody was asked. Ask again, with it mended."));
        }
        let known = &bench.session.answered;
        let answer = |asked: &Asked| {
            let known = known.iter().find(|(q, _)| *q == asked.question);
            let (answer, before) = known.map_or((NOT_ASKED, false), |(_, a)| (a, true));
            json!({"question": asked.question, "answer": answer, "asked_before": before})
        };
        let answers: Vec<_> = arguments.questions.iter().map(answer).collect();
        Ok(ToolAnswer {
            content: json!({ "answers": answers }),
            line: "answered before".to_owned(),
            is_error: false,
        })
    }
}
