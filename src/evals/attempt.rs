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
    /// The builder's system prompt.
    pub system: String,
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
    let folder = tempfile::Builder::new()
        .prefix("sopwright-eval-")
        .tempdir()
        .map_err(unwritable)?;
    let name = slug(&case.name);
    let root = folder.path();
    fs::create_dir_all(root.join("sops")).map_err(unwritable)?;
    fs::copy(
        case.folder.join(SOP),
        root.join("sops").join(format!("{name}.md")),
    )
    .map_err(unwritable)?;
    fs::copy(case.folder.join(SETTINGS), root.join(SETTINGS)).map_err(unwritable)?;
    let data = case.folder.join(DATA);
    lay_over(&data, &root.join(DATA)).map_err(unwritable)?;
    let workspace = Workspace::open(Some(root), root)?;
    let llm = Arc::new(match maker.answers {
        true => LlmAnswers::by(maker.model.clone(), Some(workspace.own().join("answers"))),
        false => LlmAnswers::placeholders(),
    });
    let started = Instant::now();
    let work = Work {
        case,
        maker,
        workspace: &workspace,
        llm: &llm,
    };
    let built = work.build(&name, &mut made, &mut kept).await?;
    let saved = match built {
        Ok(before) => match work.change(&name, &mut made, &mut kept).await? {
            Ok(()) => Ok((before, store::load(&workspace, &name)?)),
            Err(because) => Err(because),
        },
        Err(because) => Err(because),
    };
    let spent = llm.spent();
    made.seconds = (started.elapsed().as_secs_f64() * 100.0).round() / 100.0;
    made.tokens_in += spent.usage.prompt();
    made.tokens_out += spent.usage.output;
    made.cost_usd += spent.cost;
    let exam = case.folder.join(EXAM);
    if exam.is_dir() {
        lay_over(&exam, &root.join(DATA)).map_err(unwritable)?;
    }
    let examined = match saved {
        Ok((before, stored)) => {
            kept.workflow = Some(stored.draft.document.clone());
            let document = before.draft.document;
            examine(case, &workspace, &stored, &document, llm.clone())
                .await
                .map_err(|error| told(&error))
        }
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
    made.exam_cost_usd = llm.spent().cost - spent.cost;
    Ok((made, kept))
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
            builder.session.say(change);
            let end = builder.run(&mut seat).await?;
            made.turns += builder.session.turns;
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
        let env = |name: &str| std::env::var(name).ok();
        let connections = Arc::new(Connections::open(settings, self.workspace.root(), &env));
        let catalog = Arc::new(connections.catalog().await);
        let resources = Resources {
            workspace: self.workspace.clone(),
            connections,
            catalog,
            model: self.maker.model.clone(),
            llm: self.llm.clone(),
            clock: self.case.clock.clone(),
            system: self.maker.system.clone(),
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
    let none = |column: &String| FieldAccuracy {
        field: None,
        agreed: 0,
        cases,
        at_least: case.accuracy.get(column).copied().unwrap_or(1.0),
    };
    let columns = files.columns().iter();
    Ok(columns.map(|c| (c.clone(), none(c))).collect())
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
