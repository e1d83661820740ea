//! Runs whose cases wait, or that paused, go on by themselves; those that are over long ago go.

#![allow(clippy::unwrap_used)]

use std::net::TcpListener as Listener;

use jiff::SignedDuration;
use serde_json::json;

use super::super::keeping::Keeping;
use super::*;

#[tokio::test]
async fn a_run_goes_on_once_what_its_cases_wait_for_has_come() {
    let place = Place::new(json!({"steps": [
        {"id": "paid", "kind": "wait", "sop": [1], "event": "payment"},
        {"id": "size", "kind": "compute", "sop": [1], "set": {"level": "{{ paid.level }}"}}]}));
    let (mut watchman, journal) = place.watchman();
    enable(&journal, "2026-11-16T07:30:00Z").await;
    let told = settle(&mut watchman, Timestamp::now()).await;
    let run = begun(&told)[0].to_owned();
    assert_eq!(journal.run(&run).unwrap().status, RunStatus::Held);
    assert_eq!(
        begun(&settle(&mut watchman, Timestamp::now()).await),
        [""; 0]
    );
    // One case goes on, and the run is held again for the other.
    for (case, status) in [("B", RunStatus::Held), ("A", RunStatus::Done)] {
        let data = json!({"level": "big"});
        assert_eq!(
            journal.event("payment", Some(case), &data).await.unwrap(),
            1
        );
        let told = settle(&mut watchman, Timestamp::now()).await;
        assert_eq!(begun(&told), [run.as_str()]);
        assert_eq!(journal.run(&run).unwrap().status, status);
    }
    assert_eq!(journal.run(&run).unwrap().finished, 2);
    assert_eq!(journal.event("payment", None, &json!({})).await.unwrap(), 0);
}

#[tokio::test]
async fn a_run_that_a_limit_of_the_day_stopped_goes_on_the_next_day() {
    let place = Place::new(json!({}));
    let settings = std::fs::read_to_string(place.path().join("sopwright.toml")).unwrap();
    place.write("sopwright.toml", settings + "[limits.per_day]\ncases = 1\n");
    let (mut watchman, journal) = place.watchman();
    enable(&journal, "2026-11-16T07:30:00Z").await;
    let now = Timestamp::now();
    let told = settle(&mut watchman, now).await;
    let run = begun(&told)[0].to_owned();
    let stopped = journal.run(&run).unwrap();
    assert_eq!((stopped.status, stopped.finished), (RunStatus::Limited, 1));
    let why = stopped.why.unwrap();
    assert!(why.contains("it does so by itself on"), "{why}");
    let soon = now + SignedDuration::from_secs(5);
    assert_eq!(begun(&settle(&mut watchman, soon).await), [""; 0]);
    let tomorrow = now + SignedDuration::from_hours(25);
    let (told, _) = watchman.step(tomorrow).await.unwrap();
    assert_eq!(begun(&told), [run.as_str()]);
    // The day of this machine is not over, so that it stops again.
    end(&mut watchman).await;
    let run = journal.run(&run).unwrap();
    assert_eq!((run.status, run.resumed), (RunStatus::Limited, 1));
}

#[tokio::test]
async fn a_run_that_paused_for_an_outage_goes_on_when_it_has_rested() {
    let call = json!({"id": "rated", "kind": "call", "sop": [1], "tool": "desk.rate", "with": {"id": "{{ deal.id }}"}});
    let place = Place::new(json!({"steps": [call], "result": {"grade": "{{ rated.grade }}"}}));
    // Enough for the service to count as down before one of them has used up its tries.
    let rows: String = (0..8).map(|n| format!("D{n},{n}\n")).collect();
    place.write("data/deals.csv", format!("id,amount\n{rows}"));
    // Nobody listens there yet.
    let port = Listener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let grade = json!({"type": "object", "properties": {"grade": {"type": "string"}}});
    let openapi = json!({"openapi": "3.0.3", "info": {"title": "Desk"},
        "servers": [{"url": format!("http://127.0.0.1:{port}")}], "paths": {"/rate": {"get": {"operationId": "rate",
            "parameters": [{"name": "id", "in": "query", "required": true, "schema": {"type": "string"}}],
            "responses": {"200": {"description": "ok", "content": {"application/json": {"schema": grade}}}}}}}});
    place.write("desk.json", openapi.to_string());
    let settings = std::fs::read_to_string(place.path().join("sopwright.toml")).unwrap();
    let more =
        "[connections.desk]\nkind = 'http'\nopenapi = 'desk.json'\n[limits]\noutage = '0s'\n";
    place.write("sopwright.toml", settings + more);
    let (mut watchman, journal) = place.watchman();
    enable(&journal, "2026-11-16T07:30:00Z").await;
    let now = Timestamp::now();
    let told = settle(&mut watchman, now).await;
    let run = begun(&told)[0].to_owned();
    let paused = journal.run(&run).unwrap();
    assert_eq!((paused.status, paused.finished), (RunStatus::Paused, 0));
    assert!(paused.why.unwrap().contains("it does so by itself on"));
    let soon = now + SignedDuration::from_secs(30);
    // On the hour another run is due, which is none of this.
    let goes_on = |told: &_| begun(told).contains(&run.as_str());
    assert!(!goes_on(&settle(&mut watchman, soon).await));

    let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                let _ = stream.read(&mut [0; 2048]).await;
                let answer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 13\r\nConnection: close\r\n\r\n{\"grade\":\"B\"}";
                let _ = stream.write_all(answer.as_bytes()).await;
            });
        }
    });
    let later = Timestamp::now() + SignedDuration::from_secs(90);
    assert!(goes_on(&settle(&mut watchman, later).await));
    let done = journal.run(&run).unwrap();
    assert_eq!(
        (done.status, done.finished, done.resumed),
        (RunStatus::Done, 8, 1)
    );
}

#[tokio::test]
async fn runs_that_are_over_are_removed_once_a_day() {
    let place = Place::new(json!({}));
    let settings = std::fs::read_to_string(place.path().join("sopwright.toml")).unwrap();
    place.write("sopwright.toml", settings + "[retention]\nruns = '30d'\n");
    let launcher = place.launcher();
    let (settings, journal) = (
        launcher.workspace.settings().clone(),
        launcher.journal.clone(),
    );
    let mut keeping = Keeping::of(&settings, journal.clone()).unwrap();
    let mut watchman = Watchman::new(launcher.into());
    enable(&journal, "2026-11-16T07:30:00Z").await;
    let told = settle(&mut watchman, Timestamp::now()).await;
    let run = begun(&told)[0].to_owned();
    let day = |n: i64| Timestamp::now() + SignedDuration::from_hours(24 * n);
    keeping.step(day(1));
    assert!(keeping.done().await.unwrap().is_none());
    assert!(journal.run(&run).is_ok());
    // It is looked once a day, and not before.
    keeping.step(day(1) + SignedDuration::from_hours(23));
    assert!(keeping.is_at_rest());
    keeping.step(day(31));
    let told = keeping.done().await.unwrap().unwrap();
    assert!(matches!(told, Told::Pruned { runs: 1, .. }), "{told:?}");
    assert!(journal.run(&run).is_err());
}
