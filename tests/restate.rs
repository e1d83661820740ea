//! Runs that are driven through a Restate server come to the same as those that drive themselves:
//! the same workflows with both, and what they came to, made, delivered and tell is compared.

#![cfg(feature = "restate")]
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout)]

#[path = "support/crash.rs"]
mod crash;
#[path = "support/restate.rs"]
mod restate;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crash::{Desk, told, workspace};
use restate::{Server, Worker, server, sopwright, survive_driven};
use serde_json::{Value, json};

/// Two workspaces that are alike, each with a desk of its own: one runs by itself, one through the
/// server.
struct Twins<'s> {
    server: &'s Server,
    own: (tempfile::TempDir, Desk),
    driven: (tempfile::TempDir, Desk),
    _worker: Worker,
}

impl<'s> Twins<'s> {
    fn new(server: &'s Server, fill: impl Fn(&Path, &Desk)) -> Self {
        let place = || {
            let (folder, desk) = (tempfile::tempdir().unwrap(), Desk::start());
            fill(folder.path(), &desk);
            (folder, desk)
        };
        let (own, driven) = (place(), place());
        server.join(driven.0.path());
        let _worker = Worker::start(driven.0.path());
        Twins {
            server,
            own,
            driven,
            _worker,
        }
    }

    /// Does the same in both, and makes sure that it ends alike. `RUN` stands for the last run.
    fn both(&self, args: &[&str]) {
        let with: &[&str] = match args {
            ["run", name, ..] if !name.starts_with('-') => &["--engine", "restate"],
            _ => &[],
        };
        let carry_out = |place: &Path, more: &[&str]| {
            let id = match args.contains(&"RUN") {
                true => last_run(place),
                false => String::new(),
            };
            let named = args
                .iter()
                .map(|arg| if *arg == "RUN" { &id } else { *arg });
            let args: Vec<&str> = named.chain(more.iter().copied()).collect();
            sopwright(place, &args)
        };
        let own = carry_out(self.own.0.path(), &[]);
        let driven = carry_out(self.driven.0.path(), with);
        let has_run = self.own.0.path().join("runs").exists();
        assert!(has_run, "{}", told(&own));
        assert_eq!(
            driven.status.code(),
            own.status.code(),
            "{args:?}\n{}\n{}\n{}",
            told(&own),
            told(&driven),
            self.server.log()
        );
    }

    /// Makes sure that both have come to the same, and returns the view of it.
    fn agree(&self, keys: &[&str]) -> Value {
        let [own, driven] = [&self.own, &self.driven].map(|(place, desk)| {
            let mut view = view(place.path(), keys);
            view["delivered"] = delivered(desk);
            view
        });
        for (name, there) in own.as_object().unwrap() {
            assert_eq!(&driven[name], there, "{name}");
        }
        driven
    }
}

fn answer(place: &Path, args: &[&str]) -> Value {
    let output = sopwright(place, &[args, &["--format", "json"]].concat());
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {}", told(&output)))
}

