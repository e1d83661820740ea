//! Which workflows run by themselves, and what has started them.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::Value as Json;

use super::Journal;
use crate::diag::Result;

/// A workflow that runs by itself, or did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watch {
    /// The workflow.
    pub workflow: String,
    /// Does it run by itself now?
    pub enabled: bool,
    /// Since when, in milliseconds since 1970: nothing before it is made up for.
    pub since: i64,
    /// Who said so.
    pub by: String,
}

/// Something that started a run, or is about to.
#[derive(Debug, Clone, PartialEq)]
pub struct Firing {
    /// The workflow.
    pub workflow: String,
    /// The kind of trigger.
    pub kind: String,
    /// What tells it apart from others of the kind: for a schedule the time that it is for.
    pub what: String,
    /// The time that it is for, in milliseconds since 1970.
    pub at: i64,
    /// The id of the run.
    pub run: String,
    /// What the run is given as `trigger`.
    pub trigger: Json,
    /// Why the run could not begin.
    pub problem: Option<String>,
}

const COLUMNS: &str = "workflow, kind, what, at, run, given, problem";

impl Journal {
    /// Lets a workflow run by itself from a moment on, in milliseconds since 1970, or no longer.
    ///
    /// # Errors
    /// If it cannot be written.
    pub async fn watch(&self, workflow: &str, enabled: bool, by: &str, at: i64) -> Result<()> {
        let (workflow, by) = (workflow.to_owned(), by.to_owned());
        self.write(move |db| {
            let sql = "INSERT INTO watches VALUES (?1, ?2, ?3, ?4, ?3) ON CONFLICT (workflow) DO UPDATE \
                 SET since = iif(enabled = excluded.enabled, since, excluded.since), \
                     enabled = excluded.enabled, by = excluded.by, changed = excluded.changed";
            db.execute(sql, params![workflow, enabled, at, by])
                .map(|_| ())
        })
        .await
    }

