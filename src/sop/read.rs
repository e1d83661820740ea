//! Reading an SOP from a file: what is not text is refused with the remedy.

use std::path::Path;

use super::Sop;
use crate::diag::{Error, Result};

/// The longest SOP that is read, in bytes; about 40,000 words.
pub const MAX_BYTES: usize = 256 * 1024;

/// Reads an SOP from a file.
///
/// # Errors
/// If the file cannot be read, is too long, is not UTF-8 text, or says nothing.
pub fn read_file(path: &Path) -> Result<Sop> {
    let shown = path.display();
    let size = std::fs::metadata(path)
        .map_err(|e| {
            Error::input(format!("The SOP {shown} cannot be read"))
                .caused_by(e)
                .help("Give the path of a text or Markdown file, or put it under sops/.")
        })?
        .len();
    if size > MAX_BYTES as u64 {
        return Err(too_long(&shown.to_string(), size));
    }
    let bytes = std::fs::read(path)
        .map_err(|e| Error::input(format!("The SOP {shown} cannot be read")).caused_by(e))?;
    decode(&bytes, &shown.to_string())
}

/// Reads an SOP from bytes; `name` is what the user knows it by.
///
/// # Errors
/// As [`read_file`].
pub fn decode(bytes: &[u8], name: &str) -> Result<Sop> {
    if bytes.len() > MAX_BYTES {
        return Err(too_long(name, bytes.len() as u64));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.contains(&0) || bytes.starts_with(b"%PDF") || bytes.starts_with(b"PK\x03\x04") {
        return Err(Error::input(format!("The SOP {name} is not a text file")).help(
            "Sopwright reads plain text and Markdown. Copy the words of the document into a .md file.",
        ));
    }
    let text = std::str::from_utf8(bytes).map_err(|e| {
        let line = 1 + bytes[..e.valid_up_to()]
            .iter()
            .filter(|b| **b == b'\n')
            .count();
        Error::input(format!(
            "The SOP {name} is not UTF-8 text: line {line} holds a byte that is not"
        ))
        .help("Save it as UTF-8 (in most editors: Save as, Encoding, UTF-8) and try again.")
    })?;
    let sop = Sop::parse(text);
    if sop.statements.is_empty() {
        return Err(
            Error::input(format!("The SOP {name} is empty: it has no sentence to work from"))
                .help("Describe the process in a few sentences: when it runs, what it looks at, what it decides, what comes out."),
        );
    }
    Ok(sop)
}

fn too_long(name: &str, size: u64) -> Error {
    Error::input(format!(
        "The SOP {name} is too long: {} KB, and at most {} KB are read",
        size.div_ceil(1024),
        MAX_BYTES / 1024
    ))
    .help("Keep the part that describes one process; one workflow is built from one SOP.")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used)]
    use super::*;

    #[test]
    fn what_is_not_text_is_refused_with_a_remedy() {
        for (bytes, says) in [
            (&b""[..], "is empty"),
            (b"  \n# \n", "is empty"),
            (b"%PDF-1.7", "not a text file"),
            (b"a\0b", "not a text file"),
            (b"ok\nna\xefve", "line 2"),
            (&vec![b'a'; MAX_BYTES + 1], "too long"),
        ] {
            let error = decode(bytes, "x.md").expect_err("it is refused");
            assert!(error.message.contains(says), "{}", error.message);
            assert!(error.help.is_some());
        }
    }

    #[test]
    fn a_byte_order_mark_is_passed_over() {
        let sop = decode("\u{feff}Do it.".as_bytes(), "x.md").expect("it is text");
        assert_eq!(sop.statements[0].text, "Do it.");
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = read_file(Path::new("no/such.md")).expect_err("there is none");
        assert!(error.message.contains("no/such.md"));
    }
}
