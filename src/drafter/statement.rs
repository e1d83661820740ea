//! What a statement of an SOP is for.

mod definition;
mod labels;
mod patterns;
mod route;
mod rows;
mod rules;
mod signs;

use patterns::{BY, NOTE, TIMED, TOP};
use signs::{background, judges, outputs};

pub(super) use definition::defined as definition;
pub(super) use patterns::Forms;
pub(super) use route::Route;
pub(super) use rules::Rule;

use super::condition::{Defined, Read, Reader, figure};
use super::when::{self, When};
use super::words::tokens;
use super::world::Said;

/// What a statement is for. One can be several things at once.
#[derive(Debug, Clone, Default)]
pub(super) struct Meaning {
    /// When it runs.
    pub(super) when: Option<When>,
    /// Which cases there are.
    pub(super) only: Option<Read>,
    /// Which cases there are not.
    pub(super) skip: Option<Read>,
    /// Rules that give cases a label.
    pub(super) rules: Vec<Rule>,
    /// Where cases go.
    pub(super) route: Option<Route>,
    /// A remark for the texts that people receive.
    pub(super) note: Option<Note>,
    /// The label of everything else.
    pub(super) otherwise: Option<String>,
    /// How many come first, and by what.
    pub(super) top: Option<(usize, Option<String>)>,
    /// What comes out.
    pub(super) outputs: Vec<Wanted>,
    /// It is background, or for people.
    pub(super) waived: Option<&'static str>,
    /// Figures that it defines, each with its expression.
    pub(super) defined: Option<(Defined, Read)>,
    /// It asks for judgement of free text.
    pub(super) judgement: bool,
    /// It says more than was read of it.
    pub(super) says_more: bool,
}

/// A remark for the texts that people receive, where a condition holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Note {
    /// When it is made.
    pub(super) when: Read,
    /// What it says.
    pub(super) text: String,
}

/// An output that a statement asks for.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Wanted {
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
    fn add(&mut self, other: Meaning) {
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
        self.otherwise = self.otherwise.take().or(other.otherwise);
        self.top = self.top.take().or(other.top);
        for output in other.outputs {
            if !self.outputs.contains(&output) {
                self.outputs.push(output);
            }
        }
        self.waived = self.waived.or(other.waived);
        self.defined = self.defined.take().or(other.defined);
        self.judgement |= other.judgement;
    }

    /// Was anything of it understood?
    pub(super) fn is_open(&self) -> bool {
        self.when.is_none()
            && self.only.is_none()
            && self.skip.is_none()
            && self.rules.is_empty()
            && self.route.is_none()
            && self.note.is_none()
            && self.otherwise.is_none()
            && self.top.is_none()
            && self.outputs.is_empty()
            && self.waived.is_none()
            && self.defined.is_none()
            && !self.judgement
    }
}

/// Returns what a statement is for. A sentence that says nothing as a whole may say several things
/// one after the other.
pub(super) fn meaning(said: &Said, reader: &Reader<'_>) -> Meaning {
    let whole = part(said, reader);
    if !whole.is_open() && !whole.says_more {
        return whole;
    }
    let parts = sentences(&said.text);
    if parts.len() < 2 {
        return whole;
    }
    let mut merged = Meaning::default();
    for text in parts {
        let one = part(
            &Said {
                text: text.to_owned(),
                ..said.clone()
            },
            reader,
        );
        merged.says_more |= one.says_more || one.is_open();
        merged.add(one);
    }
    // Half of what a sentence says is no better than the whole half read.
    if merged.says_more { whole } else { merged }
}

/// Returns the parts of a sentence that can stand alone: behind a semicolon, a dash, or "and we".
fn sentences(text: &str) -> Vec<&str> {
    const MARKS: [&str; 12] = [
        "; ",
        " – ",
        " — ",
        ", and we ",
        ", and then ",
        ", but ",
        ", then ",
        ". ",
        ", and ",
        ": ",
        ", so ",
        ", also ",
    ];
    let mut parts = vec![text];
    for mark in MARKS {
        parts = parts
            .into_iter()
            .flat_map(|part| part.split(mark))
            .collect();
    }
    parts.iter_mut().for_each(|part| *part = part.trim());
    parts.retain(|part| part.chars().any(char::is_alphanumeric));
    parts
}

fn part(said: &Said, reader: &Reader<'_>) -> Meaning {
    let mut meaning = first_meaning(said, reader);
    meaning.says_more = says_more(&said.text, &meaning, reader);
    meaning
}

