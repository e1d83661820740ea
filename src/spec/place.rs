//! Where in a workflow a JSON pointer points, in words.

use serde_json::Value as Json;

/// A place in a workflow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The id of the step or output, or the name of the data pull, that holds it.
    pub part: Option<String>,
    /// The last key of the pointer, or `workflow`.
    pub field: String,
    what: String,
}

impl Place {
    /// Returns the place of a pointer in a document.
    pub fn of(document: &Json, pointer: &str) -> Self {
        let tokens: Vec<&str> = pointer.split('/').skip(1).collect();
        let mut part = None;
        let mut what = "the workflow".to_owned();
        let mut here = document;
        for (index, token) in tokens.iter().enumerate() {
            let parent = index.checked_sub(1).map(|i| tokens[i]);
            let Some(next) = child(here, token) else {
                break;
            };
            here = next;
            let id = here.get("id").and_then(Json::as_str);
            let nth = token.parse::<usize>().map(|n| n + 1);
            match (parent, nth) {
                (Some("steps"), Ok(n)) => {
                    what = id.map_or(format!("step {n}"), |id| format!("step `{id}`"));
                    part = id.map(str::to_owned);
                }
                (Some("outputs"), Ok(n)) => {
                    what = id.map_or(format!("output {n}"), |id| format!("output `{id}`"));
                    part = id.map(str::to_owned);
                }
                (Some("rules"), Ok(n)) => what = format!("rule {n} of {what}"),
                (Some("tests"), Ok(n)) => what = format!("test {n}"),
                (Some("data"), _) => {
                    what = format!("data `{token}`");
                    part = Some((*token).to_owned());
                }
                (None, _) if matches!(*token, "trigger" | "for_each" | "sop" | "limits") => {
                    what = format!("`{token}`")
                }
                _ => {}
            }
        }
        let field = tokens
            .last()
            .map_or("workflow", |t| t)
            .replace("~1", "/")
            .replace("~0", "~");
        Place { part, field, what }
    }

    /// Returns the place in words, such as "rule 2 of step `risk`".
    pub fn words(&self) -> &str {
        &self.what
    }
}

fn child<'j>(value: &'j Json, token: &str) -> Option<&'j Json> {
    match value {
        Json::Array(items) => items.get(token.parse::<usize>().ok()?),
        Json::Object(fields) => fields.get(&token.replace("~1", "/").replace("~0", "~")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn places_are_named_by_their_parts() {
        let document =
            json!({"steps": [{"id": "risk", "rules": [{"when": "x"}]}], "data": {"a": {}}});
        let place = Place::of(&document, "/steps/0/rules/0/when");
        assert_eq!(place.words(), "rule 1 of step `risk`");
        assert_eq!(
            (place.part.as_deref(), place.field.as_str()),
            (Some("risk"), "when")
        );
        assert_eq!(Place::of(&document, "/data/a").words(), "data `a`");
        assert_eq!(Place::of(&document, "").words(), "the workflow");
    }
}
