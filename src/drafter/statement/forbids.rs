//! Sentences that say what is not to be done.

use std::sync::LazyLock;

use regex::Regex;

use crate::drafter::pattern::pattern;

/// "For a review do not email the customer."
static FORBIDS_FOR: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:for|with|in) [^,:;]{1,50}?,? (?:(?:do not|don't|never) (?:e-?mail|mail|contact|message|write to|call|send)|no (?:e-?mail|mail|message)s?)\b[^:;]*$|^[^,:;]{1,60} gets? no (?:e-?mail|mail|message)s?\b[^:;]*$",
    )
});

/// Does a sentence say of some cases that they get no mail?
pub(super) fn forbids_for(lower: &str) -> bool {
    FORBIDS_FOR.is_match(lower)
}

/// Does a sentence forbid some way of reaching out, and ask for nothing else?
pub(super) fn only_forbids(lower: &str) -> bool {
    if FORBIDS_FOR.is_match(lower) {
        return true;
    }
    let begins = [
        "no ",
        "never ",
        "don't ",
        "do not ",
        "we never ",
        "we don't ",
    ];
    let forbids = begins.iter().any(|w| lower.starts_with(w))
        || [" please no ", ", no automatic", "none of this "]
            .iter()
            .any(|w| format!(" {lower}").contains(w));
    let asks = [
        ": ",
        "; ",
        " but ",
        " unless ",
        " only if ",
        " instead",
        " if ",
    ];
    let reaches_out = [
        "mail", "answer", "contact", "message", "send", "repl", "document", "goes to",
    ];
    forbids
        && !asks.iter().any(|w| lower.contains(w))
        && reaches_out.iter().any(|w| lower.contains(w))
}

/// Does a sentence say that something is not to be done?
pub(super) fn forbids(lower: &str) -> bool {
    let first = lower
        .split(|c: char| !c.is_alphabetic())
        .next()
        .unwrap_or_default();
    matches!(first, "no" | "never" | "don" | "not")
        || [" never ", "do not ", "don't ", "please no "]
            .iter()
            .any(|w| lower.contains(w))
}
