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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn known(state: EffectState, request: Json) -> Effect {
        Effect {
            part: "rating".to_owned(),
            turn: 0,
            kind: "tool".to_owned(),
            state,
            request,
            answer: json!({"grade": "B"}),
            begun: 1,
            ended: None,
            spent: None,
        }
    }

    #[test]
    fn what_may_have_been_done_is_done_again_only_where_that_does_nothing_twice() {
        let (asked, other) = (json!({"id": 1}), json!({"id": 2}));
        let begun = known(EffectState::Begun, asked.clone());
        let (read, write) = (true, false);
        for (asked, is_read, repeatable, expected) in [
            (&asked, write, false, Standing::Unclear),
            (&asked, write, true, Standing::Open),
            (&other, write, true, Standing::Unclear),
            (&other, read, true, Standing::Open),
        ] {
            let stands = of_call(Some(&begun), asked, is_read, repeatable);
            assert_eq!(stands, expected, "{asked} {is_read} {repeatable}");
        }
        assert!(is_unclear(Some(&begun), &other, true));
        assert!(!is_unclear(Some(&begun), &asked, true));
        assert!(!is_unclear(None, &asked, false));
    }

    #[test]
    fn a_write_that_was_done_stays_done_whatever_is_asked_now_and_a_look_up_does_not() {
        let (asked, other) = (json!({"id": 1}), json!({"id": 2}));
        let done = known(EffectState::Done, asked.clone());
        let came = |is_same| Standing::Came(Ok(json!({"grade": "B"})), is_same);
        assert_eq!(of_call(Some(&done), &asked, true, true), came(true));
        assert_eq!(of_call(Some(&done), &other, false, false), came(false));
        assert_eq!(of_call(Some(&done), &other, true, true), Standing::Open);
        assert_eq!(of_answer(Some(&done), &other), None);
        let again = known(EffectState::Again, asked.clone());
        assert_eq!(of_call(Some(&again), &asked, false, false), Standing::Open);
        let left = known(EffectState::Left, asked.clone());
        let stands = of_call(Some(&left), &asked, false, false);
        assert!(matches!(stands, Standing::Came(Err(f), _) if f.code == "unknown_outcome"));
    }
}
