//! Which column of a row is meant.

use super::words::Words;
use crate::drafter::words::stem;
use crate::drafter::world::Table;

/// How much of a column's name has to be said, for it to be meant.
const FITS: f64 = 0.5;

/// Parts of names that say nothing of what a column holds.
const EMPTY: [&str; 13] = [
    "id", "date", "at", "on", "is", "usd", "eur", "gbp", "num", "number", "count", "the", "no",
];

/// A column that a clause names.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub(super) column: String,
    /// Where the words stand that name it.
    pub(super) places: Vec<usize>,
    /// How well they fit: the share of the name that is said, then how many words that is.
    pub(super) fit: (f64, usize),
}

pub(super) fn is_number(kind: &str) -> bool {
    matches!(kind, "number" | "integer")
}

pub(super) fn is_date(kind: &str) -> bool {
    matches!(kind, "date" | "time")
}

/// Returns the parts of a column's name that mean something, as stems.
pub(super) fn parts(column: &str) -> Vec<String> {
    let parts = column.split(['_', ' ', '-', '.']).map(str::to_lowercase);
    parts
        .filter(|w| !w.is_empty() && !EMPTY.contains(&w.as_str()))
        .map(|w| stem(&w))
        .collect()
}

/// Returns the column of some kind that the free words of a clause name best; what only tells rows
/// apart is none.
pub(super) fn named(table: &Table, words: &Words, is_kind: impl Fn(&str) -> bool) -> Option<Named> {
    let free = words.free();
    let columns = table.columns.iter().filter(|(_, c)| is_kind(&c.kind));
    let found = columns.filter_map(|(name, _)| {
        let own = parts(name);
        if name.ends_with("_id") || name == "id" || own.is_empty() {
            return None;
        }
        let places: Vec<usize> = (0..free.len())
            .filter(|at| own.contains(&free[*at]))
            .collect();
        let said = own.iter().filter(|part| free.contains(part)).count();
        let fit = (said as f64 / own.len() as f64, said);
        (fit.0 >= FITS).then(|| Named {
            column: name.clone(),
            places,
            fit,
        })
    });
    // Of two that fit alike, the one with the shorter name is meant.
    found.max_by(|a, b| {
        let length = b.column.len().cmp(&a.column.len());
        a.fit
            .0
            .total_cmp(&b.fit.0)
            .then(a.fit.1.cmp(&b.fit.1))
            .then(length)
    })
}

/// Returns the date of a table where a clause names none: the only one.
pub(super) fn only_date(table: &Table) -> Option<String> {
    let mut dates = table.columns.iter().filter(|(_, c)| is_date(&c.kind));
    match (dates.next(), dates.next()) {
        (Some((name, _)), None) => Some(name.clone()),
        _ => None,
    }
}

/// Returns the date on which rows of a table began: when a ticket was opened, a call was held.
pub(super) fn began(table: &Table) -> Option<String> {
    const BEGINS: [&str; 12] = [
        "created",
        "opened",
        "raised",
        "submitted",
        "logged",
        "received",
        "reported",
        "started",
        "activity",
        "happened",
        "recorded",
        "issue",
    ];
    let mut dates = table
        .columns
        .iter()
        .filter(|(_, c)| is_date(&c.kind))
        .map(|(name, _)| name);
    dates
        .find(|name| BEGINS.iter().any(|b| name.contains(b)))
        .cloned()
        .or_else(|| only_date(table))
}

/// Returns the columns that hold a value before and now.
pub(super) fn pair(table: &Table, words: &Words) -> Option<(String, String)> {
    let earlier = stem("previous");
    let numbers: Vec<&String> = table
        .columns
        .iter()
        .filter(|(_, c)| is_number(&c.kind))
        .map(|(n, _)| n)
        .collect();
    let free = words.free();
    let stems = |name: &str| -> Vec<String> { name.split('_').map(stem).collect() };
    let before = numbers.iter().find(|n| {
        let own = stems(n);
        own.contains(&earlier) && own.iter().any(|w| *w != earlier && free.contains(w))
    })?;
    let subject: Vec<String> = stems(before)
        .into_iter()
        .filter(|w| *w != earlier)
        .collect();
    let now = numbers
        .iter()
        .find(|n| n != &before && subject.iter().all(|s| stems(n).contains(s)))?;
    Some(((*before).clone(), (*now).clone()))
}
