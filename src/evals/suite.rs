//! A suite: a folder with a folder per case.

use std::fs;
use std::path::{Path, PathBuf};

use super::EvalCase;
use super::case::FILE;
use crate::diag::{Error, Result, did_you_mean};

/// A suite of cases.
#[derive(Debug, Clone)]
pub struct Suite {
    /// Its cases, by name.
    pub cases: Vec<EvalCase>,
}

impl Suite {
    /// Reads the suite of a folder, or only one of its cases.
    ///
    /// # Errors
    /// If there is no case, or one cannot be used: all of these are told.
    pub fn read(folder: &Path, only: Option<&str>) -> Result<Self> {
        let mut folders: Vec<PathBuf> = fs::read_dir(folder)
            .map_err(|e| {
                Error::input(format!("The suite {} cannot be read", folder.display())).caused_by(e)
            })?
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.join(FILE).is_file())
            .collect();
        folders.sort();
        let names: Vec<String> = folders
            .iter()
            .filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
            .collect();
        if let Some(only) = only {
            folders.retain(|path| path.file_name().is_some_and(|name| name == only));
            if folders.is_empty() {
                return Err(Error::usage(format!("There is no case `{only}`")).help(
                    did_you_mean(only, names.iter().map(String::as_str))
                        .unwrap_or_else(|| format!("The cases are {}.", names.join(", "))),
                ));
            }
        }
        if folders.is_empty() {
            return Err(
                Error::input(format!("There is no case in {}", folder.display())).help(format!(
                    "A suite is a folder with a folder per case, each with a {FILE}; docs/evaluation.md says what is in it."
                )),
            );
        }
        let mut cases = Vec::new();
        let mut wrong: Vec<Error> = Vec::new();
        for path in folders {
            match EvalCase::read(&path) {
                Ok(case) => cases.push(case),
                Err(error) => wrong.push(error),
            }
        }
        match wrong.len() {
            0 => Ok(Suite { cases }),
            1 => Err(wrong.remove(0)),
            number => Err(wrong.iter().fold(
                Error::input(format!("{number} cases cannot be used")),
                |all, error| all.because(error.to_string()),
            )),
        }
    }
}

/// Returns the files below a folder, in order; what an editor or a system left there is none.
pub(super) fn files_below(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let is_hidden = path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if is_hidden {
            continue;
        }
        if path.is_dir() {
            files.extend(files_below(&path)?);
        } else {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Copies the files below a folder over those below another.
pub(super) fn lay_over(from: &Path, to: &Path) -> std::io::Result<()> {
    for path in files_below(from)? {
        let target = to.join(path.strip_prefix(from).unwrap_or(&path));
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::copy(&path, target)?;
    }
    Ok(())
}
