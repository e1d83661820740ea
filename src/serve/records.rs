//! Rows of a table that start runs: new ones, and those with a date that comes near.
//!
//! A row is known by the key of its case; one with a date by both, so that a date which is moved
//! fires again. What fires is noted as seen together with the run that it starts: both are in the
//! journal, or neither.

use indexmap::IndexMap;
use jiff::civil::Date;
use jiff::{Span, Timestamp};
use serde_json::{Value as Json, json};

use super::launch::Launcher;
use crate::connect::{Narrowing, Row};
use crate::diag::{Error, Result};
use crate::engine::{Case, Execution, Program, base_scope};
use crate::expr::Scope;
use crate::rehearse::{Clock, read_rows};
use crate::spec::{DateTrigger, TriggerKind, Workflow};
use crate::store::journal::{Firing, Look};
use crate::store::{self, Fingerprint};

/// Rows that start one run at most; what is left starts the next.
pub const MOST_RECORDS: usize = if cfg!(test) { 50 } else { 10_000 };

/// What a look has come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Looked {
    /// Nothing is new.
    Nothing,
    /// A run is to begin for so many rows.
    Fired {
        /// The run.
        run: String,
        /// The rows.
        rows: usize,
        /// Are there more?
        is_cut: bool,
    },
    /// It was the first look: what is there starts nothing.
    First {
        /// The rows.
        rows: usize,
    },
}

/// What is watched, and since when.
struct Watch<'w> {
    /// What tells it from watching something else.
    of: String,
    kind: &'static str,
    date: Option<&'w DateTrigger>,
    existing: bool,
    today: Date,
    /// Dates before this day were let pass.
    from: Option<Date>,
    is_first: bool,
}

impl Launcher {
    /// Takes what is in the table of a workflow as seen, as far as its trigger says so: only what
    /// comes later starts runs. Returns how many rows that are; nothing where no table is watched.
    ///
    /// # Errors
    /// If the table cannot be read, or the journal not be written.
    pub async fn see_what_is_there(&self, name: &str, now: Timestamp) -> Result<Option<usize>> {
        let looked = self.look_at(name, now, true).await?;
        Ok(match looked {
            Some(Looked::First { rows }) => Some(rows),
            _ => None,
        })
    }

    /// Looks at the table of a workflow, and notes the run that it starts.
    ///
    /// # Errors
    /// If the table cannot be read, or the journal not be written.
    pub async fn look(&self, name: &str, now: Timestamp) -> Result<Looked> {
        let looked = self.look_at(name, now, false).await?;
        Ok(looked.unwrap_or(Looked::Nothing))
    }

    async fn look_at(&self, name: &str, now: Timestamp, anew: bool) -> Result<Option<Looked>> {
        let stored = store::load(&self.workspace, name)?;
        let opened = self.opened(&stored).await?;
        let program = Program::compile(&opened.checked)?;
        let workflow = program.workflow().clone();
        let info = Clock::as_of(&now.to_string())?.run_info(name, name, Some(&workflow));
        let last = self.journal.last_look(name)?;
        let today = info.date.parse().map_err(|e| {
            Error::unavailable(format!("{} is no day, which is a defect", info.date)).caused_by(e)
        })?;
        let Some(mut watch) = watch(&workflow, today, last.as_ref()) else {
            return Ok(None);
        };
        if anew && watch.existing {
            return Ok(None);
        }
        watch.is_first |= anew;
        let given = json!({"time": info.time, "records": []});
        let base = base_scope(&info, &given);
        let found = self
            .find(&watch, &program, &opened.connections, &base, name)
            .await?;
        let looked = match &found {
            Found::Seen(rows) => Looked::First { rows: *rows },
            Found::Records { marks, .. } if marks.is_empty() => Looked::Nothing,
            Found::Records { marks, is_cut } => {
                let firing = firing(name, &watch, marks, &info.time, now);
                let run = firing.run.clone();
                let seen = marks.keys().cloned().collect();
                self.journal.fire_seen(firing, &watch.of, seen).await?;
                Looked::Fired {
                    run,
                    rows: marks.len(),
                    is_cut: *is_cut,
                }
            }
        };
        if !matches!(looked, Looked::Fired { is_cut: true, .. }) {
            let look = Look {
                of: watch.of.clone(),
                day: today.to_string(),
                at: now.as_millisecond(),
            };
            self.journal.looked(name, look, watch.forgotten()).await?;
        }
        Ok(Some(looked))
    }

