//! What waits for a person, and what the person decided.

use rusqlite::{OptionalExtension, Row, params};
use serde_json::Value as Json;

use super::states::{ApprovalState, Reason};
use super::{Journal, Part, RunNumber, moment, now};
use crate::diag::{Error, Result};
use crate::engine::Delivery;

/// Something that is to wait.
#[derive(Debug, Clone, PartialEq)]
pub struct NewApproval {
    /// Where it belongs.
    pub part: Part,
    /// The key of the case.
    pub case: String,
    /// Why it waits.
    pub reason: Reason,
    /// What it is.
    pub delivery: Delivery,
    /// Until when somebody can decide, in milliseconds since 1970.
    pub expires: Option<i64>,
    /// Its file, for people, within the run's folder.
    pub file: Option<String>,
}

/// Something that waits, or waited, for a person.
#[derive(Debug, Clone, PartialEq)]
pub struct Approval {
    /// What a person calls it by.
    pub id: i64,
    /// Where it belongs.
    pub part: Part,
    /// The key of the case; `run` for what is made once.
    pub case: String,
    /// Why it waits.
    pub reason: Reason,
    /// What it is, as it was made.
    pub made: Delivery,
    /// What it is since a person changed it, and who did.
    pub edited: Option<(Delivery, String)>,
    /// How far it is.
    pub state: ApprovalState,
    /// Milliseconds since 1970.
    pub created: i64,
    /// Milliseconds since 1970.
    pub expires: Option<i64>,
    /// Who decided, and when, in milliseconds since 1970.
    pub decided: Option<(String, i64)>,
    /// Why it was rejected.
    pub why: Option<String>,
    /// What went wrong when it was delivered.
    pub problem: Option<String>,
    /// Its file, for people, within the run's folder.
    pub file: Option<String>,
    /// The id of its run.
    pub run: String,
    /// The workflow.
    pub workflow: String,
    /// The fingerprint of the version that made it.
    pub version: String,
}

impl Approval {
    /// Returns what is delivered: as a person changed it, else as it was made.
    pub fn delivery(&self) -> &Delivery {
        self.edited
            .as_ref()
            .map_or(&self.made, |(edited, _)| edited)
    }

    /// Can somebody still decide about it?
    pub fn is_open(&self) -> bool {
        matches!(
            self.state,
            ApprovalState::Waiting | ApprovalState::Approved | ApprovalState::Sending
        )
    }
}

const COLUMNS: &str = "a.id, a.run, a.place, a.part, a.turn, a.key, a.case_key, a.reason, \
     a.content, a.edited, a.edited_by, a.state, a.created, a.expires, a.decided_by, a.decided, \
     a.why, a.problem, a.file, r.id, r.workflow, r.version \
     FROM approvals a JOIN runs r ON r.number = a.run";

impl Journal {
    /// Lets something wait, without waiting for the disk. What waits already, or waited, is left
    /// as it is: a person may have decided about it. Only a call that was done again, and came to
    /// an unknown end again, waits anew.
    ///
    /// # Errors
    /// If the journal cannot be written.
    pub async fn keep_for_approval(&self, new: NewApproval) -> Result<()> {
        let content = serde_json::to_string(&new.delivery).unwrap_or_default();
        self.post(move |db| {
            let part = &new.part;
            db.prepare_cached(
                "INSERT INTO approvals (run, place, case_key, part, turn, key, reason, \
                 content, state, created, expires, file) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'waiting', ?9, ?10, ?11) \
                 ON CONFLICT (key) DO UPDATE SET state = 'waiting', content = excluded.content \
                 WHERE reason = 'unknown_call' AND state = 'approved'",
            )?
            .execute(params![
                part.run,
                part.place,
                new.case,
                part.name,
                part.turn,
                part.key,
                new.reason.word(),
                content,
                now(),
                new.expires,
                new.file
            ])
            .map(|_| ())
        })
        .await
    }

