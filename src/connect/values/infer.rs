//! The type of a column from all its cells, in memory that does not grow with them.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use indexmap::IndexMap;
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;

use super::cell::{
    is_decorated_number, is_missing, is_plain_number, parse_boolean_word, parse_number,
};
use super::date::{DateOrder, parse_date, parse_time};
use super::reading::{Reading, is_beyond_exact};
use crate::connect::Column;
use crate::spec::FieldType;

/// Distinct values that are kept; a column with more of them has no list of values.
const VALUES: usize = 20;

/// Cells of which is remembered that they were there, to know whether all are different.
const REMEMBERED: usize = 1 << 20;

/// Whether every cell so far fits a type, and the least and greatest of them.
#[derive(Debug)]
struct Tally<T> {
    fits: bool,
    range: Option<(T, T)>,
}

impl<T> Default for Tally<T> {
    fn default() -> Self {
        Tally {
            fits: true,
            range: None,
        }
    }
}

impl<T: PartialOrd + Copy> Tally<T> {
    /// Offers a cell, which is only read while all before it fitted.
    fn offer(&mut self, read: impl FnOnce() -> Option<T>) {
        if !self.fits {
            return;
        }
        match (read(), self.range) {
            (None, _) => self.fits = false,
            (Some(value), None) => self.range = Some((value, value)),
            (Some(value), Some((least, _))) if value < least => {
                self.range = self.range.map(|(_, greatest)| (value, greatest));
            }
            (Some(value), Some((least, greatest))) if value > greatest => {
                self.range = Some((least, value));
            }
            _ => {}
        }
    }

    fn refuse(&mut self) {
        self.fits = false;
    }

    /// Returns the range, if every cell fitted and there was one.
    fn settled(&self) -> Option<(T, T)> {
        self.range.filter(|_| self.fits)
    }
}

/// What the cells of a column have in common.
#[derive(Debug, Default)]
pub struct Profile {
    rows: u64,
    missing: u64,
    integer: Tally<i64>,
    number: Tally<f64>,
    boolean: Tally<bool>,
    /// Month first, day first.
    dates: [Tally<Date>; 2],
    times: [Tally<Timestamp>; 2],
    either_order: Tally<bool>,
    list: Tally<bool>,
    object: Tally<bool>,
    decorated: Tally<bool>,
    distinct: IndexMap<String, Value>,
    has_many: bool,
    seen: Seen,
}

/// A column with how its cells are read, and what was odd about them.
#[derive(Debug, Clone, PartialEq)]
pub struct Profiled {
    /// The column.
    pub column: Column,
    /// How its cells are read.
    pub reading: Reading,
    /// What was odd, as the end of a sentence that begins with the column's name.
    pub notes: Vec<String>,
}

const ORDERS: [DateOrder; 2] = [DateOrder::MonthFirst, DateOrder::DayFirst];

impl Profile {
    /// Returns how many rows were added.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Adds rows in which the column has no cell.
    pub fn add_missing(&mut self, rows: u64) {
        self.rows += rows;
        self.missing += rows;
    }

    /// Adds a cell of text, which may turn out to be a value of any type.
    pub fn add_text(&mut self, text: &str) {
        if is_missing(text) {
            return self.add_missing(1);
        }
        self.rows += 1;
        if self.integer.fits || self.number.fits {
            let plain = is_plain_number(text);
            let number = || plain.then(|| parse_number(text)).flatten();
            self.integer.offer(|| number()?.as_i64());
            self.number.offer(|| number()?.as_f64());
        }
        self.boolean.offer(|| parse_boolean_word(text));
        self.decorated
            .offer(|| (is_plain_number(text) || is_decorated_number(text)).then_some(true));
        self.list.refuse();
        self.object.refuse();
        self.add_day_or_moment(text);
        self.remember(text, || text.into());
    }

    /// Adds a value that has a type of its own.
    pub fn add_value(&mut self, value: &Value) {
        match value {
            Value::Null => return self.add_missing(1),
            Value::String(text) if is_missing(text) => return self.add_missing(1),
            _ => self.rows += 1,
        }
        let number = value.as_number().filter(|_| !is_beyond_exact(value));
        self.integer.offer(|| number?.as_i64());
        self.number.offer(|| number?.as_f64());
        self.boolean.offer(|| value.as_bool());
        self.list.offer(|| value.is_array().then_some(true));
        self.object.offer(|| value.is_object().then_some(true));
        self.decorated
            .offer(|| is_decorated_number(value.as_str()?).then_some(true));
        match value {
            Value::String(text) => {
                self.add_day_or_moment(text);
                self.remember(text, || value.clone());
            }
            _ => {
                self.refuse_days_and_moments();
                self.remember(&value.to_string(), || value.clone());
            }
        }
    }

    fn add_day_or_moment(&mut self, text: &str) {
        let times = &mut self.times;
        self.either_order.offer(|| {
            let fits = ORDERS.map(|order| parse_time(text, order).is_some());
            (fits[0] || fits[1]).then_some(true)
        });
        if !self.either_order.fits {
            return self.refuse_days_and_moments();
        }
        for (index, order) in ORDERS.into_iter().enumerate() {
            self.dates[index].offer(|| parse_date(text, order));
            times[index].offer(|| parse_time(text, order));
        }
    }

