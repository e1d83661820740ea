//! Changes of what comes out: for whom, to whom, or not at all.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Value as Json, json};

use crate::drafter::pattern::pattern;

/// What people call the kinds of outputs.
const KINDS: [(&str, &[&str]); 5] = [
    ("email_draft", &["email", "e-mail", "mail"]),
    ("message", &["message", "slack", "post", "alert"]),
    ("document", &["document", "brief", "report"]),
    ("update", &["update", "crm"]),
    ("table", &["table", "csv", "spreadsheet"]),
];

static STOP: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^\W*(?:please )?(?:stop|don'?t|do not|no more|no longer|remove|drop|leave out|delete)\b",
    )
});
static ADDRESS: LazyLock<Regex> = LazyLock::new(|| pattern(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"));

/// Reads "only email high accounts", "send the email to lena@ours.example", "stop the slack message".
pub(super) fn edits(request: &str, document: &Json) -> Option<Vec<Json>> {
    let lower = request.to_lowercase();
    let (place, output) = meant(&lower, document)?;
    let at = format!("/outputs/{place}");
    if let Some(address) = ADDRESS.find(request).map(|m| m.as_str()) {
        let is_copy = lower.contains("copy") || lower.contains("cc ");
        let field = if is_copy { "cc" } else { "to" };
        return (output["kind"] == "email_draft")
            .then(|| vec![json!({"op": "set", "at": format!("{at}/{field}"), "value": address})]);
    }
    if STOP.is_match(request) {
        return removed(&at, output, request, document);
    }
    only(&lower, &at, document)
}

/// Returns the one output that a request names.
fn meant<'d>(lower: &str, document: &'d Json) -> Option<(usize, &'d Json)> {
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_alphanumeric() && c != '-')
        .map(|word| word.trim_end_matches("ing").trim_end_matches('s'))
        .collect();
    let kind = KINDS
        .iter()
        .find(|(_, names)| names.iter().any(|name| words.contains(name)))?
        .0;
    let mut of_kind = document["outputs"]
        .as_array()?
        .iter()
        .enumerate()
        .filter(|(_, output)| output["kind"] == kind);
    match (of_kind.next(), of_kind.next()) {
        (Some(one), None) => Some(one),
        _ => None,
    }
}

/// Takes an output out; the statements that only it carried out are left to people, as was asked.
fn removed(at: &str, output: &Json, request: &str, document: &Json) -> Option<Vec<Json>> {
    let mut rest = document.clone();
    rest.pointer_mut(at)?.take();
    let still = cited(&rest);
    let alone: Vec<u64> = cited(output)
        .into_iter()
        .filter(|number| !still.contains(number))
        .collect();
    let mut edits = vec![json!({"op": "remove", "at": at})];
    if !alone.is_empty() {
        let mut waived = document["sop"]["waived"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let because = format!("as was asked: {}", crate::diag::one_line(request, 120));
        waived.push(json!({"statements": alone, "because": because}));
        edits.push(json!({"op": "set", "at": "/sop/waived", "value": waived}));
    }
    Some(edits)
}

/// Returns the numbers of the statements that parts cite.
fn cited(part: &Json) -> Vec<u64> {
    match part {
        Json::Object(fields) => fields
            .iter()
            .flat_map(|(name, value)| match (name.as_str(), value) {
                ("sop", Json::Array(numbers)) => numbers.iter().filter_map(Json::as_u64).collect(),
                _ => cited(value),
            })
            .collect(),
        Json::Array(items) => items.iter().flat_map(cited).collect(),
        _ => Vec::new(),
    }
}

/// Makes an output only for cases of the labels that are named.
fn only(lower: &str, at: &str, document: &Json) -> Option<Vec<Json>> {
    if !lower.split(' ').any(|word| word == "only") || document.pointer(at)?["per"] == "run" {
        return None;
    }
    let (step, rules) = document["steps"]
        .as_array()?
        .iter()
        .find_map(|step| Some((step["id"].as_str()?, step["rules"].as_array()?)))?;
    let field = rules.first()?["then"].as_object()?.keys().next()?.clone();
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .collect();
    let mut labels: Vec<&str> = Vec::new();
    for label in rules
        .iter()
        .filter_map(|rule| rule["then"][&field].as_str())
    {
        if words.contains(&label) && !labels.contains(&label) {
            labels.push(label);
        }
    }
    let when = match labels.as_slice() {
        [] => return None,
        [one] => format!("{step}.{field} == '{one}'"),
        several => format!("{step}.{field} in ['{}']", several.join("', '")),
    };
    Some(vec![
        json!({"op": "set", "at": format!("{at}/when"), "value": when}),
    ])
}
