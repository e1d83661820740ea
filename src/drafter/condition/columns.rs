//! Which column of a table is meant.

use crate::drafter::words::stem;
use crate::drafter::world::{Table, fit};

/// How well a column has to fit, to be meant.
const FITS: f64 = 0.5;

pub(super) fn is_number(kind: &str) -> bool {
    matches!(kind, "number" | "integer")
}

/// Returns the column of some type that the words fit best; what only tells rows apart is none.
pub(super) fn best(
    table: &Table,
    said: &[String],
    is_kind: impl Fn(&str) -> bool,
) -> Option<String> {
    let fitting = table
        .columns
        .iter()
        .filter(|(name, c)| is_kind(&c.kind) && !name.ends_with("_id"))
        .map(|(name, _)| (fit(name, said), name));
    // Of two that fit alike, the one with fewer words is meant.
    let order = |a: &(f64, &String), b: &(f64, &String)| {
        a.0.total_cmp(&b.0).then(b.1.len().cmp(&a.1.len()))
    };
    fitting
        .filter(|(score, _)| *score >= FITS)
        .max_by(order)
        .map(|(_, name)| name.clone())
}

pub(super) fn only_date(table: &Table) -> Option<String> {
    let mut dates = table
        .columns
        .iter()
        .filter(|(_, c)| matches!(c.kind.as_str(), "date" | "time"));
    match (dates.next(), dates.next()) {
        (Some((name, _)), None) => Some(name.clone()),
        _ => None,
    }
}

/// Returns the columns that hold a value before and now.
pub(super) fn pair(table: &Table, said: &[String]) -> Option<(String, String)> {
    let earlier = stem("previous");
    let numbers: Vec<&String> = table
        .columns
        .iter()
        .filter(|(_, c)| matches!(c.kind.as_str(), "number" | "integer"))
        .map(|(n, _)| n)
        .collect();
    let words = |name: &str| -> Vec<String> { name.split('_').map(stem).collect() };
    let before = numbers.iter().find(|n| {
        words(n).contains(&earlier) && (said.len() < 2 || words(n).iter().any(|w| said.contains(w)))
    })?;
    let subject: Vec<String> = words(before)
        .into_iter()
        .filter(|w| *w != earlier)
        .collect();
    let now = numbers
        .iter()
        .find(|n| n != &before && subject.iter().all(|s| words(n).contains(s)))?;
    Some(((*before).clone(), (*now).clone()))
}
