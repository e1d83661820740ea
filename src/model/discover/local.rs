//! Asks a server which models it has.

use std::time::Duration;

use reqwest::Url;
use serde_json::Value;
use tokio::time::timeout;

use crate::model::config::Provider;
use crate::model::refusal::{self, Refusal};
use crate::model::{ModelError, ModelErrorKind, Secret, http, openai};

/// Returns the names of the chat models that a server offers.
///
/// # Errors
/// A server that is not there, does not answer in time, or answers with something else.
pub(super) async fn list(
    provider: Provider,
    base_url: &str,
    key: Option<&Secret>,
    limit: Duration,
) -> Result<Vec<String>, ModelError> {
    let url = match provider {
        Provider::Ollama => {
            let base_url = base_url.trim_end_matches('/').trim_end_matches("/v1");
            format!("{base_url}/api/tags")
        }
        _ => format!("{}/models", openai::with_version(base_url)),
    };
    let server = http::server(base_url);
    let asking = get(&url, key, &server);
    let body = timeout(limit, asking).await.map_err(|_| {
        ModelError::new(
            ModelErrorKind::Stalled,
            format!("{server} did not list its models in time"),
        )
        .help("Check that the server is running.")
    })??;
    if refusal::is_web_page(&body) {
        return Err(refusal::web_page(&server));
    }
    let answer: Value = serde_json::from_str(&body).unwrap_or_default();
    let names = match provider {
        Provider::Ollama => names(&answer["models"], "name"),
        _ => names(&answer["data"], "id"),
    };
    names.ok_or_else(|| {
        ModelError::new(
            ModelErrorKind::BadAnswer,
            format!("{server} does not list its models"),
        )
        .help("Name the model with --model or SOPWRIGHT_MODEL.")
    })
}

async fn get(url: &str, key: Option<&Secret>, server: &str) -> Result<String, ModelError> {
    let mut request = http::client(url)?.get(url);
    if let Some(key) = key {
        request = request.bearer_auth(key.reveal());
    }
    let failed = |error: reqwest::Error| http::failure(&error, server);
    let response = request.send().await.map_err(failed)?;
    let status = response.status();
    let body = response.text().await.map_err(failed)?;
    if status.is_success() {
        return Ok(body);
    }
    let mut error = Refusal {
        status: status.as_u16(),
        body: &body,
        server,
        ..Refusal::default()
    }
    .into_error();
    if let Some(key) = key {
        // A server may repeat what it refuses.
        error.message = error.message.replace(key.reveal(), "***");
    }
    Err(error)
}

fn names(models: &Value, key: &str) -> Option<Vec<String>> {
    let names = models.as_array()?.iter().filter_map(|m| m[key].as_str());
    // Models for search have no chat.
    let chats = names.filter(|name| !name.contains("embed"));
    Some(chats.map(str::to_owned).collect())
}

/// Returns the address that `OLLAMA_HOST` means: a host alone, with a port, or a whole URL.
pub(super) fn ollama_url(host: &str) -> String {
    let written = match host.contains("://") {
        true => host.to_owned(),
        false => format!("http://{host}"),
    };
    let Ok(mut url) = Url::parse(&written) else {
        return written;
    };
    // The variable also says where Ollama listens: on all addresses, this one included.
    if matches!(url.host_str(), Some("0.0.0.0" | "[::]")) {
        let _ = url.set_host(Some("127.0.0.1"));
    }
    if url.port().is_none() && url.scheme() == "http" && !host.contains("://") {
        let _ = url.set_port(Some(11434));
    }
    url.as_str().trim_end_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ollamas_host_is_read_in_all_its_forms() {
        for (host, url) in [
            ("10.0.0.7", "http://10.0.0.7:11434"),
            ("0.0.0.0:9000", "http://127.0.0.1:9000"),
            ("box.local:11434", "http://box.local:11434"),
            ("https://ollama.example/", "https://ollama.example"),
        ] {
            assert_eq!(ollama_url(host), url);
        }
    }
}
