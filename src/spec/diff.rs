//! What changed between two versions of a workflow, in words.

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::Place;
use crate::diag::one_line;

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Where, in words: "rule 2 of step `risk`".
    pub place: String,
    /// What was there.
    pub before: Option<String>,
    /// What is there.
    pub after: Option<String>,
}

/// Returns what changed from one document to another, in the order of the newer one. Parts with
/// an id or a name are compared with themselves, wherever they stand.
pub fn diff(before: &Json, after: &Json) -> Vec<Change> {
    let mut changes = Vec::new();
    let (old, new) = (leaves(before), leaves(after));
    for (key, (pointer, value)) in &new {
        match old.get(key) {
            Some((_, was)) if was == value => {}
            was => changes.push(Change {
                place: words(after, pointer),
                before: was.map(|(_, v)| shown(v)),
                after: Some(shown(value)),
            }),
        }
    }
    for (key, (pointer, value)) in &old {
        if !new.contains_key(key) {
            changes.push(Change {
                place: words(before, pointer),
                before: Some(shown(value)),
                after: None,
            });
        }
    }
    changes
}

pub(super) type Leaves = IndexMap<String, (String, Json)>;

/// Returns every value that holds no others, by a path in which parts go by their ids.
pub(super) fn leaves(document: &Json) -> Leaves {
    fn walk(value: &Json, key: &str, pointer: &str, out: &mut Leaves) {
        match value {
            Json::Object(fields) if !fields.is_empty() => {
                for (name, inner) in fields {
                    let escaped = name.replace('~', "~0").replace('/', "~1");
                    walk(
                        inner,
                        &format!("{key}/{escaped}"),
                        &format!("{pointer}/{escaped}"),
                        out,
                    );
                }
            }
            Json::Array(items) if items.iter().any(Json::is_object) => {
                for (index, inner) in items.iter().enumerate() {
                    let name = ["id", "name", "text"]
                        .iter()
                        .find_map(|k| inner.get(*k).and_then(Json::as_str));
                    let name = name.map_or_else(|| index.to_string(), str::to_owned);
                    walk(
                        inner,
                        &format!("{key}/{name}"),
                        &format!("{pointer}/{index}"),
                        out,
                    );
                }
            }
            // What is empty says the same as what is not there.
            Json::Object(_) => {}
            Json::Array(items) if items.is_empty() => {}
            leaf => {
                out.insert(key.to_owned(), (pointer.to_owned(), leaf.clone()));
            }
        }
    }
    let mut out = Leaves::new();
    walk(document, "", "", &mut out);
    out
}

fn words(document: &Json, pointer: &str) -> String {
    let place = Place::of(document, pointer);
    if place.words() == "the workflow" {
        let path: Vec<&str> = pointer.split('/').skip(1).collect();
        return format!("`{}`", path.join("."));
    }
    format!("`{}` of {}", place.field, place.words())
}

fn shown(value: &Json) -> String {
    match value {
        Json::String(text) => one_line(text, 200),
        other => one_line(&other.to_string(), 200),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn changes_are_told_by_their_place_and_moves_are_none() {
        let before =
            json!({"title": "A", "steps": [{"id": "x", "when": "a < 5"}, {"id": "y", "sop": [1]}]});
        let after = json!({"title": "A", "steps": [{"id": "y", "sop": [1, 2]}, {"id": "x", "when": "a < 9"}, {"id": "z"}]});
        let told: Vec<_> = diff(&before, &after)
            .into_iter()
            .map(|c| (c.place, c.before, c.after))
            .collect();
        assert_eq!(
            told,
            [
                (
                    "`sop` of step `y`".to_owned(),
                    Some("[1]".to_owned()),
                    Some("[1,2]".to_owned())
                ),
                (
                    "`when` of step `x`".to_owned(),
                    Some("a < 5".to_owned()),
                    Some("a < 9".to_owned())
                ),
                ("`id` of step `z`".to_owned(), None, Some("z".to_owned())),
            ]
        );
    }
}
