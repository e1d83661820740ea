//! Conditions over one row: figures, dates, values, and what is missing.

use std::collections::BTreeSet;

use super::Defined;
use super::columns::{is_number, named, pair};
use super::compare::{Figure, Unit, figures};
use super::words::{Words, denies};
use crate::drafter::words::written;
use crate::drafter::world::Table;

/// A row that a clause may speak of.
#[derive(Debug, Clone)]
pub(super) struct Row<'t> {
    pub(super) table: &'t Table,
    /// What the row is to the case.
    pub(super) is: Is,
    /// Its name in expressions.
    pub(super) item: String,
    /// Figures that are defined over it.
    pub(super) defined: &'t [Defined],
}

/// What a row is to the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Is {
    /// The case itself, or a row that is being counted.
    Own,
    /// The one row of another table that belongs to the case: a ticket's account.
    Parent,
}

/// A condition that was found, and the value that it asks about.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) source: String,
    /// The value, as an expression.
    pub(super) value: Option<String>,
    pub(super) columns: BTreeSet<String>,
    /// The table of a parent.
    pub(super) table: Option<String>,
}

impl Row<'_> {
    /// Returns the expression of a number or date.
    pub(super) fn path(&self, column: &str) -> String {
        match self.is {
            Is::Own => field(&self.item, column),
            Is::Parent => format!("max({}, '{column}')", self.table.short()),
        }
    }

    /// Returns a condition over texts: `test` gets the expression of the column.
    pub(super) fn texts(&self, column: &str, test: impl Fn(&str) -> String) -> String {
        match self.is {
            Is::Own => test(&field(&self.item, column)),
            Is::Parent => format!(
                "any({}, \"{}\")",
                self.table.short(),
                test(&field("item", column))
            ),
        }
    }

    pub(super) fn found(&self, source: String, value: Option<String>, columns: &[&str]) -> Found {
        let is_own = self.is == Is::Own;
        Found {
            source,
            value,
            columns: columns
                .iter()
                .filter(|_| is_own)
                .map(|c| (*c).to_owned())
                .collect(),
            table: (!is_own).then(|| self.table.name.clone()),
        }
    }
}

/// Returns how an expression names a column.
fn field(item: &str, column: &str) -> String {
    let plain = column.chars().all(|c| c.is_alphanumeric() || c == '_')
        && !column.starts_with(|c: char| c.is_ascii_digit());
    if plain {
        format!("{item}.{column}")
    } else {
        format!("{item}['{column}']")
    }
}

