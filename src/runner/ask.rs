//! Asking models at scale: what is known is not asked again, the same is asked once at a time, and
//! what it takes is counted.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use indexmap::IndexMap;
use serde_json::Value as Json;
use tokio::time::{Instant, sleep_until};

use super::Rules;
use super::calls::Caller;
use super::guards::spoken;
use super::log::now;
use super::meter::Meter;
use super::stop::{Halt, Stop};
use crate::diag::{Result, count};
use crate::engine::{AgentRequest, Failure, LlmRequest};
use crate::rehearse::{Asked, LlmAnswers, Trouble};
use crate::store::Journal;
use crate::store::journal::{AnswerCost, KeptAnswer, RunNumber, Used};

type Answer = std::result::Result<Json, Failure>;

/// Asks the models of a run.
pub(super) struct Asker {
    llm: Arc<LlmAnswers>,
    journal: Arc<Journal>,
    run: RunNumber,
    pub(super) meter: Arc<Meter>,
    stop: Arc<Stop>,
    /// How old an answer may be that is used again.
    keep: Option<Duration>,
    /// Are answers of earlier runs left aside?
    fresh: bool,
    /// How long a case waits for models that are down.
    patience: Duration,
    known: Known,
}

/// What was answered lately, and what is being asked.
#[derive(Default)]
struct Known {
    asked: Mutex<HashMap<String, Arc<tokio::sync::Mutex<Option<Came>>>>>,
    lately: Mutex<Lately>,
    stood_in: Mutex<IndexMap<String, usize>>,
}

/// What came of a question.
#[derive(Debug, Clone)]
struct Came {
    answer: Answer,
    model: String,
    /// What it had cost, in US dollars.
    cost: f64,
}

/// What is to be journaled of a question.
pub(super) struct Told {
    pub(super) answer: Answer,
    pub(super) cost: AnswerCost,
    /// The answer under its key, where it is new.
    pub(super) kept: Option<(String, KeptAnswer)>,
}

impl Asker {
    /// Returns who asks models in a run; answers that are too old to be used again are forgotten.
    pub(super) async fn of(
        (llm, fresh): (&Arc<LlmAnswers>, bool),
        (journal, run): (&Arc<Journal>, RunNumber),
        rules: &Rules,
        meter: &Arc<Meter>,
        stop: &Arc<Stop>,
    ) -> Result<Asker> {
        let keep = rules.keep_answers;
        if let Some(keep) = keep {
            let age = i64::try_from(keep.as_millis()).unwrap_or(i64::MAX);
            let oldest = now().saturating_sub(age);
            journal.forget_answers(oldest).await?;
        }
        Ok(Asker {
            llm: llm.clone(),
            journal: journal.clone(),
            run,
            meter: meter.clone(),
            stop: stop.clone(),
            keep,
            fresh,
            patience: rules.outage,
            known: Known::default(),
        })
    }

    /// Returns the answer to a question, or why the run stops. `needs` says that its case cannot
    /// go on without.
    ///
    /// # Errors
    /// If the journal cannot be used.
    pub(super) async fn ask(
        &self,
        request: &LlmRequest,
        needs: bool,
    ) -> Result<std::result::Result<Told, Halt>> {
        let Some(key) = self.llm.key(request) else {
            return Ok(Ok(no_model()));
        };
        // Who asks the same waits here, and finds the answer.
        let seat = self.known.seat(&key);
        let mut answered = seat.lock().await;
        let known = match answered.clone() {
            Some(came) => Some(came),
            None => self.recall(&key, request)?,
        };
        if let Some(came) = known {
            *answered = Some(came.clone());
            self.known.leave(&key);
            return Ok(Ok(self.knew(came)));
        }
        let told = self.ask_model(&key, request, needs).await?;
        if let Ok(told) = &told {
            let came = Came {
                answer: told.answer.clone(),
                model: told.cost.models.last().cloned().unwrap_or_default(),
                cost: told.cost.used.cost,
            };
            if came.answer.is_ok() {
                self.known.note(&key, &came);
            }
            *answered = Some(came);
        }
        self.known.leave(&key);
        Ok(told)
    }

