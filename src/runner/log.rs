//! What one case does, as it is journaled: each part of it has its place and key, and what was
//! done before a crash is known.

use std::sync::Arc;

use serde_json::{Map, Value as Json, json};
use tracing::Span;

use super::ask::Told;
use crate::diag::Result;
use crate::engine::{Choice, Failure, Outcome, Status};
use crate::store::journal::{Effect, EffectState, Part, RunNumber};
use crate::store::{Journal, Privacy};

/// A run, as its cases know it.
#[derive(Debug, Clone)]
pub(super) struct RunOf {
    pub(super) number: RunNumber,
    pub(super) id: Arc<str>,
    /// What logs must not tell.
    pub(super) privacy: Arc<Privacy>,
}

/// What one case does, as it is journaled.
pub(super) struct CaseLog {
    pub(super) journal: Arc<Journal>,
    run: RunOf,
    place: i64,
    case: String,
    /// What was journaled before a crash.
    known: Vec<Effect>,
    /// How often each part was there.
    turns: Vec<(String, u32)>,
    /// Was the case, maybe, begun before?
    is_replayed: bool,
    /// What is to be told of the case beside what it found out itself.
    pub(super) caveats: Vec<String>,
    /// What of its row no log may quote.
    hidden: Vec<(String, String)>,
}

