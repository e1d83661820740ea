//! Spans of time as they are compared: days, and months of the calendar.

use super::lex;
use crate::drafter::words::written;

/// How far a day lies off, in words behind a span.
#[derive(Clone, Copy)]
pub(super) enum Lies {
    Behind,
    Ahead,
}

/// So many days, or so many months of the calendar.
#[derive(Clone, Copy)]
pub(super) struct Span {
    pub(super) days: f64,
    months: Option<f64>,
}

impl Span {
    pub(super) fn of(number: f64, each: f64) -> Self {
        Span {
            days: number * each,
            months: lex::months(each).map(|months| number * months),
        }
    }

    /// Returns that a date lies so far off, by a relation. `is_only` says that it has to lie on that side.
    pub(super) fn lies(self, date: &str, lies: Lies, relation: &str, is_only: bool) -> String {
        let is_near = matches!(relation, "<" | "<=");
        if let Some(months) = self.months {
            let (months, relation, side) = match lies {
                // So many months ago or less is that day or a later one.
                Lies::Behind => (format!("-{}", written(months)), mirrored(relation), "<="),
                Lies::Ahead => (written(months), relation, ">="),
            };
            let far = format!("{date} {relation} add_months(today(), {months})");
            return match is_near && is_only {
                true => format!("{far} and {date} {side} today()"),
                false => far,
            };
        }
        let days = written(self.days);
        let value = match lies {
            Lies::Behind => format!("days_since({date})"),
            Lies::Ahead => format!("days_until({date})"),
        };
        match is_near && is_only {
            true => format!("{value} {relation} {days} and {value} >= 0"),
            false => format!("{value} {relation} {days}"),
        }
    }
}

/// Returns the relation seen from the other side.
fn mirrored(relation: &str) -> &str {
    match relation {
        "<" => ">",
        "<=" => ">=",
        ">" => "<",
        ">=" => "<=",
        other => other,
    }
}
