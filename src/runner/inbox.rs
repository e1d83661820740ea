//! What waits for a person: approved it is delivered under its own key, by the connection of today,
//! as the version of the workflow made it or as a person changed it.

mod answer;
mod edit;

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::json;

use super::calls::{Caller, Came};
use super::files::{self, Files, plain};
use super::perform;
use super::ways::{Way, Ways, told};
use crate::connect::{Catalog, Connections};
use crate::diag::{Error, Result};
use crate::engine::{Content, Delivery};
use crate::store::journal::{Approval, ApprovalState, Held, Reason};
use crate::store::{Journal, write_atomically};

pub use edit::editable;

use edit::edited;

/// The inbox of a workspace, for one who decides.
pub struct Inbox {
    /// Where it is kept.
    pub journal: Arc<Journal>,
    /// What delivers.
    pub connections: Arc<Connections>,
    /// What that offers.
    pub catalog: Arc<Catalog>,
    /// By which ways things leave.
    pub ways: Arc<Ways>,
    /// Who decides.
    pub who: String,
    /// When, in milliseconds since 1970.
    pub at: i64,
}

/// What was decided about, and what came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Decided {
    /// What it is now.
    pub approval: Approval,
    /// What came of it.
    pub decision: Decision,
}

/// What came of a decision.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    /// It was delivered: this is what happened.
    Delivered(String),
    /// It is approved, and stays until it can be delivered: this is why it could not.
    Kept(String),
    /// It was called, and nobody knows what came of it.
    Unclear(String),
    /// The call is made again when the run is resumed.
    Again,
    /// It never leaves.
    Rejected,
    /// What is delivered was changed.
    Edited,
    /// It was a question, and is answered: the case goes on when its run is resumed.
    Answered(String),
}

/// What came of a delivery.
enum Sent {
    Done(String),
    NotDone(String),
    Unclear(String),
}

impl Inbox {
    /// Returns what waits, the oldest first; with `all`, also what was decided. What nobody decided
    /// about in time expires now.
    ///
    /// # Errors
    /// If the journal cannot be used.
    pub async fn list(&self, all: bool) -> Result<Vec<Approval>> {
        self.expire().await?;
        self.journal.inbox(all)
    }

    /// Approves one thing and delivers it. What may have been done already is only done `again`
    /// where that is said.
    ///
    /// # Errors
    /// If there is nothing to approve, or it is not said whether it is done again.
    pub async fn approve(&self, id: i64, again: bool) -> Result<Decided> {
        let _held = self.hold()?;
        self.expire().await?;
        let approval = self.decidable(id)?;
        let may_be_done = approval.state == ApprovalState::Sending
            || matches!(approval.reason, Reason::Unknown | Reason::UnknownCall);
        if may_be_done && !again && !self.does_nothing_twice(approval.delivery()) {
            return Err(unclear(&approval));
        }
        if approval.reason == Reason::UnknownCall {
            self.journal.settle_call(&approval.part, true).await?;
            self.moved(&approval, ApprovalState::Approved, None).await?;
            return self.decided(id, Decision::Again);
        }
        if let Way::Nowhere(problem) = self.way(approval.delivery()) {
            self.moved(&approval, ApprovalState::Approved, Some(&problem))
                .await?;
            return self.decided(id, Decision::Kept(problem));
        }
        // On the disk before it is performed, so that a crash in between is known.
        self.moved(&approval, ApprovalState::Sending, None).await?;
        let sending = self.journal.approval(id)?;
        let decision = match self.deliver(&sending).await? {
            Sent::Done(what) => {
                self.leave(&sending, ApprovalState::Sent, None).await?;
                Decision::Delivered(what)
            }
            Sent::NotDone(problem) => {
                self.moved(&sending, ApprovalState::Approved, Some(&problem))
                    .await?;
                Decision::Kept(problem)
            }
            Sent::Unclear(problem) => {
                self.moved(&sending, ApprovalState::Sending, Some(&problem))
                    .await?;
                Decision::Unclear(problem)
            }
        };
        self.decided(id, decision)
    }

    /// Rejects one thing: it never leaves.
    ///
    /// # Errors
    /// If there is nothing to reject.
    pub async fn reject(&self, id: i64, why: &str) -> Result<Decided> {
        let _held = self.hold()?;
        self.expire().await?;
        let approval = self.decidable(id)?;
        if approval.reason == Reason::UnknownCall {
            self.journal.settle_call(&approval.part, false).await?;
        }
        self.leave(&approval, ApprovalState::Rejected, Some(why))
            .await?;
        self.decided(id, Decision::Rejected)
    }

