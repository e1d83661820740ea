//! What changed between two versions of a workflow: part by part, in plain words.

mod leaves;
mod parts;

use serde::Serialize;

use super::Workflow;
use super::explain::{label, text_words};
use crate::diag::one_line;
use leaves::{Leaves, leaves};
use parts::{Part, parts};

/// A part that is new, gone or different.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PartChange {
    /// The part, such as "the rule for level high".
    pub part: String,
    /// What it said, in words; nothing where it is new, or its words are the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// What it says; nothing where it is gone, or its words are the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// What is different in it that the words leave out, such as the text of an email.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<Detail>,
    /// Words by which people name it.
    #[serde(skip)]
    pub names: Vec<String>,
    /// Is it only what another part needs, such as a column that a condition reads?
    #[serde(skip)]
    pub is_support: bool,
}

/// Something within a part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Detail {
    /// What it is, such as "body".
    pub field: String,
    /// What was there.
    pub before: Option<String>,
    /// What is there.
    pub after: Option<String>,
}

impl PartChange {
    /// Is the part gone?
    pub fn is_removed(&self) -> bool {
        self.before.is_some() && self.after.is_none()
    }

    /// Is the part new?
    pub fn is_new(&self) -> bool {
        self.before.is_none() && self.after.is_some()
    }

    /// Returns the change in one sentence: of long conditions only what differs.
    pub fn words(&self) -> String {
        match (&self.before, &self.after) {
            (None, Some(after)) => format!("new: {}: {after}", self.part),
            (Some(_), None) => format!("removed: {}", self.part),
            (Some(before), Some(after)) => match (only(before, after), only(after, before)) {
                (gone, new) if new.is_empty() && !gone.is_empty() => {
                    format!("{}: no longer {gone}", self.part)
                }
                (_, new) if new.is_empty() => format!("{}: {after}", self.part),
                (gone, new) if gone.is_empty() => format!("{}: also {new}", self.part),
                (gone, new) => format!("{}: {new} (before: {gone})", self.part),
            },
            (None, None) => {
                let fields: Vec<&str> = self.details.iter().map(|d| d.field.as_str()).collect();
                format!("{} ({})", self.part, fields.join(", "))
            }
        }
    }
}

/// Returns the conditions of a text that another one lacks.
fn only(of: &str, other: &str) -> String {
    let theirs = clauses(other);
    let own: Vec<&str> = clauses(of)
        .into_iter()
        .filter(|clause| !theirs.contains(clause))
        .collect();
    own.join(", ")
}

/// Returns the single conditions of a text.
fn clauses(text: &str) -> Vec<&str> {
    let mut pieces = vec![text];
    for word in [" and ", " or ", ", if ", ", where ", "; "] {
        pieces = pieces.into_iter().flat_map(|p| p.split(word)).collect();
    }
    // Brackets around several conditions belong to none of them.
    let is_whole = |piece: &str| piece.matches('(').count() == piece.matches(')').count();
    let bare = |piece| str::trim_matches(piece, ['(', ')']);
    pieces
        .into_iter()
        .map(|piece| piece.trim().trim_start_matches("if "))
        .map(|piece| if is_whole(piece) { piece } else { bare(piece) })
        .collect()
}

/// The longest text of a change.
const LONGEST: usize = 240;

/// Returns what changed from one version to another, in the order of the newer one; what is gone
/// comes last. What only moved is told once, as an order.
pub fn changes(before: &Workflow, after: &Workflow) -> Vec<PartChange> {
    let (old, new) = (parts(before), parts(after));
    let pairs = matched(&old, &new);
    let mut found: Vec<PartChange> = Vec::new();
    for (index, part) in new.iter().enumerate() {
        match pairs[index] {
            Some(was) => found.extend(changed(&old[was], part)),
            None => found.push(alone(part, None, Some(&part.words))),
        }
    }
    for (index, part) in old.iter().enumerate() {
        if !pairs.contains(&Some(index)) {
            found.push(alone(part, Some(&part.words), None));
        }
    }
    found.extend(orders(&old, &new, &pairs));
    found
}

/// Returns for each new part the place of the old one that it was: of several of a kind, such as
/// rules for one level, first those that say the same.
fn matched(old: &[Part], new: &[Part]) -> Vec<Option<usize>> {
    let mut pairs: Vec<Option<usize>> = vec![None; new.len()];
    for exact in [true, false] {
        for (index, part) in new.iter().enumerate() {
            if pairs[index].is_some() {
                continue;
            }
            let found = old.iter().enumerate().find(|(place, was)| {
                was.kind == part.kind
                    && (!exact || was.words == part.words)
                    && !pairs.contains(&Some(*place))
            });
            pairs[index] = found.map(|(place, _)| place);
        }
    }
    pairs
}

