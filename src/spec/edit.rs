//! Edits of a workflow document: a batch is made whole, or not at all.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::diag::did_you_mean;

/// One edit. `at` is a JSON pointer (`/steps/0/when`), or begins with the id of a step or output,
/// the name of a data pull, or a top-level key (`risk/rules/0/when`, `result/level`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case", deny_unknown_fields)]
pub enum Edit {
    /// Gives a place a value, whether it had one or not.
    Set {
        /// The place.
        at: String,
        /// The value.
        value: Json,
    },
    /// Puts an item into a list: at `at` (a list, or a place in one), or beside a part.
    Insert {
        /// A list (the item goes to its end) or an index in one.
        #[serde(default)]
        at: Option<String>,
        /// The part that it goes before.
        #[serde(default)]
        before: Option<String>,
        /// The part that it goes after.
        #[serde(default)]
        after: Option<String>,
        /// The item.
        value: Json,
    },
    /// Puts another value in the place of one that is there.
    Replace {
        /// The place.
        at: String,
        /// The value.
        value: Json,
    },
    /// Takes out what is there.
    Remove {
        /// The place.
        at: String,
    },
}

/// Why a batch of edits was not made; the document is as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditError {
    /// Which edit, counted from 0.
    pub index: usize,
    /// What is wrong with it.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// Returns the document with all edits made, in order.
///
/// # Errors
/// At the first edit that cannot be made; nothing is kept of the others.
pub fn apply(document: &Json, edits: &[Edit]) -> Result<Json, EditError> {
    let mut edited = document.clone();
    for (index, edit) in edits.iter().enumerate() {
        make(&mut edited, edit).map_err(|(message, help)| EditError {
            index,
            message,
            help,
        })?;
    }
    Ok(edited)
}

type Refusal = (String, Option<String>);

fn make(document: &mut Json, edit: &Edit) -> Result<(), Refusal> {
    match edit {
        Edit::Set { at, value } => put(document, &resolve(document, at)?, value.clone(), false),
        Edit::Replace { at, value } => {
            let pointer = resolve(document, at)?;
            match document.pointer_mut(&pointer) {
                Some(place) => *place = value.clone(),
                None => {
                    return Err((
                        format!("There is nothing at `{at}` to replace"),
                        Some("Use `set` to give it a value.".to_owned()),
                    ));
                }
            }
            Ok(())
        }
        Edit::Remove { at } => {
            let pointer = resolve(document, at)?;
            remove(document, &pointer)
                .ok_or_else(|| (format!("There is nothing at `{at}` to remove"), None))
        }
        Edit::Insert {
            at,
            before,
            after,
            value,
        } => {
            let pointer = match (at, before, after) {
                (Some(at), None, None) => insertion_point(document, at)?,
                (None, Some(part), None) => resolve(document, part)?,
                (None, None, Some(part)) => next(&resolve(document, part)?),
                _ => {
                    return Err((
                        "`insert` takes just one of `at` (a list, or a place in it), `before`, `after`".to_owned(),
                        None,
                    ));
                }
            };
            put(document, &pointer, value.clone(), true)
        }
    }
}

/// Returns the JSON pointer of an address.
fn resolve(document: &Json, at: &str) -> Result<String, Refusal> {
    if at.is_empty() || at.starts_with('/') {
        return Ok(at.to_owned());
    }
    let (first, rest) = at
        .split_once('/')
        .map_or((at, String::new()), |(f, r)| (f, format!("/{r}")));
    if let Some(pointer) = part_pointer(document, first) {
        return Ok(format!("{pointer}{rest}"));
    }
    if super::schema()["properties"].get(first).is_some() {
        return Ok(format!("/{at}"));
    }
    let known = part_names(document);
    Err((
        format!("There is no step, output or data called `{first}`"),
        did_you_mean(first, known.iter().map(String::as_str)),
    ))
}

fn insertion_point(document: &Json, at: &str) -> Result<String, Refusal> {
    let pointer = resolve(document, at)?;
    Ok(match document.pointer(&pointer) {
        Some(Json::Array(items)) => format!("{pointer}/{}", items.len()),
        // A list that is not there yet begins with this item.
        None if !pointer.ends_with(|c: char| c.is_ascii_digit() || c == '-') => {
            format!("{pointer}/0")
        }
        _ => pointer,
    })
}

fn next(pointer: &str) -> String {
    match pointer.rsplit_once('/') {
        Some((list, index)) => match index.parse::<usize>() {
            Ok(index) => format!("{list}/{}", index + 1),
            Err(_) => pointer.to_owned(),
        },
        None => pointer.to_owned(),
    }
}

/// Returns the pointer of a step, output or data pull by its name.
fn part_pointer(document: &Json, name: &str) -> Option<String> {
    if document.get("data").and_then(|d| d.get(name)).is_some() {
        return Some(format!("/data/{name}"));
    }
    ["steps", "outputs"]
        .iter()
        .find_map(|list| in_list(document.get(*list)?, &format!("/{list}"), name))
}

