//! One clause of a condition.

use std::collections::BTreeSet;

use super::columns::{began, is_date, is_number, named, only_number};
use super::compare::{Unit, figures};
use super::row::{Found, Is, Row, conditions, take_denial};
use super::words::Words;
use super::{Read, Reader};
use crate::drafter::words::{stem, stems};
use crate::drafter::world::Table;

impl<'w> Reader<'w> {
    /// Reads one clause: figures, missing values, values that columns hold, and rows of other
    /// tables. A clause is read when something was made of every word that weighs anything.
    pub(in crate::drafter) fn clause(&self, text: &str) -> Option<Read> {
        let mut words = Words::new(text);
        for name in ["crm", "billing", "system", "record", "table", "helpdesk"] {
            words.take_phrase(&[
                &format!("in the {name}"),
                &format!("in our {name}"),
                &format!("in {name}"),
            ]);
        }
        self.of_the_case(words.clone())
            .or_else(|| self.of_latest(words.clone()))
            .or_else(|| self.of_rows(words))
    }

    /// Returns the case's row, and those of other tables of which one belongs to it.
    fn rows(&self) -> Vec<Row<'_>> {
        let own = Row {
            table: self.cases,
            is: Is::Own,
            item: self.item.clone(),
            defined: &self.defined,
        };
        let parents = self.parents().map(|table| Row {
            table,
            is: Is::Parent,
            item: "item".to_owned(),
            defined: &[],
        });
        std::iter::once(own).chain(parents).collect()
    }

    /// Returns the tables of which one row at most belongs to a case.
    pub(in crate::drafter) fn parents(&self) -> impl Iterator<Item = &'w Table> {
        let others = self
            .world
            .tables
            .iter()
            .filter(|t| t.name != self.cases.name);
        others
            .filter(|t| self.is_joined(t) && crate::drafter::draft::refers(self.cases, t).is_some())
    }

    fn of_the_case(&self, mut words: Words) -> Option<Read> {
        let rows = self.rows();
        let found = conditions(&rows, &mut words)?;
        // Rows that a clause names are what it speaks of.
        self.take_names(self.cases, &mut words);
        for table in self.parents() {
            self.take_names(table, &mut words);
        }
        let read = self.all_of(found)?;
        words.are_read().then_some(read)
    }

    /// Returns that all conditions hold; nothing if there is none.
    fn all_of(&self, found: Vec<Found>) -> Option<Read> {
        let mut found = found.into_iter();
        let first = read_of(found.next()?);
        Some(found.fold(first, |read, one| {
            let value = one.value.clone();
            let mut both = read.both("and", read_of(one));
            both.value = value;
            both
        }))
    }

    /// Reads "the latest NPS score is a 6 or worse": a number of the newest row of a table.
    fn of_latest(&self, mut words: Words) -> Option<Read> {
        let is_said = words.take(&["latest", "newest", "recent"]) || words.take_phrase(&["last"]);
        if !is_said && self.newest.is_empty() {
            return None;
        }
        words.take(&["most"]);
        let figure = figures(&words.tokens)
            .into_iter()
            .find(|f| f.unit == Unit::Plain)?;
        words.tick(figure.span.0, figure.span.1);
        let relation = figure.relation.unwrap_or("==");
        let tables = self
            .world
            .tables
            .iter()
            .filter(|t| t.name != self.cases.name && self.is_joined(t))
            .filter(|t| is_said || self.newest.contains(&t.name));
        for table in tables {
            let mut rest = words.clone();
            let names = self.take_names(table, &mut rest);
            let number = named(table, &words, is_number);
            // "NPS" alone is the score of the answer, if rows have one number.
            let number = number.or_else(|| only_number(table).filter(|_| names));
            let (Some(number), Some(date)) = (number, began(table)) else {
                continue;
            };
            rest.tick_each(&number.places);
            rest.take(&["value"]);
            if names && rest.are_read() {
                let value = format!(
                    "({} | sort(attribute='{date}') | last).{}",
                    table.short(),
                    number.column
                );
                return Some(Read {
                    source: super::amounts::compared(&value, relation, &figure, 1.0),
                    value: Some(value),
                    ..self.of_table(table)
                });
            }
        }
        None
    }

    /// Reads "at least three open tickets", "an unresolved dispute", "no call in the last month".
    fn of_rows(&self, words: Words) -> Option<Read> {
        let tables = self
            .world
            .tables
            .iter()
            .filter(|t| t.name != self.cases.name && self.is_joined(t));
        tables
            .into_iter()
            .find_map(|table| self.of_rows_in(table, words.clone()))
    }

    fn of_rows_in(&self, table: &Table, mut words: Words) -> Option<Read> {
        let noun = match self.noun(table, &words) {
            Some(noun) => noun,
            // "on Enterprise Unlimited": a value of several words names its table's rows too.
            None => self.telling(table, &words)?,
        };
        let row = Row {
            table,
            is: Is::Own,
            item: "item".to_owned(),
            defined: &[],
        };
        let graded = row.numbered(&mut words);
        // A figure without a unit before the noun counts rows.
        let counted = figures(&words.tokens).into_iter().find(|f| {
            f.unit == Unit::Plain && f.span.1 <= noun && {
                let mut near = words.clone();
                near.tick(noun, near.tokens.len());
                named(table, &near, is_number).is_none()
            }
        });
        if let Some(figure) = &counted {
            words.tick(figure.span.0, figure.span.1);
        }
        let denied = counted.is_none() && take_denial(&mut words, noun, 6);
        if self.take_names(table, &mut words) {
            words.tick(noun, noun + 1);
        }
        let mut found: Vec<Found> = graded.into_iter().collect();
        found.extend(conditions(std::slice::from_ref(&row), &mut words)?);
        words.take(&[
            "raised", "logged", "reported", "opened", "filed", "has", "received", "least",
            "number", "count", "total", "before",
        ]);
        self.take_names(self.cases, &mut words);
        for parent in self.parents() {
            self.take_names(parent, &mut words);
        }
        if !words.are_read() {
            return None;
        }
        let conditions: Vec<String> = found.iter().map(|f| grouped(&f.source)).collect();
        let condition = conditions.join(" and ");
        let short = table.short();
        let source = match counted {
            Some(figure) => {
                let list = if condition.is_empty() {
                    short.to_owned()
                } else {
                    format!("{short} | where(\"{condition}\")")
                };
                let relation = figure.relation.unwrap_or(">=");
                super::amounts::compared(&format!("({list} | length)"), relation, &figure, 1.0)
            }
            None => {
                let not = if denied { "not " } else { "" };
                // Nothing is said of the rows but that there are some.
                if condition.is_empty() {
                    format!("({short} | length) {} 0", if denied { "==" } else { ">" })
                } else {
                    format!("{not}any({short}, \"{condition}\")")
                }
            }
        };
        Some(Read {
            source,
            ..self.of_table(table)
        })
    }

    /// Returns the words, as stems, that name a table's rows.
    fn nouns(&self, table: &Table) -> Vec<String> {
        let mut nouns = stems(&table.short().replace(['_', '-'], " "));
        // What tells its rows apart names them, unless it is what ties them to the case.
        let key = table
            .key()
            .filter(|key| !self.cases.columns.contains_key(*key) || table.name == self.cases.name);
        nouns.extend(key.and_then(|k| k.strip_suffix("_id")).map(stem));
        // What the SOP is about is what its cases are called.
        if table.name == self.cases.name {
            nouns.extend(stems(&self.world.title));
        }
        if nouns.contains(&stem("subscription")) {
            nouns.push(stem("contract"));
        }
        nouns
    }

    /// Returns where the noun stands that names a table's rows.
    fn noun(&self, table: &Table, words: &Words) -> Option<usize> {
        let free = words.free();
        let nouns = self.nouns(table);
        // A word that names a column of the case names no table: "active users".
        (0..free.len())
            .rev()
            .find(|at| !free[*at].is_empty() && nouns.contains(&free[*at]))
    }

    /// Returns where a value stands that no other table can hold by chance: one of several words.
    fn telling(&self, table: &Table, words: &Words) -> Option<usize> {
        let row = Row {
            table,
            is: Is::Own,
            item: "item".to_owned(),
            defined: &[],
        };
        let mut rest = words.clone();
        row.values(&mut rest);
        let is_read = |at: &usize| words.is_free(*at) && !rest.is_free(*at);
        let read: Vec<usize> = (0..words.tokens.len()).filter(is_read).collect();
        read.first().copied().filter(|_| read.len() > 1)
    }

    /// Returns the name of the joined table whose rows a text names.
    pub(super) fn table_named(&self, text: &str) -> Option<String> {
        let words = Words::new(text);
        let others = self.world.tables.iter();
        let mut joined = others.filter(|t| t.name != self.cases.name && self.is_joined(t));
        let table = joined.find(|table| self.noun(table, &words).is_some())?;
        Some(table.name.clone())
    }

    /// Ticks off the words that name a table's rows, and tells whether there were any.
    fn take_names(&self, table: &Table, words: &mut Words) -> bool {
        let free = words.free();
        let nouns = self.nouns(table);
        let places: Vec<usize> = (0..free.len())
            .filter(|at| nouns.contains(&free[*at]))
            .collect();
        words.tick_each(&places);
        !places.is_empty()
    }

    /// Returns the date of the case that words name among others.
    pub(in crate::drafter) fn date_in(&self, text: &str) -> Option<String> {
        let words = Words::new(text).free();
        let dates = self.cases.columns.iter().filter(|(_, c)| is_date(&c.kind));
        let said = dates.map(|(name, _)| {
            let own = super::columns::parts(name);
            (own.iter().filter(|part| words.contains(part)).count(), name)
        });
        // Of equals the first.
        let best = said.reduce(|best, one| if one.0 > best.0 { one } else { best });
        let (_, column) = best.filter(|(said, _)| *said > 0)?;
        Some(format!("{}.{column}", self.item))
    }

    /// Reads a date of the case: "the forecast go-live".
    pub(in crate::drafter) fn date(&self, text: &str) -> Option<Read> {
        let mut words = Words::new(text);
        let rows = self.rows();
        let (row, date) = rows
            .iter()
            .find_map(|row| Some((row, named(row.table, &words, is_date)?)))?;
        words.tick_each(&date.places);
        let value = row.path(&date.column);
        words
            .are_read()
            .then(|| read_of(row.found(value.clone(), Some(value), &[&date.column])))
    }

    /// Reads an amount: a number of the case, or of the row of another table for this month or the
    /// newest: "seats assigned in the current month".
    pub(in crate::drafter) fn amount(&self, text: &str) -> Option<Read> {
        let mut words = Words::new(text);
        let rows = self.rows();
        let is_now = words.take_phrase(&[
            "in the current month",
            "this month",
            "the current month",
            "current month",
        ]);
        let is_newest = words.take(&["latest", "newest", "recent", "current"]);
        words.take(&["most", "total", "number"]);
        let own = rows
            .iter()
            .filter_map(|row| Some((row, named(row.table, &words, is_number)?)));
        let own = own.max_by(|a, b| a.1.fit.0.total_cmp(&b.1.fit.0));
        if let Some((row, number)) = own.filter(|_| !is_now) {
            words.tick_each(&number.places);
            let value = row.path(&number.column);
            return words
                .are_read()
                .then(|| read_of(row.found(value.clone(), Some(value), &[&number.column])));
        }
        let others = self
            .world
            .tables
            .iter()
            .filter(|t| t.name != self.cases.name && self.is_joined(t));
        others.into_iter().find_map(|table| {
            let mut words = words.clone();
            let number = named(table, &words, is_number)?;
            words.tick_each(&number.places);
            self.take_names(table, &mut words);
            let short = table.short();
            let month = table.columns.keys().find(|name| name.contains("month"));
            let rows = match month {
                Some(month) if is_now => {
                    format!("({short} | where(\"item.{month} == format_date(today(), '%Y-%m')\") | first)")
                }
                _ if is_newest => format!("({short} | sort(attribute='{}') | last)", began(table)?),
                _ => return None,
            };
            let source = format!("{rows}.{}", number.column);
            words.are_read().then(|| Read { value: Some(source.clone()), source, ..self.of_table(table) })
        })
    }

    pub(super) fn of_table(&self, table: &Table) -> Read {
        Read {
            source: String::new(),
            value: None,
            joined: BTreeSet::from([table.name.clone()]),
            columns: BTreeSet::new(),
        }
    }

    /// Can rows of a table be joined to a case?
    pub(crate) fn is_joined(&self, table: &Table) -> bool {
        crate::drafter::draft::join(self.cases, table, &self.item).is_some()
    }

    /// Do words name nothing but the rows that cases are?
    pub(in crate::drafter) fn names_cases_alone(&self, text: &str) -> bool {
        let mut words = Words::new(text);
        self.take_names(self.cases, &mut words);
        words.are_read()
    }
}

fn read_of(found: Found) -> Read {
    Read {
        source: found.source,
        value: found.value,
        joined: found.table.into_iter().collect(),
        columns: found.columns,
    }
}

/// Returns a condition that can stand beside others.
fn grouped(source: &str) -> String {
    if source.contains(" or ") {
        format!("({source})")
    } else {
        source.to_owned()
    }
}
