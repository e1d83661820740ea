//! The driver: carries a conversation on, doing the IO that it wants.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;

use super::prompt::Prompt;
use super::tools::{self, Bench, ToolAnswer};
use super::{
    Answer, End, Mode, Question, QuestionKind, Refinement, Session, Want, connecting, economy,
    opening, weigh,
};
use crate::check::Checked;
use crate::connect::{Catalog, Connections};
use crate::diag::{Error, Result};
use crate::engine::RunInfo;
use crate::model::{ChatModel, Delta, Request, SystemPart, ToolChoice};
use crate::rehearse::{Clock, LlmAnswers, Probes, Rehearsal, Rehearsed};
use crate::sop::Sop;
use crate::spec::Workflow;
use crate::store::{Fingerprint, Workspace, keep_draft};

/// What a conversation works with.
#[derive(Clone)]
pub struct Resources {
    /// The workspace.
    pub workspace: Workspace,
    /// Its connections.
    pub connections: Arc<Connections>,
    /// What they offer.
    pub catalog: Arc<Catalog>,
    /// The model that builds.
    pub model: Arc<dyn ChatModel>,
    /// Who answers `llm` steps in dry runs.
    pub llm: Arc<LlmAnswers>,
    /// When dry runs take place.
    pub clock: Clock,
    /// What dry runs have found of tools.
    pub probes: Arc<Probes>,
    /// What the model is told before anything else.
    pub prompt: Prompt,
}

impl Resources {
    /// Returns what a run knows of its time.
    pub fn run_info(&self, name: &str, workflow: Option<&Workflow>) -> RunInfo {
        self.clock.run_info("dry-run", name, workflow)
    }

    /// Returns what a dry run of a workflow works with.
    ///
    /// With the SOP it is also tried what can go wrong and whether the tools can be relied on.
    pub fn rehearsal<'r>(
        &'r self,
        checked: &Checked,
        sop: Option<&'r Sop>,
        cases: usize,
        progress: &'r (dyn Fn(usize, usize) + Sync),
    ) -> Rehearsal<'r> {
        let workflow = checked.workflow();
        Rehearsal {
            connections: &self.connections,
            catalog: &self.catalog,
            llm: self.llm.clone(),
            run: self.run_info(&workflow.name, Some(workflow)),
            cases,
            scenarios: sop.is_some(),
            sop,
            probes: sop.map(|_| &*self.probes),
            progress,
        }
    }
}

/// Where a build stops at the latest.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Model calls of a build, or of a turn in chat.
    pub turns: u32,
    /// US dollars, as far as prices are known.
    pub cost: Option<f64>,
    /// Time.
    pub time: Option<Duration>,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            turns: 40,
            cost: None,
            time: None,
        }
    }
}

/// Who shows a conversation to a person, and asks them. What is not shown is passed over.
#[async_trait]
pub trait Face: Send {
    /// A piece of what the model says.
    fn delta(&mut self, _: Delta) {}

    /// The model has said all that it says before its tool calls.
    fn end_of_answer(&mut self) {}

    /// A tool call begins.
    fn tool_begins(&mut self, _: &str) {}

    /// A tool call has ended.
    fn tool_ended(&mut self, _: &str, _: &ToolAnswer) {}

    /// Work within a tool call goes on: how many are done, of how many.
    fn progress(&self) -> Box<dyn Fn(usize, usize) + Send + Sync> {
        Box::new(|_, _| {})
    }

    /// The turn has changed the workflow: what it changed and what that does, before it is saved.
    fn changed(&mut self, _: &Refinement) {}

    /// Asks the person.
    async fn ask(&mut self, question: &Question) -> Answer;

    /// Asks the person for a secret, which is not shown; nothing where that cannot be.
    async fn secret(&mut self, _: &str) -> Option<String> {
        None
    }

    /// A step of the conversation is done and can be written down.
    fn keep(&mut self, _: &Session) {}
}

/// A conversation under way.
pub struct Builder {
    /// The conversation.
    pub session: Session,
    /// What it works with.
    pub resources: Resources,
    /// Where it stops.
    pub limits: Limits,
    pub(super) rehearsed: Option<Rehearsed>,
    /// The change that the person was shown last: from what, to what.
    pub(super) shown: Option<[Option<Fingerprint>; 2]>,
}

/// The most tokens of one answer.
const MAX_TOKENS: u32 = 16_000;

impl Builder {
    /// Returns a conversation with what it works with.
    pub fn new(session: Session, resources: Resources, limits: Limits) -> Self {
        Builder {
            session,
            resources,
            limits,
            rehearsed: None,
            shown: None,
        }
    }

    /// Opens the conversation with the SOP; `notes` are answers that the owner gives beforehand.
    pub fn open(&mut self, notes: Option<&str>) {
        let opening = opening::build(&self.session, &self.resources, notes);
        self.session.say(&opening);
    }

