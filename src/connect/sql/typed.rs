//! Rows as they come from a server, as rows of a table: typed, or looked at for what they hold.

use async_trait::async_trait;
use indexmap::IndexMap;
use serde_json::Value;

use super::{Cells, Class, SqlColumn, SqlTable, Taker};
use crate::connect::values::{Profile, Reading};
use crate::connect::{ConnectError, Row, RowFeed, Table, misfit};
use crate::spec::FieldType;

/// Reads cells as what they are pinned as, and sends the rows on.
pub struct Typed {
    /// The table, for messages.
    pub table: String,
    /// The columns in the order of the cells, each with the type that it is read as.
    pub fields: IndexMap<String, FieldType>,
    /// Where rows go.
    pub feed: RowFeed,
    /// How many have come.
    pub rows: u64,
}

#[async_trait]
impl Taker for Typed {
    async fn take(&mut self, rows: Vec<Cells>) -> Result<bool, ConnectError> {
        let mut typed = Vec::with_capacity(rows.len());
        for cells in rows {
            self.rows += 1;
            let mut row = Row::new();
            for ((name, field), cell) in self.fields.iter().zip(cells) {
                let value = match cell {
                    None => Value::Null,
                    Some(text) => Reading::of(*field).read_text(&text).ok_or_else(|| {
                        let place = format!("row {}", self.rows);
                        misfit(&self.table, name, &place, &text, *field)
                    })?,
                };
                row.insert(name.clone(), value);
            }
            typed.push(row);
        }
        Ok(self.feed.send(typed).await)
    }
}

/// Looks at what the first rows of a table hold.
pub struct Looked {
    columns: Vec<(String, SqlColumn)>,
    profiles: Vec<Profile>,
    /// Whether there was anything but 0 and 1 in a column of yes and no.
    is_no_flag: Vec<bool>,
    rows: usize,
    most: usize,
}

impl Looked {
    /// Returns one that looks at so many rows at most.
    pub fn at(table: &SqlTable, most: usize) -> Self {
        let columns: Vec<(String, SqlColumn)> = table.columns.clone().into_iter().collect();
        Looked {
            profiles: columns.iter().map(|_| Profile::default()).collect(),
            is_no_flag: vec![false; columns.len()],
            columns,
            rows: 0,
            most,
        }
    }

    /// Returns the table, as those rows show it, and the columns that were taken for yes and no and
    /// hold other numbers.
    pub fn finish(self, writable: bool) -> (Table, Vec<String>) {
        let is_whole = self.rows <= self.most;
        let mut table = Table {
            rows: is_whole.then_some(self.rows as u64),
            writable,
            ..Table::default()
        };
        let mut no_flags = Vec::new();
        let looked = self.columns.into_iter().zip(self.profiles);
        for (((name, of), profile), is_no_flag) in looked.zip(self.is_no_flag) {
            let field = match is_no_flag {
                true => FieldType::Integer,
                false => of.class.field(),
            };
            if is_no_flag {
                no_flags.push(name.clone());
            }
            let profiled = profile.finish_as(|_| field);
            let odd = profiled.notes.iter();
            table
                .notes
                .extend(odd.map(|note| format!("`{name}` {note}.")));
            if of.class == Class::Binary {
                let note = format!("`{name}` holds binary data, which is left out.");
                table.notes.push(note);
            }
            let mut column = profiled.column;
            if !is_whole {
                // Others may come later.
                column.unique = false;
                column.values = None;
                column.min = None;
                column.max = None;
            }
            table.columns.insert(name, column);
        }
        if !is_whole {
            table.notes.push(format!(
                "It has more than {} rows, and is described by its first ones.",
                self.most
            ));
        }
        (table, no_flags)
    }
}

#[async_trait]
impl Taker for Looked {
    async fn take(&mut self, rows: Vec<Cells>) -> Result<bool, ConnectError> {
        for cells in rows {
            self.rows += 1;
            if self.rows > self.most {
                return Ok(false);
            }
            for (index, cell) in cells.into_iter().enumerate() {
                let class = self.columns[index].1.class;
                if class == Class::Boolean
                    && let Some(text) = &cell
                    && !matches!(text.as_str(), "0" | "1" | "true" | "false")
                {
                    self.is_no_flag[index] = true;
                }
                let field = match self.is_no_flag[index] {
                    true => FieldType::Integer,
                    false => class.field(),
                };
                let read = cell.and_then(|text| Reading::of(field).read_text(&text));
                self.profiles[index].add_value(&read.unwrap_or_default());
            }
        }
        Ok(true)
    }
}
