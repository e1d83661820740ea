//! What the owner has said: in answers, in notes, and to a plan that was not what they wanted.

use std::sync::LazyLock;

use regex::Regex;

use super::names::spelled_out;
use super::part::{Part, change, is_explicit, outcome_said, part, table_named};
use super::{LEVELS, SCOPE};
use crate::drafter::condition::Reader;
use crate::drafter::draft::singular;
use crate::drafter::pattern::pattern;
use crate::drafter::world::{Table, World};

/// Returns the parts of an answer.
fn pieces(answer: &str) -> Vec<&str> {
    let pieces = answer
        .split(['\n', ';'])
        .flat_map(|piece| piece.split(". "));
    pieces
        .map(|piece| {
            piece
                .trim()
                .trim_end_matches('.')
                .trim_matches(['“', '”', '"'])
        })
        .filter(|piece| !piece.is_empty())
        .collect()
}

/// Does an answer leave what was asked to people?
fn is_left(answer: &str) -> bool {
    answer.starts_with('(')
        || matches!(
            answer.trim().trim_end_matches('.').to_lowercase().as_str(),
            "skip" | "no" | "nothing" | "none" | ""
        )
}

/// Returns what was answered to a question; nothing if it was left.
fn answer<'w>(question: &str, world: &'w World) -> Option<&'w str> {
    world.answer(question).filter(|answer| !is_left(answer))
}

/// Returns how a question is asked again, for the first time, the second, …
pub(super) fn again_of(question: &str, round: usize) -> String {
    match round {
        1 => format!("Some of that could not be read: say it again, or “skip”. {question}"),
        _ => format!(
            "Some of that could still not be read (time {round}): say it again, or “skip”. {question}"
        ),
    }
}

/// Returns the sentences of answers that may define a figure.
pub(in crate::drafter::draft) fn defines(world: &World) -> Vec<String> {
    let asked = [SCOPE, LEVELS].map(str::to_owned).into_iter();
    let again = (1..=AGAIN).flat_map(|round| [SCOPE, LEVELS].map(|asked| again_of(asked, round)));
    let asked = asked.chain(again);
    let answers: Vec<&str> = asked.filter_map(|asked| answer(&asked, world)).collect();
    let notes = world.notes.lines().map(listed);
    let wishes = world.wishes.iter().map(String::as_str);
    answers
        .into_iter()
        .chain(wishes)
        .flat_map(pieces)
        .chain(notes)
        .map(str::to_owned)
        .collect()
}

fn listed(line: &str) -> &str {
    line.trim().trim_start_matches(['-', '*', ' '])
}

/// Returns the lines of the owner's notes that answer a question before it is asked: "out: …" and "take: …",
/// or "NAME: condition" of an outcome.
fn noted<'w>(question: &str, reader: &Reader<'w>) -> Vec<&'w str> {
    static TAGGED: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?i)^(?:take|in|out|leave out|rows): .|^drop \d+$"));
    let lines = reader.world.notes.lines().map(listed);
    let is_of_rows = |line: &str| {
        table_named(line).is_some() || pieces(line).iter().all(|piece| TAGGED.is_match(piece))
    };
    // "NAME: condition; NAME: condition" gives outcomes, whatever they are called.
    let gives = |line: &str| {
        let given = pieces(line).into_iter().filter(|piece| {
            let said = outcome_said(piece);
            said.is_some_and(|said| reader.stated(said).is_some())
        });
        !is_of_rows(line) && given.count() > 1
    };
    let is_meant = |line: &&str| match line.split_once(": ") {
        _ if question == SCOPE => !line.is_empty() && is_of_rows(line),
        Some(_) if gives(line) => true,
        Some((name, _)) => {
            let name = name.trim();
            let is_rest =
                ["otherwise", "else", "everything else"].contains(&name.to_lowercase().as_str());
            is_rest || reader.forms.labels_in(name) == [(0, name.len())]
        }
        None => false,
    };
    lines.filter(is_meant).collect()
}

