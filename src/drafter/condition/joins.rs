//! Conditions of several clauses: what "and", "or", "either", "unless", brackets and relative clauses
//! join.

use std::sync::LazyLock;

use regex::Regex;

use super::compare::figure;
use super::lists::{is_name, says_missing, split_once_word, split_words};
use super::{Read, Reader, grades};
use crate::drafter::pattern::pattern;
use crate::drafter::words::{spoken, tokens};

/// Words that add further rows to those that were named.
const FURTHER: [&str; 10] = [
    "plus the ones",
    "plus those",
    "plus any",
    "plus all",
    "plus anything",
    "plus everything",
    "as well as those",
    "as well as any",
    "as well as the ones",
    "and also those",
];

impl Reader<'_> {
    /// Returns a text in which no "or" stands between two values of one column: "open or in
    /// progress" says one thing.
    fn with_choices(&self, text: &str) -> String {
        let mut pieces = text.split(" or ");
        let mut whole = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let (before, after) = (spoken(&whole), spoken(piece));
            let is_choice = self.world.tables.iter().any(|table| {
                table.columns.iter().any(|(name, column)| {
                    let ends = |(_, value): &(String, Vec<String>)| before.ends_with(value);
                    let begins = |(_, value): &(String, Vec<String>)| after.starts_with(value);
                    let words = column.spoken.iter();
                    (words.clone().any(ends) && words.into_iter().any(begins))
                        || grades::is_graded(name, column, &before, &after)
                })
            });
            whole += if is_choice { " / " } else { " or " };
            whole += piece;
        }
        whole
    }

    /// Reads those of several alternatives that can be read; nothing if that is none or all.
    pub(in crate::drafter) fn some_of(&self, text: &str) -> Option<Read> {
        let text = text.trim().trim_end_matches('.');
        let alternatives = alternatives(text);
        if text.contains(" unless ") || (alternatives.len() < 2 && text.contains("either ")) {
            return None;
        }
        // Beside an "and", only commas tell where an alternative ends.
        let pieces: Vec<&str> = if alternatives.len() > 1 {
            alternatives
        } else if text.contains(" and ") {
            text.split(", or ").collect()
        } else {
            let pieces = split_words(text, "or");
            pieces.into_iter().map(|(_, piece)| piece).collect()
        };
        let read: Vec<Read> = pieces.iter().filter_map(|piece| self.read(piece)).collect();
        if read.len() == pieces.len() {
            return None;
        }
        read.into_iter()
            .reduce(|before, one| before.both("or", one))
    }

    pub(super) fn worked_out(&self, text: &str) -> Option<Read> {
        let text = &self.with_choices(text);
        if let Some((main, exception)) = split_once_word(text, "unless")
            .or_else(|| split_once_word(text, "except if"))
            .or_else(|| split_once_word(text, "but not if"))
        {
            return Some(
                self.read(main)?
                    .both("and", self.read(exception)?.negated()),
            );
        }
        if let Some(read) = self.excepted(text) {
            return Some(read);
        }
        if let Some(read) = self.all_missing(text) {
            return Some(read);
        }
        if let Some((main, further)) = FURTHER
            .iter()
            .find_map(|words| split_once_word(text, words))
        {
            let further = self.read(further)?;
            // What the rows are called holds for both: "self-serve trials that …, plus those that …".
            let head = [" that ", " which ", " who "]
                .iter()
                .find_map(|word| main.split_once(word));
            if let Some((head, rest)) = head
                && let (Some(head), Some(rest)) = (self.clause(head), self.read(rest))
            {
                return Some(head.both("and", rest.both("or", further)));
            }
            return Some(self.read(main)?.both("or", further));
        }
        let alternatives = alternatives(text);
        if alternatives.len() > 1 {
            // "…, or where nobody gave a date, if it is older than 30 days" asks for both.
            let one = |text: &&str| match text.split_once(", if ") {
                Some((only, more)) => Some(self.read(only)?.both("and", self.read(more)?)),
                None => self.read(text),
            };
            let read: Option<Vec<Read>> = alternatives.iter().map(one).collect();
            return read?
                .into_iter()
                .reduce(|before, one| before.both("or", one));
        }
        if let Some(read) = self.in_brackets(text) {
            return Some(read);
        }
        if let Some((before, rest)) = split_either(text) {
            return self.either(before, rest);
        }
        if let Some(read) = self.last_or_missing(text) {
            return Some(read);
        }
        if let Some(read) = self.relative_choice(text) {
            return Some(read);
        }
        if let Some(read) = self.joined_by(text, "or") {
            return Some(read);
        }
        // "… while the project is not done", "… but no answer".
        if let Some((main, more)) = [" while ", " whilst ", ", but ", " but "]
            .iter()
            .find_map(|word| text.split_once(word))
            && let (Some(main), Some(more)) = (self.read(main), self.read(more))
        {
            return Some(main.both("and", more));
        }
        if let Some(read) = self.joined_by(text, "and") {
            return Some(read);
        }
        self.clause(text)
            .or_else(|| self.related(text))
            .or_else(|| self.of_the_same(text))
    }

    /// Reads "active accounts, last met more than 30 days ago or never met": the "or" belongs to the
    /// last of them alone, where it asks about the same value.
    fn last_or_missing(&self, text: &str) -> Option<Read> {
        let (before, last) = text.rsplit_once(" or ")?;
        let (first, second) = before.trim_end_matches(',').rsplit_once(", ")?;
        let second = self.read(second)?;
        let value = second.value.clone()?;
        let missing = self.read(last)?;
        if missing.source != format!("{value} is missing") || first.contains(" or ") {
            return None;
        }
        let pieces = first.split(", ").map(|piece| self.read(piece));
        let first: Option<Vec<Read>> = pieces.collect();
        let first = first?
            .into_iter()
            .reduce(|one, other| one.both("and", other))?;
        Some(first.both("and", second.or_missing()?))
    }

    /// Reads "certificates on file that have expired or will expire soon": what the rows are called
    /// holds for both.
    fn relative_choice(&self, text: &str) -> Option<Read> {
        let mut relations = [" that ", " which ", " who "]
            .iter()
            .flat_map(|word| text.match_indices(word));
        let (at, word) = relations.next()?;
        let (head, rest) = (&text[..at], &text[at + word.len()..]);
        let is_choice = rest.contains(" or ") && !rest.contains(" and ") && !head.contains(" or ");
        if relations.next().is_some() || !is_choice {
            return None;
        }
        let head = self.clause(head)?;
        let choice = self.joined_by(rest, "or")?;
        Some(head.both("and", choice))
    }

    /// Reads rows with an exception: "all open tickets except those tagged spam".
    fn excepted(&self, text: &str) -> Option<Read> {
        const EXCEPT: [&str; 8] = [
            "except for",
            "except",
            "apart from",
            "other than",
            "but not",
            "excluding",
            "but without",
            "save for",
        ];
        let (main, exception) = EXCEPT.iter().find_map(|word| split_once_word(text, word))?;
        let exception = self.read(exception)?.negated();
        if self.names_cases_alone(main) {
            return Some(exception);
        }
        Some(self.read(main)?.both("and", exception))
    }

    /// Reads "the domain, the value or the close date is missing".
    fn all_missing(&self, text: &str) -> Option<Read> {
        let ends = [
            " is missing",
            " are missing",
            " is blank",
            " are blank",
            " is empty",
            " are empty",
            " is not set",
            " is unknown",
        ];
        let list = ends.iter().find_map(|end| text.strip_suffix(end))?;
        let word = if list.contains(" or ") { "or" } else { "and" };
        let pieces = split_words(list, word);
        if pieces.len() < 2 {
            return None;
        }
        let read: Option<Vec<Read>> = pieces
            .iter()
            .map(|(_, piece)| self.clause(&format!("{piece} is missing")))
            .collect();
        read?
            .into_iter()
            .reduce(|before, one| before.both(word, one))
    }

    /// Reads "… and which nobody has picked up yet (status open or blank)": brackets may say in the
    /// words of the tables what the words before them do not.
    fn in_brackets(&self, text: &str) -> Option<Read> {
        let (main, inner) = text.strip_suffix(')')?.rsplit_once(" (")?;
        if counts_too(inner) {
            return self.read(main)?.or_missing();
        }
        if let Some(read) = self.read(main) {
            return Some(read);
        }
        let is_example = ["e.g", "for example", "such as", "like ", "say "]
            .iter()
            .any(|word| inner.to_lowercase().starts_with(word));
        let inner = self.read(inner)?;
        match main.rsplit_once(" and ") {
            Some((before, _)) => Some(self.read(before)?.both("and", inner)),
            // "In a country we don't sell to (Brazil, Japan)": the values are what is meant.
            None if !is_example && figure(&tokens(main)).is_none() => Some(inner),
            None => None,
        }
    }

    /// Reads rows with a remark on them: "an account renewing soon with no open ticket".
    fn related(&self, text: &str) -> Option<Read> {
        const RELATES: [&str; 9] = [
            "with", "without", "that", "who", "which", "whose", "where", "having", "and",
        ];
        RELATES.iter().find_map(|word| {
            let (main, remark) = split_once_word(text, word)?;
            let remark = if *word == "without" {
                format!("no {remark}")
            } else {
                remark.to_owned()
            };
            let remark = self.read(&remark)?;
            if self.names_cases_alone(main) {
                return Some(remark);
            }
            Some(self.read(main)?.both("and", remark))
        })
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
        for (between, piece) in pieces {
            let candidate = if open.is_empty() {
                piece.to_owned()
            } else {
                format!("{open}{between}{piece}")
            };
            if let (Some(before), true) = (&read, says_missing(piece)) {
                let value = before.value.clone()?;
                let missing = Read {
                    source: format!("{value} is missing"),
                    ..before.clone()
                };
                read = Some(match word {
                    "or" => before.clone().or_missing()?,
                    _ => before.clone().both(word, missing),
                });
                continue;
            }
            if let Some(before) = &read
                && let Some(share) = self.share_of_them(before, piece)
            {
                read = Some(before.clone().both(word, share));
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
        // "Their type is Partner or Internal": a name beside a value is another value.
        if word == "or" && is_name(&open) {
            return read?.or_value(&open);
        }
        // All of it has to be understood: half a condition is another condition.
        read.filter(|_| open.is_empty())
    }

    /// Reads "either A or B" behind what holds in any case: "the score is 1 and either … or …".
    fn either(&self, before: &str, rest: &str) -> Option<Read> {
        let (choice, more) = match rest
            .find(" or ")
            .and_then(|at| rest[at..].find(", and ").map(|n| at + n))
        {
            Some(at) => (&rest[..at], Some(&rest[at + ", and ".len()..])),
            None => (rest, None),
        };
        let choice = self.joined_by(choice, "or");
        let is_bare = before.is_empty() || self.names_cases_alone(before);
        let before = if is_bare { None } else { self.read(before) };
        let (Some(choice), true) = (choice, is_bare || before.is_some()) else {
            // "Their status is either open or pending" goes on about one column.
            return None;
        };
        let choice = match before {
            Some(before) => before.both("and", choice),
            None => choice,
        };
        match more {
            Some(more) => Some(choice.both("and", self.read(more)?)),
            None => Some(choice),
        }
    }
}

/// Splits alternatives that each begin with an "if" of their own: "A and B, or if C". What joins
/// their clauses binds closer.
fn alternatives(text: &str) -> Vec<&str> {
    static OR_IF: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?i),? or,? (?:else )?(?:if|when|where) "));
    let pieces = OR_IF.split(text).filter(|one| !one.is_empty());
    let pieces: Vec<&str> = pieces.collect();
    match pieces.as_slice() {
        // "If A, if B, or if C" is one list.
        [list, last] if list.contains(", if ") && !last.contains(", if ") => {
            list.split(", if ").chain([*last]).collect()
        }
        _ => pieces,
    }
}

/// Returns what stands before an "either" and behind it.
fn split_either(text: &str) -> Option<(&str, &str)> {
    let at = text
        .find("either ")
        .filter(|at| *at == 0 || text[..*at].ends_with(' '))?;
    let before = text[..at].trim().trim_end_matches([',']);
    let before = before.strip_suffix(" and").unwrap_or(before);
    let rest = &text[at + "either ".len()..];
    rest.contains(" or ").then(|| (before.trim(), rest))
}

/// Does a remark in brackets say that what is missing counts too: "(no date on record counts too)"?
fn counts_too(inner: &str) -> bool {
    static COUNTS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)^(?:or |and )?(?:if )?(?:there (?:is|was|has been) )?(?:no(?:ne|thing)?|never|blank|empty|missing|unknown)\b.{0,40}(?: counts?| (?:is|are) (?:counted|included|in)| qualif(?:y|ies))(?: too| as well| also)?$|^or (?:never|none|no .{2,30}|not at all|nothing at all)$",
        )
    });
    COUNTS.is_match(inner)
}
