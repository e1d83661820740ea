//! Carries an execution through, with someone else doing what it wants.

use async_trait::async_trait;
use serde_json::Value as Json;

use super::{
    Action, AgentRequest, Candidate, Delivery, Event, Execution, Failure, LlmRequest, Outcome,
    PersonRequest, PullRequest, Rows, ToolRequest, WaitRequest,
};
use crate::expr::Scope;

/// Who does what executions want: a dry run simulates what a run performs.
#[async_trait]
pub trait World: Send + Sync {
    /// Returns the rows that belong to a case.
    async fn pull(&self, request: &PullRequest, scope: &Scope) -> Result<Rows, Failure>;

    /// Calls a tool.
    async fn call(&self, case: &str, request: &ToolRequest) -> Result<Json, Failure>;

    /// Asks a model.
    async fn ask(&self, case: &str, request: &LlmRequest) -> Result<Json, Failure>;

    /// Lets a model pursue a goal.
    async fn pursue(&self, case: &str, request: &AgentRequest) -> Result<Json, Failure>;

    /// Asks a person.
    async fn consult(&self, case: &str, request: &PersonRequest) -> Consulted;

    /// Waits, and returns what it waited for.
    async fn wait(&self, case: &str, request: &WaitRequest) -> Result<Json, Failure>;

    /// Makes something for the world outside, or keeps it for approval.
    async fn deliver(&self, case: &str, delivery: Delivery) -> Result<(), Failure>;
}

/// What came of a question to a person.
#[derive(Debug, Clone, PartialEq)]
pub enum Consulted {
    /// The person answered: the fields of the answer.
    Answer(Json),
    /// Nobody did in time.
    Nobody,
}

impl From<Consulted> for Event {
    fn from(consulted: Consulted) -> Event {
        match consulted {
            Consulted::Answer(answer) => Event::Answered(Ok(answer)),
            Consulted::Nobody => Event::Unanswered,
        }
    }
}

/// How far an execution got.
#[derive(Debug)]
pub enum Progress {
    /// It has its outcome.
    Done(Box<Outcome>),
    /// It waits for a decision across cases.
    Waiting(Candidate),
}

/// Carries an execution to its end, or to where it waits for other cases.
pub async fn drive(execution: &mut Execution, world: &dyn World) -> Progress {
    loop {
        let event = match execution.next_action() {
            Action::Pull(request) => Event::Pulled(world.pull(&request, execution.scope()).await),
            Action::Call(request) => Event::Called(world.call(execution.key(), &request).await),
            Action::Llm(request) => Event::Answered(world.ask(execution.key(), &request).await),
            Action::Agent(request) => {
                Event::Answered(world.pursue(execution.key(), &request).await)
            }
            Action::Ask(request) => world.consult(execution.key(), &request).await.into(),
            Action::Wait(request) => Event::Answered(world.wait(execution.key(), &request).await),
            Action::Deliver(delivery) => {
                Event::Delivered(world.deliver(execution.key(), delivery).await)
            }
            Action::Select(candidate) => return Progress::Waiting(candidate),
            Action::Finish(outcome) => return Progress::Done(outcome),
        };
        execution.record(event);
    }
}