/// Returns the table whose rows are the cases, where the owner has said so: "rows: contacts".
pub(in crate::drafter::draft) fn rows_named(world: &World) -> Option<&Table> {
    let notes = world.notes.lines().map(listed);
    let answered = answer(SCOPE, world).into_iter();
    let wishes = world.wishes.iter().map(String::as_str);
    let mut said = wishes.rev().chain(notes).chain(answered).flat_map(pieces);
    said.find_map(|piece| {
        let name = table_named(piece)?.to_lowercase();
        let mut tables = world.tables.iter();
        tables.find(|table| {
            let short = table.short().to_lowercase();
            name == table.name.to_lowercase() || name == short || name == singular(&short)
        })
    })
}

/// Does a line of the owner's notes answer a question?
pub(in crate::drafter::draft) fn is_answer(line: &str, reader: &Reader<'_>) -> bool {
    let answers = [SCOPE, LEVELS]
        .into_iter()
        .flat_map(|question| noted(question, reader));
    let line = listed(line).trim_end_matches('.');
    !line.is_empty() && answers.into_iter().any(|noted| noted.starts_with(line))
}

/// Returns the parts of what the owner says to a question: what was not read of it at first stands where it
/// stood, as it was said again.
pub(super) fn parts(question: &str, reader: &Reader<'_>) -> Vec<Part> {
    let mut parts = first_parts(question, reader);
    for round in 1..=AGAIN {
        let Some(again) = reader.world.answer(&again_of(question, round)) else {
            break;
        };
        if is_left(again) {
            for part in &mut parts {
                if let Part::Unread(text) = part {
                    *part = Part::Left(std::mem::take(text));
                }
            }
            break;
        }
        let again = read(pieces(again), question, reader);
        // Who says what the rest gets has said all of it again.
        match again.iter().any(|part| matches!(part, Part::Rest(_))) {
            true => {
                parts.retain(|part| !part.is_of_outcomes());
                parts.extend(again);
            }
            false => put_in_place(&mut parts, again),
        }
    }
    parts
}

fn read(pieces: Vec<&str>, question: &str, reader: &Reader<'_>) -> Vec<Part> {
    let pieces = spelled_out(pieces, &defines(reader.world), reader);
    let pieces = pieces.iter();
    pieces
        .map(|piece| part(piece, question == LEVELS, reader))
        .collect()
}

/// Puts what was said again in the place of what could not be read: of the same outcome, where it names one,
/// else of the first that is left.
fn put_in_place(parts: &mut Vec<Part>, mut again: Vec<Part>) {
    again.retain(|part| !parts.contains(part));
    let mut behind = parts.len();
    for part in again {
        let unread = |text: &str| match part.label() {
            Some(label) => text
                .to_lowercase()
                .replace([' ', '-'], "_")
                .starts_with(label),
            None => true,
        };
        let is_same = |known: &Part| matches!(known, Part::Unread(text) if unread(text));
        let is_any = |known: &Part| matches!(known, Part::Unread(_));
        let at = parts
            .iter()
            .position(is_same)
            .or_else(|| parts.iter().position(is_any));
        match at {
            Some(at) => {
                parts[at] = part;
                behind = at + 1;
            }
            None => {
                parts.insert(behind.min(parts.len()), part);
                behind += 1;
            }
        }
    }
}

/// Returns the parts of what the owner says to a question at first.
fn first_parts(question: &str, reader: &Reader<'_>) -> Vec<Part> {
    let answered = answer(question, reader.world)
        .map(pieces)
        .unwrap_or_default();
    let noted = noted(question, reader).into_iter().flat_map(pieces);
    read(noted.chain(answered).collect(), question, reader)
}

/// Returns the parts of what the owner said to a plan; nothing if it is no change to what was read.
pub(super) fn changes(wish: &str, reader: &Reader<'_>) -> Option<Vec<Part>> {
    let pieces = pieces(wish);
    let is_change = pieces.iter().any(|piece| is_explicit(piece));
    let parts = || {
        let spelled = spelled_out(pieces, &defines(reader.world), reader);
        spelled.iter().map(|piece| change(piece, reader)).collect()
    };
    is_change.then(parts)
}

/// Is what the owner said to a plan a change to what was read?
pub(in crate::drafter::draft) fn is_change(wish: &str, reader: &Reader<'_>) -> bool {
    changes(wish, reader).is_some()
}

/// How often what could not be read is asked again.
pub(super) const AGAIN: usize = 4;
