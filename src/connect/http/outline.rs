//! What an OpenAPI document offers, in the size that a model reads.

use serde_json::{Map, Value, json};

use super::openapi::Document;
use super::operation::Operation;
use crate::connect::ConnectError;
use crate::diag::one_line;

/// Operations that are told whole at once; of more, each is told in a line.
const WHOLE: usize = 12;

/// Operations that are told in a line at most.
const LINES: usize = 300;

/// Characters of what an operation does.
const ABOUT: usize = 100;

/// Returns what a document offers: the server, how callers are known, the operations. Those whose
/// name, path or purpose holds `find` are told whole; without it all, where they are few.
///
/// # Errors
/// If the text is no OpenAPI document.
pub fn openapi_outline(
    text: &[u8],
    origin: &str,
    find: Option<&str>,
) -> Result<Value, ConnectError> {
    let document = Document::read(text, origin)?;
    let (operations, problem) = document.operations()?;
    let find = find.map(str::to_lowercase);
    let is_wanted = |name: &str, operation: &Operation| match &find {
        Some(find) => [name, &operation.path, &operation.tool.description]
            .iter()
            .any(|text| text.to_lowercase().contains(find)),
        None => operations.len() <= WHOLE,
    };
    let mut told = Map::new();
    for (name, operation) in operations.iter().take(LINES) {
        let line = format!("{} {}", operation.method, operation.path);
        let said = match is_wanted(name, operation) {
            true => json!({ "request": line, "about": operation.tool.description,
                "input": operation.tool.input, "output": operation.tool.output }),
            false => json!(one_line(
                &format!("{line}: {}", operation.tool.description),
                line.len() + ABOUT
            )),
        };
        told.insert(name.clone(), said);
    }
    let mut outline = json!({ "about": document.about(), "server": document.server(),
        "auth": document.security(), "operations": told });
    if operations.len() > LINES {
        let left = operations.len() - LINES;
        outline["left_out"] = json!(format!("{left} more: `find` some by a word"));
    }
    if let Some(problem) = problem {
        outline["problem"] = json!(problem);
    }
    Ok(outline)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn document(count: usize) -> Vec<u8> {
        let path = |n| {
            let name = format!("/things{n}");
            let get = json!({ "get": { "operationId": format!("list_{n}"), "summary": "Lists things",
                "responses": { "200": { "description": "ok" } } } });
            (name, get)
        };
        let paths: Map<String, Value> = (0..count).map(path).collect();
        json!({ "openapi": "3.0.0", "info": { "title": "Things" }, "paths": paths,
            "servers": [{ "url": "https://things.test/v1" }],
            "components": { "securitySchemes": { "key": { "type": "http", "scheme": "bearer" } } } })
        .to_string()
        .into_bytes()
    }

    #[test]
    fn a_few_operations_are_told_whole_and_many_in_a_line() {
        let few = openapi_outline(&document(2), "x", None).unwrap();
        assert_eq!(few["server"], "https://things.test/v1");
        assert_eq!(few["auth"]["key"]["scheme"], "bearer");
        assert_eq!(few["operations"]["list_0"]["request"], "GET /things0");
        let many = openapi_outline(&document(40), "x", None).unwrap();
        assert_eq!(many["operations"]["list_7"], "GET /things7: Lists things");
        let found = openapi_outline(&document(40), "x", Some("Things7")).unwrap();
        assert_eq!(found["operations"]["list_7"]["request"], "GET /things7");
        assert!(found["operations"]["list_8"].is_string());
        let lots = openapi_outline(&document(301), "x", None).unwrap();
        assert!(lots["left_out"].as_str().unwrap().starts_with("1 more"));
    }
}
