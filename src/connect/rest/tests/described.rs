//! Descriptions of a person's own: what each part does, and what is said of one that is wrong.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::Noted;
use super::desk::Desk;
use super::service::refused;
use super::tokens::token_answers;
use crate::connect::rest::RestConnection;
use crate::connect::rest::held::{self, Held};
use crate::connect::{ConnectErrorKind, Connection, RestConfig, Row, Scan};
use crate::spec::FieldType;

const SECRETS: [(&str, &str); 2] = [("ID", "client"), ("SECRET", "s3cret")];

pub(super) fn open(section: &str, desk: &Desk) -> (RestConnection, Arc<Noted>) {
    let section = section.replace("URL", desk.url());
    let config: RestConfig = toml::from_str(&section).unwrap();
    let env = |name: &str| {
        let found = SECRETS.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    let mut connection = RestConnection::open(&config, Path::new("no-workspace"), &env).unwrap();
    let waits = Arc::new(Noted::default());
    connection.held = Held::new(Duration::ZERO);
    connection.pause = waits.clone();
    connection.now = || "2026-11-16T08:00:00Z".parse().unwrap();
    (connection, waits)
}

fn row(value: Value) -> Row {
    value.as_object().unwrap().clone()
}

#[tokio::test]
async fn only_what_was_changed_since_is_asked_for() {
    let answers = [
        "GET /deals?from=2026-01-01T00:00:00Z",
        "GET /deals?from=2026-11-09T08:00:00Z",
    ];
    let answers = answers.map(|ask| json!({ "ask": ask, "answer": [{ "id": 1 }] }));
    let desk = Desk::start(answers.to_vec(), Vec::new()).await;
    let table = "[tables.deals]\npath = '/deals'\nquery = { from = '{since}' }\n\
        since = { field = 'updated', as = 'time' }\n";
    for since in ["2026-01-01", "7d"] {
        let (connection, _) = open(
            &format!("base_url = 'URL'\nsince = '{since}'\n{table}"),
            &desk,
        );
        let info = connection.describe().await.unwrap();
        assert!(info.tables["deals"].notes[0].starts_with("Only records whose `updated` is 2026-"));
    }
    // Where nothing is said, nothing is asked.
    let (connection, _) = open(&format!("base_url = 'URL'\n{table}"), &desk);
    let error = connection.scan(Scan::all("deals")).await.unwrap_err();
    assert!(
        error.message.contains("nothing is answered to GET /deals "),
        "{error}"
    );
}

#[tokio::test]
async fn waits_have_a_bound_and_tries_an_end() {
    let desk = Desk::start(token_answers(60), Vec::new()).await;
    let section = "base_url = 'URL'\n[tables.deals]\npath = '/deals'\n";
    let (connection, waits) = open(section, &desk);
    desk.fails(
        "GET /deals",
        "429 Too Many\r\nRetry-After: 3600",
        &Value::Null,
    );
    let error = connection.scan(Scan::all("deals")).await.unwrap_err();
    let wanted = Duration::from_secs(3600);
    assert_eq!(
        error.kind,
        ConnectErrorKind::Transient {
            retry_after: Some(wanted)
        }
    );
    for _ in 0..4 {
        desk.fails("GET /deals", "429 Too Many\r\nRetry-After: 2", &Value::Null);
    }
    assert!(
        connection
            .scan(Scan::all("deals"))
            .await
            .unwrap_err()
            .is_transient()
    );
    assert_eq!(waits.seconds(), [2, 2, 2]);
}

#[tokio::test]
async fn declared_columns_are_there_in_any_case_and_have_their_types() {
    let answers = vec![
        json!({ "ask": "GET /deals", "answer": [{ "id": 7, "amount": "5" }] }),
        json!({ "ask": "GET /none", "answer": [] }),
    ];
    let desk = Desk::start(answers, Vec::new()).await;
    let section = "base_url = 'URL'\n[tables.deals]\npath = '/deals'\nkey = 'id'\n\
        columns = { id = 'text', amount = 'number', closed = 'date' }\n\
        [tables.none]\npath = '/none'\ncolumns = { id = 'text' }\n";
    let (connection, _) = open(section, &desk);
    let info = connection.describe().await.unwrap();
    let columns: Vec<_> = info.tables["deals"]
        .columns
        .iter()
        .map(|(name, column)| (name.as_str(), column.field, column.unique))
        .collect();
    assert_eq!(
        columns,
        [
            ("id", FieldType::Text, true),
            ("amount", FieldType::Number, true),
            ("closed", FieldType::Date, false)
        ]
    );
    assert!(info.tables["none"].columns.contains_key("id"));
    let scan = Scan {
        table: "deals".to_owned(),
        fields: IndexMap::from([
            ("id".to_owned(), FieldType::Text),
            ("closed".to_owned(), FieldType::Date),
        ]),
    };
    let rows = connection
        .scan(scan)
        .await
        .unwrap()
        .collect(9)
        .await
        .unwrap();
    assert_eq!(rows, [row(json!({ "id": "7", "closed": null }))]);
}

#[tokio::test]
async fn an_update_is_of_one_record_and_of_what_can_be_set() {
    let answers = vec![
        json!({ "ask": "GET /deals", "answer": [{ "id": 1, "stage": "a" }, { "id": 2, "stage": "a" }] }),
        json!({ "ask": "PATCH /deals/2", "answer": {} }),
    ];
    let desk = Desk::start(answers, Vec::new()).await;
    let section = "base_url = 'URL'\nwritable = true\n[tables.deals]\npath = '/deals'\nkey = 'id'\n\
        update = { path = '/deals/{id}', fixed = ['made'] }\n";
    let (connection, _) = open(section, &desk);
    let error = |key: Value, set: Value| {
        let (key, set) = (row(key), row(set));
        let connection = &connection;
        async move { connection.update("deals", &key, &set).await.unwrap_err() }
    };
    let set = json!({ "stage": "b" });
    let many = error(json!({ "stage": "a" }), set.clone()).await;
    assert_eq!(
        many.message,
        "An update of `deals` fits 2 records, and is of one."
    );
    assert!(
        error(json!({}), set.clone())
            .await
            .message
            .contains("no key")
    );
    assert!(
        error(json!({ "stag": "a" }), set.clone())
            .await
            .help
            .unwrap()
            .contains("`stage`")
    );
    let fixed = error(json!({ "id": 2 }), json!({ "made": "x" })).await;
    assert_eq!(fixed.message, "`made` of the table `deals` cannot be set.");
    let nobody = connection
        .update("deals", &row(json!({ "stage": "z" })), &row(set.clone()))
        .await;
    assert_eq!(nobody.unwrap(), 0);
    assert!(
        !desk
            .asked(0)
            .iter()
            .any(|asked| asked.line.starts_with("PATCH"))
    );
    assert_eq!(
        connection
            .update("deals", &row(json!({ "id": 2 })), &row(set))
            .await
            .unwrap(),
        1
    );

    let (connection, _) = open(&section.replace("writable = true", ""), &desk);
    let error = connection
        .update("deals", &row(json!({ "id": 2 })), &Row::new())
        .await;
    assert!(error.unwrap_err().help.unwrap().contains("writable = true"));
}

#[tokio::test]
async fn a_table_is_asked_for_once_in_a_row_and_again_after_a_change() {
    let answers = vec![
        json!({ "ask": "GET /deals", "answer": [{ "id": 1 }] }),
        json!({ "ask": "POST /close", "answer": {} }),
        json!({ "ask": "GET /look", "answer": {} }),
    ];
    let desk = Desk::start(answers, Vec::new()).await;
    let section = "base_url = 'URL'\n[tables.deals]\npath = '/deals'\n\
        [tools.close]\nabout = 'Closes'\npath = '/close'\n[tools.look]\nabout = 'Looks'\nmethod = 'GET'\npath = '/look'\n";
    let (mut connection, _) = open(section, &desk);
    connection.held = Held::new(held::TIME);
    desk.fails("GET /deals", "500 Internal Server Error", &Value::Null);
    assert!(connection.scan(Scan::all("deals")).await.is_err());
    for tool in ["look", "close"] {
        for _ in 0..2 {
            connection.scan(Scan::all("deals")).await.unwrap();
        }
        connection.call(tool, Row::new()).await.unwrap();
    }
    connection.scan(Scan::all("deals")).await.unwrap();
    let read = desk
        .asked(0)
        .into_iter()
        .filter(|asked| asked.line == "GET /deals");
    assert_eq!(
        read.count(),
        3,
        "what failed, the first and the one after the change"
    );
}

#[tokio::test]
async fn a_no_in_a_good_answer_is_a_no() {
    let answers = ["gone", "token_expired", "busy"].map(
        |code| json!({ "ask": format!("GET /{code}"), "answer": { "ok": false, "error": code } }),
    );
    let desk = Desk::start(answers.to_vec(), Vec::new()).await;
    let section = "base_url = 'URL'\nrefusals = { unless = '/ok', code = '/error', access = ['token_expired'], later = ['busy'] }\n\
        [tools.look]\nabout = 'Looks'\nmethod = 'GET'\npath = '/{what}'\ninput = { what = {} }\n";
    let (connection, _) = open(section, &desk);
    let mut kinds = Vec::new();
    for what in ["gone", "token_expired", "busy"] {
        let arguments = row(json!({ "what": what }));
        kinds.push(connection.call("look", arguments).await.unwrap_err().kind);
    }
    assert_eq!(
        kinds,
        [
            ConnectErrorKind::Refused {
                code: "gone".to_owned()
            },
            ConnectErrorKind::Final,
            ConnectErrorKind::Transient { retry_after: None }
        ]
    );
}

#[tokio::test]
async fn one_table_that_cannot_be_read_leaves_the_others() {
    let answers = vec![json!({ "ask": "GET /deals", "answer": [{ "id": 1 }] })];
    let desk = Desk::start(answers, Vec::new()).await;
    let section =
        "base_url = 'URL'\n[tables.deals]\npath = '/deals'\n[tables.calls]\npath = '/calls'\n";
    let (connection, _) = open(section, &desk);
    desk.fails(
        "GET /calls",
        "403 Forbidden",
        &json!({ "message": "No scope" }),
    );
    let info = connection.describe().await.unwrap();
    assert_eq!(info.tables.keys().collect::<Vec<_>>(), ["deals"]);
    let problem = info.problem.unwrap();
    assert!(
        problem.contains("`calls`: ") && problem.contains("No scope"),
        "{problem}"
    );
    // What is true of all is said of all.
    for path in ["GET /deals", "GET /calls"] {
        desk.fails(path, "503 Service Unavailable", &Value::Null);
    }
    assert!(connection.describe().await.unwrap_err().is_transient());
}

#[test]
fn what_is_wrong_is_said_with_its_place_and_a_remedy() {
    let table = |table: &str| {
        refused(&format!(
            "base_url = 'https://x.test'\n[tables.deals]\n{table}"
        ))
    };
    let tool = |tool: &str| {
        refused(&format!(
            "base_url = 'https://x.test'\n[tools.send]\nabout = 'Sends'\npath = '/x'\n{tool}"
        ))
    };
    for (error, message, help) in [
        (
            table("pth = '/x'"),
            "the table `deals` of its section in sopwright.toml: unknown field `pth`",
            "Did you mean `path`?",
        ),
        (table("path = '/{id}'"), "nothing fills in {id}", "blanks"),
        (
            table("path = '/x'\nrows = 'items'"),
            "`items` is no path",
            "slash",
        ),
        (
            table("path = '/x'\nmethod = 'FETCH'"),
            "`FETCH` is no method",
            "GET",
        ),
        (
            table("path = '/x'\nquery = { a = '{since}' }"),
            "nothing fills in {since}",
            "as = …",
        ),
        (
            table("path = '/x'\nnext = { parameter = 'p' }"),
            "use `{ parameter",
            "docs/connections.md",
        ),
        (
            table("path = '/x'\nupdate = { path = '/x/{id}' }"),
            "needs to know which record",
            "`key`",
        ),
        (
            table("path = '/x'\nkey = 'id'\nupdate = { path = '/x' }"),
            "does not use {id} and {set}",
            "every record",
        ),
        (
            table("like = 'accounts'"),
            "like the table \"accounts\", which there is not",
            "`like` names",
        ),
        (
            tool("body = { to = '{whom}' }"),
            "the tool `send`",
            "`send` takes",
        ),
        (
            tool("body = { to = '{to}' }\ninput = { to = { kind = 'text' } }"),
            "unknown field `kind`",
            "type",
        ),
        (
            refused("base_url = 'https://{tenant}.x.test'"),
            "`tenant` of the address",
            "[blanks.tenant]",
        ),
        (
            refused("base_url = 'x.test'"),
            "`base_url` is not an address",
            "https://",
        ),
        (
            refused("base_url = 'https://x.test'\nset = { a = 'b' }"),
            "`set` fills in `a`",
            "nothing to fill in",
        ),
        (
            refused("base_url = 'https://x.test'\ntimeout = 'soon'"),
            "`timeout` is not a duration",
            "30s",
        ),
        (
            refused("base_url = 'https://x.test'\nauth = { bearer = 'secret:token' }"),
            "the secret `token`, which is not described",
            "[secrets.token]",
        ),
        (
            refused("base_url = 'https://x.test'\nauth = { token = 'x' }"),
            "use `{ bearer",
            "docs",
        ),
        (
            refused("base_url = 'https://x.test'\nheaders = { 'a b' = 'x' }"),
            "cannot be a header",
            "",
        ),
    ] {
        assert!(
            error.message.contains(message),
            "{} is not {message}",
            error.message
        );
        assert!(
            error.help.clone().unwrap_or_default().contains(help),
            "{error:?} is not {help}"
        );
    }
}
