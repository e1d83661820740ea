#![allow(clippy::unwrap_used, clippy::expect_used)]
use serde_json::json;

use super::*;
use crate::connect::http::server::Server;
use crate::connect::{AuthConfig, ConnectErrorKind};
use crate::spec::FieldType;

const CSV: &str = "200 OK\r\nContent-Type: text/csv; charset=utf-8";
const PLANS: &str = "account,plan,seats,since\nA-1,Pro,12,2024-03-01\nA-2,,7,2023-11-30\n";

/// The variables that tests know: a link that is a secret, and one that is none.
fn opened(config: &WebCsvConfig, link: &str) -> Result<WebCsvConnection, ConnectError> {
    WebCsvConnection::open(config, &|name| match name {
        "LINK" => Some(link.to_owned()),
        "TOKEN" => Some("t0k3n-t0k3n".to_owned()),
        _ => None,
    })
}

fn config(tables: &[(&str, &str)]) -> WebCsvConfig {
    WebCsvConfig {
        tables: tables
            .iter()
            .map(|(name, address)| ((*name).to_owned(), (*address).to_owned()))
            .collect(),
        ..WebCsvConfig::default()
    }
}

/// Returns the error of describing one table, of a server that answers so.
async fn told(head: &str, body: &str) -> ConnectError {
    let (head, body) = (head.to_owned(), body.to_owned());
    let server = Server::start(move |_| (head.clone(), body.clone())).await;
    let link = format!("{}/s3cret-path?key=s3cret-key", server.url);
    let connection = opened(&config(&[("plans", "env:LINK")]), &link).unwrap();
    let error = connection.describe().await.unwrap_err();
    assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
    error
}

#[tokio::test]
async fn a_csv_at_an_address_is_a_table_with_types() {
    let server = Server::start(|_| (CSV.to_owned(), PLANS.to_owned())).await;
    let address = format!("{}/plans?output=csv", server.url);
    let mut connection = opened(&config(&[("plans", &address)]), "").unwrap();
    let info = connection.describe().await.unwrap();
    let fields: Vec<FieldType> = info.tables["plans"]
        .columns
        .values()
        .map(|c| c.field)
        .collect();
    assert_eq!(
        fields,
        [
            FieldType::Text,
            FieldType::Text,
            FieldType::Integer,
            FieldType::Date
        ]
    );
    assert_eq!(info.tables["plans"].rows, Some(2));
    let scan = Scan {
        table: "plans".to_owned(),
        fields: IndexMap::from([
            ("seats".to_owned(), FieldType::Text),
            ("since".to_owned(), FieldType::Date),
        ]),
    };
    let rows = connection.scan(scan.clone()).await.unwrap();
    let rows = rows.collect(usize::MAX).await.unwrap();
    assert_eq!(
        json!(rows),
        json!([{"seats": "12", "since": "2024-03-01"}, {"seats": "7", "since": "2023-11-30"}])
    );
    assert_eq!(server.requests().len(), 1, "it is fetched once");

    // What was fetched a while ago is fetched anew.
    connection.fresh = Duration::ZERO;
    connection.scan(scan).await.unwrap();
    assert_eq!(server.requests().len(), 2);

    let error = connection.scan(Scan::all("plan")).await.unwrap_err();
    assert!(error.help.unwrap().contains("`plans`"));
    let gone = Scan {
        table: "plans".to_owned(),
        fields: IndexMap::from([("seat".to_owned(), FieldType::Text)]),
    };
    let error = connection.scan(gone).await.unwrap_err();
    assert!(matches!(error.kind, ConnectErrorKind::Drift { .. }));
    let key = Row::from_iter([("account".to_owned(), json!("A-1"))]);
    assert!(connection.update("plans", &key, &key).await.is_err());
}

