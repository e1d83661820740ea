//! Tables that stand in for themselves: as they were last read, where the workflow allows it.

use std::sync::Mutex;

use serde_json::json;

use super::log::now;
use crate::connect::Row;
use crate::engine::CompiledPull;
use crate::rehearse::Memory;
use crate::spec::{IfUnavailable, duration};
use crate::store::LastKnown;
use crate::store::journal::moment;

/// What a run remembers of tables.
pub(super) struct Remembered {
    last: LastKnown,
    /// What could not be kept, in words.
    told: Mutex<Vec<String>>,
}

impl Remembered {
    pub(super) fn new(last: LastKnown) -> Self {
        Remembered {
            last,
            told: Mutex::default(),
        }
    }

    /// Returns what could not be kept.
    pub(super) fn told(self) -> Vec<String> {
        self.told.into_inner().unwrap_or_default()
    }
}

impl Memory for Remembered {
    fn keep(&self, pull: &CompiledPull, rows: &[Row]) {
        if !matches!(pull.if_unavailable, IfUnavailable::LastKnown(_)) {
            return;
        }
        let kept = self.last.keep(&pull.from, &json!(pull.fields), now(), rows);
        let why = match kept {
            Ok(true) => return,
            Ok(false) => format!("it has more than {} rows", crate::store::MOST_ROWS),
            Err(error) => error.to_string(),
        };
        if let Ok(mut told) = self.told.lock() {
            told.push(format!(
                "`{}` is not kept for when it cannot be read: {why}",
                pull.name
            ));
        }
    }

    fn recall(&self, pull: &CompiledPull) -> Option<(Vec<Row>, String)> {
        let IfUnavailable::LastKnown(age) = &pull.if_unavailable else {
            return None;
        };
        let age = i64::try_from(duration(age)?.as_millis()).ok()?;
        let oldest = now().saturating_sub(age);
        let (at, rows) = self.last.read(&pull.from, &json!(pull.fields), oldest)?;
        let at = moment(at);
        // To the minute, as people say it.
        Some((rows, at.get(..16).unwrap_or(&at).replace('T', " ") + " UTC"))
    }
}
