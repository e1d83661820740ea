//! Sentences that fit no form: what is done with rows is found wherever it stands, and what is left of
//! the sentence is which rows they are.

use std::sync::LazyLock;

use regex::Regex;

use super::meaning::Meaning;
use super::rules::Rule;
use super::{label, skips};
use crate::drafter::condition::{Read, Reader};
use crate::drafter::pattern::pattern;
use crate::drafter::world::Said;

/// Words that only lead into a sentence.
static LEADS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:(?:so|oh|and|but|also|then|now|next|well|okay|ok|however|finally|please|again|in that case|nevertheless|similarly|likewise|in addition|on top of that|one more thing|remember|note that|important|careful)\b[,:]? *)+",
    )
});
/// What leaves rows out, wherever it stands.
static LEAVES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:\b(?:we|i|you|please|just|then|so|always|simply|must|should|are|is|be|to|also|stays?|goes|they|those|these|it|that) )*\b(?:(?:leave|keep|take|leaves) (?:it|them|those|these|that|this|him|her|(?:the|that|this|such|those|these) [\w-]+) out(?: of (?:it|this|the list))?|left out|leave out|skip(?:ped)?(?: (?:it|them|those|these|that|this|(?:the|that|this|such|those) [\w-]+))?|excluded?(?: (?:it|them|those|these|that|this))?|ignored?(?: (?:it|them|those|these|that|this))?|(?:drop|remove)(?:ped|d)? (?:it|them|those|these|that|this)|pass(?:ed)? over(?: (?:it|them|those|these|that))?|(?:out of|not in) scope|not part of this|(?:let|leave) (?:it|them|him|her|those|these) (?:alone|be)|do(?:n't| not) (?:touch|include|take|contact) (?:it|them|those|these))\b(?: (?:as well|too|completely|altogether|entirely|anyway|then|always|straight away|for now))*|(?:[:→=,–]|->| is| are) ?(?:stays? |stay )?out[.!]*$|^out: ",
    )
});
/// What a sentence asks for that says nothing of rows: it leaves something out of a text.
static WRITES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:e-?mails?|drafts?|message|messages|notes?|posts?|briefs?|write|mention|letter|field|column|#[a-z]|set|fill)\b",
    )
});
/// What gives a label, right before it.
static GIVES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?P<sign>[,;:–—→=]|->|=>)? *(?:(?:so|then|therefore|hence|and) +)*(?:→ *|-> *)?(?:(?:it|they|those|these|that|this|we|you|he|she|(?:the|such|those|these|its) [\w-]+)(?:['’]s|['’]re)? *)?(?P<verb>(?:is|are|gets?|becomes?|goes to|go to|goes|counts? as|treat (?:it|them|those) as|make (?:it|them|that)|mark (?:it|them)(?: as)?|call (?:it|them)|means|receives?|calls for|belongs? (?:in|to)|falls? (?:in|into|under)|qualif(?:y|ies) (?:for|as)|comes? (?:out as|under)|wants?|[’']s) +)?(?:(?:always|still|also|nevertheless|just|simply|again|a|an|the|as|for|to|in|case of|straight) +)*$",
    )
});
/// What may follow a label that a condition came before.
static BEHIND: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:[,. !)]|too|as well|anyway|always|straight away|regardless|then|(?:no matter|whatever|however|regardless of) [^.;]*)*$",
    )
});
/// What leads from a label to its condition.
static FOR: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^ *(?:[:=–—→]|->| - |is for|is when|applies (?:to|if|when)|if|when|where|means|goes to|for) *",
    )
});
/// What makes more of a sentence than a rule: a limit, a step, an exception.
static MORE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:at (?:most|least) an?|instead|unless|except|one (?:step|level)|higher than|lower than|up to an?|never|no longer|otherwise|anymore|becomes? an?)\b",
    )
});

/// Does a sentence leave rows out, wherever it says so?
pub(in crate::drafter) fn leaves_out(text: &str) -> bool {
    LEAVES.is_match(text)
}

/// Does a sentence speak of what is written or set?
pub(in crate::drafter) fn writes(text: &str) -> bool {
    WRITES.is_match(text)
}

