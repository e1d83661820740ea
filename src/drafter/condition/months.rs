//! Calendar months in words, and columns that count over a span: "the previous calendar month",
//! "views in the last 90 days" of a `views_90d`.

use super::columns::{is_date, is_number, named, parts};
use super::compare::{Unit, figures};
use super::row::{Found, Row};
use super::words::Words;

/// Months as people name them, with how many lie between and this one.
const MONTHS: [(&str, i32); 14] = [
    ("the previous calendar month", -1),
    ("previous calendar month", -1),
    ("last calendar month", -1),
    ("the calendar month before", -1),
    ("last full month", -1),
    ("the month before", -1),
    ("the previous month", -1),
    ("previous month", -1),
    ("last month", -1),
    ("past month", -1),
    ("current calendar month", 0),
    ("this calendar month", 0),
    ("current month", 0),
    ("this month", 0),
];
/// How many of the months above are named so that no span of days can be meant.
const PLAIN: [&str; 3] = ["calendar", "full", "current"];

impl Row<'_> {
    /// Reads a calendar month: of a column of months, or of a date where it is plainly one.
    pub(super) fn calendar_month(&self, words: &mut Words) -> Option<Found> {
        let (phrase, from, to, months) = MONTHS.iter().find_map(|(phrase, months)| {
            let (from, to) = words.phrase(phrase)?;
            Some((*phrase, from, to, *months))
        })?;
        let is_plain = PLAIN.iter().any(|word| phrase.contains(word));
        let is_month = |name: &str| {
            name.split('_')
                .any(|part| part == "month" || part == "period")
        };
        let own = self.table.columns.iter();
        let column = own
            .clone()
            .find(|(name, c)| is_month(name) && (c.kind == "text" || is_date(&c.kind)));
        let is_text = column.is_some_and(|(_, c)| c.kind == "text");
        if is_text && !column.is_some_and(|(_, c)| c.values.iter().all(|v| is_year_month(v))) {
            return None;
        }
        let mut said = words.clone();
        said.tick(from, to);
        let date = named(self.table, &said, is_date).filter(|_| is_plain);
        let (column, is_text, places) = match (column, date) {
            (Some((name, _)), _) => (name.clone(), is_text, Vec::new()),
            (None, Some(date)) => (date.column, false, date.places),
            (None, None) => return None,
        };
        words.tick(from, to);
        words.tick_each(&places);
        words.take(&["during", "in"]);
        let day = match months {
            0 => "today()".to_owned(),
            months => format!("add_months(today(), {months})"),
        };
        let source = self.texts(&column, |path| {
            let own = match is_text {
                true => path.to_owned(),
                false => format!("format_date({path}, '%Y-%m')"),
            };
            format!("{own} == format_date({day}, '%Y-%m')")
        });
        Some(self.found(source, None, &[&column]))
    }

    /// Ticks off a span of time that the name of a column says as well: "in the last 90 days" of
    /// `views_90d`.
    pub(super) fn take_span(&self, words: &mut Words) {
        let spans = figures(&words.tokens);
        let numbers = self
            .table
            .columns
            .iter()
            .filter(|(_, c)| is_number(&c.kind));
        for (name, _) in numbers {
            let Some(days) = name.split('_').find_map(span) else {
                continue;
            };
            let free = words.free();
            let own = parts(name);
            let is_said = own
                .iter()
                .any(|part| span(part).is_none() && free.contains(part));
            let same = spans.iter().find(|figure| match figure.unit {
                Unit::Days(unit) => (figure.number * f64::from(unit) - days).abs() < 1.5,
                _ => false,
            });
            if let (true, Some(figure)) = (is_said, same) {
                words.tick(figure.span.0, figure.span.1);
                return;
            }
        }
    }
}

/// Returns how many days a part of a column's name says: `90d`, `l30d`, `12m`, `7days`.
fn span(part: &str) -> Option<f64> {
    let part = part.strip_prefix('l').unwrap_or(part);
    let end = part
        .find(|c: char| !c.is_ascii_digit())
        .filter(|at| *at > 0)?;
    let number: f64 = part[..end].parse().ok()?;
    let days = match &part[end..] {
        "d" | "day" | "days" => 1.0,
        "w" | "wk" | "weeks" => 7.0,
        "m" | "mo" | "months" => 30.0,
        _ => return None,
    };
    Some(number * days)
}

fn is_year_month(value: &str) -> bool {
    let mut parts = value.split('-');
    let digits = |part: Option<&str>, many: usize| {
        part.is_some_and(|p| p.len() == many && p.chars().all(|c| c.is_ascii_digit()))
    };
    digits(parts.next(), 4) && digits(parts.next(), 2) && parts.next().is_none()
}
