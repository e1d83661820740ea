//! For which cases, or on which runs, an output is made.

use std::sync::LazyLock;

use regex::Regex;

use crate::drafter::condition::{Read, Reader};
use crate::drafter::pattern::pattern;
use crate::drafter::statement::Wanted;
use crate::drafter::words::{stem, tokens};
use crate::drafter::world::Said;

/// For which cases an output is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Scope {
    /// For all of them.
    Everyone,
    /// For those of some levels.
    Levels(Vec<String>),
    /// Where a condition holds.
    When(Read),
    /// Once, where a level has so many cases: relation and number.
    Count(String, &'static str, String),
    /// Where a model finds that the statement applies.
    Judged,
    /// For a group that nothing says how to tell: "Gold – email the owner".
    Unknown,
}

/// Levels of cases that nobody is told of.
const QUIET: [&str; 10] = [
    "on_track", "low", "green", "none", "light", "ok", "healthy", "fine", "no_data", "unknown",
];

static BEFORE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)^(?:if|when|whenever) (.+?)(?:,|:) ?(.+)$"));
static AFTER: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)^(.+?),? (?:only )?(?:if|when|whenever|as soon as) (.+?)\.?$"));
static SOMEONE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)^(?:some|any)(?:one|body|thing) "));
static GROUP: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?:[A-Z][\w'’-]*)(?: [\w'’-]+){0,2}(?: ?[–—:]| -) "));
static OTHERS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)\b(?:the|all) (?:others?|rest|remaining)\b|\bother ones\b|\beveryone else\b")
});
static ALL: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\b(?:all|every|each|everything|everyone)\b"));

/// Levels for which an output is not made: "…, but leave it as it is for …", "apart from the …".
static EXCEPT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:, but (?:leave|not|don't|do not|skip)\b.*? |\b(?:except|apart from|other than|excluding|without)\b (?:for )?)(?:the |any |for )*[\w' -]+",
    )
});

/// Returns the levels that a sentence leads with: "For a review do not email the customer".
pub(super) fn leads(said: &Said, labels: &[String]) -> Option<Scope> {
    static LEADS: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?i)^(?:for|with|on|in) ([^,:;]{1,40})"));
    let found = LEADS.captures(said.text.trim())?;
    level(&found[1], labels)
}

/// Returns for which cases a statement asks for an output. `before` is what the statement before
/// it was for: "Draft an email to the owner" goes on with the cases that were spoken of.
pub(super) fn scope(
    said: &Said,
    labels: &[String],
    reader: &Reader<'_>,
    before: Option<&Scope>,
    wanted: &Wanted,
) -> Scope {
    // "Post the counts, and shout if …": the condition is that of a second request.
    let text = match said.text.trim().split_once(", and ") {
        Some((first, rest)) if AFTER.is_match(rest) => first,
        _ => said.text.trim(),
    };
    // Behind a colon stands what is told: "…: the ARR, and when they renew".
    let asked = text.split_once(": ").map_or(text, |(asked, _)| asked);
    let condition = BEFORE
        .captures(text)
        .and_then(|c| c.get(1))
        .or_else(|| {
            AFTER
                .captures(asked)
                .filter(|c| !asks(&c[1]))
                .and_then(|c| c.get(2))
        })
        .map(|m| m.as_str());
    if let Some(condition) = condition {
        return count(condition, labels)
            .or_else(|| level(condition, labels))
            .or_else(|| reader.read(condition).map(Scope::When))
            .unwrap_or(Scope::Judged);
    }
    if SOMEONE.is_match(text) {
        return Scope::Judged;
    }
    if OTHERS.is_match(text)
        && let Some(Scope::Levels(spoken)) = before
    {
        let others = labels.iter().filter(|l| !spoken.contains(l)).cloned();
        return Scope::Levels(others.collect());
    }
    if let Some(Scope::Levels(named)) = level(text, labels) {
        return Scope::Levels(
            match EXCEPT.find(text).and_then(|m| level(m.as_str(), labels)) {
                Some(Scope::Levels(not)) => labels
                    .iter()
                    .filter(|l| !not.contains(l))
                    .cloned()
                    .collect(),
                _ => named,
            },
        );
    }
    if GROUP.is_match(text) {
        return Scope::Unknown;
    }
    // Every case has a record, and a place in the list of them all.
    let is_of_all = matches!(wanted, Wanted::Update | Wanted::Table);
    if !ALL.is_match(text) && !is_of_all {
        if let Some(Scope::Levels(spoken)) = before {
            return Scope::Levels(spoken.clone());
        }
        // A level that says "nothing to do" leaves its cases out where none is named.
        let loud: Vec<String> = labels.iter().filter(|l| !is_quiet(l)).cloned().collect();
        if loud.len() < labels.len() {
            return Scope::Levels(loud);
        }
    }
    Scope::Everyone
}

