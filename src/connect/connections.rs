//! The connections of a workspace.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::future::join_all;
use indexmap::IndexMap;
use serde_json::Value;

use super::chat::ChatConnection;
use super::folder::FolderConnection;
use super::http::HttpConnection;
use super::mail::MailConnection;
use super::mcp::McpConnection;
use super::mysql::Mysql;
use super::postgres::Postgres;
use super::rest::RestConnection;
use super::sql::SqlConnection;
use super::sqlite::SqliteConnection;
use super::web_csv::WebCsvConnection;
use super::{
    Aliases, Catalog, ConnectError, Connection, ConnectionConfig, ConnectionInfo,
    ConnectionsConfig, Row, RowStream, Scan, Throttle, TurnOf,
};
use crate::diag::did_you_mean;

/// The connections of a workspace by name.
#[derive(Clone, Default)]
pub struct Connections {
    by_name: IndexMap<String, Arc<dyn Connection>>,
    /// Those that may not be asked as fast as can be.
    throttles: IndexMap<String, Arc<Throttle>>,
    /// The workspace, which keeps what people said about names.
    workspace: Option<PathBuf>,
}

impl Connections {
    /// Opens what is configured. Paths start at the workspace; `env` looks up the variables that
    /// secrets name. A connection that cannot be opened answers everything with why.
    pub fn open(
        config: &ConnectionsConfig,
        workspace: &Path,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Self {
        let mut connections = Connections {
            workspace: Some(workspace.to_owned()),
            ..Connections::default()
        };
        for (name, config) in config {
            connections.register(name, open_one(name, config, workspace, env));
            if let Some(limits) = config.limits() {
                let throttle = Arc::new(Throttle::new(limits));
                connections.throttles.insert(name.clone(), throttle);
            }
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

    /// Returns what people have said about the names in tables, as it is at this moment.
    ///
    /// # Errors
    /// As [`Aliases::read`].
    pub fn aliases(&self) -> Result<Aliases, ConnectError> {
        let workspace = self.workspace.as_deref();
        workspace.map_or_else(|| Ok(Aliases::default()), Aliases::read)
    }

    /// Waits until a connection may be called, as its limits say; the call is over when the turn
    /// is dropped.
    pub async fn turn(&self, name: &str) -> Option<TurnOf> {
        Some(self.throttles.get(name)?.turn().await)
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
        ConnectionConfig::Folder(config) => FolderConnection::open(config, workspace).map(shared),
        ConnectionConfig::Sqlite(config) => SqliteConnection::open(config, workspace).map(shared),
        ConnectionConfig::Postgres(config) => Postgres::open(config, workspace, env)
            .map(|server| shared(SqlConnection::new(server, config))),
        ConnectionConfig::Mysql(config) => Mysql::open(config, workspace, env)
            .map(|server| shared(SqlConnection::new(server, config))),
        ConnectionConfig::Csv(config) => WebCsvConnection::open(config, env).map(shared),
        ConnectionConfig::Http(config) => HttpConnection::open(config, workspace, env).map(shared),
        ConnectionConfig::Mcp(config) => McpConnection::open(config, workspace, env).map(shared),
        ConnectionConfig::Rest(config) => RestConnection::open(config, workspace, env).map(shared),
        ConnectionConfig::Mail(config) => MailConnection::open(config, workspace, env).map(shared),
        ConnectionConfig::Chat(config) => ChatConnection::open(config, env).map(shared),
    };
    opened.unwrap_or_else(|mut error| {
        error.message = format!("The connection `{name}`: {}", error.message);
        Arc::new(Unopened(error))
    })
}

fn shared(connection: impl Connection + 'static) -> Arc<dyn Connection> {
    Arc::new(connection)
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn open(config: &str, workspace: &Path) -> Connections {
        let config: ConnectionsConfig = toml::from_str(config).unwrap();
        Connections::open(&config, workspace, &|_| None)
    }

    #[tokio::test]
    async fn one_that_cannot_be_opened_leaves_the_others() {
        let workspace = tempfile::tempdir().unwrap();
        std::fs::write(workspace.path().join("a.csv"), "id\n1\n").unwrap();
        let connections = open(
            "[good]\nkind = 'folder'\npath = '.'\nabout = 'Ours'\n\
             [gone]\nkind = 'folder'\npath = 'none'\n\
             [desk]\nkind = 'http'\nopenapi = 'd.json'\nauth = { bearer = 'env:TOKEN' }\n",
            workspace.path(),
        );
        let catalog = connections.catalog().await;
        assert_eq!(catalog.table("good.a").unwrap().rows, Some(1));
        assert_eq!(catalog.connections["good"].about.as_deref(), Some("Ours"));
        let problem = |name: &str| catalog.connections[name].problem.clone().unwrap();
        assert!(problem("gone").contains("There is no folder"));
        assert!(problem("desk").contains("TOKEN is not set"));
        let error = connections.get("desk").unwrap().scan(Scan::all("x")).await;
        assert!(
            error
                .unwrap_err()
                .message
                .starts_with("The connection `desk`: ")
        );
    }

    #[test]
    fn unknown_names_get_the_nearest() {
        let workspace = tempfile::tempdir().unwrap();
        let connections = open("[crm]\nkind = 'folder'\npath = '.'", workspace.path());
        let error = connections.require("crn").err().unwrap();
        assert!(error.help.unwrap().contains("Did you mean `crm`?"));
        assert_eq!(connections.names().collect::<Vec<_>>(), ["crm"]);
    }
}
