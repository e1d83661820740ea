//! Words of names, and names without their spaces: whether two are one, spelled differently.

use std::borrow::Borrow;
use std::hash::{Hash, Hasher};

use super::letters::Letters;
use super::words::{is_initial, weight};

/// From here on two words are one, spelled differently.
const SAME_WORD: f64 = 0.82;

/// From here on two names without their spaces are one, spelled differently.
const SAME_WHOLE: f64 = 0.92;

/// What calculating with fractions may be off by.
const ROUNDING: f64 = 1e-9;

/// How alike a word and its first letter are.
const INITIAL: f64 = 0.75;

/// A text without spaces, prepared to be compared with many.
#[derive(Debug, Clone)]
pub struct Word {
    text: Box<str>,
    letters: Letters,
    length: usize,
    weight: f64,
    is_initial: bool,
    has_digit: bool,
}

impl Word {
    /// Prepares a text.
    pub fn of(text: &str) -> Self {
        Word {
            letters: Letters::of(text),
            length: text.chars().count(),
            weight: weight(text),
            is_initial: is_initial(text),
            has_digit: text.contains(|c: char| c.is_ascii_digit()),
            text: text.into(),
        }
    }

    /// Returns the text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns how many letters it has.
    pub fn length(&self) -> usize {
        self.length
    }

    /// Returns which letters it has.
    pub fn letters(&self) -> Letters {
        self.letters
    }

    /// Returns how much it tells as a word, against one that tells names apart.
    pub fn weight(&self) -> f64 {
        self.weight
    }

    /// Is it the first letter of a word that is left out?
    pub fn is_initial(&self) -> bool {
        self.is_initial
    }

    /// Is there a digit in it? Then no other spelling of it is the same.
    pub fn has_digit(&self) -> bool {
        self.has_digit
    }

    /// Returns how many letters two texts have in common, at the most.
    fn in_common(&self, other: &Word) -> usize {
        let of_this = self.length - self.letters.beyond(other.letters);
        let of_other = other.length - other.letters.beyond(self.letters);
        of_this.min(of_other)
    }

    /// Returns how alike two words are; 0 where they are not one, spelled differently.
    pub fn same_word(&self, other: &Word) -> f64 {
        if self == other {
            return 1.0;
        }
        let (a, b) = (&*self.text, &*other.text);
        if self.is_initial || other.is_initial {
            let is_first = a.chars().next() == b.chars().next();
            return if is_first { INITIAL } else { 0.0 };
        }
        let common = self.in_common(other);
        let at_most = alike_at_most(self.length, other.length, common);
        if self.has_digit || other.has_digit || at_most < SAME_WORD - ROUNDING {
            return 0.0;
        }
        // A shared beginning alone must not carry two words: edits count as much.
        let begun = strsim::jaro_winkler(a, b);
        let fewest_edits = common as f64 / self.length.max(other.length) as f64;
        if (begun + fewest_edits) / 2.0 < SAME_WORD - ROUNDING {
            return 0.0;
        }
        let likeness = (begun + strsim::normalized_damerau_levenshtein(a, b)) / 2.0;
        if likeness >= SAME_WORD { likeness } else { 0.0 }
    }

    /// Returns how alike two names without their spaces are; 0 where they are not one.
    pub fn same_whole(&self, other: &Word) -> f64 {
        let least = common_in_whole(self.length, other.length);
        if least.is_none_or(|least| self.in_common(other) < least) {
            return 0.0;
        }
        let likeness = strsim::normalized_damerau_levenshtein(&self.text, &other.text);
        if likeness >= SAME_WHOLE {
            likeness
        } else {
            0.0
        }
    }
}

// All else follows from the text.
impl PartialEq for Word {
    fn eq(&self, other: &Word) -> bool {
        self.letters == other.letters && self.text == other.text
    }
}

impl Eq for Word {}

impl Hash for Word {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl Borrow<str> for Word {
    fn borrow(&self) -> &str {
        &self.text
    }
}

/// Returns how many letters two words of so many have in common at the least, if they are one;
/// nothing where they cannot be.
pub fn common_in_word(a: usize, b: usize) -> Option<usize> {
    (1..=a.min(b)).find(|common| alike_at_most(a, b, *common) >= SAME_WORD - ROUNDING)
}

/// Returns how many letters two names without their spaces have in common at the least, if they are
/// one; nothing where they cannot be.
pub fn common_in_whole(a: usize, b: usize) -> Option<usize> {
    let common = (SAME_WHOLE * a.max(b) as f64 - ROUNDING).ceil() as usize;
    (common <= a.min(b)).then_some(common)
}

/// Returns how alike two words of so many letters are at the most, with so many in common: all
/// others are edits, and none of them is matched by the Jaro similarity, to which a shared
/// beginning adds what four letters add.
fn alike_at_most(a: usize, b: usize, common: usize) -> f64 {
    let (longest, common) = (a.max(b) as f64, common as f64);
    let jaro = (common / a as f64 + common / b as f64 + 1.0) / 3.0;
    (jaro + 0.4 * (1.0 - jaro) + common / longest) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns words that resemble each other more or less, of few letters.
    fn words(random: &mut fastrand::Rng, count: usize) -> Vec<String> {
        let letters = ['a', 'b', 'c', 'é', 'n'];
        let mut word = |_| -> String {
            let length = random.usize(1..12);
            (0..length)
                .map(|_| random.choice(letters).unwrap_or('a'))
                .collect()
        };
        (0..count).map(&mut word).collect()
    }

    #[test]
    fn what_is_not_compared_is_not_alike() {
        let mut random = fastrand::Rng::with_seed(3);
        let (mut same_words, mut same_wholes) = (0, 0);
        let words = words(&mut random, 600);
        for (a, b) in words.iter().flat_map(|a| words.iter().map(move |b| (a, b))) {
            let edits = strsim::normalized_damerau_levenshtein(a, b);
            let whole = if edits >= SAME_WHOLE { edits } else { 0.0 };
            let (one, other) = (Word::of(a), Word::of(b));
            assert_eq!(one.same_whole(&other), whole, "{a}, {b}");
            same_wholes += usize::from(whole > 0.0 && a != b);
            if a == b || one.is_initial() || other.is_initial() {
                continue;
            }
            let both = (strsim::jaro_winkler(a, b) + edits) / 2.0;
            let word = if both >= SAME_WORD { both } else { 0.0 };
            assert_eq!(one.same_word(&other), word, "{a}, {b}");
            same_words += usize::from(word > 0.0);
        }
        assert!(same_words > 100, "{same_words}, {same_wholes}");
    }
}
