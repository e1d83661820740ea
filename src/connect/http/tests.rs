#![allow(clippy::unwrap_used, clippy::expect_used)]
use serde_json::json;

use super::server::Server;
use super::*;
use crate::connect::{AuthConfig, ConnectErrorKind, ServiceConfig};

const JSON: &str = "200 OK\r\nContent-Type: application/json";

fn document(server: &str) -> String {
    json!({
        "openapi": "3.0.3", "info": { "title": "Desk" }, "servers": [{ "url": server }],
        "paths": {
            "/orders/{id}": { "get": { "operationId": "find", "parameters": [
                { "name": "id", "in": "path", "schema": { "type": "string" } },
                { "name": "tags", "in": "query", "schema": { "type": "array" } },
                { "name": "X-Shop", "in": "header", "schema": { "type": "string" } } ] } },
            "/orders": { "post": { "operationId": "create", "requestBody": { "required": true, "content": {
                "application/json": { "schema": { "type": "object", "required": ["item"],
                    "properties": { "item": { "type": "string" }, "size": { "type": "integer" } } } } } } } }
        }
    })
    .to_string()
}

/// A server that gives its document and answers every call alike.
async fn serving(head: &'static str, body: &'static str) -> Server {
    Server::start(move |line| match line.starts_with("GET /openapi.json") {
        true => (JSON.to_owned(), document("/v1/")),
        false => (head.to_owned(), body.to_owned()),
    })
    .await
}

fn config(openapi: String) -> HttpConfig {
    HttpConfig {
        openapi,
        base_url: None,
        service: ServiceConfig {
            auth: Some(AuthConfig::Bearer {
                bearer: "env:TOKEN".to_owned(),
            }),
            ..ServiceConfig::default()
        },
    }
}

fn open(config: &HttpConfig) -> Result<HttpConnection, ConnectError> {
    let env = |name: &str| (name == "TOKEN").then(|| "s3cret".to_owned());
    HttpConnection::open(config, Path::new("."), &env)
}

fn connect(server: &Server) -> HttpConnection {
    open(&config(format!("{}/openapi.json", server.url))).unwrap()
}

fn row(value: Value) -> Row {
    value.as_object().unwrap().clone()
}

