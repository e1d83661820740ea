//! Conditions taken apart into what they name: columns, values, figures, dates, rows of other tables.
//! Where the other readers know forms of sentences, this one knows none: it grounds the words in the
//! catalog, puts together what they name by a small grammar, and reads a text when no word is left
//! over. Answers of the owner, who names columns as they are called, are read by it first.

mod atoms;
mod bounds;
mod dates;
mod lex;
mod names;
mod rows;
mod terms;

pub(super) use names::Names;

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;

use names::{Kind, Place};

use super::{Read, Reader};
use crate::drafter::world::Table;

/// The most words of a text that is parsed.
const LONGEST: usize = 60;

/// The most readings of a beginning that are gone on with.
const WIDTH: usize = 10;

/// Words that name nothing by themselves.
const FILLERS: [&str; 66] = [
    "a", "an", "the", "this", "that", "these", "those", "its", "their", "his", "her", "our", "your",
    "it", "they", "he", "she", "them", "who", "which", "where", "when", "whose", "if", "is", "are",
    "was", "were", "be", "been", "has", "have", "had", "do", "does", "did", "of", "in", "on", "at",
    "by", "for", "to", "from", "with", "as", "still", "already", "also", "then", "we", "us", "you",
    "any", "all", "each", "every", "'s", "there", "one", "ones", "currently", "yet", "somebody",
    "someone", "anyone",
];

/// Whose columns a part of a condition may name.
#[derive(Debug, Clone, Copy)]
enum Scope<'w> {
    /// The case, and the rows of which one belongs to it.
    Case,
    /// One of several rows of a table, which expressions call `item`; then the case.
    Within(&'w Table),
}

/// An expression, and what it uses.
#[derive(Debug, Clone, Default)]
struct Made {
    source: String,
    joined: BTreeSet<String>,
    columns: BTreeSet<String>,
    /// Does it ask about the row that is counted, if there is one?
    of_item: bool,
}

impl Made {
    fn both(self, word: &str, other: &Made) -> Made {
        let wrapped = |source: &str| match word == "and" && source.contains(" or ") {
            true => format!("({source})"),
            false => source.to_owned(),
        };
        let source = format!("{} {word} {}", wrapped(&self.source), wrapped(&other.source));
        self.with(source, other)
    }

    /// Returns another expression that uses what this one and another use.
    fn with(mut self, source: String, other: &Made) -> Made {
        self.joined.extend(other.joined.iter().cloned());
        self.columns.extend(other.columns.iter().cloned());
        self.of_item |= other.of_item;
        self.source = source;
        self
    }

    fn negated(mut self) -> Made {
        self.source = format!("not ({})", self.source);
        self
    }
}

/// Readings of a part of a text, each with where it ends.
type Found<T> = Vec<(usize, T)>;

struct Parser<'p, 'w> {
    reader: &'p Reader<'w>,
    names: &'p Names<'w>,
    words: Vec<String>,
    known: Known<'w>,
}

/// A place in a text, and the table whose rows are counted there.
type At = (usize, usize);

/// What was parsed before: the same part is tried as the end of many others.
#[derive(Default)]
struct Known<'w> {
    conditions: RefCell<HashMap<At, Found<Made>>>,
    ones: RefCell<HashMap<At, Found<Made>>>,
    terms: RefCell<HashMap<At, Found<terms::Term>>>,
    simple: RefCell<HashMap<At, Found<terms::Term>>>,
    rows: RefCell<HashMap<(usize, bool), Found<rows::Rows<'w>>>>,
}

impl Scope<'_> {
    /// Returns what tells the scope apart at a place.
    fn at(self, at: usize) -> At {
        match self {
            Scope::Case => (at, 0),
            Scope::Within(table) => (at, std::ptr::from_ref(table).addr()),
        }
    }
}

/// Returns what was parsed at a place before, or parses it.
fn once<K: Copy + Eq + Hash, T: Clone>(
    known: &RefCell<HashMap<K, Found<T>>>,
    key: K,
    parse: impl FnOnce() -> Found<T>,
) -> Found<T> {
    if let Some(found) = known.borrow().get(&key) {
        return found.clone();
    }
    let found = parse();
    known.borrow_mut().insert(key, found.clone());
    found
}

impl<'w> Reader<'w> {
    /// Reads a condition by what its words name; nothing if a word is left over.
    pub(in crate::drafter) fn grounded(&self, text: &str) -> Option<Read> {
        if let Some(known) = self.grounded.borrow().get(text) {
            return known.clone();
        }
        let read = self.parse(text);
        self.grounded.borrow_mut().insert(text.to_owned(), read.clone());
        read
    }

