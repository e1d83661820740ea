//! The connections of a workspace.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::future::join_all;
use indexmap::IndexMap;
use serde_json::Value;

use super::{
    Catalog, ConnectError, Connection, ConnectionConfig, ConnectionInfo, ConnectionsConfig, Row,
    RowStream, Scan,
};
use crate::diag::did_you_mean;

/// The connections of a workspace by name.
#[derive(Clone, Default)]
pub struct Connections {
    by_name: IndexMap<String, Arc<dyn Connection>>,
}

impl Connections {
    /// Opens what is configured. Paths start at the workspace; `env` looks up the variables that
    /// secrets name. A connection that cannot be opened answers everything with why.
    pub fn open(
        config: &ConnectionsConfig,
        workspace: &Path,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Self {
        let mut connections = Connections::default();
        for (name, config) in config {
            connections.register(name, open_one(name, config, workspace, env));
        }
        connections
    }

    /// Adds a connection, or puts it in the place of the one of that name.
    pub fn register(&mut self, name: impl Into<String>, connection: Arc<dyn Connection>) {
        self.by_name.insert(name.into(), connection);
    }

    /// Returns the names in the order of the configuration.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }

    /// Returns a connection by its name.
    pub fn get(&self, name: &str) -> Option<&Arc<dyn Connection>> {
        self.by_name.get(name)
    }

    /// Returns a connection by its name.
    ///
    /// # Errors
    /// [`UnknownName`](super::ConnectErrorKind::UnknownName), with the names that there are.
    pub fn require(&self, name: &str) -> Result<&Arc<dyn Connection>, ConnectError> {
        self.get(name).ok_or_else(|| {
            ConnectError::unknown(format!("There is no connection `{name}`."))
                .help("Add a section [connections.NAME] to sopwright.toml.")
                .maybe_help(did_you_mean(name, self.names()))
        })
    }

    /// Returns a snapshot of what all of them offer, asked at the same time. One that cannot be
    /// read is there with its problem.
    pub async fn catalog(&self) -> Catalog {
        let described = self.by_name.iter().map(|(name, connection)| async {
            let info = connection.describe().await;
            (name.clone(), info.unwrap_or_else(unreadable))
        });
        Catalog {
            connections: join_all(described).await.into_iter().collect(),
        }
    }
}

fn open_one(
    name: &str,
    config: &ConnectionConfig,
    workspace: &Path,
    env: &dyn Fn(&str) -> Option<String>,
) -> Arc<dyn Connection> {
    let opened: Result<Arc<dyn Connection>, ConnectError> = match config {
        ConnectionConfig::Folder(_) | ConnectionConfig::Sqlite(_) | ConnectionConfig::Http(_) => {
            let _ = (workspace, env);
            Err(ConnectError::last(
                "This kind of connection is not there yet.",
            ))
        }
    };
    opened.unwrap_or_else(|mut error| {
        error.message = format!("The connection `{name}`: {}", error.message);
        Arc::new(Unopened(error))
    })
}

/// A connection that could not be opened: it answers everything with why.
struct Unopened(ConnectError);

#[async_trait]
impl Connection for Unopened {
    async fn describe(&self) -> Result<ConnectionInfo, ConnectError> {
        Err(self.0.clone())
    }

    async fn scan(&self, _: Scan) -> Result<RowStream, ConnectError> {
        Err(self.0.clone())
    }

    async fn call(&self, _: &str, _: Row) -> Result<Value, ConnectError> {
        Err(self.0.clone())
    }

    async fn update(&self, _: &str, _: &Row, _: &Row) -> Result<u64, ConnectError> {
        Err(self.0.clone())
    }
}

fn unreadable(error: ConnectError) -> ConnectionInfo {
    let problem = match error.help {
        Some(help) => format!("{} {help}", error.message),
        None => error.message,
    };
    ConnectionInfo {
        problem: Some(problem),
        ..ConnectionInfo::default()
    }
}
