//! Spans of time in words: "within 90 days", "no contact in a month", "45 days late".

use super::amounts::compared;
use super::columns::{Named, began, is_date, named, only_date};
use super::compare::{Figure, Lies};
use super::row::{Found, Is, Row};
use super::words::Words;
use crate::drafter::words::{stem, written};

/// Words that place a span of time behind today.
const BEHIND: [&str; 24] = [
    "been", "nobody", "never", "ago", "since", "old", "older", "without", "no", "silent",
    "inactive", "stale", "not", "haven", "hasn", "overdue", "late", "longer", "expired", "ended",
    "lapsed", "passed", "went", "came",
];

/// Words of a span of time that say nothing more once it was read.
pub(super) const SPENT: [&str; 30] = [
    "ago", "since", "old", "older", "days", "day", "date", "time", "within", "away", "off", "left",
    "until", "before", "after", "more", "than", "longer", "last", "past", "next", "again",
    "coming", "been", "during", "went", "upcoming", "lies", "future", "already",
];

/// Words of what is due and was not done by then.
const LATE: [&str; 5] = ["late", "overdue", "due", "past", "delayed"];

/// Words that name what began a row, where its column has another name.
const BEGAN: [&str; 20] = [
    "open",
    "opened",
    "old",
    "older",
    "raised",
    "waiting",
    "created",
    "logged",
    "submitted",
    "scored",
    "reported",
    "filed",
    "noted",
    "received",
    "left",
    "gave",
    "given",
    "wrote",
    "written",
    "rated",
];

