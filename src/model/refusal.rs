//! What a server's refusal means: classed by status and type first, by wording last.

use std::time::Duration;

use serde_json::Value;

use crate::diag::one_line;

use super::{ModelError, ModelErrorKind};

/// A refusal as it came over the wire.
#[derive(Debug, Default)]
pub(crate) struct Refusal<'a> {
    /// The HTTP status; 0 for an error inside a stream that names none.
    pub(crate) status: u16,
    /// What the server asks to wait.
    pub(crate) retry_after: Option<Duration>,
    /// The body.
    pub(crate) body: &'a str,
    /// The server, as shown to people.
    pub(crate) server: &'a str,
}

impl Refusal<'_> {
    /// Returns what the refusal means for the caller.
    pub(crate) fn into_error(self) -> ModelError {
        let Refusal { status, server, .. } = self;
        if is_web_page(self.body) && status < 500 {
            return web_page(server);
        }
        let said = Said::read(self.body);
        let status = if status == 0 { said.status } else { status };
        let kind = said.kind(status, self.retry_after);
        let because = match said.message.as_str() {
            "" => format!("HTTP status {status}"),
            message => one_line(message, 300),
        };
        explain(kind, status, server, &because)
    }
}

/// Returns the error for an address that is a web site rather than a model.
pub(crate) fn web_page(server: &str) -> ModelError {
    ModelError::new(
        ModelErrorKind::BadAnswer,
        format!("{server} answers with a web page, not as a model"),
    )
    .help("Check the base URL: most OpenAI-compatible servers want it to end in /v1.")
}

/// Is the text HTML?
pub(crate) fn is_web_page(body: &str) -> bool {
    body.trim_start().starts_with('<')
}

fn explain(kind: ModelErrorKind, status: u16, server: &str, because: &str) -> ModelError {
    use ModelErrorKind as K;
    let (message, help) = match &kind {
        K::RefusedKey => (
            format!("{server} refused the key: {because}"),
            "Check the key, and that it may use this model.",
        ),
        K::NoCredit => (
            format!("the account at {server} has no credit left: {because}"),
            "Add credit, or choose another model.",
        ),
        K::ContextOverflow { .. } => (
            format!("the conversation is too long for the model: {because}"),
            "Shorten the input, or choose a model with a larger context window.",
        ),
        K::RateLimited { .. } => (
            format!("{server} limits the rate of calls: {because}"),
            "Wait a little and try again.",
        ),
        K::Overloaded { .. } => (
            format!("{server} cannot answer at the moment: {because}"),
            "Try again in a few minutes, or choose another model.",
        ),
        K::BadRequest if status == 404 => (
            format!("{server} knows no such model or address: {because}"),
            "Check the model's name and the base URL.",
        ),
        _ => {
            return ModelError::new(kind, format!("{server} refused the request: {because}"));
        }
    };
    ModelError::new(kind, message).help(help)
}

/// The parts of an error body that the wire formats share.
#[derive(Debug, Default)]
struct Said {
    status: u16,
    types: Vec<String>,
    message: String,
    prompt_tokens: Option<u64>,
    limit: Option<u64>,
}

impl Said {
    fn read(body: &str) -> Said {
        let Ok(value) = serde_json::from_str::<Value>(body) else {
            let message = if is_web_page(body) { "" } else { body };
            return Said {
                message: message.to_owned(),
                ..Said::default()
            };
        };
        let error = match &value["error"] {
            Value::Null => &value,
            error => error,
        };
        let text = |key: &str| error[key].as_str().map(str::to_owned);
        let message = text("message")
            .or_else(|| text("detail"))
            .or_else(|| error.as_str().map(str::to_owned));
        let (code_number, code_text) = (error["code"].as_u64(), text("code"));
        Said {
            status: code_number.and_then(|n| n.try_into().ok()).unwrap_or(0),
            types: text("type").into_iter().chain(code_text).collect(),
            message: message.unwrap_or_default(),
            prompt_tokens: error["n_prompt_tokens"].as_u64(),
            limit: error["n_ctx"].as_u64(),
        }
    }

