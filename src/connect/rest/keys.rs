//! The keys of a description, for whoever writes one.

use schemars::{JsonSchema, schema_for};
use serde_json::Value;

use super::description::{
    Description, Input, Refusals, SecretAsked, Since, TableDescription, ToolDescription,
    UpdateDescription,
};

/// Returns the keys of each part of a description, in words: those of the service itself first.
pub fn description_keys() -> Vec<(&'static str, String)> {
    vec![
        ("the service", keys::<Description>(&["blanks"])),
        ("`secrets.NAME`", keys::<SecretAsked>(&["env"])),
        ("`refusals`", keys::<Refusals>(&[])),
        ("`tables.NAME`", keys::<TableDescription>(&[])),
        ("`since` of a table", keys::<Since>(&[])),
        ("`update` of a table", keys::<UpdateDescription>(&[])),
        (
            "`tools.NAME`",
            keys::<ToolDescription>(&["email", "message"]),
        ),
        ("`input.NAME` of a tool", keys::<Input>(&[])),
    ]
}

/// Returns the keys of a part with what they mean, but for some; optional ones end in `?`.
fn keys<T: JsonSchema>(but: &[&str]) -> String {
    let schema = Value::from(schema_for!(T));
    let required = |key: &String| {
        let required = schema["required"].as_array();
        required.is_some_and(|all| all.iter().any(|name| name == key))
    };
    let properties = schema["properties"].as_object().into_iter().flatten();
    let lines: Vec<String> = properties
        .filter(|(key, _)| !but.contains(&key.as_str()))
        .map(|(key, about)| {
            let optional = if required(key) { "" } else { "?" };
            let about = about["description"].as_str().unwrap_or_default();
            let about = about.trim_end_matches('.').replace('\n', " ");
            format!("`{key}`{optional} ({about})")
        })
        .collect();
    lines.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_told_with_what_it_means() {
        let parts = description_keys();
        for (part, keys) in &parts {
            assert!(!keys.is_empty() && !keys.contains("()"), "{part}: {keys}");
        }
        let tables = &parts[3].1;
        assert!(
            tables.contains("`path` (The path below the service's address)"),
            "{tables}"
        );
        assert!(tables.contains("`next`?"), "{tables}");
    }
}