    fn parse(&self, text: &str) -> Option<Read> {
        let parser = self.parser(text)?;
        let all = parser.condition(0, Scope::Case);
        let (_, made) = all.into_iter().find(|(end, _)| parser.is_over(*end))?;
        Some(Read {
            source: made.source,
            value: None,
            joined: made.joined,
            columns: made.columns,
        })
    }

    /// Reads an amount that a text works out: "used seats in the latest snapshot minus seats bought".
    pub(in crate::drafter) fn worth(&self, text: &str) -> Option<Read> {
        let parser = self.parser(text)?;
        let all = parser.terms(0, Scope::Case);
        let is_amount = |(end, term): &(usize, terms::Term)| {
            term.kind == Kind::Number && term.figure.is_none() && parser.is_over(*end)
        };
        let (_, term) = all.into_iter().find(is_amount)?;
        Some(Read {
            value: Some(term.made.source.clone()),
            source: term.made.source,
            joined: term.made.joined,
            columns: term.made.columns,
        })
    }

    /// Does a remark name nothing that the tables hold, and hang on no condition?
    pub(in crate::drafter) fn names_nothing(&self, text: &str) -> bool {
        const HANGS: [&str; 12] = [
            "if", "unless", "except", "only", "or", "until", "without", "when", "where", "whose", "besides", "including",
        ];
        let Some(parser) = self.parser(text) else {
            return !text.chars().any(char::is_alphanumeric);
        };
        (0..parser.words.len()).all(|at| {
            let words = &parser.words;
            let mut tables = parser.names.tables_at(words, at).into_iter();
            let is_known = |table: &Table| parser.rank(Scope::Case, table).is_some();
            !HANGS.contains(&parser.word(at))
                && (parser.figure(at).is_none() || parser.word(at) == "one")
                && parser.names.columns_at(words, at).is_empty()
                && parser.names.values_at(words, at).is_empty()
                && tables.all(|(_, table)| is_known(table))
        })
    }

    fn parser<'p>(&'p self, text: &str) -> Option<Parser<'p, 'w>> {
        let words = lex::lexed(text);
        let fits = !words.is_empty() && words.len() <= LONGEST;
        fits.then(|| Parser {
            reader: self,
            names: &self.names,
            words,
            known: Known::default(),
        })
    }
}

