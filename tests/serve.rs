//! `sopwright serve` as a process of its own: asked over HTTP, killed, and started again.

#![allow(clippy::expect_used, clippy::unwrap_used)]

#[path = "support/crash.rs"]
mod crash;

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdout, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use crash::{command, told};
use jiff::Timestamp;
use serde_json::{Value, json};
use sopwright::serve::signature::sign;

const SECRET: &str = "a secret of the test";
const TOKEN: &str = "a token of the test";
/// How long anything may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(60);

/// A service that answers look-ups once its gate is open, and counts notes by order and key.
struct Desk {
    url: String,
    state: Arc<(Mutex<Counted>, Condvar)>,
}

#[derive(Default)]
struct Counted {
    is_open: bool,
    /// Look-ups that came.
    asked: usize,
    notes: BTreeMap<String, Vec<String>>,
}

impl Desk {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state: Arc<(Mutex<Counted>, Condvar)> = Arc::default();
        let shared = state.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = shared.clone();
                std::thread::spawn(move || Self::answer(stream, &shared));
            }
        });
        Desk { url, state }
    }

    fn answer(stream: TcpStream, state: &(Mutex<Counted>, Condvar)) -> Option<()> {
        let mut reader = BufReader::new(stream.try_clone().ok()?);
        let mut stream = stream;
        loop {
            let (head, body) = message(&mut reader)?;
            let mut counted = state.0.lock().unwrap();
            if head.starts_with("GET") {
                counted.asked += 1;
                state.1.notify_all();
                while !counted.is_open {
                    counted = state.1.wait(counted).unwrap();
                }
            } else {
                let key = header(&head, "idempotency-key").unwrap_or_default();
                let note: Value = serde_json::from_str(&body).ok()?;
                let order = note["id"].as_str()?.to_owned();
                counted.notes.entry(order).or_default().push(key);
            }
            drop(counted);
            write(&mut stream, "HTTP/1.1 200 OK", &[], r#"{"grade":"B"}"#)?;
        }
    }

    /// Waits until so many look-ups have come.
    fn asked(&self, times: usize) {
        let state = self.state.0.lock().unwrap();
        let waited = self
            .state
            .1
            .wait_timeout_while(state, PATIENCE, |s| s.asked < times);
        assert!(!waited.unwrap().1.timed_out(), "no look-up came");
    }

    fn open(&self) {
        self.state.0.lock().unwrap().is_open = true;
        self.state.1.notify_all();
    }
}

/// Reads a request or an answer: its head, and its body.
fn message(reader: &mut impl BufRead) -> Option<(String, String)> {
    let mut head = String::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|n| *n > 0)?;
        if line.trim().is_empty() {
            break;
        }
        head += &line;
    }
    let length = header(&head, "content-length").map_or(0, |n| n.parse().unwrap_or(0));
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((head, String::from_utf8(body).ok()?))
}

fn header(head: &str, name: &str) -> Option<String> {
    let lines = head.lines().filter_map(|line| line.split_once(':'));
    let found = lines.filter(|(key, _)| key.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.trim().to_owned()).next()
}

fn write(to: &mut TcpStream, first: &str, headers: &[(&str, &str)], body: &str) -> Option<()> {
    let headers: String = headers
        .iter()
        .map(|(n, v)| format!("{n}: {v}\r\n"))
        .collect();
    let text = format!(
        "{first}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n{headers}\r\n{body}",
        body.len()
    );
    to.write_all(text.as_bytes()).ok()
}

