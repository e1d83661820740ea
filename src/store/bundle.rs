//! A workflow's folder as one file, to hand to another person or machine.

use std::fs;
use std::path::{Component, Path};

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::{Workspace, write_atomically};
use crate::diag::{Error, Result};

/// The files of a workflow's folder, by their path inside it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Bundle {
    sopwright_bundle: u32,
    name: String,
    files: IndexMap<String, String>,
}

/// Returns a workflow's folder as the text of one file.
///
/// # Errors
/// If there is no such workflow, or one of its files is not text.
pub fn export(workspace: &Workspace, name: &str) -> Result<String> {
    let folder = workspace.folder_of(name);
    super::load(workspace, name)?;
    let mut files = IndexMap::new();
    gather(&folder, &folder, &mut files)?;
    files.sort_keys();
    let bundle = Bundle {
        sopwright_bundle: 1,
        name: name.to_owned(),
        files,
    };
    serde_json::to_string_pretty(&bundle)
        .map(|t| t + "\n")
        .map_err(|e| Error::input("The bundle cannot be written").caused_by(e))
}

fn gather(root: &Path, folder: &Path, files: &mut IndexMap<String, String>) -> Result<()> {
    let unreadable = |path: &Path, e: std::io::Error| {
        Error::input(format!("{} cannot be read", path.display())).caused_by(e)
    };
    for entry in fs::read_dir(folder).map_err(|e| unreadable(folder, e))? {
        let path = entry.map_err(|e| unreadable(folder, e))?.path();
        let hidden = path
            .file_name()
            .is_some_and(|n| n.to_string_lossy().starts_with('.'));
        if path.is_dir() {
            gather(root, &path, files)?;
        } else if !hidden {
            let inside = path
                .strip_prefix(root)
                .unwrap_or(&path)
                .to_string_lossy()
                .replace('\\', "/");
            files.insert(
                inside,
                fs::read_to_string(&path).map_err(|e| unreadable(&path, e))?,
            );
        }
    }
    Ok(())
}

/// Unpacks a bundle under `generated/`, and returns the workflow's name.
///
/// # Errors
/// If the text is not a bundle, holds a path that leaves its folder, or the name is taken.
pub fn import(workspace: &Workspace, text: &str, rename: Option<&str>) -> Result<String> {
    let bundle: Bundle = serde_json::from_str(text).map_err(|e| {
        Error::input("This is not a bundle")
            .caused_by(e)
            .help("A bundle is what `sopwright export NAME` writes.")
    })?;
    if bundle.sopwright_bundle != 1 {
        return Err(Error::input(format!(
            "This bundle is of version {}, and this Sopwright reads version 1",
            bundle.sopwright_bundle
        ))
        .help("Update Sopwright, or export it again with this version."));
    }
    let name = rename.unwrap_or(&bundle.name);
    if name.is_empty()
        || !name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    {
        return Err(
            Error::usage(format!("`{name}` cannot be the name of a workflow"))
                .help("Use lower-case letters, digits and hyphens."),
        );
    }
    let folder = workspace.folder_of(name);
    if folder.exists() {
        return Err(
            Error::input(format!("There is a workflow `{name}` already"))
                .help("Give it another name with --name."),
        );
    }
    let inside = |path: &str| {
        Path::new(path)
            .components()
            .all(|c| matches!(c, Component::Normal(_)))
    };
    if let Some(path) = bundle
        .files
        .keys()
        .find(|path| path.is_empty() || !inside(path))
    {
        return Err(Error::input(format!(
            "The bundle holds a file outside its folder: {path}"
        ))
        .help("Do not use it: it was not written by Sopwright."));
    }
    for (path, content) in &bundle.files {
        let content = if path == "workflow.json" {
            renamed(content, name)?
        } else {
            content.clone()
        };
        write_atomically(&folder.join(path), content.as_bytes())?;
    }
    super::load(workspace, name)?;
    Ok(name.to_owned())
}

fn renamed(text: &str, name: &str) -> Result<String> {
    let mut document: serde_json::Value = serde_json::from_str(text)
        .map_err(|e| Error::input("The bundle's workflow is not JSON").caused_by(e))?;
    if let Some(fields) = document.as_object_mut() {
        fields.insert("name".to_owned(), name.into());
    }
    serde_json::to_string_pretty(&document)
        .map(|t| t + "\n")
        .map_err(|e| Error::input("The workflow cannot be written").caused_by(e))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_bundle_goes_out_and_in_and_cannot_leave_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        let workspace = Workspace::open(Some(folder.path()), folder.path()).unwrap();
        let at = workspace.folder_of("one");
        fs::create_dir_all(at.join("samples")).unwrap();
        fs::write(at.join("workflow.json"), "{\"name\": \"one\"}").unwrap();
        fs::write(at.join("samples/a.jsonl"), "{}\n").unwrap();
        let text = export(&workspace, "one").unwrap();
        assert!(
            import(&workspace, &text, None)
                .unwrap_err()
                .message
                .contains("already")
        );
        assert_eq!(import(&workspace, &text, Some("two")).unwrap(), "two");
        assert_eq!(
            fs::read_to_string(workspace.folder_of("two").join("samples/a.jsonl")).unwrap(),
            "{}\n"
        );
        let evil = text.replace("samples/a.jsonl", "../../evil");
        assert!(
            import(&workspace, &evil, Some("three"))
                .unwrap_err()
                .message
                .contains("outside")
        );
        assert!(import(&workspace, "[]", None).is_err());
    }
}
