//! What is done with the cases of an outcome, which says nothing of which they are.

use std::sync::LazyLock;

use regex::Regex;

use crate::drafter::condition::Reader;
use crate::drafter::pattern::pattern;
use crate::drafter::words::tokens;

/// What is done with cases, where it is not said which they are.
pub(super) static ACTS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:an? |the |just |also |one |short |one-line |one-page |quick |brief |kind |draft |friendly |little )*(?:e-?mail|mail|message|note|alert|list|draft|brief|call|document|reminder|ping|post|ticket|task|line|summary|report|letter|phone)\b|^(?:(?:just|then|please|only|also|can|could|should|must|ones?|trials?|accounts?|customers?|tickets?|cases?) )*(?:make|list|leave|enter|prepare|give|keep|needs?|ask|take|hand|goes?|gets?|get|add|e-?mail|mail|send|sent|post|posted|tell|told|let|notify|inform|write|call|open|create|log|draft|repair|replace|refund|pay|ship|forward|see|offer|wait|put|move|do|don't|no|nothing|are|is|we)\b",
    )
});

/// Does a sentence only say what is done with cases of an outcome: "Ready: put them on the list"?
pub(in crate::drafter) fn acts(text: &str, reader: &Reader<'_>) -> bool {
    let Some((led, done)) = text.trim().split_once(": ") else {
        return false;
    };
    let is_of_labels = reader.forms.without_labels(led);
    let is_of_labels = tokens(&is_of_labels)
        .iter()
        .all(|word| matches!(word.as_str(), "and" | "or" | "for" | "the"));
    let hangs = [" if ", " when ", " unless ", " whose ", " where "];
    is_of_labels && ACTS.is_match(done) && !hangs.iter().any(|word| done.contains(word))
}