fn last_run(place: &Path) -> String {
    answer(place, &["runs", "show"])["run"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// Returns what can be seen of the last run, without what differs from one to the next.
fn view(place: &Path, keys: &[&str]) -> Value {
    let answer = |args: &[&str]| answer(place, args);
    let run = answer(&["runs", "show"]);
    let id = run["run"].as_str().unwrap().to_owned();
    let cases = keys.iter().map(|key| answer(&["runs", "case", &id, key]));
    let view = json!({"cases": cases.collect::<Vec<_>>(), "run": run, "list": answer(&["runs", "list"]),
        "inbox": answer(&["inbox", "list", "--all"]), "files": files(&place.join("runs").join(&id))});
    let times = r"\d{4}-\d{2}-\d{2}T[\d:.]+Z|\d{1,2} [A-Z][a-z]{2} \d{4}, \d{2}:\d{2}";
    let times = regex::Regex::new(times).unwrap();
    let same = |text: &str| {
        let text = text
            .replace(&id, "RUN")
            .replace(&place.display().to_string(), "HERE");
        times.replace_all(&text, "TIME").into_owned()
    };
    alike(&view, &same)
}

/// What has times, and keys that hang on the run's id.
const OF_ITS_OWN: [&str; 17] = [
    "run",
    "began",
    "ended",
    "begun",
    "milliseconds",
    "ms",
    "seconds",
    "key",
    "as_of",
    "created",
    "decided",
    "expires",
    "at",
    "until",
    "wakes",
    "resumed",
    "why",
];

fn alike(value: &Value, same: &impl Fn(&str) -> String) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = fields
                .iter()
                .filter(|(name, value)| !OF_ITS_OWN.contains(&name.as_str()) || value.is_object());
            kept.map(|(name, value)| (name.clone(), alike(value, same)))
                .collect::<serde_json::Map<_, _>>()
                .into()
        }
        Value::Array(list) => {
            let mut list: Vec<Value> = list.iter().map(|value| alike(value, same)).collect();
            // What a case did is told by time, and a worker is ahead of the run.
            if list.iter().all(|value| value.get("part").is_some()) {
                list.sort_by_key(ToString::to_string);
            }
            list.into()
        }
        Value::String(text) => same(text).into(),
        other => other.clone(),
    }
}

/// Returns every file below a folder with its content.
fn files(folder: &Path) -> BTreeMap<PathBuf, Value> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap().flatten() {
            if entry.path().is_dir() {
                folders.push(entry.path());
            } else if !entry.path().ends_with("summary.json") {
                let name = entry.path().strip_prefix(folder).unwrap().to_owned();
                let text = fs::read_to_string(entry.path()).unwrap();
                // When an email was written, and its number, are of its run.
                let is_of_the_run =
                    |line: &str| line.starts_with("Date: ") || line.starts_with("Message-ID: ");
                let text: String = text
                    .split_inclusive('\n')
                    .filter(|line| !is_of_the_run(line))
                    .collect();
                found.insert(name, serde_json::from_str(&text).unwrap_or(text.into()));
            }
        }
    }
    found
}

/// Returns what reached a desk: how often each key came, and what was said.
fn delivered(desk: &Desk) -> Value {
    let seen = desk.seen();
    let times = |keys: &std::collections::HashMap<String, usize>| {
        let mut times: Vec<usize> = keys.values().copied().collect();
        times.sort_unstable();
        times
    };
    let keys: BTreeMap<_, _> = seen
        .keys
        .iter()
        .map(|(path, keys)| (path, times(keys)))
        .collect();
    let mut bodies: BTreeMap<_, _> = seen.bodies.into_iter().collect();
    bodies.values_mut().for_each(|bodies| bodies.sort());
    json!({"requests": seen.requests, "keys": keys, "bodies": bodies})
}

/// Calls that are answered, refused, and lost; deliveries with and without approval; documents,
/// drafts, a table and an update.
fn with_calls(folder: &Path, desk: &Desk) {
    workspace(folder, 6, desk);
    let write = |name: &str, text: &str| fs::write(folder.join(name), text).unwrap();
    write(
        "data/accounts.csv",
        "id,name,state\na1,Ash,open\na2,Birch,open\nlost-1,Cedar,open\nrefused-1,Elm,open\na3,Fir,open\n",
    );
    let settings = fs::read_to_string(folder.join("sopwright.toml")).unwrap();
    write(
        "sopwright.toml",
        &settings.replace("path = \"data\"", "path = \"data\"\nwritable = true"),
    );
    let path = folder.join("generated/notes/workflow.json");
    let mut workflow: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    workflow["data"]["accounts"]["fields"]["state"] = "text".into();
    let more = json!([
        {"id": "mail", "kind": "email_draft", "sop": [1], "to": "{{ account.id }}@example.com", "subject": "Hello", "body": "{{ rating.grade }}"},
        {"id": "later", "kind": "call", "sop": [1], "tool": "desk.note", "with": {"id": "{{ account.id }}", "grade": "later"}, "approval": "required"},
        {"id": "done", "kind": "update", "sop": [1], "in": "crm.accounts", "key": {"id": "{{ account.id }}"}, "set": {"state": "done"}, "approval": "not_needed"},
        {"id": "all", "kind": "table", "sop": [1], "per": "run", "file": "all.csv", "columns": {"id": "{{ case.item.id }}", "grade": "{{ case.result.grade }}"}}
    ]);
    let outputs = workflow["outputs"].as_array_mut().unwrap();
    outputs.extend(more.as_array().unwrap().iter().cloned());
    fs::write(path, workflow.to_string()).unwrap();
}

