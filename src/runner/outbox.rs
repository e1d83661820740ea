//! Where what a run makes goes: files at once, drafts beside them and into the mailbox that is named
//! for them, updates, messages and calls that need no approval to their connections, and what leaves
//! the building into the inbox, with a file under `pending/`, where it waits for a person.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use indexmap::IndexMap;
use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::RunPlan;
use super::calls::{Caller, Came};
use super::files::{self, Files, plain};
use super::log::{CaseLog, RunOf, now};
use super::perform;
use super::standing;
use super::stop::Halt;
use super::ways::{Way, Ways, request_of};
use crate::diag::Result;
use crate::engine::{Content, Delivery, Failure, ToolRequest};
use crate::spec::Approval;
use crate::store::journal::{Effect, NewApproval, Part, Reason};

/// Takes what a run makes.
pub struct Outbox {
    files: Files,
    caller: Arc<Caller>,
    ways: Arc<Ways>,
    /// When the run takes place: emails are written then.
    at: Timestamp,
    /// How long somebody can decide about what waits.
    expires: Option<Duration>,
    made: Mutex<IndexMap<String, usize>>,
}

/// Whether something was made.
type Made = std::result::Result<(), Failure>;

/// How far something got.
pub(super) enum Delivered {
    /// It was made, or kept for a person; or it could not be.
    Made(Made),
    /// It is to be made when the run is resumed, which stops now: why.
    Stopped(Halt),
}

/// What is made, in the order in which it is told.
const KINDS: [&str; 6] = ["document", "table", EMAIL, MESSAGE, "update", "call"];
const EMAIL: &str = "email draft";
const MESSAGE: &str = "message";
/// What waits is counted under this name.
const WAITING: &str = "waiting for approval";

