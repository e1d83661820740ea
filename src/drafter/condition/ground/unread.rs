//! Words that name nothing: what the owner says of them, and what hangs on them.

use std::sync::LazyLock;

use regex::Regex;

use super::{FILLERS, Scope, lex};
use crate::drafter::condition::Reader;
use crate::drafter::pattern::pattern;
use crate::drafter::words::plain_stem;
use crate::drafter::world::Table;

impl Reader<'_> {
    /// Takes what the owner says that words mean.
    pub(in crate::drafter) fn mean(&mut self, words: &str, said: &str) {
        let words: Vec<String> = lex::lexed(words)
            .iter()
            .map(|word| plain_stem(word))
            .collect();
        let is_new = self.grounded(&words.join(" ")).is_none();
        if !words.is_empty() && is_new && self.grounded(said).is_some() {
            self.owned.push((words, said.to_owned()));
            self.forget();
        }
    }

    /// Returns what something gives if words meant something that the tables hold.
    pub(in crate::drafter) fn supposing<T>(&self, words: &str, then: impl FnOnce() -> T) -> T {
        let words: Vec<String> = lex::lexed(words)
            .iter()
            .map(|word| plain_stem(word))
            .collect();
        self.forget();
        *self.supposed.borrow_mut() = Some(words);
        let given = then();
        *self.supposed.borrow_mut() = None;
        self.forget();
        given
    }

    /// Returns the words of a text that name nothing: those that stand together, the longest first.
    pub(in crate::drafter) fn unread_words(&self, text: &str) -> Vec<String> {
        const USUAL: [&str; 78] = [
            "contains",
            "contain",
            "latest",
            "newest",
            "earliest",
            "oldest",
            "empty",
            "blank",
            "missing",
            "yes",
            "same",
            "different",
            "distinct",
            "number",
            "sum",
            "total",
            "average",
            "highest",
            "lowest",
            "second",
            "third",
            "plus",
            "minus",
            "times",
            "ends",
            "starts",
            "end",
            "start",
            "first",
            "today",
            "full",
            "calendar",
            "leave",
            "out",
            "skip",
            "take",
            "only",
            "or",
            "and",
            "but",
            "not",
            "no",
            "never",
            "without",
            "unless",
            "except",
            "more",
            "less",
            "than",
            "least",
            "most",
            "over",
            "under",
            "ago",
            "last",
            "next",
            "within",
            "before",
            "after",
            "since",
            "until",
            "between",
            "so",
            "because",
            "get",
            "gets",
            "becomes",
            "goes",
            "go",
            "i",
            "please",
            "just",
            "always",
            "too",
            "well",
            "some",
            "such",
            "other",
        ];
        let Some(parser) = self.parser(text) else {
            return Vec::new();
        };
        let words = &parser.words;
        let is_unread = |at: usize| {
            let word = parser.word(at);
            word.chars().all(char::is_alphabetic)
                && word.len() > 2
                && !USUAL.contains(&word)
                && !FILLERS.contains(&word)
                && lex::days(word).is_none()
                && parser.figure(at).is_none()
                && parser.names.tables_at(words, at).is_empty()
                && parser.names.columns_at(words, at).is_empty()
                && parser.names.values_at(words, at).is_empty()
                && !self.forms.names_label(word)
        };
        let mut spans: Vec<(usize, usize)> = Vec::new();
        for from in 0..words.len() {
            let length = (from..words.len()).take_while(|at| is_unread(*at)).count();
            spans.extend((1..=length.min(3)).map(|length| (from, length)));
        }
        spans.sort_by_key(|(from, length)| (std::cmp::Reverse(*length), *from));
        spans
            .iter()
            .map(|(from, length)| words[*from..from + length].join(" "))
            .collect()
    }

    /// Is a word the name of a column or a table, as it is written?
    pub(in crate::drafter) fn is_column(&self, word: &str) -> bool {
        let mut tables = self.world.tables.iter();
        tables.any(|table| {
            let mut names = table.columns.keys().map(String::as_str);
            table.short().eq_ignore_ascii_case(word)
                || names.any(|name| name.eq_ignore_ascii_case(word))
        })
    }

    /// Returns the words of a text that can be a part of a condition no more; nothing if none of it can.
    pub(in crate::drafter) fn unread_from(&self, text: &str) -> Option<String> {
        const SHOWN: usize = 8;
        let mut parser = self.parser(text)?;
        parser.literal = true;
        let ends = parser.condition(0, Scope::Case).into_iter();
        let end = ends.map(|(end, _)| end).max()?;
        let rest = parser.words.iter().skip(end).take(SHOWN);
        let rest: Vec<&str> = rest.map(String::as_str).collect();
        (!rest.is_empty()).then(|| rest.join(" "))
    }

    /// Returns the values that a condition compares columns with and that none of these holds, as far as it is
    /// known what they hold.
    pub(in crate::drafter) fn new_values(&self, source: &str) -> Vec<String> {
        static COMPARED: LazyLock<Regex> = LazyLock::new(|| {
            pattern(r"(?P<column>\w+) (?:==|!=|in|not in) \[?(?P<values>'[^']*'(?:, '[^']*')*)")
        });
        let mut new = Vec::new();
        for found in COMPARED.captures_iter(source) {
            let tables = self.world.tables.iter();
            let columns = tables.filter_map(|table| table.columns.get(&found["column"]));
            let known: Vec<&String> = columns.flat_map(|column| &column.values).collect();
            let values = found["values"]
                .split(", ")
                .map(|value| value.trim_matches('\''));
            let is_new = |value: &&str| {
                !known.is_empty() && !known.iter().any(|known| known.eq_ignore_ascii_case(value))
            };
            new.extend(values.filter(is_new).map(str::to_owned));
        }
        new
    }

    fn forget(&self) {
        self.known.borrow_mut().clear();
        self.grounded.borrow_mut().clear();
    }

    /// Does a remark name nothing that the tables hold, and hang on no condition?
    pub(in crate::drafter) fn names_nothing(&self, text: &str) -> bool {
        const HANGS: [&str; 12] = [
            "if",
            "unless",
            "except",
            "only",
            "or",
            "until",
            "without",
            "when",
            "where",
            "whose",
            "besides",
            "including",
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
}