impl CaseLog {
    /// Returns the log of a case; of one that may have begun before a crash, with what it did.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub(super) fn of(
        journal: &Arc<Journal>,
        run: &RunOf,
        place: i64,
        case: &str,
        is_replayed: bool,
    ) -> Result<Self> {
        Ok(CaseLog {
            known: if is_replayed {
                journal.effects(run.number, place)?
            } else {
                Vec::new()
            },
            journal: journal.clone(),
            run: run.clone(),
            place,
            case: case.to_owned(),
            turns: Vec::new(),
            is_replayed,
            caveats: Vec::new(),
            hidden: Vec::new(),
        })
    }

    /// Keeps what of the case's row no log may quote.
    pub(super) fn hides(&mut self, row: Option<&Map<String, Json>>) {
        self.hidden = row.map_or_else(Vec::new, |row| self.run.privacy.hides(row));
    }

    /// Returns the span of the case: what is logged within it names the case.
    pub(super) fn span(&self) -> Span {
        tracing::error_span!("case", case = self.run.privacy.key(&self.case))
    }

    /// Logs what came of an effect, and how long it took.
    fn tell(&self, part: &Part, kind: &str, begun: i64, came: std::result::Result<(), &Failure>) {
        let (part, ms) = (part.name.as_str(), now() - begun);
        match came {
            Ok(()) => tracing::debug!(part, kind, ms, outcome = "done"),
            Err(_) if !tracing::enabled!(tracing::Level::WARN) => {}
            Err(failure) => {
                let error = self.run.privacy.text(&failure.message, &self.hidden);
                let code = failure.code.as_str();
                tracing::warn!(part, kind, ms, outcome = "failed", code, error);
            }
        }
    }

    /// Logs that the case waits for a person, a time or an event.
    pub(super) fn tell_wait(&self, why: &str) {
        if tracing::enabled!(tracing::Level::DEBUG) {
            let why = self.run.privacy.text(why, &self.hidden);
            tracing::debug!(outcome = "waits", why);
        }
    }

    /// Logs how the case ended.
    pub(super) fn tell_end(&self, outcome: &Outcome) {
        match &outcome.status {
            Status::Failed { .. } if !tracing::enabled!(tracing::Level::WARN) => {}
            Status::Failed { part, failure } => {
                let error = self.run.privacy.text(&failure.message, &self.hidden);
                let code = failure.code.as_str();
                tracing::warn!(part, outcome = "failed", code, error, "case failed");
            }
            ended => tracing::debug!(outcome = ended.word(), "case ended"),
        }
    }

    /// Returns the place of the case.
    pub(super) fn place(&self) -> i64 {
        self.place
    }

    /// Returns the key of the case.
    pub(super) fn case(&self) -> &str {
        &self.case
    }

    /// Returns the next turn of a part, and what is known of it from before a crash.
    pub(super) fn next(&mut self, name: &str) -> (Part, Option<Effect>) {
        let turn = match self.turns.iter_mut().find(|(n, _)| n == name) {
            Some((_, turn)) => {
                *turn += 1;
                *turn
            }
            None => {
                self.turns.push((name.to_owned(), 0));
                0
            }
        };
        let part = self.part(name, turn);
        let of_it = |e: &&Effect| e.part == name && e.turn == turn;
        (part, self.known.iter().find(of_it).cloned())
    }

    /// Returns what is known of the next turn of a part, without taking it.
    pub(super) fn peek(&self, name: &str) -> Option<&Effect> {
        let passed = self.turns.iter().find(|(n, _)| n == name);
        let turn = passed.map_or(0, |(_, turn)| turn + 1);
        let of_it = |e: &&Effect| e.part == name && e.turn == turn;
        self.known.iter().find(of_it)
    }

    /// Returns what is known of turns that are still to come.
    pub(super) fn to_come(&self) -> Vec<Effect> {
        let is_to_come = |e: &&Effect| {
            let passed = self.turns.iter().find(|(n, _)| *n == e.part);
            passed.is_none_or(|(_, turn)| e.turn > *turn)
        };
        self.known.iter().filter(is_to_come).cloned().collect()
    }

    /// Takes what was done elsewhere for the case.
    pub(super) fn learn(&mut self, effect: Effect) {
        let is_of_it = |e: &Effect| e.part == effect.part && e.turn == effect.turn;
        self.known.retain(|e| !is_of_it(e));
        self.known.push(effect);
    }

    /// Returns the part of a decision across cases, and what was decided before a crash.
    pub(super) fn choice(&self, step: &str) -> (Part, Option<Choice>) {
        let known = self
            .known
            .iter()
            .find(|e| e.part == step && e.kind == "select");
        let choice = known.and_then(|e| serde_json::from_value(e.answer.clone()).ok());
        (self.part(step, 0), choice)
    }

    /// Does something wait for a person already?
    pub(super) fn waits(&self, part: &Part) -> Result<bool> {
        Ok(self.is_replayed && self.journal.waits(part)?.is_some())
    }

    /// Journals what came of something, without waiting for the disk.
    pub(super) async fn end(
        &self,
        part: &Part,
        kind: &'static str,
        begun: i64,
        request: Option<&Json>,
        came: &std::result::Result<Json, Failure>,
    ) -> Result<()> {
        let failed;
        let (state, answer) = match came {
            Ok(answer) => (EffectState::Done, answer),
            Err(failure) => {
                failed = json!(failure);
                (EffectState::Failed, &failed)
            }
        };
        self.tell(part, kind, begun, came.as_ref().map(|_| ()));
        self.journal
            .end_effect(part, kind, (state, begun), request, answer)
            .await
    }

    /// Journals what a model answered, and what it took, without waiting for the disk.
    pub(super) async fn answered(
        &self,
        part: &Part,
        kind: &'static str,
        begun: i64,
        request: &Json,
        told: &Told,
        day: &str,
    ) -> Result<()> {
        let failed;
        let (state, answer) = match &told.answer {
            Ok(answer) => (EffectState::Done, answer),
            Err(failure) => {
                failed = json!(failure);
                (EffectState::Failed, &failed)
            }
        };
        self.tell(part, kind, begun, told.answer.as_ref().map(|_| ()));
        let (asked, kept) = ((request, answer), told.kept.clone());
        self.journal
            .answered((part, kind), (state, begun), asked, &told.cost, kept, day)
            .await
    }

    /// Journals that what was begun was not done, and is to be done when the run is resumed.
    pub(super) async fn not_done(&self, part: &Part, kind: &'static str, begun: i64) -> Result<()> {
        let ended = (EffectState::NotDone, begun);
        self.journal
            .end_effect(part, kind, ended, None, &Json::Null)
            .await
    }

    /// Returns a turn of a part.
    pub(super) fn part(&self, name: &str, turn: u32) -> Part {
        Part::of(
            (self.run.number, &self.run.id),
            self.place,
            &self.case,
            name,
            turn,
        )
    }
}

/// Returns what a journaled failure was.
pub(super) fn failure_in(answer: &Json) -> Failure {
    serde_json::from_value(answer.clone())
        .unwrap_or_else(|_| Failure::last("unavailable", "It failed before the run was resumed"))
}

/// Returns the moment, in milliseconds since 1970.
pub(super) fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}
