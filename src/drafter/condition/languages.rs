//! Languages in words, of columns that hold codes: "English" of `en-US` and `en-GB`.

use super::row::{Found, Row};
use super::words::{Words, denies};

const LANGUAGES: [(&str, &str); 16] = [
    ("english", "en"),
    ("german", "de"),
    ("french", "fr"),
    ("spanish", "es"),
    ("italian", "it"),
    ("dutch", "nl"),
    ("portuguese", "pt"),
    ("japanese", "ja"),
    ("chinese", "zh"),
    ("polish", "pl"),
    ("swedish", "sv"),
    ("danish", "da"),
    ("norwegian", "no"),
    ("finnish", "fi"),
    ("korean", "ko"),
    ("turkish", "tr"),
];

impl Row<'_> {
    /// Reads a language of a column whose values are all codes of languages.
    pub(super) fn language(&self, words: &mut Words) -> Option<Found> {
        let (at, code) = (0..words.tokens.len()).find_map(|at| {
            let mut known = LANGUAGES.iter();
            let (_, code) = known.find(|(word, _)| words.tokens[at] == *word)?;
            words.is_free(at).then_some((at, *code))
        })?;
        let is_code = |value: &String| {
            let first = value.split(['-', '_']).next().unwrap_or_default();
            LANGUAGES.iter().any(|(_, code)| *code == first)
        };
        let mut columns = self.table.columns.iter();
        let (column, _) =
            columns.find(|(_, c)| !c.values.is_empty() && c.values.iter().all(is_code))?;
        let denied = at > 0 && denies(&words.tokens[at - 1]);
        words.tick(if denied { at - 1 } else { at }, at + 1);
        words.take(&["language", "speaking"]);
        let not = if denied { "not " } else { "" };
        let source = self.texts(column, |path| format!("{not}starts_with({path}, '{code}')"));
        Some(self.found(source, None, &[column]))
    }
}