    /// Returns what waits for a person, the oldest first; with `all`, also what was decided.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub fn inbox(&self, all: bool) -> Result<Vec<Approval>> {
        let only = if all {
            ""
        } else {
            "WHERE a.state IN ('waiting', 'approved', 'sending')"
        };
        self.approvals(only, &[])
    }

    /// Returns one thing that waits, or waited.
    ///
    /// # Errors
    /// If there is none of that id, or the journal cannot be read.
    pub fn approval(&self, id: i64) -> Result<Approval> {
        let found = self.approvals("WHERE a.id = ?1", &[id])?;
        found.into_iter().next().ok_or_else(|| {
            Error::input(format!("Nothing in the inbox has the number {id}"))
                .help("`sopwright inbox list` shows what waits; --all shows also what was decided.")
        })
    }

    /// Returns what waits, or waited, of a case.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub fn approvals_of_case(&self, run: RunNumber, place: i64) -> Result<Vec<Approval>> {
        self.approvals("WHERE a.run = ?1 AND a.place = ?2", &[run, place])
    }

    /// Returns how many things that a run made are at each state; its questions are none of them.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub fn approvals_of_run(&self, run: RunNumber) -> Result<Vec<(String, usize)>> {
        self.read(|db| {
            let sql = "SELECT state, count(*) FROM approvals WHERE run = ?1 AND reason <> 'question' GROUP BY state ORDER BY min(id)";
            let mut statement = db.prepare_cached(sql)?;
            let rows = statement.query_map([run], |row| {
                Ok((row.get(0)?, super::runs::count(row, 1)?))
            })?;
            rows.collect()
        })
    }

    /// Moves one thing on, if it still is where it was seen. False where somebody else was faster.
    ///
    /// # Errors
    /// If the journal cannot be written.
    pub async fn decide(
        &self,
        seen: &Approval,
        state: ApprovalState,
        by: Option<(&str, i64)>,
        why: Option<&str>,
        file: Option<&str>,
    ) -> Result<bool> {
        let (id, was) = (seen.id, seen.state.word());
        let (who, at) = by.map_or((None, None), |(who, at)| (Some(who.to_owned()), Some(at)));
        let is_reject = state == ApprovalState::Rejected;
        let text = why.map(str::to_owned);
        let file = file.map(str::to_owned);
        let (sender, changed) = tokio::sync::oneshot::channel();
        self.write(move |db| {
            let rows = db.execute(
                "UPDATE approvals SET state = ?3, decided_by = coalesce(?4, decided_by), \
                 decided = coalesce(?5, decided), why = CASE WHEN ?6 THEN ?7 ELSE why END, \
                 problem = CASE WHEN ?6 THEN problem ELSE ?7 END, file = coalesce(?8, file) \
                 WHERE id = ?1 AND state = ?2",
                params![id, was, state.word(), who, at, is_reject, text, file],
            )?;
            let _ = sender.send(rows);
            Ok(())
        })
        .await?;
        Ok(changed.await.unwrap_or(0) > 0)
    }

    /// Puts what a person wrote in the place of what was made.
    ///
    /// # Errors
    /// If the journal cannot be written.
    pub async fn edit(&self, id: i64, delivery: &Delivery, by: &str) -> Result<()> {
        let content = serde_json::to_string(delivery).unwrap_or_default();
        let by = by.to_owned();
        self.write(move |db| {
            let sql = "UPDATE approvals SET edited = ?2, edited_by = ?3 WHERE id = ?1 AND state IN ('waiting', 'approved')";
            db.execute(sql, params![id, content, by]).map(|_| ())
        })
        .await
    }

    /// Lets what nobody decided about in time expire, and returns how many that were.
    ///
    /// # Errors
    /// If the journal cannot be written.
    pub async fn expire(&self, at: i64) -> Result<Vec<Approval>> {
        let due = self.approvals(
            "WHERE a.state IN ('waiting', 'approved') AND a.reason IN ('approval', 'no_connection', 'question') AND a.expires <= ?1",
            &[at],
        )?;
        let mut expired = Vec::new();
        for approval in due {
            if self
                .decide(&approval, ApprovalState::Expired, None, None, None)
                .await?
            {
                expired.push(approval);
            }
        }
        Ok(expired)
    }

    /// Says of a call whose outcome is not known whether it is done again when its run is resumed,
    /// or left as it is.
    ///
    /// # Errors
    /// If the journal cannot be written.
    pub async fn settle_call(&self, part: &Part, again: bool) -> Result<()> {
        let (part, state) = (part.clone(), if again { "again" } else { "left" });
        self.write(move |db| {
            let sql = "UPDATE effects SET state = ?5 WHERE run = ?1 AND place = ?2 AND part = ?3 AND turn = ?4 AND state = 'begun'";
            db.execute(sql, params![part.run, part.place, part.name, part.turn, state])?;
            super::waits::wake(db, part.run, now())
        })
        .await
    }

    /// Notes that a call which a person let be done again was done, without waiting for the disk.
    ///
    /// # Errors
    /// If the journal cannot be written.
    pub async fn done_again(&self, part: &Part) -> Result<()> {
        let key = part.key.clone();
        self.post(move |db| {
            let sql = "UPDATE approvals SET state = 'sent' WHERE key = ?1 AND state = 'approved'";
            db.execute(sql, [key]).map(|_| ())
        })
        .await
    }

    fn approvals(&self, only: &str, values: &[i64]) -> Result<Vec<Approval>> {
        let sql = format!("SELECT {COLUMNS} {only} ORDER BY a.id");
        self.read(|db| {
            let mut statement = db.prepare_cached(&sql)?;
            let rows = statement.query_map(rusqlite::params_from_iter(values), approval_of)?;
            rows.collect()
        })
    }

    /// Has a part a place in the inbox already? Returns how far it is.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub fn waits(&self, part: &Part) -> Result<Option<ApprovalState>> {
        self.read(|db| {
            let sql = "SELECT state FROM approvals WHERE key = ?1";
            let state: Option<String> = db.query_row(sql, [&part.key], |r| r.get(0)).optional()?;
            Ok(state.and_then(|state| ApprovalState::of(&state)))
        })
    }
}

