//! Events that come over HTTP, answered without a socket.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use serde_json::{Value as Json, json};

use super::*;
use crate::connect::Secret;
use crate::serve::http::{Front, Guard, routes};
use crate::serve::signature::sign;

/// A variable that is set while tests run: the environment cannot be changed safely.
const SECRET: &str = "CARGO_MANIFEST_DIR";
const PATH: &str = "/hooks/levels";

fn secret() -> String {
    std::env::var(SECRET).unwrap()
}

fn orders(more: Json) -> Place {
    let mut trigger = json!({"kind": "webhook", "sop": [1], "secret": format!("env:{SECRET}"),
        "event": {"order": {"type": "string"}, "amount": {"type": "number"}}});
    for (name, value) in more.as_object().unwrap() {
        trigger[name] = value.clone();
        if value.is_null() {
            trigger.as_object_mut().unwrap().remove(name);
        }
    }
    let steps = json!([{"id": "size", "kind": "decide", "sop": [1],
        "rules": [{"when": "trigger.amount > 100", "then": {"level": "big"}}], "otherwise": {"level": "small"}}]);
    Place::new(
        json!({"trigger": trigger, "for_each": null, "data": {}, "steps": steps,
        "result": {"level": "{{ size.level }}", "order": "{{ trigger.order }}"}}),
    )
}

/// A server without its socket.
struct Desk {
    watchman: Watchman,
    journal: Arc<Journal>,
    front: Front,
}

impl Desk {
    async fn open(place: &Place, token: Option<&str>) -> Self {
        let (mut watchman, journal) = place.watchman();
        enable(&journal, "2026-11-16T07:30:00Z").await;
        watchman.take_up().unwrap();
        watchman.look(Timestamp::now()).unwrap();
        let token = token.map(|t| Secret::named("env:T", &|_| Some(t.to_owned())).unwrap());
        let front = Front {
            workspace: Workspace::open(Some(place.path()), place.path()).unwrap(),
            journal: journal.clone(),
            board: watchman.board(),
            assistants: None,
            guard: Guard::new(token),
        };
        Desk {
            watchman,
            journal,
            front,
        }
    }

    async fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> (u16, Json) {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = Full::new(Bytes::from(body.to_owned()));
        let request = request.body(body).unwrap();
        routes::route(&self.front, request).await.parts()
    }

    /// Sends a signed event.
    async fn send(&self, body: &str, headers: &[(&str, &str)]) -> (u16, Json) {
        let signature = sign(&secret(), body.as_bytes(), Timestamp::now());
        let mut all = vec![("Sopwright-Signature", signature.as_str())];
        all.extend(headers);
        self.ask("POST", PATH, &all, body).await
    }

    /// Lets all runs that wait be carried out, and returns their orders.
    async fn orders(&mut self) -> Vec<String> {
        settle(&mut self.watchman, Timestamp::now()).await;
        let mut runs = self.journal.runs(None, 1_000).unwrap();
        runs.reverse();
        let order = |run: &crate::store::journal::Run| {
            assert_eq!(run.status, RunStatus::Done);
            run.inputs["order"].as_str().unwrap_or_default().to_owned()
        };
        runs.iter().map(order).collect()
    }
}

#[tokio::test]
async fn an_event_is_answered_with_its_run_and_the_same_event_with_the_same() {
    let place = orders(json!({}));
    let mut desk = Desk::open(&place, None).await;
    let event = json!({"order": "O-1", "amount": 250, "other": true}).to_string();
    let (status, first) = desk.send(&event, &[("Idempotency-Key", "e1")]).await;
    assert_eq!(status, 202, "{first}");
    assert_eq!(first["already_known"], false);
    let (status, again) = desk.send(&event, &[("Idempotency-Key", "e1")]).await;
    assert_eq!((status, &again["run"]), (202, &first["run"]));
    assert_eq!(again["already_known"], true);
    let changed = json!({"order": "O-1", "amount": 251}).to_string();
    let (_, other) = desk.send(&changed, &[("Idempotency-Key", "e2")]).await;
    assert_ne!(other["run"], first["run"]);
    assert_eq!(desk.orders().await, ["O-1", "O-1"]);
    // Also when the run is over, and after a restart.
    drop(desk);
    let mut desk = Desk::open(&place, None).await;
    let (_, again) = desk.send(&event, &[("Idempotency-Key", "e1")]).await;
    assert_eq!(again["run"], first["run"]);
    assert_eq!(desk.orders().await.len(), 2);
    let run = desk.journal.run(first["run"].as_str().unwrap()).unwrap();
    assert_eq!(run.inputs, json!({"order": "O-1", "amount": 250}));
    let results = std::fs::read_to_string(run.results).unwrap();
    assert!(results.contains("big"), "{results}");
}