/// Does a sentence hold an exception, a condition or a choice of rows that was not read?
fn says_more(text: &str, meaning: &Meaning, reader: &Reader<'_>) -> bool {
    let lower = text.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|w| lower.contains(w));
    if meaning.otherwise.is_some() {
        return has(&[" except", " unless ", " although ", " but ", " if "]);
    }
    if let (Some(_), None, true) = (&meaning.when, &meaning.only, meaning.outputs.is_empty()) {
        let cases = crate::drafter::words::stems(&reader.cases.short().replace('_', " "));
        let said = crate::drafter::words::stems(text);
        return cases.iter().any(|word| said.contains(word)) || has(&[" within ", " that are "]);
    }
    // An exception to an output, or a second one on a condition of its own, is not read.
    let second = lower
        .split_once(", and ")
        .is_some_and(|(_, rest)| rest.contains(" if ") || rest.contains(" when "));
    !meaning.outputs.is_empty() && (second || has(&[" except", " unless ", ", but "]))
}

fn first_meaning(said: &Said, reader: &Reader<'_>) -> Meaning {
    let text = said.text.trim();
    let lower = text.to_lowercase();
    let mut meaning = Meaning {
        when: when::read(text).filter(|_| TIMED.is_match(text)),
        ..Meaning::default()
    };
    if text == crate::drafter::grid::HEADING || introduces(text) {
        meaning.waived = Some("introduces what follows");
        return meaning;
    }
    meaning.defined = definition::defined(text, reader);
    if meaning.defined.is_some() {
        return meaning;
    }
    let forms = &reader.forms;
    let rest = forms
        .otherwise
        .captures(text)
        .or_else(|| forms.otherwise_last.captures(text));
    if let Some(found) = rest {
        meaning.otherwise = found.get(1).map(|m| label(m.as_str()));
        return meaning;
    }
    if let Some(read) = rows::left_out(said, reader) {
        meaning.skip = Some(read);
        return meaning;
    }
    meaning.outputs = outputs(&lower, text);
    meaning.rules = rules::rules(text, !meaning.outputs.is_empty(), reader);
    if !meaning.rules.is_empty() {
        meaning.outputs.clear();
        return meaning;
    }
    meaning.note = note(text, reader);
    if meaning.note.is_some() {
        meaning.outputs.clear();
        return meaning;
    }
    meaning.route = route::route(text, reader);
    meaning.top = top(text);
    if meaning.outputs.is_empty() {
        let is_free = meaning.is_open();
        meaning.only = rows::chosen(said, is_free, reader);
    }
    if meaning.is_open()
        || (meaning.when.is_some() && meaning.only.is_none() && meaning.outputs.is_empty())
    {
        meaning.judgement = judges(&lower) && meaning.when.is_none();
    }
    if meaning.is_open() {
        meaning.waived = background(said, &lower);
    }
    meaning
}

/// Does a sentence only lead to those that follow: "Sort what remains into hot, warm and cold:"?
fn introduces(text: &str) -> bool {
    let lower = text.to_lowercase();
    let begins = [
        "sort ",
        "then they get",
        "there are a few",
        "we rate",
        "how we rate",
        "these are the",
        "here is how",
        "here's how",
        "the levels",
        "classify ",
    ];
    let leads = text.ends_with(':') && tokens(text).len() <= 14;
    (leads || begins.iter().any(|b| lower.starts_with(b))) && figure(&tokens(text)).is_none()
}

fn note(text: &str, reader: &Reader<'_>) -> Option<Note> {
    let found = NOTE.captures(text)?;
    let (condition, what) = (found.get(1)?.as_str(), found.get(2)?.as_str());
    let when = reader.read(condition)?;
    Some(Note {
        text: format!("{condition} ({what})"),
        when,
    })
}

fn top(text: &str) -> Option<(usize, Option<String>)> {
    let found = TOP.captures(text)?;
    let count = found
        .get(1)
        .or(found.get(2))
        .and_then(|m| super::words::number(&m.as_str().to_lowercase()))?;
    let by = BY
        .captures(text)
        .and_then(|c| c.get(1))
        .map(|m| m.as_str().trim().to_owned());
    Some((count as usize, by))
}

pub(super) fn label(text: &str) -> String {
    text.trim_matches(['"', '“', '”'])
        .trim()
        .to_lowercase()
        .replace([' ', '-'], "_")
}
