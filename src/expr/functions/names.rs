//! Names of companies and people: how alike two of them are.

use super::word::Word;
use super::words::{connects, is_legal_form, whole};

/// Returns a text in lower case, its accents, punctuation and double spaces taken away.
pub fn normalize(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for c in words.chars().flat_map(char::to_lowercase) {
        match c {
            'à'..='å' | 'ā' | 'ă' | 'ą' => out.push('a'),
            'æ' => out.push_str("ae"),
            'ç' | 'ć' | 'č' => out.push('c'),
            'è'..='ë' | 'ē' | 'ę' | 'ě' => out.push('e'),
            'ì'..='ï' | 'ī' | 'ı' => out.push('i'),
            'ñ' | 'ń' | 'ň' => out.push('n'),
            'ò'..='ö' | 'ø' | 'ō' | 'ő' => out.push('o'),
            'ù'..='ü' | 'ū' | 'ů' | 'ű' => out.push('u'),
            'ý' | 'ÿ' => out.push('y'),
            'š' | 'ś' | 'ş' => out.push('s'),
            'ž' | 'ź' | 'ż' => out.push('z'),
            'ł' => out.push('l'),
            'ß' => out.push_str("ss"),
            '&' => out.push_str(" and "),
            '\'' | '’' | '.' => {}
            c if c.is_alphanumeric() => out.push(c),
            _ => out.push(' '),
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Letters of an acronym at the least: two are in too many names.
const SHORTEST_ACRONYM: usize = 3;

/// Letters of an acronym at the most.
const LONGEST_ACRONYM: usize = 6;

/// How alike a name and its acronym are: enough to be found, too little to be sure.
const ACRONYM: f64 = 0.85;

/// Returns how alike two names are; see [`Name::likeness`].
pub fn similarity(a: &str, b: &str) -> f64 {
    Name::of(a).likeness(&Name::of(b))
}

/// A name, prepared to be compared with many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    normal: String,
    words: Vec<Word>,
    whole: Word,
}

impl Name {
    /// Prepares a name.
    pub fn of(text: &str) -> Self {
        let normal = normalize(text);
        let words = core(&normal).map(Word::of).collect();
        let whole = Word::of(&core(&normal).collect::<String>());
        Name {
            normal,
            words,
            whole,
        }
    }

    /// Returns it normalized, its legal form included.
    pub fn normal(&self) -> &str {
        &self.normal
    }

    /// Returns its words but those of its legal form, normalized and written out; none where it is
    /// empty.
    pub fn words(&self) -> &[Word] {
        &self.words
    }

    /// Returns its words without what is between them.
    pub fn whole(&self) -> &Word {
        &self.whole
    }

    /// Returns what it would be called by the first letters of its words, of which it has three or
    /// more: with those that stand between others and without.
    pub fn acronyms(&self) -> Vec<String> {
        let of = |words: &mut dyn Iterator<Item = &str>| {
            let letters: String = words.filter_map(|word| word.chars().next()).collect();
            (letters.chars().count() >= SHORTEST_ACRONYM).then_some(letters)
        };
        let words = || self.normal.split(' ').filter(|word| !is_legal_form(word));
        let mut both: Vec<String> = of(&mut words())
            .into_iter()
            .chain(of(&mut words().filter(|word| !connects(word))))
            .collect();
        both.dedup();
        both
    }

    /// Is it one word, short enough to be the first letters of others?
    pub fn is_acronym(&self) -> bool {
        let lengths = SHORTEST_ACRONYM..=LONGEST_ACRONYM;
        self.words.len() == 1 && lengths.contains(&self.whole.length())
    }

    /// Are its words those of another, in whatever order?
    fn has_words_of(&self, other: &Name) -> bool {
        // The same words have the same letters.
        self.words.len() == other.words.len()
            && self.whole.letters() == other.whole.letters()
            && sorted(&self.words) == sorted(&other.words)
    }

    /// Returns how alike two names are, from 0 to 1: 1 for the same letters and digits, 0.98 where
    /// only the legal form or the order differs or words are shortened, 0.85 for the first letters
    /// of one as the other, else the weighed share of the words that have a partner in the
    /// other name (a Dice coefficient over words; two words are compared by the mean of their
    /// Jaro-Winkler and edit similarities).
    pub fn likeness(&self, other: &Name) -> f64 {
        if self.normal.is_empty() || other.normal.is_empty() {
            return 0.0;
        }
        if self.normal == other.normal {
            return 1.0;
        }
        if self.has_words_of(other) {
            return 0.98;
        }
        let stands_for = |short: &Name, long: &Name| {
            short.is_acronym()
                && long
                    .acronyms()
                    .iter()
                    .any(|acronym| acronym == short.whole.text())
        };
        if stands_for(self, other) || stands_for(other, self) {
            return ACRONYM;
        }
        // "North Wind" is "Northwind", with a slip of the pen or not.
        paired(&self.words, &other.words)
            .max(self.whole.same_whole(&other.whole))
            .min(0.97)
    }
}

/// Returns the weighed share of words that have a partner, each partner taken once. Where words
/// are left over on both sides they contradict each other ("Luna Energy", "Luna Foods"), and then
/// common ones weigh as much as others.
fn paired(a: &[Word], b: &[Word]) -> f64 {
    let mut free: Vec<&Word> = b.iter().collect();
    let mut left: Vec<&Word> = Vec::new();
    let (mut shared, mut all) = (0.0, 0.0);
    for word in a {
        let best = free
            .iter()
            .enumerate()
            .map(|(place, other)| (word.same_word(other), place))
            .max_by(|x, y| x.0.total_cmp(&y.0));
        match best.filter(|(likeness, _)| *likeness > 0.0) {
            Some((likeness, place)) => {
                let both = word.weight() + free.swap_remove(place).weight();
                shared += likeness * both;
                all += both;
            }
            None => left.push(word),
        }
    }
    let contradict = !left.is_empty() && !free.is_empty();
    let over = left.iter().chain(&free);
    all += over
        .map(|word| if contradict { 1.0 } else { word.weight() })
        .sum::<f64>();
    shared / all
}

fn core(name: &str) -> impl Iterator<Item = &str> {
    let tells = |word: &&str| !is_legal_form(word) && !connects(word);
    let all_do_not = !name.split_whitespace().any(|word| tells(&word));
    name.split_whitespace()
        .filter(move |word| all_do_not || tells(word))
        .map(whole)
}

fn sorted(words: &[Word]) -> Vec<&str> {
    let mut words: Vec<&str> = words.iter().map(Word::text).collect();
    words.sort_unstable();
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_one_company_are_alike() {
        for (a, b) in [
            ("Acme Corp.", "ACME Corporation"),
            ("Müller & Söhne GmbH", "Mueller and Sohne"),
            ("Globex, Inc", "Globex"),
            ("Northwind Traders", "Northwind Tradres Ltd"),
            ("North Wind Traders", "Northwind Traders"),
            ("Quanta Robotics S.A.", "Quanta Robotics team"),
            ("Hooli Media LLC", "hooli"),
            ("Traders Northwind", "Northwind Traders"),
            (
                "Hansen Intl. Mfg.",
                "Hansen International Manufacturing Ltd",
            ),
            ("IBM", "International Business Machines Corp."),
            ("MoMA", "Museum of Modern Art"),
            ("J. Smith", "John Smith"),
            ("Brauerei Kopp GmbH & Co. KG", "Brauerei Kopp"),
        ] {
            assert!(similarity(a, b) >= 0.82, "{a} ~ {b}: {}", similarity(a, b));
        }
    }

    #[test]
    fn names_that_share_a_word_are_not() {
        for (a, b) in [
            ("North Star Energy", "North Sea Fishing"),
            ("Acme", "Apex"),
            ("Delta Air", "Delta Foods"),
            ("Tern Logistics GmbH", "Verdant Logistics"),
            ("Tern Logistics GmbH", "Ulster Logistics"),
            ("Müller Analytics GmbH", "Wexler Analytics GmbH"),
            ("Müller Analytics GmbH", "Ulster Analytics"),
            ("Arbor Foods", "Arbor Robotics"),
            ("Café Luna Energy", "Café Luna Foods"),
            ("Store 12", "Store 13"),
            ("ABC", "Alpha Bravo"),
            ("IBN", "International Business Machines"),
            ("J. Smith", "Karl Smith"),
        ] {
            assert!(similarity(a, b) < 0.82, "{a} ~ {b}: {}", similarity(a, b));
        }
    }
}
