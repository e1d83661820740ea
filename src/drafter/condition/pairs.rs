//! Two values of a case compared with one another: "the new price is higher than the current one".

use std::collections::BTreeSet;

use super::columns::{Named, is_date, is_number, named};
use super::compare::figures;
use super::row::{Is, Row};
use super::words::Words;
use super::{Read, Reader};

/// How two values are compared in words, the longest first: words, how numbers or dates compare.
const COMPARED: [(&str, &str); 47] = [
    ("is higher than", ">"),
    ("is greater than", ">"),
    ("is more than", ">"),
    ("is larger than", ">"),
    ("is bigger than", ">"),
    ("is later than", ">"),
    ("is lower than", "<"),
    ("is less than", "<"),
    ("is smaller than", "<"),
    ("is earlier than", "<"),
    ("are more than", ">"),
    ("are fewer than", "<"),
    ("higher than", ">"),
    ("greater than", ">"),
    ("more than", ">"),
    ("larger than", ">"),
    ("later than", ">"),
    ("lower than", "<"),
    ("less than", "<"),
    ("fewer than", "<"),
    ("smaller than", "<"),
    ("earlier than", "<"),
    ("is on or after", ">="),
    ("is on or before", "<="),
    ("on or after", ">="),
    ("on or before", "<="),
    ("no later than", "<="),
    ("is above", ">"),
    ("is below", "<"),
    ("is after", ">"),
    ("is before", "<"),
    ("runs past", ">"),
    ("runs beyond", ">"),
    ("runs to", "=="),
    ("runs until", "=="),
    ("lasts until", "=="),
    ("lasts past", ">"),
    ("goes past", ">"),
    ("exceeds", ">"),
    ("exceed", ">"),
    ("past", ">"),
    ("beyond", ">"),
    ("after", ">"),
    ("before", "<"),
    ("above", ">"),
    ("below", "<"),
    ("over", ">"),
];

/// Words behind the second value that widen a comparison.
const WIDER: [(&str, &str); 6] = [
    ("or later", ">="),
    ("or beyond", ">="),
    ("or more", ">="),
    ("or higher", ">="),
    ("or earlier", "<="),
    ("or less", "<="),
];

impl Reader<'_> {
    /// Reads a comparison of two columns, both of numbers or both of dates.
    pub(super) fn of_two(&self, words: &Words) -> Option<Read> {
        if !figures(&words.tokens).is_empty() {
            return None;
        }
        let found = COMPARED.iter().find_map(|(phrase, relation)| {
            let (from, to) = words.phrase(phrase)?;
            Some((from, to, *relation))
        });
        let (from, to, mut relation) = found?;
        let mut before = words.clone();
        before.tick(from, before.tokens.len());
        let mut behind = words.clone();
        behind.tick(0, to);
        if let Some(((start, end), wider)) = WIDER
            .iter()
            .find_map(|(phrase, wider)| Some((behind.phrase(phrase)?, *wider)))
        {
            behind.tick(start, end);
            relation = wider;
        }
        let rows = self.rows();
        let mut behind = the_same(&rows, &before, behind);
        let numbers = (
            side(&rows, &before, is_number),
            side(&rows, &behind, is_number),
        );
        let dates = (side(&rows, &before, is_date), side(&rows, &behind, is_date));
        // Numbers are compared with numbers, dates with dates.
        let (((row, one), (other, two)), are_dates) = match (numbers, dates) {
            ((Some(one), Some(two)), _) => ((one, two), false),
            (_, (Some(one), Some(two))) => ((one, two), true),
            _ => return None,
        };
        before.tick_each(&one.places);
        behind.tick_each(&two.places);
        for part in [&mut before, &mut behind] {
            part.take(&["date", "day", "value", "number"]);
            self.take_names(self.cases, part);
            for table in self.parents() {
                self.take_names(table, part);
            }
        }
        let (value, limit) = (row.path(&one.column), other.path(&two.column));
        // "Runs to the date" alone says that it is that very day.
        if value == limit || relation == "==" || !before.are_read() || !behind.are_read() {
            return None;
        }
        let source = if are_dates {
            format!("days_between({limit}, {value}) {relation} 0")
        } else {
            format!("{value} {relation} {limit}")
        };
        let sides = [(row, &one), (other, &two)];
        let joined = sides.iter().filter(|(row, _)| row.is == Is::Parent);
        let columns = sides.iter().filter(|(row, _)| row.is == Is::Own);
        Some(Read {
            source,
            value: None,
            joined: joined.map(|(row, _)| row.table.name.clone()).collect(),
            columns: columns
                .map(|(_, named)| named.column.clone())
                .collect::<BTreeSet<_>>(),
        })
    }
}

