//! A catalog in the size that a model reads: first an overview, then one table or tool at a time.

use serde_json::{Map, Value, json};

use super::{Catalog, Column, Row, Table, Tool};
use crate::diag::one_line;

/// Characters of a text in an example; the rest is cut.
const TEXT: usize = 120;

/// Characters beyond which a value is no label, and a list of all the values is left out.
const LABEL: usize = 60;

/// Returns what every connection offers: the tables with their columns, the tools with their
/// effects, and the problems.
pub fn overview(catalog: &Catalog) -> Value {
    let connections = catalog.connections.iter().map(|(name, info)| {
        let mut said = Map::new();
        said.insert("kind".to_owned(), json!(info.kind));
        if let Some(about) = &info.about {
            said.insert("about".to_owned(), json!(about));
        }
        if info.sandbox {
            said.insert("sandbox".to_owned(), json!(true));
        }
        if !info.tables.is_empty() {
            let tables = info.tables.iter().map(|(name, table)| {
                let columns: Vec<&String> = table.columns.keys().collect();
                let mut said = json!({ "rows": table.rows, "columns": columns });
                if table.writable {
                    said["writable"] = json!(true);
                }
                (name.clone(), said)
            });
            said.insert("tables".to_owned(), tables.collect::<Map<_, _>>().into());
        }
        if !info.tools.is_empty() {
            let tools = info.tools.iter().map(|(name, tool)| {
                let description = one_line(&tool.description, TEXT);
                let said = json!({ "effect": tool.effect, "description": description });
                (name.clone(), said)
            });
            said.insert("tools".to_owned(), tools.collect::<Map<_, _>>().into());
        }
        if let Some(problem) = &info.problem {
            said.insert("problem".to_owned(), json!(problem));
        }
        (name.clone(), Value::Object(said))
    });
    connections.collect::<Map<_, _>>().into()
}

/// Returns what there is to know of a table: each column's type, share of missing values, and
/// values or range; what was odd; and sample rows, their cells in the order of the columns (they
/// stand for the columns' examples). `name` is the dotted name.
pub fn table_details(table: &Table, name: &str, samples: &[Row]) -> Value {
    let columns = table.columns.iter();
    let columns: Map<String, Value> = columns
        .map(|(name, column)| (name.clone(), column_details(column, samples.is_empty())))
        .collect();
    let mut said = json!({ "table": name, "rows": table.rows, "columns": columns });
    if table.writable {
        said["writable"] = json!(true);
    }
    if !table.notes.is_empty() {
        said["notes"] = json!(table.notes);
    }
    if !samples.is_empty() {
        let samples = samples.iter().map(|row| {
            let cells = table.columns.keys();
            cells
                .map(|name| row.get(name).map_or(Value::Null, shortened))
                .collect()
        });
        said["samples"] = samples.collect::<Vec<Value>>().into();
    }
    said
}

/// Returns all that there is to know of a tool.
pub fn tool_details(tool: &Tool) -> Value {
    let mut said = json!({
        "description": tool.description,
        "effect": tool.effect,
        "idempotent": tool.idempotent,
        "input": tool.input,
    });
    if let Some(output) = &tool.output {
        said["output"] = output.clone();
    }
    said
}

fn column_details(column: &Column, with_examples: bool) -> Value {
    let mut said = json!({ "type": column.field });
    if column.missing > 0.0 {
        // Rounding must not make a few missing values look like none.
        said["missing"] = json!((column.missing * 1000.0).round().max(1.0) / 1000.0);
    }
    if column.unique {
        said["unique"] = json!(true);
    }
    if let (Some(min), Some(max)) = (&column.min, &column.max) {
        said["min"] = min.clone();
        said["max"] = max.clone();
    }
    let labels = column
        .values
        .as_ref()
        .filter(|values| values.iter().all(is_label));
    match labels {
        Some(values) => said["values"] = json!(values),
        None if with_examples => {
            said["examples"] = column.examples.iter().map(shortened).collect();
        }
        None => {}
    }
    said
}

