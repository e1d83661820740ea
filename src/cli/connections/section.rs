//! The section of a connection, as it is written into `sopwright.toml`.

use std::path::Path;

use indexmap::IndexMap;

use crate::connect::DescribedBy;

/// What a section says.
pub(super) struct Section {
    /// The connection's name.
    pub(super) name: String,
    /// Its kind.
    pub(super) kind: &'static str,
    /// Its other keys, each with its value as TOML writes it.
    pub(super) entries: Vec<(&'static str, String)>,
    /// May records be changed?
    pub(super) writable: bool,
}

impl Section {
    /// Returns it as TOML.
    pub(super) fn text(&self) -> String {
        let mut lines = vec![
            format!("[connections.{}]", self.name),
            format!("kind = {}", quoted(self.kind)),
        ];
        let entries = self.entries.iter();
        lines.extend(entries.map(|(key, value)| format!("{key} = {value}")));
        if self.writable {
            lines.push("writable = true".to_owned());
        }
        lines.join("\n")
    }
}

/// Returns what the section of a described service says: by what it is described, what its blanks
/// are filled with, which variables hold its secrets, and since when records are read.
pub(super) fn of_service(
    from: &DescribedBy,
    set: &IndexMap<String, String>,
    secrets: &IndexMap<String, String>,
    since: Option<&str>,
) -> Vec<(&'static str, String)> {
    let mut entries = Vec::new();
    match from {
        DescribedBy::Preset(preset) => entries.push(("preset", quoted(preset))),
        DescribedBy::File(file) => {
            entries.push(("description", quoted(&file.to_string_lossy())));
        }
        DescribedBy::Section => {}
    }
    if !set.is_empty() {
        entries.push(("set", table(set)));
    }
    if !secrets.is_empty() {
        let named = secrets
            .iter()
            .map(|(name, variable)| (name.clone(), format!("env:{variable}")));
        entries.push(("secrets", table(&named.collect())));
    }
    entries.extend(since.map(|since| ("since", quoted(since))));
    entries
}

/// Returns a table as TOML writes it in a line.
pub(super) fn table(entries: &IndexMap<String, String>) -> String {
    let key = |name: &str| match name
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b))
    {
        true => name.to_owned(),
        false => quoted(name),
    };
    let entries: Vec<String> = entries
        .iter()
        .map(|(name, value)| format!("{} = {}", key(name), quoted(value)))
        .collect();
    format!("{{ {} }}", entries.join(", "))
}

/// Returns a text as TOML writes it.
pub(super) fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// Returns the path of a file as a section says it: from the workspace on, where it lies in it.
pub(super) fn from_workspace(file: &Path, root: &Path) -> std::path::PathBuf {
    let whole = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let (file, root) = (whole(file), whole(root));
    match file.strip_prefix(&root) {
        Ok(inside) => inside.to_owned(),
        Err(_) => file,
    }
}