impl Outbox {
    /// Returns the outbox of a run; of one that is resumed it goes on where it stopped: what was
    /// made, and its files.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub(super) fn of(plan: &RunPlan<'_>, run: &RunOf, caller: &Arc<Caller>) -> Result<Self> {
        let (mut counts, mut files) = (HashMap::new(), Vec::new());
        if plan.resumed.is_some() {
            (counts, files) = plan.journal.made(run.number)?;
            let waiting = plan.journal.approvals_of_run(run.number)?;
            let waiting: usize = waiting.iter().map(|(_, n)| n).sum();
            if waiting > 0 {
                counts.insert(WAITING.to_owned(), waiting);
            }
        }
        let kinds = KINDS.into_iter().chain([WAITING]);
        let made = kinds.filter_map(|kind| Some((kind.to_owned(), *counts.get(kind)?)));
        let files = Files::new(plan.folder.clone(), files);
        files.tidy();
        Ok(Outbox {
            files,
            caller: caller.clone(),
            ways: plan.rules.ways.clone(),
            at: plan.run.time.parse().unwrap_or_default(),
            expires: plan.expires,
            made: Mutex::new(made.collect()),
        })
    }

    /// Returns how many of each kind were made.
    pub fn made(&self) -> IndexMap<String, usize> {
        self.lock().clone()
    }

    /// Takes one thing: writes it, performs it, or keeps it for approval. What was done before a
    /// crash is not done again.
    ///
    /// # Errors
    /// If it cannot be journaled. Inside: if it cannot be written or performed.
    pub(super) async fn deliver(&self, log: &mut CaseLog, delivery: Delivery) -> Result<Delivered> {
        let (part, known) = log.next(&delivery.output);
        if let Some(made) = standing::of_delivery(known.as_ref()) {
            return Ok(Delivered::Made(made));
        }
        let way = self.ways.way(&self.caller.catalog, &delivery, self.at);
        let waits = self.ways.waits(&delivery);
        match (&delivery.content, way) {
            (Content::EmailDraft { .. }, way) => {
                self.email(log, part, known.as_ref(), delivery, way).await
            }
            (Content::Message { .. }, Way::Call(request)) if !waits => {
                let what = (MESSAGE, None);
                self.call(log, &part, known.as_ref(), (&delivery, what), request)
                    .await
            }
            (Content::Call { .. }, Way::Call(request)) if !waits => {
                let what = ("call", None);
                self.call(log, &part, known.as_ref(), (&delivery, what), request)
                    .await
            }
            _ => self.make(log, part, delivery).await.map(Delivered::Made),
        }
    }

    /// Makes what is no call of a tool, or keeps it for approval.
    async fn make(&self, log: &CaseLog, part: Part, delivery: Delivery) -> Result<Made> {
        let waits = delivery.approval == Approval::Required;
        match &delivery.content {
            Content::Document {
                file,
                body,
                markdown,
            } if !waits => {
                let written = files::document(file, body, *markdown)
                    .and_then(|content| self.files.write("documents", file, &content));
                self.wrote(log, &part, "document", written).await
            }
            Content::Table {
                file,
                columns,
                rows,
            } if !waits => {
                let written = files::table(file, columns, rows)
                    .and_then(|content| self.files.write("tables", file, &content));
                self.wrote(log, &part, "table", written).await
            }
            Content::Update { table, key, set } if !waits => {
                let request = json!(delivery.content);
                log.journal.begin_effect(&part, "update", &request).await?;
                let begun = now();
                let rows = perform::update(&self.caller.connections, table, key, set).await;
                let came = rows.map(|rows| json!({ "rows": rows }));
                self.came(log, &part, "update", begun, came).await
            }
            _ => {
                let reason = if waits {
                    Reason::Approval
                } else {
                    Reason::NoConnection
                };
                self.keep(log, part, delivery, reason).await
            }
        }
    }

    /// Writes the file of an email, and lets the email leave or wait where it is to leave.
    async fn email(
        &self,
        log: &CaseLog,
        part: Part,
        known: Option<&Effect>,
        delivery: Delivery,
        way: Way,
    ) -> Result<Delivered> {
        let name = format!("{}-{}.eml", plain(log.case()), plain(&delivery.output));
        let of_it = (part.key.as_str(), self.at);
        let source = files::email(&delivery.content, self.ways.from(), of_it);
        let written = self
            .files
            .write("drafts", &name, &source.unwrap_or_default());
        let written = match (written, way) {
            (Ok(file), Way::Call(request)) if !self.ways.waits(&delivery) => {
                let what = (EMAIL, Some(file));
                return self
                    .call(log, &part, known, (&delivery, what), request)
                    .await;
            }
            (Ok(file), Way::Call(_)) => {
                // First that it waits: with its file the case is through with it.
                let kept = self.keep(log, part.clone(), delivery, Reason::Approval);
                kept.await?.map(|()| file)
            }
            (Ok(_), Way::Nowhere(why)) => Err(Failure::last("unavailable", why)),
            (written, _) => written,
        };
        let made = self.wrote(log, &part, EMAIL, written).await?;
        Ok(Delivered::Made(made))
    }

    /// Calls a tool that writes; where nobody knows what came of it, a person is asked.
    async fn call(
        &self,
        log: &CaseLog,
        part: &Part,
        known: Option<&Effect>,
        (delivery, (kind, file)): (&Delivery, (&'static str, Option<String>)),
        request: ToolRequest,
    ) -> Result<Delivered> {
        let asked = json!(delivery.content);
        let repeatable = perform::is_repeatable(&self.caller.catalog, &request.tool);
        let unknown = || self.keep(log, part.clone(), delivery.clone(), Reason::Unknown);
        if standing::is_unclear(known, &asked, repeatable) {
            return unknown().await.map(Delivered::Made);
        }
        log.journal.begin_effect(part, kind, &asked).await?;
        let begun = now();
        let came = match self.caller.call(&request, &part.key, true).await {
            Came::Answer(answer) => Ok(match file {
                Some(file) => json!({ "file": file, "by": request.tool, "answer": answer }),
                None => answer,
            }),
            Came::Failed(failure) | Came::Without(failure) => Err(failure),
            Came::Unknown(_) => return unknown().await.map(Delivered::Made),
            Came::Down(why, may_be_done) => {
                if !may_be_done {
                    log.not_done(part, kind, begun).await?;
                }
                return Ok(Delivered::Stopped(Halt::Outage(why)));
            }
        };
        let made = self.came(log, part, kind, begun, came).await?;
        Ok(Delivered::Made(made))
    }

    /// Keeps something for a person: a line in the inbox, and a file to look at.
    async fn keep(
        &self,
        log: &CaseLog,
        part: Part,
        delivery: Delivery,
        reason: Reason,
    ) -> Result<Made> {
        if log.waits(&part)? {
            return Ok(Ok(()));
        }
        let name = format!("{}-{}.json", plain(log.case()), plain(&delivery.output));
        let content = json!({"case": log.case(), "delivery": delivery});
        let text = serde_json::to_string_pretty(&content).unwrap_or_default() + "\n";
        let file = match self.files.write("pending", &name, text.as_bytes()) {
            Ok(file) => file,
            Err(failure) => return Ok(Err(failure)),
        };
        let expires = self.expires.map(|after| {
            now().saturating_add(i64::try_from(after.as_millis()).unwrap_or(i64::MAX))
        });
        let new = NewApproval {
            part,
            case: log.case().to_owned(),
            // What may have been done does not become undone by waiting.
            expires: expires.filter(|_| reason != Reason::Unknown),
            reason,
            delivery,
            file: Some(file),
        };
        log.journal.keep_for_approval(new).await?;
        self.count(WAITING);
        Ok(Ok(()))
    }

    /// Journals a file. It was not noted before: writing it again does no harm.
    async fn wrote(
        &self,
        log: &CaseLog,
        part: &Part,
        kind: &'static str,
        written: std::result::Result<String, Failure>,
    ) -> Result<Made> {
        let came = written.map(|file| json!({ "file": file }));
        self.came(log, part, kind, now(), came).await
    }

    async fn came(
        &self,
        log: &CaseLog,
        part: &Part,
        kind: &'static str,
        begun: i64,
        came: std::result::Result<Json, Failure>,
    ) -> Result<Made> {
        log.end(part, kind, begun, None, &came).await?;
        if came.is_ok() {
            self.count(kind);
        }
        Ok(came.map(|_| ()))
    }

    /// Counts something that was made.
    pub(super) fn count(&self, kind: &str) {
        *self.lock().entry(kind.to_owned()).or_default() += 1;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, IndexMap<String, usize>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the call that something made is, where it leaves without anybody's approval.
pub(super) fn called(delivery: &Delivery) -> Option<ToolRequest> {
    match &delivery.content {
        Content::Call { tool, arguments } if delivery.approval != Approval::Required => {
            Some(request_of(&delivery.output, tool, arguments))
        }
        _ => None,
    }
}
