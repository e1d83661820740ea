//! Database servers that are spoken to encrypted: the right certificate lets in, and no other; a
//! server without encryption is never told anything in the clear.

#![allow(clippy::expect_used, clippy::unwrap_used)]

#[path = "support/databases.rs"]
mod databases;

use std::path::Path;

use databases::{Certificate, Database, PASSWORD, tell_mariadb, tell_postgres};
use sopwright::connect::{ConnectError, Connections, ConnectionsConfig, Row, Scan};

/// Reads what a server says of the line that it is spoken to by.
async fn line(
    kind: &str,
    database: &str,
    host: &str,
    port: u16,
    ca: &Path,
) -> Result<Row, ConnectError> {
    let config = format!(
        "[db]\nkind = '{kind}'\nhost = '{host}'\nport = {port}\ndatabase = '{database}'\nuser = 'ann'\npassword = 'env:PASSWORD'\ntls_ca = '{}'\n",
        ca.display()
    );
    let config: ConnectionsConfig = toml::from_str(&config).unwrap();
    let connections = Connections::open(&config, Path::new("/"), &|_| Some(PASSWORD.to_owned()));
    let db = connections.get("db").unwrap();
    let mut rows = db.scan(Scan::all("line")).await?.collect(1).await?;
    Ok(rows.pop().unwrap())
}

/// What is tried against a server that shows a certificate.
async fn shows(kind: &str, database: &str, server: &Database, certificate: &Certificate) -> Row {
    let ca = certificate.authority();
    let stranger = Certificate::made().unwrap();
    let wrong = [
        ("localhost", stranger.authority()),
        ("127.0.0.1", ca.clone()),
    ];
    for (host, ca) in wrong {
        let error = line(kind, database, host, server.port, &ca)
            .await
            .unwrap_err();
        let told = format!("{} {}", error.message, error.help.unwrap_or_default());
        assert!(told.contains("certificate"), "{kind} at {host}: {told}");
        assert!(!told.contains(PASSWORD), "{told}");
    }
    line(kind, database, "localhost", server.port, &ca)
        .await
        .unwrap()
}

const IN_POSTGRES: &str =
    "CREATE VIEW line AS SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()";

const IN_MARIADB: &str = "CREATE VIEW line AS SELECT variable_value AS cipher FROM information_schema.session_status WHERE variable_name = 'Ssl_cipher'";

#[tokio::test(flavor = "multi_thread")]
async fn postgres_is_read_over_tls_and_only_with_its_certificate() {
    let Some(certificate) = Certificate::made() else {
        return;
    };
    let Some(server) = databases::postgres_with(Some(&certificate)) else {
        return;
    };
    tell_postgres(server.port, IN_POSTGRES).await;
    let row = shows("postgres", "postgres", &server, &certificate).await;
    assert_eq!(row["ssl"], true, "{row:?}");
    assert!(
        row["version"].as_str().unwrap().starts_with("TLSv1."),
        "{row:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn mariadb_is_read_over_tls_and_only_with_its_certificate() {
    let Some(certificate) = Certificate::made() else {
        return;
    };
    let Some(server) = databases::mariadb_with(Some(&certificate)) else {
        return;
    };
    tell_mariadb(server.port, IN_MARIADB).await;
    let row = shows("mysql", "crm", &server, &certificate).await;
    assert!(
        row["cipher"]
            .as_str()
            .is_some_and(|cipher| !cipher.is_empty()),
        "{row:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_encryption_is_told_nothing() {
    let Some(certificate) = Certificate::made() else {
        return;
    };
    let Some(server) = databases::postgres() else {
        return;
    };
    tell_postgres(server.port, IN_POSTGRES).await;
    let ca = certificate.authority();
    let error = line("postgres", "postgres", "localhost", server.port, &ca).await;
    let error = error.unwrap_err();
    assert!(error.help.is_some(), "{error}");
    let told = error.message.to_lowercase();
    assert!(told.contains("tls"), "{told}");
}
