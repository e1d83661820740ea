//! One attempt at a case: built, changed and examined in a workspace of its own.

use std::fs;
use std::sync::Arc;
use std::time::Instant;

use serde_json::Value as Json;

use super::case::{DATA, EXAM, SETTINGS, SOP};
use super::exam::{CheckResult, examine};
use super::owner::Seat;
use super::suite::lay_over;
use super::{Attempt, EvalCase, FieldAccuracy};
use crate::builder::prompt::Prompt;
use crate::builder::{Builder, End, Limits, Mode, Resources, Session};
use crate::connect::Connections;
use crate::diag::{Error, Result};
use crate::model::{ChatModel, Message};
use crate::rehearse::{LlmAnswers, PastFiles};
use crate::sop::slug;
use crate::store::{self, Stored, Workspace};

/// Who builds.
#[derive(Clone)]
pub struct Maker {
    /// The model.
    pub model: Arc<dyn ChatModel>,
    /// Does it answer `llm` steps too? Else they get placeholders.
    pub answers: bool,
    /// What it is told before anything else.
    pub prompt: Prompt,
    /// Where a build stops, and each change.
    pub limits: Limits,
}

/// What is kept of an attempt beside its results.
#[derive(Debug, Clone, Default)]
pub struct Kept {
    /// The workflow as it was saved last, or the draft of one.
    pub workflow: Option<Json>,
    /// What was said, tools included.
    pub messages: Vec<Message>,
}

/// Makes one attempt at a case.
///
/// # Errors
/// If it could not be made: the model cannot be asked, or the disk does not take the workspace.
/// A workflow that is wrong, or none at all, is a result.
pub async fn attempt(case: &EvalCase, maker: &Maker) -> Result<(Attempt, Kept)> {
    let mut made = Attempt::default();
    let mut kept = Kept::default();
    let (folder, workspace) = workspace_of(case)?;
    let llm = answers(maker, &workspace);
    let name = slug(&case.name);
    let started = Instant::now();
    let work = Work {
        case,
        maker,
        workspace: &workspace,
        llm: &llm,
    };
    let saved = match work.build(&name, &mut made, &mut kept).await? {
        Ok(before) => match work.change(&name, &mut made, &mut kept).await? {
            Ok(()) => Ok((store::load(&workspace, &name)?, before.draft.document)),
            Err(because) => Err(because),
        },
        Err(because) => Err(because),
    };
    let spent = llm.spent();
    made.seconds = (started.elapsed().as_secs_f64() * 100.0).round() / 100.0;
    made.tokens_in += spent.usage.prompt();
    made.tokens_out += spent.usage.output;
    made.cost_usd += spent.cost;
    if let Ok((stored, _)) = &saved {
        kept.workflow = Some(stored.draft.document.clone());
    }
    conclude(case, &workspace, saved, &llm, &mut made).await?;
    made.exam_cost_usd = llm.spent().cost - spent.cost;
    drop(folder);
    Ok((made, kept))
}

/// Examines a workflow that nobody had to build, as [`attempt`] does one that was built: to see
/// that a case can be passed. `maker` answers its `llm` steps.
///
/// # Errors
/// If the disk does not take the workspace, or the workflow cannot be read.
pub async fn examine_given(case: &EvalCase, document: &str, maker: &Maker) -> Result<Attempt> {
    let (folder, workspace) = workspace_of(case)?;
    let name = slug(&case.name);
    let target = workspace.folder_of(&name);
    fs::create_dir_all(&target).map_err(unwritable)?;
    fs::write(target.join("workflow.json"), document).map_err(unwritable)?;
    fs::copy(case.folder.join(SOP), target.join("sop.md")).map_err(unwritable)?;
    let stored = store::load(&workspace, &name)?;
    let mut made = Attempt::default();
    let llm = answers(maker, &workspace);
    let before = stored.draft.document.clone();
    conclude(case, &workspace, Ok((stored, before)), &llm, &mut made).await?;
    drop(folder);
    Ok(made)
}

/// Returns a workspace with what the builder may see of a case.
fn workspace_of(case: &EvalCase) -> Result<(tempfile::TempDir, Workspace)> {
    let folder = tempfile::Builder::new()
        .prefix("sopwright-eval-")
        .tempdir()
        .map_err(unwritable)?;
    let root = folder.path();
    let sop = root.join("sops").join(format!("{}.md", slug(&case.name)));
    fs::create_dir_all(root.join("sops"))
        .and_then(|()| fs::copy(case.folder.join(SOP), sop))
        .and_then(|_| fs::copy(case.folder.join(SETTINGS), root.join(SETTINGS)))
        .and_then(|_| lay_over(&case.folder.join(DATA), &root.join(DATA)))
        .map_err(unwritable)?;
    let workspace = Workspace::open(Some(root), root)?;
    Ok((folder, workspace))
}

fn answers(maker: &Maker, workspace: &Workspace) -> Arc<LlmAnswers> {
    Arc::new(match maker.answers {
        true => LlmAnswers::by(maker.model.clone(), Some(workspace.own().join("answers"))),
        false => LlmAnswers::placeholders(),
    })
}

