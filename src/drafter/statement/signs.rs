//! Signs in a sentence of what comes out, of judgement, and of background.

use std::sync::LazyLock;

use regex::Regex;

use super::Wanted;
use super::forbids::{forbids, forbids_for, only_forbids};
use super::patterns::{CHANNEL, NAMED_CHANNEL, SKIP_LAST};
use crate::drafter::condition::Reader;
use crate::drafter::pattern::pattern;
use crate::drafter::people::recipients;
use crate::drafter::world::Said;

/// Sections that give background.
const BACKGROUND: [&str; 9] = [
    "purpose",
    "background",
    "definition",
    "context",
    "why",
    "owner",
    "revision",
    "note",
    "about",
];

/// A request to write to somebody, as people put it.
static WRITES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:^|[:;,–—-] |\b(?:and|then|also|please|we|just|always|must|should|instead) )(?:e-?mail|mail|write to|notify|inform|tell|remind|nudge|warn|ping|drop|let|alert|draft|send)\b|\b(?:gets?|receives?|(?:is|are|gets?) sent)\b.{0,40}\b(?:e-?mails?|mails?|message|reminder|note)\b|\b(?:is|are|gets?) (?:told|informed|notified|e-?mailed|reminded)\b",
    )
});
/// A request for a text of its own.
static MAKES_TEXT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:write|prepare|put together|make|create|produce|draft|compile|build|write up)s?\b(?: [\w-]+){0,4} (?:brief|one-pager|one pager|note|summary|report|dossier|memo|(?:prep|fact) sheet|write-up|writeup|profile)\b",
    )
});
/// A request for a list of the cases.
static MAKES_LIST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:(?:end|finish|close|wrap up) with|last(?:ly)?,|finally,?|at the end,?|then|also|after that|send|make|keep|produce|put|create|build|add|and) .{0,40}\b(?:table|list|spreadsheet|overview|csv)\b",
    )
});
/// A list that counts cases by something.
static PER_GROUP: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:table|list|overview|spreadsheet) (?:per|by) |\b(?:table|list|overview)\b.*\b(?:how many|the number of) .*(?:each|per|got|outcome|level)",
    )
});
/// A request to set a field.
static SETS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:^|[:;,] |\b(?:and|then|also|please) )(?:set|change|update|switch) (?:(?:the|its|their) |[a-z]+_[a-z_]+ )|\b(?:level|colou?r|rating|outcome|result|priority|stage|decision|tier)(?: also)? (?:goes|is written|is recorded) (?:in|into) |(?:^|[:;,] |\b(?:and|then|also|please) )(?:put|write|record|log|enter|note|save) .{2,40}? (?:in|into|on|to) (?:the|its|their) ",
    )
});

/// Returns the channel that a sentence names, as `service.channel` or by its bare name.
fn channel(text: &str) -> Option<String> {
    if let Some(found) = CHANNEL.captures(text) {
        return Some(found[1].to_owned());
    }
    let found = NAMED_CHANNEL.captures(text)?;
    let service = found.name("of").or(found.name("in"));
    let service = service.map_or("slack", |m| m.as_str()).to_lowercase();
    let name = found
        .name("called")
        .or(found.name("name"))
        .or(found.name("small"))?;
    let name = name.as_str();
    Some(format!(
        "{service}.{}",
        name.to_lowercase().replace(' ', "-")
    ))
}

/// Is somebody to be alerted who is no single person: "alert the team"?
fn alerts_a_group(lower: &str) -> bool {
    static ONE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"^ (?:[\w']+ )?(?:owner|manager|csm|rep|contact|lead|champion|sponsor|engineer)\b")
    });
    lower
        .split_once("alert the")
        .is_some_and(|(_, whom)| !ONE.is_match(whom))
}

