#![allow(clippy::unwrap_used, clippy::expect_used)]
use std::fs;

use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::connect::ConnectErrorKind;
use crate::spec::FieldType;

fn folder(files: &[(&str, &[u8])], writable: bool) -> (TempDir, FolderConnection) {
    let workspace = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(workspace.path().join(name), text).unwrap();
    }
    let config = FileConfig {
        path: ".".into(),
        writable,
        about: None,
        tables: indexmap::IndexMap::new(),
    };
    let connection = FolderConnection::open(&config, workspace.path()).unwrap();
    (workspace, connection)
}

fn row(value: Value) -> Row {
    value.as_object().unwrap().clone()
}

async fn rows(connection: &FolderConnection, scan: Scan) -> Result<Value, ConnectError> {
    let rows = connection.scan(scan).await?.collect(usize::MAX).await?;
    Ok(rows.into_iter().map(Value::Object).collect())
}

fn pins(table: &str, fields: &[(&str, FieldType)]) -> Scan {
    let fields = fields
        .iter()
        .map(|(name, field)| ((*name).to_owned(), *field));
    Scan {
        table: table.to_owned(),
        fields: fields.collect(),
    }
}

#[tokio::test]
async fn reads_a_table_with_inferred_types() {
    let text = b"\xEF\xBB\xBF id ;joined;score;final status\r\n007;22/4/2024;1,5;\"a\nb\"\r\n008;3/4/2024;NaN;x\r\n";
    let (_kept, folder) = folder(&[("people.csv", text)], false);
    let rows = rows(&folder, Scan::all("people")).await.unwrap();
    assert_eq!(
        rows,
        json!([
            { "id": "007", "joined": "2024-04-22", "score": "1,5", "final status": "a\nb" },
            { "id": "008", "joined": "2024-04-03", "score": null, "final status": "x" },
        ])
    );
}

#[tokio::test]
async fn describes_what_is_odd() {
    let text = b"id,id,name\n1,2,J\xF6rg\n3\n4,5,x,extra\n6,7,y,\n";
    let (_kept, folder) = folder(&[("a.csv", text)], false);
    let table = folder.describe().await.unwrap().tables["a"].clone();
    assert_eq!(table.rows, Some(4));
    assert_eq!(table.columns["id_2"].missing, 0.25);
    assert_eq!(table.columns["name"].examples[0], json!("J\u{f6}rg"));
    let notes = table.notes.join("\n");
    for part in [
        "`id_2`",
        "1 row with too few cells: what is not there is missing; the first is on line 3.",
        "1 row with more cells than the header: the extra ones are left out; the first is on line 4.",
        "1 cell not in UTF-8, read as Windows-1252; the first is on line 2.",
    ] {
        assert!(notes.contains(part), "{notes}");
    }
}

#[tokio::test]
async fn pinned_fields_alone_are_read_by_their_types() {
    let text = b"id,seats,active,due,note\n1,5.0,yes,3/4/2024,x\n2,,0,22/4/2024,y\n";
    let (_kept, folder) = folder(&[("a.csv", text)], false);
    let scan = pins(
        "a",
        &[
            ("due", FieldType::Date),
            ("id", FieldType::Text),
            ("seats", FieldType::Integer),
            ("active", FieldType::Boolean),
        ],
    );
    assert_eq!(
        rows(&folder, scan).await.unwrap(),
        json!([
            { "due": "2024-04-03", "id": "1", "seats": 5, "active": true },
            { "due": "2024-04-22", "id": "2", "seats": null, "active": false },
        ])
    );
}

#[tokio::test]
async fn a_cell_that_does_not_fit_names_its_place() {
    let (_kept, folder) = folder(&[("a.csv", b"id,total\n1,5\n2,\"$1,000\"\n")], false);
    let scan = pins("a", &[("total", FieldType::Number)]);
    let error = rows(&folder, scan).await.unwrap_err();
    assert_eq!(
        error.message,
        "The table `a`, line 3: `total` holds \"$1,000\", which is not a number."
    );
    assert_eq!(error.kind, ConnectErrorKind::Final);
}

