#![allow(clippy::unwrap_used)]
use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::model::server::{Answer, End, Server};
use crate::model::{Delta, ModelErrorKind, Stop, fixture};

fn chunk(delta: Value, finish: Option<&str>) -> Value {
    json!({"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})
}

fn call(piece: Value) -> Value {
    chunk(json!({"tool_calls": [piece]}), None)
}

fn stream() -> Vec<Value> {
    vec![
        chunk(json!({"role": "assistant", "content": null}), None),
        chunk(json!({"content": "Só "}), None),
        chunk(json!({"content": "far."}), None),
        call(json!({"index": 0, "id": "c1", "function": {"name": "look_up", "arguments": ""}})),
        call(json!({"index": 0, "function": {"arguments": "{\"table\": "}})),
        call(json!({"index": 1, "id": "c2", "function": {"name": "look_up", "arguments": "{}"}})),
        call(json!({"index": 0, "function": {"arguments": "\"x\"}"}})),
        chunk(json!({}), Some("tool_calls")),
        json!({"choices": [], "usage": {
            "prompt_tokens": 100, "completion_tokens": 7, "prompt_tokens_details": {"cached_tokens": 64}}}),
        json!("[DONE]"),
    ]
}

fn events(chunks: &[Value]) -> Answer {
    let mut answer = Answer::events(chunks);
    let text = String::from_utf8(answer.body).unwrap();
    answer.body = text.replace("\"[DONE]\"", "[DONE]").into_bytes();
    answer
}

async fn ask(answer: Answer) -> (Result<Reply, ModelError>, Vec<Delta>) {
    let server = Server::start(vec![answer]).await;
    let model = OpenAi::new(&server.url, None, "gpt").unwrap();
    let mut deltas = Vec::new();
    let reply = model
        .complete(&fixture::conversation(), &mut |delta| deltas.push(delta))
        .await;
    (reply, deltas)
}

async fn kind(answer: Answer) -> ModelErrorKind {
    ask(answer).await.0.unwrap_err().kind
}

/// Returns id and arguments of the calls in such chunks.
async fn calls(chunks: &[Value]) -> Vec<(String, String)> {
    let mut chunks = chunks.to_vec();
    chunks.push(chunk(json!({}), Some("stop")));
    let reply = ask(events(&chunks)).await.0.unwrap();
    assert_eq!(reply.stop, Stop::ToolUse);
    let calls = reply.calls.into_iter();
    calls.map(|call| (call.id, call.arguments)).collect()
}

fn owned(calls: &[(&str, &str)]) -> Vec<(String, String)> {
    calls
        .iter()
        .map(|(id, arguments)| ((*id).into(), (*arguments).into()))
        .collect()
}

#[tokio::test]
async fn text_and_parallel_calls_come_in_pieces_of_one_byte() {
    let (reply, deltas) = ask(events(&stream()).in_pieces_of(1)).await;
    let reply = reply.unwrap();
    assert_eq!(reply.text, "Só far.");
    assert_eq!(reply.calls[0].arguments, "{\"table\": \"x\"}");
    assert_eq!(
        (reply.calls[1].id.as_str(), reply.stop),
        ("c2", Stop::ToolUse)
    );
    assert_eq!((reply.usage.input, reply.usage.cache_read), (36, 64));
    assert_eq!(reply.usage.output, 7);
    assert_eq!(deltas[0], Delta::Text("Só ".into()));
    assert_eq!(
        deltas[2],
        Delta::CallStarted {
            name: "look_up".into()
        }
    );
}

#[tokio::test]
async fn the_key_travels_in_its_header() {
    let mut server = Server::start(vec![events(&stream())]).await;
    let model = OpenAi::new(&server.url, Some(&Secret::new("sk-1")), "gpt").unwrap();
    assert!(!format!("{model:?}").contains("sk-1"));
    let request = fixture::conversation();
    model.complete(&request, &mut |_| {}).await.unwrap();
    let seen = server.seen().await;
    assert!(
        seen.head
            .starts_with("post /v1/chat/completions http/1.1\r\n")
    );
    assert!(seen.head.contains("\r\nauthorization: bearer sk-1\r\n"));
    assert_eq!(seen.body["stream_options"]["include_usage"], true);
}

#[tokio::test]
async fn servers_number_parallel_calls_in_their_own_ways() {
    let piece = |piece: Value| call(piece);
    let f = |arguments: &str| json!({"name": "look_up", "arguments": arguments});
    let no_index = [
        piece(json!({"id": "x", "function": f("{")})),
        piece(json!({"function": {"arguments": "}"}})),
        piece(json!({"id": "y", "function": f("{}")})),
    ];
    assert_eq!(calls(&no_index).await, owned(&[("x", "{}"), ("y", "{}")]));
    let repeated = [
        piece(json!({"index": 0, "id": "x", "function": f("{")})),
        piece(json!({"index": 0, "id": "x", "function": f("}")})),
    ];
    assert_eq!(calls(&repeated).await, owned(&[("x", "{}")]));
    let all_zero = [
        piece(json!({"index": 0, "id": "x", "function": f("{}")})),
        piece(json!({"index": 0, "id": "y", "function": f("[]")})),
    ];
    assert_eq!(calls(&all_zero).await, owned(&[("x", "{}"), ("y", "[]")]));
    let no_ids = [
        piece(json!({"index": 0, "function": f("{}")})),
        piece(json!({"index": 1, "function": f("[]")})),
    ];
    assert_eq!(
        calls(&no_ids).await,
        owned(&[("call_3", "{}"), ("call_4", "[]")])
    );
}

#[tokio::test]
async fn a_server_that_does_not_stream_is_read_too() {
    let answer = json!({
        "choices": [{"message": {"content": null, "tool_calls": [
            {"id": "a", "function": {"name": "look_up", "arguments": {"table": "x"}}}]}, "finish_reason": "tool_calls"}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 2},
    });
    let (reply, _) = ask(Answer::json(200, &answer)).await;
    let reply = reply.unwrap();
    assert_eq!(reply.calls[0].arguments, r#"{"table":"x"}"#);
    assert_eq!((reply.usage.input, reply.stop), (3, Stop::ToolUse));
}

#[tokio::test]
async fn events_are_read_even_where_the_server_does_not_name_them() {
    let mut answer = events(&stream());
    answer.head = "HTTP/1.1 200 OK\r\n".into();
    let (reply, _) = ask(answer).await;
    assert_eq!(reply.unwrap().text, "Só far.");
}

#[tokio::test]
async fn cut_off_by_length_is_not_an_end() {
    let cut = [
        chunk(json!({"content": "and th"}), None),
        chunk(json!({}), Some("length")),
    ];
    assert_eq!(ask(events(&cut)).await.0.unwrap().stop, Stop::Length);
    let filtered = [
        chunk(json!({"refusal": "I cannot."}), None),
        chunk(json!({}), Some("stop")),
    ];
    let reply = ask(events(&filtered)).await.0.unwrap();
    assert_eq!(
        (reply.text.as_str(), reply.stop),
        ("I cannot.", Stop::Refused)
    );
}

#[tokio::test]
async fn a_stream_that_ends_half_way_is_interrupted() {
    let half = events(&stream()[..5]);
    assert_eq!(kind(half.clone()).await, ModelErrorKind::Interrupted);
    assert_eq!(kind(half.then(End::Cut)).await, ModelErrorKind::Interrupted);
}

#[tokio::test]
async fn a_stream_that_stops_coming_is_stalled() {
    let server = Server::start(vec![events(&stream()[..4]).then(End::Stall)]).await;
    // No time between bytes: as soon as none is there, the stream counts as stalled.
    let model = OpenAi::new(&server.url, None, "gpt")
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
async fn refusals_are_told_apart() {
    let body = |kind: &str| json!({"error": {"type": kind, "message": "no"}});
    let slow = Answer::json(429, &body("rate_limit_error")).header("Retry-After: 7");
    let retry_after = Some(Duration::from_secs(7));
    assert_eq!(
        kind(slow).await,
        ModelErrorKind::RateLimited { retry_after }
    );
    let key = Answer::json(401, &body("invalid_request_error"));
    assert_eq!(kind(key).await, ModelErrorKind::RefusedKey);
    let overflow = json!({"error": {"code": 400, "type": "exceed_context_size_error",
        "message": "the request exceeds the available context size", "n_prompt_tokens": 9000, "n_ctx": 4096}});
    let kind_of_overflow = ModelErrorKind::ContextOverflow {
        prompt_tokens: Some(9000),
        limit: Some(4096),
    };
    assert_eq!(kind(Answer::json(400, &overflow)).await, kind_of_overflow);
    assert_eq!(kind(events(&[overflow])).await, kind_of_overflow);
    let page = Answer::new(404, "text/html", "\n<html>Not found</html>");
    let error = ask(page).await.0.unwrap_err();
    assert_eq!(error.kind, ModelErrorKind::BadAnswer);
    assert!(error.message.contains("answers with a web page"), "{error}");
    let empty = Answer::new(200, "application/json", "");
    assert_eq!(kind(empty).await, ModelErrorKind::BadAnswer);
    let nothing = events(&[chunk(json!({"content": ""}), Some("stop"))]);
    assert_eq!(kind(nothing).await, ModelErrorKind::EmptyAnswer);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unreachable() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let model = OpenAi::new(&url, None, "gpt").unwrap();
    let request = fixture::conversation();
    let error = model.complete(&request, &mut |_| {}).await.unwrap_err();
    assert_eq!(error.kind, ModelErrorKind::Unreachable);
}

#[test]
fn a_bare_address_means_its_first_version() {
    assert_eq!(with_version("http://host:8080/"), "http://host:8080/v1");
    assert_eq!(with_version("https://host/api/v3/"), "https://host/api/v3");
}
