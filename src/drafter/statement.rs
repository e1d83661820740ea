//! What a statement of an SOP is for.

mod patterns;
mod signs;

use patterns::{
    BY, CONDITION_FIRST, GROUP, LABEL_FIRST, ONLY, OTHERWISE, OTHERWISE_LAST, SELECT, SKIP,
    SUBJECT_FIRST, TOP,
};

use signs::{background, judges, outputs};

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
    /// Label and condition of a rule.
    pub(super) rule: Option<(String, Read)>,
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
            && self.otherwise.is_none()
            && self.top.is_none()
            && self.outputs.is_empty()
            && self.waived.is_none()
            && !self.judgement
    }
}

/// Returns what a statement is for.
pub(super) fn meaning(said: &Said, reader: &Reader<'_>) -> Meaning {
    let text = said.text.trim();
    let lower = text.to_lowercase();
    let mut meaning = Meaning {
        when: when::read(text),
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
            .and_then(|m| reader.read(without_remark(m.as_str())))
    {
        meaning.skip = Some(read);
        return meaning;
    }
    // Each form names its label and condition in another order; the first that can be read counts.
    let forms = [
        (&LABEL_FIRST, 1, 2),
        (&CONDITION_FIRST, 2, 1),
        (&SUBJECT_FIRST, 1, 2),
        (&GROUP, 2, 1),
    ];
    meaning.rule = forms.into_iter().find_map(|(form, name, condition)| {
        let found = form.captures(text)?;
        let read = selection(found.get(condition)?.as_str(), reader)?;
        Some((label(found.get(name)?.as_str()), read))
    });
    if meaning.rule.is_some() {
        return meaning;
    }
    meaning.top = top(text);
    meaning.outputs = outputs(&lower, text);
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
fn selection(text: &str, reader: &Reader<'_>) -> Option<Read> {
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
                (None, Some(b)) if whole.is_none() => return Some(b),
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

fn label(text: &str) -> String {
    text.trim_matches(['"', '“', '”'])
        .trim()
        .to_lowercase()
        .replace([' ', '-'], "_")
}
