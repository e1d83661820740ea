//! The tables of the journal, and how an older file becomes one of today.

use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use super::now;

/// One step for each version of the file, from the first on. What is released is never changed.
const MIGRATIONS: [&str; 7] = [FIRST, TRIGGERS, EVENTS, WAITS, SPENDING, ENGINES, FORGOTTEN];

/// Cases and their rows are two tables, so that both are only ever added to. Times are
/// milliseconds since 1970, structures are JSON.
const FIRST: &str = "
CREATE TABLE versions (
  fingerprint TEXT PRIMARY KEY, workflow TEXT NOT NULL, sop TEXT NOT NULL
) STRICT;
CREATE TABLE runs (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, workflow TEXT NOT NULL,
  version TEXT NOT NULL REFERENCES versions, date TEXT NOT NULL, time TEXT NOT NULL,
  inputs TEXT NOT NULL, only_case TEXT, folder TEXT NOT NULL, results TEXT NOT NULL,
  started INTEGER NOT NULL, ended INTEGER, status TEXT NOT NULL, why TEXT,
  keeps_rows INTEGER NOT NULL, kept_rows INTEGER, resumed INTEGER NOT NULL DEFAULT 0, summary TEXT
) STRICT;
CREATE INDEX runs_by_workflow ON runs (workflow, number);
CREATE TABLE items (
  run INTEGER NOT NULL, place INTEGER NOT NULL, key TEXT NOT NULL, item TEXT,
  PRIMARY KEY (run, place)
) STRICT, WITHOUT ROWID;
CREATE TABLE cases (
  run INTEGER NOT NULL, place INTEGER NOT NULL, key TEXT NOT NULL, status TEXT NOT NULL,
  result TEXT, because TEXT, caveats TEXT, way TEXT, ended TEXT,
  PRIMARY KEY (run, place)
) STRICT, WITHOUT ROWID;
CREATE TABLE effects (
  run INTEGER NOT NULL, place INTEGER NOT NULL, part TEXT NOT NULL, turn INTEGER NOT NULL,
  kind TEXT NOT NULL, key TEXT NOT NULL, state TEXT NOT NULL, request TEXT, answer TEXT,
  begun INTEGER NOT NULL, ended INTEGER,
  PRIMARY KEY (run, place, part, turn)
) STRICT, WITHOUT ROWID;
CREATE TABLE approvals (
  id INTEGER PRIMARY KEY AUTOINCREMENT, run INTEGER NOT NULL, place INTEGER NOT NULL,
  case_key TEXT NOT NULL, part TEXT NOT NULL, turn INTEGER NOT NULL, key TEXT NOT NULL UNIQUE,
  reason TEXT NOT NULL, content TEXT NOT NULL, edited TEXT, edited_by TEXT, state TEXT NOT NULL,
  created INTEGER NOT NULL, expires INTEGER, decided_by TEXT, decided INTEGER, why TEXT,
  problem TEXT, file TEXT
) STRICT;
CREATE INDEX approvals_by_state ON approvals (state, id);
CREATE INDEX approvals_by_case ON approvals (run, place);
";

/// What runs by itself, and what has started it: nothing starts a run twice.
const TRIGGERS: &str = "
CREATE TABLE watches (
  workflow TEXT PRIMARY KEY, enabled INTEGER NOT NULL, since INTEGER NOT NULL, by TEXT NOT NULL,
  changed INTEGER NOT NULL
) STRICT;
CREATE TABLE firings (
  workflow TEXT NOT NULL, kind TEXT NOT NULL, what TEXT NOT NULL, at INTEGER NOT NULL,
  run TEXT NOT NULL, given TEXT NOT NULL, problem TEXT,
  PRIMARY KEY (workflow, kind, what)
) STRICT, WITHOUT ROWID;
CREATE INDEX firings_by_time ON firings (workflow, kind, at);
CREATE INDEX firings_by_run ON firings (run);
";

