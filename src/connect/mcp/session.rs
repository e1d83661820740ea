//! The session with a server: begun at its first use, and again after it broke off.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::Url;
use rmcp::ServiceExt;
use rmcp::model::{
    CallToolRequestParams, CallToolResult, ClientCapabilities, ClientConfig, ErrorCode,
    Implementation, Tool,
};
use rmcp::service::{RoleClient, RunningService, ServiceError};
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use rmcp::transport::{StreamableHttpClientTransport, TokioChildProcess};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{ChildStderr, Command};

use super::refused::not_reached;
use crate::connect::http::{Auth, address};
use crate::connect::secret::each_text;
use crate::connect::{ConnectError, McpConfig, Secret, net};
use crate::diag::{did_you_mean, one_line};

type Running = RunningService<RoleClient, ClientConfig>;

/// Of our own environment a server gets no more than this: a secret is named for it, or not there.
const INHERITED: [&str; 10] = [
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "TERM",
    "SystemRoot",
];

/// Lines of a server's complaints that are kept.
const COMPLAINTS: usize = 20;

/// How long the last complaints of a server that ended are waited for.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// The session with a server.
pub struct Session {
    reach: Reach,
    timeout: Duration,
    limit: usize,
    secrets: Vec<Secret>,
    running: tokio::sync::Mutex<Option<Arc<Running>>>,
    /// What it has written to its error output last.
    complaints: Arc<Mutex<VecDeque<String>>>,
}

/// How the server is reached.
enum Reach {
    /// It is started here.
    Command {
        program: String,
        arguments: Vec<String>,
        folder: PathBuf,
        variables: Vec<(String, Secret)>,
    },
    /// It is there.
    Address { url: Url, client: reqwest::Client },
}

impl Session {
    /// Returns a session that is not begun yet.
    ///
    /// # Errors
    /// As [`McpConnection::open`](super::McpConnection::open).
    pub fn new(
        config: &McpConfig,
        workspace: &Path,
        env: &dyn Fn(&str) -> Option<String>,
        timeout: Duration,
        limit: usize,
    ) -> Result<Self, ConnectError> {
        let mut secrets = Vec::new();
        let reach = match (config.command.split_first(), &config.url) {
            (Some((program, arguments)), None) => {
                let mut variables = Vec::new();
                for (name, reference) in &config.env {
                    let secret = Secret::named(reference, env)?;
                    secrets.push(secret.clone());
                    variables.push((name.clone(), secret));
                }
                Reach::Command {
                    program: program.clone(),
                    arguments: arguments.to_vec(),
                    folder: workspace.to_owned(),
                    variables,
                }
            }
            (None, Some(url)) => {
                let url = address("url", url)?;
                let mut client = net::client();
                if let Some(auth) = &config.service.auth {
                    let auth = Auth::open(auth, env)?;
                    secrets.push(auth.secret().clone());
                    client = client.default_headers(auth.headers(&url)?);
                }
                let client = client.build().map_err(|error| {
                    let reason = net::reason(&error);
                    ConnectError::last(format!("HTTPS is not to be had on this machine: {reason}."))
                })?;
                Reach::Address { url, client }
            }
            _ => {
                return Err(ConnectError::last(
                    "An mcp connection has either a `command` or a `url`.",
                )
                .help("As in: command = [\"npx\", \"-y\", \"some-server\"]"));
            }
        };
        Ok(Session {
            reach,
            timeout,
            limit,
            secrets,
            running: tokio::sync::Mutex::default(),
            complaints: Arc::default(),
        })
    }

    /// Returns what the server offers.
    ///
    /// # Errors
    /// If it cannot be reached.
    pub async fn tools(&self) -> Result<Vec<Tool>, ConnectError> {
        let running = self.running().await?;
        let listed = tokio::time::timeout(self.timeout, running.list_all_tools()).await;
        match listed {
            Ok(Ok(tools)) => Ok(tools),
            Ok(Err(error)) => Err(self.failed("The list of tools", error).await),
            Err(_) => Err(self.too_slow("The list of tools")),
        }
    }

    /// Returns what the server says of itself, once it has.
    pub async fn about(&self) -> Option<String> {
        let running = self.running.lock().await;
        let info = running.as_ref()?.peer_info()?;
        let name = info.server_info.as_ref().map(|server| {
            let title = server.title.as_ref().unwrap_or(&server.name);
            one_line(title, 120)
        });
        name.filter(|name| !name.is_empty())
    }

    /// Calls a tool.
    ///
    /// # Errors
    /// If the server cannot be reached, or refuses the call itself.
    pub async fn call(
        &self,
        tool: &str,
        request: CallToolRequestParams,
    ) -> Result<CallToolResult, ConnectError> {
        let running = self.running().await?;
        let what = format!("`{tool}`");
        match tokio::time::timeout(self.timeout, running.call_tool(request)).await {
            Ok(Ok(result)) => Ok(result),
            Ok(Err(ServiceError::McpError(error)))
                if matches!(
                    error.code,
                    ErrorCode::INVALID_PARAMS | ErrorCode::METHOD_NOT_FOUND
                ) =>
            {
                Err(self.misused(tool, &error.message).await)
            }
            Ok(Err(error)) => Err(self.failed(&what, error).await),
            Err(_) => Err(self.too_slow(&what).unclear(true)),
        }
    }

