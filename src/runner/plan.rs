//! What a run is to do, and with what.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value as Json;
use tokio_util::sync::CancellationToken;

use super::{Engine, Limits, Rules, Summary};
use crate::check::Checked;
use crate::connect::{Catalog, Connections};
use crate::engine::RunInfo;
use crate::rehearse::LlmAnswers;
use crate::store::Journal;
use crate::store::journal::{Run, VersionText};

/// What a run is to do.
pub struct RunPlan<'r> {
    /// The workflow.
    pub checked: Checked,
    /// Its document and SOP, as they were read: they are kept with the run.
    pub version: VersionText,
    /// Its data and tools.
    pub connections: Arc<Connections>,
    /// What they offer.
    pub catalog: Arc<Catalog>,
    /// Who answers `llm` steps.
    pub llm: Arc<LlmAnswers>,
    /// Where everything is journaled.
    pub journal: Arc<Journal>,
    /// The run that this goes on with; its clock, inputs and folder are those of the plan.
    pub resumed: Option<Run>,
    /// Its id and clock.
    pub run: RunInfo,
    /// What started it gives.
    pub trigger: Json,
    /// Only the case of this key.
    pub only: Option<String>,
    /// The folder that its files go to.
    pub folder: PathBuf,
    /// Where the results of every case go, as CSV or JSON lines by the file's ending.
    pub results: PathBuf,
    /// How long somebody can decide about what waits for approval.
    pub expires: Option<Duration>,
    /// Limits over those of the workflow and the workspace.
    pub limits: Limits,
    /// What the settings say about runs.
    pub rules: Rules,
    /// Are models asked anew what they have answered in earlier runs?
    pub fresh: bool,
    /// How many cases that wait for something outside run at once.
    pub at_once: usize,
    /// Who does what cases want of the world outside, where it is not this program itself.
    pub engine: Option<Engine>,
    /// Asks it to stop within five seconds: what is under way is ended, and nothing is begun. It is
    /// gone on with as one that was cut short.
    pub stop: CancellationToken,
    /// Told of how far it is.
    pub progress: &'r (dyn Fn(&Summary) + Sync),
}
