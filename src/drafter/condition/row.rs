//! Conditions over one row: what is compared, quoted or missing.

use std::collections::BTreeSet;

use super::Defined;
use super::amounts::{goes_on, of_figure};
use super::columns::named;
use super::compare::{Figure, figures};
use super::words::{Words, denies};
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
    for row in rows {
        found.extend(row.numbered(words));
        found.extend(row.calendar_month(words));
        found.extend(row.language(words));
        row.take_span(words);
    }
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
    // "Half of them" is a share of what was counted before.
    if free
        .iter()
        .any(|figure| super::shares::is_of_them(words, figure))
    {
        return None;
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
        found.extend(row.none_of(words));
    }
    for row in rows {
        found.extend(row.passed(words));
    }
    for row in rows {
        found.extend(row.quoted(words));
        found.extend(row.given(words));
        found.extend(row.missing(words));
    }
    for row in rows {
        found.extend(row.tagged(words));
    }
    for row in rows {
        found.extend(row.values(words));
    }
    for row in rows {
        found.extend(row.flags(words));
        found.extend(row.states(words));
        found.extend(row.owing(words));
        found.extend(row.happened(words));
    }
    // Denials are read with what they deny; one that is left denies something unread.
    Some(found)
}

impl Row<'_> {
    /// Reads `"test" in the company name` and "from our own domain (ours.example)".
    fn quoted(&self, words: &mut Words) -> Option<Found> {
        let text_of = words.text.clone();
        if let Some(domain) = super::values::domain(&text_of) {
            let email = self.table.columns.keys().find(|n| n.contains("email"))?;
            let spoken = Words::new(domain);
            let at = words.phrase(&spoken.tokens.join(" "))?;
            words.tick(at.0, at.1);
            let own: Vec<&str> = email.split('_').collect();
            words.take(&own);
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
        const PHRASES: [&str; 15] = [
            "isn t filled",
            "isn t known",
            "isn t there",
            "isn t given",
            "wasn t filled",
            "hasn t been filled",
            "never filled",
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
        let named = self
            .reference_in_full(&rest)
            .or_else(|| named(self.table, &rest, |_| true))
            .or_else(|| self.reference(&rest))?;
        // A number that is denied is no number that is missing: "no active users".
        let is_denied =
            asks && words.take_phrase(&["not missing", "not blank", "not empty", "isn t blank"]);
        words.tick_each(&named.places);
        if let (Some(at), false) = (lacks, asks) {
            words.tick(at, at + 1);
            words.take(&[
                "have", "down", "assigned", "known", "listed", "given", "record", "recorded",
                "file",
            ]);
        }
        // "No stage date" lacks no stage.
        let kind = self
            .table
            .columns
            .get(&named.column)
            .map(|c| c.kind.as_str());
        if words.has_free(&["date"]) && !kind.is_some_and(super::columns::is_date) {
            return None;
        }
        words.take_phrase(&PHRASES);
        words.take(&ASKS);
        words.take(&["field", "value", "date", "set", "time", "number", "figure"]);
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

    /// Returns the column by which a row belongs to something, where all of its name is said: "no owner
    /// contact" of an `owner_contact_id`.
    fn reference_in_full(&self, words: &Words) -> Option<super::columns::Named> {
        let names = self
            .table
            .columns
            .keys()
            .filter(|name| name.ends_with("_id"));
        names.into_iter().find_map(|name| {
            let own: Vec<&str> = name.trim_end_matches("_id").split('_').collect();
            let is_own =
                |at: &usize| words.is_free(*at) && own.contains(&words.tokens[*at].as_str());
            let places: Vec<usize> = (0..words.tokens.len()).filter(is_own).collect();
            (own.len() > 1 && places.len() == own.len()).then(|| super::columns::Named {
                column: name.clone(),
                places,
                fit: (1.0, own.len()),
            })
        })
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
