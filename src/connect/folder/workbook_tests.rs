#![allow(clippy::unwrap_used, clippy::expect_used)]
use std::fs;
use std::io::Write;
use std::path::Path;

use serde_json::{Value, json};
use zip::write::SimpleFileOptions;

use super::*;
use crate::connect::folder::FolderConnection;
use crate::connect::{Connection, FileConfig, RowStream, Scan};
use crate::spec::FieldType;

/// Writes parts into a file that is packed as workbooks are.
fn packed(path: &Path, parts: &[(&str, String)]) {
    let mut writer = zip::ZipWriter::new(fs::File::create(path).unwrap());
    for (name, content) in parts {
        writer
            .start_file(*name, SimpleFileOptions::default())
            .unwrap();
        writer.write_all(content.as_bytes()).unwrap();
    }
    writer.finish().unwrap();
}

/// Writes a workbook of sheets, each with its rows as SpreadsheetML has them. Style 1 is a day, style
/// 2 a moment.
fn xlsx(path: &Path, sheets: &[(&str, &str, &str)]) {
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let (mut listed, mut related, mut parts) = (String::new(), String::new(), Vec::new());
    for (number, (name, state, rows)) in (1..).zip(sheets) {
        listed += &format!(
            "<sheet name=\"{name}\" sheetId=\"{number}\" state=\"{state}\" r:id=\"r{number}\"/>"
        );
        related += &format!(
            "<Relationship Id=\"r{number}\" Type=\"{OFFICE}/worksheet\" Target=\"worksheets/sheet{number}.xml\"/>"
        );
        let sheet =
            format!("<worksheet xmlns=\"{MAIN}\"><sheetData>{rows}</sheetData></worksheet>");
        parts.push((format!("xl/worksheets/sheet{number}.xml"), sheet));
    }
    let book = format!(
        "<workbook xmlns=\"{MAIN}\" xmlns:r=\"{OFFICE}\"><sheets>{listed}</sheets></workbook>"
    );
    let relations = format!(
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{related}</Relationships>"
    );
    let styles = format!(
        "<styleSheet xmlns=\"{MAIN}\"><cellXfs count=\"3\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"22\"/></cellXfs></styleSheet>"
    );
    let top = format!(
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"r1\" Type=\"{OFFICE}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
    );
    let mut all = vec![
        ("_rels/.rels", top),
        ("xl/workbook.xml", book),
        ("xl/_rels/workbook.xml.rels", relations),
        ("xl/styles.xml", styles),
    ];
    all.extend(
        parts
            .iter()
            .map(|(name, content)| (name.as_str(), content.clone())),
    );
    packed(path, &all);
}

fn text(place: &str, text: &str) -> String {
    format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
}

fn folder(path: &Path) -> FolderConnection {
    let config: FileConfig = toml::from_str("path = '.'").unwrap();
    FolderConnection::open(&config, path).unwrap()
}

async fn all(stream: RowStream) -> Value {
    let rows = stream.collect(usize::MAX).await.unwrap();
    rows.into_iter().map(Value::Object).collect()
}

/// A list with a title above it, an empty column before it, a formula, and gaps.
fn accounts() -> String {
    let rows = [
        format!("<row r=\"1\">{}</row>", text("B1", "Renewal list")),
        format!(
            "<row r=\"3\">{}{}{}{}{}</row>",
            text("B3", "Account"),
            text("C3", "Id"),
            text("D3", "Starts"),
            text("E3", "Total"),
            text("F3", "Seen")
        ),
        format!(
            "<row r=\"4\">{}{}<c r=\"D4\" s=\"1\"><v>45943</v></c><c r=\"E4\"><f>1+2</f><v>3.5</v></c><c r=\"F4\" s=\"2\"><v>45943.5</v></c></row>",
            text("B4", "Acme"),
            text("C4", "007")
        ),
        "<row r=\"5\"></row>".to_owned(),
        format!(
            "<row r=\"6\">{}<c r=\"C6\"><v>8</v></c><c r=\"E6\" t=\"e\"><f>1/0</f><v>#DIV/0!</v></c></row>",
            text("B6", "Blue &amp; Co")
        ),
    ];
    rows.concat()
}