fn is_label(value: &Value) -> bool {
    match value {
        Value::String(text) => text.chars().count() <= LABEL,
        Value::Array(_) | Value::Object(_) => false,
        _ => true,
    }
}

/// Returns the value with the texts in it cut, and a structure that stays long as cut text.
fn shortened(value: &Value) -> Value {
    match value {
        Value::String(text) if text.chars().count() > TEXT => one_line(text, TEXT).into(),
        Value::Array(_) | Value::Object(_) => {
            let text = value.to_string();
            match text.chars().count() > 3 * TEXT {
                true => one_line(&text, 3 * TEXT).into(),
                false => value.clone(),
            }
        }
        _ => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use crate::connect::{ConnectionInfo, Effect};
    use crate::spec::FieldType;

    fn table() -> Table {
        let mut status = Column::of(FieldType::Text);
        status.values = Some(vec![json!("open"), json!("closed")]);
        status.missing = 0.0001;
        let mut body = Column::of(FieldType::Text);
        body.values = Some(vec![json!("x".repeat(500))]);
        body.examples = vec![json!("x".repeat(500))];
        let mut due = Column::of(FieldType::Date);
        due.min = Some(json!("2024-01-01"));
        due.max = Some(json!("2024-02-01"));
        due.unique = true;
        let columns = [("status", status), ("body", body), ("due", due)];
        Table {
            rows: Some(7),
            columns: columns
                .map(|(name, column)| (name.to_owned(), column))
                .into(),
            writable: true,
            notes: vec!["odd".to_owned()],
        }
    }

    fn tool() -> Tool {
        Tool {
            description: format!("Finds\nan order {}", "and more ".repeat(40)),
            effect: Effect::Read,
            input: json!({ "type": "object" }),
            output: None,
            idempotent: true,
        }
    }

    #[test]
    fn the_overview_names_everything_in_short() {
        let mut catalog = Catalog::default();
        let mut info = ConnectionInfo {
            kind: "folder".to_owned(),
            ..ConnectionInfo::default()
        };
        info.tables.insert("tickets".to_owned(), table());
        info.tools.insert("find".to_owned(), tool());
        info.problem = Some("`x.csv` is empty".to_owned());
        catalog.connections.insert("desk".to_owned(), info);
        let said = overview(&catalog)["desk"].clone();
        assert_eq!(
            said["tables"]["tickets"],
            json!({ "rows": 7, "columns": ["status", "body", "due"], "writable": true })
        );
        assert_eq!(said["tools"]["find"]["effect"], "read");
        assert!(
            said["tools"]["find"]["description"]
                .as_str()
                .unwrap()
                .chars()
                .count()
                <= TEXT
        );
        assert_eq!(said["problem"], "`x.csv` is empty");
    }

    #[test]
    fn a_table_shows_labels_ranges_and_short_samples() {
        let sample =
            json!({ "body": "y".repeat(500), "status": "open", "tags": ["z".repeat(500)] });
        let said = table_details(
            &table(),
            "desk.tickets",
            &[sample.as_object().unwrap().clone()],
        );
        assert_eq!(
            said["columns"]["status"],
            json!({ "type": "text", "missing": 0.001, "values": ["open", "closed"] })
        );
        assert_eq!(said["columns"]["body"].get("values"), None);
        assert_eq!(said["columns"]["due"]["min"], "2024-01-01");
        assert_eq!(said["columns"]["due"]["unique"], true);
        assert_eq!(said["notes"], json!(["odd"]));
        assert_eq!(said["samples"][0][0], "open");
        assert_eq!(said["samples"][0][2], Value::Null);
        assert!(said.to_string().len() < 600);
    }

    #[test]
    fn a_tool_is_shown_whole() {
        let said = tool_details(&tool());
        assert_eq!(said["description"], tool().description);
        assert_eq!(said["input"], json!({ "type": "object" }));
        assert_eq!(said.get("output"), None);
    }
}
