//! Conditions in words, read as expressions over the tables: "health below 50 and at least three
//! open tickets". What cannot be read is left unread, never guessed.

mod amounts;
mod clause;
mod columns;
mod compare;
mod days;
mod grades;
mod lists;
mod others;
mod read;
mod row;
mod spans;
mod values;
mod words;

pub(super) use compare::{figure, figures};
pub(super) use read::Read;
pub(super) use values::value_in;

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use compare::Figure;
use lists::{says_missing, split_once_word, split_words};

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
    /// Tables of which the SOP says that the newest row counts.
    newest: BTreeSet<String>,
    /// The statement before the one that is read.
    before: RefCell<Option<String>>,
    /// What the last rule with a figure measured, its figure left out: "from 4 to 10 days" goes on
    /// with it.
    subject: RefCell<Option<(String, String)>>,
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
            newest: BTreeSet::new(),
            before: RefCell::default(),
            subject: RefCell::default(),
            known: RefCell::default(),
        }
    }

    /// Returns a text in which no "or" stands between two values of one column: "open or in
    /// progress" says one thing.
    fn with_choices(&self, text: &str) -> String {
        let mut pieces = text.split(" or ");
        let mut whole = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let (before, after) = (super::words::spoken(&whole), super::words::spoken(piece));
            let is_choice = self.world.tables.iter().any(|table| {
                table.columns.iter().any(|(name, column)| {
                    let ends = |(_, value): &(String, Vec<String>)| before.ends_with(value);
                    let begins = |(_, value): &(String, Vec<String>)| after.starts_with(value);
                    let words = column.spoken.iter();
                    (words.clone().any(ends) && words.into_iter().any(begins))
                        || grades::is_graded(name, column, &before, &after)
                })
            });
            whole += if is_choice { " / " } else { " or " };
            whole += piece;
        }
        whole
    }

    /// Returns the condition that a case has a level, as texts ask it.
    pub(super) fn at_level(&self, label: &str) -> Read {
        Read {
            source: format!("result.level == '{label}'"),
            value: None,
            joined: BTreeSet::new(),
            columns: BTreeSet::new(),
        }
    }

    /// Takes a condition that was read as what the next ones may go on with.
    pub(super) fn goes_on_from(&self, condition: &str) {
        let first = condition.split([',', ';']).next().unwrap_or_default();
        let words = super::words::tokens(first);
        let Some(figure) = figure(&words) else {
            return;
        };
        let tail = figure.tail.unwrap_or((figure.span.1, figure.span.1));
        let before = words[..figure.span.0].join(" ");
        let joins = |at: &usize| matches!(words[*at].as_str(), "and" | "or" | "but");
        let after: Vec<&str> = (figure.span.1..words.len())
            .filter(|at| *at < tail.0 || *at >= tail.1)
            // What is joined to it is another condition.
            .take_while(|at| !joins(at))
            .map(|at| words[at].as_str())
            .collect();
        if before.is_empty() && after.is_empty() {
            return;
        }
        *self.subject.borrow_mut() = Some((before, after.join(" ")));
        self.known.borrow_mut().clear();
    }

    /// Reads a figure alone, of what the last rule measured.
    fn of_the_same(&self, text: &str) -> Option<Read> {
        let words = super::words::tokens(text);
        let [figure] = figures(&words).try_into().ok()?;
        let Figure { span, tail, .. } = &figure;
        let is_spent = |at: usize| {
            (span.0..span.1).contains(&at)
                || tail.is_some_and(|(from, to)| (from..to).contains(&at))
        };
        if figure.relation.is_none() || !(0..words.len()).all(is_spent) {
            return None;
        }
        let (before, after) = self.subject.borrow().clone()?;
        self.clause(&format!("{before} {} {after}", words.join(" ")))
    }

    /// Returns the figure that words name, of those that the SOP defines.
    pub(super) fn figure_named(&self, said: &[String]) -> Option<String> {
        let is_named =
            |d: &&Defined| !d.stems.is_empty() && d.stems.iter().all(|stem| said.contains(stem));
        self.defined.iter().find(is_named).map(|d| d.path.clone())
    }

    /// Reads those of several alternatives that can be read; nothing if that is none or all.
    pub(super) fn some_of(&self, text: &str) -> Option<Read> {
        let text = text.trim().trim_end_matches('.');
        if text.contains("either ") || text.contains(" unless ") {
            return None;
        }
        // Beside an "and", only commas tell where an alternative ends.
        let pieces: Vec<&str> = if text.contains(" and ") {
            text.split(", or ").collect()
        } else {
            let pieces = split_words(text, "or");
            pieces.into_iter().map(|(_, piece)| piece).collect()
        };
        let read: Vec<Read> = pieces.iter().filter_map(|piece| self.read(piece)).collect();
        if read.len() == pieces.len() {
            return None;
        }
        read.into_iter()
            .reduce(|before, one| before.both("or", one))
    }

    /// Takes a statement that may say that the newest row of a table counts: "use the latest NPS
    /// answer".
    pub(super) fn hear(&mut self, text: &str) {
        let lower = text.to_lowercase();
        let uses = ["use ", "take ", "only ", "count ", "go by "];
        let rest = ["latest ", "most recent ", "newest "]
            .iter()
            .find_map(|word| lower.split_once(word));
        if let Some((before, rest)) = rest
            && uses.iter().any(|word| before.contains(word))
        {
            self.newest.extend(self.table_named(rest));
        }
    }

    /// Goes on behind a statement.
    pub(super) fn pass(&self, text: &str) {
        *self.before.borrow_mut() = Some(text.to_owned());
    }

    /// Returns the statement before the one that is read.
    pub(super) fn before(&self) -> Option<String> {
        self.before.borrow().clone()
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
        let text = &self.with_choices(text);
        if let Some((main, exception)) = split_once_word(text, "unless")
            .or_else(|| split_once_word(text, "except if"))
            .or_else(|| split_once_word(text, "but not if"))
        {
            return Some(
                self.read(main)?
                    .both("and", self.read(exception)?.negated()),
            );
        }
        if let Some(read) = self.all_missing(text) {
            return Some(read);
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
        if let Some(read) = self.joined_by(text, "or") {
            return Some(read);
        }
        // "… while the project is not done", "… but no answer".
        if let Some((main, more)) = [" while ", " whilst ", ", but ", " but "]
            .iter()
            .find_map(|word| text.split_once(word))
            && let (Some(main), Some(more)) = (self.read(main), self.read(more))
        {
            return Some(main.both("and", more));
        }
        if let Some(read) = self.joined_by(text, "and") {
            return Some(read);
        }
        self.clause(text)
            .or_else(|| self.related(text))
            .or_else(|| self.of_the_same(text))
    }

    /// Reads "the domain, the value or the close date is missing".
    fn all_missing(&self, text: &str) -> Option<Read> {
        let ends = [
            " is missing",
            " are missing",
            " is blank",
            " are blank",
            " is empty",
            " are empty",
            " is not set",
            " is unknown",
        ];
        let list = ends.iter().find_map(|end| text.strip_suffix(end))?;
        let word = if list.contains(" or ") { "or" } else { "and" };
        let pieces = split_words(list, word);
        if pieces.len() < 2 {
            return None;
        }
        let read: Option<Vec<Read>> = pieces
            .iter()
            .map(|(_, piece)| self.clause(&format!("{piece} is missing")))
            .collect();
        read?
            .into_iter()
            .reduce(|before, one| before.both(word, one))
    }

    /// Reads "… and which nobody has picked up yet (status open or blank)": brackets may say in the
    /// words of the tables what the words before them do not.
    fn in_brackets(&self, text: &str) -> Option<Read> {
        let (main, inner) = text.strip_suffix(')')?.rsplit_once(" (")?;
        if let Some(read) = self.read(main) {
            return Some(read);
        }
        let is_example = ["e.g", "for example", "such as", "like ", "say "]
            .iter()
            .any(|word| inner.to_lowercase().starts_with(word));
        let inner = self.read(inner)?;
        match main.rsplit_once(" and ") {
            Some((before, _)) => Some(self.read(before)?.both("and", inner)),
            // "In a country we don't sell to (Brazil, Japan)": the values are what is meant.
            None if !is_example && figure(&super::words::tokens(main)).is_none() => Some(inner),
            None => None,
        }
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
