//! A run that is killed again and again, against a server which counts what reaches it by key.
//! The test and the larger program under `benches/` share it.

#![allow(clippy::expect_used, clippy::unwrap_used, dead_code)]

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_sopwright");

/// A server that counts.
pub struct Desk {
    /// Its address.
    pub url: String,
    seen: Arc<(Mutex<Seen>, Condvar)>,
}

/// What reached the server.
#[derive(Default, Clone)]
pub struct Seen {
    /// Requests in all.
    pub requests: usize,
    /// Requests for each idempotency key, by path.
    pub keys: HashMap<String, HashMap<String, usize>>,
    /// What was written, by path.
    pub bodies: HashMap<String, Vec<String>>,
}

impl Desk {
    /// Starts the server on a port of its own.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let seen: Arc<(Mutex<Seen>, Condvar)> = Arc::default();
        let shared = seen.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = shared.clone();
                std::thread::spawn(move || serve(stream, &shared));
            }
        });
        Desk { url, seen }
    }

    /// Returns what reached it so far.
    pub fn seen(&self) -> Seen {
        self.seen.0.lock().unwrap().clone()
    }

    /// Waits until so many requests have reached it. False if the process ends before.
    pub fn reaches(&self, requests: usize, child: &mut Child) -> bool {
        let (lock, more) = &*self.seen;
        let mut seen = lock.lock().unwrap();
        while seen.requests < requests {
            if child.try_wait().expect("it can be asked").is_some() {
                return false;
            }
            seen = more.wait_timeout(seen, Duration::from_millis(5)).unwrap().0;
        }
        true
    }
}

/// What a model answers that is asked how something sounds.
const CALM: &str = r#"{"choices": [{"message": {"content": null, "tool_calls": [{"id": "1", "type": "function", "function": {"name": "answer", "arguments": "{\"tone\":\"calm\"}"}}]}, "finish_reason": "tool_calls"}], "usage": {"prompt_tokens": 1000, "completion_tokens": 100}}"#;