#[tokio::test]
async fn a_field_can_tell_events_apart() {
    let place = orders(json!({"event_id": "order"}));
    let mut desk = Desk::open(&place, None).await;
    let (_, first) = desk.send(r#"{"order": "O-1", "amount": 1}"#, &[]).await;
    let (_, again) = desk.send(r#"{"amount": 1, "order": "O-1"}"#, &[]).await;
    assert_eq!(again["run"], first["run"]);
    let (status, _) = desk.send(r#"{"amount": 1, "order": " "}"#, &[]).await;
    assert_eq!(status, 422);
    assert_eq!(desk.orders().await, ["O-1"]);
}

#[tokio::test]
async fn a_signed_request_that_was_overheard_starts_nothing_more() {
    let place = orders(json!({}));
    let mut desk = Desk::open(&place, None).await;
    let body = r#"{"order": "O-1", "amount": 1}"#;
    let now = Timestamp::now();
    let signature = sign(&secret(), body.as_bytes(), now);
    let with = |key: &'static str| {
        vec![
            ("Sopwright-Signature", signature.as_str()),
            ("Idempotency-Key", key),
        ]
    };
    let (_, first) = desk.ask("POST", PATH, &with("e1"), body).await;
    // Another key is not part of what is signed.
    let (status, again) = desk.ask("POST", PATH, &with("e2"), body).await;
    assert_eq!((status, &again["run"]), (202, &first["run"]));
    let old = sign(
        &secret(),
        body.as_bytes(),
        now - jiff::SignedDuration::from_mins(6),
    );
    let (status, told) = desk
        .ask("POST", PATH, &[("Sopwright-Signature", &old)], body)
        .await;
    assert_eq!(status, 401, "{told}");
    assert_eq!(desk.orders().await, ["O-1"]);
}

#[tokio::test]
async fn what_is_wrong_is_said_and_nothing_is_told_of_what_is_inside() {
    let place = orders(json!({}));
    let mut desk = Desk::open(&place, None).await;
    let good = r#"{"order": "O-1", "amount": 1}"#;
    let (status, told) = desk.ask("POST", PATH, &[], good).await;
    assert_eq!(status, 401);
    assert!(
        told["error"]
            .as_str()
            .unwrap()
            .contains("Sopwright-Signature")
    );
    let forged = sign("guessed", good.as_bytes(), Timestamp::now());
    let headers = [("Sopwright-Signature", forged.as_str())];
    let (status, told) = desk.ask("POST", PATH, &headers, good).await;
    assert_eq!(status, 401);
    assert!(!told.to_string().contains(&secret()));
    let (status, told) = desk.send(r#"{"order": 5}"#, &[]).await;
    assert_eq!(status, 422);
    let details = told["details"].to_string();
    assert!(
        details.contains("amount") && details.contains("order"),
        "{told}"
    );
    let (status, _) = desk.send("order=5", &[]).await;
    assert_eq!(status, 422);
    let (status, _) = desk.send(&"x".repeat(routes::BODY + 1), &[]).await;
    assert_eq!(status, 413);
    for path in ["/hooks/other", "/hooks/", "/elsewhere", "/"] {
        let (status, _) = desk.ask("POST", path, &[], good).await;
        assert_eq!(status, 404, "{path}");
    }
    let (status, _) = desk.ask("GET", PATH, &[], "").await;
    assert_eq!(status, 405);
    assert!(desk.orders().await.is_empty());
}

#[tokio::test]
async fn events_without_a_secret_need_the_token_where_there_is_one() {
    let place = orders(json!({"secret": null}));
    let body = r#"{"order": "O-1", "amount": 1}"#;
    let desk = Desk::open(&place, Some("let me in")).await;
    let (status, _) = desk.ask("POST", PATH, &[], body).await;
    assert_eq!(status, 401);
    let right = [("Authorization", "Bearer let me in")];
    let (status, _) = desk.ask("POST", PATH, &right, body).await;
    assert_eq!(status, 202);
}

#[tokio::test]
async fn more_than_can_wait_is_put_off_and_what_was_taken_is_kept() {
    let place = orders(json!({}));
    let mut desk = Desk::open(&place, None).await;
    let board = desk.watchman.board();
    let (_, first) = desk.send(r#"{"order": "O-1", "amount": 1}"#, &[]).await;
    while board.has_room() {}
    let body = r#"{"order": "O-2", "amount": 1}"#;
    let (status, told) = desk.send(body, &[("Idempotency-Key", "e2")]).await;
    assert_eq!(status, 503, "{told}");
    board.waiting.give();
    let (status, _) = desk.send(body, &[("Idempotency-Key", "e2")]).await;
    assert_eq!(status, 202);
    assert!(first["run"].is_string());
    assert_eq!(desk.orders().await, ["O-1", "O-2"]);
}

#[tokio::test]
async fn a_burst_of_events_is_written_down_and_each_is_run_once() {
    let place = orders(json!({"event_id": "order"}));
    let mut desk = Desk::open(&place, None).await;
    let bodies: Vec<String> = (0..60)
        .map(|n| json!({"order": format!("O-{:02}", n % 30), "amount": n}).to_string())
        .collect();
    let sent = futures_util::future::join_all(bodies.iter().map(|body| desk.send(body, &[]))).await;
    assert!(sent.iter().all(|(status, _)| *status == 202));
    // What comes at once has no order.
    let mut orders = desk.orders().await;
    orders.sort();
    let wanted: Vec<String> = (0..30).map(|n| format!("O-{n:02}")).collect();
    assert_eq!(orders, wanted);
    assert_eq!(desk.front.board.waiting.get(), 0);
}

#[tokio::test]
async fn a_person_starts_runs_with_the_token_and_inputs_that_fit() {
    let inputs = json!({"order": {"type": "string"}, "amount": {"type": "number"}});
    let place = orders(json!({"kind": "manual", "secret": null, "event": null, "inputs": inputs}));
    let path = "/workflows/levels/runs";
    let desk = Desk::open(&place, None).await;
    let (status, _) = desk.ask("POST", path, &[], "{}").await;
    assert_eq!(status, 403);
    drop(desk);
    let mut desk = Desk::open(&place, Some("let me in")).await;
    let token = ("Authorization", "Bearer let me in");
    let (status, _) = desk
        .ask("POST", path, &[("Authorization", "Bearer no")], "")
        .await;
    assert_eq!(status, 401);
    let fits = r#"{"inputs": {"order": "O-1", "amount": 5}}"#;
    let key = ("Idempotency-Key", "k");
    let (status, first) = desk.ask("POST", path, &[token, key], fits).await;
    assert_eq!(status, 202, "{first}");
    let (_, again) = desk.ask("POST", path, &[token, key], fits).await;
    assert_eq!(again["run"], first["run"]);
    let (status, told) = desk
        .ask("POST", path, &[token], r#"{"inputs": {"ordr": "O-1"}}"#)
        .await;
    assert_eq!(status, 422);
    assert!(told.to_string().contains("Did you mean `order`?"), "{told}");
    for body in [r#"{"order": "O-1"}"#, "nonsense", "[]"] {
        let (status, _) = desk.ask("POST", path, &[token], body).await;
        assert_eq!(status, 422, "{body}");
    }
    for name in ["other", "..", "%2e%2e"] {
        let path = format!("/workflows/{name}/runs");
        let (status, _) = desk.ask("POST", &path, &[token], fits).await;
        assert_eq!(status, 404, "{name}");
    }
    let run = format!("/runs/{}", first["run"].as_str().unwrap());
    let (status, _) = desk.ask("GET", &run, &[], "").await;
    assert_eq!(status, 401);
    let (_, told) = desk.ask("GET", &run, &[token], "").await;
    assert_eq!(told["status"], "waiting");
    assert_eq!(desk.orders().await, ["O-1"]);
    let (_, told) = desk.ask("GET", &run, &[token], "").await;
    assert_eq!(
        (&told["status"], &told["cases"]),
        (&json!("done"), &json!(1))
    );
    let (_, all) = desk.ask("GET", "/runs?workflow=levels", &[token], "").await;
    assert_eq!(all["runs"].as_array().unwrap().len(), 1);
    let (status, _) = desk.ask("GET", "/runs/none", &[token], "").await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn it_says_whether_it_is_well_and_counts() {
    let place = orders(json!({}));
    let mut desk = Desk::open(&place, None).await;
    let (status, told) = desk.ask("GET", "/health", &[], "").await;
    assert_eq!((status, &told["status"]), (503, &json!("unwell")));
    desk.send(r#"{"order": "O-1", "amount": 1}"#, &[]).await;
    let (_, told) = desk.ask("GET", "/metrics", &[], "").await;
    assert!(told.as_str().unwrap().contains("sopwright_runs_waiting 1"));
    desk.orders().await;
    let (status, told) = desk.ask("GET", "/health", &[], "").await;
    assert_eq!((status, &told["journal_writable"]), (200, &json!(true)));
    let (_, told) = desk.ask("GET", "/metrics", &[], "").await;
    let told = told.as_str().unwrap();
    for line in [
        "sopwright_runs_total{workflow=\"levels\",status=\"done\"} 1",
        "sopwright_cases_total{workflow=\"levels\",status=\"done\"} 1",
        "sopwright_runs_waiting 0",
        "sopwright_approvals_waiting 0",
    ] {
        assert!(told.contains(line), "{line} is not in {told}");
    }
}

#[tokio::test]
async fn without_its_secret_nothing_is_taken_and_the_sender_comes_again() {
    let place = orders(json!({"secret": "env:SOPWRIGHT_NO_SUCH_SECRET"}));
    let desk = Desk::open(&place, None).await;
    let (status, told) = desk.send(r#"{"order": "O-1", "amount": 1}"#, &[]).await;
    assert_eq!(status, 503, "{told}");
    let unusable: Vec<_> = desk.watchman.unusable().collect();
    assert!(
        unusable[0].1.contains("SOPWRIGHT_NO_SUCH_SECRET"),
        "{unusable:?}"
    );
    assert_eq!(desk.watchman.awaiting().count(), 0);
}
