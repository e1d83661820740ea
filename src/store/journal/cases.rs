//! The cases of a run: the rows that they are made from, and what came of them.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use super::runs::count;
use super::spending::{self, Used};
use super::{Journal, RunNumber, RunStatus};
use crate::diag::Result;
use crate::engine::{Failure, Outcome, Status};

/// What a key is told apart by.
pub type KeyDigest = [u8; 16];

/// Returns the digest of a key.
pub fn key_digest(key: &str) -> KeyDigest {
    let mut digest = KeyDigest::default();
    let whole = Sha256::digest(key.as_bytes());
    digest.copy_from_slice(&whole[..16]);
    digest
}

/// A row that is a case.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Its place among the cases of the run, counted from 0.
    pub place: i64,
    /// What tells the case apart.
    pub key: String,
    /// The row; null for a run that is one case.
    pub item: Json,
}

/// What came of a case, as it is journaled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseRecord {
    place: i64,
    key: String,
    status: &'static str,
    result: Option<String>,
    because: Option<String>,
    caveats: Option<String>,
    way: Option<String>,
    ended: Option<String>,
}

/// A case that is finished.
#[derive(Debug, Clone, PartialEq)]
pub struct FinishedCase {
    /// Its place among the cases of the run.
    pub place: i64,
    /// What came of it.
    pub outcome: Outcome,
    /// Its row, where rows are kept.
    pub item: Json,
}

impl CaseRecord {
    /// Returns what is journaled of a case. What is empty takes no room.
    pub fn of(place: i64, outcome: &Outcome) -> Self {
        fn text(is_empty: bool, value: &impl serde::Serialize) -> Option<String> {
            (!is_empty).then(|| serde_json::to_string(value).unwrap_or_default())
        }
        let ended = match &outcome.status {
            Status::Done => None,
            ended => text(false, ended),
        };
        CaseRecord {
            place,
            key: outcome.key.clone(),
            status: outcome.status.word(),
            result: text(outcome.result.is_empty(), &outcome.result),
            because: text(outcome.because.is_empty(), &outcome.because),
            caveats: text(outcome.caveats.is_empty(), &outcome.caveats),
            way: text(
                outcome.path.is_empty() && outcome.outputs.is_empty(),
                &(&outcome.path, &outcome.outputs),
            ),
            ended,
        }
    }

    fn insert(&self, db: &Connection, run: RunNumber) -> rusqlite::Result<()> {
        db.prepare_cached(
            "INSERT OR REPLACE INTO cases VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            run,
            self.place,
            self.key,
            self.status,
            self.result,
            self.because,
            self.caveats,
            self.way,
            self.ended
        ])
        .map(|_| ())
    }
}

impl Journal {
    /// Opens the failed cases of a run again, or the one of a key, so that resuming the run carries
    /// them out anew: what they had done stays done, what had failed is tried again. Returns how
    /// many they are; where there is none, nothing is changed.
    ///
    /// # Errors
    /// If the journal cannot be used.
    pub async fn reopen(&self, run: RunNumber, case: Option<&str>) -> Result<usize> {
        const FAILED: &str =
            "FROM cases WHERE run = ?1 AND status = 'failed' AND (?2 IS NULL OR key = ?2)";
        let key = case.map(str::to_owned);
        let found = self.read(|db| {
            let sql = format!("SELECT count(*) {FAILED}");
            db.query_row(&sql, params![run, key], |row| count(row, 0))
        })?;
        if found == 0 {
            return Ok(0);
        }
        self.write(move |db| {
            let effects = format!(
                "DELETE FROM effects WHERE run = ?1 AND state = 'failed' AND place IN (SELECT place {FAILED})"
            );
            db.execute(&effects, params![run, key])?;
            db.execute(&format!("DELETE {FAILED}"), params![run, key])?;
            let status = RunStatus::CutShort.words();
            let sql = "UPDATE runs SET status = ?2, why = NULL, ended = NULL, summary = NULL WHERE number = ?1";
            db.execute(sql, params![run, status]).map(|_| ())
        })
        .await?;
        Ok(found)
    }

