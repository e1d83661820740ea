//! Tables that come in pages: read to their end, described by their first pages, and told apart
//! from a list that goes round in a circle.

use async_trait::async_trait;
use indexmap::IndexMap;
use serde_json::Value;

use super::records::{self, Described, Records};
use super::{ConnectError, Row};
use crate::spec::FieldType;

/// Pages that are read at most.
const PAGES: usize = 10_000;

/// Rows that are read at most: they are held in memory until the last page has come, so that half
/// a table is never taken for all of it.
const ROWS: usize = 2_000_000;

/// A table that comes in pages.
#[async_trait]
pub trait Pages: Sync {
    /// What asks for one page.
    type Step: PartialEq + Send + Sync;

    /// Returns the name of the table, and what lists it, for messages.
    fn names(&self) -> (&str, &str);

    /// Returns the column that tells its rows apart, where it is known.
    fn key(&self) -> Option<&str> {
        None
    }

    /// Returns what asks for the first page.
    fn first(&self) -> Self::Step;

    /// Reads a page: its rows, and what asks for the next one.
    async fn page(&self, step: &Self::Step)
    -> Result<(Vec<Row>, Option<Self::Step>), ConnectError>;
}

/// Reads pages until there are `most` rows, and says whether those are all. Of a row that comes
/// twice, since the list changed meanwhile, the later one is taken.
///
/// # Errors
/// If a page cannot be read, and for a list without an end.
pub async fn read<P: Pages>(pages: &P, most: usize) -> Result<(Vec<Row>, bool), ConnectError> {
    let (name, lister) = pages.names();
    let mut rows: Vec<Row> = Vec::new();
    let mut places: IndexMap<String, usize> = IndexMap::new();
    let mut step = pages.first();
    for _ in 0..PAGES {
        let (page, next) = pages.page(&step).await?;
        for row in page {
            let key = pages.key().and_then(|key| row.get(key));
            match key.filter(|key| !key.is_null()).map(Value::to_string) {
                Some(key) => match places.insert_full(key, rows.len()) {
                    (at, Some(place)) => {
                        places[at] = place;
                        rows[place] = row;
                    }
                    (_, None) => rows.push(row),
                },
                None => rows.push(row),
            }
        }
        let Some(next) = next else {
            return Ok((rows, true));
        };
        if next == step {
            return Err(ConnectError::last(format!(
                "The table `{name}`: {lister} gives the same page again and again."
            )));
        }
        if rows.len() >= most {
            return Ok((rows, false));
        }
        if rows.len() > ROWS {
            return Err(ConnectError::last(format!(
                "The table `{name}` has more than {ROWS} rows."
            ))
            .help("Narrow what is asked for, as with a date since when."));
        }
        step = next;
    }
    Err(ConnectError::last(format!(
        "The table `{name}` has more than {PAGES} pages."
    )))
}

/// Returns what a table holds, as its first rows show it. Of a table that was not read to its end
/// nothing is said of all its rows. `known` are the types of columns that are known beforehand.
pub fn describe(rows: &[Row], is_whole: bool, known: &IndexMap<String, FieldType>) -> Described {
    let mut records = Records::default();
    rows.iter().for_each(|row| records.add(row));
    let mut described = records.finish_as(known);
    if !is_whole {
        described.table.rows = None;
        for column in described.table.columns.values_mut() {
            column.unique = false;
            // Others may come later.
            if let Some(values) = column.values.take() {
                column.examples = values.into_iter().take(3).collect();
            }
        }
    }
    described
}

/// Returns rows with each field read as it is to be.
///
/// # Errors
/// If a field that is wanted is not there, or a value does not fit.
pub fn typed(
    table: &str,
    rows: Vec<Row>,
    inferred: &Described,
    fields: &IndexMap<String, FieldType>,
) -> Result<Vec<Row>, ConnectError> {
    // A table without rows shows no fields either, and lacks none.
    if rows.is_empty() {
        return Ok(rows);
    }
    let fields = records::pinned(table, &inferred.readings, fields)?;
    let rows = rows.into_iter().zip(1..);
    rows.map(|(row, number)| records::row(table, row, &fields, format_args!("row {number}")))
        .collect()
}

/// Refuses a path into an answer that is none.
///
/// # Errors
/// For a path that does not begin with a slash.
pub fn check_path(table: &str, path: &str) -> Result<(), ConnectError> {
    if path.is_empty() || path.starts_with('/') {
        return Ok(());
    }
    Err(ConnectError::last(format!(
        "The table `{table}`: `{path}` is no path into an answer."
    ))
    .help("A path begins with a slash, as in \"/data/items\"; \"\" is the whole answer."))
}

