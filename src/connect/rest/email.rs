//! An email as its source (RFC 5322), as services take it that keep drafts.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde_json::Value;

use crate::connect::http::text_of;

/// Bytes of a word of a header that has to be encoded: with its frame it stays below the 75
/// characters that RFC 2047 allows.
const WORD: usize = 45;

/// Returns the source of an email, in base64 for addresses. `email` has `to`, `cc`, `bcc`,
/// `subject` and `text`, and any of them may be missing.
///
/// # Errors
/// For an address or subject with a line break, by which it could become another email.
pub fn source(email: &Value) -> Result<String, String> {
    let part = |name: &str| match email.get(name) {
        Some(Value::Array(parts)) => {
            let parts: Vec<String> = parts.iter().map(text_of).collect();
            parts.join(", ")
        }
        part => part.map_or_else(String::new, text_of),
    };
    let mut source = String::new();
    for (name, header) in [
        ("to", "To"),
        ("cc", "Cc"),
        ("bcc", "Bcc"),
        ("subject", "Subject"),
    ] {
        let value = part(name);
        let value = value.trim();
        if value.is_empty() {
            continue;
        }
        if value.contains(['\r', '\n']) {
            return Err(format!("`{name}` of an email is one line"));
        }
        let value = match name {
            "subject" => worded(value),
            _ if value.is_ascii() => value.to_owned(),
            _ => {
                return Err(format!(
                    "`{name}` of an email is an address, as in ann@acme.example"
                ));
            }
        };
        source += &format!("{header}: {value}\r\n");
    }
    source += "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\
        Content-Transfer-Encoding: base64\r\n\r\n";
    let text = STANDARD.encode(part("text").replace("\r\n", "\n").replace('\n', "\r\n"));
    for line in text.as_bytes().chunks(76) {
        source += &String::from_utf8_lossy(line);
        source += "\r\n";
    }
    Ok(URL_SAFE.encode(source))
}

/// Returns a header's text in encoded words (RFC 2047), where it needs them.
fn worded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let mut words: Vec<String> = vec![String::new()];
    for letter in text.chars() {
        if let Some(word) = words.last_mut()
            && word.len() + letter.len_utf8() <= WORD
        {
            word.push(letter);
        } else {
            words.push(letter.to_string());
        }
    }
    let words: Vec<String> = words
        .iter()
        .map(|word| format!("=?utf-8?B?{}?=", STANDARD.encode(word)))
        .collect();
    words.join("\r\n ")
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
        let body = STANDARD.decode(body.replace("\r\n", "")).unwrap();
        assert_eq!(body, b"Hello\r\nAnn");
    }

    #[test]
    fn a_long_subject_in_any_script_is_in_words() {
        let subject = "Größe und Zukunft der Verträge für das Jahr – ein Überblick";
        let source = read(json!({ "to": "a@b.example", "subject": subject }));
        let head = source.split_once("\r\nMIME").unwrap().0;
        let words = head.split_once("Subject: ").unwrap().1;
        let mut decoded = Vec::new();
        for line in words.split("\r\n ") {
            assert!(line.len() <= 75, "{line}");
            let word = line
                .strip_prefix("=?utf-8?B?")
                .unwrap()
                .strip_suffix("?=")
                .unwrap();
            decoded.extend(STANDARD.decode(word).unwrap());
        }
        assert_eq!(String::from_utf8(decoded).unwrap(), subject);
    }

    #[test]
    fn an_address_adds_no_header() {
        assert!(source(&json!({ "to": "a@b.example\r\nBcc: c@d.example" })).is_err());
        assert!(source(&json!({ "to": "a@b.example", "subject": "x\nBcc: c@d.example" })).is_err());
        assert!(source(&json!({ "to": "ä@b.example" })).is_err());
    }
}
