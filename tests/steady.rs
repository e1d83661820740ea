//! Runs that meet what is down, what costs, and what is limited, through the real binary.

#![allow(clippy::expect_used, clippy::unwrap_used)]

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use support::Place;

/// A service that can be up or down: a desk, and a model.
struct Service {
    url: String,
    is_up: Arc<AtomicBool>,
    requests: Arc<AtomicUsize>,
    /// The idempotency keys of what was written.
    keys: Arc<Mutex<Vec<String>>>,
}

impl Service {
    fn start(is_up: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let service = Service {
            url: format!("http://{}", listener.local_addr().expect("an address")),
            is_up: Arc::new(AtomicBool::new(is_up)),
            requests: Arc::default(),
            keys: Arc::default(),
        };
        let shared = (
            service.is_up.clone(),
            service.requests.clone(),
            service.keys.clone(),
        );
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (is_up, requests, keys) = shared.clone();
                std::thread::spawn(move || serve(stream, &is_up, &requests, &keys));
            }
        });
        service
    }

    fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }
}

fn serve(
    stream: TcpStream,
    is_up: &AtomicBool,
    requests: &AtomicUsize,
    keys: &Mutex<Vec<String>>,
) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut stream = stream;
    loop {
        let (mut first, mut length, mut key) = (String::new(), 0, None);
        reader.read_line(&mut first).ok().filter(|n| *n > 0)?;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok().filter(|n| *n > 0)?;
            let Some((name, value)) = line.trim().split_once(": ") else {
                break;
            };
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.parse().ok()?,
                "idempotency-key" => key = Some(value.to_owned()),
                _ => {}
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        requests.fetch_add(1, Ordering::Relaxed);
        let is_up = is_up.load(Ordering::Relaxed);
        if let Some(key) = key.filter(|_| is_up) {
            keys.lock().unwrap().push(key);
        }
        let is_model = first.contains("/chat/completions");
        let (status, body) = match (is_up, is_model) {
            (true, false) => ("200 OK", json!({"grade": "B"})),
            (true, true) => (
                "200 OK",
                json!({
                "choices": [{"message": {"content": null, "tool_calls": [{"id": "1", "type": "function",
                    "function": {"name": "answer", "arguments": "{\"tone\":\"calm\"}"}}]}, "finish_reason": "tool_calls"}],
                "usage": {"prompt_tokens": 1000, "completion_tokens": 100}}),
            ),
            (false, false) => ("503 Service Unavailable", json!({})),
            (false, true) => (
                "429 Too Many Requests",
                json!({"error": {"code": "insufficient_quota", "message": "no money"}}),
            ),
        };
        let body = body.to_string();
        let answer = format!(
            "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(answer.as_bytes()).ok()?;
    }
}

/// A workspace with tickets, a desk, and a workflow of these parts.
fn place(tickets: usize, settings: &str, parts: Value) -> Place {
    let place = Place::empty();
    let rows: String = (0..tickets)
        .map(|n| format!("{n:03},Ticket {n}\n"))
        .collect();
    place.write("data/tickets.csv", format!("id,text\n{rows}"));
    let settings = format!("[connections.crm]\nkind = 'folder'\npath = 'data'\n{settings}");
    place.write("sopwright.toml", settings);
    place.write("generated/tickets/sop.md", "Rate every ticket.\n");
    let mut workflow = json!({"workflow": 1, "name": "tickets", "title": "Tickets", "objective": "o",
        "sop": {"file": "sop.md", "statements": 1}, "trigger": {"kind": "manual"},
        "data": {"tickets": {"from": "crm.tickets", "sop": [1], "fields": {"id": "text", "text": "text"}}},
        "for_each": {"in": "tickets", "as": "ticket", "key": "ticket.id"}});
    for (name, value) in parts.as_object().unwrap() {
        workflow[name] = value.clone();
    }
    place.write("generated/tickets/workflow.json", workflow.to_string());
    place
}

