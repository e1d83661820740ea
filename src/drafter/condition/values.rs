//! Values in words: "active", "enterprise accounts tagged outage", "unresolved", "opted out".

use super::flags::yes;
use std::sync::LazyLock;

use regex::Regex;

use super::columns::parts;
use super::row::{Found, Row, take_denial};
use super::words::{Words, denies, is_light};
use crate::drafter::pattern::pattern;
use crate::drafter::words::{is_filler, plain_stem, stem, tokens};
use crate::drafter::world::{Column, Table};

/// Values of states that are over.
const OVER: [&str; 22] = [
    "closed",
    "solved",
    "resolved",
    "done",
    "won",
    "lost",
    "cancelled",
    "canceled",
    "completed",
    "complete",
    "finished",
    "void",
    "paid",
    "written",
    "rejected",
    "declined",
    "archived",
    "deleted",
    "live",
    "converted",
    "withdrawn",
    "shipped",
];

/// Words for a state that is not over.
pub(super) const UNDER_WAY: [&str; 13] = [
    "unresolved",
    "unsolved",
    "unsettled",
    "unfinished",
    "incomplete",
    "ongoing",
    "outstanding",
    "pending",
    "open",
    "unpaid",
    "running",
    "underway",
    "undecided",
];

/// Returns the web domain that a text names.
pub(super) fn domain(text: &str) -> Option<&str> {
    static DOMAIN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?:^|[\s(@])((?:[a-z0-9-]+\.)+(?:com|io|net|org|example|dev|co|eu|de|uk|fr|app|ai))(?:[\s),.;]|$)",
        )
    });
    DOMAIN
        .captures(text)
        .and_then(|c| c.get(1))
        .map(|m| m.as_str())
}

/// Returns what a text has in quotes.
pub(super) fn quoted(text: &str) -> Option<&str> {
    static QUOTED: LazyLock<Regex> = LazyLock::new(|| pattern("[\"“]([^\"”]{2,40})[\"”]"));
    QUOTED
        .captures(text)
        .and_then(|c| c.get(1))
        .map(|m| m.as_str())
}

/// A value that a clause names.
struct Held {
    column: String,
    values: Vec<String>,
    not: Vec<String>,
    places: Vec<usize>,
    score: (usize, f64),
}

