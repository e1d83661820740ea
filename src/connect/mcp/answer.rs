//! What the answer of an MCP tool means: a value, or its "no".

use rmcp::model::CallToolResult;
use serde_json::Value;

use crate::connect::ConnectError;
use crate::diag::one_line;

/// The code of a "no" that names none.
const UNNAMED: &str = "tool_error";

/// Returns the value of an answer: its structured content; else its text, as JSON where it is that.
///
/// # Errors
/// [`Refused`](crate::connect::ConnectErrorKind::Refused) for the tool's own "no", and an error for
/// an answer of more than `limit` bytes or without anything that can be read.
pub fn value(tool: &str, result: CallToolResult, limit: usize) -> Result<Value, ConnectError> {
    let texts: Vec<&str> = result
        .content
        .iter()
        .filter_map(|block| block.as_text().map(|text| text.text.as_str()))
        .collect();
    let text = texts.join("\n");
    let length = match &result.structured_content {
        Some(value) => value.to_string().len(),
        None => text.len(),
    };
    if length > limit {
        return Err(ConnectError::last(format!(
            "`{tool}` answers with {length} bytes, and {limit} are allowed."
        ))
        .help("Ask it for less, or raise `max_bytes` of the connection in sopwright.toml."));
    }
    let read = |text: &str| serde_json::from_str::<Value>(text).ok();
    let value = match result.structured_content {
        Some(value) => value,
        // Prose stays as it is: a text that is a number or "true" is still a text.
        None => read(&text)
            .filter(|value| value.is_object() || value.is_array())
            .unwrap_or_else(|| Value::String(text.clone())),
    };
    if result.is_error == Some(true) {
        return Err(refusal(tool, &value, &text));
    }
    if text.is_empty() && value == Value::String(String::new()) {
        return match result.content.is_empty() {
            true => Ok(Value::Null),
            false => Err(ConnectError::last(format!(
                "`{tool}` answers with pictures or files, and no text."
            ))),
        };
    }
    Ok(value)
}

fn refusal(tool: &str, value: &Value, text: &str) -> ConnectError {
    let error = value.get("error").filter(|error| error.is_object());
    let error = error.unwrap_or(value);
    let part = |name: &str| error.get(name).and_then(Value::as_str);
    let code = part("code").or(part("error")).unwrap_or(UNNAMED);
    let message = part("message").unwrap_or(text);
    ConnectError::refused(
        code,
        format!("`{tool}` refused ({code}): {}", one_line(message, 300)),
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use rmcp::model::ContentBlock;
    use serde_json::json;

    use super::*;
    use crate::connect::ConnectErrorKind;

    fn result(texts: &[&str], structured: Option<Value>, is_error: bool) -> CallToolResult {
        let content = texts.iter().map(|text| ContentBlock::text(*text)).collect();
        let mut result = CallToolResult::success(content);
        result.structured_content = structured;
        result.is_error = Some(is_error);
        result
    }

    #[test]
    fn structured_content_comes_first_and_text_is_read_where_it_is_json() {
        let read = |result| value("t", result, 100).unwrap();
        assert_eq!(
            read(result(&["{\"a\": 2}"], Some(json!({"a": 1})), false)),
            json!({"a": 1})
        );
        assert_eq!(read(result(&["{\"a\": 2}"], None, false)), json!({"a": 2}));
        assert_eq!(read(result(&["007"], None, false)), json!("007"));
        assert_eq!(
            read(result(&["one", "two"], None, false)),
            json!("one\ntwo")
        );
        assert_eq!(read(result(&[], None, false)), Value::Null);
        let long = value("t", result(&["long"], None, false), 3).unwrap_err();
        assert!(long.message.contains("4 bytes"), "{}", long.message);
    }

    #[test]
    fn a_no_has_its_code() {
        let code = |texts: &[&str]| {
            let error = value("t", result(texts, None, true), 1_000).unwrap_err();
            match error.kind {
                ConnectErrorKind::Refused { code } => (code, error.message),
                other => panic!("{other:?}"),
            }
        };
        let nested = code(&[r#"{"error": {"code": "no_stock", "message": "None left"}}"#]);
        assert_eq!(nested.0, "no_stock");
        assert_eq!(nested.1, "`t` refused (no_stock): None left");
        let plain = code(&["Not today"]);
        assert_eq!(plain.1, "`t` refused (tool_error): Not today");
    }
}