/// Returns what a sentence asks to come out.
pub(super) fn outputs(lower: &str, text: &str, reader: &Reader<'_>) -> Vec<Wanted> {
    let has = |words: &[&str]| words.iter().any(|w| lower.contains(w));
    let mut wanted = Vec::new();
    if forbids(lower) || forbids_for(lower) {
        return wanted;
    }
    let channel = channel(text);
    let is_list = MAKES_LIST.is_match(text) || has(&["spreadsheet", "a list of"]);
    let is_text = MAKES_TEXT.is_match(text) && !lower.contains("mail");
    let writes_to_somebody = !is_list
        && !is_text
        && channel.is_none()
        && WRITES.is_match(text)
        && recipients(text, reader).is_some();
    let asks_people = has(&["csm sends", "csm calls", "manager decides", "reply to"]);
    if asks_people {
        return wanted;
    }
    if has(&[
        "draft an email",
        "draft email",
        "email draft",
        "send an email",
        "send a note",
        "email the",
        "email to",
        "email them",
        "draft a note",
        "write an email",
        "drop a note",
        "drop them",
        "send the csm",
        "mail the",
        "prepare an email",
        "draft a friendly",
        "draft a message to",
        "draft the",
        "send them",
    ]) || writes_to_somebody
    {
        wanted.push(Wanted::Email);
    }
    if has(&[
        "post in",
        "post to",
        "post it",
        "post a",
        "slack",
        "alert #",
        "ping #",
        "notify the channel",
        "an alert in",
        "an alert to",
        "a message in",
        "a post in",
    ]) || channel.is_some()
        || alerts_a_group(lower)
    {
        wanted.push(Wanted::Message(channel.clone()));
    }
    if has(&[
        "brief for",
        "a brief",
        "write a brief",
        "one-pager",
        "one pager",
        "write up",
        "write-up",
        "document that",
        "hand-off doc",
        "handoff doc",
        "summary document",
        "summary for",
        "put together a",
    ]) || MAKES_TEXT.is_match(text) && !lower.contains("mail")
    {
        wanted.push(Wanted::Document);
    }
    if has(&[
        "update the",
        "set the",
        "write the level",
        "write it back",
        "log it in the crm",
        "update crm",
        "in the crm",
        "back into the crm",
        "field in",
        "flag the account in",
    ]) && has(&["crm", "field", "record", "set the", "update the"])
        && !has(&["pull", "look", "list of accounts"])
        && !has(&[
            " must be ",
            " has to be ",
            " have to be ",
            " needs to be ",
            " is active ",
        ])
        || SETS.is_match(text)
    {
        wanted.push(Wanted::Update);
    }
    if has(&[
        "spreadsheet",
        "a list of",
        "csv",
        "table of",
        "weekly list",
        "go on one list",
        "go on a list",
        "goes on a list",
        "put them in a list",
        "export",
    ]) || MAKES_LIST.is_match(text)
    {
        // "A table per owner: how many …" has no row for a case.
        if PER_GROUP.is_match(text) {
            return wanted;
        }
        wanted.push(Wanted::Table);
    }
    wanted
}

pub(super) fn judges(lower: &str) -> bool {
    // "Anything else that a colleague should know".
    let begins = ["anything ", "whatever "]
        .iter()
        .any(|w| lower.starts_with(w));
    let asks = [
        "worth",
        "unusual",
        "should know",
        "odd ",
        "stands out",
        "relevant",
        "else that",
        "interesting",
        "they say",
        "they said",
        "important",
    ];
    begins && asks.iter().any(|w| lower.contains(w))
        || [
            "tone",
            "sentiment",
            "sounds",
            "read the call",
            "skim",
            "what the customer said",
            "frustrat",
            "read the notes",
            "judge",
            "summarise",
            "summarize",
            "talking points",
            "signs of",
            "what it is about",
            "mood",
        ]
        .iter()
        .any(|w| lower.contains(w))
}

