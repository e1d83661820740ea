//! What people have said about names: that one, as somebody writes it, is one of a table, or is not.
//!
//! It is kept in `names.csv` of the workspace, which people may read and change as any table.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::ConnectError;
use crate::expr::functions::{Name, normalize};

/// The name of the file.
const FILE: &str = "names.csv";

/// What somebody said about a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alias {
    /// The table that has the name, as `connection.table`.
    pub table: String,
    /// The name as it is written elsewhere.
    pub written: String,
    /// The name as the table has it.
    pub name: String,
    /// Are they one?
    #[serde(with = "yes_or_no")]
    pub same: bool,
    /// Who said so.
    #[serde(default)]
    pub by: String,
    /// The day on which it was said, `YYYY-MM-DD`.
    #[serde(default)]
    pub on: String,
}

/// What people have said about names of all tables.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Aliases {
    path: PathBuf,
    said: Vec<Alias>,
}

/// What people have said about the names of one table: for each as it is written, what it is and
/// is not, all of them normalized.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AliasesOf(HashMap<String, Vec<(String, bool)>>);

impl Aliases {
    /// Reads those of a workspace; none where nothing was said.
    ///
    /// # Errors
    /// If the file cannot be read or a line of it says something else.
    pub fn read(workspace: &Path) -> Result<Self, ConnectError> {
        let path = workspace.join(FILE);
        let wrong = |why: String| {
            ConnectError::last(format!("{FILE} of the workspace cannot be used: {why}"))
                .help("Its columns are table, written, name, same (yes or no), by and on. Correct it, or move it away.")
        };
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(e) => return Err(wrong(e.to_string())),
        };
        let text = text.trim_start_matches('\u{feff}');
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let said = reader
            .deserialize()
            .collect::<Result<Vec<Alias>, _>>()
            .map_err(|e| wrong(e.to_string()))?;
        Ok(Aliases { path, said })
    }

    /// Returns where they are kept.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns all of them, in the order in which they were said.
    pub fn all(&self) -> &[Alias] {
        &self.said
    }

    /// Returns those of a table, `connection.table`.
    pub fn of(&self, table: &str) -> AliasesOf {
        let mut of = AliasesOf::default();
        for alias in self.said.iter().filter(|alias| alias.table == table) {
            of.0.entry(normalize(&alias.written))
                .or_default()
                .push((normalize(&alias.name), alias.same));
        }
        of
    }

    /// Takes what somebody says, in the place of what was said of the same two names before.
    pub fn say(&mut self, alias: Alias) {
        self.take_back(&alias.table, &alias.written, &alias.name);
        self.said.push(alias);
    }

    /// Takes back what was said of two names. Was there anything?
    pub fn take_back(&mut self, table: &str, written: &str, name: &str) -> bool {
        let before = self.said.len();
        let is_it = |alias: &Alias| {
            alias.table == table
                && normalize(&alias.written) == normalize(written)
                && normalize(&alias.name) == normalize(name)
        };
        self.said.retain(|alias| !is_it(alias));
        self.said.len() < before
    }

    /// Returns the content of the file.
    ///
    /// # Errors
    /// If it cannot be made, which memory never refuses.
    pub fn to_csv(&self) -> Result<Vec<u8>, csv::Error> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        for alias in &self.said {
            writer.serialize(alias)?;
        }
        let written = writer.into_inner();
        written.map_err(|error| csv::Error::from(error.into_error()))
    }
}

impl AliasesOf {
    /// Returns what a written name is, and is not, both normalized.
    pub fn said(&self, written: &Name) -> &[(String, bool)] {
        let said = self.0.get(written.normal());
        said.map(Vec::as_slice).unwrap_or_default()
    }
}

mod yes_or_no {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(same: &bool, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(if *same { "yes" } else { "no" })
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<bool, D::Error> {
        let text = String::deserialize(from)?;
        match text.to_lowercase().as_str() {
            "yes" | "y" | "true" => Ok(true),
            "no" | "n" | "false" => Ok(false),
            _ => Err(D::Error::custom(format!(
                "`same` is yes or no, and not “{text}”"
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn alias(written: &str, name: &str, same: bool) -> Alias {
        Alias {
            table: "crm.accounts".to_owned(),
            written: written.to_owned(),
            name: name.to_owned(),
            same,
            by: "Ann".to_owned(),
            on: "2026-11-26".to_owned(),
        }
    }

    #[test]
    fn what_is_said_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let mut aliases = Aliases::read(folder.path()).unwrap();
        aliases.say(alias("Big Blue", "IBM, Inc.", false));
        aliases.say(alias("BIG blue", "IBM Inc", true));
        aliases.say(alias("Big Blue", "Blue Ltd", false));
        std::fs::write(aliases.path(), aliases.to_csv().unwrap()).unwrap();
        let again = Aliases::read(folder.path()).unwrap();
        assert_eq!(again, aliases);
        let of = again.of("crm.accounts");
        let said = [("ibm inc".to_owned(), true), ("blue ltd".to_owned(), false)];
        assert_eq!(of.said(&Name::of("big  BLUE")), said);
        assert!(
            again
                .of("crm.others")
                .said(&Name::of("Big Blue"))
                .is_empty()
        );
        assert!(aliases.take_back("crm.accounts", "big blue", "ibm inc"));
        assert!(!aliases.take_back("crm.accounts", "big blue", "ibm inc"));
    }

    #[test]
    fn a_line_that_says_something_else_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let text = "table,written,name,same\ncrm.accounts,A,B,yes\ncrm.accounts,A,C,perhaps\n";
        std::fs::write(folder.path().join(FILE), text).unwrap();
        let error = Aliases::read(folder.path()).unwrap_err();
        assert!(
            error.message.contains("perhaps") && error.message.contains("line: 3"),
            "{error:?}"
        );
        std::fs::write(folder.path().join(FILE), "a,b\n1,2\n").unwrap();
        assert!(Aliases::read(folder.path()).is_err());
    }
}
