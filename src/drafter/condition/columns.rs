//! Which column of a row is meant.

use super::words::Words;
use crate::drafter::words::stem;
use crate::drafter::world::Table;

/// How much of a column's name has to be said, for it to be meant.
const FITS: f64 = 0.5;

/// Parts of names that say nothing of what a column holds.
const EMPTY: [&str; 14] = [
    "until", "id", "date", "at", "on", "is", "usd", "eur", "gbp", "num", "number", "count", "the",
    "no",
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
        // "optout" is said as two words.
        .flat_map(|w| match w.as_str() {
            "optout" | "optedout" => vec!["opt".to_owned(), "out".to_owned()],
            _ => vec![w],
        })
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
            .filter(|at| own.iter().any(|part| alike(part, &free[*at])))
            .collect();
        let is_said = |part: &&String| free.iter().any(|word| alike(part, word));
        let said = own.iter().filter(is_said).count();
        // "The last conversation" names no last success.
        let tells = |part: &&String| !matches!(part.as_str(), "last" | "next" | "first");
        if own.iter().any(|part| tells(&part)) && !own.iter().filter(tells).any(|p| is_said(&p)) {
            return None;
        }
        // The word itself names a column more surely than one that means the same.
        let literally = name.split('_').filter(|part| {
            let said = |at: &usize| words.tokens[*at] == **part;
            places.iter().any(said)
        });
        let literally = literally.count() as f64 / 1000.0;
        let fit = (said as f64 / own.len() as f64 + literally, said);
        // "No meeting on record" names the last one, which nobody has to say.
        let needed = own.iter().filter(|part| *part != "last").count().max(1);
        (said as f64 / needed as f64 >= FITS).then(|| Named {
            column: name.clone(),
            places,
            fit,
        })
    });
    // Of two that fit alike, the one with the shorter name is meant.
    let found: Vec<Named> = found.collect();
    let best = found.iter().max_by(|a, b| {
        let length = b.column.len().cmp(&a.column.len());
        a.fit
            .0
            .total_cmp(&b.fit.0)
            .then(a.fit.1.cmp(&b.fit.1))
            .then(length)
    })?;
    // Of "company size" the last word says what is meant.
    let last = best.places.last().map_or(0, |at| at + 1);
    let head = found
        .iter()
        .find(|other| other.fit.0 >= 1.0 && best.fit.1 == 1 && other.places.first() == Some(&last));
    Some(head.unwrap_or(best).clone())
}

/// Are two stems those of one word: "certif" of certification, "certifi" of certified?
fn alike(one: &str, other: &str) -> bool {
    const LONG: usize = 5;
    let is_long = one.len() >= LONG && other.len() >= LONG;
    one == other || (is_long && (one.starts_with(other) || other.starts_with(one)))
}

/// Returns the date of a table where a clause names none: the only one.
pub(super) fn only_date(table: &Table) -> Option<String> {
    let mut dates = table.columns.iter().filter(|(_, c)| is_date(&c.kind));
    match (dates.next(), dates.next()) {
        (Some((name, _)), None) => Some(name.clone()),
        _ => None,
    }
}

/// Returns the only number of a table's rows that is no key.
pub(super) fn only_number(table: &Table) -> Option<Named> {
    let is_key = |name: &str| name.ends_with("_id") || name == "id";
    let mut numbers = table
        .columns
        .iter()
        .filter(|(name, c)| is_number(&c.kind) && !is_key(name));
    match (numbers.next(), numbers.next()) {
        (Some((name, _)), None) => Some(Named {
            column: name.clone(),
            places: Vec::new(),
            fit: (0.0, 0),
        }),
        _ => None,
    }
}

/// Returns the date on which rows of a table began: when a ticket was opened, a call was held.
pub(super) fn began(table: &Table) -> Option<String> {
    const BEGINS: [&str; 27] = [
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
        "requested",
        "registered",
        "filed",
        "placed",
        "ordered",
        "occurred",
        "posted",
        "entered",
        "added",
        "booked",
        "detected",
        "noticed",
        "sent",
        "given",
        "asked",
    ];
    let mut dates = table
        .columns
        .iter()
        .filter(|(_, c)| is_date(&c.kind))
        .map(|(name, _)| name);
    // A rating begins when it is rated, an order when it is ordered.
    let own = stem(table.short().rsplit(['_', '-']).next().unwrap_or_default());
    let of_its_own = |name: &&String| {
        let first = name.split('_').next().unwrap_or_default();
        stem(first) == own || alike(&stem(first), &own)
    };
    dates
        .clone()
        .find(of_its_own)
        .or_else(|| dates.find(|name| BEGINS.iter().any(|b| name.contains(b))))
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
