//! Where a database server is, and how to be let in.

use std::path::{Path, PathBuf};

use crate::connect::{ConnectError, Secret, ServerConfig};

/// Where a server is, and how to be let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The host, or the folder of its socket.
    pub host: String,
    /// The port.
    pub port: u16,
    /// The database.
    pub database: String,
    /// Who asks.
    pub user: String,
    /// The password.
    pub password: Option<Secret>,
    /// How what goes over the wire is protected.
    pub tls: Tls,
}

/// How what goes over the wire is protected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tls {
    /// Not at all.
    Off,
    /// Encrypted, to a server for which one that the machine trusts vouches.
    Verified,
    /// Encrypted, to a server for which one of a file vouches.
    VerifiedBy(PathBuf),
}

impl Address {
    /// Returns the address that is configured. `schemes` are how one of the kind begins, `port` is
    /// where such servers are unless said.
    ///
    /// # Errors
    /// For what lacks, a secret that is not set or stands in the configuration itself, and an
    /// address that is none.
    pub fn of(
        config: &ServerConfig,
        (schemes, port): (&[&str], u16),
        workspace: &Path,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, ConnectError> {
        let mut found = match &config.url {
            Some(url) => from_url(url, schemes, env)?,
            None => Found::default(),
        };
        found.host = config.host.clone().or(found.host);
        found.database = config.database.clone().or(found.database);
        found.user = config.user.clone().or(found.user);
        if let Some(password) = &config.password {
            found.password = Some(Secret::named(password, env)?);
        }
        let host = required(found.host, "host", "db.example.com")?;
        let tls = match (config.tls.as_deref(), &config.tls_ca) {
            (Some("off"), None) => Tls::Off,
            (Some("off"), Some(_)) => {
                return Err(
                    ConnectError::last("`tls_ca` is of no use with `tls = \"off\"`.")
                        .help("Leave one of them out."),
                );
            }
            (None | Some("verify"), Some(file)) => Tls::VerifiedBy(workspace.join(file)),
            (Some("verify"), None) => Tls::Verified,
            // What does not leave the machine cannot be overheard on the way.
            (None, None) if is_here(&host) || found.is_plain => Tls::Off,
            (None, None) => Tls::Verified,
            (Some(other), _) => {
                return Err(ConnectError::last(format!("`tls` cannot be \"{other}\"."))
                    .help("Write \"verify\" or \"off\"; without it, it is \"verify\" for servers on other machines."));
            }
        };
        Ok(Address {
            host,
            port: config.port.or(found.port).unwrap_or(port),
            database: required(found.database, "database", "crm")?,
            user: required(found.user, "user", "reader")?,
            password: found.password,
            tls,
        })
    }

    /// Returns where it is, for messages.
    pub fn place(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// Returns a text of the server or a library without the password.
    pub fn without_secret(&self, text: &str) -> String {
        let mut text = text.to_owned();
        if let Some(password) = &self.password {
            password.strike_from(&mut text);
        }
        text
    }
}

/// What an address says.
#[derive(Debug, Default)]
struct Found {
    host: Option<String>,
    port: Option<u16>,
    database: Option<String>,
    user: Option<String>,
    password: Option<Secret>,
    /// Does it say that nothing is to be encrypted?
    is_plain: bool,
}

fn required(found: Option<String>, key: &str, example: &str) -> Result<String, ConnectError> {
    found.filter(|text| !text.trim().is_empty()).ok_or_else(|| {
        ConnectError::last(format!("It says no `{key}`.")).help(format!(
            "Write {key} = \"{example}\", or a whole address in `url`, as in url = \"env:DATABASE_URL\"."
        ))
    })
}

fn is_here(host: &str) -> bool {
    host.starts_with('/')
        || host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// Reads an address. What is wrong with one is not quoted, for it holds the password.
fn from_url(
    written: &str,
    schemes: &[&str],
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<Found, ConnectError> {
    let is_named = written.starts_with("env:");
    let secret = match is_named {
        true => Some(Secret::named(written, env)?),
        false => None,
    };
    let text = secret.as_ref().map_or(written, Secret::reveal);
    let no_address = || {
        ConnectError::last("The `url` is no address of such a server.").help(format!(
            "It looks like {}://USER:PASSWORD@HOST:PORT/DATABASE; what is special in a password is written as %40 and the like.",
            schemes[0]
        ))
    };
    let url = reqwest::Url::parse(text).map_err(|_| no_address())?;
    if !schemes.contains(&url.scheme()) {
        return Err(no_address());
    }
    let part = |text: &str| -> Result<Option<String>, ConnectError> {
        let decoded = decoded(text).ok_or_else(no_address)?;
        Ok((!decoded.is_empty()).then_some(decoded))
    };
    let password = part(url.password().unwrap_or_default())?;
    if password.is_some() && !is_named {
        return Err(ConnectError::last("A password stands in the configuration itself.").help(
            "Put the whole address into an environment variable and write url = \"env:NAME\", or leave the password out of it and write password = \"env:NAME\".",
        ));
    }
    let asked = |key: &str| url.query_pairs().find(|(name, _)| name == key);
    let is_plain = ["sslmode", "ssl-mode"].iter().any(|key| {
        asked(key).is_some_and(|(_, value)| {
            value.eq_ignore_ascii_case("disable") || value.eq_ignore_ascii_case("disabled")
        })
    });
    let host = url.host_str().unwrap_or_default();
    Ok(Found {
        host: part(host.trim_matches(['[', ']']))?,
        port: url.port(),
        database: part(url.path().trim_start_matches('/'))?,
        user: part(url.username())?,
        password: password.as_deref().and_then(Secret::received),
        is_plain,
    })
}

/// Returns the text that one with %-signs stands for.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let (digits, after) = rest.split_at_checked(2)?;
        let digits = std::str::from_utf8(digits).ok()?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        rest = after;
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn env(name: &str) -> Option<String> {
        let value = match name {
            "URL" => "postgres://ann:p%40ss%2Fword@db.example.com:6543/crm?sslmode=require",
            "PLAIN" => "postgresql://ann:s3cret@10.0.0.5/crm?sslmode=disable",
            "ODD" => "s3cret not an address",
            "PASSWORD" => "s3cret",
            _ => return None,
        };
        Some(value.to_owned())
    }

    fn read(text: &str) -> Result<Address, ConnectError> {
        let config: ServerConfig = toml::from_str(text).unwrap();
        let kind = (&["postgres", "postgresql"][..], 5432);
        Address::of(&config, kind, Path::new("/work"), &env)
    }

    #[test]
    fn an_address_is_taken_apart_and_what_is_said_beside_it_holds() {
        let found = read("url = 'env:URL'").unwrap();
        assert_eq!(
            (
                found.host.as_str(),
                found.port,
                found.database.as_str(),
                found.user.as_str()
            ),
            ("db.example.com", 6543, "crm", "ann")
        );
        assert_eq!(found.password.unwrap().reveal(), "p@ss/word");
        assert_eq!(found.tls, Tls::Verified);
        let found = read("url = 'env:PLAIN'\nhost = 'other'\ntls_ca = 'ca.pem'").unwrap();
        assert_eq!((found.host.as_str(), found.port), ("other", 5432));
        assert_eq!(found.tls, Tls::VerifiedBy("/work/ca.pem".into()));
        assert_eq!(read("url = 'env:PLAIN'").unwrap().tls, Tls::Off);
        let parts = "host = 'localhost'\ndatabase = 'crm'\nuser = 'ann'\npassword = 'env:PASSWORD'";
        assert_eq!(read(parts).unwrap().tls, Tls::Off);
    }

    #[test]
    fn what_is_wrong_is_told_without_a_secret() {
        for text in [
            "url = 'env:ODD'",
            "url = 'postgres://ann:s3cret@db/crm'",
            "url = 'env:PLAIN'\npassword = 's3cret'",
            "url = 'env:PLAIN'\ntls = 'maybe'",
            "host = 'db'\nuser = 'ann'",
            "url = 'mysql://db/crm'",
        ] {
            let error = read(text).unwrap_err();
            assert!(error.help.is_some(), "{text}");
            assert!(!format!("{error:?}").contains("s3cret"), "{text}");
        }
    }
}