/// Reads what a clause says of some rows, the first of them before the others; nothing if a figure
/// in it could not be placed. What was read is ticked off.
pub(super) fn conditions(rows: &[Row<'_>], words: &mut Words) -> Option<Vec<Found>> {
    let mut found = Vec::new();
    let spans = figures(&words.tokens);
    let free: Vec<Figure> = spans
        .into_iter()
        .filter(|f| words.is_free(f.span.0))
        .collect();
    for figure in &free {
        words.tick(figure.span.0, figure.span.1);
        if let Some((from, to)) = figure.tail {
            words.tick(from, to);
        }
    }
    for (index, figure) in free.iter().enumerate() {
        let from = index.checked_sub(1).map_or(0, |i| free[i].span.1);
        let to = free.get(index + 1).map_or(words.tokens.len(), |f| f.span.0);
        let mut near = words.clone();
        near.tick(0, from);
        near.tick(to, words.tokens.len());
        let one = match (of_figure(rows, &mut near, figure), found.last()) {
            (Some(one), _) => one,
            // "above 100% and up to 120%" goes on about the same value.
            (None, Some(last)) => goes_on(last, figure)?,
            (None, None) => return None,
        };
        for at in from..to {
            if !near.is_free(at) {
                words.tick(at, at + 1);
            }
        }
        found.push(one);
    }
    for row in rows {
        found.extend(row.passed(words));
    }
    for row in rows {
        found.extend(row.quoted(words));
        found.extend(row.missing(words));
    }
    for row in rows {
        found.extend(row.values(words));
    }
    for row in rows {
        found.extend(row.flags(words));
        found.extend(row.states(words));
        found.extend(row.owing(words));
    }
    // Denials are read with what they deny; one that is left denies something unread.
    Some(found)
}

/// Returns a second comparison of the value that the first one was about.
fn goes_on(last: &Found, figure: &Figure) -> Option<Found> {
    let value = last.value.as_ref()?;
    let relation = figure.relation?;
    let scaled = format!("100 * {value}");
    let compared_as = if last.source.starts_with(&scaled) {
        &scaled
    } else {
        value
    };
    let same = matches!(figure.unit, Unit::Plain | Unit::Percent);
    (same && last.source.starts_with(compared_as.as_str())).then(|| Found {
        source: compared(compared_as, relation, figure, 1.0),
        ..last.clone()
    })
}

fn of_figure(rows: &[Row<'_>], words: &mut Words, figure: &Figure) -> Option<Found> {
    if falls(words) && figure.unit != Unit::Hours && !matches!(figure.unit, Unit::Days(_)) {
        return rows.iter().find_map(|row| row.drop_of(words, figure));
    }
    match figure.unit {
        Unit::Days(days) => super::days::of_days(rows, words, figure, f64::from(days)),
        Unit::Hours => super::days::of_hours(rows, words, figure),
        Unit::Plain | Unit::Percent => of_number(rows, words, figure),
    }
}

/// Reads a comparison of a figure that the SOP defines: "utilization above 120%".
fn of_defined(row: &Row<'_>, words: &mut Words, figure: &Figure) -> Option<Found> {
    let free = words.free();
    let is_said =
        |d: &&Defined| !d.stems.is_empty() && d.stems.iter().all(|stem| free.contains(stem));
    let defined = row.defined.iter().find(is_said)?;
    let relation = figure.relation?;
    let places: Vec<usize> = (0..free.len())
        .filter(|at| defined.stems.contains(&free[*at]))
        .collect();
    words.tick_each(&places);
    let is_percent = figure.unit == Unit::Percent;
    let value = if is_percent && defined.is_share {
        format!("100 * {}", defined.path)
    } else {
        defined.path.clone()
    };
    Some(row.found(
        compared(&value, relation, figure, 1.0),
        Some(defined.path.clone()),
        &[],
    ))
}

/// Reads "ARR of at least $50k".
fn of_number(rows: &[Row<'_>], words: &mut Words, figure: &Figure) -> Option<Found> {
    if let Some(found) = rows.iter().find_map(|row| of_defined(row, words, figure)) {
        return Some(found);
    }
    let best = rows
        .iter()
        .filter_map(|row| named(row.table, words, is_number).map(|named| (row, named)))
        // Of two that fit alike, the case's own is meant: it comes first.
        .rev()
        .max_by(|a, b| {
            a.1.fit
                .0
                .total_cmp(&b.1.fit.0)
                .then(a.1.fit.1.cmp(&b.1.fit.1))
        });
    let relation = figure.relation.or_else(|| implied(words))?;
    if let Some((row, named)) = best {
        words.tick_each(&named.places);
        words.take(&[
            "worth", "value", "total", "of", "score", "scored", "usd", "level", "count",
        ]);
        let value = row.path(&named.column);
        let source = compared(&value, relation, figure, 1.0);
        return Some(row.found(source, Some(value), &[&named.column]));
    }
    let (row, (value, columns)) = rows
        .iter()
        .find_map(|row| row.balance(words).map(|b| (row, b)))?;
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    Some(row.found(compared(&value, relation, figure, 1.0), None, &columns))
}

pub(super) fn compared(value: &str, relation: &str, figure: &Figure, scale: f64) -> String {
    match figure.up_to {
        Some(up_to) => format!(
            "{value} >= {} and {value} <= {}",
            written(figure.number * scale),
            written(up_to * scale)
        ),
        None => format!("{value} {relation} {}", written(figure.number * scale)),
    }
}

/// Returns the relation that a verb implies: "score of 6 or so" implies none.
fn implied(words: &Words) -> Option<&'static str> {
    words.has(&["is", "equals", "="]).then_some("==")
}

const FALLS: [&str; 13] = [
    "drop",
    "dropped",
    "drops",
    "dropping",
    "fall",
    "fell",
    "falls",
    "fallen",
    "decline",
    "declined",
    "declining",
    "decrease",
    "decreased",
];

fn falls(words: &Words) -> bool {
    words.has(&FALLS) || words.has(&["down"])
}

impl Row<'_> {
    /// Reads "usage dropped by more than 20%" from a pair of columns, one of them the earlier value.
    fn drop_of(&self, words: &mut Words, figure: &Figure) -> Option<Found> {
        let mut said = words.clone();
        said.take(&FALLS);
        said.take(&[
            "down", "by", "previous", "period", "month", "before", "last", "since", "prior",
        ]);
        let (before, now) = pair(self.table, &said).or_else(|| {
            // "dropped by at least 25%" goes on with what was spoken of.
            let mut bare = said.clone();
            bare.tick(0, bare.tokens.len());
            let all: Vec<&str> = self.table.columns.keys().map(String::as_str).collect();
            let names = Words::new(&all.join(" ").replace('_', " "));
            said.are_read().then(|| pair(self.table, &names)).flatten()
        })?;
        let relation = match figure.relation {
            Some(">") | None => "<",
            Some(">=") => "<=",
            Some(_) => return None,
        };
        let subject = super::columns::parts(&before);
        let free = said.free();
        let places: Vec<usize> = (0..free.len())
            .filter(|at| subject.contains(&free[*at]))
            .collect();
        said.tick_each(&places);
        *words = said;
        let value = format!(
            "percent_change({}, {})",
            self.path(&before),
            self.path(&now)
        );
        let source = format!("{value} {relation} -{}", written(figure.number));
        Some(self.found(source, None, &[&before, &now]))
    }

    /// Returns what is still to be paid: a column of its own, or what is left of a total.
    fn balance(&self, words: &mut Words) -> Option<(String, Vec<String>)> {
        const OWED: [&str; 9] = [
            "balance",
            "outstanding",
            "owing",
            "owed",
            "owes",
            "owe",
            "unpaid",
            "due",
            "remaining",
        ];
        if !words.has_free(&OWED) {
            return None;
        }
        let number = |name: &str| {
            let column = self.table.columns.get_key_value(name);
            column
                .filter(|(_, c)| is_number(&c.kind))
                .map(|(n, _)| n.clone())
        };
        let own = [
            "balance",
            "outstanding",
            "amount_due",
            "balance_due",
            "open_amount",
            "amount_outstanding",
        ];
        let (value, columns) = if let Some(column) = own.iter().find_map(|name| number(name)) {
            (self.path(&column), vec![column])
        } else {
            let total = ["total_amount", "amount_total", "amount", "total"]
                .iter()
                .find_map(|n| number(n))?;
            let paid = ["amount_paid", "paid_amount", "paid"]
                .iter()
                .find_map(|n| number(n))?;
            (
                format!("({} - {})", self.path(&total), self.path(&paid)),
                vec![total, paid],
            )
        };
        words.take(&OWED);
        words.take(&["something", "money", "single", "total", "amount"]);
        Some((value, columns))
    }

    /// Reads "with something still owing": there is something left to be paid.
    fn owing(&self, words: &mut Words) -> Option<Found> {
        if !words.has_free(&["owing", "owed", "owes", "owe", "unpaid", "outstanding"]) {
            return None;
        }
        let (value, columns) = self.balance(words)?;
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        Some(self.found(format!("{value} > 0"), None, &columns))
    }

    /// Reads `"test" in the company name` and "from our own domain (ours.example)".
    fn quoted(&self, words: &mut Words) -> Option<Found> {
        let text_of = words.text.clone();
        if let Some(domain) = super::values::domain(&text_of) {
            let email = self.table.columns.keys().find(|n| n.contains("email"))?;
            let spoken = Words::new(domain);
            let at = words.phrase(&spoken.tokens.join(" "))?;
            words.tick(at.0, at.1);
            words.take(&[
                "domain",
                "domains",
                "address",
                "addresses",
                "email",
                "emails",
                "own",
            ]);
            let source = self.texts(email, |path| format!("ends_with({path}, '@{domain}')"));
            return Some(self.found(source, None, &[email]));
        }
        let quoted = super::values::quoted(&text_of)?;
        if !words.has(&[
            "in",
            "contains",
            "containing",
            "mentions",
            "mentioning",
            "includes",
            "says",
        ]) {
            return None;
        }
        let column = named(self.table, words, |kind| kind == "text")?;
        let at = words.phrase(&Words::new(quoted).tokens.join(" "))?;
        let denied = words.denied_before(at.0, 3);
        words.tick(at.0, at.1);
        words.tick_each(&column.places);
        words.take(&[
            "contains",
            "containing",
            "mentions",
            "mentioning",
            "includes",
            "says",
            "name",
            "word",
        ]);
        let quoted = quoted.replace(['\'', '"', '\\'], "");
        let source = self.texts(&column.column, |path| {
            let not = if denied { "not " } else { "" };
            format!("{not}contains({path}, '{quoted}')")
        });
        if denied {
            words.take(&["not", "no", "without", "doesn", "never"]);
        }
        Some(self.found(source, None, &[&column.column]))
    }

    /// Reads "no CSM", "renewal date is missing", "owner is blank".
    pub(super) fn missing(&self, words: &mut Words) -> Option<Found> {
        const ASKS: [&str; 5] = ["missing", "blank", "empty", "unknown", "unset"];
        const PHRASES: [&str; 8] = [
            "not set",
            "not filled",
            "not known",
            "nothing in",
            "isn t set",
            "not there",
            "not assigned",
            "not booked",
        ];
        let asks = words.has_free(&ASKS) || PHRASES.iter().any(|p| words.phrase(p).is_some());
        let lacks = (0..words.tokens.len()).find(|at| {
            words.is_free(*at)
                && (matches!(
                    words.tokens[*at].as_str(),
                    "no" | "without" | "lacks" | "lacking"
                ) || (matches!(words.tokens[*at].as_str(), "not" | "t")
                    && words.tokens.get(at + 1).is_some_and(|t| t == "have")))
        });
        if !asks && lacks.is_none() {
            return None;
        }
        let mut rest = words.clone();
        if let (Some(at), false) = (lacks, asks) {
            // What is lacking stands behind the word that denies it.
            rest.tick(0, at);
            let ends = |t: &String| {
                matches!(
                    t.as_str(),
                    "on" | "in" | "for" | "with" | "at" | "from" | "to"
                )
            };
            let end = rest
                .tokens
                .iter()
                .skip(at)
                .position(ends)
                .map_or(at + 6, |n| at + n);
            rest.tick(end, rest.tokens.len());
        }
        let named = named(self.table, &rest, |_| true).or_else(|| self.reference(&rest))?;
        // A number that is denied is no number that is missing: "no active users".
        let is_denied =
            asks && words.take_phrase(&["not missing", "not blank", "not empty", "isn t blank"]);
        words.tick_each(&named.places);
        if let (Some(at), false) = (lacks, asks) {
            words.tick(at, at + 1);
            words.take(&["have", "down", "assigned", "known", "listed", "given"]);
        }
        words.take_phrase(&PHRASES);
        words.take(&ASKS);
        words.take(&["field", "value", "date", "set"]);
        let value = self.path(&named.column);
        let source = match (self.is, is_denied) {
            (Is::Own, false) => format!("{value} is missing"),
            (Is::Own, true) => format!("not ({value} is missing)"),
            (Is::Parent, denied) => self.texts(&named.column, |path| {
                let missing = format!("{path} is missing");
                if denied {
                    format!("not ({missing})")
                } else {
                    missing
                }
            }),
        };
        Some(self.found(source, None, &[&named.column]))
    }

    /// Returns the column by which a row belongs to something that is named: "without an account".
    fn reference(&self, words: &Words) -> Option<super::columns::Named> {
        let free = words.free();
        let own = self.table.key();
        let names = self
            .table
            .columns
            .keys()
            .filter(|name| Some(name.as_str()) != own);
        names.into_iter().find_map(|name| {
            let what = crate::drafter::words::stem(name.strip_suffix("_id")?);
            let places: Vec<usize> = (0..free.len()).filter(|at| free[*at] == what).collect();
            (!places.is_empty()).then(|| super::columns::Named {
                column: name.clone(),
                places,
                fit: (1.0, 1),
            })
        })
    }
}

/// Ticks off the denial that stands before a place, and tells whether there was one.
pub(super) fn take_denial(words: &mut Words, at: usize, within: usize) -> bool {
    let from = at.saturating_sub(within);
    let Some(place) = (from..at)
        .rev()
        .find(|i| denies(&words.tokens[*i]) && words.is_free(*i))
    else {
        return false;
    };
    words.tick(place, place + 1);
    true
}
