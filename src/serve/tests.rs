#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

mod events;
mod rows;
mod waits;

use super::{Launcher, Told, Watchman};
use crate::rehearse::LlmAnswers;
use crate::store::journal::{Firing, RunStatus};
use crate::store::{Journal, Workspace};

const NAME: &str = "levels";

/// A workspace with one workflow that runs every hour.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new(parts: Json) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = Place { folder };
        place.write("data/deals.csv", "id,amount\nA,10\nB,200\n");
        place.write(
            "sopwright.toml",
            "[connections.crm]\nkind = 'folder'\npath = 'data'\n",
        );
        let mut document = json!({
            "workflow": 1, "name": NAME, "title": "Levels", "objective": "o",
            "sop": {"file": "sop.md", "statements": 1},
            "trigger": {"kind": "schedule", "cron": "0 * * * *", "timezone": "UTC", "sop": [1]},
            "data": {"deals": {"from": "crm.deals", "sop": [1], "fields": {"id": "text", "amount": "number"}}},
            "for_each": {"in": "deals", "as": "deal", "key": "deal.id"},
            "steps": [{"id": "size", "kind": "decide", "sop": [1],
                "rules": [{"when": "deal.amount > 100", "then": {"level": "big"}}], "otherwise": {"level": "small"}}],
            "result": {"level": "{{ size.level }}", "at": "{{ trigger.time }}", "day": "{{ run.date }}"}
        });
        for (name, value) in parts.as_object().unwrap() {
            document[name] = value.clone();
            if value.is_null() {
                document.as_object_mut().unwrap().remove(name);
            }
        }
        place.write(
            &format!("generated/{NAME}/workflow.json"),
            document.to_string(),
        );
        place.write(&format!("generated/{NAME}/sop.md"), "- Rate every deal.\n");
        place
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Returns a watchman as after a start of the program.
    fn watchman(&self) -> (Watchman, Arc<Journal>) {
        let launcher = self.launcher();
        let journal = launcher.journal.clone();
        (Watchman::new(launcher.into()), journal)
    }

    fn launcher(&self) -> Launcher {
        let workspace = Workspace::open(Some(self.path()), self.path()).unwrap();
        Launcher {
            journal: Arc::new(Journal::open(&workspace).unwrap()),
            workspace,
            llm: LlmAnswers::placeholders().into(),
            stop: CancellationToken::new(),
            at_once: 4,
        }
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn begun(told: &[Told]) -> Vec<&str> {
    let begins = told.iter().filter_map(|told| match told {
        Told::Begins { run, .. } => Some(run.as_str()),
        _ => None,
    });
    begins.collect()
}

async fn enable(journal: &Journal, since: &str) {
    journal
        .watch(NAME, true, "lena", at(since).as_millisecond())
        .await
        .unwrap();
}

/// Lets the watchman work at a moment until nothing is under way, and returns what happened.
async fn settle(watchman: &mut Watchman, now: Timestamp) -> Vec<Told> {
    let mut all = Vec::new();
    loop {
        let (told, _) = watchman.step(now).await.unwrap();
        all.extend(told);
        if !watchman.is_busy() {
            return all;
        }
        watchman.woken().await;
    }
}

/// Waits for the run under way, and returns how many cases it had.
async fn end(watchman: &mut Watchman) -> usize {
    match watchman.next_end().await.unwrap() {
        Some(Told::Ended {
            outcome: Ok(summary),
            ..
        }) => summary.cases,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_is_due_runs_once_with_its_time() {
    let place = Place::new(json!({}));
    let (mut watchman, journal) = place.watchman();
    enable(&journal, "2026-11-16T07:30:00Z").await;
    let (told, again) = watchman.step(at("2026-11-16T07:59:00Z")).await.unwrap();
    assert!(begun(&told).is_empty());
    assert!(again <= at("2026-11-16T07:59:01Z"));
    let (told, _) = watchman.step(at("2026-11-16T08:00:00Z")).await.unwrap();
    assert_eq!(begun(&told), ["levels-20261116-080000+0000"]);
    assert_eq!(end(&mut watchman).await, 2);
    let (told, _) = watchman.step(at("2026-11-16T08:00:01Z")).await.unwrap();
    assert!(begun(&told).is_empty());
    let runs = journal.runs(None, 10).unwrap();
    assert_eq!(runs.len(), 1);
    assert_eq!(runs[0].status, RunStatus::Done);
    assert_eq!(runs[0].inputs["time"], "2026-11-16T08:00:00+00:00");
    let results = std::fs::read_to_string(&runs[0].results).unwrap();
    assert!(results.contains("2026-11-16T08:00:00"), "{results}");
    assert!(
        results.contains("big") && results.contains("2026-11-16"),
        "{results}"
    );
}

#[tokio::test]
async fn what_was_missed_while_down_runs_once() {
    let place = Place::new(json!({}));
    let (mut watchman, journal) = place.watchman();
    enable(&journal, "2026-11-16T07:30:00Z").await;
    watchman.step(at("2026-11-16T08:00:00Z")).await.unwrap();
    end(&mut watchman).await;
    drop((watchman, journal));
    // Down until the next day.
    let (mut watchman, journal) = place.watchman();
    let now = at("2026-11-17T10:20:00Z");
    watchman.take_up().unwrap();
    let (told, _) = watchman.step(now).await.unwrap();
    assert_eq!(begun(&told), ["levels-20261117-100000+0000"]);
    match &told[0] {
        Told::Begins { why, .. } => assert!(why.contains("25 times before"), "{why}"),
        other => panic!("{other:?}"),
    }
    end(&mut watchman).await;
    let (told, _) = watchman.step(at("2026-11-17T10:20:02Z")).await.unwrap();
    assert!(begun(&told).is_empty());
    assert_eq!(journal.runs(None, 10).unwrap().len(), 2);
    // What was disabled meanwhile is not made up for.
    let noon = at("2026-11-17T12:00:00Z");
    journal
        .watch(NAME, false, "lena", noon.as_millisecond())
        .await
        .unwrap();
    let (told, _) = watchman.step(at("2026-11-17T15:30:00Z")).await.unwrap();
    assert!(begun(&told).is_empty());
    enable(&journal, "2026-11-17T15:40:00Z").await;
    let (told, _) = watchman.step(at("2026-11-17T15:41:00Z")).await.unwrap();
    assert!(begun(&told).is_empty());
    let (told, _) = watchman.step(at("2026-11-17T16:00:30Z")).await.unwrap();
    assert_eq!(begun(&told), ["levels-20261117-160000+0000"]);
    end(&mut watchman).await;
}

#[tokio::test]
async fn a_firing_whose_run_never_began_is_taken_up() {
    let place = Place::new(json!({}));
    let (mut watchman, journal) = place.watchman();
    enable(&journal, "2026-11-16T07:30:00Z").await;
    let time = at("2026-11-16T08:00:00Z");
    let firing = Firing {
        workflow: NAME.into(),
        kind: "schedule".into(),
        what: time.to_string(),
        at: time.as_millisecond(),
        run: "levels-x".into(),
        trigger: json!({"time": "2026-11-16T08:00:00+00:00"}),
        problem: None,
    };
    assert!(journal.fire(firing.clone()).await.unwrap());
    // Another server that fires the same time comes too late.
    let other = Firing {
        run: "levels-y".into(),
        ..firing
    };
    assert!(!journal.fire(other).await.unwrap());
    let now = at("2026-11-16T08:10:00Z");
    watchman.take_up().unwrap();
    let (told, _) = watchman.step(now).await.unwrap();
    assert_eq!(begun(&told), ["levels-x"]);
    end(&mut watchman).await;
    let (told, _) = watchman.step(now).await.unwrap();
    assert!(begun(&told).is_empty());
}

#[tokio::test]
async fn what_comes_due_during_a_run_waits_for_its_end() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let go = Arc::new(Notify::new());
    let gate = go.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let gate = gate.clone();
            tokio::spawn(async move {
                let mut bytes = [0; 2048];
                let _ = stream.read(&mut bytes).await;
                gate.notified().await;
                let answer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\nConnection: close\r\n\r\n{\"ok\":true}";
                let _ = stream.write_all(answer.as_bytes()).await;
            });
        }
    });
    let step = json!([{"id": "size", "kind": "call", "sop": [1], "tool": "desk.look"}]);
    let place = Place::new(json!({"steps": step, "result": {"ok": "{{ size.ok }}"}}));
    place.write("data/deals.csv", "id,amount\nA,10\n");
    let openapi = json!({"openapi": "3.1.0", "info": {"title": "desk", "version": "1"}, "servers": [{"url": url}],
        "paths": {"/look": {"get": {"operationId": "look", "summary": "Looks", "responses": {"200": {"description": "fine",
            "content": {"application/json": {"schema": {"type": "object", "properties": {"ok": {"type": "boolean"}}}}}}}}}}});
    place.write("desk.json", openapi.to_string());
    place.write(
        "sopwright.toml",
        "[connections.crm]\nkind = 'folder'\npath = 'data'\n[connections.desk]\nkind = 'http'\nopenapi = 'desk.json'\n",
    );
    let (mut watchman, journal) = place.watchman();
    enable(&journal, "2026-11-16T07:30:00Z").await;
    let (told, _) = watchman.step(at("2026-11-16T08:00:00Z")).await.unwrap();
    assert_eq!(begun(&told).len(), 1);
    for time in ["2026-11-16T09:00:00Z", "2026-11-16T10:00:00Z"] {
        let (told, _) = watchman.step(at(time)).await.unwrap();
        assert!(begun(&told).is_empty(), "{told:?}");
    }
    go.notify_one();
    assert_eq!(end(&mut watchman).await, 1);
    go.notify_one();
    let (told, _) = watchman.step(at("2026-11-16T10:05:00Z")).await.unwrap();
    assert_eq!(begun(&told), ["levels-20261116-100000+0000"]);
    assert_eq!(end(&mut watchman).await, 1);
    assert_eq!(journal.runs(None, 10).unwrap().len(), 2);
}

