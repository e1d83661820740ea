//! Models in the order in which they are asked: where one has no room for a question or cannot be
//! reached, the next one is.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value as Json};
use tokio::time::Instant;

use super::pursuit::{Pursuit, Tools, pursue};
use super::structured::{NoAnswer, Question, ask};
use super::throttle::Throttle;
use super::{ChatModel, ModelError, ModelErrorKind, ModelLimits, Price, Usage};
use crate::connect::{Breaker, Turn};

/// Tokens that an answer is taken to have, until it is there.
const ANSWER_TOKENS: f64 = 200.0;

/// Models in the order in which they are asked.
pub struct Chain {
    links: Vec<Link>,
}

struct Link {
    model: Arc<dyn ChatModel>,
    throttle: Throttle,
    breaker: Mutex<Breaker>,
}

/// What a model used for a question, answered or not.
#[derive(Debug, Clone, PartialEq)]
pub struct Used {
    /// The model.
    pub model: String,
    /// How often it was asked.
    pub calls: u64,
    /// Tokens.
    pub usage: Usage,
    /// Its price, where it is known.
    pub price: Option<Price>,
}

/// What came of a question.
#[derive(Debug)]
pub struct Answered {
    /// The answer, or why there is none.
    pub answer: Result<Map<String, Json>, NoAnswer>,
    /// Who was asked, in order; the last one answered, if there is an answer.
    pub used: Vec<Used>,
    /// Where none of them could be reached: since when, and when it is worth asking again.
    pub down: Option<(Instant, Instant)>,
}

impl Chain {
    /// Returns models in their order, each with its limits.
    pub fn new(models: impl IntoIterator<Item = (Arc<dyn ChatModel>, ModelLimits)>) -> Self {
        let link = |(model, limits): (Arc<dyn ChatModel>, ModelLimits)| Link {
            model,
            throttle: Throttle::new(&limits),
            // Each failure comes after several tries already.
            breaker: Mutex::new(Breaker::after(1)),
        };
        Chain {
            links: models.into_iter().map(link).collect(),
        }
    }

    /// Returns the model that is asked first.
    pub fn first(&self) -> Option<&Arc<dyn ChatModel>> {
        self.links.first().map(|link| &link.model)
    }

    /// Asks the first model that can be reached and has room.
    pub async fn ask(&self, question: Question<'_>) -> Answered {
        self.through(Work::Question(question)).await
    }

    /// Lets the first model work that can be reached and has room.
    pub async fn through(&self, work: Work<'_>) -> Answered {
        let mut used = Vec::new();
        let mut last: Option<ModelError> = None;
        for link in &self.links {
            if let Turn::Wait(_) = link.breaker().turn(Instant::now()) {
                continue;
            }
            let turn = link.throttle.turn(work.expected()).await;
            let (answer, usage, calls) = work.done_by(&*link.model).await;
            turn.used(usage.prompt() + usage.output);
            used.push(Used {
                model: link.model.name().to_owned(),
                calls,
                usage,
                price: link.model.pricing(),
            });
            match answer {
                Err(NoAnswer::Model(error)) if is_worth_asking_elsewhere(&error) => {
                    link.breaker().failed(Instant::now());
                    last = Some(error);
                }
                answer => {
                    link.breaker().answered();
                    return Answered {
                        answer,
                        used,
                        down: None,
                    };
                }
            }
        }
        let error = last.unwrap_or_else(|| {
            let names: Vec<&str> = self.links.iter().map(|link| link.model.name()).collect();
            let message = format!(
                "{} could not be reached a moment ago, and is left alone for a while",
                names.join(", ")
            );
            ModelError::new(ModelErrorKind::Unreachable, message)
        });
        Answered {
            answer: Err(NoAnswer::Model(error)),
            used,
            down: self.down(Instant::now()),
        }
    }

    /// Returns since when all of them cannot be reached, and when the next may be asked again.
    fn down(&self, now: Instant) -> Option<(Instant, Instant)> {
        let mut since = None;
        let mut until: Option<Instant> = None;
        for link in &self.links {
            let breaker = link.breaker();
            since = since.max(Some(breaker.down_since()?));
            let again = breaker.resting_until().unwrap_or(now);
            until = Some(until.map_or(again, |until| until.min(again)));
        }
        Some((since?, until?))
    }
}

