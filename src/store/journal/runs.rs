//! Runs, and the versions of workflows that they are of.

use std::path::PathBuf;

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::Value as Json;

use super::{Journal, now};
use crate::diag::{Error, Result, did_you_mean};
use crate::engine::RunInfo;
use crate::store::Fingerprint;

/// What a run is known by within the journal.
pub type RunNumber = i64;

/// How far a run got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// It is under way.
    Running,
    /// It was ended by a crash, a kill or a loss of power, and can be resumed.
    CutShort,
    /// Cases wait: for a person, a time or an event.
    Held,
    /// A limit ended it before all cases were done.
    Limited,
    /// Something that its cases cannot do without was down, before all were done.
    Paused,
    /// All its cases are done.
    Done,
}

impl RunStatus {
    const ALL: [RunStatus; 6] = [
        RunStatus::Running,
        RunStatus::CutShort,
        RunStatus::Held,
        RunStatus::Limited,
        RunStatus::Paused,
        RunStatus::Done,
    ];

    /// Returns it in words.
    pub fn words(self) -> &'static str {
        match self {
            RunStatus::Running => "under way",
            RunStatus::CutShort => "cut short",
            RunStatus::Held => "held",
            RunStatus::Limited => "stopped at a limit",
            RunStatus::Paused => "paused",
            RunStatus::Done => "done",
        }
    }

    fn of(words: &str) -> Self {
        let found = Self::ALL.into_iter().find(|s| s.words() == words);
        found.unwrap_or(RunStatus::CutShort)
    }
}

/// A run that begins.
#[derive(Debug, Clone)]
pub struct NewRun {
    /// Its id, workflow and clock.
    pub info: RunInfo,
    /// The version of the workflow, which is kept with it.
    pub version: VersionText,
    /// What started it gave.
    pub inputs: Json,
    /// Only the case of this key.
    pub only: Option<String>,
    /// Where its files go.
    pub folder: PathBuf,
    /// Where its results go.
    pub results: PathBuf,
    /// Are the rows of its cases kept before the first case begins?
    pub keeps_rows: bool,
    /// Who does what its cases want of the world outside, where it is not this program itself.
    pub engine: Option<String>,
}

/// A version of a workflow as it was read, with its SOP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionText {
    /// What it is known by.
    pub fingerprint: String,
    /// The document.
    pub workflow: String,
    /// The SOP.
    pub sop: String,
}

impl VersionText {
    /// Returns the version of a document.
    pub fn of(workflow: String, sop: String) -> Self {
        VersionText {
            fingerprint: Fingerprint::of(&workflow).as_str().to_owned(),
            workflow,
            sop,
        }
    }
}

/// A run as it was journaled.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// What it is known by within the journal.
    pub number: RunNumber,
    /// Its id, workflow and clock.
    pub info: RunInfo,
    /// The fingerprint of the version that it is of.
    pub version: String,
    /// What started it gave.
    pub inputs: Json,
    /// Only the case of this key.
    pub only: Option<String>,
    /// Where its files are.
    pub folder: PathBuf,
    /// Where its results are.
    pub results: PathBuf,
    /// Milliseconds since 1970.
    pub started: i64,
    /// Milliseconds since 1970.
    pub ended: Option<i64>,
    /// How far it got.
    pub status: RunStatus,
    /// Why it is not done.
    pub why: Option<String>,
    /// Are the rows of its cases kept before the first case begins?
    pub keeps_rows: bool,
    /// How many rows were kept, once all were.
    pub kept_rows: Option<usize>,
    /// How often it was resumed.
    pub resumed: usize,
    /// What it came to, once it ended.
    pub summary: Option<Json>,
    /// Cases that are finished.
    pub finished: usize,
    /// Of these, those that failed.
    pub failed: usize,
    /// Who does what its cases want of the world outside, where it is not this program itself.
    pub engine: Option<String>,
}

const COLUMNS: &str = "number, id, workflow, date, time, version, inputs, only_case, folder, \
     results, started, ended, status, why, keeps_rows, kept_rows, resumed, summary, engine";

