//! A table that is made of all files of a pattern, such as `tickets-*.csv`: it grows with each that
//! comes. A column that a file lacks is missing in its rows.

use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use serde_json::Value;

use super::delimited::DelimitedFile;
use super::dialect::decode;
use super::files::{self, DataFile, Format};
use crate::connect::records::{self, Described};
use crate::connect::values::{Profile, Profiled, Reading};
use crate::connect::{ConnectError, Row, RowStream, Table, misfit};
use crate::spec::FieldType;

/// A table that is made of several files.
#[derive(Debug)]
pub struct Grown {
    /// Its name.
    pub table: String,
    /// What stands before, between and after the stars of the pattern.
    parts: Vec<String>,
}

impl Grown {
    /// Returns the table of a pattern.
    ///
    /// # Errors
    /// For a pattern without a star, of another folder, or of files that are not CSV or TSV.
    pub fn of(table: &str, pattern: &str) -> Result<Self, ConnectError> {
        let lower = pattern.to_ascii_lowercase();
        let is_one = pattern.contains('*')
            && !pattern.contains(['/', '\\'])
            && (lower.ends_with(".csv") || lower.ends_with(".tsv"));
        if !is_one {
            return Err(ConnectError::last(format!(
                "The table `{table}`: `{pattern}` is no pattern of files."
            ))
            .help("Write what the names of its CSV or TSV files have in common, and a star for the rest, as in \"tickets-*.csv\"."));
        }
        Ok(Grown {
            table: table.to_owned(),
            parts: pattern.split('*').map(str::to_owned).collect(),
        })
    }

    /// Does a file belong to it?
    pub fn holds(&self, path: &Path) -> bool {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let (Some(first), Some(last)) = (self.parts.first(), self.parts.last()) else {
            return false;
        };
        let Some(rest) = name.strip_prefix(first.as_str()) else {
            return false;
        };
        let Some(mut rest) = rest.strip_suffix(last.as_str()) else {
            return false;
        };
        let between = &self.parts[1..self.parts.len() - 1];
        between
            .iter()
            .all(|part| match rest.split_once(part.as_str()) {
                Some((_, after)) => {
                    rest = after;
                    true
                }
                None => false,
            })
    }

    /// Reads every file and returns what the table holds.
    ///
    /// # Errors
    /// If there is no file, or one cannot be read.
    pub fn describe(&self, folder: &Path) -> Result<Described, ConnectError> {
        let files = self.files(folder)?;
        let mut profiles: IndexMap<String, Profile> = IndexMap::new();
        let mut lacking: IndexMap<String, Vec<String>> = IndexMap::new();
        let mut rows = 0;
        for (place, file) in files.iter().enumerate() {
            let mut open = DelimitedFile::open(file)?;
            let columns = open.columns.clone();
            for name in &columns {
                if !profiles.contains_key(name) {
                    let mut profile = Profile::default();
                    profile.add_missing(rows);
                    profiles.insert(name.clone(), profile);
                    let before = files[..place].iter().map(DataFile::label);
                    if place > 0 {
                        lacking.insert(name.clone(), before.collect());
                    }
                }
            }
            let mut here = 0;
            open.each_record(|record| {
                here += 1;
                for (index, name) in columns.iter().enumerate() {
                    let (text, _) = decode(record.get(index).unwrap_or_default());
                    if let Some(profile) = profiles.get_mut(name) {
                        profile.add_text(&text);
                    }
                }
                Ok(true)
            })?;
            rows += here;
            for (name, profile) in &mut profiles {
                if !columns.contains(name) {
                    profile.add_missing(here);
                    lacking.entry(name.clone()).or_default().push(file.label());
                }
            }
        }
        let mut table = Table {
            rows: Some(rows),
            ..Table::default()
        };
        table.notes = lacking
            .iter()
            .map(|(name, files)| lacks(name, files))
            .collect();
        let mut readings = IndexMap::new();
        for (name, profile) in profiles {
            let Profiled {
                column,
                reading,
                notes,
            } = profile.finish();
            let odd = notes.iter().map(|note| format!("`{name}` {note}."));
            table.notes.extend(odd);
            table.columns.insert(name.clone(), column);
            readings.insert(name, reading);
        }
        Ok(Described { table, readings })
    }

    /// Reads the rows of all files, in the order of their names.
    ///
    /// # Errors
    /// If there is no file, one cannot be read, or none has a pinned column.
    pub fn scan(
        &self,
        folder: &Path,
        fields: &IndexMap<String, FieldType>,
    ) -> Result<RowStream, ConnectError> {
        let files = self.files(folder)?;
        let described = self.describe(folder)?;
        let fields = records::pinned(&self.table, &described.readings, fields)?;
        let table = self.table.clone();
        Ok(RowStream::spawn(move |sink| {
            for file in files {
                let mut open = DelimitedFile::open(&file)?;
                let place = |(name, reading): (&String, &Reading)| {
                    let index = open.columns.iter().position(|column| column == name);
                    (name.clone(), index, *reading)
                };
                let cells: Vec<_> = fields.iter().map(place).collect();
                let mut is_wanted = true;
                open.each_record(|record| {
                    let mut row = Row::new();
                    for (name, index, reading) in &cells {
                        let (text, _) =
                            decode(index.and_then(|i| record.get(i)).unwrap_or_default());
                        let value: Option<Value> = reading.read_text(&text);
                        let value = value.ok_or_else(|| {
                            let line = record.position().map_or(0, csv::Position::line);
                            let place = format!("{}, line {line}", file.label());
                            misfit(&table, name, &place, &text, reading.field)
                        })?;
                        row.insert(name.clone(), value);
                    }
                    is_wanted = sink.push(row);
                    Ok(is_wanted)
                })?;
                if !is_wanted {
                    break;
                }
            }
            Ok(())
        }))
    }

    fn files(&self, folder: &Path) -> Result<Vec<DataFile>, ConnectError> {
        let mut files = files::list(folder)?;
        files.retain(|file| {
            matches!(file.format, Format::Delimited { .. }) && self.holds(&file.path)
        });
        if files.is_empty() {
            let (folder, pattern): (PathBuf, _) = (folder.to_owned(), self.parts.join("*"));
            return Err(ConnectError::last(format!(
                "The table `{}`: {} holds no file of the pattern `{pattern}`.",
                self.table,
                folder.display()
            ))
            .help("Correct `files` of the table, or put its first file there."));
        }
        Ok(files)
    }
}

fn lacks(column: &str, files: &[String]) -> String {
    let first = files.first().map_or("", String::as_str);
    match files.len() {
        1 => format!("`{column}` is not in {first}: it is missing in its rows."),
        more => format!(
            "`{column}` is not in {first} and {} more: it is missing in their rows.",
            more - 1
        ),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn a_pattern_holds_the_files_that_it_names() {
        let grown = Grown::of("tickets", "tickets-*-v*.csv").unwrap();
        for (name, is_held) in [
            ("tickets-2026-v1.csv", true),
            ("tickets--v.csv", true),
            ("tickets-2026.csv", false),
            ("old-tickets-2026-v1.csv", false),
            ("tickets-2026-v1.csv.bak", false),
        ] {
            assert_eq!(grown.holds(Path::new(name)), is_held, "{name}");
        }
        for pattern in ["tickets.csv", "*/tickets.csv", "../*.csv", "*.json"] {
            assert!(Grown::of("tickets", pattern).is_err(), "{pattern}");
        }
    }
}
