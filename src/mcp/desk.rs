//! What an assistant works at: one workflow at a time, and everything that is saved.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::running::{self, Running};
use crate::builder::tools::{self, Bench};
use crate::builder::{Mode, Resources, Session};
use crate::diag::{Error, Result, one_line};
use crate::model::ToolCall;
use crate::rehearse::{Claim, Rehearsed};
use crate::runner::free_id;
use crate::serve::Launcher;
use crate::sop::{Sop, decode, slug};
use crate::spec::{Given, explain};
use crate::store::journal::{Approval, Firing};
use crate::store::{self, Journal, keep_draft, write_atomically};

/// How a run is said to have been started.
const KIND: &str = "assistant";

/// Runs that are listed.
const LISTED: usize = 20;

/// What an assistant works at.
pub struct Desk {
    resources: Resources,
    launcher: Arc<Launcher>,
    open: Option<Open>,
}

/// The workflow that is being worked at.
struct Open {
    session: Session,
    rehearsed: Option<Rehearsed>,
}

impl Desk {
    /// Returns a desk with nothing on it.
    pub fn new(resources: Resources, launcher: Arc<Launcher>) -> Self {
        Desk {
            resources,
            launcher,
            open: None,
        }
    }

    /// Looks anew at what the connections offer: an assistant may come back after days.
    async fn look_around(&mut self) {
        self.resources.catalog = Arc::new(self.resources.connections.catalog().await);
    }

    /// Returns the guide to the workflow language.
    pub(super) fn guide(&self) -> &str {
        &self.resources.prompt.guide
    }

    /// Begins a workflow from an SOP: the name of one, or its text.
    pub(super) async fn start(&mut self, sop: &str, name: Option<&str>) -> Result<Json> {
        let sop = match sop.contains('\n') {
            true => decode(sop.as_bytes(), "as it was given")?,
            false => self.resources.workspace.sop_within(sop.trim())?,
        };
        let name = name.map_or_else(|| sop.suggested_name(), slug);
        if store::list(&self.resources.workspace).contains(&name) {
            return Err(
                Error::input(format!("There is a workflow `{name}` already"))
                    .help("open_workflow goes on with it; another `name` makes another one."),
            );
        }
        self.look_around().await;
        let session = self.session(name, sop);
        let opening = crate::builder::opening(&session, &self.resources, None);
        self.begin(session, opening)
    }

    /// Goes on with a workflow that is saved.
    pub(super) async fn reopen(&mut self, name: &str) -> Result<Json> {
        let stored = store::load_saved(&self.resources.workspace, name)?;
        self.look_around().await;
        let mut session = self.session(stored.name.clone(), stored.sop);
        session.base = Some(stored.fingerprint);
        session.unattended = crate::builder::unattended(&stored.draft.document);
        session.draft.document = Some(stored.draft.document);
        let opening = crate::builder::reopening(&session, &self.resources);
        self.begin(session, opening)
    }

    fn session(&self, name: String, sop: Sop) -> Session {
        let now = jiff::Zoned::now().strftime("%Y%m%d-%H%M%S");
        Session::new(format!("assistant-{name}-{now}"), name, sop, Mode::Chat)
    }

    fn begin(&mut self, session: Session, opening: String) -> Result<Json> {
        let how = &self.resources.prompt.system;
        let told = json!({"workflow": session.name, "how_to_work": how, "opening": opening});
        self.open = Some(Open {
            session,
            rehearsed: None,
        });
        Ok(told)
    }

    /// Calls one of the builder's tools on the workflow that is open.
    pub(super) async fn build(&mut self, tool: &str, mut arguments: Json) -> Result<Json, Json> {
        let Some(open) = &mut self.open else {
            return Err(json!({"error": "No workflow is open",
                "help": "start_workflow begins one from an SOP; open_workflow goes on with one that is saved."}));
        };
        if tool == "save_workflow" {
            let agreed = arguments
                .as_object_mut()
                .and_then(|fields| fields.shift_remove("user_agreed"));
            let refused = partial(&open.session);
            let refused = refused.or_else(|| unattended(&open.session));
            match (refused, agreed == Some(json!(true))) {
                (Some(refused), false) => return Err(refused),
                (_, true) => open.session.unattended.extend(open.session.not_agreed()),
                (None, false) => {}
            }
        }
        let call = ToolCall {
            id: "1".to_owned(),
            name: tool.to_owned(),
            arguments: arguments.to_string(),
        };
        let mut bench = Bench {
            session: &mut open.session,
            rehearsed: &mut open.rehearsed,
            resources: &self.resources,
            progress: &|_, _| {},
        };
        let answer = tools::call(&call, &mut bench).await;
        self.keep();
        match answer.is_error {
            true => Err(answer.content),
            false => Ok(answer.content),
        }
    }

