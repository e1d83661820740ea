//! Tables as workbooks.

use std::collections::BTreeSet;
use std::fmt;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, XlsxError};
use serde_json::Value as Json;

/// The most characters that a cell takes.
const LONGEST: usize = 32_767;
/// The greatest whole number that every spreadsheet holds exactly; a greater one is a text.
const EXACT: i64 = 9_007_199_254_740_992;
/// The most rows of a sheet.
const ROWS: usize = 1_048_576;
/// The widest that a column is made for its content, in pixels.
const WIDEST: u32 = 420;
/// How wide a column is that holds moments, in letters: their form is not counted by itself.
const OF_MOMENTS: f64 = 19.0;

/// Why a table cannot be a workbook.
#[derive(Debug)]
pub struct Unwritable(String);

impl fmt::Display for Unwritable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<XlsxError> for Unwritable {
    fn from(error: XlsxError) -> Self {
        Unwritable(error.to_string())
    }
}

/// Returns a table as a workbook (Office Open XML): its headings bold and always in sight, numbers
/// as numbers, days and moments (in UTC) as such, and every text as a text.
///
/// # Errors
/// For more rows than a sheet has.
pub fn xlsx(columns: &[String], rows: &[Vec<Json>]) -> Result<Vec<u8>, Unwritable> {
    if rows.len() >= ROWS {
        return Err(Unwritable(format!(
            "a workbook holds {} rows, and the table has {}: end its name in .csv",
            ROWS - 1,
            rows.len()
        )));
    }
    let mut book = Workbook::new();
    // The same content gives the same bytes, whenever it is written.
    let made = ExcelDateTime::from_ymd(2000, 1, 1)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&made));
    let heading = Format::new().set_bold();
    let day = Format::new().set_num_format("yyyy-mm-dd");
    let moment = Format::new().set_num_format("yyyy-mm-dd hh:mm:ss");
    let sheet = book.add_worksheet();
    let mut moments = BTreeSet::new();
    for (at, column) in (0_u16..).zip(columns) {
        sheet.write_string_with_format(0, at, short(column), &heading)?;
    }
    for (line, row) in (1_u32..).zip(rows) {
        for (at, value) in (0_u16..).zip(row) {
            match value {
                Json::Null => {}
                Json::Bool(is) => {
                    sheet.write_boolean(line, at, *is)?;
                }
                Json::Number(number) => match number.as_f64() {
                    Some(exact) if number.as_i64().is_none_or(|n| n.abs() <= EXACT) => {
                        sheet.write_number(line, at, exact)?;
                    }
                    _ => {
                        sheet.write_string(line, at, number.to_string())?;
                    }
                },
                Json::String(text) => match dated(text) {
                    Some(Dated::Day(date)) => {
                        sheet.write_datetime_with_format(line, at, &date, &day)?;
                    }
                    Some(Dated::Moment(date)) => {
                        moments.insert(at);
                        sheet.write_datetime_with_format(line, at, &date, &moment)?;
                    }
                    None => {
                        sheet.write_string(line, at, short(text))?;
                    }
                },
                other => {
                    sheet.write_string(line, at, short(&other.to_string()))?;
                }
            }
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    sheet.set_autofit_max_width(WIDEST);
    sheet.autofit();
    for column in moments {
        sheet.set_column_width(column, OF_MOMENTS)?;
    }
    Ok(book.save_to_buffer()?)
}

enum Dated {
    Day(ExcelDateTime),
    Moment(ExcelDateTime),
}

/// Returns a day or a moment in exactly the form that tables have it in.
fn dated(text: &str) -> Option<Dated> {
    let parsed = |text: &str| ExcelDateTime::parse_from_str(text).ok();
    if text.len() == 10 {
        text.parse::<jiff::civil::Date>().ok()?;
        return parsed(text).map(Dated::Day);
    }
    let civil = text.strip_suffix('Z').filter(|civil| civil.len() == 19)?;
    civil.parse::<jiff::civil::DateTime>().ok()?;
    parsed(civil).map(Dated::Moment)
}

/// Returns a text that fits a cell; of a longer one, its end says so.
fn short(text: &str) -> String {
    const CUT: &str = " … (cut)";
    if text.encode_utf16().count() <= LONGEST {
        return text.to_owned();
    }
    let mut room = LONGEST - CUT.encode_utf16().count();
    let kept = text.chars().take_while(|c| {
        let fits = room >= c.len_utf16();
        room = room.saturating_sub(c.len_utf16());
        fits
    });
    kept.collect::<String>() + CUT
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::{Cursor, Read};

    use serde_json::json;

    use super::*;

    fn part(book: &[u8], name: &str) -> String {
        let mut archive = zip::ZipArchive::new(Cursor::new(book)).unwrap();
        let mut text = String::new();
        let mut file = archive.by_name(name).unwrap();
        file.read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn cells_have_the_type_of_their_values_and_no_text_is_a_formula() {
        let columns = ["name".to_owned(), "value".to_owned()];
        let rows = [
            vec![json!("=1+1"), json!(12.5)],
            vec![json!("007"), json!("2026-11-16")],
            vec![json!("2026-13-01"), json!("2026-11-16T10:00:00Z")],
            vec![json!(true), json!(null)],
            vec![json!("x".repeat(40_000)), json!(9_007_199_254_740_993_i64)],
        ];
        let book = xlsx(&columns, &rows).unwrap();
        assert_eq!(book, xlsx(&columns, &rows).unwrap());
        let sheet = part(&book, "xl/worksheets/sheet1.xml");
        assert!(!sheet.contains("<f>"), "{sheet}");
        assert!(
            sheet.contains("<v>12.5</v>") && sheet.contains("<v>46342</v>"),
            "{sheet}"
        );
        assert!(sheet.contains("state=\"frozen\""));
        assert!(
            sheet.contains("<col min=\"2\" max=\"2\" width=\"19."),
            "{sheet}"
        );
        let texts = part(&book, "xl/sharedStrings.xml");
        for text in ["=1+1", "007", "2026-13-01", "9007199254740993", " … (cut)"] {
            assert!(texts.contains(text), "{text}");
        }
    }
}
