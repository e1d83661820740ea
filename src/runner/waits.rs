//! Steps that take long: a model pursues a goal, a person is asked, a time or an event comes.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;

use super::log::{CaseLog, failure_in, now};
use super::standing;
use super::world::{Answer, Hold, Performed, RunWorld};
use crate::diag::{Result, one_line};
use crate::engine::{
    AgentRequest, Consulted, Content, Delivery, Failure, PersonRequest, WaitRequest,
};
use crate::spec::{Approval, duration};
use crate::store::journal::{ASK, ApprovalState, EffectState, NewApproval, Reason, WAIT, moment};

/// The kind of the effect that a pursued goal is.
const AGENT: &str = "agent";

/// A wait that is no longer than this is sat out, in milliseconds; of a longer one the run ends,
/// and goes on later.
pub(super) const SHORT: i64 = 30_000;

impl RunWorld {
    /// Lets a model pursue a goal; what it came to before a crash is not pursued again. Outside,
    /// what its case waits for.
    pub(super) async fn pursue(
        &self,
        log: &mut CaseLog,
        request: &AgentRequest,
        needs: bool,
    ) -> Result<std::result::Result<Answer, Performed>> {
        let (part, known) = log.next(&request.step);
        let asked = standing::asked_of_agent(request);
        if let Some(came) = standing::of_answer(known.as_ref(), &asked) {
            return Ok(Ok(came));
        }
        let begun = now();
        let told = match self.asker.pursue(request, &self.caller, needs).await? {
            Ok(told) => told,
            Err(halt) => return Ok(Err(Performed::Stopped(halt))),
        };
        let day = self.asker.meter.day();
        log.answered(&part, AGENT, begun, &asked, &told, &day)
            .await?;
        Ok(Ok(told.answer))
    }

    /// Puts a question before a person, or returns what came of it.
    pub(super) async fn consult(
        &self,
        log: &mut CaseLog,
        request: &PersonRequest,
    ) -> Result<std::result::Result<Consulted, Hold>> {
        let (part, known) = log.next(&request.step);
        let content = Content::Question(request.clone());
        if let Some(effect) = known.filter(|e| e.kind == ASK && e.state == EffectState::Done) {
            if effect.request != json!(content) {
                log.caveats.push(format!(
                    "`{}` had been answered before the run was resumed, with other facts.",
                    request.step
                ));
            }
            return Ok(Ok(Consulted::Answer(effect.answer)));
        }
        let hold = |expires| Hold {
            why: format!(
                "`{}` asks: {}",
                request.step,
                one_line(&request.question, 120)
            ),
            wakes: expires,
        };
        match log.journal.question(&part)? {
            Some((ApprovalState::Waiting, expires)) => {
                if expires.is_none_or(|until| until > now()) {
                    return Ok(Err(hold(expires)));
                }
                log.journal.expire(now()).await?;
                Ok(Ok(Consulted::Nobody))
            }
            Some(_) => Ok(Ok(Consulted::Nobody)),
            None => {
                let expires = request.expires.as_deref().and_then(duration);
                let expires = expires.map(|long| now() + millis(long));
                let question = NewApproval {
                    part,
                    case: log.case().to_owned(),
                    reason: Reason::Question,
                    delivery: Delivery {
                        output: request.step.clone(),
                        approval: Approval::Required,
                        content,
                    },
                    expires,
                    file: None,
                };
                log.journal.keep_for_approval(question).await?;
                Ok(Err(hold(expires)))
            }
        }
    }

    /// Waits, or returns what was waited for.
    pub(super) async fn wait(
        &self,
        log: &mut CaseLog,
        request: &WaitRequest,
    ) -> Result<std::result::Result<Answer, Hold>> {
        let (part, known) = log.next(&request.step);
        let known = known.filter(|e| e.kind == WAIT);
        let asked = match &known {
            Some(effect) if effect.state == EffectState::Done => {
                return Ok(Ok(Ok(effect.answer.clone())));
            }
            Some(effect) if effect.state == EffectState::Failed => {
                return Ok(Ok(Err(failure_in(&effect.answer))));
            }
            // How long was said when it began: it does not begin anew with each start.
            Some(effect) => effect.request.clone(),
            None => {
                let asked = json!({"event": request.event, "until": until(request).map(moment)});
                log.journal.begin_effect(&part, WAIT, &asked).await?;
                asked
            }
        };
        let until: Option<Timestamp> = asked["until"].as_str().and_then(|text| text.parse().ok());
        let until = until.map(Timestamp::as_millisecond);
        let left = until.map_or(i64::MAX, |until| until - now());
        let event = request.event.as_deref();
        if left > 0 && (event.is_some() || left > SHORT) {
            let why = match event {
                Some(event) => format!("`{}` waits for the event `{event}`", request.step),
                None => format!(
                    "`{}` waits until {}",
                    request.step,
                    moment(until.unwrap_or(0))
                ),
            };
            return Ok(Err(Hold { why, wakes: until }));
        }
        if left > 0 {
            tokio::time::sleep(Duration::from_millis(left.unsigned_abs())).await;
        }
        let came = match event {
            Some(event) => Err(Failure::last(
                "timeout",
                format!("The event `{event}` did not come in time"),
            )),
            None => Ok(json!({ "at": asked["until"] })),
        };
        log.end(&part, WAIT, now(), Some(&asked), &came).await?;
        Ok(Ok(came))
    }
}

/// Returns when a wait is over, in milliseconds since 1970; `None` for one without an end.
pub(super) fn until(request: &WaitRequest) -> Option<i64> {
    let from_now = |text: &Option<String>| {
        let long = duration(text.as_deref()?)?;
        Some(now() + millis(long))
    };
    let at = |text: &String| text.parse::<Timestamp>().ok();
    let at = request.until.as_ref().and_then(at);
    match &request.event {
        Some(_) => from_now(&request.timeout),
        None => at
            .map(Timestamp::as_millisecond)
            .or_else(|| from_now(&request.duration)),
    }
}

fn millis(long: Duration) -> i64 {
    i64::try_from(long.as_millis()).unwrap_or(i64::MAX / 4)
}
