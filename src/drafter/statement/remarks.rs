//! Small things that sentences say: what only leads on, who or what counts instead, remarks, and how
//! many come first.

use std::sync::LazyLock;

use regex::Regex;

use super::label;
use super::meaning::Note;
use super::patterns::{ASSUMED, BY, DEFAULT, INSTEAD_OF, NONE_GIVEN, NOTE, TOP};
use crate::drafter::condition::{Read, Reader, figure};
use crate::drafter::pattern::pattern;
use crate::drafter::people::people;
use crate::drafter::words::tokens;

/// Does a sentence say, behind one that leaves rows out, which are not meant by that: "paused ones are in"?
pub(super) fn keeps_in(text: &str) -> bool {
    static KEEPS_IN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)^(?:[\w'’ -]{2,60}?) (?:(?:are|is|stays?|remains?|(?:are|is) kept)(?: still| all| always| also)? in|(?:still|also) counts?|(?:are|is) (?:fine|okay?|still included))(?: too| as well| of course)?\.?$",
        )
    });
    KEEPS_IN.is_match(text.trim()) && !text.trim().to_lowercase().starts_with("only ")
}

/// Returns what a sentence is for that only says what the one before it does not leave out.
pub(super) fn behind_exclusion(text: &str, reader: &Reader<'_>) -> Option<&'static str> {
    let is_behind = reader
        .before()
        .is_some_and(|before| super::leaves_out(&before));
    (keeps_in(text) && is_behind).then_some("says what is not left out")
}

/// Does a sentence speak of other cases than it seems to: an exception to the outcome that was said before
/// ("Not for Enterprise: they get a Call"), or whom nobody writes to ("Who I don't write to: …")?
pub(super) fn is_of_others(text: &str, reader: &Reader<'_>) -> bool {
    static EXCEPTS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)^(?:but )?not (?:for|if|when) [^:,]{2,60}[:,] (?:they|those|these|it) (?:gets?|are|is|goes?|becomes?)\b",
        )
    });
    static DENIED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)^(?:who|whom|what|which [\w-]+) [^:]{0,40}(?:n['’]t|\bnot|\bnever)\b[^:]{0,40}:",
        )
    });
    EXCEPTS.is_match(text) && reader.forms.names_label(text) || DENIED.is_match(text)
}

/// Does what was read as a choice of rows ask for the outcome that is yet to be decided?
pub(super) fn asks_for_outcome(text: &str, read: &Read, reader: &Reader<'_>) -> bool {
    let begins = text.trim_start().to_lowercase().starts_with("for ");
    let labels = reader.forms.labels_in(text);
    begins
        && labels.iter().any(|(from, to)| {
            let name = text[*from..*to].to_lowercase();
            read.source.to_lowercase().contains(&format!("'{name}'"))
        })
}

/// Does a sentence only lead to those that follow: "Sort what remains into hot, warm and cold:"?
pub(super) fn introduces(text: &str) -> bool {
    let lower = text.to_lowercase();
    let begins = [
        "sort ",
        "go down this table",
        "use this table",
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
    static COUNTS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)^(?:there are|we (?:have|use|know)|(?:we |then )?(?:sort|split|put|divide|group|rate)\b.{0,40}? (?:into|in|on)) (?:only )?(?:two|three|four|five|six|these|the following) (?:levels|tiers|groups|kinds|categories|outcomes|classes|exceptions|buckets|steps|grades|types)(?: of \w+)?[.:]?$",
        )
    });
    if COUNTS.is_match(text) || is_head(&lower) {
        return true;
    }
    let has = |words: &[&str]| words.iter().any(|w| lower.contains(w));
    let counts = has(&[
        "one of two ",
        "one of three ",
        "one of four ",
        "one of five ",
        "of the following ",
    ]);
    if counts && has(&[" gets ", " get ", " falls ", " fall ", " goes ", " has "]) {
        return true;
    }
    let leads = text.ends_with(':') && tokens(text).len() <= 14;
    (leads || begins.iter().any(|b| lower.starts_with(b))) && figure(&tokens(text)).is_none()
}

/// Is a line but the name of what follows: "Afterwards", "What to do"?
fn is_head(lower: &str) -> bool {
    const HEADS: [&str; 26] = [
        "afterwards",
        "then",
        "finally",
        "next",
        "outcome",
        "outcomes",
        "output",
        "outputs",
        "action",
        "actions",
        "follow-up",
        "follow up",
        "results",
        "what next",
        "what to do",
        "what we do",
        "notes",
        "steps",
        "levels",
        "the levels",
        "the rules",
        "rules",
        "how we decide",
        "at the end",
        "good to know",
        "to do",
    ];
    HEADS.contains(&lower.trim_end_matches([':', '.']))
}

