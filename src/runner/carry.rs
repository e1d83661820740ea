//! One case after the other, each to its end or to where it waits.

use indexmap::IndexMap;
use serde_json::Value as Json;
use tracing::Instrument;

use super::Shared;
use super::log::CaseLog;
use super::restate;
use super::rows::Start;
use super::stop::Halt;
use super::world::{Hold, Performed};
use crate::diag::{Error, Result};
use crate::engine::{Action, Candidate, Case, Event, Execution, Failure, Outcome};
use crate::rehearse::unkeyed;
use crate::store::journal::CaseRecord;

/// Where a case has got to.
pub(super) enum Went {
    /// It has its outcome, with what is to be journaled of it.
    Ended(Box<Outcome>, Json, Option<CaseRecord>),
    /// It waits for a decision across cases.
    Waits(Box<UnderWay>, Candidate),
    /// It waits for a person, a time or an event: its key, and for what.
    Held(String, Hold),
    /// It is carried on when the run is resumed, which stops now: why, where it is the one to know.
    Left(Option<Halt>),
    /// The journal gave out, and with it the run.
    Broken(Error),
}

/// A case that is under way.
pub(super) struct UnderWay {
    pub(super) execution: Execution,
    pub(super) log: CaseLog,
    item: Json,
    /// What is remembered in order to hand it to a worker, where the run has an engine.
    pub(super) went: Option<restate::Went>,
}

impl UnderWay {
    /// Takes what came of an action.
    pub(super) fn record(&mut self, event: Event) {
        if let Some(went) = &mut self.went {
            went.takes(&event);
        }
        self.execution.record(event);
    }
}

/// Carries cases one after the other.
pub(super) async fn run_cases(shared: &Shared, starts: Vec<Start>) -> Vec<Went> {
    let mut went = Vec::with_capacity(starts.len());
    for start in starts {
        if shared.stop.is_said() {
            went.push(Went::Left(None));
            break;
        }
        match begin(shared, start) {
            Ok(Begun::No) => {}
            Ok(Begun::Ended(ended)) => went.push(*ended),
            Ok(Begun::Case(case)) => went.push(carry(shared, case).await),
            Err(error) => went.push(Went::Broken(error)),
        }
    }
    went
}

enum Begun {
    /// It is no case of this run.
    No,
    /// It is at its end already.
    Ended(Box<Went>),
    Case(Box<UnderWay>),
}

fn begin(shared: &Shared, start: Start) -> Result<Begun> {
    let Start { place, row, known } = start;
    let item = match &row {
        Some(row) if shared.tells_items => Json::Object(row.clone()),
        _ => Json::Null,
    };
    if let Some(outcome) = known {
        return Ok(Begun::Ended(Box::new(Went::Ended(
            Box::new(outcome),
            item,
            None,
        ))));
    }
    let unusable = |failure: Failure, item: Json| {
        Begun::Ended(Box::new(ended(place, Box::new(unkeyed(failure)), item)))
    };
    if let (Some(row), Some(pull), false) = (&row, shared.program.cases(), shared.is_chosen) {
        match pull.keeps(row, &shared.base) {
            Ok(true) => {}
            Ok(false) => return Ok(Begun::No),
            Err(_) if !shared.chosen.takes_all() => return Ok(Begun::No),
            Err(error) => {
                return Ok(unusable(Failure::last("expression", error.message), item));
            }
        }
    }
    let went = shared.ahead.as_ref();
    let went = went.map(|_| restate::Went::from(row.as_ref()));
    let hidden = row.clone().filter(|_| shared.run.privacy.redacts());
    let case = Case {
        item: row,
        given: IndexMap::new(),
    };
    let execution = match Execution::within(&shared.program, &shared.base, case) {
        Ok(execution) => execution,
        // A row that started nothing has no key to be asked for.
        Err(_) if !shared.chosen.takes_all() => return Ok(Begun::No),
        Err(failure) => return Ok(unusable(failure, item)),
    };
    let key = execution.key();
    if !shared.chosen.takes(key) || shared.passes(key) {
        return Ok(Begun::No);
    }
    let mut log = CaseLog::of(&shared.journal, &shared.run, place, key, shared.is_resumed)?;
    log.hides(hidden.as_ref());
    Ok(Begun::Case(Box::new(UnderWay {
        execution,
        log,
        item,
        went,
    })))
}

/// Carries a case to its end, or to where it waits.
pub(super) async fn carry(shared: &Shared, case: Box<UnderWay>) -> Went {
    let span = case.log.span();
    carry_within(shared, case).instrument(span).await
}

async fn carry_within(shared: &Shared, mut case: Box<UnderWay>) -> Went {
    loop {
        let event = match case.execution.next_action() {
            Action::Finish(mut outcome) => {
                outcome.caveats.append(&mut case.log.caveats);
                case.log.tell_end(&outcome);
                return ended(case.log.place(), outcome, case.item);
            }
            Action::Select(candidate) => match case.log.choice(&candidate.step).1 {
                Some(choice) => Event::Selected(choice),
                None => return Went::Waits(case, candidate),
            },
            action => {
                // What a case reckons by itself takes nobody's place outside. It is never closed.
                let _place = match action.is_outside() {
                    true => shared.room.acquire().await.ok(),
                    false => None,
                };
                // What was begun is ended, and nothing is begun.
                if shared.stop.is_said() {
                    return Went::Left(None);
                }
                if let Some(ahead) = &shared.ahead {
                    match restate::go_ahead(shared, ahead, &mut case, &action).await {
                        Ok(None) => {}
                        Ok(Some(halt)) => {
                            shared.stop.say();
                            return Went::Left(Some(halt));
                        }
                        Err(error) => return Went::Broken(error),
                    }
                }
                let UnderWay { execution, log, .. } = &mut *case;
                match shared.world.perform(execution, log, action).await {
                    Ok(Some(Performed::Event(event))) => event,
                    Ok(Some(Performed::Held(hold))) => {
                        log.tell_wait(&hold.why);
                        return Went::Held(log.case().to_owned(), hold);
                    }
                    Ok(Some(Performed::Stopped(halt))) => {
                        shared.stop.say();
                        return Went::Left(Some(halt));
                    }
                    // Handled above.
                    Ok(None) => continue,
                    Err(error) => return Went::Broken(error),
                }
            }
        };
        case.record(event);
    }
}

fn ended(place: i64, outcome: Box<Outcome>, item: Json) -> Went {
    let record = CaseRecord::of(place, &outcome);
    Went::Ended(outcome, item, Some(record))
}
