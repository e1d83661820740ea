//! What makes a reading doubtful: a sentence that was read as something which leaves out what it plainly
//! says stays open.

use std::sync::LazyLock;

use regex::Regex;

use crate::drafter::condition::{Read, Reader};
use crate::drafter::pattern::pattern;
use crate::drafter::statement::{Meaning, Rule};
use crate::drafter::words::stems;
use crate::drafter::world::Said;

/// What denies something.
static DENIES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)\b(?:not|no|never|none|nobody|nothing|without|neither|nor|cannot)\b|n['’]t\b")
});
/// What an expression denies with.
static DENIED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"\bnot\b|!=|\bis missing\b|\bis known\b|[<>]|== (?:0|false|'no'|'No'|'N'|'n')")
});

/// Is what was read of a sentence doubtful?
pub(super) fn is_doubtful(said: &Said, meaning: &Meaning, reader: &Reader<'_>) -> bool {
    let text = &said.text;
    match (&meaning.only, &meaning.skip) {
        (Some(only), None) => loses_denial(text, only) || is_of_others(text, only, reader),
        // What is left to a model of a sentence may be what it denies.
        (None, None) => meaning.rules.iter().all(|rule| {
            let Rule::When(_, when) = rule else {
                return false;
            };
            loses_denial(&reader.forms.without_labels(text), when)
        }) && !meaning.rules.is_empty(),
        _ => false,
    }
}

/// Does a sentence deny something of which the expression says nothing, where it names what the expression is
/// about?
fn loses_denial(text: &str, read: &Read) -> bool {
    // "A country that we don't sell to (Brazil, Japan)": what is denied only says which they are.
    static BESIDE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"(?i)\b(?:we|they|you)(?: (?:do|have|had|can|could|will|would))?(?:n['’]t| not| never)\b[^,;:()]* \([^()]*\)")
    });
    if DENIED.is_match(&read.source) {
        return false;
    }
    let text = BESIDE.replace_all(text, "");
    let named: Vec<String> = stems(&read.source.replace(['_', '.', '\''], " "));
    let mut clauses = text.split([',', ';', ':', '–', '—']);
    clauses.any(|clause| {
        DENIES.is_match(clause) && stems(clause).iter().any(|word| named.contains(word))
    })
}

/// Does an expression take cases by rows of a table of which the sentence does not speak?
fn is_of_others(text: &str, read: &Read, reader: &Reader<'_>) -> bool {
    let said = stems(text);
    let speaks = |name: &str| {
        let own = stems(&name.replace(['_', '-'], " "));
        own.iter().any(|word| said.contains(word))
    };
    let mut tables = reader.world.tables.iter();
    let is_counted = |name: &str| read.source.contains(&format!("any({name},"));
    read.columns.is_empty()
        && tables.any(|table| {
            let has = ["has ", "have ", "had ", "with "];
            let lower = text.to_lowercase();
            is_counted(table.short())
                && !speaks(table.short())
                && !has.iter().any(|word| lower.contains(word))
        })
}