impl Reader<'_> {
    /// Returns the only two numbers of a case that differ in nothing but when they are of: the
    /// current price and the new one. `of` is the one of them that is named.
    pub(in crate::drafter) fn before_and_after(
        &self,
        earlier: &[&str],
        later: &[&str],
        of: Option<&str>,
    ) -> Option<(Read, Read)> {
        let numbers = self
            .cases
            .columns
            .iter()
            .filter(|(_, c)| is_number(&c.kind));
        let numbers: Vec<&String> = numbers.map(|(name, _)| name).collect();
        let path = |name: &str| format!("{}.{name}", self.item);
        let rest = |name: &str, times: &[&str]| -> Option<Vec<String>> {
            let parts: Vec<&str> = name.split('_').collect();
            let is_time = parts.iter().any(|part| times.contains(part));
            let rest = parts.iter().filter(|part| !times.contains(part));
            is_time.then(|| rest.map(|part| (*part).to_owned()).collect())
        };
        let mut pairs = numbers.iter().flat_map(|one| {
            let own = rest(one, earlier);
            let others = numbers.iter().filter(move |other| {
                own.as_ref().is_some_and(|own| {
                    rest(other, later).as_ref() == Some(own) || **other == &own.join("_")
                })
            });
            others.map(move |other| (*one, *other))
        });
        let named = |(one, other): &(&String, &String)| {
            of.is_none_or(|of| of == path(one) || of == path(other))
        };
        let (one, other) = pairs.find(named)?;
        if pairs.any(|pair| named(&pair)) {
            return None;
        }
        let read = |name: &String| Read {
            source: path(name),
            value: Some(path(name)),
            joined: BTreeSet::new(),
            columns: BTreeSet::from([name.clone()]),
        };
        Some((read(one), read(other)))
    }
}

/// Returns the second side of a comparison, what it only hints at said in full: "the new price is
/// above the current one".
fn the_same(rows: &[Row<'_>], before: &Words, behind: Words) -> Words {
    let said: Vec<&str> = (0..behind.tokens.len())
        .filter(|at| behind.is_free(*at))
        .map(|at| behind.tokens[at].as_str())
        .collect();
    let Some((&"one", said)) = said.split_last() else {
        return behind;
    };
    let Some((_, own)) = side(rows, before, is_number).or_else(|| side(rows, before, is_date))
    else {
        return behind;
    };
    // What it is called but for its first word, which tells the two apart.
    let called = own.column.split('_').skip(1).collect::<Vec<_>>().join(" ");
    Words::new(&format!("{} {called}", said.join(" ")))
}

/// Returns the column that one side of a comparison names best.
fn side<'r, 't>(
    rows: &'r [Row<'t>],
    words: &Words,
    is_kind: fn(&str) -> bool,
) -> Option<(&'r Row<'t>, Named)> {
    let named = rows
        .iter()
        .filter_map(|row| Some((row, named(row.table, words, is_kind)?)));
    named.reduce(|best, one| {
        let is_better = (one.1.fit.0, one.1.fit.1) > (best.1.fit.0, best.1.fit.1);
        if is_better { one } else { best }
    })
}
