//! Tokens that are fetched: when, and what is said where there is none.

use serde_json::{Value, json};

use super::described::open;
use super::desk::Desk;
use crate::connect::{ConnectErrorKind, Connection, Scan};

const TOKEN: &str = "base_url = 'URL'\n\
    auth = { token_url = 'URL/token', client_id = 'env:ID', client_secret = 'env:SECRET' }\n\
    [tables.deals]\npath = '/deals'\n";

pub(super) fn token_answers(lasts: u64) -> Vec<Value> {
    vec![
        json!({ "ask": "POST /token", "open": true,
            "body": "grant_type=client_credentials&client_id=client&client_secret=s3cret",
            "answer": { "access_token": "t0k3n", "token_type": "bearer", "expires_in": lasts } }),
        json!({ "ask": "GET /deals", "answer": [{ "id": 1 }] }),
    ]
}

#[tokio::test]
async fn a_token_is_fetched_when_it_is_needed_and_before_it_expires() {
    for (lasts, tokens) in [(3600, 1), (45, 2)] {
        let needs = vec!["authorization: Bearer t0k3n".to_owned()];
        let desk = Desk::start(token_answers(lasts), needs).await;
        let (connection, _) = open(TOKEN, &desk);
        assert_eq!(desk.count(), 0);
        for _ in 0..2 {
            connection.scan(Scan::all("deals")).await.unwrap();
        }
        let lines: Vec<String> = desk.asked(0).into_iter().map(|asked| asked.line).collect();
        let fetched = lines.iter().filter(|line| *line == "POST /token").count();
        assert_eq!((fetched, lines.len()), (tokens, tokens + 2));
    }
}

#[tokio::test]
async fn what_gives_no_token_is_told_without_the_secret() {
    let desk = Desk::start(token_answers(60), Vec::new()).await;
    let (connection, _) = open(TOKEN, &desk);
    let no = json!({ "error": "invalid_client", "error_description": "s3cret is wrong" });
    desk.fails("POST /token", "401 Unauthorized", &no);
    let error = connection.scan(Scan::all("deals")).await.unwrap_err();
    assert_eq!(error.kind, ConnectErrorKind::Final);
    assert_eq!(
        error.message,
        "No token is to be had from 127.0.0.1: invalid_client, *** is wrong."
    );
    assert!(error.help.unwrap().contains("client's id and secret"));
    desk.fails("POST /token", "503 Service Unavailable", &Value::Null);
    let error = connection.scan(Scan::all("deals")).await.unwrap_err();
    assert!(error.is_transient(), "{error}");
    // It is not in use for good: the next one is.
    connection.scan(Scan::all("deals")).await.unwrap();
}