fn approval_of(row: &Row<'_>) -> rusqlite::Result<Approval> {
    let unreadable = |column: usize, error: serde_json::Error| {
        rusqlite::Error::FromSqlConversionFailure(
            column,
            rusqlite::types::Type::Text,
            Box::new(error),
        )
    };
    let delivery = |column: usize, text: &str| -> rusqlite::Result<Delivery> {
        serde_json::from_str(text).map_err(|e| unreadable(column, e))
    };
    let edited: Option<String> = row.get(9)?;
    let edited = edited.map(|text| delivery(9, &text)).transpose()?;
    let edited_by: Option<String> = row.get(10)?;
    let decided_by: Option<String> = row.get(14)?;
    let decided: Option<i64> = row.get(15)?;
    Ok(Approval {
        id: row.get(0)?,
        part: Part {
            run: row.get(1)?,
            place: row.get(2)?,
            name: row.get(3)?,
            turn: row.get(4)?,
            key: row.get(5)?,
        },
        case: row.get(6)?,
        reason: Reason::of(&row.get::<_, String>(7)?).unwrap_or(Reason::Approval),
        made: delivery(8, &row.get::<_, String>(8)?)?,
        edited: edited.map(|edited| (edited, edited_by.unwrap_or_default())),
        state: ApprovalState::of(&row.get::<_, String>(11)?).unwrap_or(ApprovalState::Waiting),
        created: row.get(12)?,
        expires: row.get(13)?,
        decided: decided_by.zip(decided),
        why: row.get(16)?,
        problem: row.get(17)?,
        file: row.get(18)?,
        run: row.get(19)?,
        workflow: row.get(20)?,
        version: row.get(21)?,
    })
}

/// Returns an approval as JSON, for programs.
impl From<&Approval> for Json {
    fn from(a: &Approval) -> Json {
        serde_json::json!({
            "id": a.id, "run": a.run, "workflow": a.workflow, "version": a.version, "case": a.case,
            "output": a.part.name, "key": a.part.key, "reason": a.reason, "state": a.state,
            "delivery": a.delivery(), "made": a.made, "edited_by": a.edited.as_ref().map(|e| &e.1),
            "created": moment(a.created), "expires": a.expires.map(moment),
            "decided_by": a.decided.as_ref().map(|d| &d.0), "decided": a.decided.as_ref().map(|d| moment(d.1)),
            "why": a.why, "problem": a.problem, "file": a.file
        })
    }
}