/// Events by every name that they came under, and the rows of tables that are watched: what has
/// started a run, and what was there before. `day` is that of the last look.
const EVENTS: &str = "
CREATE TABLE events (
  workflow TEXT NOT NULL, name TEXT NOT NULL, run TEXT NOT NULL,
  PRIMARY KEY (workflow, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE looks (
  workflow TEXT PRIMARY KEY, of TEXT NOT NULL, day TEXT NOT NULL, at INTEGER NOT NULL
) STRICT;
CREATE TABLE seen (
  workflow TEXT NOT NULL, of TEXT NOT NULL, key TEXT NOT NULL, run TEXT,
  PRIMARY KEY (workflow, of, key)
) STRICT, WITHOUT ROWID;
";

/// When a run whose cases wait can go on, in milliseconds since 1970.
const WAITS: &str = "
ALTER TABLE runs ADD COLUMN wakes INTEGER;
CREATE INDEX runs_by_waking ON runs (wakes) WHERE wakes IS NOT NULL;
CREATE INDEX effects_that_wait ON effects (run, place) WHERE kind = 'wait' AND state = 'begun';
";

/// What runs have used, by day, and the answers of models, which are known by all that they hang on.
const SPENDING: &str = "
ALTER TABLE effects ADD COLUMN spent TEXT;
CREATE TABLE spending (
  day TEXT NOT NULL, run INTEGER NOT NULL, workflow TEXT NOT NULL, cases INTEGER NOT NULL,
  milliseconds INTEGER NOT NULL, calls INTEGER NOT NULL, input INTEGER NOT NULL,
  output INTEGER NOT NULL, cost REAL NOT NULL, unpriced INTEGER NOT NULL, known INTEGER NOT NULL,
  saved REAL NOT NULL,
  PRIMARY KEY (day, run)
) STRICT, WITHOUT ROWID;
CREATE INDEX spending_by_run ON spending (run);
CREATE INDEX spending_by_workflow ON spending (workflow, run);
CREATE TABLE answers (
  key TEXT PRIMARY KEY, model TEXT NOT NULL, answer TEXT NOT NULL, at INTEGER NOT NULL,
  cost REAL NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX answers_by_time ON answers (at);
";

/// Who drives a run, and how often each of its cases was handed to a worker and came back.
const ENGINES: &str = "
ALTER TABLE runs ADD COLUMN engine TEXT;
CREATE TABLE legs (
  run INTEGER NOT NULL, place INTEGER NOT NULL, leg INTEGER NOT NULL, PRIMARY KEY (run, place)
) STRICT, WITHOUT ROWID;
";

/// Cases whose data was removed, by the digest of their key and never by the key itself. An empty
/// workflow stands for all.
const FORGOTTEN: &str = "
CREATE TABLE forgotten (
  workflow TEXT NOT NULL, digest BLOB NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (workflow, digest)
) STRICT, WITHOUT ROWID;
";

/// What is wrong with the version of a file.
pub(super) enum Outdated {
    /// The file is of a later version than this program.
    Program(i64),
    /// The file could not be read or changed.
    Failed(rusqlite::Error),
}

impl From<rusqlite::Error> for Outdated {
    fn from(error: rusqlite::Error) -> Self {
        Outdated::Failed(error)
    }
}

/// Brings a file to the version of this program, whole or not at all.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), Outdated> {
    let latest = MIGRATIONS.len() as i64;
    let version = |c: &Connection| c.query_row("PRAGMA user_version", [], |row| row.get(0));
    let found: i64 = version(connection)?;
    if found > latest {
        return Err(Outdated::Program(found));
    }
    if found == latest {
        return Ok(());
    }
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
    // Another process may have done it while this one waited for the lock.
    let found: i64 = version(&transaction)?;
    transaction.execute_batch(
        "CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY, at INTEGER NOT NULL) STRICT",
    )?;
    for (index, step) in MIGRATIONS
        .iter()
        .enumerate()
        .skip(usize::try_from(found).unwrap_or(0))
    {
        let number = index as i64 + 1;
        transaction.execute_batch(step)?;
        transaction.execute(
            "INSERT INTO migrations VALUES (?1, ?2)",
            params![number, now()],
        )?;
        transaction.pragma_update(None, "user_version", number)?;
    }
    transaction.commit()?;
    Ok(())
}
