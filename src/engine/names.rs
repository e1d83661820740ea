//! Names of a table, indexed so that those alike a given one are found without looking at all.

use std::collections::HashMap;

use super::spellings::Spellings;
use crate::expr::functions::{Name, Word, common_in_whole, common_in_word};

/// Below this likeness names need not have a word in common, and all are looked at.
const LEAST: f64 = 0.3;

/// Of the weight that names must share by reckoning, so much is asked for: a word and its
/// misspelling may weigh differently.
const SLACK: f64 = 0.85;

/// The names of a table.
#[derive(Debug)]
pub(super) struct Names {
    /// The name of each row, where it has one.
    by_row: Vec<Option<Name>>,
    /// Each word, with the rows whose names have it.
    words: Spellings,
    /// Each name without its spaces, with its rows.
    wholes: Spellings,
    /// What names are called by their first letters, with their rows.
    acronyms: HashMap<String, Vec<u32>>,
}

impl Names {
    /// Indexes the names of rows, in their order.
    pub(super) fn new<'n>(names: impl Iterator<Item = Option<&'n str>>) -> Self {
        let by_row: Vec<Option<Name>> = names.map(|name| name.map(Name::of)).collect();
        let (mut words, mut wholes) = (Spellings::default(), Spellings::default());
        let mut acronyms: HashMap<String, Vec<u32>> = HashMap::new();
        // More rows than that do not fit into memory.
        for (row, name) in (0..u32::MAX).zip(&by_row) {
            let Some(name) = name else { continue };
            for word in name.words() {
                words.add(word, row);
            }
            wholes.add(name.whole(), row);
            for acronym in name.acronyms() {
                acronyms.entry(acronym).or_default().push(row);
            }
        }
        Names {
            by_row,
            words,
            wholes,
            acronyms,
        }
    }

    /// Returns the name of a row.
    pub(super) fn of(&self, row: usize) -> Option<&Name> {
        self.by_row.get(row)?.as_ref()
    }

    /// Returns the rows whose names may be alike a name, in order; nothing where all may be.
    ///
    /// Names that are at least so alike share so much of their weight that one of the few words
    /// which tell the most is among it, spelled the same or nearly so. Names whose words are parted
    /// differently have most of their letters in common.
    pub(super) fn candidates(&self, name: &Name, at_least: f64) -> Option<Vec<usize>> {
        if at_least < LEAST {
            return None;
        }
        let mut rows: Vec<u32> = Vec::new();
        for word in self.telling(name, at_least) {
            self.near(word, &mut rows);
        }
        for same in self.wholes.sharing(name.whole(), common_in_whole) {
            rows.extend(same.rows);
        }
        if name.is_acronym() {
            rows.extend(self.acronyms.get(name.whole().text()).into_iter().flatten());
        }
        for acronym in name.acronyms() {
            rows.extend(self.wholes.with(&acronym));
        }
        rows.sort_unstable();
        rows.dedup();
        Some(rows.into_iter().map(|row| row as usize).collect())
    }

    /// Adds the rows of the words that are one with a word, spelled the same or differently.
    fn near(&self, word: &Word, rows: &mut Vec<u32>) {
        if word.is_initial() {
            for begun in self.words.beginning(word.text()) {
                rows.extend(begun.rows);
            }
            return;
        }
        let initial: String = word.text().chars().take(1).collect();
        rows.extend(self.words.with(&initial));
        if word.has_digit() {
            rows.extend(self.words.with(word.text()));
            return;
        }
        for other in self.words.sharing(word, common_in_word) {
            if word.same_word(other.word) > 0.0 {
                rows.extend(other.rows);
            }
        }
    }

    /// Returns the rows with a name, spelled the same but for legal forms and the like.
    pub(super) fn called(&self, name: &Name) -> impl Iterator<Item = usize> {
        let rows = self.wholes.with(name.whole().text()).iter();
        rows.map(|row| *row as usize)
            .filter(|row| self.of(*row).is_some_and(|n| n.normal() == name.normal()))
    }

    /// Returns the rarest words of a name, so many that no name at least so alike lacks all of them;
    /// initials last, since all words of a letter would have to be looked at.
    fn telling<'n>(&self, name: &'n Name, at_least: f64) -> impl Iterator<Item = &'n Word> {
        let mut words: Vec<&Word> = name.words().iter().collect();
        words.sort_by_cached_key(|word| (word.is_initial(), self.words.with(word.text()).len()));
        let all: f64 = words.iter().map(|word| word.weight()).sum();
        let shared = all * at_least / (2.0 - at_least) * SLACK;
        let mut rest = all;
        words.into_iter().take_while(move |word| {
            let is_telling = rest >= shared;
            rest -= word.weight();
            is_telling
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const FIRST: [&str; 24] = [
        "Acme",
        "Northwind",
        "Quanta",
        "Hooli",
        "Globex",
        "Verdant",
        "Ulster",
        "Wexler",
        "Arbor",
        "Luna",
        "Tern",
        "Sorrel",
        "Kestrel",
        "Marlow",
        "Ostara",
        "Pinnacle",
        "Riverbend",
        "Solstice",
        "Tamarind",
        "Umbra",
        "Vantage",
        "Willow",
        "Yarrow",
        "Zephyr",
    ];
    const SECOND: [&str; 10] = [
        "Logistics",
        "Foods",
        "Robotics",
        "Analytics",
        "Traders",
        "Energy",
        "Partners",
        "Group",
        "Intl. Services",
        "Technology",
    ];

    /// Returns names, and others as people misspell them.
    fn names(random: &mut fastrand::Rng, count: usize) -> (Vec<String>, Vec<String>) {
        let name = |random: &mut fastrand::Rng| {
            let mut words = vec![FIRST[random.usize(..FIRST.len())]];
            if random.bool() {
                words.push(FIRST[random.usize(..FIRST.len())]);
            }
            words.push(SECOND[random.usize(..SECOND.len())]);
            words.join(" ")
        };
        let known: Vec<String> = (0..count).map(|_| name(random)).collect();
        let written = known.iter().map(|name| misspelled(name, random)).collect();
        (known, written)
    }

    fn misspelled(name: &str, random: &mut fastrand::Rng) -> String {
        let first = name.split(' ').next().unwrap_or_default();
        let short = match random.usize(..12) {
            0 => name.replacen(first, &first[..1], 1),
            1 => name.split(' ').map(|word| &word[..1]).collect(),
            _ => name.to_owned(),
        };
        let mut letters: Vec<char> = short.chars().collect();
        if letters.len() < 4 {
            return short;
        }
        for _ in 0..random.usize(..3) {
            let place = random.usize(1..letters.len() - 1);
            match random.usize(..4) {
                0 => letters.swap(place, place + 1),
                1 => drop(letters.remove(place)),
                2 => letters.insert(place, 'e'),
                _ => letters.retain(|c| *c != ' ' || random.bool()),
            }
        }
        letters.into_iter().collect::<String>() + ["", " GmbH", ", Inc."][random.usize(..3)]
    }

    #[test]
    fn none_that_is_alike_is_missed() {
        let mut random = fastrand::Rng::with_seed(7);
        let (known, written) = names(&mut random, 2000);
        let index = Names::new(known.iter().map(|name| Some(name.as_str())));
        let least = [0.6, 0.82, 0.95];
        let (mut alike, mut looked_at) = ([0; 3], [0; 3]);
        for name in written.iter().step_by(20).map(|name| Name::of(name)) {
            let likeness: Vec<f64> = (0..known.len())
                .map(|row| index.of(row).unwrap().likeness(&name))
                .collect();
            for (place, at_least) in least.into_iter().enumerate() {
                let candidates = index.candidates(&name, at_least).unwrap();
                looked_at[place] += candidates.len();
                for (row, _) in likeness.iter().enumerate().filter(|(_, l)| **l >= at_least) {
                    alike[place] += 1;
                    let is_found = candidates.binary_search(&row).is_ok();
                    assert!(is_found, "{name:?} ~ {}, {at_least}", known[row]);
                }
            }
        }
        let all = known.len() * written.len() / 20;
        for (alike, looked_at) in alike.into_iter().zip(looked_at) {
            assert!(
                alike > 100 && looked_at < all / 2,
                "{alike}, {looked_at} of {all}"
            );
        }
    }

    #[test]
    fn what_has_no_name_is_alike_to_nothing() {
        let index = Names::new([None, Some(""), Some("Acme"), Some("GmbH")].into_iter());
        assert_eq!(index.candidates(&Name::of("ACME Ltd"), 0.8).unwrap(), [2]);
        assert!(index.candidates(&Name::of(""), 0.8).unwrap().len() <= 1);
        assert_eq!(index.candidates(&Name::of("Acme"), 0.1), None);
        assert!(index.of(0).is_none());
    }
}
