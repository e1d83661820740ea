//! What a statement of an SOP is for.

mod acts;
mod blanks;
mod definition;
mod forbids;
mod freely;
mod labels;
mod ladder;
mod meaning;
mod needs;
mod newest;
mod outcomes;
mod patterns;
mod pieces;
mod remarks;
mod route;
mod rows;
mod rules;
mod signs;
mod skips;
mod tails;
mod turns;

use patterns::{HIGHER, INSTEAD_OF, MAIL_GOES_TO, SECOND, TIMED, UNLESS};
use pieces::sentences;
use remarks::{default, instead, introduces, note, top};
use signs::{background, judges, outputs};

pub(super) use acts::acts;
pub(super) use definition::defined as definition;
pub(super) use freely::{leaves_out, writes};
pub(super) use ladder::goes_on;
pub(super) use meaning::{Meaning, Note, Wanted};
pub(super) use outcomes::listed_outcomes;
pub(super) use patterns::Forms;
pub(super) use pieces::pieces;
pub(super) use route::Route;
pub(super) use rows::{Rows, rows_of};
pub(super) use rules::Rule;
pub(super) use tails::without_brackets;
pub(super) use turns::in_turn;

use super::condition::Reader;
use super::people::people;
use super::when;
use super::words::tokens;
use super::world::Said;

/// The most words of a sentence that is read.
const LONGEST: usize = 120;

/// Returns what a statement is for. A sentence that says nothing as a whole may say several things
/// one after the other.
pub(super) fn meaning(said: &Said, reader: &Reader<'_>) -> Meaning {
    reader.begin();
    if said.text.split_whitespace().count() > LONGEST || remarks::is_of_others(&said.text, reader) {
        return Meaning::default();
    }
    if reader.forms.lists_outcomes(said.number) {
        return Meaning {
            waived: Some("lists the outcomes"),
            ..Meaning::default()
        };
    }
    let said = &Said {
        text: reader.plain(&said.text),
        ..said.clone()
    };
    if let Some(merged) = apart(said, reader) {
        return merged;
    }
    let whole = part(said, reader);
    let is_judged = matches!(whole.rules.as_slice(), [Rule::Judged(_)]);
    if !whole.is_open() && !whole.says_more && !is_judged {
        return whole;
    }
    let (is_open, before) = (whole.is_open() || is_judged, whole);
    let read = by_parts(said, before, reader);
    let is_read = !read.is_open() && !read.says_more;
    if !is_open || is_read && !matches!(read.rules.as_slice(), [Rule::Judged(_)]) {
        return read;
    }
    freely::freely(said, reader).unwrap_or(read)
}

/// Returns what the parts of a sentence are for, where it says nothing as a whole; the whole where
/// they say no more.
fn by_parts(said: &Said, whole: Meaning, reader: &Reader<'_>) -> Meaning {
    if !whole.is_open() && !whole.says_more {
        return whole;
    }
    let kept = skips::without_blanks(&said.text);
    let is_kept = kept.len() < said.text.len();
    for main in tails::mains(&kept, reader) {
        let text = main.to_owned();
        let one = part(
            &Said {
                text,
                ..said.clone()
            },
            reader,
        );
        // What keeps in what has no value is said of what is left out.
        let is_one = !is_kept || one.skip.is_some();
        if is_one && !one.is_open() && !one.says_more && one.waived.is_none() {
            return one;
        }
    }
    let parts = sentences(&said.text);
    if parts.len() < 2 {
        return whole;
    }
    let mut merged = Meaning::default();
    for text in parts {
        if merged.skip.is_some() && remarks::keeps_in(text) {
            continue;
        }
        let one = part(
            &Said {
                text: text.to_owned(),
                ..said.clone()
            },
            reader,
        );
        merged.says_more |= one.says_more || one.is_open();
        merged.add(one);
    }
    // Half of what a sentence says is no better than the whole half read.
    if merged.says_more { whole } else { merged }
}

