//! Questions about what was not read, and what their answers say: which rows there are, how the
//! outcome is decided, and what single words mean.

mod heard;
mod names;
mod part;
mod reading;
mod settled;
mod shown;
mod told;
mod words;

pub(super) use reading::{Known, Line, known};
pub(super) use settled::{Settled, settle, unread_told};
pub(super) use told::{defines, is_answer, is_change, rows_named};
pub(in crate::drafter) use words::{meanings, unknown};

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Value as Json, json};

use crate::drafter::condition::Reader;
use crate::drafter::pattern::pattern;
use crate::drafter::statement::{acts, leaves_out, rows_of, writes};
use crate::drafter::world::Said;

/// A question to the owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::drafter) struct Question {
    pub(in crate::drafter) text: String,
    pub(in crate::drafter) why: String,
    pub(in crate::drafter) choices: Vec<String>,
}

impl Question {
    /// Returns the question as the tool takes it.
    pub(in crate::drafter) fn json(&self) -> Json {
        match self.choices.is_empty() {
            true => json!({"question": self.text, "why": self.why}),
            false => json!({"question": self.text, "why": self.why, "choices": self.choices}),
        }
    }
}

/// Asks which rows are cases.
pub(super) const SCOPE: &str = "Which rows does the procedure take, and which does it leave out? Say what was not read in simpler words, each part on its own: “take: …; out: …; out: …”.";

/// Asks how the outcome is decided.
pub(super) const LEVELS: &str = "How is the outcome of a case decided? Say all of it in simpler words, in the order in which it is tried: “NAME: condition; NAME: condition; otherwise: NAME”; or change what was read, by its numbers.";

/// What questions are made of.
pub(super) struct Asked<'a> {
    /// What was not read.
    pub(super) open: &'a [Said],
    /// What states an outcome and was left to a model.
    pub(super) judged: &'a [Said],
    /// What was taken for remarks.
    pub(super) remarks: &'a [Said],
    pub(super) levels: &'a [String],
    pub(super) known: &'a Known,
    pub(super) settled: &'a Settled,
}

/// Returns the questions about what was not read, those that open the most first.
pub(super) fn questions(of: &Asked<'_>, reader: &Reader<'_>) -> Vec<Question> {
    let world = reader.world;
    let (mut asked, opened) = unknown(of.open, reader);
    // What was asked about and is still not read is asked about as others are.
    let is_asked = |question: &Question| {
        let mut answers = world.answers.iter();
        answers.any(|(asked, _)| *asked == question.text)
    };
    let opened = match asked.iter().any(is_asked) {
        true => Vec::new(),
        false => opened,
    };
    let left = || of.open.iter().filter(|said| !opened.contains(&said.number));
    let of_rows: Vec<&Said> = left().filter(|said| is_scope(said, reader)).collect();
    let of_levels = left().filter(|said| is_level(said, reader));
    let of_levels: Vec<&Said> = of_levels.chain(of.judged).collect();
    // Where outcomes are asked about, what was read of the rows may be taken back, or be too little.
    if !of_rows.is_empty() || !of_levels.is_empty() {
        let example = shown::example(reader).map(|said| format!("take: {said}"));
        let others = left().filter(|said| !is_scope(said, reader) && may_choose(said, reader));
        let others: Vec<&Said> = others.collect();
        let remarks = of
            .remarks
            .iter()
            .filter(|said| names_data(&said.text, reader));
        let remarks: Vec<&Said> = remarks.collect();
        let adds = [
            format!(
                "A case is a row of {}; if it is another table, say “rows: TABLE”.",
                reader.cases.name
            ),
            read_so_far(&of.known.rows),
            "What you say is added to it; “drop 1” takes number 1 back, “1: condition” puts another in its place.".to_owned(),
            listed("Not read:", &of_rows),
            listed("Not read either; does one of these choose rows?", &others),
            listed("Taken for remarks; does one of these choose rows?", &remarks),
        ];
        asked.push(question(SCOPE, &of_rows, &adds, example, reader));
    }
    if !of_levels.is_empty() {
        let named = of_levels
            .iter()
            .find_map(|said| reader.forms.label_in(&said.text));
        let label = of.levels.first().map(String::as_str).or(named);
        let example = shown::example(reader).zip(label);
        let example = example.map(|(said, label)| format!("{}: {said}", label.replace('_', " ")));
        let adds = [
            read_so_far(&of.known.levels),
            listed("Not read:", &of_levels),
            CHANGES.to_owned(),
        ];
        asked.push(question(LEVELS, &of_levels, &adds, example, reader));
    }
    let is_new = |question: &Question| {
        !world
            .answers
            .iter()
            .any(|(asked, _)| *asked == question.text)
    };
    let mut asked: Vec<Question> = asked.into_iter().filter(is_new).collect();
    asked.extend(settled::again(of.settled, reader));
    asked
}

