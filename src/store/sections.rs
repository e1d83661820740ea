//! Sections that are added to `sopwright.toml`, which stays as it is otherwise: its remarks and
//! its order are the person's.

use std::path::Path;

use super::{Settings, write_atomically};
use crate::connect::ConnectionConfig;
use crate::diag::{Error, Result};

/// The name of the settings file.
const FILE: &str = "sopwright.toml";

/// Reads a connection as its section would say it, without keeping it.
///
/// # Errors
/// If it cannot be used beside what is there.
pub fn try_connection(root: &Path, name: &str, section: &str) -> Result<ConnectionConfig> {
    Ok(put(root, name, section)?.1)
}

/// Adds the section of a connection at the end of the settings.
///
/// # Errors
/// If it cannot be used beside what is there, or the file not be written; then nothing is changed.
pub fn add_connection(root: &Path, name: &str, section: &str) -> Result<()> {
    let (text, _) = put(root, name, section)?;
    write_atomically(&root.join(FILE), text.as_bytes())
}

/// Says in the settings that a variable is in the keyring.
///
/// # Errors
/// If they cannot be changed; then nothing is.
pub fn name_in_keyring(root: &Path, variable: &str) -> Result<()> {
    let path = root.join(FILE);
    if Settings::read(&path)?.secrets.contains_key(variable) {
        return Ok(());
    }
    let was = text_of(&path)?;
    let line = format!("{variable} = \"keyring\"\n");
    let head = was.lines().position(|line| line.trim() == "[secrets]");
    let text = match head {
        Some(head) => {
            let (before, after): (Vec<_>, Vec<_>) = was
                .split_inclusive('\n')
                .enumerate()
                .partition(|(at, _)| *at <= head);
            let joined = |lines: Vec<(usize, &str)>| -> String {
                lines.into_iter().map(|(_, line)| line).collect()
            };
            let before = joined(before);
            let end = if before.ends_with('\n') { "" } else { "\n" };
            format!("{before}{end}{line}{}", joined(after))
        }
        None => format!("{was}{}[secrets]\n{line}", gap_after(&was)),
    };
    let made = Settings::parse(&text, &path)?;
    if !made.secrets.contains_key(variable) {
        return Err(
            Error::input(format!("{variable} cannot be added to {}", path.display())).help(
                format!("Add it by hand under [secrets]: {variable} = \"keyring\""),
            ),
        );
    }
    write_atomically(&path, text.as_bytes())
}

fn text_of(path: &Path) -> Result<String> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(text),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        Err(e) => Err(Error::input(format!("{} cannot be read", path.display())).caused_by(e)),
    }
}

/// Returns what parts a section from what is before it.
fn gap_after(was: &str) -> &'static str {
    match (was.is_empty(), was.ends_with('\n')) {
        (true, _) => "",
        (_, true) => "\n",
        (_, false) => "\n\n",
    }
}

/// Returns the settings with the section added, and what it says.
fn put(root: &Path, name: &str, section: &str) -> Result<(String, ConnectionConfig)> {
    let path = root.join(FILE);
    let there = Settings::read(&path)?;
    if there.connections.contains_key(name) {
        return Err(
            Error::input(format!("There is a connection `{name}` already"))
                .help("Choose another name with --name, or change its section in sopwright.toml."),
        );
    }
    let was = text_of(&path)?;
    let gap = gap_after(&was);
    let text = format!("{was}{gap}{}\n", section.trim_end());
    let made = Settings::parse(&text, &path)?;
    let found = made.connections.get(name).cloned();
    let others = made.connections.len() == there.connections.len() + 1;
    match found.filter(|_| others) {
        Some(config) => Ok((text, config)),
        None => Err(Error::input(format!(
            "The section of `{name}` cannot be added to {}",
            path.display()
        ))
        .because("it would not be read as a connection of its own")
        .help("Add it by hand; docs/connections.md shows how.")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const SECTION: &str = "[connections.files]\nkind = \"folder\"\npath = \"data\"";

    #[test]
    fn a_section_comes_last_and_the_rest_stays() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(FILE);
        add_connection(folder.path(), "files", SECTION).unwrap();
        assert_eq!(
            std::fs::read_to_string(&file).unwrap(),
            format!("{SECTION}\n")
        );
        let was =
            "# ours\nabout = 'x'   # remark\n\n[connections.crm]\nkind = 'folder'\npath = 'crm'";
        std::fs::write(&file, was).unwrap();
        add_connection(folder.path(), "files", SECTION).unwrap();
        let text = std::fs::read_to_string(&file).unwrap();
        assert_eq!(text, format!("{was}\n\n{SECTION}\n"));
    }

    #[test]
    fn a_variable_is_said_to_be_in_the_keyring_once() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(FILE);
        for name in ["ONE", "TWO", "ONE"] {
            name_in_keyring(folder.path(), name).unwrap();
        }
        let text = std::fs::read_to_string(&file).unwrap();
        assert_eq!(text, "[secrets]\nTWO = \"keyring\"\nONE = \"keyring\"\n");
        let was = "# ours\n[secrets]   # remark\nA = \"keyring\"\n";
        std::fs::write(&file, was).unwrap();
        assert!(
            name_in_keyring(folder.path(), "B").is_err(),
            "a second table is none"
        );
        assert_eq!(std::fs::read_to_string(&file).unwrap(), was);
    }

    #[test]
    fn what_cannot_be_used_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(FILE);
        for (was, section) in [
            (
                "[connections.files]\nkind = 'folder'\npath = 'x'\n",
                SECTION,
            ),
            ("connections = {}\n", SECTION),
            ("about = 'x'\n", "[connections.files]\nkind = 'folder'"),
            (
                "about = 'x'\n",
                "[connections.other]\nkind = 'folder'\npath = 'x'",
            ),
        ] {
            std::fs::write(&file, was).unwrap();
            let error = add_connection(folder.path(), "files", section).unwrap_err();
            assert!(error.help.is_some(), "{error}");
            assert_eq!(std::fs::read_to_string(&file).unwrap(), was);
        }
    }
}
