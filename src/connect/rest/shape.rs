//! How the records of an answer become rows.

use indexmap::IndexMap;
use jiff::Timestamp;
use serde_json::Value;

use super::description::TableDescription;
use crate::connect::Row;

/// How the records of a table become rows.
pub struct Shape {
    lift: Vec<String>,
    pick: IndexMap<String, String>,
    leave_out: Vec<String>,
    moments: Vec<String>,
    tagged: Option<String>,
}

impl Shape {
    /// Returns the shape that a description says.
    pub fn of(table: &TableDescription) -> Self {
        Shape {
            lift: table.lift.clone(),
            pick: table.pick.clone(),
            leave_out: table.leave_out.clone(),
            moments: table.moments.clone(),
            tagged: table.tagged.clone(),
        }
    }

    /// Returns every path into a record.
    pub fn paths(&self) -> impl Iterator<Item = &String> {
        let lists = self.lift.iter().chain(&self.tagged);
        lists.chain(self.pick.values())
    }

    /// Returns a record as a row. What stands in the record itself comes before what is lifted out
    /// of a structure in it.
    pub fn row(&self, record: Row) -> Row {
        let record = Value::Object(record);
        let mut row = Row::new();
        for path in self.lift.iter().chain(&self.tagged) {
            let is_tagged = self.tagged.as_ref() == Some(path);
            let Some(Value::Object(parts)) = record.pointer(path) else {
                continue;
            };
            for (name, value) in parts {
                let value = match is_tagged {
                    true => untagged(value),
                    false => value.clone(),
                };
                row.insert(name.clone(), value);
            }
        }
        for (name, path) in &self.pick {
            let value = record.pointer(path).cloned();
            row.insert(name.clone(), value.unwrap_or_default());
        }
        let lifted: Vec<&str> = self
            .lift
            .iter()
            .chain(&self.tagged)
            .filter_map(|path| path.strip_prefix('/'))
            .filter(|path| !path.contains('/'))
            .collect();
        let mut whole = Row::new();
        if let Value::Object(record) = record {
            let own = record
                .into_iter()
                .filter(|(name, _)| !lifted.contains(&name.as_str()));
            whole.extend(own.filter(|(name, _)| !self.pick.contains_key(name)));
        }
        for (name, value) in row {
            whole.entry(name).or_insert(value);
        }
        whole.retain(|name, _| !self.leave_out.contains(name));
        for name in &self.moments {
            if let Some(value) = whole.get_mut(name) {
                *value = moment(value);
            }
        }
        whole
    }
}

/// Returns seconds since 1970 as a moment; anything else as it is.
fn moment(value: &Value) -> Value {
    let seconds = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.parse::<f64>().ok(),
        _ => None,
    };
    let moment = seconds.and_then(|seconds| Timestamp::from_second(seconds as i64).ok());
    match (moment, seconds) {
        // Where 0 stands for none.
        (_, Some(0.0)) => Value::Null,
        (Some(moment), _) => moment.to_string().into(),
        (None, _) => value.clone(),
    }
}

/// Returns the plain value of one that says its kind, such as `{"type": "number", "number": 3}`,
/// also where it holds such values itself. Texts in pieces are joined; of what has a name, that is
/// taken, and of a span of time its start.
fn untagged(value: &Value) -> Value {
    let Value::Object(parts) = value else {
        return value.clone();
    };
    let kind = parts.get("type").and_then(Value::as_str);
    let inner = kind.and_then(|kind| parts.get(kind));
    let plain = ["plain_text", "name", "start", "email", "id"];
    match inner {
        Some(Value::Array(pieces)) => {
            let is_text = pieces.iter().all(|piece| piece.get("plain_text").is_some());
            let pieces = pieces.iter().map(untagged_piece);
            match is_text && matches!(kind, Some("title" | "rich_text")) {
                true => {
                    let texts: Vec<Value> = pieces.collect();
                    let texts = texts.iter().filter_map(Value::as_str);
                    Value::String(texts.collect())
                }
                false => pieces.collect(),
            }
        }
        Some(inner @ Value::Object(_)) if inner.get("type").is_some() => untagged(inner),
        Some(Value::Object(inner)) => plain
            .into_iter()
            .find_map(|name| inner.get(name))
            .map_or_else(|| Value::Object(inner.clone()), Value::clone),
        Some(inner) => inner.clone(),
        None => value.clone(),
    }
}