    /// Opens the conversation with a workflow that is saved.
    pub fn reopen(&mut self) {
        let opening = opening::reopen(&self.session, &self.resources);
        self.session.guided = true;
        self.session.say(&opening);
    }

    /// Carries the conversation on until it is the user's turn, saved, or blocked.
    ///
    /// # Errors
    /// If the model cannot be asked. The session is as it was before that call.
    pub async fn run(&mut self, face: &mut dyn Face) -> Result<End> {
        let started = Instant::now();
        self.shown = None;
        loop {
            if let Some(end) = self.spent(started) {
                return Ok(self.finish(End::Blocked(end)));
            }
            match self.session.next(self.limits.turns) {
                Want::CallModel => self.call_model(face).await?,
                Want::CallTool(call) => {
                    if call.name == "save_workflow" {
                        self.show_change(face).await;
                    }
                    face.tool_begins(&call.name);
                    let progress = face.progress();
                    let mut bench = Bench {
                        session: &mut self.session,
                        rehearsed: &mut self.rehearsed,
                        resources: &self.resources,
                        progress: &*progress,
                    };
                    let answer = tools::call(&call, &mut bench).await;
                    drop(progress);
                    if let Some(kept) = self.session.connecting.kept.take() {
                        self.resources.take_in(&kept).await?;
                    }
                    face.tool_ended(&call.name, &answer);
                    self.session
                        .answered_by_tool(answer.content.to_string(), answer.is_error);
                    if matches!(call.name.as_str(), "write_workflow" | "edit_workflow") {
                        self.session.guide(&self.resources.prompt.guide);
                    }
                    if let Some(words) = self.session.close() {
                        face.delta(Delta::Text(words));
                        face.end_of_answer();
                    }
                }
                Want::Ask(mut question) => {
                    if let Some(weight) = &mut question.weight {
                        weigh::count(weight, &self.resources, &self.session.name).await;
                    }
                    if matches!(
                        question.kind,
                        QuestionKind::SavePartial | QuestionKind::Keep
                    ) {
                        self.show_change(face).await;
                    }
                    let answer = match question.kind {
                        QuestionKind::Connect => {
                            connecting::ask(&mut question, &self.session, &self.resources, face)
                                .await
                        }
                        _ => Ok(face.ask(&question).await),
                    };
                    match answer {
                        Ok(answer) => self.session.answered_by_user(&question, &answer),
                        Err(why) => self.session.answered_by_tool(why, true),
                    }
                    if question.kind == QuestionKind::Plan && self.session.plan.is_some() {
                        self.session.guide(&self.resources.prompt.guide);
                    }
                }
                Want::Done(end) => {
                    self.show_change(face).await;
                    return Ok(self.finish(end));
                }
            }
            face.keep(&self.session);
        }
    }

    /// Shows what this turn made of the workflow, once.
    pub async fn show_change(&mut self, face: &mut dyn Face) {
        if !self.session.has_changed() || self.is_shown() {
            return;
        }
        face.tool_begins("compare");
        if let Some(refinement) = self.refinement().await {
            face.changed(&refinement);
        }
    }

    async fn call_model(&mut self, face: &mut dyn Face) -> Result<()> {
        let request = self.request();
        let reply = self
            .resources
            .model
            .complete(&request, &mut |delta| face.delta(delta))
            .await
            .map_err(Error::from)?;
        face.end_of_answer();
        self.session.cost += self
            .resources
            .model
            .pricing()
            .map_or(0.0, |price| price.cost(&reply.usage));
        self.session.answered_by_model(reply);
        Ok(())
    }

    /// Returns what the model is asked next.
    pub fn request(&self) -> Request {
        Request {
            system: vec![SystemPart {
                text: self.resources.prompt.system.clone(),
                cacheable: true,
            }],
            messages: economy::brief(&self.session.messages),
            tools: tools::specs(),
            tool_choice: ToolChoice::Auto,
            max_tokens: MAX_TOKENS,
        }
    }

    fn spent(&self, started: Instant) -> Option<String> {
        let cost = self.session.cost + self.resources.llm.spent().cost;
        if let Some(most) = self.limits.cost.filter(|most| cost > *most) {
            return Some(format!(
                "it has cost ${cost:.2}, and --max-cost is ${most:.2}"
            ));
        }
        if let Some(most) = self.limits.time.filter(|most| started.elapsed() > *most) {
            return Some(format!(
                "it has taken longer than --max-time, {} s",
                most.as_secs()
            ));
        }
        None
    }

    /// Keeps the draft of a build that could not be finished.
    fn finish(&mut self, end: End) -> End {
        if let (End::Blocked(_), Mode::Build, Some(document)) =
            (&end, self.session.mode, &self.session.draft.document)
        {
            // That even this fails is told by the session, which holds the draft too.
            let _ = keep_draft(
                &self.resources.workspace,
                &self.session.name,
                document,
                &self.session.sop,
            );
        }
        end
    }
}
