//! Removing runs that are over, and giving their room back.

use rusqlite::{Connection, params};

use super::{Journal, RunNumber, connect, trouble::trouble};
use crate::diag::Result;

/// What is noted of a firing whose run was removed, so that it does not start another.
pub const REMOVED: &str = "its run was removed";

/// Places of a run that are removed in one change, so that others get to write between two.
const STEP: i64 = 20_000;

/// A run that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Over {
    /// What it is known by within the journal.
    pub number: RunNumber,
    /// Its id.
    pub id: String,
    /// Its cases.
    pub cases: u64,
}

/// The room that the journal takes, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Room {
    /// Of its file.
    pub file: u64,
    /// Of the file, what is free for later.
    pub free: u64,
}

/// Nothing of a run waits: all its cases are done, and all that was put before a person is decided.
const IS_OVER: &str = "r.status = 'done' AND NOT EXISTS (SELECT 1 FROM approvals a \
     WHERE a.run = r.number AND a.state IN ('waiting', 'approved', 'sending'))";

impl Journal {
    /// Returns the runs that were over before a moment (milliseconds since 1970), the oldest first,
    /// and how many as old are kept, since something of them still waits.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub fn over_before(&self, before: i64) -> Result<(Vec<Over>, usize)> {
        self.read(|db| {
            let sql = format!(
                "SELECT r.number, r.id, coalesce(r.summary ->> '$.cases', 0), {IS_OVER} FROM runs r \
                 WHERE coalesce(r.ended, r.started) < ?1 ORDER BY r.number"
            );
            let mut statement = db.prepare(&sql)?;
            let mut rows = statement.query([before])?;
            let (mut over, mut kept) = (Vec::new(), 0);
            while let Some(row) = rows.next()? {
                if !row.get::<_, bool>(3)? {
                    kept += 1;
                    continue;
                }
                over.push(Over {
                    number: row.get(0)?,
                    id: row.get(1)?,
                    cases: u64::try_from(row.get::<_, i64>(2)?).unwrap_or(0),
                });
            }
            Ok((over, kept))
        })
    }

    /// Removes a run with its rows, cases, effects, decided approvals and spending, piece by piece;
    /// what started it stays known as having started it. A run that is not over by now is left.
    ///
    /// # Errors
    /// If the journal cannot be written. What is left then is removed the next time.
    pub async fn remove_run(&self, run: &Over) -> Result<()> {
        let number = run.number;
        let last: i64 = self.read(|db| {
            let sql = "SELECT max(coalesce((SELECT max(place) FROM cases WHERE run = ?1), -1), \
                 coalesce((SELECT max(place) FROM items WHERE run = ?1), -1))";
            db.query_row(sql, [number], |row| row.get(0))
        })?;
        let mut below = STEP.min(last + 1);
        loop {
            self.write(move |db| {
                if !is_over(db, number)? {
                    return Ok(());
                }
                for table in ["effects", "cases", "items"] {
                    let sql = format!("DELETE FROM {table} WHERE run = ?1 AND place < ?2");
                    db.prepare_cached(&sql)?.execute([number, below])?;
                }
                Ok(())
            })
            .await?;
            if below > last {
                break;
            }
            below = (below + STEP).min(last + 1);
        }
        let id = run.id.clone();
        self.write(move |db| {
            if !is_over(db, number)? {
                return Ok(());
            }
            for table in ["approvals", "spending", "effects", "legs"] {
                db.execute(&format!("DELETE FROM {table} WHERE run = ?1"), [number])?;
            }
            let sql = "UPDATE firings SET given = 'null', problem = ?2 WHERE run = ?1";
            db.execute(sql, params![id, REMOVED])?;
            db.execute("DELETE FROM runs WHERE number = ?1", [number])?;
            let orphans =
                "DELETE FROM versions WHERE fingerprint NOT IN (SELECT version FROM runs)";
            db.execute(orphans, []).map(|_| ())
        })
        .await
    }

    /// Returns the room that the journal takes.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn room(&self) -> Result<Room> {
        self.read(|db| {
            let ask = |name: &str| -> rusqlite::Result<u64> {
                let n: i64 = db.pragma_query_value(None, name, |row| row.get(0))?;
                Ok(u64::try_from(n).unwrap_or(0))
            };
            let page = ask("page_size")?;
            Ok(Room {
                file: ask("page_count")? * page,
                free: ask("freelist_count")? * page,
            })
        })
    }

    /// Is a run under way, or a server up, that would have to wait while room is given back?
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub fn is_in_use(&self) -> Result<bool> {
        let under_way: Vec<String> = self.read(|db| {
            let mut statement = db.prepare("SELECT id FROM runs WHERE status = 'under way'")?;
            let rows = statement.query_map([], |row| row.get(0))?;
            rows.collect()
        })?;
        Ok(self.hold_server()?.is_none() || under_way.iter().any(|id| !self.is_free(id)))
    }

    /// Gives free room back to the disk. It writes the file anew, which others wait for.
    ///
    /// # Errors
    /// If the disk has no room for it, or another program reads the journal; nothing is lost then.
    pub fn give_back(&self) -> Result<()> {
        let give = || -> rusqlite::Result<()> {
            let db = connect(&self.path, super::BUSY)?;
            db.execute_batch("VACUUM")?;
            empty_log(&db)
        };
        give().map_err(|e| trouble(&self.path, &e))
    }
}

/// Empties the write-ahead log, which keeps a copy of what was written last.
pub(super) fn empty_log(db: &Connection) -> rusqlite::Result<()> {
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
}

fn is_over(db: &Connection, run: RunNumber) -> rusqlite::Result<bool> {
    let sql = format!("SELECT 1 FROM runs r WHERE r.number = ?1 AND {IS_OVER}");
    db.prepare_cached(&sql)?.exists([run])
}
