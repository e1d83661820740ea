//! The folder that a person works in.

use std::path::{Path, PathBuf};

use super::secrets::{SecretSource, Vault};
use super::{Settings, dotenv};
use crate::diag::{Error, Result, did_you_mean};
use crate::sop::{self, Sop};

/// The name of the settings file, by which a workspace is found.
const SETTINGS: &str = "sopwright.toml";

/// A workspace: settings, `sops/`, `generated/`, `runs/`.
#[derive(Debug, Clone)]
pub struct Workspace {
    root: PathBuf,
    settings: Settings,
    vault: Vault,
}

impl Workspace {
    /// Opens a workspace: the folder that was named, else the nearest one upwards from `here`
    /// that holds `sopwright.toml`, else `here`.
    ///
    /// # Errors
    /// If the named folder is not there, or its settings cannot be used.
    pub fn open(named: Option<&Path>, here: &Path) -> Result<Self> {
        let root = match named {
            Some(named) if named.is_dir() => named.to_owned(),
            Some(named) => {
                return Err(
                    Error::usage(format!("There is no folder {}", named.display()))
                        .help("--workspace names the folder that holds sopwright.toml."),
                );
            }
            None => here
                .ancestors()
                .find(|folder| folder.join(SETTINGS).is_file())
                .unwrap_or(here)
                .to_owned(),
        };
        let settings = Settings::read(&root.join(SETTINGS))?;
        Ok(Workspace {
            root,
            settings,
            vault: Vault::default(),
        })
    }

    /// Returns the folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Returns the settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Returns what a variable is set to: in the environment, else in `.env` of the workspace, else
    /// where `[secrets]` says it is.
    pub fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name)
            .ok()
            .or_else(|| dotenv::variable(&self.root, name))
            .or_else(|| {
                let from = self.settings.secrets.get(name)?;
                self.vault.value(name, from, &self.root)
            })
    }

    /// Returns where a variable is found, in words; nothing where it is not. A secret of the
    /// keyring or a command is asked for.
    pub fn place_of(&self, name: &str) -> Option<&'static str> {
        if std::env::var_os(name).is_some() {
            return Some("the environment");
        }
        if dotenv::variable(&self.root, name).is_some() {
            return Some(".env");
        }
        let from = self.settings.secrets.get(name)?;
        self.vault.value(name, from, &self.root)?;
        Some(match from {
            SecretSource::Keyring(_) => "the keyring",
            SecretSource::Command { .. } => "a command",
        })
    }

    /// Returns why variables could not be had that `[secrets]` names, each once.
    pub fn secret_troubles(&self) -> Vec<String> {
        self.vault.troubles()
    }

    /// Returns the folder of a workflow.
    pub fn folder_of(&self, name: &str) -> PathBuf {
        self.generated().join(name)
    }

    /// Returns the folder of all workflows.
    pub fn generated(&self) -> PathBuf {
        self.root.join("generated")
    }

    /// Returns the folder of runs.
    pub fn runs(&self) -> PathBuf {
        self.root.join("runs")
    }

    /// Returns the folder of sessions, caches and whatever else is ours and not the user's.
    pub fn own(&self) -> PathBuf {
        self.root.join(".sopwright")
    }

    /// Reads an SOP by path, or by its name under `sops/`.
    ///
    /// # Errors
    /// If there is none, or it is not usable text.
    pub fn sop(&self, named: &str) -> Result<Sop> {
        let given = Path::new(named);
        let inside = self.root.join("sops");
        let candidates = [
            given.to_owned(),
            self.root.join(given),
            inside.join(given),
            inside.join(format!("{named}.md")),
            inside.join(format!("{named}.txt")),
        ];
        if let Some(found) = candidates.iter().find(|path| path.is_file()) {
            return sop::read_file(found);
        }
        let known = self.sops();
        let stem = given
            .file_stem()
            .map(|s| s.to_string_lossy().into_owned())
            .unwrap_or_default();
        let help = did_you_mean(&stem, known.iter().map(String::as_str))
            .map(|known| format!("{known} A path to a text file works too."))
            .unwrap_or_else(|| {
                "Give the path of a text or Markdown file, or put it under sops/.".to_owned()
            });
        Err(Error::input(format!("There is no SOP `{named}`")).help(help))
    }

    /// Reads an SOP by its name or path under `sops/`, for somebody who may read no other files of
    /// this machine.
    ///
    /// # Errors
    /// If there is none there, or it is not usable text.
    pub fn sop_within(&self, named: &str) -> Result<Sop> {
        let folder = self.root.join("sops");
        let inside = folder.canonicalize().ok().and_then(|folder| {
            let endings = ["", ".md", ".txt"];
            let mut paths = endings
                .iter()
                .map(|end| folder.join(format!("{named}{end}")));
            paths.find_map(|path| {
                let path = path.canonicalize().ok()?;
                (path.is_file() && path.starts_with(&folder)).then_some(path)
            })
        });
        if let Some(found) = inside {
            return sop::read_file(&found);
        }
        let known = self.sops();
        let help = did_you_mean(named, known.iter().map(String::as_str));
        Err(
            Error::input(format!("There is no SOP `{named}` under sops/")).help(
                help.unwrap_or_else(|| {
                    "Give the name of one that is there, or the whole text of another.".to_owned()
                }),
            ),
        )
    }

    /// Returns the names of the SOPs under `sops/`.
    pub fn sops(&self) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(self.root.join("sops"))
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| {
                path.extension().is_some_and(|e| e == "md" || e == "txt")
                    && path
                        .file_stem()
                        .is_some_and(|s| !s.eq_ignore_ascii_case("readme"))
            })
            .filter_map(|path| path.file_stem().map(|s| s.to_string_lossy().into_owned()))
            .collect();
        names.sort();
        names
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_workspace_is_found_upwards_and_its_sops_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        std::fs::create_dir_all(root.join("sops/deep")).unwrap();
        std::fs::write(root.join(SETTINGS), "").unwrap();
        std::fs::write(root.join("sops/renewal-risk.md"), "Look at renewals.").unwrap();
        let workspace = Workspace::open(None, &root.join("sops/deep")).unwrap();
        assert_eq!(workspace.root(), root);
        assert_eq!(workspace.sop("renewal-risk").unwrap().statements.len(), 1);
        std::fs::write(root.join(".env"), "TOKEN=s3cret\n").unwrap();
        assert_eq!(
            workspace
                .sop_within("renewal-risk")
                .unwrap()
                .statements
                .len(),
            1
        );
        for outside in ["../.env", ".env", "/etc/passwd", "deep", "..", ""] {
            let error = workspace.sop_within(outside).unwrap_err();
            assert!(error.to_string().contains("under sops/"), "{outside}");
        }
        let error = workspace.sop("renewl-risk").unwrap_err();
        assert!(error.help.unwrap().contains("`renewal-risk`"));
        assert!(Workspace::open(Some(&root.join("none")), &root).is_err());
    }
}
