//! The words of a clause, each ticked off when something was read from it.

use crate::drafter::words::{stem, tokens};

/// Words that change nothing about which rows are meant.
const LIGHT: [&str; 137] = [
    "a",
    "about",
    "account",
    "again",
    "all",
    "already",
    "also",
    "among",
    "an",
    "and",
    "any",
    "anybody",
    "anyone",
    "anything",
    "are",
    "as",
    "at",
    "away",
    "be",
    "been",
    "being",
    "belong",
    "belonging",
    "belongs",
    "came",
    "but",
    "by",
    "come",
    "company",
    "companies",
    "client",
    "count",
    "currently",
    "customer",
    "did",
    "do",
    "does",
    "each",
    "either",
    "both",
    "else",
    "even",
    "every",
    "everybody",
    "everyone",
    "everything",
    "flagged",
    "exactly",
    "for",
    "from",
    "get",
    "give",
    "gives",
    "go",
    "got",
    "had",
    "has",
    "have",
    "he",
    "her",
    "his",
    "if",
    "in",
    "is",
    "it",
    "its",
    "just",
    "logged",
    "inside",
    "made",
    "make",
    "marked",
    "moved",
    "now",
    "obviously",
    "of",
    "off",
    "on",
    "one",
    "ones",
    "really",
    "simply",
    "organization",
    "only",
    "or",
    "our",
    "out",
    "people",
    "person",
    "please",
    "prospect",
    "put",
    "re",
    "s",
    "said",
    "same",
    "set",
    "since",
    "she",
    "sit",
    "so",
    "some",
    "somebody",
    "someone",
    "stand",
    "still",
    "tagged",
    "that",
    "the",
    "their",
    "them",
    "then",
    "there",
    "these",
    "they",
    "thing",
    "this",
    "those",
    "to",
    "too",
    "up",
    "us",
    "was",
    "we",
    "were",
    "what",
    "when",
    "where",
    "which",
    "who",
    "whoever",
    "whose",
    "will",
    "with",
    "yet",
    "you",
    "your",
];

/// The words of a clause.
#[derive(Debug, Clone)]
pub(super) struct Words {
    /// The clause as it was written.
    pub(super) text: String,
    /// Its words and figures, in lower case.
    pub(super) tokens: Vec<String>,
    stems: Vec<String>,
    read: Vec<bool>,
}

impl Words {
    pub(super) fn new(text: &str) -> Self {
        let tokens = tokens(text);
        Words {
            text: text.to_owned(),
            stems: tokens.iter().map(|t| stem(t)).collect(),
            read: vec![false; tokens.len()],
            tokens,
        }
    }

    /// Returns the stems of the words from which nothing was read yet; an empty one stands for the
    /// others, so that places stay places.
    pub(super) fn free(&self) -> Vec<String> {
        let words = self.stems.iter().zip(&self.read);
        words
            .map(|(stem, read)| if *read { String::new() } else { stem.clone() })
            .collect()
    }

    pub(super) fn is_free(&self, at: usize) -> bool {
        self.read.get(at).is_some_and(|read| !read)
    }

    /// Ticks off the words of a span.
    pub(super) fn tick(&mut self, from: usize, to: usize) {
        for read in self.read.iter_mut().take(to).skip(from) {
            *read = true;
        }
    }

    pub(super) fn tick_each(&mut self, places: &[usize]) {
        for place in places {
            self.tick(*place, place + 1);
        }
    }

    /// Ticks off words wherever they stand, and tells whether there was any of them.
    pub(super) fn take(&mut self, words: &[&str]) -> bool {
        let places: Vec<usize> = (0..self.tokens.len())
            .filter(|at| self.is_free(*at) && words.contains(&self.tokens[*at].as_str()))
            .collect();
        self.tick_each(&places);
        !places.is_empty()
    }

    /// Does any of some words stand there, read or not?
    pub(super) fn has(&self, words: &[&str]) -> bool {
        self.tokens.iter().any(|t| words.contains(&t.as_str()))
    }

    /// Does any of some words stand there from which nothing was read yet?
    pub(super) fn has_free(&self, words: &[&str]) -> bool {
        (0..self.tokens.len())
            .any(|at| self.is_free(at) && words.contains(&self.tokens[at].as_str()))
    }

    /// Returns where a phrase stands whose words are all free.
    pub(super) fn phrase(&self, phrase: &str) -> Option<(usize, usize)> {
        let wanted: Vec<&str> = phrase.split(' ').collect();
        let last = self.tokens.len().checked_sub(wanted.len())?;
        (0..=last)
            .find(|at| {
                (0..wanted.len()).all(|i| self.is_free(at + i) && self.tokens[at + i] == wanted[i])
            })
            .map(|at| (at, at + wanted.len()))
    }

    /// Ticks off the first of some phrases that stands there, and tells whether one did.
    pub(super) fn take_phrase(&mut self, phrases: &[&str]) -> bool {
        match phrases.iter().find_map(|p| self.phrase(p)) {
            Some((from, to)) => {
                self.tick(from, to);
                true
            }
            None => false,
        }
    }

    /// Was something read from every word that weighs anything?
    pub(super) fn are_read(&self) -> bool {
        (0..self.tokens.len()).all(|at| !self.is_free(at) || is_light(&self.tokens[at]))
    }

    /// Are the words before a place free of any that denies?
    pub(super) fn denied_before(&self, at: usize, within: usize) -> bool {
        let near = &self.tokens[at.saturating_sub(within)..at];
        near.iter().any(|t| denies(t))
    }
}

/// Does a word deny what follows?
pub(super) fn denies(token: &str) -> bool {
    matches!(
        token,
        "not"
            | "no"
            | "without"
            | "never"
            | "isn"
            | "aren"
            | "hasn"
            | "haven"
            | "doesn"
            | "don"
            | "wasn"
            | "weren"
            | "didn"
            | "non"
            | "except"
            | "nobody"
            | "lacks"
            | "lacking"
    )
}

pub(super) fn is_light(token: &str) -> bool {
    LIGHT.contains(&token) || matches!(token, "t" | "ve" | "ll" | "d" | "$")
}
