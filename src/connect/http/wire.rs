//! Sending a request and waiting for its answer.

use std::time::Duration;

use reqwest::header::LOCATION;
use reqwest::{Client, Method, Response, StatusCode, Url};
use serde_json::Value;

use super::Request;
use super::answer::Answer;
use super::auth::Auth;
use crate::connect::ConnectError;
use crate::connect::net::{self, BodyError};

/// Redirects within the host that are followed before giving up.
const HOPS: usize = 5;

/// Sends requests, with the secret where it belongs.
pub struct Wire {
    client: Client,
    auth: Option<Auth>,
    limit: u64,
}

impl Wire {
    /// Returns a wire on which an answer may take `timeout` and hold `limit` bytes.
    pub fn new(auth: Option<Auth>, timeout: Duration, limit: u64) -> Result<Self, ConnectError> {
        let client = net::client().timeout(timeout).build();
        let client = client.map_err(|error| {
            let reason = net::reason(&error);
            ConnectError::last(format!("HTTPS is not to be had on this machine: {reason}."))
        })?;
        Ok(Wire {
            client,
            auth,
            limit,
        })
    }

    /// Returns the bytes at an address, showing who is calling where that is wanted.
    pub async fn fetch(&self, url: &Url, signed: bool) -> Result<Vec<u8>, ConnectError> {
        let request = Request {
            method: Method::GET,
            url: url.clone(),
            headers: Vec::new(),
            body: None,
        };
        let what = format!("The OpenAPI document at {url}");
        let answer = self.send(&what, request, signed).await?;
        answer
            .bytes(&what)
            .map_err(|error| self.without_secret(error))
    }

    /// Sends the call of a tool and returns its answer.
    pub async fn call(&self, tool: &str, request: Request) -> Result<Value, ConnectError> {
        let what = format!("`{tool}`");
        let answer = self.send(&what, request, true).await?;
        answer
            .value(&what)
            .map_err(|error| self.without_secret(error))
    }

    async fn send(
        &self,
        what: &str,
        mut request: Request,
        signed: bool,
    ) -> Result<Answer, ConnectError> {
        for _ in 0..HOPS {
            let response = self.send_once(&request, signed).await.map_err(|error| {
                let told = format!("{what} could not be reached: {}.", net::reason(&error));
                // What could not even be connected to was not asked.
                let is_unclear = !error.is_connect();
                self.without_secret(ConnectError::transient(told).unclear(is_unclear))
            })?;
            if !is_redirect(response.status()) {
                return self.read(what, response).await;
            }
            request.url = next_url(what, &request, &response)?;
        }
        Err(ConnectError::last(format!("{what} redirects in a circle.")))
    }

    async fn send_once(&self, request: &Request, signed: bool) -> Result<Response, reqwest::Error> {
        let mut builder = self
            .client
            .request(request.method.clone(), request.url.clone());
        builder = builder.header("accept", "application/json");
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        if let Some(body) = &request.body {
            builder = builder.json(body);
        }
        if let (Some(auth), true) = (&self.auth, signed) {
            builder = auth.sign(builder);
        }
        builder.send().await
    }

    async fn read(&self, what: &str, response: Response) -> Result<Answer, ConnectError> {
        let (status, headers) = (response.status(), response.headers().clone());
        match net::read_bounded(response, self.limit).await {
            Ok(body) => Ok(Answer {
                status,
                headers,
                body,
            }),
            Err(BodyError::TooLong) => Err(ConnectError::last(format!(
                "{what} answers with more than {} bytes.",
                self.limit
            ))
            .help("Ask for less, or raise `max_bytes` of the connection in sopwright.toml.")),
            Err(BodyError::Broken(error)) => Err(ConnectError::transient(format!(
                "The answer of {what} broke off: {}.",
                net::reason(&error)
            ))
            .unclear(true)),
        }
    }

    /// A service may repeat what it was sent.
    fn without_secret(&self, mut error: ConnectError) -> ConnectError {
        if let Some(auth) = &self.auth {
            error.message = auth.secret().strike_from(&error.message);
        }
        error
    }
}

fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// Returns where a redirect leads, which must be the same host; and a request that changes
/// something is only sent again where the redirect keeps it as it is.
fn next_url(what: &str, request: &Request, response: &Response) -> Result<Url, ConnectError> {
    let location = response.headers().get(LOCATION);
    let target = location
        .and_then(|location| request.url.join(location.to_str().ok()?).ok())
        .ok_or_else(|| ConnectError::last(format!("{what} redirects to nowhere.")))?;
    let keeps = matches!(response.status().as_u16(), 307 | 308);
    let is_safe = matches!(request.method, Method::GET | Method::HEAD);
    if target.origin() == request.url.origin() && (keeps || is_safe) {
        return Ok(target);
    }
    let host = target.host_str().unwrap_or_default();
    Err(
        ConnectError::last(format!("{what} redirects to {host}{}.", target.path())).help(
            "If that is right, say it as the `base_url` of the connection in sopwright.toml.",
        ),
    )
}