/// Does a sentence say what somebody does who is named: "Fridays Maren sends the list to marketing"?
pub(super) fn is_of_a_person(text: &str) -> bool {
    static PERSON: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^(?:(?:On )?(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?,? |Every \w+,? )(?:the )?[A-Z][a-z]+ (?:sends|takes|does|checks|reads|calls|writes|collects|posts|goes|puts|gets|picks|prints|reviews) ",
        )
    });
    PERSON.is_match(text)
}

pub(super) fn background(said: &Said, lower: &str) -> Option<&'static str> {
    let section = said.section.to_lowercase();
    // A definition with a figure is a rule.
    let defines = [
        " = ",
        " divided by ",
        " means the ",
        " multiplied by ",
        " minus ",
    ];
    let rules = lower.contains(|c: char| c.is_ascii_digit())
        || defines.iter().any(|w| lower.contains(w))
        || lower.starts_with("if ")
        || [" if ", " unless "].iter().any(|w| lower.contains(w));
    if BACKGROUND.iter().any(|b| section.starts_with(b)) && !rules {
        return Some("background");
    }
    if [
        "owner:",
        "ask ",
        "contact ",
        "kept by",
        "last touched",
        "last updated",
        "version ",
        "purpose:",
    ]
    .iter()
    .any(|b| lower.starts_with(b))
    {
        return Some("background");
    }
    if ["by hand", "run manually", "started manually", "on demand"]
        .iter()
        .any(|w| lower.contains(w))
    {
        return Some("a person starts it");
    }
    let is_down = lower.contains(" down") || lower.contains("unavailable");
    if is_down
        && ["system", "source", "tool"]
            .iter()
            .any(|w| lower.contains(w))
    {
        return Some(
            "carried out everywhere: a table that cannot be read is said, and the rest goes on",
        );
    }
    if lower.contains("missing")
        && ["say so", "don't guess", "do not guess"]
            .iter()
            .any(|w| lower.contains(w))
    {
        return Some("carried out everywhere: what is missing reads “(not known)”");
    }
    if only_forbids(lower) {
        return Some("nothing of the kind is done");
    }
    if lower.starts_with('(') && lower.trim_end_matches('.').ends_with(')') {
        return Some("an aside");
    }
    let remarks = [
        "that's ",
        "that is ",
        "that one is ",
        "this is our ",
        "nice",
    ];
    if remarks.iter().any(|w| lower.starts_with(w)) && lower.split_whitespace().count() <= 6 {
        return Some("a remark");
    }
    let begins = ["which ", "how ", "what ", "who ", "when ", "where "];
    if begins.iter().any(|w| lower.starts_with(w))
        && lower.split_whitespace().count() <= 5
        && !lower.ends_with(['.', '?'])
    {
        return Some("a heading");
    }
    // Rows that are left out, and were not read, are not passed over.
    if ["never part of", "not part of", "out of scope"]
        .iter()
        .any(|w| lower.contains(w))
        && !SKIP_LAST.is_match(lower)
    {
        return Some("not part of this");
    }
    if is_of_a_person(&said.text) {
        return Some("a person does this");
    }
    let people = [
        "use your judg",
        "csm decides",
        "csms decide",
        "themselves",
        "agents do",
        "csm makes",
        "manager decides",
        "talk to",
        "call the customer",
        "give them a call",
        "ask your",
        "we don't send",
        "people send",
        "sends it",
        "reviews",
        "review it",
        "up to the csm",
        "their call",
        "makes the call",
        "make the call",
        "decided by",
        "to decide",
        "'s decision",
        "kept by ",
        "maintained by ",
        "some people ask",
        "be honest",
        "be polite",
        "keep it friendly",
        "keep every message",
        "keep the tone",
        "assume good will",
        "remember",
        "thanks",
        "questions?",
        "ping me",
        "last updated",
        "version",
    ];
    people
        .iter()
        .any(|p| lower.contains(p))
        .then_some("a person does this")
}
