//! A MySQL or MariaDB database: its tables and views.

mod dialect;
mod errors;
mod session;
mod tables;

use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use mysql_async::{Conn, Opts, OptsBuilder, SslOpts};

use super::net::use_ring;
use super::sql::{Address, Errors, Explain, Server, Session, Tls};
use super::{ConnectError, ServerConfig};
use session::MysqlSession;

/// How long it may take to be let in.
const TO_CONNECT: Duration = Duration::from_secs(15);

/// A MySQL or MariaDB server.
pub struct Mysql {
    address: Address,
    timeout: Duration,
}

impl Mysql {
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
        let kind = (&["mysql", "mariadb"][..], 3306);
        let address = Address::of(config, kind, workspace, env)?;
        if let Tls::VerifiedBy(file) = &address.tls
            && !file.is_file()
        {
            return Err(ConnectError::last(format!(
                "`tls_ca`: there is no file {}.",
                file.display()
            ))
            .help("It is a file of certificates that begin with -----BEGIN CERTIFICATE-----."));
        }
        Ok(Mysql {
            address,
            timeout: config.timeout()?,
        })
    }

    fn options(&self) -> Opts {
        let address = &self.address;
        let tls = match &address.tls {
            Tls::Off => None,
            Tls::Verified => Some(SslOpts::default()),
            Tls::VerifiedBy(file) => Some(
                SslOpts::default()
                    .with_root_certs(vec![file.clone().into()])
                    .with_disable_built_in_roots(true),
            ),
        };
        let options = OptsBuilder::default()
            .user(Some(&address.user))
            .pass(address.password.as_ref().map(|password| password.reveal()))
            .db_name(Some(&address.database))
            .prefer_socket(false)
            // Rows that a change finds count, also where they were as it sets them.
            .client_found_rows(true)
            .ssl_opts(tls);
        match address.host.starts_with('/') {
            true => options.socket(Some(&address.host)),
            false => options.ip_or_hostname(&address.host).tcp_port(address.port),
        }
        .into()
    }
}

#[async_trait]
impl Server for Mysql {
    const KIND: &'static str = "mysql";

    async fn session(&self) -> Result<Box<dyn Session>, ConnectError> {
        use_ring();
        let errors = Errors {
            kind: "MySQL",
            address: self.address.clone(),
            timeout: self.timeout,
        };
        let client = tokio::time::timeout(TO_CONNECT, Conn::new(self.options()))
            .await
            .map_err(|_| errors.no_answer())?
            .map_err(|error| errors.of_connecting(&error))?;
        Ok(Box::new(MysqlSession::new(client, errors).await?))
    }
}
