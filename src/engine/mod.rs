//! One case of a workflow as a pure machine: [`Execution::next_action`] says what it wants,
//! [`Execution::record`] takes what came of it. It does no IO and has no clock, so that the dry
//! run, a run, a resumed run and a distributed driver share it; a replay is the same code.

mod action;
mod drive;
mod execution;
mod names;
mod narrowing;
mod outputs;
mod program;
mod rows;
mod run_outputs;
mod select;
mod spellings;
mod trace;

pub use action::{
    Action, AgentRequest, Candidate, Content, Delivery, Event, Failure, LlmRequest, PersonRequest,
    PullRequest, ToolRequest, WaitRequest, Wanted,
};
pub use drive::{Consulted, Progress, World, drive};
pub use execution::{Case, Execution};
pub use narrowing::KnownCases;
pub use program::{CompiledPull, Program};
pub use rows::{Rows, Table, key_text};
pub use run_outputs::{CaseSummary, deliveries_of_run};
pub use select::{Choice, choose};
pub use trace::{Branch, Outcome, Passed, Status};

use crate::expr::{Scope, Value, from_json};

/// What a run has of its own: its id, and the only clock there is.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct RunInfo {
    /// The run's id.
    pub id: String,
    /// The workflow's name.
    pub workflow: String,
    /// The day, `YYYY-MM-DD`, in the workflow's time zone.
    pub date: String,
    /// The moment, RFC 3339.
    pub time: String,
}

/// Returns the names that every expression of a run can use.
pub fn base_scope(run: &RunInfo, trigger: &serde_json::Value) -> Scope {
    let mut scope = Scope::new();
    let fields = [
        ("id", &run.id),
        ("workflow", &run.workflow),
        ("date", &run.date),
        ("time", &run.time),
    ];
    scope.set(
        "run",
        Value::from_pairs(
            fields.map(|(name, value)| (Value::from(name), Value::from(value.as_str()))),
        ),
    );
    scope.set("trigger", from_json(trigger));
    scope
}

#[cfg(test)]
mod tests;
