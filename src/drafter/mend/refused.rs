//! What the checker or the dry run refuses of what was read, and which statements that carries out.

use serde_json::Value as Json;

use crate::model::Message;

/// What was refused.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(in crate::drafter) struct Refused {
    /// The statements that the refused parts carry out.
    pub(in crate::drafter) statements: Vec<usize>,
    /// The expressions of the refused parts.
    pub(in crate::drafter) sources: Vec<String>,
    /// How often no row at all was a case: so many of the sentences that choose rows are not what they were
    /// read as.
    pub(in crate::drafter) too_narrow: usize,
}

impl Refused {
    /// Reads a conversation: whenever a workflow was written, what the results after it refused.
    pub(in crate::drafter) fn read(messages: &[Message]) -> Self {
        let mut refused = Refused::default();
        let mut document = Json::Null;
        for message in messages {
            match message {
                Message::Assistant { calls, .. } => {
                    for call in calls {
                        let arguments: Json =
                            serde_json::from_str(&call.arguments).unwrap_or_default();
                        match call.name.as_str() {
                            "write_workflow" => document = arguments["workflow"].clone(),
                            "edit_workflow" => edit(&mut document, arguments["edits"].clone()),
                            _ => {}
                        }
                    }
                }
                Message::ToolResults { results } => {
                    for result in results {
                        let content = serde_json::from_str(&result.content).unwrap_or_default();
                        refused.take(&document, &content);
                    }
                }
                Message::User { .. } => {}
            }
        }
        refused.statements.sort_unstable();
        refused.statements.dedup();
        refused
    }

    /// Does it say that an expression was refused?
    pub(in crate::drafter) fn holds(&self, source: &str) -> bool {
        self.sources.iter().any(|refused| refused.contains(source))
    }

    /// Takes what a result refuses of a document.
    fn take(&mut self, document: &Json, result: &Json) {
        for finding in errors(result).filter(|finding| super::mend(finding).is_none()) {
            let at = finding["at"].as_str().unwrap_or_default();
            self.add(document, at);
        }
        if result["rows_that_are_cases"] == 0 {
            self.too_narrow += 1;
        }
        if let Some(part) = stops_all(result) {
            self.add(document, &place(document, part));
        }
        for case in result["cases"].as_array().into_iter().flatten() {
            let Some(part) = case["failed_at"].as_str() else {
                continue;
            };
            if result["claim"] == "failed" {
                self.add(document, &place(document, part));
            }
        }
    }

    /// Takes a part of a document, with what cites the statements that it carries out.
    fn add(&mut self, document: &Json, at: &str) {
        let mut part = document;
        let mut cited = Vec::new();
        for name in at.split('/').skip(1) {
            let next = match part {
                Json::Array(items) => name.parse::<usize>().ok().and_then(|at| items.get(at)),
                part => part.get(name),
            };
            let Some(next) = next else {
                break;
            };
            part = next;
            if let Some(numbers) = part.get("sop").and_then(Json::as_array) {
                cited = numbers.iter().filter_map(number).collect();
            }
        }
        self.statements.extend(cited);
        texts(part, &mut self.sources);
    }
}

/// Returns the errors that a result tells.
pub(super) fn errors(result: &Json) -> impl Iterator<Item = &Json> {
    let told = ["new", "same_errors"].into_iter();
    told.filter_map(|name| result.get(name).and_then(Json::as_array))
        .flatten()
        .filter(|finding| finding["severity"] == "error")
}

/// Returns the step that ended every case of a dry run, if one did.
fn stops_all(result: &Json) -> Option<&str> {
    /// So few cases may all be alike.
    const FEW: usize = 5;
    let cases = result["cases"].as_array()?;
    let mut stopped = cases.iter().map(|case| {
        let told = case["stopped_at"].as_str()?;
        told.split_once(':').map(|(part, _)| part)
    });
    let first = stopped.next()??;
    let is_all = cases.len() > FEW && stopped.all(|part| part == Some(first));
    (is_all && first.starts_with("left_out_")).then_some(first)
}

/// Returns where a part of some id stands in a document.
fn place(document: &Json, id: &str) -> String {
    for list in ["steps", "outputs"] {
        let parts = document[list].as_array().into_iter().flatten();
        if let Some(at) = parts.into_iter().position(|part| part["id"] == id) {
            return format!("/{list}/{at}");
        }
    }
    String::new()
}

/// Makes edits, if they can be made.
fn edit(document: &mut Json, edits: Json) {
    let edits: Vec<crate::spec::Edit> = serde_json::from_value(edits).unwrap_or_default();
    if let Ok(edited) = crate::spec::apply(document, &edits) {
        *document = edited;
    }
}

fn number(number: &Json) -> Option<usize> {
    number.as_u64().and_then(|n| usize::try_from(n).ok())
}

/// Adds the texts that a part holds.
fn texts(part: &Json, found: &mut Vec<String>) {
    match part {
        Json::String(text) => found.push(text.clone()),
        Json::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Json::Object(fields) => fields.values().for_each(|field| texts(field, found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;
    use crate::drafter::draft::draft;
    use crate::drafter::tests::world;
    use crate::drafter::world::Said;
    use crate::model::{ToolCall, ToolResult};

    fn written(document: &Json, result: &Json) -> Vec<Message> {
        let call = ToolCall {
            id: "1".to_owned(),
            name: "write_workflow".to_owned(),
            arguments: json!({ "workflow": document }).to_string(),
        };
        let result = ToolResult {
            call_id: "1".to_owned(),
            content: result.to_string(),
            is_error: false,
        };
        vec![
            Message::Assistant {
                text: String::new(),
                calls: vec![call],
            },
            Message::ToolResults {
                results: vec![result],
            },
        ]
    }

    #[test]
    fn what_the_checker_refuses_is_left_open() {
        let mut world = world();
        world.statements = vec![
            Said::new(1, "Leave out churned accounts.", ""),
            Said::new(2, "Health below 50 is red.", ""),
            Said::new(3, "Accounts with three or more open tickets are amber.", ""),
        ];
        let whole = draft(&world).unwrap();
        assert!(whole.open.is_empty(), "{:?}", whole.open);
        let rules = whole.document["steps"][0]["rules"].as_array().unwrap();
        let at = rules.iter().position(|r| r.to_string().contains("tickets"));
        let at = format!("/steps/0/rules/{}/when", at.unwrap());
        let finding = json!({"severity": "error", "code": "type", "at": at, "message": "no"});
        let messages = written(&whole.document, &json!({"errors": 1, "new": [finding]}));
        world.refused = Refused::read(&messages);
        assert!(world.refused.statements.contains(&3));
        let rest = draft(&world).unwrap();
        assert!(rest.open.iter().any(|said| said.number == 3));
        assert!(!rest.document["steps"].to_string().contains("tickets"));
        assert!(rest.document["steps"].to_string().contains("red"));
        assert!(rest.document["data"].to_string().contains("churned"));
    }
}
