//! Texts of a table, found again by the letters that they share with others.

use indexmap::IndexMap;

use crate::expr::functions::{Letters, Word};

/// Different texts, each with the rows that have it.
///
/// Which are spelled nearly so is found by looking at the letters of all that are about as long: a
/// few instructions for each, and none that is spelled so is missed.
#[derive(Debug, Default)]
pub(super) struct Spellings {
    rows: IndexMap<Word, Vec<u32>>,
    /// At each number of letters, the texts that have so many.
    by_length: Vec<Texts>,
}

/// Texts of one length: the letters of each, and its place among all texts.
#[derive(Debug, Default)]
struct Texts {
    letters: Vec<Letters>,
    places: Vec<usize>,
}

/// A text and the rows that have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spelling<'s> {
    pub(super) word: &'s Word,
    pub(super) rows: &'s [u32],
}

impl Spellings {
    /// Notes that a row has a text; rows come in their order.
    pub(super) fn add(&mut self, text: &Word, row: u32) {
        if let Some(rows) = self.rows.get_mut(text) {
            if rows.last() != Some(&row) {
                rows.push(row);
            }
            return;
        }
        let (place, _) = self.rows.insert_full(text.clone(), vec![row]);
        let length = text.length();
        if self.by_length.len() <= length {
            self.by_length.resize_with(length + 1, Texts::default);
        }
        let texts = &mut self.by_length[length];
        texts.letters.push(text.letters());
        texts.places.push(place);
    }

    /// Returns the rows that have a text.
    pub(super) fn with(&self, text: &str) -> &[u32] {
        self.rows.get(text).map(Vec::as_slice).unwrap_or_default()
    }

    /// Returns the texts that begin with a text.
    pub(super) fn beginning<'s>(&'s self, with: &str) -> impl Iterator<Item = Spelling<'s>> {
        let all = self.rows.iter();
        all.filter(move |(word, _)| word.text().starts_with(with))
            .map(|(word, rows)| Spelling { word, rows })
    }

    /// Returns texts among which are all that share so many letters with a text as `common` says
    /// of the lengths of both.
    pub(super) fn sharing<'s, C>(
        &'s self,
        text: &Word,
        common: C,
    ) -> impl Iterator<Item = Spelling<'s>> + use<'s, C>
    where
        C: Fn(usize, usize) -> Option<usize>,
    {
        let (letters, length) = (text.letters(), text.length());
        let lengths = self.by_length.iter().enumerate();
        let about_as_long =
            lengths.filter_map(move |(other, texts)| Some((other, texts, common(length, other)?)));
        about_as_long.flat_map(move |(other, texts, common)| {
            let (beyond, lacking) = (length.saturating_sub(common), other.saturating_sub(common));
            let share = move |held: Letters| {
                letters.beyond(held) <= beyond && held.beyond(letters) <= lacking
            };
            let all = texts.letters.iter().zip(&texts.places);
            all.filter(move |(held, _)| share(**held))
                .filter_map(|(_, place)| self.rows.get_index(*place))
                .map(|(word, rows)| Spelling { word, rows })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_found_by_their_letters() {
        let mut texts = Spellings::default();
        for (text, row) in [
            ("acme", 0),
            ("amce", 1),
            ("acme", 2),
            ("acne", 3),
            ("zest", 4),
        ] {
            texts.add(&Word::of(text), row);
        }
        let sharing = |text: &str, common: usize| -> Vec<&str> {
            let found = texts.sharing(&Word::of(text), move |_, _| Some(common));
            found.map(|spelling| spelling.word.text()).collect()
        };
        assert_eq!(sharing("acme", 4), ["acme", "amce"]);
        assert_eq!(sharing("acmes", 3), ["acme", "amce", "acne"]);
        assert_eq!(texts.with("acme"), [0, 2]);
        let begun: Vec<&[u32]> = texts
            .beginning("ac")
            .map(|spelling| spelling.rows)
            .collect();
        assert_eq!(begun, [&[0, 2][..], &[3]]);
        assert_eq!(texts.sharing(&Word::of("acme"), |_, _| None).count(), 0);
    }
}
