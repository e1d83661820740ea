//! Records, such as JSON objects, as the rows of a table: what they hold, and how they are read.

use indexmap::IndexMap;
use serde_json::Value;

use super::values::{Profile, Profiled, Reading};
use super::{Column, ConnectError, Row, Table, drift, misfit};
use crate::spec::FieldType;

/// A table with how the cells of its columns are read.
#[derive(Debug)]
pub struct Described {
    /// The table.
    pub table: Table,
    /// How each column is read.
    pub readings: IndexMap<String, Reading>,
}

/// What records hold, as they come by.
#[derive(Default)]
pub struct Records {
    profiles: IndexMap<String, Profile>,
    rows: u64,
}

impl Records {
    /// Takes one in.
    pub fn add(&mut self, row: &Row) {
        self.rows += 1;
        for (name, value) in row {
            match self.profiles.get_mut(name) {
                Some(profile) => profile.add_value(value),
                None => self
                    .profiles
                    .entry(name.clone())
                    .or_default()
                    .add_value(value),
            }
        }
    }

    /// Returns how many there were.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Returns the table that they are.
    pub fn finish(self) -> Described {
        self.finish_as(&IndexMap::new())
    }

    /// Returns the table that they are, with the types of columns that are known beforehand.
    pub fn finish_as(self, known: &IndexMap<String, FieldType>) -> Described {
        let mut table = Table {
            rows: Some(self.rows),
            ..Table::default()
        };
        let mut readings = IndexMap::new();
        for (name, mut profile) in self.profiles {
            profile.add_missing(self.rows - profile.rows());
            let Profiled {
                column,
                reading,
                notes,
            } = match known.get(&name) {
                Some(field) => profile.finish_as(|_| *field),
                None => profile.finish(),
            };
            table
                .notes
                .extend(notes.iter().map(|note| format!("`{name}` {note}.")));
            table.columns.insert(name.clone(), column);
            readings.insert(name, reading);
        }
        for (name, field) in known {
            if !readings.contains_key(name) {
                let mut column = Column::of(*field);
                column.missing = if self.rows == 0 { 0.0 } else { 1.0 };
                table.columns.insert(name.clone(), column);
                readings.insert(name.clone(), Reading::of(*field));
            }
        }
        Described { table, readings }
    }
}

/// Returns how the pinned fields are read; every field as inferred, where none is pinned.
///
/// # Errors
/// [`Drift`](super::ConnectErrorKind::Drift) for a field that no record has.
pub fn pinned(
    table: &str,
    inferred: &IndexMap<String, Reading>,
    fields: &IndexMap<String, FieldType>,
) -> Result<IndexMap<String, Reading>, ConnectError> {
    if fields.is_empty() {
        return Ok(inferred.clone());
    }
    let mut readings = IndexMap::new();
    for (name, field) in fields {
        let Some(found) = inferred.get(name) else {
            return Err(drift(table, name, inferred.keys().map(String::as_str)));
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

/// Returns a record as a row, each field read as it is to be. `place` says where it is, for messages.
///
/// # Errors
/// For a value that does not fit its type.
pub fn row(
    table: &str,
    mut record: Row,
    fields: &IndexMap<String, Reading>,
    place: impl std::fmt::Display,
) -> Result<Row, ConnectError> {
    fields
        .iter()
        .map(|(name, reading)| {
            let found = record.get_mut(name).map(Value::take).unwrap_or_default();
            let value = reading.read_value(found.clone()).ok_or_else(|| {
                misfit(
                    table,
                    name,
                    &place.to_string(),
                    &found.to_string(),
                    reading.field,
                )
            })?;
            Ok((name.clone(), value))
        })
        .collect()
}
