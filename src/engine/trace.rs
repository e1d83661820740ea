//! What happened to a case, and why.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::Failure;

/// How a case ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Status {
    /// It went to its end.
    Done,
    /// A step ended it early, as the workflow has it.
    Stopped {
        /// The step.
        step: String,
        /// Why.
        because: String,
    },
    /// Something went wrong.
    Failed {
        /// The step, output or data pull.
        part: String,
        /// What.
        failure: Failure,
    },
}

impl Status {
    /// Returns the status in one word: done, stopped or failed.
    pub fn word(&self) -> &'static str {
        match self {
            Status::Done => "done",
            Status::Stopped { .. } => "stopped",
            Status::Failed { .. } => "failed",
        }
    }
}

/// Which way a case took through a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Branch {
    /// It ran.
    Ran,
    /// Its `when` did not hold.
    Skipped,
    /// This rule decided, counted from 0.
    Rule(usize),
    /// No rule held.
    Otherwise,
    /// It failed, and `on_error` went on.
    Recovered,
    /// It failed.
    Failed,
}

/// A step that a case passed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passed {
    /// The step or output.
    pub part: String,
    /// Which way.
    pub branch: Branch,
}

/// What came of a case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// What tells the case apart.
    pub key: String,
    /// How it ended.
    #[serde(flatten)]
    pub status: Status,
    /// Its named values.
    pub result: IndexMap<String, Json>,
    /// What was missing or uncertain, for people.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub caveats: Vec<String>,
    /// What evaluation met and went on from, such as comparisons with missing values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Why it was decided so, in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<String>,
    /// The way it took.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub path: Vec<Passed>,
    /// Outputs that were made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outputs: Vec<String>,
}

impl Outcome {
    /// Did something go wrong?
    pub fn is_failed(&self) -> bool {
        matches!(self.status, Status::Failed { .. })
    }
}
