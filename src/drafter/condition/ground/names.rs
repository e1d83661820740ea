//! What the words of a condition name: tables, their columns, and the values that these hold.

use std::collections::{HashMap, HashSet};

use crate::drafter::condition::columns::{is_date, is_number, parts};
use crate::drafter::condition::flags::yes;
use crate::drafter::words::{plain_stem, spoken, stem, tokens};
use crate::drafter::world::{Column, Table};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Date,
    Text,
    Flag,
}

/// A column of a table, and where its name ends.
#[derive(Debug, Clone)]
pub(super) struct Place<'w> {
    pub(super) end: usize,
    pub(super) table: &'w Table,
    pub(super) column: &'w str,
    pub(super) kind: Kind,
    /// How many parts of its name are said, in thousands, and as they are written, in ones; less for
    /// those that are not.
    pub(super) fit: i64,
    /// Is all of its name said?
    pub(super) whole: bool,
    /// Is it said as the table writes it: `made_on`?
    pub(super) exact: bool,
}

/// A value that a column holds, and where its words end.
#[derive(Debug, Clone)]
pub(super) struct Value<'w> {
    pub(super) end: usize,
    pub(super) table: &'w Table,
    pub(super) column: &'w str,
    pub(super) value: &'w str,
}

/// A column with the stems and the words of its name.
#[derive(Debug)]
struct Named<'w> {
    table: &'w Table,
    column: &'w str,
    kind: Kind,
    parts: Vec<String>,
    written: Vec<String>,
}

/// A value: its table, its column, how it is written, and its words.
type Held<'w> = (&'w Table, &'w str, &'w str, &'w [String]);

/// The names of all tables.
#[derive(Debug)]
pub(in crate::drafter::condition) struct Names<'w> {
    columns: Vec<Named<'w>>,
    /// Stems -> the columns whose names have them.
    by_stem: HashMap<String, Vec<usize>>,
    /// First words of values -> table, column, value and words.
    values: HashMap<String, Vec<Held<'w>>>,
    /// Tables with the words of their names.
    tables: Vec<(&'w Table, Vec<String>)>,
    /// Names of columns and tables that are drawn together of several words, in lower case.
    identifiers: HashSet<String>,
    /// Names of columns, in lower case -> the columns.
    by_name: HashMap<String, Vec<usize>>,
}

/// How well a name fits that is said as the table writes it.
const EXACT: i64 = 10_000;

/// Words that go with a name and say only what it is the name of.
const BESIDE: [&str; 8] = ["of", "the", "for", "its", "their", "was", "were", "been"];

impl<'w> Names<'w> {
    pub(in crate::drafter::condition) fn new(tables: &'w [Table]) -> Self {
        let mut names = Names {
            columns: Vec::new(),
            by_stem: HashMap::new(),
            values: HashMap::new(),
            tables: Vec::new(),
            identifiers: HashSet::new(),
            by_name: HashMap::new(),
        };
        for table in tables {
            let own = spoken(&table.short().replace('-', " "));
            names.tables.push((table, own));
            names.identify(table.short());
            for (name, column) in &table.columns {
                names.add(table, name, column);
            }
        }
        names
    }

    fn add(&mut self, table: &'w Table, name: &'w str, column: &'w Column) {
        let kind = kind(column);
        if kind == Kind::Text {
            for (value, words) in &column.spoken {
                if let Some(first) = words.first().filter(|_| value.len() > 1) {
                    let held = self.values.entry(first.clone()).or_default();
                    held.push((table, name, value, words));
                }
            }
        }
        self.identify(name);
        let with = self.by_name.entry(name.to_lowercase()).or_default();
        with.push(self.columns.len());
        let parts = parts(name);
        for part in &parts {
            let with = self.by_stem.entry(part.clone()).or_default();
            with.push(self.columns.len());
        }
        self.columns.push(Named {
            table,
            column: name,
            kind,
            parts,
            written: tokens(&name.replace(['_', '-'], " ")),
        });
    }

