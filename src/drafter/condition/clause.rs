//! One clause of a condition.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value as Json;

use super::columns::{began, is_date, is_number, named, only_number};
use super::compare::{Unit, figures};
use super::named_rows::{is_said_of_one, joins_clauses};
use super::row::{Found, Is, Row, conditions};
use super::words::Words;
use super::{Read, Reader};
use crate::drafter::pattern::pattern;
use crate::drafter::words::plain_stem;
use crate::drafter::world::Table;

impl<'w> Reader<'w> {
    /// Reads one clause: figures, missing values, values that columns hold, and rows of other
    /// tables. A clause is read when something was made of every word that weighs anything.
    pub(in crate::drafter) fn clause(&self, text: &str) -> Option<Read> {
        // "… for three years when it left": seen from another day than today.
        let seen_from = [" when it ", " when they ", " at the time", " by the time "];
        if seen_from.iter().any(|words| text.contains(words)) || self.is_of_others(text) {
            return None;
        }
        self.tried.set(self.tried.get() + 1);
        if self.is_tired() || is_said_of_one(text) {
            return None;
        }
        let text = &self.with_references(&super::quantities::reworded(text));
        if self.is_quantity(text) {
            return self.of_quantity(text);
        }
        let mut words = Words::new(text);
        self.take_systems(&mut words);
        if let Some(read) = self.of_peers(&words) {
            return Some(read);
        }
        self.of_the_case(words.clone())
            .or_else(|| self.of_two(&words))
            .or_else(|| self.of_sums(&words))
            .or_else(|| self.of_latest(words.clone()))
            .or_else(|| self.of_rows(words))
            .or_else(|| self.of_quantity(text))
            .or_else(|| self.grounded(text))
    }

    /// Ticks off the systems that tables are in: "churned in the CRM", "support conversations".
    fn take_systems(&self, words: &mut Words) {
        const USUAL: [&str; 6] = ["crm", "billing", "system", "record", "table", "helpdesk"];
        for name in USUAL {
            words.take_phrase(&[
                &format!("in the {name}"),
                &format!("in our {name}"),
                &format!("in {name}"),
            ]);
        }
        for table in &self.world.tables {
            let Some((system, own)) = table.name.split_once('.') else {
                continue;
            };
            let own = own.replace(['_', '-'], " ");
            let at = words.phrase(&format!("{system} {own}"));
            if let Some((from, _)) = at.filter(|_| !own.contains(system)) {
                words.tick(from, from + 1);
            }
        }
    }

    /// Does a clause speak of rows that do not belong to a case: "everyone at an account that is not
    /// active", where nothing tells the account?
    fn is_of_others(&self, text: &str) -> bool {
        static OTHERS: LazyLock<Regex> = LazyLock::new(|| {
            pattern(r"(?i)\b(?:at|of|from|to) (?:an?|the) (\w+) (?:that|which|whose|with)\b")
        });
        let Some(found) = OTHERS.captures(text) else {
            return false;
        };
        let words = Words::new(&found[1]);
        let named = |table: &&Table| self.noun(table, &words).is_some();
        let mut all = self.world.tables.iter().filter(|t| named(t)).peekable();
        all.peek().is_some() && !all.any(|t| t.name == self.cases.name || self.is_joined(t))
    }

