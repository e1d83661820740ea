//! How something stands that a case wants of the world: whether it is known what came of it, is
//! open, or may have been done without anybody knowing. Whoever performs it asks here first.

use serde_json::{Value as Json, json};

use super::log::failure_in;
use super::world::Answer;
use crate::engine::{AgentRequest, Failure, LlmRequest, ToolRequest};
use crate::store::journal::{Effect, EffectState};

/// How a call within the steps stands.
#[derive(Debug, PartialEq)]
pub(super) enum Standing {
    /// This came of it, asked with the same data or not.
    Came(Answer, bool),
    /// It was begun, and nobody knows whether it was done.
    Unclear,
    /// It is to be done.
    Open,
}

/// Returns how a call within the steps stands.
pub(super) fn of_call(
    known: Option<&Effect>,
    asked: &Json,
    is_read: bool,
    repeatable: bool,
) -> Standing {
    let Some(effect) = known else {
        return Standing::Open;
    };
    let is_same = effect.request == *asked;
    // What only looks something up is looked up again where other data is asked for.
    let counts = is_same || !is_read;
    match effect.state {
        EffectState::Done if counts => Standing::Came(Ok(effect.answer.clone()), is_same),
        EffectState::Failed if counts => Standing::Came(Err(failure_in(&effect.answer)), is_same),
        EffectState::Left => {
            let told = "A person has said that it is left as it is";
            Standing::Came(Err(Failure::last("unknown_outcome", told)), is_same)
        }
        EffectState::Begun if !(is_read || (repeatable && is_same)) => Standing::Unclear,
        _ => Standing::Open,
    }
}

/// Returns what came of a question to a model, or of a goal, where it is known.
pub(super) fn of_answer(known: Option<&Effect>, asked: &Json) -> Option<Answer> {
    let effect = known.filter(|e| e.request == *asked)?;
    match effect.state {
        EffectState::Done => Some(Ok(effect.answer.clone())),
        EffectState::Failed => Some(Err(failure_in(&effect.answer))),
        _ => None,
    }
}

/// Returns what came of something made, where it is known.
pub(super) fn of_delivery(known: Option<&Effect>) -> Option<Result<(), Failure>> {
    let effect = known?;
    match effect.state {
        EffectState::Done | EffectState::Left => Some(Ok(())),
        EffectState::Failed => Some(Err(failure_in(&effect.answer))),
        EffectState::Begun | EffectState::Again | EffectState::NotDone => None,
    }
}

/// May a call that is made have been done, and must not be done again? Begun before a crash, the
/// same may be asked again if that does nothing twice.
pub(super) fn is_unclear(known: Option<&Effect>, asked: &Json, repeatable: bool) -> bool {
    known.is_some_and(|e| e.state == EffectState::Begun && !(repeatable && e.request == *asked))
}

/// Returns what is journaled of the request of a call.
pub(super) fn asked_of_tool(request: &ToolRequest) -> Json {
    json!({"tool": request.tool, "arguments": request.arguments})
}

/// Returns what is journaled of a question to a model.
pub(super) fn asked_of_model(request: &LlmRequest) -> Json {
    json!({"instructions": request.instructions, "input": request.input})
}

/// Returns what is journaled of a goal.
pub(super) fn asked_of_agent(request: &AgentRequest) -> Json {
    json!({"goal": request.goal, "input": request.input})
}
