//! Values that are there, whatever they are: "there is a comment", "the date is already set".

use super::columns::{Named, is_date, is_number, named, parts};
use super::row::{Found, Is, Row, take_denial};
use super::values::UNDER_WAY;
use super::words::{Words, denies};

/// Words before what is given: "there is a comment", "the customer wrote one".
const GIVES: [&str; 14] = [
    "there is",
    "there s",
    "there was",
    "has",
    "have",
    "had",
    "wrote",
    "left",
    "gave",
    "added",
    "entered",
    "holds",
    "shows",
    "with",
];

/// Words behind it: "the date is set".
const IS_GIVEN: [&str; 14] = [
    "is set",
    "is filled in",
    "is filled",
    "is given",
    "is known",
    "is present",
    "is there",
    "is on record",
    "is on file",
    "filled in",
    "on record",
    "has a date",
    "has a value",
    "has an entry",
];

/// Words that say that a field holds something: "there is a date in the field".
const HOLDS: [&str; 8] = [
    "a date in",
    "something in",
    "a value in",
    "anything in",
    "an entry in",
    "a date under",
    "a date for",
    "text in",
];

/// How many words may stand between a verb and what is given: "also wrote a short".
const NEAR: usize = 3;

impl Row<'_> {
    /// Reads that a value is there, or is not, whatever it is.
    pub(super) fn given(&self, words: &mut Words) -> Option<Found> {
        let mut said = words.clone();
        said.take(&["already", "also", "still", "ever"]);
        let (column, used, denied) = self
            .held_in(&said)
            .or_else(|| self.said_to_be_given(&said))
            .or_else(|| self.given_by(&said))?;
        words.take(&["already", "also", "ever"]);
        words.tick_each(&column.places);
        words.tick_each(&used);
        let source = match (self.is, denied) {
            (Is::Own, true) => format!("{} is missing", self.path(&column.column)),
            (Is::Own, false) => format!("not ({} is missing)", self.path(&column.column)),
            (Is::Parent, denied) => self.texts(&column.column, |path| {
                let missing = format!("{path} is missing");
                if denied {
                    missing
                } else {
                    format!("not ({missing})")
                }
            }),
        };
        Some(self.found(source, None, &[&column.column]))
    }

    /// Reads "an open incident" of rows whose only state is the day on which they were resolved.
    pub(super) fn ended(&self, words: &mut Words, at: usize) -> Option<Found> {
        let column = self.done_on()?;
        let mut is_open = UNDER_WAY.contains(&words.tokens[at].as_str());
        let own = parts(column);
        let is_of_it = own.contains(&crate::drafter::words::stem(&words.tokens[at]));
        if !is_open && !is_of_it {
            return None;
        }
        if take_denial(words, at, 3) {
            is_open = !is_open;
        }
        words.tick(at, at + 1);
        let source = self.texts(column, |path| {
            let missing = format!("{path} is missing");
            if is_open {
                missing
            } else {
                format!("not ({missing})")
            }
        });
        Some(self.found(source, None, &[column]))
    }

    /// Reads "there is a date in `sent_on`".
    fn held_in(&self, words: &Words) -> Option<(Named, Vec<usize>, bool)> {
        let (from, to) = HOLDS.iter().find_map(|phrase| words.phrase(phrase))?;
        let mut behind = words.clone();
        behind.tick(0, to);
        let column = self.whole(&behind)?;
        let denied = from > 0 && denies(&words.tokens[from - 1]);
        let from = if denied { from - 1 } else { from };
        Some((column, (from..to).collect(), denied))
    }

    /// Reads "the date is set".
    fn said_to_be_given(&self, words: &Words) -> Option<(Named, Vec<usize>, bool)> {
        let at = IS_GIVEN.iter().find_map(|phrase| {
            let spoken: Vec<&str> = phrase.split(' ').collect();
            // A word that was read as none stands between: "is already set".
            let free: Vec<usize> = (0..words.tokens.len())
                .filter(|at| words.is_free(*at))
                .collect();
            free.windows(spoken.len())
                .find(|places| {
                    let mut pairs = places.iter().zip(&spoken);
                    pairs.all(|(at, word)| words.tokens[*at] == **word)
                })
                .map(<[usize]>::to_vec)
        })?;
        let first = at.first().copied()?;
        let before = first
            .checked_sub(1)
            .map_or("", |at| words.tokens[at].as_str());
        if before == "t" || before == "never" || denies(before) {
            return None;
        }
        let mut before = words.clone();
        before.tick(first, before.tokens.len());
        Some((self.whole(&before)?, at, false))
    }

    /// Reads "there is a comment", "the customer also wrote a comment".
    fn given_by(&self, words: &Words) -> Option<(Named, Vec<usize>, bool)> {
        let (from, to) = GIVES.iter().find_map(|phrase| words.phrase(phrase))?;
        let article = (to..words.tokens.len().min(to + NEAR)).find(|at| {
            words.is_free(*at) && matches!(words.tokens[*at].as_str(), "a" | "an" | "any" | "some")
        })?;
        let mut behind = words.clone();
        behind.tick(0, article + 1);
        behind.tick(article + 1 + NEAR, behind.tokens.len());
        let column = self.whole(&behind)?;
        // "Has an open incident" speaks of no day on which anything was opened.
        let is_date = self
            .table
            .columns
            .get(&column.column)
            .is_some_and(|c| is_date(&c.kind));
        let last = column.places.last().map_or(0, |at| at + 1);
        let says_date = words.tokens.get(last).is_some_and(|word| word == "date");
        let is_next = column.places.first() == Some(&(article + 1));
        let mut used: Vec<usize> = (from..=article).collect();
        used.extend(says_date.then_some(last));
        (is_next && (!is_date || says_date)).then_some((column, used, false))
    }

    /// Returns the column whose whole name words say; numbers are compared, not given.
    fn whole(&self, words: &Words) -> Option<Named> {
        named(self.table, words, |kind| {
            !is_number(kind) && kind != "boolean"
        })
        .filter(|column| column.fit.0 >= 1.0)
    }
}
