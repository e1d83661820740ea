//! Names of a table, indexed so that those alike a given one are found without looking at all.

use std::collections::HashMap;

use indexmap::IndexMap;

use crate::expr::functions::{Name, SAME_WHOLE, is_initial, same_word, weight};

/// Below this likeness names need not have a word in common, and all are looked at.
const LEAST: f64 = 0.3;

/// Of the weight that names must share by reckoning, so much is asked for: a word and its
/// misspelling may weigh differently.
const SLACK: f64 = 0.85;

/// Of the trigrams that tell the most, so many are to be there together: one alone is in too many
/// names, and with each more a commoner one has to be looked through.
const TOGETHER: usize = 3;

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
    acronyms: HashMap<String, Vec<usize>>,
}

impl Names {
    /// Indexes the names of rows, in their order.
    pub(super) fn new<'n>(names: impl Iterator<Item = Option<&'n str>>) -> Self {
        let by_row: Vec<Option<Name>> = names.map(|name| name.map(Name::of)).collect();
        let (mut words, mut wholes) = (Spellings::default(), Spellings::default());
        let mut acronyms: HashMap<String, Vec<usize>> = HashMap::new();
        for (row, name) in by_row.iter().enumerate() {
            let Some(name) = name else { continue };
            for word in name.words() {
                words.add(word, row);
            }
            wholes.add(&name.whole(), row);
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
        let mut rows: Vec<usize> = Vec::new();
        for word in self.telling(name, at_least) {
            rows.extend(self.words.near(word));
        }
        let whole = name.whole();
        let edits = (whole.chars().count() as f64 * (1.0 / SAME_WHOLE - 1.0)).ceil() as usize;
        rows.extend(self.wholes.within(&whole, edits));
        if name.is_acronym() {
            rows.extend(self.acronyms.get(&whole).into_iter().flatten());
        }
        for acronym in name.acronyms() {
            rows.extend(self.wholes.with(&acronym));
        }
        rows.sort_unstable();
        rows.dedup();
        Some(rows)
    }

    /// Returns the rows with a name, spelled the same but for legal forms and the like.
    pub(super) fn called(&self, name: &Name) -> impl Iterator<Item = usize> {
        let rows = self.wholes.with(&name.whole());
        let is_it = |row: &usize| self.of(*row).is_some_and(|n| n.normal() == name.normal());
        rows.iter().copied().filter(is_it)
    }

    /// Returns the rarest words of a name, so many that no name at least so alike lacks all of them;
    /// initials last, since all words of a letter would have to be looked at.
    fn telling<'n>(&self, name: &'n Name, at_least: f64) -> impl Iterator<Item = &'n str> {
        let mut words: Vec<&str> = name.words().iter().map(String::as_str).collect();
        words.sort_by_cached_key(|word| (is_initial(word), self.words.with(word).len()));
        let all: f64 = words.iter().map(|word| weight(word)).sum();
        let shared = all * at_least / (2.0 - at_least) * SLACK;
        let mut rest = all;
        words.into_iter().take_while(move |word| {
            let is_telling = rest >= shared;
            rest -= weight(word);
            is_telling
        })
    }
}

/// Texts, each with the rows that have it, found again by their trigrams.
#[derive(Debug, Default)]
struct Spellings {
    rows: IndexMap<String, Vec<usize>>,
    grams: HashMap<[char; 3], Vec<u32>>,
}

impl Spellings {
    fn add(&mut self, text: &str, row: usize) {
        if let Some(rows) = self.rows.get_mut(text) {
            if rows.last() != Some(&row) {
                rows.push(row);
            }
            return;
        }
        let (number, _) = self.rows.insert_full(text.to_owned(), vec![row]);
        // More different texts than that do not fit into memory.
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        for gram in grams(text) {
            self.grams.entry(gram).or_default().push(number);
        }
    }

    /// Returns the rows that have a text.
    fn with(&self, text: &str) -> &[usize] {
        self.rows.get(text).map(Vec::as_slice).unwrap_or_default()
    }

