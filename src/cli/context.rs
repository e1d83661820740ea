//! What every command works with.

use std::sync::Arc;

use super::args::{Everywhere, Format, Log};
use crate::builder::{Resources, prompt};
use crate::check::{Checked, check};
use crate::connect::{Catalog, Connections};
use crate::diag::{Error, Result};
use crate::drafter::Drafter;
use crate::model::{Candidate, Chain, ChatModel, ModelLimits, Places, Recorder, Replay, discover};
use crate::rehearse::{Clock, LlmAnswers};
use crate::store::{Journal, Stored, Workspace};
use crate::ui;

/// What every command works with: the workspace, the clock, and how to print.
pub struct Context {
    /// The workspace.
    pub workspace: Workspace,
    /// When runs take place.
    pub clock: Clock,
    /// How results are printed.
    pub format: Format,
    everywhere: Everywhere,
}

/// The model that was chosen.
pub struct Chosen {
    /// The model.
    pub model: Arc<dyn ChatModel>,
    /// Is it the built-in drafter?
    pub is_built_in: bool,
}

impl Context {
    /// Opens the workspace that the options name.
    ///
    /// # Errors
    /// If there is none, or an option cannot be used.
    pub fn open(everywhere: &Everywhere) -> Result<Self> {
        let here = std::env::current_dir()
            .map_err(|e| Error::unavailable("The current folder cannot be read").caused_by(e))?;
        let workspace = Workspace::open(everywhere.workspace.as_deref(), &here)?;
        let clock = everywhere
            .as_of
            .as_deref()
            .map_or(Ok(Clock::default()), Clock::as_of)?;
        Ok(Context {
            workspace,
            clock,
            format: everywhere.format,
            everywhere: everywhere.clone(),
        })
    }

    /// Returns how the command line asks to log.
    pub(super) fn log(&self) -> Option<Log> {
        self.everywhere.log
    }

    /// Are results printed as JSON?
    pub fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// Returns how many cases that wait for something outside go on at once.
    pub fn at_once(&self, asked: Option<u16>) -> usize {
        let set = self.workspace.settings().limits.at_once;
        let most = asked.or(set).unwrap_or(super::args::AT_ONCE);
        usize::from(most.max(1))
    }

    /// Opens the connections.
    pub fn connections(&self) -> Arc<Connections> {
        let settings = &self.workspace.settings().connections;
        let connections = Connections::open(settings, self.workspace.root(), &|name| {
            self.workspace.variable(name)
        });
        self.tell_secret_troubles();
        Arc::new(connections)
    }

    /// Tells why secrets could not be had that `[secrets]` names, each once.
    pub(super) fn tell_secret_troubles(&self) {
        self.workspace.secret_troubles().iter().for_each(ui::note);
    }

    /// Returns the models that were named or found, the first being the one to use.
    ///
    /// # Errors
    /// If `--model` names none.
    pub async fn candidates(&self) -> Result<Vec<Candidate>> {
        let env = |name: &str| self.workspace.variable(name);
        let named = self.everywhere.model.as_deref();
        let config = &self.workspace.settings().model;
        let found = discover(config, named, &env, &Places::default()).await;
        self.tell_secret_troubles();
        found
    }

    /// Returns the model to use: the one that was named or found, else the built-in drafter.
    ///
    /// # Errors
    /// If the one that was named cannot be used.
    pub async fn model(&self) -> Result<Chosen> {
        if let Some(folder) = &self.everywhere.replay {
            return Ok(Chosen {
                model: Arc::new(Replay::open(folder)?),
                is_built_in: false,
            });
        }
        let candidates = self.candidates().await?;
        let Some(candidate) = candidates.first() else {
            let model: Arc<dyn ChatModel> = match &self.everywhere.record {
                Some(folder) => Arc::new(Recorder::new(Drafter::new(), folder)?),
                None => Arc::new(Drafter::new()),
            };
            return Ok(Chosen {
                model,
                is_built_in: true,
            });
        };
        let model = candidate.connect()?;
        let model: Arc<dyn ChatModel> = match &self.everywhere.record {
            Some(folder) => Arc::new(Recorder::new(model, folder)?),
            None => Arc::from(model),
        };
        Ok(Chosen {
            model,
            is_built_in: false,
        })
    }

