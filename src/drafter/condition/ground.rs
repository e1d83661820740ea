//! Conditions taken apart into what they name: columns, values, figures, dates, rows of other tables.
//! Where the other readers know forms of sentences, this one knows none: it grounds the words in the
//! catalog, puts together what they name by a small grammar, and reads a text when no word is left
//! over. Answers of the owner, who names columns as they are called, are read by it first.

mod atoms;
mod blanks;
mod bounds;
mod counted;
mod dates;
mod days;
mod held;
mod joined;
mod lex;
mod months;
mod names;
mod nested;
mod newest;
mod places;
mod rows;
mod shared;
mod spans;
mod terms;
mod texts;
mod unread;

pub(super) use names::Names;

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;

use names::{Kind, Place};

use super::{Read, Reader};
use crate::drafter::world::Table;

/// The most words of a text that is parsed.
const LONGEST: usize = 120;

/// The most readings of a beginning that are gone on with.
const WIDTH: usize = 10;

/// Words that name nothing by themselves.
const FILLERS: [&str; 66] = [
    "a",
    "an",
    "the",
    "this",
    "that",
    "these",
    "those",
    "its",
    "their",
    "his",
    "her",
    "our",
    "your",
    "it",
    "they",
    "he",
    "she",
    "them",
    "who",
    "which",
    "where",
    "when",
    "whose",
    "if",
    "is",
    "are",
    "was",
    "were",
    "be",
    "been",
    "has",
    "have",
    "had",
    "do",
    "does",
    "did",
    "of",
    "in",
    "on",
    "at",
    "by",
    "for",
    "to",
    "from",
    "with",
    "as",
    "still",
    "already",
    "also",
    "then",
    "we",
    "us",
    "you",
    "any",
    "all",
    "each",
    "every",
    "'s",
    "there",
    "one",
    "ones",
    "currently",
    "yet",
    "somebody",
    "someone",
    "anyone",
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
        let source = format!(
            "{} {word} {}",
            wrapped(&self.source),
            wrapped(&other.source)
        );
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
    text: &'p str,
    words: Vec<String>,
    /// May a column be compared with a value that no row of the sample holds?
    literal: bool,
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
    columns: RefCell<HashMap<At, Vec<Place<'w>>>>,
    fields: RefCell<HashMap<At, Vec<places::Field<'w>>>>,
    tables: RefCell<HashMap<usize, Found<&'w Table>>>,
    starts: RefCell<HashMap<usize, Vec<usize>>>,
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
    known: &RefCell<HashMap<K, T>>,
    key: K,
    parse: impl FnOnce() -> T,
) -> T {
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
        let read = read.filter(|_| !super::named_rows::is_said_of_one(text));
        self.grounded
            .borrow_mut()
            .insert(text.to_owned(), read.clone());
        read
    }

    /// Reads a condition that the owner states in terms of columns and values; these may be values that
    /// no row of the sample holds.
    pub(in crate::drafter) fn stated(&self, text: &str) -> Option<Read> {
        self.grounded(text).or_else(|| {
            let mut parser = self.parser(text)?;
            parser.literal = true;
            whole(&parser)
        })
    }

    /// Does a text name a column or a table as it is written, with underscores?
    pub(in crate::drafter) fn is_in_names(&self, text: &str) -> bool {
        let words = lex::lexed(text).into_iter();
        let mut words = words.flat_map(|word| self.names.taken_apart(word));
        words.any(|word| word.contains('_'))
    }

    fn parse(&self, text: &str) -> Option<Read> {
        whole(&self.parser(text)?)
    }

    /// Reads an amount or a day that a text works out: "used seats in the latest snapshot minus seats bought",
    /// "bought_on plus 24 months". Says also whether it is a day.
    pub(in crate::drafter) fn worth(&self, text: &str) -> Option<(Read, bool)> {
        let parser = self.parser(text)?;
        let all = parser.terms(0, Scope::Case);
        let is_amount =
            |(end, term): &(usize, terms::Term)| term.figure.is_none() && parser.is_over(*end);
        let (_, term) = all.into_iter().find(is_amount)?;
        let read = Read {
            value: Some(term.made.source.clone()),
            source: term.made.source,
            joined: term.made.joined,
            columns: term.made.columns,
        };
        Some((read, term.kind == Kind::Date))
    }

    /// Does one row at most of a table belong to a case?
    fn is_parent(&self, table: &Table) -> bool {
        let mut known = self.parent_names.borrow_mut();
        let names =
            known.get_or_insert_with(|| self.parents().map(|table| table.name.clone()).collect());
        names.contains(&table.name)
    }

    fn parser<'p>(&'p self, text: &'p str) -> Option<Parser<'p, 'w>> {
        let words = lex::lexed(text).into_iter();
        let words: Vec<String> = words
            .flat_map(|word| self.names.taken_apart(word))
            .collect();
        let fits = !words.is_empty() && words.len() <= LONGEST;
        fits.then(|| Parser {
            reader: self,
            names: &self.names,
            text,
            words,
            literal: false,
            known: Known::default(),
        })
    }
}

/// Returns the condition that a text is as a whole; nothing if a word is left over.
fn whole(parser: &Parser<'_, '_>) -> Option<Read> {
    let all = parser.condition(0, Scope::Case);
    let (_, made) = all.into_iter().find(|(end, _)| parser.is_over(*end))?;
    Some(Read {
        source: made.source,
        value: None,
        joined: made.joined,
        columns: made.columns,
    })
}
