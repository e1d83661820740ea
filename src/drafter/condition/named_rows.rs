//! Rows that a clause names by what they are to the case, and clauses that only hang on the one before.

use std::sync::LazyLock;

use regex::Regex;

use super::Reader;
use crate::drafter::pattern::pattern;

impl Reader<'_> {
    /// Returns a clause in which the row that a column of the case names is called by its table: "the owner
    /// contact has left" is about the contact of an `owner_contact_id`. That there is none is said of the column.
    pub(super) fn with_references(&self, text: &str) -> String {
        static LACKS: LazyLock<Regex> = LazyLock::new(|| {
            pattern(r"(?i)\b(?:no|without|missing|empty|blank|lacks?|not|never|unknown)\b|n['’]t\b")
        });
        let lower = text.to_lowercase();
        for (column, name) in self.cases.columns.keys().filter_map(|column| {
            let name = column.strip_suffix("_id")?.replace('_', " ");
            name.contains(' ').then_some((column, name))
        }) {
            let Some(at) = lower.find(&format!(" {name}")).map(|at| at + 1) else {
                continue;
            };
            let behind = lower[at + name.len()..].chars().next();
            if behind.is_some_and(char::is_alphanumeric) || !text.is_char_boundary(at) {
                continue;
            }
            let table = self.world.tables.iter().find(|table| {
                crate::drafter::draft::refers(self.cases, table) == Some(column.as_str())
            });
            let (Some(_), Some((_, last))) = (table, name.rsplit_once(' ')) else {
                continue;
            };
            if LACKS.is_match(text) {
                // That there is no such row is said of the column; what such a row lacks, of the row.
                let is_none = ["no", "without", "without any", "without an", "without a"]
                    .iter()
                    .any(|none| text[..at].trim_end().to_lowercase().ends_with(none));
                if is_none {
                    return text.to_owned();
                }
            }
            return [&text[..at], last, &text[at + name.len()..]].concat();
        }
        text.to_owned()
    }
}

/// Does a clause speak of something as "one": "with one in the future"? What that is was said before.
pub(super) fn is_said_of_one(text: &str) -> bool {
    static ONE: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?i)\bwith one (?:in|that|which|from|before|after|on)\b"));
    ONE.is_match(text)
}

/// Was a text with an "or" between two clauses read as if both had to hold?
pub(super) fn loses_or(text: &str, source: &str) -> bool {
    let keeps = [" or ", " in [", "not ", "!="];
    joins_clauses(text)
        && source.contains(" and ")
        && !keeps.iter().any(|sign| source.contains(sign))
}

/// Does an "or" begin another clause, rather than another value?
pub(super) fn joins_clauses(text: &str) -> bool {
    static OR: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)\bor (?:the|an?|if|no|its|their|has|have|is|are|was|it|they|who|which|where|when|with|without|whose|nobody|somebody)\b",
        )
    });
    OR.is_match(text)
}
