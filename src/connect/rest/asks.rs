//! What a description asks of a person before it can be used.

use std::path::Path;

use super::description::TableDescription;
use super::reading::{self, Read};
use crate::connect::{ConnectError, RestConfig};

/// What a description asks of a person.
#[derive(Debug, Clone)]
pub struct Asks {
    /// The name of the service.
    pub service: Option<String>,
    /// What it is for, in words.
    pub about: Option<String>,
    /// The page that tells about it.
    pub docs: Option<String>,
    /// Its blanks.
    pub blanks: Vec<Asked>,
    /// Its secrets.
    pub secrets: Vec<Asked>,
    /// Can records be changed there?
    pub has_updates: bool,
}

/// A blank or a secret.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Its name.
    pub name: String,
    /// What it is, and where it is found.
    pub ask: String,
    /// What holds unless said: a value; of a secret, the variable that holds it.
    pub default: Option<String>,
    /// May it be left out?
    pub optional: bool,
}

/// Returns what the description of a connection asks of a person.
///
/// # Errors
/// If it cannot be read.
pub fn asks(config: &RestConfig, workspace: &Path) -> Result<Asks, ConnectError> {
    let Read { description, place } = reading::read(config, workspace)?;
    let mut has_updates = false;
    for (name, value) in &description.tables {
        let place = format!("the table `{name}` of {place}");
        let table: TableDescription = reading::typed(value.clone(), &place)?;
        has_updates |= table.update.is_some();
    }
    let blanks = description.blanks.into_iter().map(|(name, blank)| Asked {
        name,
        ask: blank.ask,
        default: blank.default.as_ref().map(crate::connect::http::text_of),
        optional: blank.optional,
    });
    let secrets = description.secrets.into_iter().map(|(name, secret)| Asked {
        name,
        ask: secret.ask,
        default: Some(secret.env),
        optional: secret.optional,
    });
    Ok(Asks {
        service: description.service,
        about: description.about,
        docs: description.docs,
        blanks: blanks.collect(),
        secrets: secrets.collect(),
        has_updates,
    })
}
