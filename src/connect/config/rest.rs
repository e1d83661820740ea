//! Connections to services that are described in data.

use std::path::PathBuf;

use indexmap::IndexMap;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::connect::Row;

/// The keys of a section: those that say which description and what is filled in, then those of a
/// description itself.
pub(super) const KEYS: &[&str] = &[
    "preset",
    "description",
    "set",
    "secrets",
    "since",
    "writable",
    "sandbox",
    "service",
    "about",
    "docs",
    "base_url",
    "headers",
    "blanks",
    "auth",
    "limits",
    "timeout",
    "max_bytes",
    "form",
    "refusals",
    "tables",
    "tools",
];

/// A connection to a service whose requests are described in data.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RestConfig {
    /// Where the description comes from.
    pub from: DescribedBy,
    /// What its blanks are filled with.
    pub set: Row,
    /// Where its secrets are, each written `env:NAME`.
    pub secrets: IndexMap<String, String>,
    /// A day such as `2026-01-01`, or a time such as `365d`: tables that can tell when a record was
    /// changed leave out what is older.
    pub since: Option<String>,
    /// May records be updated? False unless said.
    pub writable: bool,
    /// Is it a test system, to which a dry run may write? False unless said.
    pub sandbox: bool,
    /// What the section itself describes; it holds over what it is described by.
    pub own: Row,
}

/// Where a description comes from.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum DescribedBy {
    /// The section holds all of it.
    #[default]
    Section,
    /// One of those that come with the program.
    Preset(String),
    /// A file; a relative path starts at the workspace.
    File(PathBuf),
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Said {
    preset: Option<String>,
    description: Option<PathBuf>,
    set: Row,
    secrets: IndexMap<String, String>,
    since: Option<String>,
    writable: bool,
    sandbox: bool,
}

impl<'de> Deserialize<'de> for RestConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// What stands in [`Said`]; the rest is described.
        const SAID: usize = 7;
        let mut own = Row::deserialize(deserializer)?;
        let said: Row = KEYS[..SAID]
            .iter()
            .filter_map(|key| own.shift_remove_entry(*key))
            .collect();
        let said = Said::deserialize(Value::Object(said)).map_err(D::Error::custom)?;
        let from = match (said.preset, said.description) {
            (Some(_), Some(_)) => {
                return Err(D::Error::custom(
                    "say either a `preset` or a `description`, not both",
                ));
            }
            (Some(preset), None) => DescribedBy::Preset(preset),
            (None, Some(file)) => DescribedBy::File(file),
            (None, None) => DescribedBy::Section,
        };
        Ok(RestConfig {
            from,
            set: said.set,
            secrets: said.secrets,
            since: said.since,
            writable: said.writable,
            sandbox: said.sandbox,
            own,
        })
    }
}