/// How what was read of outcomes is changed.
const CHANGES: &str = "Either say all of it, which counts instead of what was read, or change it by number: “first: NAME: condition”, “before 2: NAME: condition”, “after 2: NAME: condition”, “2: condition”, “drop 2”, “NAME instead of NAME: condition” (cases that would have the second have the first), “otherwise: NAME”. The first that holds counts; “leave out: condition” stands for no outcome.";

fn read_so_far(lines: &str) -> String {
    match lines.is_empty() {
        true => "Read so far: nothing.".to_owned(),
        false => format!("Read so far:\n{lines}"),
    }
}

/// Returns statements with their numbers, a line each, below a title; nothing if there are none.
fn listed(title: &str, said: &[&Said]) -> String {
    let lines = said
        .iter()
        .map(|said| format!("\nStatement {}: {}", said.number, said.text));
    match said.is_empty() {
        true => String::new(),
        false => format!("{title}{}", lines.collect::<String>()),
    }
}

/// May a statement that was not read say which rows there are, as far as its words tell?
pub(super) fn may_choose(said: &Said, reader: &Reader<'_>) -> bool {
    !is_level(said, reader) && !writes(&said.text) && names_data(&said.text, reader)
}

/// Does a text name a value that a table holds, or a figure?
fn names_data(text: &str, reader: &Reader<'_>) -> bool {
    let tables = &reader.world.tables;
    let mut joined = tables
        .iter()
        .filter(|table| table.name == reader.cases.name || reader.is_joined(table));
    let words = crate::drafter::words::tokens(text);
    let is_figure = |word: &String| {
        word.starts_with(|c: char| c.is_ascii_digit())
            || crate::drafter::words::number(word).is_some_and(|number| number > 1.0)
    };
    joined.any(|table| crate::drafter::condition::value_in(table, text).is_some())
        || words.iter().any(is_figure)
}

/// What says in which order steps are taken.
static ORDERS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:skip|go (?:on )?(?:to|with)|ignore|continue (?:at|with)|see) (?:the )?(?:steps?|numbers?|no\.|points?|sections?|rules?|exceptions?) \d",
    )
});

/// Does a statement say which rows are cases?
fn is_scope(said: &Said, reader: &Reader<'_>) -> bool {
    let is_chosen = rows_of(&said.text).is_some() || leaves_out(&said.text);
    is_chosen && !is_level(said, reader) && !writes(&said.text) && !ORDERS.is_match(&said.text)
}

/// Does a statement say which outcome a case has?
pub(super) fn is_level(said: &Said, reader: &Reader<'_>) -> bool {
    let says_the_same = said.text.to_lowercase().contains(": the same");
    reader.forms.names_label(&said.text)
        && !writes(&said.text)
        && !says_the_same
        && !acts(&said.text, reader)
        && !ORDERS.is_match(&said.text)
}

/// Returns a question about statements, with lines about them and what its answer can name.
fn question(
    text: &str,
    about: &[&Said],
    lines: &[String],
    example: Option<String>,
    reader: &Reader<'_>,
) -> Question {
    let example = example.map(|example| format!(", as in “{example}”"));
    let says = format!(
        "Say it with columns and values{}, or “skip” to leave it to people.",
        example.unwrap_or_default()
    );
    let rest = [says, shown::forms(reader), shown::columns(about, reader)];
    let lines = lines.iter().chain(&rest);
    let lines: Vec<&str> = lines
        .map(String::as_str)
        .filter(|line| !line.is_empty())
        .collect();
    Question {
        text: text.to_owned(),
        why: lines.join("\n"),
        choices: Vec::new(),
    }
}
