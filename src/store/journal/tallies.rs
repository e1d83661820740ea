//! Counts over the whole journal, for those who watch over it.

use rusqlite::Connection;

use super::Journal;
use crate::diag::Result;

/// Counts over the whole journal.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tallies {
    /// Runs: workflow, status, number.
    pub runs: Vec<(String, String, i64)>,
    /// Finished cases: workflow, status, number.
    pub cases: Vec<(String, String, i64)>,
    /// What models cost in runs that ended, in US dollars, by workflow.
    pub cost: Vec<(String, f64)>,
    /// What started no run, by workflow.
    pub not_run: Vec<(String, i64)>,
    /// What waits for a person.
    pub approvals: i64,
}

/// Cases of runs that ended are counted in their summary; only those under way are looked through.
const CASES: &str = "
SELECT workflow, status, sum(number) FROM (
  SELECT workflow, 'done' AS status, json_extract(summary, '$.done') AS number FROM runs WHERE summary IS NOT NULL
  UNION ALL
  SELECT workflow, 'stopped', json_extract(summary, '$.stopped') FROM runs WHERE summary IS NOT NULL
  UNION ALL
  SELECT workflow, 'failed', json_extract(summary, '$.failed') FROM runs WHERE summary IS NOT NULL
  UNION ALL
  SELECT runs.workflow, cases.status, 1 FROM runs JOIN cases ON cases.run = runs.number
   WHERE runs.summary IS NULL
) GROUP BY 1, 2 HAVING sum(number) > 0 ORDER BY 1, 2";

impl Journal {
    /// Returns counts over the whole journal.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub fn tallies(&self) -> Result<Tallies> {
        self.read(|db| {
            Ok(Tallies {
                runs: triples(
                    db,
                    "SELECT workflow, status, count(*) FROM runs GROUP BY 1, 2 ORDER BY 1, 2",
                )?,
                cases: triples(db, CASES)?,
                cost: pairs(
                    db,
                    "SELECT workflow, total(json_extract(summary, '$.model_cost_usd')) FROM runs GROUP BY 1 ORDER BY 1",
                )?,
                not_run: pairs(
                    db,
                    "SELECT workflow, count(*) FROM firings WHERE problem <> 'its run was removed' GROUP BY 1 ORDER BY 1",
                )?,
                approvals: db.query_row(
                    "SELECT count(*) FROM approvals WHERE state = 'waiting'",
                    [],
                    |row| row.get(0),
                )?,
            })
        })
    }

    /// Sees whether the journal can be written, and changes nothing.
    ///
    /// # Errors
    /// If it cannot.
    pub async fn try_write(&self) -> Result<()> {
        self.write(|db| {
            db.execute("UPDATE watches SET changed = changed WHERE 0", [])
                .map(|_| ())
        })
        .await
    }
}

fn triples(db: &Connection, sql: &str) -> rusqlite::Result<Vec<(String, String, i64)>> {
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    rows.collect()
}

fn pairs<T: rusqlite::types::FromSql>(
    db: &Connection,
    sql: &str,
) -> rusqlite::Result<Vec<(String, T)>> {
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}