fn alone(part: &Part, before: Option<&String>, after: Option<&String>) -> PartChange {
    let cut = |words: &String| one_line(words, LONGEST);
    PartChange {
        part: part.title.clone(),
        before: before.map(cut),
        after: after.map(cut),
        details: Vec::new(),
        names: part.names.clone(),
        is_support: part.is_support,
    }
}

fn changed(was: &Part, is: &Part) -> Option<PartChange> {
    let differs = was.words != is.words;
    let (before, after) = if differs {
        apart(&was.words, &is.words)
    } else {
        (String::new(), String::new())
    };
    let mut change = alone(is, differs.then_some(&before), differs.then_some(&after));
    let (old, new) = (leaves(&was.details), leaves(&is.details));
    for key in new
        .keys()
        .chain(old.keys().filter(|k| !new.contains_key(*k)))
    {
        let value = |from: &Leaves| {
            from.get(key).map(|value| match value {
                serde_json::Value::String(text) => text.clone(),
                other => other.to_string(),
            })
        };
        let (before, after) = (value(&old), value(&new));
        if before == after {
            continue;
        }
        let (before, after) = match (before, after) {
            (Some(before), Some(after)) => {
                let (before, after) = lines_apart(&before, &after);
                (Some(before), Some(after))
            }
            (before, after) => (before.map(|t| said(&t)), after.map(|t| said(&t))),
        };
        change.details.push(Detail {
            field: label(key.trim_start_matches('/')).replace('/', ", "),
            before,
            after,
        });
    }
    change.names.extend(was.names.iter().cloned());
    (differs || !change.details.is_empty()).then_some(change)
}

fn said(text: &str) -> String {
    one_line(&text_words(text), LONGEST)
}

/// Returns what differs between two texts of several lines: the lines that only one of them has.
fn lines_apart(before: &str, after: &str) -> (String, String) {
    let only = |of: &str, other: &str| {
        let lines: Vec<&str> = of
            .lines()
            .filter(|line| !other.lines().any(|o| o == *line))
            .collect();
        lines.join("\n")
    };
    let (old, new) = (only(before, after), only(after, before));
    if old.is_empty() && new.is_empty() {
        // The same lines in another order.
        return apart(&text_words(before), &text_words(after));
    }
    apart(&text_words(&old), &text_words(&new))
}

/// Cuts the beginning that two long texts share, so that the difference is in sight.
fn apart(before: &str, after: &str) -> (String, String) {
    if before.chars().count().max(after.chars().count()) <= LONGEST {
        return (before.to_owned(), after.to_owned());
    }
    let shared = before
        .chars()
        .zip(after.chars())
        .take_while(|(a, b)| a == b)
        .count();
    let from = shared.saturating_sub(60);
    let cut = |text: &str| {
        let rest: String = text.chars().skip(from).collect();
        let lead = if from > 0 { "…" } else { "" };
        one_line(&format!("{lead}{rest}"), LONGEST)
    };
    (cut(before), cut(after))
}

/// Returns the lists in which what was there before stands in another order now.
fn orders(old: &[Part], new: &[Part], pairs: &[Option<usize>]) -> Vec<PartChange> {
    let mut lists: Vec<&String> = new.iter().filter_map(|p| p.list.as_ref()).collect();
    lists.dedup();
    let mut found = Vec::new();
    for list in lists {
        let places: Vec<(usize, &Part)> = new
            .iter()
            .zip(pairs)
            .filter(|(part, _)| part.list.as_ref() == Some(list))
            .filter_map(|(part, was)| was.map(|was| (was, part)))
            .collect();
        if places.is_sorted_by_key(|(was, _)| *was) {
            continue;
        }
        let titles = |parts: Vec<&Part>| {
            let titles: Vec<&str> = parts.iter().map(|p| p.title.as_str()).collect();
            titles.join(", then ")
        };
        let mut before: Vec<usize> = places.iter().map(|(was, _)| *was).collect();
        before.sort_unstable();
        found.push(PartChange {
            part: format!("the order of {list}"),
            before: Some(titles(before.iter().map(|was| &old[*was]).collect())),
            after: Some(titles(places.iter().map(|(_, part)| *part).collect())),
            details: Vec::new(),
            names: vec!["order".to_owned(), "before".to_owned(), "first".to_owned()],
            is_support: false,
        });
    }
    found
}

#[cfg(test)]
mod tests;
