//! Runs that are driven through a Restate server. The run decides and keeps the journal, as ever;
//! what its cases want of the world outside is done by workers, on this machine or others.
//!
//! A case is carried on here until it wants a call or a model, and is handed over with all that
//! was so far: that is a leg, and an invocation of its own, which outlives the run, the worker and
//! the server. The worker goes on from there, each effect a durable step that is named after the
//! workflow's, until something is needed that only the run has: a person, an event, the other
//! cases, a file. What it brings back comes into the journal whole, and the case is carried on
//! with it by the same code as in a run that drives itself. So both come to the same.

mod ahead;
mod client;
#[cfg(feature = "restate")]
mod host;
#[cfg(feature = "restate")]
mod service;
#[cfg(feature = "restate")]
mod steps;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::stop::Halt;
use crate::engine::{Choice, Event, Failure, Rows, RunInfo};
use crate::expr::{from_json, to_json};
use crate::store::journal::{Brought, Effect, RunNumber};

pub use client::Engine;
#[cfg(feature = "restate")]
pub use host::{Door, Worker};

pub(super) use ahead::{Ahead, Went, go_ahead};

/// The name of the engine, as runs and commands say it.
pub const RESTATE: &str = "restate";
/// The service that workers offer.
const SERVICE: &str = "SopwrightCase";
/// What is asked of it.
const HANDLER: &str = "carry";

/// A case as it is handed to a worker.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Leg {
    run: RunInfo,
    number: RunNumber,
    /// When the run was begun, in milliseconds since 1970: an id alone may be that of another
    /// workspace.
    started: i64,
    /// The fingerprint of the workflow's version.
    version: String,
    trigger: Json,
    /// Are models asked anew what they have answered in earlier runs?
    fresh: bool,
    place: i64,
    row: Option<Map<String, Json>>,
    /// What came of its actions so far, in order.
    past: Vec<Past>,
    /// What is known of its actions to come.
    known: Vec<Effect>,
}

/// What a worker brings back.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Report {
    brought: Vec<Brought>,
    /// Why the run has to stop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    halt: Option<Halt>,
}

/// What came of an action, as it is handed over.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Past {
    Pulled(Result<(Json, Vec<String>), Failure>),
    Answered(Result<Json, Failure>),
    Unanswered,
    Selected(Choice),
    Delivered(Result<(), Failure>),
}

impl From<&Event> for Past {
    fn from(event: &Event) -> Self {
        match event {
            Event::Pulled(Ok(rows)) => {
                Past::Pulled(Ok((to_json(&rows.value), rows.caveats.clone())))
            }
            Event::Pulled(Err(failure)) => Past::Pulled(Err(failure.clone())),
            Event::Called(came) | Event::Answered(came) => Past::Answered(came.clone()),
            Event::Unanswered => Past::Unanswered,
            Event::Selected(choice) => Past::Selected(choice.clone()),
            Event::Delivered(made) => Past::Delivered(made.clone()),
        }
    }
}

impl From<Past> for Event {
    fn from(past: Past) -> Self {
        match past {
            Past::Pulled(pulled) => Event::Pulled(pulled.map(|(rows, caveats)| Rows {
                value: from_json(&rows),
                caveats,
            })),
            Past::Answered(came) => Event::Answered(came),
            Past::Unanswered => Event::Unanswered,
            Past::Selected(choice) => Event::Selected(choice),
            Past::Delivered(made) => Event::Delivered(made),
        }
    }
}

/// Returns the part of a case that an action is, which has a turn of its own each time.
#[cfg(feature = "restate")]
fn part_of(action: &crate::engine::Action) -> Option<&str> {
    use crate::engine::Action;
    match action {
        Action::Call(request) => Some(&request.step),
        Action::Llm(request) => Some(&request.step),
        Action::Agent(request) => Some(&request.step),
        Action::Ask(request) => Some(&request.step),
        Action::Wait(request) => Some(&request.step),
        Action::Deliver(delivery) => Some(&delivery.output),
        Action::Pull(_) | Action::Select(_) | Action::Finish(_) => None,
    }
}

#[cfg(test)]
mod tests;
