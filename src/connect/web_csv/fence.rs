//! Which hosts an address may lead on to.

use reqwest::Url;

use crate::connect::ConnectError;

/// The hosts that a connection names beside those of its addresses.
#[derive(Debug, Clone, Default)]
pub struct Fence(Vec<Host>);

#[derive(Debug, Clone)]
struct Host {
    name: String,
    /// Is any host below it meant, and not it?
    is_above: bool,
}

impl Fence {
    /// Returns the fence that lets through hosts, such as `example.com` and `*.example.com`.
    ///
    /// # Errors
    /// For what names no host, or as good as any.
    pub fn of(hosts: &[String]) -> Result<Self, ConnectError> {
        let host = |text: &String| {
            let (is_above, name) = match text.strip_prefix("*.") {
                Some(rest) => (true, rest),
                None => (false, text.as_str()),
            };
            // A star before the last part of a name would be as good as any host.
            let is_name = (!is_above || name.contains('.'))
                && name.split('.').all(|part| !part.is_empty())
                && name
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'));
            if !is_name {
                return Err(ConnectError::last(format!(
                    "`redirects_to` holds what is no host: {text}."
                ))
                .help("Write a host such as \"files.example.com\", or \"*.example.com\" for all below one."));
            }
            Ok(Host {
                name: name.to_ascii_lowercase(),
                is_above,
            })
        };
        hosts.iter().map(host).collect::<Result<_, _>>().map(Fence)
    }

    /// May an address lead to another one? To its own host, and by HTTPS to those that are named.
    pub fn lets_through(&self, from: &Url, to: &Url) -> bool {
        if from.origin() == to.origin() {
            return true;
        }
        let is_safe = to.scheme() == "https" || from.scheme() == to.scheme();
        let host = to.host_str().unwrap_or_default();
        is_safe && self.0.iter().any(|named| named.is(host))
    }
}

impl Host {
    fn is(&self, host: &str) -> bool {
        match self.is_above {
            false => host == self.name,
            true => host
                .strip_suffix(self.name.as_str())
                .is_some_and(|below| below.ends_with('.')),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_named_hosts_are_let_through() {
        let hosts = ["files.example.com", "*.usercontent.example"].map(str::to_owned);
        let fence = Fence::of(&hosts).unwrap();
        let lets = |to: &str| {
            let from = Url::parse("https://sheets.example/x").unwrap();
            fence.lets_through(&from, &Url::parse(to).unwrap())
        };
        for (to, is_let) in [
            ("https://sheets.example/other", true),
            ("https://files.example.com/a", true),
            ("https://FILES.example.com:8443/a", true),
            ("https://a.usercontent.example/a", true),
            ("https://a.b.usercontent.example/a", true),
            ("https://usercontent.example/a", false),
            ("https://evilusercontent.example/a", false),
            ("https://files.example.com.evil.example/a", false),
            ("http://files.example.com/a", false),
            ("http://sheets.example/x", false),
            ("https://127.0.0.1/a", false),
        ] {
            assert_eq!(lets(to), is_let, "{to}");
        }
        for wrong in [
            "*",
            "*.com",
            "",
            "https://a.example",
            "a..b",
            "*.*.example.com",
        ] {
            assert!(Fence::of(&[wrong.to_owned()]).is_err(), "{wrong}");
        }
    }
}
