//! How one level turns into another: a step up or down, an exception to the rule before, what would
//! otherwise have been one.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::label;
use super::rules::Rule;
use super::tails::{beginning, leading};
use crate::drafter::condition::{Read, Reader};
use crate::drafter::pattern::pattern;

/// Rules with the label last: "three or more: Full", "expired a month ago → Charge tax".
pub(super) const LABEL_LAST: &str = r"(?i)^(.+?) ?(?::|→|->|=>|⇒|=| - | – | — ) ?(?:it is |it's |they are |they're |that's |that is |this is |that makes it |gets? |then |mark it |call it |we call it |(?:the )?(?:band|level|outcome|result|verdict|rating|tier|decision|priority|colou?r) is )*(?:an? |the )?(LABEL)KIND(?:[,;.(–—-].*| \(.*| [-–—] .*)?$";
/// What is left over, with the label last: "later than that: Remind", "anything beyond: Large".
pub(super) const REST_LAST: &str = r"(?i)^(?:(?:and |or )?(?:(?:anything|everything|all|those|any|something|whatever)(?: that(?:'s| is))? )?(?:later|earlier|more|less|longer|higher|lower|above|below|beyond|over|under|older|newer|fewer|sooner|longer ago|further (?:out|away|off))(?: than)?(?: that| this| those| these)?|all (?:the )?(?:others?|rest)|(?:the )?(?:rest|others?)|everything else|anything else|otherwise|none of (?:these|the above|those|them)|neither|else|if none (?:of (?:these|those) )?appl(?:y|ies)) ?(?::|→|->|=>|=| - | – | — |,| is | are | gets? )+ ?(?:it is |it's |an? |the )*(LABEL)KIND(?:[,;.( ].*)?$";
/// "Whatever would be Charge tax becomes Escalate", behind whom it is about.
pub(super) const WOULD_BECOME: &str = r"(?i)\b(?:whatever|what|anything(?: that)?|everything(?: that)?|those that|one that|where it|if it|an? [\w-]+ that|any(?: that)?|they|it) would(?: otherwise| normally| usually)* (?:be|have been|get|come out as|say|count as|land on|end up as) (?:an? )?(LABEL)KIND,? (?:it )?(?:becomes?|gets?|goes to|turns? into|is|counts? as|should be|make it|make that|we make it|call it|treat it as) (?:an? )?(LABEL)";
/// "… never a Retire; where it would say Retire make it Refresh".
pub(super) const NEVER_BUT: &str = r"(?i)^(.+?) (?:is|are|can be|gets?|should be|must be) never (?:an? )?(LABEL)\b.*[;,.:–—-] ?(?:and |so |but )?(?:where|if|when|whatever|what|anything that|it|they|instead)\b.*?(?:make|call|treat|mark|count|rate|becomes?|gets?)(?: it| them| that)?(?: as)? (?:an? )?(LABEL)\b[^;:]*$";
/// "The exception there is bigger companies - … that's an Ask Manager".
pub(super) const EXCEPTION: &str = r"(?i)^(?:and |but )?(?:the |an? |one |only |our |there is |there's )*exceptions?(?: there| here| to (?:this|that)(?: rule)?)?(?: is| are| being|:)+ (.+)\b(?:that's|that is|those are|they are|they're|they get|it is|it's|it gets|gets?|becomes?|make (?:it|that|them)|which (?:is|are|get|gets)|goes? to|go) (?:an? )?(LABEL)\b";

/// A step of one level: "go one band up", "bump it up a notch", "one level worse".
static STEP: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:(?P<first>up|down|back|higher|lower) )?(?:by )?(?:one|a|another|1) (?:full )?(?:level|step|notch|grade|category|band|tier|class|stage|rung|severity|rank)\b(?: (?P<last>worse|up|upwards?|higher|down|downwards?|lower|better|milder|softer|more serious|more urgent|less serious|less urgent))?",
    )
});
/// Where a sentence goes on without naming each level: "and so on".
static AND_SO_ON: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\band so (?:on|forth)\b|\betc\b"));
/// What introduces a rule and says nothing of it: "One softener: …", "Two twists: …".
static LEAD_IN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:(?:and|but|also|oh|then|so|plus|finally|lastly|however),? )*(?:(?:(?:one|two|three|a|an|the|our|another|last|final|some|few|small|more|little|other|only|first|second|important|special|extra) )*(?:things?|exceptions?|rules?|notes?|points?|twists?|softeners?|catch|catches|wrinkles?|caveats?|details?|cases?|adjustments?|remarks?|tweaks?|overrides?|corrections?|modifiers?|quirks?|footnotes?)\b[^:.]{0,40}: )?",
    )
});

/// Does a sentence say that a level becomes another one?
pub(super) fn turns_levels(text: &str, reader: &Reader<'_>) -> bool {
    static BECOMES: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)^(?:and |then |also )*(?:an? )?[\w -]{2,30}? (?:also |then |again )?becomes? an? ",
        )
    });
    let labels = reader.forms.labels_in(text);
    labels.len() > 1 && BECOMES.is_match(text)
}

/// Returns a sentence without what introduces its rule.
pub(super) fn without_lead_in<'t>(text: &'t str, reader: &Reader<'_>) -> &'t str {
    match LEAD_IN.find(text) {
        // "Two things make it red: …" says the label before the colon.
        Some(lead) if !reader.forms.label.is_match(lead.as_str()) => &text[lead.end()..],
        _ => text,
    }
}

