//! Sentences that ask for several things, taken apart: "Urgent: draft an email to the owner, and set
//! the status to at risk".

use std::sync::LazyLock;

use regex::Regex;

use super::meaning::{Meaning, Wanted};
use crate::drafter::condition::Reader;
use crate::drafter::pattern::pattern;
use crate::drafter::people::{people, recipients};
use crate::drafter::world::Said;

/// Where another request begins within a sentence.
static NEXT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:; (?:then |and )?|, (?:and|plus)(?: then| also)? )(?P<next>(?:for|close|finish|end|set|post|send|draft|write|put|update|tell|notify|add|if|leave|an?) )",
    )
});

/// Whom it is for, where the one who was named has no address: "If that contact has no email, …".
static WITHOUT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^if (?:that|this|the) (?:contact|person|one|address) (?:is|has|cannot|can't) [\w ,'-]*?(?:missing|unknown|empty|blank|no e-?mail|no address|no e-?mail address|found)(?: or (?:is|has) [\w -]+?)?, (?:then )?(?:address|send|write|draft|use|it goes)\b(.+)$",
    )
});

/// Returns the requests of a sentence, each with what it is for; the sentence as it stands where any
/// of them could not be read by itself.
pub(in crate::drafter) fn pieces(said: &Said, reader: &Reader<'_>) -> Vec<(Said, Meaning)> {
    let whole = super::meaning(said, reader);
    apart(said, &whole, reader).unwrap_or_else(|| vec![(said.clone(), whole)])
}

fn apart(said: &Said, whole: &Meaning, reader: &Reader<'_>) -> Option<Vec<(Said, Meaning)>> {
    let asks_for_more = !whole.outputs.is_empty() || whole.is_open();
    let texts = texts(&said.text);
    if !asks_for_more || texts.len() < 2 {
        return None;
    }
    let lead = reader.forms.lead.find(&said.text).map(|m| m.as_str());
    let mut pieces: Vec<(Said, Meaning)> = Vec::new();
    for (at, text) in texts.iter().enumerate() {
        // "…, plus a message to #leads" goes on with the verb.
        let is_thing = ["a ", "an "]
            .iter()
            .any(|article| text.starts_with(article));
        let text = if is_thing {
            format!("post {text}")
        } else {
            text.clone()
        };
        let goes_on =
            at > 0 && !reader.forms.label.is_match(&unquoted(&text)) && !text.starts_with("if ");
        // The level that leads the sentence says whom this is for; it is no rule of that level.
        let asked = Said {
            text: text.clone(),
            ..said.clone()
        };
        let mut meaning = super::meaning(&asked, reader);
        let part = Said {
            text: match lead.filter(|_| goes_on) {
                Some(lead) => format!("{lead}{text}"),
                None => text,
            },
            ..said.clone()
        };
        if let (Some(found), Some((before, _))) = (WITHOUT.captures(&part.text), pieces.last()) {
            meaning = Meaning {
                instead: instead(&before.text, &found[1], reader),
                ..Meaning::default()
            };
        }
        // A note beside an email is one as well, to the same person.
        let is_note = || {
            let lower = part.text.to_lowercase();
            let writes = pieces
                .iter()
                .any(|(_, before)| before.outputs.contains(&Wanted::Email));
            writes && lower.contains("note") && meaning.outputs.contains(&Wanted::Document)
        };
        let is_unaddressed = meaning.outputs.contains(&Wanted::Email) || is_note();
        let is_unaddressed = is_unaddressed && recipients(&part.text, reader).is_none();
        if meaning.is_open() || meaning.says_more || is_unaddressed {
            return None;
        }
        pieces.push((part, meaning));
    }
    // What changes nothing stands beside what is done.
    pieces.retain(|(_, meaning)| meaning.waived.is_none());
    let asked = pieces
        .iter()
        .any(|(_, meaning)| !meaning.outputs.is_empty());
    asked.then_some(pieces)
}

/// Returns whom a text goes to where the one whom the request before names has no address.
fn instead(before: &str, other: &str, reader: &Reader<'_>) -> Option<(String, String)> {
    let (to, _) = recipients(before, reader)?;
    let of = to.into_iter().next()?.address;
    let other = people(other, reader).into_iter().next()?.address;
    (of != other).then_some((of, other))
}

fn texts(text: &str) -> Vec<String> {
    let mut texts = Vec::new();
    let mut start = 0;
    for found in NEXT.captures_iter(text) {
        let (Some(whole), Some(next)) = (found.get(0), found.name("next")) else {
            continue;
        };
        texts.push(text[start..whole.start()].to_owned());
        start = next.start();
    }
    texts.push(text[start..].to_owned());
    texts
}

/// Returns a text without what it has in quotes.
fn unquoted(text: &str) -> String {
    let quotes = ['"', '“', '”'];
    let outside = text.split(quotes).step_by(2);
    outside.collect::<Vec<_>>().join(" ")
}

/// Returns the parts of a sentence that can stand alone: behind a semicolon, a dash, or "and we".
pub(super) fn sentences(text: &str) -> Vec<&str> {
    const MARKS: [&str; 12] = [
        "; ",
        " – ",
        " — ",
        ", and we ",
        ", and then ",
        ", but ",
        ", then ",
        ". ",
        ", and ",
        ": ",
        ", so ",
        ", also ",
    ];
    let mut parts = vec![text];
    for mark in MARKS {
        parts = parts
            .into_iter()
            .flat_map(|part| part.split(mark))
            .collect();
    }
    parts.iter_mut().for_each(|part| *part = part.trim());
    parts.retain(|part| part.chars().any(char::is_alphanumeric));
    parts
}