fn desk(place: &Place, url: &str) {
    let answer = json!({"200": {"description": "ok", "content": {"application/json": {"schema":
        {"type": "object", "properties": {"grade": {"type": "string"}}}}}}});
    let id = json!([{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}]);
    let body = json!({"required": true, "content": {"application/json": {"schema":
        {"type": "object", "properties": {"id": {"type": "string"}}}}}});
    let document = json!({"openapi": "3.0.3", "info": {"title": "Desk"}, "servers": [{"url": url}], "paths": {
        "/ratings/{id}": {"get": {"operationId": "rating", "parameters": id, "responses": answer}},
        "/notes": {"post": {"operationId": "note", "requestBody": body, "responses": answer}}}});
    place.write("desk.json", document.to_string());
}

const DESK: &str = "[connections.desk]\nkind = 'http'\nopenapi = 'desk.json'\n";

/// Runs the command line with the models of the workspace's settings.
fn run(place: &Place, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sopwright"))
        .args(args)
        .current_dir(place.path())
        .env("TEST_KEY", "key")
        .env_remove("ANTHROPIC_API_KEY")
        .env_remove("OPENAI_API_KEY")
        .env_remove("OPENAI_BASE_URL")
        .env("NO_COLOR", "1")
        .env("COLUMNS", "160")
        .stdin(Stdio::null())
        .output()
        .expect("the binary runs")
}

fn told(output: &Output) -> String {
    let out = String::from_utf8_lossy(&output.stdout);
    format!("{out}{}", String::from_utf8_lossy(&output.stderr))
}

fn json_of(place: &Place, args: &[&str]) -> Value {
    let output = run(place, &[args, &["--format", "json"]].concat());
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {}", told(&output)))
}

#[test]
fn a_run_pauses_where_its_cases_need_what_is_down_and_is_taken_up_without_loss() {
    let service = Service::start(false);
    let settings = format!("{DESK}[limits]\noutage = '0s'\nat_once = 4\n");
    let place = place(
        60,
        &settings,
        json!({"steps": [], "result": {"id": "{{ ticket.id }}"},
            "outputs": [{"id": "note", "kind": "call", "sop": [1], "tool": "desk.note",
                "with": {"id": "{{ ticket.id }}"}, "approval": "not_needed"}]}),
    );
    desk(&place, &service.url);
    let ran = run(&place, &["run", "tickets"]);
    let text = told(&ran);
    assert!(!ran.status.success(), "{text}");
    assert!(
        text.contains("`desk` did not answer 5 times in a row"),
        "{text}"
    );
    assert!(service.requests() <= 12, "{} requests", service.requests());
    let shown = json_of(&place, &["runs", "show"]);
    assert_eq!(
        (&shown["status"], &shown["failed"]),
        (&"paused".into(), &0.into()),
        "{shown}"
    );
    assert!(told(&run(&place, &["runs", "list"])).contains("paused"));
    service.is_up.store(true, Ordering::Relaxed);
    let ran = run(&place, &["run", "--resume"]);
    assert!(ran.status.success(), "{}", told(&ran));
    assert!(told(&ran).contains("60 done"), "{}", told(&ran));
    let mut keys = service.keys.lock().unwrap().clone();
    keys.sort();
    keys.dedup();
    assert_eq!((keys.len(), service.keys.lock().unwrap().len()), (60, 60));
    let inbox = json_of(&place, &["inbox", "list"]);
    assert_eq!(inbox["inbox"], json!([]), "nothing was in doubt");
}

#[test]
fn a_run_goes_on_without_what_is_down_where_the_workflow_says_how() {
    let service = Service::start(false);
    let place = place(
        60,
        &format!("{DESK}[limits]\nat_once = 8\n"),
        json!({"steps": [{"id": "rating", "kind": "call", "sop": [1], "tool": "desk.rating",
                "with": {"id": "{{ ticket.id }}"}, "retry": {"attempts": 2, "backoff": "1ms"},
                "on_error": {"use": {"grade": "?"}, "caveat": "It could not be rated."}}],
            "result": {"grade": "{{ rating.grade }}"}}),
    );
    desk(&place, &service.url);
    let ran = run(&place, &["run", "tickets"]);
    assert!(ran.status.success(), "{}", told(&ran));
    let text = told(&ran);
    assert!(
        text.contains("60 done") && text.contains("grade ?: 60"),
        "{text}"
    );
    assert!(text.contains("cases went on without it"), "{text}");
    assert_eq!(
        text.matches("it is tried again from time to time").count(),
        1,
        "{text}"
    );
    assert!(service.requests() <= 20, "{} requests", service.requests());
}

