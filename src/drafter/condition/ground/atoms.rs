//! Single conditions: figures and dates compared, values, flags, and what is missing.

use super::names::{Kind, Place, Value};
use super::bounds::Unit;
use super::terms::Term;
use super::{Found, Made, Parser, Scope};
use crate::drafter::condition::values::{equal, yes};
use crate::drafter::world::{Column, Table};

/// Says that a column holds nothing, behind its name.
const MISSING: [&str; 22] = [
    "missing", "empty", "blank", "unknown", "unset", "null", "none", "not known", "not set",
    "not filled in", "not filled", "not given", "not there", "not on record", "not on file",
    "nothing", "not yet set", "not been set", "not entered", "left empty", "left blank", "not yet filled in",
];
/// Says that a column holds something, behind its name.
const GIVEN: [&str; 17] = [
    "not missing", "not empty", "not blank", "not unknown", "filled in", "filled", "set", "given",
    "known", "present", "there", "on record", "on file", "entered", "recorded", "not null",
    "not nothing",
];

impl<'w> Parser<'_, 'w> {
    /// Parses one condition.
    pub(super) fn atoms(&self, at: usize, scope: Scope<'w>) -> Found<Made> {
        let mut found = self.rows_there(at, scope);
        found.extend(self.named_values(at, scope));
        found.extend(self.flags(at, scope));
        found.extend(self.blanks(at, scope));
        found.extend(self.compared(at, scope));
        found.extend(self.compared_first(at, scope));
        found.extend(self.spans(at, scope));
        found.extend(self.values(at, scope));
        found.extend(self.shared_columns(at, scope));
        found
    }

    /// Parses "status is open or pending", "category is not Bug".
    fn named_values(&self, at: usize, scope: Scope<'w>) -> Found<Made> {
        let mut found = Vec::new();
        let texts = self.columns(at, scope);
        for place in texts.iter().filter(|place| place.kind == Kind::Text) {
            const IS: [&str; 16] = [
                "is one of", "is any of", "= =", "=", "is in", "is set to", "is marked", "says", "equals", "is either",
                "is", "are", "was", "were", "being", "of",
            ];
            const IS_NOT: [&str; 12] = [
                "is not one of", "is none of", "is neither", "is not in", "! =", "< >", "is anything but", "is other than",
                "is not", "are not", "was not", "not",
            ];
            let (denied, from) = match self.phrase(place.end, &IS_NOT) {
                Some(end) => (true, end),
                None => (false, self.phrase(place.end, &IS).unwrap_or(place.end)),
            };
            let is_own = |value: &Value<'w>| {
                value.table.name == place.table.name && value.column == place.column
            };
            for (end, values) in self.listed(from, is_own) {
                let made = self.equals(scope, place.table, place.column, &values, denied);
                found.push((end, made));
            }
        }
        found
    }

    /// Parses values alone: "settled", "not paused", "blocker or important", "high priority".
    fn values(&self, at: usize, scope: Scope<'w>) -> Found<Made> {
        const NOT: [&str; 8] = ["neither", "not", "non", "never", "none of", "other than", "anything but", "excluding"];
        let denied = self.phrase(at, &NOT);
        let from = denied.unwrap_or(at);
        let from = self.starts(from).into_iter().find(|at| !self.names.values_at(&self.words, *at).is_empty());
        let Some(from) = from else {
            return Vec::new();
        };
        let mut held = self.names.values_at(&self.words, from);
        held.retain(|value| self.rank(scope, value.table).is_some());
        let meant = self.spoken_of(at, from, scope);
        if let Some(table) = meant
            && held.iter().any(|value| value.table.name == table.name)
        {
            held.retain(|value| value.table.name == table.name);
        }
        let rank = |value: &Value<'w>| self.rank(scope, value.table).unwrap_or(usize::MAX);
        let Some(nearest) = held.iter().map(rank).min() else {
            return Vec::new();
        };
        held.retain(|value| rank(value) == nearest);
        let columns: Vec<(&Table, &str)> = held.iter().map(|v| (v.table, v.column)).collect();
        let mut found = Vec::new();
        for (table, column) in &columns {
            let is_own = |v: &Value<'w>| v.table.name == table.name && v.column == *column;
            for (end, values) in self.listed(from, is_own) {
                // "Open" of two columns is neither, unless the column is named.
                let named = self.named_behind(end, scope, table, column);
                let is_alone = columns.iter().all(|other| other.1 == *column && other.0.name == table.name);
                if !is_alone && named.is_none() {
                    continue;
                }
                let made = self.equals(scope, table, column, &values, denied.is_some());
                found.push((named.unwrap_or(end), made));
            }
        }
        found
    }

    /// Returns where the name of a column ends that stands behind a value of it.
    fn named_behind(&self, at: usize, scope: Scope<'w>, table: &Table, column: &str) -> Option<usize> {
        let at = self.phrase(at, &["as", "in"]).unwrap_or(at);
        let places = self.columns(at, scope);
        let is_it = |place: &&Place<'w>| place.table.name == table.name && place.column == column;
        places.iter().find(is_it).map(|place| place.end)
    }

    /// Returns the table whose rows values are said of: those named behind them, or right before.
    fn spoken_of(&self, before: usize, at: usize, scope: Scope<'w>) -> Option<&'w Table> {
        let named = |at: usize| {
            let tables = self.names.tables_at(&self.words, at);
            let mut near = tables.into_iter().filter(|(_, table)| self.rank(scope, table).is_some());
            near.next().map(|(_, table)| table)
        };
        const ENDS: [&str; 12] = ["of", "with", "that", "who", "whose", "where", "which", ",", "is", "are", "and", "has"];
        let behind = (at + 1..at + 5).take_while(|at| !ENDS.contains(&self.word(*at)));
        let mut behind = behind.filter_map(named);
        behind.next().or_else(|| {
            let near = before.saturating_sub(3)..before;
            near.rev().take_while(|at| !matches!(self.word(*at), "," | "and" | "or")).find_map(named)
        })
    }

    /// Returns lists of values of one column, the longest first.
    fn listed(&self, at: usize, is_own: impl Fn(&Value<'w>) -> bool) -> Found<Vec<String>> {
        const NOTHING: [&str; 9] = [
            "nothing given", "none given", "nothing filled in", "not filled in", "nothing", "none", "empty", "blank",
            "missing",
        ];
        let value = |at: usize| {
            let at = self.phrase(at, &["the", "a", "an", "as"]).unwrap_or(at);
            let mut held = self.names.values_at(&self.words, at).into_iter().filter(|value| is_own(value));
            let held = held.next().map(|value| (value.end, value.value.to_owned()));
            // No value stands for nothing.
            held.or_else(|| Some((self.phrase(at, &NOTHING)?, String::new())))
        };
        let mut found: Found<Vec<String>> = Vec::new();
        let mut values = Vec::new();
        let mut next = value(at).filter(|(_, value)| !value.is_empty());
        while let Some((end, held)) = next {
            values.push(held);
            found.push((end, values.clone()));
            const JOIN: [&str; 8] = [", or", ", and", ", nor", "or", "and", "nor", "/", ","];
            next = self.phrase(end, &JOIN).and_then(value);
        }
        found.reverse();
        found
    }

    fn equals(&self, scope: Scope<'w>, table: &Table, column: &str, values: &[String], denied: bool) -> Made {
        let made = self.path(scope, table, column, Kind::Text);
        let held: Vec<String> = values.iter().filter(|value| !value.is_empty()).cloned().collect();
        if held.len() < values.len() {
            let own = self.equals(scope, table, column, &held, denied);
            let source = match denied {
                true => format!("{} and not ({} is missing)", own.source, made.source),
                false => format!("({} or {} is missing)", own.source, made.source),
            };
            return Made { source, ..made };
        }
        let lists = table.columns.get(column).is_some_and(Column::is_listing);
        let source = if lists {
            let each: Vec<String> = values.iter().map(|v| format!("contains({}, '{v}')", made.source)).collect();
            let any = each.join(" or ");
            if denied { format!("not ({any})") } else { any }
        } else {
            let (one, many) = if denied { ("!=", "not in") } else { ("==", "in") };
            equal(&made.source, values, one, many).unwrap_or_default()
        };
        Made { source, ..made }
    }

    /// Parses "opted out of email", "not announced", "email_opt_out is yes".
    fn flags(&self, at: usize, scope: Scope<'w>) -> Found<Made> {
        let denied = self.phrase(at, &["has not been", "not yet been", "not been", "not yet", "not", "never", "no", "without"]);
        let from = denied.unwrap_or(at);
        let mut found = Vec::new();
        for place in self.columns(from, scope) {
            let Some(column) = place.table.columns.get(place.column) else {
                continue;
            };
            let Some(yes) = yes(column).filter(|_| place.whole) else {
                continue;
            };
            let said = self.phrase(place.end, &["is = =", "= =", "=", "is"]);
            let (mut denied, mut end) = (denied.is_some(), place.end);
            if let Some(at) = said {
                let answers = [("yes", false), ("true", false), ("no", true), ("false", true), ("not set", true), ("set", false)];
                let answer = answers.iter().find_map(|(word, no)| Some((self.phrase(at, &[word])?, no)));
                if let Some((behind, no)) = answer {
                    denied ^= *no;
                    end = behind;
                }
            }
            let made = self.path(scope, place.table, place.column, Kind::Flag);
            let source = match (column.kind.as_str(), denied) {
                ("boolean", true) => format!("not ({} == true)", made.source),
                ("boolean", false) => format!("{} == true", made.source),
                (_, true) => format!("{} != '{yes}'", made.source),
                (_, false) => format!("{} == '{yes}'", made.source),
            };
            found.push((end, Made { source, ..made }));
        }
        found
    }

    /// Parses what is missing or there: "no comment", "told_on is empty", "not yet decided".
    fn blanks(&self, at: usize, scope: Scope<'w>) -> Found<Made> {
        let mut found = Vec::new();
        let mut add = |end: usize, place: &Place<'w>, is_missing: bool| {
            let made = self.path(scope, place.table, place.column, place.kind);
            let source = match is_missing {
                true => format!("{} is missing", made.source),
                false => format!("not ({} is missing)", made.source),
            };
            found.push((end, Made { source, ..made }));
        };
        let is_verb = |place: &Place<'w>| {
            place.kind == Kind::Date && self.words[..place.end].last().is_some() && place.whole
        };
        for place in self.references(at, scope) {
            let behind = self.starts(place.end);
            if let Some(end) = behind.iter().find_map(|at| self.phrase(*at, &GIVEN)) {
                add(end, &place, false);
            }
            if let Some(end) = behind.iter().find_map(|at| self.phrase(*at, &MISSING)) {
                add(end, &place, true);
            }
        }
        const LACKS: [&str; 9] = ["does not have", "do not have", "not have", "without any", "without", "lacks", "lacking", "no", "missing"];
        if let Some(from) = self.phrase(at, &LACKS) {
            for place in self.references(from, scope) {
                let end = self.phrase(place.end, &["was given", "is given", "given", "is known", "known", "on record", "on file", "filled in", "left", "set", "was requested"]);
                add(end.unwrap_or(place.end), &place, true);
            }
        }
        const HAS: [&str; 12] = ["there is a", "there is an", "there is", "has a", "has an", "has", "with a", "with an", "left a", "left an", "gave a", "have a"];
        if let Some(from) = self.phrase(at, &HAS) {
            for place in self.references(from, scope).iter().filter(|p| p.whole && p.kind == Kind::Text) {
                add(place.end, place, false);
            }
        }
        const NEVER: [&str; 8] = ["not yet been", "has not been", "have not been", "not been", "never been", "not yet", "never", "not"];
        const ALREADY: [&str; 8] = ["have already been", "has already been", "already been", "has been", "have been", "already", "was", "been"];
        for (words, is_missing) in [(NEVER, true), (ALREADY, false)] {
            let Some(from) = self.phrase(at, &words) else {
                continue;
            };
            for place in self.columns(from, scope).iter().filter(|place| is_verb(place)) {
                let end = self.phrase(place.end, &["yet", "so far"]).unwrap_or(place.end);
                add(end, place, is_missing);
            }
        }
        found
    }

    /// Returns the columns that words name, and those that name rows of their own: "contact" of a
    /// `contact_id`.
    fn references(&self, at: usize, scope: Scope<'w>) -> Vec<Place<'w>> {
        let mut places = self.columns(at, scope);
        let from = match self.word(at) {
            "a" | "an" | "the" | "its" | "any" => at + 1,
            _ => at,
        };
        let table = match scope {
            Scope::Case => self.reader.cases,
            Scope::Within(table) => table,
        };
        let called = |name: &&String| name.strip_suffix("_id") == Some(self.word(from));
        if let Some(column) = table.columns.keys().find(called) {
            let end = self.phrase(from + 1, &["id"]).unwrap_or(from + 1);
            places.push(Place { end, table, column, kind: Kind::Text, fit: 0, whole: true });
        }
        places
    }

    /// Parses "seats used is more than seats bought", "arr of at least 20,000", "scored 6 or lower".
    fn compared(&self, at: usize, scope: Scope<'w>) -> Found<Made> {
        let mut found = Vec::new();
        for (end, left) in self.terms(at, scope) {
            if left.figure.is_some() {
                continue;
            }
            for from in self.starts(end) {
                for (end, test) in self.tests(from, scope, &left) {
                    found.push((end, test));
                }
            }
        }
        found
    }

    /// Parses a comparison before what it compares: "more than 5,000 was requested", "3 to 6 days from …".
    fn compared_first(&self, at: usize, scope: Scope<'w>) -> Found<Made> {
        let mut found = Vec::new();
        for (end, bounds) in self.bounds(at) {
            // "3 to 6 days since the reply": the days are those of the figure.
            let is_span = matches!(bounds.unit, Unit::Days(_));
            let own = is_span.then(|| end - 1);
            if is_span && let Some(measure) = &*self.reader.measure.borrow() {
                let made = Made { source: measure.source.clone(), joined: measure.joined.clone(), columns: measure.columns.clone(), of_item: false };
                let measured = Term { days: true, ..Term::new(made, Kind::Number) };
                found.extend(self.within(&measured, &bounds).map(|made| (end, made)));
            }
            for from in own.into_iter().chain(self.starts(end)) {
                for (end, term) in self.terms(from, scope) {
                    let is_one = term.kind == Kind::Number && term.figure.is_none();
                    if let Some(made) = is_one.then(|| self.within(&term, &bounds)).flatten() {
                        found.push((end, made));
                    }
                }
            }
        }
        found
    }

    /// Parses what a term is compared with.
    fn tests(&self, at: usize, scope: Scope<'w>, left: &Term) -> Found<Made> {
        let mut found = Vec::new();
        if left.kind == Kind::Number {
            for (end, bounds) in self.bounds(at) {
                found.extend(self.within(left, &bounds).map(|made| (end, made)));
            }
        }
        let Some((from, relation)) = self.relation(at) else {
            return found;
        };
        for (end, right) in self.terms(from, scope) {
            if right.figure.is_none() && right.kind == left.kind {
                let source = format!("{} {relation} {}", left.made.source, right.made.source);
                found.push((end, left.made.clone().with(source, &right.made)));
            }
        }
        found
    }
}
