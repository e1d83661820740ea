//! Saved workflows: `generated/NAME/` with the workflow, its SOP, samples and history.

use std::fs;
use std::path::Path;

use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use super::files::read_text;
use super::history::{self, Version};
use super::{Workspace, write_atomically};
use crate::diag::{Error, Result, did_you_mean};
use crate::rehearse::Rehearsed;
use crate::sop::{Sop, decode};
use crate::spec::{self, Draft};

const WORKFLOW: &str = "workflow.json";
const SOP: &str = "sop.md";
const DRAFT: &str = "draft.json";

/// What a version of a workflow is known by: the digest of its file.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// Returns the fingerprint of a document.
    pub fn of(text: &str) -> Self {
        let digest = Sha256::digest(text.as_bytes());
        Fingerprint(
            digest
                .iter()
                .take(8)
                .map(|byte| format!("{byte:02x}"))
                .collect(),
        )
    }

    /// Returns it as text, 16 characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A workflow as it lies on disk.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Its name.
    pub name: String,
    /// The document as it lies there.
    pub text: String,
    /// What it says, not yet checked.
    pub draft: Draft,
    /// The SOP beside it.
    pub sop: Sop,
    /// What this version is known by.
    pub fingerprint: Fingerprint,
}

/// Returns the names of the saved workflows, in order.
pub fn list(workspace: &Workspace) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(workspace.generated())
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.path().join(WORKFLOW).is_file())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// Reads a saved workflow by its name, or by the path of its folder or file.
///
/// # Errors
/// If there is none, or it is not JSON.
pub fn load(workspace: &Workspace, name: &str) -> Result<Stored> {
    let by_name = workspace.folder_of(name);
    let given = Path::new(name);
    let folder = if by_name.join(WORKFLOW).is_file() {
        by_name
    } else if given.join(WORKFLOW).is_file() {
        given.to_owned()
    } else if given.is_file() && given.extension().is_some_and(|e| e == "json") {
        return load_file(given);
    } else {
        return Err(unknown(name, &list(workspace)));
    };
    load_file(&folder.join(WORKFLOW))
}

/// Reads a workflow that is saved in the workspace, by its name alone, for somebody who may read no
/// other files of this machine.
///
/// # Errors
/// As [`load`].
pub fn load_saved(workspace: &Workspace, name: &str) -> Result<Stored> {
    let known = list(workspace);
    if !known.iter().any(|saved| saved == name) {
        return Err(unknown(name, &known));
    }
    load_file(&workspace.folder_of(name).join(WORKFLOW))
}

fn unknown(name: &str, known: &[String]) -> Error {
    let help = did_you_mean(name, known.iter().map(String::as_str)).unwrap_or_else(|| {
        "Nothing is saved here yet: `sopwright build SOP` makes one.".to_owned()
    });
    Error::input(format!("There is no workflow `{name}`")).help(help)
}

fn load_file(path: &Path) -> Result<Stored> {
    let text = read_text(path)?;
    let draft = spec::read(&text).map_err(|finding| {
        Error::input(format!("{} cannot be read", path.display())).with(vec![*finding])
    })?;
    let beside = path.with_file_name(SOP);
    let sop = match fs::read(&beside) {
        Ok(bytes) => decode(&bytes, &beside.display().to_string())?,
        Err(_) => Sop::parse(""),
    };
    let folder = path
        .parent()
        .and_then(Path::file_name)
        .map(|n| n.to_string_lossy().into_owned());
    Ok(Stored {
        name: folder.unwrap_or_else(|| "workflow".to_owned()),
        draft,
        sop,
        fingerprint: Fingerprint::of(&text),
        text,
    })
}

