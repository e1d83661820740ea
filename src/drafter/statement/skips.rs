//! Sentences that say which rows are left out.

use std::sync::LazyLock;

use regex::Regex;

use super::needs;
use super::patterns::{SKIP, SKIP_IF, SKIP_LAST, SKIP_WHERE};
use super::rows::{chooses, condition, without_remark};
use crate::drafter::condition::{Read, Reader};
use crate::drafter::pattern::pattern;
use crate::drafter::words::{number, stems, tokens};
use crate::drafter::world::Said;

/// Returns which rows a sentence leaves out.
pub(super) fn left_out(said: &Said, reader: &Reader<'_>) -> Option<Read> {
    let text = &without_reason(&without_blanks(said.text.trim()));
    // "Discard if …" gives an outcome where that is what one is called.
    let first = reader.forms.labels_in(text).first().copied();
    let is_given = |rest: &str| {
        [" if ", " when ", " where ", ":"]
            .iter()
            .any(|w| rest.starts_with(w))
    };
    if first.is_some_and(|(from, to)| from == 0 && is_given(&text[to..])) {
        return None;
    }
    static SO_ARE: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?i),? (?:and|nor) (?:(?:so|neither) )?(?:are|is|do|does) "));
    if let Some(so_are) = SO_ARE.find(text)
        && let (first, second) = (&text[..so_are.start()], &text[so_are.end()..])
        && let Some(found) = SKIP_LAST.captures(first)
    {
        let rows = [&found[1], without_remark(second)];
        let mut read = rows.into_iter().map(|rows| either(rows, reader));
        return read.next()??.both("or", read.next()??).into();
    }
    if let Some(found) = SKIP_WHERE.captures(text) {
        return condition(&found[1], reader);
    }
    let text = &text
        .replace(" - unless ", ", unless ")
        .replace(" – unless ", ", unless ");
    let (text, exception) = match text.split_once(", unless ") {
        Some((text, exception)) => (text, Some(without_remark(exception))),
        None => (text.as_str(), None),
    };
    let listed = [&*SKIP, &*SKIP_LAST];
    for form in listed {
        if let Some(found) = form.captures(text) {
            let rows = either(without_remark(&found[1]), reader)
                .or_else(|| either(&found[1], reader))
                .or_else(|| super::tails::said_again(&found[1], reader))?;
            return match exception {
                Some(exception) => {
                    let kept = super::tails::beginning(exception, reader)?;
                    Some(rows.both("and", kept.negated()))
                }
                None => Some(rows),
            };
        }
    }
    if exception.is_some() {
        return None;
    }
    if let Some(read) = needs::skipped(text, reader) {
        return Some(read);
    }
    if let Some(found) = SKIP_IF.captures(text) {
        return condition(&found[1], reader);
    }
    let section = said.section.to_lowercase();
    let excludes = [
        "out of scope",
        "exclu",
        "not covered",
        "who is out",
        "exception",
        "skip",
        "leave out",
    ];
    if excludes.iter().any(|w| section.contains(w)) && !text.to_lowercase().starts_with("if ") {
        return either(without_remark(text), reader);
    }
    None
}

/// Returns a sentence about what is left out without brackets that keep in what has no value: what is
/// missing meets no condition.
pub(super) fn without_blanks(text: &str) -> String {
    static KEPT: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i) \((?:and |but )?(?:(?:if|when|where) [\w ]{2,30}? (?:is|are|isn'?t|was) (?:empty|blank|missing|unknown|not known|not set|not filled in|filled in)|(?:no|an? (?:empty|blank|missing)) [\w ]{2,20}?|(?:empty|blank|missing)(?: ones?)?)[,:]? (?:then |we |please )*(?:keep|leave|take|include|stays?|counts?|are|is) (?:(?:it|them|those|that) )?(?:in|fine|ok|okay|kept|included)(?: too| anyway| of course)?\)",
        )
    });
    KEPT.replace_all(text, "").into_owned()
}

