//! What a run has come to.

use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use serde::Serialize;
use serde_json::json;

use super::stop::Halt;
use crate::diag::Result;
use crate::engine::{Outcome, RunInfo, Status};
use crate::spec::Workflow;
use crate::store::journal::Used;
use crate::store::write_atomically;

/// What a run has come to.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// The run.
    pub run: RunInfo,
    /// Where its files are.
    pub folder: PathBuf,
    /// Where the results of every case are.
    pub results: PathBuf,
    /// Rows of the table that cases come from, looked at so far.
    pub rows: usize,
    /// Cases so far.
    pub cases: usize,
    /// Of these, those that went to their end.
    pub done: usize,
    /// Of these, those that a step ended early.
    pub stopped: usize,
    /// Of these, those that failed.
    pub failed: usize,
    /// The first that failed.
    pub failures: Vec<FailedCase>,
    /// Cases that wait for a person to say what became of a call; they are not among the cases.
    pub held: Vec<FailedCase>,
    /// Outputs of the run that could not be made.
    pub failed_outputs: Vec<(String, String)>,
    /// How many of each kind were made.
    pub made: IndexMap<String, usize>,
    /// How many cases came to each value of the first field of the result.
    pub results_by_value: IndexMap<String, usize>,
    /// What the run has used, before it was resumed included.
    pub used: Used,
    /// How long it took.
    pub seconds: f64,
    /// Why it ended before all cases were done.
    pub stopped_by: Option<String>,
    /// Is that something that was down, rather than a limit?
    pub is_paused: bool,
    /// What happened on the way that a person may want to know at once.
    pub news: Vec<String>,
    /// What else is to be known.
    pub notes: Vec<String>,
}

/// A case that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FailedCase {
    /// The case.
    pub key: String,
    /// The step, output or data pull.
    pub part: String,
    /// What went wrong.
    pub message: String,
}

/// Failed cases that are told one by one.
const TOLD: usize = 20;
/// Values of a result that are counted one by one.
const VALUES: usize = 12;

impl Summary {
    pub(super) fn new(run: &RunInfo, folder: &Path, results: &Path) -> Self {
        Summary {
            run: run.clone(),
            folder: folder.to_owned(),
            results: results.to_owned(),
            rows: 0,
            cases: 0,
            done: 0,
            stopped: 0,
            failed: 0,
            failures: Vec::new(),
            held: Vec::new(),
            failed_outputs: Vec::new(),
            made: IndexMap::new(),
            results_by_value: IndexMap::new(),
            used: Used::default(),
            seconds: 0.0,
            stopped_by: None,
            is_paused: false,
            news: Vec::new(),
            notes: Vec::new(),
        }
    }

    pub(super) fn count(&mut self, outcome: &Outcome) {
        self.cases += 1;
        match &outcome.status {
            Status::Done => self.done += 1,
            Status::Stopped { .. } => self.stopped += 1,
            Status::Failed { part, failure } => {
                self.failed += 1;
                if self.failures.len() < TOLD {
                    self.failures.push(FailedCase {
                        key: outcome.key.clone(),
                        part: part.clone(),
                        message: failure.message.clone(),
                    });
                }
            }
        }
        if let Some((name, value)) = outcome.result.first() {
            let label = format!("{name} {}", crate::render::cell(value));
            if self.results_by_value.len() < VALUES || self.results_by_value.contains_key(&label) {
                *self.results_by_value.entry(label).or_default() += 1;
            }
        }
    }

    /// Takes why the run stops; the first reason is the one that is told.
    pub(super) fn halt(&mut self, halt: Halt) {
        if self.stopped_by.is_none() {
            let (why, is_paused) = match halt {
                Halt::Limit(why) => (why, false),
                Halt::Outage(why) => (why, true),
                Halt::Asked => (self.told_to_stop(), false),
            };
            (self.stopped_by, self.is_paused) = (Some(why), is_paused);
        }
    }

    fn told_to_stop(&self) -> String {
        let id = &self.run.id;
        format!("it was told to stop; `sopwright run --resume {id}` goes on with it")
    }

    /// Did everything work?
    pub fn is_clean(&self) -> bool {
        self.failed == 0
            && self.held.is_empty()
            && self.failed_outputs.is_empty()
            && self.stopped_by.is_none()
    }

    /// Returns the summary as JSON.
    pub fn to_json(&self) -> serde_json::Value {
        json!({
            "run": self.run.id, "workflow": self.run.workflow, "as_of": self.run.time,
            "cases": self.cases, "done": self.done, "stopped": self.stopped, "failed": self.failed,
            "failures": self.failures, "held": self.held, "failed_outputs": self.failed_outputs, "made": self.made,
            "results_by_value": self.results_by_value, "model_calls": self.used.calls, "model_cost_usd": self.used.cost, "used": self.used,
            "seconds": (self.seconds * 1000.0).round() / 1000.0, "stopped_by": self.stopped_by, "paused": self.is_paused, "notes": self.notes,
            "folder": self.folder.display().to_string(), "results": self.results.display().to_string()
        })
    }

    /// Writes the summary beside the run's files.
    pub(super) fn write(&self) -> Result<()> {
        let text = serde_json::to_string_pretty(&self.to_json()).unwrap_or_default() + "\n";
        write_atomically(&self.folder.join("summary.json"), text.as_bytes())
    }
}

/// Says which statements of the SOP a workflow does not carry out yet.
pub(super) fn left_open(workflow: &Workflow) -> Option<String> {
    const NAMED: usize = 12;
    let open = &workflow.sop.open;
    let mut named: Vec<String> = open.iter().take(NAMED).map(usize::to_string).collect();
    if open.len() > NAMED {
        named.push("…".to_owned());
    }
    let which = match open.as_slice() {
        [] => return None,
        [one] => format!("statement {one} of the SOP is"),
        _ => format!(
            "{} statements of the SOP are ({})",
            open.len(),
            named.join(", ")
        ),
    };
    Some(format!(
        "{which} not carried out: look at what was made with them in mind (`sopwright trace {}` has their words)",
        workflow.name
    ))
}
