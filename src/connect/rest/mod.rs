//! A service that is described in data: where it is, how to show who is calling, its tables with
//! their pages, its tools. The descriptions that come with the program are in `presets/`.

mod asks;
mod description;
mod drafted;
mod email;
mod filling;
mod held;
mod keys;
mod paging;
pub mod presets;
mod reading;
mod service;
mod shape;
mod table;
mod template;
mod tool;
mod update;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::join_all;
use indexmap::IndexMap;
use jiff::Timestamp;
use serde_json::Value;

use super::refusals::{no_column, no_table, not_writable, require_key};
use super::{ConnectError, Connection, ConnectionInfo, Effect, RestConfig, Row, RowStream, Scan};
use crate::diag::did_you_mean;
pub use asks::{Asked, Asks, asks};
pub use drafted::{DraftedConnection, DraftedSecret, Host, Reach};
use held::Held;
pub use keys::description_keys;
use service::Service;
use table::{Reader, RestTable};
use tool::RestTool;

/// A connection to a service that is described in data.
pub struct RestConnection {
    service: Service,
    is_sandbox: bool,
    pause: Arc<dyn Pause>,
    held: Held,
    now: fn() -> Timestamp,
}

/// Waits for a while.
#[async_trait]
pub trait Pause: Send + Sync {
    /// Waits.
    async fn pause(&self, time: Duration);
}

/// Waits for real.
struct Wait;

#[async_trait]
impl Pause for Wait {
    async fn pause(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }
}

impl RestConnection {
    /// Returns the connection; nothing is sent before its first use. A description's path starts
    /// at the workspace; `env` looks up the variables that secrets name.
    ///
    /// # Errors
    /// For whatever is wrong with the description, what is filled in, and secrets that are not set.
    pub fn open(
        config: &RestConfig,
        workspace: &Path,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, ConnectError> {
        Ok(RestConnection {
            service: Service::open(config, workspace, env)?,
            is_sandbox: config.sandbox,
            pause: Arc::new(Wait),
            held: Held::new(held::TIME),
            now: Timestamp::now,
        })
    }

    fn reader(&self) -> Reader<'_> {
        Reader {
            line: &self.service.line,
            pause: &self.pause,
            held: &self.held,
            now: self.now,
        }
    }

    fn table(&self, name: &str) -> Result<&RestTable, ConnectError> {
        let names = || self.service.tables.keys().map(String::as_str);
        let table = self.service.tables.get(name);
        table.ok_or_else(|| no_table(name, names()))
    }

    async fn called(
        &self,
        name: &str,
        arguments: Row,
        key: Option<&str>,
    ) -> Result<Value, ConnectError> {
        let tools = &self.service.tools;
        let tool: &RestTool = tools.get(name).ok_or_else(|| {
            ConnectError::unknown(format!("There is no tool `{name}`."))
                .maybe_help(did_you_mean(name, tools.keys().map(String::as_str)))
        })?;
        let ask = tool.request(name, arguments, key)?;
        let answer = self.service.line.ask(&format!("`{name}`"), ask).await;
        if tool.tool.effect != Effect::Read {
            self.held.forget();
        }
        tool.given(name, answer?.0)
    }

    /// Returns the key of the one record that columns other than the table's key tell; `None` for
    /// no record.
    async fn key_of(
        &self,
        table: &RestTable,
        name: &str,
        wanted: &Row,
    ) -> Result<Option<Value>, ConnectError> {
        let rows = table.rows(self.reader(), &IndexMap::new()).await?;
        let columns = rows
            .first()
            .map(|row| row.keys().cloned().collect::<Vec<_>>());
        if let Some(columns) = columns
            && let Some(column) = wanted.keys().find(|column| !columns.contains(column))
        {
            return Err(no_column(name, column, columns.iter().map(String::as_str)));
        }
        let is_it = |row: &&Row| {
            wanted
                .iter()
                .all(|(column, value)| row.get(column) == Some(value))
        };
        let found: Vec<&Row> = rows.iter().filter(is_it).collect();
        let key = table.key.as_deref().unwrap_or_default();
        match found.as_slice() {
            [] => Ok(None),
            [row] => Ok(row.get(key).cloned()),
            rows => Err(ConnectError::last(format!(
                "An update of `{name}` fits {} records, and is of one.",
                rows.len()
            ))
            .help(format!("Name the record by its `{key}`."))),
        }
    }
}

#[async_trait]
impl Connection for RestConnection {
    async fn describe(&self) -> Result<ConnectionInfo, ConnectError> {
        let service = &self.service;
        let tools = service.tools.iter();
        let mut info = ConnectionInfo {
            kind: "rest".to_owned(),
            about: service.about.clone(),
            sandbox: self.is_sandbox,
            tools: tools
                .map(|(name, tool)| (name.clone(), tool.tool.clone()))
                .collect(),
            ..ConnectionInfo::default()
        };
        let described = service
            .tables
            .iter()
            .map(|(name, table)| async move { (name, table.describe(self.reader()).await) });
        let mut failed = Vec::new();
        for (name, described) in join_all(described).await {
            match described {
                Ok(described) => {
                    info.tables.insert(name.clone(), described.table);
                }
                Err(error) => failed.push((name, error)),
            }
        }
        // What keeps every table from being read is said once, as what it is.
        if info.tables.is_empty()
            && let Some((_, first)) = failed.first()
        {
            return Err(first.clone());
        }
        let problems = failed.into_iter().map(|(name, error)| match error.help {
            Some(help) => format!("`{name}`: {} {help}", error.message),
            None => format!("`{name}`: {}", error.message),
        });
        let problems: Vec<String> = problems.collect();
        info.problem = (!problems.is_empty()).then(|| problems.join(" "));
        Ok(info)
    }

    async fn scan(&self, scan: Scan) -> Result<RowStream, ConnectError> {
        let table = self.table(&scan.table)?;
        let rows = table.rows(self.reader(), &scan.fields).await?;
        Ok(RowStream::of(rows))
    }

    async fn call(&self, tool: &str, arguments: Row) -> Result<Value, ConnectError> {
        self.called(tool, arguments, None).await
    }

    async fn call_once(
        &self,
        tool: &str,
        arguments: Row,
        key: &str,
    ) -> Result<Value, ConnectError> {
        self.called(tool, arguments, Some(key)).await
    }

    async fn update(&self, table: &str, key: &Row, set: &Row) -> Result<u64, ConnectError> {
        let found = self.table(table)?;
        require_key(table, key)?;
        let update = found.update.as_ref().ok_or_else(|| not_writable(table))?;
        let name = found.key.as_deref().unwrap_or_default();
        let value = match key.get(name) {
            Some(value) if key.len() == 1 => Some(value.clone()),
            _ => self.key_of(found, table, key).await?,
        };
        let Some(value) = value else {
            return Ok(0);
        };
        let ask = update.request(table, (name, &value), set)?;
        let what = format!("The update of `{table}`");
        let answer = self.service.line.ask(&what, ask).await;
        // Also where the answer did not arrive: it may have been changed.
        self.held.forget();
        answer.map(|_| 1)
    }
}

#[cfg(test)]
mod tests;