/// Returns a sentence without the reasons and references that it gives.
fn without_reason(text: &str) -> String {
    static REASON: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i) ?\((?:see|e\.g\.|i\.e\.|for example|such as|like|our own|as in|from)\b[^)]*\)|,? (?:because|so that|until) [^,.;]*\.?$|, since [^,.;]*\.?$|: (?:somebody|someone|they|we|it|that|this|there) [^:]*$|; .*$",
        )
    });
    REASON.replace_all(text, "").into_owned()
}

/// Reads what is left out, piece by piece: "churned accounts and contacts who opted out" are two
/// kinds of rows, and either is left out.
pub(super) fn either(text: &str, reader: &Reader<'_>) -> Option<Read> {
    let text = text.trim_end_matches('.');
    // Brackets may say in the words of the tables what stands before them.
    if let Some((_, inner)) = text.strip_suffix(')').and_then(|t| t.rsplit_once(" (")) {
        return reader.read(inner).or_else(|| {
            let before = text.rsplit_once(" (").map_or(text, |(before, _)| before);
            (!chooses(inner, reader)).then(|| either(before, reader))?
        });
    }
    // "…, and anything that …" begins another kind of rows, whatever joins the words of each.
    let kinds = kinds(text);
    if kinds.len() > 1 {
        let read = kinds.iter().map(|kind| either(kind, reader));
        let read: Option<Vec<Read>> = read.collect();
        return read?
            .into_iter()
            .reduce(|before, one| before.both("or", one));
    }
    let pieces = pieces(text);
    if pieces.len() > 1 {
        let read: Option<Vec<Read>> = pieces.iter().map(|piece| reader.read(piece)).collect();
        if let Some(read) = read {
            return read
                .into_iter()
                .reduce(|before, one| before.both("or", one));
        }
    }
    // Of a list of several kinds of rows, one that was not read is part of no other.
    let names = pieces.iter().filter(|piece| reader.names_rows(piece));
    if names.count() > 1 {
        return None;
    }
    reader.read(text)
}

/// Returns the parts of a list that each begin with a word for rows of their own.
fn kinds(text: &str) -> Vec<&str> {
    static KIND: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)(?:,|,? and|,? or|,? nor|,? plus)(?: also)? (?P<kind>(?:any|every)(?:thing|one|body)\b|(?:those|the ones|ones|any|all|also) )",
        )
    });
    let mut kinds = Vec::new();
    let mut start = 0;
    for found in KIND.captures_iter(text) {
        let (Some(whole), Some(kind)) = (found.get(0), found.name("kind")) else {
            continue;
        };
        // "Any of those" and "all the time" are none.
        if whole.start() > start {
            kinds.push(text[start..whole.start()].trim());
            start = kind.start();
        }
    }
    kinds.push(text[start..].trim());
    kinds
}

/// Returns the kinds of rows that a list names. What follows "that … and" goes on about the same
/// rows; a new kind begins with its own noun.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces: Vec<&str> = text
        .split(", ")
        .flat_map(|p| p.split(" and "))
        .flat_map(|p| p.split(" or "))
        .collect();
    pieces.iter_mut().for_each(|p| {
        *p = p
            .trim_start_matches("and ")
            .trim_start_matches("or ")
            .trim()
    });
    pieces.retain(|p| !p.is_empty());
    let relates = [" that ", " which ", " who ", " whose ", " with "];
    let goes_on = relates
        .iter()
        .any(|w| pieces.first().is_some_and(|first| first.contains(w)))
        && pieces
            .iter()
            .skip(1)
            .any(|p| !relates.iter().any(|w| p.contains(w)) && stems(p).len() < 2);
    let figure = pieces
        .iter()
        .any(|p| tokens(p).len() == 1 && tokens(p).iter().all(|t| number(t).is_some()));
    if goes_on || figure {
        vec![text]
    } else {
        pieces
    }
}