/// What a model is to do.
#[derive(Clone, Copy)]
pub enum Work<'w> {
    /// To answer a question.
    Question(Question<'w>),
    /// To pursue a goal with tools.
    Pursuit(Pursuit<'w>, &'w dyn Tools),
}

impl Work<'_> {
    async fn done_by(
        self,
        model: &dyn ChatModel,
    ) -> (Result<Map<String, Json>, NoAnswer>, Usage, u64) {
        match self {
            Work::Question(question) => ask(model, question).await,
            Work::Pursuit(pursuit, tools) => pursue(model, pursuit, tools).await,
        }
    }

    /// Returns how many tokens it is taken to use, until that is known.
    fn expected(&self) -> f64 {
        let (system, text, returns) = match self {
            Work::Question(question) => (question.system, question.text, question.returns),
            Work::Pursuit(pursuit, _) => (pursuit.system, pursuit.text, pursuit.returns),
        };
        let returns: usize = returns
            .iter()
            .map(|(name, schema)| name.len() + schema.to_string().len())
            .sum();
        (system.len() + text.len() + returns) as f64 / 4.0 + ANSWER_TOKENS
    }
}

impl Link {
    fn breaker(&self) -> std::sync::MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// May another model answer where this one did not? So it is where it could not be reached, or had
/// no room; what it refuses for another reason, it refuses.
fn is_worth_asking_elsewhere(error: &ModelError) -> bool {
    error.is_transient() || error.kind == ModelErrorKind::NoCredit
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::model::{Reply, ScriptedModel};
    use serde_json::json;

    fn reply() -> Reply {
        ScriptedModel::calls(&[("1", "answer", json!({"level": "high"}))])
    }

    fn failing(kind: ModelErrorKind) -> Result<Reply, ModelError> {
        Err(ModelError::new(kind, "no"))
    }

    fn chain(models: [&Arc<ScriptedModel>; 2]) -> Chain {
        let models = models.map(|m| {
            let model: Arc<dyn ChatModel> = m.clone();
            (model, ModelLimits::default())
        });
        Chain::new(models)
    }

    async fn ask_in(chain: &Chain) -> Answered {
        let returns = json!({"level": {"type": "string"}});
        let question = Question {
            system: "s",
            text: "t",
            returns: returns.as_object().unwrap(),
        };
        chain.ask(question).await
    }

    #[tokio::test(start_paused = true)]
    async fn the_next_is_asked_where_one_has_no_room_and_the_first_again_after_a_while() {
        let first = Arc::new(ScriptedModel::answering([
            failing(ModelErrorKind::Overloaded { retry_after: None }),
            Ok(reply()),
        ]));
        let second = Arc::new(ScriptedModel::new([reply(), reply()]));
        let chain = chain([&first, &second]);
        let answered = ask_in(&chain).await;
        assert_eq!(answered.answer.unwrap()["level"], "high");
        assert_eq!(answered.used.len(), 2);
        // It is left alone for now.
        assert_eq!(ask_in(&chain).await.used.len(), 1);
        assert_eq!((first.left(), second.left()), (1, 0));
        tokio::time::sleep(std::time::Duration::from_secs(60)).await;
        ask_in(&chain).await.answer.unwrap();
        assert_eq!(first.left(), 0);
    }

    #[tokio::test]
    async fn a_refusal_of_another_kind_is_not_taken_elsewhere() {
        let first = Arc::new(ScriptedModel::answering([failing(
            ModelErrorKind::RefusedKey,
        )]));
        let second = Arc::new(ScriptedModel::new([reply()]));
        let answered = ask_in(&chain([&first, &second])).await;
        assert!(
            matches!(answered.answer, Err(NoAnswer::Model(e)) if e.kind == ModelErrorKind::RefusedKey)
        );
        assert_eq!(second.left(), 1);
        assert_eq!(answered.down, None);
    }

    #[tokio::test(start_paused = true)]
    async fn where_none_can_be_reached_it_is_known_since_when() {
        let gone = || failing(ModelErrorKind::Unreachable);
        let first = Arc::new(ScriptedModel::answering([gone()]));
        let second = Arc::new(ScriptedModel::answering([gone()]));
        let chain = chain([&first, &second]);
        let began = Instant::now();
        let (since, until) = ask_in(&chain).await.down.unwrap();
        assert!(since == began && until > began);
        let again = ask_in(&chain).await;
        assert!(again.used.is_empty() && again.down.is_some(), "{again:?}");
    }
}