/// Reads a span of days.
pub(super) fn of_days(
    rows: &[Row<'_>],
    words: &mut Words,
    figure: &Figure,
    days: f64,
) -> Option<Found> {
    if let Some(found) = super::spans::between(rows, words, figure, days) {
        return Some(found);
    }
    let (row, date) = date_of(rows, words).or_else(|| of_named_rows(rows, words, figure))?;
    let value = row.path(&date.column);
    // "open for more than 5 days" says that it is not over, whatever its state is called.
    let is_open = date.fit.1 == 0 && words.has_free(&["open"]);
    let has_begun = [
        "created",
        "opened",
        "raised",
        "updated",
        "last_",
        "submitted",
        "logged",
        "activity",
    ]
    .iter()
    .any(|word| date.column.contains(word));
    let is_late = words.has(&["late", "overdue", "due"]) && date.column.contains("due");
    let is_past = match figure.lies {
        Some(Lies::Behind) => true,
        Some(Lies::Ahead) => false,
        None => has_begun || is_late || words.has(&BEHIND) || words.has(&["past"]),
    };
    let count = if is_past { "days_since" } else { "days_until" };
    let span = format!("{count}({value})");
    // What denies rows that are counted was read with them.
    let lacks = words.has_free(&[
        "no", "nobody", "never", "without", "not", "haven", "hasn", "silent", "inactive", "stale",
    ]) && is_past;
    // "expired in the last 3 days" names a state as well, where rows have one of that name.
    let is_ago = words.has(&["ago"]);
    let is_state = |at: &&usize| !is_ago && row.holds(&words.tokens[**at]);
    let places: Vec<usize> = date
        .places
        .iter()
        .filter(|at| !is_state(at))
        .copied()
        .collect();
    words.tick_each(&places);
    words.take(&SPENT);
    if lacks {
        words.take(&[
            "no", "nobody", "never", "without", "not", "haven", "hasn", "silent", "inactive",
            "stale",
        ]);
    }
    if is_late {
        words.take(&LATE);
    }
    if is_past {
        words.take(&["nobody"]);
    }
    if figure.up_to.is_some() {
        return Some(row.found(
            compared(&span, ">=", figure, days),
            Some(value),
            &[&date.column],
        ));
    }
    let (relation, bounded) = match (figure.relation, is_past, lacks) {
        // "no contact in the last 30 days" is more than 30 days ago.
        (Some("<=" | ">") | None, true, true) => (">", false),
        (Some(relation), ..) => (relation, relation.starts_with('<')),
        // "expired in 90 days"; "45 days late" alone says exactly so many or more: at least.
        (None, true, false) if is_late => (">=", false),
        (None, ..) => ("<=", true),
    };
    let limit = written(figure.number * days);
    let floor = if is_late { "> 0" } else { ">= 0" };
    let source = if bounded {
        format!("{span} {relation} {limit} and {span} {floor}")
    } else {
        format!("{span} {relation} {limit}")
    };
    let mut columns = vec![date.column.as_str()];
    let state = row.under_way().filter(|_| is_open && row.is == Is::Own);
    let source = match &state {
        Some((column, condition)) => {
            words.take(&["open"]);
            columns.push(column);
            format!("{source} and {condition}")
        }
        None => source,
    };
    Some(row.found(source, Some(value), &columns))
}

/// Reads a span of hours, back from now.
pub(super) fn of_hours(rows: &[Row<'_>], words: &mut Words, figure: &Figure) -> Option<Found> {
    let (row, date) = date_of(rows, words)?;
    let kind = row.table.columns.get(&date.column).map(|c| c.kind.as_str());
    let is_ahead = figure.lies == Some(Lies::Ahead);
    if kind != Some("time") || row.is != Is::Own || is_ahead {
        return None;
    }
    let value = format!("hours_since({})", row.path(&date.column));
    words.tick_each(&date.places);
    words.take(&SPENT);
    let relation = figure.relation.unwrap_or("<=");
    Some(row.found(
        compared(&value, relation, figure, 1.0),
        None,
        &[&date.column],
    ))
}

/// Returns the date that a clause speaks of: one that it names, else the one that its verb or the
/// row implies.
fn date_of<'r, 't>(rows: &'r [Row<'t>], words: &Words) -> Option<(&'r Row<'t>, Named)> {
    let by_name = rows
        .iter()
        .filter_map(|row| named(row.table, words, is_date).map(|named| (row, named)))
        .rev()
        .max_by(|a, b| {
            a.1.fit
                .0
                .total_cmp(&b.1.fit.0)
                .then(a.1.fit.1.cmp(&b.1.fit.1))
        });
    if let Some(found) = by_name {
        return Some(found);
    }
    let implied = |row: &Row<'_>| {
        let places: Vec<usize> = (0..words.tokens.len())
            .filter(|at| words.is_free(*at) && BEGAN.contains(&words.tokens[*at].as_str()))
            .collect();
        let column = if places.is_empty() {
            None
        } else {
            began(row.table)
        };
        // A bare span ("over 45 days") says nothing of what it spans.
        let spans = words.has_free(&[
            "ago", "old", "older", "away", "left", "off", "since", "until", "ahead",
        ]);
        let column =
            column.or_else(|| only_date(row.table).filter(|_| spans && row.is == Is::Own))?;
        // "open for more than 5 days" may also name a state: the word stays to be read.
        let places = places
            .into_iter()
            .filter(|at| words.tokens[*at] != "open")
            .collect();
        Some(Named {
            column,
            places,
            fit: (0.0, 0),
        })
    };
    rows.iter()
        .find_map(|row| implied(row).map(|named| (row, named)))
}

/// Returns the date on which rows began, of a span behind today right after their name: "failed runs
/// in the last 7 days".
fn of_named_rows<'r, 't>(
    rows: &'r [Row<'t>],
    words: &Words,
    figure: &Figure,
) -> Option<(&'r Row<'t>, Named)> {
    let before = figure.span.0.checked_sub(1)?;
    if figure.lies != Some(Lies::Behind) {
        return None;
    }
    let row = rows.iter().filter(|row| row.is == Is::Own).find(|row| {
        let name = row.table.short();
        let last = name.rsplit(['_', '-']).next().unwrap_or(name);
        // Rows that are counted are those of which the clause speaks.
        row.item == "item" || stem(&words.tokens[before]) == stem(last)
    })?;
    let column = began(row.table)?;
    Some((
        row,
        Named {
            column,
            places: Vec::new(),
            fit: (0.0, 0),
        },
    ))
}
