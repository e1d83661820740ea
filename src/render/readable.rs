//! The text in a file that is written here, whatever its form: what is looked for in it is found.

use std::io::{Cursor, Read};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The most bytes that a part of a file is read of.
const LONGEST: u64 = 50_000_000;

/// Returns the text in a file, by the ending of its name; `None` where there is none. It is for
/// looking through and not for reading: pieces stand on lines of their own.
pub fn readable(name: &str, content: &[u8]) -> Option<String> {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("docx" | "xlsx") => packed(content),
        Some("eml") => Some(encoded(&String::from_utf8_lossy(content))),
        _ => String::from_utf8(content.to_vec()).ok(),
    }
}

/// Returns the text of all XML parts of a zip.
fn packed(content: &[u8]) -> Option<String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(content)).ok()?;
    let mut out = String::new();
    for at in 0..archive.len() {
        let Ok(part) = archive.by_index(at) else {
            continue;
        };
        let mut xml = String::new();
        if part.take(LONGEST).read_to_string(&mut xml).is_ok() {
            let texts = xml.split('<').filter_map(|piece| piece.split_once('>'));
            for (_, text) in texts.filter(|(_, text)| !text.is_empty()) {
                out += &plain(text);
                out.push('\n');
            }
        }
    }
    Some(out)
}

fn plain(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}

/// Returns an email with its parts decoded.
fn encoded(source: &str) -> String {
    let mut out = String::new();
    for block in source.split("\r\n\r\n") {
        let joined: String = block
            .lines()
            .take_while(|line| !line.starts_with("--"))
            .collect();
        match STANDARD.decode(&joined) {
            Ok(bytes) => out += &String::from_utf8_lossy(&bytes),
            Err(_) => out += &quoted(&block.replace("=\r\n", "")),
        }
        out.push('\n');
    }
    out
}

/// Returns a text with what is written as `=C3=B6` (quoted-printable) in its place.
fn quoted(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, more)) = rest.split_first() {
        let digits = more.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let byte = digits.and_then(|two| u8::from_str_radix(two, 16).ok());
        match byte.filter(|_| *first == b'=') {
            Some(byte) => {
                bytes.push(byte);
                rest = more.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = more;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::super::{Email, Message, docx, xlsx};
    use super::*;

    #[test]
    fn what_is_written_is_found_in_every_form() {
        let name = "Müller & Söhne <AG>";
        let word = docx("x", &format!("# {name}\n")).unwrap();
        assert!(readable("a.docx", &word).unwrap().contains(name));
        let book = xlsx(&["a".to_owned()], &[vec![json!(name)]]).unwrap();
        assert!(readable("a.xlsx", &book).unwrap().contains(name));
        assert!(readable("a.md", name.as_bytes()).unwrap().contains(name));
        let long = "ä".repeat(60);
        for text in [
            name.to_owned(),
            format!("{long} {name}"),
            format!("{} {name}", "word ".repeat(30)),
        ] {
            let email = Email {
                to: "a@b.example",
                text: &text,
                ..Email::default()
            };
            let source = Message {
                email,
                ..Message::default()
            }
            .source();
            assert!(readable("a.eml", &source).unwrap().contains(name), "{text}");
        }
        assert!(readable("a.md", &[0xff]).is_none());
    }
}