/// Answers the requests of one connection. Each is counted before it is answered, so that a kill
/// in between leaves its outcome open.
fn serve(stream: TcpStream, seen: &(Mutex<Seen>, Condvar)) -> Option<()> {
    // Small answers go out at once.
    stream.set_nodelay(true).ok()?;
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut stream = stream;
    loop {
        let (mut first, mut key, mut length) = (String::new(), None, 0);
        reader.read_line(&mut first).ok().filter(|n| *n > 0)?;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok().filter(|n| *n > 0)?;
            let Some((name, value)) = line.trim().split_once(": ") else {
                break;
            };
            match name.to_ascii_lowercase().as_str() {
                "idempotency-key" => key = Some(value.to_owned()),
                "content-length" => length = value.parse().ok()?,
                _ => {}
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let path = first.split_whitespace().nth(1)?.to_owned();
        let mut is_second = false;
        {
            let mut all = seen.0.lock().unwrap();
            all.requests += 1;
            if !body.is_empty() {
                let text = String::from_utf8_lossy(&body).into_owned();
                all.bodies.entry(path.clone()).or_default().push(text);
            }
            if let Some(key) = key {
                let times = all
                    .keys
                    .entry(path.clone())
                    .or_default()
                    .entry(key)
                    .or_default();
                *times += 1;
                is_second = *times > 1;
            }
            seen.1.notify_all();
        }
        // The answer to a call that says so gets lost, once.
        if String::from_utf8_lossy(&body).contains("lost") && !is_second {
            return None;
        }
        let (status, body) = match path.as_str() {
            path if path.ends_with("/chat/completions") => ("200 OK", CALM),
            path if path.contains("refused") => ("422 Unprocessable Entity", "{}"),
            _ => ("200 OK", r#"{"grade":"B"}"#),
        };
        let answer = format!(
            "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(answer.as_bytes()).ok()?;
    }
}

/// Writes a workspace with so many cases. Each is looked up, noted (a service that knows keys), put
/// down as a ticket (one that does not), and written up.
pub fn workspace(folder: &Path, cases: usize, desk: &Desk) {
    let write = |name: &str, text: String| {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a file");
    };
    let rows: String = (0..cases)
        .map(|n| format!("{n:05},Company {n}\n"))
        .collect();
    write("data/accounts.csv", format!("id,name\n{rows}"));
    write(
        "sopwright.toml",
        "[connections.crm]\nkind = \"folder\"\npath = \"data\"\n\n[connections.desk]\nkind = \"http\"\nopenapi = \"desk.json\"\n".to_owned(),
    );
    let body = json!({"required": true, "content": {"application/json": {"schema":
        {"type": "object", "properties": {"id": {"type": "string"}, "grade": {"type": "string"}}}}}});
    let answer = json!({"200": {"description": "ok", "content": {"application/json": {"schema":
        {"type": "object", "properties": {"grade": {"type": "string"}}}}}}});
    let key = json!([{"name": "Idempotency-Key", "in": "header", "schema": {"type": "string"}}]);
    let id = json!([{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}]);
    let document = json!({"openapi": "3.0.3", "info": {"title": "Desk"}, "servers": [{"url": desk.url}], "paths": {
        "/ratings/{id}": {"get": {"operationId": "rating", "parameters": id, "responses": answer}},
        "/notes": {"post": {"operationId": "note", "parameters": key, "requestBody": body, "responses": answer}},
        "/tickets": {"post": {"operationId": "ticket", "requestBody": body, "responses": answer}}}});
    write("desk.json", document.to_string());
    write("generated/notes/sop.md", "Note every account.\n".to_owned());
    let arguments = json!({"id": "{{ account.id }}", "grade": "{{ rating.grade }}"});
    let call = |id: &str, tool: &str| json!({"id": id, "kind": "call", "sop": [1], "tool": tool, "with": arguments, "approval": "not_needed"});
    let workflow = json!({"workflow": 1, "name": "notes", "title": "Notes", "objective": "o",
        "sop": {"file": "sop.md", "statements": 1}, "trigger": {"kind": "manual"},
        "data": {"accounts": {"from": "crm.accounts", "sop": [1], "fields": {"id": "text", "name": "text"}}},
        "for_each": {"in": "accounts", "as": "account", "key": "account.id"},
        "steps": [{"id": "rating", "kind": "call", "sop": [1], "tool": "desk.rating", "with": {"id": "{{ account.id }}"}}],
        "result": {"grade": "{{ rating.grade }}"},
        "outputs": [call("note", "desk.note"), call("ticket", "desk.ticket"),
            {"id": "brief", "kind": "document", "sop": [1], "file": "{{ account.id }}.md", "body": "{{ account.name }}: {{ rating.grade }}"}]});
    write(
        "generated/notes/workflow.json",
        serde_json::to_string_pretty(&workflow).expect("it is JSON"),
    );
}

/// Starts the command line in a workspace.
pub fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(BINARY);
    command
        .args(args)
        .args(["--model", "built-in"])
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .env("SOPWRIGHT_USER", "ann")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs the command line and returns its answer as JSON.
pub fn json_of(folder: &Path, args: &[&str]) -> Value {
    let output = command(folder, &[args, &["--format", "json"]].concat())
        .output()
        .expect("the binary runs");
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|e| panic!("{args:?}: {e}: {}", told(&output)))
}

/// What a process said.
pub fn told(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// What became of a run that was killed again and again.
#[derive(Debug, Default)]
pub struct Survived {
    /// Kills.
    pub kills: usize,
    /// Tickets that a person had to look after, since their outcome was open.
    pub unclear: usize,
    /// How long each resumed process took until it reached the server, in seconds.
    pub recovery: Vec<f64>,
    /// Requests that reached the server.
    pub requests: usize,
    /// Bytes of the journal.
    pub journal: u64,
}

/// Runs the workflow over its cases, kills it so often, resumes it each time, settles what a person
/// has to settle, and makes sure that nothing is lost and nothing done twice.
pub fn survive(
    folder: &Path,
    desk: &Desk,
    cases: usize,
    kills: usize,
    random: &mut fastrand::Rng,
) -> Survived {
    let mut survived = Survived::default();
    // Three requests a case, spread over all the kills with some to spare.
    let most = (cases * 3 / (kills + 1) * 2).max(2);
    let mut args = vec!["run", "notes", "--at-once", "16"];
    loop {
        let before = desk.seen().requests;
        let started = Instant::now();
        let mut child = command(folder, &args).spawn().expect("it starts");
        if survived.kills > 0 && desk.reaches(before + 1, &mut child) {
            survived.recovery.push(started.elapsed().as_secs_f64());
        }
        args = vec!["run", "--resume", "--at-once", "16"];
        let target = before + random.usize(1..most);
        if survived.kills == kills || !desk.reaches(target, &mut child) {
            let output = child.wait_with_output().expect("it ends");
            assert!(output.status.success(), "{}", told(&output));
            break;
        }
        child.kill().expect("it can be killed");
        child.wait().expect("it ends");
        survived.kills += 1;
    }
    survived.unclear = settle(folder, desk);
    check(folder, desk, cases);
    survived.requests = desk.seen().requests;
    survived.journal = size(&folder.join(".sopwright"));
    survived
}

/// Does what a person does: looks at the other end whether a ticket is there.
pub fn settle(folder: &Path, desk: &Desk) -> usize {
    let inbox = json_of(folder, &["inbox", "list"]);
    let waiting = inbox["inbox"].as_array().expect("a list").clone();
    let (mut there, mut missing) = (Vec::new(), Vec::new());
    for item in &waiting {
        assert_eq!(item["reason"], "unknown", "{item}");
        let key = item["key"].as_str().unwrap();
        match desk.seen().keys["/tickets"].contains_key(key) {
            true => there.push(item["id"].to_string()),
            false => missing.push(item["id"].to_string()),
        }
    }
    let decide = |ids: &[String], before: &[&str], after: &[&str]| {
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        for ids in ids.chunks(100) {
            let args = [before, ids, after].concat();
            let output = command(folder, &args).output().expect("it runs");
            assert!(output.status.success(), "{}", told(&output));
        }
    };
    decide(&there, &["inbox", "reject"], &["--why", "was done"]);
    decide(&missing, &["inbox", "approve"], &["--again"]);
    waiting.len()
}

/// Makes sure that nothing is lost and nothing was done twice.
pub fn check(folder: &Path, desk: &Desk, cases: usize) {
    let run = json_of(folder, &["runs", "show"]);
    assert_eq!(
        (&run["status"], &run["cases"], &run["failed"]),
        (&"done".into(), &cases.into(), &0.into()),
        "{run}"
    );
    let seen = desk.seen();
    for path in ["/notes", "/tickets"] {
        assert_eq!(seen.keys[path].len(), cases, "keys of {path}");
    }
    // A service that does not know keys must not be asked twice.
    let twice: Vec<_> = seen.keys["/tickets"]
        .iter()
        .filter(|(_, n)| **n != 1)
        .collect();
    assert!(twice.is_empty(), "{twice:?}");
    let runs: Vec<PathBuf> = fs::read_dir(folder.join("runs"))
        .expect("a folder")
        .map(|e| e.expect("an entry").path())
        .collect();
    assert_eq!(runs.len(), 1, "{runs:?}");
    let documents = fs::read_dir(runs[0].join("documents")).expect("a folder");
    assert_eq!(documents.count(), cases);
    let results = fs::read_to_string(runs[0].join("results.csv")).expect("results");
    let keys: Vec<&str> = results
        .lines()
        .skip(1)
        .filter_map(|l| l.split(',').next())
        .collect();
    let expected: Vec<String> = (0..cases).map(|n| format!("{n:05}")).collect();
    assert_eq!(keys, expected, "each case once, in the order of the table");
}

/// Returns the bytes of the journal in a folder.
pub fn size(folder: &Path) -> u64 {
    let files = fs::read_dir(folder).expect("a folder").flatten();
    let names = files.filter(|e| e.file_name().to_string_lossy().starts_with("journal"));
    names
        .filter_map(|e| e.metadata().ok())
        .map(|m| m.len())
        .sum()
}
