//! The file `.env` of a workspace: variables, as secrets are named by, that are not in the
//! environment.

use std::path::{Path, PathBuf};

use super::files::write_privately;
use crate::diag::{Error, Result};

/// The name of the file.
const FILE: &str = ".env";

/// Returns what a variable is set to in the file of a workspace; nothing, where there is no file.
pub(super) fn variable(root: &Path, name: &str) -> Option<String> {
    let text = std::fs::read_to_string(root.join(FILE)).ok()?;
    let mut values = text.lines().filter_map(read);
    // As in a shell, the last one holds.
    values
        .rfind(|(known, _)| *known == name)
        .map(|(_, value)| value)
}

/// Sets a variable in the file of a workspace, which only its owner can read, and sees to it that
/// git passes the file over.
///
/// # Errors
/// If the name or the value cannot stand in it, or a file cannot be written.
pub fn set_variable(root: &Path, name: &str, value: &str) -> Result<()> {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if name.is_empty() || !name.bytes().all(is_name) || name.as_bytes()[0].is_ascii_digit() {
        return Err(
            Error::input(format!("`{name}` cannot be the name of a variable"))
                .help("It has letters, digits and underscores, as in CRM_TOKEN."),
        );
    }
    if value.contains(['\n', '\r', '\0']) {
        return Err(
            Error::input(format!("The value of {name} has more than one line"))
                .help("Set it in the environment instead."),
        );
    }
    let path = root.join(FILE);
    let was = read_if_there(&path)?;
    let mut lines: Vec<String> = was
        .lines()
        .filter(|line| read(line).is_none_or(|(known, _)| known != name))
        .map(str::to_owned)
        .collect();
    lines.push(format!("{name}={}", quoted(value)));
    // First the file is left out of what is kept, then it is there.
    leave_out(root)?;
    write_privately(&path, (lines.join("\n") + "\n").as_bytes())
}

/// Adds the file to `.gitignore`, unless a line of it covers it already.
fn leave_out(root: &Path) -> Result<()> {
    let path = root.join(".gitignore");
    let was = read_if_there(&path)?;
    let covers = |line: &str| matches!(line.trim(), ".env" | "/.env" | ".env*" | "*.env");
    if was.lines().any(covers) {
        return Ok(());
    }
    let gap = if was.is_empty() || was.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    super::write_atomically(&path, format!("{was}{gap}/{FILE}\n").as_bytes())
}

fn read_if_there(path: &PathBuf) -> Result<String> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(text),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        Err(e) => Err(Error::input(format!("{} cannot be read", path.display())).caused_by(e)),
    }
}

/// Returns the name and value of a line such as `NAME=value`, `export NAME="value"` or
/// `NAME=value # remark`. Other lines say nothing.
fn read(line: &str) -> Option<(&str, String)> {
    let line = line.trim();
    let line = line.strip_prefix("export ").unwrap_or(line);
    let (name, value) = line.split_once('=')?;
    let (name, value) = (name.trim(), value.trim());
    if name.is_empty() || name.starts_with('#') {
        return None;
    }
    let value = match value.chars().next() {
        Some('\'') => value[1..].split('\'').next()?.to_owned(),
        Some('"') => unquoted(&value[1..]),
        _ => value.split(" #").next()?.trim_end().to_owned(),
    };
    Some((name, value))
}

fn unquoted(text: &str) -> String {
    let mut value = String::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => break,
            '\\' => value.extend(letters.next()),
            letter => value.push(letter),
        }
    }
    value
}

fn quoted(value: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:/+=@%,".contains(&byte);
    if !value.is_empty() && value.bytes().all(is_plain) {
        return value.to_owned();
    }
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn variables_are_read_as_shells_and_others_write_them() {
        let folder = tempfile::tempdir().unwrap();
        let text = "# A=no\nA=one # remark\nexport B = \"two \\\"2\\\" # in it\"\nC='th#ree'\nodd line\nA=four\nD=\n";
        std::fs::write(folder.path().join(FILE), text).unwrap();
        let read = |name: &str| variable(folder.path(), name);
        assert_eq!(read("A").unwrap(), "four");
        assert_eq!(read("B").unwrap(), "two \"2\" # in it");
        assert_eq!(read("C").unwrap(), "th#ree");
        assert_eq!(read("D").unwrap(), "");
        assert_eq!(read("E"), None);
        assert_eq!(variable(&folder.path().join("none"), "A"), None);
    }

    #[test]
    fn a_variable_is_set_beside_what_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let (file, ignored) = (folder.path().join(FILE), folder.path().join(".gitignore"));
        std::fs::write(&file, "# mine\nOTHER=1\nTOKEN=old\n").unwrap();
        std::fs::write(&ignored, "/target").unwrap();
        for value in ["plain-1", "with \"quotes\" \\ and # spaces"] {
            set_variable(folder.path(), "TOKEN", value).unwrap();
            assert_eq!(variable(folder.path(), "TOKEN").unwrap(), value);
        }
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.starts_with("# mine\nOTHER=1\nTOKEN="), "{text}");
        assert_eq!(text.matches("TOKEN").count(), 1);
        assert_eq!(
            std::fs::read_to_string(&ignored).unwrap(),
            "/target\n/.env\n"
        );
        assert!(set_variable(folder.path(), "A B", "x").is_err());
        assert!(set_variable(folder.path(), "A", "x\nB=y").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_can_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(FILE);
        std::fs::write(&file, "A=1\n").unwrap();
        set_variable(folder.path(), "B", "2").unwrap();
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