impl Journal {
    /// Begins a run, and returns its number once it is on the disk.
    ///
    /// # Errors
    /// If it cannot be written, or there is a run of that id.
    pub async fn begin_run(&self, run: NewRun) -> Result<RunNumber> {
        let id = run.info.id.clone();
        self.write(move |db| insert(db, &run)).await?;
        self.read(|db| db.query_row("SELECT number FROM runs WHERE id = ?1", [&id], |r| r.get(0)))
    }

    /// Notes that a run is resumed.
    ///
    /// # Errors
    /// If it cannot be written.
    pub async fn resume_run(&self, run: RunNumber) -> Result<()> {
        self.write(move |db| {
            let sql = "UPDATE runs SET status = ?2, why = NULL, ended = NULL, wakes = NULL, resumed = resumed + 1 WHERE number = ?1";
            db.execute(sql, params![run, RunStatus::Running.words()]).map(|_| ())
        })
        .await
    }

    /// Ends a run, and returns once everything of it is on the disk. `wakes` is when cases that
    /// wait can go on, in milliseconds since 1970, where that is known.
    ///
    /// # Errors
    /// If it cannot be written.
    pub async fn end_run(
        &self,
        run: RunNumber,
        status: RunStatus,
        why: Option<String>,
        wakes: Option<i64>,
        summary: &Json,
    ) -> Result<()> {
        let summary = summary.to_string();
        self.write(move |db| {
            // A person may have answered, or an event come, while it was under way.
            let sql = "UPDATE runs SET status = ?2, why = ?3, ended = ?4, summary = ?5, \
                 wakes = CASE WHEN wakes IS NULL THEN ?6 ELSE min(wakes, coalesce(?6, wakes)) END \
                 WHERE number = ?1";
            db.execute(
                sql,
                params![run, status.words(), why, now(), summary, wakes],
            )
            .map(|_| ())
        })
        .await
    }

    /// Returns the last runs, the newest first.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub fn runs(&self, workflow: Option<&str>, most: usize) -> Result<Vec<Run>> {
        let mut runs = self.read(|db| {
            let sql = format!(
                "SELECT {COLUMNS} FROM runs WHERE ?1 IS NULL OR workflow = ?1 ORDER BY number DESC LIMIT ?2"
            );
            let mut statement = db.prepare(&sql)?;
            let rows = statement.query_map(params![workflow, most as i64], run_of)?;
            rows.collect::<rusqlite::Result<Vec<Run>>>()
        })?;
        for run in &mut runs {
            self.complete(run)?;
        }
        Ok(runs)
    }

    /// Returns the run of an id.
    ///
    /// # Errors
    /// If there is none, with the nearest, or the journal cannot be read.
    pub fn run(&self, id: &str) -> Result<Run> {
        let sql = format!("SELECT {COLUMNS} FROM runs WHERE id = ?1");
        let found = self.read(|db| db.query_row(&sql, [id], run_of).optional())?;
        let Some(mut run) = found else {
            let known = self.runs(None, 200)?;
            let help = did_you_mean(id, known.iter().map(|r| r.info.id.as_str()))
                .unwrap_or_else(|| "`sopwright runs list` lists them.".to_owned());
            return Err(Error::input(format!("There is no run `{id}`")).help(help));
        };
        self.complete(&mut run)?;
        Ok(run)
    }

    /// Has a run of an id begun?
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub fn has_run(&self, id: &str) -> Result<bool> {
        self.read(|db| {
            let sql = "SELECT 1 FROM runs WHERE id = ?1";
            db.prepare_cached(sql)?.exists([id])
        })
    }

    /// Returns the run of a number.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub fn run_of_number(&self, number: RunNumber) -> Result<Run> {
        let sql = format!("SELECT {COLUMNS} FROM runs WHERE number = ?1");
        let mut run = self.read(|db| db.query_row(&sql, [number], run_of))?;
        self.complete(&mut run)?;
        Ok(run)
    }

    /// Returns the last run of a workflow if it was cut short, or waits for a person or for what is
    /// down.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub fn cut_short(&self, workflow: Option<&str>) -> Result<Option<Run>> {
        let runs = self.runs(workflow, 1)?;
        Ok(runs.into_iter().find(|run| {
            matches!(
                run.status,
                RunStatus::CutShort | RunStatus::Held | RunStatus::Paused
            )
        }))
    }

    /// Returns the version of a workflow that runs were of.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub fn version(&self, fingerprint: &str) -> Result<VersionText> {
        self.read(|db| {
            let sql = "SELECT fingerprint, workflow, sop FROM versions WHERE fingerprint = ?1";
            db.query_row(sql, [fingerprint], |row| {
                Ok(VersionText {
                    fingerprint: row.get(0)?,
                    workflow: row.get(1)?,
                    sop: row.get(2)?,
                })
            })
        })
    }

    /// Sets what the record of a run does not say by itself.
    fn complete(&self, run: &mut Run) -> Result<()> {
        if run.status == RunStatus::Running && self.is_free(&run.info.id) {
            run.status = RunStatus::CutShort;
        }
        // What a run came to is counted already.
        let told = |name: &str| {
            let summary = run
                .summary
                .as_ref()
                .filter(|_| run.status != RunStatus::CutShort)?;
            summary[name].as_u64().and_then(|n| usize::try_from(n).ok())
        };
        if let (Some(finished), Some(failed)) = (told("cases"), told("failed")) {
            (run.finished, run.failed) = (finished, failed);
            return Ok(());
        }
        (run.finished, run.failed) = self.read(|db| {
            let sql =
                "SELECT count(*), coalesce(sum(status = 'failed'), 0) FROM cases WHERE run = ?1";
            db.query_row(sql, [run.number], |r| Ok((count(r, 0)?, count(r, 1)?)))
        })?;
        Ok(())
    }
}

