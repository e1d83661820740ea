//! Anthropic's Messages API.
//!
//! Source: <https://docs.anthropic.com/en/api/messages> and its streaming counterpart.

mod decode;
mod encode;
#[cfg(test)]
mod tests;

use async_trait::async_trait;
use reqwest::header::{HeaderMap, HeaderValue};

use super::assembly::OnDelta;
use super::exchange::Endpoint;
use super::http::key_header;
use super::{ChatModel, ModelError, Patience, Price, Reply, Request, Secret};

/// Where Anthropic's own models answer.
pub const BASE_URL: &str = "https://api.anthropic.com";

/// A model behind Anthropic's Messages API.
#[derive(Debug)]
pub struct Anthropic {
    name: String,
    model: String,
    price: Option<Price>,
    endpoint: Endpoint,
}

impl Anthropic {
    /// Returns the model of that name at a base URL, with or without the closing `/v1`.
    ///
    /// # Errors
    /// An address that is no HTTP URL, or a key that cannot be sent.
    pub fn new(base_url: &str, key: Option<&Secret>, model: &str) -> Result<Self, ModelError> {
        let mut headers = HeaderMap::new();
        headers.insert("anthropic-version", HeaderValue::from_static("2023-06-01"));
        if let Some(key) = key {
            headers.insert("x-api-key", key_header(key.reveal())?);
        }
        let base_url = base_url.trim_end_matches('/');
        let base_url = base_url.strip_suffix("/v1").unwrap_or(base_url);
        Ok(Anthropic {
            name: format!("anthropic/{model}"),
            model: model.to_owned(),
            price: None,
            endpoint: Endpoint::new(base_url, "/v1/messages", headers)?,
        })
    }

    /// Sets the prices.
    #[must_use]
    pub fn priced(mut self, price: Option<Price>) -> Self {
        self.price = price;
        self
    }

    /// Sets how long to wait for the server.
    #[must_use]
    pub fn patience(mut self, patience: Patience) -> Self {
        self.endpoint.patience = patience;
        self
    }
}

#[async_trait]
impl ChatModel for Anthropic {
    fn name(&self) -> &str {
        &self.name
    }

    fn pricing(&self) -> Option<Price> {
        self.price
    }

    async fn complete(
        &self,
        request: &Request,
        on_delta: OnDelta<'_>,
    ) -> Result<Reply, ModelError> {
        let body = encode::body(&self.model, request);
        let mut decoder = decode::Blocks::default();
        self.endpoint
            .exchange(request, &body, &mut decoder, on_delta)
            .await
    }
}
