//! A description as it is read: from a preset, a file or a section, with what the section says
//! itself put over it.

use std::path::Path;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::description::Description;
use super::presets;
use crate::connect::config::DescribedBy;
use crate::connect::{ConnectError, RestConfig, Row};
use crate::diag::did_you_mean;

/// Parts whose entries are put over those of the description one by one.
const MERGED: [&str; 5] = ["tables", "tools", "headers", "blanks", "limits"];

/// Parts of a table for which the same holds.
const MERGED_IN_TABLES: [&str; 4] = ["columns", "pick", "query", "since"];

/// A description with where it comes from, for messages.
pub struct Read {
    /// What is described.
    pub description: Description,
    /// Where that is.
    pub place: String,
}

/// Reads the description of a connection.
///
/// # Errors
/// If there is none, or it is not written as one.
pub fn read(config: &RestConfig, workspace: &Path) -> Result<Read, ConnectError> {
    let (mut described, place) = match &config.from {
        DescribedBy::Section => (Row::new(), "its section in sopwright.toml".to_owned()),
        DescribedBy::Preset(name) => (
            parsed(presets::text(name)?, name)?,
            format!("the preset `{name}`"),
        ),
        DescribedBy::File(file) => {
            let path = workspace.join(file);
            let text = std::fs::read_to_string(&path).map_err(|error| {
                ConnectError::last(format!(
                    "The description {} cannot be read: {error}.",
                    path.display()
                ))
                .help("Check `description` of the connection in sopwright.toml.")
            })?;
            let place = path.display().to_string();
            (parsed(&text, &place)?, place)
        }
    };
    for (name, over) in &config.own {
        match (described.get_mut(name), over) {
            (Some(Value::Object(under)), Value::Object(over)) if MERGED.contains(&&**name) => {
                for (entry, value) in over {
                    put_over(under, entry, value);
                }
            }
            _ => {
                described.insert(name.clone(), over.clone());
            }
        }
    }
    let description: Description = typed(Value::Object(described), &place)?;
    if description.base_url.is_empty() {
        return Err(ConnectError::last(format!(
            "The description ({place}) does not say where the service is."
        ))
        .help(format!(
            "Say its `base_url`, or name a `preset`: {}.",
            presets::names().collect::<Vec<_>>().join(", ")
        )));
    }
    Ok(Read { description, place })
}

/// Puts an entry over the one of its name, or of the name that it says it is `like`.
fn put_over(entries: &mut Row, name: &str, value: &Value) {
    let like = value.get("like").and_then(Value::as_str).unwrap_or(name);
    let Some(Value::Object(under)) = entries.get(like) else {
        entries.insert(name.to_owned(), value.clone());
        return;
    };
    let Value::Object(over) = value else {
        entries.insert(name.to_owned(), value.clone());
        return;
    };
    let mut merged = under.clone();
    for (part, value) in over.iter().filter(|(part, _)| *part != "like") {
        match (merged.get_mut(part), value) {
            (Some(Value::Object(under)), Value::Object(over))
                if MERGED_IN_TABLES.contains(&&**part) =>
            {
                under.extend(over.clone());
            }
            _ => {
                merged.insert(part.clone(), value.clone());
            }
        }
    }
    entries.insert(name.to_owned(), Value::Object(merged));
}

fn parsed(text: &str, place: &str) -> Result<Row, ConnectError> {
    toml::from_str(text).map_err(|error| {
        let line = error.span().map(|span| text[..span.start].lines().count());
        let line = line.map_or_else(String::new, |line| format!(", line {}", line.max(1)));
        ConnectError::last(format!(
            "The description {place}{line} is not TOML: {}.",
            error.message()
        ))
        .help("Correct it there; docs/connections.md has an example.")
    })
}

/// Returns a part of a description as what it is to be.
///
/// # Errors
/// For a key that is not known, one that is missing, and a value of another kind.
pub fn typed<T: DeserializeOwned>(value: Value, place: &str) -> Result<T, ConnectError> {
    T::deserialize(value).map_err(|error| {
        let told = error.to_string();
        // serde: unknown field `x`, expected one of `a`, `b`
        let mut quoted = told.split('`').skip(1).step_by(2);
        let help = match (told.starts_with("unknown field"), quoted.next()) {
            (true, Some(unknown)) => did_you_mean(unknown, quoted),
            _ => None,
        };
        ConnectError::last(format!("In {place}: {told}."))
            .help("Correct the description; docs/connections.md says what each key means.")
            .maybe_help(help)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn config(text: &str) -> RestConfig {
        toml::from_str(text).unwrap()
    }

    fn refused(text: &str) -> ConnectError {
        read(&config(text), Path::new("no-workspace"))
            .err()
            .unwrap()
    }

    #[test]
    fn a_section_is_put_over_what_it_names() {
        let folder = tempfile::tempdir().unwrap();
        let file = "base_url = 'https://x.test'\n[tables.deals]\npath = '/deals'\ncolumns = { id = 'text' }\n";
        std::fs::write(folder.path().join("x.toml"), file).unwrap();
        let over = "description = 'x.toml'\nbase_url = 'https://y.test'\n\
            [tables.deals]\ncolumns = { amount = 'number' }\n\
            [tables.old_deals]\nlike = 'deals'\npath = '/old'\n\
            [tables.calls]\npath = '/calls'\n";
        let read = read(&config(over), folder.path()).unwrap().description;
        assert_eq!(read.base_url, "https://y.test");
        assert_eq!(
            Value::Object(read.tables),
            serde_json::json!({
                "deals": { "path": "/deals", "columns": { "id": "text", "amount": "number" } },
                "old_deals": { "path": "/old", "columns": { "id": "text", "amount": "number" } },
                "calls": { "path": "/calls" },
            })
        );
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let error = refused("preset = 'hubspt'");
        assert!(error.help.unwrap().contains("`hubspot`"));
        let error = refused("tables = {}");
        assert!(
            error.message.contains("does not say where the service is"),
            "{error}"
        );
        let error = refused("description = 'none.toml'");
        assert!(
            error.message.contains("none.toml cannot be read"),
            "{error}"
        );
        let error =
            refused("base_url = 'https://x.test'\nrefusals = { unles = '/ok', code = '/e' }");
        assert!(
            error
                .message
                .contains("its section in sopwright.toml: unknown field `unles`"),
            "{error}"
        );
        assert!(error.help.unwrap().contains("Did you mean `unless`?"));
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("x.toml"), "base_url = 'x'\n[tables\n").unwrap();
        let error = read(&config("description = 'x.toml'"), folder.path())
            .err()
            .unwrap();
        assert!(
            error.message.contains("x.toml, line 2 is not TOML"),
            "{error}"
        );
    }
}
