//! What a sentence says beside its condition: reasons, restated units, and how days are counted.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::pattern::pattern;
use super::words::{number, written};

/// A reason in front: "Because the vendor is already on it, leave out …".
static REASON_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:(?:because|given that|seeing that|to (?:avoid|keep|save|make sure|be fair|stop|spare|prevent)) |(?:as|since) (?:they|we|it|these|those|nobody|somebody|people|the \w+) )[^,:;.]*, ",
    )
});
/// A reason behind: "…, because people are still setting it up".
static REASON_LAST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i), (?:because|so that|since (?:the|they|we|it|these|those|that|nobody|somebody|people|sales|support)) [^;.]*(?P<end>[;.]|$)",
    )
});
/// What does not matter: "…, whatever the date".
static WHATEVER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i), (?:no matter|regardless of|irrespective of|whatever|however (?:big|small|large|long|short|old|new|many|much|high|low|far|good|bad|early|late|often|little)) ?[^,.;:()]*(?P<end>[,.;)]|$)",
    )
});
/// What does not matter, before a condition: "urgent regardless of the date if …".
static REGARDLESS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i),? (?:regardless of|irrespective of|no matter) (?:the |its |their |what |how |which )?[\w -]{2,25}? (?P<end>if|when|where) ",
    )
});
/// A figure said again in another unit: "8 hours (480 minutes)".
static AGAIN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?P<unit>minutes?|hours?|days?|weeks?|months?|years?) \((?:that is,? |i\.e\.,? |or |=? ?)?[\d.,]+ (?:minutes?|hours?|days?|weeks?|months?)\)",
    )
});
/// An example in brackets: "(installed 17 November or later if today were the 20th)".
static EXAMPLE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i) \((?:e\.g\.|for example|for instance|say,)[^)]*\)| \([^)]*\bif today (?:is|was|were)\b[^)]*\)",
    )
});
/// Words that only say how exactly something is meant.
static EXACTLY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i),? (?:by calendar date|in calendar days|by the calendar|as of today)\b")
});
/// "It's" is "it is".
static IT_IS: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?P<it>[Ii]t)['’]s "));
/// "Renews today or within the next 90 days": the day itself is part of any span ahead.
static TODAY_OR: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)\btoday or (?P<in>(?:with)?in the next|in the coming|over the next|within) ")
});
/// "In the last 14 days (today and the 13 days before it)": how many days lie behind or ahead.
static COUNTED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?P<lies>last|past|previous|next|coming|following) (?P<said>\w+) (?:calendar )?days?,? ?\(?,?(?:counting |including |that is,? |i\.e\.,? |meaning |so )?(?:from )?today and the (?P<days>\w+)(?: calendar)? days? (?:before|after|following|ahead|that follow)(?: (?:it|that|today))?\)?",
    )
});
/// "In the last 14 days, today included": one day less lies behind.
static INCLUDED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?P<lies>last|past|previous|next|coming|following) (?P<said>\w+) (?:calendar )?days?,? ?\(?(?:(?:counting|including) today|today (?:included|counted|counts(?: too| as one)?))\)?",
    )
});
/// "In the seven days": those that were spoken of.
static THOSE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?P<in>in|over|during|within) (?:the|those|these|that same|the same) (?P<said>\w+)(?:-| )days?(?: (?:window|period|span))?(?P<end>[,.;:)]|$| (?:has|have|had|is|are|was|were|failed|and|or|with)\b)",
    )
});

/// Returns how many days lie before or after today in spans that an SOP counts with today in them,
/// each with the number that it says: "the last seven days, counting today and the six days before".
pub(super) fn counted_days(text: &str) -> Option<(f64, f64)> {
    let said = |found: &Captures<'_>| number(&found["said"].to_lowercase());
    if let Some(found) = COUNTED.captures(text) {
        return Some((said(&found)?, number(&found["days"].to_lowercase())?));
    }
    let said = said(&INCLUDED.captures(text)?)?;
    (said >= 1.0).then_some((said, said - 1.0))
}

/// Returns a sentence without what it says beside its condition. `counted` holds how the SOP counts
/// the days of its spans.
pub(super) fn plain(text: &str, counted: &[(f64, f64)]) -> String {
    let days = |said: &str| {
        let said = number(&said.to_lowercase())?;
        let of = counted.iter().find(|(known, _)| *known == said);
        Some(written(of.map_or(said, |(_, days)| *days)))
    };
    let text = COUNTED.replace_all(text, |found: &Captures<'_>| {
        let days = number(&found["days"].to_lowercase()).map(written);
        match days {
            Some(days) => format!("{} {days} days", &found["lies"]),
            None => found[0].to_owned(),
        }
    });
    let text = INCLUDED.replace_all(&text, |found: &Captures<'_>| {
        match number(&found["said"].to_lowercase()).filter(|said| *said >= 1.0) {
            Some(said) => format!("{} {} days", &found["lies"], written(said - 1.0)),
            None => found[0].to_owned(),
        }
    });
    let text = THOSE.replace_all(&text, |found: &Captures<'_>| match days(&found["said"]) {
        Some(days) => format!("{} the last {days} days{}", &found["in"], &found["end"]),
        None => found[0].to_owned(),
    });
    let text = IT_IS.replace_all(&text, "$it is ");
    let text = TODAY_OR.replace_all(&text, "$in ");
    let text = AGAIN.replace_all(&text, "$unit");
    let text = EXAMPLE.replace_all(&text, "");
    let text = EXACTLY.replace_all(&text, "");
    let text = WHATEVER.replace_all(&text, "$end");
    let text = REGARDLESS.replace_all(&text, " $end ");
    let text = REASON_LAST.replace_all(&text, "$end");
    let text = REASON_FIRST.replace(&text, "");
    text.into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_beside_a_condition_is_left_out_of_it() {
        for (text, left) in [
            (
                "Because people are still setting it up, leave out new accounts.",
                "leave out new accounts.",
            ),
            (
                "Leave out new accounts, because people are still setting it up.",
                "Leave out new accounts.",
            ),
            (
                "Since the vendor is already on it, skip Shopify.",
                "skip Shopify.",
            ),
            ("To keep the list short, we skip trials.", "we skip trials."),
            (
                "The increase is 20% or more, whatever the date.",
                "The increase is 20% or more.",
            ),
            (
                "It took longer than 8 hours (480 minutes).",
                "It took longer than 8 hours.",
            ),
            (
                "It renews today or within the next 90 days.",
                "It renews within the next 90 days.",
            ),
        ] {
            assert_eq!(plain(text, &[]), left);
        }
    }

    #[test]
    fn days_are_counted_as_the_sop_counts_them() {
        let text =
            "three failed runs in the last seven days, counting today and the six days before it";
        let counted = counted_days(text);
        assert_eq!(counted, Some((7.0, 6.0)));
        let counted: Vec<(f64, f64)> = counted.into_iter().collect();
        assert_eq!(
            plain("15 failed runs in the seven days, or none", &counted),
            "15 failed runs in the last 6 days, or none"
        );
        assert_eq!(
            plain("rated in the last 14 days (today included)", &[]),
            "rated in the last 13 days"
        );
        assert_eq!(
            plain("three failed runs in the last seven days", &counted),
            "three failed runs in the last seven days"
        );
    }
}