fn untagged_piece(piece: &Value) -> Value {
    let plain = ["plain_text", "name", "email", "id"];
    match plain.into_iter().find_map(|name| piece.get(name)) {
        Some(plain) => plain.clone(),
        None => untagged(piece),
    }
}

/// Returns rows of cells under a first row of names as records. A row that is shorter lacks the
/// last cells; a column without a name is left out.
pub fn under_heads(rows: &[Value]) -> Vec<Row> {
    let cells = |row: &Value| row.as_array().cloned().unwrap_or_default();
    let mut rows = rows.iter().map(cells);
    let heads = rows.next().unwrap_or_default();
    let heads: Vec<String> = heads
        .iter()
        .map(|head| {
            head.as_str()
                .map_or_else(|| head.to_string(), str::to_owned)
        })
        .map(|head| head.trim().to_owned())
        .collect();
    rows.filter(|cells| cells.iter().any(|cell| !is_empty(cell)))
        .map(|cells| {
            let cells = cells.into_iter().chain(std::iter::repeat(Value::Null));
            let named = heads.iter().cloned().zip(cells);
            named.filter(|(head, _)| !head.is_empty()).collect()
        })
        .collect()
}

fn is_empty(cell: &Value) -> bool {
    cell.is_null() || cell.as_str().is_some_and(|text| text.trim().is_empty())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use serde_json::json;

    use super::*;

    fn row(shape: Value, record: Value) -> Value {
        let mut table = json!({ "path": "/x" });
        table
            .as_object_mut()
            .unwrap()
            .extend(shape.as_object().unwrap().clone());
        let table: TableDescription = serde_json::from_value(table).unwrap();
        Value::Object(Shape::of(&table).row(record.as_object().unwrap().clone()))
    }

    #[test]
    fn parts_are_lifted_and_picked_and_the_record_s_own_come_first() {
        let shape = json!({ "lift": ["/properties"], "pick": { "owner": "/owner/name", "price": "/items/0/price" },
            "leave_out": ["archived"], "moments": ["made", "ended"] });
        let record = json!({ "id": "1", "properties": { "id": "no", "name": "Acme" },
            "owner": { "name": "Ann" }, "items": [{ "price": 5 }], "archived": false,
            "made": 1_700_000_000, "ended": 0 });
        assert_eq!(
            row(shape, record),
            json!({ "id": "1", "items": [{ "price": 5 }], "made": "2023-11-14T22:13:20Z",
                "ended": null, "name": "Acme", "owner": "Ann", "price": 5 })
        );
    }

    #[test]
    fn values_that_say_their_kind_become_plain() {
        let properties = json!({
            "Name": { "id": "t", "type": "title", "title": [{ "plain_text": "Ac" }, { "plain_text": "me" }] },
            "Empty": { "type": "rich_text", "rich_text": [] },
            "ARR": { "type": "number", "number": 12.5 },
            "Stage": { "type": "select", "select": { "id": "x", "name": "Won" } },
            "No stage": { "type": "select", "select": null },
            "Tags": { "type": "multi_select", "multi_select": [{ "name": "a" }, { "name": "b" }] },
            "Renewal": { "type": "date", "date": { "start": "2026-12-01", "end": null } },
            "Health": { "type": "formula", "formula": { "type": "number", "number": 7 } },
            "Owner": { "type": "people", "people": [{ "object": "user", "id": "u1", "name": "Ann" }] },
            "Done": { "type": "checkbox", "checkbox": true },
        });
        assert_eq!(
            row(
                json!({ "tagged": "/properties" }),
                json!({ "id": "p", "properties": properties })
            ),
            json!({ "id": "p", "Name": "Acme", "Empty": "", "ARR": 12.5, "Stage": "Won",
                "No stage": null, "Tags": ["a", "b"], "Renewal": "2026-12-01", "Health": 7,
                "Owner": ["Ann"], "Done": true })
        );
    }

    #[test]
    fn rows_of_cells_take_their_names_from_the_first() {
        let rows = json!([
            ["Account ", "ARR", ""],
            ["Acme", 5, "x"],
            ["Beta"],
            [],
            ["", null]
        ]);
        assert_eq!(
            Value::from_iter(under_heads(rows.as_array().unwrap())),
            json!([{ "Account": "Acme", "ARR": 5 }, { "Account": "Beta", "ARR": null }])
        );
    }
}
