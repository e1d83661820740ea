//! Where in a text something begins and ends, and which rows and columns are named there.

use std::collections::BTreeSet;

use super::names::{Kind, Place};
use super::{FILLERS, Found, Made, Parser, Scope, once};
use crate::drafter::world::Table;

/// A column that is named, as an expression.
#[derive(Debug, Clone)]
pub(super) struct Field<'w> {
    pub(super) place: Place<'w>,
    pub(super) made: Made,
}

impl<'w> Parser<'_, 'w> {
    pub(super) fn word(&self, at: usize) -> &str {
        self.words.get(at).map_or("", String::as_str)
    }

    /// Returns where words end that stand at a place, the first of some phrases that does.
    pub(super) fn phrase(&self, at: usize, phrases: &[&str]) -> Option<usize> {
        phrases.iter().find_map(|phrase| {
            let mut end = at;
            for word in phrase.split(' ') {
                if self.word(end) != word {
                    return None;
                }
                end += 1;
            }
            Some(end)
        })
    }

    /// Is there nothing left that names anything?
    pub(super) fn is_over(&self, at: usize) -> bool {
        self.starts(at).last().copied() == Some(self.words.len())
    }

    /// Returns the places at which a part may begin: there, and behind each word that names nothing.
    pub(super) fn starts(&self, at: usize) -> Vec<usize> {
        once(&self.known.starts, at, || self.beginnings(at))
    }

    pub(super) fn beginnings(&self, at: usize) -> Vec<usize> {
        let mut starts = vec![at];
        let mut at = at;
        while at < self.words.len() {
            if FILLERS.contains(&self.word(at)) {
                at += 1;
            } else if let Some(end) = self.phrase(
                at,
                &["written by", "sent by", "made by", "marked as", "at all"],
            ) {
                at = end;
            } else if let Some(end) = self.known_rows(at) {
                at = end;
            } else {
                break;
            }
            starts.push(at);
        }
        starts
    }

    /// Returns the tables whose rows words name, with where the name ends.
    pub(super) fn tables(&self, at: usize) -> Found<&'w Table> {
        once(&self.known.tables, at, || {
            self.names.tables_at(&self.words, at)
        })
    }

    /// Returns where words end that name the case or a row that belongs to it.
    pub(super) fn known_rows(&self, at: usize) -> Option<usize> {
        let tables = self.tables(at);
        let known = |(_, table): &&(usize, &'w Table)| self.rank(Scope::Case, table).is_some();
        tables.iter().find(known).map(|(end, _)| *end)
    }

    /// Returns how near a table's rows are to what is spoken of: 0 for the row itself.
    pub(super) fn rank(&self, scope: Scope<'w>, table: &Table) -> Option<usize> {
        let own = match scope {
            Scope::Within(inner) if inner.name == table.name => return Some(0),
            Scope::Within(_) => 1,
            Scope::Case => 0,
        };
        if table.name == self.reader.cases.name {
            return Some(own);
        }
        self.reader.is_parent(table).then_some(own + 1)
    }

    /// Returns how an expression names a column.
    pub(super) fn path(&self, scope: Scope<'w>, table: &Table, column: &str, kind: Kind) -> Made {
        let named = |item: &str| match column.chars().all(|c| c.is_alphanumeric() || c == '_') {
            true => format!("{item}.{column}"),
            false => format!("{item}['{column}']"),
        };
        match self.rank(scope, table) {
            Some(0) if matches!(scope, Scope::Within(_)) => Made {
                source: named("item"),
                of_item: true,
                ..Made::default()
            },
            _ if table.name == self.reader.cases.name => Made {
                source: named(&self.reader.item),
                columns: BTreeSet::from([column.to_owned()]),
                ..Made::default()
            },
            _ => Made {
                source: match kind {
                    Kind::Number | Kind::Date => format!("max({}, '{column}')", table.short()),
                    Kind::Text | Kind::Flag => named(&format!("({} | first)", table.short())),
                },
                joined: BTreeSet::from([table.name.clone()]),
                ..Made::default()
            },
        }
    }

    /// Returns the columns that words name, those of the nearest rows first; of two that fit alike
    /// none is meant.
    pub(super) fn columns(&self, at: usize, scope: Scope<'w>) -> Vec<Place<'w>> {
        once(&self.known.columns, scope.at(at), || {
            self.named_columns(at, scope)
        })
    }

    pub(super) fn named_columns(&self, at: usize, scope: Scope<'w>) -> Vec<Place<'w>> {
        let (of, from) = self.owner(at, scope);
        let all = self.names.columns_at(&self.words, from);
        let is_near = |place: &Place<'w>| {
            self.rank(scope, place.table).is_some()
                && of.is_none_or(|of| of.name == place.table.name)
        };
        let mut near: Vec<Place<'w>> = all.into_iter().filter(is_near).collect();
        for place in &mut near {
            if let Some((end, _)) = self.behind(place.end, place.table) {
                place.end = end;
                place.fit += 500;
            }
        }
        let rank = |place: &Place<'w>| self.rank(scope, place.table).unwrap_or(usize::MAX);
        near.sort_by_key(|place| (std::cmp::Reverse(place.fit), rank(place)));
        let is_alike = |a: &Place<'w>, b: &Place<'w>| {
            a.fit == b.fit && rank(a) == rank(b) && a.kind == b.kind && a.column != b.column
        };
        let is_plain = |place: &&Place<'w>| {
            let mut others = near.iter();
            !others.any(|other| is_alike(place, other) && other.end == place.end)
        };
        near.iter().filter(is_plain).take(6).cloned().collect()
    }

    /// Returns the columns that words name, of the nearest rows and of the newest or oldest of others,
    /// each as an expression.
    pub(super) fn fields(&self, at: usize, scope: Scope<'w>) -> Vec<Field<'w>> {
        once(&self.known.fields, scope.at(at), || {
            let near = self.columns(at, scope).into_iter().map(|place| Field {
                made: self.path(scope, place.table, place.column, place.kind),
                place,
            });
            let near = near.chain(self.of_newest(at, scope));
            near.chain(self.of_its(at, scope)).collect()
        })
    }

    /// Returns the table whose row owns what follows: "the account's", with where that begins.
    pub(super) fn owner(&self, at: usize, scope: Scope<'w>) -> (Option<&'w Table>, usize) {
        let at = match self.word(at) {
            "the" | "its" | "their" | "an" | "a" | "our" => at + 1,
            _ => at,
        };
        let tables = self.tables(at);
        let owner = tables
            .into_iter()
            .find(|(end, table)| self.word(*end) == "'s" && self.rank(scope, table).is_some());
        owner.map_or((None, at), |(end, table)| (Some(table), end + 1))
    }

    /// Returns where "of the account" ends behind a column of accounts.
    pub(super) fn behind(&self, at: usize, table: &Table) -> Option<(usize, &'w Table)> {
        let at = self.phrase(at, &["of", "on", "in"])?;
        let at = self
            .phrase(at, &["the", "its", "their", "that", "this"])
            .unwrap_or(at);
        let tables = self.tables(at);
        tables
            .into_iter()
            .find(|(_, named)| named.name == table.name)
    }
}
