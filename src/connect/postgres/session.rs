//! A session on a PostgreSQL server. Each use is a transaction, and says in it how it is to be
//! spoken, so that it does not matter what stands between: a pooler may give each transaction
//! another session.

use std::future::Future;
use std::time::Duration;

use async_trait::async_trait;
use indexmap::IndexMap;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Error};

use super::tables;
use crate::connect::ConnectError;
use crate::connect::sql::{Cells, Errors, Explain, Parameter, Query, Session, SqlTable, Taker};

/// Rows that are fetched at once.
const PIECE: usize = 1_000;

/// How much longer than the server's own limit is waited for it, in case it is cut off.
const GRACE: Duration = Duration::from_secs(10);

/// A session on a PostgreSQL server.
pub struct PostgresSession {
    client: Client,
    errors: Errors,
    schema: String,
}

impl PostgresSession {
    /// Returns the session of a client.
    pub fn new(client: Client, errors: Errors, schema: String) -> Self {
        PostgresSession {
            client,
            errors,
            schema,
        }
    }

    /// Waits for the server, which is over its limit if it takes longer.
    async fn answer<T>(
        &self,
        about: &str,
        asked: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, ConnectError> {
        match tokio::time::timeout(self.errors.timeout + GRACE, asked).await {
            Ok(answer) => answer.map_err(|error| self.errors.of(&error, about)),
            Err(_) => Err(self.errors.no_answer()),
        }
    }

    async fn begin(&self, about: &str, may_write: bool) -> Result<(), ConnectError> {
        let mode = if may_write { "READ WRITE" } else { "READ ONLY" };
        let begin = format!(
            "BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED, {mode};
             SET LOCAL statement_timeout = {};
             SET LOCAL TimeZone = 'UTC';
             SET LOCAL DateStyle = 'ISO, YMD';
             SET LOCAL IntervalStyle = 'iso_8601';
             SET LOCAL client_encoding = 'UTF8';
             SET LOCAL standard_conforming_strings = on;
             SET LOCAL extra_float_digits = 1",
            self.errors.timeout.as_millis()
        );
        self.answer(about, self.client.batch_execute(&begin)).await
    }

    async fn end(&self, about: &str) -> Result<(), ConnectError> {
        self.answer(about, self.client.batch_execute("ROLLBACK"))
            .await
    }

    async fn fetch(&self, query: &Query, taker: &mut dyn Taker) -> Result<(), ConnectError> {
        let about = query.table.as_str();
        let parameters = texts(&query.parameters);
        let declare = format!("DECLARE rows NO SCROLL CURSOR FOR {}", query.sql);
        let parameters = references(&parameters);
        let asked = self.client.execute_typed(&declare, &parameters);
        self.answer(about, asked).await?;
        let fetch = format!("FETCH {PIECE} FROM rows");
        loop {
            let fetched = self
                .answer(about, self.client.query_typed(&fetch, &[]))
                .await?;
            let count = fetched.len();
            let mut rows: Vec<Cells> = Vec::with_capacity(count);
            for row in fetched {
                let cells: Result<Cells, Error> =
                    (0..row.len()).map(|index| row.try_get(index)).collect();
                rows.push(cells.map_err(|error| self.errors.of(&error, about))?);
            }
            if !taker.take(rows).await? || count < PIECE {
                return Ok(());
            }
        }
    }
}

#[async_trait]
impl Session for PostgresSession {
    async fn tables(&mut self) -> Result<IndexMap<String, SqlTable>, ConnectError> {
        const ABOUT: &str = "pg_catalog";
        self.begin(ABOUT, false).await?;
        let columns = self
            .answer(
                ABOUT,
                self.client
                    .query_typed(tables::COLUMNS, &[(&self.schema, Type::TEXT)]),
            )
            .await?;
        self.end(ABOUT).await?;
        tables::of(&columns).map_err(|error| self.errors.of(&error, ABOUT))
    }

    async fn read(&mut self, query: &Query, taker: &mut dyn Taker) -> Result<(), ConnectError> {
        self.begin(&query.table, false).await?;
        let read = self.fetch(query, taker).await;
        // What went wrong is told, not that ending it did too.
        match (read, self.end(&query.table).await) {
            (Ok(()), ended) => ended,
            (failed, _) => failed,
        }
    }

    async fn change(&mut self, query: &Query) -> Result<u64, ConnectError> {
        let about = query.table.as_str();
        self.begin(about, true).await?;
        let parameters = texts(&query.parameters);
        let parameters = references(&parameters);
        let asked = self.client.execute_typed(&query.sql, &parameters);
        let rows = match self.answer(about, asked).await {
            Ok(1) => 1,
            Ok(rows) => {
                self.end(about).await?;
                return Ok(rows);
            }
            Err(error) => {
                let _ = self.end(about).await;
                return Err(error);
            }
        };
        let committed = self.answer(about, self.client.batch_execute("COMMIT"));
        match committed.await {
            Ok(()) => Ok(rows),
            // The server may have heard it.
            Err(error) => Err(error.clone().unclear(error.is_transient())),
        }
    }
}

/// Returns parameters as the texts that the query reads them from.
fn texts(parameters: &[Parameter]) -> Vec<Option<String>> {
    let texts = parameters.iter().map(|parameter| match parameter {
        Parameter::Null => None,
        Parameter::Text(text) => Some(text.clone()),
        Parameter::Integer(number) => Some(number.to_string()),
        Parameter::Float(number) => Some(number.to_string()),
    });
    texts.collect()
}

fn references(texts: &[Option<String>]) -> Vec<(&(dyn ToSql + Sync), Type)> {
    let texts = texts.iter();
    texts
        .map(|text| (text as &(dyn ToSql + Sync), Type::TEXT))
        .collect()
}
