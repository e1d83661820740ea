//! What goes wrong with a PostgreSQL server.

use tokio_postgres::Error;

use crate::connect::ConnectError;
use crate::connect::sql::{Errors, Explain};

/// Classes of errors that pass: connections, transactions that met, room, and an operator at work.
const PASSING: [&str; 4] = ["08", "40", "53", "57"];

impl Explain<Error> for Errors {
    fn of_connecting(&self, error: &Error) -> ConnectError {
        let Some(said) = error.as_db_error() else {
            let why = self.reason(error);
            if !why.contains("certificate") && !why.contains("TLS") {
                return self.unreachable(&why);
            }
            return ConnectError::last(format!("{} cannot be reached: {why}.", self.server())).help(
                "A server whose certificate this machine does not trust needs `tls_ca`, the file with the certificate of who vouches for it; `tls = \"off\"` sends everything in the clear.",
            );
        };
        match said.code().code() {
            "28P01" | "28000" => self.not_let_in(),
            "3D000" => ConnectError::last(format!(
                "{} has no database `{}`.",
                self.server(),
                self.address.database
            ))
            .help("Correct `database` in sopwright.toml."),
            _ => refused(self, error, "a connection"),
        }
    }

    fn of(&self, error: &Error, table: &str) -> ConnectError {
        refused(self, error, &format!("the table `{table}`"))
    }
}

fn refused(errors: &Errors, error: &Error, about: &str) -> ConnectError {
    let Some(said) = error.as_db_error() else {
        return errors.went_away(about, &errors.reason(error));
    };
    let code = said.code().code();
    let message = errors.address.without_secret(said.message());
    match code {
        "42501" => errors.not_granted(about, &message),
        "57014" => errors.too_long(about),
        _ if PASSING.iter().any(|class| code.starts_with(class)) => {
            ConnectError::transient(errors.said(about, &message))
        }
        _ => ConnectError::last(errors.said(about, &message)),
    }
}