    /// Reads through the table, and finds the rows that were not seen.
    async fn find(
        &self,
        watch: &Watch<'_>,
        program: &Program,
        connections: &crate::connect::Connections,
        base: &Scope,
        name: &str,
    ) -> Result<Found> {
        let pull = program.cases().ok_or_else(|| {
            Error::input(format!(
                "`{name}` watches a table that its cases do not come from"
            ))
        })?;
        let unreadable = |message: String| {
            Error::unavailable(format!("{} could not be looked at", pull.from)).because(message)
        };
        // New rows are told from all others, whatever the order and the first ones in it.
        let narrowing = Narrowing {
            order_by: Vec::new(),
            limit: None,
            ..pull.narrowing(base)
        };
        let mut rows = read_rows(connections, pull, &narrowing)
            .await
            .map_err(|e| unreadable(e.message))?;
        let (mut seen, mut marks) = (0, IndexMap::new());
        while let Some(chunk) = rows.next().await {
            let chunk = chunk.map_err(|e| unreadable(e.message))?;
            let mut fires: IndexMap<String, String> = IndexMap::new();
            for row in chunk {
                // A row that cannot be told apart, or judged, starts nothing.
                if pull.keeps(&row, base).unwrap_or(false)
                    && let Some(day) = watch.fires(&row)
                    && let Some(key) = key_of(program, base, row)
                {
                    fires.insert(mark(day, &key), key);
                }
            }
            let names = fires.keys().cloned().collect();
            let mut fresh = self.journal.not_seen(name, &watch.of, names)?;
            if watch.is_first {
                seen += fires.len();
                self.journal.see(name, &watch.of, fresh).await?;
                continue;
            }
            let room = MOST_RECORDS.saturating_sub(marks.len());
            let is_cut = fresh.len() > room;
            fresh.truncate(room);
            for mark in fresh {
                if let Some(key) = fires.swap_remove(&mark) {
                    marks.insert(mark, key);
                }
            }
            if is_cut {
                return Ok(Found::Records { marks, is_cut });
            }
        }
        Ok(if watch.is_first {
            Found::Seen(seen)
        } else {
            let is_cut = false;
            Found::Records { marks, is_cut }
        })
    }
}

enum Found {
    /// So many rows are there, and start nothing.
    Seen(usize),
    /// By what each is remembered: the key of its case.
    Records {
        marks: IndexMap<String, String>,
        is_cut: bool,
    },
}

impl Watch<'_> {
    /// Does a row fire, if it was not seen before? For a date with the date.
    fn fires(&self, row: &Row) -> Option<Option<Date>> {
        let Some(date) = self.date else {
            return Some(None);
        };
        let text = row.get(&date.field)?.as_str()?;
        let day: Date = text.get(..10)?.parse().ok()?;
        let comes = day.checked_sub(Span::new().days(date.days_before)).ok()?;
        let is_past = self.from.is_some_and(|from| day.max(comes) < from);
        (comes <= self.today && !is_past).then_some(Some(day))
    }

    /// Returns below which mark nothing needs to be remembered: such dates never fire again.
    fn forgotten(&self) -> Option<String> {
        let date = self.date?;
        let after = Span::new().days(date.days_before.min(0));
        let day = self.today.checked_add(after).ok()?;
        // A day more, in case that the clock is set back.
        day.yesterday().ok().map(|day| day.to_string())
    }
}

/// Returns what is watched for a workflow, if a table is.
fn watch<'w>(workflow: &'w Workflow, today: Date, last: Option<&Look>) -> Option<Watch<'w>> {
    let (over, date, existing) = match &workflow.trigger.kind {
        TriggerKind::Date(date) => (&date.over, Some(date), date.existing),
        TriggerKind::NewRecords(new) => (&new.over, None, new.existing),
        _ => return None,
    };
    let (pull, each) = (workflow.data.get(over)?, workflow.for_each.as_ref()?);
    // Other rows that are chosen among those of a table are not new ones; a date that comes near
    // is the same, whatever chooses its row.
    let what = match date {
        Some(date) => json!(["date", pull.from, date.field, each.key.as_str()]),
        None => {
            json!([
                "new",
                pull.from,
                pull.only.as_ref().map(|w| w.as_str()),
                each.key.as_str()
            ])
        }
    };
    let of = Fingerprint::of(&what.to_string()).as_str().to_owned();
    let same = last.filter(|last| last.of == of);
    let from = match same.and_then(|last| last.day.parse::<Date>().ok()) {
        // What passed while nothing looked still fires.
        Some(day) => Some(day.min(today)),
        None if existing && date.is_some_and(|date| date.days_before < 0) => None,
        None => Some(today),
    };
    Some(Watch {
        of,
        kind: workflow.trigger.kind.name(),
        date,
        existing,
        today,
        from,
        is_first: same.is_none() && !existing,
    })
}

fn key_of(program: &Program, base: &Scope, row: Row) -> Option<String> {
    let case = Case {
        item: Some(row),
        given: IndexMap::new(),
    };
    let execution = Execution::within(program, base, case).ok()?;
    Some(execution.key().to_owned())
}

/// Returns what a row is remembered by.
fn mark(day: Option<Date>, key: &str) -> String {
    day.map_or_else(|| key.to_owned(), |day| format!("{day} {key}"))
}

/// Returns the run that rows start.
fn firing(
    name: &str,
    watch: &Watch<'_>,
    marks: &IndexMap<String, String>,
    time: &str,
    now: Timestamp,
) -> Firing {
    let mut keys: Vec<&String> = marks.values().collect();
    keys.dedup();
    let digest = Fingerprint::of(&Json::from_iter(marks.keys().map(String::as_str)).to_string());
    let digest = digest.as_str().get(..6).unwrap_or_default().to_owned();
    let run = format!("{name}-{}-{digest}", now.strftime("%Y%m%d-%H%M%SZ"));
    Firing {
        workflow: name.to_owned(),
        kind: watch.kind.to_owned(),
        what: run.clone(),
        at: now.as_millisecond(),
        run,
        trigger: json!({"time": time, "records": keys}),
        problem: None,
    }
}