/// Reads levels that become others on one condition: "If they renew soon, go one level worse: watch
/// becomes amber and amber becomes red". No case moves twice.
pub(super) fn steps(text: &str, reader: &Reader<'_>) -> Vec<Rule> {
    static ASKED: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?i)^(?:if|when|where|for|with|whenever|in case) "));
    let text = without_lead_in(text, reader);
    let (Some(step), Some(asked)) = (STEP.captures(text), ASKED.find(text)) else {
        return Vec::new();
    };
    let (Some(whole), Some(said)) = (step.get(0), direction(&step)) else {
        return Vec::new();
    };
    // "If it is one level up" asks for a step, and makes none.
    let stated = text.get(asked.end()..whole.start()).unwrap_or_default();
    let Some(comma) = stated.rfind([',', ':', ';', '–']) else {
        return Vec::new();
    };
    let Some(when) = beginning(&stated[..comma], reader).or_else(|| leading(stated, reader)) else {
        return Vec::new();
    };
    let pairs: Vec<(String, String)> = reader
        .forms
        .becomes
        .captures_iter(text)
        .map(|found| (label(&found[1]), label(&found[2])))
        .filter(|(of, then)| of != then)
        .collect();
    if pairs.is_empty() || AND_SO_ON.is_match(text) {
        return vec![Rule::Step { when, up: said }];
    }
    in_turn(pairs)
        .into_iter()
        .map(|(of, then)| Rule::Instead {
            of,
            when: when.clone(),
            then,
        })
        .collect()
}

/// Returns pairs of levels in an order in which no case moves twice: what a level becomes has moved
/// on before.
pub(in crate::drafter) fn in_turn(mut pairs: Vec<(String, String)>) -> Vec<(String, String)> {
    let mut turns = Vec::with_capacity(pairs.len());
    while let Some(at) = pairs
        .iter()
        .position(|(_, then)| !pairs.iter().any(|(of, _)| of == then))
    {
        turns.push(pairs.remove(at));
    }
    turns
}

/// Does a step lead to a more serious level? Nothing where it does not say where it leads.
fn direction(step: &Captures<'_>) -> Option<bool> {
    let said = step.name("last").or(step.name("first"))?;
    let said = said.as_str().to_lowercase();
    Some(matches!(
        said.as_str(),
        "up" | "upward" | "upwards" | "higher" | "worse" | "more serious" | "more urgent"
    ))
}

/// Returns a level that turns into another: by a step, for what would have been one, or as an
/// exception to the rule before.
pub(super) fn turned(text: &str, reader: &Reader<'_>) -> Option<Rule> {
    let forms = &reader.forms;
    let text = without_lead_in(text, reader);
    if let Some(found) = forms.exception.captures(text) {
        let when = exception(&found[1], reader)?;
        return Some(Rule::Except {
            of: 0,
            when,
            then: label(&found[2]),
        });
    }
    if let Some(found) = forms.never_but.captures(text) {
        let when = super::skips::either(&found[1], reader)?;
        return Some(Rule::Instead {
            of: label(&found[2]),
            when,
            then: label(&found[3]),
        });
    }
    let found = forms.would_become.captures(text)?;
    static OF: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"(?i)^(?:if|when|where|for|with|in case of|whenever) (?:all |any |every |the )?")
    });
    let before = &text[..found.get(0)?.start()];
    let of = OF.find(before)?;
    let when = leading(
        before[of.end()..].trim_end_matches([' ', ',', ':', ';']),
        reader,
    )?;
    Some(Rule::Instead {
        of: label(&found[1]),
        when,
        then: label(&found[2]),
    })
}

/// Reads whom an exception is about, where brackets or a comma say it in the words of the tables:
/// "bigger companies, 200 employees or more".
fn exception(text: &str, reader: &Reader<'_>) -> Option<Read> {
    let text = text.trim_end_matches([' ', ',', '-', '–', ';', ':']);
    if let Some(read) = leading(text, reader) {
        return Some(read);
    }
    let marks = [", ", " (", ": ", " – ", " - ", "meaning ", "that is "];
    marks.iter().find_map(|mark| {
        let (_, said) = text.split_once(mark)?;
        leading(said.trim_end_matches([')', ' ', ',']), reader)
    })
}

/// Returns a sentence in which a level is called by its own name where it is said as a verb: "is never
/// retired" of a level "Retire".
pub(super) fn named_plainly(text: &str, reader: &Reader<'_>) -> String {
    static SAID: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)\b(?P<before>never|not|be|are|is|gets?|get) (?P<verb>[a-z]{4,})(?P<end>ed|d)\b",
        )
    });
    SAID.replace_all(text, |found: &Captures<'_>| {
        let (verb, end) = (&found["verb"], &found["end"]);
        let whole = [
            verb.to_owned(),
            format!("{verb}e"),
            format!("{verb}{}", &end[..end.len() - 1]),
        ];
        let named = whole.iter().find(|word| {
            let own = reader.forms.label.captures(word);
            own.is_some_and(|own| own[1].len() == word.len())
        });
        match named {
            Some(word) => format!("{} {word}", &found["before"]),
            None => found[0].to_owned(),
        }
    })
    .into_owned()
}
