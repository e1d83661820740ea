//! Tables as CSV.

use serde_json::Value as Json;

/// Returns a table as CSV, with its headings. A cell that a spreadsheet would take for a formula
/// has an apostrophe before it, which makes it a text there.
///
/// # Errors
/// If it cannot be written, which memory never refuses.
pub fn csv(columns: &[String], rows: &[Vec<Json>]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(columns.iter().map(|column| inert(column.clone())))?;
    for row in rows {
        writer.write_record(row.iter().map(|value| match value {
            Json::String(text) => inert(text.clone()),
            other => cell(other),
        }))?;
    }
    writer
        .into_inner()
        .map_err(|error| csv::Error::from(error.into_error()))
}

/// Returns a value as a cell: text as it is, nothing as nothing.
pub(crate) fn cell(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Returns a text that no spreadsheet reckons with. A number with its sign and a telephone number
/// stay as they are: whatever is made of them, nothing is called by it.
fn inert(text: String) -> String {
    let is_figure = |c: char| c.is_ascii_digit() || " ()./,:-+%".contains(c);
    let is_formula = match text.chars().next() {
        Some('=' | '@' | '\t' | '\r') => true,
        Some('+' | '-') => !text.chars().all(is_figure),
        _ => false,
    };
    match is_formula {
        true => format!("'{text}"),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        let columns = ["name".to_owned(), "=x".to_owned()];
        let rows = [
            vec![json!("=HYPERLINK(\"x\")"), json!(-5)],
            vec![json!("@SUM(A1)"), json!("-5.5")],
            vec![json!("+49 30 1234-5"), json!("-2+cmd|' /C calc'!A0")],
            vec![json!("\t=1"), json!(null)],
            vec![json!("Ann, \"A\""), json!(true)],
        ];
        let text = String::from_utf8(csv(&columns, &rows).unwrap()).unwrap();
        assert_eq!(
            text,
            "name,'=x\n\"'=HYPERLINK(\"\"x\"\")\",-5\n'@SUM(A1),-5.5\n+49 30 1234-5,'-2+cmd|' /C calc'!A0\n'\t=1,\n\"Ann, \"\"A\"\"\",true\n"
        );
    }
}
