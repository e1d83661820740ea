//! Sentences that say which rows are cases, and which are not.

use std::sync::LazyLock;

use regex::Regex;

use super::patterns::{
    ANYONE, ARE_IN, COVERS, GOES_THROUGH, IN_SCOPE, LOOKED_AT, ONLY, RUNS_ON, SELECT, SKIP,
    SKIP_IF, SKIP_LAST, SKIP_WHERE, TIMED,
};
use crate::drafter::condition::{Read, Reader};
use crate::drafter::pattern::pattern;
use crate::drafter::words::{number, stems, tokens, written};
use crate::drafter::world::Said;

/// Words of rows that are left out: such a sentence chooses none.
static LEFT_OUT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:not|no|never|neither)\b|\b(?:skip|skipped|exclud\w+|ignored?|leave out|left out|left alone|out of scope)\b",
    )
});

/// Returns which rows a sentence leaves out.
pub(super) fn left_out(said: &Said, reader: &Reader<'_>) -> Option<Read> {
    let text = &without_reason(said.text.trim());
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
    let (text, exception) = match text.split_once(", unless ") {
        Some((text, exception)) => (text, Some(without_remark(exception))),
        None => (text.as_str(), None),
    };
    let listed = [&*SKIP, &*SKIP_LAST];
    for form in listed {
        if let Some(found) = form.captures(text) {
            let rows =
                either(without_remark(&found[1]), reader).or_else(|| either(&found[1], reader))?;
            return match exception {
                Some(exception) => Some(rows.both("and", reader.read(exception)?.negated())),
                None => Some(rows),
            };
        }
    }
    if exception.is_some() {
        return None;
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

/// Returns a sentence without the reasons and references that it gives.
fn without_reason(text: &str) -> String {
    static REASON: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i) ?\((?:see|e\.g\.|i\.e\.|for example|such as|like|our own|as in|from)\b[^)]*\)|,? (?:because|so that|until) [^,.;]*\.?$|, since [^,.;]*\.?$|: (?:somebody|someone|they|we|it|that|this|there) [^:]*$|; .*$",
        )
    });
    REASON.replace_all(text, "").into_owned()
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
    let asks = text.to_lowercase().starts_with("if ");
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
fn condition(text: &str, reader: &Reader<'_>) -> Option<Read> {
    reader.read(text).or_else(|| {
        let bare = without_remark(text);
        let is_remark = bare.len() < text.len() && !chooses(&text[bare.len()..], reader);
        is_remark.then(|| reader.read(bare))?
    })
}

/// Does a remark choose rows, rather than say more of those that were chosen?
fn chooses(remark: &str, reader: &Reader<'_>) -> bool {
    let words = tokens(remark);
    let has_figure = words.iter().any(|word| number(word).is_some());
    let said = remark.trim_start_matches([',', ' ', '–', '-']);
    let rest = said.split_once(' ').map_or("", |(_, rest)| rest);
    has_figure || reader.read(said).is_some() || reader.read(rest).is_some()
}

/// Reads what is left out, piece by piece: "churned accounts and contacts who opted out" are two
/// kinds of rows, and either is left out.
fn either(text: &str, reader: &Reader<'_>) -> Option<Read> {
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
