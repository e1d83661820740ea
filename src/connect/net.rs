//! HTTP as every room speaks it: rustls with the ring provider, no redirects on its own accord,
//! and answers of bounded size.

use std::error::Error as _;

use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, Response};

/// Returns the builder of a client that follows no redirect, so that what is sent, and a secret
/// with it, reaches the host that was named and no other.
pub fn client() -> ClientBuilder {
    use_ring();
    Client::builder()
        .redirect(Policy::none())
        .user_agent(concat!("sopwright/", env!("CARGO_PKG_VERSION")))
}

/// Makes ring the provider of all that speaks TLS in this program.
pub fn use_ring() {
    // It fails where a provider is already installed, which does as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// Why the body of an answer could not be read.
#[derive(Debug)]
pub enum BodyError {
    /// It is longer than allowed.
    TooLong,
    /// It broke off.
    Broken(reqwest::Error),
}

/// Reads the body of an answer, up to `limit` bytes.
///
/// # Errors
/// For a longer one, and for one that breaks off.
pub async fn read_bounded(mut response: Response, limit: u64) -> Result<Vec<u8>, BodyError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(BodyError::Broken)? {
        if (body.len() + chunk.len()) as u64 > limit {
            return Err(BodyError::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Returns why a request failed, in few words and without its address.
pub fn reason(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "it took too long".to_owned();
    }
    let source = error.source().map(innermost);
    source.unwrap_or_else(|| "the request could not be sent".to_owned())
}

/// Returns what is at the bottom of an error, in its own words.
pub fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
