//! Rules that go on where the one before did not hold: "If it isn't urgent, it is normal when …".

use std::sync::LazyLock;

use regex::Regex;

use super::Rule;
use super::label;
use super::rows::selection;
use super::rules::rules;
use crate::drafter::condition::{Read, Reader};
use crate::drafter::pattern::pattern;
use crate::drafter::words::tokens;

/// How a rule goes on where a level that is named was not given.
pub(super) const UNLESS_GIVEN: &str = r"(?i)^(?:but |and |then )?(?:if|when|where|as long as|provided|should) (?:it|they|this|that|one|the [\w-]+|an? [\w-]+) (?:isn't|is not|aren't|are not|wasn't|(?:doesn't|does not|don't|do not|didn't|did not) (?:get|count as|qualify as|qualify for|make|reach)|is neither|are neither|is none of|not be) (?:an? |already |either )*(?:LABEL)KIND(?:,? (?:or|nor) (?:an? )?(?:LABEL)KIND)*(?: either| already)?,? (?:then |but )?(.+)$";

/// How a rule goes on where none of those before held.
static FAILING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:failing that|failing (?:both|all)(?: of)?(?: those| that)?|otherwise|if not|if none of (?:those|these|that|them)(?: applies| apply| holds?| fits?)?|else|next|after that|then|below that|of the (?:rest|others|remaining ones)|among the (?:rest|others)|of (?:what|those) (?:is|are) left),? (?:then )?(.+)$",
    )
});

/// Returns the rules of a sentence that goes on where those before did not hold: they are tried in
/// order, so that what it goes on from needs not be said again.
pub(super) fn further(text: &str, reader: &Reader<'_>) -> Vec<Rule> {
    let rest = match reader.forms.unless_given.captures(text) {
        Some(found) => found.get(1),
        None => FAILING
            .captures(text)
            .filter(|found| {
                let has = |word: &str| found[1].contains(word);
                has(" if ") || has(" when ") || has(" where ") || has(" with ") || has(" that ")
            })
            .and_then(|found| found.get(1)),
    };
    let Some(rest) = rest else {
        return Vec::new();
    };
    // "Otherwise green, although …" gives the rest a level; "otherwise it is green if …" does not.
    let given = reader.forms.otherwise.find(text);
    let asks = |given: regex::Match<'_>| {
        let behind = text[given.end()..].trim_start().to_lowercase();
        ["if ", "when ", "where "]
            .iter()
            .any(|word| behind.starts_with(word))
    };
    if given.is_some_and(|given| !asks(given)) {
        return Vec::new();
    }
    // A level of the rest has no condition of its own.
    if !reader.forms.label.is_match(rest.as_str()) {
        return Vec::new();
    }
    rules(rest.as_str(), false, reader)
}

/// Does a sentence go on where those before it did not hold?
pub(in crate::drafter) fn goes_on(text: &str, reader: &Reader<'_>) -> bool {
    reader.forms.unless_given.is_match(text) || FAILING.is_match(text)
}

/// "Everything else is standard, and so is any contract on the free plan, unless …".
static SO_ARE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:,|;| –)? (?:and so (?:is|are|does|do|goes|go)|as (?:is|are)|and the same (?:goes|applies|holds) (?:for|to)|and (?:also|likewise)) (?:also )?(.+?)\.?$",
    )
});

/// Returns a sentence about the rest without what has that level besides, and whatever that is.
pub(super) fn so_are(text: &str) -> Option<(&str, &str)> {
    let found = SO_ARE.captures(text)?;
    let (whole, rows) = (found.get(0)?, found.get(1)?);
    Some((&text[..whole.start()], rows.as_str()))
}

/// Reads what has the level of the rest whatever else holds.
pub(super) fn besides(rows: &str, level: &str, reader: &Reader<'_>) -> Option<Rule> {
    static STAYS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i),? (?:in which case|then|where|when) (?:it|they|that) (?:stays?|remains?|is|are|keeps?|counts? as) [^,.;]+$",
        )
    });
    let rows = STAYS.replace(rows, "");
    let (rows, exception) = match rows.split_once(" unless ") {
        Some((rows, exception)) => (rows, Some(exception)),
        None => (rows.as_ref(), None),
    };
    let rows = selection(rows.trim_end_matches(','), reader)?;
    let when: Read = match exception {
        Some(exception) => rows.both("and", reader.read(exception)?.negated()),
        None => rows,
    };
    Some(Rule::When(label(level), when))
}

/// A level that some cases never get, and the one that they get for it: "They never get a call, so
/// anything that would have been one becomes a reply".
pub(super) const NEVER_GETS: &str = r"(?i)^(.+?)[:,;–—-]* (?:they |it |these |those |which |who )?(?:should |can |must |may |will )?(?:never|not|cannot|can't|don't|doesn't|do not|does not) (?:ever )?(?:be |get |gets |become |go to |count as |is |are |be rated |be marked |be given |reach )*(?:an? )?(LABEL)KIND ?[,;:.–—-]+ ?(?:and |so |instead |but |then )*(?:(?:anything|whatever|what|one|those|any|everything|they|it|an? \w+|the \w+|any \w+)(?: that| which| who)?(?: would(?: otherwise)?(?: have)? (?:been|be|got|gotten|get|count as|counted as)(?: an?)?(?: one| such| it| LABEL)?)? )?(?:becomes?|gets?|is|are|goes? to|drops? to|counts? as|make|call|treat|rate|give)(?: it| them| those)?(?: as)? (?:an? )?(LABEL)KIND(?: instead)?\.?$";

/// Returns whom a sentence is about without what introduces them: "The one exception is …".
pub(super) fn excepted(subject: &str) -> &str {
    static EXCEPTION: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)^(?:and |but )?(?:the |an? |one |only |our |there is |there's )*exceptions?(?: here)?(?: is| are| for|:| to (?:this|that)(?: is)?)* ",
        )
    });
    let subject = EXCEPTION
        .find(subject)
        .map_or(subject, |lead| &subject[lead.end()..]);
    let words = tokens(subject);
    // "Accounts on the free plan: they" names them before the colon.
    match words.is_empty() {
        true => subject,
        false => subject.trim_end_matches([':', ',', ';', ' ']),
    }
}
