//! Who answers `llm` steps: a model, with answers kept by input, or placeholders.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use super::placeholder::placeholders;
use crate::engine::{Failure, LlmRequest};
use crate::model::pursuit::marked_as_data;
use crate::model::structured::{NoAnswer, Question};
use crate::model::{
    Chain, ChatModel, ModelError, ModelErrorKind, ModelLimits, Price, Usage, Used, Work,
};

/// What holds for every `llm` step.
const SYSTEM: &str = include_str!("../../prompts/llm_step.md");

/// Answers of `llm` steps. The same question is asked once.
pub struct LlmAnswers {
    chain: Option<Arc<Chain>>,
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
    /// Of the calls, those whose price is not known.
    pub unpriced: u64,
}

impl Spent {
    /// Returns what was used of some models in all.
    pub fn of(used: &[Used]) -> Self {
        let mut spent = Spent::default();
        for of_one in used {
            spent.calls += of_one.calls;
            spent.usage += of_one.usage;
            match of_one.price {
                Some(price) => spent.cost += price.cost(&of_one.usage),
                None => spent.unpriced += of_one.calls,
            }
        }
        spent
    }
}

impl std::ops::AddAssign for Spent {
    fn add_assign(&mut self, more: Spent) {
        self.calls += more.calls;
        self.usage += more.usage;
        self.cost += more.cost;
        self.unpriced += more.unpriced;
    }
}

/// What came of asking for an answer that is not known.
#[derive(Debug)]
pub struct Asked {
    /// The answer, or why there is none.
    pub came: Result<Json, Failure>,
    /// What it took.
    pub spent: Spent,
    /// Who was asked, the last one with the answer.
    pub models: Vec<String>,
    /// Why asking for anything else now would end as this did.
    pub trouble: Option<Trouble>,
}

impl Asked {
    /// Returns what comes of asking where there is no model.
    pub(super) fn stand_in(answer: Json) -> Self {
        Asked {
            came: Ok(answer),
            spent: Spent::default(),
            models: Vec::new(),
            trouble: None,
        }
    }
}

/// Why no question can be asked at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// No model can be reached.
    Down {
        /// Since when.
        since: Instant,
        /// When it is worth asking again.
        until: Instant,
    },
    /// The key is refused, or the account is empty: waiting does not help.
    Refused,
}

impl LlmAnswers {
    /// Returns answers by placeholders, for when there is no model.
    pub fn placeholders() -> Self {
        Self::new(None, None)
    }

    /// Returns answers by a model, kept in a folder if one is given.
    pub fn by(model: Arc<dyn ChatModel>, folder: Option<PathBuf>) -> Self {
        Self::of(Chain::new([(model, ModelLimits::default())]), folder)
    }

    /// Returns answers by models in their order, kept in a folder if one is given.
    pub fn of(chain: Chain, folder: Option<PathBuf>) -> Self {
        Self::new(Some(Arc::new(chain)), folder)
    }

    fn new(chain: Option<Arc<Chain>>, folder: Option<PathBuf>) -> Self {
        LlmAnswers {
            chain,
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
            ..Self::new(self.chain.clone(), self.folder.clone())
        }
    }

    /// Returns the answer to a step, if it is known from before.
    pub(super) fn known(&self, request: &LlmRequest) -> Option<Json> {
        self.recall(&self.key(request)?)
    }

    /// Returns the answer that a dry run since a moment has kept.
    pub fn kept_since(&self, request: &LlmRequest, oldest: SystemTime) -> Option<Json> {
        let file = self.file(&self.key(request)?)?;
        let at = std::fs::metadata(&file).ok()?.modified().ok()?;
        let text = std::fs::read_to_string(file).ok()?;
        (at >= oldest).then(|| serde_json::from_str(&text).ok())?
    }

    /// Returns what a question is known by, asked of the first model: all that its answer hangs on.
    pub fn key(&self, request: &LlmRequest) -> Option<String> {
        Some(key(self.model()?, request))
    }

    /// Returns what a question is known by, as a model answered it.
    pub fn key_of(&self, model: &str, request: &LlmRequest) -> String {
        key(model, request)
    }

    /// Returns the model that is asked first.
    pub fn model(&self) -> Option<&str> {
        self.chain.as_ref()?.first().map(|model| model.name())
    }

    /// Returns the price of the model that is asked first, where it is known.
    pub fn price(&self) -> Option<Price> {
        self.chain.as_ref()?.first()?.pricing()
    }

    /// Are answers only placeholders?
    pub fn are_placeholders(&self) -> bool {
        self.chain.is_none()
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
        let Some(key) = self.key(request) else {
            return Ok(placeholders(Some(&request.returns)));
        };
        if let Some(answer) = self.recall(&key) {
            return Ok(answer);
        }
        if !self.asks {
            return Ok(placeholders(Some(&request.returns)));
        }
        let asked = self.ask(request).await;
        if let Ok(answer) = &asked.came {
            self.keep(&key, answer);
        }
        asked.came
    }

    /// Asks for an answer, known or not, and keeps nothing.
    pub async fn ask(&self, request: &LlmRequest) -> Asked {
        let text = question(request);
        let question = Question {
            system: SYSTEM,
            text: &text,
            returns: &request.returns,
        };
        match self.asked(Work::Question(question)).await {
            Some(asked) => asked,
            None => Asked::stand_in(placeholders(Some(&request.returns))),
        }
    }

    /// Lets the models work, the first that can be reached; `None` where there is none.
    pub(super) async fn asked(&self, work: Work<'_>) -> Option<Asked> {
        let answered = self.chain.as_ref()?.through(work).await;
        let spent = Spent::of(&answered.used);
        *self.spent.lock().unwrap_or_else(PoisonError::into_inner) += spent;
        let mut trouble = answered
            .down
            .map(|(since, until)| Trouble::Down { since, until });
        let refused = |error: &ModelError| {
            let kind = &error.kind;
            matches!(kind, ModelErrorKind::RefusedKey | ModelErrorKind::NoCredit)
        };
        if matches!(&answered.answer, Err(NoAnswer::Model(error)) if refused(error)) {
            trouble = Some(Trouble::Refused);
        }
        Some(Asked {
            came: answered.answer.map(Json::Object).map_err(failed),
            spent,
            models: answered.used.into_iter().map(|used| used.model).collect(),
            trouble,
        })
    }

    fn recall(&self, key: &str) -> Option<Json> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(answer) = known.get(key) {
            return Some(answer.clone());
        }
        let text = std::fs::read_to_string(self.file(key)?).ok()?;
        let answer: Json = serde_json::from_str(&text).ok()?;
        known.insert(key.to_owned(), answer.clone());
        Some(answer)
    }

    fn file(&self, key: &str) -> Option<PathBuf> {
        Some(self.folder.as_ref()?.join(format!("{key}.json")))
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

/// Returns facts marked as data, on lines of their own.
pub(super) fn fenced(facts: &Json) -> String {
    let facts = serde_json::to_string_pretty(facts).unwrap_or_default();
    format!("\n{}", marked_as_data(&facts))
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
