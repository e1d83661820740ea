//! The section of a connection, as it is written into `sopwright.toml`.

use std::path::Path;

use indexmap::IndexMap;

use crate::connect::DescribedBy;

/// What a section says.
pub(super) struct Section {
    /// The connection's name.
    pub(super) name: String,
    /// Where its description comes from.
    pub(super) from: DescribedBy,
    /// What its blanks are filled with.
    pub(super) set: IndexMap<String, String>,
    /// The variables that hold its secrets.
    pub(super) secrets: IndexMap<String, String>,
    /// Since when records are read.
    pub(super) since: Option<String>,
    /// May records be changed?
    pub(super) writable: bool,
}

impl Section {
    /// Returns it as TOML.
    pub(super) fn text(&self) -> String {
        let mut lines = vec![
            format!("[connections.{}]", self.name),
            "kind = \"rest\"".to_owned(),
        ];
        match &self.from {
            DescribedBy::Preset(preset) => lines.push(format!("preset = {}", quoted(preset))),
            DescribedBy::File(file) => {
                lines.push(format!("description = {}", quoted(&file.to_string_lossy())));
            }
            DescribedBy::Section => {}
        }
        if !self.set.is_empty() {
            lines.push(format!("set = {}", table(&self.set, |value| value.clone())));
        }
        if !self.secrets.is_empty() {
            let named = table(&self.secrets, |variable| format!("env:{variable}"));
            lines.push(format!("secrets = {named}"));
        }
        lines.extend(
            self.since
                .iter()
                .map(|since| format!("since = {}", quoted(since))),
        );
        if self.writable {
            lines.push("writable = true".to_owned());
        }
        lines.join("\n")
    }
}

fn table(entries: &IndexMap<String, String>, value: impl Fn(&String) -> String) -> String {
    let entries: Vec<String> = entries
        .iter()
        .map(|(name, said)| format!("{name} = {}", quoted(&value(said))))
        .collect();
    format!("{{ {} }}", entries.join(", "))
}

fn quoted(text: &str) -> String {
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
