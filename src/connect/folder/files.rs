//! The data files of a folder.

use std::fs;
use std::path::{Path, PathBuf};

use crate::connect::ConnectError;

/// How a data file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Cells between delimiters, which are known for a TSV file and found out for a CSV file.
    Delimited { delimiter: Option<u8> },
    /// An array of objects, or an object that holds one.
    Json,
    /// An object a line.
    JsonLines,
    /// Sheets of a workbook, each a table.
    Workbook,
    /// Columns with their types.
    Parquet,
}

/// A file that is a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataFile {
    /// The table's name.
    pub table: String,
    /// Where it is.
    pub path: PathBuf,
    /// How it is written.
    pub format: Format,
    /// Which sheet of a workbook it is.
    pub sheet: Option<String>,
}

impl DataFile {
    /// Returns the name of the file, for messages.
    pub fn label(&self) -> String {
        let name = self.path.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    /// Returns the error for a file that the system does not give.
    pub fn unreadable(&self, error: &dyn std::fmt::Display) -> ConnectError {
        ConnectError::last(format!("`{}` could not be read: {error}.", self.label()))
    }
}

/// Returns the data files of a folder by name; its own folders and hidden files are left out.
pub fn list(folder: &Path) -> Result<Vec<DataFile>, ConnectError> {
    let unreadable = |error| {
        ConnectError::last(format!(
            "The folder {} could not be read: {error}.",
            folder.display()
        ))
    };
    let mut paths = fs::read_dir(folder)
        .and_then(|entries| {
            entries
                .map(|entry| Ok(entry?.path()))
                .collect::<Result<Vec<_>, _>>()
        })
        .map_err(unreadable)?;
    paths.sort();
    let mut files: Vec<DataFile> = Vec::new();
    for path in paths.into_iter().filter(|path| path.is_file()) {
        let (Some(format), Some(stem), Some(name)) = (
            format_of(&path),
            path.file_stem().and_then(|stem| stem.to_str()),
            path.file_name().and_then(|name| name.to_str()),
        ) else {
            continue;
        };
        // Two files of one stem: the second keeps its ending.
        let taken = files.iter().any(|file| file.table == stem);
        let table = if taken { name } else { stem }.to_owned();
        if !name.starts_with(['.', '~']) {
            files.push(DataFile {
                table,
                path,
                format,
                sheet: None,
            });
        }
    }
    Ok(files)
}

fn format_of(path: &Path) -> Option<Format> {
    let ending = path.extension()?.to_str()?.to_ascii_lowercase();
    Some(match ending.as_str() {
        "csv" => Format::Delimited { delimiter: None },
        "tsv" => Format::Delimited {
            delimiter: Some(b'\t'),
        },
        "json" => Format::Json,
        "jsonl" | "ndjson" => Format::JsonLines,
        "parquet" => Format::Parquet,
        "xlsx" | "xlsm" | "ods" | "xls" => Format::Workbook,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn lists_data_files_by_stem() {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "b.csv",
            "a.CSV",
            "a.json",
            "notes.md",
            ".hidden.csv",
            "c.ndjson",
            "d.parquet",
        ] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        fs::create_dir(folder.path().join("deep.csv")).unwrap();
        let files = list(folder.path()).unwrap();
        let names: Vec<&str> = files.iter().map(|file| file.table.as_str()).collect();
        assert_eq!(names, ["a", "a.json", "b", "c", "d"]);
        assert_eq!(files[3].format, Format::JsonLines);
    }
}
