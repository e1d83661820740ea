//! The builder's prompts: minijinja files under `prompts/`, compiled in, and replaced by files
//! of the same names under the workspace's own `prompts/`. The language guide in them is made
//! from the tables that the schema and the checker are made from.

use std::collections::BTreeMap;
use std::path::Path;

use minijinja::{Environment, UndefinedBehavior, context};
use serde_json::Value as Json;

use crate::check::RESERVED;
use crate::connect::description_keys;
use crate::diag::{Error, Result};
use crate::expr::functions::{GROUPS, JINJA_FILTERS};
use crate::spec::{Output, Step, Trigger, schema};

const BUILDER: &str = include_str!("../../prompts/builder.md");
const LANGUAGE: &str = include_str!("../../prompts/language.md");
const CONNECTION: &str = include_str!("../../prompts/connection.md");

/// What the builder's model is told before anything else.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Prompt {
    /// The system prompt.
    pub system: String,
    /// The guide to the workflow language, given once a workflow is to be written; empty where the
    /// system prompt holds it.
    pub guide: String,
    /// How a connection is described, given once one is to be drafted.
    pub connection: String,
}

/// Returns the builder's prompt.
///
/// # Errors
/// If a prompt of the workspace is not a template.
pub fn prompt(workspace: &Path) -> Result<Prompt> {
    let language = guide(workspace)?;
    let system = render(
        workspace,
        "builder.md",
        BUILDER,
        context! { language => &language, language_comes_later => true },
    )?;
    let is_inside = system.contains(language.trim());
    Ok(Prompt {
        system,
        guide: if is_inside { String::new() } else { language },
        connection: connection(workspace)?,
    })
}

fn connection(workspace: &Path) -> Result<String> {
    let parts = description_keys();
    render(workspace, "connection.md", CONNECTION, context! { parts })
}

/// Returns the guide to the workflow language.
///
/// # Errors
/// As [`system`].
pub fn guide(workspace: &Path) -> Result<String> {
    let functions: Vec<_> = GROUPS
        .iter()
        .map(|group| {
            let functions: Vec<_> = group
                .functions
                .iter()
                .map(|f| context! { name => f.name, arguments => f.arguments, about => f.about })
                .collect();
            context! { title => group.title, functions }
        })
        .collect();
    let values = context! {
        field_types => schema()["$defs"]["FieldType"]["enum"].as_array().into_iter().flatten().filter_map(Json::as_str).collect::<Vec<_>>(),
        triggers => Trigger::KINDS.to_vec(),
        steps => Step::KINDS.to_vec(),
        outputs => Output::KINDS.to_vec(),
        step_fields => fields("Step", Step::COMMON),
        output_fields => fields("Output", Output::COMMON),
        functions,
        filters => JINJA_FILTERS.join(", "),
        reserved => RESERVED.map(|name| format!("`{name}`")).join(", "),
    };
    render(workspace, "language.md", LANGUAGE, values)
}

/// Returns, for each kind of a part, its own fields in a line; optional ones end in `?`.
fn fields(part: &str, common: &[&str]) -> BTreeMap<String, String> {
    let mut lines = BTreeMap::new();
    for (name, definition) in schema()["$defs"].as_object().into_iter().flatten() {
        let Some(kind) = definition["properties"]["kind"]["const"].as_str() else {
            continue;
        };
        if !name.starts_with(part) {
            continue;
        }
        let required: Vec<&str> = definition["required"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Json::as_str)
            .collect();
        let own = definition["properties"].as_object().into_iter().flatten();
        let own =
            own.filter(|(field, _)| field.as_str() != "kind" && !common.contains(&field.as_str()));
        let words: Vec<String> = own
            .map(|(field, schema)| {
                let optional = if required.contains(&field.as_str()) {
                    ""
                } else {
                    "?"
                };
                match schema["description"].as_str() {
                    Some(about) => format!("`{field}`{optional} ({})", about.trim_end_matches('.')),
                    None => format!("`{field}`{optional}"),
                }
            })
            .collect();
        lines.insert(kind.to_owned(), words.join(", "));
    }
    lines
}