    /// Returns who answers `llm` steps: the model, or placeholders where there is none.
    ///
    /// # Errors
    /// As [`Context::model`].
    pub async fn llm(&self) -> Result<Arc<LlmAnswers>> {
        let chosen = self.model().await?;
        if chosen.is_built_in {
            return Ok(self.llm_by(&chosen));
        }
        let config = &self.workspace.settings().model;
        let mut models = vec![(chosen.model.clone(), config.limits)];
        // A model that was named for this once, or a recording, stands alone.
        if self.everywhere.model.is_none() && self.everywhere.replay.is_none() {
            for (stand_in, limits) in self.stand_ins().await? {
                // One that cannot be used stands in for nothing: `doctor` says what is wrong.
                if let Some(Ok(model)) = stand_in.map(|candidate| candidate.connect()) {
                    models.push((Arc::from(model), limits));
                }
            }
        }
        let folder = self.workspace.own().join("answers");
        Ok(Arc::new(LlmAnswers::of(Chain::new(models), Some(folder))))
    }

    /// Returns the models that are set up to stand in for the first, in their order, with how fast
    /// each may be asked; nothing in the place of one that was not found.
    ///
    /// # Errors
    /// If the settings cannot be used.
    pub async fn stand_ins(&self) -> Result<Vec<(Option<Candidate>, ModelLimits)>> {
        let config = &self.workspace.settings().model;
        let env = |name: &str| self.workspace.variable(name);
        let mut stand_ins = Vec::new();
        for other in &config.then {
            let of_it = config.of_stand_in(other);
            let found = discover(&of_it, None, &env, &Places::default()).await?;
            stand_ins.push((found.into_iter().next(), other.limits));
        }
        Ok(stand_ins)
    }

    fn llm_by(&self, chosen: &Chosen) -> Arc<LlmAnswers> {
        Arc::new(if chosen.is_built_in {
            LlmAnswers::placeholders()
        } else {
            LlmAnswers::by(
                chosen.model.clone(),
                Some(self.workspace.own().join("answers")),
            )
        })
    }

    /// Returns what a conversation works with.
    ///
    /// # Errors
    /// If the model cannot be used or a prompt not be read.
    pub async fn resources(&self) -> Result<(Resources, bool)> {
        let (mut resources, is_built_in) = self.resources_unseen().await?;
        resources.catalog = Arc::new(resources.connections.catalog().await);
        Ok((resources, is_built_in))
    }

    /// As [`Context::resources`], before anybody has looked at what the connections offer.
    ///
    /// # Errors
    /// As [`Context::resources`].
    pub async fn resources_unseen(&self) -> Result<(Resources, bool)> {
        let chosen = self.model().await?;
        let resources = Resources {
            workspace: self.workspace.clone(),
            catalog: Arc::default(),
            llm: self.llm_by(&chosen),
            clock: self.clock.clone(),
            probes: Arc::default(),
            prompt: prompt::prompt(self.workspace.root())?,
            model: chosen.model,
            connections: self.connections(),
        };
        Ok((resources, chosen.is_built_in))
    }

    /// Opens the journal of runs.
    ///
    /// # Errors
    /// As [`Journal::open`].
    pub fn journal(&self) -> Result<Arc<Journal>> {
        Journal::open(&self.workspace).map(Arc::new)
    }

    /// Returns a saved workflow, checked, with what the connections offer.
    ///
    /// # Errors
    /// If it has errors.
    pub async fn checked(&self, stored: &Stored) -> Result<(Checked, Arc<Connections>, Catalog)> {
        let connections = self.connections();
        let catalog = connections.catalog().await;
        let review = check(&stored.draft, &stored.sop, &catalog);
        let checked = review.into_runnable(&stored.name)?;
        Ok((checked, connections, catalog))
    }
}
