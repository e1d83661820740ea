//! CSVs at addresses, each a table: a sheet that Google Sheets publishes, a report of a BI tool.

mod fence;
mod source;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::join_all;
use indexmap::IndexMap;
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::blocking::blocking;
use super::folder::delimited::{self, DelimitedFile};
use super::{
    ConnectError, Connection, ConnectionInfo, Row, RowStream, Scan, WebCsvConfig, no_table,
    no_tools,
};
use fence::Fence;
use source::{Fetched, Reach, Source};

/// How long what was fetched is used before it is fetched again: who checks a workflow and then runs
/// it reads one and the same table.
const FRESH: Duration = Duration::from_secs(60);

/// A connection to CSVs at addresses.
pub struct WebCsvConnection {
    about: Option<String>,
    reach: Reach,
    tables: IndexMap<String, Table>,
    /// How long what was fetched is used.
    fresh: Duration,
}

struct Table {
    source: Source,
    /// What was fetched last, and when; held while it is fetched, so that it is fetched once.
    held: Mutex<Option<(Instant, Arc<Fetched>)>>,
}

impl WebCsvConnection {
    /// Returns the connection; nothing is fetched before its first use. `env` looks up the variables
    /// that secrets name.
    ///
    /// # Errors
    /// For an address or a duration that is none, and a secret that is not set.
    pub fn open(
        config: &WebCsvConfig,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, ConnectError> {
        if config.tables.is_empty() {
            return Err(ConnectError::last("It names no table.")
                .help("Write `tables = { NAME = \"https://…\" }` into its section."));
        }
        let open = |(name, address): (&String, &String)| {
            let table = Table {
                source: Source::open(name, address, env)?,
                held: Mutex::default(),
            };
            Ok((name.clone(), table))
        };
        Ok(WebCsvConnection {
            about: config.about.clone(),
            reach: Reach::open(config, Fence::of(&config.redirects_to)?, env)?,
            tables: config.tables.iter().map(open).collect::<Result<_, _>>()?,
            fresh: FRESH,
        })
    }

    /// Returns a table, fetched within the last minute.
    async fn fetched(&self, name: &str) -> Result<Arc<Fetched>, ConnectError> {
        let known = || self.tables.keys().map(String::as_str);
        let table = self
            .tables
            .get(name)
            .ok_or_else(|| no_table(name, known()))?;
        let mut held = table.held.lock().await;
        if let Some((at, fetched)) = &*held
            && at.elapsed() < self.fresh
        {
            return Ok(fetched.clone());
        }
        let fetched = Arc::new(self.reach.fetch(&table.source).await?);
        *held = Some((Instant::now(), fetched.clone()));
        Ok(fetched)
    }

    async fn described(&self, name: &str) -> Result<super::Table, ConnectError> {
        let fetched = self.fetched(name).await?;
        blocking(move || Ok(fetched.described()?.table.clone())).await
    }
}

#[async_trait]
impl Connection for WebCsvConnection {
    async fn describe(&self) -> Result<ConnectionInfo, ConnectError> {
        let mut info = ConnectionInfo {
            kind: "csv".to_owned(),
            about: self.about.clone(),
            ..ConnectionInfo::default()
        };
        let described = self
            .tables
            .keys()
            .map(|name| async move { (name.clone(), self.described(name).await) });
        let mut problems = Vec::new();
        for (name, described) in join_all(described).await {
            match described {
                Ok(table) => {
                    info.tables.insert(name, table);
                }
                Err(error) => problems.push(error),
            }
        }
        // Where nothing can be read, what to do about it counts.
        if info.tables.is_empty()
            && let Some(error) = problems.pop()
        {
            return Err(error);
        }
        let told: Vec<String> = problems.into_iter().map(|error| error.message).collect();
        info.problem = (!told.is_empty()).then(|| told.join(" "));
        Ok(info)
    }

    async fn scan(&self, scan: Scan) -> Result<RowStream, ConnectError> {
        let fetched = self.fetched(&scan.table).await?;
        blocking(move || {
            let described = fetched.described()?;
            let fields = match scan.fields.is_empty() {
                true => described.readings.clone(),
                false => delimited::pinned(fetched.file(), Some(&described), &scan.fields)?,
            };
            let reader = DelimitedFile::open(fetched.file())?;
            Ok(RowStream::spawn(move |sink| reader.scan(&fields, sink)))
        })
        .await
    }

    async fn call(&self, tool: &str, _: Row) -> Result<Value, ConnectError> {
        Err(no_tools(tool, "csv"))
    }

    async fn update(&self, table: &str, _: &Row, _: &Row) -> Result<u64, ConnectError> {
        Err(ConnectError::last(format!(
            "The table `{table}` is read from an address, where it cannot be changed."
        )))
    }
}

#[cfg(test)]
mod tests;
