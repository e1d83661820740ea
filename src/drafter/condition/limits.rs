//! Which rows of other tables count at all: "void invoices don't count", "the outages of that month".

use std::sync::LazyLock;

use regex::Regex;

use super::Reader;
use super::columns::{began, is_date, named};
use super::row::{Found, Is, Row, conditions};
use super::words::Words;
use crate::drafter::pattern::pattern;
use crate::drafter::world::Table;

/// A condition on the rows of a table, wherever they are counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Limit {
    table: String,
    condition: String,
}

/// "Void invoices not counted", "outages on their side don't count", "not counting test runs".
static NOT_COUNTED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:(?:and|but|where|with) )*(?:(?P<first>.+?) (?:(?:are |is )?not counted|(?:aren'?t|isn'?t) counted|(?:don'?t|do not|doesn'?t|does not|never) count(?: for anything| here| at all| towards (?:it|this|that))?|(?:are |is )?excluded|(?:are |is )?left out|(?:are |is )?ignored|(?:are |is )?not included|aside)(?:[,;]| -| –)?(?: (?:so )?(?:ignore|skip|drop|disregard) (?:them|those|it|these))?|(?:not counting|excluding|leaving out|leaving aside|ignoring|without counting|don'?t count|do not count|not including) (?P<last>.+?))\.?$",
    )
});
/// "… for that customer and month", "during that month".
const SAME_MONTH: [&str; 7] = [
    "during that month",
    "in that month",
    "of that month",
    "for that month",
    "in the same month",
    "during the same month",
    "that month",
];

impl Reader<'_> {
    /// Takes what a statement says of which rows of other tables count.
    pub(super) fn hear_limits(&mut self, text: &str) {
        static BRACKETS: LazyLock<Regex> = LazyLock::new(|| pattern(r" \(([^()]+)\)"));
        let bare = BRACKETS.replace_all(text, "");
        let inner = BRACKETS
            .captures_iter(text)
            .map(|found| found[1].to_owned());
        let said: Vec<String> = inner.chain([bare.into_owned()]).collect();
        for said in said {
            let limit = self.not_counted(&said).or_else(|| self.of_its_month(&said));
            if let Some(limit) = limit
                && !self.limits.contains(&limit)
            {
                self.limits.push(limit);
            }
        }
    }

    /// Does a text only say which rows of another table count?
    pub(in crate::drafter) fn limits_rows(&self, text: &str) -> bool {
        let limit = self.not_counted(text).or_else(|| self.of_its_month(text));
        limit.is_some_and(|limit| self.limits.contains(&limit))
    }

    /// Returns the conditions that rows of a table have to meet to count at all.
    pub(super) fn limits_of<'r>(&'r self, table: &'r Table) -> impl Iterator<Item = &'r str> {
        let own = self.limits.iter().filter(|limit| limit.table == table.name);
        own.map(|limit| limit.condition.as_str())
    }

    /// Returns a condition on rows of a table, with what they have to meet to count at all.
    pub(super) fn limited(&self, table: &Table, condition: &str) -> String {
        let limits = self
            .limits_of(table)
            .filter(|limit| !condition.contains(limit));
        let all: Vec<&str> = std::iter::once(condition)
            .filter(|condition| !condition.is_empty())
            .chain(limits)
            .collect();
        all.join(" and ")
    }

    /// Reads "void invoices don't count": rows of a table of which a case has many.
    fn not_counted(&self, text: &str) -> Option<Limit> {
        let found = NOT_COUNTED.captures(text.trim())?;
        let rows = found.name("first").or(found.name("last"))?.as_str();
        let words = Words::new(rows);
        // What is said of the cases leaves them out instead.
        if self.noun(self.cases, &words).is_some() {
            return None;
        }
        self.many().find_map(|table| {
            let mut words = words.clone();
            self.noun(table, &words)?;
            let row = own(table);
            let found = conditions(std::slice::from_ref(&row), &mut words)?;
            self.take_names(table, &mut words);
            words.take(&["caused", "happened", "side", "kind", "type"]);
            if found.is_empty() || !words.are_read() {
                return None;
            }
            let all: Vec<String> = found.into_iter().map(|one| one.source).collect();
            Some(Limit {
                table: table.name.clone(),
                condition: format!("not ({})", all.join(" and ")),
            })
        })
    }

    /// Reads "then check the outage log for that customer and month" of cases that are of a month.
    fn of_its_month(&self, text: &str) -> Option<Limit> {
        let lower = text.to_lowercase();
        let checks = [
            "check ", "look at ", "look in", "count ", "go by ", "consult ",
        ];
        let says = [
            "customer and month",
            "account and month",
            "company and month",
        ]
        .iter()
        .chain(&SAME_MONTH)
        .any(|words| lower.contains(words));
        if !says || !checks.iter().any(|word| lower.contains(word)) {
            return None;
        }
        let words = Words::new(text);
        let table = self
            .many()
            .find(|table| self.noun(table, &words).is_some())?;
        let date = began(table)?;
        Some(Limit {
            table: table.name.clone(),
            condition: self.in_its_month(&format!("item.{date}"))?,
        })
    }

    /// Reads "started during that month" of rows, where cases are of a month.
    pub(super) fn same_month(&self, table: &Table, words: &mut Words) -> Option<Found> {
        let (from, to) = SAME_MONTH.iter().find_map(|phrase| words.phrase(phrase))?;
        let mut said = words.clone();
        said.tick(from, to);
        let date = named(table, &said, is_date);
        let column = date.as_ref().map(|date| date.column.clone());
        let column = column.or_else(|| began(table))?;
        let source = self.in_its_month(&format!("item.{column}"))?;
        words.tick(from, to);
        words.tick_each(&date.map(|date| date.places).unwrap_or_default());
        Some(own(table).found(source, None, &[&column]))
    }

    /// Returns the condition that a date lies in the month that a case is of.
    fn in_its_month(&self, date: &str) -> Option<String> {
        let month = self
            .cases
            .columns
            .iter()
            .find(|(name, _)| name.contains("month"))?;
        let own = format!("{}.{}", self.item, month.0);
        let own = if is_date(&month.1.kind) {
            format!("format_date({own}, '%Y-%m')")
        } else {
            own
        };
        Some(format!("format_date({date}, '%Y-%m') == {own}"))
    }

    /// Returns the tables of which a case may have many rows.
    pub(super) fn many(&self) -> impl Iterator<Item = &Table> {
        let one: Vec<String> = self.parents().map(|table| table.name.clone()).collect();
        let tables = self.world.tables.iter();
        tables.filter(move |table| {
            table.name != self.cases.name && !one.contains(&table.name) && self.is_joined(table)
        })
    }
}

/// Returns a row of a table that is being counted.
pub(super) fn own(table: &Table) -> Row<'_> {
    Row {
        table,
        is: Is::Own,
        item: "item".to_owned(),
        defined: &[],
    }
}