    /// Keeps rows that are cases, without waiting for the disk.
    ///
    /// # Errors
    /// If the journal cannot be written.
    pub async fn keep_items(&self, run: RunNumber, items: Vec<Item>) -> Result<()> {
        self.post(move |db| {
            let mut insert =
                db.prepare_cached("INSERT OR REPLACE INTO items VALUES (?1, ?2, ?3, ?4)")?;
            for item in items {
                let row = (!item.item.is_null()).then(|| item.item.to_string());
                insert.execute(params![run, item.place, item.key, row])?;
            }
            Ok(())
        })
        .await
    }

    /// Notes that all rows are kept, and waits until they are on the disk.
    ///
    /// # Errors
    /// If the journal cannot be written.
    pub async fn kept_all_items(&self, run: RunNumber, rows: usize) -> Result<()> {
        self.write(move |db| {
            let sql = "UPDATE runs SET kept_rows = ?2 WHERE number = ?1";
            db.execute(sql, params![run, rows as i64]).map(|_| ())
        })
        .await
    }

    /// Forgets rows that were kept in part.
    ///
    /// # Errors
    /// If the journal cannot be written.
    pub async fn forget_items(&self, run: RunNumber) -> Result<()> {
        self.write(move |db| {
            db.execute("DELETE FROM cases WHERE run = ?1", [run])?;
            db.execute("DELETE FROM items WHERE run = ?1", [run])
                .map(|_| ())
        })
        .await
    }

    /// Journals what came of cases, without waiting for the disk.
    ///
    /// # Errors
    /// If the journal cannot be written.
    pub async fn finish_cases(&self, run: RunNumber, cases: Vec<CaseRecord>) -> Result<()> {
        self.post(move |db| cases.iter().try_for_each(|case| case.insert(db, run)))
            .await
    }

    /// Journals what came of cases as [`Journal::finish_cases`] does, and counts them, and the time
    /// that was used, to a day.
    ///
    /// # Errors
    /// If the journal cannot be written.
    pub async fn finish_counted(
        &self,
        run: RunNumber,
        cases: Vec<CaseRecord>,
        (day, used): (String, Used),
    ) -> Result<()> {
        self.post(move |db| {
            cases.iter().try_for_each(|case| case.insert(db, run))?;
            spending::add(db, run, &day, &used)
        })
        .await
    }

