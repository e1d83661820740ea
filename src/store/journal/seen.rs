//! The rows of tables that are watched: which were seen, and which have started a run.

use rusqlite::{Connection, OptionalExtension, params};

use super::{Firing, Journal, watches};
use crate::diag::Result;

/// The last time that a table was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// What was watched: another table, or other rows of it, are watched anew.
    pub of: String,
    /// The day, `YYYY-MM-DD`, as the workflow counts days.
    pub day: String,
    /// Milliseconds since 1970.
    pub at: i64,
}

impl Journal {
    /// Returns the last look for a workflow.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub fn last_look(&self, workflow: &str) -> Result<Option<Look>> {
        self.read(|db| {
            let sql = "SELECT of, day, at FROM looks WHERE workflow = ?1";
            let mut statement = db.prepare_cached(sql)?;
            let look = statement.query_row([workflow], |row| {
                Ok(Look {
                    of: row.get(0)?,
                    day: row.get(1)?,
                    at: row.get(2)?,
                })
            });
            look.optional()
        })
    }

    /// Returns those of the keys that were not seen before, in their order.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub fn not_seen(&self, workflow: &str, of: &str, keys: Vec<String>) -> Result<Vec<String>> {
        self.read(|db| {
            let sql = "SELECT 1 FROM seen WHERE workflow = ?1 AND of = ?2 AND key = ?3";
            let mut statement = db.prepare_cached(sql)?;
            let mut fresh = Vec::new();
            for key in keys {
                if !statement.exists([workflow, of, &key])?
                    && !statement.exists([workflow, of, &hidden(&key)])?
                {
                    fresh.push(key);
                }
            }
            Ok(fresh)
        })
    }

    /// Notes that keys were seen which start no run: they were there before.
    ///
    /// # Errors
    /// If it cannot be written.
    pub async fn see(&self, workflow: &str, of: &str, keys: Vec<String>) -> Result<()> {
        let (workflow, of) = (workflow.to_owned(), of.to_owned());
        self.write(move |db| insert(db, &workflow, &of, &keys, None))
            .await
    }

    /// Notes that keys were seen, and the run that they start: both, or neither.
    ///
    /// # Errors
    /// If it cannot be written.
    pub async fn fire_seen(&self, firing: Firing, of: &str, keys: Vec<String>) -> Result<()> {
        let of = of.to_owned();
        self.write(move |db| {
            insert(db, &firing.workflow, &of, &keys, Some(&firing.run))?;
            watches::insert(db, &firing)
        })
        .await
    }

    /// Notes that a table was looked through; marks below one, if given, are never asked for again.
    ///
    /// # Errors
    /// If it cannot be written.
    pub async fn looked(&self, workflow: &str, look: Look, below: Option<String>) -> Result<()> {
        let workflow = workflow.to_owned();
        self.write(move |db| {
            let sql = "INSERT INTO looks VALUES (?1, ?2, ?3, ?4) ON CONFLICT (workflow) DO UPDATE \
                 SET of = excluded.of, day = excluded.day, at = excluded.at";
            db.execute(sql, params![workflow, look.of, look.day, look.at])?;
            // What was watched before is watched no more.
            let sql = "DELETE FROM seen WHERE workflow = ?1 AND (of <> ?2 OR key < ?3)";
            db.prepare_cached(sql)?
                .execute(params![workflow, look.of, below.unwrap_or_default()])
                .map(|_| ())
        })
        .await
    }
}

/// Returns the mark of a key that was forgotten: it stays seen, and nobody can read who it was. It
/// comes after every date, so that it is not taken for an old one.
pub(super) fn hidden(key: &str) -> String {
    let digest = super::key_digest(key);
    let hex: String = digest.iter().map(|b| format!("{b:02x}")).collect();
    format!("~{hex}")
}

fn insert(
    db: &Connection,
    workflow: &str,
    of: &str,
    keys: &[String],
    run: Option<&str>,
) -> rusqlite::Result<()> {
    let sql = "INSERT OR IGNORE INTO seen VALUES (?1, ?2, ?3, ?4)";
    let mut statement = db.prepare_cached(sql)?;
    for key in keys {
        statement.execute(params![workflow, of, key, run])?;
    }
    Ok(())
}
