//! What goes wrong with a MySQL or MariaDB server, in words.

use std::error::Error as _;
use std::time::Duration;

use mysql_async::{Error, IoError};

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
        match error {
            Error::Server(said) if matches!(said.code, 1045 | 1698) => ConnectError::last(format!(
                "The MySQL server at {place} does not let in the user `{user}`."
            ))
            .help("Check `user` and the password that is named in sopwright.toml, and whether the server lets that user in from this machine."),
            Error::Server(said) if matches!(said.code, 1044 | 1049) => ConnectError::last(format!(
                "The MySQL server at {place} has no database `{}`, or the user `{user}` may not use it.",
                self.address.database
            ))
            .help("Correct `database` in sopwright.toml."),
            Error::Server(_) => self.said(error, "a connection"),
            Error::Io(IoError::Tls(_)) => ConnectError::last(format!(
                "The MySQL server at {place} cannot be reached encrypted: {}.",
                self.reason(error)
            ))
            .help("A server whose certificate is not known needs `tls_ca`, the file with the certificate of who vouches for it; `tls = \"off\"` sends everything in the clear."),
            _ => ConnectError::transient(format!(
                "The MySQL server at {place} cannot be reached: {}.",
                self.reason(error)
            ))
            .help("Check `host` and `port`, and whether this machine may reach the server."),
        }
    }

    /// Returns why something that was asked of a table did not work.
    pub fn of(&self, error: &Error, table: &str) -> ConnectError {
        self.said(error, &format!("the table `{table}`"))
    }

    /// Returns the error for a server that does not answer at all.
    pub fn no_answer(&self) -> ConnectError {
        ConnectError::transient(format!(
            "The MySQL server at {} does not answer.",
            self.address.place()
        ))
        .help("Check `host` and `port`, and whether this machine may reach the server.")
    }

    /// Returns the error for an answer that takes too long.
    pub fn too_long(&self, table: &str) -> ConnectError {
        ConnectError::transient(format!(
            "The MySQL server took longer than {} s for the table `{table}`.",
            self.timeout.as_secs()
        ))
        .help("Set a longer `timeout` for the connection, or choose fewer rows with `where`.")
    }

    fn said(&self, error: &Error, about: &str) -> ConnectError {
        let Error::Server(said) = error else {
            return ConnectError::transient(format!(
                "The MySQL server at {} went away while {about} was asked for: {}.",
                self.address.place(),
                self.reason(error)
            ));
        };
        let message = self.address.without_secret(&said.message);
        match said.code {
            1142 | 1143 | 1227 | 1370 => ConnectError::last(format!(
                "The user `{}` may not do that with {about}: {message}.",
                self.address.user
            ))
            .help("Ask whoever keeps the database to grant it."),
            // Too many connections, shutting down, locks, and its own limit of time.
            1040 | 1053 | 1203 | 1205 | 1213 | 1317 | 1969 | 3024 => {
                ConnectError::transient(format!("The MySQL server, about {about}: {message}."))
            }
            _ => ConnectError::last(format!("The MySQL server, about {about}: {message}.")),
        }
    }

    fn reason(&self, error: &Error) -> String {
        let mut reason = error.to_string();
        let mut source = error.source();
        while let Some(inner) = source {
            reason = inner.to_string();
            source = inner.source();
        }
        self.address.without_secret(reason.trim_end_matches('.'))
    }
}