/// Does what follows tell what is asked or told, and no condition: "… asking if they would"?
fn asks(before: &str) -> bool {
    const ASKS: [&str; 12] = [
        "asking",
        "ask",
        "see",
        "check",
        "know",
        "say",
        "tell",
        "decide",
        "and",
        "mention",
        "saying",
        "wondering",
    ];
    let last = tokens(before);
    last.last()
        .is_some_and(|word| ASKS.contains(&word.as_str()))
}

pub(super) fn is_quiet(label: &str) -> bool {
    QUIET.contains(&label)
}

/// Returns the levels that a text names, in the singular or plural.
fn level(text: &str, labels: &[String]) -> Option<Scope> {
    let said = format!(" {} ", tokens(text).join(" "));
    // "For an approval" speaks of what is to be approved.
    let stems: Vec<String> = tokens(text).iter().map(|t| stem(t)).collect();
    let named: Vec<String> = labels
        .iter()
        .filter(|label| {
            let words = label.replace('_', " ");
            let is_stem = || !words.contains(' ') && stems.contains(&stem(&words));
            said.contains(&format!(" {words} "))
                || said.contains(&format!(" {words}s "))
                || (words.len() > 4 && is_stem())
        })
        .cloned()
        .collect();
    (!named.is_empty()).then_some(Scope::Levels(named))
}

/// Reads "more than 5 are red" and "there's an executive one".
fn count(text: &str, labels: &[String]) -> Option<Scope> {
    let Some(Scope::Levels(named)) = level(text, labels) else {
        return None;
    };
    let label = named.first()?.clone();
    let words = tokens(text);
    if let Some(figure) = crate::drafter::condition::figure(&words) {
        let number = crate::drafter::words::written(figure.number);
        return Some(Scope::Count(label, figure.relation.unwrap_or(">="), number));
    }
    let there = words.first().is_some_and(|w| w == "there");
    let any = words
        .iter()
        .any(|w| matches!(w.as_str(), "a" | "an" | "any" | "one"));
    (there && any).then(|| Scope::Count(label, ">=", "1".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drafter::tests::world;

    #[test]
    fn a_statement_says_for_which_cases_it_asks() {
        let world = world();
        let reader = Reader::new(
            &world,
            &world.tables[0],
            "account".to_owned(),
            crate::drafter::statement::Forms::new(&world.statements),
        );
        let labels = ["red", "amber", "green"].map(str::to_owned);
        let levels =
            |names: &[&str]| Scope::Levels(names.iter().map(|n| (*n).to_owned()).collect());
        let of = |text: &str, before: Option<&Scope>| {
            let said = Said::new(1, text, "");
            scope(&said, &labels, &reader, before, &Wanted::Email)
        };
        let red = levels(&["red"]);
        assert_eq!(of("For red ones draft an email to the owner.", None), red);
        assert_eq!(of("Reds are posted in #alerts.", None), red);
        assert_eq!(
            of("For the others, draft an email.", Some(&red)),
            levels(&["amber", "green"])
        );
        assert_eq!(of("Draft an email to the owner.", Some(&red)), red);
        assert_eq!(
            of("Draft an email to the owner.", None),
            levels(&["red", "amber"])
        );
        assert_eq!(of("A list of all accounts.", Some(&red)), Scope::Everyone);
        assert_eq!(
            of("Alert #cs if more than 5 are red.", None),
            Scope::Count("red".into(), ">", "5".into())
        );
        assert_eq!(
            of("Post to #cs when there's an amber one.", None),
            Scope::Count("amber".into(), ">=", "1".into())
        );
        assert_eq!(
            of("If they sound annoyed, draft an email.", None),
            Scope::Judged
        );
        assert_eq!(
            of("Someone who is angry gets an email.", None),
            Scope::Judged
        );
        assert_eq!(of("Gold – email the owner.", None), Scope::Unknown);
        assert!(matches!(
            of("If health is below 20, draft an email.", None),
            Scope::When(_)
        ));
    }
}