    /// Puts what a person wrote in the place of what was made: the text of a message, the body of a
    /// document, else the JSON of what is set or sent, in the form that [`editable`] gives.
    ///
    /// # Errors
    /// If there is nothing to edit, or the text does not fit.
    pub async fn edit(&self, id: i64, text: &str) -> Result<Decided> {
        let _held = self.hold()?;
        self.expire().await?;
        let approval = self.editable(id)?;
        let delivery = edited(approval.delivery(), text)?;
        self.journal.edit(id, &delivery, &self.who).await?;
        let now = self.journal.approval(id)?;
        if let Ok(run) = self.journal.run_of_number(now.part.run)
            && let Some(file) = &now.file
        {
            write_file(&run.folder.join(file), &now)?;
        }
        self.decided(id, Decision::Edited)
    }

    /// Returns one thing that can be edited.
    ///
    /// # Errors
    /// If there is none, or it may have left already.
    pub fn editable(&self, id: i64) -> Result<Approval> {
        let approval = self.decidable(id)?;
        let is_gone = approval.state == ApprovalState::Sending
            || matches!(approval.reason, Reason::Unknown | Reason::UnknownCall);
        if is_gone {
            return Err(
                Error::input(format!("{id} may have left already, so it is not changed")).help(
                    format!("`sopwright inbox show {id}` tells what there is to decide."),
                ),
            );
        }
        Ok(approval)
    }

    /// Is doing it twice the same as doing it once?
    fn does_nothing_twice(&self, delivery: &Delivery) -> bool {
        match self.way(delivery) {
            Way::Call(request) => perform::is_repeatable(&self.catalog, &request.tool),
            Way::Stays | Way::Nowhere(_) => true,
        }
    }

    /// Returns how something leaves, by what is connected today.
    fn way(&self, delivery: &Delivery) -> Way {
        self.ways.way(&self.catalog, delivery, self.moment())
    }

    fn moment(&self) -> Timestamp {
        Timestamp::from_millisecond(self.at).unwrap_or_default()
    }

    async fn deliver(&self, approval: &Approval) -> Result<Sent> {
        let delivery = approval.delivery();
        let run = self.journal.run_of_number(approval.part.run)?;
        let write = |below: &str, file: &str, content: &[u8]| -> Result<Sent> {
            let (_, taken) = self.journal.made(approval.part.run)?;
            let files = Files::new(run.folder.clone(), taken);
            Ok(match files.write(below, file, content) {
                Ok(name) => Sent::Done(format!("written to {}", run.folder.join(name).display())),
                Err(failure) => Sent::NotDone(failure.message),
            })
        };
        if let Way::Call(request) = self.way(delivery) {
            let caller = Caller::alone(&self.connections, &self.catalog);
            let came = caller.call(&request, &approval.part.key, false).await;
            return Ok(match came {
                Came::Answer(_) => Sent::Done(told(delivery, &request)),
                Came::Failed(failure) | Came::Without(failure) => Sent::NotDone(failure.message),
                Came::Down(why, _) => Sent::NotDone(why),
                Came::Unknown(failure) => Sent::Unclear(failure.message),
            });
        }
        match &delivery.content {
            Content::Document {
                file,
                body,
                markdown,
            } => match files::document(file, body, *markdown) {
                Ok(content) => write("documents", file, &content),
                Err(failure) => Ok(Sent::NotDone(failure.message)),
            },
            Content::Table {
                file,
                columns,
                rows,
            } => match files::table(file, columns, rows) {
                Ok(content) => write("tables", file, &content),
                Err(failure) => Ok(Sent::NotDone(failure.message)),
            },
            content @ Content::EmailDraft { .. } => {
                let name = format!("{}-{}.eml", plain(&approval.case), plain(&delivery.output));
                let written = (approval.part.key.as_str(), self.moment());
                let source = files::email(content, self.ways.from(), written);
                write("drafts", &name, &source.unwrap_or_default())
            }
            Content::Update { table, key, set } => Ok(
                match perform::update(&self.connections, table, key, set).await {
                    Ok(0) => Sent::NotDone(format!(
                        "{table} has no row of {}",
                        serde_json::Value::Object(key.clone())
                    )),
                    Ok(_) => Sent::Done(format!("{table} was updated")),
                    Err(failure) => Sent::NotDone(failure.message),
                },
            ),
            Content::Call { .. } | Content::Message { .. } => {
                Ok(Sent::NotDone("nothing takes it".to_owned()))
            }
            Content::Question(_) => Ok(Sent::NotDone("a question is answered".to_owned())),
        }
    }

