//! Variables that are neither in the environment nor in `.env`, but in the keyring of the system
//! or told by a command, as `[secrets]` says.

mod keyring;
mod outside;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use indexmap::IndexMap;
use serde::Deserialize;

pub use keyring::keep as keep_in_keyring;

/// Variables, and where each is.
pub type SecretsConfig = IndexMap<String, SecretSource>;

/// Where the value of a variable is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(
    untagged,
    expecting = "use \"keyring\" or { command = [\"PROGRAM\", \"ARGUMENT\"] }"
)]
pub enum SecretSource {
    /// The keyring of the system.
    Keyring(Keyring),
    /// What a command prints.
    Command {
        /// The program and its arguments.
        command: Vec<String>,
    },
}

/// The word for the keyring of the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keyring {
    /// It is there.
    Keyring,
}

/// How long a value is known before it is asked for again: keys change while `serve` is up.
const KNOWN_FOR: Duration = Duration::from_secs(600);

/// What was found by a command or in the keyring, for all copies of a workspace.
#[derive(Clone, Default)]
pub(super) struct Vault(Arc<Mutex<Known>>);

#[derive(Default)]
struct Known {
    values: HashMap<String, (Instant, Option<String>)>,
    /// What went wrong and was not told yet.
    troubles: Vec<String>,
}

impl Vault {
    /// Returns the value of a variable, asked for if it is not known; nothing where it cannot be
    /// had, which is a trouble then.
    pub(super) fn value(&self, name: &str, from: &SecretSource, root: &Path) -> Option<String> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, value)) = known.values.get(name)
            && at.elapsed() < KNOWN_FOR
        {
            return value.clone();
        }
        let asked = match from {
            SecretSource::Keyring(_) => keyring::value(name),
            SecretSource::Command { command } => outside::output(command, Some(root), None),
        };
        let value = match asked {
            Ok(value) if value.trim().is_empty() => {
                known
                    .troubles
                    .push(format!("{name} is empty where [secrets] says it is."));
                None
            }
            Ok(value) => Some(value.trim().to_owned()),
            Err(why) => {
                known
                    .troubles
                    .push(format!("{name} could not be had: {why}"));
                None
            }
        };
        let entry = (Instant::now(), value.clone());
        known.values.insert(name.to_owned(), entry);
        value
    }

    /// Returns what went wrong since it was last asked.
    pub(super) fn troubles(&self) -> Vec<String> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut known.troubles)
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn sources_are_read_from_settings() {
        let text = "A = \"keyring\"\nB = { command = [\"op\", \"read\", \"x\"] }\n";
        let config: SecretsConfig = toml::from_str(text).unwrap();
        assert_eq!(config["A"], SecretSource::Keyring(Keyring::Keyring));
        assert!(matches!(&config["B"], SecretSource::Command { command } if command.len() == 3));
        let wrong = toml::from_str::<SecretsConfig>("A = \"s3cret\"\n").unwrap_err();
        assert!(wrong.message().contains("use \"keyring\""), "{wrong}");
    }

    #[cfg(unix)]
    #[test]
    fn a_command_is_asked_once_and_its_trouble_told() {
        let folder = tempfile::tempdir().unwrap();
        let command = |script: &str| SecretSource::Command {
            command: ["sh", "-c", script].map(str::to_owned).to_vec(),
        };
        let vault = Vault::default();
        let counting = command("echo x >> asked; echo ' s3cret '");
        for _ in 0..3 {
            let value = vault.value("TOKEN", &counting, folder.path());
            assert_eq!(value.unwrap(), "s3cret");
        }
        let asked = std::fs::read_to_string(folder.path().join("asked")).unwrap();
        assert_eq!(asked.lines().count(), 1);
        assert!(vault.troubles().is_empty());

        let failing = command("echo half-a-secret; echo not signed in >&2; exit 3");
        assert_eq!(vault.value("OTHER", &failing, folder.path()), None);
        assert_eq!(vault.value("EMPTY", &command("true"), folder.path()), None);
        let troubles = vault.troubles();
        assert_eq!(troubles.len(), 2, "{troubles:?}");
        assert!(troubles[0].contains("OTHER") && troubles[0].contains("not signed in"));
        assert!(!troubles[0].contains("half-a-secret"));
        assert!(troubles[1].contains("EMPTY is empty"));
        assert!(vault.troubles().is_empty());
    }
}
