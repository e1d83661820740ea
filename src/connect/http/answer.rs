//! What an answer means: a value, a "no", or trouble.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, HeaderName, RETRY_AFTER};
use serde_json::Value;

use crate::connect::{ConnectError, ConnectErrorKind};
use crate::diag::one_line;

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Vec<u8>,
}

impl Answer {
    /// Returns the body of a good answer as it is.
    pub fn bytes(self, what: &str) -> Result<Vec<u8>, ConnectError> {
        match self.trouble(what) {
            Some(trouble) => Err(trouble),
            None => Ok(self.body),
        }
    }

    /// Returns the value of a good answer: its JSON, plain text as text, or null for none.
    pub fn value(self, what: &str) -> Result<Value, ConnectError> {
        if let Some(trouble) = self.trouble(what) {
            return Err(trouble);
        }
        if self.body.trim_ascii().is_empty() {
            return Ok(Value::Null);
        }
        if self.content_type().starts_with("text/") {
            return Ok(String::from_utf8_lossy(&self.body).into_owned().into());
        }
        serde_json::from_slice(&self.body).map_err(|error| {
            ConnectError::last(format!("{what} answers with what is not JSON: {error}."))
        })
    }

    fn trouble(&self, what: &str) -> Option<ConnectError> {
        let code = self.status.as_u16();
        if self.status.is_server_error() || matches!(code, 408 | 429) {
            let said = self.refusal().and_then(|(_, message)| message);
            let said = said.unwrap_or_else(|| reason_of(self.status));
            // A service that is too busy or down for repair says so before it begins.
            let is_unclear = !matches!(code, 429 | 503);
            let mut error = ConnectError::transient(format!("{what} is not available: {said}"))
                .unclear(is_unclear);
            // A gateway says these of what is behind it, and a service of itself.
            error.is_of_request = !matches!(code, 429 | 502 | 503 | 504);
            error.kind = ConnectErrorKind::Transient {
                retry_after: self.retry_after(),
            };
            return Some(error);
        }
        if self.content_type().starts_with("text/html") {
            return Some(
                ConnectError::last(format!("{what} answers with a web page, not JSON."))
                    .help("Check the `base_url`: it may lead to a site or to a login page."),
            );
        }
        if self.status.is_success() {
            return None;
        }
        let (named, message) = self.refusal().unwrap_or_default();
        let message = message.unwrap_or_else(|| reason_of(self.status));
        // Whoever is not let in at all gets no answer of the service's own.
        if code == 401 || (named.is_none() && code == 403) {
            return Some(
                ConnectError::last(format!("{what} does not let us in: {message}"))
                    .help("Check the `auth` of the connection in sopwright.toml and its secret."),
            );
        }
        let named = named.unwrap_or_else(|| format!("http_{code}"));
        let message = format!("{what} refused ({named}): {message}");
        Some(ConnectError::refused(named, message))
    }

    /// Returns the code and the message of an error in JSON: `{"error": {"code", "message"}}`,
    /// the same without the outer object, the first of a list of such, or a problem of RFC 9457;
    /// else what it says in plain words.
    fn refusal(&self) -> Option<(Option<String>, Option<String>)> {
        let Ok(body) = serde_json::from_slice::<Value>(&self.body) else {
            return self.plain_refusal();
        };
        let error = body.get("error").filter(|error| error.is_object());
        let listed = |list: &'_ Value| list.as_array().and_then(|list| list.first()).cloned();
        let first = listed(&body).or_else(|| body.get("errors").and_then(listed));
        let first = first.filter(|_| error.is_none());
        let error = first.as_ref().or(error).unwrap_or(&body);
        let text = |key: &str| error.get(key)?.as_str().filter(|text| !text.is_empty());
        let kind = text("type").and_then(|kind| kind.rsplit(['/', ':', '#']).next());
        let code = ["code", "errorCode", "category", "error", "status"]
            .into_iter()
            .find_map(text)
            .or(kind.filter(|kind| !kind.is_empty() && *kind != "blank"));
        let message = [
            "message",
            "error_description",
            "description",
            "detail",
            "title",
        ]
        .into_iter()
        .find_map(text)
        .or(error.as_str());
        Some((
            code.map(str::to_owned),
            message.map(|message| one_line(message, 300)),
        ))
    }

    /// Returns what a service says that says no in a few plain words.
    fn plain_refusal(&self) -> Option<(Option<String>, Option<String>)> {
        let text = std::str::from_utf8(&self.body).ok()?.trim();
        let is_said = self.content_type().starts_with("text/plain") && !text.is_empty();
        is_said.then(|| (None, Some(one_line(text, 300))))
    }

