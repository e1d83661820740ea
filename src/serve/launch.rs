//! Runs that nobody starts by hand: begun for what fired, and gone on with after a crash.

use std::sync::Arc;

use serde_json::Value as Json;

use crate::check::check;
use crate::connect::Connections;
use crate::diag::Result;
use crate::rehearse::{Clock, LlmAnswers};
use crate::runner::{Begin, Limits, Rules, RunPlan, Summary, as_it_was, run};
use crate::store::journal::{Firing, Run, VersionText};
use crate::store::{self, Journal, Stored, Workspace};

/// What runs are begun with.
pub struct Launcher {
    /// The workspace.
    pub workspace: Workspace,
    /// Its journal.
    pub journal: Arc<Journal>,
    /// Who answers `llm` steps.
    pub llm: Arc<LlmAnswers>,
    /// How many cases of a run that wait for something outside go on at once.
    pub at_once: usize,
}

impl Launcher {
    /// Runs a workflow for what fired, at a moment.
    ///
    /// # Errors
    /// If it cannot begin, or not be carried on. That cases failed is in the summary.
    pub async fn fired(&self, firing: &Firing, clock: &Clock) -> Result<Summary> {
        let stored = store::load(&self.workspace, &firing.workflow)?;
        let workflow = stored.draft.workflow.as_ref();
        let folder = self.workspace.runs().join(&firing.run);
        let begin = Begin {
            info: clock.run_info(&firing.run, &firing.workflow, workflow),
            trigger: firing.trigger.clone(),
            only: None,
            results: folder.join("results.csv"),
            folder,
        };
        self.carry_out(stored, begin, None).await
    }

    /// Goes on with a run that was cut short.
    ///
    /// # Errors
    /// As [`Launcher::fired`].
    pub async fn resumed(&self, id: &str) -> Result<Summary> {
        let run = self.journal.run(id)?;
        let stored = as_it_was(&self.journal, &run)?;
        let begin = Begin::of(&run);
        self.carry_out(stored, begin, Some(run)).await
    }

    async fn carry_out(
        &self,
        stored: Stored,
        begin: Begin,
        resumed: Option<Run>,
    ) -> Result<Summary> {
        let settings = self.workspace.settings();
        let env = |name: &str| std::env::var(name).ok();
        let connections = Connections::open(&settings.connections, self.workspace.root(), &env);
        let catalog = connections.catalog().await;
        let checked = check(&stored.draft, &stored.sop, &catalog).into_runnable(&stored.name)?;
        run(RunPlan {
            checked,
            version: VersionText::of(stored.text, stored.sop.source),
            connections: Arc::new(connections),
            catalog: Arc::new(catalog),
            llm: self.llm.clone(),
            journal: self.journal.clone(),
            resumed,
            run: begin.info,
            trigger: begin.trigger,
            only: begin.only,
            folder: begin.folder,
            results: begin.results,
            expires: settings.inbox.expires()?,
            limits: Limits::default(),
            rules: Rules::of(settings)?,
            fresh: false,
            at_once: self.at_once,
            progress: &|_| {},
        })
        .await
    }
}

/// Returns what a scheduled run is given as `trigger`.
pub(super) fn scheduled(at: &jiff::Zoned) -> Json {
    serde_json::json!({ "time": at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string() })
}
