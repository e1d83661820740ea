//! What rows share with the case: "of the same amount", "at the same account".

use super::{Found, Made, Parser, Scope};
use crate::drafter::world::Table;

impl<'w> Parser<'_, 'w> {
    /// Parses what rows share with the case: "of the same amount", "at the same account".
    pub(super) fn shared_columns(&self, at: usize, scope: Scope<'w>) -> Found<Made> {
        let Scope::Within(table) = scope else {
            return Vec::new();
        };
        let Some(from) = self.phrase(at, &["same"]) else {
            return Vec::new();
        };
        let first = self.shared_column(from, table);
        let mut found = first.clone();
        // "Of the same contact_id and kind": what stands by itself behind it is shared, too.
        let mut shared = first;
        while let Some((end, first)) = shared.pop() {
            let Some(next) = self.phrase(end, &["and the same", "and", ", the same", ","]) else {
                continue;
            };
            for (end, second) in self.shared_column(next, table) {
                const ENDS: [&str; 9] = [
                    "where", ",", ")", "and", "is", "minus", "plus", "times", "has",
                ];
                let is_alone = end == self.words.len() || ENDS.contains(&self.word(end));
                if is_alone {
                    let both = first.clone().both("and", &second);
                    found.push((end, both.clone()));
                    shared.push((end, both));
                }
            }
        }
        found
    }

    /// Parses one column that rows share with the case.
    fn shared_column(&self, from: usize, table: &'w Table) -> Found<Made> {
        let scope = Scope::Within(table);
        if let Some(column) = self.reader.shared(table, self.word(from)) {
            let source = format!("item.{column} == {}.{column}", self.reader.item);
            let made = Made {
                source,
                of_item: true,
                ..Made::default()
            };
            return vec![(from + 1, made)];
        }
        let places = self.names.columns_at(&self.words, from).into_iter();
        let own = places.filter(|place| place.table.name == table.name && place.whole);
        let shared = own.filter_map(|place| {
            let of_item = self.path(scope, table, place.column, place.kind);
            let is_parent = self.rank(Scope::Case, table).is_some();
            let owner = match self.reader.cases.columns.contains_key(place.column) {
                true => self.reader.cases,
                false if is_parent => table,
                false => return None,
            };
            let other = self.path(Scope::Case, owner, place.column, place.kind);
            let source = format!("{} == {}", of_item.source, other.source);
            Some((place.end, of_item.with(source, &other)))
        });
        let found: Found<Made> = shared.collect();
        match found.is_empty() {
            true => self.shared_through(from, table),
            false => found,
        }
    }
}

/// Does a condition compare what a row holds with what belongs to the case?
pub(super) fn shares(made: &Made) -> bool {
    let sides = made.source.split_once(" == ");
    sides.is_some_and(|(of_item, own)| of_item.contains("item.") && !own.starts_with(['\'', '"']))
}