    /// Returns what there is to tell of models that stood in for the first.
    pub(super) fn told(&self) -> Vec<String> {
        let first = self.llm.model().unwrap_or_default();
        let stood_in = self.known.stood_in.lock();
        let stood_in = stood_in.unwrap_or_else(PoisonError::into_inner);
        let told = stood_in.iter().map(|(model, n)| {
            let answers = count(*n, "question");
            format!("{first} could not be reached or had no room: {model} answered {answers} in its place")
        });
        told.collect()
    }

    /// Lets a model pursue a goal, each time anew: what its tools answer changes.
    ///
    /// # Errors
    /// If the journal cannot be used.
    pub(super) async fn pursue(
        &self,
        request: &AgentRequest,
        caller: &Caller,
        needs: bool,
    ) -> Result<std::result::Result<Told, Halt>> {
        if self.llm.are_placeholders() {
            return Ok(Ok(no_model()));
        }
        let work = || {
            self.llm
                .pursue(request, &caller.connections, &caller.catalog)
        };
        let done = self.done(work, needs).await?;
        Ok(done.map(|(answer, cost)| Told {
            answer,
            cost,
            kept: None,
        }))
    }

    async fn ask_model(
        &self,
        key: &str,
        request: &LlmRequest,
        needs: bool,
    ) -> Result<std::result::Result<Told, Halt>> {
        let done = self.done(|| self.llm.ask(request), needs).await?;
        Ok(done.map(|(answer, cost)| {
            let model = cost.models.last().cloned().unwrap_or_default();
            let kept = answer.as_ref().ok().filter(|_| self.keep.is_some());
            let kept = kept.map(|answer| {
                let key = match self.llm.model() == Some(&model) {
                    true => key.to_owned(),
                    false => self.llm.key_of(&model, request),
                };
                let kept = KeptAnswer {
                    model: model.clone(),
                    answer: answer.clone(),
                    at: now(),
                    cost: cost.used.cost,
                };
                (key, kept)
            });
            Told { answer, cost, kept }
        }))
    }

    /// Lets models work until there is an answer or a final failure, counts what it takes, and
    /// waits for those that are down as long as the run has patience.
    async fn done<F: Future<Output = Asked>>(
        &self,
        work: impl Fn() -> F,
        needs: bool,
    ) -> Result<std::result::Result<(Answer, AnswerCost), Halt>> {
        let mut cost = AnswerCost::default();
        loop {
            let question = match self.meter.begin_question()? {
                Ok(question) => question,
                Err(why) => return self.leave_off(cost, Halt::Limit(why)).await,
            };
            let asked = work().await;
            cost.used += question.end(&asked.spent);
            cost.models.extend(asked.models);
            let why = asked.came.as_ref().err().map(|f| f.message.clone());
            let stops = match asked.trouble.filter(|_| needs) {
                None => None,
                Some(Trouble::Refused) => Some(why.unwrap_or_default()),
                Some(Trouble::Down { since, until }) => {
                    let waited = since.elapsed();
                    if waited < self.patience && !self.stop.is_said() {
                        self.wait(until).await;
                        continue;
                    }
                    let why = why.unwrap_or_default();
                    Some(match waited.as_secs() {
                        0 => why,
                        _ => format!("{why}; it was waited for {}", spoken(waited)),
                    })
                }
            };
            if let Some(why) = stops {
                let why = format!("no model answers: {why}");
                return self.leave_off(cost, Halt::Outage(why)).await;
            }
            let model = cost.models.last().cloned().unwrap_or_default();
            if asked.came.is_ok() && self.llm.model() != Some(&model) {
                self.known.stood_in(&model);
            }
            return Ok(Ok((asked.came, cost)));
        }
    }

