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
    let own = column_for(reader.cases, &said);
    let parent = reader.parents().find_map(|table| {
        let column = column_for(table, &said).or_else(|| name_of(table, &said))?;
        Some((table, column))
    });
    match (own, parent) {
        (Some((fits, _)), Some((table, (fits_more, other)))) if fits_more > fits => {
            Some(told(piece, &of_parent(table, other)))
        }
        (Some((_, column)), _) => Some(column_line(column, reader)),
        (None, Some((table, (_, column)))) => Some(told(piece, &of_parent(table, column))),
        (None, None) => None,
    }
}

/// Returns the column that words name, and how well they do.
pub(super) fn column_for<'t>(table: &'t Table, said: &[String]) -> Option<(f64, &'t String)> {
    let columns = table.columns.keys();
    columns
        .map(|name| (fit(name, said), name))
        .filter(|(fits, name)| *fits >= 0.5 && !name.ends_with("_id"))
        .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.len().cmp(&a.1.len())))
}

/// Returns the column that says what a row is called, where words name the row: "the customer".
fn name_of<'t>(table: &'t Table, said: &[String]) -> Option<(f64, &'t String)> {
    let own = stems(&table.short().replace('_', " "));
    if own.is_empty() || !own.iter().any(|word| said.contains(word)) {
        return None;
    }
    let named = table.columns.keys().find(|name| name.ends_with("name"))?;
    Some((0.5, named))
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
        if LEVELS.iter().any(|level| what.ends_with(level)) {
            found.push((capital(what), "{{ case.result.level }}".to_owned()));
        } else if what.ends_with("reason") || what == "why" {
            found.push((capital(what), "{{ case.result.reason }}".to_owned()));
        } else if let Some((_, column)) = column_for(reader.cases, &stems(what)) {
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