/// Writes a workspace with a workflow that looks an order up, and notes it.
fn workspace(folder: &Path, desk: &Desk) {
    let write = |name: &str, text: String| {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write(
        "sopwright.toml",
        "[connections.desk]\nkind = \"http\"\nopenapi = \"desk.json\"\n\n[serve]\nlisten = \"127.0.0.1:0\"\ntoken = \"env:TEST_TOKEN\"\n".to_owned(),
    );
    let answer = json!({"200": {"description": "ok", "content": {"application/json": {"schema":
        {"type": "object", "properties": {"grade": {"type": "string"}}}}}}});
    let key = json!([{"name": "Idempotency-Key", "in": "header", "schema": {"type": "string"}}]);
    let id = json!([{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}]);
    let body = json!({"required": true, "content": {"application/json": {"schema":
        {"type": "object", "properties": {"id": {"type": "string"}}}}}});
    let openapi = json!({"openapi": "3.0.3", "info": {"title": "Desk"}, "servers": [{"url": desk.url}], "paths": {
        "/ratings/{id}": {"get": {"operationId": "rating", "parameters": id, "responses": answer}},
        "/notes": {"post": {"operationId": "note", "parameters": key, "requestBody": body, "responses": answer}}}});
    write("desk.json", openapi.to_string());
    write("generated/orders/sop.md", "Note every order.\n".to_owned());
    let workflow = json!({"workflow": 1, "name": "orders", "title": "Orders", "objective": "o",
        "sop": {"file": "sop.md", "statements": 1},
        "trigger": {"kind": "webhook", "sop": [1], "secret": "env:TEST_SECRET", "event_id": "order",
            "event": {"order": {"type": "string"}}},
        "steps": [{"id": "rating", "kind": "call", "sop": [1], "tool": "desk.rating", "with": {"id": "{{ trigger.order }}"}}],
        "result": {"grade": "{{ rating.grade }}"},
        "outputs": [{"id": "note", "kind": "call", "sop": [1], "tool": "desk.note", "with": {"id": "{{ trigger.order }}"},
            "approval": "not_needed"}]});
    write("generated/orders/workflow.json", workflow.to_string());
}

/// A server at work.
struct Served {
    child: Child,
    lines: BufReader<ChildStdout>,
    address: String,
}

impl Served {
    fn start(folder: &Path) -> Self {
        let mut child = command(folder, &["serve", "--format", "json"])
            .env("TEST_SECRET", SECRET)
            .env("TEST_TOKEN", TOKEN)
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        lines.read_line(&mut line).unwrap();
        let told: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(told["event"], "serving", "{told}");
        let address = told["address"].as_str().unwrap().to_owned();
        Served {
            child,
            lines,
            address,
        }
    }

    fn ask(&self, first: &str, headers: &[(&str, &str)], body: &str) -> (u16, Value) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let all = [headers, &[("Host", "localhost"), ("Connection", "close")]].concat();
        write(&mut stream, &format!("{first} HTTP/1.1"), &all, body).unwrap();
        let (head, body) = message(&mut BufReader::new(stream)).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (
            status,
            serde_json::from_str(&body).unwrap_or(Value::String(body)),
        )
    }

    fn send(&self, order: &str) -> (u16, Value) {
        let body = json!({"order": order}).to_string();
        let signature = sign(SECRET, body.as_bytes(), Timestamp::now());
        let headers = [("Sopwright-Signature", signature.as_str())];
        self.ask("POST /hooks/orders", &headers, &body)
    }

    fn run(&self, run: &Value) -> Value {
        let path = format!("GET /runs/{}", run.as_str().unwrap());
        let token = format!("Bearer {TOKEN}");
        self.ask(&path, &[("Authorization", &token)], "").1
    }

    /// Reads on until a run has ended.
    fn ended(&mut self, run: &Value) {
        let begun = Instant::now();
        for line in (&mut self.lines).lines() {
            let told: Value = serde_json::from_str(&line.unwrap()).unwrap();
            if told["event"] == "ended" && told["run"] == *run {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "it did not end");
        }
        panic!("it stopped before {run} ended");
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn enable(folder: &Path) {
    let output = command(folder, &["enable", "orders"])
        .env("TEST_SECRET", SECRET)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", told(&output));
    let said = told(&output);
    assert!(
        said.contains("when an event comes to /hooks/orders"),
        "{said}"
    );
}

#[test]
fn events_that_were_answered_are_carried_out_once_also_after_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::start();
    workspace(folder.path(), &desk);
    enable(folder.path());
    let served = Served::start(folder.path());
    let (status, first) = served.send("O-1");
    assert_eq!(status, 202, "{first}");
    // The first is under way and waits for the desk; the others wait for their turn.
    desk.asked(1);
    let (_, second) = served.send("O-2");
    let (_, third) = served.send("O-3");
    let (status, again) = served.send("O-2");
    assert_eq!((status, &again["run"]), (202, &second["run"]));
    assert_eq!(served.run(&second["run"])["status"], "waiting");
    // kill -9: nothing is told to it.
    drop(served);
    let mut served = Served::start(folder.path());
    let (status, again) = served.send("O-3");
    assert_eq!((status, &again["run"]), (202, &third["run"]));
    desk.open();
    served.ended(&third["run"]);
    for run in [&first, &second, &third] {
        let told = served.run(&run["run"]);
        assert_eq!(told["status"], "done", "{told}");
    }
    let notes = desk.state.0.lock().unwrap().notes.clone();
    let orders: Vec<&String> = notes.keys().collect();
    assert_eq!(orders, ["O-1", "O-2", "O-3"]);
    assert!(notes.values().all(|keys| keys.len() == 1), "{notes:?}");
}

#[cfg(unix)]
#[test]
fn it_answers_until_it_is_stopped_and_keeps_what_waits() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::start();
    workspace(folder.path(), &desk);
    enable(folder.path());
    let mut served = Served::start(folder.path());
    let (status, told) = served.ask("GET /health", &[], "");
    assert_eq!((status, &told["status"]), (200, &json!("up")));
    let (status, _) = served.ask("GET /metrics", &[], "");
    assert_eq!(status, 401);
    let (_, first) = served.send("O-1");
    desk.asked(1);
    let stopped = Instant::now();
    let pid = served.child.id().to_string();
    let kill = std::process::Command::new("kill").arg(&pid).status();
    assert!(kill.unwrap().success());
    let status = served.child.wait().unwrap();
    assert!(status.success(), "{status}");
    assert!(stopped.elapsed() < Duration::from_secs(5));
    desk.open();
    let mut served = Served::start(folder.path());
    served.ended(&first["run"]);
    assert_eq!(desk.state.0.lock().unwrap().notes["O-1"].len(), 1);
}

#[test]
fn it_does_not_stand_open_to_others_without_a_token() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::start();
    workspace(folder.path(), &desk);
    let settings = folder.path().join("sopwright.toml");
    let text = fs::read_to_string(&settings).unwrap();
    fs::write(&settings, text.replace("token =", "# token =")).unwrap();
    let output = command(folder.path(), &["serve", "--listen", "0.0.0.0:0"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = told(&output);
    assert!(
        said.contains("nothing keeps them out") && said.contains("[serve]"),
        "{said}"
    );
}
