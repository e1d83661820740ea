//! Where a mail server is, and how safely it is reached.

use crate::connect::ConnectError;

/// A mail server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Server {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) safety: Safety,
}

/// How safely it is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Safety {
    /// Encrypted from the first byte.
    Tls,
    /// Encrypted before anything is said that matters, or not at all.
    StartTls,
    /// Not encrypted: somebody has said so.
    Plain,
}

impl Server {
    /// Reads an address: a host alone is reached by TLS; `imap://` and `smtp://` begin it later
    /// (STARTTLS), and what ends in `+plain` is not encrypted. `protocol` is `imap` or `smtp`.
    ///
    /// # Errors
    /// For what is no such address.
    pub(super) fn read(protocol: &str, text: &str) -> Result<Self, ConnectError> {
        let wrong = || {
            ConnectError::last(format!("`{protocol}` is not an address of a server: {text}."))
                .help(format!(
                    "Write a host, such as {protocol}.acme.example, or {protocol}s://HOST:PORT (TLS), {protocol}://HOST:PORT (STARTTLS), {protocol}+plain://HOST:PORT (not encrypted)."
                ))
        };
        let (scheme, place) = match text.split_once("://") {
            Some((scheme, place)) => (scheme.to_lowercase(), place),
            None => (format!("{protocol}s"), text),
        };
        let safety = match scheme.strip_prefix(protocol) {
            Some("s") => Safety::Tls,
            Some("") => Safety::StartTls,
            Some("+plain") => Safety::Plain,
            _ => return Err(wrong()),
        };
        let (host, port) = match place.trim_end_matches('/').rsplit_once(':') {
            Some((host, port)) => (host, Some(port.parse().map_err(|_| wrong())?)),
            None => (place.trim_end_matches('/'), None),
        };
        let is_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
        if host.is_empty() || !host.chars().all(is_host) {
            return Err(wrong());
        }
        let usual = match (protocol, safety) {
            ("imap", Safety::Tls) => 993,
            ("imap", _) => 143,
            (_, Safety::Tls) => 465,
            (_, _) => 587,
        };
        Ok(Server {
            host: host.to_owned(),
            port: port.unwrap_or(usual),
            safety,
        })
    }
}

impl std::fmt::Display for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_address_says_how_safely_it_is_reached() {
        for (protocol, text, host, port, safety) in [
            (
                "imap",
                "imap.acme.example",
                "imap.acme.example",
                993,
                Safety::Tls,
            ),
            ("imap", "imap://mail:1143", "mail", 1143, Safety::StartTls),
            (
                "imap",
                "imap+plain://127.0.0.1",
                "127.0.0.1",
                143,
                Safety::Plain,
            ),
            (
                "smtp",
                "smtp://mail.acme.example",
                "mail.acme.example",
                587,
                Safety::StartTls,
            ),
            ("smtp", "mail:2465", "mail", 2465, Safety::Tls),
        ] {
            let host = host.to_owned();
            let expected = Server { host, port, safety };
            assert_eq!(Server::read(protocol, text).unwrap(), expected, "{text}");
        }
        for wrong in [
            "",
            "http://mail",
            "imap://mail:x",
            "imap://a b",
            "smtps://mail",
        ] {
            assert!(Server::read("imap", wrong).is_err(), "{wrong}");
        }
    }
}
