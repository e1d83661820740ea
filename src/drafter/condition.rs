//! Conditions in words, read as expressions over the tables: "health below 50 and at least three
//! open tickets". What cannot be read is left unread, never guessed.

mod amounts;
mod clause;
mod columns;
mod compare;
mod days;
mod flags;
mod given;
mod grades;
mod ground;
mod joins;
mod languages;
mod lasting;
mod limits;
mod lists;
mod meanings;
mod money;
mod months;
mod named_rows;
mod newest;
mod others;
mod pairs;
mod passed;
mod peers;
mod quantities;
mod read;
mod relations;
mod row;
mod shares;
mod spans;
mod sums;
mod tags;
mod values;
mod words;

pub(super) use compare::{figure, figures};
pub(super) use peers::of_every;
pub(super) use read::Read;
pub(super) use values::value_in;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use regex::Regex;

use super::pattern::pattern;
use super::statement::Forms;
use super::world::{Table, World};
use compare::Figure;

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
    /// How the SOP counts the days of its spans: what it says, and how many lie behind or ahead.
    counted: Vec<(f64, f64)>,
    /// Which rows of other tables count at all.
    limits: Vec<limits::Limit>,
    /// Words that the SOP defines for rows of a table.
    meant: Vec<meanings::Meant>,
    /// Rows that the last clause about others of a kind spoke of.
    spoken: RefCell<Option<peers::Spoken>>,
    /// The statements before the one that is read.
    before: RefCell<Vec<String>>,
    /// What the last rule with a figure measured, its figure left out: "from 4 to 10 days" goes on
    /// with it.
    subject: RefCell<Option<(String, String)>>,
    /// What was read before: the parts of a sentence are tried many times over.
    known: RefCell<HashMap<String, Option<Read>>>,
    /// What was read word by word before.
    grounded: RefCell<HashMap<String, Option<Read>>>,
    /// The tables of which one row at most belongs to a case, once that was asked.
    parent_names: RefCell<Option<BTreeSet<String>>>,
    /// Words, as stems, with what the owner says that they mean.
    owned: Vec<(Vec<String>, String)>,
    /// Words that are supposed to mean something.
    supposed: RefCell<Option<Vec<String>>>,
    /// The days that the SOP counts, where a figure of days says nothing of which.
    measure: RefCell<Option<Read>>,
    /// What words name.
    names: ground::Names<'w>,
    /// The clauses that were tried for the sentence that is read.
    tried: Cell<usize>,
}