/// Reads sentences that a semicolon joins, where each says something of which rows there are: "take the
/// new ones; anything approved is done with".
fn apart(said: &Said, reader: &Reader<'_>) -> Option<Meaning> {
    let parts: Vec<&str> = said.text.split("; ").collect();
    let goes_on = |part: &&str| ["or ", "and if "].iter().any(|w| part.starts_with(w));
    if parts.len() < 2 || parts.iter().any(goes_on) {
        return None;
    }
    let mut merged = Meaning::default();
    for text in parts {
        let text = text.trim().to_owned();
        if merged.skip.is_some() && remarks::keeps_in(&text) {
            continue;
        }
        let one = part(
            &Said {
                text,
                ..said.clone()
            },
            reader,
        );
        let chooses = one.only.is_some() || one.skip.is_some() || one.waived.is_some();
        if !chooses || one.says_more || !one.rules.is_empty() || !one.outputs.is_empty() {
            return None;
        }
        merged.add(one);
    }
    (!merged.is_open()).then_some(merged)
}

fn part(said: &Said, reader: &Reader<'_>) -> Meaning {
    let mut meaning = first_meaning(said, reader);
    meaning.says_more = says_more(&said.text, &meaning, reader);
    meaning
}

/// Does a sentence hold an exception, a condition or a choice of rows that was not read?
fn says_more(text: &str, meaning: &Meaning, reader: &Reader<'_>) -> bool {
    let lower = text.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|w| lower.contains(w));
    // "Every first Monday we check …" says when it runs, whatever else was read of it.
    if meaning.when.is_none() && meaning.only.is_some() && when::is_said(text) {
        return true;
    }
    if meaning.otherwise.is_some() && !meaning.rules.is_empty() {
        return false;
    }
    if meaning.otherwise.is_some() {
        return ladder::so_are(text).is_some()
            || has(&[" except", " unless ", " although ", " but ", " if "]);
    }
    if let (Some(_), None, true) = (&meaning.when, &meaning.only, meaning.outputs.is_empty()) {
        // "Runs daily on …" says what it runs on.
        let cases = crate::drafter::words::stems(&reader.cases.short().replace('_', " "));
        let rows = [
            " on ",
            " for ",
            " over ",
            " through ",
            " at ",
            " all ",
            " every ",
        ]
        .iter()
        .filter_map(|word| text.split_once(word))
        .flat_map(|(_, rest)| crate::drafter::words::stems(rest));
        if rows::names_all(text, reader) {
            return false;
        }
        return rows.into_iter().any(|word| cases.contains(&word))
            || has(&[" within ", " that are ", " that have "]);
    }
    // "Put the level in the field, and end with a table": of two requests both have to be read.
    if meaning.outputs.len() == 1 && SECOND.is_match(text) {
        return true;
    }
    // An exception to an output, or a second one on a condition of its own, is not read.
    let second = lower
        .split_once(", and ")
        .is_some_and(|(_, rest)| rest.contains(" if ") || rest.contains(" when "));
    // A level that is excepted is read where the output is made.
    let excepts = [", but leave", ", but not for", "except for", "apart from"]
        .iter()
        .find_map(|word| lower.split_once(word));
    if let Some((_, rest)) = excepts
        && reader.forms.label.is_match(rest)
    {
        return false;
    }
    !meaning.outputs.is_empty() && (second || has(&[" except", " unless ", ", but "]))
}

