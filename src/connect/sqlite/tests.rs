#![allow(clippy::unwrap_used, clippy::expect_used)]
use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::connect::ConnectErrorKind;
use crate::spec::FieldType;

fn database(writable: bool) -> (TempDir, SqliteConnection) {
    let workspace = tempfile::tempdir().unwrap();
    rusqlite::Connection::open(workspace.path().join("a.db"))
        .unwrap()
        .execute_batch(
            "CREATE TABLE accounts (id TEXT PRIMARY KEY, \"seat count\" INTEGER, score REAL, active BOOLEAN, due DATE, photo BLOB);
             INSERT INTO accounts VALUES ('007', 5, 1, 1, '22/4/2024', x'00'), ('008', NULL, 2.5, 0, '3/4/2024', NULL);
             CREATE TABLE unused (n INTEGER, at DATETIME);
             CREATE VIEW active AS SELECT id FROM accounts WHERE active;",
        )
        .unwrap();
    let config = FileConfig {
        path: "a.db".into(),
        writable,
        about: None,
        tables: IndexMap::new(),
    };
    let connection = SqliteConnection::open(&config, workspace.path()).unwrap();
    (workspace, connection)
}

async fn rows(connection: &SqliteConnection, scan: Scan) -> Result<Value, ConnectError> {
    let rows = connection.scan(scan).await?.collect(usize::MAX).await?;
    Ok(rows.into_iter().map(Value::Object).collect())
}

#[tokio::test]
async fn describes_tables_and_views() {
    let (_kept, database) = database(true);
    let info = database.describe().await.unwrap();
    assert_eq!(
        info.tables.keys().collect::<Vec<_>>(),
        ["accounts", "active", "unused"]
    );
    let accounts = &info.tables["accounts"];
    let fields: Vec<FieldType> = accounts
        .columns
        .values()
        .map(|column| column.field)
        .collect();
    use FieldType::{Boolean, Date, Integer, Number, Text, Time};
    assert_eq!(fields, [Text, Integer, Number, Boolean, Date, Text]);
    assert_eq!(
        accounts.columns["active"].values,
        Some(vec![json!(true), json!(false)])
    );
    assert_eq!(accounts.columns["due"].min, Some(json!("2024-04-03")));
    assert_eq!(
        accounts.notes,
        ["`photo` holds binary data, which is left out."]
    );
    assert!(accounts.writable && !info.tables["active"].writable);
    let unused: Vec<FieldType> = info.tables["unused"]
        .columns
        .values()
        .map(|c| c.field)
        .collect();
    assert_eq!(unused, [Integer, Time]);
}

#[tokio::test]
async fn scans_by_inferred_and_by_pinned_types() {
    let (_kept, database) = database(false);
    let all = rows(&database, Scan::all("accounts")).await.unwrap();
    assert_eq!(
        all[0],
        json!({ "id": "007", "seat count": 5, "score": 1.0, "active": true, "due": "2024-04-22", "photo": null })
    );
    let fields = [("due", FieldType::Date), ("seat count", FieldType::Text)];
    let fields = fields.map(|(name, field)| (name.to_owned(), field));
    let scan = Scan {
        table: "accounts".to_owned(),
        fields: fields.into_iter().collect(),
    };
    assert_eq!(
        rows(&database, scan).await.unwrap(),
        json!([{ "due": "2024-04-22", "seat count": "5" }, { "due": "2024-04-03", "seat count": null }])
    );
}

#[tokio::test]
async fn names_what_is_not_there_and_what_does_not_fit() {
    let (_kept, database) = database(false);
    let error = rows(&database, Scan::all("acounts")).await.unwrap_err();
    assert_eq!(error.kind, ConnectErrorKind::UnknownName);
    assert!(error.help.unwrap().contains("Did you mean `accounts`?"));
    let pin = |name: &str, field| Scan {
        table: "accounts".to_owned(),
        fields: IndexMap::from([(name.to_owned(), field)]),
    };
    let error = rows(&database, pin("scor", FieldType::Number))
        .await
        .unwrap_err();
    assert!(matches!(error.kind, ConnectErrorKind::Drift { .. }));
    let error = rows(&database, pin("score", FieldType::Integer))
        .await
        .unwrap_err();
    assert_eq!(
        error.message,
        "The table `accounts`, row 2: `score` holds \"2.5\", which is not an integer."
    );
}

#[tokio::test]
async fn updates_by_key_in_a_transaction() {
    let (_kept, open) = database(true);
    let row = |value: Value| value.as_object().unwrap().clone();
    let key = row(json!({ "id": "008", "seat count": null }));
    let set = row(json!({ "seat count": 9, "active": true }));
    assert_eq!(open.update("accounts", &key, &set).await.unwrap(), 1);
    assert_eq!(open.update("accounts", &key, &set).await.unwrap(), 0);
    let all = rows(&open, Scan::all("accounts")).await.unwrap();
    assert_eq!(
        (&all[1]["seat count"], &all[1]["active"]),
        (&json!(9), &json!(true))
    );
    let injected = row(json!({ "id\" = id OR \"id": "x" }));
    assert!(
        open.update("accounts", &injected, &set)
            .await
            .unwrap_err()
            .message
            .contains("no column")
    );
    assert!(open.update("accounts", &Row::new(), &set).await.is_err());
    let (_kept, sealed) = database(false);
    assert!(
        sealed
            .update("accounts", &key, &set)
            .await
            .unwrap_err()
            .message
            .contains("only to be read")
    );
}