    /// Returns the rows of the words that are one with a word, spelled the same or differently.
    fn near(&self, word: &str) -> Vec<usize> {
        if word.contains(|c: char| c.is_ascii_digit()) {
            return self.with(word).to_vec();
        }
        let initial: String = word.chars().take(1).collect();
        let grams = grams(word);
        let length = word.chars().count();
        let lists = grams.iter().filter_map(|gram| self.grams.get(gram));
        self.sharing(lists.map(Vec::as_slice))
            .filter(|(shared, other, _)| {
                *shared >= least_shared(grams.len(), length, other.chars().count())
                    && same_word(word, other) > 0.0
            })
            .flat_map(|(_, _, rows)| rows.iter().copied())
            .chain(self.with(&initial).iter().copied())
            .collect()
    }

    /// Returns rows among which are all whose texts are within so many edits of a text: each edit
    /// changes four trigrams at most, so that of all but those something is left, and a letter of
    /// the length.
    fn within(&self, text: &str, edits: usize) -> Vec<usize> {
        let mut lists: Vec<&[u32]> = grams(text)
            .iter()
            .map(|gram| self.grams.get(gram).map(Vec::as_slice).unwrap_or_default())
            .collect();
        lists.sort_by_key(|list| list.len());
        // The commonest lists are long and tell little: of the others, enough are looked through.
        let changed = edits * 4;
        let looked_through = lists.len().min(changed + TOGETHER);
        let shared = looked_through.saturating_sub(changed).max(1);
        let length = text.chars().count();
        self.sharing(lists.into_iter().take(looked_through))
            .filter(|(in_common, other, _)| {
                *in_common >= shared && other.chars().count().abs_diff(length) <= edits
            })
            .flat_map(|(_, _, rows)| rows.iter().copied())
            .collect()
    }

    /// Returns the texts that are in some lists, each with in how many and with its rows.
    fn sharing<'s>(
        &'s self,
        lists: impl Iterator<Item = &'s [u32]>,
    ) -> impl Iterator<Item = (usize, &'s String, &'s Vec<usize>)> {
        let mut numbers: Vec<u32> = lists.flatten().copied().collect();
        numbers.sort_unstable();
        let common: Vec<(usize, u32)> = numbers
            .chunk_by(|a, b| a == b)
            .map(|same| (same.len(), same[0]))
            .collect();
        common.into_iter().filter_map(|(shared, number)| {
            let (text, rows) = self.rows.get_index(number as usize)?;
            Some((shared, text, rows))
        })
    }
}

/// Returns how many of the trigrams of a word are in another at the least, if the two are one.
///
/// That they are bounds their edits: to a quarter of the letters where both are as long, to three
/// tenths else, since letters that are only added count less in the Jaro similarity. A letter that
/// is added or left out changes three trigrams at most, two that are swapped change four.
fn least_shared(grams: usize, length: usize, other: usize) -> usize {
    let (longest, added) = (length.max(other), length.abs_diff(other));
    let edits = match added {
        0 => (longest / 4).max(1),
        _ => (longest * 3 / 10).max(added),
    };
    grams.saturating_sub(added * 3 + (edits - added) * 4).max(1)
}

/// Returns the different trigrams of a text, its beginning and end marked.
fn grams(text: &str) -> Vec<[char; 3]> {
    let marked: Vec<char> = "  "
        .chars()
        .chain(text.chars())
        .chain("  ".chars())
        .collect();
    let mut grams: Vec<[char; 3]> = marked
        .windows(3)
        .map(|window| [window[0], window[1], window[2]])
        .collect();
    grams.sort_unstable();
    grams.dedup();
    grams
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
        let (known, written) = names(&mut random, 120);
        let index = Names::new(known.iter().map(|name| Some(name.as_str())));
        for at_least in [0.6, 0.82, 0.95] {
            let (mut alike, mut looked_at) = (0, 0);
            for name in written.iter().map(|name| Name::of(name)) {
                let candidates = index.candidates(&name, at_least).unwrap();
                looked_at += candidates.len();
                for (row, other) in known.iter().enumerate() {
                    if index.of(row).unwrap().likeness(&name) >= at_least {
                        alike += 1;
                        assert!(candidates.contains(&row), "{name:?} ~ {other}");
                    }
                }
            }
            let all = known.len() * written.len();
            assert!(
                alike > 60 && looked_at < all / 2,
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
