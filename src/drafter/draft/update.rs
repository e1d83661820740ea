//! Fields of records that a statement asks to set.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Map, Value as Json, json};

use super::capital;
use crate::drafter::condition::Reader;
use crate::drafter::pattern::pattern;
use crate::drafter::words::{stem, stems, tokens};
use crate::drafter::world::{Column, Said, Table, fit};

/// "Set the stage to what it came out as", "update the health with the level".
static SET_TO: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:set|change|update|switch|move|mark|put) (?:the |its |their |his |her )?(.+?) (?:to|with|as) (.+?)(?:, but .+|, except .+|; .+)?\.?$",
    )
});
/// "Write the level into the risk field".
static WRITE_INTO: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:write|record|log|save|put|enter|store|note)s? (?:the |its |their )?(.+?) (?:in|into|on|to|back to|back into) (?:the |its |their )?(.+?)(?:: .+|, and .+|, but .+)?\.?$",
    )
});
/// "Set the tier on every account": what was decided, since nothing else is said.
static SET_ALONE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)\b(?:set|update|fill in) (?:the |its |their )?(.+?)(?: (?:on|for|of) .+)?\.?$")
});
/// "The colour also goes into the rating".
static GOES_INTO: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:the |its )?(level|colou?r|rating|outcome|result|priority|stage|tier|grade|risk|severity)(?: also)? (?:goes|is written|is recorded|is put|gets written) (?:in|into|on|to) (?:the |its )?(.+?)\.?$",
    )
});

/// Returns the update that a statement asks for, if its field and its value are known.
pub(super) fn update(said: &Said, reader: &Reader<'_>, labels: &[String]) -> Option<Json> {
    let text = said.text.trim();
    // A second field that is asked for in the same breath is not read.
    static SECOND: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"(?i),? and (?:also )?(?:fill|set|log|write|put|add|update|change|note|record) ")
    });
    if SECOND.is_match(text) && SET_TO.is_match(text) {
        return None;
    }
    let set = || {
        let found = SET_TO.captures(text)?;
        Some((found[1].to_owned(), found[2].to_owned()))
    };
    let written = || {
        let found = GOES_INTO
            .captures(text)
            .or_else(|| WRITE_INTO.captures(text))?;
        Some((found[2].to_owned(), found[1].to_owned()))
    };
    let alone = || {
        let found = SET_ALONE.captures(text)?;
        Some((found[1].to_owned(), "the level".to_owned()))
    };
    let asked = set().or_else(written).or_else(alone);
    let (table, column, value) = match asked {
        Some((field, value)) => {
            let (table, column) = target(&field, reader).or_else(|| usual(text, reader))?;
            (table, column, value)
        }
        None => {
            let (table, column) = usual(text, reader)?;
            (table, column, text.to_owned())
        }
    };
    let about = table.columns.get(&column)?;
    let value = literal(&value, about).or_else(|| decided(&value, about, labels, reader))?;
    let key = table.key()?;
    let mut by = Map::new();
    let named = crate::drafter::draft::refers(reader.cases, table).unwrap_or(key);
    by.insert(
        key.to_owned(),
        json!(format!("{{{{ {}.{named} }}}}", reader.item)),
    );
    let mut set = Map::new();
    set.insert(column, json!(value));
    Some(json!({"kind": "update", "approval": "required", "in": table.name, "key": by, "set": set}))
}

/// Returns the field that words name: of the case, or of the one row of another table.
fn target<'r>(words: &str, reader: &'r Reader<'_>) -> Option<(&'r Table, String)> {
    let said = stems(words);
    let tables = std::iter::once(reader.cases).chain(reader.parents());
    let fields = tables.filter(|t| t.writable).flat_map(|table| {
        let columns = table.columns.keys().filter(|name| !name.ends_with("_id"));
        columns.map(move |name| (table, name))
    });
    fields
        .map(|(table, name)| (fit(name, &said), table, name))
        .filter(|(fits, ..)| *fits >= 0.5)
        // Of equals the one of most words ("reference status"), then the case's own.
        .reduce(|best, one| {
            let words = |name: &str| name.split('_').count();
            let is_better = one.0 > best.0 || (one.0 == best.0 && words(one.2) > words(best.2));
            if is_better { one } else { best }
        })
        .map(|(_, table, name)| (table, name.clone()))
}

