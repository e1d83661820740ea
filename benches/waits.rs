//! Measures runs whose cases wait for something outside, with the real binary against a server in
//! this process that answers after a fixed time: five steps of which one is an HTTP call, and one
//! question to a model. `cargo bench --bench waits [-- CASES]` prints how much of the ideal came, and
//! how much of it comes to a bare client that asks the same server and does nothing else.

#![allow(clippy::expect_used, clippy::print_stdout)]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

const BINARY: &str = env!("CARGO_BIN_EXE_sopwright");

/// Starts a server that gives each request the same answer after so long, and returns its address.
fn serve(latency: Duration, body: &'static str) -> String {
    let (told, address) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(async move {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            let address = listener.local_addr().expect("an address");
            told.send(format!("http://{address}")).expect("a listener");
            loop {
                if let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn(answer(stream, latency, body));
                }
            }
        });
    });
    address.recv().expect("it has started")
}

/// Answers the requests of one connection. The time runs from the end of a request.
async fn answer(stream: TcpStream, latency: Duration, body: &'static str) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let (reading, mut writing) = stream.into_split();
    let mut reader = BufReader::new(reading);
    let whole = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let (mut line, mut rest) = (String::new(), Vec::new());
    loop {
        let mut length = 0;
        loop {
            line.clear();
            reader.read_line(&mut line).await.ok().filter(|n| *n > 0)?;
            let Some((name, value)) = line.trim_end().split_once(": ") else {
                match line.trim_end() {
                    "" => break,
                    _ => continue,
                }
            };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.parse().ok()?;
            }
        }
        rest.resize(length, 0);
        reader.read_exact(&mut rest).await.ok()?;
        tokio::time::sleep(latency).await;
        writing.write_all(whole.as_bytes()).await.ok()?;
    }
}

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
    fs::write(path, text).expect("a file");
}

/// A workspace with so many tickets, and a workflow of these steps over them.
fn workspace(cases: usize, settings: &str, steps: &Value, result: &Value) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let mut csv = String::from("id,text,days\n");
    for n in 0..cases {
        let _ = writeln!(csv, "{n:06},Ticket {n} about the invoice,{}", n % 40);
    }
    write(folder.path(), "data/tickets.csv", &csv);
    let settings = format!("[connections.crm]\nkind = \"folder\"\npath = \"data\"\n\n{settings}");
    write(folder.path(), "sopwright.toml", &settings);
    write(
        folder.path(),
        "generated/tickets/sop.md",
        "Rate every ticket.\n",
    );
    let workflow = json!({"workflow": 1, "name": "tickets", "title": "Tickets", "objective": "o",
        "sop": {"file": "sop.md", "statements": 1}, "trigger": {"kind": "manual"},
        "data": {"tickets": {"from": "crm.tickets", "sop": [1], "fields": {"id": "text", "text": "text", "days": "integer"}}},
        "for_each": {"in": "tickets", "as": "ticket", "key": "ticket.id"},
        "steps": steps, "result": result});
    write(
        folder.path(),
        "generated/tickets/workflow.json",
        &workflow.to_string(),
    );
    folder
}

/// Five steps, one of which calls a tool.
fn of_calls(cases: usize, url: &str) -> tempfile::TempDir {
    let answer = json!({"200": {"description": "ok", "content": {"application/json": {"schema":
        {"type": "object", "properties": {"grade": {"type": "string"}}}}}}});
    let id = json!([{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}]);
    let document = json!({"openapi": "3.0.3", "info": {"title": "Desk"}, "servers": [{"url": url}], "paths": {
        "/ratings/{id}": {"get": {"operationId": "rating", "parameters": id, "responses": answer}}}});
    let steps = json!([
        {"id": "age", "kind": "compute", "sop": [1], "set": {"weeks": "{{ ticket.days / 7 }}"}},
        {"id": "rating", "kind": "call", "sop": [1], "tool": "desk.rating", "with": {"id": "{{ ticket.id }}"}},
        {"id": "level", "kind": "decide", "sop": [1], "rules": [
            {"when": "rating.grade == 'A' and age.weeks > 2", "then": {"level": "high"}},
            {"when": "rating.grade == 'B'", "then": {"level": "middle"}}], "otherwise": {"level": "low"}},
        {"id": "due", "kind": "compute", "sop": [1], "set": {"days": "{{ 30 - ticket.days }}"}},
        {"id": "late", "kind": "decide", "sop": [1],
            "rules": [{"when": "due.days < 0", "then": {"late": true}}], "otherwise": {"late": false}}]);
    let result = json!({"level": "{{ level.level }}", "late": "{{ late.late }}"});
    let settings = "[connections.desk]\nkind = \"http\"\nopenapi = \"desk.json\"\n";
    let folder = workspace(cases, settings, &steps, &result);
    write(folder.path(), "desk.json", &document.to_string());
    folder
}

