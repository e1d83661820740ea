//! Spans of time in words: "within 90 days", "no contact in a month".

use super::columns::{best, only_date};
use super::compare::Figure;
use super::{Read, Reader};
use crate::drafter::words::written;

impl Reader<'_> {
    pub(super) fn of_days(
        &self,
        tokens: &[String],
        said: &[String],
        figure: &Figure,
        days: f64,
    ) -> Option<Read> {
        let has = |words: &[&str]| tokens.iter().any(|t| words.contains(&t.as_str()));
        let is_past = has(&[
            "been", "nobody", "never", "ago", "last", "past", "since", "old", "older", "without",
            "no", "silent", "inactive", "stale", "not", "haven", "hasn", "ago",
        ]);
        let is_date = |kind: &str| matches!(kind, "date" | "time");
        let began = || {
            let ages = has(&[
                "open", "opened", "old", "older", "raised", "waiting", "created",
            ]);
            let names = self
                .cases
                .columns
                .iter()
                .filter(|(_, c)| is_date(&c.kind))
                .map(|(name, _)| name);
            names
                .filter(|_| ages)
                .find(|n| n.contains("created") || n.contains("opened"))
                .cloned()
        };
        let column = best(self.cases, said, is_date).or_else(began);
        let joined = || {
            let others = self.world.tables.iter().filter(|t| {
                t.name != self.cases.name
                    && self.is_joined(t)
                    && t.key()
                        .is_some_and(|key| self.cases.columns.contains_key(key))
            });
            others
                .filter_map(|t| best(t, said, is_date).map(|column| (t, column)))
                .next()
        };
        let (path, read) = match (column, joined(), only_date(self.cases)) {
            (Some(column), ..) => (format!("{}.{column}", self.item), self.of_column(&column)),
            (None, Some((table, column)), _) => (
                format!("max({}, '{column}')", table.short()),
                self.of_table(table),
            ),
            (None, None, Some(column)) => {
                (format!("{}.{column}", self.item), self.of_column(&column))
            }
            (None, None, None) => return None,
        };
        // What has a beginning lies behind: "open for more than 5 days".
        let has_begun = ["created", "opened", "raised", "updated", "last_"]
            .iter()
            .any(|word| path.contains(word));
        let is_past = is_past || has_begun;
        let count = if is_past { "days_since" } else { "days_until" };
        let value = format!("{count}({path})");
        if figure.up_to.is_some() {
            return Some(self.compared(&value, ">=", figure, days, read));
        }
        let lacks = has(&[
            "no", "nobody", "never", "without", "not", "haven", "hasn", "silent", "inactive",
            "stale", "old", "older",
        ]) && is_past;
        let (relation, bounded) = match (figure.relation, is_past, lacks) {
            // "no contact in the last 30 days" is more than 30 days ago.
            (Some("<=" | ">") | None, true, true) => (">", false),
            (Some(relation), ..) => (relation, relation.starts_with('<')),
            (None, ..) => ("<=", true),
        };
        let limit = written(figure.number * days);
        let source = if bounded {
            format!("{value} {relation} {limit} and {value} >= 0")
        } else {
            format!("{value} {relation} {limit}")
        };
        Some(Read { source, ..read })
    }
}
