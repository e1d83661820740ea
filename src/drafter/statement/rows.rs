//! Sentences that say which rows are cases, and which are not.

use std::sync::LazyLock;

use regex::Regex;

use super::patterns::{
    ANYONE, ARE_IN, COVERS, GOES_THROUGH, IN_SCOPE, LOOKED_AT, ONLY, RUNS_ON, SELECT, SKIP,
    SKIP_IF, SKIP_LAST, SKIP_WHERE, TIMED,
};
use super::{needs, tails};
use crate::drafter::condition::{Read, Reader};
use crate::drafter::pattern::pattern;
use crate::drafter::words::{number, tokens, written};
use crate::drafter::world::Said;

/// Words of rows that are left out: such a sentence chooses none.
static LEFT_OUT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:not|no|never|neither)\b|\b(?:skip|skipped|exclud\w+|ignored?|leave out|left out|left alone|out of scope)\b",
    )
});

/// What a sentence says of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::drafter) enum Rows {
    /// They are no cases.
    LeftOut,
    /// They are the cases.
    Taken,
}

/// Returns whether a sentence says which rows there are, by its form alone: it may not be read.
pub(in crate::drafter) fn rows_of(text: &str) -> Option<Rows> {
    let out = [&*SKIP_WHERE, &*SKIP, &*SKIP_LAST, &*SKIP_IF];
    if out.iter().any(|form| form.is_match(text)) || needs::is_skipped(text) {
        return Some(Rows::LeftOut);
    }
    let taken = [&*IN_SCOPE, &*COVERS, &*ARE_IN, &*ONLY];
    let looks = || {
        let lower = text.to_lowercase();
        let begins = [
            "look at ",
            "we look at ",
            "we only ",
            "take ",
            "go through ",
            "only ",
        ];
        begins.iter().any(|word| lower.starts_with(word))
    };
    let is_taken = taken.iter().any(|form| form.is_match(text)) || needs::is_needed(text);
    (is_taken || looks()).then_some(Rows::Taken)
}

/// Does a sentence only say what the rows of a table are: "the report has one row per customer"?
pub(super) fn tells_rows(text: &str) -> bool {
    static PER: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)^(?:the |each |every |our )?[\w -]{3,40}? (?:has|have|holds?|contains?|is|lists?) (?:one|a|an|exactly one) (?:row|line|entry|record) (?:per|for each|for every) [\w ,-]{3,60}\.?$",
        )
    });
    PER.is_match(text)
}

/// Returns which rows a sentence chooses. `is_free` says that it was read as nothing else.
pub(super) fn chosen(said: &Said, is_free: bool, reader: &Reader<'_>) -> Option<Read> {
    let text = said.text.trim();
    if let Some(read) = SELECT
        .captures(text)
        .and_then(|found| selection(&found[1], reader))
    {
        return Some(read);
    }
    for form in [&*IN_SCOPE, &*COVERS, &*ARE_IN] {
        if let Some(found) = form.captures(text).filter(|_| !LEFT_OUT.is_match(text)) {
            return selection(&found[1], reader);
        }
    }
    if let Some(found) = LOOKED_AT.captures(text) {
        return selection(&found[1], reader);
    }
    if TIMED.is_match(text)
        && let Some(read) = gone_through(text).find_map(|rows| selection(rows, reader))
    {
        return Some(read);
    }
    let runs = RUNS_ON.captures(text);
    if let Some(rows) =
        runs.and_then(|found| found.get(1).or(found.get(2)).map(|m| m.as_str().to_owned()))
    {
        return selection(&rows, reader);
    }
    if !is_free {
        return None;
    }
    if let Some(read) = needs::needed(text, reader) {
        return Some(read);
    }
    if let Some(read) = ONLY
        .captures(text)
        .and_then(|found| selection(&found[1], reader))
    {
        return Some(read);
    }
    if LEFT_OUT.is_match(text) {
        return None;
    }
    let section = said.section.to_lowercase();
    let chooses = [
        "scope",
        "who",
        "which",
        "covers",
        "applies",
        "criteria",
        "select",
        "population",
        "what we look",
    ];
    // "Who gets what" tells outcomes.
    let tells = [
        " get", " what", " do", " tell", " how", " write", " call", " decide",
    ];
    let asks = text.to_lowercase().starts_with("if ") || tells.iter().any(|w| section.contains(w));
    if ANYONE.is_match(text) || (chooses.iter().any(|w| section.contains(w)) && !asks) {
        return selection(text, reader);
    }
    None
}

/// Does a sentence that says when it runs speak of all rows: "Every Monday we go through the
/// contracts in billing"?
pub(super) fn names_all(text: &str, reader: &Reader<'_>) -> bool {
    gone_through(text).any(|rows| reader.names_cases_alone(without_purpose(rows, reader)))
}

/// Returns what a sentence may say that somebody goes through.
fn gone_through(text: &str) -> impl Iterator<Item = &str> {
    // "Open" in "bugs that are open" is no verb.
    let end = [" that ", " which ", " who ", " whose ", " with "]
        .iter()
        .filter_map(|word| text.find(word))
        .min()
        .unwrap_or(text.len());
    let verbs = GOES_THROUGH
        .find_iter(text)
        .filter(move |verb| verb.start() < end)
        .take(2);
    let rows = verbs.map(|verb| text[verb.end()..].trim_end_matches('.'));
    // What a semicolon joins is another sentence.
    let rows = rows.map(|rows| match rows.split_once("; ") {
        Some((rows, rest)) if !rest.starts_with("or ") => rows,
        _ => rows,
    });
    rows.filter(|rows| rows.contains(' ') || !rows.is_empty())
}

