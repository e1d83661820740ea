//! Removing what the journal knows of a case, in every run.

use std::collections::HashSet;
use std::path::PathBuf;

use rusqlite::{Connection, TransactionBehavior, params};
use serde_json::Value as Json;

use super::prune::{REMOVED, empty_log};
use super::seen::hidden;
use super::trouble::trouble;
use super::{Journal, KeyDigest, RunNumber, connect, key_digest, now};
use crate::diag::Result;
use crate::store::quotes::{Values, holds, without};

/// A case of a run.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CaseAt {
    /// The run.
    pub run: RunNumber,
    /// The id of the run.
    pub id: String,
    /// The place of the case within it.
    pub place: i64,
}

/// What the journal knows of a case.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Traces {
    /// The cases, a run each or more.
    pub cases: Vec<CaseAt>,
    /// What they did.
    pub effects: usize,
    /// What of them waits, or waited, for a person.
    pub approvals: usize,
    /// Files that they made.
    pub files: Vec<PathBuf>,
    /// Calls and updates that were delivered, each with how often.
    pub delivered: Vec<(String, usize)>,
    /// What models answered to them, as it was journaled.
    pub answers: Vec<String>,
    /// Runs whose summary or inputs quote it.
    pub quoted: Vec<(RunNumber, String)>,
    /// Runs without a table that were started with it: they are about it, and over then.
    pub whole: Vec<RunNumber>,
    /// Runs that it has started and that have not begun.
    pub to_come: Vec<String>,
    /// What waits of a run as a whole and quotes it, by number.
    pub shared: Vec<i64>,
    /// Marks by which a row of its key is known as seen.
    pub seen: usize,
}

/// The key of the one case of a run that has no table of cases.
const ONLY: &str = "run";

/// Marks of a key: the key, or a date and the key.
const SEEN: &str = "(key = ?1 OR (substr(key, 12) = ?1 \
     AND key GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] *')) \
     AND (?2 IS NULL OR workflow = ?2)";

impl Journal {
    /// Returns what the journal knows of a case, in the runs of a workflow or in all.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub fn traces(&self, key: &str, workflow: Option<&str>) -> Result<Traces> {
        self.read(|db| {
            let mut traces = Traces::default();
            quoted(db, key, workflow, &mut traces)?;
            traces.cases.extend(cases(db, key, workflow)?);
            traces.cases.dedup();
            for case in traces.cases.clone() {
                of_case(db, &case, &mut traces)?;
            }
            let sql = format!("SELECT count(*) FROM seen WHERE {SEEN}");
            traces.seen = db.query_row(&sql, params![key, workflow], |row| {
                super::runs::count(row, 0)
            })?;
            Ok(traces)
        })
    }

    /// Removes what was found of a case, whole or not at all, and notes by a digest that it was
    /// forgotten. What it had taken in the file is written over.
    ///
    /// # Errors
    /// If the journal cannot be written.
    pub async fn forget(&self, key: &str, workflow: Option<&str>, traces: &Traces) -> Result<()> {
        self.flush().await?;
        let whole = || -> rusqlite::Result<()> {
            let mut db = connect(&self.path, super::BUSY)?;
            db.query_row("PRAGMA secure_delete = ON", [], |_| Ok(()))?;
            let change = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
            remove(&change, key, workflow, traces)?;
            change.commit()?;
            empty_log(&db)
        };
        whole().map_err(|e| trouble(&self.path, &e))
    }

    /// Returns the digests of the keys that were forgotten since a run of a workflow began, at a
    /// moment in milliseconds since 1970: it does not take them up again.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub fn forgotten_since(&self, workflow: &str, began: i64) -> Result<HashSet<KeyDigest>> {
        self.read(|db| {
            let sql = "SELECT digest FROM forgotten WHERE at >= ?2 AND workflow IN ('', ?1)";
            let mut statement = db.prepare(sql)?;
            let rows = statement.query_map(params![workflow, began], |row| row.get(0))?;
            rows.collect()
        })
    }
}

