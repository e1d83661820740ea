//! The facts that a text tells: those that a statement names, else the first ones of the case.

use super::super::condition::Reader;
use super::super::words::stems;
use super::super::world::{Said, Table, fit};
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
    let own = reader
        .cases
        .columns
        .keys()
        .map(|name| (fit(name, &said), name))
        .filter(|(fits, name)| *fits >= 0.5 && !name.ends_with("_id"))
        .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.len().cmp(&a.1.len())));
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
    own.map(|(_, name)| column_line(name, reader))
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
