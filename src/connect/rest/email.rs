//! An email as its source, as services take it that keep drafts.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;
use serde_json::Value;

use crate::connect::http::text_of;
use crate::render::{Email, Message};

/// Returns the source of an email, in base64 for addresses. `email` has `to`, `cc`, `bcc`,
/// `subject` and `text`, and any of them may be missing.
///
/// # Errors
/// For what is no address, and a header with a line break, by which it could become another email.
pub fn source(email: &Value) -> Result<String, String> {
    let part = |name: &str| match email.get(name) {
        Some(Value::Array(parts)) => {
            let parts: Vec<String> = parts.iter().map(text_of).collect();
            parts.join(", ")
        }
        part => part.map_or_else(String::new, text_of),
    };
    let [to, cc, bcc, subject, text] = ["to", "cc", "bcc", "subject", "text"].map(part);
    let email = Email {
        to: to.trim(),
        cc: cc.trim(),
        bcc: bcc.trim(),
        subject: &subject,
        text: &text,
    };
    email.check()?;
    let message = Message {
        email,
        ..Message::default()
    };
    Ok(URL_SAFE.encode(message.source()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    fn read(email: Value) -> String {
        String::from_utf8(URL_SAFE.decode(source(&email).unwrap()).unwrap()).unwrap()
    }

    #[test]
    fn an_email_has_its_headers_and_its_text() {
        let source = read(json!({ "to": ["ann@acme.example", "bo@acme.example"],
            "subject": "Renewal", "text": "Hello\nAnn", "cc": null }));
        let (head, body) = source.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("To: ann@acme.example, bo@acme.example\r\nSubject: Renewal\r\n"));
        assert!(!head.contains("Cc"));
        assert_eq!(body, "Hello\r\nAnn\r\n");
    }

    #[test]
    fn an_address_adds_no_header() {
        assert!(source(&json!({ "to": "a@b.example\r\nBcc: c@d.example" })).is_err());
        assert!(source(&json!({ "to": "a@b.example", "subject": "x\nBcc: c@d.example" })).is_err());
        assert!(source(&json!({ "to": "ä@b.example" })).is_err());
    }
}
