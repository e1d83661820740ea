//! Database servers of a test's own, on ports of their own.
//!
//! They are looked for on the path and where Debian puts them (`postgresql`, `mariadb-server`).

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::print_stdout,
    dead_code
)]

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use mysql_async::prelude::Queryable;

/// The password of everybody there.
pub const PASSWORD: &str = "pa's\"s w0rd";

/// A server with a database `crm`, whose user `ann` may do everything in it.
pub struct Database {
    /// Where it listens.
    pub port: u16,
    folder: tempfile::TempDir,
    child: Child,
}

/// Starts a PostgreSQL server; `None`, said aloud, where none is installed.
///
/// # Panics
/// If none is installed and `SOPWRIGHT_REQUIRE_SERVERS` asks for it.
pub fn postgres() -> Option<Database> {
    postgres_with(None)
}

/// Starts a PostgreSQL server that speaks TLS, where a certificate is given.
///
/// # Panics
/// As [`postgres`].
pub fn postgres_with(certificate: Option<&Certificate>) -> Option<Database> {
    let Some(binary) = found("postgres", "/usr/lib/postgresql") else {
        return skipped("PostgreSQL", "postgresql");
    };
    let folder = owned("postgres");
    let data = folder.path().join("data");
    let secret = folder.path().join("secret");
    fs::write(&secret, PASSWORD).unwrap();
    fs::set_permissions(&secret, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    let made = as_user("postgres", &binary.with_file_name("initdb"))
        .args(["--username=ann", "--auth=scram-sha-256", "--encoding=UTF8"])
        .args(["--locale=C.UTF-8", "--no-sync", "--pgdata"])
        .arg(&data)
        .arg("--pwfile")
        .arg(&secret)
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
    let port = free_port();
    let mut server = as_user("postgres", &binary);
    server
        .arg("-D")
        .arg(&data)
        .args(["-p", &port.to_string()])
        .args([
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "unix_socket_directories=",
        ])
        .args(["-c", "fsync=off"]);
    if let Some(certificate) = certificate {
        let (cert, key) = certificate.given_to("postgres", folder.path());
        server.args(["-c", "ssl=on"]);
        server.args(["-c", &format!("ssl_cert_file={}", cert.display())]);
        server.args(["-c", &format!("ssl_key_file={}", key.display())]);
    }
    Some(Database::started(server, folder, port))
}

/// Starts a MariaDB server; `None`, said aloud, where none is installed.
///
/// # Panics
/// If none is installed and `SOPWRIGHT_REQUIRE_SERVERS` asks for it.
pub fn mariadb() -> Option<Database> {
    mariadb_with(None)
}

/// Starts a MariaDB server that speaks TLS with a certificate of ours, where one is given.
///
/// # Panics
/// As [`mariadb`].
pub fn mariadb_with(certificate: Option<&Certificate>) -> Option<Database> {
    let Some(binary) = found("mariadbd", "/usr/sbin") else {
        return skipped("MariaDB", "mariadb-server");
    };
    let folder = owned("mysql");
    let data = folder.path().join("data");
    let install = found("mariadb-install-db", "/usr/bin").expect("it comes with the server");
    let made = as_user("mysql", &install)
        .args([
            "--no-defaults",
            "--skip-test-db",
            "--auth-root-authentication-method=normal",
        ])
        .arg(format!("--datadir={}", data.display()))
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
    let first = folder.path().join("first.sql");
    let password = PASSWORD.replace('\'', "''");
    fs::write(
        &first,
        format!(
            "CREATE DATABASE crm CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;\n\
             CREATE USER 'ann'@'%' IDENTIFIED BY '{password}';\n\
             GRANT ALL ON *.* TO 'ann'@'%' WITH GRANT OPTION;\n"
        ),
    )
    .unwrap();
    fs::set_permissions(&first, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    let port = free_port();
    let mut server = as_user("mysql", &binary);
    server
        .args([
            "--no-defaults",
            "--bind-address=127.0.0.1",
            "--skip-log-bin",
        ])
        .args(["--innodb-flush-log-at-trx-commit=0", "--skip-name-resolve"])
        .arg(format!("--port={port}"))
        .arg(format!("--datadir={}", data.display()))
        .arg(format!(
            "--socket={}",
            folder.path().join("socket").display()
        ))
        .arg(format!(
            "--pid-file={}",
            folder.path().join("pid").display()
        ))
        .arg(format!("--init-file={}", first.display()));
    if let Some(certificate) = certificate {
        let (cert, key) = certificate.given_to("mysql", folder.path());
        server.arg(format!("--ssl-cert={}", cert.display()));
        server.arg(format!("--ssl-key={}", key.display()));
    }
    Some(Database::started(server, folder, port))
}

/// Runs statements on a PostgreSQL server.
pub async fn tell_postgres(port: u16, statements: &str) {
    let mut config = tokio_postgres::Config::new();
    config
        .host("127.0.0.1")
        .port(port)
        .user("ann")
        .dbname("postgres")
        .password(PASSWORD);
    for attempt in 0.. {
        // It may be reached a moment before it lets anybody in.
        match config.connect(tokio_postgres::NoTls).await {
            Ok((client, connection)) => {
                tokio::spawn(connection);
                return client.batch_execute(statements).await.unwrap();
            }
            Err(error) => assert!(attempt < 100, "{error}"),
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Runs statements on a MariaDB server.
pub async fn tell_mariadb(port: u16, statements: &str) {
    let options = mysql_async::OptsBuilder::default()
        .ip_or_hostname("127.0.0.1")
        .tcp_port(port)
        .user(Some("ann"))
        .pass(Some(PASSWORD))
        .db_name(Some("crm"))
        .prefer_socket(false);
    for attempt in 0.. {
        match mysql_async::Conn::new(options.clone()).await {
            Ok(mut client) => {
                for statement in statements.split(";\n").filter(|s| !s.trim().is_empty()) {
                    client.query_drop(statement).await.expect(statement);
                }
                return client.disconnect().await.unwrap();
            }
            Err(error) => assert!(attempt < 100, "{error}"),
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A certificate for `localhost`, and the authority that vouches for it.
pub struct Certificate {
    folder: tempfile::TempDir,
}

impl Certificate {
    /// Makes both; `None`, said aloud, where `openssl` is not installed.
    ///
    /// # Panics
    /// If it is not and `SOPWRIGHT_REQUIRE_SERVERS` asks for it.
    pub fn made() -> Option<Self> {
        if found("openssl", "/usr/bin").is_none() {
            return skipped("TLS", "openssl");
        }
        let folder = tempfile::tempdir().unwrap();
        let openssl = |line: &str| {
            let made = Command::new("openssl")
                .current_dir(folder.path())
                .args(line.split_whitespace())
                .output()
                .expect("openssl");
            let told = String::from_utf8_lossy(&made.stderr);
            assert!(made.status.success(), "{told}");
        };
        openssl(
            "req -x509 -newkey rsa:2048 -nodes -days 30 -keyout ca-key.pem -out ca.pem -subj /CN=authority",
        );
        openssl("req -newkey rsa:2048 -nodes -keyout key.pem -out asked.pem -subj /CN=localhost");
        fs::write(folder.path().join("more"), "subjectAltName=DNS:localhost\n").unwrap();
        openssl(
            "x509 -req -in asked.pem -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days 30 -extfile more -out cert.pem",
        );
        Some(Certificate { folder })
    }

    /// Returns the file of the authority.
    pub fn authority(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// Puts it where a server finds it, and only that one.
    fn given_to(&self, user: &str, folder: &Path) -> (PathBuf, PathBuf) {
        let put = |name: &str| {
            let place = folder.join(name);
            fs::copy(self.folder.path().join(name), &place).unwrap();
            fs::set_permissions(&place, std::os::unix::fs::PermissionsExt::from_mode(0o600))
                .unwrap();
            if is_root() {
                let given = Command::new("chown").arg(user).arg(&place).status();
                assert!(given.unwrap().success());
            }
            place
        };
        (put("cert.pem"), put("key.pem"))
    }
}

impl Database {
    /// Starts a server that keeps its data in a folder, and waits until it can be reached.
    fn started(mut server: Command, folder: tempfile::TempDir, port: u16) -> Self {
        let log = fs::File::create(folder.path().join("log")).unwrap();
        let child = server
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let database = Database {
            port,
            folder,
            child,
        };
        database.once_up()
    }

    /// Waits until it can be reached.
    fn once_up(mut self) -> Self {
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            let log = || fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            let ended = self.child.try_wait().unwrap();
            assert!(
                ended.is_none() && began.elapsed() < Duration::from_secs(90),
                "{}",
                log()
            );
            std::thread::sleep(Duration::from_millis(50));
        }
        self
    }

    /// Ends it at once, as a power cut would.
    pub fn kill(&mut self) {
        // Its processes for sessions go with it.
        let group = self.child.id().to_string();
        let _ = Command::new("pkill").args(["-KILL", "-P", &group]).status();
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.kill();
    }
}

fn skipped<T>(server: &str, package: &str) -> Option<T> {
    let required = std::env::var("SOPWRIGHT_REQUIRE_SERVERS").is_ok_and(|v| v == "1");
    assert!(
        !required,
        "no {server} server is installed, and SOPWRIGHT_REQUIRE_SERVERS asks for it"
    );
    println!("skipped: no {server} server is installed (Debian: {package})");
    None
}

/// Returns a program: on the path, or somewhere under a folder.
fn found(name: &str, under: &str) -> Option<PathBuf> {
    let mut places: Vec<PathBuf> = fs::read_dir(under)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .collect();
    places.sort();
    places.reverse();
    places.push(PathBuf::from(under));
    let path = std::env::var_os("PATH")?;
    places.extend(std::env::split_paths(&path));
    let all = places.into_iter().map(|folder| folder.join(name));
    all.into_iter().find(|place| place.is_file())
}

fn is_root() -> bool {
    std::os::unix::fs::MetadataExt::uid(&fs::metadata("/proc/self").unwrap()) == 0
}

/// Returns a folder that belongs to the user whom a server runs as: root is refused.
fn owned(user: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    if is_root() {
        let given = Command::new("chown").arg(user).arg(folder.path()).status();
        assert!(given.unwrap().success());
    }
    folder
}

fn as_user(user: &str, program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command
        .args([format!("--reuid={user}"), format!("--regid={user}")])
        .arg("--init-groups")
        .arg(program);
    command
}

/// Returns a port that was free a moment ago.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}