#[tokio::test]
async fn calls_place_each_argument_where_it_belongs() {
    let server = serving(JSON, r#"{"ok":true}"#).await;
    let desk = connect(&server);
    let info = desk.describe().await.unwrap();
    assert_eq!(info.about.as_deref(), Some("Desk"));
    assert_eq!(info.tools.keys().collect::<Vec<_>>(), ["find", "create"]);

    let arguments = row(json!({ "id": "a/b ?", "tags": ["x y", 2], "X-Shop": "north" }));
    assert_eq!(
        desk.call("find", arguments).await.unwrap(),
        json!({ "ok": true })
    );
    desk.call("create", row(json!({ "item": "pen", "size": null })))
        .await
        .unwrap();
    let requests = server.requests();
    assert_eq!(requests.len(), 3, "the document is read once");
    assert!(
        requests[1].starts_with("GET /v1/orders/a%2Fb%20%3F?tags=x+y&tags=2 HTTP/1.1\r\n"),
        "{}",
        requests[1]
    );
    assert!(requests[1].contains("x-shop: north"));
    assert!(requests[2].starts_with("POST /v1/orders HTTP/1.1\r\n"));
    assert!(requests[2].ends_with(r#"{"item":"pen","size":null}"#));
    assert!(
        requests
            .iter()
            .all(|request| request.contains("authorization: Bearer s3cret"))
    );
}

#[tokio::test]
async fn a_call_that_writes_carries_its_key() {
    let server = serving(JSON, "{}").await;
    let desk = connect(&server);
    let order = row(json!({ "item": "pen" }));
    desk.call_once("create", order, "k-1").await.unwrap();
    let look = row(json!({ "id": "1" }));
    desk.call_once("find", look, "k-2").await.unwrap();
    let requests = server.requests();
    assert!(requests[1].contains("idempotency-key: k-1"), "{requests:?}");
    assert!(!requests[2].contains("k-2"), "{requests:?}");
}

#[tokio::test]
async fn an_answer_that_did_not_arrive_leaves_open_what_was_done() {
    for (head, is_unclear) in [
        ("500 Internal Server Error", true),
        ("504 Gateway Timeout", true),
        ("503 Service Unavailable", false),
        ("429 Too Many Requests", false),
    ] {
        let server = serving(head, "").await;
        let order = row(json!({ "item": "pen" }));
        let error = connect(&server).call("create", order).await.unwrap_err();
        assert_eq!(error.is_unclear, is_unclear, "{head}");
    }
}

#[tokio::test]
async fn wrong_arguments_are_not_sent() {
    let server = serving(JSON, "{}").await;
    let desk = connect(&server);
    let error = |tool: &'static str, arguments| {
        let call = desk.call(tool, row(arguments));
        async { call.await.unwrap_err() }
    };
    assert_eq!(
        error("fnd", json!({})).await.kind,
        ConnectErrorKind::UnknownName
    );
    assert!(
        error("create", json!({}))
            .await
            .message
            .contains("needs `item`")
    );
    let unknown = error("create", json!({ "item": "a", "sise": 1 })).await;
    assert!(unknown.help.unwrap().contains("Did you mean `size`?"));
    assert!(
        error("find", json!({ "id": ".." }))
            .await
            .message
            .contains("needs a value")
    );
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_refusal_never_repeats_the_secret() {
    let body = r#"{"error":{"code":"bad_token","message":"s3cret is not known"}}"#;
    let server = serving("403 Forbidden\r\nContent-Type: application/json", body).await;
    let error = connect(&server)
        .call("find", row(json!({ "id": "1" })))
        .await
        .unwrap_err();
    assert_eq!(
        error.kind,
        ConnectErrorKind::Refused {
            code: "bad_token".to_owned()
        }
    );
    assert_eq!(
        error.message,
        "`find` refused (bad_token): *** is not known"
    );
}

#[tokio::test]
async fn long_answers_are_cut_off() {
    let server = serving(JSON, r#""0123456789""#).await;
    let path = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(path.path(), document(&server.url)).unwrap();
    let mut config = config(path.path().display().to_string());
    config.service.max_bytes = Some(5);
    let error = open(&config)
        .unwrap()
        .call("find", row(json!({ "id": "1" })))
        .await
        .unwrap_err();
    assert!(error.help.unwrap().contains("max_bytes"));
}

#[tokio::test]
async fn redirects_stay_on_the_host() {
    let server = Server::start(|line| match line {
        line if line.starts_with("GET /openapi.json") => (JSON.to_owned(), document("/")),
        line if line.starts_with("GET /moved") => (JSON.to_owned(), "1".to_owned()),
        line if line.starts_with("GET") => {
            ("302 Found\r\nLocation: /moved".to_owned(), String::new())
        }
        _ => (
            "307 Temporary Redirect\r\nLocation: http://other.test/x".to_owned(),
            String::new(),
        ),
    })
    .await;
    let desk = connect(&server);
    assert_eq!(
        desk.call("find", row(json!({ "id": "1" }))).await.unwrap(),
        json!(1)
    );
    let error = desk
        .call("create", row(json!({ "item": "1" })))
        .await
        .unwrap_err();
    assert_eq!(error.message, "`create` redirects to other.test/x.");
}

#[tokio::test]
async fn a_fetched_document_cannot_send_the_secret_elsewhere() {
    let server = Server::start(|_| (JSON.to_owned(), document("https://other.test/v1"))).await;
    let error = connect(&server).describe().await.unwrap_err();
    assert!(error.message.contains("another host"));
    assert!(error.help.unwrap().contains("base_url"));

    // Where the user names that host, the document's own host is not shown the secret.
    let mut config = config(format!("{}/openapi.json", server.url));
    config.base_url = Some("https://other.test".to_owned());
    open(&config).unwrap().describe().await.unwrap();
    assert!(!server.requests()[1].contains("s3cret"));
}

#[tokio::test]
async fn a_server_that_is_not_there_may_come_back() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/openapi.json", listener.local_addr().unwrap());
    drop(listener);
    let error = open(&config(url)).unwrap().describe().await.unwrap_err();
    assert!(error.is_transient());
    assert!(error.message.contains("could not be reached"), "{error}");
}

#[test]
fn the_configuration_is_checked_before_anything_is_sent() {
    let refused = |change: &dyn Fn(&mut HttpConfig)| {
        let mut config = config("desk.json".to_owned());
        change(&mut config);
        open(&config).err().unwrap().message
    };
    assert!(
        refused(&|config| config.service.timeout = Some("soon".to_owned()))
            .contains("not a duration")
    );
    assert!(
        refused(&|config| config.base_url = Some("shop".to_owned())).contains("not an address")
    );
    let missing = AuthConfig::Bearer {
        bearer: "env:NONE".to_owned(),
    };
    assert!(refused(&|config| config.service.auth = Some(missing.clone())).contains("NONE"));
}
