//! An HTTP service that an OpenAPI document describes: each operation is a tool.

mod access;
mod answer;
mod auth;
mod form;
mod openapi;
mod operation;
mod outline;
mod schema;
mod token;
mod wire;

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use indexmap::IndexMap;
use reqwest::{Method, Url};
use serde_json::Value;
use tokio::sync::OnceCell;

use super::{ConnectError, Connection, ConnectionInfo, HttpConfig, Row, RowStream, Scan};
use crate::diag::did_you_mean;
pub(super) use access::{Access, Pass};
pub(super) use auth::{Auth, named_or_plain};
use openapi::Document;
use operation::Operation;
pub(super) use operation::{check_names, path_part, text_of};
pub use outline::openapi_outline;
pub(super) use token::TokenSource;
pub(super) use wire::Wire;

/// A connection to an HTTP service.
pub struct HttpConnection {
    source: Source,
    base_url: Option<Url>,
    about: Option<String>,
    is_sandbox: bool,
    wire: Wire,
    /// The document is read once, at the first use.
    service: OnceCell<Service>,
}

/// Where the OpenAPI document is.
enum Source {
    File(PathBuf),
    Address(Url),
}

struct Service {
    base: Url,
    about: Option<String>,
    operations: IndexMap<String, Operation>,
    problem: Option<String>,
}

impl HttpConnection {
    /// Returns the connection; nothing is sent before its first use. A file's path starts at the
    /// workspace; `env` looks up the variables that secrets name.
    ///
    /// # Errors
    /// For an address or a duration that is none, and a secret that is not set.
    pub fn open(
        config: &HttpConfig,
        workspace: &Path,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, ConnectError> {
        let is_address = ["http://", "https://"]
            .iter()
            .any(|scheme| config.openapi.starts_with(scheme));
        let source = if is_address {
            Source::Address(address("openapi", &config.openapi)?)
        } else {
            Source::File(workspace.join(&config.openapi))
        };
        let base_url = config.base_url.as_deref();
        let service = &config.service;
        let access = Access::open(service.auth.as_ref(), env)?;
        let (timeout, limit) = (service.timeout()?, service.max_bytes());
        Ok(HttpConnection {
            source,
            base_url: base_url.map(|url| address("base_url", url)).transpose()?,
            about: service.about.clone(),
            is_sandbox: service.sandbox,
            wire: Wire::new(access, timeout, limit)?,
            service: OnceCell::new(),
        })
    }

    /// Returns the request of a call.
    async fn request(&self, tool: &str, arguments: Row) -> Result<Request, ConnectError> {
        let service = self.service().await?;
        let operation = service.operations.get(tool).ok_or_else(|| {
            let names = service.operations.keys().map(String::as_str);
            ConnectError::unknown(format!("There is no tool `{tool}`."))
                .maybe_help(did_you_mean(tool, names))
        })?;
        operation.request(tool, &service.base, arguments)
    }

    async fn service(&self) -> Result<&Service, ConnectError> {
        self.service.get_or_try_init(|| self.read_service()).await
    }

    async fn read_service(&self) -> Result<Service, ConnectError> {
        let document = match &self.source {
            Source::File(path) => {
                let text = tokio::fs::read(path).await.map_err(|error| {
                    let path = path.display();
                    ConnectError::last(format!("The OpenAPI document {path}: {error}."))
                })?;
                Document::read(&text, &path.display().to_string())?
            }
            Source::Address(url) => {
                // A document that another host holds is no business of the secret's.
                let is_ours = match &self.base_url {
                    Some(base) => base.origin() == url.origin(),
                    None => true,
                };
                let text = self.wire.fetch(url, is_ours).await?;
                Document::read(&text, url.as_str())?
            }
        };
        let (operations, problem) = document.operations()?;
        Ok(Service {
            base: self.base(&document)?,
            about: document.about(),
            operations,
            problem,
        })
    }

    /// Returns where the operations are. A fetched document may not send calls, and the secret
    /// with them, to another host unless the user names that host.
    fn base(&self, document: &Document) -> Result<Url, ConnectError> {
        if let Some(base) = &self.base_url {
            return Ok(base.clone());
        }
        let unclear = |what: String| {
            ConnectError::last(what).help("Say the `base_url` of the connection in sopwright.toml.")
        };
        let server = document.server();
        match &self.source {
            Source::Address(url) => {
                let base = url.join(server.unwrap_or("/")).ok();
                base.filter(|base| base.origin() == url.origin())
                    .ok_or_else(|| {
                        unclear(format!(
                            "The OpenAPI document at {url} names a server on another host: {}.",
                            server.unwrap_or_default()
                        ))
                    })
            }
            Source::File(path) => server
                .and_then(|server| address("servers", server).ok())
                .ok_or_else(|| {
                    unclear(format!(
                        "The OpenAPI document {} does not say where its server is.",
                        path.display()
                    ))
                }),
        }
    }
}

#[async_trait]
impl Connection for HttpConnection {
    async fn describe(&self) -> Result<ConnectionInfo, ConnectError> {
        let service = self.service().await?;
        let tools = service.operations.iter();
        Ok(ConnectionInfo {
            kind: "http".to_owned(),
            about: self.about.clone().or_else(|| service.about.clone()),
            sandbox: self.is_sandbox,
            tables: IndexMap::new(),
            tools: tools
                .map(|(name, operation)| (name.clone(), operation.tool.clone()))
                .collect(),
            problem: service.problem.clone(),
        })
    }

    async fn scan(&self, scan: Scan) -> Result<RowStream, ConnectError> {
        Err(ConnectError::unknown(format!(
            "There is no table `{}`: an http connection has tools and no tables.",
            scan.table
        )))
    }

    async fn call(&self, tool: &str, arguments: Row) -> Result<Value, ConnectError> {
        let request = self.request(tool, arguments).await?;
        self.wire.call(tool, request).await
    }

    async fn call_once(
        &self,
        tool: &str,
        arguments: Row,
        key: &str,
    ) -> Result<Value, ConnectError> {
        let mut request = self.request(tool, arguments).await?;
        let is_key = |(name, _): &(String, String)| name.eq_ignore_ascii_case(IDEMPOTENCY_KEY);
        if !request.method.is_safe() && !request.headers.iter().any(is_key) {
            request
                .headers
                .push((IDEMPOTENCY_KEY.to_owned(), key.to_owned()));
        }
        self.wire.call(tool, request).await
    }

    async fn update(&self, table: &str, _: &Row, _: &Row) -> Result<u64, ConnectError> {
        self.scan(Scan::all(table)).await.map(|_| 0)
    }
}

/// The header by which a service tells a call that is sent again from another one
/// (draft-ietf-httpapi-idempotency-key-header).
pub(super) const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

/// A request that is ready to be sent.
#[derive(Debug, Clone)]
pub(super) struct Request {
    /// Its method.
    pub method: Method,
    /// Where it goes.
    pub url: Url,
    /// Headers beside those that every request has.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Option<Value>,
    /// Is the body sent as that of a web form, and not as JSON?
    pub is_form: bool,
}

/// Returns the address that a key of the configuration holds.
///
/// # Errors
/// For a text that is none.
pub(super) fn address(key: &str, text: &str) -> Result<Url, ConnectError> {
    Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        .ok_or_else(|| {
            ConnectError::last(format!("`{key}` is not an address: {text}."))
                .help("An address begins with http:// or https://.")
        })
}

#[cfg(test)]
pub(super) mod server;
#[cfg(test)]
mod tests;
