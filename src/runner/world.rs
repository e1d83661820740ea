//! The world of a run: tables are read, tools called and models asked, each journaled so that a
//! resumed run knows what it learned and did.

use std::sync::Arc;

use serde_json::Value as Json;

use super::Outbox;
use super::ask::Asker;
use super::calls::{Caller, Came};
use super::log::{CaseLog, now};
use super::outbox::Delivered;
use super::perform;
use super::standing::{self, Standing};
use super::stop::Halt;
use crate::diag::Result;
use crate::engine::{
    Action, Content, Delivery, Event, Execution, Failure, LlmRequest, ToolRequest,
};
use crate::rehearse::Tables;
use crate::spec::Approval;
use crate::store::journal::{EffectState, NewApproval, Part, Reason};

pub(super) struct RunWorld {
    pub(super) tables: Tables,
    pub(super) caller: Arc<Caller>,
    pub(super) asker: Asker,
    pub(super) outbox: Arc<Outbox>,
}

/// How far an action got.
pub(super) enum Performed {
    /// This came of it.
    Event(Event),
    /// Its case waits.
    Held(Hold),
    /// It has to wait until the run is resumed, which stops now: why.
    Stopped(Halt),
}

/// What a case waits for.
#[derive(Debug)]
pub(super) struct Hold {
    /// In words.
    pub(super) why: String,
    /// When it goes on by itself, in milliseconds since 1970.
    pub(super) wakes: Option<i64>,
}

pub(super) type Answer = std::result::Result<Json, Failure>;

impl RunWorld {
    /// Performs what an execution wants. A decision across cases and the end are not its business.
    ///
    /// # Errors
    /// If it cannot be journaled.
    pub(super) async fn perform(
        &self,
        execution: &Execution,
        log: &mut CaseLog,
        action: Action,
    ) -> Result<Option<Performed>> {
        let event = match action {
            Action::Pull(request) => Event::Pulled(self.tables.rows(&request, execution.scope())),
            Action::Agent(request) => {
                let needs = !execution.handles("model");
                match self.pursue(log, &request, needs).await? {
                    Ok(answer) => Event::Answered(answer),
                    Err(waits) => return Ok(Some(waits)),
                }
            }
            Action::Ask(request) => match self.consult(log, &request).await? {
                Ok(consulted) => consulted.into(),
                Err(hold) => return Ok(Some(Performed::Held(hold))),
            },
            Action::Wait(request) => match self.wait(log, &request).await? {
                Ok(came) => Event::Answered(came),
                Err(hold) => return Ok(Some(Performed::Held(hold))),
            },
            Action::Call(request) => {
                let needs = !execution.handles("unavailable");
                match self.call(log, &request, needs).await? {
                    Ok(answer) => Event::Called(answer),
                    Err(waits) => return Ok(Some(waits)),
                }
            }
            Action::Llm(request) => {
                let needs = !execution.handles("model");
                match self.ask(log, &request, needs).await? {
                    Ok(answer) => Event::Answered(answer),
                    Err(waits) => return Ok(Some(waits)),
                }
            }
            Action::Deliver(delivery) => match self.outbox.deliver(log, delivery).await? {
                Delivered::Made(made) => Event::Delivered(made),
                Delivered::Stopped(halt) => return Ok(Some(Performed::Stopped(halt))),
            },
            Action::Select(_) | Action::Finish(_) => return Ok(None),
        };
        Ok(Some(Performed::Event(event)))
    }

    /// Returns what there is to tell of what was down.
    pub(super) fn told(&self) -> Vec<String> {
        let mut told = self.caller.guards.told();
        told.extend(self.asker.told());
        told
    }

    /// Calls a tool; outside, what its case waits for.
    async fn call(
        &self,
        log: &mut CaseLog,
        request: &ToolRequest,
        needs: bool,
    ) -> Result<std::result::Result<Answer, Performed>> {
        let (part, known) = log.next(&request.step);
        let asked = standing::asked_of_tool(request);
        let is_read = perform::is_read(&self.caller.catalog, &request.tool);
        let repeatable = perform::is_repeatable(&self.caller.catalog, &request.tool);
        match standing::of_call(known.as_ref(), &asked, is_read, repeatable) {
            Standing::Came(came, is_same) => {
                if !is_same && came.is_ok() {
                    log.caveats.push(format!(
                        "`{}` had been done before the run was resumed, with other data.",
                        request.step
                    ));
                }
                return Ok(Ok(came));
            }
            Standing::Unclear => return self.hold(log, part, request).await.map(Err),
            Standing::Open => {}
        }
        // What only looks something up may be lost: it is looked up again.
        if !is_read {
            log.journal.begin_effect(&part, "tool", &asked).await?;
        }
        let begun = now();
        let came = match self.caller.call(request, &part.key, needs).await {
            Came::Answer(answer) => Ok(answer),
            Came::Failed(failure) => Err(failure),
            Came::Without(failure) => {
                let (name, _) = request.tool.split_once('.').unwrap_or((&request.tool, ""));
                self.caller.guards.of(name).goes_without(log.place());
                Err(failure)
            }
            Came::Unknown(_) => return self.hold(log, part, request).await.map(Err),
            Came::Down(why, may_be_done) => {
                if !is_read && !may_be_done {
                    log.not_done(&part, "tool", begun).await?;
                }
                return Ok(Err(Performed::Stopped(Halt::Outage(why))));
            }
        };
        log.end(&part, "tool", begun, Some(&asked), &came).await?;
        if known.is_some_and(|e| e.state == EffectState::Again) {
            log.journal.done_again(&part).await?;
        }
        Ok(Ok(came))
    }

    /// Puts a call before a person, and returns what to say of the case.
    async fn hold(&self, log: &CaseLog, part: Part, request: &ToolRequest) -> Result<Performed> {
        let content = Content::Call {
            tool: request.tool.clone(),
            arguments: request.arguments.clone(),
        };
        let told = format!(
            "`{}` was begun at `{}`, and nobody knows whether it was done",
            request.tool, request.step
        );
        let new = NewApproval {
            part,
            case: log.case().to_owned(),
            reason: Reason::UnknownCall,
            delivery: Delivery {
                output: request.step.clone(),
                approval: Approval::Required,
                content,
            },
            expires: None,
            file: None,
        };
        log.journal.keep_for_approval(new).await?;
        Ok(Performed::Held(Hold {
            why: told,
            wakes: None,
        }))
    }

    /// Asks a model; what it answered before a crash is not asked again. Outside, what its case
    /// waits for.
    async fn ask(
        &self,
        log: &mut CaseLog,
        request: &LlmRequest,
        needs: bool,
    ) -> Result<std::result::Result<Answer, Performed>> {
        let (part, known) = log.next(&request.step);
        let asked = standing::asked_of_model(request);
        if let Some(came) = standing::of_answer(known.as_ref(), &asked) {
            return Ok(Ok(came));
        }
        let begun = now();
        let told = match self.asker.ask(request, needs).await? {
            Ok(told) => told,
            Err(halt) => return Ok(Err(Performed::Stopped(halt))),
        };
        let day = self.asker.meter.day();
        log.answered(&part, "llm", begun, &asked, &told, &day)
            .await?;
        Ok(Ok(told.answer))
    }
}