    fn content_type(&self) -> &str {
        let value = self.headers.get(CONTENT_TYPE);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// Returns how long the service asks to wait. A moment is taken against the service's own
    /// clock, which the answer carries.
    fn retry_after(&self) -> Option<Duration> {
        let text = |name: HeaderName| self.headers.get(name)?.to_str().ok().map(str::trim);
        let moment = |text: &str| rfc2822::parse(text).ok().map(|moment| moment.timestamp());
        let until = |then: Timestamp| {
            let wait = then.duration_since(moment(text(DATE)?)?);
            Duration::try_from(wait).ok()
        };
        if let Some(wanted) = text(RETRY_AFTER) {
            return match wanted.parse() {
                Ok(seconds) => Some(Duration::from_secs(seconds)),
                Err(_) => until(moment(wanted)?),
            };
        }
        // Some say instead when what may be asked begins anew: in seconds, or as a moment in
        // seconds since 1970.
        let reset = ["ratelimit-reset", "x-ratelimit-reset"]
            .into_iter()
            .find_map(|name| text(HeaderName::from_static(name)))?;
        match reset.parse::<i64>().ok()? {
            moment @ A_MOMENT.. => until(Timestamp::from_second(moment).ok()?),
            seconds => Some(Duration::from_secs(u64::try_from(seconds).ok()?)),
        }
    }
}

/// Seconds from which on a number is a moment, and not a time to wait: September 2001.
const A_MOMENT: i64 = 1_000_000_000;

fn reason_of(status: StatusCode) -> String {
    let words = status.canonical_reason().unwrap_or("no reason given");
    format!("HTTP {} {words}", status.as_u16())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use serde_json::json;

    fn answer(status: u16, headers: &[(&'static str, &str)], body: &str) -> Answer {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers: headers.collect(),
            body: body.as_bytes().to_vec(),
        }
    }

    fn kind(answer: Answer) -> ConnectErrorKind {
        answer.value("`t`").unwrap_err().kind
    }

    fn refused(code: &str) -> ConnectErrorKind {
        ConnectErrorKind::Refused {
            code: code.to_owned(),
        }
    }

    #[test]
    fn a_good_answer_is_its_value() {
        assert_eq!(
            answer(200, &[], r#"{"a":1}"#).value("t").unwrap(),
            json!({ "a": 1 })
        );
        assert_eq!(answer(204, &[], "").value("t").unwrap(), Value::Null);
        let text = answer(200, &[("content-type", "text/plain")], "done");
        assert_eq!(text.value("t").unwrap(), json!("done"));
        let error = answer(200, &[], "{oops").value("`t`").unwrap_err();
        assert!(error.message.contains("not JSON"));
    }

    #[test]
    fn a_business_answer_has_a_code() {
        let nested = r#"{"error":{"code":"no_stock","message":"None left"}}"#;
        let error = answer(422, &[], nested).value("`t`").unwrap_err();
        assert_eq!(error.kind, refused("no_stock"));
        assert_eq!(error.message, "`t` refused (no_stock): None left");
        assert_eq!(
            kind(answer(409, &[], r#"{"code":"taken"}"#)),
            refused("taken")
        );
        assert_eq!(
            kind(answer(403, &[], r#"{"code":"closed"}"#)),
            refused("closed")
        );
        assert_eq!(
            kind(answer(400, &[], r#"{"error":"bad_date"}"#)),
            refused("bad_date")
        );
        let google = r#"{"error":{"code":404,"status":"NOT_FOUND"}}"#;
        assert_eq!(kind(answer(404, &[], google)), refused("NOT_FOUND"));
        let problem = r#"{"type":"https://x.test/out-of-credit","title":"Out","status":403}"#;
        assert_eq!(kind(answer(400, &[], problem)), refused("out-of-credit"));
        assert_eq!(
            kind(answer(404, &[], r#"{"type":"about:blank"}"#)),
            refused("http_404")
        );
        assert_eq!(kind(answer(404, &[], "gone")), refused("http_404"));
    }

    #[test]
    fn trouble_may_pass() {
        let wait = |headers: &[(&'static str, &str)]| match kind(answer(503, headers, "<html>")) {
            ConnectErrorKind::Transient { retry_after } => retry_after,
            other => panic!("{other:?}"),
        };
        assert_eq!(wait(&[]), None);
        assert_eq!(wait(&[("retry-after", "7")]), Some(Duration::from_secs(7)));
        let dated = [
            ("date", "Wed, 21 Oct 2015 07:28:00 GMT"),
            ("retry-after", "Wed, 21 Oct 2015 07:28:30 GMT"),
        ];
        assert_eq!(wait(&dated), Some(Duration::from_secs(30)));
        assert_eq!(wait(&dated[1..]), None);
        let reset = [dated[0], ("x-ratelimit-reset", "1445412492")];
        assert_eq!(wait(&reset), Some(Duration::from_secs(12)));
        assert_eq!(wait(&reset[1..]), None);
        let reset = [("ratelimit-reset", "9")];
        assert_eq!(wait(&reset), Some(Duration::from_secs(9)));
        assert!(matches!(
            kind(answer(429, &[], "")),
            ConnectErrorKind::Transient { .. }
        ));
    }

    #[test]
    fn other_answers_are_final_and_say_what_to_do() {
        let page = [("content-type", "text/html; charset=utf-8")];
        for status in [200, 404] {
            let error = answer(status, &page, "<html>").value("`t`").unwrap_err();
            assert_eq!(error.message, "`t` answers with a web page, not JSON.");
        }
        let error = answer(401, &[], "").value("`t`").unwrap_err();
        assert_eq!(error.kind, ConnectErrorKind::Final);
        assert!(error.help.unwrap().contains("`auth`"));
        let named = r#"{"category":"EXPIRED_AUTHENTICATION","message":"It expired"}"#;
        let error = answer(401, &[], named).value("`t`").unwrap_err();
        assert_eq!(error.message, "`t` does not let us in: It expired");
    }

    #[test]
    fn the_first_of_a_list_of_errors_is_told() {
        let told = |body: &str| answer(400, &[], body).value("`t`").unwrap_err().message;
        assert_eq!(
            told(r#"[{"errorCode":"MALFORMED_QUERY","message":"unexpected token"}]"#),
            "`t` refused (MALFORMED_QUERY): unexpected token"
        );
        assert_eq!(
            told(r#"{"type":"error.list","errors":[{"code":"bad","message":"no"}]}"#),
            "`t` refused (bad): no"
        );
        assert_eq!(
            told(r#"{"errors":["from date is missing"]}"#),
            "`t` refused (http_400): from date is missing"
        );
        assert_eq!(
            told(r#"{"status":"error","category":"OBJECT_NOT_FOUND","message":"gone"}"#),
            "`t` refused (OBJECT_NOT_FOUND): gone"
        );
    }
}