/// Returns a choice of rows without what it is for: "… and make sure every customer hears of it".
fn without_purpose<'t>(text: &'t str, reader: &Reader<'_>) -> &'t str {
    static PURPOSE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i),? (?:and|then) (?:make sure|see to it|see (?:who|which|what|whether|if)|ensure|find out|work out|decide|check (?:that|whether|if|who|which)|give (?:it|each|every|them)|sort (?:it|them|each)|rate (?:it|them|each)) .*$|,? (?:in order )?to (?:see|find|make sure|decide|catch|spot|get|keep|give|understand) .*$",
        )
    });
    PURPOSE
        .find(text)
        .filter(|purpose| !chooses(purpose.as_str(), reader))
        .map_or(text, |purpose| &text[..purpose.start()])
}

/// Returns a text without a remark behind a comma: "…, they renew by themselves".
pub(super) fn without_remark(text: &str) -> &str {
    let remark = [
        ", they ",
        ", it ",
        ", it's ",
        ", we ",
        ", since ",
        ", because ",
        ", as ",
        ", those ",
        ", which ",
        ", who ",
        ", however ",
        ", whatever ",
        ", no matter ",
        ", sales is ",
        " – those ",
        " - those ",
    ];
    let end = remark
        .iter()
        .filter_map(|r| text.find(r))
        // A remark in brackets says more of what was said; one that holds a value says which.
        .chain(
            text.find(" (")
                .filter(|at| !text[*at..].contains(['.', '@']) || text[*at..].contains(' '))
                .filter(|at| {
                    let inner = text[at + 2..].split(')').next().unwrap_or_default();
                    !inner.contains('.') && inner.split_whitespace().count() > 1
                }),
        )
        .min()
        .unwrap_or(text.len());
    text.get(..end).unwrap_or(text)
}

/// Reads "active accounts that renew within 90 days".
pub(in crate::drafter) fn selection(text: &str, reader: &Reader<'_>) -> Option<Read> {
    static ALSO: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i),? \((or|and) ([^)]+)\)"));
    static ASIDE: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?i), (?:however|whatever|no matter|regardless of) [^,.;(]*"));
    static EXCEPTED: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?i) \(([^()]+?) excepted(?:, [^()]*)?\)"));
    let text = without_purpose(text, reader);
    // A condition in brackets is one like any other.
    let text = &ALSO.replace_all(text, ", $1 $2");
    let text = &ASIDE.replace_all(text, "");
    let text = &EXCEPTED.replace_all(text, " unless $1");
    if let Some(read) = kept(text, reader).or_else(|| or_where(text, reader)) {
        return Some(read);
    }
    condition(text, reader).or_else(|| {
        // "renewing" and "due" open what follows without "that".
        [" renewing ", " due "].iter().find_map(|word| {
            let (before, after) = text.split_once(word)?;
            let after = reader.read(&format!("renewal {after}"))?;
            if reader.names_cases_alone(before) {
                return Some(after);
            }
            Some(reader.clause(before)?.both("and", after))
        })
    })
}

/// Reads rows of which only some are kept: "active ones, and keep those with three failed runs".
fn kept(text: &str, reader: &Reader<'_>) -> Option<Read> {
    static KEEP: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i),? (?:and|then|and then|but) (?:of (?:those|these|them),? )?(?:we )?(?:only )?(?:keep|take|pick|choose|narrow (?:it|them) down to|look at) (?:only )?(?:the ones|those|ones|any|the \w+)? ?",
        )
    });
    let keep = KEEP.find(text)?;
    let (before, behind) = (&text[..keep.start()], &text[keep.end()..]);
    let behind = selection(behind, reader)?;
    if reader.names_cases_alone(before) {
        return Some(behind);
    }
    Some(selection(before, reader)?.both("and", behind))
}

/// Reads a second kind of rows with a condition of its own: "any score of 1 or 2, and on a 3 if there
/// is a comment".
fn or_where(text: &str, reader: &Reader<'_>) -> Option<Read> {
    static ALSO_ON: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i),? (?:and|plus)(?: also)? (?:(?:on|with|for|at) )?(an? .+?),? (?:if|when|where) (.+)$",
        )
    });
    let found = ALSO_ON.captures(text)?;
    let first = reader.read(&text[..found.get(0)?.start()])?;
    let rows = &found[1];
    let own = reader.read(rows).or_else(|| {
        // "A 3" is a value of what was spoken of.
        let value = first.value.as_ref()?;
        let words = tokens(rows);
        let [_, figure] = words.as_slice() else {
            return None;
        };
        let figure = number(figure)?;
        Some(Read {
            source: format!("{value} == {}", written(figure)),
            ..first.clone()
        })
    })?;
    let second = own.both("and", reader.read(&found[2])?);
    Some(first.both("or", second))
}

/// Reads a condition, if need be without a remark behind it.
pub(super) fn condition(text: &str, reader: &Reader<'_>) -> Option<Read> {
    tails::beginning(text, reader).or_else(|| {
        let bare = without_remark(text);
        let is_remark = bare.len() < text.len() && !chooses(&text[bare.len()..], reader);
        is_remark.then(|| reader.read(bare))?
    })
}

/// Does a remark choose rows, rather than say more of those that were chosen?
pub(super) fn chooses(remark: &str, reader: &Reader<'_>) -> bool {
    let words = tokens(remark);
    let has_figure = words.iter().any(|word| number(word).is_some());
    let said = remark.trim_start_matches([',', ' ', '–', '-']);
    let rest = said.split_once(' ').map_or("", |(_, rest)| rest);
    has_figure || reader.read(said).is_some() || reader.read(rest).is_some()
}
