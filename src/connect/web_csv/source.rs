//! Fetching a CSV from its address.

use std::sync::{Arc, OnceLock};

use reqwest::header::{ACCEPT, CONTENT_TYPE, LOCATION};
use reqwest::{Client, Response, Url};
use tempfile::TempDir;

use super::fence::Fence;
use crate::connect::blocking::blocking;
use crate::connect::folder::delimited::DelimitedFile;
use crate::connect::folder::files::{DataFile, Format};
use crate::connect::http::{Access, Pass, address};
use crate::connect::net::{self, BodyError};
use crate::connect::records::Described;
use crate::connect::{ConnectError, Secret, WebCsvConfig};

/// Redirects that are followed before giving up.
const HOPS: usize = 5;

/// What helps where a link is for people who sign in.
const OPEN_IT: &str = "Open the address in a private window: what comes must be the file itself. In Google Sheets, File, Share, Publish to the web gives such an address, as comma-separated values.";

/// Where a table is.
pub struct Source {
    table: String,
    address: Url,
}

/// What is needed to fetch.
pub struct Reach {
    client: Client,
    access: Access,
    fence: Fence,
    limit: u64,
}

/// A table that was fetched, in a file that is there as long as this.
pub struct Fetched {
    file: DataFile,
    described: OnceLock<Arc<Described>>,
    _folder: TempDir,
}

impl Source {
    /// Returns the source of a table. `env` looks up the variable of an address that is a secret.
    ///
    /// # Errors
    /// For an address that is none, or is not set.
    pub fn open(
        table: &str,
        address_of: &str,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, ConnectError> {
        let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
        if table.is_empty() || !table.chars().all(is_plain) {
            return Err(
                ConnectError::last(format!("A table cannot be called `{table}`."))
                    .help("Use letters, digits, `_` and `-`."),
            );
        }
        let address = match address_of.starts_with("env:") {
            false => address(&format!("tables.{table}"), address_of)?,
            true => {
                let secret = Secret::named(address_of, env)?;
                // What is no address may still be a secret, and is not repeated.
                address("", secret.reveal()).map_err(|_| {
                    ConnectError::last(format!("What {address_of} holds is not an address."))
                        .help("An address begins with http:// or https://.")
                })?
            }
        };
        Ok(Source {
            table: table.to_owned(),
            address,
        })
    }
}

impl Reach {
    /// Returns what is needed to fetch from the addresses of a connection.
    ///
    /// # Errors
    /// For a secret that is not set, and a duration that is none.
    pub fn open(
        config: &WebCsvConfig,
        fence: Fence,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, ConnectError> {
        let client = net::client().timeout(config.timeout()?).build();
        Ok(Reach {
            client: client.map_err(|error| {
                let reason = net::reason(&error);
                ConnectError::last(format!("HTTPS is not to be had on this machine: {reason}."))
            })?,
            access: Access::open(config.auth.as_ref(), env)?,
            fence,
            limit: config.max_bytes(),
        })
    }

    /// Fetches a table. What is told of an address is its host alone, for the rest may let in
    /// whoever has it.
    ///
    /// # Errors
    /// If it is not there, is not for us, leads elsewhere, or is no CSV.
    pub async fn fetch(&self, source: &Source) -> Result<Fetched, ConnectError> {
        let what = format!("The table `{}`", source.table);
        let pass = self.access.pass(&self.client).await?;
        let mut at = source.address.clone();
        for _ in 0..HOPS {
            // Another host is no business of the secret's.
            let is_ours = source.address.origin() == at.origin();
            let shown = if is_ours { &pass } else { &Pass::None };
            let response = self.ask(&what, shown, &at).await?;
            if !response.status().is_redirection() {
                let body = self.read(&what, response).await?;
                let (table, body) = (source.table.clone(), self.without_secret(&pass, body));
                return blocking(move || Fetched::of(&table, &body)).await;
            }
            let location = response.headers().get(LOCATION);
            let target = location
                .and_then(|location| at.join(location.to_str().ok()?).ok())
                .ok_or_else(|| ConnectError::last(format!("{what} redirects to nowhere.")))?;
            if !self.fence.lets_through(&at, &target) {
                return Err(led_away(&what, &at, &target));
            }
            at = target;
        }
        Err(ConnectError::last(format!("{what} redirects in a circle.")))
    }

    async fn ask(&self, what: &str, shown: &Pass, at: &Url) -> Result<Response, ConnectError> {
        let request = self
            .client
            .get(at.clone())
            .header(ACCEPT, "text/csv, */*;q=0.5");
        let request = shown.sign(request);
        request.send().await.map_err(|error| {
            let (host, reason) = (host(at), net::reason(&error));
            ConnectError::transient(format!("{what} could not be reached at {host}: {reason}."))
        })
    }

    /// A host may repeat what it was shown.
    fn without_secret(&self, pass: &Pass, body: Vec<u8>) -> Vec<u8> {
        if matches!(pass, Pass::None) {
            return body;
        }
        String::from_utf8(body).map_or_else(
            |odd| odd.into_bytes(),
            |mut text| {
                self.access
                    .each_secret(pass, &mut |secret| secret.strike_from_data(&mut text));
                text.into_bytes()
            },
        )
    }

    async fn read(&self, what: &str, response: Response) -> Result<Vec<u8>, ConnectError> {
        let status = response.status();
        let host = host(response.url());
        let is_page = response
            .headers()
            .get(CONTENT_TYPE)
            .is_some_and(|of| of.as_bytes().starts_with(b"text/html"));
        match status.as_u16() {
            200..=299 => {}
            401 | 403 => {
                return Err(ConnectError::last(format!(
                    "{what} is not open to us: {host} answers {status}."
                ))
                .help(OPEN_IT));
            }
            404 | 410 => {
                return Err(ConnectError::last(format!(
                    "{what} is not there: {host} answers {status}."
                ))
                .help("Its address has changed, or is no longer published: take it anew, and correct it in sopwright.toml or the variable that holds it."));
            }
            408 | 429 | 500..=599 => {
                return Err(ConnectError::transient(format!(
                    "{what} is not available: {host} answers {status}."
                )));
            }
            _ => {
                return Err(ConnectError::last(format!(
                    "{what} is not to be had: {host} answers {status}."
                )));
            }
        }
        let body = net::read_bounded(response, self.limit).await;
        let body = body.map_err(|error| match error {
            BodyError::TooLong => ConnectError::last(format!(
                "{what} is larger than {} bytes.",
                self.limit
            ))
            .help("Have less written into it, or raise `max_bytes` of the connection in sopwright.toml."),
            BodyError::Broken(error) => ConnectError::transient(format!(
                "{what} broke off: {}.",
                net::reason(&error)
            )),
        })?;
        if is_page || looks_like_page(&body) {
            return Err(ConnectError::last(format!(
                "{what} is a web page and no CSV: {host} shows something to people, such as where to sign in."
            ))
            .help(OPEN_IT));
        }
        if body.starts_with(b"PK\x03\x04") {
            return Err(ConnectError::last(format!("{what} is a workbook and no CSV."))
                .help("Take the address of its CSV; of a Google sheet, `output=csv` at its end says so."));
        }
        Ok(body)
    }
}

impl Fetched {
    fn of(table: &str, body: &[u8]) -> Result<Self, ConnectError> {
        let unkept = |error: std::io::Error| {
            ConnectError::last(format!(
                "The table `{table}` could not be kept while it is read: {error}."
            ))
        };
        let folder = tempfile::tempdir().map_err(unkept)?;
        let path = folder.path().join(format!("{table}.csv"));
        std::fs::write(&path, body).map_err(unkept)?;
        Ok(Fetched {
            file: DataFile {
                table: table.to_owned(),
                path,
                format: Format::Delimited { delimiter: None },
                sheet: None,
            },
            described: OnceLock::new(),
            _folder: folder,
        })
    }