impl<'w> Parser<'_, 'w> {
    fn word(&self, at: usize) -> &str {
        self.words.get(at).map_or("", String::as_str)
    }

    /// Returns where words end that stand at a place, the first of some phrases that does.
    fn phrase(&self, at: usize, phrases: &[&str]) -> Option<usize> {
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
    fn is_over(&self, at: usize) -> bool {
        self.starts(at).last().copied() == Some(self.words.len())
    }

    /// Returns the places at which a part may begin: there, and behind each word that names nothing.
    fn starts(&self, at: usize) -> Vec<usize> {
        let mut starts = vec![at];
        let mut at = at;
        while at < self.words.len() {
            if FILLERS.contains(&self.word(at)) {
                at += 1;
            } else if let Some(end) = self.phrase(at, &["written by", "sent by", "made by", "marked as", "at all"]) {
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

    /// Returns where words end that name the case or a row that belongs to it.
    fn known_rows(&self, at: usize) -> Option<usize> {
        let tables = self.names.tables_at(&self.words, at);
        let known = |(_, table): &&(usize, &'w Table)| self.rank(Scope::Case, table).is_some();
        tables.iter().find(known).map(|(end, _)| *end)
    }

    /// Returns how near a table's rows are to what is spoken of: 0 for the row itself.
    fn rank(&self, scope: Scope<'w>, table: &Table) -> Option<usize> {
        let own = match scope {
            Scope::Within(inner) if inner.name == table.name => return Some(0),
            Scope::Within(_) => 1,
            Scope::Case => 0,
        };
        if table.name == self.reader.cases.name {
            return Some(own);
        }
        let mut parents = self.reader.parents();
        let is_parent = parents.any(|parent| parent.name == table.name);
        is_parent.then_some(own + 1)
    }

    /// Returns how an expression names a column.
    fn path(&self, scope: Scope<'w>, table: &Table, column: &str, kind: Kind) -> Made {
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
    fn columns(&self, at: usize, scope: Scope<'w>) -> Vec<Place<'w>> {
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

    /// Returns the table whose row owns what follows: "the account's", with where that begins.
    fn owner(&self, at: usize, scope: Scope<'w>) -> (Option<&'w Table>, usize) {
        let at = match self.word(at) {
            "the" | "its" | "their" | "an" | "a" | "our" => at + 1,
            _ => at,
        };
        let tables = self.names.tables_at(&self.words, at);
        let owner = tables
            .into_iter()
            .find(|(end, table)| self.word(*end) == "'s" && self.rank(scope, table).is_some());
        owner.map_or((None, at), |(end, table)| (Some(table), end + 1))
    }

    /// Returns where "of the account" ends behind a column of accounts.
    fn behind(&self, at: usize, table: &Table) -> Option<(usize, &'w Table)> {
        let at = self.phrase(at, &["of", "on", "in"])?;
        let at = self.phrase(at, &["the", "its", "their", "that", "this"]).unwrap_or(at);
        let tables = self.names.tables_at(&self.words, at);
        tables.into_iter().find(|(_, named)| named.name == table.name)
    }

    /// Parses a condition: what "or", "and" and "unless" join.
    fn condition(&self, at: usize, scope: Scope<'w>) -> Found<Made> {
        once(&self.known.conditions, scope.at(at), || self.parsed(at, scope))
    }

    fn parsed(&self, at: usize, scope: Scope<'w>) -> Found<Made> {
        let alternatives = self.chain(at, scope, "or", |at| self.all_of(at, scope));
        let mut found = Vec::new();
        for (end, made) in alternatives {
            const UNLESS: [&str; 6] = [
                ", unless", "unless", "except if", "except where", "except when", "but not if",
            ];
            if let Some(at) = self.phrase(end, &UNLESS) {
                let except = self.chain(at, scope, "or", |at| self.all_of(at, scope));
                let joined = except
                    .into_iter()
                    .map(|(end, other)| (end, made.clone().both("and", &other.negated())));
                found.extend(joined);
            }
            found.push((end, made));
        }
        found.sort_by_key(|(end, _)| std::cmp::Reverse(*end));
        found.truncate(WIDTH);
        found
    }

    fn all_of(&self, at: usize, scope: Scope<'w>) -> Found<Made> {
        self.chain(at, scope, "and", |at| self.one(at, scope))
    }

    /// Parses parts that a word joins, the longest chains first.
    fn chain(
        &self,
        at: usize,
        scope: Scope<'w>,
        word: &str,
        part: impl Fn(usize) -> Found<Made>,
    ) -> Found<Made> {
        let mut found = Vec::new();
        let mut ends = part(at);
        while !ends.is_empty() {
            let mut longer = Vec::new();
            for (end, left) in &ends {
                for next in self.joints(*end, word, scope) {
                    let right = part(next);
                    longer.extend(
                        right.into_iter().map(|(end, right)| (end, left.clone().both(word, &right))),
                    );
                }
            }
            distinct(&mut longer);
            longer.truncate(WIDTH);
            found.append(&mut ends);
            ends = longer;
        }
        distinct(&mut found);
        found.sort_by_key(|(end, _)| std::cmp::Reverse(*end));
        found.truncate(WIDTH);
        found
    }

    /// Returns where a part may go on behind another.
    fn joints(&self, at: usize, word: &str, scope: Scope<'w>) -> Vec<usize> {
        if at >= self.words.len() {
            return Vec::new();
        }
        if word == "or" {
            return self.phrase(at, &[", or if", ", or", "or if", "or"]).into_iter().collect();
        }
        const AND: [&str; 9] = [
            ", and also", ", and", ", but", "and also", "and", "but", "as long as", "while", ",",
        ];
        match self.phrase(at, &AND) {
            Some(at) => vec![at],
            // What is counted ends where something else begins.
            None if matches!(scope, Scope::Within(_)) && self.word(at) == "(" => Vec::new(),
            None => vec![at],
        }
    }

    /// Parses one part, or several in brackets.
    fn one(&self, at: usize, scope: Scope<'w>) -> Found<Made> {
        once(&self.known.ones, scope.at(at), || self.single(at, scope))
    }

    fn single(&self, at: usize, scope: Scope<'w>) -> Found<Made> {
        let mut found = Vec::new();
        for at in self.starts(at) {
            let (denied, open) = match self.word(at) {
                "not" => (true, at + 1),
                _ => (false, at),
            };
            if self.word(open) == "(" {
                let inner = self.condition(open + 1, scope);
                let closed = inner.into_iter().filter(|(end, _)| self.word(*end) == ")");
                found.extend(closed.map(|(end, made)| {
                    let source = format!("({})", made.source);
                    let made = Made { source, ..made };
                    (end + 1, if denied { made.negated() } else { made })
                }));
            }
            found.extend(self.atoms(at, scope));
        }
        if matches!(scope, Scope::Within(_)) {
            found.retain(|(_, made)| made.of_item);
        }
        distinct(&mut found);
        found.truncate(WIDTH * 2);
        found
    }
}

/// Leaves out readings that are there already.
fn distinct(found: &mut Found<Made>) {
    let mut seen: BTreeSet<(usize, String)> = BTreeSet::new();
    found.retain(|(end, made)| seen.insert((*end, made.source.clone())));
}
