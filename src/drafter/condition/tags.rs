//! Tags of a row: "tagged spam or test".

use super::row::{Found, Row, take_denial};
use super::words::Words;

impl Row<'_> {
    /// Reads "tagged spam or test" of a column of tags, whatever tags it is known to hold.
    pub(super) fn tagged(&self, words: &mut Words) -> Option<Found> {
        let column = self.table.columns.keys().find(|name| {
            let last = name.rsplit('_').next().unwrap_or(name);
            matches!(last, "tag" | "tags" | "label" | "labels")
        })?;
        let at = ["tagged", "labelled", "labeled"]
            .iter()
            .find_map(|word| words.phrase(word))?
            .0;
        let skips =
            |word: &String| matches!(word.as_str(), "or" | "and" | "as" | "with" | "either");
        let named = (at + 1..words.tokens.len()).filter(|at| !skips(&words.tokens[*at]));
        let named: Vec<usize> = named.collect();
        if named.is_empty() || named.len() > 4 || !named.iter().all(|at| words.is_free(*at)) {
            return None;
        }
        let denied = take_denial(words, at, 2);
        words.tick(at, words.tokens.len());
        let source = self.texts(column, |path| {
            let each = named
                .iter()
                .map(|at| format!("contains({path}, '{}')", words.tokens[*at]));
            let any = each.collect::<Vec<_>>().join(" or ");
            if denied { format!("not ({any})") } else { any }
        });
        Some(self.found(source, None, &[column]))
    }
}
