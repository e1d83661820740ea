#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::json;

use super::*;

/// A server that gives these answers, each to a request of its own, and tells their keys.
fn server(answers: Vec<&'static str>) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (told, keys) = channel();
    std::thread::spawn(move || {
        for answer in answers {
            let (stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream);
            let (mut length, mut line) = (0, String::new());
            while line != "\r\n" {
                line.clear();
                reader.read_line(&mut line).unwrap();
                match line.split_once(": ") {
                    Some(("content-length", value)) => length = value.trim().parse().unwrap(),
                    Some(("idempotency-key", key)) => told.send(key.trim().to_owned()).unwrap(),
                    _ => {}
                }
            }
            reader.read_exact(&mut vec![0; length]).unwrap();
            // No answer at all: the server is gone.
            reader.into_inner().write_all(answer.as_bytes()).unwrap();
        }
    });
    (url, keys)
}

fn leg() -> Leg {
    Leg {
        run: RunInfo {
            id: "notes-1".to_owned(),
            workflow: "notes".to_owned(),
            date: "2026-11-16".to_owned(),
            time: "2026-11-16T08:00:00Z".to_owned(),
        },
        number: 1,
        started: 1,
        version: "v".to_owned(),
        trigger: json!({}),
        fresh: false,
        place: 0,
        row: None,
        past: Vec::new(),
        known: Vec::new(),
    }
}

const DONE: &str =
    "HTTP/1.1 200 OK\r\nContent-Length: 14\r\nConnection: close\r\n\r\n{\"brought\":[]}";
const BUSY: &str =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
const ENDED: &str = "HTTP/1.1 500 Internal Server Error\r\nx-restate-id: inv_1\r\nContent-Length: 23\r\nConnection: close\r\n\r\n{\"message\":\"cancelled\"}";
const NOBODY: &str = "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";

async fn carried(
    answers: Vec<&'static str>,
    patience: Duration,
) -> (Result<Report, String>, Vec<String>) {
    let (url, keys) = server(answers);
    let (engine, leg) = (Engine::at(&url).unwrap(), leg());
    let came = engine.carry("key", &leg, patience).await;
    (came, keys.try_iter().collect())
}

#[tokio::test]
async fn a_leg_that_gets_no_answer_is_asked_for_under_the_same_key() {
    let (came, keys) = carried(vec!["", BUSY, DONE], Duration::from_secs(30)).await;
    assert!(came.unwrap().brought.is_empty());
    assert_eq!(keys, ["key", "key", "key"]);
}

#[tokio::test]
async fn what_was_ended_in_the_server_is_not_asked_for_again_and_is_named() {
    let (came, keys) = carried(vec![ENDED], Duration::from_secs(30)).await;
    let why = came.unwrap_err();
    assert!(why.contains("inv_1") && why.contains("cancelled"), "{why}");
    assert_eq!(keys.len(), 1);
}

#[tokio::test]
async fn without_a_worker_it_is_said_how_to_start_one() {
    let (came, _) = carried(vec![NOBODY], Duration::ZERO).await;
    let why = came.unwrap_err();
    assert!(why.contains("`sopwright worker --engine restate`"), "{why}");
}

#[test]
fn what_came_of_actions_is_the_same_when_it_is_handed_over() {
    let row = json!({"id": "00101", "health": 42.5, "left": null});
    let rows = Rows::of(&[row.as_object().unwrap().clone()]);
    let failure = Failure::last("not_found", "There is none");
    let choice = Choice {
        chosen: true,
        rank: Some(1),
        because: "1 of 2".to_owned(),
    };
    for event in [
        Event::Pulled(Ok(rows)),
        Event::Pulled(Err(failure.clone())),
        Event::Called(Ok(json!({"grade": "B"}))),
        Event::Answered(Err(failure.clone())),
        Event::Unanswered,
        Event::Selected(choice),
        Event::Delivered(Err(failure)),
    ] {
        let text = serde_json::to_string(&Past::from(&event)).unwrap();
        let past: Past = serde_json::from_str(&text).unwrap();
        let again = Event::from(past);
        let told = |event: &Event| format!("{event:?}").replace("Called(", "Answered(");
        assert_eq!(told(&again), told(&event));
    }
}