/// Returns why nothing is to be done about a sentence: it says what does not matter, or that people
/// look at what is drafted, as they do anyway.
pub(super) fn changes_nothing(text: &str) -> Option<&'static str> {
    static NO_MATTER: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)^[^:;]{3,160}? (?:doesn'?t|does not|don'?t|do not|never|won'?t) (?:really |actually )?(?:matter|change (?:the |any |its |their )?(?:outcome|level|result|rating|decision|band|priority)|affect (?:the |its |their )?(?:outcome|level|result|rating|decision|band|priority)|play (?:a|any) (?:role|part)|make (?:a|any) difference)\b[^;:]*$",
        )
    });
    static DRAFTS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)^(?:please,? )?(?:(?:only )?drafts?(?: only)?(?: please)?(?:,|;|\.| -| –|$)|(?:only|just) (?:make |prepare |write )?drafts?\b|nothing (?:is sent|goes out|gets sent|leaves)|none of (?:these|this|them|it) (?:is sent|goes out|gets sent)|(?:don'?t|do not|never) send (?:anything|them|it|these)(?: out)?\b|everything (?:stays|is) (?:a )?drafts?)[^:]*$",
        )
    });
    // "The rest are out for now."
    static REST_OUT: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)^(?:the rest|the others|all (?:the )?others|everybody else|everyone else|everything else|anything else|anybody else) (?:(?:is|are|stays?|goes?|remains?) )?(?:left )?out(?: for now| of (?:it|this|scope))?\.?$",
        )
    });
    if REST_OUT.is_match(text.trim()) {
        return Some("says that nothing else is taken");
    }
    if NO_MATTER.is_match(text) && figure(&tokens(text)).is_none() {
        return Some("says what does not matter");
    }
    DRAFTS
        .is_match(text)
        .then_some("carried out everywhere: drafts are for people to send")
}

/// Reads who gets a mail where somebody's address is not known: "If there is no sponsor, send it to
/// the owner".
pub(super) fn instead(text: &str, reader: &Reader<'_>) -> Option<(String, String)> {
    let found = INSTEAD_OF.captures(text)?;
    let first = |text: &str| people(text, reader).into_iter().next().map(|p| p.address);
    let (of, other) = (first(&found[1])?, first(&found[2])?);
    (of != other).then_some((of, other))
}

/// Reads which date counts where another is not known: "If nobody has entered a forecast, assume the
/// planned date".
pub(super) fn default(text: &str, reader: &Reader<'_>) -> Option<(String, String)> {
    // "No number of shops given? Assume one."
    if let Some(answer) = ASSUMED.captures(text)
        && let Some(asked) = reader.before()
        && let Some(found) = NONE_GIVEN.captures(&asked)
    {
        let number = crate::drafter::words::number(&answer[1].to_lowercase())?;
        let of = reader.amount(&found[1])?.source;
        return Some((of, crate::drafter::words::written(number)));
    }
    let found = DEFAULT.captures(text)?;
    let (of, other) = (reader.date_in(&found[1])?, reader.date_in(&found[2])?);
    (of != other).then_some((of, other))
}

pub(super) fn note(text: &str, reader: &Reader<'_>) -> Option<Note> {
    if let Some(found) = reader.forms.noted.captures(text) {
        let when = reader.at_level(&label(&found[1]));
        return Some(Note {
            when,
            text: found[2].to_owned(),
        });
    }
    let found = NOTE.captures(text)?;
    let (condition, what) = (found.get(1)?.as_str(), found.get(2)?.as_str());
    let when = reader.read(condition)?;
    Some(Note {
        text: format!("{condition} ({what})"),
        when,
    })
}

pub(super) fn top(text: &str) -> Option<(usize, Option<String>)> {
    let found = TOP.captures(text)?;
    // "The first three days are free" chooses no cases.
    let behind = tokens(&text[found.get(0)?.end()..]);
    const UNITS: [&str; 10] = [
        "day", "days", "week", "weeks", "month", "months", "hour", "hours", "times", "attempts",
    ];
    if behind
        .first()
        .is_some_and(|word| UNITS.contains(&word.as_str()))
    {
        return None;
    }
    let count = found
        .get(1)
        .or(found.get(2))
        .and_then(|m| crate::drafter::words::number(&m.as_str().to_lowercase()))?;
    let by = BY
        .captures(text)
        .and_then(|c| c.get(1))
        .map(|m| m.as_str().trim().to_owned());
    Some((count as usize, by))
}
