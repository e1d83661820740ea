//! What workers did for cases: each time a case is handed to one is a leg, which is known by its
//! number and comes into the journal whole or not at all.

use rusqlite::{OptionalExtension, params};

use super::{Effect, EffectState, Journal, KeptAnswer, Part, RunNumber, Used, spending};
use crate::diag::Result;

/// An effect that a worker brings back.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Brought {
    /// What was done, and what came of it.
    pub effect: Effect,
    /// The answer of a model under its key, where it is new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<(String, KeptAnswer)>,
}

impl Journal {
    /// Returns the number of the leg that a case is on: how many have come back.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub fn leg(&self, run: RunNumber, place: i64) -> Result<u32> {
        self.read(|db| {
            let sql = "SELECT leg FROM legs WHERE run = ?1 AND place = ?2";
            let found = db
                .prepare_cached(sql)?
                .query_row([run, place], |row| row.get(0))
                .optional()?;
            Ok(found.unwrap_or(0))
        })
    }

    /// Journals what a leg brought back, with what it used on a day, and that it is over, without
    /// waiting for the disk: all of it or nothing.
    ///
    /// # Errors
    /// If the journal cannot be written.
    pub async fn end_leg(
        &self,
        of: (RunNumber, i64, u32),
        brought: Vec<(Part, Brought)>,
        (day, used): (String, Used),
    ) -> Result<()> {
        let (run, place, leg) = of;
        self.post(move |db| {
            db.prepare_cached("INSERT OR REPLACE INTO legs VALUES (?1, ?2, ?3)")?
                .execute(params![run, place, leg + 1])?;
            let mut insert = db.prepare_cached(
                "INSERT INTO effects (run, place, part, turn, kind, key, state, request, answer, \
                 begun, ended, spent) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) \
                 ON CONFLICT DO UPDATE SET state = ?7, request = ?8, answer = ?9, ended = ?11, \
                 spent = ?12",
            )?;
            for (part, Brought { effect, kept }) in &brought {
                let answer = (!effect.answer.is_null()).then(|| effect.answer.to_string());
                let spent = effect.spent.as_ref();
                let spent = spent.map(|s| serde_json::to_string(s).unwrap_or_default());
                insert.execute(params![
                    part.run,
                    part.place,
                    part.name,
                    part.turn,
                    effect.kind,
                    part.key,
                    effect.state.word(),
                    effect.request.to_string(),
                    answer,
                    effect.begun,
                    effect.ended,
                    spent
                ])?;
                if matches!(effect.state, EffectState::Done | EffectState::Failed) {
                    // Where a person had said that it may be done again, it was.
                    db.prepare_cached(
                        "UPDATE approvals SET state = 'sent' WHERE key = ?1 AND state = 'approved'",
                    )?
                    .execute([&part.key])?;
                }
                if let Some((key, kept)) = kept {
                    spending::keep(db, key, kept)?;
                }
            }
            if used == Used::default() {
                return Ok(());
            }
            spending::add(db, run, &day, &used)
        })
        .await
    }
}
