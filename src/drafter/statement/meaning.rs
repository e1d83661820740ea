//! What a statement may be for.

use super::{Route, Rule};
use crate::drafter::condition::{Defined, Read};
use crate::drafter::when::When;

/// What a statement is for. One can be several things at once.
#[derive(Debug, Clone, Default)]
pub(in crate::drafter) struct Meaning {
    /// When it runs.
    pub(in crate::drafter) when: Option<When>,
    /// Which cases there are.
    pub(in crate::drafter) only: Option<Read>,
    /// Which cases there are not.
    pub(in crate::drafter) skip: Option<Read>,
    /// Rules that give cases a label.
    pub(in crate::drafter) rules: Vec<Rule>,
    /// Where cases go.
    pub(in crate::drafter) route: Option<Route>,
    /// A remark for the texts that people receive.
    pub(in crate::drafter) note: Option<Note>,
    /// Where the rules of the statement before it do not hold.
    pub(in crate::drafter) unless: Option<Read>,
    /// A date that may not be known, and the one that counts instead.
    pub(in crate::drafter) default: Option<(String, String)>,
    /// Who gets mails of which nothing else is said: an address, as an expression.
    pub(in crate::drafter) addressee: Option<String>,
    /// An address that may not be known, and the one that is used instead.
    pub(in crate::drafter) instead: Option<(String, String)>,
    /// The label of everything else.
    pub(in crate::drafter) otherwise: Option<String>,
    /// How many come first, and by what.
    pub(in crate::drafter) top: Option<(usize, Option<String>)>,
    /// What comes out.
    pub(in crate::drafter) outputs: Vec<Wanted>,
    /// It is background, or for people.
    pub(in crate::drafter) waived: Option<&'static str>,
    /// Figures that it defines, each with its expression.
    pub(in crate::drafter) defined: Option<(Defined, Read)>,
    /// Of two levels that fit, the higher one counts.
    pub(in crate::drafter) higher: bool,
    /// Of several cases that share a column only the newest counts.
    pub(in crate::drafter) newest: Option<String>,
    /// It adds rows to those that the statement before takes.
    pub(in crate::drafter) also: bool,
    /// It asks for judgement of free text.
    pub(in crate::drafter) judgement: bool,
    /// It says more than was read of it.
    pub(in crate::drafter) says_more: bool,
}

/// A remark for the texts that people receive, where a condition holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::drafter) struct Note {
    /// When it is made.
    pub(in crate::drafter) when: Read,
    /// What it says.
    pub(in crate::drafter) text: String,
}

/// An output that a statement asks for.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::drafter) enum Wanted {
    /// An email as a draft.
    Email,
    /// A document.
    Document,
    /// A message, to a channel if it is named.
    Message(Option<String>),
    /// A field of the case's record.
    Update,
    /// A list of the cases.
    Table,
}

impl Meaning {
    /// Adds what another part of the sentence is for.
    pub(super) fn add(&mut self, other: Meaning) {
        let both = |one: Option<Read>, other: Option<Read>, word: &str| match (one, other) {
            (Some(one), Some(other)) => Some(one.both(word, other)),
            (one, other) => one.or(other),
        };
        self.when = self.when.take().or(other.when);
        self.only = both(self.only.take(), other.only, "and");
        self.skip = both(self.skip.take(), other.skip, "or");
        self.rules.extend(other.rules);
        self.route = self.route.take().or(other.route);
        self.note = self.note.take().or(other.note);
        self.instead = self.instead.take().or(other.instead);
        self.unless = self.unless.take().or(other.unless);
        self.default = self.default.take().or(other.default);
        self.otherwise = self.otherwise.take().or(other.otherwise);
        self.top = self.top.take().or(other.top);
        for output in other.outputs {
            if !self.outputs.contains(&output) {
                self.outputs.push(output);
            }
        }
        // What is done beside a part that changes nothing is not waived with it.
        let waived = self.waived.or(other.waived);
        self.waived = None;
        self.defined = self.defined.take().or(other.defined);
        self.addressee = self.addressee.take().or(other.addressee);
        self.judgement |= other.judgement;
        self.higher |= other.higher;
        self.newest = self.newest.take().or(other.newest);
        self.also |= other.also;
        if self.is_open() {
            self.waived = waived;
        }
    }

    /// Was anything of it understood?
    pub(in crate::drafter) fn is_open(&self) -> bool {
        self.when.is_none()
            && self.only.is_none()
            && self.skip.is_none()
            && self.rules.is_empty()
            && self.route.is_none()
            && self.note.is_none()
            && self.instead.is_none()
            && self.unless.is_none()
            && self.default.is_none()
            && self.otherwise.is_none()
            && self.top.is_none()
            && self.outputs.is_empty()
            && self.waived.is_none()
            && self.defined.is_none()
            && !self.judgement
            && self.addressee.is_none()
            && !self.higher
            && self.newest.is_none()
    }
}
