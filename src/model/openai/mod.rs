//! OpenAI's chat completions, which most other servers speak too.
//!
//! Source: <https://platform.openai.com/docs/api-reference/chat>, and what the servers of
//! llama.cpp, llama-cpp-python and Ollama really send.

mod decode;
mod encode;
#[cfg(test)]
mod tests;

use async_trait::async_trait;
use reqwest::Url;
use reqwest::header::{AUTHORIZATION, HeaderMap};

use super::assembly::OnDelta;
use super::exchange::Endpoint;
use super::http::key_header;
use super::{ChatModel, ModelError, Patience, Price, Reply, Request, Secret};

/// Where OpenAI's own models answer.
pub const BASE_URL: &str = "https://api.openai.com/v1";

/// A model behind an OpenAI-compatible server.
#[derive(Debug)]
pub struct OpenAi {
    name: String,
    model: String,
    limit_field: encode::LimitField,
    price: Option<Price>,
    endpoint: Endpoint,
}

impl OpenAi {
    /// Returns the model of that name at a base URL; one without a path is taken to mean `/v1`.
    ///
    /// # Errors
    /// An address that is no HTTP URL, or a key that cannot be sent.
    pub fn new(base_url: &str, key: Option<&Secret>, model: &str) -> Result<Self, ModelError> {
        let base_url = with_version(base_url);
        let mut headers = HeaderMap::new();
        if let Some(key) = key {
            headers.insert(
                AUTHORIZATION,
                key_header(&format!("Bearer {}", key.reveal()))?,
            );
        }
        Ok(OpenAi {
            name: format!("openai/{model}"),
            model: model.to_owned(),
            limit_field: encode::LimitField::of(&base_url),
            price: None,
            endpoint: Endpoint::new(&base_url, "/chat/completions", headers)?,
        })
    }

    /// Sets the name shown to people, for a server that is not OpenAI's.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
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

/// Returns the base URL with `/v1` where it has no path of its own.
pub(super) fn with_version(base_url: &str) -> String {
    let base_url = base_url.trim_end_matches('/');
    match Url::parse(base_url) {
        Ok(url) if url.path() == "/" => format!("{base_url}/v1"),
        _ => base_url.to_owned(),
    }
}

#[async_trait]
impl ChatModel for OpenAi {
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
        let body = encode::body(&self.model, self.limit_field, request);
        let mut decoder = decode::Choice::default();
        self.endpoint
            .exchange(request, &body, &mut decoder, on_delta)
            .await
    }
}
