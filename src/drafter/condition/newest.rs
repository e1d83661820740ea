//! The newest row of another table: "the last run failed", "the last call was 30 days ago".

use super::columns::{began, is_date};
use super::compare::figures;
use super::row::Found;
use super::words::Words;
use crate::drafter::world::Table;

/// Returns what is said of the newest row of a table: of its values, or of when it was. Nothing
/// where both are said, since the newest of some kind is not the newest of all.
pub(super) fn of_newest(table: &Table, found: &[Found]) -> Option<String> {
    let [one] = found else {
        return None;
    };
    let began = began(table)?;
    let short = table.short();
    let mut columns = one.columns.iter();
    let is_day = columns.all(|name| table.columns.get(name).is_some_and(|c| is_date(&c.kind)));
    if is_day {
        let asks = format!("item.{began}");
        let newest = format!("max({short}, '{began}')");
        return one
            .source
            .contains(&asks)
            .then(|| one.source.replace(&asks, &newest));
    }
    let newest = format!("({short} | sort(attribute='{began}') | last).");
    Some(one.source.replace("item.", &newest))
}

/// Ticks off the word that singles out the newest of some rows, and tells whether there was one.
pub(super) fn take_newest(words: &mut Words) -> bool {
    let figures = figures(&words.tokens);
    let in_figure = |at: usize| figures.iter().any(|f| (f.span.0..f.span.1).contains(&at));
    let newest = |word: &str| matches!(word, "last" | "latest" | "newest" | "recent");
    let at = (0..words.tokens.len())
        .find(|at| words.is_free(*at) && newest(&words.tokens[*at]) && !in_figure(*at));
    let Some(at) = at else {
        return false;
    };
    words.tick(at, at + 1);
    words.take(&["most"]);
    true
}