/// The most clauses that are tried for one sentence. Each is tried with all tables; one that takes more
/// is no reading.
const TRIED: usize = 4000;

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
    /// Is it a day of the calendar?
    pub(super) is_day: bool,
}

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
            counted: Vec::new(),
            limits: Vec::new(),
            meant: Vec::new(),
            spoken: RefCell::default(),
            before: RefCell::default(),
            subject: RefCell::default(),
            known: RefCell::default(),
            grounded: RefCell::default(),
            parent_names: RefCell::default(),
            owned: Vec::new(),
            supposed: RefCell::default(),
            measure: RefCell::default(),
            names: ground::Names::new(&world.tables),
            tried: Cell::default(),
        }
    }

    /// Begins with another sentence.
    pub(super) fn begin(&self) {
        self.tried.set(0);
    }

    /// Were more clauses tried than a sentence is worth?
    fn is_tired(&self) -> bool {
        self.tried.get() > TRIED
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
        if let [none] = words.as_slice()
            && matches!(none.as_str(), "none" | "zero" | "no" | "0" | "nothing")
        {
            let (before, after) = self.subject.borrow().clone()?;
            return self.clause(&format!("no {before} {after}"));
        }
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
        let said = words.join(" ");
        self.clause(&format!("{before} {said} {after}"))
            // What is counted stands behind its number, what is measured before it.
            .or_else(|| self.clause(&format!("{after} {said} {before}")))
    }

    /// Returns the figure that words name, of those that the SOP defines.
    pub(super) fn figure_named(&self, said: &[String]) -> Option<String> {
        let is_named =
            |d: &&Defined| !d.stems.is_empty() && d.stems.iter().all(|stem| said.contains(stem));
        self.defined.iter().find(is_named).map(|d| d.path.clone())
    }

    /// Takes a statement that may say that the newest row of a table counts: "use the latest NPS
    /// answer".
    pub(super) fn hear(&mut self, text: &str) {
        self.counted.extend(super::asides::counted_days(text));
        self.hear_limits(text);
        self.hear_meaning(text);
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

    /// Returns a sentence without what it says beside its condition.
    pub(super) fn plain(&self, text: &str) -> String {
        let text = super::asides::plain(text, &self.counted);
        super::statement::without_brackets(&text, self)
    }

    /// Goes on behind a statement.
    pub(super) fn pass(&self, text: &str) {
        self.before.borrow_mut().push(text.to_owned());
        self.lead(text);
        if let Some(days) = self.counts_days(text) {
            *self.measure.borrow_mut() = Some(days);
            self.known.borrow_mut().clear();
            self.grounded.borrow_mut().clear();
        }
    }

    /// Takes what a sentence that leads to a list measures, so that its items may say figures alone:
    /// "count the logins of the last 14 days:".
    fn lead(&self, text: &str) {
        if let Some(measured) = measured(text) {
            *self.subject.borrow_mut() = Some((String::new(), measured));
            self.known.borrow_mut().clear();
        }
    }

    /// Returns the days that a sentence says are counted: "Days are counted from the charge to the request".
    pub(in crate::drafter) fn counts_days(&self, text: &str) -> Option<Read> {
        static COUNTED: LazyLock<Regex> = LazyLock::new(|| {
            pattern(
                r"(?i)^(?:[^.:]{1,30}\. )?(?:(?:we |you |then |always )*(?:count|measure|work out|calculate|take|look at|go by) )?(?:the )?(?:number of )?(?:calendar )?(?:days|age)(?: (?:are|is))?(?: always)?(?: (?:counted|measured|calculated|taken))? (?P<days>(?:from|between|since|until) [^.;:(]+)[.:]?(?: \([^)]*\))?\.?$",
            )
        });
        let found = COUNTED.captures(text.trim())?;
        self.worth(&format!("days {}", &found["days"]))
            .map(|(read, _)| read)
    }

    /// Does a sentence only lead to a list, by what its items measure?
    pub(super) fn leads(&self, text: &str) -> bool {
        measured(text).is_some_and(|measured| {
            !self.forms.names_label(text) && self.clause(&format!("no {measured}")).is_some()
        })
    }

    /// Returns the statement before the one that is read.
    pub(super) fn before(&self) -> Option<String> {
        self.before.borrow().last().cloned()
    }

    /// Does a sentence go on about cases of a level that was said right before: "Declined: gentle no. If they
    /// asked long ago, leave it out"?
    pub(in crate::drafter) fn hangs_on_level(&self, text: &str) -> bool {
        static GOES_ON: LazyLock<Regex> = LazyLock::new(|| {
            pattern(r"(?i)^(?:and |but |so |also )*(?:if|when|where) (?:it|they|he|she)\b")
        });
        let before = self.before.borrow();
        let mut near = before.iter().rev().take(2);
        GOES_ON.is_match(text) && near.any(|text| self.forms.names_label(text))
    }

    /// Takes the figures that the SOP defines.
    pub(super) fn define(&mut self, defined: Defined) {
        self.defined.push(defined);
        self.known = RefCell::default();
        self.grounded = RefCell::default();
    }

    /// Reads a condition: clauses joined by "and", "or" and "unless".
    pub(super) fn read(&self, text: &str) -> Option<Read> {
        let text = text.trim().trim_end_matches(['.', ':', ',', ';']);
        // What brackets hold together is not taken apart.
        if text.starts_with('(') {
            return self.grounded(text);
        }
        // What goes on about rows means others each time.
        if text.contains(" of them ") {
            return self.worked_out(text);
        }
        if let Some(known) = self.known.borrow().get(text) {
            return known.clone();
        }
        if self.is_tired() || named_rows::is_said_of_one(text) {
            return None;
        }
        let read = self
            .worked_out(text)
            .filter(|read| !named_rows::loses_or(text, &read.source));
        // What was given up on may be read another time.
        if self.is_tired() {
            return None;
        }
        let mut known = self.known.borrow_mut();
        known.insert(text.to_owned(), read.clone());
        read
    }
}

/// Returns what a sentence that leads to a list measures: "count the logins of the last 14 days:".
fn measured(text: &str) -> Option<String> {
    static MEASURES: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)^.*\b(?:count|counting|look(?:ing)? at|depends? (?:only |mostly |mainly )?on|based on|according to|go(?:es)? by|by|number of|how many|check|take) (?:up |the number of |how many |the |its |their |his |her )*(.+?):$",
        )
    });
    MEASURES
        .captures(text.trim())
        .map(|found| found[1].to_owned())
}