    fn identify(&mut self, name: &str) {
        if name.contains('_') {
            self.identifiers.insert(name.to_lowercase());
        }
    }

    /// Takes a word apart that is drawn together, unless it is the name of a column or a table.
    pub(super) fn taken_apart(&self, word: String) -> Vec<String> {
        match word.contains('_') && !self.identifiers.contains(&word) {
            true => word.split('_').map(str::to_owned).collect(),
            false => vec![word],
        }
    }

    /// Returns the tables whose rows words name, with where the name ends: "feature requests" before
    /// "requests".
    pub(super) fn tables_at(&self, words: &[String], at: usize) -> Vec<(usize, &'w Table)> {
        let said: Vec<String> = words
            .iter()
            .skip(at)
            .take(4)
            .map(|w| plain_stem(w))
            .collect();
        let mut found: Vec<(usize, &'w Table)> = Vec::new();
        let word = words.get(at).map_or("", String::as_str);
        if self.identifiers.contains(word) {
            let called =
                |(table, _): &&(&'w Table, Vec<String>)| table.short().to_lowercase() == word;
            let called = self.tables.iter().filter(called);
            return called.map(|(table, _)| (at + 1, *table)).collect();
        }
        for (table, own) in &self.tables {
            let is_said = |own: &[String]| {
                said.len() >= own.len()
                    && own.iter().zip(&said).all(|(own, said)| is_one(own, said))
            };
            if is_said(own) {
                found.push((at + own.len(), table));
            } else if own
                .last()
                .is_some_and(|last| is_said(std::slice::from_ref(last)))
            {
                found.push((at + 1, table));
            }
        }
        if found.is_empty()
            && let Some(word) = words.get(at)
        {
            // "The customer" of accounts.
            let meant = stem(word);
            let is_meant = |own: &[String]| own.len() == 1 && stem(&own[0]) == meant;
            let meant = self.tables.iter().filter(|(_, own)| is_meant(own));
            let is_verb = word.ends_with("ed") || word.ends_with("ing");
            found.extend(
                meant
                    .filter(|_| !is_verb)
                    .map(|(table, _)| (at + 1, *table)),
            );
        }
        found.sort_by_key(|(end, table)| (std::cmp::Reverse(*end), table.name.len()));
        found
    }

    /// Returns the columns that words name, the best first.
    pub(super) fn columns_at(&self, words: &[String], at: usize) -> Vec<Place<'w>> {
        let window = &words[at..words.len().min(at + 7)];
        let stems: Vec<String> = window.iter().map(|word| stem(word)).collect();
        let mut candidates: Vec<usize> = Vec::new();
        for (index, said) in stems.iter().enumerate() {
            // What leads may only say what it is a name of: "the number of seats".
            let leads = window[..index].iter().all(|word| is_beside(word));
            if !leads {
                break;
            }
            candidates.extend(self.by_stem.get(said).into_iter().flatten());
            candidates.extend(self.by_name.get(&window[index]).into_iter().flatten());
        }
        candidates.sort_unstable();
        candidates.dedup();
        let places = candidates
            .into_iter()
            .filter_map(|index| self.columns[index].placed(window, &stems, at));
        let mut places: Vec<Place<'w>> = places.collect();
        places.sort_by_key(|place| std::cmp::Reverse(place.fit));
        places
    }

    /// Returns the values that words name, those of most words first.
    pub(super) fn values_at(&self, words: &[String], at: usize) -> Vec<Value<'w>> {
        let Some(first) = words.get(at) else {
            return Vec::new();
        };
        let held = self.values.get(&plain_stem(first));
        let held = held.into_iter().flatten();
        let mut found: Vec<Value<'w>> = held
            .filter_map(|(table, column, value, own)| {
                let mut end = at;
                for word in *own {
                    while end > at
                        && matches!(words.get(end).map(String::as_str), Some("the" | "a"))
                    {
                        end += 1;
                    }
                    if plain_stem(words.get(end)?) != *word {
                        return None;
                    }
                    end += 1;
                }
                Some(Value {
                    end,
                    table,
                    column,
                    value,
                })
            })
            .collect();
        found.sort_by_key(|value| std::cmp::Reverse(value.end));
        found
    }
}