impl Row<'_> {
    /// Reads the values that columns hold, the longest names first.
    pub(super) fn values(&self, words: &mut Words) -> Vec<Found> {
        let mut found = Vec::new();
        while let Some(held) = best(self.table, words) {
            words.tick_each(&held.places);
            for at in &held.places {
                take_denial(words, *at, 3);
            }
            let own = parts(&held.column);
            let free = words.free();
            // "status is active", "in stage Discovery": the column's name is read with its value.
            let names: Vec<usize> = (0..free.len())
                .filter(|at| own.contains(&free[*at]))
                .collect();
            words.tick_each(&names);
            words.take(&["plan", "plans", "tagged", "marked"]);
            let lists = self
                .table
                .columns
                .get(&held.column)
                .is_some_and(Column::is_listing);
            let source = self.texts(&held.column, |path| {
                if lists {
                    let each: Vec<String> = held
                        .values
                        .iter()
                        .map(|v| format!("contains({path}, '{v}')"))
                        .collect();
                    let not = held
                        .not
                        .iter()
                        .map(|v| format!("not contains({path}, '{v}')"));
                    let mut all: Vec<String> = if each.is_empty() {
                        Vec::new()
                    } else {
                        vec![each.join(" or ")]
                    };
                    all.extend(not);
                    return all.join(" and ");
                }
                let are = equal(path, &held.values, "==", "in");
                let not = equal(path, &held.not, "!=", "not in");
                are.into_iter().chain(not).collect::<Vec<_>>().join(" and ")
            });
            let value = self.path(&held.column);
            found.push(self.found(source, Some(value), &[&held.column]));
        }
        found
    }

    /// Is a word by itself a value that a column holds?
    pub(super) fn holds(&self, word: &str) -> bool {
        let columns = self.table.columns.values();
        columns
            .flat_map(|column| &column.spoken)
            .any(|(value, _)| value.eq_ignore_ascii_case(word))
    }

    /// Reads columns that say yes or no: "opted out of email", "not unsubscribed".
    pub(super) fn flags(&self, words: &mut Words) -> Vec<Found> {
        let mut found = Vec::new();
        let flags: Vec<(&String, &Column)> = self
            .table
            .columns
            .iter()
            .filter(|(_, c)| yes(c).is_some())
            .collect();
        for (name, column) in flags {
            let own = parts(name);
            let free = words.free();
            if own.is_empty() || !own.iter().all(|part| free.contains(part)) {
                continue;
            }
            let places: Vec<usize> = (0..free.len())
                .filter(|at| own.contains(&free[*at]))
                .collect();
            let first = places.first().copied().unwrap_or_default();
            words.tick_each(&places);
            let denied = take_denial(words, first, 4);
            words.take(&["before", "already", "previously", "ever"]);
            let yes = yes(column).unwrap_or_default();
            let relation = if denied { "!=" } else { "==" };
            let source = self.texts(name, |path| {
                if column.kind == "boolean" {
                    format!("{path} == {}", !denied)
                } else {
                    format!("{path} {relation} '{yes}'")
                }
            });
            found.push(self.found(source, Some(self.path(name)), &[name]));
        }
        found
    }

    /// Reads a state that no value names as it is said: "unresolved", "open" of a stage.
    pub(super) fn states(&self, words: &mut Words) -> Option<Found> {
        let said = (0..words.tokens.len()).find(|at| {
            words.is_free(*at)
                && (UNDER_WAY.contains(&words.tokens[*at].as_str())
                    || OVER.contains(&words.tokens[*at].as_str()))
        });
        let in_play = words.phrase("in play");
        if said.is_none() && in_play.is_none() {
            return None;
        }
        if self.over().is_none() {
            return self.ended(words, said?);
        }
        let (column, over) = self.over()?;
        let mut under_way = in_play.is_some();
        if let Some(at) = said {
            under_way |= UNDER_WAY.contains(&words.tokens[at].as_str());
            if take_denial(words, at, 3) {
                under_way = !under_way;
            }
            words.tick(at, at + 1);
        }
        words.take_phrase(&["in play"]);
        let relation = if under_way { "not in" } else { "in" };
        let listed: Vec<String> = over.iter().map(|v| format!("'{v}'")).collect();
        let source = self.texts(column, |path| {
            format!("{path} {relation} [{}]", listed.join(", "))
        });
        Some(self.found(source, Some(self.path(column)), &[column]))
    }

    /// Returns the column of a row's state, and the condition that it is not over.
    pub(super) fn under_way(&self) -> Option<(&str, String)> {
        let (column, over) = self.over()?;
        let listed: Vec<String> = over.iter().map(|v| format!("'{v}'")).collect();
        let condition = format!("{} not in [{}]", self.path(column), listed.join(", "));
        Some((column, condition))
    }

    /// Returns the column of a row's state, and its values for what is over.
    fn over(&self) -> Option<(&str, Vec<&String>)> {
        let mut columns = self.table.columns.iter().filter(|(name, _)| {
            ["status", "stage", "state"]
                .iter()
                .any(|word| name.contains(word))
        });
        columns.find_map(|(name, column)| {
            let is_over = |v: &&String| {
                tokens(&v.replace('_', " "))
                    .iter()
                    .any(|t| OVER.contains(&t.as_str()))
            };
            let over: Vec<&String> = column.values.iter().filter(is_over).collect();
            (!over.is_empty()).then_some((name.as_str(), over))
        })
    }
}

pub(super) fn equal(path: &str, values: &[String], one: &str, many: &str) -> Option<String> {
    match values {
        [] => None,
        [value] => Some(format!("{path} {one} '{value}'")),
        values => {
            let listed: Vec<String> = values.iter().map(|v| format!("'{v}'")).collect();
            Some(format!("{path} {many} [{}]", listed.join(", ")))
        }
    }
}