fn insert(db: &Connection, run: &NewRun) -> rusqlite::Result<()> {
    let version = &run.version;
    db.execute(
        "INSERT OR IGNORE INTO versions VALUES (?1, ?2, ?3)",
        params![version.fingerprint, version.workflow, version.sop],
    )?;
    db.execute(
        "INSERT INTO runs (id, workflow, version, date, time, inputs, only_case, folder, results, \
         started, status, keeps_rows, engine) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        params![
            run.info.id,
            run.info.workflow,
            version.fingerprint,
            run.info.date,
            run.info.time,
            run.inputs.to_string(),
            run.only,
            run.folder.to_string_lossy(),
            run.results.to_string_lossy(),
            now(),
            RunStatus::Running.words(),
            run.keeps_rows,
            run.engine,
        ],
    )?;
    Ok(())
}

fn run_of(row: &Row<'_>) -> rusqlite::Result<Run> {
    let json = |text: String| serde_json::from_str(&text).unwrap_or_default();
    let kept: Option<i64> = row.get(15)?;
    Ok(Run {
        number: row.get(0)?,
        info: RunInfo {
            id: row.get(1)?,
            workflow: row.get(2)?,
            date: row.get(3)?,
            time: row.get(4)?,
        },
        version: row.get(5)?,
        inputs: json(row.get(6)?),
        only: row.get(7)?,
        folder: PathBuf::from(row.get::<_, String>(8)?),
        results: PathBuf::from(row.get::<_, String>(9)?),
        started: row.get(10)?,
        ended: row.get(11)?,
        status: RunStatus::of(&row.get::<_, String>(12)?),
        why: row.get(13)?,
        keeps_rows: row.get(14)?,
        kept_rows: kept.and_then(|n| usize::try_from(n).ok()),
        resumed: count(row, 16)?,
        summary: row.get::<_, Option<String>>(17)?.map(json),
        finished: 0,
        failed: 0,
        engine: row.get(18)?,
    })
}

/// Returns a column that counts something.
pub(super) fn count(row: &Row<'_>, column: usize) -> rusqlite::Result<usize> {
    Ok(usize::try_from(row.get::<_, i64>(column)?).unwrap_or(0))
}
