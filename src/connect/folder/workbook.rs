//! A sheet of a workbook as a table: its header found, and its cells as values.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use calamine::{Data, Reader, SheetType, SheetVisible, Sheets};
use csv::ByteRecord;
use indexmap::IndexMap;
use serde_json::{Number, Value};

use super::dialect::column_names;
use super::files::DataFile;
use crate::connect::records::{self, Described, Records};
use crate::connect::values::Reading;
use crate::connect::{ConnectError, Row, RowSink};

/// The most that a workbook may hold when it is unpacked, in bytes: a few kilobytes can unpack to
/// anything.
const MOST_BYTES: u64 = 1_000_000_000;

/// Rows that are looked at to find the header.
const LOOKED_AT: usize = 30;

/// Cells of a row, each with its column from 0 on; empty ones are not there.
type Cells = Vec<(usize, Value)>;

/// Returns the sheets of a workbook that hold anything, without those that are hidden.
///
/// # Errors
/// For a file that is no workbook, or too large a one.
pub fn sheets(path: &Path) -> Result<Vec<String>, ConnectError> {
    let mut book = open(path)?;
    let shown = |sheet: &&calamine::Sheet| {
        sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible
    };
    let metadata = book.sheets_metadata().iter();
    let names: Vec<String> = metadata
        .filter(shown)
        .map(|sheet| sheet.name.clone())
        .collect();
    let mut filled = Vec::new();
    for name in names {
        let mut is_filled = false;
        each_row(&mut book, (path, &name), |_, _| {
            is_filled = true;
            Ok(false)
        })?;
        if is_filled {
            filled.push(name);
        }
    }
    Ok(filled)
}

/// Reads every row and returns what the table holds.
///
/// # Errors
/// For a file that is no workbook, or too large a one.
pub fn describe(file: &DataFile) -> Result<Described, ConnectError> {
    let mut records = Records::default();
    let mut notes = each_record(file, |row, _| {
        records.add(&row);
        Ok(true)
    })?;
    if records.rows() == 0 {
        notes.push("The sheet has a header and no rows.".to_owned());
    }
    let mut described = records.finish();
    notes.append(&mut described.table.notes);
    described.table.notes = notes;
    Ok(described)
}

/// Puts the rows into the sink, each field read as it is to be.
///
/// # Errors
/// As [`describe`], and for a cell that does not fit.
pub fn scan(
    file: &DataFile,
    fields: &IndexMap<String, Reading>,
    sink: &mut RowSink,
) -> Result<(), ConnectError> {
    let read = each_record(file, |record, number| {
        let place = format_args!("row {number}");
        Ok(sink.push(records::row(&file.table, record, fields, place)?))
    });
    read.map(|_| ())
}

/// Shows each row below the header, with its number in the sheet, until one says false; returns
/// what was odd.
fn each_record(
    file: &DataFile,
    mut each: impl FnMut(Row, u32) -> Result<bool, ConnectError>,
) -> Result<Vec<String>, ConnectError> {
    let mut book = open(&file.path)?;
    let sheet = file.sheet.as_deref().unwrap_or_default();
    let mut first: Vec<(u32, Cells)> = Vec::new();
    let mut header: Option<Header> = None;
    let mut wants_more = true;
    each_row(&mut book, (&file.path, sheet), |number, cells| {
        let Some(header) = &header else {
            first.push((number, cells));
            if first.len() == LOOKED_AT {
                let (found, rows) = Header::found(std::mem::take(&mut first));
                for (number, cells) in rows {
                    wants_more = wants_more && each(found.record(cells), number)?;
                }
                header = Some(found);
            }
            return Ok(wants_more);
        };
        each(header.record(cells), number)
    })?;
    let header = match header {
        Some(header) => header,
        None => {
            let (found, rows) = Header::found(first);
            for (number, cells) in rows {
                if !each(found.record(cells), number)? {
                    break;
                }
            }
            found
        }
    };
    Ok(header.notes)
}

/// The columns of a sheet.
struct Header {
    /// The name of each column that is one.
    columns: Vec<(usize, String)>,
    notes: Vec<String>,
}

impl Header {
    /// Finds the header among the first rows, and returns it with those below it. Titles and dates
    /// often stand above it: it is the first row of texts alone that names most columns.
    fn found(mut rows: Vec<(u32, Cells)>) -> (Self, Vec<(u32, Cells)>) {
        let width = rows.iter().map(|(_, cells)| cells.len()).max().unwrap_or(0);
        let names_most = |cells: &Cells| {
            cells.len() * 2 > width && cells.iter().all(|(_, cell)| cell.is_string())
        };
        let place = rows
            .iter()
            .position(|(_, cells)| names_most(cells))
            .unwrap_or(0);
        let below = rows.split_off((place + 1).min(rows.len()));
        let (number, cells) = rows.pop().unwrap_or_default();
        let used = |row: &(u32, Cells)| row.1.iter().map(|(column, _)| *column).collect::<Vec<_>>();
        let mut indices: Vec<usize> = below.iter().flat_map(used).collect();
        indices.extend(cells.iter().map(|(column, _)| *column));
        indices.sort_unstable();
        indices.dedup();
        let written = indices.iter().map(|index| {
            let cell = cells.iter().find(|(column, _)| column == index);
            cell.map_or(String::new(), |(_, cell)| match cell {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            })
        });
        let (names, mut notes) = column_names(&written.collect::<ByteRecord>());
        if !rows.is_empty() {
            notes.insert(
                0,
                format!("The header is on row {number}; what stands above it is left out."),
            );
        }
        let columns = indices.into_iter().zip(names).collect();
        (Header { columns, notes }, below)
    }

