//! Conditions in words, read as expressions over the tables: "health below 50 and at least three
//! open tickets". What cannot be read is left unread, never guessed.

mod amounts;
mod clause;
mod columns;
mod compare;
mod days;
mod row;
mod values;
mod words;

pub(super) use compare::{figure, figures};
pub(super) use values::value_in;

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use super::statement::Forms;
use super::world::{Table, World};

/// Reads conditions about the cases of one table.
pub(super) struct Reader<'w> {
    pub(super) world: &'w World,
    /// The table that cases come from.
    pub(super) cases: &'w Table,
    /// The name of one case in expressions.
    pub(super) item: String,
    /// The forms that name a label, for the labels of the SOP.
    pub(super) forms: Forms,
    /// Figures that the SOP defines.
    defined: Vec<Defined>,
    /// What was read before: the parts of a sentence are tried many times over.
    known: RefCell<HashMap<String, Option<Read>>>,
}

/// A figure that the SOP defines: "utilization is seats in use divided by seats bought".
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Defined {
    pub(super) name: String,
    /// The stems of its name.
    pub(super) stems: Vec<String>,
    /// How expressions name it.
    pub(super) path: String,
    /// Is it a share, which people compare with percents?
    pub(super) is_share: bool,
}

/// A condition that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Read {
    /// The expression.
    pub(super) source: String,
    /// The value that it asks about, where what follows may go on with it: "zero or unknown".
    pub(super) value: Option<String>,
    /// The other tables that it uses.
    pub(super) joined: BTreeSet<String>,
    /// The columns of the case table that it uses.
    pub(super) columns: BTreeSet<String>,
}

impl Read {
    pub(super) fn both(self, word: &str, other: Read) -> Read {
        let wrap = |source: String| {
            if word == "and" && source.contains(" or ") {
                format!("({source})")
            } else {
                source
            }
        };
        let source = match (word, one_of(&self.source), one_of(&other.source)) {
            _ if self.source == other.source => self.source.clone(),
            // A column cannot hold two values at once: "void and written-off ones" are two kinds.
            ("and", Some((path, mut values)), Some((same, more))) if path == same => {
                values.extend(more);
                format!("{path} in [{}]", values.join(", "))
            }
            _ => format!("{} {word} {}", wrap(self.source), wrap(other.source)),
        };
        Read {
            source,
            value: other.value,
            joined: self.joined.into_iter().chain(other.joined).collect(),
            columns: self.columns.into_iter().chain(other.columns).collect(),
        }
    }

    /// Returns its opposite.
    pub(super) fn negated(mut self) -> Read {
        self.source = format!("not ({})", self.source);
        self
    }
}

/// Returns the column and the values of a condition that a column holds one of some values.
fn one_of(source: &str) -> Option<(&str, Vec<String>)> {
    let is_path = |path: &str| {
        path.chars()
            .all(|c| c.is_alphanumeric() || c == '_' || c == '.')
    };
    if let Some((path, value)) = source.split_once(" == ") {
        let single =
            value.starts_with('\'') && value.ends_with('\'') && value.matches('\'').count() == 2;
        return (is_path(path) && single).then(|| (path, vec![value.to_owned()]));
    }
    let (path, list) = source.split_once(" in [")?;
    let list = list.strip_suffix(']')?;
    let whole = is_path(path) && !list.contains(']');
    whole.then(|| (path, list.split(", ").map(str::to_owned).collect()))
}

/// Words that add further rows to those that were named.
const FURTHER: [&str; 10] = [
    "plus the ones",
    "plus those",
    "plus any",
    "plus all",
    "plus anything",
    "plus everything",
    "as well as those",
    "as well as any",
    "as well as the ones",
    "and also those",
];

impl<'w> Reader<'w> {
    /// Returns a reader of conditions about the rows of a table, each of which expressions call
    /// `item`.
    pub(super) fn new(world: &'w World, cases: &'w Table, item: String, forms: Forms) -> Self {
        Reader {
            world,
            cases,
            item,
            forms,
            defined: Vec::new(),
            known: RefCell::default(),
        }
    }

