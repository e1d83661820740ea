//! Questions about what was not read, and what their answers say: which rows there are, how the
//! outcome is decided, and what single words mean.

mod settled;
mod shown;
mod told;
mod words;

pub(super) use settled::settle;
pub(super) use shown::{Known, known};
pub(super) use told::{defines, is_answer, rows_named};
pub(in crate::drafter) use words::{meanings, unknown};

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Value as Json, json};

use crate::drafter::condition::Reader;
use crate::drafter::pattern::pattern;
use crate::drafter::statement::{leaves_out, rows_of, writes};
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
pub(super) const LEVELS: &str = "How is the outcome of a case decided? Say all of it in simpler words, in the order in which it is tried: “NAME: condition; NAME: condition; otherwise: NAME”. What you say counts instead of what was read.";

/// Returns the questions about what was not read, those that open the most first.
/// `judged` are those that state an outcome which was left to a model.
pub(super) fn questions(
    open: &[Said],
    judged: &[Said],
    levels: &[String],
    known: &Known,
    reader: &Reader<'_>,
) -> Vec<Question> {
    let world = reader.world;
    let (mut asked, opened) = unknown(open, reader);
    let left: Vec<&Said> = open
        .iter()
        .filter(|said| !opened.contains(&said.number))
        .collect();
    let of_rows: Vec<&Said> = left
        .iter()
        .filter(|said| is_scope(said, reader))
        .copied()
        .collect();
    let of_levels = left.iter().filter(|said| is_level(said, reader)).copied();
    let of_levels: Vec<&Said> = of_levels.chain(judged).collect();
    // Where outcomes are asked about, what was read of the rows may be taken back, or be too little.
    if !of_rows.is_empty() || !of_levels.is_empty() {
        let example = shown::example(reader).map(|said| format!("take: {said}"));
        let adds = format!(
            "A case is a row of {}; if it is another table, say “rows: TABLE”.\n{}\nWhat you say is added to it; “drop 1” takes the first of it back.",
            reader.cases.name, known.rows
        );
        asked.push(question(SCOPE, &of_rows, &adds, example, reader));
    }
    if !of_levels.is_empty() {
        let named = of_levels
            .iter()
            .find_map(|said| reader.forms.label_in(&said.text));
        let label = levels.first().map(String::as_str).or(named);
        let example = shown::example(reader).zip(label);
        let example = example.map(|(said, label)| format!("{}: {said}", label.replace('_', " ")));
        let replaces = format!(
            "{}\nWhat you say counts instead of it. A NAME may come more than once: the first that holds counts. “leave out: condition” stands for no outcome.",
            known.levels
        );
        asked.push(question(LEVELS, &of_levels, &replaces, example, reader));
    }
    let is_new = |question: &Question| {
        !world
            .answers
            .iter()
            .any(|(asked, _)| *asked == question.text)
    };
    let mut asked: Vec<Question> = asked.into_iter().filter(is_new).collect();
    asked.extend(settled::again(reader));
    asked
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
        && !ORDERS.is_match(&said.text)
}

/// Returns a question about statements, with what was read so far and what its answer can name.
fn question(
    text: &str,
    about: &[&Said],
    known: &str,
    example: Option<String>,
    reader: &Reader<'_>,
) -> Question {
    let not_read: Vec<String> = about
        .iter()
        .map(|said| format!("{}. {}", said.number, said.text))
        .collect();
    let example = example.map(|example| format!(", as in “{example}”"));
    let not_read = match not_read.is_empty() {
        true => "Nothing else was found that says so: is that all?".to_owned(),
        false => format!("Not read:\n{}", not_read.join("\n")),
    };
    let why = format!(
        "{known}\n{not_read}\nSay it with columns and values{}, or “skip” to leave it to people.\n{}\n{}",
        example.unwrap_or_default(),
        shown::forms(reader),
        shown::columns(about, reader),
    );
    Question {
        text: text.to_owned(),
        why,
        choices: Vec::new(),
    }
}
