//! One part of what an owner says: rows that are taken or left out, an outcome and who has it, and where
//! it stands among what was read.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::drafter::condition::{Defined, Read, Reader};
use crate::drafter::mend::Refused;
use crate::drafter::pattern::pattern;
use crate::drafter::statement::definition;

/// A part of what an owner says.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Part {
    /// Only such rows are cases.
    Take(Read, String),
    /// Such rows are no cases.
    Leave(Read, String),
    /// What was read under a number is this instead: other rows to take or leave out, or another condition
    /// of the same outcome.
    Over(usize, Read, String),
    /// Cases have an outcome.
    Outcome {
        label: String,
        when: Read,
        said: String,
        at: Place,
    },
    /// Cases that would have one outcome have another.
    Instead {
        of: String,
        then: String,
        when: Read,
        said: String,
    },
    /// All other cases have an outcome.
    Rest(String),
    /// It defines a figure.
    Defines(Defined, Read),
    /// It takes back what was read under a number.
    Drop(usize),
    /// It names the table whose rows are the cases.
    Rows,
    /// It could not be read.
    Unread(String),
    /// It could not be read, and the owner has left it.
    Left(String),
}

/// Where an outcome stands among those that were read, by their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Behind what the owner said before it.
    Given,
    First,
    Last,
    Before(usize),
    After(usize),
    /// In the place of one that was read.
    Over(usize),
}

impl Place {
    /// Returns the number that it names.
    pub(super) fn number(self) -> Option<usize> {
        match self {
            Place::Before(number) | Place::After(number) | Place::Over(number) => Some(number),
            Place::Given | Place::First | Place::Last => None,
        }
    }
}

impl Part {
    /// Returns the number of what was read that it is about.
    pub(super) fn number(&self) -> Option<usize> {
        match self {
            Part::Drop(number) | Part::Over(number, ..) => Some(*number),
            Part::Outcome { at, .. } => at.number(),
            _ => None,
        }
    }

    /// Returns the outcome that it gives.
    pub(super) fn label(&self) -> Option<&str> {
        match self {
            Part::Outcome { label, .. } => Some(label),
            _ => None,
        }
    }

    /// Is it said of outcomes, as far as it was read?
    pub(super) fn is_of_outcomes(&self) -> bool {
        self.is_outcome() || matches!(self, Part::Rest(_) | Part::Unread(_))
    }

    /// Does it say who has an outcome?
    pub(super) fn is_outcome(&self) -> bool {
        matches!(self, Part::Outcome { .. } | Part::Instead { .. })
    }

    /// Does it give an outcome, and say nothing of its place?
    pub(super) fn is_unplaced(&self) -> bool {
        matches!(self, Part::Outcome { at, .. } if *at == Place::Given)
    }

    /// Does it say where an outcome stands among those that were read?
    pub(super) fn is_placed(&self) -> bool {
        matches!(self, Part::Outcome { at, .. } if *at != Place::Given)
    }

    /// Returns the condition that it states, or the figure that it defines.
    pub(super) fn read(&self) -> Option<&Read> {
        match self {
            Part::Take(read, _) | Part::Leave(read, _) | Part::Over(_, read, _) => Some(read),
            Part::Outcome { when, .. } | Part::Instead { when, .. } => Some(when),
            Part::Defines(_, read) => Some(read),
            Part::Rest(_) | Part::Drop(_) | Part::Rows | Part::Unread(_) | Part::Left(_) => None,
        }
    }

    /// Was it refused when it was carried out before?
    pub(super) fn is_refused(&self, refused: &Refused) -> bool {
        self.read().is_some_and(|read| refused.holds(&read.source))
    }

    /// Returns how it is told where it cannot be carried out.
    pub(super) fn said(&self) -> String {
        match self {
            Part::Take(_, said) => format!("take: {said}"),
            Part::Leave(_, said) => format!("out: {said}"),
            Part::Over(number, _, said) => format!("{number}: {said}"),
            Part::Outcome {
                label, said, at, ..
            } => {
                let place = match at {
                    Place::Before(number) => format!("before {number}: "),
                    Place::After(number) => format!("after {number}: "),
                    Place::Over(number) => format!("{number}: "),
                    _ => String::new(),
                };
                format!("{place}{}: {said}", label.replace('_', " "))
            }
            Part::Instead { of, then, said, .. } => format!("{then} instead of {of}: {said}"),
            Part::Drop(number) => format!("drop {number}"),
            Part::Rest(label) => format!("otherwise: {label}"),
            Part::Defines(_, read) => read.source.clone(),
            Part::Rows => String::new(),
            Part::Unread(text) | Part::Left(text) => text.clone(),
        }
    }
}

static ROWS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:rows|a case is (?:one|a) row of|a case is (?:an? )?)[: ]+(?:of |the |each )*([\w.-]+)$",
    )
});
/// A table by itself, as `crm.contacts`.
static TABLE: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[A-Za-z][\w-]*\.[A-Za-z][\w-]*$"));
static DROP: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:drop|take back|remove|not|wrong:?)(?: number| no\.?)? ?\(?(?P<number>[1-9][0-9]?)\)?$",
    )
});
/// What stands for no outcome, in the place of its name.
static NO_OUTCOME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)^(?:leave (?:it |them )?out|left out|out|skip|nothing|no outcome|none|drop)$")
});

