#![allow(clippy::unwrap_used)]

use std::time::Duration;

use serde_json::{Value, json};

use crate::connect::http::server::Server;
use crate::connect::{
    ChatConfig, ConnectError, ConnectErrorKind, Connection, ConnectionConfig, ConnectionsConfig,
};

use super::ChatConnection;

fn config(text: &str) -> ChatConfig {
    let config: ConnectionsConfig = toml::from_str(&format!("[c]\nkind = 'chat'\n{text}")).unwrap();
    match &config["c"] {
        ConnectionConfig::Chat(chat) => chat.clone(),
        other => panic!("{other:?}"),
    }
}

fn open(service: &str, url: &str) -> ChatConnection {
    let text = format!("service = '{service}'\nchannels = {{ '#cs-alerts' = 'env:HOOK' }}");
    let url = format!("{url}/services/T0/s3cret");
    ChatConnection::open(&config(&text), &|name| {
        (name == "HOOK").then(|| url.clone())
    })
    .unwrap()
}

async fn post(chat: &ChatConnection, channel: &str, text: &str) -> Result<Value, ConnectError> {
    let arguments = json!({ "channel": channel, "text": text });
    chat.call("post_message", arguments.as_object().unwrap().clone())
        .await
}

fn body(server: &Server) -> Value {
    let requests = server.requests();
    let (head, body) = requests.last().unwrap().split_once("\r\n\r\n").unwrap();
    assert!(
        head.starts_with("POST /services/T0/s3cret HTTP/1.1"),
        "{head}"
    );
    serde_json::from_str(body).unwrap()
}

#[tokio::test]
async fn a_message_reaches_a_channel_of_slack_and_calls_nobody() {
    let server = Server::start(|_| {
        (
            "200 OK\r\nContent-Type: text/plain".to_owned(),
            "ok".to_owned(),
        )
    })
    .await;
    let chat = open("slack", &server.url);
    post(&chat, "cs-alerts", "**2 at risk** <!channel>")
        .await
        .unwrap();
    let body = body(&server);
    assert_eq!(body["text"], "*2 at risk* &lt;!channel&gt;");
    assert_eq!(body["blocks"][0]["text"]["verbatim"], true);
    assert_eq!(body["unfurl_links"], false);
    let error = post(&chat, "cs-alert", "x").await.unwrap_err();
    assert!(error.message.contains("there are cs-alerts"), "{error}");
    let info = chat.describe().await.unwrap();
    assert!(!info.tools["post_message"].idempotent);
    assert!(!serde_json::to_string(&info).unwrap().contains("s3cret"));
}

#[tokio::test]
async fn a_message_reaches_teams_as_a_card() {
    let server = Server::start(|_| ("202 Accepted".to_owned(), String::new())).await;
    let chat = open("teams", &server.url);
    post(&chat, "#cs-alerts", "**2 at risk**").await.unwrap();
    let body = body(&server);
    let card = &body["attachments"][0]["content"];
    assert_eq!(body["type"], "message");
    assert_eq!(
        (&card["type"], &card["body"][0]["text"]),
        (&json!("AdaptiveCard"), &json!("**2 at risk**"))
    );
}

#[tokio::test]
async fn what_a_service_says_is_told_and_its_address_is_not() {
    let answers = std::sync::Mutex::new(vec![
        ("429 Too Many Requests\r\nRetry-After: 7", "slow"),
        (
            "404 Not Found\r\nContent-Type: text/plain",
            "channel_not_found at /services/T0/s3cret",
        ),
        ("500 Internal Server Error", ""),
    ]);
    let server = Server::start(move |_| {
        let (head, body) = answers.lock().unwrap().remove(0);
        (head.to_owned(), body.to_owned())
    })
    .await;
    let chat = open("slack", &server.url);
    let busy = post(&chat, "cs-alerts", "x").await.unwrap_err();
    let wait = Some(Duration::from_secs(7));
    assert_eq!(busy.kind, ConnectErrorKind::Transient { retry_after: wait });
    assert!(!busy.is_unclear);
    let gone = post(&chat, "cs-alerts", "x").await.unwrap_err();
    assert!(gone.message.contains("channel_not_found at ***"), "{gone}");
    let broken = post(&chat, "cs-alerts", "x").await.unwrap_err();
    assert!(broken.is_unclear, "{broken}");
}

#[test]
fn what_cannot_be_opened_says_what_to_do() {
    let open = |text: &str, url: &'static str| {
        ChatConnection::open(&config(text), &|_| Some(url.to_owned()))
            .err()
            .unwrap()
    };
    let error = open("service = 'slack'\nchannels = {}", "");
    assert!(error.help.is_some());
    let error = open("service = 'teams'\nchannels = { a = 'env:X' }", "s3cret");
    assert!(!format!("{error:?}").contains("s3cret"));
    let error = open(
        "service = 'teams'\nchannels = { a = 'https://x.example' }",
        "",
    );
    assert!(
        error.message.contains("stands in the configuration"),
        "{error}"
    );
}
