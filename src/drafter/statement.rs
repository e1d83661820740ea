//! What a statement of an SOP is for.

mod patterns;
mod route;
mod rules;
mod signs;

use patterns::{BY, NOTE, ONLY, OTHERWISE, OTHERWISE_LAST, SELECT, SKIP, TIMED, TOP};
use signs::{background, judges, outputs};

pub(super) use route::Route;
pub(super) use rules::Rule;

use super::condition::{Read, Reader};
use super::when::{self, When};
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
    /// A rule that gives cases a label.
    pub(super) rule: Option<Rule>,
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
    /// Was anything of it understood?
    pub(super) fn is_open(&self) -> bool {
        self.when.is_none()
            && self.only.is_none()
            && self.skip.is_none()
            && self.rule.is_none()
            && self.route.is_none()
            && self.note.is_none()
            && self.otherwise.is_none()
            && self.top.is_none()
            && self.outputs.is_empty()
            && self.waived.is_none()
            && !self.judgement
    }
}

/// Returns what a statement is for.
pub(super) fn meaning(said: &Said, reader: &Reader<'_>) -> Meaning {
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
    if let Some(found) = OTHERWISE
        .captures(text)
        .or_else(|| OTHERWISE_LAST.captures(text))
    {
        meaning.otherwise = found.get(1).map(|m| label(m.as_str()));
        return meaning;
    }
    if let Some(found) = SKIP.captures(text)
        && let Some(read) = found
            .get(1)
            .and_then(|m| left_out(without_remark(m.as_str()), reader))
    {
        meaning.skip = Some(read);
        return meaning;
    }
    meaning.outputs = outputs(&lower, text);
    meaning.rule = rules::rule(text, !meaning.outputs.is_empty(), reader);
    if meaning.rule.is_some() {
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
    if meaning.outputs.is_empty()
        && let Some(found) = SELECT.captures(text)
    {
        meaning.only = found.get(1).and_then(|m| selection(m.as_str(), reader));
    }
    if meaning.is_open()
        && let Some(found) = ONLY.captures(text)
    {
        meaning.only = found.get(1).and_then(|m| selection(m.as_str(), reader));
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

/// Returns a text without a remark behind a comma: "…, they renew by themselves".
fn without_remark(text: &str) -> &str {
    let remark = [
        ", they ",
        ", it ",
        ", it's ",
        ", we ",
        ", since ",
        ", because ",
        ", as ",
        " (",
        ", those ",
    ];
    let end = remark
        .iter()
        .filter_map(|r| text.find(r))
        .min()
        .unwrap_or(text.len());
    text.get(..end).unwrap_or(text)
}

/// Reads "active accounts that renew within 90 days" clause by clause.
pub(super) fn selection(text: &str, reader: &Reader<'_>) -> Option<Read> {
    let text = without_remark(text);
    let parts: Vec<&str> = text
        .split([',', ';'])
        .map(str::trim)
        .filter(|p| !p.is_empty())
        .collect();
    let whole = reader.read(text);
    // "active accounts that renew within 90 days" holds two conditions without an "and".
    for word in [
        " that ",
        " which ",
        " whose ",
        " with ",
        " who ",
        " where ",
        " renewing ",
        " due ",
    ] {
        if let Some((before, after)) = text.split_once(word) {
            let kept = if matches!(word, " renewing " | " due ") {
                format!("renewal {after}")
            } else {
                after.to_owned()
            };
            match (reader.clause(before), reader.read(&kept)) {
                (Some(a), Some(b)) if a.source != b.source => return Some(join(a, b)),
                // What names the rows alone ("customers whose …") says nothing more.
                (None, Some(b))
                    if whole.is_none()
                        && reader.nothing_left(&crate::drafter::words::tokens(before)) =>
                {
                    return Some(b);
                }
                _ => {}
            }
        }
    }
    whole.or_else(|| {
        parts
            .first()
            .and_then(|p| reader.read(p))
            .filter(|_| parts.len() == 1)
    })
}

/// Reads what is left out. "Churned accounts and contacts who opted out" are two kinds of rows,
/// and either is left out.
fn left_out(text: &str, reader: &Reader<'_>) -> Option<Read> {
    let names_rows = |part: &str| {
        let first = crate::drafter::words::stems(part).into_iter().next();
        let mut tables = reader.world.tables.iter();
        first.is_some_and(|word| {
            tables
                .any(|t| crate::drafter::words::stems(&t.short().replace('_', " ")).contains(&word))
        })
    };
    match text.split_once(" and ") {
        Some((one, other)) if names_rows(other) => {
            let (one, other) = (reader.read(one)?, reader.read(other)?);
            Some(one.both("or", other))
        }
        _ => reader.read(text),
    }
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

fn join(a: Read, b: Read) -> Read {
    let wrap = |source: String| {
        if source.contains(" or ") {
            format!("({source})")
        } else {
            source
        }
    };
    Read {
        source: format!("{} and {}", wrap(a.source), wrap(b.source)),
        joined: a.joined.into_iter().chain(b.joined).collect(),
        columns: a.columns.into_iter().chain(b.columns).collect(),
    }
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
