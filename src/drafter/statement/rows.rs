//! Sentences that say which rows are cases, and which are not.

use std::sync::LazyLock;

use regex::Regex;

use super::patterns::{
    ANYONE, IN_SCOPE, LOOKED_AT, ONLY, RUNS_ON, SELECT, SKIP, SKIP_IF, SKIP_LAST, SKIP_WHERE,
};
use crate::drafter::condition::{Read, Reader};
use crate::drafter::pattern::pattern;
use crate::drafter::words::{number, stems, tokens};
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
    if let Some((first, second)) = text.split_once(", and so are ")
        && let Some(found) = SKIP_LAST.captures(first)
    {
        let rows = [&found[1], without_remark(second)];
        let mut read = rows.into_iter().map(|rows| either(rows, reader));
        return read.next()??.both("or", read.next()??).into();
    }
    if let Some(found) = SKIP_WHERE.captures(text) {
        return reader.read(without_remark(&found[1]));
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
        return reader.read(without_remark(&found[1]));
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
    if let Some(found) = IN_SCOPE.captures(text) {
        return selection(&found[1], reader);
    }
    if let Some(found) = LOOKED_AT.captures(text) {
        return selection(&found[1], reader);
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
    // A condition in brackets is one like any other.
    let text = &ALSO.replace_all(text, ", $1 $2");
    let text = &ASIDE.replace_all(text, "");
    let text = &EXCEPTED.replace_all(text, " unless $1");
    let text = without_remark(text);
    reader.read(text).or_else(|| {
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

/// Reads what is left out, piece by piece: "churned accounts and contacts who opted out" are two
/// kinds of rows, and either is left out.
fn either(text: &str, reader: &Reader<'_>) -> Option<Read> {
    let text = text.trim_end_matches('.');
    // Brackets may say in the words of the tables what stands before them.
    if let Some((_, inner)) = text.strip_suffix(')').and_then(|t| t.rsplit_once(" (")) {
        return reader.read(inner);
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
