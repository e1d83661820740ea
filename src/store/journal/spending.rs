//! What runs have used: cases, time, and calls of models with their cost, by run and by day.

use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::effects::EffectState;
use super::{Journal, Part, RunNumber, now};
use crate::diag::Result;

/// What was used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Used {
    /// Cases that were finished.
    #[serde(skip_serializing_if = "is_none")]
    pub cases: u64,
    /// Milliseconds.
    #[serde(skip_serializing_if = "is_none")]
    pub milliseconds: u64,
    /// Calls of models.
    #[serde(skip_serializing_if = "is_none")]
    pub calls: u64,
    /// Tokens that models were given.
    #[serde(skip_serializing_if = "is_none")]
    pub input: u64,
    /// Tokens of their answers.
    #[serde(skip_serializing_if = "is_none")]
    pub output: u64,
    /// US dollars, as far as prices are known.
    #[serde(skip_serializing_if = "costs_nothing")]
    pub cost: f64,
    /// Of the calls, those whose price is not known.
    #[serde(skip_serializing_if = "is_none")]
    pub unpriced: u64,
    /// Answers that were known already.
    #[serde(skip_serializing_if = "is_none")]
    pub known: u64,
    /// US dollars that these had cost when they were asked for.
    #[serde(skip_serializing_if = "costs_nothing")]
    pub saved: f64,
}

fn is_none(n: &u64) -> bool {
    *n == 0
}

fn costs_nothing(cost: &f64) -> bool {
    *cost == 0.0
}

impl std::ops::AddAssign for Used {
    fn add_assign(&mut self, more: Used) {
        self.cases += more.cases;
        self.milliseconds += more.milliseconds;
        self.calls += more.calls;
        self.input += more.input;
        self.output += more.output;
        self.cost += more.cost;
        self.unpriced += more.unpriced;
        self.known += more.known;
        self.saved += more.saved;
    }
}

/// What the answer of a model took.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AnswerCost {
    /// Who was asked, in order; the last one answered.
    pub models: Vec<String>,
    /// What it took.
    #[serde(flatten)]
    pub used: Used,
}

/// An answer that was kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeptAnswer {
    /// The model that gave it.
    pub model: String,
    /// The answer.
    pub answer: Json,
    /// Milliseconds since 1970.
    pub at: i64,
    /// What it had cost, in US dollars.
    pub cost: f64,
}

/// Whose spending is added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of<'a> {
    /// Of all runs.
    Workspace,
    /// Of the runs of a workflow.
    Workflow(&'a str),
}

const SUMS: &str = "coalesce(sum(cases), 0), coalesce(sum(milliseconds), 0), \
     coalesce(sum(calls), 0), coalesce(sum(input), 0), coalesce(sum(output), 0), \
     coalesce(sum(cost), 0.0), coalesce(sum(unpriced), 0), coalesce(sum(known), 0), \
     coalesce(sum(saved), 0.0) FROM spending";

impl Journal {
    /// Journals what a model answered, to the question or goal of a step, and what it took, without waiting for the disk; an answer
    /// that is new is kept under its key for later.
    ///
    /// # Errors
    /// If the journal cannot be written.
    pub async fn answered(
        &self,
        of: (&Part, &'static str),
        ended: (EffectState, i64),
        asked: (&Json, &Json),
        cost: &AnswerCost,
        kept: Option<(String, KeptAnswer)>,
        day: &str,
    ) -> Result<()> {
        let (part, kind) = (of.0.clone(), of.1);
        let (state, begun) = (ended.0.word(), ended.1);
        let (request, answer) = (asked.0.to_string(), asked.1.to_string());
        let spent = serde_json::to_string(cost).unwrap_or_default();
        let (used, day) = (cost.used, day.to_owned());
        self.post(move |db| {
            db.prepare_cached(
                "INSERT INTO effects (run, place, part, turn, kind, key, state, request, answer, \
                 begun, ended, spent) VALUES (?1, ?2, ?3, ?4, ?12, ?5, ?6, ?7, ?8, ?9, ?10, ?11) \
                 ON CONFLICT DO UPDATE SET state = ?6, request = ?7, answer = ?8, ended = ?10, spent = ?11",
            )?
            .execute(params![
                part.run, part.place, part.name, part.turn, part.key, state, request, answer,
                begun, now(), spent, kind
            ])?;
            add(db, part.run, &day, &used)?;
            kept.map_or(Ok(()), |(key, kept)| keep(db, &key, &kept))
        })
        .await
    }

    /// Adds to what a run has used on a day, without waiting for the disk.
    ///
    /// # Errors
    /// If the journal cannot be written.
    pub async fn used(&self, run: RunNumber, day: &str, used: Used) -> Result<()> {
        let day = day.to_owned();
        self.post(move |db| add(db, run, &day, &used)).await
    }

    /// Returns what a run has used, on a day or in all.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub fn used_by(&self, run: RunNumber, day: Option<&str>) -> Result<Used> {
        self.read(|db| {
            let sql = format!("SELECT {SUMS} WHERE run = ?1 AND (?2 IS NULL OR day = ?2)");
            db.prepare_cached(&sql)?
                .query_row(params![run, day], used_of)
        })
    }

