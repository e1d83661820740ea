//! Days between dates, and days that no column names: today, "the day of the request".

use super::names::Kind;
use super::terms::Term;
use super::{Found, Made, Parser, Scope};
use crate::drafter::condition::columns::{began, only_number};

/// Verbs for how a row came to be: "they asked more than 365 days ago".
const BEGAN: [&str; 26] = [
    "asked",
    "came",
    "filed",
    "raised",
    "submitted",
    "created",
    "opened",
    "sent",
    "reported",
    "requested",
    "wrote",
    "written",
    "responded",
    "answered",
    "gave",
    "dated",
    "made",
    "placed",
    "logged",
    "received",
    "registered",
    "posted",
    "replied",
    "booked",
    "entered",
    "ordered",
];

impl<'w> Parser<'_, 'w> {
    /// Parses "days from the charge to the request", "days since the last reply".
    pub(super) fn days_of(&self, at: usize, scope: Scope<'w>) -> Found<Term> {
        const DAYS: [&str; 8] = [
            "number of calendar days",
            "number of days",
            "how many days",
            "calendar days",
            "days",
            "day",
            "time",
            "age",
        ];
        let Some(at) = self.phrase(at, &DAYS) else {
            return Vec::new();
        };
        let at = self
            .phrase(
                at,
                &[
                    "are counted",
                    "counted",
                    "is counted",
                    "passed",
                    "that passed",
                    "have passed",
                ],
            )
            .unwrap_or(at);
        let mut found = Vec::new();
        let days = |made: Made| Term {
            days: true,
            ..Term::new(made, Kind::Number)
        };
        if let Some(from) = self.phrase(at, &["from", "between", "since", "after"]) {
            for (end, first) in self.dates(from, scope) {
                if self.word(at) != "between" && self.word(at) != "from" {
                    let source = format!("days_since({})", first.made.source);
                    found.push((
                        end,
                        days(Made {
                            source,
                            ..first.made.clone()
                        }),
                    ));
                }
                let Some(to) = self.phrase(end, &["to", "until", "and", "till"]) else {
                    continue;
                };
                for (end, second) in self.dates(to, scope) {
                    let source = format!(
                        "days_between({}, {})",
                        first.made.source, second.made.source
                    );
                    found.push((end, days(first.made.clone().with(source, &second.made))));
                }
            }
        }
        if let Some(to) = self.phrase(at, &["until", "to", "before", "till"]) {
            for (end, date) in self.dates(to, scope) {
                let source = format!("days_until({})", date.made.source);
                found.push((
                    end,
                    days(Made {
                        source,
                        ..date.made
                    }),
                ));
            }
        }
        found.sort_by_key(|(end, _)| std::cmp::Reverse(*end));
        found
    }

    /// Parses dates.
    pub(super) fn dates(&self, at: usize, scope: Scope<'w>) -> Found<Term> {
        let all = self.terms(at, scope).into_iter();
        all.filter(|(_, term)| term.kind == Kind::Date).collect()
    }

    /// Parses days that are no column's name: today, "they asked", "the day of the request".
    pub(super) fn moments(&self, at: usize, scope: Scope<'w>) -> Found<Term> {
        let mut found = Vec::new();
        if let Some(end) = self.phrase(at, &["today", "now", "the run date"]) {
            let made = Made {
                source: "today()".to_owned(),
                ..Made::default()
            };
            found.push((end, Term::new(made, Kind::Date)));
        }
        let day = self.word(at);
        if day.parse::<jiff::civil::Date>().is_ok() && day.contains('-') {
            let made = Made {
                source: format!("parse_date('{day}')"),
                ..Made::default()
            };
            found.push((at + 1, Term::new(made, Kind::Date)));
        }
        for (words, source) in [
            ("yesterday", "add_days(today(), -1)"),
            ("tomorrow", "add_days(today(), 1)"),
        ] {
            let end = self.phrase(at, &[words]);
            let made = Made {
                source: source.to_owned(),
                ..Made::default()
            };
            found.extend(end.map(|end| (end, Term::new(made, Kind::Date))));
        }
        let own = match scope {
            Scope::Case => self.reader.cases,
            Scope::Within(table) => table,
        };
        let began_on = |table| {
            began(table)
                .map(|column| Term::new(self.path(scope, table, &column, Kind::Date), Kind::Date))
        };
        if BEGAN.contains(&self.word(at)) {
            let end = self.phrase(at + 1, &["in", "us"]).unwrap_or(at + 1);
            found.extend(began_on(own).map(|term| (end, term)));
        }
        const GAVE: [&str; 8] = [
            "gave us",
            "gives us",
            "give us",
            "gave",
            "gives",
            "rated",
            "answered with",
            "scored",
        ];
        if let Some(end) = self.phrase(at, &GAVE)
            && let Some(number) = only_number(own)
        {
            let made = self.path(scope, own, &number.column, Kind::Number);
            found.push((end, Term::new(made, Kind::Number)));
        }
        let from = self
            .phrase(at, &["date of the", "day of the", "date of", "day of"])
            .unwrap_or(at);
        for (end, table) in self.tables(from) {
            if self.rank(scope, table).is_some() && self.word(end) != "'s" {
                found.extend(began_on(table).map(|term| (end, term)));
            }
        }
        found
    }
}
