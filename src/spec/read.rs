//! The one strict reader. It refuses what it does not know, reports everything it finds, and
//! still gives the sound parts, so that their meaning can be checked in the same go.

use std::sync::LazyLock;

use jsonschema::error::ValidationErrorKind as Kind;
use jsonschema::{ValidationError, Validator};
use serde_json::{Map, Value as Json};

use super::place::Place;
use super::{Workflow, schema};
use crate::diag::{Diagnostic, did_you_mean};

/// A document as it was read: not checked, and so neither run nor saved.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The document as it was given.
    pub document: Json,
    /// Its sound parts; all of it, where nothing was found.
    pub workflow: Option<Workflow>,
    /// What is wrong with its shape.
    pub findings: Vec<Diagnostic>,
    /// Names of parts that were left out of `workflow`.
    pub left_out: Vec<String>,
}

/// Reads a workflow from text.
///
/// # Errors
/// If the text is not JSON; the finding names line and column.
pub fn read(text: &str) -> Result<Draft, Box<Diagnostic>> {
    let document: Json = serde_json::from_str(text)
        .map_err(|e| {
            let line = text
                .lines()
                .nth(e.line().saturating_sub(1))
                .unwrap_or_default();
            let mut said = e.to_string();
            if let Some(end) = said.rfind(" at line ") {
                said.truncate(end);
            }
            Diagnostic::error(
                "not-json",
                "",
                format!(
                    "This is not JSON: {said} (line {}, column {})",
                    e.line(),
                    e.column()
                ),
            )
            .excerpt(line)
            .help("Mend that place, or take back the last version with `undo`.")
        })
        .map_err(Box::new)?;
    Ok(read_value(document))
}

/// Reads a workflow from a JSON value.
pub fn read_value(document: Json) -> Draft {
    let mut findings = Vec::new();
    let mut left_out = Vec::new();
    let mut sound = document.clone();
    // Everything is found in the first round; further ones only take out what the first left hollow.
    for round in 0..8 {
        let errors: Vec<_> = VALIDATOR
            .iter_errors(&sound)
            .map(|e| e.to_owned())
            .collect();
        if errors.is_empty() {
            break;
        }
        let mut removals = Vec::new();
        for error in &errors {
            let at = error.instance_path().as_str().to_owned();
            let finding = finding(error, &at, &sound);
            if round == 0 && !findings.contains(&finding) {
                findings.push(finding);
            }
            removals.extend(removals_for(error, &at));
        }
        removals.sort_by(|a, b| b.cmp(a));
        removals.dedup();
        for pointer in &removals {
            if let Some(name) = remove(&mut sound, pointer) {
                left_out.push(name);
            }
        }
        supply_required(&mut sound);
    }
    let workflow = match serde_json::from_value(sound) {
        Ok(workflow) => Some(workflow),
        Err(error) if findings.is_empty() => {
            findings.push(Diagnostic::error(
                "shape",
                "",
                format!("This is not a workflow: {error}"),
            ));
            None
        }
        Err(_) => None,
    };
    Draft {
        document,
        workflow,
        findings,
        left_out,
    }
}

static VALIDATOR: LazyLock<Validator> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "a test holds the schema valid")]
    jsonschema::draft202012::new(schema()).expect("the published schema is valid")
});

fn finding(error: &ValidationError<'_>, at: &str, document: &Json) -> Diagnostic {
    let place = Place::of(document, at);
    let own = place.field.clone();
    let (message, help) = match error.kind() {
        Kind::AdditionalProperties { unexpected } => {
            let allowed = allowed_keys(error);
            let help = unexpected
                .first()
                .and_then(|key| did_you_mean(key, allowed.iter().map(String::as_str)));
            let keys: Vec<String> = unexpected.iter().map(|k| format!("`{k}`")).collect();
            let plural = if keys.len() > 1 {
                "are not known keys"
            } else {
                "is not a known key"
            };
            (
                format!("{} {plural} of {}", keys.join(", "), place.words()),
                help,
            )
        }
        Kind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            (
                format!("`{name}` is missing in {}", place.words()),
                about_key(error, name),
            )
        }
        Kind::Type { kind } => {
            let wanted = match kind {
                jsonschema::error::TypeKind::Single(one) => one.to_string(),
                jsonschema::error::TypeKind::Multiple(many) => many
                    .iter()
                    .map(|t| t.to_string())
                    .collect::<Vec<_>>()
                    .join(" or "),
            };
            let given = match &**error.instance() {
                Json::Null => "null: leave the key out".to_owned(),
                other => shape_of(other).to_owned(),
            };
            (
                format!("`{own}` must be of type {wanted}, and is {given}"),
                None,
            )
        }
        Kind::Enum { options } => {
            let words: Vec<String> = options.as_array().into_iter().flatten().map(bare).collect();
            let given = bare(error.instance());
            (
                format!("`{own}` cannot be `{given}`"),
                did_you_mean(&given, words.iter().map(String::as_str)),
            )
        }
        Kind::Pattern { pattern } => (
            format!("`{own}` cannot be `{}`", bare(error.instance())),
            Some(pattern_help(pattern).to_owned()),
        ),
        Kind::MinProperties { .. } | Kind::MinItems { .. } => (format!("`{own}` is empty"), None),
        _ => (format!("`{own}`: {error}"), None),
    };
    let mut finding = Diagnostic::error(
        &format!("shape-{}", error.kind().keyword().to_lowercase()),
        at,
        message,
    )
    .maybe_help(help);
    finding.part = place.part;
    finding
}

