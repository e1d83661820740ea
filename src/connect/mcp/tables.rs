//! Tables that are made of tools which list something.

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::McpConnection;
use crate::connect::records::{self, Described, Records};
use crate::connect::{ConnectError, ListConfig, Paging, Row};
use crate::spec::FieldType;

/// Pages that are read at most.
const PAGES: usize = 10_000;

/// Rows by which a table is described.
const DESCRIBED: usize = 2_000;

/// A table that a tool lists.
pub struct Listed {
    name: String,
    /// The tool.
    pub tool: String,
    arguments: Row,
    /// Where the rows are in its answer.
    rows: String,
    paging: Option<Paging>,
}

impl Listed {
    /// Returns the table of a configuration.
    ///
    /// # Errors
    /// For a path that is none.
    pub fn new(name: &str, config: &ListConfig) -> Result<Self, ConnectError> {
        let paths = [
            Some(&config.rows),
            config.next.as_ref().and_then(Paging::at),
        ];
        for path in paths.into_iter().flatten() {
            if !path.is_empty() && !path.starts_with('/') {
                return Err(ConnectError::last(format!(
                    "The table `{name}`: `{path}` is no path into an answer."
                ))
                .help(
                    "A path begins with a slash, as in \"/data/items\"; \"\" is the whole answer.",
                ));
            }
        }
        Ok(Listed {
            name: name.to_owned(),
            tool: config.tool.clone(),
            arguments: config.arguments.clone(),
            rows: config.rows.clone(),
            paging: config.next.clone(),
        })
    }

    /// Returns what the table holds, as its first rows show it.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn describe(&self, connection: &McpConnection) -> Result<Described, ConnectError> {
        let (rows, is_whole) = self.read(connection, DESCRIBED).await?;
        let mut records = Records::default();
        rows.iter().for_each(|row| records.add(row));
        let mut described = records.finish();
        if !is_whole {
            described.table.rows = None;
            described
                .table
                .columns
                .values_mut()
                .for_each(|column| column.unique = false);
        }
        Ok(described)
    }

    /// Returns all rows, each field read as it is to be.
    ///
    /// # Errors
    /// If they cannot be read, a field that is wanted is not there, or a value does not fit.
    pub async fn rows(
        &self,
        connection: &McpConnection,
        fields: &IndexMap<String, FieldType>,
    ) -> Result<Vec<Row>, ConnectError> {
        let (found, _) = self.read(connection, usize::MAX).await?;
        let mut records = Records::default();
        found.iter().for_each(|row| records.add(row));
        let inferred = records.finish().readings;
        // A table without rows has no fields either, and lacks none.
        if found.is_empty() {
            return Ok(Vec::new());
        }
        let fields = records::pinned(&self.name, &inferred, fields)?;
        let rows = found.into_iter().zip(1..);
        rows.map(|(row, number)| {
            records::row(&self.name, row, &fields, format_args!("row {number}"))
        })
        .collect()
    }

    /// Reads pages until there are `most` rows, and says whether those are all.
    async fn read(
        &self,
        connection: &McpConnection,
        most: usize,
    ) -> Result<(Vec<Row>, bool), ConnectError> {
        let mut rows = Vec::new();
        let mut next = match &self.paging {
            Some(Paging::Number { argument, from }) => Some((argument, json!(from))),
            _ => None,
        };
        for _ in 0..PAGES {
            let mut arguments = self.arguments.clone();
            if let Some((argument, value)) = &next {
                arguments.insert((*argument).clone(), value.clone());
            }
            let answer = connection.asked(&self.tool, arguments).await?;
            let page = self.page(&answer)?;
            let is_empty = page.is_empty();
            rows.extend(page);
            let following = match &self.paging {
                None => None,
                Some(Paging::Number { argument, .. }) => {
                    let number = next.as_ref().and_then(|(_, value)| value.as_u64());
                    number
                        .filter(|_| !is_empty)
                        .map(|number| (argument, json!(number + 1)))
                }
                Some(Paging::Cursor { argument, at }) => {
                    let cursor = answer.pointer(at).cloned().unwrap_or_default();
                    let is_one = match &cursor {
                        Value::Null | Value::Bool(false) => false,
                        Value::String(text) => !text.is_empty(),
                        _ => true,
                    };
                    is_one.then_some((argument, cursor))
                }
            };
            if following.is_some() && following == next {
                return Err(ConnectError::last(format!(
                    "The table `{}`: `{}` gives the same page again and again.",
                    self.name, self.tool
                )));
            }
            next = following;
            if next.is_none() {
                return Ok((rows, true));
            }
            if rows.len() >= most {
                return Ok((rows, false));
            }
        }
        Err(ConnectError::last(format!(
            "The table `{}` has more than {PAGES} pages.",
            self.name
        )))
    }

    fn page(&self, answer: &Value) -> Result<Vec<Row>, ConnectError> {
        let place = match self.rows.as_str() {
            "" => "its answer".to_owned(),
            path => format!("{path} of its answer"),
        };
        let no_list = |what: &str| {
            ConnectError::last(format!(
                "The table `{}`: {place} (`{}`) {what}.",
                self.name, self.tool
            ))
            .help("Correct `rows` of the table in sopwright.toml: the path to the list of records.")
        };
        let found = answer.pointer(&self.rows);
        let list = found
            .ok_or_else(|| no_list("is not there"))?
            .as_array()
            .ok_or_else(|| no_list("is no list"))?;
        list.iter()
            .map(|row| row.as_object().cloned())
            .collect::<Option<_>>()
            .ok_or_else(|| no_list("holds what is no record"))
    }
}
