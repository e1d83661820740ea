//! A JSON or JSONL file as a table.

use std::fs::File;
use std::io::{BufRead, BufReader};

use indexmap::IndexMap;
use serde_json::Value;

use super::files::{DataFile, Format};
use crate::connect::records::{self, Described, Records};
use crate::connect::values::Reading;
use crate::connect::{ConnectError, Row, RowSink};

mod elements;

/// Reads every record and returns what the table holds.
pub fn describe(file: &DataFile) -> Result<Described, ConnectError> {
    let mut records = Records::default();
    each_record(file, |row, _| {
        records.add(&row);
        Ok(true)
    })?;
    let is_empty = records.rows() == 0;
    let mut described = records.finish();
    if is_empty {
        let notes = &mut described.table.notes;
        notes.push("The file holds no records.".to_owned());
    }
    Ok(described)
}

/// Puts the records into the sink, each field read as it is to be.
pub fn scan(
    file: &DataFile,
    fields: &IndexMap<String, Reading>,
    sink: &mut RowSink,
) -> Result<(), ConnectError> {
    each_record(file, |record, place| {
        Ok(sink.push(records::row(&file.table, record, fields, place)?))
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
