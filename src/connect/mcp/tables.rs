//! Tables that are made of tools which list something.

use async_trait::async_trait;
use indexmap::IndexMap;
use serde_json::{Value, json};

use super::McpConnection;
use crate::connect::listing::{self, Pages};
use crate::connect::records::Described;
use crate::connect::{ConnectError, ListConfig, Paging, Row};
use crate::spec::FieldType;

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
        listing::check_path(name, &config.rows)?;
        if let Some(at) = config.next.as_ref().and_then(Paging::at) {
            listing::check_path(name, at)?;
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
        let (rows, is_whole) = listing::read(&self.asked(connection), DESCRIBED).await?;
        Ok(listing::describe(&rows, is_whole, &IndexMap::new()))
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
        let (rows, is_whole) = listing::read(&self.asked(connection), usize::MAX).await?;
        let inferred = listing::describe(&rows, is_whole, &IndexMap::new());
        listing::typed(&self.name, rows, &inferred, fields)
    }

    fn asked<'a>(&'a self, connection: &'a McpConnection) -> Asked<'a> {
        Asked {
            listed: self,
            connection,
            lister: format!("`{}`", self.tool),
        }
    }
}

/// A table with the server that lists it.
struct Asked<'a> {
    listed: &'a Listed,
    connection: &'a McpConnection,
    lister: String,
}

#[async_trait]
impl Pages for Asked<'_> {
    /// The argument that asks for the page, and its value.
    type Step = Option<(String, Value)>;

    fn names(&self) -> (&str, &str) {
        (&self.listed.name, &self.lister)
    }

    fn first(&self) -> Self::Step {
        match &self.listed.paging {
            Some(Paging::Number { argument, from }) => Some((argument.clone(), json!(from))),
            _ => None,
        }
    }

    async fn page(
        &self,
        step: &Self::Step,
    ) -> Result<(Vec<Row>, Option<Self::Step>), ConnectError> {
        let listed = self.listed;
        let mut arguments = listed.arguments.clone();
        arguments.extend(step.clone());
        let answer = self.connection.asked(&listed.tool, arguments).await?;
        let rows = listing::records_at(&answer, &listed.rows, self.names())?;
        let next = match &listed.paging {
            None => None,
            Some(Paging::Number { argument, .. }) => {
                let number = step.as_ref().and_then(|(_, value)| value.as_u64());
                number
                    .filter(|_| !rows.is_empty())
                    .map(|number| (argument.clone(), json!(number + 1)))
            }
            Some(Paging::Cursor { argument, at }) => {
                listing::cursor_at(&answer, at).map(|cursor| (argument.clone(), cursor))
            }
        };
        Ok((rows, next.map(Some)))
    }
}
