//! Numbers that hold how long something took: "the first response took longer than 8 hours" of a
//! column of minutes.

use super::amounts::compared;
use super::columns::{is_number, named};
use super::compare::Figure;
use super::row::{Found, Row};
use super::words::Words;

/// Words in the name of a column, and how many minutes one of its unit has.
const UNITS: [(&str, f64); 9] = [
    ("seconds", 1.0 / 60.0),
    ("secs", 1.0 / 60.0),
    ("minutes", 1.0),
    ("mins", 1.0),
    ("min", 1.0),
    ("hours", 60.0),
    ("hrs", 60.0),
    ("days", 24.0 * 60.0),
    ("weeks", 7.0 * 24.0 * 60.0),
];

/// Reads a span of time that a number holds, in the unit of its column.
pub(super) fn lasting(rows: &[Row<'_>], words: &mut Words, figure: &Figure) -> Option<Found> {
    let said = figure.unit.minutes()?;
    let relation = figure.relation?;
    if figure.lies.is_some() {
        return None;
    }
    let named = rows.iter().filter_map(|row| {
        let named = named(row.table, words, is_number)?;
        let unit = named.column.split('_').find_map(|part| {
            let known = UNITS.iter().find(|(unit, _)| *unit == part);
            known.map(|(_, minutes)| *minutes)
        })?;
        Some((row, named, unit))
    });
    let (row, named, unit) = named.reduce(|best, one| {
        let is_better = one.1.fit.0 > best.1.fit.0;
        if is_better { one } else { best }
    })?;
    words.tick_each(&named.places);
    words.take(&["took", "take", "takes", "taken", "lasted", "time", "longer"]);
    let value = row.path(&named.column);
    let source = compared(&value, relation, figure, said / unit);
    Some(row.found(source, Some(value), &[&named.column]))
}
