//! The service that workers offer: carries a case on from where the run left it.

use std::sync::Arc;

use indexmap::IndexMap;
use restate_sdk::prelude::*;
use serde_json::json;

use super::host::{Host, Ready};
use super::steps::{ForModel, Named, Step, ask, call, wait};
use super::{Leg, Report, part_of};
use crate::engine::{Action, Case, Event, Execution, base_scope};
use crate::runner::outbox::called;
use crate::runner::perform::{is_read, is_repeatable};
use crate::runner::standing::{self, Standing};
use crate::runner::stop::Halt;
use crate::runner::world::Answer;
use crate::store::journal::{Effect, Part};

/// The service.
pub(super) struct Cases {
    pub(super) host: Arc<Host>,
}

#[service(name = "SopwrightCase")]
impl Cases {
    #[handler(name = "carry")]
    async fn carry(&self, ctx: Context<'_>, leg: Json<Leg>) -> HandlerResult<Json<Report>> {
        let Json(leg) = leg;
        let ready = match self.host.ready(&leg).await {
            Ok(ready) => ready,
            Err(error) => {
                let told = format!("a worker cannot carry the run on: {error}");
                return Ok(Json(halted(told)));
            }
        };
        let mut case = match OnItsWay::of(&ready, leg) {
            Ok(case) => case,
            Err(why) => return Ok(Json(halted(why))),
        };
        let mut report = Report::default();
        loop {
            let action = case.execution.next_action();
            let Some(went) = case.go(&ctx, &ready, action).await? else {
                return Ok(Json(report));
            };
            let (step, event_of) = match went {
                Went::On(event) => {
                    case.execution.record(event);
                    continue;
                }
                Went::Step(step, event_of) => (*step, event_of),
            };
            match step {
                Step::Came(answer, brought) => {
                    report.brought.push(brought);
                    case.execution.record(event_of(answer));
                }
                Step::Unclear(brought) => {
                    report.brought.push(brought);
                    return Ok(Json(report));
                }
                Step::Halted(halt, brought) => {
                    report.brought.extend(brought);
                    report.halt = Some(halt);
                    return Ok(Json(report));
                }
            }
        }
    }
}

fn halted(why: String) -> Report {
    Report {
        halt: Some(Halt::Outage(why)),
        ..Report::default()
    }
}

/// How far a case went.
enum Went {
    /// This is known without doing anything.
    On(Event),
    /// A step was tried, and what came of it is told the case as this event.
    Step(Box<Step>, fn(Answer) -> Event),
}

/// A case on its way through a leg.
struct OnItsWay {
    execution: Execution,
    leg: Leg,
    turns: IndexMap<String, u32>,
}

impl OnItsWay {
    /// Returns the case where the run left it.
    fn of(ready: &Ready, mut leg: Leg) -> Result<Self, String> {
        let base = base_scope(&leg.run, &leg.trigger);
        let case = Case {
            item: leg.row.take(),
            given: IndexMap::new(),
        };
        let execution = Execution::within(&ready.program, &base, case).map_err(|f| f.message)?;
        let past = std::mem::take(&mut leg.past);
        let mut on_its_way = OnItsWay {
            execution,
            leg,
            turns: IndexMap::new(),
        };
        for past in past {
            let action = on_its_way.execution.next_action();
            if let Some(part) = part_of(&action) {
                on_its_way.turn(part);
            }
            on_its_way.execution.record(past.into());
        }
        Ok(on_its_way)
    }

    /// Takes the next turn of a part.
    fn turn(&mut self, part: &str) -> u32 {
        let next = self.turns.entry(part.to_owned()).or_default();
        *next += 1;
        *next - 1
    }

    /// Returns what is known of a turn of a part from before.
    fn known(&self, part: &str, turn: u32) -> Option<&Effect> {
        let of_it = |e: &&Effect| e.part == part && e.turn == turn;
        self.leg.known.iter().find(of_it)
    }

    /// Does what the case wants next; `None` where only the run can.
    async fn go(
        &mut self,
        ctx: &Context<'_>,
        ready: &Arc<Ready>,
        action: Action,
    ) -> HandlerResult<Option<Went>> {
        let part = part_of(&action).unwrap_or_default().to_owned();
        let turn = if part.is_empty() { 0 } else { self.turn(&part) };
        let known = self.known(&part, turn);
        let key = Part::of(
            (self.leg.number, &self.leg.run.id),
            self.leg.place,
            self.execution.key(),
            &part,
            turn,
        )
        .key;
        let named = |kind, asked| Named {
            part: part.clone(),
            turn,
            kind,
            asked,
        };
        let catalog = &ready.caller.catalog;
        let went = match action {
            Action::Call(request) => {
                let asked = standing::asked_of_tool(&request);
                let (reads, repeatable) = (
                    is_read(catalog, &request.tool),
                    is_repeatable(catalog, &request.tool),
                );
                match standing::of_call(known, &asked, reads, repeatable) {
                    Standing::Came(came, _) => Went::On(Event::Called(came)),
                    Standing::Unclear => return Ok(None),
                    Standing::Open => {
                        let needs = !self.execution.handles("unavailable");
                        let named = named("tool", asked);
                        let step = call(ctx, ready, request, named, key, needs).await?;
                        Went::Step(Box::new(step), Event::Called)
                    }
                }
            }
            Action::Llm(request) => {
                let asked = standing::asked_of_model(&request);
                let needs = !self.execution.handles("model");
                match standing::of_answer(known, &asked) {
                    Some(came) => Went::On(Event::Answered(came)),
                    None => {
                        let request = ForModel::Question(request);
                        let step = ask(ctx, ready, request, named("llm", asked), needs).await?;
                        Went::Step(Box::new(step), Event::Answered)
                    }
                }
            }
            Action::Agent(request) => {
                let asked = standing::asked_of_agent(&request);
                let needs = !self.execution.handles("model");
                match standing::of_answer(known, &asked) {
                    Some(came) => Went::On(Event::Answered(came)),
                    None => {
                        let request = ForModel::Goal(request);
                        let step = ask(ctx, ready, request, named("agent", asked), needs).await?;
                        Went::Step(Box::new(step), Event::Answered)
                    }
                }
            }
            Action::Wait(request) if known.is_none() => {
                match wait(ctx, request, named("wait", json!(null))).await? {
                    Some(step) => Went::Step(Box::new(step), Event::Answered),
                    None => return Ok(None),
                }
            }
            Action::Deliver(delivery) => {
                let asked = json!(delivery.content);
                let Some(request) = called(&delivery) else {
                    // The run makes it, when the case comes back.
                    return Ok(Some(Went::On(Event::Delivered(Ok(())))));
                };
                if let Some(made) = standing::of_delivery(known) {
                    return Ok(Some(Went::On(Event::Delivered(made))));
                }
                let repeatable = is_repeatable(catalog, &request.tool);
                if standing::is_unclear(known, &asked, repeatable) {
                    // A person looks; the case goes on, as the run is going to see.
                    return Ok(Some(Went::On(Event::Delivered(Ok(())))));
                }
                let step = call(ctx, ready, request, named("call", asked), key, true).await?;
                Went::Step(Box::new(step), |came| Event::Delivered(came.map(|_| ())))
            }
            Action::Pull(_)
            | Action::Ask(_)
            | Action::Wait(_)
            | Action::Select(_)
            | Action::Finish(_) => return Ok(None),
        };
        Ok(Some(went))
    }
}
