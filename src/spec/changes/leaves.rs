//! The values of a document that hold no others.

use indexmap::IndexMap;
use serde_json::Value as Json;

/// Values by their paths, in which parts go by their ids.
pub(super) type Leaves = IndexMap<String, Json>;

/// Returns every value that holds no others. What is empty says the same as what is not there.
pub(super) fn leaves(document: &Json) -> Leaves {
    fn walk(value: &Json, key: &str, out: &mut Leaves) {
        match value {
            Json::Object(fields) => {
                for (name, inner) in fields {
                    walk(inner, &format!("{key}/{name}"), out);
                }
            }
            Json::Array(items) if items.iter().any(Json::is_object) => {
                for (index, inner) in items.iter().enumerate() {
                    let name = ["id", "name", "text"]
                        .iter()
                        .find_map(|k| inner.get(*k).and_then(Json::as_str));
                    let name = name.map_or_else(|| index.to_string(), str::to_owned);
                    walk(inner, &format!("{key}/{name}"), out);
                }
            }
            Json::Array(items) if items.is_empty() => {}
            Json::Null => {}
            leaf => {
                out.insert(key.to_owned(), leaf.clone());
            }
        }
    }
    let mut out = Leaves::new();
    walk(document, "", &mut out);
    out
}
