//! Who answers `llm` steps: a model, with answers kept by input, or placeholders.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use super::placeholder::placeholders;
use crate::engine::{Failure, LlmRequest};
use crate::model::structured::{NoAnswer, Question, ask};
use crate::model::{ChatModel, Usage};

/// What holds for every `llm` step.
const SYSTEM: &str = include_str!("../../prompts/llm_step.md");

/// Answers of `llm` steps. The same question is asked once.
pub struct LlmAnswers {
    model: Option<Arc<dyn ChatModel>>,
    /// Where answers are kept between dry runs.
    folder: Option<PathBuf>,
    known: Mutex<HashMap<String, Json>>,
    spent: Mutex<Spent>,
    /// Is what is not known asked of the model, and not stood in for?
    asks: bool,
}

/// What model calls have used.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Spent {
    /// Calls that were made.
    pub calls: u64,
    /// Tokens.
    pub usage: Usage,
    /// US dollars, as far as prices are known.
    pub cost: f64,
}

impl LlmAnswers {
    /// Returns answers by placeholders, for when there is no model.
    pub fn placeholders() -> Self {
        Self::new(None, None)
    }

    /// Returns answers by a model, kept in a folder if one is given.
    pub fn by(model: Arc<dyn ChatModel>, folder: Option<PathBuf>) -> Self {
        Self::new(Some(model), folder)
    }

    fn new(model: Option<Arc<dyn ChatModel>>, folder: Option<PathBuf>) -> Self {
        LlmAnswers {
            model,
            folder,
            known: Mutex::default(),
            spent: Mutex::default(),
            asks: true,
        }
    }

    /// Returns the answers that are known, with placeholders for the others: they cost nothing.
    pub(super) fn without_asking(&self) -> Self {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        LlmAnswers {
            known: Mutex::new(known.clone()),
            asks: false,
            ..Self::new(self.model.clone(), self.folder.clone())
        }
    }

    /// Returns the answer to a step, if it is known from before.
    pub(super) fn known(&self, request: &LlmRequest) -> Option<Json> {
        let model = self.model.as_ref()?;
        self.recall(&key(model.name(), request))
    }

    /// Are answers only placeholders?
    pub fn are_placeholders(&self) -> bool {
        self.model.is_none()
    }

    /// Returns what was spent so far.
    pub fn spent(&self) -> Spent {
        *self.spent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers a step.
    ///
    /// # Errors
    /// If the model cannot be asked, or answers twice in the wrong shape.
    pub async fn answer(&self, request: &LlmRequest) -> Result<Json, Failure> {
        let Some(model) = &self.model else {
            return Ok(placeholders(Some(&request.returns)));
        };
        let key = key(model.name(), request);
        if let Some(answer) = self.recall(&key) {
            return Ok(answer);
        }
        if !self.asks {
            return Ok(placeholders(Some(&request.returns)));
        }
        let text = question(request);
        let question = Question {
            system: SYSTEM,
            text: &text,
            returns: &request.returns,
        };
        let (answer, usage) = ask(&**model, question).await;
        self.spend(usage);
        let answer = Json::Object(answer.map_err(failed)?);
        self.keep(&key, &answer);
        Ok(answer)
    }

    /// Returns the model, if there is one.
    pub(super) fn model(&self) -> Option<&Arc<dyn ChatModel>> {
        self.model.as_ref()
    }

    /// Counts what a call has used.
    pub(super) fn spend(&self, usage: Usage) {
        let price = self.model.as_ref().and_then(|model| model.pricing());
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        spent.calls += 1;
        spent.usage += usage;
        spent.cost += price.map_or(0.0, |price| price.cost(&usage));
    }

    fn recall(&self, key: &str) -> Option<Json> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(answer) = known.get(key) {
            return Some(answer.clone());
        }
        let text =
            std::fs::read_to_string(self.folder.as_ref()?.join(format!("{key}.json"))).ok()?;
        let answer: Json = serde_json::from_str(&text).ok()?;
        known.insert(key.to_owned(), answer.clone());
        Some(answer)
    }

    /// Keeps an answer. That it could not be written costs a call later, and nothing else.
    fn keep(&self, key: &str, answer: &Json) {
        self.known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key.to_owned(), answer.clone());
        if let Some(folder) = &self.folder {
            let _ = std::fs::create_dir_all(folder).and_then(|()| {
                std::fs::write(folder.join(format!("{key}.json")), answer.to_string())
            });
        }
    }
}

fn key(model: &str, request: &LlmRequest) -> String {
    let whole = serde_json::json!([
        model,
        SYSTEM,
        request.instructions,
        request.input,
        request.returns,
        request.examples
    ]);
    let digest = Sha256::digest(whole.to_string().as_bytes());
    digest
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Returns the question of a step: instructions, worked examples, and the facts marked as data.
fn question(request: &LlmRequest) -> String {
    let mut text = format!("{}\n", request.instructions.trim());
    for example in &request.examples {
        let (input, output) = (
            Json::Object(example.input.clone()),
            Json::Object(example.output.clone()),
        );
        text += &format!(
            "\n<example>\n<input>{input}</input>\n<answer>{output}</answer>\n</example>\n"
        );
    }
    text + &fenced(&request.input)
}

/// Returns facts marked as data; they cannot close their own fence.
pub(super) fn fenced(facts: &Json) -> String {
    let facts = serde_json::to_string_pretty(facts)
        .unwrap_or_default()
        .replace("</data", "<\\/data");
    format!("\n<data>\n{facts}\n</data>")
}

/// Returns what a workflow can say about a model that gave no answer.
pub(super) fn failed(why: NoAnswer) -> Failure {
    match why {
        NoAnswer::Invalid(why) => Failure::last(
            "invalid_answer",
            format!("The model's answer does not fit: {why}"),
        ),
        NoAnswer::Model(error) => Failure {
            code: "model".to_owned(),
            transient: error.is_transient(),
            message: error.message,
        },
    }
}
