//! What belongs to each of the rows that are counted: "status of its session", "on the same course", "the
//! number of its registrations". A condition about them can hold no second one, so what belongs to them is
//! looked up by its key in all rows.

use super::names::{Kind, Place};
use super::places::Field;
use super::terms::Term;
use super::{Found, Made, Parser, Scope};
use crate::drafter::condition::peers::every;
use crate::drafter::draft::refers;
use crate::drafter::world::Table;

/// Says that something belongs to the row that is spoken of.
const ITS: [&str; 4] = ["its", "their", "that", "whose"];

impl<'w> Parser<'_, 'w> {
    /// Parses columns of what belongs to the row that is counted: "status of its session", "its session's
    /// status".
    pub(super) fn of_its(&self, at: usize, scope: Scope<'w>) -> Vec<Field<'w>> {
        let Scope::Within(table) = scope else {
            return Vec::new();
        };
        let mut found = Vec::new();
        let its = |at: usize| {
            let from = self.phrase(at, &ITS)?;
            let mut owners = self.tables(from).into_iter();
            owners.find(|(_, owner)| refers(table, owner).is_some() && owner.name != table.name)
        };
        for place in self.names.columns_at(&self.words, at) {
            let of = self.phrase(place.end, &["of", "on", "in"]);
            let Some((end, owner)) = of.and_then(its) else {
                continue;
            };
            if place.table.name == owner.name {
                found.extend(self.looked_up(table, Place { end, ..place }));
            }
        }
        if let Some((end, owner)) = its(at)
            && let Some(from) = self.phrase(end, &["'s"])
        {
            let places = self.names.columns_at(&self.words, from).into_iter();
            let own = places.filter(|place| place.table.name == owner.name);
            found.extend(own.filter_map(|place| self.looked_up(table, place)));
        }
        found
    }

    /// Returns a column of the row that the row which is counted names.
    fn looked_up(&self, table: &Table, place: Place<'w>) -> Option<Field<'w>> {
        let column = refers(table, place.table)?;
        let key = place.table.key()?;
        let list = every(place.table);
        let made = Made {
            source: format!(
                "({list} | selectattr('{key}', 'eq', item.{column}) | first).{}",
                place.column
            ),
            of_item: true,
            ..Made::default()
        };
        Some(Field {
            place,
            made: Made {
                joined: [list].into(),
                ..made
            },
        })
    }

    /// Parses what rows share with the case through what each belongs to: "of the same course", where the
    /// course is one of their sessions.
    pub(super) fn shared_through(&self, from: usize, table: &'w Table) -> Found<Made> {
        let places = self.names.columns_at(&self.words, from).into_iter();
        let shared = places.filter(|place| place.whole && place.table.name != table.name);
        shared
            .filter_map(|place| {
                self.rank(Scope::Case, place.table)?;
                let (owner, column, kind) = (place.table, place.column, place.kind);
                let field = self.looked_up(table, place)?;
                let own = self.path(Scope::Case, owner, column, kind);
                let source = format!("{} == {}", field.made.source, own.source);
                Some((field.place.end, field.made.with(source, &own)))
            })
            .collect()
    }

    /// Parses a date of other rows that lies before or after the case's own: "held_on of its session is
    /// later".
    pub(super) fn beside_own(&self, at: usize, scope: Scope<'w>) -> Found<Made> {
        let Scope::Within(table) = scope else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for Field { place, made } in self.fields(at, scope) {
            let is_own = place.table.name == table.name && table.name != self.reader.cases.name;
            if place.kind != Kind::Date || is_own {
                continue;
            }
            for at in self.starts(place.end) {
                let later = self.phrase(at, &["later", "newer", "more recent", "after it"]);
                let earlier = || self.phrase(at, &["earlier", "older", "before it"]);
                let relation = later.map(|end| (end, ">"));
                let Some((end, relation)) = relation.or_else(|| Some((earlier()?, "<"))) else {
                    continue;
                };
                if self.word(end) != "than" && self.rank(Scope::Case, place.table).is_some() {
                    let own = self.path(Scope::Case, place.table, place.column, place.kind);
                    let source = format!("{} {relation} {}", made.source, own.source);
                    found.push((end, made.clone().with(source, &own)));
                }
            }
        }
        found
    }

    /// Parses how many rows belong to the row that is counted: "the number of its registrations".
    pub(super) fn number_of_its(&self, at: usize, scope: Scope<'w>) -> Found<Term> {
        let Scope::Within(table) = scope else {
            return Vec::new();
        };
        let of = self.phrase(at, &["number of", "count of", "how many"]);
        let Some(from) = of.and_then(|of| self.phrase(of, &ITS)) else {
            return Vec::new();
        };
        let Some(key) = table.key() else {
            return Vec::new();
        };
        let children = self.tables(from).into_iter();
        let children = children.filter_map(|(end, child)| {
            let column = refers(child, table)?;
            let list = every(child);
            let made = Made {
                source: format!(
                    "({list} | selectattr('{column}', 'eq', item.{key}) | list | length)"
                ),
                of_item: true,
                joined: [list].into(),
                ..Made::default()
            };
            Some((end, Term::new(made, Kind::Number)))
        });
        children.collect()
    }
}
