//! A Restate server of a test's own, on ports of its own, and workers at it.
//!
//! The server is the npm package `@restatedev/restate-server`: one binary. It is looked for in
//! `SOPWRIGHT_RESTATE_SERVER` and on the path.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::print_stdout,
    dead_code
)]

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::crash::{Desk, Survived, check, settle, size};

/// A server, with what it keeps.
pub struct Server {
    binary: PathBuf,
    folder: tempfile::TempDir,
    ports: [u16; 4],
    child: Child,
}

/// Starts a server; `None`, said aloud, where none is installed.
///
/// # Panics
/// If none is installed and `SOPWRIGHT_REQUIRE_SERVERS` asks for it.
pub fn server() -> Option<Server> {
    let Some(binary) = binary() else {
        let required = std::env::var("SOPWRIGHT_REQUIRE_SERVERS").is_ok_and(|v| v == "1");
        assert!(
            !required,
            "no Restate server is installed, and SOPWRIGHT_REQUIRE_SERVERS asks for it"
        );
        println!(
            "skipped: no Restate server is installed (npm install @restatedev/restate-server)"
        );
        return None;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let ports = free_ports();
    let child = start(&binary, folder.path(), ports);
    let server = Server {
        binary,
        folder,
        ports,
        child,
    };
    server.is_up();
    Some(server)
}

fn binary() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("SOPWRIGHT_RESTATE_SERVER") {
        return Some(PathBuf::from(named));
    }
    let path = std::env::var_os("PATH")?;
    let places = std::env::split_paths(&path).map(|folder| folder.join("restate-server"));
    places.into_iter().find(|place| place.is_file())
}

/// Returns ports that were free a moment ago: of the ingress, the admin, the node and the worker.
fn free_ports() -> [u16; 4] {
    let listeners = [(); 4].map(|()| TcpListener::bind("127.0.0.1:0").expect("a port"));
    listeners.map(|listener| listener.local_addr().expect("an address").port())
}

fn start(binary: &Path, folder: &Path, ports: [u16; 4]) -> Child {
    let log = fs::File::options()
        .create(true)
        .append(true)
        .open(folder.join("log"))
        .expect("a log");
    Command::new(binary)
        .args(["--no-logo", "--node-name", "one"])
        .current_dir(folder)
        .env("DO_NOT_TRACK", "1")
        .env("RESTATE_DISABLE_TELEMETRY", "true")
        .env("RESTATE_BASE_DIR", folder.join("data"))
        .env("RESTATE_LISTEN_MODE", "tcp")
        .env("RESTATE_BIND_IP", "127.0.0.1")
        .env("RESTATE_ADVERTISED_HOST", "127.0.0.1")
        .env("RESTATE_INGRESS__BIND_PORT", ports[0].to_string())
        .env("RESTATE_ADMIN__BIND_PORT", ports[1].to_string())
        .env("RESTATE_BIND_PORT", ports[2].to_string())
        .env("RESTATE_DEFAULT_NUM_PARTITIONS", "4")
        .env("RESTATE_ROCKSDB_TOTAL_MEMORY_SIZE", "256 MiB")
        .stdin(Stdio::null())
        .stdout(log.try_clone().expect("a log"))
        .stderr(log)
        .spawn()
        .expect("the server starts")
}

impl Server {
    /// Returns what a workspace says in order to use it.
    pub fn settings(&self) -> String {
        let [ingress, admin, _, worker] = self.ports;
        format!(
            "\n[restate]\ningress = \"http://127.0.0.1:{ingress}\"\nadmin = \"http://127.0.0.1:{admin}\"\nlisten = \"127.0.0.1:{worker}\"\n"
        )
    }

    /// Adds that to the settings of a workspace.
    pub fn join(&self, workspace: &Path) {
        let path = workspace.join("sopwright.toml");
        let settings = fs::read_to_string(&path).unwrap_or_default();
        fs::write(path, settings + &self.settings()).expect("settings");
    }

    /// Waits until it takes registrations and invocations.
    fn is_up(&self) {
        let up = |port: u16, path: &str| {
            let answer = TcpStream::connect(("127.0.0.1", port))
                .ok()
                .and_then(|mut stream| {
                    let request = format!(
                        "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
                    );
                    stream.write_all(request.as_bytes()).ok()?;
                    let mut answer = String::new();
                    stream.read_to_string(&mut answer).ok()?;
                    Some(answer)
                });
            answer.is_some_and(|answer| answer.starts_with("HTTP/1.1 200"))
        };
        until("the server is up", || {
            up(self.ports[1], "/health") && up(self.ports[0], "/restate/health")
        });
    }

