//! What the owner has said in answers: rows that are taken or left out, outcomes and who has them.

use super::{LEVELS, SCOPE};
use crate::drafter::condition::{Defined, Read, Reader};
use crate::drafter::draft::singular;
use crate::drafter::pattern::pattern;
use crate::drafter::statement::definition;
use crate::drafter::world::{Table, World};

use std::sync::LazyLock;

use regex::Regex;

/// A part of an answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Part {
    Take(Read, String),
    Leave(Read, String),
    Outcome(String, Read),
    Rest(String),
    /// It defines a figure.
    Defines(Defined, Read),
    /// It takes back what was read of which rows there are, by its number.
    Drop(usize),
    /// It names the table whose rows are the cases.
    Rows,
    /// It could not be read.
    Unread(String),
}

static ROWS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:rows|a case is (?:one|a) row of|a case is (?:an? )?)[: ]+(?:of |the |each )*([\w.-]+)$",
    )
});
/// A table by itself, as `crm.contacts`.
static TABLE: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[A-Za-z][\w-]*\.[A-Za-z][\w-]*$"));
static DROP: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)^(?:drop|take back|not|wrong:?) \(?(?P<number>[1-9][0-9]?)\)?$")
});
/// What stands for no outcome, in the place of its name.
static NO_OUTCOME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)^(?:leave (?:it |them )?out|left out|out|skip|nothing|no outcome|none|drop)$")
});

static TAKE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:we |only |just )*(?:takes?|in|keep|only)\b[: ]+(?:only |all |the |rows |where |whose |with |if )*(.+)$",
    )
});
static LEAVE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:we |also |and )*(?:out|leave out|leaves out|skip|exclude|left out)\b[: ]+(?:all |the |rows |where |whose |with |if |when )*(.+)$",
    )
});
static REST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:else|otherwise|everything else|all others?|the rest)[: ]+(?:is |it is |gets? )?(.+)$|^(.+?)[:=] *(?:otherwise|everything else|all others?|the rest|else)$",
    )
});
static OUTCOME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?P<name>[^:=<>]{1,40}?) ?(?::|=|→| if | when )(?: ?if | ?when )? ?(?P<said>.+)$",
    )
});

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

/// Returns what was answered to a question; nothing if it was left.
fn answer<'w>(question: &str, world: &'w World) -> Option<&'w str> {
    let is_left = |answer: &str| {
        answer.starts_with('(')
            || matches!(
                answer.trim().trim_end_matches('.').to_lowercase().as_str(),
                "skip" | "no" | "nothing" | "none" | ""
            )
    };
    world.answer(question).filter(|answer| !is_left(answer))
}

/// Returns how a question is asked again.
pub(super) fn again_of(question: &str) -> String {
    format!("{AGAIN}{question}")
}

/// Returns the sentences of answers that may define a figure.
pub(in crate::drafter::draft) fn defines(world: &World) -> Vec<String> {
    let asked = [SCOPE, LEVELS].map(str::to_owned).into_iter();
    let asked = asked.chain([SCOPE, LEVELS].map(again_of));
    let answers: Vec<&str> = asked.filter_map(|asked| answer(&asked, world)).collect();
    let notes = world.notes.lines().map(listed);
    answers
        .into_iter()
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
        TABLE.is_match(line) || pieces(line).iter().all(|piece| TAGGED.is_match(piece))
    };
    // "NAME: condition; NAME: condition" gives outcomes, whatever they are called.
    let gives = |line: &str| {
        let given = pieces(line).into_iter().filter(|piece| {
            let found = OUTCOME.captures(piece);
            found.is_some_and(|found| reader.stated(&found["said"]).is_some())
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
    let mut said = notes.chain(answered).flat_map(pieces);
    said.find_map(|piece| {
        let named = ROWS.captures(piece).and_then(|found| found.get(1));
        if named.is_none() && !TABLE.is_match(piece) {
            return None;
        }
        let name = named.map_or(piece, |name| name.as_str()).to_lowercase();
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
    let read = |piece: &str| part(piece, question == LEVELS, reader);
    let mut parts = first_parts(question, reader);
    let again = again_of(question);
    let Some(again) = answer(&again, reader.world) else {
        return parts;
    };
    let mut again: Vec<Part> = pieces(again).into_iter().map(read).collect();
    again.retain(|part| !parts.contains(part));
    let unread: Vec<usize> = (0..parts.len())
        .filter(|at| matches!(parts[*at], Part::Unread(_)))
        .collect();
    let Some(last) = unread.last().copied() else {
        parts.append(&mut again);
        return parts;
    };
    let rest = again.split_off(again.len().min(unread.len()));
    parts.splice(last + 1..last + 1, rest);
    for (at, part) in unread.into_iter().zip(again) {
        parts[at] = part;
    }
    parts
}

/// Returns the parts of what the owner says to a question at first.
fn first_parts(question: &str, reader: &Reader<'_>) -> Vec<Part> {
    let answered = answer(question, reader.world)
        .map(pieces)
        .unwrap_or_default();
    let noted = noted(question, reader).into_iter().flat_map(pieces);
    noted
        .chain(answered)
        .map(|piece| part(piece, question == LEVELS, reader))
        .collect()
}

fn part(piece: &str, is_outcome: bool, reader: &Reader<'_>) -> Part {
    // What names columns as they are written is meant so.
    let loosely = |text: &str| reader.read(text).filter(|_| !reader.is_in_names(text));
    let read = |text: &str| reader.stated(text).or_else(|| loosely(text));
    let unread = || Part::Unread(piece.to_owned());
    if let Some((defined, read)) = definition(piece, reader) {
        return Part::Defines(defined, read);
    }
    if let Some(found) = DROP.captures(piece).filter(|_| !is_outcome) {
        return found["number"]
            .parse()
            .map_or_else(|_| unread(), Part::Drop);
    }
    if !is_outcome && (ROWS.is_match(piece) || TABLE.is_match(piece)) {
        return Part::Rows;
    }
    if is_outcome {
        if let Some(found) = REST.captures(piece) {
            let name = found
                .get(1)
                .or(found.get(2))
                .map_or("", |name| name.as_str());
            return Part::Rest(label(name));
        }
        let found = OUTCOME.captures(piece);
        return found
            .and_then(|found| Some(Part::Outcome(label(&found["name"]), read(&found["said"])?)))
            .unwrap_or_else(unread);
    }
    if let Some(found) = LEAVE.captures(piece) {
        let read = read(&found[1]);
        return read.map_or_else(unread, |read| Part::Leave(read, found[1].to_owned()));
    }
    let said = TAKE
        .captures(piece)
        .map_or(piece.to_owned(), |found| found[1].to_owned());
    read(&said).map_or_else(unread, |read| Part::Take(read, said))
}

fn label(name: &str) -> String {
    if NO_OUTCOME.is_match(name.trim()) {
        return "none".to_owned();
    }
    name.trim()
        .trim_matches(['“', '”', '"'])
        .to_lowercase()
        .replace([' ', '-'], "_")
}

/// How a question begins that is asked again.
const AGAIN: &str = "Some of that could not be read: say it again, or “skip”. ";
