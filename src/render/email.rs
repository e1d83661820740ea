//! Emails as their source (RFC 5322 and MIME), as mailboxes, servers and mail programs take it.

use jiff::Timestamp;
use lettre::Address;
use lettre::message::header::{self, HeaderName, HeaderValue, Headers};
use lettre::message::{Mailbox, Mailboxes, MultiPart, SinglePart};
use sha2::{Digest, Sha256};

use super::markdown::{Links, is_plain};
use super::page::fragment;

/// What an email says, and to whom.
#[derive(Debug, Clone, Copy, Default)]
pub struct Email<'t> {
    /// The recipients, with commas or semicolons between them.
    pub to: &'t str,
    /// Who gets a copy.
    pub cc: &'t str,
    /// Who gets a copy without the others knowing.
    pub bcc: &'t str,
    /// The subject.
    pub subject: &'t str,
    /// The text. Where it is Markdown, it is there as HTML too.
    pub text: &'t str,
}

/// An email with what goes around it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Message<'t> {
    /// What it says.
    pub email: Email<'t>,
    /// Who it is from, where that is known.
    pub from: Option<&'t str>,
    /// When it was written.
    pub date: Option<Timestamp>,
    /// What it is known by, as [`message_id`] gives it.
    pub id: Option<&'t str>,
    /// Do mail programs open it to be sent, and not as one that was received?
    pub is_unsent: bool,
}

/// Returns what an email is known by that belongs to an idempotency key: the same email has the
/// same one, however often it is made.
pub fn message_id(key: &str, from: Option<&str>) -> String {
    let from = from.and_then(|from| addresses(from).ok());
    let domain = from
        .as_deref()
        .and_then(|from| from.first())
        .map_or("sopwright.invalid", |from| from.email.domain());
    format!("<{key}@{domain}>")
}

/// Returns the addresses of a list; none of an empty one.
///
/// # Errors
/// For a part that is no address.
pub(crate) fn addresses(list: &str) -> Result<Vec<Mailbox>, String> {
    let mut parts = vec![String::new()];
    let mut is_quoted = false;
    for c in list.chars() {
        is_quoted ^= c == '"';
        match (c, parts.last_mut()) {
            (',' | ';', _) if !is_quoted => parts.push(String::new()),
            (c, Some(part)) => part.push(c),
            _ => {}
        }
    }
    let parts = parts.iter().map(|part| part.trim());
    let parts = parts.filter(|part| !part.is_empty());
    parts
        .map(|part| mailbox(part).ok_or_else(|| format!("`{part}` is no address of email")))
        .collect()
}

/// Returns an address with the name before it, if it has one.
fn mailbox(text: &str) -> Option<Mailbox> {
    if text.chars().any(char::is_control) {
        return None;
    }
    let (name, address) = match text.strip_suffix('>') {
        Some(rest) => rest.rsplit_once('<')?,
        None => ("", text),
    };
    let address = address.trim();
    if !address.is_ascii() {
        return None;
    }
    let name = name.trim().trim_matches('"').trim();
    let name = (!name.is_empty()).then(|| name.to_owned());
    Some(Mailbox::new(name, address.parse::<Address>().ok()?))
}

impl Email<'_> {
    /// Says what keeps it from being taken in: a recipient that is no address, or a header with a
    /// line break, by which it could become another email.
    ///
    /// # Errors
    /// With what is wrong.
    pub fn check(&self) -> Result<(), String> {
        for (name, list) in [("to", self.to), ("cc", self.cc), ("bcc", self.bcc)] {
            if list.contains(['\r', '\n']) {
                return Err(format!("`{name}` of an email is one line"));
            }
            addresses(list).map_err(|wrong| {
                format!("`{name}` of an email is an address, as in ann@acme.example: {wrong}")
            })?;
        }
        match self.subject.trim().contains(['\r', '\n']) {
            true => Err("`subject` of an email is one line".to_owned()),
            false => Ok(()),
        }
    }
}

