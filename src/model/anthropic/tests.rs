#![allow(clippy::unwrap_used)]
use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::model::server::{Answer, End, Server};
use crate::model::{Delta, ModelErrorKind, Stop, Usage, fixture};

fn stream() -> Vec<Value> {
    let block = |index: u64, block: Value| json!({"type": "content_block_start", "index": index, "content_block": block});
    let delta = |index: u64, delta: Value| json!({"type": "content_block_delta", "index": index, "delta": delta});
    let tool = |id: &str| json!({"type": "tool_use", "id": id, "name": "look_up", "input": {}});
    let piece = |json: &str| json!({"type": "input_json_delta", "partial_json": json});
    vec![
        json!({"type": "message_start", "message": {"usage": {
            "input_tokens": 10, "cache_read_input_tokens": 300, "cache_creation_input_tokens": 40, "output_tokens": 1}}}),
        block(0, json!({"type": "text", "text": ""})),
        json!({"type": "ping"}),
        delta(0, json!({"type": "text_delta", "text": "Só "})),
        delta(0, json!({"type": "text_delta", "text": "far."})),
        json!({"type": "content_block_stop", "index": 0}),
        block(1, tool("t1")),
        delta(1, piece("")),
        delta(1, piece("{\"table\": ")),
        block(2, tool("t2")),
        delta(2, piece("{}")),
        delta(1, piece("\"x\"}")),
        json!({"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 25}}),
        json!({"type": "message_stop"}),
    ]
}

async fn ask(answer: Answer) -> (Result<Reply, ModelError>, Vec<Delta>) {
    let server = Server::start(vec![answer]).await;
    let model = Anthropic::new(&server.url, Some(&Secret::new("k")), "claude").unwrap();
    let mut deltas = Vec::new();
    let reply = model
        .complete(&fixture::conversation(), &mut |delta| deltas.push(delta))
        .await;
    (reply, deltas)
}

async fn kind(answer: Answer) -> ModelErrorKind {
    ask(answer).await.0.unwrap_err().kind
}

#[tokio::test]
async fn text_and_parallel_calls_come_in_pieces_of_one_byte() {
    let (reply, deltas) = ask(Answer::events(&stream()).in_pieces_of(1)).await;
    let reply = reply.unwrap();
    assert_eq!(reply.text, "Só far.");
    assert_eq!(reply.calls[0].arguments, "{\"table\": \"x\"}");
    assert_eq!(
        (reply.calls[1].id.as_str(), reply.stop),
        ("t2", Stop::ToolUse)
    );
    let usage = Usage {
        input: 10,
        output: 25,
        cache_read: 300,
        cache_write: 40,
    };
    assert_eq!(reply.usage, usage);
    assert_eq!(deltas[0], Delta::Text("Só ".into()));
    assert!(deltas.contains(&Delta::CallArguments { chars: 10 }));
}

#[tokio::test]
async fn the_key_travels_in_its_header_and_the_path_has_one_version() {
    let mut server = Server::start(vec![Answer::events(&stream())]).await;
    let url = format!("{}/v1/", server.url);
    let model = Anthropic::new(&url, Some(&Secret::new("sk-1\n")), "claude").unwrap();
    assert!(!format!("{model:?}").contains("sk-1"));
    let request = fixture::conversation();
    model.complete(&request, &mut |_| {}).await.unwrap();
    let seen = server.seen().await;
    assert!(
        seen.head.starts_with("post /v1/messages http/1.1\r\n"),
        "{}",
        seen.head
    );
    assert!(seen.head.contains("\r\nx-api-key: sk-1\r\n"));
    assert!(seen.head.contains("\r\nanthropic-version: 2023-06-01\r\n"));
    assert!(seen.head.contains("\r\nuser-agent: sopwright/"));
    assert_eq!(seen.body, encode::body("claude", &request));
}

#[tokio::test]
async fn a_server_that_does_not_stream_is_read_too() {
    let answer = json!({
        "content": [{"type": "text", "text": "Hi"}, {"type": "tool_use", "id": "a", "name": "look_up", "input": {"table": "x"}}],
        "stop_reason": "tool_use",
        "usage": {"input_tokens": 3, "output_tokens": 2},
    });
    let (reply, _) = ask(Answer::json(200, &answer)).await;
    let reply = reply.unwrap();
    assert_eq!((reply.text.as_str(), reply.usage.input), ("Hi", 3));
    assert_eq!(reply.calls[0].arguments, r#"{"table":"x"}"#);
}

#[tokio::test]
async fn a_stream_that_ends_half_way_is_interrupted() {
    let all = stream();
    let half = Answer::events(&all[..9]);
    assert_eq!(kind(half.clone()).await, ModelErrorKind::Interrupted);
    assert_eq!(kind(half.then(End::Cut)).await, ModelErrorKind::Interrupted);
}

#[tokio::test]
async fn a_stream_that_stops_coming_is_stalled() {
    let server = Server::start(vec![Answer::events(&stream()[..4]).then(End::Stall)]).await;
    // No time between bytes: as soon as none is there, the stream counts as stalled.
    let model = Anthropic::new(&server.url, None, "claude")
        .unwrap()
        .patience(Patience {
            first_byte: Duration::from_secs(60),
            between: Duration::ZERO,
        });
    let request = fixture::conversation();
    let error = model.complete(&request, &mut |_| {}).await.unwrap_err();
    assert_eq!(error.kind, ModelErrorKind::Stalled);
}

#[tokio::test]
async fn an_error_inside_the_stream_is_classed_like_any_other() {
    let error =
        json!({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}});
    let answer = Answer::events(&[stream()[0].clone(), error]);
    let overloaded = ModelErrorKind::Overloaded { retry_after: None };
    assert_eq!(kind(answer).await, overloaded);
}

#[tokio::test]
async fn refusals_are_told_apart() {
    let body = |kind: &str, message: &str| json!({"type": "error", "error": {"type": kind, "message": message}});
    let busy = Answer::json(529, &body("overloaded_error", "Overloaded")).header("retry-after: 3");
    let retry_after = Some(Duration::from_secs(3));
    assert_eq!(kind(busy).await, ModelErrorKind::Overloaded { retry_after });
    let key = Answer::json(401, &body("authentication_error", "invalid x-api-key"));
    assert_eq!(kind(key).await, ModelErrorKind::RefusedKey);
    let long = body(
        "invalid_request_error",
        "prompt is too long: 208310 tokens > 200000 maximum",
    );
    let overflow = ModelErrorKind::ContextOverflow {
        prompt_tokens: Some(208_310),
        limit: Some(200_000),
    };
    assert_eq!(kind(Answer::json(400, &long)).await, overflow);
    let page = Answer::new(200, "text/html", "<!doctype html><title>Welcome</title>");
    assert_eq!(kind(page).await, ModelErrorKind::BadAnswer);
    let other = Answer::json(200, &json!({"choices": []}));
    assert_eq!(kind(other).await, ModelErrorKind::BadAnswer);
}

#[tokio::test]
async fn an_answer_that_says_nothing_is_empty() {
    let end = json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 2}});
    let answer = Answer::events(&[stream()[0].clone(), end]);
    assert_eq!(kind(answer).await, ModelErrorKind::EmptyAnswer);
}