    /// Returns kept rows after a place, in order, each with what came of it if it is finished.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub fn items(
        &self,
        run: RunNumber,
        after: i64,
        most: usize,
    ) -> Result<Vec<(Item, Option<Outcome>)>> {
        self.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT i.place, i.key, i.item, c.place, c.key, c.status, c.result, c.because, \
                 c.caveats, c.way, c.ended FROM items i LEFT JOIN cases c USING (run, place) \
                 WHERE i.run = ?1 AND i.place > ?2 ORDER BY i.place LIMIT ?3",
            )?;
            let rows = statement.query_map(params![run, after, most as i64], |row| {
                let outcome = match row.get::<_, Option<i64>>(3)? {
                    Some(_) => Some(outcome_of(row, 4)?),
                    None => None,
                };
                Ok((item_of(row)?, outcome))
            })?;
            rows.collect()
        })
    }

    /// Returns finished cases after a place, in order.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub fn finished(&self, run: RunNumber, after: i64, most: usize) -> Result<Vec<FinishedCase>> {
        self.read(|db| {
            let mut statement = db.prepare_cached(&format!(
                "{FINISHED} AND c.place > ?2 ORDER BY c.place LIMIT ?3"
            ))?;
            let rows = statement.query_map(params![run, after, most as i64], finished_of)?;
            rows.collect()
        })
    }

    /// Returns how often each key, by its digest, is among the finished cases of a run: a million
    /// of them take little room then.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub fn finished_keys(&self, run: RunNumber) -> Result<HashMap<KeyDigest, u32>> {
        self.read(|db| {
            let mut statement = db.prepare_cached("SELECT key FROM cases WHERE run = ?1")?;
            let mut keys = HashMap::new();
            let mut rows = statement.query([run])?;
            while let Some(row) = rows.next()? {
                let key = row.get_ref(0)?.as_str()?;
                *keys.entry(key_digest(key)).or_default() += 1;
            }
            Ok(keys)
        })
    }

    /// Returns the cases of a key: those that are finished, and those that are not.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub fn cases_of_key(
        &self,
        run: RunNumber,
        key: &str,
    ) -> Result<(Vec<FinishedCase>, Vec<Item>)> {
        self.read(|db| {
            let mut statement = db.prepare_cached(&format!("{FINISHED} AND c.key = ?2"))?;
            let finished = statement
                .query_map(params![run, key], finished_of)?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            let mut statement = db.prepare_cached(
                "SELECT place, key, item FROM items i WHERE run = ?1 AND key = ?2 AND NOT EXISTS \
                 (SELECT 1 FROM cases c WHERE c.run = i.run AND c.place = i.place)",
            )?;
            let open = statement
                .query_map(params![run, key], item_of)?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            Ok((finished, open))
        })
    }

    /// Returns some keys of a run that a mistyped one may stand for.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub fn some_keys(&self, run: RunNumber, most: usize) -> Result<Vec<String>> {
        self.read(|db| {
            let mut statement =
                db.prepare_cached("SELECT key FROM cases WHERE run = ?1 LIMIT ?2")?;
            let rows = statement.query_map(params![run, most as i64], |row| row.get(0))?;
            rows.collect()
        })
    }

    /// Returns how many finished cases came to each status of a run.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub fn statuses(&self, run: RunNumber) -> Result<Vec<(String, usize)>> {
        self.read(|db| {
            let sql =
                "SELECT status, count(*) FROM cases WHERE run = ?1 GROUP BY status ORDER BY status";
            let mut statement = db.prepare_cached(sql)?;
            let rows = statement.query_map([run], |row| Ok((row.get(0)?, count(row, 1)?)))?;
            rows.collect()
        })
    }

    /// Returns the place behind the last finished case of a run.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub fn next_place(&self, run: RunNumber) -> Result<i64> {
        self.read(|db| {
            let sql = "SELECT max(place) FROM cases WHERE run = ?1";
            let last: Option<Option<i64>> =
                db.query_row(sql, [run], |row| row.get(0)).optional()?;
            Ok(last.flatten().map_or(0, |last| last + 1))
        })
    }
}

const FINISHED: &str = "SELECT c.place, c.key, c.status, c.result, c.because, c.caveats, c.way, \
     c.ended, i.item FROM cases c LEFT JOIN items i USING (run, place) WHERE c.run = ?1";

fn finished_of(row: &Row<'_>) -> rusqlite::Result<FinishedCase> {
    Ok(FinishedCase {
        place: row.get(0)?,
        outcome: outcome_of(row, 1)?,
        item: json(row.get::<_, Option<String>>(8)?),
    })
}

fn item_of(row: &Row<'_>) -> rusqlite::Result<Item> {
    Ok(Item {
        place: row.get(0)?,
        key: row.get(1)?,
        item: json(row.get(2)?),
    })
}

/// Returns the outcome whose columns begin at one: key, status, result, because, caveats, way, ended.
fn outcome_of(row: &Row<'_>, first: usize) -> rusqlite::Result<Outcome> {
    let status: String = row.get(first + 1)?;
    let ended: Option<String> = row.get(first + 6)?;
    let ended = ended.and_then(|text| serde_json::from_str(&text).ok());
    let (path, outputs) = json(row.get(first + 5)?);
    Ok(Outcome {
        key: row.get(first)?,
        status: match (status.as_str(), ended) {
            ("done", _) => Status::Done,
            (_, Some(status)) => status,
            // Written by no version of this program.
            (_, None) => Status::Failed {
                part: "journal".to_owned(),
                failure: Failure::last("journal", "What became of it cannot be read"),
            },
        },
        result: json(row.get(first + 2)?),
        because: json(row.get(first + 3)?),
        caveats: json(row.get(first + 4)?),
        notes: Vec::new(),
        path,
        outputs,
    })
}

/// Returns a structure from its text; what is not there is empty.
pub(super) fn json<T: serde::de::DeserializeOwned + Default>(text: Option<String>) -> T {
    text.and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default()
}
