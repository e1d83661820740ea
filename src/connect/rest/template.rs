//! Texts and structures with names in braces, such as `/deals/{id}`, which are filled in.

use serde_json::Value;

use crate::connect::http::{path_part, text_of};
use crate::connect::{ConnectError, Row};

/// A piece of a text.
enum Piece<'a> {
    /// Stands as it is.
    Text(&'a str),
    /// A name in braces.
    Name(&'a str),
}

/// Returns the names that a text holds in braces. Braces around anything else are text.
pub fn names(text: &str) -> Vec<&str> {
    let names = pieces(text).into_iter().filter_map(|piece| match piece {
        Piece::Name(name) => Some(name),
        Piece::Text(_) => None,
    });
    names.collect()
}

/// Returns the names that a structure holds in braces.
pub fn names_in(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => names(text),
        Value::Array(parts) => parts.iter().flat_map(names_in).collect(),
        Value::Object(parts) => {
            let parts = parts.iter();
            parts
                .flat_map(|(name, part)| names(name).into_iter().chain(names_in(part)))
                .collect()
        }
        _ => Vec::new(),
    }
}

/// Fills in a text; names that are not known stay.
pub fn fill_text(text: &str, known: &Row) -> String {
    let filled = pieces(text).into_iter().map(|piece| match piece {
        Piece::Text(text) => text.to_owned(),
        Piece::Name(name) => known
            .get(name)
            .map_or_else(|| format!("{{{name}}}"), text_of),
    });
    filled.collect()
}

/// Fills in a structure; names that are not known stay. A text that is nothing but a name becomes
/// the value itself, and a part of an object that would be null is left out.
pub fn fill(value: &Value, known: &Row) -> Value {
    match value {
        Value::String(text) => match whole(text).and_then(|name| known.get(name)) {
            Some(value) => value.clone(),
            None => fill_text(text, known).into(),
        },
        Value::Array(parts) => parts.iter().map(|part| fill(part, known)).collect(),
        Value::Object(parts) => {
            let filled = parts.iter().filter_map(|(name, part)| {
                let value = fill(part, known);
                (!value.is_null() || part.is_null()).then(|| (fill_text(name, known), value))
            });
            Value::Object(filled.collect())
        }
        value => value.clone(),
    }
}

/// Fills in a path, in which each value stands for one part of it; names that are not known stay.
///
/// # Errors
/// For a value that can be no part of a path.
pub fn fill_path(what: &str, text: &str, known: &Row) -> Result<String, ConnectError> {
    let filled = pieces(text).into_iter().map(|piece| match piece {
        Piece::Text(text) => Ok(text.to_owned()),
        Piece::Name(name) => match known.get(name) {
            Some(value) => path_part(what, name, value),
            None => Ok(format!("{{{name}}}")),
        },
    });
    filled.collect()
}

/// Returns the name, if a text is nothing but a name in braces.
pub fn whole(text: &str) -> Option<&str> {
    match pieces(text).as_slice() {
        [Piece::Name(name)] => Some(name),
        _ => None,
    }
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let mut from = 0;
    while let Some(open) = rest[from..].find('{').map(|place| from + place) {
        let name = rest[open + 1..].split('}').next().unwrap_or_default();
        let is_closed = rest[open + 1 + name.len()..].starts_with('}');
        let is_name = name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            && name.starts_with(|first: char| first.is_ascii_alphabetic());
        if !is_closed || !is_name {
            from = open + 1;
            continue;
        }
        if open > 0 {
            pieces.push(Piece::Text(&rest[..open]));
        }
        pieces.push(Piece::Name(name));
        rest = &rest[open + name.len() + 2..];
        from = 0;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    fn known() -> Row {
        let known = json!({ "id": "a/b", "size": 3, "note": null, "evil": "{id}" });
        known.as_object().unwrap().clone()
    }

    #[test]
    fn texts_are_filled_once() {
        assert_eq!(fill_text("{id}-{size}{other}", &known()), "a/b-3{other}");
        assert_eq!(fill_text("{evil}", &known()), "{id}");
        assert_eq!(
            fill_text("{\"a\": {size}} { id }", &known()),
            "{\"a\": 3} { id }"
        );
        assert_eq!(names("/{id}/{ x }/{{size}}"), ["id", "size"]);
        assert_eq!(fill_text("{", &known()), "{");
    }

    #[test]
    fn a_name_alone_is_its_value_and_nothing_is_left_out() {
        let body = json!({ "n": "{size}", "text": "{size}!", "gone": "{note}", "kept": null, "l": ["{id}"], "{id}": 1 });
        assert_eq!(
            fill(&body, &known()),
            json!({ "n": 3, "text": "3!", "kept": null, "l": ["a/b"], "a/b": 1 })
        );
    }

    #[test]
    fn a_value_is_one_part_of_a_path() {
        assert_eq!(fill_path("t", "/x/{id}", &known()).unwrap(), "/x/a%2Fb");
        assert!(fill_path("t", "/x/{note}", &known()).is_err());
    }
}