    /// Returns the workflows that run by themselves, or did, in the order of their names.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub fn watches(&self) -> Result<Vec<Watch>> {
        self.read(|db| {
            let sql = "SELECT workflow, enabled, since, by FROM watches ORDER BY workflow";
            let mut statement = db.prepare_cached(sql)?;
            let rows = statement.query_map([], |row| {
                Ok(Watch {
                    workflow: row.get(0)?,
                    enabled: row.get(1)?,
                    since: row.get(2)?,
                    by: row.get(3)?,
                })
            })?;
            rows.collect()
        })
    }

    /// Returns when it was last said what runs by itself, in milliseconds since 1970.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub fn watches_changed(&self) -> Result<i64> {
        self.read(|db| {
            let sql = "SELECT coalesce(max(changed), 0) FROM watches";
            db.prepare_cached(sql)?.query_row([], |row| row.get(0))
        })
    }

    /// Notes that something starts a run; false if it has done so before.
    ///
    /// # Errors
    /// If it cannot be written.
    pub async fn fire(&self, firing: Firing) -> Result<bool> {
        let first = self.fire_once(firing, Vec::new()).await?;
        Ok(first.is_none())
    }

    /// Notes that something starts a run. Returns the run that was started before, where the same
    /// has come before, or something under one of the other names; then nothing more is started.
    ///
    /// # Errors
    /// If it cannot be written.
    pub async fn fire_once(&self, firing: Firing, names: Vec<String>) -> Result<Option<String>> {
        let (told, first) = std::sync::mpsc::sync_channel(1);
        self.write(move |db| {
            let before = first_run(db, &firing, &names)?;
            if before.is_none() {
                insert(db, &firing)?;
            }
            let run = before.as_ref().unwrap_or(&firing.run);
            // A new name of an event that is known.
            let sql = "INSERT OR IGNORE INTO events VALUES (?1, ?2, ?3)";
            for name in &names {
                db.prepare_cached(sql)?
                    .execute(params![firing.workflow, name, run])?;
            }
            // Nobody waits for it any more where the journal is being closed.
            let _ = told.send(before);
            Ok(())
        })
        .await?;
        first.try_recv().map_err(|_| self.gone())
    }

    /// Returns what started a run, if it started by itself.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub fn firing(&self, run: &str) -> Result<Option<Firing>> {
        self.read(|db| {
            let sql = format!("SELECT {COLUMNS} FROM firings WHERE run = ?1");
            let mut statement = db.prepare_cached(&sql)?;
            statement.query_row([run], firing_of).optional()
        })
    }

    /// Notes why the run of a firing could not begin: it is not tried again.
    ///
    /// # Errors
    /// If it cannot be written.
    pub async fn not_begun(&self, run: &str, why: &str) -> Result<()> {
        let (run, why) = (run.to_owned(), why.to_owned());
        self.write(move |db| {
            let sql = "UPDATE firings SET problem = ?2 WHERE run = ?1";
            db.execute(sql, params![run, why]).map(|_| ())
        })
        .await
    }

    /// Returns the last firing of a workflow by a kind of trigger.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub fn last_firing(&self, workflow: &str, kind: &str) -> Result<Option<Firing>> {
        self.read(|db| {
            let sql = format!(
                "SELECT {COLUMNS} FROM firings WHERE workflow = ?1 AND kind = ?2 ORDER BY at DESC LIMIT 1"
            );
            let mut statement = db.prepare_cached(&sql)?;
            statement.query_row([workflow, kind], firing_of).optional()
        })
    }

    /// Returns the workflow and run of each firing whose run never began, as after a crash between
    /// the two, in the order of their times.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub fn not_begun_yet(&self) -> Result<Vec<(String, String)>> {
        self.read(|db| {
            let sql = "SELECT workflow, run FROM firings WHERE problem IS NULL \
                 AND NOT EXISTS (SELECT 1 FROM runs WHERE id = firings.run) ORDER BY at, run";
            let mut statement = db.prepare(sql)?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect()
        })
    }

    /// Returns the ids of the runs that were started by themselves and are not done.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub fn fired_and_unfinished(&self) -> Result<Vec<String>> {
        self.read(|db| {
            let sql = "SELECT runs.id FROM runs JOIN firings ON firings.run = runs.id \
                 WHERE runs.status IN ('under way', 'cut short') ORDER BY runs.number";
            let mut statement = db.prepare(sql)?;
            let rows = statement.query_map([], |row| row.get(0))?;
            rows.collect()
        })
    }
}

/// Returns the run that an event started before, under any of its names.
fn first_run(
    db: &Connection,
    firing: &Firing,
    names: &[String],
) -> rusqlite::Result<Option<String>> {
    let sql = "SELECT run FROM firings WHERE workflow = ?1 AND kind = ?2 AND what = ?3";
    let known: Option<String> = db
        .prepare_cached(sql)?
        .query_row([&firing.workflow, &firing.kind, &firing.what], |r| r.get(0))
        .optional()?;
    if known.is_some() {
        return Ok(known);
    }
    for name in names {
        let sql = "SELECT run FROM events WHERE workflow = ?1 AND name = ?2";
        let known: Option<String> = db
            .prepare_cached(sql)?
            .query_row([&firing.workflow, name], |r| r.get(0))
            .optional()?;
        if known.is_some() {
            return Ok(known);
        }
    }
    Ok(None)
}

/// Adds a firing.
pub(super) fn insert(db: &Connection, firing: &Firing) -> rusqlite::Result<()> {
    let sql = "INSERT OR IGNORE INTO firings (workflow, kind, what, at, run, given) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let given = firing.trigger.to_string();
    let Firing {
        workflow,
        kind,
        what,
        at,
        run,
        ..
    } = firing;
    db.prepare_cached(sql)?
        .execute(params![workflow, kind, what, at, run, given])
        .map(|_| ())
}

fn firing_of(row: &Row<'_>) -> rusqlite::Result<Firing> {
    Ok(Firing {
        workflow: row.get(0)?,
        kind: row.get(1)?,
        what: row.get(2)?,
        at: row.get(3)?,
        run: row.get(4)?,
        trigger: serde_json::from_str(&row.get::<_, String>(5)?).unwrap_or_default(),
        problem: row.get(6)?,
    })
}