    /// Returns the file that it is in.
    pub fn file(&self) -> &DataFile {
        &self.file
    }

    /// Returns what it holds. Blocks where it is asked for the first time.
    ///
    /// # Errors
    /// If it is no CSV.
    pub fn described(&self) -> Result<Arc<Described>, ConnectError> {
        if let Some(described) = self.described.get() {
            return Ok(described.clone());
        }
        let described = Arc::new(DelimitedFile::open(&self.file)?.describe(false)?);
        Ok(self.described.get_or_init(|| described).clone())
    }
}

fn led_away(what: &str, at: &Url, target: &Url) -> ConnectError {
    let (from, to) = (host(at), host(target));
    let is_sign_in = ["accounts.", "login.", "signin.", "sso.", "auth."]
        .iter()
        .any(|start| to.starts_with(start));
    let error = ConnectError::last(format!("{what} leads from {from} to {to}."));
    match is_sign_in {
        true => error.help(format!("That is where people sign in. {OPEN_IT}")),
        false => error.help(format!(
            "If that is right, let the connection say so in sopwright.toml: redirects_to = [\"{to}\"]."
        )),
    }
}

fn host(address: &Url) -> String {
    address.host_str().unwrap_or_default().to_owned()
}

fn looks_like_page(body: &[u8]) -> bool {
    let start = body
        .strip_prefix(b"\xEF\xBB\xBF")
        .unwrap_or(body)
        .trim_ascii_start();
    let start = start[..start.len().min(16)].to_ascii_lowercase();
    [&b"<!doctype"[..], b"<html", b"<head", b"<?xml"]
        .iter()
        .any(|tag| start.starts_with(tag))
}