/// Returns the keys that the schema knows where an unknown one was found.
fn allowed_keys(error: &ValidationError<'_>) -> Vec<String> {
    let path = error.schema_path().as_str();
    let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
    schema()
        .pointer(parent)
        .and_then(|s| s.get("properties"))
        .and_then(Json::as_object)
        .map(|p| p.keys().cloned().collect())
        .unwrap_or_default()
}

/// Returns what a missing key is for, in the schema's words.
fn about_key(error: &ValidationError<'_>, key: &str) -> Option<String> {
    let path = error.schema_path().as_str();
    let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
    let property = schema().pointer(parent)?.get("properties")?.get(key)?;
    let about = property.get("description").and_then(Json::as_str);
    match (
        about,
        property.get("enum").or_else(|| property.get("const")),
    ) {
        (Some(about), _) => Some(format!("`{key}`: {about}")),
        (None, Some(values)) => Some(format!("`{key}` is one of {values}")),
        (None, None) => None,
    }
}

fn pattern_help(pattern: &str) -> &'static str {
    match pattern {
        p if p.contains("(ms|") || p.contains("(s|") || p.contains("(m|") => {
            "Write a number and a unit, such as 30s, 5m, 2h or 7d."
        }
        p if p.contains("env:") => "Secrets are named as env:NAME, and never written out.",
        p if p.contains("a-z0-9-") => "Use lower-case letters, digits and hyphens.",
        _ => {
            "Use lower-case letters, digits and underscores, beginning with a letter (at most 40)."
        }
    }
}

fn shape_of(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "a boolean",
        Json::Number(_) => "a number",
        Json::String(_) => "a string",
        Json::Array(_) => "an array",
        Json::Object(_) => "an object",
    }
}

