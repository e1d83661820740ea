//! Answers, as JSON that says in words what is wrong and what to do.

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use serde_json::{Value as Json, json};

/// An answer to a request.
#[derive(Debug)]
pub(in crate::serve) struct Answer {
    status: StatusCode,
    kind: &'static str,
    body: String,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Answer {
    /// Returns an answer of JSON.
    pub(super) fn json(status: StatusCode, body: &Json) -> Self {
        Answer {
            status,
            kind: "application/json",
            body: format!("{body}\n"),
            headers: Vec::new(),
        }
    }

    /// Returns an answer of text.
    pub(super) fn text(kind: &'static str, body: String) -> Self {
        Answer {
            status: StatusCode::OK,
            kind,
            body,
            headers: Vec::new(),
        }
    }

    /// Returns an answer that says what is wrong.
    pub(super) fn wrong(status: StatusCode, what: impl Into<String>) -> Self {
        Self::json(status, &json!({"error": what.into()}))
    }

    /// Returns an answer that says what is wrong, in several sentences.
    pub(super) fn wrongs(status: StatusCode, what: &str, details: &[String]) -> Self {
        Self::json(status, &json!({"error": what, "details": details}))
    }

    /// Adds a header.
    pub(super) fn with(mut self, name: HeaderName, value: &'static str) -> Self {
        self.headers.push((name, HeaderValue::from_static(value)));
        self
    }

    /// Returns it as it goes out.
    pub(super) fn into_response(self) -> Response<Full<Bytes>> {
        let mut response = Response::new(Full::new(Bytes::from(self.body)));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.kind));
        for (name, value) in self.headers {
            headers.insert(name, value);
        }
        response
    }

    #[cfg(test)]
    pub(in crate::serve) fn parts(&self) -> (u16, Json) {
        let text = || Json::from(self.body.as_str());
        let body = serde_json::from_str(&self.body).unwrap_or_else(|_| text());
        (self.status.as_u16(), body)
    }
}

/// Returns the answer to a path that is none.
pub(super) fn not_found() -> Answer {
    Answer::wrong(StatusCode::NOT_FOUND, "There is nothing at this path")
}

/// Returns the answer to a method that a path does not take.
pub(super) fn not_so(takes: &'static str) -> Answer {
    let what = format!("This path takes {takes} only");
    Answer::wrong(StatusCode::METHOD_NOT_ALLOWED, what).with(hyper::header::ALLOW, takes)
}

/// Returns the answer to a request that took too long to arrive.
pub(super) fn too_slow() -> Answer {
    Answer::wrong(
        StatusCode::REQUEST_TIMEOUT,
        "The request took longer than 30 seconds",
    )
}

/// Returns the answer where the journal does not do its part; why is not for the sender.
pub(super) fn no_journal() -> Answer {
    let what = "It could not be written down, so nothing was started: try again";
    Answer::wrong(StatusCode::SERVICE_UNAVAILABLE, what).with(hyper::header::RETRY_AFTER, "30")
}

/// Returns the answer where a workflow is not set up; why is told where it serves.
pub(super) fn not_ready() -> Answer {
    let what = "Events cannot be taken at present: try again later";
    Answer::wrong(StatusCode::SERVICE_UNAVAILABLE, what).with(hyper::header::RETRY_AFTER, "300")
}

/// Returns the answer where too many runs wait.
pub(super) fn full() -> Answer {
    let what = "Too many runs wait for their turn: try again later";
    Answer::wrong(StatusCode::SERVICE_UNAVAILABLE, what).with(hyper::header::RETRY_AFTER, "10")
}