/// Examines what was saved, with the document as it was before the changes; or notes why there is
/// nothing to examine.
async fn conclude(
    case: &EvalCase,
    workspace: &Workspace,
    saved: Result<(Stored, Json), String>,
    llm: &Arc<LlmAnswers>,
    made: &mut Attempt,
) -> Result<()> {
    let exam = case.folder.join(EXAM);
    if exam.is_dir() {
        lay_over(&exam, &workspace.root().join(DATA)).map_err(unwritable)?;
    }
    let examined = match saved {
        Ok((stored, before)) => examine(case, workspace, &stored, &before, llm.clone())
            .await
            .map_err(|error| told(&error)),
        Err(because) => Err(because),
    };
    match examined {
        Ok((compared, checks)) => {
            made.passed = compared.fields.values().all(FieldAccuracy::is_enough)
                && checks.iter().all(|check| check.passed);
            made.fields = compared.fields;
            made.wrong = compared.wrong;
            made.checks = checks;
        }
        Err(because) => {
            made.because = Some(because);
            made.checks = case.checks.iter().map(CheckResult::missed).collect();
            made.fields = nothing_agrees(case).await?;
        }
    }
    Ok(())
}

/// What an attempt works with.
struct Work<'w> {
    case: &'w EvalCase,
    maker: &'w Maker,
    workspace: &'w Workspace,
    llm: &'w Arc<LlmAnswers>,
}

impl Work<'_> {
    /// Builds the workflow as `sopwright build` does, and returns what was saved, or why nothing.
    async fn build(
        &self,
        name: &str,
        made: &mut Attempt,
        kept: &mut Kept,
    ) -> Result<Result<Stored, String>> {
        let sop = self.workspace.sop(name)?;
        let id = format!("eval-{name}");
        let session = Session::new(id, name.to_owned(), sop, Mode::Build);
        let mut builder = self.builder(session).await;
        builder.open(None);
        let mut seat = Seat::of(&self.case.owner);
        let end = builder.run(&mut seat).await?;
        made.turns += builder.session.turns;
        take(made, kept, &builder, seat);
        Ok(match end {
            End::Blocked(because) => Err(format!("blocked, because {because}")),
            End::Saved | End::Turn => Ok(store::load(self.workspace, name)?),
        })
    }

    /// Asks for the case's changes in chat, as a person does; says why one was not made.
    async fn change(
        &self,
        name: &str,
        made: &mut Attempt,
        kept: &mut Kept,
    ) -> Result<Result<(), String>> {
        if self.case.changes.is_empty() {
            return Ok(Ok(()));
        }
        let stored = store::load(self.workspace, name)?;
        let mut builder = self
            .builder(Session::of_saved(format!("eval-{name}-chat"), stored))
            .await;
        builder.reopen();
        let mut seat = Seat::of(&self.case.owner);
        let mut undone = None;
        for change in &self.case.changes {
            let before = builder.session.fingerprint();
            builder.session.say(change);
            let end = builder.run(&mut seat).await?;
            made.turns += builder.session.turns;
            if builder.session.fingerprint() == before {
                made.ignored.push(change.clone());
            }
            undone = match end {
                End::Blocked(because) => Some(because),
                End::Saved | End::Turn if builder.session.is_saved() => None,
                End::Saved | End::Turn => Some("it was not saved".to_owned()),
            };
            if undone.is_some() {
                break;
            }
        }
        take(made, kept, &builder, seat);
        Ok(match undone {
            Some(because) => Err(format!("a change was not made: {because}")),
            None => Ok(()),
        })
    }

    async fn builder(&self, session: Session) -> Builder {
        let settings = &self.workspace.settings().connections;
        let env = |name: &str| self.workspace.variable(name);
        let connections = Arc::new(Connections::open(settings, self.workspace.root(), &env));
        let catalog = Arc::new(connections.catalog().await);
        let resources = Resources {
            workspace: self.workspace.clone(),
            connections,
            catalog,
            model: self.maker.model.clone(),
            llm: self.llm.clone(),
            clock: self.case.clock.clone(),
            probes: Arc::default(),
            prompt: self.maker.prompt.clone(),
        };
        Builder::new(session, resources, self.maker.limits)
    }
}

/// Adds what a conversation took to an attempt.
fn take(made: &mut Attempt, kept: &mut Kept, builder: &Builder, seat: Seat<'_>) {
    let session = &builder.session;
    made.tokens_in += session.usage.prompt();
    made.tokens_out += session.usage.output;
    made.cost_usd += session.cost;
    made.questions.extend(seat.asked);
    kept.messages.extend(session.messages.iter().cloned());
    kept.workflow.clone_from(&session.draft.document);
}

/// Returns the columns of an attempt that came to nothing.
async fn nothing_agrees(case: &EvalCase) -> Result<indexmap::IndexMap<String, FieldAccuracy>> {
    let files = PastFiles::read(&case.exam_rows(), &case.expected()).await?;
    let cases = files.decided().len();
    let none = |at_least: f64| FieldAccuracy {
        field: None,
        agreed: 0,
        cases,
        at_least,
    };
    let columns = case.accuracy.iter();
    Ok(columns
        .map(|(c, share)| (c.clone(), none(*share)))
        .collect())
}

fn told(error: &Error) -> String {
    let findings = error.diagnostics.iter().filter(|d| d.is_error());
    let findings: Vec<&str> = findings.map(|d| d.message.as_str()).take(3).collect();
    match findings.is_empty() {
        true => error.to_string(),
        false => format!("{error}: {}", findings.join("; ")),
    }
}

fn unwritable(error: std::io::Error) -> Error {
    Error::unavailable("The workspace of an attempt cannot be written").caused_by(error)
}