    /// Returns a row by the names of its columns.
    fn record(&self, cells: Cells) -> Row {
        let mut cells = cells.into_iter().peekable();
        let columns = self.columns.iter().map(|(index, name)| {
            while cells.next_if(|(column, _)| column < index).is_some() {}
            let cell = cells.next_if(|(column, _)| column == index);
            (name.clone(), cell.map_or(Value::Null, |(_, value)| value))
        });
        columns.collect()
    }
}

/// Shows each row that has cells, with its number in the sheet, until one says false.
fn each_row(
    book: &mut Sheets<BufReader<File>>,
    (path, sheet): (&Path, &str),
    mut each: impl FnMut(u32, Cells) -> Result<bool, ConnectError>,
) -> Result<(), ConnectError> {
    let unreadable = |error: &dyn std::fmt::Display| unreadable(path, error);
    if let Sheets::Xlsx(book) = book {
        let mut reader = book
            .worksheet_cells_reader(sheet)
            .map_err(|error| unreadable(&error))?;
        let mut row: (u32, Cells) = (0, Vec::new());
        while let Some(cell) = reader.next_cell().map_err(|error| unreadable(&error))? {
            let (number, column) = cell.get_position();
            if number != row.0 && !row.1.is_empty() {
                let cells = std::mem::take(&mut row.1);
                if !each(row.0 + 1, cells)? {
                    return Ok(());
                }
            }
            row.0 = number;
            if let Some(value) = value(&Data::from(cell.get_value().clone())) {
                row.1.push((column as usize, value));
            }
        }
        if !row.1.is_empty() {
            each(row.0 + 1, row.1)?;
        }
        return Ok(());
    }
    let range = book
        .worksheet_range(sheet)
        .map_err(|error| unreadable(&error))?;
    let (top, left) = range.start().unwrap_or_default();
    for (number, row) in (top + 1..).zip(range.rows()) {
        let cells = (left as usize..).zip(row);
        let cells: Cells = cells
            .filter_map(|(column, cell)| Some((column, value(cell)?)))
            .collect();
        if !cells.is_empty() && !each(number, cells)? {
            break;
        }
    }
    Ok(())
}

/// Returns the value of a cell; `None` for an empty one, and one whose formula failed.
fn value(cell: &Data) -> Option<Value> {
    Some(match cell {
        Data::Empty | Data::Error(_) => return None,
        Data::String(text) if text.trim().is_empty() => return None,
        Data::String(text) => text.as_str().into(),
        Data::Bool(yes) => (*yes).into(),
        Data::Int(number) => (*number).into(),
        Data::Float(number) if number.fract() == 0.0 && number.abs() < 9e15 => {
            (*number as i64).into()
        }
        Data::Float(number) => Number::from_f64(*number)?.into(),
        Data::DateTime(moment) if !moment.is_datetime() || moment.as_f64() < 1.0 => {
            let seconds = (moment.as_f64() * 86_400.0).round() as i64;
            let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
            format!("{hours:02}:{minutes:02}:{:02}", seconds % 60).into()
        }
        Data::DateTime(moment) => {
            let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
            match (hour, minute, second) {
                (0, 0, 0) => format!("{year:04}-{month:02}-{day:02}"),
                _ => format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"),
            }
            .into()
        }
        Data::DateTimeIso(text) | Data::DurationIso(text) => text.as_str().into(),
    })
}

fn open(path: &Path) -> Result<Sheets<BufReader<File>>, ConnectError> {
    bounded(path, MOST_BYTES)?;
    calamine::open_workbook_auto(path).map_err(|error| unreadable(path, &error))
}

/// Makes sure that a workbook is not endless: what it says of its own size may be a lie, so it is
/// unpacked once and thrown away.
fn bounded(path: &Path, most: u64) -> Result<(), ConnectError> {
    let is_zip = path
        .extension()
        .is_some_and(|ending| !ending.eq_ignore_ascii_case("xls"));
    if !is_zip {
        return Ok(());
    }
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    let mut archive =
        zip::ZipArchive::new(BufReader::new(file)).map_err(|error| unreadable(path, &error))?;
    let mut left = most;
    for index in 0..archive.len() {
        let part = archive
            .by_index(index)
            .map_err(|error| unreadable(path, &error))?;
        let read = std::io::copy(&mut part.take(left.saturating_add(1)), &mut std::io::sink());
        let read = read.map_err(|error| unreadable(path, &error))?;
        left = left.checked_sub(read).ok_or_else(|| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            ConnectError::last(format!(
                "`{name}` unpacks to more than {} MB, and is not read.",
                most / 1_000_000
            ))
            .help("Save the sheet that is needed as a CSV file.")
        })?;
    }
    Ok(())
}

fn unreadable(path: &Path, error: &dyn std::fmt::Display) -> ConnectError {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    ConnectError::last(format!("`{name}` could not be read: {error}."))
        .help("A workbook that is protected by a password, or still being written, cannot be read.")
}

#[cfg(test)]
#[path = "workbook_tests.rs"]
mod tests;
