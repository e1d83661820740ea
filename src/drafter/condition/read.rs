//! What a condition was read as.

use std::collections::BTreeSet;

/// A condition that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::drafter) struct Read {
    /// The expression.
    pub(in crate::drafter) source: String,
    /// The value that it asks about, where what follows may go on with it: "zero or unknown".
    pub(in crate::drafter) value: Option<String>,
    /// The other tables that it uses.
    pub(in crate::drafter) joined: BTreeSet<String>,
    /// The columns of the case table that it uses.
    pub(in crate::drafter) columns: BTreeSet<String>,
}

impl Read {
    pub(in crate::drafter) fn both(self, word: &str, other: Read) -> Read {
        let wrap = |source: String| {
            if word == "and" && source.contains(" or ") {
                format!("({source})")
            } else {
                source
            }
        };
        let source = match (word, one_of(&self.source), one_of(&other.source)) {
            _ if self.source == other.source => self.source.clone(),
            // A column cannot hold two values at once: "void and written-off ones" are two kinds.
            ("and", Some((path, mut values)), Some((same, more))) if path == same => {
                values.extend(more);
                format!("{path} in [{}]", values.join(", "))
            }
            // "… and is open or in progress" goes on about the same column.
            ("or", _, Some((path, more))) if ends_in(&self.source, path).is_some() => {
                let (before, mut values) = ends_in(&self.source, path).unwrap_or_default();
                values.extend(more);
                format!("{before}{path} in [{}]", values.join(", "))
            }
            _ => format!("{} {word} {}", wrap(self.source), wrap(other.source)),
        };
        Read {
            source,
            value: other.value,
            joined: self.joined.into_iter().chain(other.joined).collect(),
            columns: self.columns.into_iter().chain(other.columns).collect(),
        }
    }

    /// Returns that it holds, or that the value is missing which its last part asks about.
    pub(in crate::drafter) fn or_missing(self) -> Option<Read> {
        let value = self.value.clone()?;
        let mut parts: Vec<&str> = self.source.split(" and ").collect();
        let is_about = |part: &&str| part.contains(value.as_str());
        let last = parts.iter().rev().take_while(|part| is_about(part)).count();
        let own = parts.split_off(parts.len() - last).join(" and ");
        if own.is_empty() {
            return None;
        }
        let source = if parts.is_empty() {
            format!("{own} or {value} is missing")
        } else {
            format!("{} and ({own} or {value} is missing)", parts.join(" and "))
        };
        Some(Read { source, ..self })
    }

    /// Returns that a column holds the value that is asked about, or another one; nothing if it asks
    /// about anything else.
    pub(in crate::drafter) fn or_value(self, other: &str) -> Option<Read> {
        let (table, inner) = match self.source.strip_prefix("any(") {
            Some(rest) => {
                let (table, inner) = rest.strip_suffix("\")")?.split_once(", \"")?;
                (Some(table), inner)
            }
            None => (None, self.source.as_str()),
        };
        let (path, mut values) = one_of(inner)?;
        // Values that are written like names have names beside them.
        let is_name = |value: &String| value.trim_matches('\'').starts_with(char::is_uppercase);
        if !values.iter().all(is_name) {
            return None;
        }
        values.push(format!("'{other}'"));
        let inner = format!("{path} in [{}]", values.join(", "));
        let source = match table {
            Some(table) => format!("any({table}, \"{inner}\")"),
            None => inner,
        };
        Some(Read { source, ..self })
    }

    /// Does another condition name other values of the column that this one is about?
    pub(in crate::drafter) fn contrasts(&self, other: &Read) -> bool {
        let (Some((path, own)), Some((same, others))) =
            (values_of(&self.source), values_of(&other.source))
        else {
            return false;
        };
        path == same && own.iter().all(|value| !others.contains(value))
    }

    /// Returns its opposite.
    pub(in crate::drafter) fn negated(mut self) -> Read {
        self.source = format!("not ({})", self.source);
        self
    }
}

/// Returns the column and the values of a condition that a column holds one of some values.
fn one_of(source: &str) -> Option<(&str, Vec<String>)> {
    let is_path = |path: &str| {
        path.chars()
            .all(|c| c.is_alphanumeric() || c == '_' || c == '.')
    };
    if let Some((path, value)) = source.split_once(" == ") {
        let single =
            value.starts_with('\'') && value.ends_with('\'') && value.matches('\'').count() == 2;
        return (is_path(path) && single).then(|| (path, vec![value.to_owned()]));
    }
    let (path, list) = source.split_once(" in [")?;
    let list = list.strip_suffix(']')?;
    let whole = is_path(path) && !list.contains(']');
    whole.then(|| (path, list.split(", ").map(str::to_owned).collect()))
}

/// Returns the column, with its table if it is another's, and the values of a condition that is about
/// one column alone.
fn values_of(source: &str) -> Option<(String, Vec<String>)> {
    let mut all: Option<(String, Vec<String>)> = None;
    for part in source.split(" or ") {
        let (table, inner) = match part.strip_prefix("any(") {
            Some(rest) => rest.strip_suffix("\")")?.split_once(", \"")?,
            None => ("", part),
        };
        let (path, values) = one_of(inner)?;
        let column = format!("{table} {path}");
        all = match all {
            None => Some((column, values)),
            Some((same, known)) if same == column => Some((same, [known, values].concat())),
            Some(_) => return None,
        };
    }
    all
}

/// Returns what stands before the last condition of a conjunction, and the values of that
/// condition, if it says which values a column holds.
fn ends_in(source: &str, path: &str) -> Option<(String, Vec<String>)> {
    let start = source.rfind(" and ").map_or(0, |at| at + " and ".len());
    let (before, last) = source.split_at(start);
    let (same, values) = one_of(last)?;
    let is_plain =
        !before.contains(" or ") && before.matches('(').count() == before.matches(')').count();
    (same == path && is_plain).then(|| (before.to_owned(), values))
}
