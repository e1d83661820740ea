//! What a sentence goes on to say once its condition is said: reasons, remarks, and contrasts.

use std::sync::LazyLock;

use regex::Regex;

use crate::drafter::condition::{Read, Reader};
use crate::drafter::pattern::pattern;
use crate::drafter::words::{number, tokens};

/// Where a remark may begin.
static BEGINS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i), | - | – | — |; |: | \(|\) | (?P<subject>(?:it|they|we|i|there|that|this|those|these|somebody|someone|nobody|people|sales|support|finance)(?:'s|'re| is| are| isn'?t| aren'?t| do| don'?t| does| doesn'?t| will| won'?t| can| can'?t| have| has| get| gets| need| needs| know| knows) )",
    )
});
/// How a remark begins that only says more of what was said.
static OPENS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:(?:it|they|we|i|you|he|she|that|this|those|these|there|nobody|somebody|someone|people|everybody|because|since|as|so|which|who|otherwise|their|our|his|her|its)\b|that's|it's|they're|we're|there's|don'?t |do not |then (?:it|they|we|that)\b|then they're|no point|typically|usually|mostly|normally|obviously|of course|sadly|by the way|for now|as usual|and (?:it|they|we|i|that|this|those|these|people)\b)",
    )
});
/// Words of a sentence of its own.
const VERBS: [&str; 72] = [
    "is", "are", "was", "were", "do", "does", "did", "don", "doesn", "has", "have", "had", "can",
    "will", "would", "come", "comes", "go", "goes", "look", "looks", "take", "takes", "need",
    "needs", "own", "owns", "handle", "handles", "know", "knows", "keep", "keeps", "want", "wants",
    "get", "gets", "make", "makes", "pay", "pays", "happen", "happens", "matter", "matters", "put",
    "puts", "love", "hate", "ask", "asks", "say", "says", "run", "runs", "stay", "stays", "seem",
    "forget", "cost", "costs", "means", "count", "counts", "start", "starts", "apply", "applies",
    "work", "works", "deal", "deals",
];
/// Words that make of a remark a condition or an exception.
const ASKS: [&str; 15] = [
    "if",
    "unless",
    "except",
    "until",
    "or",
    "without",
    "when",
    "where",
    "whose",
    "besides",
    "including",
    "excluding",
    "instead",
    "counted",
    "apart",
];
/// Words that mark an example or a habit.
const HABITS: [&str; 9] = [
    "typically",
    "usually",
    "mostly",
    "normally",
    "mainly",
    "often",
    "sometimes",
    "obviously",
    "sadly",
];

/// Reads the condition that a text begins with, without the remarks behind it. A remark that names
/// other values of the same column only sets them apart: "champions, admins come and go".
pub(super) fn beginning(text: &str, reader: &Reader<'_>) -> Option<Read> {
    let cuts = cuts(text);
    let apart = cuts.iter().rev().find_map(|at| {
        let (before, remark) = (&text[..*at], trimmed(&text[*at..]));
        let other = reader.read(remark).filter(|_| is_clause(remark))?;
        reader.read(before).filter(|read| read.contrasts(&other))
    });
    if apart.is_some() {
        return apart;
    }
    if let Some(read) = reader.read(text) {
        return Some(read);
    }
    if let Some(read) = said_again(text, reader) {
        return Some(read);
    }
    for (index, at) in cuts.iter().enumerate().rev() {
        let end = cuts.get(index + 1).copied().unwrap_or(text.len());
        if !says_nothing(trimmed(&text[*at..end]), reader) {
            return None;
        }
        if let Some(read) = reader.read(text[..*at].trim_end_matches(',')) {
            return Some(read);
        }
    }
    None
}

/// Reads "new articles, published in the last 60 days": what "new" means is said behind it.
pub(super) fn said_again(text: &str, reader: &Reader<'_>) -> Option<Read> {
    static SAID_AGAIN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)^(?:very |brand )?(?:new|recent|fresh|young|old|older|stale|late|big|large|small) (?P<rows>[\w-]+)(?:,| -| –|:) (?P<said>.+)$",
        )
    });
    let found = SAID_AGAIN.captures(text)?;
    let names = reader.names_cases_alone(&found["rows"]);
    names.then(|| beginning(&found["said"], reader))?
}

/// Returns the condition that a text begins with, however it goes on; the longest that is read.
pub(super) fn leading(text: &str, reader: &Reader<'_>) -> Option<Read> {
    if let Some(read) = beginning(text, reader) {
        return Some(read);
    }
    let mut cuts = cuts(text).into_iter().rev();
    cuts.find_map(|at| beginning(text[..at].trim_end_matches(','), reader))
}