/// One question to a model, of each case another.
fn of_questions(cases: usize, url: &str) -> tempfile::TempDir {
    let steps = json!([{"id": "judge", "kind": "llm", "sop": [1],
        "instructions": "Say how the ticket sounds.", "input": {"text": "{{ ticket.text }}"},
        "returns": {"tone": {"type": "string"}}}]);
    let settings =
        format!("[model]\nprovider = \"openai\"\nmodel = \"local\"\nbase_url = \"{url}/v1\"\n");
    workspace(
        cases,
        &settings,
        &steps,
        &json!({"tone": "{{ judge.tone }}"}),
    )
}

/// Returns the processor time of the processes that have ended so far, in seconds.
fn processor() -> f64 {
    let text = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = text.rsplit(')').next().unwrap_or_default();
    let ticks = after.split_whitespace().skip(13).take(2);
    ticks.filter_map(|n| n.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// Asks the server as a run does, and does nothing else; prints what came of the ideal. It is less
/// than all: a timer of the server wakes up late by a millisecond or so.
fn measure_bare(url: &str, requests: usize, at_once: usize, latency: Duration) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let started = Instant::now();
    runtime.block_on(async {
        // The program chooses one when it starts; here nobody has yet.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::new();
        let asked = futures_util::stream::iter(0..requests).map(|n| {
            let request = client.get(format!("{url}/ratings/{n}"));
            tokio::spawn(async move {
                let answer = request.send().await.expect("an answer");
                answer.bytes().await.expect("all of it")
            })
        });
        let mut asked = asked.buffer_unordered(at_once);
        while asked.next().await.is_some() {}
    });
    let rate = requests as f64 / started.elapsed().as_secs_f64();
    let ideal = at_once as f64 / latency.as_secs_f64();
    println!(
        "  a bare client: {rate:.0} requests a second of {ideal:.0} ({:.1} %)",
        rate / ideal * 100.0
    );
}

/// Runs the workflow, and prints what came of the ideal.
fn measure(what: &str, folder: &Path, cases: usize, at_once: usize, latency: Duration) {
    let (started, before) = (Instant::now(), processor());
    let mut command = Command::new(BINARY);
    command.args(["run", "tickets", "--format", "json", "--yes"]);
    command.args(["--at-once", &at_once.to_string()]);
    let output = command
        .current_dir(folder)
        .env("OPENAI_API_KEY", "none")
        .env_remove("ANTHROPIC_API_KEY")
        .output()
        .expect("the binary starts");
    let whole = started.elapsed().as_secs_f64();
    let busy = (processor() - before) / cases as f64 * 1e6;
    let told = String::from_utf8_lossy(&output.stderr);
    let summary: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {told}"));
    assert_eq!(summary["done"], cases, "{summary} {told}");
    let took = summary["seconds"].as_f64().unwrap_or(whole);
    let ideal = at_once as f64 / latency.as_secs_f64();
    let rate = cases as f64 / took;
    println!(
        "{what}: {rate:.0} cases a second of {ideal:.0} ({:.1} %), {took:.2} s, the process {whole:.2} s; {busy:.0} µs of processor time a case",
        rate / ideal * 100.0
    );
}

fn main() {
    // `cargo test --benches` only asks whether it starts.
    if std::env::args().any(|a| a == "--test") {
        return;
    }
    let asked = std::env::args().find_map(|a| a.parse().ok());
    let cases: usize = asked.unwrap_or(10_000);
    let latency = Duration::from_millis(20);
    let url = serve(latency, r#"{"grade":"B"}"#);
    let folder = of_calls(cases, &url);
    measure(
        "a call of 20 ms, 64 at once",
        folder.path(),
        cases,
        64,
        latency,
    );
    measure_bare(&url, cases, 64, latency);
    let latency = Duration::from_millis(50);
    let url = serve(
        latency,
        r#"{"choices":[{"message":{"content":null,"tool_calls":[{"id":"1","type":"function","function":{"name":"answer","arguments":"{\"tone\":\"calm\"}"}}]},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":120,"completion_tokens":12}}"#,
    );
    let folder = of_questions(cases, &url);
    measure(
        "a question of 50 ms, 256 at once",
        folder.path(),
        cases,
        256,
        latency,
    );
    measure_bare(&url, cases, 256, latency);
}