    /// Returns what runs have used on a day, one of them left out.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub fn used_on(&self, day: &str, of: Of<'_>, without: RunNumber) -> Result<Used> {
        let workflow = match of {
            Of::Workspace => None,
            Of::Workflow(name) => Some(name),
        };
        self.read(|db| {
            let sql = format!(
                "SELECT {SUMS} WHERE day = ?1 AND run != ?2 AND (?3 IS NULL OR workflow = ?3)"
            );
            db.prepare_cached(&sql)?
                .query_row(params![day, without, workflow], used_of)
        })
    }

    /// Returns what the last runs of a workflow that asked models have used: what the next one is
    /// going to use is estimated from it.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub fn used_lately(&self, workflow: &str) -> Result<Used> {
        self.read(|db| {
            let sql = SUMS.replace(
                "FROM spending",
                "FROM (SELECT * FROM spending WHERE workflow = ?1 AND calls > 0 ORDER BY run DESC LIMIT 10)",
            );
            db.prepare_cached(&format!("SELECT {sql}"))?
                .query_row([workflow], used_of)
        })
    }

    /// Returns the answer that was kept under a key since a moment.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub fn kept_answer(&self, key: &str, oldest: i64) -> Result<Option<KeptAnswer>> {
        self.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT model, answer, at, cost FROM answers WHERE key = ?1 AND at >= ?2",
            )?;
            let mut rows = statement.query(params![key, oldest])?;
            let Some(row) = rows.next()? else {
                return Ok(None);
            };
            Ok(Some(KeptAnswer {
                model: row.get(0)?,
                answer: super::cases::json(row.get(1)?),
                at: row.get(2)?,
                cost: row.get(3)?,
            }))
        })
    }

    /// Forgets the answers that were kept before a moment, without waiting for the disk.
    ///
    /// # Errors
    /// If the journal cannot be written.
    pub async fn forget_answers(&self, before: i64) -> Result<()> {
        self.post(move |db| {
            db.execute("DELETE FROM answers WHERE at < ?1", [before])
                .map(|_| ())
        })
        .await
    }
}

/// Adds to what a run has used on a day.
pub(super) fn add(db: &Connection, run: RunNumber, day: &str, used: &Used) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO spending SELECT ?1, number, workflow, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11 \
         FROM runs WHERE number = ?2 \
         ON CONFLICT DO UPDATE SET cases = cases + ?3, milliseconds = milliseconds + ?4, \
         calls = calls + ?5, input = input + ?6, output = output + ?7, cost = cost + ?8, \
         unpriced = unpriced + ?9, known = known + ?10, saved = saved + ?11",
    )?
    .execute(params![
        day,
        run,
        used.cases as i64,
        used.milliseconds as i64,
        used.calls as i64,
        used.input as i64,
        used.output as i64,
        used.cost,
        used.unpriced as i64,
        used.known as i64,
        used.saved
    ])
    .map(|_| ())
}

/// Keeps an answer under its key.
pub(super) fn keep(db: &Connection, key: &str, kept: &KeptAnswer) -> rusqlite::Result<()> {
    db.prepare_cached("INSERT OR REPLACE INTO answers VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![
            key,
            kept.model,
            kept.answer.to_string(),
            kept.at,
            kept.cost
        ])
        .map(|_| ())
}

fn used_of(row: &Row<'_>) -> rusqlite::Result<Used> {
    let count = |column: usize| -> rusqlite::Result<u64> {
        Ok(u64::try_from(row.get::<_, i64>(column)?).unwrap_or(0))
    };
    Ok(Used {
        cases: count(0)?,
        milliseconds: count(1)?,
        calls: count(2)?,
        input: count(3)?,
        output: count(4)?,
        cost: row.get(5)?,
        unpriced: count(6)?,
        known: count(7)?,
        saved: row.get(8)?,
    })
}
