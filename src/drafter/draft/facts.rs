//! The facts that a text tells: those that a statement names, else the first ones of the case.

use super::super::condition::Reader;
use super::super::words::{plain_stem, stem, stems, tokens};
use super::super::world::{Said, Table};
use super::capital;

/// How many columns a text tells where the statement names none.
const UNNAMED: usize = 8;

/// Returns the facts that a statement asks for as lines of a text; nothing if it names none.
pub(super) fn named(said: &Said, reader: &Reader<'_>) -> Option<String> {
    let list = list_in(&said.text)?;
    let lines: Vec<String> = pieces(list)
        .into_iter()
        .filter_map(|piece| line(piece, reader))
        .collect();
    // One word alone ("with it") is no list of facts.
    (lines.len() > 1).then(|| lines.concat())
}

/// Returns the part of a list of facts that asks for judgement: "anything worrying from the calls".
pub(super) fn judged(said: &Said) -> Option<String> {
    let parts = pieces(list_in(&said.text)?);
    let asked = parts.into_iter().find(|piece| {
        let lower = piece.to_lowercase();
        ["anything ", "whatever "]
            .iter()
            .any(|w| lower.starts_with(w))
    })?;
    Some(format!("Say in two sentences: {asked}."))
}

/// Returns the first facts of a case as lines of a text.
pub(super) fn usual(reader: &Reader<'_>) -> String {
    let told = reader.cases.columns.iter().filter(|(name, c)| {
        !name.ends_with("email")
            && !name.ends_with("_id")
            && *name != "name"
            && c.kind != "list"
            && c.kind != "object"
    });
    told.take(UNNAMED)
        .map(|(name, _)| column_line(name, reader))
        .collect()
}

fn column_line(name: &str, reader: &Reader<'_>) -> String {
    let words = capital(&name.replace('_', " "));
    format!("{words}: {{{{ {}.{name} }}}}\n", reader.item)
}

/// Returns the part of a sentence that lists facts: behind a colon, "with" or "including".
fn list_in(text: &str) -> Option<&str> {
    let text = text.trim_end_matches(['.', '!']);
    [": ", " with ", " including ", " with: "]
        .iter()
        .filter_map(|mark| text.rfind(mark).map(|at| &text[at + mark.len()..]))
        .min_by_key(|rest| rest.len())
}

fn pieces(list: &str) -> Vec<&str> {
    list.split([',', ';'])
        .flat_map(|piece| piece.split(" and "))
        .map(|piece| piece.trim().trim_start_matches("and "))
        .filter(|piece| !piece.is_empty())
        .collect()
}

/// Returns the line of a text that tells one fact.
fn line(piece: &str, reader: &Reader<'_>) -> Option<String> {
    let said = stems(piece);
    let others = reader
        .world
        .tables
        .iter()
        .filter(|t| t.name != reader.cases.name && reader.is_joined(t));
    for table in others {
        if let Some(line) = row_line(piece, &said, table) {
            return Some(line);
        }
    }
    if let Some(figure) = reader.figure_named(&said) {
        return Some(told(piece, &figure));
    }
    if let Some(entity) = entity(piece, reader) {
        return entity.map(|value| told(piece, &value));
    }
    let own = column_for(reader.cases, piece);
    let parent = reader
        .parents()
        .find_map(|table| Some((table, column_for(table, piece)?)));
    match (own, parent) {
        (Some((fits, _)), Some((table, (fits_more, other)))) if fits_more > fits => {
            Some(told(piece, &of_parent(table, other)))
        }
        (Some((_, column)), _) => Some(column_line(column, reader)),
        (None, Some((table, (_, column)))) => Some(told(piece, &of_parent(table, column))),
        (None, None) => None,
    }
}

/// Returns the column that words name, and how well they do: every word that weighs anything has
/// to be in its name, the word itself rather than one that means the same.
pub(super) fn column_for<'t>(table: &'t Table, words: &str) -> Option<(f64, &'t String)> {
    let words = tokens(words);
    let by_word = best_column(table, &words, plain_stem);
    by_word.or_else(|| best_column(table, &words, stem))
}

fn best_column<'t>(
    table: &'t Table,
    words: &[String],
    stem_of: fn(&str) -> String,
) -> Option<(f64, &'t String)> {
    const LIGHT: [&str; 22] = [
        "the", "of", "a", "an", "its", "their", "our", "and", "is", "was", "it", "they", "date",
        "on", "at", "how", "many", "much", "number", "what", "when", "in",
    ];
    let said: Vec<String> = words
        .iter()
        .filter(|w| !LIGHT.contains(&w.as_str()))
        .map(|w| stem_of(w))
        .collect();
    let asks_when = words
        .iter()
        .any(|w| matches!(w.as_str(), "date" | "when" | "since" | "day"));
    let found = table.columns.iter().filter_map(|(name, column)| {
        let own: Vec<String> = name
            .split(['_', ' ', '-'])
            .filter(|w| {
                !matches!(
                    *w,
                    "id" | "date" | "at" | "on" | "is" | "usd" | "eur" | "pct"
                )
            })
            .map(stem_of)
            .collect();
        let all_said = !said.is_empty() && said.iter().all(|word| own.contains(word));
        // "Order" names the order, not the day of it.
        let is_date = matches!(column.kind.as_str(), "date" | "time");
        let is_day = asks_when || said.len() > 1 || !name.ends_with("_date") || own.len() > 1;
        let fits = said.len() as f64 / own.len().max(1) as f64;
        (all_said && fits >= 0.5 && !name.ends_with("_id") && (!is_date || is_day))
            .then_some((fits, name))
    });
    found.max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.len().cmp(&a.1.len())))
}