    fn refuse_days_and_moments(&mut self) {
        self.either_order.refuse();
        self.dates.iter_mut().for_each(Tally::refuse);
        self.times.iter_mut().for_each(Tally::refuse);
    }

    fn remember(&mut self, text: &str, value: impl FnOnce() -> Value) {
        self.seen.add(text);
        if self.has_many || self.distinct.contains_key(text) {
            return;
        }
        self.has_many = self.distinct.len() == VALUES;
        if self.has_many {
            self.distinct.truncate(3);
        } else {
            self.distinct.insert(text.to_owned(), value());
        }
    }

    /// Settles the type of the column.
    pub fn finish(self) -> Profiled {
        self.finish_as(|found| found.map_or(FieldType::Text, |(field, _)| field))
    }

    /// Settles the type of the column by the choice of the caller, who is given the type that
    /// the values show, if there are any, and whether they are only 0 and 1.
    pub fn finish_as(
        self,
        choose: impl FnOnce(Option<(FieldType, bool)>) -> FieldType,
    ) -> Profiled {
        let (found, mut range) = self.field();
        let is_flag = matches!(self.integer.settled(), Some((0.., ..=1)));
        let has_values = self.rows > self.missing;
        let field = choose(has_values.then_some((found, is_flag)));
        if field == FieldType::Boolean {
            range = None;
        }
        let notes = self.notes(field);
        let order = match field {
            FieldType::Date if !self.dates[0].fits => DateOrder::DayFirst,
            FieldType::Time if !self.times[0].fits => DateOrder::DayFirst,
            _ => DateOrder::MonthFirst,
        };
        let reading = Reading { field, order };
        let mut distinct: Vec<Value> = Vec::new();
        for value in self.distinct.into_values() {
            let read = match value {
                Value::String(text) => reading.read_text(&text),
                value => reading.read_value(value),
            };
            distinct.extend(read.filter(|value| !distinct.contains(value)));
        }
        let (min, max) = range.unzip();
        let mut column = Column::of(field);
        column.missing = if self.rows == 0 {
            0.0
        } else {
            self.missing as f64 / self.rows as f64
        };
        column.min = min;
        column.max = max;
        column.examples = distinct.iter().take(3).cloned().collect();
        column.values = (!self.has_many && !distinct.is_empty()).then_some(distinct);
        column.unique = self.seen.all_different && self.missing == 0 && self.rows > 0;
        Profiled {
            column,
            reading,
            notes,
        }
    }

    fn field(&self) -> (FieldType, Option<(Value, Value)>) {
        fn values<T>((least, greatest): (T, T), to: impl Fn(T) -> Value) -> Option<(Value, Value)> {
            Some((to(least), to(greatest)))
        }
        if let Some(range) = self.integer.settled() {
            return (FieldType::Integer, values(range, Value::from));
        }
        if let Some(range) = self.number.settled() {
            return (FieldType::Number, values(range, Value::from));
        }
        if let Some(range) = self.dates.iter().find_map(Tally::settled) {
            return (
                FieldType::Date,
                values(range, |date| date.to_string().into()),
            );
        }
        if let Some(range) = self.times.iter().find_map(Tally::settled) {
            return (
                FieldType::Time,
                values(range, |time| time.to_string().into()),
            );
        }
        let field = match self {
            _ if self.boolean.settled().is_some() => FieldType::Boolean,
            _ if self.list.settled().is_some() => FieldType::List,
            _ if self.object.settled().is_some() => FieldType::Object,
            _ => FieldType::Text,
        };
        (field, None)
    }

    fn notes(&self, field: FieldType) -> Vec<String> {
        let mut notes = Vec::new();
        let differ = self.dates[0].range != self.dates[1].range
            || self.times[0].range != self.times[1].range;
        let both_fit = match field {
            FieldType::Date => self.dates.iter().all(|tally| tally.fits),
            FieldType::Time => self.times.iter().all(|tally| tally.fits),
            _ => false,
        };
        if both_fit && differ {
            notes.push(
                "could be month/day/year or day/month/year throughout; it is read month first"
                    .to_owned(),
            );
        }
        if field == FieldType::Text && self.either_order.settled().is_some() {
            notes
                .push("mixes month/day/year with day/month/year, so it is kept as text".to_owned());
        }
        if field == FieldType::Text && self.decorated.settled().is_some() {
            notes.push(
                "holds numbers with thousands separators, currency or percent signs; it is kept as text"
                    .to_owned(),
            );
        }
        notes
    }
}

/// Whether all texts so far were different, by their hashes.
#[derive(Debug)]
struct Seen {
    all_different: bool,
    hashes: HashSet<u64>,
    hasher: RandomState,
}

impl Default for Seen {
    fn default() -> Self {
        Seen {
            all_different: true,
            hashes: HashSet::new(),
            hasher: RandomState::new(),
        }
    }
}

impl Seen {
    fn add(&mut self, text: &str) {
        if !self.all_different {
            return;
        }
        let is_new = self.hashes.insert(self.hasher.hash_one(text));
        if !is_new || self.hashes.len() > REMEMBERED {
            self.all_different = false;
            self.hashes = HashSet::new();
        }
    }
}

#[cfg(test)]
#[path = "infer_tests.rs"]
mod tests;
