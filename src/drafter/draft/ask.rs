//! Questions about sentences that say which rows there are, and were not read: one of them, left
//! out, spoils every row.

use crate::drafter::condition::Reader;
use crate::drafter::statement::{Meaning, Rows, rows_of};
use crate::drafter::world::{Said, World};

/// The most such questions that are asked.
const ASKED: usize = 3;

/// The most columns that a question names.
const NAMED: usize = 12;

/// Returns the question which rows a statement means.
fn question(said: &Said) -> String {
    let number = said.number;
    match rows_of(&said.text) {
        Some(Rows::LeftOut) => format!(
            "Which rows does statement {number} leave out? Say it with a column and a value, or “skip” to leave it to people."
        ),
        _ => format!(
            "Which rows does statement {number} take? Say it with a column and a value, or “skip” to leave it to people."
        ),
    }
}

/// Returns the questions about statements that say which rows there are, each with why it is asked.
pub(in crate::drafter) fn questions(
    open: &[Said],
    table: &str,
    world: &World,
) -> Vec<(String, String)> {
    let columns = world.tables.iter().find(|t| t.name == table);
    let columns = columns.map(|t| {
        let names: Vec<&str> = t.columns.keys().take(NAMED).map(String::as_str).collect();
        format!("\nColumns of {table}: {}", names.join(", "))
    });
    let columns = columns.unwrap_or_default();
    open.iter()
        .filter(|said| rows_of(&said.text).is_some())
        .take(ASKED)
        .map(|said| {
            let why = format!("“{}” could not be read.{columns}", said.text);
            (question(said), why)
        })
        .collect()
}

/// Returns what a statement is for, an unread one by what was answered about it.
pub(super) fn answered(said: &Said, meaning: Meaning, reader: &Reader<'_>) -> Meaning {
    let Some(rows) = rows_of(&said.text).filter(|_| meaning.is_open()) else {
        return meaning;
    };
    let answer = reader.world.answer(&question(said));
    let Some(read) = answer.and_then(|answer| reader.read(answer)) else {
        return meaning;
    };
    match rows {
        Rows::LeftOut => Meaning {
            skip: Some(read),
            ..Meaning::default()
        },
        Rows::Taken => Meaning {
            only: Some(read),
            ..Meaning::default()
        },
    }
}
