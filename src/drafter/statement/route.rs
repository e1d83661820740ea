//! Sentences that say where cases go: "Billing tickets go to the finance queue, everything else to
//! the support queue".

use std::sync::LazyLock;

use regex::Regex;

use crate::drafter::condition::{Read, Reader};
use crate::drafter::pattern::pattern;

/// Where cases go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::drafter) struct Route {
    /// What the places are called: queue, team.
    pub(in crate::drafter) noun: String,
    /// Places with the condition for each, in order; the one without a condition takes the rest.
    pub(in crate::drafter) places: Vec<(Option<Read>, String)>,
}

/// A whole sentence of this kind.
static SENTENCE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:go|goes|(?:is|are|gets?) (?:routed|assigned|sent|handed)) to (?:the )?[\w -]+\b(?:queue|team|desk|group|pool)\b",
    )
});
/// One part of it. In later parts the verb may be left out.
static PART: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:and )?(.+?)(?: (?:go|goes|(?:is|are|gets?) (?:routed|assigned|sent|handed)))? to (?:the )?([\w -]+?)(?: (queue|team|desk|group|pool))?(?: with .+)?$",
    )
});
static REST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)^(?:every|any)(?:thing|one|body) else$|^(?:all )?(?:the )?(?:rest|others?)$")
});

/// Returns where a sentence sends cases, if every part of it could be read.
pub(super) fn route(text: &str, reader: &Reader<'_>) -> Option<Route> {
    if !SENTENCE.is_match(text) {
        return None;
    }
    let text = text.trim_end_matches(['.', '!']);
    let mut noun = None;
    let mut places = Vec::new();
    for part in text.split([',', ';']).map(str::trim) {
        let found = PART.captures(part)?;
        let subject = found[1].trim();
        noun = noun.or_else(|| found.get(3).map(|m| m.as_str().to_lowercase()));
        let when = if REST.is_match(subject) {
            None
        } else {
            // "api and integrations" names two values, not two conditions.
            Some(reader.clause(subject).or_else(|| reader.read(subject))?)
        };
        places.push((when, found[2].trim().to_lowercase()));
    }
    Some(Route {
        noun: noun?,
        places,
    })
}