/// Returns the records at a path of an answer.
///
/// # Errors
/// If there is no list, or it holds what is no record.
pub fn records_at(
    answer: &Value,
    path: &str,
    (name, lister): (&str, &str),
) -> Result<Vec<Row>, ConnectError> {
    let list = list_at(answer, path, (name, lister))?;
    let records: Option<_> = list.iter().map(|row| row.as_object().cloned()).collect();
    records.ok_or_else(|| no_list(path, (name, lister), "holds what is no record"))
}

/// Returns the list at a path of an answer.
///
/// # Errors
/// If there is none.
pub fn list_at<'a>(
    answer: &'a Value,
    path: &str,
    names: (&str, &str),
) -> Result<&'a Vec<Value>, ConnectError> {
    let found = answer.pointer(path);
    found
        .ok_or_else(|| no_list(path, names, "is not there"))?
        .as_array()
        .ok_or_else(|| no_list(path, names, "is no list"))
}

fn no_list(path: &str, (name, lister): (&str, &str), what: &str) -> ConnectError {
    let place = match path {
        "" => "its answer".to_owned(),
        path => format!("{path} of its answer"),
    };
    ConnectError::last(format!("The table `{name}`: {place} ({lister}) {what}."))
        .help("Correct `rows` of the table: the path to the list of records.")
}

/// Returns what an answer gives to ask for the next page; `None` for nothing.
pub fn cursor_at(answer: &Value, path: &str) -> Option<Value> {
    let cursor = answer.pointer(path)?;
    let is_one = match cursor {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        _ => true,
    };
    is_one.then(|| cursor.clone())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use serde_json::json;

    use super::*;

    /// Pages that are given, each with the number of the next.
    struct Given(Vec<(Value, Option<usize>)>);

    #[async_trait]
    impl Pages for Given {
        type Step = usize;

        fn names(&self) -> (&str, &str) {
            ("deals", "`list`")
        }

        fn key(&self) -> Option<&str> {
            Some("id")
        }

        fn first(&self) -> usize {
            0
        }

        async fn page(&self, step: &usize) -> Result<(Vec<Row>, Option<usize>), ConnectError> {
            let (rows, next) = &self.0[*step];
            Ok((records_at(rows, "", self.names())?, *next))
        }
    }

    #[tokio::test]
    async fn a_record_that_moved_to_another_page_counts_once_as_it_was_last() {
        let pages = Given(vec![
            (json!([{"id": 1, "at": "a"}, {"id": 2, "at": "a"}]), Some(1)),
            (
                json!([{"id": 1, "at": "b"}, {"at": "no id"}, {"at": "no id"}]),
                None,
            ),
        ]);
        let (rows, is_whole) = read(&pages, usize::MAX).await.unwrap();
        assert!(is_whole);
        let at: Vec<&Value> = rows.iter().map(|row| &row["at"]).collect();
        assert_eq!(at, ["b", "a", "no id", "no id"]);
        let (rows, is_whole) = read(&pages, 2).await.unwrap();
        assert_eq!((rows.len(), is_whole), (2, false));
    }

    #[tokio::test]
    async fn a_list_that_goes_round_is_an_error() {
        let pages = Given(vec![(json!([{"id": 1}]), Some(0))]);
        let error = read(&pages, usize::MAX).await.unwrap_err();
        assert_eq!(
            error.message,
            "The table `deals`: `list` gives the same page again and again."
        );
    }

    #[test]
    fn the_first_rows_say_nothing_of_all() {
        let row = |stage: &str| json!({ "stage": stage }).as_object().unwrap().clone();
        let rows = [row("open"), row("won")];
        let whole = describe(&rows, true, &IndexMap::new()).table;
        assert_eq!(whole.columns["stage"].values.as_ref().unwrap().len(), 2);
        let part = describe(&rows, false, &IndexMap::new()).table;
        assert_eq!((part.rows, &part.columns["stage"].values), (None, &None));
        assert_eq!(part.columns["stage"].examples, ["open", "won"]);
        assert!(!part.columns["stage"].unique);
    }

    #[test]
    fn a_path_that_leads_nowhere_is_told() {
        let error = |answer: Value, path: &str| {
            records_at(&answer, path, ("deals", "`list`"))
                .unwrap_err()
                .message
        };
        assert!(error(json!({}), "/items").contains("/items of its answer (`list`) is not there"));
        assert!(error(json!({"items": 1}), "/items").contains("is no list"));
        assert!(error(json!([1]), "").contains("its answer (`list`) holds what is no record"));
        assert!(check_path("deals", "items").is_err());
    }
}
