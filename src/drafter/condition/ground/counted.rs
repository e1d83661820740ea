//! Rows that are counted: whether there are any, how many, how many different values they hold, and what
//! figures of theirs come to.

use super::names::Kind;
use super::terms::Term;
use super::{Found, Made, Parser, Scope};

impl<'w> Parser<'_, 'w> {
    /// Parses that there are rows, or none, or so many.
    pub(super) fn rows_there(&self, at: usize, scope: Scope<'w>) -> Found<Made> {
        // A condition in quotes can hold no other.
        if matches!(scope, Scope::Within(_)) {
            return Vec::new();
        }
        let mut found = Vec::new();
        const NONE: [&str; 16] = [
            "there is no",
            "there are no",
            "has no",
            "have no",
            "had no",
            "with no",
            "without any",
            "without an",
            "without a",
            "without",
            "does not have a",
            "does not have any",
            "do not have any",
            "not have a",
            "never had a",
            "no",
        ];
        if let Some(from) = self.phrase(at, &NONE) {
            for (end, rows) in self.rows(from, false) {
                let source = match rows.condition.is_empty() {
                    true => format!("({} | length) == 0", rows.list),
                    false => format!("not any({}, \"{}\")", rows.list, rows.condition),
                };
                found.push((end, rows.made(source)));
            }
        }
        for from in self.starts(at) {
            for (end, bounds) in self.bounds(from) {
                let different = self.different(end).into_iter();
                found.extend(different.filter_map(|(end, count)| {
                    let made = self.within(&Term::new(count, Kind::Number), &bounds)?;
                    Some((end, made))
                }));
                // One row at most belongs to a case where it names one.
                let many = self.rows(end, false).into_iter();
                let many = many.filter(|(_, rows)| !self.is_only_one(rows));
                for (end, rows) in many {
                    let made = rows.made(format!("({} | length)", rows.listed()));
                    let count = Term::new(made, Kind::Number);
                    found.extend(self.within(&count, &bounds).map(|made| (end, made)));
                }
            }
        }
        const SOME: [&str; 20] = [
            "there is an",
            "there is a",
            "there is any",
            "there is",
            "there are",
            "has an",
            "has a",
            "has any",
            "has",
            "have an",
            "have a",
            "have any",
            "have",
            "had a",
            "with an",
            "with a",
            "with any",
            "an",
            "a",
            "any",
        ];
        let is_other = matches!(self.word(at), "another" | "other");
        let some = self.phrase(at, &SOME).or(is_other.then_some(at));
        if let Some(from) = some {
            for (end, rows) in self.rows(from, false) {
                let source = match rows.condition.is_empty() {
                    true => format!("({} | length) > 0", rows.list),
                    false => format!("any({}, \"{}\")", rows.list, rows.condition),
                };
                found.push((end, rows.made(source)));
            }
        }
        found
    }

    /// Parses how many values of a column rows hold: "different user_email of the logins where …".
    fn different(&self, at: usize) -> Found<Made> {
        const DIFFERENT: [&str; 6] = [
            "different values of",
            "distinct values of",
            "different",
            "distinct",
            "unique",
            "separate",
        ];
        let Some(from) = self.phrase(at, &DIFFERENT) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for place in self.names.columns_at(&self.words, from) {
            const OF: [&str; 7] = ["of", "among", "in", "on", "across", "over", "from"];
            let Some(of) = self.phrase(place.end, &OF).filter(|_| place.whole) else {
                continue;
            };
            for (end, rows) in self.rows(of, false) {
                if rows.table.name == place.table.name {
                    found.push((end, rows.different(&place)));
                }
            }
        }
        found
    }

    /// Parses "number of open tickets", "total amount of unpaid invoices".
    pub(super) fn rows_counted(&self, at: usize, scope: Scope<'w>) -> Found<Term> {
        if matches!(scope, Scope::Within(_)) {
            return Vec::new();
        }
        let mut found = Vec::new();
        if let Some(from) = self.phrase(at, &["number of", "count of", "how many"]) {
            let different = self.different(from).into_iter();
            found.extend(different.map(|(end, count)| (end, Term::new(count, Kind::Number))));
            let many = self.rows(from, false).into_iter();
            let many = many.filter(|(_, rows)| !self.is_only_one(rows));
            for (end, rows) in many {
                let made = rows.made(format!("({} | length)", rows.listed()));
                found.push((end, Term::new(made, Kind::Number)));
            }
        }
        for (words, function) in [
            ("sum of", "sum"),
            ("total of", "sum"),
            ("total", "sum"),
            ("average", "avg"),
            ("highest", "max"),
            ("lowest", "min"),
            ("second highest", "1, reverse=true"),
            ("second largest", "1, reverse=true"),
            ("second lowest", "1"),
            ("second smallest", "1"),
            ("third highest", "2, reverse=true"),
            ("third lowest", "2"),
        ] {
            let Some(from) = self.phrase(at, &[words]) else {
                continue;
            };
            for place in self.names.columns_at(&self.words, from) {
                let Some(of) = self.phrase(place.end, &["of", "over", "in", "on", "across"]) else {
                    continue;
                };
                for (end, rows) in self.rows(of, false) {
                    let is_ranked = function.starts_with(['1', '2', 'm']);
                    let fits = place.kind == Kind::Number || is_ranked && place.kind == Kind::Date;
                    if rows.table.name == place.table.name && fits {
                        let made = match function.split_at(1) {
                            (at @ ("1" | "2"), reverse) => rows.ranked(place.column, at, reverse),
                            _ => rows.made(format!(
                                "{function}({}, '{}')",
                                rows.listed(),
                                place.column
                            )),
                        };
                        found.push((end, Term::new(made, place.kind)));
                    }
                }
            }
        }
        found
    }
}