/// Reads a sentence that no form fits.
pub(super) fn freely(said: &Said, reader: &Reader<'_>) -> Option<Meaning> {
    let text = said.text.trim();
    let lower = text.to_lowercase();
    let is_exception = lower.starts_with("but ") && reader.hangs_on_level(text);
    if text.ends_with(':') || lower.starts_with("unless ") || is_exception {
        return None;
    }
    let text = LEADS.replace(text.trim_end_matches(['.', '!']), "");
    if let Some(read) = left_out(&text, reader) {
        return Some(Meaning {
            skip: Some(read),
            ..Meaning::default()
        });
    }
    let (label, condition) = labelled(&text, reader)?;
    let read = rows(&condition, reader)?;
    reader.goes_on_from(&condition);
    Some(Meaning {
        rules: vec![Rule::When(label, read)],
        ..Meaning::default()
    })
}

/// Returns which rows a sentence leaves out, wherever it says so.
fn left_out(text: &str, reader: &Reader<'_>) -> Option<Read> {
    if reader.forms.names_label(text) || WRITES.is_match(text) || reader.hangs_on_level(text) {
        return None;
    }
    let found = LEAVES.find(text)?;
    let (before, behind) = (bare(&text[..found.start()]), bare(&text[found.end()..]));
    let condition = match (before.is_empty(), behind.is_empty()) {
        (true, _) => behind.to_owned(),
        (_, true) => before.to_owned(),
        // A remark behind says nothing.
        _ if reader.names_nothing(behind) => before.to_owned(),
        _ if reader.names_nothing(before) => behind.to_owned(),
        _ => format!("{before}, {behind}"),
    };
    skips::either(&condition, reader).or_else(|| {
        // Of several kinds of rows one that was not read is part of no other.
        let clauses = condition.split([',', ';', '–', '—', '!']);
        let kept: Vec<&str> = clauses
            .filter(|clause| !reader.names_nothing(clause))
            .collect();
        match kept.as_slice() {
            [one] if one.len() < condition.len() => skips::either(bare(one), reader),
            _ => None,
        }
    })
}

/// Returns the label that a sentence gives, and what it says of who gets it.
fn labelled(text: &str, reader: &Reader<'_>) -> Option<(String, String)> {
    let named: Vec<(usize, usize)> = reader.forms.labels_in(text);
    let [(from, to)] = named.as_slice() else {
        return None;
    };
    let (before, name, behind) = (&text[..*from], &text[*from..*to], &text[*to..]);
    if MORE.is_match(text) {
        return None;
    }
    if bare(before).is_empty() {
        let led = FOR.find(behind)?;
        let condition = &behind[led.end()..];
        return (!WRITES.is_match(condition)).then(|| (label(name), bare(condition).to_owned()));
    }
    if !BEHIND.is_match(behind) && !reader.names_nothing(bare(behind)) || WRITES.is_match(text) {
        return None;
    }
    let given = GIVES.captures(before)?;
    given.name("verb").or(given.name("sign"))?;
    let condition = bare(&before[..given.get(0)?.start()]);
    (!condition.is_empty()).then(|| (label(name), condition.to_owned()))
}

/// Reads which rows are meant, without the remarks between that name nothing.
fn rows(text: &str, reader: &Reader<'_>) -> Option<Read> {
    let read = |text: &str| reader.read(text).or_else(|| reader.grounded(text));
    if let Some(read) = read(text) {
        return Some(read);
    }
    let clauses: Vec<&str> = text
        .split([',', ';', '–', '—', '!'])
        .map(str::trim)
        .collect();
    let kept: Vec<&str> = clauses
        .iter()
        .filter(|clause| !reader.names_nothing(clause))
        .copied()
        .collect();
    if kept.is_empty() || kept.len() == clauses.len() {
        return None;
    }
    read(&kept.join(", "))
}

/// Returns a part of a sentence without what only joins it to the others.
fn bare(text: &str) -> &str {
    static JOINS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)^(?:[ ,;:–—→>.!-]|(?:if|when|where|in case|and|but|so|then|any|also|with|for|of)\b)+",
        )
    });
    static ENDS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"(?i)(?:[ ,;:–—→>.!=-]|\b(?:and|so|then|we|but|because|please))+$")
    });
    let begins = JOINS.find(text).map_or(0, |found| found.end());
    let text = &text[begins..];
    let ends = ENDS.find(text).map_or(text.len(), |found| found.start());
    &text[..ends]
}