    /// Returns one thing about which somebody can still decide.
    fn open(&self, id: i64) -> Result<Approval> {
        let approval = self.journal.approval(id)?;
        if approval.is_open() {
            return Ok(approval);
        }
        let by = approval
            .decided
            .as_ref()
            .map_or(String::new(), |(who, _)| format!(" by {who}"));
        let what = match approval.state {
            ApprovalState::Sent => format!("was approved{by} and sent"),
            ApprovalState::Answered => format!("was answered{by}"),
            ApprovalState::Rejected => format!("was rejected{by}, and never leaves"),
            _ => "expired before anybody decided, and never leaves".to_owned(),
        };
        Err(Error::input(format!("{id} {what}"))
            .help(format!("`sopwright inbox show {id}` tells more.")))
    }

    /// Returns one thing to which somebody can still say yes or no.
    fn decidable(&self, id: i64) -> Result<Approval> {
        let approval = self.open(id)?;
        if approval.reason != Reason::Question {
            return Ok(approval);
        }
        Err(
            Error::input(format!("{id} is a question, and wants an answer")).help(format!(
                "`sopwright inbox show {id}` shows it; `sopwright inbox answer {id} …` answers it."
            )),
        )
    }

    fn hold(&self) -> Result<Held> {
        self.journal.hold_inbox()?.ok_or_else(|| {
            Error::blocked("Somebody else is deciding at this moment")
                .help("Try again when they are done; `sopwright inbox list` shows what is left.")
        })
    }

    async fn moved(
        &self,
        seen: &Approval,
        state: ApprovalState,
        problem: Option<&str>,
    ) -> Result<()> {
        let by = Some((self.who.as_str(), self.at));
        self.journal.decide(seen, state, by, problem, None).await?;
        Ok(())
    }

    /// Moves one thing to where nobody decides about it any more, and its file with it.
    async fn leave(&self, seen: &Approval, state: ApprovalState, why: Option<&str>) -> Result<()> {
        let file = seen.file.as_deref().map(|file| moved_file(file, state));
        let by = (state != ApprovalState::Expired).then_some((self.who.as_str(), self.at));
        self.journal
            .decide(seen, state, by, why, file.as_deref())
            .await?;
        let now = self.journal.approval(seen.id)?;
        self.refile(seen, &now)
    }

    /// Puts the file of one thing where it belongs now, with what was decided.
    fn refile(&self, was: &Approval, now: &Approval) -> Result<()> {
        let (Some(from), Some(to)) = (&was.file, &now.file) else {
            return Ok(());
        };
        let folder = self.journal.run_of_number(now.part.run)?.folder;
        write_file(&folder.join(to), now)?;
        if from != to {
            // Somebody may have taken it away.
            let _ = std::fs::remove_file(folder.join(from));
        }
        Ok(())
    }

    async fn expire(&self) -> Result<()> {
        for expired in self.journal.expire(self.at).await? {
            let file = expired.file.as_deref();
            let mut now = self.journal.approval(expired.id)?;
            now.file = file.map(|file| moved_file(file, ApprovalState::Expired));
            self.refile(&expired, &now)?;
        }
        Ok(())
    }

    fn decided(&self, id: i64, decision: Decision) -> Result<Decided> {
        Ok(Decided {
            approval: self.journal.approval(id)?,
            decision,
        })
    }
}

/// Returns where the file of something lies that was decided about: `pending/a.json` becomes
/// `sent/a.json`.
fn moved_file(file: &str, state: ApprovalState) -> String {
    let name = file.rsplit('/').next().unwrap_or(file);
    format!("{}/{name}", state.word())
}

fn write_file(path: &Path, approval: &Approval) -> Result<()> {
    let mut content = json!({"case": approval.case, "delivery": approval.delivery()});
    if let Some((who, at)) = &approval.decided {
        content["decided_by"] = who.as_str().into();
        content["decided"] = crate::store::journal::moment(*at).into();
    }
    if let Some((_, who)) = &approval.edited {
        content["edited_by"] = who.as_str().into();
    }
    if let Some(why) = &approval.why {
        content["why"] = why.as_str().into();
    }
    let text = serde_json::to_string_pretty(&content).unwrap_or_default() + "\n";
    write_atomically(path, text.as_bytes())
}

fn unclear(approval: &Approval) -> Error {
    let id = approval.id;
    Error::blocked(format!("Nobody knows whether {id} was done already"))
        .because("It was begun, and Sopwright was stopped, or the answer did not arrive")
        .help(format!(
            "Look at the other end first. If it was done: sopwright inbox reject {id} --why \"was done\". If not: sopwright inbox approve {id} --again"
        ))
}
