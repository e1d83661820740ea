//! Sentences that are one only together: "No stage date on the feature? Skip it."

use std::sync::LazyLock;

use regex::Regex;

use super::pattern::pattern;
use super::words::tokens;
use super::world::Said;

/// What a sentence is for that was read with the one behind it.
pub(super) const PAIRED: &str = "(read with the sentence behind it)";

/// The most words of a sentence that only says what is done.
const SHORT: usize = 13;

/// A sentence that only says what is done with what the one before names.
static DONE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:(?:then|so|also|please|just|in that case|those|these|they|it|that|we|you|and)[, ]+)*(?:leave|keep|skip|ignore|drop|exclude|out\b|left out|treat|make|mark|it becomes|it is|it's|that's|becomes|is|are|gets?|goes|call|not for us|[A-Z])",
    )
});
/// A sentence that only leaves something out.
static LEAVES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:(?:then|so|also|please|just|in that case|we|and)[, ]+)*(?:(?:leave|keep) (?:it|them|those|these|that|the \w+) out|(?:skip|ignore|exclude|drop) (?:it|them|those|these|that|the \w+)|leave (?:it|them|those|these) alone)(?: (?:too|as well|then))*[.!]*$",
    )
});
/// How a question begins, where a condition says the same without it.
static ASKS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:(?:and|but|what|how about|what about|what if|also)[, ]+)*(?:(?:is|are|was|were|has|have|had|does|do|did) +)?",
    )
});
/// A sentence that begins with a condition.
static IF: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:(?:and|but|so|also)[, ]+)*(?:if|when|where|in case|no|without|any|anyone|anything|those|tickets?|accounts?) ",
    )
});
/// What makes a sentence one that stands alone.
static ALONE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)\b(?:if|when|unless|where|e-?mail|draft|message|post|set|write|hand|send)\b|#")
});

/// Says as one what two sentences say together.
pub(super) fn joined(statements: &[Said]) -> Vec<Said> {
    let mut joined: Vec<Said> = statements.to_vec();
    for at in 1..joined.len() {
        let (before, done) = (
            joined[at - 1].text.trim().to_owned(),
            joined[at].text.trim().to_owned(),
        );
        let is_near = joined[at - 1].section == joined[at].section;
        let is_done =
            DONE.is_match(&done) && tokens(&done).len() <= SHORT && !ALONE.is_match(&done);
        if !is_near || !is_done || done.ends_with('?') {
            continue;
        }
        let condition = match before.strip_suffix('?') {
            Some(asked) if asked.to_lowercase().starts_with("would ") => continue,
            Some(asked) => ASKS.replace(asked, "").into_owned(),
            None if IF.is_match(&before)
                && LEAVES.is_match(&done)
                && !says_what_is_done(&before) =>
            {
                let bare = IF.find(&before).map(|found| found.as_str().to_lowercase());
                let is_if = bare.is_some_and(|lead| {
                    lead.ends_with("if ") || lead.ends_with("when ") || lead.ends_with("where ")
                });
                let lead = if is_if {
                    IF.replace(&before, "").into_owned()
                } else {
                    before.clone()
                };
                lead.trim_end_matches(['.', '!']).to_owned()
            }
            None => continue,
        };
        if condition.trim().is_empty() {
            continue;
        }
        joined[at].text = format!("If {condition}, {}", lower(&done));
        joined[at - 1].text = PAIRED.to_owned();
    }
    joined
}

fn says_what_is_done(text: &str) -> bool {
    static SAYS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)\b(?:leave|left|skip\w*|ignore\w*|exclude\w*|drop\w*|out|e-?mail|draft|message|gets?|becomes?|post|set|write|send)\b|:|→",
        )
    });
    SAYS.is_match(text)
}

/// Returns a sentence as the end of another: names keep their capitals.
fn lower(text: &str) -> String {
    let (first, rest) = text.split_once(' ').unwrap_or((text, ""));
    const STARTS: [&str; 12] = [
        "Then", "So", "Also", "Leave", "Skip", "It", "Those", "Ignore", "Treat", "Keep", "That's",
        "Exclude",
    ];
    match STARTS.contains(&first) {
        true => format!("{} {rest}", first.to_lowercase()).trim().to_owned(),
        false => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_two_sentences_say_together_is_said_as_one() {
        let texts = |lines: &[&str]| -> Vec<String> {
            let said: Vec<Said> = lines.iter().map(|text| Said::new(1, text, "")).collect();
            joined(&said).into_iter().map(|said| said.text).collect()
        };
        assert_eq!(
            texts(&["No stage date on the feature?", "Skip it."]),
            [PAIRED, "If No stage date on the feature, skip it."]
        );
        assert_eq!(
            texts(&[
                "If the customer wrote later, it isn't waiting.",
                "Leave it out."
            ]),
            [
                PAIRED,
                "If the customer wrote later, it isn't waiting, leave it out."
            ]
        );
        for alone in [
            ["Is the contact gone?", "Then draft an email to the owner."],
            ["Tickets that are open are skipped.", "Leave it out."],
        ] {
            assert_eq!(texts(&alone), alone);
        }
    }
}