/// Finds runs whose inputs or summary quote the key; one without a table that was started with it
/// is about it.
fn quoted(
    db: &Connection,
    key: &str,
    workflow: Option<&str>,
    traces: &mut Traces,
) -> rusqlite::Result<()> {
    let sql = "SELECT number, id, inputs, summary, only_case, \
         (SELECT count(*) FROM cases WHERE run = number), \
         EXISTS (SELECT 1 FROM cases WHERE run = number AND place = 0 AND key = ?3) \
         OR EXISTS (SELECT 1 FROM items WHERE run = number AND place = 0 AND key = ?3) FROM runs \
         WHERE (?2 IS NULL OR workflow = ?2) AND (instr(inputs, ?1) OR instr(summary, ?1) OR only_case = ?1)";
    let mut statement = db.prepare(sql)?;
    let mut rows = statement.query(params![key, workflow, ONLY])?;
    while let Some(row) = rows.next()? {
        let (run, id): (RunNumber, String) = (row.get(0)?, row.get(1)?);
        let holds = |text, values| parsed(text).is_some_and(|json| holds(&json, key, values));
        let is_input = holds(row.get(2)?, Values::All);
        let is_only = row.get::<_, Option<String>>(4)?.as_deref() == Some(key);
        if !is_input && !is_only && !holds(row.get(3)?, Values::Texts) {
            continue;
        }
        if is_input && row.get::<_, i64>(5)? <= 1 && row.get(6)? {
            let (id, place) = (id.clone(), 0);
            traces.cases.push(CaseAt { run, id, place });
            traces.whole.push(run);
        }
        traces.quoted.push((run, id));
    }
    let sql = "SELECT run, given FROM firings WHERE instr(given, ?1) AND (?2 IS NULL OR workflow = ?2) \
         AND NOT EXISTS (SELECT 1 FROM runs WHERE id = firings.run)";
    let mut statement = db.prepare(sql)?;
    let mut rows = statement.query(params![key, workflow])?;
    while let Some(row) = rows.next()? {
        if parsed(row.get(1)?).is_some_and(|json| holds(&json, key, Values::All)) {
            traces.to_come.push(row.get(0)?);
        }
    }
    let sql = "SELECT a.id, a.content, a.edited FROM approvals a JOIN runs r ON r.number = a.run \
         WHERE a.place < 0 AND instr(a.content || coalesce(a.edited, ''), ?1) AND (?2 IS NULL OR r.workflow = ?2)";
    let mut statement = db.prepare(sql)?;
    let ids = statement.query_map(params![key, workflow], |row| row.get(0))?;
    traces.shared = ids.collect::<rusqlite::Result<_>>()?;
    Ok(())
}

fn cases(db: &Connection, key: &str, workflow: Option<&str>) -> rusqlite::Result<Vec<CaseAt>> {
    let sql = "SELECT r.number, r.id, p.place FROM (SELECT run, place FROM items WHERE key = ?1 \
         UNION SELECT run, place FROM cases WHERE key = ?1 \
         UNION SELECT run, place FROM approvals WHERE case_key = ?1) p \
         JOIN runs r ON r.number = p.run \
         WHERE p.place >= 0 AND (?2 IS NULL OR r.workflow = ?2) ORDER BY 1, 3";
    let mut statement = db.prepare(sql)?;
    let rows = statement.query_map(params![key, workflow], |row| {
        Ok(CaseAt {
            run: row.get(0)?,
            id: row.get(1)?,
            place: row.get(2)?,
        })
    })?;
    rows.collect()
}

fn of_case(db: &Connection, case: &CaseAt, traces: &mut Traces) -> rusqlite::Result<()> {
    let folder: String = db.query_row(
        "SELECT folder FROM runs WHERE number = ?1",
        [case.run],
        |r| r.get(0),
    )?;
    let folder = PathBuf::from(folder);
    let sql = "SELECT kind, answer, request, state FROM effects WHERE run = ?1 AND place = ?2";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([case.run, case.place])?;
    while let Some(row) = rows.next()? {
        let kind: String = row.get(0)?;
        let answer: Option<String> = row.get(1)?;
        let (request, is_done) = (parsed(row.get(2)?), row.get::<_, String>(3)? == "done");
        traces.effects += 1;
        let said = parsed(answer.clone()).unwrap_or_default();
        let file = said["file"].as_str().map(|file| folder.join(file));
        traces.files.extend(file);
        match kind.as_str() {
            "llm" | "agent" => traces.answers.extend(answer),
            // The draft lies in a mailbox too.
            "email draft" => {
                if let Some(by) = said["by"].as_str() {
                    deliver(traces, by.to_owned());
                }
            }
            "tool" | "call" | "update" | "message" if is_done => {
                let to = ["tool", "table", "to"]
                    .iter()
                    .find_map(|field| request.as_ref()?[field].as_str().map(str::to_owned));
                deliver(traces, to.unwrap_or(kind));
            }
            _ => {}
        }
    }
    let sql = "SELECT file, state, part FROM approvals WHERE run = ?1 AND place = ?2";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([case.run, case.place])?;
    while let Some(row) = rows.next()? {
        traces.approvals += 1;
        let file: Option<String> = row.get(0)?;
        traces.files.extend(file.map(|file| folder.join(file)));
        if row.get::<_, String>(1)? == "sent" {
            deliver(traces, row.get(2)?);
        }
    }
    Ok(())
}

