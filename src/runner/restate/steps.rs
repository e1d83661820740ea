//! What a worker does for a case, each a durable step: what came of it is in the journal of the
//! Restate server before the case goes on, and is not done again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use restate_sdk::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::host::Ready;
use crate::engine::{AgentRequest, LlmRequest, ToolRequest, WaitRequest};
use crate::runner::ask::Told;
use crate::runner::calls::Came;
use crate::runner::log::now;
use crate::runner::perform::{is_read, is_repeatable};
use crate::runner::stop::Halt;
use crate::runner::waits::{SHORT, until};
use crate::runner::world::Answer;
use crate::store::journal::{AnswerCost, Brought, Effect, EffectState, KeptAnswer, WAIT, moment};

/// What came of a step, with when it began and ended, in milliseconds since 1970.
#[derive(Serialize, Deserialize)]
struct Timed<T> {
    begun: i64,
    ended: i64,
    came: T,
}

/// What came of a call.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Called {
    Came(Answer),
    /// Nobody knows whether it was done.
    Unclear,
    /// It is down: why, and whether it may have been done all the same.
    Down(String, bool),
}

/// What came of a question to a model.
#[derive(Serialize, Deserialize)]
struct Asked {
    answer: Answer,
    cost: AnswerCost,
    kept: Option<(String, KeptAnswer)>,
}

/// How far a step got.
pub(super) enum Step {
    /// This came of it, and is brought back.
    Came(Answer, Brought),
    /// It may have been done, and a person has to look.
    Unclear(Brought),
    /// It could not be done, so that the run stops: with what is brought back of it.
    Halted(Halt, Option<Brought>),
}

/// A step of a case: its name and turn, what kind of effect it is, and what is asked.
pub(super) struct Named {
    pub(super) part: String,
    pub(super) turn: u32,
    pub(super) kind: &'static str,
    pub(super) asked: Value,
}

impl Named {
    fn brought<T>(&self, timed: &Timed<T>, state: EffectState, answer: Value) -> Brought {
        let effect = Effect {
            part: self.part.clone(),
            turn: self.turn,
            kind: self.kind.to_owned(),
            state,
            request: self.asked.clone(),
            answer,
            begun: timed.begun,
            ended: (state != EffectState::Begun).then_some(timed.ended),
            spent: None,
        };
        Brought { effect, kept: None }
    }

    /// Returns what is brought back of something that was done or failed.
    fn ended<T>(&self, timed: &Timed<T>, answer: &Answer) -> Brought {
        match answer {
            Ok(answer) => self.brought(timed, EffectState::Done, answer.clone()),
            Err(failure) => self.brought(timed, EffectState::Failed, json!(failure)),
        }
    }

    /// Returns the name under which it is seen in the server.
    fn shown(&self) -> String {
        match self.turn {
            0 => self.part.clone(),
            turn => format!("{} ({})", self.part, turn + 1),
        }
    }
}

/// Calls a tool under its key. `needs` says that the case cannot go on without it.
pub(super) async fn call(
    ctx: &Context<'_>,
    ready: &Arc<Ready>,
    request: ToolRequest,
    named: Named,
    key: String,
    needs: bool,
) -> HandlerResult<Step> {
    let catalog = &ready.caller.catalog;
    let reads = is_read(catalog, &request.tool);
    // A step that was cut off is done again. Where that might do something twice, it is noted
    // first that it is about to be done: who finds the note did not write it, and leaves it.
    let is_fresh = Arc::new(AtomicBool::new(true));
    if !reads && !is_repeatable(catalog, &request.tool) {
        is_fresh.store(false, Ordering::SeqCst);
        let noted = is_fresh.clone();
        ctx.run(move || async move {
            noted.store(true, Ordering::SeqCst);
            Ok(())
        })
        .name(format!("about to do {}", named.shown()))
        .await?;
    }
    let worker = ready.clone();
    let step = move || async move {
        let begun = now();
        let came = if is_fresh.load(Ordering::SeqCst) {
            match worker.caller.call(&request, &key, needs).await {
                Came::Answer(answer) => Called::Came(Ok(answer)),
                Came::Failed(failure) | Came::Without(failure) => Called::Came(Err(failure)),
                Came::Unknown(_) => Called::Unclear,
                Came::Down(why, may_be_done) => Called::Down(why, may_be_done),
            }
        } else {
            Called::Unclear
        };
        let ended = now();
        Ok(Json(Timed { begun, ended, came }))
    };
    let Json(timed) = ctx.run(step).name(named.shown()).await?;
    Ok(match &timed.came {
        Called::Came(answer) => Step::Came(answer.clone(), named.ended(&timed, answer)),
        Called::Unclear => Step::Unclear(named.brought(&timed, EffectState::Begun, Value::Null)),
        Called::Down(why, may_be_done) => {
            let state = match may_be_done {
                true => EffectState::Begun,
                false => EffectState::NotDone,
            };
            let brought = (!reads).then(|| named.brought(&timed, state, Value::Null));
            Step::Halted(Halt::Outage(why.clone()), brought)
        }
    })
}

/// What a model is asked for.
pub(super) enum ForModel {
    Question(LlmRequest),
    Goal(AgentRequest),
}

/// Asks a model, or lets it pursue a goal.
pub(super) async fn ask(
    ctx: &Context<'_>,
    ready: &Arc<Ready>,
    request: ForModel,
    named: Named,
    needs: bool,
) -> HandlerResult<Step> {
    let worker = ready.clone();
    let step = move || async move {
        let begun = now();
        let told = match &request {
            ForModel::Question(request) => worker.asker.ask(request, needs).await,
            ForModel::Goal(request) => worker.asker.pursue(request, &worker.caller, needs).await,
        };
        let told = told.map_err(|error| HandlerError::from(error.to_string()))?;
        let came = told.map(|Told { answer, cost, kept }| Asked { answer, cost, kept });
        let ended = now();
        Ok(Json(Timed { begun, ended, came }))
    };
    let Json(timed) = ctx.run(step).name(named.shown()).await?;
    Ok(match &timed.came {
        Ok(asked) => {
            let mut brought = named.ended(&timed, &asked.answer);
            brought.effect.spent = Some(asked.cost.clone());
            brought.kept = asked.kept.clone();
            Step::Came(asked.answer.clone(), brought)
        }
        Err(halt) => Step::Halted(halt.clone(), None),
    })
}

/// Sits out a wait that is short, by a timer of the server; `None` for one that the run has to
/// look after.
pub(super) async fn wait(
    ctx: &Context<'_>,
    request: WaitRequest,
    mut named: Named,
) -> HandlerResult<Option<Step>> {
    if request.event.is_some() {
        return Ok(None);
    }
    let step = move || async move {
        let begun = now();
        let ended = until(&request).unwrap_or(begun);
        Ok(Json(Timed {
            begun,
            ended,
            came: (),
        }))
    };
    let Json(timed) = ctx.run(step).name(named.shown()).await?;
    let left = timed.ended - timed.begun;
    if left > SHORT {
        return Ok(None);
    }
    if left > 0 {
        ctx.sleep(Duration::from_millis(left.unsigned_abs()))
            .await?;
    }
    named.kind = WAIT;
    named.asked = json!({"event": null, "until": moment(timed.ended)});
    let answer = Ok(json!({ "at": named.asked["until"] }));
    let brought = named.ended(&timed, &answer);
    Ok(Some(Step::Came(answer, brought)))
}