/// Returns what a row is called, where words name nothing but it: "the customer", "order".
fn entity(words: &str, reader: &Reader<'_>) -> Option<Option<String>> {
    let said = stems(words);
    let names = |table: &Table| {
        let own = stems(&table.short().replace('_', " "));
        let last = own.last().cloned();
        !said.is_empty() && (said == own || last.is_some_and(|last| said == [last]))
    };
    if names(reader.cases) {
        let key = reader.cases.key()?;
        return Some(Some(format!("{}.{key}", reader.item)));
    }
    let parent = reader.parents().find(|table| names(table));
    if let Some(table) = parent {
        let called = table.columns.keys().find(|name| name.ends_with("name"));
        let called = called.map(String::as_str).or(table.key());
        return Some(called.map(|column| of_parent(table, column)));
    }
    // What has a table of its own is none of the case's columns, but for its name.
    let is_own = best_column(reader.cases, &tokens(words), plain_stem).is_some();
    (!is_own && reader.world.tables.iter().any(names)).then_some(None)
}

fn of_parent(table: &Table, column: &str) -> String {
    format!("({} | first).{column}", table.short())
}

fn told(piece: &str, expression: &str) -> String {
    let what = piece
        .trim_start_matches("the ")
        .trim_start_matches("their ");
    let what = what.replace(['{', '}'], "");
    format!("{}: {{{{ {expression} }}}}\n", capital(what.trim()))
}

/// Returns the columns of a list that a statement names, with those it names in vain.
pub(super) fn columns(said: &Said, reader: &Reader<'_>) -> (Vec<(String, String)>, Vec<String>) {
    let (mut found, mut lacking) = (Vec::new(), Vec::new());
    let Some((_, list)) = said.text.rsplit_once(": ") else {
        return (found, lacking);
    };
    for piece in pieces(list.trim_end_matches('.')) {
        let what = piece.trim_start_matches("the ");
        if ["first", "top", "by ", "sorted", "last"]
            .iter()
            .any(|w| what.ends_with(w) || what.starts_with(w))
        {
            continue;
        }
        const LEVELS: [&str; 10] = [
            "level", "outcome", "stage", "priority", "result", "decision", "rating", "tier",
            "colour", "color",
        ];
        let is_column = reader
            .parents()
            .chain([reader.cases])
            .any(|table| table.columns.contains_key(what));
        if LEVELS.iter().any(|level| what.ends_with(level)) && !is_column {
            found.push((capital(what), "{{ case.result.level }}".to_owned()));
        } else if what.ends_with("reason") || what == "why" {
            found.push((capital(what), "{{ case.result.reason }}".to_owned()));
        } else if let Some(entity) = entity(what, reader) {
            match entity.filter(|value| value.starts_with(&format!("{}.", reader.item))) {
                Some(_) => found.push((capital(what), "{{ case.key }}".to_owned())),
                None => lacking.push(what.to_owned()),
            }
        } else if let Some((_, column)) = column_for(reader.cases, what) {
            found.push((capital(what), format!("{{{{ case.item.{column} }}}}")));
        } else {
            lacking.push(what.to_owned());
        }
    }
    (found, lacking)
}

/// Returns a line about rows of another table: those with a value that is named ("the economic
/// buyer"), or all of them ("the contacts").
fn row_line(piece: &str, said: &[String], table: &Table) -> Option<String> {
    let shown = ["name", "full_name", "subject", "title"]
        .iter()
        .find_map(|name| table.columns.get_key_value(*name))
        .map(|(name, _)| name)?;
    if let Some((source, read)) = super::super::condition::value_in(table, piece)
        && read > 1
    {
        return Some(format!(
            "{}: {{{{ {} | where(\"{source}\") | map(attribute='{shown}') | join(', ') or '(not known)' }}}}\n",
            capital(piece.trim_start_matches("who ").trim_start_matches("the ")),
            table.short(),
        ));
    }
    let own = stems(&table.short().replace('_', " "));
    let is_named = own.iter().all(|word| said.contains(word)) && piece.contains(table.short());
    is_named.then(|| {
        format!(
            "{}: {{{{ {} | map(attribute='{shown}') | join(', ') or '(none)' }}}}\n",
            capital(&table.short().replace('_', " ")),
            table.short()
        )
    })
}

/// Does a sentence only ask for a look at something: "check the open tickets"?
pub(super) fn reads(text: &str) -> bool {
    let lower = text.to_lowercase();
    let first = lower
        .trim_start_matches("please ")
        .trim_start_matches("then ")
        .trim_start_matches("now ")
        .trim_start_matches("we ")
        .trim_start_matches("i ")
        .split(|c: char| !c.is_alphabetic())
        .next()
        .unwrap_or_default();
    let looks = [
        "check", "look", "read", "pull", "count", "see", "use", "open", "get", "compare", "go",
        "review",
    ]
    .contains(&first);
    // A condition or a consequence asks for more than a look.
    looks
        && ![" if ", " when ", " remind", " mention"]
            .iter()
            .any(|w| lower.contains(w))
}
