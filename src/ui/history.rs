//! The versions of a workflow as a table.

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{ContentArrangement, Table};

use super::width;
use crate::builder::in_words;
use crate::diag::{Error, Result, one_line};
use crate::store::Version;

/// How many parts of a version are told.
const PARTS: usize = 3;

/// Returns a row per version: its number, when it was saved, what was asked, what changed.
pub fn history(versions: &[Version]) -> String {
    let mut table = Table::new();
    table
        .load_style(UTF8_FULL_CONDENSED)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(u16::try_from(width()).unwrap_or(100))
        .set_header(["version", "saved", "why", "what changed"]);
    let mut before: Option<&Version> = None;
    for version in versions {
        let changed = before.map_or_else(|| "–".to_owned(), |before| changed(before, version));
        table.add_row([
            version.number.to_string(),
            when(&version.saved_at),
            one_line(&version.why, 120),
            changed,
        ]);
        before = Some(version);
    }
    format!("{table}\n")
}

/// Returns the version of a number that was typed.
///
/// # Errors
/// If there is none, with those that there are.
pub fn version<'v>(versions: &'v [Version], number: &str) -> Result<&'v Version> {
    let found = number
        .parse::<usize>()
        .ok()
        .and_then(|number| versions.iter().find(|v| v.number == number));
    found.ok_or_else(|| {
        let last = versions.last().map_or(0, |v| v.number);
        Error::usage(format!("There is no version `{number}`")).help(match last {
            1 => "There is version 1, and no other.".to_owned(),
            last => format!("There are versions 1 to {last}."),
        })
    })
}

fn changed(before: &Version, after: &Version) -> String {
    let changes = in_words(&before.workflow, &after.workflow);
    let parts: Vec<String> = changes
        .iter()
        .filter(|c| !c.is_support)
        .map(|c| one_line(&c.words(), 100))
        .collect();
    let more = match parts.len().saturating_sub(PARTS) {
        0 => String::new(),
        more => format!("\nand {more} more"),
    };
    let shown: Vec<String> = parts.into_iter().take(PARTS).collect();
    format!("{}{more}", shown.join("\n"))
}

/// Returns a moment as a clock here shows it.
fn when(saved_at: &str) -> String {
    saved_at.parse::<jiff::Timestamp>().map_or_else(
        |_| saved_at.to_owned(),
        |at| {
            let here = at.to_zoned(jiff::tz::TimeZone::system());
            here.strftime("%-d %b %Y, %H:%M").to_string()
        },
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn versions_are_told_with_what_changed() {
        let saved = |number: usize, why: &str, title: &str| Version {
            number,
            saved_at: "2026-11-16T08:00:00Z".to_owned(),
            why: why.to_owned(),
            workflow: json!({"workflow": 1, "name": "a", "title": title, "objective": "o",
                "sop": {"file": "sop.md", "statements": 0}, "trigger": {"kind": "manual"}, "steps": []}),
        };
        let versions = [saved(1, "First version", "A"), saved(2, "call it B", "B")];
        let text = history(&versions);
        let error = version(&versions, "7").unwrap_err();
        assert_eq!(error.help.as_deref(), Some("There are versions 1 to 2."));
        assert_eq!(version(&versions, "2").unwrap().number, 2);
        for expected in ["First version", "call it B", "the title: B", "16 Nov 2026"] {
            assert!(text.contains(expected), "{expected}: {text}");
        }
    }
}
