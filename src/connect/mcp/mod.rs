//! A server of the Model Context Protocol: its tools, and the tables that the configuration makes
//! of those that list something.

mod answer;
mod refused;
mod session;
mod tables;

use std::path::Path;

use async_trait::async_trait;
use indexmap::IndexMap;
use rmcp::model::{CallToolRequestParams, Tool as Offered};
use serde_json::Value;

use super::{
    ConnectError, Connection, ConnectionInfo, Effect, McpConfig, Row, RowStream, Scan, Tool,
    no_table,
};
use crate::diag::did_you_mean;
use session::Session;
use tables::Listed;

/// A connection to an MCP server.
pub struct McpConnection {
    session: Session,
    about: Option<String>,
    is_sandbox: bool,
    limit: usize,
    tables: IndexMap<String, Listed>,
}

impl McpConnection {
    /// Returns the connection; nothing is started or sent before its first use. A command is run in
    /// the workspace; `env` looks up the variables that secrets name.
    ///
    /// # Errors
    /// For a configuration that says neither or both of `command` and `url`, an address or duration
    /// that is none, and a secret that is not set.
    pub fn open(
        config: &McpConfig,
        workspace: &Path,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, ConnectError> {
        let service = &config.service;
        let timeout = service.timeout()?;
        let limit = usize::try_from(service.max_bytes()).unwrap_or(usize::MAX);
        Ok(McpConnection {
            session: Session::new(config, workspace, env, timeout, limit)?,
            about: service.about.clone(),
            is_sandbox: service.sandbox,
            limit,
            tables: config
                .tables
                .iter()
                .map(|(name, table)| Ok((name.clone(), Listed::new(name, table)?)))
                .collect::<Result<_, ConnectError>>()?,
        })
    }

    async fn asked(&self, tool: &str, arguments: Row) -> Result<Value, ConnectError> {
        let request = CallToolRequestParams::new(tool.to_owned()).with_arguments(arguments);
        let result = self.session.call(tool, request).await?;
        let mut value = answer::value(tool, result, self.limit)
            .map_err(|error| self.session.without_secret(error))?;
        self.session.strike_secrets_from(&mut value);
        Ok(value)
    }

    fn table(&self, name: &str) -> Result<&Listed, ConnectError> {
        let names = || self.tables.keys().map(String::as_str);
        self.tables.get(name).ok_or_else(|| no_table(name, names()))
    }
}

#[async_trait]
impl Connection for McpConnection {
    async fn describe(&self) -> Result<ConnectionInfo, ConnectError> {
        let tools = self.session.tools().await?;
        let mut info = ConnectionInfo {
            kind: "mcp".to_owned(),
            about: self.about.clone().or(self.session.about().await),
            sandbox: self.is_sandbox,
            tools: tools.into_iter().map(offered).collect(),
            ..ConnectionInfo::default()
        };
        let mut problems = Vec::new();
        for (name, listed) in &self.tables {
            let found = match info.tools.get(&listed.tool) {
                Some(tool) if tool.effect == Effect::Read => listed.describe(self).await,
                Some(_) => Err(ConnectError::last(format!(
                    "`{}` does not say that it only reads, so no table is made of it.",
                    listed.tool
                ))),
                None => {
                    let names = info.tools.keys().map(String::as_str);
                    Err(
                        ConnectError::unknown(format!("There is no tool `{}`.", listed.tool))
                            .maybe_help(did_you_mean(&listed.tool, names)),
                    )
                }
            };
            match found {
                Ok(described) => {
                    info.tables.insert(name.clone(), described.table);
                }
                Err(error) => problems.push(format!("`{name}`: {}", error.message)),
            }
        }
        info.problem = (!problems.is_empty()).then(|| problems.join(" "));
        Ok(info)
    }

    async fn scan(&self, scan: Scan) -> Result<RowStream, ConnectError> {
        let rows = self.table(&scan.table)?.rows(self, &scan.fields).await?;
        Ok(RowStream::of(rows))
    }

    async fn call(&self, tool: &str, arguments: Row) -> Result<Value, ConnectError> {
        self.asked(tool, arguments).await
    }

    async fn update(&self, table: &str, _: &Row, _: &Row) -> Result<u64, ConnectError> {
        self.table(table)?;
        Err(
            ConnectError::last(format!("The table `{table}` is only to be read."))
                .help("Let the workflow call the tool that changes it."),
        )
    }
}

/// Returns a tool as the catalog has it. What a server says of its tools' effects is taken; of one
/// that says nothing it is taken that it writes.
fn offered(tool: Offered) -> (String, Tool) {
    let hints = tool.annotations.unwrap_or_default();
    let effect = match (hints.read_only_hint, hints.destructive_hint) {
        (Some(true), _) => Effect::Read,
        (_, Some(true)) => Effect::Irreversible,
        _ => Effect::Write,
    };
    let described = Tool {
        description: tool.description.unwrap_or_default().into_owned(),
        effect,
        input: Value::Object((*tool.input_schema).clone()),
        output: tool
            .output_schema
            .map(|schema| Value::Object((*schema).clone())),
        idempotent: effect == Effect::Read || hints.idempotent_hint == Some(true),
    };
    (tool.name.into_owned(), described)
}