impl Message<'_> {
    /// Returns the source. A header is one line whatever it is made of; a recipient that is no
    /// address stands there as a text, for a person to mend.
    pub fn source(&self) -> Vec<u8> {
        let mut headers = Headers::new();
        let email = &self.email;
        for (name, list) in [
            ("From", self.from.unwrap_or_default()),
            ("To", email.to),
            ("Cc", email.cc),
            ("Bcc", email.bcc),
        ] {
            put_addresses(&mut headers, name, &line(list));
        }
        headers.set(header::Subject::from(line(email.subject)));
        if let Some(date) = self.date {
            headers.set(header::Date::new(date.into()));
        }
        if let Some(id) = self.id {
            headers.set(header::MessageId::from(line(id)));
        }
        if self.is_unsent {
            put(&mut headers, "X-Unsent", "1".to_owned());
        }
        headers.set(header::MIME_VERSION_1_0);
        let mut source = headers.to_string().into_bytes();
        source.extend(self.body());
        source
    }

    fn body(&self) -> Vec<u8> {
        let text = self.email.text;
        let plain = SinglePart::plain(text.to_owned());
        if is_plain(text) {
            return plain.formatted();
        }
        let digest = Sha256::digest([self.id.unwrap_or_default(), text].concat());
        let boundary: String = digest.iter().take(16).map(|b| format!("{b:02x}")).collect();
        let html = format!(
            "<!doctype html>\n<html><head><meta charset=\"utf-8\"></head><body>\n{}</body></html>\n",
            fragment(text, Links::Told)
        );
        MultiPart::alternative()
            .boundary(format!("=_{boundary}"))
            .singlepart(plain)
            .singlepart(SinglePart::html(html))
            .formatted()
    }
}

fn put_addresses(headers: &mut Headers, name: &'static str, list: &str) {
    match addresses(list) {
        Ok(found) if found.is_empty() => {}
        Ok(found) => {
            let found: Mailboxes = found.into_iter().collect();
            match name {
                "From" => headers.set(header::From::from(found)),
                "To" => headers.set(header::To::from(found)),
                "Cc" => headers.set(header::Cc::from(found)),
                _ => headers.set(header::Bcc::from(found)),
            }
        }
        Err(_) => put(headers, name, list.to_owned()),
    }
}

fn put(headers: &mut Headers, name: &'static str, value: String) {
    if let Ok(name) = HeaderName::new_from_ascii(name.to_owned()) {
        headers.insert_raw(HeaderValue::new(name, value));
    }
}

/// Returns a text on one line.
fn line(text: &str) -> String {
    let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    plain.collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn source(email: Email<'_>) -> String {
        let message = Message {
            email,
            from: Some("Zoë Ward <zoe@acme.example>"),
            date: Some("2026-11-16T09:30:00Z".parse().unwrap()),
            id: Some("<k1@acme.example>"),
            is_unsent: true,
        };
        String::from_utf8(message.source()).unwrap()
    }

    #[test]
    fn a_message_has_its_headers_and_its_text() {
        let email = Email {
            to: "ann@b.example; \"Bo, Jr\" <bo@b.example>",
            subject: "Renewal",
            text: "Hello\nAnn",
            ..Email::default()
        };
        assert_eq!(
            source(email),
            "From: =?utf-8?b?Wm/DqyBXYXJk?= <zoe@acme.example>\r\n\
             To: ann@b.example, =?utf-8?b?Qm8sIEpy?= <bo@b.example>\r\n\
             Subject: Renewal\r\n\
             Date: Mon, 16 Nov 2026 09:30:00 +0000\r\n\
             Message-ID: <k1@acme.example>\r\n\
             X-Unsent: 1\r\n\
             MIME-Version: 1.0\r\n\
             Content-Type: text/plain; charset=utf-8\r\n\
             Content-Transfer-Encoding: 7bit\r\n\r\n\
             Hello\r\nAnn\r\n"
        );
    }

    #[test]
    fn markdown_is_there_as_html_too_and_the_same_each_time() {
        let email = Email {
            to: "ann@b.example",
            subject: "Größe und Zukunft der Verträge für das Jahr – ein Überblick",
            text: "**Total** <b>x</b>\n[Pay](https://pay.example/1)",
            ..Email::default()
        };
        let text = source(email);
        assert_eq!(text, source(email));
        assert!(
            text.is_ascii() && text.contains("multipart/alternative"),
            "{text}"
        );
        assert!(text.lines().all(|line| line.len() <= 78), "{text}");
        let plain = text.replace("=\r\n", "").replace("=3D", "=");
        assert!(
            plain.contains("<strong>Total</strong> &lt;b&gt;x&lt;/b&gt;<br />")
                && plain.contains(">Pay</a> (https://pay.example/1)"),
            "{text}"
        );
    }

    #[test]
    fn no_value_adds_a_header() {
        let bad = Email {
            to: "a@b.example\r\nBcc: c@d.example",
            subject: "x\nBcc: c@d.example",
            text: "y",
            ..Email::default()
        };
        assert!(bad.check().is_err());
        let text = source(bad);
        assert!(!text.contains("\nBcc"), "{text}");
        assert_eq!(text.matches("\r\n\r\n").count(), 1);
        for wrong in ["ä@b.example", "ann", "a@b.example, nobody", "a@b <c@d"] {
            let email = Email {
                to: wrong,
                ..Email::default()
            };
            assert!(email.check().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_key_makes_the_same_id_each_time() {
        assert_eq!(message_id("k", Some("A <a@b.example>")), "<k@b.example>");
        assert_eq!(message_id("k", None), "<k@sopwright.invalid>");
    }
}