fn in_list(list: &Json, at: &str, id: &str) -> Option<String> {
    list.as_array()?
        .iter()
        .enumerate()
        .find_map(|(index, part)| {
            let here = format!("{at}/{index}");
            if part.get("id").and_then(Json::as_str) == Some(id) {
                return Some(here);
            }
            in_list(part.get("steps")?, &format!("{here}/steps"), id)
        })
}

fn part_names(document: &Json) -> Vec<String> {
    fn ids(list: Option<&Json>, out: &mut Vec<String>) {
        for part in list.and_then(Json::as_array).into_iter().flatten() {
            out.extend(part.get("id").and_then(Json::as_str).map(str::to_owned));
            ids(part.get("steps"), out);
        }
    }
    let mut names: Vec<String> = document
        .get("data")
        .and_then(Json::as_object)
        .map(|d| d.keys().cloned().collect())
        .unwrap_or_default();
    ids(document.get("steps"), &mut names);
    ids(document.get("outputs"), &mut names);
    names
}

/// Gives a place a value, making the structures above it; in a list it replaces or inserts.
fn put(document: &mut Json, pointer: &str, value: Json, insert: bool) -> Result<(), Refusal> {
    let Some((parent, last)) = pointer.rsplit_once('/') else {
        *document = value;
        return Ok(());
    };
    let key = last.replace("~1", "/").replace("~0", "~");
    if document.pointer(parent).is_none() {
        let list = key == "-" || key.parse::<usize>().is_ok();
        let hollow = if list {
            Json::Array(Vec::new())
        } else {
            Json::Object(Map::new())
        };
        put(document, parent, hollow, false)?;
    }
    match document.pointer_mut(parent) {
        Some(Json::Object(fields)) => {
            fields.insert(key, value);
            Ok(())
        }
        Some(Json::Array(items)) => {
            let index = if key == "-" {
                Some(items.len())
            } else {
                key.parse().ok()
            };
            match index {
                Some(index) if insert && index <= items.len() => items.insert(index, value),
                Some(index) if index < items.len() => items[index] = value,
                Some(index) if index == items.len() => items.push(value),
                _ => {
                    return Err((
                        format!(
                            "`{parent}` is a list of {}: it has no place `{key}`",
                            items.len()
                        ),
                        Some("Places count from 0; `-` is the end.".to_owned()),
                    ));
                }
            }
            Ok(())
        }
        _ => Err((
            format!("`{parent}` is neither a structure nor a list"),
            None,
        )),
    }
}

fn remove(document: &mut Json, pointer: &str) -> Option<()> {
    let (parent, last) = pointer.rsplit_once('/')?;
    match document.pointer_mut(parent)? {
        Json::Object(fields) => fields
            .shift_remove(&last.replace("~1", "/").replace("~0", "~"))
            .map(|_| ()),
        Json::Array(items) => {
            let index: usize = last.parse().ok()?;
            (index < items.len()).then(|| {
                items.remove(index);
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn document() -> Json {
        json!({"data": {"accounts": {"from": "a.b"}},
               "steps": [{"id": "risk", "rules": [{"when": "a"}]}, {"id": "loop", "steps": [{"id": "inner"}]}],
               "outputs": [{"id": "mail"}]})
    }

    fn edits(value: Json) -> Vec<Edit> {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn parts_are_found_by_id_and_lists_grow_in_place() {
        let edited = apply(
            &document(),
            &edits(json!([
                {"op": "set", "at": "risk/rules/0/when", "value": "b"},
                {"op": "set", "at": "inner/when", "value": "c"},
                {"op": "insert", "after": "risk", "value": {"id": "next"}},
                {"op": "insert", "at": "outputs", "value": {"id": "last"}},
                {"op": "insert", "at": "tests", "value": {"name": "t"}},
                {"op": "insert", "at": "risk/rules/0", "value": {"when": "first"}},
                {"op": "set", "at": "result/level", "value": "{{ risk.level }}"},
                {"op": "remove", "at": "mail"},
                {"op": "replace", "at": "accounts/from", "value": "c.d"}
            ])),
        )
        .unwrap();
        assert_eq!(
            edited,
            json!({"data": {"accounts": {"from": "c.d"}},
                   "steps": [{"id": "risk", "rules": [{"when": "first"}, {"when": "b"}]}, {"id": "next"}, {"id": "loop", "steps": [{"id": "inner", "when": "c"}]}],
                   "outputs": [{"id": "last"}], "tests": [{"name": "t"}], "result": {"level": "{{ risk.level }}"}})
        );
    }

    #[test]
    fn one_bad_edit_undoes_the_batch() {
        let error = apply(
            &document(),
            &edits(json!([{"op": "remove", "at": "mail"}, {"op": "set", "at": "rsk/when", "value": "x"}])),
        )
        .unwrap_err();
        assert_eq!(error.index, 1);
        assert!(error.help.unwrap().contains("`risk`"));
        for bad in [
            json!([{"op": "remove", "at": "/steps/9"}]),
            json!([{"op": "replace", "at": "risk/nothing", "value": 1}]),
            json!([{"op": "set", "at": "/steps/9/id", "value": 1}]),
            json!([{"op": "insert", "value": 1}]),
        ] {
            assert!(apply(&document(), &edits(bad.clone())).is_err(), "{bad}");
        }
    }
}
