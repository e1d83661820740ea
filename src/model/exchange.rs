//! One exchange with a model server: post JSON, read events as they come, or plain JSON from a
//! server that does not stream.

use jiff::Timestamp;
use reqwest::Client;
use reqwest::header::HeaderMap;
use serde_json::Value;
use tokio::time::timeout;

use super::assembly::{Assembly, OnDelta};
use super::incoming::{Incoming, Patience, stalled};
use super::refusal::{self, Refusal};
use super::sse::EventReader;
use super::{ModelError, ModelErrorKind, Reply, Request, Stop, http};

/// Reads one wire format into an [`Assembly`].
pub(crate) trait Decoder: Send {
    /// Takes the data of one event.
    fn event(
        &mut self,
        event: &Value,
        out: &mut Assembly,
        on_delta: OnDelta<'_>,
    ) -> Result<(), ModelError>;

    /// Takes an answer that came whole.
    fn whole(
        &mut self,
        answer: &Value,
        out: &mut Assembly,
        on_delta: OnDelta<'_>,
    ) -> Result<(), ModelError>;
}

/// Where a model is asked.
#[derive(Debug)]
pub(crate) struct Endpoint {
    client: Client,
    url: String,
    server: String,
    headers: HeaderMap,
    pub(crate) patience: Patience,
}

impl Endpoint {
    /// Returns the endpoint at `base_url` + `path`, which sends `headers` with each request.
    pub(crate) fn new(base_url: &str, path: &str, headers: HeaderMap) -> Result<Self, ModelError> {
        Ok(Endpoint {
            client: http::client(base_url)?,
            url: format!("{}{path}", base_url.trim_end_matches('/')),
            server: http::server(base_url),
            headers,
            patience: Patience::default(),
        })
    }

    /// Sends `body` and reads the whole answer.
    pub(crate) async fn exchange(
        &self,
        request: &Request,
        body: &Value,
        decoder: &mut dyn Decoder,
        on_delta: OnDelta<'_>,
    ) -> Result<Reply, ModelError> {
        let answered = self.answered(request, body, decoder, on_delta).await;
        answered.map_err(|error| self.without_key(error))
    }

    async fn answered(
        &self,
        request: &Request,
        body: &Value,
        decoder: &mut dyn Decoder,
        on_delta: OnDelta<'_>,
    ) -> Result<Reply, ModelError> {
        let mut answer = self.send(body).await?;
        let mut out = Assembly::default();
        let kind = answer.kind();
        if kind.contains("event-stream") {
            self.read_events(&mut answer, decoder, &mut out, on_delta)
                .await?;
        } else {
            let text = answer.text().await?;
            self.read_whole(&text, decoder, &mut out, on_delta)?;
        }
        out.finish(request)
    }

    /// A server may repeat the key that it refuses.
    fn without_key(&self, mut error: ModelError) -> ModelError {
        let sent = self.headers.values().filter(|value| value.is_sensitive());
        for value in sent.filter_map(|value| value.to_str().ok()) {
            let key = value.strip_prefix("Bearer ").unwrap_or(value);
            error.message = error.message.replace(key, "***");
        }
        error
    }

    async fn send(&self, body: &Value) -> Result<Incoming<'_>, ModelError> {
        let sending = self
            .client
            .post(&self.url)
            .headers(self.headers.clone())
            .json(body)
            .send();
        let response = timeout(self.patience.first_byte, sending)
            .await
            .map_err(|_| stalled(&self.server, self.patience.first_byte))?
            .map_err(|error| http::failure(&error, &self.server))?;
        let status = response.status();
        let retry_after = http::retry_after(response.headers(), Timestamp::now());
        let mut answer = Incoming::new(response, &self.server, self.patience);
        if status.is_success() {
            return Ok(answer);
        }
        // The status says enough when the body of the refusal cannot be read.
        let body = answer.text().await.unwrap_or_default();
        Err(Refusal {
            status: status.as_u16(),
            retry_after,
            body: &body,
            server: &self.server,
        }
        .into_error())
    }

    async fn read_events(
        &self,
        answer: &mut Incoming<'_>,
        decoder: &mut dyn Decoder,
        out: &mut Assembly,
        on_delta: OnDelta<'_>,
    ) -> Result<(), ModelError> {
        let mut reader = EventReader::default();
        while let Some(bytes) = answer.next().await? {
            for data in reader.push(&bytes) {
                if data.trim() == "[DONE]" {
                    return Ok(());
                }
                self.take(&data, decoder, out, on_delta)?;
            }
        }
        match reader.finish() {
            // What follows the last blank line of a broken stream is no event.
            Some(data) if out.stop.is_some() && data.trim() != "[DONE]" => {
                self.take(&data, decoder, out, on_delta)
            }
            _ => Ok(()),
        }
    }

    /// Reads an answer that is not announced as a stream: JSON, or events from a server that
    /// does not name their type.
    fn read_whole(
        &self,
        text: &str,
        decoder: &mut dyn Decoder,
        out: &mut Assembly,
        on_delta: OnDelta<'_>,
    ) -> Result<(), ModelError> {
        if refusal::is_web_page(text) {
            return Err(refusal::web_page(&self.server));
        }
        if let Ok(answer) = serde_json::from_str::<Value>(text) {
            self.refuse_errors(&answer)?;
            decoder.whole(&answer, out, on_delta)?;
            // Some servers leave the reason out; the answer is whole all the same.
            out.stop = out.stop.or(Some(Stop::EndTurn));
            return Ok(());
        }
        let mut reader = EventReader::default();
        let mut events = reader.push(text.as_bytes());
        events.extend(reader.finish());
        if events.is_empty() {
            return Err(self.unreadable(text));
        }
        for data in events.iter().filter(|data| data.trim() != "[DONE]") {
            self.take(data, decoder, out, on_delta)?;
        }
        Ok(())
    }

    fn take(
        &self,
        data: &str,
        decoder: &mut dyn Decoder,
        out: &mut Assembly,
        on_delta: OnDelta<'_>,
    ) -> Result<(), ModelError> {
        if data.trim().is_empty() {
            return Ok(());
        }
        let event: Value = serde_json::from_str(data).map_err(|_| self.unreadable(data))?;
        self.refuse_errors(&event)?;
        decoder.event(&event, out, on_delta)
    }

    fn refuse_errors(&self, value: &Value) -> Result<(), ModelError> {
        if value["error"].is_null() {
            return Ok(());
        }
        Err(Refusal {
            body: &value.to_string(),
            server: &self.server,
            ..Refusal::default()
        }
        .into_error())
    }

    fn unreadable(&self, text: &str) -> ModelError {
        let message = match crate::diag::one_line(text, 120).as_str() {
            "" => format!("{} answered with an empty body", self.server),
            excerpt => format!(
                "{} answered with something that is not JSON: {excerpt}",
                self.server
            ),
        };
        ModelError::new(ModelErrorKind::BadAnswer, message)
            .help("Check the base URL, and that the provider setting names its wire format.")
    }
}
