//! Conditions in words, read as expressions over the tables: "health below 50 and at least three
//! open tickets". What cannot be read is left unread, never guessed.

mod clause;
mod columns;
mod compare;
mod days;
mod values;

pub(super) use compare::figure;
pub(super) use values::value_in;

use std::collections::BTreeSet;

use super::world::{Table, World};

/// Reads conditions about the cases of one table.
pub(super) struct Reader<'w> {
    pub(super) world: &'w World,
    /// The table that cases come from.
    pub(super) cases: &'w Table,
    /// The name of one case in expressions.
    pub(super) item: String,
}

/// A condition that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Read {
    /// The expression.
    pub(super) source: String,
    /// The other tables that it uses.
    pub(super) joined: BTreeSet<String>,
    /// The columns of the case table that it uses.
    pub(super) columns: BTreeSet<String>,
}

impl Read {
    pub(super) fn both(self, word: &str, other: Read) -> Read {
        let wrap = |source: String, word: &str| {
            if word == "and" && source.contains(" or ") {
                format!("({source})")
            } else {
                source
            }
        };
        Read {
            source: format!(
                "{} {word} {}",
                wrap(self.source, word),
                wrap(other.source, word)
            ),
            joined: self.joined.into_iter().chain(other.joined).collect(),
            columns: self.columns.into_iter().chain(other.columns).collect(),
        }
    }

    /// Returns its opposite.
    pub(super) fn negated(mut self) -> Read {
        self.source = format!("not ({})", self.source);
        self
    }
}

impl Reader<'_> {
    /// Reads a condition: clauses joined by "and", "or" and "unless".
    pub(super) fn read(&self, text: &str) -> Option<Read> {
        let text = text.trim().trim_end_matches(['.', ':', ',', ';']);
        if let Some((main, exception)) = split_once_word(text, "unless")
            .or_else(|| split_once_word(text, "except if"))
            .or_else(|| split_once_word(text, "but not if"))
        {
            return Some(
                self.read(main)?
                    .both("and", self.read(exception)?.negated()),
            );
        }
        for word in ["or", "and"] {
            if let Some(read) = self.joined_by(text, word) {
                return Some(read);
            }
        }
        self.clause(text)
    }

    /// Reads the sides of a conjunction. A side that says nothing by itself ("30 and 60", "red or
    /// amber") belongs to its neighbour.
    fn joined_by(&self, text: &str, word: &str) -> Option<Read> {
        let pieces = split_words(text, word);
        if pieces.len() < 2 {
            return None;
        }
        let mut read: Option<Read> = None;
        let mut open = String::new();
        for piece in pieces {
            let candidate = if open.is_empty() {
                piece.to_owned()
            } else {
                format!("{open} {word} {piece}")
            };
            if let (Some(before), true) = (&read, says_missing(piece)) {
                let value = before
                    .source
                    .split([' '])
                    .next()
                    .filter(|_| !before.source.starts_with('('))
                    .unwrap_or_default();
                let value = if before.source.starts_with("max(") {
                    before
                        .source
                        .split(')')
                        .next()
                        .map(|v| format!("{v})"))
                        .unwrap_or_default()
                } else {
                    value.to_owned()
                };
                let missing = Read {
                    source: format!("{value} is missing"),
                    ..before.clone()
                };
                read = Some(before.clone().both(word, missing));
                continue;
            }
            // The whole again would be read for ever.
            let read_one = if candidate.len() >= text.len() {
                None
            } else {
                self.read(&candidate)
            };
            match read_one {
                Some(one) => {
                    open.clear();
                    read = Some(match read {
                        Some(before) => before.both(word, one),
                        None => one,
                    });
                }
                None => open = candidate,
            }
        }
        // All of it has to be understood: half a condition is another condition.
        read.filter(|_| open.is_empty())
    }
}

/// Does a piece only say that what went before may be missing?
fn says_missing(piece: &str) -> bool {
    matches!(
        piece.trim().trim_end_matches('.'),
        "unknown" | "missing" | "blank" | "empty" | "not known" | "not set"
    )
}

/// Splits a text at a word, and at commas that stand for it.
fn split_words<'t>(text: &'t str, word: &str) -> Vec<&'t str> {
    let lower = text.to_lowercase();
    let mut pieces = Vec::new();
    let mut start = 0;
    let needle = format!(" {word} ");
    // "10 or more", "5 or fewer" and "3 or above" are one figure.
    let figure = |rest: &str| {
        word == "or"
            && [
                "more", "fewer", "less", "above", "below", "higher", "lower", "greater", "older",
                "later", "earlier", "worse",
            ]
            .iter()
            .any(|w| rest.starts_with(w))
    };
    // "between 30 and 60" is one range.
    let range = |before: &str| word == "and" && before.rsplit(' ').take(3).any(|w| w == "between");
    if lower.len() != text.len() {
        return vec![text];
    }
    let mut from = 0;
    while let Some(found) = lower[from..].find(&needle) {
        let at = from + found;
        let rest = &lower[at + needle.len()..];
        if !figure(rest) && !range(&lower[start..at]) {
            pieces.push(text[start..at].trim().trim_end_matches(','));
            start = at + needle.len();
        }
        from = at + needle.len() - 1;
    }
    pieces.push(text[start..].trim());
    pieces
}

fn split_once_word<'t>(text: &'t str, word: &str) -> Option<(&'t str, &'t str)> {
    let at = text.to_lowercase().find(&format!(" {word} "))?;
    Some((
        text.get(..at)?.trim_end_matches(','),
        text.get(at + word.len() + 2..)?,
    ))
}
