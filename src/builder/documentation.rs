//! Documentation of a service that the user names: a file of the workspace.

use std::path::{Component, Path, PathBuf};

use serde_json::{Value as Json, json};

use crate::connect::openapi_outline;
use crate::diag::{Error, Result};

/// Endings of files that hold documentation.
const ENDINGS: [&str; 7] = ["json", "yaml", "yml", "md", "txt", "html", "htm"];

/// The largest file that is read, in bytes.
const LARGEST: u64 = 10_000_000;

/// Characters of a text that are shown at once.
const SHOWN: usize = 20_000;

/// Returns what a file of documentation says: of an OpenAPI document its operations, of another
/// text so much as fits, from the first place on that holds `find`.
///
/// # Errors
/// If there is none in the workspace, or it is no text.
pub(super) fn read(root: &Path, file: &str, find: Option<&str>) -> Result<Json> {
    let path = within(root, file)?;
    let wrong = |why: String| {
        Error::input(format!("{file} cannot be read"))
            .because(why)
            .help("Ask the user for the documentation as a text or OpenAPI file in the workspace, or pasted.")
    };
    let size = std::fs::metadata(&path).map_err(|e| wrong(e.to_string()))?;
    if size.len() > LARGEST {
        return Err(wrong("it has more than 10 MB".to_owned()));
    }
    let bytes = std::fs::read(&path).map_err(|e| wrong(e.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|_| wrong("it is no text".to_owned()))?;
    let is_openapi =
        serde_json::from_str::<Json>(&text).is_ok_and(|document| document.get("openapi").is_some());
    if is_openapi {
        return openapi_outline(text.as_bytes(), file, find).map_err(Error::from);
    }
    let at = find.and_then(|find| place(&text, find));
    if let (Some(find), None) = (find, at) {
        return Err(wrong(format!("“{find}” does not occur in it")));
    }
    let begin = at.unwrap_or_default();
    let shown: String = text[begin..].chars().take(SHOWN).collect();
    let is_cut = begin > 0 || begin + shown.len() < text.len();
    let mut told = json!({ "text": shown });
    if is_cut {
        told["cut"] = json!(format!(
            "bytes {begin} to {} of {}; `find` shows it from another place on",
            begin + shown.len(),
            text.len()
        ));
    }
    Ok(told)
}

/// Returns the start of the line that first holds a word, in whatever case.
fn place(text: &str, find: &str) -> Option<usize> {
    let find = find.to_lowercase();
    let mut begin = 0;
    for line in text.split_inclusive('\n') {
        if line.to_lowercase().contains(&find) {
            return Some(begin);
        }
        begin += line.len();
    }
    None
}

/// Returns where a file is: below the workspace, of a kind that holds documentation, and none that
/// is hidden, as `.env`.
fn within(root: &Path, file: &str) -> Result<PathBuf> {
    let outside = || {
        Error::input(format!("There is no documentation {file} in the workspace"))
            .help("Name a .json, .yaml, .md, .txt or .html file by its path from the workspace on.")
    };
    let given = Path::new(file);
    let is_plain = given.components().all(|part| match part {
        Component::Normal(name) => !name.to_string_lossy().starts_with('.'),
        Component::CurDir => true,
        _ => false,
    });
    let ending = given.extension().and_then(|ending| ending.to_str());
    if !is_plain || !ending.is_some_and(|ending| ENDINGS.contains(&ending)) {
        return Err(outside());
    }
    let root = root.canonicalize().map_err(|_| outside())?;
    let path = root.join(given).canonicalize().map_err(|_| outside())?;
    let is_inside = path.strip_prefix(&root).is_ok_and(|inside| {
        let mut parts = inside.components();
        parts.all(|part| !part.as_os_str().to_string_lossy().starts_with('.'))
    });
    match is_inside && path.is_file() {
        true => Ok(path),
        false => Err(outside()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn documentation_is_read_from_the_workspace_alone() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("ws");
        std::fs::create_dir_all(root.join(".hidden")).unwrap();
        for (name, text) in [
            ("api.md", "# Desk\nGET /tickets\n"),
            (".env", "TOKEN=s3cret\n"),
            (".hidden/a.md", "x"),
            ("../out.md", "x"),
            ("run.sh", "x"),
        ] {
            std::fs::write(root.join(name), text).unwrap();
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink(folder.path().join("out.md"), root.join("link.md")).unwrap();
        let told = read(&root, "api.md", None).unwrap();
        assert_eq!(told, json!({ "text": "# Desk\nGET /tickets\n" }));
        let told = read(&root, "api.md", Some("tickets")).unwrap();
        assert_eq!(told["text"], "GET /tickets\n");
        assert!(read(&root, "api.md", Some("calls")).is_err());
        for outside in [
            ".env",
            ".hidden/a.md",
            "../out.md",
            "run.sh",
            "link.md",
            "none.md",
            "",
            "/etc/passwd",
        ] {
            let error = read(&root, outside, None).unwrap_err();
            assert!(error.help.is_some(), "{outside}: {error}");
        }
    }

    #[test]
    fn of_an_openapi_document_the_operations_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let document = json!({ "openapi": "3.1.0", "paths": { "/tickets": { "get": {} } } });
        std::fs::write(folder.path().join("d.json"), document.to_string()).unwrap();
        let told = read(folder.path(), "d.json", None).unwrap();
        let operations = told["operations"].as_object().unwrap();
        assert_eq!(operations.len(), 1);
    }
}
