//! A PostgreSQL database: its tables and views.

mod dialect;
mod errors;
mod session;
mod tables;
mod tls;

use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;

use super::sql::{Address, Errors, Explain, Server, Session};
use super::{ConnectError, ServerConfig};
use session::PostgresSession;
use tls::Encryption;

/// How long it may take to be let in.
const TO_CONNECT: Duration = Duration::from_secs(10);

/// A PostgreSQL server.
pub struct Postgres {
    address: Address,
    schema: String,
    timeout: Duration,
    tls: Encryption,
}

impl Postgres {
    /// Returns the server that is configured; nothing is sent before its first use. Paths start at
    /// the workspace; `env` looks up the variables that secrets name.
    ///
    /// # Errors
    /// For what lacks or cannot be read.
    pub fn open(
        config: &ServerConfig,
        workspace: &Path,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, ConnectError> {
        let kind = (&["postgres", "postgresql"][..], 5432);
        let address = Address::of(config, kind, workspace, env)?;
        Ok(Postgres {
            tls: Encryption::of(&address.tls)?,
            address,
            schema: config.schema.clone().unwrap_or_else(|| "public".to_owned()),
            timeout: config.timeout()?,
        })
    }

    fn errors(&self) -> Errors {
        Errors {
            kind: "PostgreSQL",
            address: self.address.clone(),
            timeout: self.timeout,
        }
    }
}

#[async_trait]
impl Server for Postgres {
    const KIND: &'static str = "postgres";

    async fn session(&self) -> Result<Box<dyn Session>, ConnectError> {
        let mut config = tokio_postgres::Config::new();
        config
            .port(self.address.port)
            .dbname(&self.address.database)
            .user(&self.address.user)
            .application_name("sopwright")
            .keepalives_idle(Duration::from_secs(60))
            .connect_timeout(TO_CONNECT);
        match self.address.host.starts_with('/') {
            true => config.host_path(&self.address.host),
            false => config.host(&self.address.host),
        };
        if let Some(password) = &self.address.password {
            config.password(password.reveal());
        }
        let errors = self.errors();
        let client = self.tls.connect(&config);
        let client = tokio::time::timeout(TO_CONNECT * 2, client)
            .await
            .map_err(|_| errors.no_answer())?
            .map_err(|error| errors.of_connecting(&error))?;
        Ok(Box::new(PostgresSession::new(
            client,
            errors,
            self.schema.clone(),
        )))
    }
}
