//! What a question shows: the ways of saying a condition, the columns that an answer can name, and an
//! answer as it could be.

use crate::drafter::condition::Reader;
use crate::drafter::words::stems;
use crate::drafter::world::{Said, Table};

/// The most columns of a table that a question names.
const NAMED: usize = 14;

/// The most other tables whose columns a question names.
const TABLES: usize = 9;

/// Returns the columns that an answer can name: those of the cases, then those of the tables that the
/// sentences name which were not read, then others.
pub(super) fn columns(about: &[&Said], reader: &Reader<'_>) -> String {
    let texts: Vec<&str> = about.iter().map(|said| said.text.as_str()).collect();
    let said = stems(&texts.join(" "));
    let is_named = |table: &Table| {
        let own = stems(&table.short().replace(['_', '-'], " "));
        !own.is_empty() && own.iter().all(|word| said.contains(word))
    };
    let own = std::iter::once(reader.cases);
    let mut others: Vec<&Table> = reader
        .world
        .tables
        .iter()
        .filter(|table| table.name != reader.cases.name && reader.is_joined(table))
        .collect();
    others.sort_by_key(|table| !is_named(table));
    let lines = own.chain(others).take(TABLES + 1).map(|table| {
        let names: Vec<&str> = table
            .columns
            .keys()
            .take(NAMED)
            .map(String::as_str)
            .collect();
        format!("Columns of {}: {}", table.short(), names.join(", "))
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Returns what one row of a table is called.
fn one_of(table: &Table) -> String {
    let one = super::super::singular(table.short());
    let one = one.strip_prefix("one_").unwrap_or(&one);
    one.replace('_', " ")
}

/// Returns the ways of saying a condition, with columns of the tables that belong to the cases.
pub(super) fn forms(reader: &Reader<'_>) -> String {
    let of = |table: &Table, kinds: &[&str]| {
        let mut columns = table.columns.iter();
        let found = columns.find(|(_, column)| kinds.contains(&column.kind.as_str()));
        found.map(|(name, _)| name.clone())
    };
    let number = of(reader.cases, &["number", "integer"]);
    let date = of(reader.cases, &["date", "time"]);
    let mut lines = vec![line(
        "Values",
        &[
            "COLUMN is A or B",
            "COLUMN is not A",
            "COLUMN is empty",
            "COLUMN is A or empty",
            "COLUMN contains A",
            "COLUMN does not end with A",
        ],
    )];
    if let Some(name) = &number {
        let figures = [
            format!("{name} is at least 10"),
            format!("{name} is less than 20 % of COLUMN"),
            format!("{name} minus COLUMN (0 if empty) is more than 10"),
            format!("over = {name} minus COLUMN, at least 0 (“over” is a figure then)"),
        ];
        lines.push(line("Figures", &figures));
    }
    if let Some(name) = &date {
        const DATED: [&str; 8] = [
            "is before today",
            "is on or after 2026-01-31",
            "is in the last 30 days",
            "is not more than 30 days ago",
            "is at least 2 months ago",
            "is in the next 30 days",
            "plus 12 months is before today",
            "is in the last 3 full calendar months",
        ];
        lines.push(line("Dates", &DATED.map(|said| format!("{name} {said}"))));
    }
    let mut others: Vec<String> = Vec::new();
    let owner = reader.parents().next().map(one_of);
    others.extend(owner.map(|owner| format!("COLUMN of the {owner} is A")));
    let is_many = |table: &&Table| {
        table.name != reader.cases.name
            && reader.is_joined(table)
            && reader.parents().all(|parent| parent.name != table.name)
    };
    if let Some(table) = reader.world.tables.iter().find(is_many) {
        let (one, many) = (one_of(table), table.short());
        let order = of(table, &["date", "time"]).map(|date| format!(" by {date}"));
        others.extend([
            format!("there is no {one} where COLUMN is A and (COLUMN is B or COLUMN is empty)"),
            format!("there are at least 2 {many} where …"),
            format!("there are at least 2 different COLUMN of the {many} where …"),
            format!(
                "COLUMN of the latest {one}{}, lowest COLUMN first, where COLUMN is A is B",
                order.unwrap_or_default()
            ),
            format!("the sum of COLUMN of the {many} where … is 0"),
            format!("the second highest COLUMN of the {many} where … is more than 10"),
        ]);
    }
    let item = one_of(reader.cases);
    let later = date.map_or("…".to_owned(), |date| format!("{date} is later"));
    others.push(format!(
        "there is another {item} of the same COLUMN and COLUMN where {later}"
    ));
    lines.push(line("Other rows", &others));
    format!(
        "Ways to say a condition, joined by “and”, “or”, “unless” and brackets:\n{}",
        lines.join("\n")
    )
}

/// Returns ways of saying something, in a line.
fn line(title: &str, ways: &[impl AsRef<str>]) -> String {
    let ways: Vec<&str> = ways.iter().map(AsRef::as_ref).collect();
    format!("{title}: {}", ways.join(" · "))
}

/// Returns an answer as it could be, with a column of the cases that has a few values; nothing if there is
/// none.
pub(super) fn example(reader: &Reader<'_>) -> Option<String> {
    const NAMES: [&str; 6] = ["name", "title", "email", "subject", "note", "comment"];
    let mut columns = reader.cases.columns.iter();
    let (name, column) = columns.find(|(name, column)| {
        let is_name = NAMES.iter().any(|own| name.contains(own)) || name.ends_with("_id");
        let is_plain = |value: &String| !value.is_empty() && value.len() < 25;
        column.kind == "text"
            && !column.unique
            && !is_name
            && (2..9).contains(&column.values.len())
            && column.values.iter().all(is_plain)
    })?;
    let date = reader
        .cases
        .columns
        .iter()
        .find(|(_, column)| column.kind == "date");
    let date = date.map(|(name, _)| format!(" and {name} in the last 30 days"));
    let value = column.values.first()?;
    Some(format!("{name} is {value}{}", date.unwrap_or_default()))
}
