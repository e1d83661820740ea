//! A Parquet file as a table: its columns with the types that it says, read a group of rows at a
//! time, and only those that are wanted.

mod kinds;

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use indexmap::IndexMap;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::reader::RowIter;
use parquet::schema::types::{Type, TypePtr};

use super::files::DataFile;
use crate::connect::records::{self, Described, Records};
use crate::connect::values::Reading;
use crate::connect::{ConnectError, Row, RowSink};
use kinds::Kind;

/// Reads every row and returns what the table holds.
///
/// # Errors
/// For a file that is no whole Parquet file, or is compressed in a way that is not known.
pub fn describe(file: &DataFile) -> Result<Described, ConnectError> {
    let open = ParquetFile::open(file)?;
    let mut records = Records::default();
    open.each_record(
        |_| true,
        |record, _| {
            records.add(&record);
            Ok(true)
        },
    )?;
    let is_empty = records.rows() == 0;
    let columns = open.columns.iter();
    let known = columns.filter(|(_, kind)| kind.is_certain() || is_empty);
    let known = known
        .map(|(name, kind)| (name.clone(), kind.field()))
        .collect();
    let mut described = records.finish_as(&known);
    let mut notes = open.notes;
    if is_empty {
        notes.push("The file has columns and no rows.".to_owned());
    }
    notes.append(&mut described.table.notes);
    described.table.notes = notes;
    Ok(described)
}

/// Puts the rows into the sink, each field read as it is to be.
///
/// # Errors
/// As [`describe`], and for a value that does not fit.
pub fn scan(
    file: &DataFile,
    fields: &IndexMap<String, Reading>,
    sink: &mut RowSink,
) -> Result<(), ConnectError> {
    ParquetFile::open(file)?.each_record(
        |column| fields.contains_key(column),
        |record, number| {
            let place = format_args!("row {number}");
            Ok(sink.push(records::row(&file.table, record, fields, place)?))
        },
    )
}

/// An open file.
struct ParquetFile<'f> {
    file: &'f DataFile,
    reader: SerializedFileReader<File>,
    /// The columns that can be read.
    columns: IndexMap<String, Kind>,
    /// What is odd about the others.
    notes: Vec<String>,
}

impl<'f> ParquetFile<'f> {
    fn open(file: &'f DataFile) -> Result<Self, ConnectError> {
        let source = File::open(&file.path).map_err(|error| file.unreadable(&error))?;
        let reader = guarded(file, || SerializedFileReader::new(source))?;
        let root = reader.metadata().file_metadata().schema();
        let (mut columns, mut notes) = (IndexMap::new(), Vec::new());
        for field in root.get_fields() {
            let name = field.name().to_owned();
            let is_named = |other: &&TypePtr| other.name() == name;
            let odd = match Kind::of(field) {
                _ if root.get_fields().iter().filter(is_named).count() > 1 => "is there twice",
                None => "is of a type that is not read",
                Some(kind) => {
                    columns.insert(name, kind);
                    continue;
                }
            };
            notes.push(format!("`{name}` {odd}, and is left out."));
        }
        let groups = reader.metadata().row_groups().iter();
        let unknown = groups.flat_map(|group| group.columns()).find_map(|column| {
            match column.compression() {
                Compression::BROTLI(_) => Some("Brotli"),
                Compression::LZO => Some("LZO"),
                _ => None,
            }
        });
        if let Some(compression) = unknown {
            return Err(ConnectError::last(format!(
                "`{}` is compressed with {compression}, which is not read.",
                file.label()
            ))
            .help("Write it with Snappy, Zstandard, Gzip or LZ4, or without compression."));
        }
        Ok(ParquetFile {
            file,
            reader,
            columns,
            notes,
        })
    }

    /// Shows each row, of the columns that are wanted, with its number from 1 on, until one says
    /// false.
    fn each_record(
        &self,
        is_wanted: impl Fn(&str) -> bool,
        mut each: impl FnMut(Row, u64) -> Result<bool, ConnectError>,
    ) -> Result<(), ConnectError> {
        let root = self.reader.metadata().file_metadata().schema();
        let is_read =
            |field: &&TypePtr| self.columns.contains_key(field.name()) && is_wanted(field.name());
        let wanted: Vec<TypePtr> = root.get_fields().iter().filter(is_read).cloned().collect();
        let kinds: Vec<&Kind> = wanted
            .iter()
            .filter_map(|field| self.columns.get(field.name()))
            .collect();
        let mut number = 0;
        for group in 0..self.reader.num_row_groups() {
            let projection = Type::group_type_builder(root.name())
                .with_fields(wanted.iter().map(Arc::clone).collect())
                .build()
                .map_err(|error| unreadable(self.file, &error))?;
            let group = guarded(self.file, || self.reader.get_row_group(group))?;
            let mut rows = guarded(self.file, || {
                RowIter::from_row_group(Some(projection), &*group)
            })?;
            while let Some(row) = guarded(self.file, || rows.next().transpose())? {
                number += 1;
                let cells = row.into_columns().into_iter().zip(&kinds);
                let record = cells
                    .map(|((name, cell), kind)| (name, kind.value(cell)))
                    .collect();
                if !each(record, number)? {
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}

/// Reads some of a file. Of one that is damaged the reader may say so by a panic.
fn guarded<T>(
    file: &DataFile,
    read: impl FnOnce() -> Result<T, ParquetError>,
) -> Result<T, ConnectError> {
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(read) => read.map_err(|error| unreadable(file, &error)),
        Err(_) => Err(unreadable(file, &"it is damaged")),
    }
}

fn unreadable(file: &DataFile, error: &dyn std::fmt::Display) -> ConnectError {
    file.unreadable(error)
        .help("It may be cut short or still being written, or be another kind of file: copy or write it again.")
}

#[cfg(test)]
#[path = "parquet_tests.rs"]
mod tests;
