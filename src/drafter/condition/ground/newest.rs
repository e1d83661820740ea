//! The newest or oldest of some rows, and what it holds.

use super::names::{Kind, Place};
use super::places::Field;
use super::rows::{Order, Rows};
use super::terms::Term;
use super::{Found, Parser, Scope};
use crate::drafter::world::Table;

impl<'w> Parser<'_, 'w> {
    /// Parses when the newest row came to be: "our last public reply".
    pub(super) fn newest_dates(&self, at: usize, scope: Scope<'w>) -> Found<Term> {
        let newest = self.newest(at, scope).into_iter();
        let dated = newest.filter_map(|(end, rows, last)| {
            let date = rows.dated()?;
            Some((end, Term::new(rows.held(last, &date, &date), Kind::Date)))
        });
        dated.collect()
    }

    /// Parses what the newest row holds: "used seats in the latest snapshot", "the latest promise's
    /// amount", "pay_by of the latest promise by made_on".
    pub(super) fn of_newest(&self, at: usize, scope: Scope<'w>) -> Vec<Field<'w>> {
        let mut found = Vec::new();
        let mut add = |place: Place<'w>, end: usize, rows: &Rows<'w>, last: &str| {
            if let Some(date) = rows.dated().filter(|_| place.table.name == rows.table.name) {
                let made = rows.held(last, &date, place.column);
                let place = Place { end, ..place };
                found.push(Field { place, made });
            }
        };
        for (end, rows, last) in self.newest(at, scope) {
            let from = self.phrase(end, &["'s"]).unwrap_or(end);
            for place in self.names.columns_at(&self.words, from) {
                let end = place.end;
                add(place, end, &rows, last);
            }
        }
        for place in self.names.columns_at(&self.words, at) {
            let Some(of) = self.phrase(place.end, &["of", "in", "on", "from", "at"]) else {
                continue;
            };
            for (end, rows, last) in self.newest(of, scope) {
                add(place.clone(), end, &rows, last);
            }
        }
        found.sort_by_key(|field| std::cmp::Reverse(field.place.end));
        found
    }

    /// Parses the newest or oldest of some rows.
    fn newest(&self, at: usize, scope: Scope<'w>) -> Vec<(usize, Rows<'w>, &'static str)> {
        let at = self
            .phrase(at, &["the", "our", "its", "their"])
            .unwrap_or(at);
        let newest = self.phrase(at, &["most recent", "latest", "newest", "last"]);
        let oldest = || self.phrase(at, &["earliest", "oldest", "first"]);
        let (from, last) = match newest {
            Some(from) => (from, "last"),
            None => match oldest() {
                Some(from) => (from, "first"),
                None => return Vec::new(),
            },
        };
        let rows = self.rows(from, true).into_iter();
        let rows = rows.map(|(end, rows)| (end, rows, last));
        // A condition in quotes can hold no other.
        let is_within = matches!(scope, Scope::Within(_));
        rows.filter(|(_, rows, _)| !is_within || rows.is_plain())
            .collect()
    }

    /// Parses the date in whose order rows stand, and which counts of those with the same: "by made_on, the
    /// lowest score first".
    pub(super) fn ordered(&self, at: usize, table: &Table) -> Option<(usize, Order)> {
        let from = self.phrase(at, &["by the", "by", "according to"])?;
        let places = self.names.columns_at(&self.words, from).into_iter();
        let mut dates =
            places.filter(|place| place.table.name == table.name && place.kind == Kind::Date);
        let date = dates.next()?;
        let by = Some(date.column.to_owned());
        let (end, tie) = match self.tie(date.end, table) {
            Some((end, tie)) => (end, Some(tie)),
            None => (date.end, None),
        };
        Some((end, Order { by, tie }))
    }

    /// Parses which counts of rows with the same date: "the lowest score first", "then by the highest amount".
    fn tie(&self, at: usize, table: &Table) -> Option<(usize, (String, bool))> {
        const JOINS: [&str; 12] = [
            ", and of the same day the",
            ", on a tie the",
            ", if the same the",
            ", then by the",
            ", then by",
            ", then the",
            ", then",
            ", the",
            ",",
            "then by the",
            "then by",
            "and then by",
        ];
        let from = self.phrase(at, &JOINS)?;
        let highest = self.phrase(from, &["highest", "largest", "biggest", "most"]);
        let lowest = || self.phrase(from, &["lowest", "smallest", "least"]);
        let (from, is_highest) = match highest {
            Some(from) => (from, true),
            None => (lowest()?, false),
        };
        let mut places = self.names.columns_at(&self.words, from).into_iter();
        let place = places.find(|place| place.table.name == table.name)?;
        let end = self.phrase(place.end, &["first", "counts", "wins"]);
        Some((
            end.unwrap_or(place.end),
            (place.column.to_owned(), is_highest),
        ))
    }
}
