//! When something was or will be: "asked more than 365 days ago", "created in the 60 days before the
//! request", "on the same day as the charge".

use super::bounds::{Bounds, Unit};
use super::names::Kind;
use super::spans::{Lies, Span};
use super::terms::Term;
use super::{Found, Made, Parser, Scope};
use crate::drafter::condition::columns::began;
use crate::drafter::words::written;

impl<'w> Parser<'_, 'w> {
    /// Parses a date and where it lies, in either order.
    pub(super) fn spans(&self, at: usize, scope: Scope<'w>) -> Found<Made> {
        let mut found = Vec::new();
        for (end, date) in self.dates(at, scope) {
            let date = &date.made;
            for at in self.starts(end) {
                let tested = self.tested(at, scope, date, false);
                for (end, made) in &tested {
                    // "On that day or in the 60 days before it" goes on about the same date.
                    let Some(next) = self.phrase(*end, &["or"]) else {
                        continue;
                    };
                    let more = self.starts(next).into_iter();
                    let more = more.flat_map(|at| self.tested(at, scope, date, true));
                    found.extend(more.map(|(end, other)| {
                        let source = format!("({} or {})", made.source, other.source);
                        (end, made.clone().with(source, &other))
                    }));
                }
                found.extend(tested);
            }
        }
        found.extend(self.compared_with_own(at, scope));
        // "Older than 14 days" says it of the row itself.
        const OLDER: [(&str, &str); 4] = [
            ("older than", ">"),
            ("newer than", "<"),
            ("younger than", "<"),
            ("more recent than", "<"),
        ];
        let table = match scope {
            Scope::Case => self.reader.cases,
            Scope::Within(table) => table,
        };
        for (words, relation) in OLDER {
            let Some(from) = self.phrase(at, &[words]) else {
                continue;
            };
            if let Some((end, span)) = self.span(from)
                && let Some(column) = began(table)
            {
                let made = self.path(scope, table, &column, Kind::Date);
                let source = span.lies(&made.source, Lies::Behind, relation, false);
                found.push((end, Made { source, ..made }));
            }
        }
        found
    }

    pub(super) fn tested(
        &self,
        at: usize,
        scope: Scope<'w>,
        date: &Made,
        goes_on: bool,
    ) -> Found<Made> {
        let mut found = self.lying(at, date);
        found.extend(self.beside(at, scope, date, goes_on));
        found
    }

    /// Parses "with an earlier date": of other rows of the case's kind, earlier than its own.
    fn compared_with_own(&self, at: usize, scope: Scope<'w>) -> Found<Made> {
        let Scope::Within(table) = scope else {
            return Vec::new();
        };
        if table.name != self.reader.cases.name {
            return Vec::new();
        }
        let earlier = self.phrase(at, &["earlier", "older"]).map(|end| (end, "<"));
        let later = || {
            self.phrase(at, &["later", "newer", "more recent"])
                .map(|end| (end, ">"))
        };
        let Some((from, relation)) = earlier.or_else(later) else {
            return Vec::new();
        };
        let dates = self.columns(from, scope).into_iter();
        let dates =
            dates.filter(|place| place.kind == Kind::Date && place.table.name == table.name);
        dates
            .map(|place| {
                let own = self.path(Scope::Case, table, place.column, Kind::Date);
                let of_item = self.path(scope, table, place.column, Kind::Date);
                let source = format!("{} {relation} {}", of_item.source, own.source);
                (
                    place.end,
                    Made {
                        columns: Default::default(),
                        ..of_item.with(source, &own)
                    },
                )
            })
            .collect()
    }

    /// Parses a span of days: "14 days", "two weeks", "the month".
    fn span(&self, at: usize) -> Option<(usize, Span)> {
        let at = self.phrase(at, &["the", "about"]).unwrap_or(at);
        let (at, number) = match self.figure(at) {
            Some(found) => found,
            None => (self.phrase(at, &["a", "one"]).unwrap_or(at), 1.0),
        };
        match self.unit(at) {
            (end, Unit::Days(each)) => Some((end, Span::of(number, each))),
            _ => None,
        }
    }

    /// Parses where a date lies, seen from today.
    fn lying(&self, at: usize, date: &Made) -> Found<Made> {
        let mut found = Vec::new();
        let mut add = |end: usize, source: String| {
            found.push((
                end,
                Made {
                    source,
                    ..date.clone()
                },
            ))
        };
        let date = &date.source;
        // What is not more than so long ago may as well be yet to come.
        const NOT_MORE: [&str; 5] = [
            "is not more than",
            "not more than",
            "no more than",
            "not over",
            "not longer than",
        ];
        let is_only = self.phrase(at, &NOT_MORE).is_none();
        let within =
            |lies: Lies, span: Span, relation: &str| span.lies(date, lies, relation, is_only);
        const WITHIN: [&str; 8] = [
            "within",
            "in",
            "during",
            "over",
            "inside",
            "from",
            "for",
            "not more than",
        ];
        let behind = self.phrase(at, &WITHIN).unwrap_or(at);
        let behind = self.phrase(behind, &["the", "its"]).unwrap_or(behind);
        for (words, lies) in [
            (["last", "past", "previous"], Lies::Behind),
            (["next", "coming", "following"], Lies::Ahead),
        ] {
            if let Some(from) = self.phrase(behind, &words)
                && let Some((end, span)) = self.span(from)
            {
                add(end, span.lies(date, lies, "<=", true));
            }
        }
        for (words, relation) in [
            ("older than", ">"),
            ("newer than", "<"),
            ("younger than", "<"),
        ] {
            let from = self.phrase(at, &[words]);
            if let Some((end, span)) = from.and_then(|from| self.span(from)) {
                add(end, span.lies(date, Lies::Behind, relation, true));
            }
        }
        const AGO: [&str; 8] = [
            "ago",
            "old",
            "back",
            "before today",
            "in the past",
            "earlier than today",
            "before now",
            "or more ago",
        ];
        const AWAY: [&str; 8] = [
            "away",
            "ahead",
            "from now",
            "from today",
            "in the future",
            "after today",
            "out",
            "off",
        ];
        const TODAY: [&str; 3] = ["of today", "of now", "of the run date"];
        for (end, bounds) in self.spanned(at) {
            let Bounds { all, .. } = &bounds;
            let [(relation, days)] = all.as_slice() else {
                continue;
            };
            let span = match bounds.unit {
                Unit::Days(each) => Span::of(days / each, each),
                _ => Span::of(*days, 1.0),
            };
            if let Some(end) = self.phrase(end, &AGO) {
                // "45 days ago or more".
                let (end, relation) =
                    match self.phrase(end, &["or more", "or longer", "or earlier", "or older"]) {
                        Some(end) => (end, ">="),
                        None => (end, *relation),
                    };
                add(end, within(Lies::Behind, span, relation));
            }
            if let Some(end) = self.phrase(end, &AWAY) {
                add(end, within(Lies::Ahead, span, relation));
            }
            if let Some(end) = self.phrase(end, &TODAY) {
                add(
                    end,
                    format!("abs(days_since({date})) {relation} {}", written(*days)),
                );
            }
        }
        for (words, source) in [
            (
                &["in the past", "passed", "over"][..],
                format!("days_since({date}) > 0"),
            ),
            (
                &["in the future", "still ahead", "still to come"][..],
                format!("days_until({date}) > 0"),
            ),
            (
                &["today or later", "today or after", "today or in the future"][..],
                format!("{date} >= today()"),
            ),
            (
                &[
                    "today or earlier",
                    "today or before",
                    "today or in the past",
                ][..],
                format!("{date} <= today()"),
            ),
            (&["today"][..], format!("{date} == today()")),
        ] {
            if let Some(end) = self.phrase(at, words) {
                add(end, source);
            }
        }
        found
    }

    /// Returns spans with what bounds them, in days.
    fn spanned(&self, at: usize) -> Found<Bounds> {
        let within = self.phrase(at, &["within", "inside", "in"]);
        let found = self.bounds(within.unwrap_or(at)).into_iter();
        let found = found.filter_map(|(end, bounds)| {
            let Unit::Days(each) = bounds.unit else {
                return None;
            };
            let all = bounds.all.iter().map(|(relation, number)| match *relation {
                "==" if within.is_some() => ("<=", number * each),
                relation => (relation, number * each),
            });
            Some((
                end,
                Bounds {
                    all: all.collect(),
                    ..bounds.clone()
                },
            ))
        });
        found.collect()
    }

    /// Parses where a date lies, seen from another.
    fn beside(&self, at: usize, scope: Scope<'w>, date: &Made, goes_on: bool) -> Found<Made> {
        let mut found: Found<Made> = Vec::new();
        let other = |at: usize| -> Found<Term> {
            // "Before it" is before what was spoken of last, where that is the case.
            match self.phrase(at, &["it", "that"]).filter(|_| goes_on) {
                Some(end) => {
                    let began = began(self.reader.cases);
                    let began = began.map(|column| {
                        self.path(Scope::Case, self.reader.cases, &column, Kind::Date)
                    });
                    began
                        .map(|made| (end, Term::new(made, Kind::Date)))
                        .into_iter()
                        .collect()
                }
                None => self.dates(at, scope),
            }
        };
        if let Some(from) = self.phrase(
            at,
            &[
                "on the same day as",
                "the same day as",
                "on the day of",
                "same day as",
            ],
        ) {
            for (end, other) in other(from) {
                let source = format!("{} == {}", date.source, other.made.source);
                found.push((end, date.clone().with(source, &other.made)));
            }
        }
        // "In the 60 days before it" is at most so many.
        let named = self.phrase(at, &["in the", "within the", "during the", "in"]);
        let named = named.and_then(|from| self.span(from)).map(|(end, span)| {
            (
                end,
                Bounds {
                    all: vec![("<=", span.days)],
                    among: Vec::new(),
                    unit: Unit::Days(1.0),
                },
            )
        });
        for (end, bounds) in self.spanned(at).into_iter().chain(named) {
            let [(relation, days)] = bounds.all.as_slice() else {
                continue;
            };
            const EITHER: [&str; 4] = ["before or after", "either side of", "of", "from"];
            let (from, way) = match (
                self.phrase(end, &EITHER),
                self.phrase(end, &["before"]),
                self.phrase(end, &["after"]),
            ) {
                (Some(from), _, _) => (from, 0),
                (_, Some(from), _) => (from, 1),
                (_, _, Some(from)) => (from, 2),
                _ => continue,
            };
            for (end, other) in other(from) {
                let other = &other.made;
                let between = match way {
                    0 => format!("abs(days_between({}, {}))", date.source, other.source),
                    1 => format!("days_between({}, {})", date.source, other.source),
                    _ => format!("days_between({}, {})", other.source, date.source),
                };
                let mut source = format!("{between} {relation} {}", written(*days));
                if way > 0 && matches!(*relation, "<" | "<=") {
                    source += &format!(" and {between} >= 0");
                }
                found.push((end, date.clone().with(source, other)));
            }
        }
        found
    }
}