static TAKE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:we |only |just )*(?:takes?|in|keep|only)\b[: ]+(?:only |all |the |rows |where |whose |with |if )*(?P<said>.+)$",
    )
});
static LEAVE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:we |also |and )*(?:out|leave out|leaves out|skip|exclude|left out)\b[: ]+(?:all |the |rows |where |whose |with |if |when )*(?P<said>.+)$",
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
static INSTEAD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?P<then>[^:=<>]{1,40}?) (?:instead of|in place of|rather than) (?P<of>[^:=<>]{1,40}?)(?: ?:| if| when| where) ?(?P<said>.+)$",
    )
});
static PLACED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:(?P<first>first|at the top)|(?P<last>last|at the end)|(?P<before>before|ahead of|above) \(?(?P<b>[1-9][0-9]?)\)?|(?P<after>after|behind|below) \(?(?P<a>[1-9][0-9]?)\)?|\(?(?P<over>[1-9][0-9]?)\)?(?: is)?)[:,] *(?P<rest>.+)$",
    )
});

/// Does a piece name the table whose rows are the cases? Returns the name then.
pub(super) fn table_named(piece: &str) -> Option<&str> {
    let named = ROWS.captures(piece).and_then(|found| found.get(1));
    let named = named.map(|name| name.as_str());
    named.or_else(|| TABLE.is_match(piece).then_some(piece))
}

/// Returns what a piece says of an outcome behind its name, where it has that form.
pub(super) fn outcome_said(piece: &str) -> Option<&str> {
    let found = OUTCOME.captures(piece)?;
    found.name("said").map(|said| said.as_str())
}

/// Can a piece only be meant as a change to what was read: with a colon, or by a number?
pub(super) fn is_explicit(piece: &str) -> bool {
    piece.contains(':') || DROP.is_match(piece)
}

/// Reads a piece of an answer to the question about outcomes, or about rows.
pub(super) fn part(piece: &str, is_outcome: bool, reader: &Reader<'_>) -> Part {
    let unread = || Part::Unread(piece.to_owned());
    if let Some((defined, read)) = definition(piece, reader) {
        return Part::Defines(defined, read);
    }
    if let Some(found) = DROP.captures(piece) {
        let number = found["number"].parse();
        return number.map_or_else(|_| unread(), Part::Drop);
    }
    if let Some(found) = PLACED.captures(piece) {
        return placed(&found, reader).unwrap_or_else(unread);
    }
    if !is_outcome && table_named(piece).is_some() {
        return Part::Rows;
    }
    match is_outcome {
        true => outcome(piece, Place::Given, reader).unwrap_or_else(unread),
        false => rows(piece, reader).unwrap_or_else(unread),
    }
}

/// Reads a piece that says of itself whether it is about rows or about outcomes.
pub(super) fn change(piece: &str, reader: &Reader<'_>) -> Part {
    static OF_ROWS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"(?i)^(?:takes?|in|keep|only|out|leave out|left out|skip|exclude) ?:")
    });
    let is_of_rows = OF_ROWS.is_match(piece) || table_named(piece).is_some();
    part(piece, !is_of_rows, reader)
}

/// Reads what stands at a place: an outcome, or in the place of a number, also a condition alone.
fn placed(found: &Captures<'_>, reader: &Reader<'_>) -> Option<Part> {
    let number = |name: &str| found.name(name)?.as_str().parse::<usize>().ok();
    let at = match (number("b"), number("a"), number("over")) {
        (Some(number), ..) => Place::Before(number),
        (_, Some(number), _) => Place::After(number),
        (_, _, Some(number)) => Place::Over(number),
        _ if found.name("first").is_some() => Place::First,
        _ => Place::Last,
    };
    let rest = found["rest"].trim();
    let Place::Over(number) = at else {
        return outcome(rest, at, reader);
    };
    let taken = TAKE.captures(rest).or_else(|| LEAVE.captures(rest));
    let said = taken.as_ref().map_or(rest, |found| &found["said"]);
    match read(said, reader) {
        Some(read) => Some(Part::Over(number, read, said.to_owned())),
        None => outcome(rest, at, reader),
    }
}

/// Reads "NAME: condition", "NAME instead of NAME: condition", or "otherwise: NAME".
fn outcome(piece: &str, at: Place, reader: &Reader<'_>) -> Option<Part> {
    if let Some(found) = REST.captures(piece) {
        let name = found.get(1).or(found.get(2))?;
        return Some(Part::Rest(label(name.as_str())));
    }
    if let Some(found) = INSTEAD.captures(piece) {
        return Some(Part::Instead {
            of: label(&found["of"]),
            then: label(&found["then"]),
            when: read(&found["said"], reader)?,
            said: found["said"].to_owned(),
        });
    }
    let found = OUTCOME.captures(piece)?;
    Some(Part::Outcome {
        label: label(&found["name"]),
        when: read(&found["said"], reader)?,
        said: found["said"].to_owned(),
        at,
    })
}

/// Reads "take: condition", "out: condition", or a condition alone, of rows to take.
fn rows(piece: &str, reader: &Reader<'_>) -> Option<Part> {
    if let Some(found) = LEAVE.captures(piece) {
        let said = &found["said"];
        return Some(Part::Leave(read(said, reader)?, said.to_owned()));
    }
    let taken = TAKE.captures(piece);
    let said = taken.as_ref().map_or(piece, |found| &found["said"]);
    Some(Part::Take(read(said, reader)?, said.to_owned()))
}

fn read(text: &str, reader: &Reader<'_>) -> Option<Read> {
    // "In the last 14 days, exactly 14 days ago included": so it is counted anyway.
    static INCLUDED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i),? ?\(?(?:and |with |also )?(?:exactly |the )?(?:day )?\d+(?:st|nd|rd|th)?(?: days?)?(?: ago)?(?: is| being)? (?:included|inclusive|still in|counts too)\)?|,? \(?inclusive\)?",
        )
    });
    let text = &*INCLUDED.replace_all(text, "");
    // What names columns as they are written is meant so.
    let loosely = |text: &str| reader.read(text).filter(|_| !reader.is_in_names(text));
    reader.stated(text).or_else(|| loosely(text))
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
