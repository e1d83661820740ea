//! Where a text or a structure quotes a key, and what is left of it without.

use serde_json::Value as Json;

/// What stands in the place of a key that was forgotten.
const FORGOTTEN: &str = "(forgotten)";

/// Keys shorter than this are looked for as whole values only: within texts they mean nothing.
const TELLING: usize = 4;

/// Which values can be a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Values {
    /// Texts: a number may be a count.
    Texts,
    /// Texts and numbers.
    All,
}

/// Does a structure hold the key as a value or as the name of one?
pub fn holds(json: &Json, key: &str, values: Values) -> bool {
    match json {
        Json::String(text) => text == key,
        Json::Number(number) => values == Values::All && number.to_string() == key,
        Json::Array(all) => all.iter().any(|one| holds(one, key, values)),
        Json::Object(fields) => fields
            .iter()
            .any(|(name, one)| name == key || holds(one, key, values)),
        Json::Null | Json::Bool(_) => false,
    }
}

/// Returns a structure without what is about the key: elements of lists that hold it are left out,
/// and where it stands alone, its place says that it was forgotten.
pub fn without(json: Json, key: &str, values: Values) -> Json {
    match json {
        Json::Array(all) => {
            let others = all.into_iter().filter(|one| !holds(one, key, values));
            others.collect()
        }
        Json::Object(fields) => fields
            .into_iter()
            .filter(|(name, _)| name != key)
            .map(|(name, one)| (name, without(one, key, values)))
            .collect(),
        one if holds(&one, key, values) => FORGOTTEN.into(),
        one => one,
    }
}

/// Does a text name the key, as a word of its own? Of a short key that is not asked.
pub fn names(text: &str, key: &str) -> bool {
    if key.chars().count() < TELLING {
        return false;
    }
    let is_part = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    text.match_indices(key).any(|(at, _)| {
        !is_part(text[..at].chars().next_back()) && !is_part(text[at + key.len()..].chars().next())
    })
}

/// Is a key too short to be looked for within texts?
pub fn is_too_short(key: &str) -> bool {
    key.chars().count() < TELLING
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_key_is_found_as_a_value_and_as_a_word_and_not_within_others() {
        let all = Values::All;
        assert!(holds(&json!({"a": [{"id": "A-17"}]}), "A-17", all));
        assert!(holds(&json!([17]), "17", all) && !holds(&json!([17]), "17", Values::Texts));
        assert!(!holds(&json!(["A-170"]), "A-17", all));
        assert!(names("Case A-17: high", "A-17") && names("A-17", "A-17"));
        assert!(!names("A-170 and XA-17", "A-17") && !names("7 of 9", "7"));
    }

    #[test]
    fn what_is_about_a_key_is_left_out() {
        let whole = json!({"records": ["A-17", "A-18"], "failures": [{"key": "A-17", "why": "x"}],
            "customer": "A-17", "cases": 2});
        let left =
            json!({"records": ["A-18"], "failures": [], "customer": "(forgotten)", "cases": 2});
        assert_eq!(without(whole, "A-17", Values::Texts), left);
    }
}
