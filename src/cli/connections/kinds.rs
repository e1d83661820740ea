//! The kinds of connection that are set up beside described services: what each asks for, and what
//! its section says.

use indexmap::IndexMap;

use super::section::{quoted, table};
use crate::connect::{Asked, Asks};
use crate::diag::{Error, Result};

/// A kind of connection.
#[derive(Debug, PartialEq)]
pub(super) struct ConnectionKind {
    /// Its name, as sections write it.
    pub(super) name: &'static str,
    /// What it reaches, in words.
    pub(super) about: &'static str,
    /// What it asks for. Most are keys of the section.
    blanks: &'static [(&'static str, Ask, &'static str)],
    /// Its secret, and whether it can be without.
    secret: Option<(&'static str, Ask, &'static str)>,
    /// Can records be changed there?
    has_updates: bool,
}

/// Whether something is asked.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Ask {
    /// Until it is answered.
    Needed,
    /// Once.
    Optional,
    /// Not at all, but `--set` may say it.
    Unasked,
}
use Ask::{Needed, Optional, Unasked};

const SERVER: &str = "The computer that it runs on, such as db.example.com";
const PORT: &str = "Its port, where it is not the usual one";
const DATABASE: &str = "The name of the database";
const USER: &str = "The user to sign in as; one who may only read is enough";
const PASSWORD: (&str, Ask, &str) = ("password", Optional, "The password of that user");
const TLS: &str = "verify, or off where the connection cannot be encrypted";
const TLS_CA: &str = "A file with the certificate of who vouches for the server";

/// All of them.
pub(super) const KINDS: [ConnectionKind; 7] = [
    ConnectionKind {
        name: "folder",
        about: "a folder of files: CSV, JSON, Parquet, workbooks",
        blanks: &[(
            "path",
            Needed,
            "The folder that your files are in, from the workspace on, such as data/crm",
        )],
        secret: None,
        has_updates: true,
    },
    ConnectionKind {
        name: "csv",
        about: "a CSV at an address: a published Google sheet, a report of a BI tool",
        blanks: &[
            (
                "table",
                Needed,
                "What the table is called in your SOPs, such as plans",
            ),
            (
                "address",
                Optional,
                "Its address, https://…; of a Google sheet that of your browser does. Leave it open if whoever has it may read it: then it is asked without being shown, and kept in .env",
            ),
            (
                "redirects_to",
                Unasked,
                "Another host that the address may lead to",
            ),
        ],
        secret: Some(("address", Needed, "Its address, https://…")),
        has_updates: false,
    },
    ConnectionKind {
        name: "sqlite",
        about: "a SQLite database",
        blanks: &[(
            "path",
            Needed,
            "The file of the database, from the workspace on, such as data/crm.db",
        )],
        secret: None,
        has_updates: true,
    },
    ConnectionKind {
        name: "postgres",
        about: "a PostgreSQL database",
        blanks: &[
            ("host", Needed, SERVER),
            ("port", Optional, PORT),
            ("database", Needed, DATABASE),
            (
                "schema",
                Optional,
                "The schema that its tables are in, where it is not `public`",
            ),
            ("user", Needed, USER),
            ("tls", Unasked, TLS),
            ("tls_ca", Unasked, TLS_CA),
        ],
        secret: Some(PASSWORD),
        has_updates: true,
    },
    ConnectionKind {
        name: "mysql",
        about: "a MySQL or MariaDB database",
        blanks: &[
            ("host", Needed, SERVER),
            ("port", Optional, PORT),
            ("database", Needed, DATABASE),
            ("user", Needed, USER),
            ("tls", Unasked, TLS),
            ("tls_ca", Unasked, TLS_CA),
        ],
        secret: Some(PASSWORD),
        has_updates: true,
    },
    ConnectionKind {
        name: "mail",
        about: "a mailbox, where emails are placed as drafts or sent",
        blanks: &[
            (
                "from",
                Needed,
                "Who emails are from, such as Ann Lee <ann@acme.example>",
            ),
            (
                "user",
                Needed,
                "Who signs in; mostly the address, such as ann@acme.example",
            ),
            (
                "imap",
                Optional,
                "The server that drafts are placed at, such as imap.acme.example",
            ),
            (
                "smtp",
                Optional,
                "The server that sends, such as smtp.acme.example",
            ),
            ("drafts", Unasked, "The folder of drafts"),
            (
                "ca",
                Unasked,
                "A file with the certificate of an authority of your own",
            ),
        ],
        secret: Some((
            "password",
            Needed,
            "The password, or one for apps where the mailbox wants that",
        )),
        has_updates: false,
    },
    ConnectionKind {
        name: "chat",
        about: "a channel of Slack or Teams, by the address of its webhook",
        blanks: &[
            ("service", Needed, "Whose channel it is: slack or teams"),
            (
                "channel",
                Needed,
                "What the channel is called in your SOPs, such as cs-alerts",
            ),
        ],
        secret: Some((
            "webhook",
            Needed,
            "The address of the channel's webhook, https://…",
        )),
        has_updates: false,
    },
];

