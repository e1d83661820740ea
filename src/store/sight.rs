//! What the settings say about what is seen and kept of runs: logs, what they must not tell, and for
//! how long runs are kept.

use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde::Deserialize;
use serde_json::{Map, Value as Json};

use super::journal::key_digest;

/// What `[log]` says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogConfig {
    /// Down to what it is logged; without it nothing is, unless the command line asks.
    pub level: Option<LogLevel>,
    /// How.
    pub format: LogFormat,
}

/// Down to what is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// What ended a run or the program.
    Error,
    /// What failed.
    Warn,
    /// What begins and ends.
    Info,
    /// Every effect and every case.
    Debug,
}

/// How it is logged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Human,
    /// A structure on each line.
    Json,
}

/// What `[retention]` says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RetentionConfig {
    /// How long runs that are over stay in the journal, such as `180d`; for good without it.
    pub runs: Option<String>,
}

/// What `[privacy]` says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Privacy {
    /// Columns whose values no log may tell.
    pub redact: Vec<String>,
    /// Are the keys of cases told as digests in logs?
    pub hash_keys: bool,
}

/// What looks like a secret or like the data of a person, wherever it stands, with what is told
/// in its place.
static LOOKS_PERSONAL: LazyLock<Vec<(Regex, &'static str)>> = LazyLock::new(|| {
    let known = [
        (r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{6,}", "[secret]"),
        (r"\b(?:sk|pk|ghp|xox[a-z])[-_][A-Za-z0-9_-]{8,}", "[secret]"),
        (r"(?i)://[^/\s@]+:[^/\s@]+@", "://[secret]@"),
        (r"(?i)(\?|&)[^\s`]*=[^\s`]*", "?[left out]"),
        (
            r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+",
            "[email]",
        ),
        (r"\+?\(?\d(?:[ ()./-]?\d){6,}", "[number]"),
    ];
    let made = known
        .into_iter()
        .filter_map(|(pattern, word)| Some((Regex::new(pattern).ok()?, word)));
    made.collect()
});

impl Privacy {
    /// Are there columns whose values no log may tell?
    pub fn redacts(&self) -> bool {
        !self.redact.is_empty()
    }

    /// Returns what of a case's row no text may quote: the values of the columns that are redacted.
    pub fn hides(&self, row: &Map<String, Json>) -> Vec<(String, String)> {
        let columns = self.redact.iter().filter_map(|column| {
            let value = match row.get(column)? {
                Json::String(text) => text.trim().to_owned(),
                Json::Number(number) => number.to_string(),
                _ => return None,
            };
            (!value.is_empty()).then(|| (column.clone(), value))
        });
        columns.collect()
    }

    /// Returns a text that may be logged: without the values that are hidden, and without what looks
    /// like a secret or like the data of a person. Only its first line, and not all of a long one.
    pub fn text(&self, text: &str, hidden: &[(String, String)]) -> String {
        let mut text = crate::diag::one_line(text, 300);
        for (column, value) in hidden {
            text = text.replace(value, &format!("[{column}]"));
        }
        for (looks, word) in LOOKS_PERSONAL.iter() {
            // A time of day or a date is none of it.
            let replaced = looks.replace_all(&text, |found: &Captures<'_>| match &found[0] {
                date if is_date(date) => date.to_owned(),
                _ => (*word).to_owned(),
            });
            text = replaced.into_owned();
        }
        text
    }

    /// Returns the key of a case as logs name it: as a digest where the settings say so, and where it
    /// looks like the data of a person.
    pub fn key(&self, key: &str) -> String {
        let is_personal = LOOKS_PERSONAL
            .iter()
            .any(|(looks, word)| *word == "[email]" && looks.is_match(key));
        if !self.hash_keys && !is_personal {
            return key.to_owned();
        }
        let digest = key_digest(key);
        let hex: String = digest.iter().take(6).map(|b| format!("{b:02x}")).collect();
        format!("#{hex}")
    }
}

/// Is a row of digits a date, as in 2026-11-16?
fn is_date(text: &str) -> bool {
    text.get(..10)
        .is_some_and(|day| day.parse::<jiff::civil::Date>().is_ok())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn what_looks_personal_is_not_logged_and_the_rest_is() {
        let privacy = Privacy::default();
        for (text, told) in [
            ("no account ann@example.com", "no account [email]"),
            ("call +44 20 7946 0958 first", "call [number] first"),
            ("401: Bearer abcdef123456", "401: [secret]"),
            ("key sk-ant-REDACTED_0001 is wrong", "key [secret] is wrong"),
            (
                "https://u:pw@desk.example.com/x",
                "https://[secret]@desk.example.com/x",
            ),
            (
                "GET https://a.example/x?name=Ann&b=1 failed",
                "GET https://a.example/x?[left out] failed",
            ),
            (
                "due 2026-11-16, took 1500 ms, HTTP 503",
                "due 2026-11-16, took 1500 ms, HTTP 503",
            ),
        ] {
            assert_eq!(privacy.text(text, &[]), told);
        }
    }

    #[test]
    fn values_of_redacted_columns_are_named_by_their_column() {
        let privacy = Privacy {
            redact: vec!["name".to_owned(), "plan".to_owned()],
            ..Privacy::default()
        };
        let row = json!({"name": "Ann Lee", "city": "Leeds", "plan": null});
        let hidden = privacy.hides(row.as_object().unwrap());
        let told = privacy.text("`Ann Lee` of Leeds is not known", &hidden);
        assert_eq!(told, "`[name]` of Leeds is not known");
    }

    #[test]
    fn keys_are_hashed_where_the_settings_say_or_they_are_addresses() {
        let privacy = Privacy::default();
        assert_eq!(privacy.key("A-17"), "A-17");
        assert!(privacy.key("ann@example.com").starts_with('#'));
        let hashes = Privacy {
            hash_keys: true,
            ..privacy
        };
        assert_eq!(hashes.key("A-17"), hashes.key("A-17"));
        assert!(hashes.key("A-17").starts_with('#') && hashes.key("A-17") != hashes.key("A-18"));
    }
}