#[test]
fn calls_deliveries_and_files_are_the_same_with_both() {
    let Some(server) = server() else { return };
    let twins = Twins::new(&server, with_calls);
    let keys = ["a1", "lost-1", "refused-1"];
    twins.both(&["run", "notes", "--at-once", "1"]);
    let seen = twins.agree(&keys);
    assert_eq!(seen["run"]["statuses"]["failed"], 1, "{seen}");
    let inbox = seen["inbox"]["inbox"].as_array().unwrap();
    let unknown = |item: &&Value| item["reason"] == "unknown";
    assert_eq!(inbox.iter().filter(unknown).count(), 1, "{seen}");
    // A failed case is tried again, and what waits is decided about, in the same way.
    twins.both(&["retry", "RUN"]);
    let ids: Vec<String> = inbox.iter().map(|item| item["id"].to_string()).collect();
    for id in &ids {
        twins.both(&["inbox", "approve", id]);
    }
    twins.agree(&keys);
}

/// A model, a person, a time, an event, and a choice among all cases, with calls in between.
fn with_waits(folder: &Path, desk: &Desk) {
    workspace(folder, 1, desk);
    let write = |name: &str, text: String| fs::write(folder.join(name), text).unwrap();
    write(
        "data/accounts.csv",
        "id,name,amount\nr1,Ash,50\nr2,Birch,500\nr3,Cedar,700\nr4,Elm,20\n".to_owned(),
    );
    let settings = fs::read_to_string(folder.join("sopwright.toml")).unwrap();
    let model = format!(
        "\n[model]\nprovider = 'openai'\nmodel = 'small'\nbase_url = '{}/v1'\nkey = 'env:TEST_KEY'\n\
         [model.prices.small]\ninput = 10.0\noutput = 100.0\n",
        desk.url
    );
    write("sopwright.toml", settings + &model);
    let workflow = json!({"workflow": 1, "name": "refunds", "title": "Refunds", "objective": "o",
        "sop": {"file": "sop.md", "statements": 1}, "trigger": {"kind": "manual"},
        "data": {"refunds": {"from": "crm.accounts", "sop": [1], "fields": {"id": "text", "name": "text", "amount": "number"}}},
        "for_each": {"in": "refunds", "as": "refund", "key": "refund.id"},
        "steps": [
            {"id": "judge", "kind": "llm", "sop": [1], "instructions": "How does it sound?", "input": {"name": "{{ refund.name }}"}, "returns": {"tone": {"type": "string"}}},
            {"id": "moment", "kind": "wait", "sop": [1], "when": "refund.amount < 30", "for": "1s"},
            {"id": "rating", "kind": "call", "sop": [1], "tool": "desk.rating", "with": {"id": "{{ refund.id }}"}},
            {"id": "sure", "kind": "ask", "sop": [1], "when": "refund.amount > 100", "question": "Refund {{ refund.amount }}?", "choices": ["Yes", "No"], "expires": "3d", "otherwise": "No"},
            {"id": "paid", "kind": "wait", "sop": [1], "when": "refund.amount > 600", "event": "payment", "timeout": "30d", "on_error": {"use": {}, "caveat": "No payment came."}},
            {"id": "best", "kind": "select", "sop": [1], "order_by": ["-refund.amount"], "at_most": 2},
            {"id": "second", "kind": "call", "sop": [1], "when": "best.chosen", "tool": "desk.rating", "with": {"id": "{{ refund.id }}-2"}}],
        "result": {"tone": "{{ judge.tone }}", "answer": "{{ sure.answer }}", "chosen": "{{ best.chosen }}", "second": "{{ second.grade }}", "paid": "{{ paid.amount }}"},
        "outputs": [
            {"id": "note", "kind": "call", "sop": [1], "when": "best.chosen", "tool": "desk.note", "with": {"id": "{{ refund.id }}", "grade": "{{ second.grade }}"}, "approval": "not_needed"},
            {"id": "brief", "kind": "document", "sop": [1], "file": "{{ refund.id }}.md", "body": "{{ judge.tone }} {{ sure.answer }} {{ caveats_note }}"}]});
    fs::create_dir_all(folder.join("generated/refunds")).unwrap();
    write("generated/refunds/sop.md", "- one\n".to_owned());
    write("generated/refunds/workflow.json", workflow.to_string());
}