#[tokio::test]
async fn a_new_schedule_is_seen_and_one_that_cannot_run_is_told_once() {
    let place = Place::new(json!({}));
    let (mut watchman, journal) = place.watchman();
    enable(&journal, "2026-11-16T07:30:00Z").await;
    watchman.look(at("2026-11-16T07:31:00Z")).unwrap();
    assert_eq!(
        watchman.upcoming(),
        [(at("2026-11-16T08:00:00Z"), NAME.to_owned())]
    );
    let path = place.path().join(format!("generated/{NAME}/workflow.json"));
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("0 * * * *", "15 9 * * *")).unwrap();
    watchman.look(at("2026-11-16T07:32:00Z")).unwrap();
    assert_eq!(
        watchman.upcoming(),
        [(at("2026-11-16T09:15:00Z"), NAME.to_owned())]
    );
    std::fs::write(&path, "{").unwrap();
    let (told, _) = watchman.step(at("2026-11-16T07:33:00Z")).await.unwrap();
    assert!(
        matches!(told.as_slice(), [Told::Unusable { .. }]),
        "{told:?}"
    );
    let (told, _) = watchman.step(at("2026-11-16T07:34:00Z")).await.unwrap();
    assert!(told.is_empty());
}

#[tokio::test]
async fn one_server_is_enough() {
    let place = Place::new(json!({}));
    let (_, journal) = place.watchman();
    let held = journal.hold_server().unwrap();
    assert!(held.is_some());
    assert!(journal.hold_server().unwrap().is_none());
    drop(held);
    assert!(journal.hold_server().unwrap().is_some());
}