/// Saves a rehearsed workflow, and returns what it is known by from now on. `expected` is the
/// version that the change was made from; `why` goes into the history.
///
/// # Errors
/// If another session has saved the name since, or the disk does not take it. What was there
/// before is then untouched.
pub fn save(
    workspace: &Workspace,
    rehearsed: &Rehearsed,
    sop: &Sop,
    expected: Option<&Fingerprint>,
    why: &str,
) -> Result<Fingerprint> {
    let workflow = rehearsed.checked().workflow();
    let folder = workspace.folder_of(&workflow.name);
    fs::create_dir_all(&folder).map_err(|e| {
        Error::unavailable(format!("{} cannot be made", folder.display()))
            .caused_by(e)
            .help("See that generated/ can be written to. The draft is kept in the session.")
    })?;
    let _lock = lock(&folder)?;
    let text = document(workflow)?;
    let fingerprint = Fingerprint::of(&text);
    let path = folder.join(WORKFLOW);
    let present = fs::read_to_string(&path).ok();
    let there = present.as_deref().map(Fingerprint::of);
    if there.as_ref() == Some(&fingerprint) {
        return Ok(fingerprint);
    }
    if there.as_ref() != expected {
        return Err(changed_meanwhile(&workflow.name, expected.is_none()));
    }
    for (name, rows) in rehearsed.samples() {
        let lines: String = rows
            .iter()
            .map(|row| format!("{}\n", Json::Object(row.clone())))
            .collect();
        write_atomically(
            &folder.join("samples").join(format!("{name}.jsonl")),
            lines.as_bytes(),
        )?;
    }
    write_atomically(&folder.join(SOP), sop.source.as_bytes())?;
    if let Some(present) = &present {
        history::catch_up(&folder, present)?;
    }
    history::add(&folder, &text, why)?;
    // Last, so that a crash before it leaves the former version as the current one.
    write_atomically(&path, text.as_bytes())?;
    Ok(fingerprint)
}

fn document(workflow: &spec::Workflow) -> Result<String> {
    serde_json::to_string_pretty(workflow)
        .map(|text| text + "\n")
        .map_err(|e| Error::input("The workflow cannot be written as JSON").caused_by(e))
}

fn changed_meanwhile(name: &str, is_new: bool) -> Error {
    let error = Error::blocked(format!(
        "`{name}` was saved by someone else in the meantime"
    ));
    if is_new {
        error.help("Choose another name with --name, or open that workflow with `sopwright chat` and change it.")
    } else {
        error.help("Open it again with `sopwright chat` to see the other change, and make yours again. Your draft is kept.")
    }
}

fn lock(folder: &Path) -> Result<fs::File> {
    let path = folder.join(".lock");
    let file = fs::File::create(&path).and_then(|file| file.lock().map(|()| file));
    file.map_err(|e| {
        Error::unavailable(format!("{} cannot be locked for saving", folder.display()))
            .caused_by(e)
            .help("See that generated/ can be written to.")
    })
}

/// Keeps a draft that could not be saved as a workflow beside where it would be.
///
/// # Errors
/// If the disk does not take it.
pub fn keep_draft(
    workspace: &Workspace,
    name: &str,
    document: &Json,
    sop: &Sop,
) -> Result<std::path::PathBuf> {
    let path = workspace.folder_of(name).join(DRAFT);
    let text = serde_json::to_string_pretty(document).unwrap_or_default();
    write_atomically(&path, (text + "\n").as_bytes())?;
    let beside = path.with_file_name(SOP);
    if !beside.exists() {
        write_atomically(&beside, sop.source.as_bytes())?;
    }
    Ok(path)
}

/// Reads the draft that was kept under a name.
pub fn read_draft(workspace: &Workspace, name: &str) -> Option<Json> {
    let text = fs::read_to_string(workspace.folder_of(name).join(DRAFT)).ok()?;
    serde_json::from_str(&text).ok()
}

/// Takes a kept draft away, once it was saved.
pub fn delete_draft(workspace: &Workspace, name: &str) {
    // That it is not there is what is wanted.
    let _ = fs::remove_file(workspace.folder_of(name).join(DRAFT));
}

/// Returns the versions of a workflow, the newest last.
pub fn versions(workspace: &Workspace, name: &str) -> Vec<Version> {
    history::read(&workspace.folder_of(name))
}