fn first_meaning(said: &Said, reader: &Reader<'_>) -> Meaning {
    let text = said.text.trim();
    let lower = text.to_lowercase();
    let mut meaning = Meaning {
        when: when::read(text).filter(|_| TIMED.is_match(text) && !signs::is_of_a_person(text)),
        ..Meaning::default()
    };
    if reader.forms.stays.is_match(text)
        || reader.forms.needs_nothing.is_match(text)
        || blanks::leaves_alone(&lower, reader)
    {
        meaning.waived = Some("nothing changes");
        return meaning;
    }
    meaning.waived = remarks::changes_nothing(text)
        .or_else(|| blanks::meets_nothing(text, reader))
        .or_else(|| remarks::behind_exclusion(text, reader));
    if meaning.waived.is_some() {
        meaning.when = None;
        return meaning;
    }
    if blanks::counts_apart(text, reader) {
        meaning.waived = Some("a value stands for itself alone");
        return meaning;
    }
    if text == crate::drafter::grid::HEADING
        || text == crate::drafter::structure::LED
        || text == crate::drafter::pairs::PAIRED
        || introduces(text)
        || reader.leads(text)
    {
        meaning.waived = Some("introduces what follows");
        return meaning;
    }
    if rows::tells_rows(text) {
        meaning.waived = Some("says what a row is");
        return meaning;
    }
    if reader.defines_word(text) {
        meaning.waived = Some("says what a word means");
        return meaning;
    }
    if reader.counts_days(text).is_some() {
        meaning.waived = Some("says how days are counted");
        return meaning;
    }
    if reader.limits_rows(text) {
        meaning.waived = Some("carried out wherever such rows are counted");
        return meaning;
    }
    meaning.defined = definition::defined(text, reader);
    if meaning.defined.is_some() {
        return meaning;
    }
    if let Some(blank) = blanks::blank(text, reader) {
        return blank;
    }
    meaning.rules = ladder::further(text, reader);
    if !meaning.rules.is_empty() {
        return meaning;
    }
    let forms = &reader.forms;
    let rest = forms
        .otherwise
        .captures(text)
        .or_else(|| forms.otherwise_last.captures(text))
        .or_else(|| forms.rest_last.captures(text));
    if let Some(found) = rest {
        meaning.otherwise = found.get(1).map(|m| label(m.as_str()));
        if let (Some(level), Some((_, besides))) = (&meaning.otherwise, ladder::so_are(text)) {
            let rule = ladder::besides(besides, level, reader);
            meaning.rules.extend(rule);
        }
        return meaning;
    }
    if let Some(read) = skips::left_out(said, reader).filter(|_| !reader.hangs_on_level(text)) {
        meaning.skip = Some(read);
        return meaning;
    }
    if HIGHER.is_match(text) && tokens(text).len() <= 16 {
        meaning.higher = true;
        return meaning;
    }
    meaning.newest = newest::newest(text, reader);
    if meaning.newest.is_some() {
        return meaning;
    }
    meaning.instead = instead(text, reader);
    meaning.default = default(text, reader);
    meaning.unless = UNLESS
        .captures(text)
        .and_then(|found| reader.read(&found[1]));
    if meaning.instead.is_some() || meaning.default.is_some() || meaning.unless.is_some() {
        return meaning;
    }
    // Whom it goes to instead is not known: what the sentence asks for is no output of its own.
    if INSTEAD_OF.is_match(text) && lower.contains("instead") {
        return meaning;
    }
    if let Some(found) = MAIL_GOES_TO.captures(text) {
        let named = people(&found[1], reader);
        let instead = found
            .get(2)
            .and_then(|m| people(m.as_str(), reader).into_iter().next());
        meaning.addressee = named.into_iter().next().map(|person| match instead {
            Some(other) if other.address != person.address => {
                format!("coalesce({}, {})", person.address, other.address)
            }
            _ => person.address,
        });
        if meaning.addressee.is_some() {
            return meaning;
        }
    }
    meaning.outputs = outputs(&lower, text, reader);
    // "But if …" of a level that was said right before is no rule for the others.
    let is_of_level = lower.starts_with("but ") && reader.hangs_on_level(text);
    if !(forbids::forbids_for(&lower) || is_of_level) {
        meaning.rules = rules::rules(text, !meaning.outputs.is_empty(), reader);
    }
    if !meaning.rules.is_empty() {
        meaning.outputs.clear();
        return meaning;
    }
    meaning.note = note(text, reader);
    if meaning.note.is_some() {
        meaning.outputs.clear();
        return meaning;
    }
    meaning.route = route::route(text, reader);
    meaning.top = top(text);
    if meaning.outputs.is_empty() {
        let is_free = meaning.is_open();
        let chosen = rows::chosen(said, is_free, reader);
        meaning.only = chosen.filter(|read| !remarks::asks_for_outcome(text, read, reader));
        let begins = lower.trim_start_matches("and ");
        meaning.also = begins.starts_with("also take ") || begins.starts_with("plus ");
    }
    if meaning.is_open()
        || (meaning.when.is_some() && meaning.only.is_none() && meaning.outputs.is_empty())
    {
        meaning.judgement = judges(&lower) && meaning.when.is_none();
    }
    if meaning.is_open() {
        meaning.waived = background(said, &lower);
    }
    meaning
}

pub(super) fn label(text: &str) -> String {
    text.trim_matches(['"', '“', '”'])
        .trim()
        .to_lowercase()
        .replace([' ', '-'], "_")
}
