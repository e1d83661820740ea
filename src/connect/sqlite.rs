//! A SQLite database: its tables and views.

mod narrowed;
mod values;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use indexmap::IndexMap;
use rusqlite::{ErrorCode, OpenFlags, params_from_iter};
use serde_json::Value;

use super::blocking::blocking;
use super::sql::Query;
use super::values::{Profile, Reading};
use super::{
    ConnectError, Connection, ConnectionInfo, FileConfig, Narrowing, Row, RowSink, RowStream, Scan,
    Table, drift, misfit, no_column, no_table, no_tools, not_writable, require_key,
};
use narrowed::quoted;
use values::{declared_type, from_sql, to_sql};

/// How long to wait while somebody else writes.
const BUSY: Duration = Duration::from_secs(5);

/// A connection to a SQLite database.
pub struct SqliteConnection(Arc<Database>);

struct Database {
    path: PathBuf,
    writable: bool,
    about: Option<String>,
}

impl SqliteConnection {
    /// Returns the connection to a database file; a relative path starts at the workspace.
    ///
    /// # Errors
    /// For a file that is not there.
    pub fn open(config: &FileConfig, workspace: &Path) -> Result<Self, ConnectError> {
        let path = workspace.join(&config.path);
        if !path.is_file() {
            return Err(
                ConnectError::last(format!("There is no database at {}.", path.display()))
                    .help("Correct the `path` in sopwright.toml; it starts at the workspace."),
            );
        }
        Ok(SqliteConnection(Arc::new(Database {
            path,
            writable: config.writable,
            about: config.about.clone(),
        })))
    }
}

#[async_trait]
impl Connection for SqliteConnection {
    async fn describe(&self) -> Result<ConnectionInfo, ConnectError> {
        let database = self.0.clone();
        blocking(move || database.describe()).await
    }

    async fn scan(&self, scan: Scan) -> Result<RowStream, ConnectError> {
        self.scan_narrowed(scan, &Narrowing::default()).await
    }

    async fn scan_narrowed(
        &self,
        scan: Scan,
        narrowing: &Narrowing,
    ) -> Result<RowStream, ConnectError> {
        let database = self.0.clone();
        let fields = blocking({
            let (database, scan) = (database.clone(), scan.clone());
            move || database.readings(&scan)
        })
        .await?;
        let query = narrowed::query(&scan.table, &fields, narrowing);
        Ok(RowStream::spawn(move |sink| {
            database.scan(&query, &fields, sink)
        }))
    }

    async fn call(&self, tool: &str, _: Row) -> Result<Value, ConnectError> {
        Err(no_tools(tool, "sqlite"))
    }

    async fn update(&self, table: &str, key: &Row, set: &Row) -> Result<u64, ConnectError> {
        require_key(table, key)?;
        let (database, table) = (self.0.clone(), table.to_owned());
        let (key, set) = (key.clone(), set.clone());
        blocking(move || database.update(&table, &key, &set)).await
    }
}

impl Database {
    fn connect(&self, flags: OpenFlags) -> Result<rusqlite::Connection, ConnectError> {
        let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = rusqlite::Connection::open_with_flags(&self.path, flags);
        let connection = connection.map_err(|error| self.failed(&error))?;
        connection
            .busy_timeout(BUSY)
            .map_err(|error| self.failed(&error))?;
        Ok(connection)
    }

    fn reader(&self) -> Result<rusqlite::Connection, ConnectError> {
        self.connect(OpenFlags::SQLITE_OPEN_READ_ONLY)
    }