#[test]
fn runs_of_a_day_stop_at_its_limit() {
    let place = place(
        10,
        "[limits.per_day]\ncases = 15\n",
        json!({"steps": [{"id": "n", "kind": "compute", "sop": [1], "set": {"id": "{{ ticket.id }}"}}],
            "result": {"id": "{{ n.id }}"}}),
    );
    assert!(run(&place, &["run", "tickets"]).status.success());
    let ran = run(&place, &["run", "tickets"]);
    let text = told(&ran);
    assert!(
        text.contains("15 cases a day was reached by all runs of this workspace"),
        "{text}"
    );
    let shown = json_of(&place, &["runs", "show"]);
    assert_eq!(
        (&shown["status"], &shown["cases"]),
        (&"limited".into(), &5.into()),
        "{shown}"
    );
    let again = told(&run(&place, &["run", "--resume"]));
    assert!(again.contains("15 cases a day"), "{again}");
    let ran = run(&place, &["run", "--resume", "--past-day-limits"]);
    assert!(
        ran.status.success() && told(&ran).contains("10 done"),
        "{}",
        told(&ran)
    );
}

fn judging() -> Value {
    json!({"steps": [{"id": "judge", "kind": "llm", "sop": [1], "instructions": "Say how it sounds.",
            "input": {"text": "{{ ticket.text }}"}, "returns": {"tone": {"type": "string"}}}],
        "result": {"tone": "{{ judge.tone }}"}})
}

#[test]
fn models_are_asked_once_and_what_they_cost_is_told_and_limited() {
    let service = Service::start(true);
    let model = format!(
        "[model]\nprovider = 'openai'\nmodel = 'small'\nbase_url = '{}/v1'\nkey = 'env:TEST_KEY'\n\
         [model.prices.small]\ninput = 10.0\noutput = 100.0\n",
        service.url
    );
    let place = place(12, &model, judging());
    // The limit comes first: it holds over what was used before the run was resumed, too.
    let ran = run(
        &place,
        &["run", "tickets", "--max-calls", "5", "--at-once", "1"],
    );
    let text = told(&ran);
    assert!(
        text.contains("This run asks openai/small about 12 times for 12 cases"),
        "{text}"
    );
    assert!(
        text.contains("the limit of 5 model calls was reached"),
        "{text}"
    );
    assert_eq!(service.requests(), 5);
    assert_eq!(json_of(&place, &["runs", "show"])["status"], "limited");
    let again = told(&run(&place, &["run", "--resume", "--max-calls", "5"]));
    assert!(again.contains("the limit of 5 model calls"), "{again}");
    let ran = run(&place, &["run", "--resume", "--max-calls", "50"]);
    assert!(
        ran.status.success() && told(&ran).contains("12 done"),
        "{}",
        told(&ran)
    );
    assert!(
        told(&ran).contains("12 calls to the model"),
        "{}",
        told(&ran)
    );
    let shown = json_of(&place, &["runs", "show"]);
    assert_eq!(
        (&shown["used"]["calls"], &shown["used"]["cases"]),
        (&12.into(), &12.into()),
        "{shown}"
    );
    let cost = shown["used"]["cost"].as_f64().unwrap();
    assert!((cost - 12.0 * 0.02).abs() < 1e-9, "{shown}");
    let id = shown["run"].as_str().unwrap();
    let case = told(&run(&place, &["runs", "case", id, "003"]));
    assert!(
        case.contains("openai/small: 1000 tokens in, 100 out, $0.0200"),
        "{case}"
    );
    // Another run knows all of it, and one that is asked for anew does not.
    let ran = told(&run(&place, &["run", "tickets"]));
    assert!(
        ran.contains("12 answers known already ($0.2400 saved)"),
        "{ran}"
    );
    assert_eq!(service.requests(), 12);
    let ran = told(&run(
        &place,
        &[
            "run",
            "tickets",
            "--fresh",
            "--max-cost",
            "0.05",
            "--at-once",
            "1",
        ],
    ));
    assert!(
        ran.contains("model calls have cost $0.06, and the limit is $0.05"),
        "{ran}"
    );
    assert_eq!(service.requests(), 15);
}

