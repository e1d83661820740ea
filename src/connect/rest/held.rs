//! Tables that were just read, so that looking at one several times in a row asks the service once.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use indexmap::IndexMap;
use tokio::time::Instant;

use crate::connect::Row;

/// How long a table is held.
pub const TIME: Duration = Duration::from_secs(60);

/// Rows of a table beyond which it is not held.
const ROWS: usize = 50_000;

/// Tables that were just read.
pub struct Held {
    time: Duration,
    tables: Mutex<IndexMap<String, Table>>,
}

/// When a table was read, and its rows.
type Table = (Instant, Arc<Vec<Row>>);

impl Held {
    /// Returns a place for tables that are held so long.
    pub fn new(time: Duration) -> Self {
        Held {
            time,
            tables: Mutex::default(),
        }
    }

    /// Returns the rows of a table, if it was just read.
    pub fn rows(&self, table: &str) -> Option<Arc<Vec<Row>>> {
        let tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        let (read, rows) = tables.get(table)?;
        (read.elapsed() < self.time).then(|| rows.clone())
    }

    /// Holds a table that was read to its end.
    pub fn hold(&self, table: &str, rows: &Arc<Vec<Row>>) {
        if rows.len() <= ROWS {
            let mut tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
            tables.insert(table.to_owned(), (Instant::now(), rows.clone()));
        }
    }

    /// Forgets all of it, since something was changed there.
    pub fn forget(&self) {
        let mut tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        tables.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_table_is_held_for_a_while_or_until_something_changed() {
        let held = Held::new(TIME);
        let rows = |count: usize| Arc::new(vec![Row::new(); count]);
        assert!(held.rows("deals").is_none());
        held.hold("deals", &rows(3));
        held.hold("all", &rows(ROWS + 1));
        assert_eq!(held.rows("deals").map(|rows| rows.len()), Some(3));
        assert!(held.rows("all").is_none());
        tokio::time::advance(TIME).await;
        assert!(held.rows("deals").is_none());
        held.hold("deals", &rows(3));
        held.forget();
        assert!(held.rows("deals").is_none());
    }
}
