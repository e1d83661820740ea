//! Cases that wait within their steps: for the answer of a person, a time, an event.

use rusqlite::{OptionalExtension, params};
use serde_json::Value as Json;

use super::states::ApprovalState;
use super::{Approval, Journal, Part, RunStatus, now};
use crate::diag::Result;

/// The kind of the effect that a person's answer is.
pub const ASK: &str = "ask";
/// The kind of the effect that a wait is.
pub const WAIT: &str = "wait";

impl Journal {
    /// Keeps the answer to a question, and wakes its run. False where it was answered, or had
    /// expired, before.
    ///
    /// # Errors
    /// If the journal cannot be written.
    pub async fn answer(
        &self,
        question: &Approval,
        answer: &Json,
        words: &str,
        by: (&str, i64),
    ) -> Result<bool> {
        let (part, id, begun) = (question.part.clone(), question.id, question.created);
        let asked = serde_json::to_string(&question.made.content).unwrap_or_default();
        let (answer, words) = (answer.to_string(), words.to_owned());
        let (who, at) = (by.0.to_owned(), by.1);
        let (sender, changed) = tokio::sync::oneshot::channel();
        self.write(move |db| {
            let rows = db.execute(
                "UPDATE approvals SET state = ?2, decided_by = ?3, decided = ?4, why = ?5 \
                 WHERE id = ?1 AND state = 'waiting'",
                params![id, ApprovalState::Answered.word(), who, at, words],
            )?;
            if rows > 0 {
                db.execute(
                    "INSERT OR REPLACE INTO effects (run, place, part, turn, kind, key, state, request, \
                     answer, begun, ended) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'done', ?7, ?8, ?9, ?10)",
                    params![
                        part.run, part.place, part.name, part.turn, ASK, part.key, asked, answer, begun, at
                    ],
                )?;
                wake(db, part.run, at)?;
            }
            let _ = sender.send(rows);
            Ok(())
        })
        .await?;
        Ok(changed.await.unwrap_or(0) > 0)
    }

    /// Returns how far the question of a part is, and until when it can be answered.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub fn question(&self, part: &Part) -> Result<Option<(ApprovalState, Option<i64>)>> {
        self.read(|db| {
            let sql = "SELECT state, expires FROM approvals WHERE key = ?1";
            let found: Option<(String, Option<i64>)> = db
                .query_row(sql, [&part.key], |r| Ok((r.get(0)?, r.get(1)?)))
                .optional()?;
            Ok(found.and_then(|(state, expires)| Some((ApprovalState::of(&state)?, expires))))
        })
    }

    /// Gives an event to the cases that wait for it, and wakes their runs; returns how many cases
    /// that were. Without a key it is for every case.
    ///
    /// # Errors
    /// If the journal cannot be written.
    pub async fn event(&self, name: &str, case: Option<&str>, data: &Json) -> Result<usize> {
        let (name, case) = (name.to_owned(), case.map(str::to_owned));
        let data = data.to_string();
        let (sender, changed) = tokio::sync::oneshot::channel();
        self.write(move |db| {
            let waiting: Vec<(i64, i64, String, u32)> = db
                .prepare_cached(
                    "SELECT e.run, e.place, e.part, e.turn FROM effects e \
                     LEFT JOIN items i ON i.run = e.run AND i.place = e.place \
                     WHERE e.kind = 'wait' AND e.state = 'begun' AND e.request ->> '$.event' = ?1 \
                     AND (?2 IS NULL OR i.key = ?2)",
                )?
                .query_map(params![name, case], |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
                })?
                .collect::<rusqlite::Result<_>>()?;
            for (run, place, part, turn) in &waiting {
                db.execute(
                    "UPDATE effects SET state = 'done', answer = ?5, ended = ?6 \
                     WHERE run = ?1 AND place = ?2 AND part = ?3 AND turn = ?4",
                    params![run, place, part, turn, data, now()],
                )?;
                wake(db, *run, now())?;
            }
            let _ = sender.send(waiting.len());
            Ok(())
        })
        .await?;
        Ok(changed.await.unwrap_or(0))
    }

    /// Returns the runs that can go on at a moment, in milliseconds since 1970, each with
    /// its workflow.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub fn awake(&self, at: i64) -> Result<Vec<(String, String)>> {
        self.read(|db| {
            let sql =
                "SELECT id, workflow FROM runs WHERE wakes <= ?1 AND status IN (?2, ?3, ?4) ORDER BY number";
            let mut statement = db.prepare_cached(sql)?;
            let rest = [RunStatus::Held, RunStatus::Paused, RunStatus::Limited].map(RunStatus::words);
            let rows = statement.query_map(params![at, rest[0], rest[1], rest[2]], |r| {
                Ok((r.get(0)?, r.get(1)?))
            })?;
            rows.collect()
        })
    }
}

/// Lets a run go on from a moment on, if it is not to earlier.
pub(super) fn wake(db: &rusqlite::Connection, run: i64, at: i64) -> rusqlite::Result<()> {
    let sql = "UPDATE runs SET wakes = min(coalesce(wakes, ?2), ?2) WHERE number = ?1";
    db.execute(sql, params![run, at]).map(|_| ())
}
