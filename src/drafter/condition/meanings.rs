//! Words that an SOP defines for the rows of a table: "Open = feedback that is not marked resolved".

use std::sync::LazyLock;

use regex::Regex;

use super::Reader;
use super::limits::own;
use super::row::{Found, conditions};
use super::values::quoted;
use super::words::Words;
use crate::drafter::pattern::pattern;
use crate::drafter::words::{spoken, stem, tokens};
use crate::drafter::world::Table;

/// A word, and what it says of rows of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Meant {
    word: String,
    table: String,
    condition: String,
}

static DEFINES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)^(?:by )?["“]?(?P<word>[a-z][a-z-]{2,20})["”]? ?(?:=|here means|for us means|we mean|in this list means|is short for) ?(?P<said>[^()]+?)(?: \([^()]*\))?\.?$"#,
    )
});

/// "Empty means not resolved": what has no value is not so.
static EMPTY_IS_NO: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:empty|blank|missing|no value|nothing)(?: (?:there|in it))? (?:means|counts as|is|=) (?:also |the same as )?(?:not?|un\w+)\b",
    )
});
static IS_NO: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?P<column>[\w.]+) == false\b"));

impl Reader<'_> {
    /// Takes a statement that says what a word means of some rows.
    pub(super) fn hear_meaning(&mut self, text: &str) {
        if let Some(meant) = self.meant(text) {
            self.meant.push(meant);
        }
    }

    /// Does a statement only say what a word means?
    pub(in crate::drafter) fn defines_word(&self, text: &str) -> bool {
        self.meant(text)
            .is_some_and(|meant| self.meant.contains(&meant))
    }

    fn meant(&self, text: &str) -> Option<Meant> {
        let found = DEFINES.captures(text.trim())?;
        let word = found["word"].to_lowercase();
        self.many().find_map(|table| {
            let mut words = Words::new(&found["said"]);
            self.noun(table, &words)?;
            let all = conditions(&[own(table)], &mut words)?;
            self.take_names(table, &mut words);
            if all.is_empty() || !words.are_read() {
                return None;
            }
            let all: Vec<String> = all.into_iter().map(|one| one.source).collect();
            let condition = all.join(" and ");
            Some(Meant {
                word: word.clone(),
                table: table.name.clone(),
                condition: match EMPTY_IS_NO.is_match(text) {
                    true => IS_NO
                        .replace_all(&condition, "not ($column == true)")
                        .into_owned(),
                    false => condition,
                },
            })
        })
    }

    /// Reads the words that the SOP defines for rows of a table.
    pub(super) fn meanings(&self, table: &Table, words: &mut Words) -> Vec<Found> {
        let own_words = self.meant.iter().filter(|meant| meant.table == table.name);
        let mut found = Vec::new();
        for meant in own_words {
            if let Some((from, to)) = words.phrase(&meant.word) {
                let denied = super::row::take_denial(words, from, 2);
                words.tick(from, to);
                let condition = match denied {
                    true => format!("not ({})", meant.condition),
                    false => meant.condition.clone(),
                };
                found.push(own(table).found(condition, None, &[]));
            }
        }
        found
    }

    /// Returns where a value in quotes stands that rows of a table alone hold: an open "wrong" report.
    pub(super) fn quoted_value(&self, table: &Table, words: &mut Words) -> Option<usize> {
        let said = spoken(quoted(&words.text)?);
        let holds = |table: &Table| {
            let mut columns = table.columns.values();
            columns.any(|column| column.spoken.iter().any(|(_, value)| *value == said))
        };
        let others = self.many().filter(|other| other.name != table.name);
        if !holds(table) || holds(self.cases) || others.into_iter().any(holds) {
            return None;
        }
        let at = words.phrase(&said.join(" "))?.0;
        // What such rows are called by people is no column of theirs.
        const CALLED: [&str; 14] = [
            "report", "reports", "entry", "entries", "comment", "comments", "flag", "flags", "row",
            "rows", "reader", "readers", "event", "events",
        ];
        let own = tokens(&table.short().replace('_', " "));
        let is_column = |word: &str| own.iter().any(|part| stem(part) == stem(word));
        let called: Vec<&str> = CALLED.into_iter().filter(|word| !is_column(word)).collect();
        words.take(&called);
        Some(at)
    }
}
