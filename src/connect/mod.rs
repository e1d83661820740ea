//! Connections to data and tools.
//!
//! A [`Connection`] offers tables to read and tools to call; [`Connections`] holds the ones that
//! `sopwright.toml` names. [`Catalog`] is a snapshot of what they offer, with no way back to
//! them: checking a workflow needs the snapshot alone. Each kind of connection is one file or
//! folder here.

mod aliases;
mod blocking;
mod breaker;
mod catalog;
mod chat;
mod config;
mod connections;
mod describe;
mod error;
mod folder;
mod http;
mod listing;
mod mail;
mod mcp;
mod mysql;
mod narrowing;
pub mod net;
mod pace;
mod postgres;
mod records;
mod refusals;
mod rest;
mod secret;
mod sql;
mod sqlite;
mod stream;
mod throttle;
mod values;
mod web_csv;

use async_trait::async_trait;
use indexmap::IndexMap;
use serde_json::Value;

pub use aliases::{Alias, Aliases, AliasesOf};
pub use breaker::{Breaker, IN_A_ROW, Turn};
pub use catalog::{Catalog, Column, ConnectionInfo, Effect, Table, Tool};
pub use config::{
    AuthConfig, ChatConfig, ChatService, ConnectionConfig, ConnectionsConfig, DescribedBy,
    FileConfig, FilesConfig, HttpConfig, ListConfig, MailConfig, McpConfig, Paging, RestConfig,
    ServerConfig, ServiceConfig, TokenConfig, WebCsvConfig, is_connection_name,
};
pub use connections::Connections;
pub use describe::{overview, table_details, tool_details};
pub use error::{ConnectError, ConnectErrorKind};
pub use http::openapi_outline;
pub use narrowing::{Comparison, Is, Literal, Narrowing, Order, Test};
pub use pace::Pace;
pub use rest::{
    Asked, Asks, DraftedConnection, DraftedSecret, Host, Reach, asks, description_keys, presets,
};
pub use secret::Secret;
pub use stream::{RowFeed, RowSink, RowStream};
pub use throttle::{ConnectionLimits, Throttle, TurnOf};

use crate::spec::FieldType;
use refusals::{drift, misfit, no_column, no_table, no_tools, not_writable, require_key};

/// One record of a table, by column name.
///
/// Values are typed: numbers are numbers, dates are `"YYYY-MM-DD"`, moments are
/// `"YYYY-MM-DDTHH:MM:SSZ"` in UTC, and what is missing is null.
pub type Row = serde_json::Map<String, Value>;

/// Which rows to read, and as what.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scan {
    /// Name of the table within its connection.
    pub table: String,
    /// The fields to read, each with its type. Empty reads every column, with inferred types.
    pub fields: IndexMap<String, FieldType>,
}

impl Scan {
    /// Returns a scan of every column of a table, with inferred types.
    pub fn all(table: impl Into<String>) -> Self {
        Scan {
            table: table.into(),
            fields: IndexMap::new(),
        }
    }
}

/// A source of tables and tools.
#[async_trait]
pub trait Connection: Send + Sync {
    /// Reads what the connection offers.
    async fn describe(&self) -> Result<ConnectionInfo, ConnectError>;

    /// Reads the rows of a table in their order; only the pinned fields, where any are pinned.
    ///
    /// # Errors
    /// [`ConnectErrorKind::UnknownName`] for a table that is not there, and
    /// [`ConnectErrorKind::Drift`] for a pinned column that is not there. A cell that does not
    /// fit its pinned type ends the stream with an error.
    async fn scan(&self, scan: Scan) -> Result<RowStream, ConnectError>;

    /// Reads the rows of a table as [`Connection::scan`] does, and may leave out those that are
    /// surely not wanted. Whoever reads still chooses among what comes, and orders it unless
    /// [`RowStream::is_ordered`] says that it is. A connection that cannot tell reads all.
    ///
    /// # Errors
    /// As [`Connection::scan`], though a cell of a row that is left out is not looked at.
    async fn scan_narrowed(
        &self,
        scan: Scan,
        narrowing: &Narrowing,
    ) -> Result<RowStream, ConnectError> {
        let _ = narrowing;
        self.scan(scan).await
    }

    /// Calls a tool and returns its answer.
    ///
    /// # Errors
    /// [`ConnectErrorKind::Refused`] is the tool's own "no"; [`ConnectErrorKind::Transient`] may
    /// be tried again.
    async fn call(&self, tool: &str, arguments: Row) -> Result<Value, ConnectError>;

    /// Calls a tool with what tells this call apart from every other (its idempotency key), so
    /// that a service which knows of such keys does it once, however often it is sent. Without a
    /// place for the key in its protocol, a connection calls as [`Connection::call`] does.
    ///
    /// # Errors
    /// As [`Connection::call`].
    async fn call_once(
        &self,
        tool: &str,
        arguments: Row,
        key: &str,
    ) -> Result<Value, ConnectError> {
        let _ = key;
        self.call(tool, arguments).await
    }

    /// Tries whether it can be reached and lets us in, where describing it does not show that
    /// already; returns what was found, in words.
    ///
    /// # Errors
    /// With what is wrong.
    async fn reach(&self) -> Result<Option<String>, ConnectError> {
        Ok(None)
    }

    /// Sets columns of the rows that hold the key, and returns how many rows that were.
    ///
    /// # Errors
    /// Also for a connection that is not writable, and for an empty key.
    async fn update(&self, table: &str, key: &Row, set: &Row) -> Result<u64, ConnectError>;
}
