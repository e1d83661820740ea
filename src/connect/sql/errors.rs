//! What goes wrong with a database server, in words.

use std::error::Error;
use std::time::Duration;

use super::Address;
use crate::connect::ConnectError;
use crate::connect::net::innermost;

/// Says what went wrong with a server.
#[derive(Clone)]
pub struct Errors {
    /// What kind of server it is, as in "PostgreSQL".
    pub kind: &'static str,
    /// The server.
    pub address: Address,
    /// How long it may take for a piece of an answer.
    pub timeout: Duration,
}

/// Reads the errors of a driver.
pub trait Explain<E> {
    /// Returns why a server could not be used.
    fn of_connecting(&self, error: &E) -> ConnectError;

    /// Returns why something that was asked of a table did not work.
    fn of(&self, error: &E, table: &str) -> ConnectError;
}

/// What to do about a server that is not reached.
const CHECK_ADDRESS: &str =
    "Check `host` and `port`, and whether this machine may reach the server.";

impl Errors {
    /// Returns the error for a server that does not answer at all.
    pub fn no_answer(&self) -> ConnectError {
        ConnectError::transient(format!("{} does not answer.", self.server())).help(CHECK_ADDRESS)
    }

    /// Returns the error for a server that cannot be reached, and why.
    pub fn unreachable(&self, why: &str) -> ConnectError {
        ConnectError::transient(format!("{} cannot be reached: {why}.", self.server()))
            .help(CHECK_ADDRESS)
    }

    /// Returns the error for a user who is not let in.
    pub fn not_let_in(&self) -> ConnectError {
        // The server says who was refused, and may say of whom else it knows.
        ConnectError::last(format!(
            "{} does not let in the user `{}`.",
            self.server(),
            self.address.user
        ))
        .help("Check `user` and the password that is named in sopwright.toml, and whether the server lets that user in from this machine.")
    }

    /// Returns the error for a server that is gone in the middle.
    pub fn went_away(&self, about: &str, why: &str) -> ConnectError {
        ConnectError::transient(format!(
            "{} went away while {about} was asked for: {why}.",
            self.server()
        ))
    }

    /// Returns the error for what the user may not do.
    pub fn not_granted(&self, about: &str, message: &str) -> ConnectError {
        ConnectError::last(format!(
            "The user `{}` may not do that with {about}: {message}.",
            self.address.user
        ))
        .help("Ask whoever keeps the database to grant it.")
    }

    /// Returns the error for an answer that takes too long.
    pub fn too_long(&self, about: &str) -> ConnectError {
        ConnectError::transient(format!(
            "The {} server took longer than {} s for {about}.",
            self.kind,
            self.timeout.as_secs()
        ))
        .help("Set a longer `timeout` for the connection, or choose fewer rows with `where`.")
    }

    /// Returns what the server says, as a sentence.
    pub fn said(&self, about: &str, message: &str) -> String {
        format!("The {} server, about {about}: {message}.", self.kind)
    }

    /// Returns what is at the bottom of an error, without the password.
    pub fn reason(&self, error: &(dyn Error + 'static)) -> String {
        let reason = innermost(error);
        self.address.without_secret(reason.trim_end_matches('.'))
    }

    /// Returns the server with its place, to begin a sentence with.
    pub fn server(&self) -> String {
        format!("The {} server at {}", self.kind, self.address.place())
    }
}