fn deliver(traces: &mut Traces, to: String) {
    match traces.delivered.iter_mut().find(|(name, _)| *name == to) {
        Some((_, n)) => *n += 1,
        None => traces.delivered.push((to, 1)),
    }
}

fn remove(
    db: &Connection,
    key: &str,
    workflow: Option<&str>,
    traces: &Traces,
) -> rusqlite::Result<()> {
    for answer in &traces.answers {
        db.execute("DELETE FROM answers WHERE answer = ?1", [answer])?;
    }
    for case in &traces.cases {
        for table in ["effects", "approvals", "cases", "legs"] {
            let sql = format!("DELETE FROM {table} WHERE run = ?1 AND place = ?2");
            db.execute(&sql, [case.run, case.place])?;
        }
        let sql = "DELETE FROM items WHERE run = ?1 AND place = ?2";
        if db.execute(sql, [case.run, case.place])? > 0 {
            let sql = "UPDATE runs SET kept_rows = kept_rows - 1 WHERE number = ?1";
            db.execute(sql, [case.run])?;
        }
        // Why a run is not done quotes the first case that waits.
        let sql = "UPDATE runs SET why = NULL WHERE number = ?1 AND status = 'held'";
        db.execute(sql, [case.run])?;
    }
    for run in &traces.whole {
        let sql = "UPDATE runs SET status = 'done', ended = coalesce(ended, ?2), wakes = NULL WHERE number = ?1";
        db.execute(sql, params![run, now()])?;
    }
    for run in &traces.to_come {
        let sql = "UPDATE firings SET given = 'null', problem = ?2 WHERE run = ?1";
        db.execute(sql, params![run, REMOVED])?;
    }
    for (run, id) in &traces.quoted {
        let sql = "SELECT inputs, summary, only_case FROM runs WHERE number = ?1";
        let (inputs, summary, only): (String, Option<String>, Option<String>) =
            db.query_row(sql, [run], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })?;
        let clean = |text, values| parsed(text).map(|j| without(j, key, values).to_string());
        let inputs = clean(Some(inputs), Values::All);
        let summary = clean(summary, Values::Texts);
        let only = only.map(|only| if only == key { hidden(key) } else { only });
        let sql = "UPDATE runs SET inputs = coalesce(?2, inputs), summary = ?3, only_case = ?4 WHERE number = ?1";
        db.execute(sql, params![run, inputs, summary, only])?;
        let sql = "UPDATE firings SET given = ?2 WHERE run = ?1";
        db.execute(sql, params![id, inputs.unwrap_or_default()])?;
    }
    let sql = format!("SELECT workflow, of, key FROM seen WHERE {SEEN}");
    let marks: Vec<(String, String, String)> = db
        .prepare(&sql)?
        .query_map(params![key, workflow], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?
        .collect::<rusqlite::Result<_>>()?;
    for (workflow, of, mark) in marks {
        let sql =
            "UPDATE OR REPLACE seen SET key = ?4 WHERE workflow = ?1 AND of = ?2 AND key = ?3";
        db.execute(sql, params![workflow, of, mark, hidden(&mark)])?;
    }
    let sql = "INSERT OR REPLACE INTO forgotten VALUES (?1, ?2, ?3)";
    db.execute(sql, params![workflow.unwrap_or(""), key_digest(key), now()])
        .map(|_| ())
}

fn parsed(text: Option<String>) -> Option<Json> {
    serde_json::from_str(&text?).ok()
}