fn render(
    workspace: &Path,
    name: &str,
    built_in: &str,
    values: minijinja::Value,
) -> Result<String> {
    let own = workspace.join("prompts").join(name);
    let source = std::fs::read_to_string(&own).unwrap_or_else(|_| built_in.to_owned());
    let mut env = Environment::new();
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    env.render_str(&source, values).map_err(|e| {
        Error::input(format!("The prompt {} cannot be used", own.display()))
            .caused_by(e)
            .help("Mend it, or take the file away to use the one that comes with Sopwright.")
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn the_guide_names_every_kind_that_runs_and_its_example_is_sound() {
        let guide = guide(Path::new("no-such-folder")).unwrap();
        for (kind, _) in Step::KINDS.iter().chain(Output::KINDS) {
            assert!(guide.contains(&format!("`{kind}`:")), "{kind}");
        }
        let start = guide.find("```json").unwrap() + 7;
        let end = guide[start..].find("```").unwrap() + start;
        let mut example: Json = serde_json::from_str(&guide[start..end]).unwrap();
        super::super::draft::complete(&mut example, "x", 9);
        let catalog = catalog_of(&example);
        let draft = crate::spec::read_value(example);
        assert_eq!(draft.findings, []);
        let sop = crate::sop::Sop::parse(&"- a statement\n".repeat(9));
        assert_eq!(crate::check::check(&draft, &sop, &catalog).findings, []);
    }

    #[test]
    fn the_example_of_a_connection_is_sound() {
        let guide = connection(Path::new("no-such-folder")).unwrap();
        let start = guide.find("```json").unwrap() + 7;
        let end = guide[start..].find("```").unwrap() + start;
        let example: Json = serde_json::from_str(&guide[start..end]).unwrap();
        let drafted = crate::connect::DraftedConnection::new("desk", &example).unwrap();
        assert_eq!(drafted.reach.writes, ["add_note"]);
    }

    /// Returns a catalog that offers what the example reads.
    fn catalog_of(example: &Json) -> crate::connect::Catalog {
        let mut connections = json!({"agency": {"kind": "http", "tools": {"rating": {
            "description": "", "effect": "read", "idempotent": true,
            "input": {"type": "object", "properties": {"customer": {"type": "string"}}},
            "output": {"type": "object", "properties": {"grade": {"type": ["string", "null"]}}}}}}});
        for pull in example["data"].as_object().unwrap().values() {
            let (connection, table) = pull["from"].as_str().unwrap().split_once('.').unwrap();
            let fields = pull["fields"].as_object().unwrap().iter();
            let columns: serde_json::Map<String, Json> = fields
                .map(|(name, kind)| {
                    (
                        name.clone(),
                        json!({"field": kind, "missing": 0.0, "unique": false}),
                    )
                })
                .collect();
            let known = connections[connection].is_object();
            if !known {
                connections[connection] = json!({"kind": "folder", "tables": {}});
            }
            connections[connection]["tables"][table] =
                json!({"rows": 3, "writable": true, "columns": columns});
        }
        serde_json::from_value(json!({ "connections": connections })).unwrap()
    }

    #[test]
    fn a_workspace_can_bring_its_own_prompt() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("prompts")).unwrap();
        std::fs::write(
            folder.path().join("prompts/builder.md"),
            "Hello {{ 'you' if language | length > 100 }}",
        )
        .unwrap();
        let prompt = prompt(folder.path()).unwrap();
        assert_eq!(prompt.system, "Hello you");
        assert!(prompt.guide.contains("# The workflow language"));
        std::fs::write(
            folder.path().join("prompts/builder.md"),
            "Hello. {{ language }}",
        )
        .unwrap();
        let prompt = super::prompt(folder.path()).unwrap();
        assert!(prompt.system.contains("# The workflow language") && prompt.guide.is_empty());
    }
}
