//! Months of the calendar: "month is in the last three full calendar months", "month is on or after 2026-08",
//! of columns that hold months as 2026-08, and of dates.

use super::names::Kind;
use super::places::Field;
use super::{Found, Made, Parser, Scope};
use crate::drafter::world::Column;

/// How a month is written.
const FORM: &str = "%Y-%m";

/// Words that say that months are those of the calendar.
const FULL: [&str; 5] = ["full", "calendar", "complete", "whole", "completed"];

impl<'w> Parser<'_, 'w> {
    /// Parses in which months of the calendar a month or a date lies.
    pub(super) fn in_months(&self, at: usize, scope: Scope<'w>) -> Found<Made> {
        let mut found = Vec::new();
        for Field { place, made } in self.fields(at, scope) {
            let column = place.table.columns.get(place.column);
            let is_month = place.kind == Kind::Text && column.is_some_and(holds_months);
            if !is_month && place.kind != Kind::Date {
                continue;
            }
            let month = match is_month {
                true => made.source.clone(),
                false => format!("format_date({}, '{FORM}')", made.source),
            };
            for from in self.starts(place.end) {
                let last = self.last_months(from, is_month);
                let last = last.map(|(end, count)| {
                    let first = format!("format_date(add_months(today(), -{count}), '{FORM}')");
                    let this = format!("format_date(today(), '{FORM}')");
                    (end, format!("{month} >= {first} and {month} < {this}"))
                });
                let this = || {
                    const THIS: [&str; 4] = [
                        "this month",
                        "current month",
                        "this calendar month",
                        "the current month",
                    ];
                    let end = self.phrase(from, &THIS)?;
                    Some((end, format!("{month} == format_date(today(), '{FORM}')")))
                };
                let named = || {
                    let (end, relation) = self.relation(from).unwrap_or((from, "=="));
                    let written = self.word(end);
                    (is_month && is_written(written))
                        .then(|| (end + 1, format!("{month} {relation} '{written}'")))
                };
                found.extend(last.or_else(this).or_else(named).map(|(end, source)| {
                    (
                        end,
                        Made {
                            source,
                            ..made.clone()
                        },
                    )
                }));
            }
        }
        found
    }

    /// Parses "the last three full calendar months": how many there are. Of a date the words have to say that
    /// they are those of the calendar.
    fn last_months(&self, at: usize, is_month: bool) -> Option<(usize, u32)> {
        let from = self.phrase(
            at,
            &[
                "within the",
                "during the",
                "one of the",
                "within",
                "during",
                "the",
            ],
        );
        let from = self.phrase(from.unwrap_or(at), &["last", "previous", "past"])?;
        let (mut end, count) = match self.figure(from) {
            Some((end, count)) if (1.0..=60.0).contains(&count) => (end, count as u32),
            _ => (from, 1),
        };
        let named = end;
        while FULL.contains(&self.word(end)) {
            end += 1;
        }
        let is_full = is_month || end > named;
        let end = self.phrase(end, &["months", "month"])?;
        is_full.then_some((end, count))
    }
}

/// Does a column hold months, as 2026-08?
fn holds_months(column: &Column) -> bool {
    !column.values.is_empty() && column.values.iter().all(|value| is_written(value))
}

/// Is a text a month, as 2026-08?
fn is_written(text: &str) -> bool {
    let parts = text.split_once('-');
    parts.is_some_and(|(year, month)| {
        let is_number = |text: &str| text.chars().all(|c| c.is_ascii_digit());
        year.len() == 4 && month.len() == 2 && is_number(year) && is_number(month)
    })
}
