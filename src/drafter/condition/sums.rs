//! Sums over the rows of another table: "we invoiced 25,000 or more in the last 12 months".

use super::columns::{is_number, named};
use super::compare::{Unit, figures};
use super::limits::own;
use super::row::conditions;
use super::words::Words;
use super::{Read, Reader};
use crate::drafter::world::Table;

/// Words that say that amounts are added up.
const ADDED: [&str; 15] = [
    "total",
    "totals",
    "totalling",
    "totaling",
    "sum",
    "summed",
    "adding",
    "add",
    "adds",
    "added",
    "altogether",
    "combined",
    "together",
    "overall",
    "cumulative",
];
/// Names of columns that hold an amount, the plainest first.
const AMOUNTS: [&str; 10] = [
    "amount",
    "total_amount",
    "total",
    "amount_usd",
    "amount_eur",
    "value",
    "price",
    "net_amount",
    "sum",
    "cost",
];

impl Reader<'_> {
    /// Reads what the amounts of a case's rows of another table add up to.
    pub(super) fn of_sums(&self, words: &Words) -> Option<Read> {
        let figure = figures(&words.tokens)
            .into_iter()
            .find(|f| f.unit == Unit::Plain && f.lies.is_none())?;
        let relation = figure.relation?;
        self.many().find_map(|table| {
            // "We invoiced 25,000" is said of amounts; "three invoices" of rows.
            let verb = as_verb(table, words);
            let noun = verb.or_else(|| self.noun(table, words))?;
            let is_verb = verb.is_some();
            let is_added = words.has(&ADDED) && words.tokens[noun] != "total";
            if !is_verb && !is_added {
                return None;
            }
            let column = amount(table, words)?;
            let mut rest = words.clone();
            rest.tick(figure.span.0, figure.span.1);
            if let Some((from, to)) = figure.tail {
                rest.tick(from, to);
            }
            rest.tick(noun, noun + 1);
            let found = conditions(&[own(table)], &mut rest)?;
            self.take_names(table, &mut rest);
            rest.take(&ADDED);
            rest.take(&[
                "amount", "amounts", "worth", "value", "to", "up", "of", "sum",
            ]);
            self.take_names(self.cases, &mut rest);
            for parent in self.parents() {
                self.take_names(parent, &mut rest);
            }
            if !rest.are_read() {
                return None;
            }
            let all: Vec<String> = found.into_iter().map(|one| one.source).collect();
            let condition = self.limited(table, &all.join(" and "));
            let rows = match condition.is_empty() {
                true => table.short().to_owned(),
                false => format!("{} | where(\"{condition}\")", table.short()),
            };
            let value = format!("sum({rows}, '{column}')");
            Some(Read {
                source: super::amounts::compared(&value, relation, &figure, 1.0),
                value: Some(value),
                ..self.of_table(table)
            })
        })
    }
}

/// Returns where a table's rows are named by what is done: "invoiced" of invoices.
fn as_verb(table: &Table, words: &Words) -> Option<usize> {
    let name = table.short().rsplit(['_', '-']).next().unwrap_or_default();
    let root = name.trim_end_matches('s').trim_end_matches('e');
    let is_one = |token: &String| {
        let rest = token.strip_prefix(root);
        root.len() > 3 && rest.is_some_and(|rest| matches!(rest, "ed" | "d"))
    };
    words.tokens.iter().position(is_one)
}

/// Returns the column of a table whose amounts are added up.
fn amount(table: &Table, words: &Words) -> Option<String> {
    let said = named(table, words, is_number).filter(|named| named.fit.0 >= 1.0);
    let usual = || {
        let holds = |name: &&&str| {
            let column = table.columns.get(**name);
            column.is_some_and(|column| is_number(&column.kind))
        };
        AMOUNTS.iter().find(holds).map(|name| (*name).to_owned())
    };
    said.map(|named| named.column).or_else(usual)
}