#[test]
fn questions_times_events_and_choices_are_the_same_with_both() {
    let Some(server) = server() else { return };
    let twins = Twins::new(&server, with_waits);
    let keys = ["r1", "r2", "r3", "r4"];
    // One after the other, so that what waits has the same numbers.
    twins.both(&["run", "refunds", "--yes", "--at-once", "1"]);
    let seen = twins.agree(&keys);
    assert_eq!(seen["run"]["status"], "held", "{seen}");
    assert_eq!(seen["run"]["used"]["calls"], 4, "{seen}");
    twins.both(&["inbox", "answer", "1", "yes"]);
    twins.both(&["inbox", "answer", "2", "no"]);
    twins.both(&["run", "--resume", "--at-once", "1"]);
    twins.agree(&keys);
    twins.both(&["event", "payment", "--data", "{\"amount\": 7}"]);
    twins.both(&["run", "--resume", "--at-once", "1"]);
    let seen = twins.agree(&keys);
    assert_eq!(seen["run"]["status"], "done", "{seen}");
    assert_eq!(seen["delivered"]["keys"]["/notes"], json!([1, 1]), "{seen}");
}

#[test]
fn with_worker_server_and_run_killed_nothing_is_lost_or_done_twice() {
    let Some(mut server) = server() else { return };
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::start();
    workspace(folder.path(), 200, &desk);
    server.join(folder.path());
    let mut worker = Worker::start(folder.path());
    let mut random = fastrand::Rng::with_seed(seed);
    let survived = survive_driven(
        (folder.path(), &desk, 200),
        12,
        &mut random,
        (&mut server, &mut worker),
    );
    println!("{survived:?}");
    assert!(survived.kills >= 6, "{survived:?}");
}

#[test]
fn a_run_keeps_to_its_engine_and_pauses_without_it() {
    let Some(mut server) = server() else { return };
    let (folder, desk) = (tempfile::tempdir().unwrap(), Desk::start());
    workspace(folder.path(), 4, &desk);
    server.join(folder.path());
    let settings = folder.path().join("sopwright.toml");
    let text = fs::read_to_string(&settings).unwrap();
    fs::write(
        &settings,
        text + "default = true\n[limits]\noutage = \"1s\"\n",
    )
    .unwrap();
    server.kill();
    let paused = sopwright(folder.path(), &["run", "notes"]);
    assert!(
        told(&paused).contains("Restate at http://127.0.0.1"),
        "{}",
        told(&paused)
    );
    assert_eq!(desk.seen().requests, 0);
    let other = sopwright(folder.path(), &["run", "--resume", "--engine", "own"]);
    assert!(
        told(&other).contains("was begun with Restate"),
        "{}",
        told(&other)
    );
    server.kill_and_start();
    let _worker = Worker::start(folder.path());
    let done = sopwright(folder.path(), &["run", "--resume"]);
    assert!(done.status.success(), "{}\n{}", told(&done), server.log());
    assert_eq!(desk.seen().keys["/tickets"].len(), 4);
}
