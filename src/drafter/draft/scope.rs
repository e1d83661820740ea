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
    /// For those of some levels, where a condition holds.
    Some(Vec<String>, Read),
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

/// What a text is to say: "…, apologising for what they complained about if they told us".
static TELLS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i),? (?:apologi[sz]ing|asking|saying|telling|explaining|thanking|mentioning|offering|inviting|reminding|covering|listing|showing|wondering|pointing|quoting) .*$",
    )
});
/// Levels for which an output is not made: "…, but leave it as it is for …", "apart from the …".
static EXCEPT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:, but (?:leave|not|don't|do not|skip)\b.*? |\b(?:except|apart from|other than|excluding|without)\b (?:for )?)(?:the |any |for )*[\w' -]+",
    )
});

/// What says how a list is sorted: "Critical first".
static SORTED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)[\w' -]{2,30} (?:first(?:[,;.:]| and | then |$)|at the top|on top)|\bsorted [^,:]*",
    )
});
/// Cases that are named as those that something is done for.
static FOR: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\bfor (?:the |all |every |each )?\w+"));

/// Returns the levels that a sentence leads with: "For a review do not email the customer".
pub(super) fn leads(said: &Said, labels: &[String]) -> Option<Scope> {
    static LEADS: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?i)^(?:for|with|on|in) ([^,:;]{1,40})"));
    let found = LEADS.captures(said.text.trim())?;
    level(&found[1], labels)
}

/// Does a sentence speak of some cases of a level only: "Cool leads that are due"?
pub(super) fn narrows(said: &Said, labels: &[String]) -> bool {
    let text = said.text.trim();
    let relates = [" that ", " who ", " which ", " with "]
        .iter()
        .any(|w| text.contains(w));
    relates && level(text, labels).is_some()
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
    let asked = TELLS.find(asked).map_or(asked, |m| &asked[..m.start()]);
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
    // "Reds first" says how a list is sorted; a record is written for whatever was decided.
    let unsorted = SORTED.replace_all(text, "");
    let named_levels = level(&unsorted, labels);
    let writes_them = *wanted == Wanted::Update
        && matches!(&named_levels, Some(Scope::Levels(named)) if named.len() > 1)
        && EXCEPT.find(text).is_none()
        && !FOR.is_match(text);
    if let Some(Scope::Levels(named)) = named_levels.filter(|_| !writes_them) {
        if let Some(scope) = some_of(text, &named, reader) {
            return scope;
        }
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
    static SOME: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^For (?:both|all|any|each)? ?(?:kinds?|types?|sorts?|forms?) of |^For (?:an? |the |those )?[\w-]+(?: [\w-]+)?, (?:draft|send|write|e-?mail|mail|post|tell|leave|make|put|notify|add) ",
        )
    });
    let is_everyone = ALL.is_match(text) && !text.contains(" of ");
    if GROUP.is_match(text) || SOME.is_match(text) && !is_everyone {
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

/// Reads which cases of some levels a sentence is about: "Hot leads that came in a week ago go to
/// …". What cannot be read of them makes the group unknown.
fn some_of(text: &str, labels: &[String], reader: &Reader<'_>) -> Option<Scope> {
    static SUBJECT: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)^(?:for |any |every |each |an? |all |the )*(.{3,120}?)(?:[:,] | (?:also )?(?:goes|gets|get|go|needs?|receives?)\b)",
        )
    });
    static REMARK: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)\b(?:that|who|which|whose|with|without|over|under|above|below|at|of more than|of at least)\b .+$",
        )
    });
    static ACTS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)^(?:then |also |please |and |finally |next )*(?:post|send|draft|write|e-?mail|mail|set|put|tell|notify|alert|add|update|change|finish|end|close|make|list)\b",
        )
    });
    if ACTS.is_match(text) {
        return None;
    }
    let subject = SUBJECT.captures(text)?;
    let subject = subject.get(1)?.as_str();
    let remark = REMARK.find(subject)?.as_str();
    let names_level = level(&subject[..subject.len() - remark.len()], labels).is_some();
    if !names_level {
        return None;
    }
    let read = reader
        .read(remark)
        .or_else(|| reader.read(remark.split_once(' ')?.1));
    Some(match read {
        Some(read) => Scope::Some(labels.to_vec(), read),
        None => Scope::Unknown,
    })
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
pub(super) fn level(text: &str, labels: &[String]) -> Option<Scope> {
    let said = format!(" {} ", tokens(text).join(" "));
    // "For an approval" speaks of what is to be approved.
    let nouns: Vec<String> = tokens(text)
        .iter()
        .filter(|t| {
            ["al", "als", "ed", "ion", "ions", "ment", "ments", "ance"]
                .iter()
                .any(|e| t.ends_with(e))
        })
        .chain(
            tokens(text)
                .iter()
                .filter(|t| *t == "decline" || *t == "declines"),
        )
        .map(|t| stem(t))
        .collect();
    let named: Vec<String> = labels
        .iter()
        .filter(|label| {
            let words = label.replace('_', " ");
            let is_stem = || !words.contains(' ') && nouns.contains(&stem(&words));
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