    fn kind(&self, status: u16, retry_after: Option<Duration>) -> ModelErrorKind {
        use ModelErrorKind as K;
        let is = |name: &str| self.types.iter().any(|t| t == name);
        let says = |words: &str| self.message.to_lowercase().contains(words);
        if self.is_overflow(status) {
            let (prompt_tokens, limit) = self.overflow_size();
            return K::ContextOverflow {
                prompt_tokens,
                limit,
            };
        }
        if status == 402
            || is("insufficient_quota")
            || is("billing_error")
            || says("credit balance is too low")
        {
            return K::NoCredit;
        }
        if matches!(status, 401 | 403) || is("authentication_error") || is("permission_error") {
            return K::RefusedKey;
        }
        if status == 429 || is("rate_limit_error") || is("rate_limit_exceeded") {
            return K::RateLimited { retry_after };
        }
        let failed = [
            "overloaded_error",
            "api_error",
            "server_error",
            "timeout_error",
        ];
        if status >= 500 || status == 408 || failed.into_iter().any(is) {
            return K::Overloaded { retry_after };
        }
        if (300..400).contains(&status) {
            return K::BadAnswer;
        }
        K::BadRequest
    }

    fn is_overflow(&self, status: u16) -> bool {
        let named = [
            "exceed_context_size_error",
            "context_length_exceeded",
            "request_too_large",
        ];
        if status == 413 || self.types.iter().any(|t| named.contains(&t.as_str())) {
            return true;
        }
        let message = self.message.to_lowercase();
        // Servers that share a 400 among all refusals are told apart by their words alone.
        matches!(status, 0 | 400)
            && [
                "prompt is too long",
                "maximum context length",
                "exceeds the context",
                "exceed context",
            ]
            .into_iter()
            .any(|words| message.contains(words))
    }

    /// Returns the tokens of the prompt and of the context window; where only the wording holds
    /// them, the prompt's is the larger of the two, or it would not have overflowed.
    fn overflow_size(&self) -> (Option<u64>, Option<u64>) {
        if self.prompt_tokens.is_some() || self.limit.is_some() {
            return (self.prompt_tokens, self.limit);
        }
        let mut numbers: Vec<u64> = self
            .message
            .split(|c: char| !c.is_ascii_digit())
            .filter_map(|digits| digits.parse().ok())
            .filter(|number| *number >= 256)
            .collect();
        numbers.sort_unstable();
        match numbers.as_slice() {
            [limit, prompt] => (Some(*prompt), Some(*limit)),
            _ => (None, None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ModelErrorKind as K;

    fn kind(status: u16, body: &str) -> ModelErrorKind {
        let refusal = Refusal {
            status,
            body,
            server: "host",
            ..Refusal::default()
        };
        refusal.into_error().kind
    }

    #[test]
    fn the_context_window_overflows_in_many_words() {
        let overflow = |prompt, limit| K::ContextOverflow {
            prompt_tokens: prompt,
            limit,
        };
        let llama = r#"{"error":{"code":400,"message":"too big","type":"exceed_context_size_error","n_prompt_tokens":5000,"n_ctx":4096}}"#;
        assert_eq!(kind(400, llama), overflow(Some(5000), Some(4096)));
        assert_eq!(kind(0, llama), overflow(Some(5000), Some(4096)));
        let anthropic = r#"{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 208310 tokens > 200000 maximum"}}"#;
        assert_eq!(kind(400, anthropic), overflow(Some(208_310), Some(200_000)));
        let openai = r#"{"error":{"code":"context_length_exceeded","message":"This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens."}}"#;
        assert_eq!(kind(400, openai), overflow(Some(9000), Some(8192)));
        assert_eq!(kind(413, ""), overflow(None, None));
    }

    #[test]
    fn status_and_type_decide() {
        assert_eq!(kind(401, "{}"), K::RefusedKey);
        assert_eq!(kind(429, "slow down"), K::RateLimited { retry_after: None });
        let quota = r#"{"error":{"code":"insufficient_quota","message":"no money"}}"#;
        assert_eq!(kind(429, quota), K::NoCredit);
        assert_eq!(kind(500, ""), K::Overloaded { retry_after: None });
        assert_eq!(kind(502, "<html>"), K::Overloaded { retry_after: None });
        assert_eq!(kind(404, "<html>"), K::BadAnswer);
        assert_eq!(kind(404, r#"{"error":"model not found"}"#), K::BadRequest);
        assert_eq!(kind(307, ""), K::BadAnswer);
        let in_stream =
            r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#;
        assert_eq!(kind(0, in_stream), K::Overloaded { retry_after: None });
    }

    #[test]
    fn the_servers_words_are_passed_on_in_one_line() {
        let refusal = Refusal {
            status: 400,
            body: "{\"error\":{\"message\":\"bad\\n  schema\"}}",
            server: "host",
            ..Refusal::default()
        };
        let error = refusal.into_error();
        assert_eq!(error.message, "host refused the request: bad schema");
    }
}
