//! A session on a MySQL or MariaDB server.

use std::future::Future;

use async_trait::async_trait;
use indexmap::IndexMap;
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Error, Params, Row, Value};

use super::tables;
use crate::connect::ConnectError;
use crate::connect::sql::{Cells, Errors, Explain, Parameter, Query, Session, SqlTable, Taker};

/// Rows that are handed on at once.
const PIECE: usize = 1_000;

/// A session on a server.
pub struct MysqlSession {
    client: Conn,
    errors: Errors,
}

impl MysqlSession {
    /// Returns the session of a client, which may read alone until a change is asked of it.
    ///
    /// # Errors
    /// If the server does not take how it is to be spoken.
    pub async fn new(client: Conn, errors: Errors) -> Result<Self, ConnectError> {
        let mut session = MysqlSession { client, errors };
        // Rows are taken as they are used; the server should not give up on that.
        let speak = "SET SESSION time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES', \
             net_write_timeout = 3600, TRANSACTION_READ_ONLY = 1";
        let older = speak.replace("TRANSACTION_READ_ONLY", "TX_READ_ONLY");
        if session.client.query_drop(speak).await.is_err() {
            let asked = session.client.query_drop(older);
            asked
                .await
                .map_err(|error| session.errors.of(&error, "(none)"))?;
        }
        Ok(session)
    }
}

/// Waits for the server, which is over its limit if it takes longer.
async fn answer<T>(
    errors: &Errors,
    about: &str,
    asked: impl Future<Output = Result<T, Error>>,
) -> Result<T, ConnectError> {
    match tokio::time::timeout(errors.timeout, asked).await {
        Ok(answer) => answer.map_err(|error| errors.of(&error, about)),
        Err(_) => Err(errors.too_long(&format!("the table `{about}`"))),
    }
}

#[async_trait]
impl Session for MysqlSession {
    async fn tables(&mut self) -> Result<IndexMap<String, SqlTable>, ConnectError> {
        const ABOUT: &str = "information_schema.columns";
        let asked = self.client.query::<Row, _>(tables::COLUMNS);
        let columns = answer(&self.errors, ABOUT, asked).await?;
        Ok(tables::of(columns.into_iter().map(cells)))
    }

    async fn read(&mut self, query: &Query, taker: &mut dyn Taker) -> Result<(), ConnectError> {
        let (errors, about) = (&self.errors, query.table.as_str());
        let asked = self.client.exec_iter(&query.sql, values(&query.parameters));
        let mut answered = answer(errors, about, asked).await?;
        loop {
            let mut rows: Vec<Cells> = Vec::with_capacity(PIECE);
            while rows.len() < PIECE
                && let Some(row) = answer(errors, about, answered.next()).await?
            {
                rows.push(cells(row));
            }
            let is_last = rows.len() < PIECE;
            let more = taker.take(rows).await?;
            if is_last || !more {
                // The rest is not read: where there is one, the session ends with it.
                return Ok(());
            }
        }
    }

    async fn change(&mut self, query: &Query) -> Result<u64, ConnectError> {
        let (errors, about) = (&self.errors, query.table.as_str());
        let client = &mut self.client;
        let begin = client.query_drop("START TRANSACTION READ WRITE");
        answer(errors, about, begin).await?;
        let asked = client.exec_drop(&query.sql, values(&query.parameters));
        if let Err(error) = answer(errors, about, asked).await {
            let _ = answer(errors, about, client.query_drop("ROLLBACK")).await;
            return Err(error);
        }
        let rows = client.affected_rows();
        if rows != 1 {
            answer(errors, about, client.query_drop("ROLLBACK")).await?;
            return Ok(rows);
        }
        match answer(errors, about, client.query_drop("COMMIT")).await {
            Ok(()) => Ok(rows),
            // The server may have heard it.
            Err(error) => Err(error.clone().unclear(error.is_transient())),
        }
    }
}

fn cells(row: Row) -> Cells {
    let cells = row.unwrap().into_iter();
    cells
        .map(|cell| match cell {
            Value::NULL => None,
            Value::Bytes(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
            Value::Int(number) => Some(number.to_string()),
            Value::UInt(number) => Some(number.to_string()),
            // Everything else is asked for as text.
            other => Some(other.as_sql(true)),
        })
        .collect()
}

fn values(parameters: &[Parameter]) -> Params {
    if parameters.is_empty() {
        return Params::Empty;
    }
    let values = parameters.iter().map(|parameter| match parameter {
        Parameter::Null => Value::NULL,
        Parameter::Text(text) => Value::Bytes(text.clone().into_bytes()),
        Parameter::Integer(number) => Value::Int(*number),
        Parameter::Float(number) => Value::Double(*number),
    });
    Params::Positional(values.collect())
}
