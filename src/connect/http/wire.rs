//! Sending a request and waiting for its answer.

use std::time::Duration;

use reqwest::header::{HeaderMap, LOCATION};
use reqwest::{Client, Method, Response, StatusCode, Url};
use serde_json::Value;

use super::Request;
use super::access::{Access, Pass};
use super::answer::Answer;
use super::form;
use crate::connect::ConnectError;
use crate::connect::net::{self, BodyError};
use crate::connect::secret::each_text;

/// Redirects within the host that are followed before giving up.
const HOPS: usize = 5;

/// Sends requests, with the secret where it belongs.
pub struct Wire {
    client: Client,
    access: Access,
    limit: u64,
}

impl Wire {
    /// Returns a wire on which an answer may take `timeout` and hold `limit` bytes.
    pub fn new(access: Access, timeout: Duration, limit: u64) -> Result<Self, ConnectError> {
        let client = net::client().timeout(timeout).build();
        let client = client.map_err(|error| {
            let reason = net::reason(&error);
            ConnectError::last(format!("HTTPS is not to be had on this machine: {reason}."))
        })?;
        Ok(Wire {
            client,
            access,
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
            is_form: false,
        };
        let what = format!("The OpenAPI document at {url}");
        let pass = match signed {
            true => self.access.pass(&self.client).await?,
            false => Pass::None,
        };
        let (answer, pass) = self.send(&what, request, pass).await?;
        answer
            .bytes(&what)
            .map_err(|error| self.without_secret(&pass, error))
    }

    /// Sends the call of a tool and returns its answer.
    pub async fn call(&self, tool: &str, request: Request) -> Result<Value, ConnectError> {
        Ok(self.ask(&format!("`{tool}`"), request).await?.0)
    }

    /// Sends a request and returns the value of its answer, and the headers that came with it.
    /// `what` names what is asked, for messages.
    pub async fn ask(
        &self,
        what: &str,
        request: Request,
    ) -> Result<(Value, HeaderMap), ConnectError> {
        let pass = self.access.pass(&self.client).await?;
        let (answer, pass) = self.send(what, request, pass).await?;
        let headers = answer.headers.clone();
        let value = answer.value(what);
        let mut value = value.map_err(|error| self.without_secret(&pass, error))?;
        // A service may repeat what it was sent, also where it says yes.
        self.access.each_secret(&pass, &mut |secret| {
            each_text(&mut value, &|text| secret.strike_from_data(text));
        });
        Ok((value, headers))
    }

    /// Sends a request until it is answered by what is no redirect. One that was not let in is
    /// sent once more with a new token, where tokens are fetched: it was not carried out.
    async fn send(
        &self,
        what: &str,
        mut request: Request,
        mut pass: Pass,
    ) -> Result<(Answer, Pass), ConnectError> {
        let mut may_renew = true;
        for _ in 0..HOPS {
            let response = self.send_once(&request, &pass).await.map_err(|error| {
                let told = format!("{what} could not be reached: {}.", net::reason(&error));
                // What could not even be connected to was not asked.
                let is_unclear = !error.is_connect();
                let lost = ConnectError::transient(told).unclear(is_unclear);
                self.without_secret(&pass, lost.of_request(error.is_timeout()))
            })?;
            if response.status() == StatusCode::UNAUTHORIZED
                && std::mem::take(&mut may_renew)
                && let Some(renewed) = self.access.renewed(&self.client, &pass).await?
            {
                pass = renewed;
                continue;
            }
            if !is_redirect(response.status()) {
                return Ok((self.read(what, response).await?, pass));
            }
            request.url = next_url(what, &request, &response)?;
        }
        Err(ConnectError::last(format!("{what} redirects in a circle.")))
    }

    async fn send_once(&self, request: &Request, pass: &Pass) -> Result<Response, reqwest::Error> {
        let mut builder = self
            .client
            .request(request.method.clone(), request.url.clone());
        builder = builder.header("accept", "application/json");
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        builder = match &request.body {
            Some(body) if request.is_form => builder
                .header("content-type", "application/x-www-form-urlencoded")
                .body(form::form(form::fields(body))),
            Some(body) => builder.json(body),
            None => builder,
        };
        pass.sign(builder).send().await
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
            .unclear(true)
            .of_request(true)),
        }
    }

    /// A service may repeat what it was sent.
    fn without_secret(&self, pass: &Pass, mut error: ConnectError) -> ConnectError {
        self.access
            .each_secret(pass, &mut |secret| secret.strike_from(&mut error.message));
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
