//! In which order levels and their rules stand.

use super::scope::is_quiet;

/// Labels with a common order, the most serious first.
const ORDERS: [&[&str]; 8] = [
    &["large", "medium", "small", "none"],
    &["major", "moderate", "minor", "none"],
    &["gold", "silver", "bronze"],
    &["hot", "warm", "cool", "cold"],
    &["p0", "p1", "p2", "p3", "p4", "p5"],
    &[
        "critical",
        "severe",
        "very_high",
        "high",
        "medium",
        "moderate",
        "low",
        "none",
    ],
    &["red", "amber", "yellow", "green"],
    &["urgent", "high", "normal", "low"],
];

/// Have some labels a common order?
pub(super) fn is_common(labels: &[String]) -> bool {
    let mut orders = ORDERS.iter();
    orders.any(|order| labels.iter().all(|label| order.contains(&label.as_str())))
}

/// Returns how far down a label stands among all: by their common order, else as they are named.
pub(in crate::drafter) fn rank(all: &[String], label: &str) -> usize {
    let common = ORDERS.iter().find_map(|order| {
        let place = order.iter().position(|l| *l == label)?;
        all.iter()
            .all(|l| order.contains(&l.as_str()))
            .then_some(place)
    });
    let named = || {
        let place = all.iter().position(|l| l == label)?;
        // What begins with "on track" rises from there.
        let rises = all.first().is_some_and(|first| is_quiet(first));
        Some(if rises { all.len() - place } else { place })
    };
    common.or_else(named).unwrap_or(usize::MAX)
}

/// How surely a rule holds whatever others say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    /// It says that it always does.
    Always,
    /// It says that some things do not matter.
    Whatever,
    /// It says nothing of the kind.
    Usual,
}

pub(super) fn strength(text: &str) -> Strength {
    const ALWAYS: [&str; 11] = [
        " is always ",
        " are always ",
        " always go",
        " always get",
        "no matter ",
        "overrides",
        "overrules",
        "trumps",
        "beats ",
        ", and so is ",
        ", and so are ",
    ];
    const WHATEVER: [&str; 7] = [
        "whatever ",
        "however ",
        "regardless",
        "even if ",
        "even when ",
        "even though ",
        " it becomes ",
    ];
    let lower = text.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if has(&ALWAYS) {
        Strength::Always
    } else if has(&WHATEVER) {
        Strength::Whatever
    } else {
        Strength::Usual
    }
}
