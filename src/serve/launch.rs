//! Runs that nobody starts by hand: begun for what fired, and gone on with after a crash.

use std::sync::Arc;

use serde_json::Value as Json;
use tokio_util::sync::CancellationToken;

use crate::check::{Checked, check};
use crate::connect::{Catalog, Connections};
use crate::diag::{Error, Result};
use crate::rehearse::{Clock, LlmAnswers};
use crate::runner::{Begin, Engine, Limits, Rules, RunPlan, Summary, as_it_was, run};
use crate::store::journal::{Firing, REMOVED, Run, RunStatus, VersionText};
use crate::store::{self, Journal, Stored, Workspace};

/// What runs are begun with.
pub struct Launcher {
    /// The workspace.
    pub workspace: Workspace,
    /// Its journal.
    pub journal: Arc<Journal>,
    /// Who answers `llm` steps; each run counts what it asks itself.
    pub llm: Arc<LlmAnswers>,
    /// Asks the runs to stop.
    pub stop: CancellationToken,
    /// How many cases of a run that wait for something outside go on at once.
    pub at_once: usize,
}

/// A workflow that was checked against what its connections offer today.
pub(super) struct Opened {
    pub(super) checked: Checked,
    pub(super) connections: Connections,
    pub(super) catalog: Catalog,
}

impl Launcher {
    /// Carries out a run whose turn it is: begins it, or goes on with it. Nothing comes of a run
    /// that is over, or that waits for a person.
    ///
    /// # Errors
    /// If it cannot begin, or not be carried on. That cases failed is in the summary.
    pub async fn carry_out(&self, id: &str, clock: &Clock) -> Result<Option<Summary>> {
        if self.journal.has_run(id)? {
            return self.resumed(id).await;
        }
        match self.journal.firing(id)? {
            // What came with it was removed meanwhile.
            Some(firing) if firing.problem.as_deref() == Some(REMOVED) => Ok(None),
            Some(firing) => self.fired(&firing, clock).await.map(Some),
            None => Err(Error::input(format!("Nothing has started the run {id}"))),
        }
    }

    async fn fired(&self, firing: &Firing, clock: &Clock) -> Result<Summary> {
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
        self.run(stored, begin, None).await
    }

    async fn resumed(&self, id: &str) -> Result<Option<Summary>> {
        let run = self.journal.run(id)?;
        if !matches!(
            run.status,
            RunStatus::Running
                | RunStatus::CutShort
                | RunStatus::Held
                | RunStatus::Paused
                | RunStatus::Limited
        ) {
            return Ok(None);
        }
        let stored = as_it_was(&self.journal, &run)?;
        let begin = Begin::of(&run);
        self.run(stored, begin, Some(run)).await.map(Some)
    }

    async fn run(&self, stored: Stored, begin: Begin, resumed: Option<Run>) -> Result<Summary> {
        let settings = self.workspace.settings();
        let opened = self.opened(&stored).await?;
        let engine = Engine::chosen(&settings.restate, None, resumed.as_ref())?;
        run(RunPlan {
            checked: opened.checked,
            version: VersionText::of(stored.text, stored.sop.source),
            connections: Arc::new(opened.connections),
            catalog: Arc::new(opened.catalog),
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
            engine,
            stop: self.stop.clone(),
            progress: &|_| {},
        })
        .await
    }

    /// Checks a workflow against what its connections offer now.
    ///
    /// # Errors
    /// If it has errors, with the connection that could not be read where that is why.
    pub(super) async fn opened(&self, stored: &Stored) -> Result<Opened> {
        let settings = &self.workspace.settings().connections;
        let env = |name: &str| self.workspace.variable(name);
        let connections = Connections::open(settings, self.workspace.root(), &env);
        let catalog = connections.catalog().await;
        let review = check(&stored.draft, &stored.sop, &catalog);
        let checked = review.into_runnable(&stored.name).map_err(|error| {
            // What is not there because its connection is down may be there again.
            let down = catalog.connections.iter().find_map(|(name, info)| {
                let problem = info.problem.as_ref()?;
                Some(format!("`{name}` could not be read: {problem}"))
            });
            match down {
                Some(why) => error.because(why),
                None => error,
            }
        })?;
        Ok(Opened {
            checked,
            connections,
            catalog,
        })
    }
}

/// Returns what a scheduled run is given as `trigger`.
pub(super) fn scheduled(at: &jiff::Zoned) -> Json {
    serde_json::json!({ "time": moment(at) })
}

/// Returns a moment as runs are given it, RFC 3339.
pub(super) fn moment(at: &jiff::Zoned) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}