/// Returns the field for a level where none is named.
fn usual<'r>(text: &str, reader: &'r Reader<'_>) -> Option<(&'r Table, String)> {
    let table = reader.cases;
    let words = stems(text);
    let is_target = |name: &&String| {
        ["level", "risk", "priority", "tier", "flag"]
            .iter()
            .any(|w| name.contains(w))
    };
    let column = table
        .columns
        .keys()
        .filter(is_target)
        .max_by(|a, b| fit(a, &words).total_cmp(&fit(b, &words)))?;
    table.writable.then(|| (table, column.clone()))
}

/// Returns a value that is said as it stands: one that the column holds, a quoted one, today.
fn literal(words: &str, column: &Column) -> Option<String> {
    let lower = words.to_lowercase();
    if ["today", "today's date", "the current date", "the date"].contains(&lower.trim()) {
        return Some("{{ today() }}".to_owned());
    }
    let quoted = words.split(['"', '“', '”']).nth(1).map(str::trim);
    let bare = quoted.unwrap_or(words).trim();
    let held = column.values.iter().find(|v| v.eq_ignore_ascii_case(bare));
    held.map(String::as_str)
        .or(quoted)
        .filter(|value| !value.contains(['{', '}']))
        .map(str::to_owned)
}

/// Returns a label as the SOP writes it within its sentences.
fn as_written(label: &str, reader: &Reader<'_>) -> Option<String> {
    let words = label.replace('_', " ");
    let statements = reader.world.statements.iter();
    statements.into_iter().find_map(|said| {
        let lower = said.text.to_lowercase();
        let at = lower
            .match_indices(&words)
            .map(|(at, _)| at)
            .find(|at| *at > 0)?;
        let found = said.text.get(at..at + words.len())?;
        let bounded = |c: Option<char>| !c.is_some_and(char::is_alphanumeric);
        let is_whole = bounded(said.text[..at].chars().next_back())
            && bounded(said.text[at + words.len()..].chars().next());
        (is_whole && lower.len() == said.text.len()).then(|| found.to_owned())
    })
}

/// Returns what was decided for the case, as the column writes it.
fn decided(words: &str, column: &Column, labels: &[String], reader: &Reader<'_>) -> Option<String> {
    const DECIDED: [&str; 16] = [
        "level", "outcome", "result", "rating", "colour", "color", "whatever", "stage", "tier",
        "priority", "risk", "grade", "match", "severity", "decision", "category",
    ];
    let said = tokens(words);
    // "Put hot, warm or cool in …" names what was decided.
    let spoken = format!(" {} ", said.join(" "));
    let named = labels
        .iter()
        .filter(|l| spoken.contains(&format!(" {} ", l.replace('_', " "))));
    let names_levels = named.count() > 1;
    let is_decided = said.iter().any(|w| DECIDED.contains(&w.as_str())) || names_levels;
    if labels.is_empty() || !is_decided {
        return None;
    }
    let spelled = |label: &String| {
        let own: Vec<String> = label.split('_').map(stem).collect();
        let held = column.spoken.iter().find(|(_, words)| {
            let words: Vec<String> = words.iter().map(|w| stem(w)).collect();
            words == own
        });
        held.map(|(value, _)| (label.clone(), value.clone()))
    };
    let mut known: Vec<(String, String)> = labels.iter().filter_map(spelled).collect();
    let is_known = |known: &[(String, String)], label: &String| {
        label == "none" || known.iter().any(|(own, _)| own == label)
    };
    // "To accepted, rejected or needs info, to match": which is which, the SOP does not say.
    let named = column.values.iter().filter(|v| words.contains(v.as_str()));
    if named.count() > 1 && !labels.iter().all(|label| is_known(&known, label)) {
        return None;
    }
    if known.is_empty() {
        let written = |label: &String| Some((label.clone(), as_written(label, reader)?));
        known.extend(labels.iter().filter_map(written));
    }
    // What no row holds yet is written like what some do.
    let is_capital = |(_, value): &(String, String)| value.starts_with(char::is_uppercase);
    if known.iter().any(is_capital) {
        for label in labels {
            if !is_known(&known, label) {
                let written = as_written(label, reader);
                let written = written.filter(|written| written.starts_with(char::is_uppercase));
                let written = written.unwrap_or_else(|| capital(&label.replace('_', " ")));
                known.push((label.clone(), written));
            }
        }
    }
    // Written as the column writes its values.
    let differing = known.iter().filter(|(label, value)| label != value);
    let chosen = differing
        .rev()
        .fold("result.level".to_owned(), |rest, (label, value)| {
            format!("'{value}' if result.level == '{label}' else {rest}")
        });
    Some(format!("{{{{ {chosen} }}}}"))
}
