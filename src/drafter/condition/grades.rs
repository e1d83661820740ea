//! Grades that end in a figure: severity S1 to S4, priority P0 to P3.

use super::columns::parts;
use super::row::{Found, Row};
use super::values::equal;
use super::words::Words;
use crate::drafter::words::stem;
use crate::drafter::world::Column;

impl Row<'_> {
    /// Reads grades that end in a figure: "severity 1 or 2" of a column that holds S1 to S4.
    pub(super) fn numbered(&self, words: &mut Words) -> Option<Found> {
        let columns = self.table.columns.iter().filter(|(_, c)| grades(c));
        columns.into_iter().find_map(|(name, column)| {
            let (own, free) = (parts(name), words.free());
            let at = (0..free.len()).find(|at| own.contains(&free[*at]))?;
            let mut end = at + 1;
            let mut values = Vec::new();
            while let Some(token) = words.tokens.get(end) {
                let value = column.values.iter().find(|v| v.ends_with(token.as_str()));
                let is_digit = token.chars().all(|c| c.is_ascii_digit());
                match value.filter(|_| is_digit) {
                    Some(value) => values.push(value.clone()),
                    None if matches!(token.as_str(), "or" | "and") => {}
                    None => break,
                }
                end += 1;
            }
            if values.is_empty() {
                return None;
            }
            words.tick(at, end);
            let source = self.texts(name, |path| {
                equal(path, &values, "==", "in").unwrap_or_default()
            });
            Some(self.found(source, Some(self.path(name)), &[name]))
        })
    }
}

/// Are the values of a column grades that end in a figure, as S1 to S4 are?
fn grades(column: &Column) -> bool {
    column.values.len() > 1
        && column.values.iter().all(|v| {
            let letters = v.trim_end_matches(|c: char| c.is_ascii_digit());
            letters.len() + 1 == v.len() && letters.chars().any(char::is_alphabetic)
        })
}

/// Does an "or" stand between two grades of a column: "severity 1 or 2"?
pub(super) fn is_graded(name: &str, column: &Column, before: &[String], after: &[String]) -> bool {
    let is_digit = |token: Option<&String>| {
        token.is_some_and(|t| !t.is_empty() && t.chars().all(|c| c.is_ascii_digit()))
    };
    let own = parts(name);
    let near = before.iter().rev().take(4);
    grades(column)
        && is_digit(before.last())
        && is_digit(after.first())
        && near.into_iter().any(|t| own.contains(&stem(t)))
}
