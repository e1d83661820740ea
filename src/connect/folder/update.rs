//! Setting cells of a delimited file: it is rewritten beside itself and put in place at once.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};

use csv::ByteRecord;
use indexmap::IndexMap;
use serde_json::Value;

use super::delimited::DelimitedFile;
use super::dialect::decode;
use super::files::DataFile;
use crate::connect::values::{Reading, holds};
use crate::connect::{ConnectError, Row, no_column};

/// Sets cells of the rows that hold the key, and returns how many rows those are. Every other
/// byte of the file stays as it is.
pub fn update(
    file: &DataFile,
    readings: &IndexMap<String, Reading>,
    key: &Row,
    set: &Row,
) -> Result<u64, ConnectError> {
    let mut open = DelimitedFile::open(file)?;
    let indexed = |cells: &Row| -> Result<Vec<(usize, Value)>, ConnectError> {
        let find = |(name, value): (&String, &Value)| match readings.get_index_of(name) {
            Some(index) => Ok((index, value.clone())),
            None => Err(no_column(
                &file.table,
                name,
                readings.keys().map(String::as_str),
            )),
        };
        cells.iter().map(find).collect()
    };
    let (key, set) = (indexed(key)?, indexed(set)?);
    let unwritable = |error: std::io::Error| {
        ConnectError::last(format!("`{}` could not be updated: {error}.", file.label()))
    };

    let mut original = BufReader::new(File::open(&file.path).map_err(unwritable)?);
    let folder = file.path.parent().unwrap_or(&file.path);
    let new = tempfile::NamedTempFile::new_in(folder).map_err(unwritable)?;
    let mut writer = BufWriter::new(new);
    let mut copied = open.reader.position().byte();
    std::io::copy(&mut original.by_ref().take(copied), &mut writer).map_err(unwritable)?;

    let mut rows = 0;
    let mut record = ByteRecord::new();
    let mut raw = Vec::new();
    while open
        .reader
        .read_byte_record(&mut record)
        .map_err(|error| file.unreadable(&error))?
    {
        let end = open.reader.position().byte();
        raw.clear();
        original
            .by_ref()
            .take(end - copied)
            .read_to_end(&mut raw)
            .map_err(unwritable)?;
        copied = end;
        let is_wanted = key.iter().all(|(index, value)| {
            let cell = decode(record.get(*index).unwrap_or_default()).0;
            holds(readings[*index], &cell, value)
        });
        if is_wanted {
            rows += 1;
            raw = rewritten(&record, &raw, open.delimiter, &set).map_err(unwritable)?;
        }
        writer.write_all(&raw).map_err(unwritable)?;
    }
    if rows == 0 {
        return Ok(0);
    }
    std::io::copy(&mut original, &mut writer).map_err(unwritable)?;
    let new = writer
        .into_inner()
        .map_err(|error| unwritable(error.into_error()))?;
    let permissions = original
        .get_ref()
        .metadata()
        .map_err(unwritable)?
        .permissions();
    new.as_file()
        .set_permissions(permissions)
        .map_err(unwritable)?;
    new.as_file().sync_all().map_err(unwritable)?;
    new.persist(&file.path)
        .map_err(|error| unwritable(error.error))?;
    Ok(rows)
}

/// Returns the bytes of a record with some cells set, ending as it did.
fn rewritten(
    record: &ByteRecord,
    raw: &[u8],
    delimiter: u8,
    set: &[(usize, Value)],
) -> std::io::Result<Vec<u8>> {
    let mut cells: Vec<Vec<u8>> = record.iter().map(<[u8]>::to_vec).collect();
    for (index, value) in set {
        let width = cells.len().max(index + 1);
        cells.resize(width, Vec::new());
        cells[*index] = cell_of(value).into_bytes();
    }
    let is_line_end = |byte: &&u8| matches!(**byte, b'\r' | b'\n');
    let lead = raw.iter().take_while(is_line_end).count();
    let tail = raw.iter().rev().take_while(is_line_end).count();
    let mut bytes = raw[..lead].to_vec();
    let mut writer = csv::WriterBuilder::new()
        .delimiter(delimiter)
        .from_writer(Vec::new());
    writer.write_byte_record(&ByteRecord::from(cells))?;
    let line = writer.into_inner().map_err(|error| error.into_error())?;
    bytes.extend_from_slice(line.strip_suffix(b"\n").unwrap_or(&line));
    bytes.extend_from_slice(&raw[raw.len() - tail..]);
    Ok(bytes)
}

fn cell_of(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}
