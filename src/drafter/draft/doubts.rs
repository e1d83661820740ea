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
        (Some(only), None) => {
            loses_denial(text, only)
                || is_of_others(text, only, reader)
                || never_holds(only, reader)
        }
        (None, None) if !meaning.rules.is_empty() => {
            let mut read = meaning.rules.iter().filter_map(Rule::condition);
            if hangs_on_another(text) || read.any(|read| never_holds(read, reader)) {
                return true;
            }
            // What is left to a model of a sentence may be what it denies.
            meaning.rules.iter().all(|rule| match rule {
                Rule::When(_, when) => loses_denial(&reader.forms.without_labels(text), when),
                _ => false,
            })
        }
        _ => false,
    }
}

/// Does a rule hang on what another sentence says: "… if it has not", "Above tolerance, …"?
fn hangs_on_another(text: &str) -> bool {
    static HANGS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)\bif (?:it|they|this|that|he|she) (?:has|have|is|are|does|do|did|was|were)(?: not|n['’]t)?[;,.]|^(?:above|below|within|beyond|outside|inside) (?:the |that |this )?[a-z]+,|\b(?:is|are|was|were) (?:no|not an?|not) (?:good )?(?:reason|ground|excuse|cause)s?\b|n['’]t an? (?:reason|ground|excuse|cause)\b",
        )
    });
    HANGS.is_match(text)
}

/// Does a sentence deny something of which the expression says nothing, where it names what the expression is
/// about?
fn loses_denial(text: &str, read: &Read) -> bool {
    // "A country that we don't sell to (Brazil, Japan)": what is denied only says which they are.
    static BESIDE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)\b(?:we|they|you)(?: (?:do|have|had|can|could|will|would))?(?:n['’]t| not| never)\b[^,;:()]* \([^()]*\)",
        )
    });
    static BRACKETS: LazyLock<Regex> = LazyLock::new(|| pattern(r" ?\([^()]*\)"));
    if DENIED.is_match(&read.source) {
        return false;
    }
    let named: Vec<String> = stems(&read.source.replace(['_', '.', '\''], " "));
    let names = |text: &str| stems(text).iter().any(|word| named.contains(word));
    let text = BESIDE.replace_all(text, "");
    // Brackets say what stands before them in other words where it says nothing by itself.
    let outside = BRACKETS.replace_all(&text, "");
    let text = if names(&outside) { outside } else { text };
    let mut clauses = text.split([',', ';', ':', '–', '—']);
    clauses.any(|clause| DENIES.is_match(clause) && names(clause))
}

/// Does a sentence go on in the next one: "…, and"?
pub(super) fn goes_on(text: &str) -> bool {
    let text = text.trim_end().trim_end_matches([',', ';']);
    [" and", " or", ", plus"]
        .iter()
        .any(|word| text.ends_with(word))
}

/// Does an expression ask of one value that it is two at once, or that it is missing and something?
fn never_holds(read: &Read, reader: &Reader<'_>) -> bool {
    static HELD: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r#"(?:any\((?P<table>\w+), ")?(?P<path>[\w.]+) (?:== (?P<value>'[^']*')|is missing)"#,
        )
    });
    if read.source.contains(" or ") || read.source.contains("not ") {
        return false;
    }
    let is_one = |table: &str| reader.parents().any(|parent| parent.short() == table);
    let mut held: Vec<(String, &str)> = Vec::new();
    for found in HELD.captures_iter(&read.source) {
        let table = found.name("table").map_or("", |table| table.as_str());
        // Of several rows each may hold another value.
        if !table.is_empty() && !is_one(table) {
            continue;
        }
        let path = format!("{table}.{}", &found["path"]);
        let value = found.name("value").map_or("", |value| value.as_str());
        if held
            .iter()
            .any(|(known, other)| *known == path && *other != value)
        {
            return true;
        }
        held.push((path, value));
    }
    false
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
