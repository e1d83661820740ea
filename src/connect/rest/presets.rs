//! The descriptions that come with the program.

use crate::connect::ConnectError;
use crate::diag::did_you_mean;

/// The descriptions by name, in the order in which they are listed.
const PRESETS: [(&str, &str); 10] = [
    ("hubspot", include_str!("presets/hubspot.toml")),
    ("salesforce", include_str!("presets/salesforce.toml")),
    ("zendesk", include_str!("presets/zendesk.toml")),
    ("intercom", include_str!("presets/intercom.toml")),
    ("gong", include_str!("presets/gong.toml")),
    ("slack", include_str!("presets/slack.toml")),
    ("gmail", include_str!("presets/gmail.toml")),
    ("stripe", include_str!("presets/stripe.toml")),
    ("notion", include_str!("presets/notion.toml")),
    ("google-sheets", include_str!("presets/google-sheets.toml")),
];

/// Returns the names.
pub fn names() -> impl Iterator<Item = &'static str> {
    PRESETS.iter().map(|(name, _)| *name)
}

/// Returns a description, as TOML.
///
/// # Errors
/// If there is none of that name.
pub fn text(name: &str) -> Result<&'static str, ConnectError> {
    let found = PRESETS.iter().find(|(known, _)| *known == name);
    found.map(|(_, text)| *text).ok_or_else(|| {
        let known: Vec<&str> = names().collect();
        ConnectError::last(format!("There is no preset `{name}`."))
            .help(format!("There are: {}.", known.join(", ")))
            .maybe_help(did_you_mean(name, names()))
    })
}