/// Returns the column whose values a clause names most plainly.
fn best(table: &Table, words: &Words) -> Option<Held> {
    let free: Vec<String> = (0..words.tokens.len())
        .map(|at| {
            if words.is_free(at) {
                plain_stem(&words.tokens[at])
            } else {
                String::new()
            }
        })
        .collect();
    let stems = words.free();
    let columns = table.columns.iter().filter(|(_, c)| yes(c).is_none());
    let held = columns.filter_map(|(name, column)| {
        let mut held = Held {
            column: name.clone(),
            values: Vec::new(),
            not: Vec::new(),
            places: Vec::new(),
            score: (0, 0.0),
        };
        for (value, spoken) in &column.spoken {
            let Some(span) = place(&free, spoken) else {
                // "Unplanned" is anything but "planned maintenance".
                if let Some(at) = opposite(&free, spoken) {
                    held.score.0 = held.score.0.max(value.len());
                    held.places.push(at);
                    held.not.push(value.clone());
                }
                continue;
            };
            let at = span[0];
            // "the customer" is the one that the case is about.
            let is_meant = at.checked_sub(1).is_some_and(|before| {
                matches!(
                    words.tokens[before].as_str(),
                    "the" | "their" | "this" | "that"
                )
            });
            // Nor is "ratings that customers left" about the type "Customer".
            let is_said_to_be = at.checked_sub(1).is_some_and(|before| {
                let before = words.tokens[before].as_str();
                matches!(before, "is" | "are" | "as" | "type") || denies(before)
            });
            let says_column = parts(name)
                .iter()
                .any(|part| stems.contains(part) && *part != stem(&words.tokens[at]));
            let is_plain = is_light(&plain_stem(&words.tokens[at]));
            if span.len() == 1 && is_plain && (is_meant || !(is_said_to_be || says_column)) {
                continue;
            }
            if value.len() < 2 || span.iter().any(|p| held.places.contains(p)) {
                continue;
            }
            held.score.0 = held.score.0.max(value.len());
            held.places.extend(span);
            if is_denied(words, at) {
                held.not.push(value.clone())
            } else {
                held.values.push(value.clone())
            }
        }
        let own = parts(name);
        let said = own.iter().filter(|p| stems.contains(p)).count();
        // "Enterprise" as a plan beats "enterprise" as a tag when the column is named too.
        held.score.1 = held.score.0 as f64 / 10.0 + said as f64 / own.len().max(1) as f64;
        (!held.places.is_empty()).then_some(held)
    });
    held.max_by(|a, b| a.score.1.total_cmp(&b.score.1))
}

/// Returns where a word stands that is the opposite of what a value begins with.
fn opposite(free: &[String], spoken: &[String]) -> Option<usize> {
    const LONG: usize = 4;
    let first = spoken.first().filter(|word| word.len() >= LONG)?;
    let opposites = [format!("un{first}"), format!("non{first}")];
    free.iter()
        .position(|word| opposites.contains(word) && !UNDER_WAY.contains(&word.as_str()))
}

/// Is one word the other, or its beginning: "info" for information? "With" begins no "withdrawn".
fn is_same(said: &str, word: &str) -> bool {
    const LONG: usize = 4;
    let is_long = said.len() >= LONG && word.len() >= LONG && !is_filler(said);
    said == word || (is_long && (said.starts_with(word) || word.starts_with(said)))
}

/// Returns where the words of a value stand, articles between them aside: "waiting on the customer".
fn place(free: &[String], spoken: &[String]) -> Option<Vec<usize>> {
    let is_article = |at: usize| {
        matches!(
            free[at].as_str(),
            "the" | "a" | "an" | "our" | "their" | "s"
        )
    };
    (0..free.len()).find_map(|start| {
        let mut places = Vec::with_capacity(spoken.len());
        let mut at = start;
        for word in spoken {
            while !places.is_empty() && at < free.len() && is_article(at) && free[at] != *word {
                at += 1;
            }
            if !free.get(at).is_some_and(|said| is_same(said, word)) {
                return None;
            }
            places.push(at);
            at += 1;
        }
        (!places.is_empty()).then_some(places)
    })
}

fn is_denied(words: &Words, at: usize) -> bool {
    (at.saturating_sub(3)..at).any(|i| words.is_free(i) && denies(&words.tokens[i]))
}

/// Returns the columns of a table whose values a text names, as a condition on `item`.
pub(in crate::drafter) fn value_in(table: &Table, text: &str) -> Option<(String, usize)> {
    let mut words = Words::new(text);
    let row = Row {
        table,
        is: super::row::Is::Own,
        item: "item".to_owned(),
        defined: &[],
    };
    let found = row.values(&mut words);
    let read = (0..words.tokens.len())
        .filter(|at| !words.is_free(*at))
        .count();
    let sources: Vec<String> = found.into_iter().map(|f| f.source).collect();
    (!sources.is_empty()).then(|| (sources.join(" and "), read))
}