    /// Keeps what is not saved yet, so that the chat can go on with it too. That it could not be
    /// written is no reason to refuse the assistant: the workflow is still on the desk.
    fn keep(&self) {
        let Some(open) = &self.open else { return };
        let session = &open.session;
        let workspace = &self.resources.workspace;
        let path = workspace.own().join("sessions");
        let path = path.join(format!("{}.json", session.id));
        let text = serde_json::to_string(session).unwrap_or_default();
        let _ = write_atomically(&path, text.as_bytes());
        if let (Some(document), false) = (
            &session.draft.document,
            session.saved.is_some() && session.saved == session.fingerprint(),
        ) {
            let _ = keep_draft(workspace, &session.name, document, &session.sop);
        }
    }

    /// Returns the workflows that are saved.
    pub(super) fn workflows(&self) -> Json {
        let workspace = &self.resources.workspace;
        let told = |name: String| {
            let title = store::load_saved(workspace, &name)
                .ok()
                .and_then(|stored| stored.draft.workflow)
                .map(|workflow| workflow.title);
            json!({"name": name, "title": title})
        };
        let all: Vec<Json> = store::list(workspace).into_iter().map(told).collect();
        json!({ "workflows": all })
    }

    /// Returns a saved workflow in plain language.
    pub(super) fn explained(&self, name: &str) -> Result<Json> {
        let stored = store::load_saved(&self.resources.workspace, name)?;
        let workflow = stored.draft.workflow.as_ref();
        Ok(workflow.map_or_else(
            || json!({"error": format!("`{name}` has errors: `sopwright check {name}` tells them")}),
            |workflow| json!(explain(workflow)),
        ))
    }

    /// Begins to run a saved workflow over all its cases. What leaves the building waits for a person.
    pub(super) async fn run(&self, name: &str, inputs: &Json) -> Result<Running> {
        let stored = store::load_saved(&self.resources.workspace, name)?;
        let workflow = stored.draft.workflow.ok_or_else(|| {
            Error::input(format!("`{name}` has errors")).help("open_workflow shows them.")
        })?;
        let given = Given::by_hand(&workflow)
            .map_err(|(field, why)| Error::input(format!("The input `{field}` is {why}")))?;
        let trigger = given.of_inputs(inputs).map_err(|wrong| {
            Error::input("The inputs are not as the workflow takes them").because(wrong.join("; "))
        })?;
        let journal = self.launcher.journal.clone();
        let run = free_id(&journal, name)?;
        let firing = Firing {
            workflow: name.to_owned(),
            kind: KIND.to_owned(),
            what: run.clone(),
            at: jiff::Timestamp::now().as_millisecond(),
            run: run.clone(),
            trigger,
            problem: None,
        };
        journal.fire(firing).await?;
        let (launcher, clock) = (self.launcher.clone(), self.resources.clock.clone());
        Ok(Running::begin(launcher, run, clock))
    }

    /// Returns the last runs.
    pub(super) fn runs(&self, workflow: Option<&str>) -> Result<Json> {
        let runs = self.launcher.journal.runs(workflow, LISTED)?;
        let runs: Vec<Json> = runs.iter().map(running::told).collect();
        Ok(json!({ "runs": runs }))
    }

    /// Returns how far a run is, and what it came to.
    pub(super) fn shown(&self, id: &str) -> Result<Json> {
        running::shown(&self.launcher, id)
    }

    /// Returns what waits for a person, without deciding about it.
    pub(super) fn inbox(&self) -> Result<Json> {
        let journal: &Journal = &self.launcher.journal;
        let waiting: Vec<Json> = journal.inbox(false)?.iter().map(waits).collect();
        Ok(
            json!({"inbox": waiting, "note": "People decide, with `sopwright inbox` in a terminal."}),
        )
    }
}

/// Returns why a draft is not saved before the user has agreed, where it is shown only in part.
fn partial(session: &Session) -> Option<Json> {
    let report = session.current_report()?;
    (report.claim == Claim::Partial).then(|| {
        json!({"error": format!("The dry run shows the workflow only in part: {}", report.reasons.join("; ")),
            "help": "Tell the user what was not shown. If they agree, call save_workflow again with \"user_agreed\": true."})
    })
}

/// Returns why a draft is not saved before the user has agreed that something need not wait for
/// anybody's approval.
fn unattended(session: &Session) -> Option<Json> {
    let all = session.not_agreed();
    (!all.is_empty()).then(|| {
        json!({"error": format!("In each run, without asking anybody first: {}", all.join("; ")),
            "help": "Tell the user. If they want that, call save_workflow again with \"user_agreed\": true; else give it \"approval\": \"required\"."})
    })
}

fn waits(approval: &Approval) -> Json {
    let what = serde_json::to_string(&approval.delivery().content).unwrap_or_default();
    json!({"number": approval.id, "workflow": approval.workflow, "case": approval.case,
        "what": one_line(&what, 400)})
}
