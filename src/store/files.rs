//! Files that are whole or not there at all.

use std::io::Write;
use std::path::Path;

use crate::diag::{Error, Result};

/// Writes a file so that a reader sees the old content or the new, also after a crash.
///
/// # Errors
/// If the folder cannot be made or the file not be written; what was there is untouched.
pub fn write_atomically(path: &Path, content: &[u8]) -> Result<()> {
    write(path, content, readable_by_all)
}

/// The same for a file that only its owner can read.
///
/// # Errors
/// As [`write_atomically`].
pub(super) fn write_privately(path: &Path, content: &[u8]) -> Result<()> {
    // So a temporary file is from the beginning.
    write(path, content, |_| Ok(()))
}

fn write(
    path: &Path,
    content: &[u8],
    give_rights: impl Fn(&tempfile::NamedTempFile) -> std::io::Result<()>,
) -> Result<()> {
    let failed = |e: std::io::Error| {
        Error::unavailable(format!("{} could not be written", path.display()))
            .caused_by(e)
            .help("See that the folder can be written to and the disk has room. What was there before is untouched.")
    };
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(failed)?;
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    file.write_all(content).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    give_rights(&file).map_err(failed)?;
    file.persist(path).map_err(|e| failed(e.error))?;
    Ok(())
}

/// Gives a temporary file, which only its owner can read, the rights of an ordinary one.
#[cfg(unix)]
fn readable_by_all(file: &tempfile::NamedTempFile) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.as_file()
        .set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable_by_all(_: &tempfile::NamedTempFile) -> std::io::Result<()> {
    Ok(())
}

/// Reads a text file.
///
/// # Errors
/// If it is not there, or not UTF-8.
pub(super) fn read_text(path: &Path) -> Result<String> {
    std::fs::read_to_string(path)
        .map_err(|e| Error::input(format!("{} cannot be read", path.display())).caused_by(e))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_file_is_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b.txt");
        write_atomically(&path, b"one").unwrap();
        write_atomically(&path, b"two").unwrap();
        assert_eq!(read_text(&path).unwrap(), "two");
        assert_eq!(
            std::fs::read_dir(folder.path().join("a")).unwrap().count(),
            1
        );
    }

    #[test]
    fn what_cannot_be_written_is_told_with_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "x").unwrap();
        let error = write_atomically(&file.join("below.txt"), b"x").unwrap_err();
        assert!(error.message.contains("below.txt") && error.help.is_some());
    }
}
