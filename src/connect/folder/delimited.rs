//! A CSV or TSV file as a table.

use std::fs::File;
use std::io::{Read, Seek};

use csv::ByteRecord;
use indexmap::IndexMap;
use serde_json::Value;

use super::dialect::{SAMPLE, column_names, decode, sniff_delimiter};
use super::files::{DataFile, Format};
use super::oddities::Oddities;
use crate::connect::records::Described;
use crate::connect::values::{OrderVotes, Profile, Profiled, Reading};
use crate::connect::{ConnectError, Row, RowSink, Table, drift, misfit};
use crate::spec::FieldType;

/// An open delimited file, before its first row.
pub struct DelimitedFile {
    /// The file that it is.
    pub file: DataFile,
    /// The names of the columns.
    pub columns: Vec<String>,
    /// The byte between cells.
    pub delimiter: u8,
    /// Gives the rows, the header being read.
    pub reader: csv::Reader<File>,
    notes: Vec<String>,
}

impl DelimitedFile {
    /// Opens a file and reads its header.
    ///
    /// # Errors
    /// For a file that has no header, or is in UTF-16.
    pub fn open(file: &DataFile) -> Result<Self, ConnectError> {
        let unreadable = |error: std::io::Error| file.unreadable(&error);
        let mut source = File::open(&file.path).map_err(unreadable)?;
        let mut sample = Vec::new();
        source
            .by_ref()
            .take(SAMPLE as u64)
            .read_to_end(&mut sample)
            .map_err(unreadable)?;
        source.rewind().map_err(unreadable)?;
        if sample.starts_with(&[0xFF, 0xFE]) || sample.starts_with(&[0xFE, 0xFF]) {
            return Err(
                ConnectError::last(format!("`{}` is in UTF-16.", file.label()))
                    .help("Save it as \"CSV UTF-8\"."),
            );
        }
        let delimiter = match file.format {
            Format::Delimited {
                delimiter: Some(delimiter),
            } => delimiter,
            _ => sniff_delimiter(&sample),
        };
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .buffer_capacity(256 * 1024)
            .from_reader(source);
        let header = reader
            .byte_headers()
            .map_err(|error| file.unreadable(&error))?;
        if header.iter().all(|cell| cell.trim_ascii().is_empty()) {
            return Err(ConnectError::last(format!(
                "`{}` is empty: its first line should name the columns.",
                file.label()
            )));
        }
        let (columns, notes) = column_names(header);
        Ok(DelimitedFile {
            file: file.clone(),
            columns,
            delimiter,
            reader,
            notes,
        })
    }

    /// Reads every row and returns what the table holds.
    pub fn describe(mut self, writable: bool) -> Result<Described, ConnectError> {
        let mut profiles: Vec<Profile> = self.columns.iter().map(|_| Profile::default()).collect();
        let mut oddities = Oddities::default();
        let mut rows = 0;
        self.each_record(|record| {
            rows += 1;
            let line = line_of(record);
            if record.len() < profiles.len() {
                oddities.short.add(line);
            } else if record
                .iter()
                .skip(profiles.len())
                .any(|cell| !cell.trim_ascii().is_empty())
            {
                oddities.long.add(line);
            }
            for (index, profile) in profiles.iter_mut().enumerate() {
                let (text, is_utf8) = decode(record.get(index).unwrap_or_default());
                if !is_utf8 {
                    oddities.not_utf8.add(line);
                }
                if text.len() != text.trim().len() && !text.trim().is_empty() {
                    oddities.padded.add(line);
                }
                profile.add_text(&text);
            }
            Ok(true)
        })?;
        let mut notes = std::mem::take(&mut self.notes);
        notes.extend(oddities.notes());
        if rows == 0 {
            notes.push("The file has a header and no rows.".to_owned());
        }
        let mut table = Table {
            rows: Some(rows),
            writable,
            ..Table::default()
        };
        let mut readings = IndexMap::new();
        for (name, profile) in self.columns.into_iter().zip(profiles) {
            let Profiled {
                column,
                reading,
                notes: odd,
            } = profile.finish();
            notes.extend(odd.iter().map(|note| format!("`{name}` {note}.")));
            table.columns.insert(name.clone(), column);
            readings.insert(name, reading);
        }
        table.notes = notes;
        Ok(Described { table, readings })
    }

    /// Puts the rows into the sink, each field read as it is to be.
    pub fn scan(
        mut self,
        fields: &IndexMap<String, Reading>,
        sink: &mut RowSink,
    ) -> Result<(), ConnectError> {
        let mut cells = Vec::with_capacity(fields.len());
        for (name, reading) in fields {
            cells.push((name, self.index_of(name)?, *reading));
        }
        // Cloning a row is cheaper than building it: the names are not hashed again.
        let empty: Row = fields
            .keys()
            .map(|name| (name.clone(), Value::Null))
            .collect();
        let table = self.file.table.clone();
        self.each_record(|record| {
            let mut row = empty.clone();
            for (value, (name, index, reading)) in row.values_mut().zip(&cells) {
                let (text, _) = decode(record.get(*index).unwrap_or_default());
                *value = reading.read_text(&text).ok_or_else(|| {
                    let place = format!("line {}", line_of(record));
                    misfit(&table, name, &place, &text, reading.field)
                })?;
            }
            Ok(sink.push(row))
        })
    }

    fn index_of(&self, column: &str) -> Result<usize, ConnectError> {
        let index = self.columns.iter().position(|name| name == column);
        index.ok_or_else(|| {
            drift(
                &self.file.table,
                column,
                self.columns.iter().map(String::as_str),
            )
        })
    }

    /// Shows each record until one says false.
    pub fn each_record(
        &mut self,
        mut each: impl FnMut(&ByteRecord) -> Result<bool, ConnectError>,
    ) -> Result<(), ConnectError> {
        let mut record = ByteRecord::new();
        loop {
            match self.reader.read_byte_record(&mut record) {
                Ok(true) if each(&record)? => {}
                Ok(_) => return Ok(()),
                Err(error) => return Err(self.file.unreadable(&error)),
            }
        }
    }
}

/// Returns how pinned fields are read. The whole column settles the order of day and month in
/// its dates, which takes a pass over the file unless `described` knows it from one before.
///
/// # Errors
/// [`Drift`](crate::connect::ConnectErrorKind::Drift) for a column that is not there.
pub fn pinned(
    file: &DataFile,
    described: Option<&Described>,
    fields: &IndexMap<String, FieldType>,
) -> Result<IndexMap<String, Reading>, ConnectError> {
    let mut open = DelimitedFile::open(file)?;
    let mut readings = IndexMap::new();
    let mut dated = Vec::new();
    for (name, field) in fields {
        let index = open.index_of(name)?;
        let mut reading = Reading::of(*field);
        if is_dated(*field) {
            match described.and_then(|described| described.readings.get(name)) {
                Some(known) if is_dated(known.field) => reading.order = known.order,
                _ => dated.push((name, index, OrderVotes::default())),
            }
        }
        readings.insert(name.clone(), reading);
    }
    if dated.is_empty() {
        return Ok(readings);
    }
    open.each_record(|record| {
        for (_, index, votes) in &mut dated {
            votes.see(&decode(record.get(*index).unwrap_or_default()).0);
        }
        Ok(true)
    })?;
    for (name, _, votes) in dated {
        readings[name].order = votes.settle();
    }
    Ok(readings)
}

fn is_dated(field: FieldType) -> bool {
    matches!(field, FieldType::Date | FieldType::Time)
}

fn line_of(record: &ByteRecord) -> u64 {
    record.position().map_or(0, csv::Position::line)
}
