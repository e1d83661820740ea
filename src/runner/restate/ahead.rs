//! Where a case is handed to a worker, and goes on with what it brought back.

use std::time::Duration;

use serde_json::{Map, Value as Json, json};

use super::{Engine, Leg, Past};
use crate::diag::{Error, Result};
use crate::engine::{Action, Event, RunInfo};
use crate::runner::carry::UnderWay;
use crate::runner::log::{CaseLog, RunOf};
use crate::runner::outbox::called;
use crate::runner::perform::{is_read, is_repeatable};
use crate::runner::standing::{self, Standing};
use crate::runner::stop::Halt;
use crate::runner::{RunPlan, Shared};
use crate::store::journal::{EffectState, Used};

/// The engine of a run, with what all its legs have in common.
pub(in crate::runner) struct Ahead {
    engine: Engine,
    /// When the run was begun, in milliseconds since 1970.
    started: i64,
    version: String,
    run: RunInfo,
    trigger: Json,
    fresh: bool,
    patience: Duration,
}

impl Ahead {
    /// Returns the engine of a run, where it has one.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub(in crate::runner) fn of(plan: &RunPlan<'_>, run: &RunOf) -> Result<Option<Self>> {
        let Some(engine) = &plan.engine else {
            return Ok(None);
        };
        Ok(Some(Ahead {
            engine: engine.clone(),
            started: plan.journal.run_of_number(run.number)?.started,
            version: plan.version.fingerprint.clone(),
            run: plan.run.clone(),
            trigger: plan.trigger.clone(),
            fresh: plan.fresh,
            patience: plan.rules.outage,
        }))
    }
}

/// What is remembered of a case in order to hand it over.
#[derive(Debug, Default)]
pub(in crate::runner) struct Went {
    row: Option<Map<String, Json>>,
    past: Vec<Past>,
    /// The number of the next leg, once it was looked up.
    leg: Option<u32>,
}

impl Went {
    /// Returns what is remembered of a case that begins with a row.
    pub(in crate::runner) fn from(row: Option<&Map<String, Json>>) -> Self {
        Went {
            row: row.cloned(),
            ..Went::default()
        }
    }

    /// Takes what came of an action.
    pub(in crate::runner) fn takes(&mut self, event: &Event) {
        self.past.push(event.into());
    }
}

/// Hands a case to a worker if what it wants next is a worker's business and not done yet.
/// Returns why the run stops, where it does.
///
/// # Errors
/// If it cannot be journaled, or the worker does not see what this program sees.
pub(in crate::runner) async fn go_ahead(
    shared: &Shared,
    ahead: &Ahead,
    case: &mut UnderWay,
    action: &Action,
) -> Result<Option<Halt>> {
    if !is_open(shared, &case.log, action) {
        return Ok(None);
    }
    let Some(went) = &mut case.went else {
        return Ok(None);
    };
    let asks_model = matches!(action, Action::Llm(_) | Action::Agent(_));
    let question = match asks_model
        .then(|| shared.meter.begin_question())
        .transpose()?
    {
        Some(Err(why)) => return Ok(Some(Halt::Limit(why))),
        Some(Ok(question)) => Some(question),
        None => None,
    };
    let (run, place) = (shared.run.number, case.log.place());
    let number = match went.leg {
        Some(number) => number,
        None => shared.journal.leg(run, place)?,
    };
    let leg = Leg {
        run: ahead.run.clone(),
        number: run,
        started: ahead.started,
        version: ahead.version.clone(),
        trigger: ahead.trigger.clone(),
        fresh: ahead.fresh,
        place,
        row: went.row.clone(),
        past: went.past.clone(),
        known: case.log.to_come(),
    };
    let key = format!(
        "{}/{}/{}/{}/{place}/{number}",
        ahead.run.workflow, ahead.version, ahead.run.id, ahead.started
    );
    let report = match ahead.engine.carry(&key, &leg, ahead.patience).await {
        Ok(report) => report,
        Err(why) => return Ok(Some(Halt::Outage(why))),
    };
    let mut used = Used::default();
    let mut brought = Vec::with_capacity(report.brought.len());
    for one in report.brought {
        let effect = &one.effect;
        if let Some(spent) = &effect.spent {
            used += spent.used;
        }
        if effect.state == EffectState::Done && effect.kind == "call" {
            shared.world.outbox.count("call");
        }
        case.log.learn(effect.clone());
        brought.push((case.log.part(&effect.part, effect.turn), one));
    }
    drop(question);
    shared.meter.took(used);
    let spent = (shared.meter.day(), used);
    shared
        .journal
        .end_leg((run, place, number), brought, spent)
        .await?;
    went.leg = Some(number + 1);
    if report.halt.is_some() {
        return Ok(report.halt);
    }
    if is_open(shared, &case.log, action) {
        let told = format!(
            "A worker came back with the case `{}` without having done what it wants next",
            case.log.case()
        );
        return Err(Error::unavailable(told)
            .help("See that all workers are of the version of Sopwright that this run is of."));
    }
    Ok(None)
}

/// Is an action a worker's business, and still to be done?
fn is_open(shared: &Shared, log: &CaseLog, action: &Action) -> bool {
    let catalog = &shared.world.caller.catalog;
    match action {
        Action::Call(request) => {
            let (read, repeatable) = (
                is_read(catalog, &request.tool),
                is_repeatable(catalog, &request.tool),
            );
            let asked = standing::asked_of_tool(request);
            let known = log.peek(&request.step);
            standing::of_call(known, &asked, read, repeatable) == Standing::Open
        }
        Action::Llm(request) => {
            let asked = standing::asked_of_model(request);
            standing::of_answer(log.peek(&request.step), &asked).is_none()
        }
        Action::Agent(request) => {
            let asked = standing::asked_of_agent(request);
            standing::of_answer(log.peek(&request.step), &asked).is_none()
        }
        Action::Deliver(delivery) => called(delivery).is_some_and(|request| {
            let known = log.peek(&delivery.output);
            let repeatable = is_repeatable(catalog, &request.tool);
            standing::of_delivery(known).is_none()
                && !standing::is_unclear(known, &json!(delivery.content), repeatable)
        }),
        _ => false,
    }
}
