//! A case: an SOP with its data, an owner's answers, changes to ask for, and what must come out.

use std::fs;
use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Owner;
use super::facts::NAMES;
use crate::diag::{Error, Result};
use crate::expr::Condition;
use crate::rehearse::Clock;

/// The file that says what a case is.
pub(super) const FILE: &str = "case.toml";
/// The SOP.
pub(super) const SOP: &str = "sop.md";
/// Where data and tools are.
pub(super) const SETTINGS: &str = "sopwright.toml";
/// What the SOP determines for each case of the exam.
pub(super) const EXPECTED: &str = "expected.csv";
/// The data that the builder sees.
pub(super) const DATA: &str = "data";
/// Files that replace some of `data` once the workflow is built.
pub(super) const EXAM: &str = "exam";

/// A case of a suite.
#[derive(Debug, Clone)]
pub struct EvalCase {
    /// The name of its folder.
    pub name: String,
    /// Its folder.
    pub folder: PathBuf,
    /// What it is, in a few words.
    pub title: String,
    /// What it is hard for.
    pub covers: Vec<String>,
    /// When builds and runs take place.
    pub clock: Clock,
    /// The file with the rows of the exam, below the workspace.
    pub cases: String,
    /// Column of `expected.csv` -> in what share of the cases it must agree.
    pub accuracy: IndexMap<String, f64>,
    /// Who answers the builder's questions.
    pub owner: Owner,
    /// What is asked for in chat once the workflow is saved, one after the other.
    pub changes: Vec<String>,
    /// What must and must not be.
    pub checks: Vec<Check>,
    /// The digest of its files, to see whether two results are of the same case.
    pub fingerprint: String,
}

/// Whether something must be or must not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// It must hold.
    Require,
    /// It must not hold.
    Forbid,
}

/// Something that a workflow, or what came of it, must or must not be.
#[derive(Debug, Clone)]
pub struct Check {
    /// Must it hold, or must it not?
    pub kind: Kind,
    /// What it is about, in words.
    pub it: String,
    /// A JSON pointer into the workflow, whose value the condition knows as `value`.
    pub at: Option<String>,
    /// The condition, over the names of [`NAMES`].
    pub that: Condition,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    title: String,
    covers: Vec<String>,
    as_of: String,
    cases: String,
    accuracy: IndexMap<String, f64>,
    #[serde(default)]
    owner: Owner,
    #[serde(default)]
    changes: Vec<String>,
    #[serde(default)]
    require: Vec<WrittenCheck>,
    #[serde(default)]
    forbid: Vec<WrittenCheck>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenCheck {
    it: String,
    at: Option<String>,
    that: String,
}

impl EvalCase {
    /// Reads the case of a folder.
    ///
    /// # Errors
    /// If a file is not there, `case.toml` cannot be read, or a check is no condition.
    pub fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(FILE);
        let unusable = |why: String| {
            Error::input(format!("The case {} cannot be used", folder.display())).because(why)
        };
        let text = fs::read_to_string(&path)
            .map_err(|e| unusable(format!("{} cannot be read: {e}", path.display())))?;
        let written: Written = toml::from_str(&text).map_err(|e| {
            unusable(format!(
                "{FILE}: {}",
                crate::diag::one_line(e.message(), 300)
            ))
        })?;
        for file in [SOP, SETTINGS, EXPECTED] {
            if !folder.join(file).is_file() {
                return Err(unusable(format!("it has no {file}")));
            }
        }
        let mut checks = Vec::new();
        let of_kind = |kind| move |check| (kind, check);
        let all = written.require.into_iter().map(of_kind(Kind::Require));
        let all = all.chain(written.forbid.into_iter().map(of_kind(Kind::Forbid)));
        for (kind, check) in all {
            checks.push(Check::read(kind, check).map_err(unusable)?);
        }
        let name = folder
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        Ok(EvalCase {
            name,
            title: written.title,
            covers: written.covers,
            clock: Clock::as_of(&written.as_of)?,
            cases: written.cases,
            accuracy: written.accuracy,
            owner: written.owner,
            changes: written.changes,
            checks,
            fingerprint: fingerprint(folder).map_err(|e| unusable(e.to_string()))?,
            folder: folder.to_owned(),
        })
    }

    /// Returns the file with the rows of the exam: one held back, or that of the data.
    pub fn exam_rows(&self) -> PathBuf {
        let held_back = Path::new(&self.cases)
            .strip_prefix(DATA)
            .map(|below| self.folder.join(EXAM).join(below))
            .ok()
            .filter(|path| path.is_file());
        held_back.unwrap_or_else(|| self.folder.join(&self.cases))
    }

    /// Returns the file with what the SOP determines for them.
    pub fn expected(&self) -> PathBuf {
        self.folder.join(EXPECTED)
    }
}

impl Check {
    fn read(kind: Kind, written: WrittenCheck) -> Result<Self, String> {
        let about = |why: String| format!("the check “{}”: {why}", written.it);
        let that = Condition::compile(&written.that).map_err(|e| about(e.message))?;
        let unknown = that.names().iter().find(|n| !NAMES.contains(&n.as_str()));
        if let Some(name) = unknown {
            let near = crate::diag::did_you_mean(name, NAMES.iter().copied()).unwrap_or_default();
            return Err(about(format!("there is no `{name}` here. {near}")));
        }
        Ok(Check {
            kind,
            it: written.it,
            at: written.at,
            that,
        })
    }
}

/// Returns the digest of the files below a folder, by their names and contents.
fn fingerprint(folder: &Path) -> std::io::Result<String> {
    let mut digest = Sha256::new();
    for path in super::suite::files_below(folder)? {
        let name = path.strip_prefix(folder).unwrap_or(&path);
        digest.update(name.to_string_lossy().replace('\\', "/"));
        digest.update([0]);
        digest.update(fs::read(&path)?);
    }
    let digest = digest.finalize();
    Ok(digest.iter().take(6).map(|b| format!("{b:02x}")).collect())
}
