//! What goes wrong with a MySQL or MariaDB server.

use mysql_async::{Error, IoError};

use crate::connect::ConnectError;
use crate::connect::sql::{Errors, Explain};

impl Explain<Error> for Errors {
    fn of_connecting(&self, error: &Error) -> ConnectError {
        match error {
            Error::Server(said) if matches!(said.code, 1045 | 1698) => self.not_let_in(),
            Error::Server(said) if matches!(said.code, 1044 | 1049) => ConnectError::last(format!(
                "{} has no database `{}`, or the user `{}` may not use it.",
                self.server(),
                self.address.database,
                self.address.user
            ))
            .help("Correct `database` in sopwright.toml."),
            Error::Server(_) => refused(self, error, "a connection"),
            Error::Io(IoError::Tls(_)) => ConnectError::last(format!(
                "{} cannot be reached encrypted: {}.",
                self.server(),
                self.reason(error)
            ))
            .help("A server whose certificate is not known needs `tls_ca`, the file with the certificate of who vouches for it; `tls = \"off\"` sends everything in the clear."),
            _ => self.unreachable(&self.reason(error)),
        }
    }

    fn of(&self, error: &Error, table: &str) -> ConnectError {
        refused(self, error, &format!("the table `{table}`"))
    }
}

fn refused(errors: &Errors, error: &Error, about: &str) -> ConnectError {
    let Error::Server(said) = error else {
        return errors.went_away(about, &errors.reason(error));
    };
    let message = errors.address.without_secret(&said.message);
    match said.code {
        1142 | 1143 | 1227 | 1370 => errors.not_granted(about, &message),
        // Too many connections, shutting down, locks, and its own limit of time.
        1040 | 1053 | 1203 | 1205 | 1213 | 1317 | 1969 | 3024 => {
            ConnectError::transient(errors.said(about, &message))
        }
        _ => ConnectError::last(errors.said(about, &message)),
    }
}
