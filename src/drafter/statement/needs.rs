//! Rows that have to be of some kind, and rows that a sentence ends by leaving out.

use std::sync::LazyLock;

use regex::Regex;

use super::rows::selection;
use super::tails::{beginning, leading};
use crate::drafter::condition::{Read, Reader};
use crate::drafter::pattern::pattern;

/// "The customer must have an active contract", "the account has to be active".
static MUST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:also,? |and |but |plus,? )*(?P<subject>(?:the |an? |every |each |its |their |any |our |all )?[\w' -]{2,40}?) (?:must|has to|have to|needs to|need to|should|has got to|ought to)(?: also| still| always| currently| really)*(?P<not> not| never|n't)? (?P<verb>be|have|hold|belong|come|lie|sit)\b(?P<rest> .+?)\.?$",
    )
});
/// "Only when the contact is a champion", "only if …", "only for …".
static ONLY_WHEN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:and |but |also |this |it |that |we |i )*(?:only|just)(?: do (?:this|it|that)| look(?: at it)?| act| applies| relevant| interested| counts?| care| bother)?(?:,? and only)? (?:when|if|where|for|with|in case) (.+?)\.?$",
    )
});
/// "…, skip", "… so leave them", "…: we ignore those".
static SKIPPED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?P<rows>.{4,200}?)(?:,|;|:| -| –| —|,? and|,? so) ?(?:so |and |then |just |please |we |i |you |they can be |these can be |those can be |can be |always )*(?:skip(?:ped)?|ignore[d]?|drop(?:ped)?|leave(?:s)?|left out|exclude[d]?|disregard(?:ed)?|pass)(?: (?:it|them|those|these|that|that one|this one|such ones|out|alone|him|her|over|be|on|as (?:it is|they are)|please))*[.!]?$",
    )
});
/// What rows are said not to be, or to be for, before they are left out.
static SAID_OF: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?P<rows>.+?) (?:is|are|isn'?t|aren'?t|was|were|needs?|gets?|stays?|does|doesn'?t|do|don'?t|has|have|counts?|means?|can|can'?t|will|won'?t|tends?|belongs?|goes|go|comes?)\b(?P<said> .+)$",
    )
});

/// Returns the condition that a sentence makes of all rows: "the account has to be active".
pub(super) fn needed(text: &str, reader: &Reader<'_>) -> Option<Read> {
    if let Some(found) = ONLY_WHEN.captures(text) {
        return beginning(&found[1], reader).or_else(|| selection(&found[1], reader));
    }
    let found = MUST.captures(text)?;
    let (subject, rest) = (&found["subject"], &found["rest"]);
    // What is not about the rows is no condition of theirs.
    if !reader.names_known(subject) {
        return None;
    }
    let verb = match found["verb"].to_lowercase().as_str() {
        "be" => "is",
        "belong" => "belongs",
        "come" => "comes",
        "lie" | "sit" => "is",
        _ => "has",
    };
    let read = beginning(&format!("{subject} {verb}{rest}"), reader)
        .or_else(|| beginning(rest.trim(), reader))?;
    Some(match found.name("not") {
        Some(_) => read.negated(),
        None => read,
    })
}

/// Does a sentence say, by its form alone, what rows have to be?
pub(super) fn is_needed(text: &str) -> bool {
    ONLY_WHEN.is_match(text)
}

/// Does a sentence end by leaving out what it speaks of?
pub(super) fn is_skipped(text: &str) -> bool {
    SKIPPED.is_match(text)
}

/// Returns the rows that a sentence leaves out at its end: "somebody on leave will be back, skip".
pub(super) fn skipped(text: &str, reader: &Reader<'_>) -> Option<Read> {
    static ASKED: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?i)^(?:and |but |also,? )*(?:if|when|where|in case) "));
    let found = SKIPPED.captures(text)?;
    let rows = &found["rows"];
    // A level in quotes may as well be a value.
    let unquoted: String = rows.split(['"', '“', '”']).step_by(2).collect();
    if reader.forms.label.is_match(&unquoted) {
        return None;
    }
    let asked = ASKED.find(rows);
    let rows = asked.map_or(rows, |found| &rows[found.end()..]);
    if asked.is_some() {
        return beginning(rows, reader).or_else(|| leading(rows, reader));
    }
    if let Some(read) = beginning(rows, reader) {
        return Some(read);
    }
    // "Trials of our own people are usually somebody's demo": who they are stands before the verb.
    let found = SAID_OF.captures(rows)?;
    let is_more = |said: &str| {
        let words = crate::drafter::words::tokens(said);
        words
            .iter()
            .any(|word| crate::drafter::words::number(word).is_some())
    };
    if is_more(&found["said"]) {
        return None;
    }
    super::skips::either(&found["rows"], reader)
}
