//! Which of the rows are cases of a run.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::Value as Json;

use crate::spec::{TriggerKind, Workflow};
use crate::store::journal::{KeyDigest, key_digest};

/// Of more cases the rows that are joined to them are not asked for by their keys.
const ASKED_FOR: usize = 500;

/// Which of the rows are cases of a run: all, one that was named, or those that started it.
/// Cloning is cheap.
#[derive(Debug, Clone, Default)]
pub(super) struct Chosen {
    only: Option<Arc<str>>,
    records: Option<Arc<HashSet<String>>>,
    /// What was forgotten since the run began.
    forgotten: Option<Arc<HashSet<KeyDigest>>>,
}

impl Chosen {
    /// Returns the rows of a run, from what started it.
    pub(super) fn of(workflow: &Workflow, trigger: &Json, only: Option<&str>) -> Self {
        let is_watched = matches!(
            workflow.trigger.kind,
            TriggerKind::Date(_) | TriggerKind::NewRecords(_)
        );
        // Started by hand there is no such list: every row is a case.
        let records = trigger["records"].as_array().filter(|_| is_watched);
        let records = records.map(|keys| {
            let keys = keys.iter().filter_map(Json::as_str);
            Arc::new(keys.map(str::to_owned).collect())
        });
        Chosen {
            only: only.map(Arc::from),
            records,
            forgotten: None,
        }
    }

    /// Returns the keys of all cases, where they are known and not too many to be asked for.
    pub(super) fn keys(&self) -> Option<Vec<String>> {
        if let Some(only) = &self.only {
            return Some(vec![only.to_string()]);
        }
        let records = self.records.as_ref()?;
        (records.len() <= ASKED_FOR).then(|| records.iter().cloned().collect())
    }

    /// Leaves out the cases whose data was removed since the run began, by the digests of their keys.
    pub(super) fn without(mut self, forgotten: HashSet<KeyDigest>) -> Self {
        self.forgotten = Some(forgotten).filter(|all| !all.is_empty()).map(Arc::new);
        self
    }

    /// Is the row of this key a case?
    pub(super) fn takes(&self, key: &str) -> bool {
        self.only.as_deref().is_none_or(|only| only == key)
            && self.records.as_ref().is_none_or(|keys| keys.contains(key))
            && self
                .forgotten
                .as_ref()
                .is_none_or(|keys| !keys.contains(&key_digest(key)))
    }

    /// Is every row a case, also one without a key, which then fails?
    pub(super) fn takes_all(&self) -> bool {
        self.only.is_none() && self.records.is_none()
    }
}