    fn failed(&self, error: &rusqlite::Error) -> ConnectError {
        let message = format!("The database {}: {error}.", self.path.display());
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                ConnectError::transient(message)
            }
            _ => ConnectError::last(message),
        }
    }

    fn describe(&self) -> Result<ConnectionInfo, ConnectError> {
        let connection = self.reader()?;
        let mut info = ConnectionInfo {
            kind: "sqlite".to_owned(),
            about: self.about.clone(),
            ..ConnectionInfo::default()
        };
        let mut problems = Vec::new();
        for (name, is_view) in self.tables(&connection)? {
            match self.describe_table(&connection, &name, is_view) {
                Ok((table, _)) => {
                    info.tables.insert(name, table);
                }
                Err(error) => problems.push(format!("`{name}`: {}", error.message)),
            }
        }
        info.problem = (!problems.is_empty()).then(|| problems.join(" "));
        Ok(info)
    }

    /// Returns the tables by name, each with whether it is a view.
    fn tables(
        &self,
        connection: &rusqlite::Connection,
    ) -> Result<IndexMap<String, bool>, ConnectError> {
        let listed = connection
            .prepare(
                "SELECT name, type = 'view' FROM sqlite_schema \
                 WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
                 ORDER BY name",
            )
            .and_then(|mut statement| {
                let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
                rows.collect()
            });
        listed.map_err(|error| self.failed(&error))
    }

    /// Returns the columns of a table, each with the type that it is declared with.
    fn columns(
        &self,
        connection: &rusqlite::Connection,
        table: &str,
    ) -> Result<IndexMap<String, String>, ConnectError> {
        let tables = self.tables(connection)?;
        if !tables.contains_key(table) {
            return Err(no_table(table, tables.keys().map(String::as_str)));
        }
        let listed = connection
            .prepare("SELECT name, type FROM pragma_table_info(?1)")
            .and_then(|mut statement| {
                let rows = statement.query_map([table], |row| Ok((row.get(0)?, row.get(1)?)))?;
                rows.collect()
            });
        listed.map_err(|error| self.failed(&error))
    }

    fn describe_table(
        &self,
        connection: &rusqlite::Connection,
        name: &str,
        is_view: bool,
    ) -> Result<(Table, IndexMap<String, Reading>), ConnectError> {
        let columns = self.columns(connection, name)?;
        let mut profiles: Vec<Profile> = columns.keys().map(|_| Profile::default()).collect();
        let mut blobs = vec![false; columns.len()];
        let mut rows = 0;
        let query = narrowed::all(name, columns.keys());
        self.each_row(connection, &query, columns.len(), |values| {
            rows += 1;
            for (index, (value, is_blob)) in values.into_iter().enumerate() {
                blobs[index] |= is_blob;
                profiles[index].add_value(&value);
            }
            Ok(true)
        })?;
        let mut table = Table {
            rows: Some(rows),
            writable: self.writable && !is_view,
            ..Table::default()
        };
        let mut readings = IndexMap::new();
        for (index, (profile, (column, declared))) in profiles.into_iter().zip(columns).enumerate()
        {
            let profiled = profile.finish_as(|found| declared_type(&declared, found));
            let odd = profiled.notes.iter();
            table
                .notes
                .extend(odd.map(|note| format!("`{column}` {note}.")));
            if blobs[index] {
                let note = format!("`{column}` holds binary data, which is left out.");
                table.notes.push(note);
            }
            table.columns.insert(column.clone(), profiled.column);
            readings.insert(column, profiled.reading);
        }
        Ok((table, readings))
    }

    /// Returns how the fields of a scan are read. Day and month are told apart by a pass over
    /// the table, which is only taken where types are to be inferred or a date is pinned.
    fn readings(&self, scan: &Scan) -> Result<IndexMap<String, Reading>, ConnectError> {
        let connection = self.reader()?;
        let columns = self.columns(&connection, &scan.table)?;
        for name in scan.fields.keys() {
            if !columns.contains_key(name) {
                return Err(drift(&scan.table, name, columns.keys().map(String::as_str)));
            }
        }
        let is_dated = |field: &crate::spec::FieldType| {
            use crate::spec::FieldType::{Date, Time};
            matches!(field, Date | Time)
        };
        if !scan.fields.is_empty() && !scan.fields.values().any(is_dated) {
            let plain = |(name, field): (&String, &_)| (name.clone(), Reading::of(*field));
            return Ok(scan.fields.iter().map(plain).collect());
        }
        let (_, inferred) = self.describe_table(&connection, &scan.table, false)?;
        if scan.fields.is_empty() {
            return Ok(inferred);
        }
        let pinned = scan.fields.iter().map(|(name, field)| {
            let order = inferred[name].order;
            (
                name.clone(),
                Reading {
                    field: *field,
                    order,
                },
            )
        });
        Ok(pinned.collect())
    }

    fn scan(
        &self,
        query: &Query,
        fields: &IndexMap<String, Reading>,
        sink: &mut RowSink,
    ) -> Result<(), ConnectError> {
        let connection = self.reader()?;
        let empty: Row = fields
            .keys()
            .map(|name| (name.clone(), Value::Null))
            .collect();
        let mut number = 0;
        self.each_row(&connection, query, fields.len(), |values| {
            number += 1;
            let mut row = empty.clone();
            let cells = row.values_mut().zip(values).zip(fields);
            for ((cell, (found, _)), (name, reading)) in cells {
                *cell = reading.read_value(found.clone()).ok_or_else(|| {
                    let place = format!("row {number}");
                    misfit(
                        &query.table,
                        name,
                        &place,
                        &found.to_string(),
                        reading.field,
                    )
                })?;
            }
            Ok(sink.push(row))
        })
    }

    /// Shows the values of each row, with whether each is a blob, until one says false.
    fn each_row(
        &self,
        connection: &rusqlite::Connection,
        query: &Query,
        columns: usize,
        mut each: impl FnMut(Vec<(Value, bool)>) -> Result<bool, ConnectError>,
    ) -> Result<(), ConnectError> {
        let failed = |error: rusqlite::Error| self.failed(&error);
        let mut statement = connection.prepare(&query.sql).map_err(failed)?;
        let parameters = query.parameters.iter().map(narrowed::to_sql);
        let mut rows = statement
            .query(params_from_iter(parameters))
            .map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            let value = |index| row.get_ref(index).map(from_sql);
            let values = (0..columns).map(value).collect::<Result<_, _>>();
            if !each(values.map_err(failed)?)? {
                break;
            }
        }
        Ok(())
    }

    fn update(&self, table: &str, key: &Row, set: &Row) -> Result<u64, ConnectError> {
        if !self.writable {
            return Err(not_writable(table));
        }
        let failed = |error: rusqlite::Error| self.failed(&error);
        let mut connection = self.connect(OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let columns = self.columns(&connection, table)?;
        for name in key.keys().chain(set.keys()) {
            if !columns.contains_key(name) {
                return Err(no_column(table, name, columns.keys().map(String::as_str)));
            }
        }
        if set.is_empty() {
            return Ok(0);
        }
        let assigned: Vec<String> = set
            .keys()
            .map(|name| format!("{} = ?", quoted(name)))
            .collect();
        // `IS` also finds null, where `=` does not.
        let wanted: Vec<String> = key
            .keys()
            .map(|name| format!("{} IS ?", quoted(name)))
            .collect();
        let statement = format!(
            "UPDATE {} SET {} WHERE {}",
            quoted(table),
            assigned.join(", "),
            wanted.join(" AND ")
        );
        let values = set.values().chain(key.values()).map(to_sql);
        let transaction = connection.transaction().map_err(failed)?;
        let changed = transaction
            .execute(&statement, params_from_iter(values))
            .map_err(failed)?;
        transaction.commit().map_err(failed)?;
        Ok(changed as u64)
    }
}

#[cfg(test)]
mod tests;
