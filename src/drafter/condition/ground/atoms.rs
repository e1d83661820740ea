//! Single conditions: figures and dates compared, and words that the owner has explained.

use super::bounds::Unit;
use super::names::Kind;
use super::places::Field;
use super::terms::Term;
use super::{Found, Made, Parser, Scope};
use crate::drafter::words::plain_stem;

impl<'w> Parser<'_, 'w> {
    /// Parses one condition.
    pub(super) fn atoms(&self, at: usize, scope: Scope<'w>) -> Found<Made> {
        let mut found = self.rows_there(at, scope);
        found.extend(self.named_values(at, scope));
        found.extend(self.flags(at, scope));
        found.extend(self.blanks(at, scope));
        found.extend(self.compared(at, scope));
        found.extend(self.either(at, scope));
        found.extend(self.compared_first(at, scope));
        found.extend(self.spans(at, scope));
        found.extend(self.beside_own(at, scope));
        found.extend(self.values(at, scope));
        found.extend(self.parts_of_texts(at, scope));
        found.extend(self.in_months(at, scope));
        found.extend(self.shared_columns(at, scope));
        found.extend(self.owned_words(at, scope));
        found
    }

    /// Parses words of which the owner has said what they mean.
    fn owned_words(&self, at: usize, scope: Scope<'w>) -> Found<Made> {
        let denied = self.phrase(at, &["not", "never", "non"]);
        let from = denied.unwrap_or(at);
        let is_said = |own: &[String]| {
            !own.is_empty()
                && own
                    .iter()
                    .enumerate()
                    .all(|(i, own)| plain_stem(self.word(from + i)) == *own)
        };
        let mut found = Vec::new();
        for (own, said) in self.reader.owned.iter().filter(|(own, _)| is_said(own)) {
            let parser = self.reader.parser(said);
            let read = parser.and_then(|parser| {
                let all = parser.condition(0, scope).into_iter();
                let mut whole = all
                    .filter(|(end, _)| parser.is_over(*end))
                    .map(|(_, made)| made);
                whole.next()
            });
            found.extend(read.map(|made| (from + own.len(), made)));
        }
        if let Some(own) = self
            .reader
            .supposed
            .borrow()
            .as_ref()
            .filter(|own| is_said(own))
        {
            let source = "supposed == true".to_owned();
            found.push((
                from + own.len(),
                Made {
                    source,
                    of_item: true,
                    ..Made::default()
                },
            ));
        }
        if denied.is_some() {
            return found
                .into_iter()
                .map(|(end, made)| (end, made.negated()))
                .collect();
        }
        found
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

    /// Parses two tests of one figure or date: "seats is empty or more than 10".
    fn either(&self, at: usize, scope: Scope<'w>) -> Found<Made> {
        let mut found = Vec::new();
        for field in self.fields(at, scope) {
            if !matches!(field.place.kind, Kind::Number | Kind::Date) {
                continue;
            }
            for (end, first) in self.tests_of(&field, field.place.end, scope) {
                let Some(next) = self.phrase(end, &[", or", "or"]) else {
                    continue;
                };
                for (end, second) in self.tests_of(&field, next, scope) {
                    let source = format!("({} or {})", first.source, second.source);
                    found.push((end, first.clone().with(source, &second)));
                }
            }
        }
        found
    }

    /// Parses what is said of a figure or a date that stands before it.
    fn tests_of(&self, field: &Field<'w>, at: usize, scope: Scope<'w>) -> Found<Made> {
        let term = Term::new(field.made.clone(), field.place.kind);
        let mut found = self.emptiness(&field.made, at);
        for at in self.starts(at) {
            found.extend(self.tests(at, scope, &term));
            if term.kind == Kind::Date {
                found.extend(self.tested(at, scope, &term.made, false));
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
                let made = Made {
                    source: measure.source.clone(),
                    joined: measure.joined.clone(),
                    columns: measure.columns.clone(),
                    of_item: false,
                };
                let measured = Term {
                    days: true,
                    ..Term::new(made, Kind::Number)
                };
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
            let is_other = right.made.source != left.made.source;
            if right.figure.is_none() && right.kind == left.kind && is_other {
                let source = format!("{} {relation} {}", left.made.source, right.made.source);
                found.push((end, left.made.clone().with(source, &right.made)));
            }
        }
        found
    }
}