    /// Takes the figures that the SOP defines.
    pub(super) fn define(&mut self, defined: Vec<Defined>) {
        self.defined = defined;
        self.known = RefCell::default();
    }

    /// Reads a condition: clauses joined by "and", "or" and "unless".
    pub(super) fn read(&self, text: &str) -> Option<Read> {
        let text = text.trim().trim_end_matches(['.', ':', ',', ';']);
        if let Some(known) = self.known.borrow().get(text) {
            return known.clone();
        }
        let read = self.worked_out(text);
        let mut known = self.known.borrow_mut();
        known.insert(text.to_owned(), read.clone());
        read
    }

    fn worked_out(&self, text: &str) -> Option<Read> {
        if let Some((main, exception)) = split_once_word(text, "unless")
            .or_else(|| split_once_word(text, "except if"))
            .or_else(|| split_once_word(text, "but not if"))
        {
            return Some(
                self.read(main)?
                    .both("and", self.read(exception)?.negated()),
            );
        }
        if let Some((main, further)) = FURTHER
            .iter()
            .find_map(|words| split_once_word(text, words))
        {
            let further = self.read(further)?;
            // What the rows are called holds for both: "self-serve trials that …, plus those that …".
            let head = [" that ", " which ", " who "]
                .iter()
                .find_map(|word| main.split_once(word));
            if let Some((head, rest)) = head
                && let (Some(head), Some(rest)) = (self.clause(head), self.read(rest))
            {
                return Some(head.both("and", rest.both("or", further)));
            }
            return Some(self.read(main)?.both("or", further));
        }
        if let Some(read) = self.in_brackets(text) {
            return Some(read);
        }
        for word in ["or", "and"] {
            if let Some(read) = self.joined_by(text, word) {
                return Some(read);
            }
        }
        self.clause(text).or_else(|| self.related(text))
    }

    /// Reads "… and which nobody has picked up yet (status open or blank)": brackets may say in the
    /// words of the tables what the words before them do not.
    fn in_brackets(&self, text: &str) -> Option<Read> {
        let (main, inner) = text.strip_suffix(')')?.rsplit_once(" (")?;
        if let Some(read) = self.read(main) {
            return Some(read);
        }
        let inner = self.read(inner)?;
        let (before, _) = main.rsplit_once(" and ")?;
        Some(self.read(before)?.both("and", inner))
    }

    /// Reads rows with a remark on them: "an account renewing soon with no open ticket".
    fn related(&self, text: &str) -> Option<Read> {
        const RELATES: [&str; 9] = [
            "with", "without", "that", "who", "which", "whose", "where", "having", "and",
        ];
        RELATES.iter().find_map(|word| {
            let (main, remark) = split_once_word(text, word)?;
            let remark = if *word == "without" {
                format!("no {remark}")
            } else {
                remark.to_owned()
            };
            let remark = self.read(&remark)?;
            if self.names_cases_alone(main) {
                return Some(remark);
            }
            Some(self.read(main)?.both("and", remark))
        })
    }

    /// Reads the sides of a conjunction. A side that says nothing by itself ("30 and 60", "red or
    /// amber") belongs to its neighbour.
    fn joined_by(&self, text: &str, word: &str) -> Option<Read> {
        let pieces = split_words(text, word);
        if pieces.len() < 2 {
            return None;
        }
        let mut read: Option<Read> = None;
        let mut open = String::new();
        for (between, piece) in pieces {
            let candidate = if open.is_empty() {
                piece.to_owned()
            } else {
                format!("{open}{between}{piece}")
            };
            if let (Some(before), true) = (&read, says_missing(piece)) {
                let value = before.value.clone()?;
                let missing = Read {
                    source: format!("{value} is missing"),
                    ..before.clone()
                };
                read = Some(before.clone().both(word, missing));
                continue;
            }
            // The whole again would be read for ever.
            let read_one = if candidate.len() >= text.len() {
                None
            } else {
                self.read(&candidate)
            };
            match read_one {
                Some(one) => {
                    open.clear();
                    read = Some(match read {
                        Some(before) => before.both(word, one),
                        None => one,
                    });
                }
                None => open = candidate,
            }
        }
        // All of it has to be understood: half a condition is another condition.
        read.filter(|_| open.is_empty())
    }
}