impl ConnectionKind {
    /// Returns the kind of a name.
    pub(super) fn of(name: &str) -> Option<&'static ConnectionKind> {
        KINDS.iter().find(|kind| kind.name == name)
    }

    /// Returns what it asks of a person.
    pub(super) fn asks(&self) -> Asks {
        let asked = |(name, ask, words): &(&str, Ask, &str)| Asked {
            name: (*name).to_owned(),
            ask: (*words).to_owned(),
            // What has a value already is not asked for.
            default: (*ask == Unasked).then(String::new),
            optional: *ask == Optional,
        };
        Asks {
            service: Some(self.name.to_owned()),
            about: Some(self.about.to_owned()),
            docs: None,
            blanks: self.blanks.iter().map(asked).collect(),
            secrets: self.secret.iter().map(asked).collect(),
            has_updates: self.has_updates,
        }
    }

    /// Returns what its section says, each value as TOML writes it.
    ///
    /// # Errors
    /// For a value that cannot be one.
    pub(super) fn entries(
        &self,
        set: &IndexMap<String, String>,
        secrets: &IndexMap<String, String>,
    ) -> Result<Vec<(&'static str, String)>> {
        let said = |name: &str| set.get(name).cloned().unwrap_or_default();
        let of_secret = |name: &str| secrets.get(name).map(|variable| format!("env:{variable}"));
        Ok(match self.name {
            "csv" => {
                let address = of_secret("address").unwrap_or_else(|| said("address"));
                let tables = IndexMap::from([(said("table"), address)]);
                let mut entries = vec![("tables", table(&tables))];
                if let Some(host) = set.get("redirects_to") {
                    entries.push(("redirects_to", format!("[{}]", quoted(host))));
                }
                entries
            }
            "chat" => {
                let webhook = of_secret("webhook").unwrap_or_default();
                let channels = IndexMap::from([(said("channel"), webhook)]);
                vec![
                    ("service", quoted(&said("service").to_lowercase())),
                    ("channels", table(&channels)),
                ]
            }
            _ => {
                let mut entries = Vec::new();
                for (name, ..) in self.blanks {
                    if let Some(value) = set.get(*name) {
                        entries.push((*name, written(name, value)?));
                    }
                }
                if let Some((name, ..)) = self.secret {
                    entries.extend(of_secret(name).map(|reference| (name, quoted(&reference))));
                }
                entries
            }
        })
    }
}

fn written(name: &str, value: &str) -> Result<String> {
    if name != "port" {
        return Ok(quoted(value));
    }
    let port: std::result::Result<u16, _> = value.parse();
    port.map(|port| port.to_string()).map_err(|_| {
        Error::usage(format!("`{value}` is no port")).help("A port is a number, such as 5432.")
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used)]
    use super::*;
    use crate::connect::ConnectionConfig;

    #[test]
    fn every_kind_asks_for_what_its_section_needs() {
        for kind in &KINDS {
            let asks = kind.asks();
            let filled = |asked: &Asked| {
                let value = match asked.name.as_str() {
                    "service" => "Slack",
                    "port" => "5432",
                    "address" => return None,
                    _ => "x",
                };
                Some((asked.name.clone(), value.to_owned()))
            };
            let set: IndexMap<String, String> = asks.blanks.iter().filter_map(filled).collect();
            let secrets = asks
                .secrets
                .iter()
                .map(|s| (s.name.clone(), "V".to_owned()));
            let entries = kind.entries(&set, &secrets.collect()).expect("entries");
            let lines: Vec<String> = entries.iter().map(|(k, v)| format!("{k} = {v}")).collect();
            let text = format!("kind = {:?}\n{}", kind.name, lines.join("\n"));
            let read: Result<ConnectionConfig, _> = toml::from_str(&text);
            assert!(read.is_ok(), "{text}: {read:?}");
            assert_eq!(text.contains("env:V"), kind.secret.is_some(), "{text}");
        }
        let wrong = IndexMap::from([("port".to_owned(), "5432x".to_owned())]);
        let postgres = ConnectionKind::of("postgres").expect("a kind");
        assert!(postgres.entries(&wrong, &IndexMap::new()).is_err());
    }
}