#[tokio::test]
async fn a_sheet_is_a_table_with_its_header_found_and_its_cells_as_they_are_meant() {
    let place = tempfile::tempdir().unwrap();
    xlsx(
        &place.path().join("renewals.xlsx"),
        &[("List", "visible", &accounts())],
    );
    let folder = folder(place.path());
    let info = folder.describe().await.unwrap();
    assert_eq!(info.problem, None);
    let table = &info.tables["renewals"];
    use FieldType::{Date, Number, Text, Time};
    let fields: Vec<(&str, FieldType)> = table
        .columns
        .iter()
        .map(|(n, c)| (n.as_str(), c.field))
        .collect();
    assert_eq!(
        fields,
        [
            ("Account", Text),
            ("Id", Text),
            ("Starts", Date),
            ("Total", Number),
            ("Seen", Time)
        ]
    );
    assert_eq!((table.rows, table.writable), (Some(2), false));
    assert!(
        table.notes[0].contains("header is on row 3"),
        "{:?}",
        table.notes
    );
    let rows = all(folder.scan(Scan::all("renewals")).await.unwrap()).await;
    assert_eq!(
        rows,
        json!([
            { "Account": "Acme", "Id": "007", "Starts": "2025-10-13", "Total": 3.5, "Seen": "2025-10-13T12:00:00Z" },
            { "Account": "Blue & Co", "Id": "8", "Starts": null, "Total": null, "Seen": null }
        ])
    );
    let pinned = Scan {
        table: "renewals".to_owned(),
        fields: [("Id".to_owned(), FieldType::Integer)]
            .into_iter()
            .collect(),
    };
    let rows = all(folder.scan(pinned).await.unwrap()).await;
    assert_eq!(rows, json!([{ "Id": 7 }, { "Id": 8 }]));
}

#[tokio::test]
async fn each_sheet_that_is_shown_and_filled_is_a_table() {
    let place = tempfile::tempdir().unwrap();
    let rows = accounts();
    let sheets = [
        ("Open", "visible", rows.as_str()),
        ("Lost deals", "visible", &rows),
        ("Lists", "hidden", &rows),
        ("Sheet4", "visible", ""),
    ];
    xlsx(&place.path().join("pipeline.xlsx"), &sheets);
    fs::write(place.path().join("broken.xlsx"), "no workbook").unwrap();
    let info = folder(place.path()).describe().await.unwrap();
    let names: Vec<&String> = info.tables.keys().collect();
    assert_eq!(names, ["pipeline.Open", "pipeline.Lost deals"]);
    assert!(
        info.problem
            .unwrap()
            .contains("`broken.xlsx` could not be read")
    );
}

#[tokio::test]
async fn a_sheet_of_open_document_is_read_alike() {
    let place = tempfile::tempdir().unwrap();
    let cell = |attributes: &str, shown: &str| {
        format!("<table:table-cell {attributes}><text:p>{shown}</text:p></table:table-cell>")
    };
    let string = |text: &str| cell("office:value-type=\"string\"", text);
    let content = format!(
        "<office:document-content xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
         xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\">\
         <office:body><office:spreadsheet><table:table table:name=\"List\">\
         <table:table-row>{}{}{}</table:table-row><table:table-row>{}{}{}</table:table-row>\
         </table:table></office:spreadsheet></office:body></office:document-content>",
        string("Id"),
        string("Seats"),
        string("Starts"),
        string("007"),
        cell("office:value-type=\"float\" office:value=\"5\"", "5"),
        cell(
            "office:value-type=\"date\" office:date-value=\"2025-10-13\"",
            "13 Oct 2025"
        ),
    );
    let manifest = "<manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\"/>".to_owned();
    let mimetype = "application/vnd.oasis.opendocument.spreadsheet".to_owned();
    packed(
        &place.path().join("list.ods"),
        &[
            ("mimetype", mimetype),
            ("META-INF/manifest.xml", manifest),
            ("content.xml", content),
        ],
    );
    let folder = folder(place.path());
    let rows = all(folder.scan(Scan::all("list")).await.unwrap()).await;
    assert_eq!(
        rows,
        json!([{ "Id": "007", "Seats": 5, "Starts": "2025-10-13" }])
    );
}

#[test]
fn what_unpacks_without_end_is_refused() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("bomb.xlsx");
    let mut writer = zip::ZipWriter::new(fs::File::create(&path).unwrap());
    let part = SimpleFileOptions::default();
    writer.start_file("xl/sharedStrings.xml", part).unwrap();
    writer.write_all(&vec![0; 3_000_000]).unwrap();
    writer.finish().unwrap();
    assert!(fs::metadata(&path).unwrap().len() < 10_000);
    assert!(bounded(&path, 3_000_000).is_ok());
    let error = bounded(&path, 2_000_000).unwrap_err();
    assert!(
        error.message.contains("unpacks to more than 2 MB"),
        "{error}"
    );
}
