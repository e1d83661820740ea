//! What goes wrong with a PostgreSQL server, in words.

use std::error::Error as _;
use std::time::Duration;

use tokio_postgres::Error;

use crate::connect::ConnectError;
use crate::connect::sql::Address;

/// Says what went wrong with a server.
#[derive(Clone)]
pub struct Errors {
    /// The server.
    pub address: Address,
    /// How long it may take for a piece of an answer.
    pub timeout: Duration,
}

impl Errors {
    /// Returns why a server could not be used.
    pub fn of_connecting(&self, error: &Error) -> ConnectError {
        let (place, user) = (self.address.place(), &self.address.user);
        let Some(said) = error.as_db_error() else {
            let why = self.reason(error);
            let failed = format!("The PostgreSQL server at {place} cannot be reached: {why}.");
            let is_tls = why.contains("certificate") || why.contains("TLS");
            return match is_tls {
                true => ConnectError::last(failed).help(
                    "A server whose certificate this machine does not trust needs `tls_ca`, the file with the certificate of who vouches for it; `tls = \"off\"` sends everything in the clear.",
                ),
                false => ConnectError::transient(failed)
                    .help("Check `host` and `port`, and whether this machine may reach the server."),
            };
        };
        match said.code().code() {
            "28P01" | "28000" => {
                // The server says who was refused, and may say of whom else it knows.
                ConnectError::last(format!("The PostgreSQL server at {place} does not let in the user `{user}`."))
                    .help("Check `user` and the password that is named in sopwright.toml, and whether the server lets that user in from this machine.")
            }
            "3D000" => ConnectError::last(format!(
                "The PostgreSQL server at {place} has no database `{}`.",
                self.address.database
            ))
            .help("Correct `database` in sopwright.toml."),
            _ => self.said(error, "a connection"),
        }
    }

    /// Returns why something that was asked of a table did not work.
    pub fn of(&self, error: &Error, table: &str) -> ConnectError {
        self.said(error, &format!("the table `{table}`"))
    }

    /// Returns the error for a server that does not answer at all.
    pub fn no_answer(&self) -> ConnectError {
        ConnectError::transient(format!(
            "The PostgreSQL server at {} does not answer.",
            self.address.place()
        ))
        .help("Check `host` and `port`, and whether this machine may reach the server.")
    }

    fn said(&self, error: &Error, about: &str) -> ConnectError {
        let Some(said) = error.as_db_error() else {
            return ConnectError::transient(format!(
                "The PostgreSQL server at {} went away while {about} was asked for: {}.",
                self.address.place(),
                self.reason(error)
            ));
        };
        let code = said.code().code();
        let message = self.address.without_secret(said.message());
        match code {
            "42501" => ConnectError::last(format!(
                "The user `{}` may not do that with {about}: {message}.",
                self.address.user
            ))
            .help("Ask whoever keeps the database to grant it."),
            "57014" => ConnectError::transient(format!(
                "The PostgreSQL server took longer than {} s for {about}.",
                self.timeout.as_secs()
            ))
            .help("Set a longer `timeout` for the connection, or choose fewer rows with `where`."),
            _ if ["08", "40", "53", "57"]
                .iter()
                .any(|class| code.starts_with(class)) =>
            {
                ConnectError::transient(format!("The PostgreSQL server, about {about}: {message}."))
            }
            _ => ConnectError::last(format!("The PostgreSQL server, about {about}: {message}.")),
        }
    }

    fn reason(&self, error: &Error) -> String {
        let mut reason = error.to_string();
        let mut source = error.source();
        while let Some(inner) = source {
            reason = inner.to_string();
            source = inner.source();
        }
        self.address.without_secret(&reason)
    }
}