/// Does a piece only say that what went before may be missing?
fn says_missing(piece: &str) -> bool {
    matches!(
        piece.trim().trim_end_matches('.'),
        "unknown" | "missing" | "blank" | "empty" | "not known" | "not set" | "there is none"
    )
}

/// Splits a text at a word, and at the commas of the list that the word ends; each piece with what
/// stood before it.
fn split_words<'t>(text: &'t str, word: &str) -> Vec<(&'t str, &'t str)> {
    let lower = text.to_lowercase();
    if lower.len() != text.len() {
        return vec![("", text)];
    }
    let marks = marks(&lower, word);
    let is_word = |(at, length): &(usize, usize)| lower[*at..at + length].contains(word);
    let Some(last) = marks.iter().rposition(is_word) else {
        return vec![("", text)];
    };
    let mut pieces = Vec::new();
    let (mut start, mut between) = (0, "");
    // A comma behind the last word of the list is none of it.
    for (at, length) in &marks[..=last] {
        pieces.push((between, text[start..*at].trim()));
        between = &text[*at..at + length];
        start = at + length;
    }
    pieces.push((between, text[start..].trim()));
    pieces.retain(|(_, piece)| !piece.is_empty());
    pieces
}

/// Returns where the words and commas of a list stand, each with its length.
fn marks(lower: &str, word: &str) -> Vec<(usize, usize)> {
    // "10 or more", "5 or fewer" and "3 or above" are one figure.
    let figure = |rest: &str| {
        word == "or"
            && [
                "more", "fewer", "less", "above", "below", "higher", "lower", "greater", "older",
                "later", "earlier", "worse", "better", "longer", "over", "under", "so ",
            ]
            .iter()
            .any(|w| rest.starts_with(w))
            || word == "and"
                && ["above", "up", "over", "below"]
                    .iter()
                    .any(|w| rest.starts_with(w))
    };
    // "between 30 and 60" is one range.
    let range = |before: &str| word == "and" && before.rsplit(' ').take(4).any(|w| w == "between");
    let needle = format!(" {word} ");
    let mut marks = Vec::new();
    let mut start = 0;
    let mut from = 0;
    while from < lower.len() {
        let rest = &lower[from..];
        let next_word = rest.find(&needle).map(|at| (from + at, needle.len()));
        let next_comma = rest.find(", ").map(|at| (from + at, 2));
        let Some((mut at, mut length)) = [next_word, next_comma].into_iter().flatten().min() else {
            break;
        };
        let comma = lower[at..].starts_with(", ");
        if comma && lower[at + 1..].starts_with(&needle) {
            length = 1 + needle.len();
        } else if comma
            && ["and ", "or ", "but ", "unless ", "then "]
                .iter()
                .any(|w| lower[at + 2..].starts_with(w))
        {
            from = at + 2;
            continue;
        }
        let behind = &lower[at + length..];
        if length <= 2 || (!figure(behind) && !range(&lower[start..at])) {
            marks.push((at, length));
            start = at + length;
        }
        at += length - 1;
        from = at;
    }
    marks
}

fn split_once_word<'t>(text: &'t str, word: &str) -> Option<(&'t str, &'t str)> {
    let at = text.to_lowercase().find(&format!(" {word} "))?;
    Some((
        text.get(..at)?.trim_end_matches(','),
        text.get(at + word.len() + 2..)?,
    ))
}