    /// Ends it at once, and starts it again with what it kept.
    pub fn kill_and_start(&mut self) {
        self.kill();
        self.child = start(&self.binary, self.folder.path(), self.ports);
    }

    /// Ends it at once.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// The id of its process.
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// The last lines of its log.
    pub fn log(&self) -> String {
        let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(40)..].join("\n")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A worker of a workspace.
pub struct Worker {
    workspace: PathBuf,
    child: Child,
}

impl Worker {
    /// Starts one, and waits until the server knows it.
    pub fn start(workspace: &Path) -> Self {
        let mut worker = Worker {
            workspace: workspace.to_owned(),
            child: begin(workspace),
        };
        let mut line = [0; 256];
        let told = worker.child.stdout.as_mut().expect("it tells");
        let read = told.read(&mut line).expect("it tells");
        let line = String::from_utf8_lossy(&line[..read]).into_owned();
        assert!(line.contains("known to Restate"), "{line}");
        worker
    }

    /// Ends it at once, and starts it again.
    pub fn kill_and_start(&mut self) {
        self.kill();
        self.child = begin(&self.workspace);
    }

    fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// The id of its process.
    pub fn process(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Runs the command line in a workspace, with the models of its settings.
pub fn sopwright(workspace: &Path, args: &[&str]) -> Output {
    command(workspace, args).output().expect("the binary runs")
}

fn command(workspace: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sopwright"));
    command
        .args(args)
        .current_dir(workspace)
        .env("TEST_KEY", "key")
        .env_remove("ANTHROPIC_API_KEY")
        .env_remove("OPENAI_API_KEY")
        .env_remove("OPENAI_BASE_URL")
        .env("NO_COLOR", "1")
        .env("SOPWRIGHT_USER", "ann")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn begin(workspace: &Path) -> Child {
    command(workspace, &["worker", "--engine", "restate"])
        .stderr(Stdio::inherit())
        .spawn()
        .expect("a worker starts")
}

/// Runs the workflow of [`crate::crash::workspace`] over its cases through the server, and kills
/// worker, server and run in turn by chance, so often in all. Settles what a person has to settle,
/// and makes sure that nothing is lost and nothing done twice.
pub fn survive_driven(
    (folder, desk, cases): (&Path, &Desk, usize),
    kills: usize,
    random: &mut fastrand::Rng,
    (server, worker): (&mut Server, &mut Worker),
) -> Survived {
    let mut survived = Survived::default();
    let most = (cases * 3 / (kills + 1) * 2).max(2);
    let begin = |args: &[&str]| {
        let mut command = crate::crash::command(folder, args);
        command.stdout(Stdio::null()).spawn().expect("it starts")
    };
    let mut run = begin(&["run", "notes", "--engine", "restate"]);
    loop {
        let before = desk.seen().requests;
        let target = before + random.usize(1..most);
        if survived.kills == kills || !desk.reaches(target, &mut run) {
            let output = run.wait_with_output().expect("it ends");
            let told = crate::crash::told(&output);
            assert!(output.status.success(), "{told}\n{}", server.log());
            break;
        }
        survived.kills += 1;
        let started = Instant::now();
        match random.usize(0..3) {
            0 => worker.kill_and_start(),
            1 => server.kill_and_start(),
            _ => {
                run.kill().expect("it can be killed");
                run.wait().expect("it ends");
                run = begin(&["run", "--resume"]);
            }
        }
        let before = desk.seen().requests;
        if desk.reaches(before + 1, &mut run) {
            survived.recovery.push(started.elapsed().as_secs_f64());
        }
    }
    survived.unclear = settle(folder, desk);
    check(folder, desk, cases);
    survived.requests = desk.seen().requests;
    survived.journal = size(&folder.join(".sopwright"));
    survived
}

/// Waits until something holds, for half a minute at most.
pub fn until(what: &str, holds: impl Fn() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(
            started.elapsed() < Duration::from_secs(30),
            "not so: {what}"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}
