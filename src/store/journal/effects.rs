//! What cases did to the world, or learned from it, journaled before and after.

use std::collections::HashMap;

use rusqlite::{Row, params};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use super::cases::json;
use super::runs::count;
use super::{AnswerCost, Journal, RunNumber, now};
use crate::diag::Result;

/// One thing that a case does: where it belongs, and what it is known by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The run.
    pub run: RunNumber,
    /// The place of the case; [`RUN_PLACE`](super::RUN_PLACE) for what is made once per run.
    pub place: i64,
    /// The id of the step or output.
    pub name: String,
    /// How often the case was there before: a step within `each` is passed many times.
    pub turn: u32,
    /// The idempotency key: the same whenever this is tried again, and of nothing else.
    pub key: String,
}

impl Part {
    /// Returns a part of a case. The key hangs on the run's id, the case, the part and the turn.
    pub fn of(run: (RunNumber, &str), place: i64, case: &str, name: &str, turn: u32) -> Self {
        let whole = serde_json::json!([run.1, place, case, name, turn]).to_string();
        let digest = Sha256::digest(whole.as_bytes());
        Part {
            run: run.0,
            place,
            name: name.to_owned(),
            turn,
            key: digest.iter().take(16).map(|b| format!("{b:02x}")).collect(),
        }
    }
}

/// How far an effect got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EffectState {
    /// It was begun: what came of it is not known until it is ended.
    Begun,
    /// It is done.
    Done,
    /// It failed for good, and the case went on from there.
    Failed,
    /// A person has said that it may be done again.
    Again,
    /// A person has said that it is left as it is.
    Left,
    /// It was not done, and is done when the run is resumed.
    NotDone,
}

impl EffectState {
    const ALL: [(EffectState, &'static str); 6] = [
        (EffectState::Begun, "begun"),
        (EffectState::Done, "done"),
        (EffectState::Failed, "failed"),
        (EffectState::Again, "again"),
        (EffectState::Left, "left"),
        (EffectState::NotDone, "not done"),
    ];

    /// Returns it in one word.
    pub fn word(self) -> &'static str {
        let found = Self::ALL.iter().find(|(state, _)| *state == self);
        found.map_or("begun", |(_, word)| word)
    }

    fn of(word: &str) -> Self {
        let found = Self::ALL.iter().find(|(_, known)| *known == word);
        found.map_or(EffectState::Begun, |(state, _)| *state)
    }
}

/// An effect as it was journaled.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Effect {
    /// The id of the step or output.
    pub part: String,
    /// How often the case was there before.
    pub turn: u32,
    /// What it is: call, llm, select, update, or what was made.
    pub kind: String,
    /// How far it got.
    pub state: EffectState,
    /// What was asked.
    pub request: Json,
    /// What came of it: the answer, or the failure.
    pub answer: Json,
    /// Milliseconds since 1970.
    pub begun: i64,
    /// Milliseconds since 1970.
    pub ended: Option<i64>,
    /// What the answer of a model took.
    pub spent: Option<AnswerCost>,
}

impl Journal {
    /// Notes that an effect is begun, and waits until that is on the disk: only then may it be
    /// performed.
    ///
    /// # Errors
    /// If the journal cannot be written.
    pub async fn begin_effect(
        &self,
        part: &Part,
        kind: &'static str,
        request: &Json,
    ) -> Result<()> {
        let (part, request) = (part.clone(), request.to_string());
        self.write(move |db| {
            db.prepare_cached(
                "INSERT INTO effects (run, place, part, turn, kind, key, state, request, begun) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'begun', ?7, ?8) \
                 ON CONFLICT DO UPDATE SET state = 'begun', request = ?7, answer = NULL, ended = NULL",
            )?
            .execute(params![
                part.run, part.place, part.name, part.turn, kind, part.key, request, now()
            ])
            .map(|_| ())
        })
        .await
    }

    /// Notes what came of an effect, without waiting for the disk. `begun` is when it was begun,
    /// for one that was not noted before.
    ///
    /// # Errors
    /// If the journal cannot be written.
    pub async fn end_effect(
        &self,
        part: &Part,
        kind: &'static str,
        ended: (EffectState, i64),
        request: Option<&Json>,
        answer: &Json,
    ) -> Result<()> {
        let (state, begun) = (ended.0.word(), ended.1);
        let (part, request) = (part.clone(), request.map(Json::to_string));
        let answer = (!answer.is_null()).then(|| answer.to_string());
        self.post(move |db| {
            db.prepare_cached(
                "INSERT INTO effects (run, place, part, turn, kind, key, state, request, answer, \
                 begun, ended) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) \
                 ON CONFLICT DO UPDATE SET state = ?7, request = coalesce(?8, request), \
                 answer = ?9, ended = ?11",
            )?
            .execute(params![
                part.run,
                part.place,
                part.name,
                part.turn,
                kind,
                part.key,
                state,
                request,
                answer,
                begun,
                now()
            ])
            .map(|_| ())
        })
        .await
    }

    /// Notes decisions across cases, all of them or none, and waits until they are on the disk.
    ///
    /// # Errors
    /// If the journal cannot be written.
    pub async fn keep_choices(&self, choices: Vec<(Part, Json)>) -> Result<()> {
        self.write(move |db| {
            let mut insert = db.prepare_cached(
                "INSERT OR REPLACE INTO effects (run, place, part, turn, kind, key, state, answer, begun, ended) \
                 VALUES (?1, ?2, ?3, ?4, 'select', ?5, 'done', ?6, ?7, ?7)",
            )?;
            for (part, choice) in &choices {
                insert.execute(params![
                    part.run, part.place, part.name, part.turn, part.key, choice.to_string(), now()
                ])?;
            }
            Ok(())
        })
        .await
    }

    /// Returns the effects of a case by part and turn.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub fn effects(&self, run: RunNumber, place: i64) -> Result<Vec<Effect>> {
        self.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT part, turn, kind, state, request, answer, begun, ended, spent FROM effects \
                 WHERE run = ?1 AND place = ?2 ORDER BY begun, ended",
            )?;
            let rows = statement.query_map([run, place], effect_of)?;
            rows.collect()
        })
    }

    /// Returns how many of each kind a run has made so far, and the files among them.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub fn made(&self, run: RunNumber) -> Result<(HashMap<String, usize>, Vec<String>)> {
        self.read(|db| {
            let mut made = HashMap::new();
            let mut statement = db.prepare_cached(
                "SELECT kind, count(*) FROM effects WHERE run = ?1 AND state = 'done' GROUP BY kind",
            )?;
            let mut rows = statement.query([run])?;
            while let Some(row) = rows.next()? {
                made.insert(row.get(0)?, count(row, 1)?);
            }
            let mut statement = db.prepare_cached(
                "SELECT answer ->> '$.file' FROM effects WHERE run = ?1 AND answer LIKE '{\"file\":%' \
                 UNION SELECT file FROM approvals WHERE run = ?1 AND file IS NOT NULL",
            )?;
            let files = statement
                .query_map([run], |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            Ok((made, files))
        })
    }
}

fn effect_of(row: &Row<'_>) -> rusqlite::Result<Effect> {
    Ok(Effect {
        part: row.get(0)?,
        turn: row.get(1)?,
        kind: row.get(2)?,
        state: EffectState::of(&row.get::<_, String>(3)?),
        request: json(row.get(4)?),
        answer: json(row.get(5)?),
        begun: row.get(6)?,
        ended: row.get(7)?,
        spent: row
            .get::<_, Option<String>>(8)?
            .and_then(|text| serde_json::from_str(&text).ok()),
    })
}
