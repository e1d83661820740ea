//! What a customer brings in, where a verb says so and no column is named: "pays us $12,000 a year".

use super::columns::{Named, is_number, parts};
use super::row::Row;
use super::words::Words;
use crate::drafter::words::stem;

/// Verbs of money that comes in.
const BRINGS_IN: [&str; 12] = [
    "brings", "bring", "brought", "pays", "pay", "paid", "paying", "spends", "spend", "worth",
    "earns", "yields",
];
/// Words that say for how long.
const YEARLY: [&str; 4] = ["year", "yearly", "annually", "annum"];
const MONTHLY: [&str; 2] = ["month", "monthly"];

/// Returns the column of what a row brings in; nothing where several could be meant.
pub(super) fn money<'r, 't>(
    rows: &'r [Row<'t>],
    words: &mut Words,
) -> Option<(&'r Row<'t>, Named)> {
    // "Contracts under $5,000" leave it to the reader what of them; it is plain where rows have one
    // amount only.
    if words.tokens.iter().any(|t| t == "$") && !words.has_free(&BRINGS_IN) {
        return only_amount(rows, words);
    }
    if !words.has_free(&BRINGS_IN) {
        return None;
    }
    let (is_yearly, is_monthly) = (words.has(&YEARLY), words.has(&MONTHLY));
    let revenue = stem("revenue");
    let fits = |name: &str| {
        let own = parts(name);
        let yearly = own
            .iter()
            .any(|p| *p == stem("annual") || *p == stem("yearly"))
            || name.contains("arr");
        let monthly = own.contains(&stem("monthly")) || name.contains("mrr");
        own.contains(&revenue) && !(is_yearly && monthly) && !(is_monthly && yearly)
    };
    let mut found = rows.iter().flat_map(|row| {
        let numbers = row.table.columns.iter().filter(|(_, c)| is_number(&c.kind));
        numbers
            .filter(|(name, _)| fits(name))
            .map(move |(name, _)| (row, name.clone()))
    });
    let (row, column) = found.next()?;
    // "Paid" of two amounts could be either.
    if found.any(|(other, _)| other.table.name == row.table.name) {
        return None;
    }
    let said = words.free();
    let places: Vec<usize> = (0..said.len())
        .filter(|at| {
            let token = words.tokens[*at].as_str();
            BRINGS_IN.contains(&token)
                || YEARLY.contains(&token)
                || MONTHLY.contains(&token)
                || token == "per"
        })
        .collect();
    Some((
        row,
        Named {
            column,
            places,
            fit: (0.5, 1),
        },
    ))
}

/// Returns the only amount of money of the rows that a clause speaks of.
fn only_amount<'r, 't>(rows: &'r [Row<'t>], words: &Words) -> Option<(&'r Row<'t>, Named)> {
    const AMOUNTS: [&str; 12] = [
        "amount", "price", "revenue", "arr", "mrr", "value", "total", "cost", "fee", "spend",
        "usd", "eur",
    ];
    let row = rows.first()?;
    let name = row.table.short();
    let last = stem(name.rsplit(['_', '-']).next().unwrap_or(name));
    // The rows are named, and nothing that could be a column's name is said besides.
    if !words.tokens.iter().any(|word| stem(word) == last) {
        return None;
    }
    let numbers = row.table.columns.iter().filter(|(_, c)| is_number(&c.kind));
    let mut amounts = numbers
        .map(|(name, _)| name)
        .filter(|name| name.split('_').any(|part| AMOUNTS.contains(&part)));
    let column = amounts.next()?.clone();
    amounts.next().is_none().then(|| {
        let places = Vec::new();
        let named = Named {
            column,
            places,
            fit: (0.0, 0),
        };
        (row, named)
    })
}