    /// Strikes every secret out of data that the server gives.
    pub fn strike_secrets_from(&self, value: &mut Value) {
        for secret in &self.secrets {
            each_text(value, &|text| secret.strike_from_data(text));
        }
    }

    /// Returns an error with every secret struck out.
    pub fn without_secret(&self, mut error: ConnectError) -> ConnectError {
        for secret in &self.secrets {
            secret.strike_from(&mut error.message);
        }
        error
    }

    async fn running(&self) -> Result<Arc<Running>, ConnectError> {
        let mut running = self.running.lock().await;
        if let Some(open) = running.as_ref().filter(|open| !open.is_transport_closed()) {
            return Ok(open.clone());
        }
        let begun = tokio::time::timeout(self.timeout, self.begin()).await;
        let begun = match begun {
            Ok(begun) => begun.map_err(|error| self.without_secret(error))?,
            Err(_) => return Err(self.too_slow("The server")),
        };
        let begun = Arc::new(begun);
        *running = Some(begun.clone());
        Ok(begun)
    }

    async fn begin(&self) -> Result<Running, ConnectError> {
        let version = env!("CARGO_PKG_VERSION");
        let us = Implementation::new("sopwright", version);
        let info = ClientConfig::new(ClientCapabilities::default(), us);
        match &self.reach {
            Reach::Address { url, client } => {
                let mut config = StreamableHttpClientTransportConfig::with_uri(url.as_str());
                config.max_json_response_size = self.limit;
                config.max_sse_event_size = self.limit;
                let transport = StreamableHttpClientTransport::with_client(client.clone(), config);
                let begun = info.serve(transport).await;
                begun.map_err(|error| not_reached(url, &error))
            }
            Reach::Command { program, .. } => {
                let (transport, complaints) = self.started()?;
                let listening = complaints
                    .map(|complaints| tokio::spawn(listen(complaints, self.complaints.clone())));
                let error = match info.serve(transport).await {
                    Ok(running) => return Ok(running),
                    Err(error) => error.to_string(),
                };
                // What it complained about may still be on its way.
                if let Some(listening) = listening {
                    let _ = tokio::time::timeout(LAST_WORDS, listening).await;
                }
                let told = one_line(&self.complaint().unwrap_or(error), 300);
                Err(ConnectError::transient(format!(
                    "`{program}` did not begin as an MCP server: {told}."
                ))
                .help("Run the `command` of the connection by hand to see what it says."))
            }
        }
    }

    fn started(&self) -> Result<(TokioChildProcess, Option<ChildStderr>), ConnectError> {
        let Reach::Command {
            program,
            arguments,
            folder,
            variables,
        } = &self.reach
        else {
            return Err(ConnectError::last("Nothing is to be started."));
        };
        let mut command = Command::new(program);
        command.args(arguments).current_dir(folder).env_clear();
        let inherited = INHERITED.iter().filter_map(|name| {
            let value = std::env::var_os(name)?;
            Some((*name, value))
        });
        command.envs(inherited);
        for (name, secret) in variables {
            command.env(name, secret.reveal());
        }
        let started = TokioChildProcess::builder(command)
            .stderr(Stdio::piped())
            .spawn();
        started.map_err(|error| {
            let why = match error.kind() {
                std::io::ErrorKind::NotFound => "there is no such program".to_owned(),
                _ => error.to_string(),
            };
            ConnectError::last(format!("`{program}` could not be started: {why}."))
                .help("Check the `command` of the connection in sopwright.toml.")
        })
    }

    /// Returns the error for a call that the server does not understand.
    async fn misused(&self, tool: &str, message: &str) -> ConnectError {
        let tools = self.tools().await.unwrap_or_default();
        let names = || tools.iter().map(|tool| tool.name.as_ref());
        if names().any(|name| name == tool) {
            let told = format!(
                "`{tool}` refused (invalid_arguments): {}",
                one_line(message, 300)
            );
            return self.without_secret(ConnectError::refused("invalid_arguments", told));
        }
        ConnectError::unknown(format!("There is no tool `{tool}`."))
            .maybe_help(did_you_mean(tool, names()))
    }

    async fn failed(&self, what: &str, error: ServiceError) -> ConnectError {
        let told = match &error {
            ServiceError::McpError(error) => one_line(&error.message, 300),
            // It is begun again at the next use.
            _ => {
                *self.running.lock().await = None;
                let told = self.complaint().unwrap_or_else(|| error.to_string());
                one_line(&told, 300)
            }
        };
        let is_answer = matches!(error, ServiceError::McpError(_));
        let told = format!("{what} is not available: {told}");
        self.without_secret(ConnectError::transient(told).unclear(!is_answer))
    }

    fn too_slow(&self, what: &str) -> ConnectError {
        let seconds = self.timeout.as_secs();
        ConnectError::transient(format!("{what} did not answer within {seconds} s."))
            .of_request(true)
    }

    /// Returns what the server has complained about last.
    fn complaint(&self) -> Option<String> {
        let complaints = self.complaints.lock();
        let complaints = complaints.unwrap_or_else(PoisonError::into_inner);
        complaints.back().cloned()
    }
}

/// Keeps the last lines of a server's error output.
async fn listen(complaints: ChildStderr, kept: Arc<Mutex<VecDeque<String>>>) {
    let mut lines = BufReader::new(complaints).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        if line.trim().is_empty() {
            continue;
        }
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_back(one_line(&line, 300));
        if kept.len() > COMPLAINTS {
            kept.pop_front();
        }
    }
}
