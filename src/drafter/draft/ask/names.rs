//! Names that an owner gives to what they say more than once: "last_code = code of the latest visit by
//! visited_on", "due means stage is open and due_on is before today". They stand for their words.

use std::sync::LazyLock;

use regex::Regex;

use crate::drafter::condition::Reader;
use crate::drafter::pattern::pattern;
use crate::drafter::statement::definition;

static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:the |an? )?(?P<name>[a-z][\w-]{2,30}(?: [\w-]+){0,3}?)(?: ?= ?| means(?: that)? | is short for | stands for )(?P<said>.+)$",
    )
});

/// The most words that names stand for.
const LONGEST: usize = 1200;

/// Returns the pieces of an answer with what their names stand for; those that only give a name are left out.
/// `said` is all that the owner said, in which the names may have been given.
pub(super) fn spelled_out(pieces: Vec<&str>, said: &[String], reader: &Reader<'_>) -> Vec<String> {
    let mut names: Vec<(Regex, String)> = Vec::new();
    let is_naming = |piece: &&str| NAMED.is_match(piece);
    let others = said.iter().map(String::as_str);
    for piece in others.chain(pieces.iter().copied()).filter(is_naming) {
        names.extend(named(piece, &names, reader));
    }
    let gives = |piece: &str| named(piece, &names, reader).is_some();
    let pieces = pieces.into_iter().filter(|piece| !gives(piece));
    pieces.map(|piece| with(&names, piece)).collect()
}

fn with(names: &[(Regex, String)], piece: &str) -> String {
    names.iter().fold(piece.to_owned(), |piece, (name, said)| {
        let spelled = name.replace_all(&piece, regex::NoExpand(said)).into_owned();
        if spelled.len() < LONGEST * 4 {
            spelled
        } else {
            piece
        }
    })
}

/// Returns the name that a piece gives, and the words that it stands for, other names spelled out. A figure has
/// a step of its own.
fn named(piece: &str, names: &[(Regex, String)], reader: &Reader<'_>) -> Option<(Regex, String)> {
    let found = NAMED.captures(piece)?;
    let name = found["name"].trim();
    let said = with(names, found["said"].trim());
    let is_taken = reader
        .forms
        .listed()
        .iter()
        .any(|label| label.eq_ignore_ascii_case(name))
        || reader.is_column(name)
        || definition(piece, reader).is_some();
    if is_taken {
        return None;
    }
    let said = match reader.stated(&format!("{said} is empty")) {
        Some(_) => said,
        None => {
            reader.stated(&said)?;
            format!("({said})")
        }
    };
    let name = Regex::new(&format!(r"(?i)\b{}\b", regex::escape(name))).ok()?;
    Some((name, said))
}