#[tokio::test]
async fn what_comes_instead_of_a_csv_is_told_with_what_to_do() {
    let html = "200 OK\r\nContent-Type: text/html";
    for (head, body, message, help) in [
        (
            html,
            "<p>Sign in</p>",
            "is a web page and no CSV",
            "Publish to the web",
        ),
        (
            "200 OK",
            "\u{feff}\n<!DOCTYPE html><p>",
            "is a web page",
            "private window",
        ),
        ("200 OK", "PK\u{3}\u{4}", "is a workbook", "output=csv"),
        ("200 OK", "", "is empty", ""),
        (
            "403 Forbidden",
            "",
            "not open to us: 127.0.0.1 answers 403",
            "Publish to the web",
        ),
        ("401 Unauthorized", "", "not open to us", ""),
        ("404 Not Found", "", "is not there", "take it anew"),
        ("418 I'm a teapot", "", "is not to be had", ""),
        ("302 Found", "", "redirects to nowhere", ""),
        ("302 Found\r\nLocation: /again", "", "in a circle", ""),
        (
            "302 Found\r\nLocation: https://accounts.example.com/s?key=s3cret",
            "",
            "leads from 127.0.0.1 to accounts.example.com",
            "sign in",
        ),
        (
            "307 Temporary Redirect\r\nLocation: https://files.example.com/x",
            "",
            "to files.example.com",
            "redirects_to = [\"files.example.com\"]",
        ),
    ] {
        let error = told(head, body).await;
        assert!(error.message.contains(message), "{error:?}");
        assert!(!error.is_transient(), "{error:?}");
        assert!(error.help.unwrap_or_default().contains(help), "{message}");
    }
    for status in [
        "500 Internal Server Error",
        "429 Too Many Requests",
        "503 Busy",
    ] {
        assert!(told(status, "").await.is_transient(), "{status}");
    }
}

#[tokio::test]
async fn it_leads_on_only_to_hosts_that_are_named_and_without_the_secret() {
    let repeats = PLANS.replace("Pro", "t0k3n-t0k3n");
    let files = Server::start(move |_| (CSV.to_owned(), repeats.clone())).await;
    let beyond = format!("{}/file", files.url.replace("127.0.0.1", "localhost"));
    let head = format!("307 Temporary Redirect\r\nLocation: {beyond}");
    let sheets = Server::start(move |_| (head.clone(), String::new())).await;
    let mut config = config(&[("plans", &format!("{}/export", sheets.url))]);
    config.auth = Some(AuthConfig::Bearer {
        bearer: "env:TOKEN".to_owned(),
    });
    let connection = opened(&config, "").unwrap();
    let error = connection.describe().await.unwrap_err();
    assert!(error.message.contains("to localhost"), "{error:?}");
    assert!(files.requests().is_empty());

    config.redirects_to = vec!["localhost".to_owned()];
    let connection = opened(&config, "").unwrap();
    let info = connection.describe().await.unwrap();
    assert_eq!(info.tables["plans"].rows, Some(2));
    let plans = &info.tables["plans"].columns["plan"].examples;
    assert_eq!(plans, &[json!("***")], "what it repeats is struck out");
    assert!(sheets.requests()[0].contains("t0k3n-t0k3n"));
    assert!(!files.requests()[0].contains("t0k3n-t0k3n"));
}

#[tokio::test]
async fn sizes_are_bounded_and_one_table_that_fails_keeps_no_other_from_being_read() {
    let server = Server::start(|line| match line.contains("/large") {
        true => (CSV.to_owned(), format!("a\n{}", "1\n".repeat(1000))),
        false => (CSV.to_owned(), PLANS.to_owned()),
    })
    .await;
    let tables = [
        ("large", format!("{}/large", server.url)),
        ("plans", format!("{}/plans", server.url)),
    ];
    let mut config = config(&tables.each_ref().map(|(name, url)| (*name, url.as_str())));
    config.max_bytes = Some(1000);
    let info = opened(&config, "").unwrap().describe().await.unwrap();
    assert_eq!(info.tables.keys().collect::<Vec<_>>(), ["plans"]);
    assert!(info.problem.unwrap().contains("larger than 1000 bytes"));
}

#[test]
fn what_names_no_address_is_told_before_anything_is_fetched() {
    for (tables, link, message) in [
        (&[][..], "", "names no table"),
        (
            &[("plans", "plans.csv")],
            "",
            "`tables.plans` is not an address",
        ),
        (&[("plans", "file:///etc/passwd")], "", "is not an address"),
        (
            &[("../plans", "https://a.example/")],
            "",
            "cannot be called",
        ),
        (&[("plans", "env:NONE")], "", "NONE is not set"),
        (
            &[("plans", "env:LINK")],
            "s3cret",
            "What env:LINK holds is not an address",
        ),
    ] {
        let error = opened(&config(tables), link).err().unwrap();
        assert!(error.message.contains(message), "{error:?}");
        assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
    }
}