#[tokio::test]
async fn a_pinned_column_that_is_gone_is_drift() {
    let files: [(&str, &[u8]); 2] = [
        ("a.csv", b"health_score\n1\n"),
        ("b.json", b"[{\"health_score\":1}]"),
    ];
    let (_kept, folder) = folder(&files, false);
    for table in ["a", "b"] {
        let error = rows(&folder, pins(table, &[("healthscore", FieldType::Number)]))
            .await
            .unwrap_err();
        assert!(
            matches!(&error.kind, ConnectErrorKind::Drift { column } if column == "healthscore")
        );
        assert!(error.help.unwrap().contains("Did you mean `health_score`?"));
    }
    let error = rows(&folder, Scan::all("c")).await.unwrap_err();
    assert_eq!(error.kind, ConnectErrorKind::UnknownName);
}

#[tokio::test]
async fn json_keeps_its_structures() {
    let lines = b"{\"id\":1,\"tags\":[\"a\"],\"at\":\"2024-01-22 10:00\"}\n\n{\"id\":2,\"who\":{\"n\":1}}\n";
    let files: [(&str, &[u8]); 2] = [
        ("lines.jsonl", lines),
        ("doc.json", b"{\"total\":1,\"items\":[{\"id\":\"x\"}]}"),
    ];
    let (_kept, folder) = folder(&files, false);
    assert_eq!(
        rows(&folder, Scan::all("lines")).await.unwrap(),
        json!([
            { "id": 1, "tags": ["a"], "at": "2024-01-22T10:00:00Z", "who": null },
            { "id": 2, "tags": null, "at": null, "who": { "n": 1 } },
        ])
    );
    assert_eq!(
        rows(&folder, Scan::all("doc")).await.unwrap(),
        json!([{ "id": "x" }])
    );
    let info = folder.describe().await.unwrap();
    assert_eq!(info.tables["lines"].columns["tags"].field, FieldType::List);
    assert_eq!(info.tables["lines"].columns["who"].missing, 0.5);
    let scan = pins("lines", &[("id", FieldType::Date)]);
    let error = rows(&folder, scan).await.unwrap_err();
    assert!(error.message.contains("line 1"), "{error}");
}

#[tokio::test]
async fn one_bad_file_leaves_the_others() {
    let files: [(&str, &[u8]); 5] = [
        ("good.csv", b"a\n1\n"),
        ("empty.csv", b""),
        ("head.csv", b"a,b\n"),
        ("wide.csv", b"\xFF\xFEa\0"),
        ("bad.jsonl", b"{}\n[1]\n"),
    ];
    let (_kept, folder) = folder(&files, false);
    let info = folder.describe().await.unwrap();
    assert_eq!(info.tables.keys().collect::<Vec<_>>(), ["good", "head"]);
    assert!(info.tables["head"].notes[0].contains("no rows"));
    let problem = info.problem.unwrap();
    for part in [
        "`empty.csv` is empty",
        "`wide.csv` is in UTF-16",
        "`bad.jsonl` line 2 is not an object",
    ] {
        assert!(problem.contains(part), "{problem}");
    }
}

#[tokio::test]
async fn a_changed_file_is_described_anew() {
    let (kept, folder) = folder(&[("a.csv", b"a\n1\n")], false);
    assert_eq!(folder.describe().await.unwrap().tables["a"].rows, Some(1));
    fs::write(kept.path().join("a.csv"), "a\n1\n2\n").unwrap();
    assert_eq!(folder.describe().await.unwrap().tables["a"].rows, Some(2));
}