/// Returns a text without the brackets that say nothing of which rows are meant.
pub(in crate::drafter) fn without_brackets(text: &str, reader: &Reader<'_>) -> String {
    static BRACKETS: LazyLock<Regex> = LazyLock::new(|| pattern(r" \(([^()]+)\)"));
    let mut left = String::new();
    let mut from = 0;
    for found in BRACKETS.captures_iter(text) {
        let (Some(whole), Some(inner)) = (found.get(0), found.get(1)) else {
            continue;
        };
        left += &text[from..whole.start()];
        from = whole.end();
        if !is_beside(inner.as_str(), reader) {
            left += whole.as_str();
        }
    }
    left + &text[from..]
}

/// Do the words in brackets stand beside what is said?
fn is_beside(inner: &str, reader: &Reader<'_>) -> bool {
    if reader.limits_rows(inner) {
        return true;
    }
    let words = tokens(inner);
    let has = |all: &[&str]| words.iter().any(|word| all.contains(&word.as_str()));
    let names = inner.contains(['@', '"', '“']) || inner.contains(".com");
    let first = words.first().map_or("", String::as_str);
    let begins = [
        "if", "or", "and", "not", "no", "none", "empty", "blank", "missing", "also", "status",
        "but", "plus", "never", "any", "all",
    ]
    .contains(&first);
    let is_said = is_clause(inner)
        && !has(&[
            "out", "skip", "keep", "leave", "included", "excluded", "too",
        ]);
    let is_remark = is_said || has(&HABITS) || (has(&["both"]) && words.len() <= 6);
    is_remark
        && !names
        && !begins
        && !has(&ASKS)
        && !has_figure(&words)
        && reader.read(inner).is_none()
}

/// Does a remark say nothing of which rows are meant?
fn says_nothing(remark: &str, reader: &Reader<'_>) -> bool {
    let words = tokens(remark);
    if words.is_empty() {
        return true;
    }
    if matches!(
        words[0].as_str(),
        "only" | "just" | "count" | "counting" | "and" | "but"
    ) && words.len() < 6
    {
        return false;
    }
    let remark = &harmless(remark);
    let words = tokens(remark);
    let has = |all: &[&str]| words.iter().any(|word| all.contains(&word.as_str()));
    let denies = ["no", "not", "never", "nobody", "t", "nothing"];
    let opens = OPENS.is_match(remark);
    let is_said = opens || (is_clause(remark) && !has(&denies)) || has(&HABITS);
    is_said && !has(&ASKS) && !has_figure(&words) && reader.read(remark).is_none()
}

/// Returns a remark without conditions that hang on nobody's table: "if it makes sense".
fn harmless(remark: &str) -> String {
    static IF_NEEDED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i) if (?:it makes sense|(?:it's |it is )?(?:needed|necessary|possible|useful)|you can|there(?:'s| is) time|they (?:like|want)(?: to| it)?|anything)",
        )
    });
    IF_NEEDED.replace_all(remark, "").into_owned()
}

/// Returns a sentence, and what is left of it without its last remarks, the longest first.
pub(super) fn mains<'t>(text: &'t str, reader: &Reader<'_>) -> Vec<&'t str> {
    let cuts = cuts(text);
    let mut mains = Vec::new();
    for (index, at) in cuts.iter().enumerate().rev() {
        let end = cuts.get(index + 1).copied().unwrap_or(text.len());
        if !says_nothing(trimmed(&text[*at..end]), reader) {
            break;
        }
        mains.push(text[..*at].trim_end_matches([',', ' ', ';', '-', '–']));
    }
    mains
}

fn is_clause(remark: &str) -> bool {
    let words = tokens(remark);
    // What stands first is who does it.
    words.len() > 2
        && words
            .iter()
            .skip(1)
            .any(|word| VERBS.contains(&word.as_str()))
}

fn has_figure(words: &[String]) -> bool {
    words
        .iter()
        .any(|word| word != "one" && number(word).is_some())
}

/// Returns where remarks may begin.
fn cuts(text: &str) -> Vec<usize> {
    BEGINS
        .captures_iter(text)
        .filter_map(|found| found.name("subject").or(found.get(0)))
        .map(|mark| mark.start())
        .collect()
}

fn trimmed(remark: &str) -> &str {
    remark.trim_matches([',', ' ', '-', '–', '—', ';', ':', '(', ')', '.'])
}
