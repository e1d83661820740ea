//! What a step needs from the world outside, with everything in it worked out.

use super::values::told;
use super::*;
use crate::engine::program::{Body, CompiledStep};
use crate::engine::{AgentRequest, PersonRequest, WaitRequest};

impl Execution {
    /// Returns what a step that works nothing out by itself asks for.
    pub(super) fn request(&self, step: &CompiledStep) -> Result<Action, Error> {
        let id = step.id.clone();
        let facts = |trees| -> Result<Json, Error> {
            Ok(told(Json::Object(json_of(eval_all(trees, &self.scope)?))))
        };
        Ok(match &step.body {
            Body::Call { tool, arguments } => Action::Call(ToolRequest {
                step: id,
                tool: tool.clone(),
                arguments: present(json_of(eval_all(arguments, &self.scope)?)),
                retry: step.retry.clone(),
                timeout: step.timeout.clone(),
            }),
            Body::Llm {
                instructions,
                input,
                returns,
                examples,
            } => Action::Llm(LlmRequest {
                step: id,
                instructions: instructions.text(&self.scope)?,
                input: facts(input)?,
                returns: returns.clone(),
                examples: examples.clone(),
            }),
            Body::Agent {
                goal,
                input,
                tools,
                max_turns,
                returns,
            } => Action::Agent(AgentRequest {
                step: id,
                goal: goal.text(&self.scope)?,
                input: facts(input)?,
                tools: tools.clone(),
                max_turns: *max_turns,
                returns: returns.clone(),
            }),
            Body::Ask {
                question,
                who,
                asked,
            } => Action::Ask(PersonRequest {
                step: id,
                question: question.text(&self.scope)?,
                who: who.as_ref().map(|w| w.text(&self.scope)).transpose()?,
                choices: asked.choices.clone(),
                returns: asked.returns.clone(),
                expires: asked.expires.clone(),
            }),
            Body::Wait {
                duration,
                until,
                event,
            } => Action::Wait(WaitRequest {
                step: id,
                duration: duration.clone(),
                until: match until {
                    Some(until) => Some(point_in_time(&until.text(&self.scope)?, &step.id)?),
                    None => None,
                },
                event: event.clone(),
                timeout: step.timeout.clone(),
            }),
            Body::Select {
                only,
                order_by,
                group,
            } => Action::Select(Candidate {
                step: id,
                eligible: only.as_ref().map_or(Ok(true), |o| o.holds(&self.scope))?,
                order: order_by
                    .iter()
                    .map(|by| Ok((to_json(&by.value.eval(&self.scope)?), by.descending)))
                    .collect::<Result<_, Error>>()?,
                group: group
                    .as_ref()
                    .map(|g| g.eval(&self.scope).map(|v| to_json(&v)))
                    .transpose()?,
            }),
            Body::Compute(_)
            | Body::Decide { .. }
            | Body::Each { .. }
            | Body::Check { .. }
            | Body::Stop { .. } => {
                return Err(Error::new(format!("`{id}` asks for nothing outside")));
            }
        })
    }

    /// Takes that nobody answered a question in time.
    pub(super) fn unanswered(&mut self) {
        let Some(frame) = self.frames.last() else {
            return;
        };
        let steps = frame.steps.clone();
        let Some((step, Body::Ask { asked, .. })) =
            steps.get(frame.next).map(|step| (step, &step.body))
        else {
            return;
        };
        let Some(otherwise) = &asked.otherwise else {
            let nobody = "Nobody answered in time, and nothing says what holds then";
            return self.failed(step, Failure::last("expired", nobody));
        };
        self.caveats.push(format!(
            "Nobody answered `{}` in time; taken as {}.",
            step.id,
            otherwise
                .as_str()
                .map_or(otherwise.to_string(), str::to_owned)
        ));
        self.answered(Ok(match otherwise {
            Json::Object(_) => otherwise.clone(),
            choice => serde_json::json!({ "answer": choice }),
        }));
    }
}

/// Returns the moment that a text says, as RFC 3339.
fn point_in_time(text: &str, step: &str) -> Result<String, Error> {
    let moment = crate::expr::functions::moment_of(text);
    moment.map(|moment| moment.to_string()).ok_or_else(|| {
        Error::new(format!(
            "`{step}` waits until a time, and “{}” is none",
            crate::diag::one_line(text, 40)
        ))
    })
}