#[tokio::test]
async fn an_update_changes_its_cells_and_no_other_byte() {
    let text = "\u{feff}id,name,level,due\r\n\r\n01,\"Ann, B\",,3/4/2024\r\n02,\"Bo\",low\r\n01,C,x,22/4/2024";
    let (kept, folder) = folder(&[("a.csv", text.as_bytes())], true);
    let key = row(json!({ "id": "01" }));
    let set = row(json!({ "level": "very, \"high\"" }));
    assert_eq!(folder.update("a", &key, &set).await.unwrap(), 2);
    let new = fs::read_to_string(kept.path().join("a.csv")).unwrap();
    assert_eq!(
        new,
        "\u{feff}id,name,level,due\r\n\r\n01,\"Ann, B\",\"very, \"\"high\"\"\",3/4/2024\r\n\
         02,\"Bo\",low\r\n01,C,\"very, \"\"high\"\"\",22/4/2024"
    );
    let key = row(json!({ "due": null, "name": "Bo" }));
    assert_eq!(
        folder
            .update("a", &key, &row(json!({ "due": "1/5/2024" })))
            .await
            .unwrap(),
        1
    );
    let key = row(json!({ "due": "2024-05-01" }));
    assert_eq!(
        folder
            .update("a", &key, &row(json!({ "level": 3 })))
            .await
            .unwrap(),
        1
    );
    assert!(
        fs::read_to_string(kept.path().join("a.csv"))
            .unwrap()
            .contains("\r\n02,Bo,3,1/5/2024\r\n")
    );
    assert_eq!(
        folder
            .update("a", &row(json!({ "id": "03" })), &set)
            .await
            .unwrap(),
        0
    );
    assert_eq!(fs::read_dir(kept.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn an_update_must_be_allowed_and_name_its_rows() {
    let (_kept, sealed) = folder(&[("a.csv", b"id\n1\n")], false);
    let key = row(json!({ "id": 1 }));
    let error = sealed.update("a", &key, &key).await.unwrap_err();
    assert!(error.help.unwrap().contains("writable = true"));
    let files: [(&str, &[u8]); 2] = [("a.csv", b"id\n1\n"), ("b.json", b"[{\"id\":1}]")];
    let (_kept, open) = folder(&files, true);
    assert!(
        open.update("a", &Row::new(), &key)
            .await
            .unwrap_err()
            .message
            .contains("no key")
    );
    let error = open
        .update("a", &key, &row(json!({ "ids": 1 })))
        .await
        .unwrap_err();
    assert!(error.message.contains("no column `ids`"));
    assert!(
        open.update("b", &key, &key)
            .await
            .unwrap_err()
            .message
            .contains("only CSV")
    );
    assert!(open.describe().await.unwrap().tables["a"].writable);
    assert!(!open.describe().await.unwrap().tables["b"].writable);
}

#[tokio::test]
async fn pinned_dates_read_the_same_before_and_after_a_description() {
    let (_kept, folder) = folder(&[("a.csv", b"due\n3/4/2024\n22/4/2024\n")], false);
    let scan = pins("a", &[("due", FieldType::Date)]);
    let before = rows(&folder, scan.clone()).await.unwrap();
    folder.describe().await.unwrap();
    assert_eq!(rows(&folder, scan).await.unwrap(), before);
    assert_eq!(before[0]["due"], "2024-04-03");
}

#[tokio::test]
async fn files_of_a_pattern_are_one_table_which_grows() {
    let workspace = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(workspace.path().join(name), text).unwrap();
    write("tickets-01.csv", "id,opened\n007,3/4/2024\n");
    write("tickets-02.csv", "opened;id;plan\n22/4/2024;008;gold\n");
    write("other.csv", "n\n1\n");
    let config: FileConfig = toml::from_str(
        "path = '.'\nwritable = true\ntables = { tickets = { files = 'tickets-*.csv' } }",
    )
    .unwrap();
    let folder = FolderConnection::open(&config, workspace.path()).unwrap();
    let info = folder.describe().await.unwrap();
    let names: Vec<&String> = info.tables.keys().collect();
    assert_eq!(names, ["tickets", "other"]);
    let tickets = &info.tables["tickets"];
    assert_eq!((tickets.rows, tickets.writable), (Some(2), false));
    assert_eq!(
        tickets.notes,
        ["`plan` is not in tickets-01.csv: it is missing in its rows."]
    );
    let read = async || {
        let rows = folder.scan(Scan::all("tickets")).await.unwrap();
        let rows = rows.collect(usize::MAX).await.unwrap();
        rows.into_iter().map(Value::Object).collect::<Value>()
    };
    // Day and month are told by all files together.
    let mut expected = vec![
        json!({ "id": "007", "opened": "2024-04-03", "plan": null }),
        json!({ "id": "008", "opened": "2024-04-22", "plan": "gold" }),
    ];
    assert_eq!(read().await, json!(expected));
    write("tickets-03.csv", "id,opened,plan\n009,1/5/2024,\n");
    expected.push(json!({ "id": "009", "opened": "2024-05-01", "plan": null }));
    assert_eq!(
        read().await,
        json!(expected),
        "a new file is seen at the next read"
    );
    let gone: FileConfig =
        toml::from_str("path = '.'\ntables = { calls = { files = 'calls-*.csv' } }").unwrap();
    let gone = FolderConnection::open(&gone, workspace.path()).unwrap();
    assert!(
        gone.describe()
            .await
            .unwrap()
            .problem
            .unwrap()
            .contains("no file of the pattern")
    );
}