fn bare(value: &Json) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// Returns the pointers of what has to go, for the rest to be sound.
fn removals_for(error: &ValidationError<'_>, at: &str) -> Vec<String> {
    match error.kind() {
        Kind::AdditionalProperties { unexpected } => unexpected
            .iter()
            .map(|key| format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")))
            .collect(),
        _ => vec![removable(at)],
    }
}

/// Returns the smallest enclosing part that can be left out: a rule, a step, an output, a key.
fn removable(at: &str) -> String {
    let tokens: Vec<&str> = at.split('/').skip(1).collect();
    let mut end = tokens.len();
    // The deepest array element or map entry under one of the four parts.
    for (index, token) in tokens.iter().enumerate().rev() {
        let parent = index.checked_sub(1).map(|i| tokens[i]);
        let listed = token.parse::<usize>().is_ok()
            && matches!(
                parent,
                Some("steps" | "rules" | "outputs" | "tests" | "assumptions" | "waived")
            );
        if listed || parent == Some("data") {
            end = index + 1;
            break;
        }
    }
    tokens[..end].iter().map(|t| format!("/{t}")).collect()
}

/// Removes a part and returns the name it went by.
fn remove(document: &mut Json, pointer: &str) -> Option<String> {
    let (parent, last) = pointer.rsplit_once('/')?;
    let key = last.replace("~1", "/").replace("~0", "~");
    match document.pointer_mut(parent)? {
        Json::Array(items) => {
            let index: usize = key.parse().ok()?;
            if index >= items.len() {
                return None;
            }
            let part = items.remove(index);
            part.get("id").and_then(Json::as_str).map(str::to_owned)
        }
        Json::Object(fields) => fields.shift_remove(&key).map(|_| key),
        _ => None,
    }
}

/// Fills in what every workflow has, so that one missing title does not hide all the rest.
fn supply_required(document: &mut Json) {
    let Some(fields) = document.as_object_mut() else {
        *document = Json::Object(Map::new());
        return supply_required(document);
    };
    let defaults = serde_json::json!({
        "workflow": 1, "name": "draft", "title": "Draft", "objective": "",
        "sop": {"file": "sop.md", "statements": 0}, "trigger": {"kind": "manual"}
    });
    if let Json::Object(defaults) = defaults {
        for (name, value) in defaults {
            fields.entry(name).or_insert(value);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn whole() -> Json {
        json!({
            "workflow": 1, "name": "x", "title": "X", "objective": "o",
            "sop": {"file": "sop.md", "statements": 2},
            "trigger": {"kind": "schedule", "cron": "0 8 * * MON", "timezone": "UTC"},
            "data": {"accounts": {"from": "crm.accounts", "if_unavailable": {"continue": "none"},
                     "match": {"a": "b.c", "n": {"like": "b.n"}}}},
            "steps": [
                {"id": "risk", "kind": "decide", "rules": [{"when": "a > 1", "then": {"level": "high"}}], "otherwise": {"level": "low"},
                 "on_error": [{"codes": ["x"], "use": {"level": "low"}}, {"stop": {"a": 1}}]},
                {"id": "look", "kind": "call", "tool": "desk.look", "with": {"n": 1}, "on_error": {"use": {}, "caveat": "c"}},
                {"id": "ask", "kind": "call", "tool": "desk.ask", "on_error": [{"codes": ["y"], "use": {}}, "fail"]}
            ],
            "outputs": [{"id": "t", "kind": "table", "per": "run", "file": "a.csv", "columns": {"A": "{{ case.key }}"}}]
        })
    }

    fn codes(document: Json) -> Vec<(String, String)> {
        read_value(document)
            .findings
            .into_iter()
            .map(|f| (f.code, f.at))
            .collect()
    }

    #[test]
    fn a_sound_document_comes_back_as_it_was() {
        let draft = read_value(whole());
        assert_eq!(draft.findings, []);
        let again = serde_json::to_value(draft.workflow.unwrap()).unwrap();
        let reread = read_value(again.clone());
        assert_eq!(reread.findings, []);
        assert_eq!(
            serde_json::to_value(reread.workflow.unwrap()).unwrap(),
            again
        );
    }

    #[test]
    fn everything_is_reported_at_once_and_the_rest_is_kept() {
        let mut document = whole();
        document["steps"][0]["rulez"] = json!([]);
        document["steps"][1]["kind"] = json!("cal");
        document["titel"] = json!("x");
        document["trigger"].as_object_mut().unwrap().remove("cron");
        document.as_object_mut().unwrap().remove("objective");
        let draft = read_value(document);
        let messages: Vec<_> = draft.findings.iter().map(|f| f.message.as_str()).collect();
        assert_eq!(messages.len(), 5, "{messages:#?}");
        let workflow = draft.workflow.unwrap();
        assert_eq!(workflow.steps.len(), 2);
        assert_eq!(draft.left_out.iter().filter(|n| *n == "look").count(), 1);
        let helps: Vec<_> = draft
            .findings
            .iter()
            .filter_map(|f| f.help.as_deref())
            .collect();
        assert!(helps.iter().any(|h| h.contains("`rules`")), "{helps:#?}");
        assert!(helps.iter().any(|h| h.contains("`call`")), "{helps:#?}");
        assert!(helps.iter().any(|h| h.contains("`title`")), "{helps:#?}");
    }

    #[test]
    fn errors_are_those_of_the_named_kind() {
        let mut document = whole();
        document["steps"][0]
            .as_object_mut()
            .unwrap()
            .remove("otherwise");
        document["data"]["accounts"]["if_unavailable"] = json!({"contine": "x"});
        assert_eq!(
            codes(document),
            [
                (
                    "shape-additionalproperties".to_owned(),
                    "/data/accounts/if_unavailable".to_owned()
                ),
                ("shape-required".to_owned(), "/steps/0".to_owned()),
            ]
        );
    }

    #[test]
    fn broken_json_names_line_and_column() {
        let finding = read("{\n  \"a\": 1,\n  oops\n}").unwrap_err();
        assert!(
            finding.message.contains("line 3, column 3"),
            "{}",
            finding.message
        );
        assert_eq!(finding.excerpt.as_deref(), Some("oops"));
    }

    #[test]
    fn what_is_no_object_is_told_so() {
        let draft = read_value(json!([1]));
        assert_eq!(draft.findings.len(), 1);
        assert!(draft.findings[0].message.contains("object"));
    }
}