#[test]
fn another_model_stands_in_and_without_one_the_run_pauses() {
    let (empty, second) = (Service::start(false), Service::start(true));
    let model = format!(
        "[model]\nprovider = 'openai'\nmodel = 'first'\nbase_url = '{}/v1'\nkey = 'env:TEST_KEY'\n",
        empty.url
    );
    let then = format!(
        "then = [{{ provider = 'openai', model = 'second', base_url = '{}/v1', key = 'env:TEST_KEY' }}]\n",
        second.url
    );
    let place = place(6, &format!("{model}{then}"), judging());
    let ran = run(&place, &["run", "tickets", "--at-once", "1"]);
    let text = told(&ran);
    assert!(ran.status.success() && text.contains("6 done"), "{text}");
    assert!(
        text.contains("openai/second answered 6 questions in its place"),
        "{text}"
    );
    assert!(text.contains("its price is not known"), "{text}");
    assert_eq!((empty.requests(), second.requests()), (1, 6));
    let settings = std::fs::read_to_string(place.file("sopwright.toml")).unwrap();
    place.write("sopwright.toml", settings.replace(&then, ""));
    let ran = run(&place, &["run", "tickets"]);
    assert!(told(&ran).contains("no model answers"), "{}", told(&ran));
    let shown = json_of(&place, &["runs", "show"]);
    assert_eq!(
        (&shown["status"], &shown["failed"]),
        (&"paused".into(), &0.into()),
        "{shown}"
    );
}

#[test]
fn a_table_that_is_down_is_used_as_it_was_last_read_unless_that_is_long_ago() {
    let place = place(
        2,
        "[connections.desk]\nkind = 'folder'\npath = 'desk'\n",
        json!({
            "data": {
                "tickets": {"from": "crm.tickets", "sop": [1], "fields": {"id": "text"}},
                "grades": {"from": "desk.grades", "sop": [1], "match": {"id": "ticket.id"},
                    "fields": {"id": "text", "grade": "text"}, "if_unavailable": {"last_known": "7d"}}},
            "steps": [{"id": "pick", "kind": "compute", "sop": [1], "set": {"grade": "{{ (grades | first).grade }}"}}],
            "result": {"grade": "{{ pick.grade }}"}}),
    );
    place.write("desk/grades.csv", "id,grade\n000,A\n001,C\n");
    assert!(run(&place, &["check", "tickets"]).status.success());
    let rehearsed = told(&run(&place, &["dry-run", "tickets"]));
    assert!(rehearsed.contains("4 of 4 held"), "{rehearsed}");
    let explained = told(&run(&place, &["explain", "tickets"]));
    assert!(
        explained.contains("what was read last is used"),
        "{explained}"
    );
    let first = run(&place, &["run", "tickets", "--results", "first.csv"]);
    assert!(first.status.success(), "{}", told(&first));
    std::fs::remove_dir_all(place.file("desk")).unwrap();
    let second = run(&place, &["run", "tickets", "--results", "second.csv"]);
    let text = told(&second);
    assert!(second.status.success() && text.contains("2 done"), "{text}");
    assert!(
        text.contains("`grades` could not be read, and is used as of"),
        "{text}"
    );
    let results = |name: &str| std::fs::read_to_string(place.file(name)).unwrap();
    assert!(results("second.csv").contains("000,done,A") || results("second.csv").contains(",A"));
    let shown = json_of(&place, &["runs", "show"]);
    let case = told(&run(
        &place,
        &["runs", "case", shown["run"].as_str().unwrap(), "001"],
    ));
    assert!(case.contains("what is used of it is as of"), "{case}");
    // A week later nothing is known any more.
    for file in std::fs::read_dir(place.file(".sopwright/last"))
        .unwrap()
        .flatten()
    {
        let text = std::fs::read_to_string(file.path()).unwrap();
        let (head, rows) = text.split_once('\n').unwrap();
        let mut head: Value = serde_json::from_str(head).unwrap();
        head["at"] = (head["at"].as_i64().unwrap() - 8 * 86_400_000).into();
        std::fs::write(file.path(), format!("{head}\n{rows}")).unwrap();
    }
    let third = run(&place, &["run", "tickets"]);
    assert!(told(&third).contains("2 failed"), "{}", told(&third));
}
