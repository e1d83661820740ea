//! What has passed, lies ahead or has happened, in words without a figure: "past due", "has already
//! expired", "was handed to engineering".

use super::columns::{Named, is_date, named, only_date};
use super::row::{Found, Is, Row};
use super::words::Words;

/// Ways of saying that a date is to come.
const AHEAD: [&str; 4] = ["still ahead", "in the future", "lies ahead", "yet to come"];

/// Ways of saying that a date is over.
const GONE: [&str; 6] = [
    "come and gone",
    "in the past",
    "has passed",
    "already passed",
    "behind us",
    "has run out",
];

impl Row<'_> {
    /// Reads what has passed or lies ahead without a figure: "past due", "already expired".
    pub(super) fn passed(&self, words: &mut Words) -> Option<Found> {
        let behind = words.phrase("past due").is_some()
            || words.phrase("past the due").is_some()
            || words.phrase("past its due").is_some()
            || words.has_free(&["overdue", "late"]);
        if behind
            && let Some(due) = self
                .table
                .columns
                .keys()
                .find(|n| n.contains("due") && self.is_a_date(n))
        {
            let at = ["past due", "past the due", "past its due"]
                .iter()
                .find_map(|phrase| words.phrase(phrase))
                .map_or(0, |p| p.0);
            let denied = super::row::take_denial(words, at, 2);
            words.take(&["past", "due", "overdue", "late", "date"]);
            let relation = if denied { "<=" } else { ">" };
            let value = self.path(due);
            let late = format!("days_since({value}) {relation} 0");
            // What was done by now is late no more.
            return Some(
                match self.done_on().filter(|_| self.is == Is::Own && !denied) {
                    Some(done) => self.found(
                        format!("{late} and {} is missing", self.path(done)),
                        Some(value),
                        &[due, done],
                    ),
                    None => self.found(late, Some(value), &[due]),
                },
            );
        }
        let says = |phrases: &[&str]| phrases.iter().any(|p| words.phrase(p).is_some());
        let (ahead, gone) = (says(&AHEAD), says(&GONE));
        if !(ahead || gone) {
            return self.gone_by(words);
        }
        let date = named(self.table, words, is_date).or_else(|| {
            only_date(self.table).map(|column| Named {
                column,
                places: Vec::new(),
                fit: (0.0, 0),
            })
        })?;
        words.tick_each(&date.places);
        words.take_phrase(&[&AHEAD[..], &GONE[..]].concat());
        words.take(&["date"]);
        let value = self.path(&date.column);
        let source = if ahead {
            format!("days_until({value}) > 0")
        } else {
            format!("days_since({value}) > 0")
        };
        Some(self.found(source, Some(value), &[&date.column]))
    }

    /// Reads "has already expired" of a date of that name, where no state is called so.
    fn gone_by(&self, words: &mut Words) -> Option<Found> {
        const GONE: [(&str, &str); 5] = [
            ("expired", "expir"),
            ("ended", "end"),
            ("lapsed", "laps"),
            ("elapsed", "elaps"),
            ("finished", "finish"),
        ];
        let (at, root) = (0..words.tokens.len()).find_map(|at| {
            let mut gone = GONE.iter();
            let (_, root) =
                gone.find(|(word, _)| words.is_free(at) && words.tokens[at] == *word)?;
            Some((at, *root))
        })?;
        if self.holds(&words.tokens[at]) {
            return None;
        }
        let mut said = words.clone();
        said.tick(0, at);
        said.tick(at + 1, said.tokens.len());
        // A date that only means the same is another one: "the trial expired" of a renewal.
        let is_called = |name: &str| name.split('_').any(|part| part.starts_with(root));
        let date = named(self.table, &said, is_date).filter(|date| is_called(&date.column))?;
        let denied = super::row::take_denial(words, at, 3);
        words.tick(at, at + 1);
        words.take(&["already", "date"]);
        let value = self.path(&date.column);
        let relation = if denied { "<=" } else { ">" };
        Some(self.found(
            format!("days_since({value}) {relation} 0"),
            Some(value),
            &[&date.column],
        ))
    }

    /// Reads what has happened at some time, or has not: "was handed to engineering", "has not been
    /// posted", of a column that holds the day.
    pub(super) fn happened(&self, words: &mut Words) -> Option<Found> {
        let verb = (1..words.tokens.len()).find(|at| {
            const IRREGULAR: [&str; 12] = [
                "sent", "gone", "paid", "made", "held", "met", "told", "done", "kept", "begun",
                "built", "bought",
            ];
            let word = words.tokens[*at].as_str();
            let is_participle =
                word.ends_with("ed") || word.ends_with("en") || IRREGULAR.contains(&word);
            let before = words.tokens[at - 1].as_str();
            words.is_free(*at)
                && is_participle
                && matches!(
                    before,
                    "was" | "were" | "been" | "not" | "yet" | "already" | "has" | "have" | "never"
                )
        })?;
        let mut said = words.clone();
        said.tick(0, verb);
        said.tick(verb + 1, said.tokens.len());
        let date = named(self.table, &said, is_date)?;
        if is_planned(&date.column) {
            return None;
        }
        let denied = super::row::take_denial(words, verb, 3);
        words.tick_each(&date.places);
        let own = super::columns::parts(&date.column);
        let free = words.free();
        let rest: Vec<usize> = (0..free.len())
            .filter(|at| own.contains(&free[*at]))
            .collect();
        words.tick_each(&rest);
        words.take(&["yet"]);
        let value = self.path(&date.column);
        let source = match (denied, self.is) {
            (true, Is::Own) => format!("{value} is missing"),
            (false, Is::Own) => format!("not ({value} is missing)"),
            (_, Is::Parent) => return None,
        };
        Some(self.found(source, Some(value), &[&date.column]))
    }

    /// Returns the date on which a row was done with, where rows have one.
    pub(super) fn done_on(&self) -> Option<&str> {
        const DONE: [&str; 11] = [
            "handled",
            "completed",
            "done",
            "finished",
            "delivered",
            "closed",
            "paid",
            "resolved",
            "ended",
            "cleared",
            "settled",
        ];
        let dates = self.table.columns.iter().filter(|(_, c)| is_date(&c.kind));
        let mut names = dates.map(|(name, _)| name.as_str());
        names.find(|name| DONE.iter().any(|done| name.contains(done)))
    }

    fn is_a_date(&self, column: &str) -> bool {
        self.table
            .columns
            .get(column)
            .is_some_and(|c| is_date(&c.kind))
    }
}

/// Is a date one that is known beforehand? What lies ahead has a date as well: "has already renewed" says
/// more than that there is one.
pub(super) fn is_planned(column: &str) -> bool {
    const PLANNED: [&str; 14] = [
        "renew", "expir", "end", "due", "start", "launch", "target", "plan", "expect", "until",
        "next", "schedul", "close", "forecast",
    ];
    let mut parts = column.split('_');
    parts.any(|part| PLANNED.iter().any(|p| part.starts_with(p)))
}