    /// Returns the case's row, and those of other tables of which one belongs to it.
    pub(super) fn rows(&self) -> Vec<Row<'_>> {
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
        others.filter(|t| {
            let is_one = || {
                let through = self.through(t);
                through.is_some_and(|(_, column)| t.key() == Some(column))
            };
            self.is_joined(t)
                && (crate::drafter::draft::refers(self.cases, t).is_some() || is_one())
        })
    }

    fn of_the_case(&self, mut words: Words) -> Option<Read> {
        let mut rows = self.rows();
        // "An account that is not active": what a clause names is what it speaks of.
        let said: Vec<String> = words.tokens.iter().map(|t| plain_stem(t)).collect();
        let is_named = |table: &Table| {
            let own = table.short().replace(['_', '-'], " ");
            own.split(' ').any(|word| said.contains(&plain_stem(word)))
        };
        if !is_named(self.cases)
            && let Some(at) = rows.iter().skip(1).position(|row| is_named(row.table))
        {
            let named = rows.remove(at + 1);
            rows.insert(0, named);
        }
        let said = words.tokens.join(" ");
        let found = conditions(&rows, &mut words)?;
        // Two conditions that "or" joins never both hold for that.
        if found.len() > 1 && joins_clauses(&said) {
            return None;
        }
        // Rows that a clause names are what it speaks of.
        self.take_names(self.cases, &mut words);
        for table in self.parents() {
            self.take_names(table, &mut words);
        }
        self.take_compounds(&found, &mut words);
        let read = self.all_of(found)?;
        words.are_read().then_some(read)
    }

    /// Ticks off the rows that a date sums up, right behind its name: "last successful sync" of a
    /// `last_success_at` and its syncs.
    fn take_compounds(&self, found: &[Found], words: &mut Words) {
        let sums_up = |name: &String| {
            ["last_", "latest_", "first_"]
                .iter()
                .any(|w| name.starts_with(w))
        };
        if !found.iter().flat_map(|one| &one.columns).any(sums_up) {
            return;
        }
        let free = words.free();
        let places: Vec<usize> = (1..free.len())
            .filter(|at| {
                let mut others = self.world.tables.iter();
                !words.is_free(at - 1)
                    && others.any(|t| self.is_joined(t) && self.nouns(t).contains(&free[*at]))
            })
            .collect();
        words.tick_each(&places);
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
        self.join(table).is_some()
    }

    /// Returns how rows of a table are joined to a case: by what both hold, else through the one
    /// row of a third table that belongs to the case (a learner's account), else by name.
    pub(in crate::drafter) fn join(&self, table: &Table) -> Option<(String, Json)> {
        let direct = crate::drafter::draft::join(self.cases, table, &self.item);
        if direct.as_ref().is_some_and(|(_, value)| value.is_string()) {
            return direct;
        }
        let through = self.through(table).map(|(parent, column)| {
            let value = format!("max({}, '{column}')", parent.short());
            (column.to_owned(), Json::from(value))
        });
        through.or(direct)
    }

    /// Returns the table through whose one row another one is joined, and the column that both hold.
    pub(in crate::drafter) fn through(&self, table: &Table) -> Option<(&'w Table, &'w str)> {
        let is_id = |name: &str| {
            ["_id", "_number", "_code", "sku"]
                .iter()
                .any(|end| name.ends_with(end))
        };
        let mut others = self
            .world
            .tables
            .iter()
            .filter(|t| t.name != self.cases.name && t.name != table.name);
        others.find_map(|parent| {
            crate::drafter::draft::refers(self.cases, parent)?;
            let mut columns = parent.columns.keys().map(String::as_str);
            let shared = |name: &&str| {
                is_id(name)
                    && table.columns.contains_key(*name)
                    && Some(*name) != parent.key()
                    && !self.cases.columns.contains_key(*name)
            };
            columns.find(shared).map(|column| (parent, column))
        })
    }

    /// Do words name rows that a case is or belongs to, or one of their columns?
    pub(in crate::drafter) fn names_known(&self, text: &str) -> bool {
        let words = Words::new(text);
        let mut tables = std::iter::once(self.cases).chain(self.parents());
        let usual = ["it", "they", "customer", "account", "company"];
        tables.any(|table| {
            self.noun(table, &words).is_some() || named(table, &words, |_| true).is_some()
        }) || words.has(&usual)
    }

    /// Do words name nothing but the rows that cases are?
    pub(in crate::drafter) fn names_cases_alone(&self, text: &str) -> bool {
        let mut words = Words::new(text);
        self.take_systems(&mut words);
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
