//! Sentences that let only the newest of several cases count: "two alerts about the same person: only
//! work the latest".

use std::sync::LazyLock;

use regex::Regex;

use crate::drafter::condition::Reader;
use crate::drafter::pattern::pattern;

/// Only the newest counts, of the cases themselves.
static ONLY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:(?:only|just) (?:\w+ )?(?:\w+ )?(?:the |its |their )?(?:latest|newest|most recent|last)|(?:work|take|use|keep|handle|look at|go by|count|consider|process) (?:only |on |with |just )*(?:the |its |their )?(?:latest|newest|most recent|last)|(?:the |its |their )?(?:latest|newest|most recent|last)(?: one| \w+)? (?:counts|matters|wins|is (?:the one|used|taken|worked|kept))|(?:ignore|skip|drop|disregard|leave out) (?:the |any |all )?(?:older|earlier|previous)(?: ones?| \w+s?)?)\b",
    )
});
/// By what they belong together.
static SAME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:the same|per|for each|for every|of each|for one|for an?|of one|each|every) (?P<what>[a-z]+)\b|^(?:where|when|if|sometimes)?,? ?(?:an?|one|some|the) (?P<who>[a-z]+) (?:has|have|had|sent|made|filed|submitted|gave|appears?|shows? up|comes? up|is (?:in|on) (?:there|here|the list))\b.*\b(?:several|two|more than one|multiple|twice|duplicates?|more than once)\b",
    )
});

/// Returns the column that cases share of which only the newest counts.
pub(super) fn newest(text: &str, reader: &Reader<'_>) -> Option<String> {
    if !ONLY.is_match(text) {
        return None;
    }
    SAME.captures_iter(text).find_map(|found| {
        let what = found.name("what").or(found.name("who"))?.as_str();
        reader.shared(reader.cases, &what.to_lowercase())
    })
}