    /// Counts what was used in vain, and returns why the run stops.
    async fn leave_off(
        &self,
        cost: AnswerCost,
        halt: Halt,
    ) -> Result<std::result::Result<(Answer, AnswerCost), Halt>> {
        if cost.used != Used::default() {
            let day = self.meter.day();
            self.journal.used(self.run, &day, cost.used).await?;
        }
        Ok(Err(halt))
    }

    async fn wait(&self, until: Instant) {
        let look = until.min(Instant::now() + Duration::from_secs(1));
        tokio::select! {
            () = sleep_until(look) => {}
            () = self.stop.said() => {}
        }
    }

    /// Returns an answer that is known from this run, an earlier one, or a dry run.
    fn recall(&self, key: &str, request: &LlmRequest) -> Result<Option<Came>> {
        if let Some(came) = self.known.lately(key) {
            return Ok(Some(came));
        }
        let Some(keep) = self.keep.filter(|_| !self.fresh) else {
            return Ok(None);
        };
        let age = i64::try_from(keep.as_millis()).unwrap_or(i64::MAX);
        let oldest = now().saturating_sub(age);
        if let Some(kept) = self.journal.kept_answer(key, oldest)? {
            return Ok(Some(Came {
                answer: Ok(kept.answer),
                model: kept.model,
                cost: kept.cost,
            }));
        }
        let since = SystemTime::now().checked_sub(keep);
        let of_dry_run = self
            .llm
            .kept_since(request, since.unwrap_or(SystemTime::UNIX_EPOCH));
        Ok(of_dry_run.map(|answer| Came {
            answer: Ok(answer),
            model: self.llm.model().unwrap_or_default().to_owned(),
            cost: 0.0,
        }))
    }

    /// Counts an answer that was known.
    fn knew(&self, came: Came) -> Told {
        let used = Used {
            known: 1,
            saved: came.cost,
            ..Used::default()
        };
        self.meter.knew(used);
        Told {
            answer: came.answer,
            cost: AnswerCost {
                models: vec![came.model],
                used,
            },
            kept: None,
        }
    }
}

/// Returns what is told where there is no model: a placeholder is for looking at, never for sending.
fn no_model() -> Told {
    let none = "No model is set up for this step; `sopwright doctor` says how to set one up";
    Told {
        answer: Err(Failure::last("no_model", none)),
        cost: AnswerCost::default(),
        kept: None,
    }
}

/// Answers that were given lately, the oldest first.
#[derive(Default)]
struct Lately {
    by_key: HashMap<String, Came>,
    order: VecDeque<String>,
}

/// Answers that are remembered: the journal has all of them, a little later.
const LATELY: usize = 4_096;

impl Known {
    fn seat(&self, key: &str) -> Arc<tokio::sync::Mutex<Option<Came>>> {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.entry(key.to_owned()).or_default().clone()
    }

    /// Leaves the seat: who waits has it already, who comes later finds the answer kept.
    fn leave(&self, key: &str) {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.remove(key);
    }

    fn lately(&self, key: &str) -> Option<Came> {
        let lately = self.lately.lock().unwrap_or_else(PoisonError::into_inner);
        lately.by_key.get(key).cloned()
    }

    fn note(&self, key: &str, came: &Came) {
        let mut lately = self.lately.lock().unwrap_or_else(PoisonError::into_inner);
        lately.by_key.insert(key.to_owned(), came.clone());
        lately.order.push_back(key.to_owned());
        if lately.order.len() > LATELY
            && let Some(oldest) = lately.order.pop_front()
        {
            lately.by_key.remove(&oldest);
        }
    }

    fn stood_in(&self, model: &str) {
        let stood_in = self.stood_in.lock();
        let mut stood_in = stood_in.unwrap_or_else(PoisonError::into_inner);
        *stood_in.entry(model.to_owned()).or_default() += 1;
    }
}

#[cfg(test)]
#[path = "ask_tests.rs"]
mod tests;