impl<'w> Named<'w> {
    /// Returns where the name of the column ends in words that begin with it; nothing if less than half
    /// of it is said.
    fn placed(&self, window: &[String], stems: &[String], at: usize) -> Option<Place<'w>> {
        let led = window.iter().take_while(|word| is_beside(word)).count();
        if let Some(word) = window.get(led)
            && word.contains('_')
        {
            return (self.column.to_lowercase() == *word).then(|| Place {
                end: at + led + 1,
                table: self.table,
                column: self.column,
                kind: self.kind,
                fit: EXACT,
                whole: true,
                exact: true,
            });
        }
        if self.column.ends_with("_id") || self.column == "id" || self.parts.is_empty() {
            return None;
        }
        let mut said = vec![false; self.parts.len()];
        let mut written = 0;
        let mut end = 0;
        for (index, word) in stems.iter().enumerate() {
            let part = (0..said.len()).find(|i| !said[*i] && self.parts[*i] == *word);
            match part {
                Some(part) => {
                    said[part] = true;
                    end = index + 1;
                    written += i64::from(self.written.contains(&window[index]));
                }
                // "On" and "at" of a name are words of it.
                None if self.written.contains(&window[index]) || is_beside(&window[index]) => {}
                None => break,
            }
        }
        let count = said.iter().filter(|said| **said).count();
        let tells = |(part, said): (&String, &bool)| {
            *said && !matches!(part.as_str(), "last" | "next" | "first")
        };
        if count * 2 < self.parts.len() || !self.parts.iter().zip(&said).any(tells) {
            return None;
        }
        while let Some(word) = window.get(end).filter(|word| self.goes_with(word)) {
            end += 1;
            written += i64::from(self.written.contains(word));
        }
        let missing = self.parts.len() - count;
        Some(Place {
            end: at + end,
            table: self.table,
            column: self.column,
            kind: self.kind,
            fit: i64::try_from(count).unwrap_or_default() * 1000 + written
                - i64::try_from(missing).unwrap_or_default() * 600,
            whole: missing == 0,
            exact: window.get(led).is_some_and(|word| *word == self.column),
        })
    }

    /// Does a word behind a name only say what it is the name of: "told-on date"?
    fn goes_with(&self, word: &str) -> bool {
        match word {
            "on" | "at" => self.written.iter().any(|own| own == word),
            "date" | "day" => self.kind == Kind::Date,
            "number" | "figure" | "count" => self.kind == Kind::Number,
            "field" | "column" | "value" => true,
            _ => false,
        }
    }
}

/// Do two stems name the same, one perhaps in the plural: short words keep their ending?
fn is_one(own: &str, said: &str) -> bool {
    let one = |word: &str| match word.strip_suffix('s').unwrap_or(word) {
        word if word.ends_with("ie") => format!("{}y", word.trim_end_matches("ie")),
        word => word.to_owned(),
    };
    own == said
        || own.strip_suffix('s') == Some(said)
        || said.strip_suffix('s') == Some(own)
        || one(own) == one(said)
}

/// May a word lead a name, or stand within it, without being part of it?
fn is_beside(word: &str) -> bool {
    BESIDE.contains(&word) || matches!(word, "date" | "number" | "day" | "time")
}

fn kind(column: &Column) -> Kind {
    match column.kind.as_str() {
        kind if is_number(kind) => Kind::Number,
        kind if is_date(kind) => Kind::Date,
        _ if yes(column).is_some() => Kind::Flag,
        _ => Kind::Text,
    }
}
