//! A connection to a database server.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use indexmap::IndexMap;
use serde_json::Value;

use super::change::{Change, not_one};
use super::typed::{Looked, Typed};
use super::{Class, Query, Server, SqlTable, text_of};
use crate::connect::{
    ConnectError, Connection, ConnectionInfo, Narrowing, Row, RowStream, Scan, drift, no_table,
    no_tools, not_writable, require_key,
};
use crate::spec::FieldType;

/// Rows of a table that are looked at to describe it, where there are few tables.
const LOOKED_AT: usize = 5_000;

/// Rows that are looked at of all tables together, where there are many.
const LOOKED_AT_IN_ALL: usize = 100_000;

/// The fewest that are looked at of a table.
const FEWEST: usize = 500;

/// A connection to a database server.
pub struct SqlConnection<S> {
    server: Arc<S>,
    writable: bool,
    about: Option<String>,
    /// The tables that are offered; all unless said.
    tables: Option<Vec<String>>,
    /// Columns that are declared as yes and no and hold other numbers, by table.
    no_flags: Mutex<HashMap<String, Vec<String>>>,
}

impl<S: Server> SqlConnection<S> {
    /// Returns the connection; nothing is sent before its first use.
    pub fn new(server: S, config: &crate::connect::ServerConfig) -> Self {
        SqlConnection {
            server: Arc::new(server),
            writable: config.writable,
            about: config.about.clone(),
            tables: config.tables.clone(),
            no_flags: Mutex::default(),
        }
    }

    /// Returns the tables that are offered, and those that are named and not there.
    fn offered(
        &self,
        mut there: IndexMap<String, SqlTable>,
    ) -> (IndexMap<String, SqlTable>, Vec<String>) {
        let Some(named) = &self.tables else {
            return (there, Vec::new());
        };
        let (mut offered, mut gone) = (IndexMap::new(), Vec::new());
        for name in named {
            match there.shift_remove(name) {
                Some(table) => {
                    offered.insert(name.clone(), table);
                }
                None => gone.push(name.clone()),
            }
        }
        (offered, gone)
    }

    fn one(&self, there: IndexMap<String, SqlTable>, name: &str) -> Result<SqlTable, ConnectError> {
        let mut offered = self.offered(there).0;
        match offered.shift_remove(name) {
            Some(table) => Ok(table),
            None => Err(no_table(name, offered.keys().map(String::as_str))
                .maybe_help(offered.is_empty().then(|| NONE_READABLE.to_owned()))),
        }
    }

    /// Returns the type that each column is read as unless it is pinned.
    fn fields(&self, name: &str, table: &SqlTable) -> IndexMap<String, FieldType> {
        let no_flags = self.no_flags.lock().unwrap_or_else(PoisonError::into_inner);
        let of_it = no_flags.get(name);
        let columns = table.columns.iter();
        columns
            .map(|(column, of)| {
                let is_no_flag = of_it.is_some_and(|all| all.contains(column));
                let field = match is_no_flag && of.class == Class::Boolean {
                    true => FieldType::Integer,
                    false => of.class.field(),
                };
                (column.clone(), field)
            })
            .collect()
    }
}

const NONE_READABLE: &str = "The user that is named in sopwright.toml may read no table there: grant SELECT, or name the `schema`.";

#[async_trait]
impl<S: Server> Connection for SqlConnection<S> {
    async fn describe(&self) -> Result<ConnectionInfo, ConnectError> {
        let mut session = self.server.session().await?;
        let (tables, gone) = self.offered(session.tables().await?);
        let mut info = ConnectionInfo {
            kind: S::KIND.to_owned(),
            about: self.about.clone(),
            ..ConnectionInfo::default()
        };
        let gone = gone.into_iter();
        let mut problems: Vec<String> = gone
            .map(|name| format!("There is no table `{name}`, or it may not be read."))
            .collect();
        let most = (LOOKED_AT_IN_ALL / tables.len().max(1)).clamp(FEWEST, LOOKED_AT);
        for (name, table) in &tables {
            let mut fields = self.fields(name, table);
            // As numbers until they are seen to be nothing but 0 and 1.
            fields
                .values_mut()
                .for_each(|field| *field = FieldType::Text);
            let narrowing = Narrowing {
                test: crate::connect::Test::All(Vec::new()),
                limit: Some(most + 1),
                ..Narrowing::default()
            };
            let query = text_of(&*self.server, (name, table), &fields, &narrowing);
            let mut looked = Looked::at(table, most);
            match session.read(&query, &mut looked).await {
                Ok(()) => {
                    let writable = self.writable && table.is_table;
                    let (table, no_flags) = looked.finish(writable);
                    info.tables.insert(name.clone(), table);
                    let mut all = self.no_flags.lock().unwrap_or_else(PoisonError::into_inner);
                    all.insert(name.clone(), no_flags);
                }
                Err(error) => problems.push(format!("`{name}`: {}", error.message)),
            }
        }
        if tables.is_empty() && problems.is_empty() {
            problems.push(format!("It offers no table. {NONE_READABLE}"));
        }
        info.problem = (!problems.is_empty()).then(|| problems.join(" "));
        Ok(info)
    }

    async fn scan(&self, scan: Scan) -> Result<RowStream, ConnectError> {
        self.scan_narrowed(scan, &Narrowing::default()).await
    }

    async fn scan_narrowed(
        &self,
        scan: Scan,
        narrowing: &Narrowing,
    ) -> Result<RowStream, ConnectError> {
        let mut session = self.server.session().await?;
        let table = self.one(session.tables().await?, &scan.table)?;
        let fields = match scan.fields.is_empty() {
            true => self.fields(&scan.table, &table),
            false => scan.fields,
        };
        if let Some(gone) = fields
            .keys()
            .find(|name| !table.columns.contains_key(*name))
        {
            let columns = table.columns.keys().map(String::as_str);
            return Err(drift(&scan.table, gone, columns));
        }
        let query = text_of(&*self.server, (&scan.table, &table), &fields, narrowing);
        let is_ordered = query.is_ordered;
        let stream = RowStream::fed(move |feed| async move {
            let mut typed = Typed {
                table: scan.table,
                fields,
                feed,
                rows: 0,
            };
            session.read(&query, &mut typed).await
        });
        Ok(stream.in_order(is_ordered))
    }

    async fn call(&self, tool: &str, _: Row) -> Result<Value, ConnectError> {
        Err(no_tools(tool, S::KIND))
    }

    async fn update(&self, table: &str, key: &Row, set: &Row) -> Result<u64, ConnectError> {
        require_key(table, key)?;
        if !self.writable {
            return Err(not_writable(table));
        }
        let mut session = self.server.session().await?;
        let found = self.one(session.tables().await?, table)?;
        let change = Change {
            table: (table, &found),
            key,
            set,
        };
        let query: Query = change.query(&*self.server)?;
        if set.is_empty() {
            return Ok(0);
        }
        match session.change(&query).await? {
            rows @ 0..=1 => Ok(rows),
            rows => Err(not_one(table, rows)),
        }
    }
}
