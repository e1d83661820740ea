//! How long runs are kept in the journal, and their removal.

use std::time::Duration;

use jiff::Timestamp;

use crate::diag::{Error, Result};
use crate::store::{Journal, Settings};

/// The least that a run is kept: limits of a day count what it spent.
const LEAST: Duration = Duration::from_secs(86_400);

/// What was removed, or would be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Runs.
    pub runs: usize,
    /// Their cases.
    pub cases: u64,
    /// Runs as old that are kept: they are not done, or something of them waits.
    pub kept: usize,
    /// Bytes of the journal that are free for later.
    pub free: u64,
    /// Bytes that the disk got back.
    pub given_back: u64,
}

/// Reads how long runs are kept, such as `90d`; `never` keeps them for good.
///
/// # Errors
/// If it is no time, or less than a day.
pub fn age(written: &str, name: &str) -> Result<Option<Duration>> {
    if written == "never" {
        return Ok(None);
    }
    let found = crate::spec::duration(written).filter(|age| *age >= LEAST);
    found.map(Some).ok_or_else(|| {
        Error::usage(format!("`{written}` of {name} is not a time that runs are kept for"))
            .help("Write it like `90d`, a day or more: what a run has spent today counts for the limits of the day.")
    })
}

/// Returns how long the settings keep runs; nothing where they keep them for good.
///
/// # Errors
/// If it is no time, or less than a day.
pub fn age_of(settings: &Settings) -> Result<Option<Duration>> {
    let runs = settings.retention.runs.as_deref();
    runs.map_or(Ok(None), |written| age(written, "`runs` in [retention]"))
}

/// Returns the moment before which runs are too old, in milliseconds since 1970.
pub fn before(now: Timestamp, age: Duration) -> i64 {
    let age = i64::try_from(age.as_millis()).unwrap_or(i64::MAX);
    now.as_millisecond().saturating_sub(age)
}

/// Returns what [`prune`] would remove.
///
/// # Errors
/// If the journal cannot be read.
pub fn would_prune(journal: &Journal, before: i64) -> Result<Pruned> {
    let (over, kept) = journal.over_before(before)?;
    Ok(Pruned {
        runs: over.len(),
        cases: over.iter().map(|run| run.cases).sum(),
        kept,
        ..Pruned::default()
    })
}

/// Removes the runs that were over before a moment, in milliseconds since 1970. What still waits
/// stays, and so do the files of all runs.
///
/// # Errors
/// If the journal cannot be used.
pub async fn prune(journal: &Journal, before: i64) -> Result<Pruned> {
    let (over, mut kept) = journal.over_before(before)?;
    let mut pruned = Pruned::default();
    for run in over {
        // One that somebody takes up again at this moment is left.
        let Some(_held) = journal.hold_run(&run.id)? else {
            kept += 1;
            continue;
        };
        journal.remove_run(&run).await?;
        pruned.runs += 1;
        pruned.cases += run.cases;
    }
    pruned.kept = kept;
    pruned.free = journal.room()?.free;
    Ok(pruned)
}

/// Gives free room back to the disk, and notes how much. Returns why it does not, where others are
/// at work.
///
/// # Errors
/// If it cannot be written.
pub fn give_back(journal: &Journal, pruned: &mut Pruned) -> Result<Option<String>> {
    if journal.is_in_use()? {
        return Ok(Some(format!(
            "{} are free in the journal, and are used by later runs. The disk gets room back when nothing runs and `sopwright serve` is not up.",
            bytes(pruned.free)
        )));
    }
    let was = journal.room()?.file;
    journal.give_back()?;
    let is = journal.room()?;
    pruned.given_back = was.saturating_sub(is.file);
    pruned.free = is.free;
    Ok(None)
}

/// Returns a number of bytes as people read it.
pub fn bytes(n: u64) -> String {
    match n {
        n if n < 1_000_000 => format!("{} kB", n.div_ceil(1_000)),
        n => format!("{:.1} MB", n as f64 / 1e6),
    }
}
