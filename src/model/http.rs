//! The HTTP client for model servers.

use std::sync::Once;
use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::header::{HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Client, Url, redirect};

use super::{ModelError, ModelErrorKind};

/// Returns a client for an address.
///
/// It follows no redirect, since that could carry a key elsewhere, and reaches this machine
/// without a proxy.
///
/// # Errors
/// An address that is no HTTP URL, or a machine without certificates for an `https` one.
pub(crate) fn client(base_url: &str) -> Result<Client, ModelError> {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        // Fails only when a provider is already there, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    let url = Url::parse(base_url)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        .ok_or_else(|| {
            ModelError::new(
                ModelErrorKind::BadRequest,
                format!("`{base_url}` is not the address of a model server"),
            )
            .help("Give a base URL such as http://127.0.0.1:11434/v1.")
        })?;
    let mut builder = Client::builder()
        .user_agent(concat!("sopwright/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(Duration::from_secs(10))
        .redirect(redirect::Policy::none());
    if is_loopback(&url) {
        builder = builder.no_proxy();
    }
    if url.scheme() == "http" {
        // A machine without certificates can still reach a local model.
        builder = builder.tls_certs_only([]);
    }
    builder.build().map_err(|error| {
        ModelError::new(
            ModelErrorKind::Unreachable,
            format!("no secure connection can be set up: {}", root_cause(&error)),
        )
        .help("Install the system's CA certificates.")
    })
}

/// Returns host and port of an address, as people know the server.
pub(crate) fn server(base_url: &str) -> String {
    let shown = Url::parse(base_url).ok().and_then(|url| {
        let host = url.host_str()?.to_owned();
        Some(match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host,
        })
    });
    shown.unwrap_or_else(|| base_url.to_owned())
}

/// Is the address on this machine?
pub(crate) fn is_loopback(url: &Url) -> bool {
    url.host_str().is_some_and(|host| {
        let host = host.trim_matches(['[', ']']);
        host == "localhost"
            || host
                .parse::<std::net::IpAddr>()
                .is_ok_and(|address| address.is_loopback())
    })
}

/// Returns a key as the value of a header that is kept out of logs.
pub(crate) fn key_header(value: &str) -> Result<HeaderValue, ModelError> {
    let mut header = HeaderValue::from_str(value).map_err(|_| {
        ModelError::new(
            ModelErrorKind::RefusedKey,
            "the key holds characters that no key has, such as a line end",
        )
        .help("Copy the key again.")
    })?;
    header.set_sensitive(true);
    Ok(header)
}

/// Returns what a failed exchange means for the caller.
pub(crate) fn failure(error: &reqwest::Error, server: &str) -> ModelError {
    let cause = root_cause(error);
    if error.is_connect() {
        return ModelError::new(
            ModelErrorKind::Unreachable,
            format!("{server} cannot be reached: {cause}"),
        )
        .help("Check the network and the base URL, and that the server is running.");
    }
    ModelError::new(
        ModelErrorKind::Interrupted,
        format!("the connection to {server} broke: {cause}"),
    )
    .help("Try again.")
}

/// Returns what the server asks to wait, in either form of RFC 9110, section 10.2.3.
pub(crate) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let date = rfc2822::DateTimeParser::new().parse_timestamp(value).ok()?;
    Some(Duration::try_from(date.duration_since(now)).unwrap_or_default())
}

fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn retry_after_is_read_in_both_forms() {
        let now: Timestamp = "2026-03-02T10:00:00Z".parse().unwrap();
        let wait = |value: &str| {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, value.parse().unwrap())]);
            retry_after(&headers, now)
        };
        assert_eq!(wait("7"), Some(Duration::from_secs(7)));
        let date = "Mon, 02 Mar 2026 10:01:30 GMT";
        assert_eq!(wait(date), Some(Duration::from_secs(90)));
        let past = "Mon, 02 Mar 2026 09:00:00 GMT";
        assert_eq!(wait(past), Some(Duration::ZERO));
        assert_eq!(wait("soon"), None);
        assert_eq!(wait("-3"), None);
    }

    #[test]
    fn servers_are_named_by_host_and_port() {
        assert_eq!(server("https://api.openai.com/v1"), "api.openai.com");
        assert_eq!(server("http://127.0.0.1:8080/v1"), "127.0.0.1:8080");
        let loopback = |url: &str| is_loopback(&Url::parse(url).unwrap());
        assert!(loopback("http://[::1]:80/") && loopback("http://localhost/"));
        assert!(!loopback("http://10.0.0.1/"));
    }

    #[test]
    fn an_address_must_be_http() {
        assert!(client("http://127.0.0.1:1/v1").is_ok());
        for wrong in ["api.openai.com", "ftp://host/", "", "localhost:8080"] {
            let error = client(wrong).unwrap_err();
            assert_eq!(error.kind, ModelErrorKind::BadRequest, "{wrong}");
        }
    }
}
