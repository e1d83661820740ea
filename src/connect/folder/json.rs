//! A JSON or JSONL file as a table.

use std::fs::File;
use std::io::{BufRead, BufReader};

use indexmap::IndexMap;
use serde_json::Value;

use super::Described;
use super::files::{DataFile, Format};
use crate::connect::values::{Profile, Profiled, Reading};
use crate::connect::{ConnectError, Row, RowSink, Table, drift, misfit};
use crate::spec::FieldType;

mod elements;

/// Reads every record and returns what the table holds.
pub fn describe(file: &DataFile) -> Result<Described, ConnectError> {
    let mut profiles: IndexMap<String, Profile> = IndexMap::new();
    let mut rows = 0;
    each_record(file, |row, _| {
        rows += 1;
        for (name, value) in &row {
            match profiles.get_mut(name) {
                Some(profile) => profile.add_value(value),
                None => profiles.entry(name.clone()).or_default().add_value(value),
            }
        }
        Ok(true)
    })?;
    let mut table = Table {
        rows: Some(rows),
        ..Table::default()
    };
    if rows == 0 {
        table.notes.push("The file holds no records.".to_owned());
    }
    let mut readings = IndexMap::new();
    for (name, mut profile) in profiles {
        profile.add_missing(rows - profile.rows());
        let Profiled {
            column,
            reading,
            notes,
        } = profile.finish();
        table
            .notes
            .extend(notes.iter().map(|note| format!("`{name}` {note}.")));
        table.columns.insert(name.clone(), column);
        readings.insert(name, reading);
    }
    Ok(Described { table, readings })
}

/// Returns how the pinned fields are read; every field as inferred, where none is pinned.
///
/// # Errors
/// [`Drift`](crate::connect::ConnectErrorKind::Drift) for a field that no record has.
pub fn pinned(
    file: &DataFile,
    inferred: &IndexMap<String, Reading>,
    fields: &IndexMap<String, FieldType>,
) -> Result<IndexMap<String, Reading>, ConnectError> {
    if fields.is_empty() {
        return Ok(inferred.clone());
    }
    let mut readings = IndexMap::new();
    for (name, field) in fields {
        let Some(found) = inferred.get(name) else {
            return Err(drift(
                &file.table,
                name,
                inferred.keys().map(String::as_str),
            ));
        };
        let order = found.order;
        readings.insert(
            name.clone(),
            Reading {
                field: *field,
                order,
            },
        );
    }
    Ok(readings)
}

/// Puts the records into the sink, each field read as it is to be.
pub fn scan(
    file: &DataFile,
    fields: &IndexMap<String, Reading>,
    sink: &mut RowSink,
) -> Result<(), ConnectError> {
    let empty: Row = fields
        .keys()
        .map(|name| (name.clone(), Value::Null))
        .collect();
    each_record(file, |mut record, place| {
        let mut row = empty.clone();
        for (value, (name, reading)) in row.values_mut().zip(fields) {
            let found = record.get_mut(name).map(Value::take).unwrap_or_default();
            *value = reading.read_value(found.clone()).ok_or_else(|| {
                misfit(
                    &file.table,
                    name,
                    &place.to_string(),
                    &found.to_string(),
                    reading.field,
                )
            })?;
        }
        Ok(sink.push(row))
    })
}

/// Where a record is, for messages.
#[derive(Clone, Copy)]
enum Place {
    Line(u64),
    Record(u64),
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Place::Line(number) => write!(f, "line {number}"),
            Place::Record(number) => write!(f, "record {number}"),
        }
    }
}

/// Shows each record until one says false.
fn each_record(
    file: &DataFile,
    mut each: impl FnMut(Row, Place) -> Result<bool, ConnectError>,
) -> Result<(), ConnectError> {
    let source = File::open(&file.path).map_err(|error| file.unreadable(&error))?;
    let mut source = BufReader::with_capacity(256 * 1024, source);
    skip_byte_order_mark(&mut source).map_err(|error| file.unreadable(&error))?;
    if file.format == Format::JsonLines {
        return each_line(file, source, each);
    }
    let mut number = 0;
    elements::each_element(file, source, |value| {
        number += 1;
        let place = Place::Record(number);
        each(as_row(file, value, place)?, place)
    })
}

fn each_line(
    file: &DataFile,
    mut source: impl BufRead,
    mut each: impl FnMut(Row, Place) -> Result<bool, ConnectError>,
) -> Result<(), ConnectError> {
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let read = source.read_until(b'\n', &mut line);
        if read.map_err(|error| file.unreadable(&error))? == 0 {
            break;
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let place = Place::Line(number);
        let value = serde_json::from_slice(&line).map_err(|error| {
            ConnectError::last(format!("`{}` {place} is not JSON: {error}.", file.label()))
        })?;
        if !each(as_row(file, value, place)?, place)? {
            break;
        }
    }
    Ok(())
}

fn as_row(file: &DataFile, value: Value, place: Place) -> Result<Row, ConnectError> {
    match value {
        Value::Object(row) => Ok(row),
        _ => Err(ConnectError::last(format!(
            "`{}` {place} is not an object, so it is no row of a table.",
            file.label()
        ))),
    }
}

fn skip_byte_order_mark(source: &mut impl BufRead) -> std::io::Result<()> {
    if source.fill_buf()?.starts_with(b"\xEF\xBB\xBF") {
        source.consume(3);
    }
    Ok(())
}
