#![allow(clippy::unwrap_used)]
use std::path::PathBuf;

use serde_json::{Value, json};

use super::*;
use crate::connect::folder::FolderConnection;
use crate::connect::{Connection, FileConfig, Scan};
use crate::spec::FieldType;

/// Files that were written by `tests/parquet/make.py`.
fn files() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/parquet")
}

fn connection(folder: &std::path::Path) -> FolderConnection {
    let config = FileConfig {
        path: folder.to_owned(),
        writable: false,
        about: None,
        tables: IndexMap::new(),
    };
    FolderConnection::open(&config, folder).unwrap()
}

async fn rows(table: &str) -> Vec<Row> {
    let stream = connection(&files()).scan(Scan::all(table)).await.unwrap();
    stream.collect(usize::MAX).await.unwrap()
}

#[tokio::test]
async fn columns_have_the_types_that_the_file_says() {
    let info = connection(&files()).describe().await.unwrap();
    for table in ["snappy", "zstd", "gzip", "lz4", "plain"] {
        let described = &info.tables[table];
        assert_eq!(described.rows, Some(60), "{table}");
        let fields: Vec<(&str, FieldType)> = described
            .columns
            .iter()
            .map(|(name, column)| (name.as_str(), column.field))
            .collect();
        assert_eq!(
            fields,
            [
                ("id", FieldType::Text),
                ("customer", FieldType::Text),
                ("quantity", FieldType::Integer),
                ("weight", FieldType::Number),
                ("ratio", FieldType::Number),
                ("price", FieldType::Number),
                ("large", FieldType::Number),
                ("is_paid", FieldType::Boolean),
                ("ordered_on", FieldType::Date),
                ("shipped_at", FieldType::Time),
                ("seen_at", FieldType::Time),
                ("opens", FieldType::Text),
                ("account", FieldType::Text),
                ("tags", FieldType::List),
                ("address", FieldType::Object),
                ("counts", FieldType::Object),
                ("raw", FieldType::Text),
                ("nothing", FieldType::Text),
                ("takes", FieldType::Integer),
            ],
            "{table}"
        );
        let missing = described.columns["customer"].missing;
        assert!((missing - 0.2).abs() < 1e-9, "{table}: {missing}");
    }
    let empty = &info.tables["empty"];
    assert_eq!((empty.rows, empty.columns.len()), (Some(0), 19));
    assert!(empty.notes[0].contains("no rows"), "{:?}", empty.notes);
    let problem = info.problem.unwrap();
    assert!(
        problem.contains("`brotli.parquet` is compressed with Brotli"),
        "{problem}"
    );
}

#[tokio::test]
async fn rows_come_whole_from_every_group_however_they_are_written() {
    let expected = rows("gzip").await;
    assert_eq!(
        json!(expected[2]),
        json!({
            "id": "0002", "customer": "Müller & Söhne", "quantity": 2, "weight": 0.2, "ratio": 0.5,
            "price": 0.25, "large": 1.2345678901234567e19, "is_paid": true, "ordered_on": "2024-02-29",
            "shipped_at": "2024-03-01T12:30:02Z", "seen_at": "2024-03-01T08:00:02Z", "opens": "08:02:00",
            "account": "9007199254740995", "tags": [], "address": {"city": "Wien", "since": "2020-01-01"},
            "counts": {"a": 2, "b": null}, "raw": null, "nothing": null, "takes": 2
        })
    );
    assert_eq!(expected[3]["ratio"], Value::Null, "no number");
    assert_eq!(expected[3]["tags"], json!(["new", null]));
    assert_eq!(
        (
            &expected[4]["price"],
            &expected[4]["tags"],
            &expected[4]["address"]
        ),
        (&Value::Null, &Value::Null, &Value::Null)
    );
    for table in ["snappy", "zstd", "lz4", "plain"] {
        assert_eq!(rows(table).await, expected, "{table}");
    }
}

#[tokio::test]
async fn only_the_columns_that_are_wanted_are_read_and_as_they_are_wanted() {
    let scan = |field| Scan {
        fields: IndexMap::from([
            ("large".to_owned(), field),
            ("id".to_owned(), FieldType::Integer),
        ]),
        ..Scan::all("zstd")
    };
    let folder = connection(&files());
    let stream = folder.scan(scan(FieldType::Text)).await.unwrap();
    let found = stream.collect(1).await.unwrap();
    assert_eq!(
        json!(found),
        json!([{"large": "12345678901234567890.12", "id": 0}])
    );
    let stream = folder.scan(scan(FieldType::Date)).await.unwrap();
    let error = stream.collect(1).await.unwrap_err();
    assert!(error.message.contains("row 1"), "{error:?}");
    let gone = Scan {
        fields: IndexMap::from([("colour".to_owned(), FieldType::Text)]),
        ..Scan::all("zstd")
    };
    let error = folder.scan(gone).await.unwrap_err();
    assert!(error.message.contains("colour"), "{error:?}");
}

#[tokio::test]
async fn what_few_files_have_is_read_too() {
    assert_eq!(
        json!(rows("odd").await),
        json!([
            {"key": "00000000-0000-0000-0000-000000000001", "half": 1.5},
            {"key": "00000000-0000-0000-0000-000000000002", "half": null}
        ])
    );
}

#[tokio::test]
async fn of_columns_of_one_name_none_is_taken_for_the_other() {
    assert_eq!(json!(rows("twice").await), json!([{"t": "a"}]));
    let info = connection(&files()).describe().await.unwrap();
    let notes = &info.tables["twice"].notes;
    assert!(notes[0].contains("`n` is there twice"), "{notes:?}");
}

#[tokio::test]
async fn a_damaged_file_is_told_and_keeps_no_other_from_being_read() {
    let folder = tempfile::tempdir().unwrap();
    let whole = std::fs::read(files().join("snappy.parquet")).unwrap();
    let write = |name: &str, content: &[u8]| {
        std::fs::write(folder.path().join(name), content).unwrap();
    };
    write("cut.parquet", &whole[..whole.len() / 2]);
    write("page.parquet", b"<html>Sign in</html>");
    write("nothing.parquet", b"");
    write("whole.parquet", &whole);
    let info = connection(folder.path()).describe().await.unwrap();
    assert_eq!(info.tables.keys().collect::<Vec<_>>(), ["whole"]);
    let problem = info.problem.unwrap();
    for name in ["cut", "page", "nothing"] {
        let told = format!("`{name}.parquet` could not be read");
        assert!(problem.contains(&told), "{problem}");
    }
}

#[test]
fn damage_anywhere_is_an_error_or_another_value_and_never_more() {
    let folder = tempfile::tempdir().unwrap();
    let whole = std::fs::read(files().join("zstd.parquet")).unwrap();
    let mut random = fastrand::Rng::with_seed(5);
    let mut refused = 0;
    for number in 0..60 {
        let mut content = whole.clone();
        for _ in 0..3 {
            let place = random.usize(4..content.len() - 8);
            content[place] = random.u8(..);
        }
        let path = folder.path().join(format!("{number}.parquet"));
        std::fs::write(&path, &content).unwrap();
        let file = DataFile {
            table: "t".to_owned(),
            path,
            format: super::super::files::Format::Parquet,
            sheet: None,
        };
        match describe(&file) {
            Ok(_) => {}
            Err(error) => {
                refused += 1;
                assert!(error.message.contains("could not be read"), "{error:?}");
            }
        }
    }
    assert!(refused > 10, "{refused}");
}
