//! Names of companies and people: how alike two of them are.

use super::words::{connects, is_initial, is_legal_form, weight, whole};

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

/// From here on two words are one, spelled differently.
const SAME_WORD: f64 = 0.82;

/// From here on two names without their spaces are one, spelled differently.
pub const SAME_WHOLE: f64 = 0.92;

/// Letters of an acronym at the least: two are in too many names.
const SHORTEST_ACRONYM: usize = 3;

/// Letters of an acronym at the most.
const LONGEST_ACRONYM: usize = 6;

/// How alike a name and its acronym are: enough to be found, too little to be sure.
const ACRONYM: f64 = 0.85;

/// How alike a word and its first letter are.
const INITIAL: f64 = 0.75;

/// Returns how alike two names are; see [`Name::likeness`].
pub fn similarity(a: &str, b: &str) -> f64 {
    Name::of(a).likeness(&Name::of(b))
}

/// A name, prepared to be compared with many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    normal: String,
    words: Vec<String>,
}

impl Name {
    /// Prepares a name.
    pub fn of(text: &str) -> Self {
        let normal = normalize(text);
        let words = core(&normal).map(str::to_owned).collect();
        Name { normal, words }
    }

    /// Returns it normalized, its legal form included.
    pub fn normal(&self) -> &str {
        &self.normal
    }

    /// Returns its words but those of its legal form, normalized and written out; none where it is
    /// empty.
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// Returns its words without what is between them.
    pub fn whole(&self) -> String {
        self.words.concat()
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
        let length = self.whole().chars().count();
        self.words.len() == 1 && (SHORTEST_ACRONYM..=LONGEST_ACRONYM).contains(&length)
    }

    fn parts(&self) -> Vec<&str> {
        self.words.iter().map(String::as_str).collect()
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
        let (a, b) = (self.parts(), other.parts());
        if sorted(&a) == sorted(&b) {
            return 0.98;
        }
        let stands_for = |short: &Name, long: &Name| {
            short.is_acronym() && long.acronyms().contains(&short.words[0])
        };
        if stands_for(self, other) || stands_for(other, self) {
            return ACRONYM;
        }
        // "North Wind" is "Northwind", with a slip of the pen or not.
        paired(&a, &b)
            .max(same_whole(&self.whole(), &other.whole()))
            .min(0.97)
    }
}

/// Returns how alike two names without their spaces are; 0 where they are not one.
fn same_whole(a: &str, b: &str) -> f64 {
    // Each letter that one has more is an edit.
    let (short, long) = (a.len().min(b.len()), a.len().max(b.len()));
    if (short as f64) < SAME_WHOLE * long as f64 - 4.0 {
        return 0.0;
    }
    let likeness = strsim::normalized_damerau_levenshtein(a, b);
    if likeness >= SAME_WHOLE {
        likeness
    } else {
        0.0
    }
}

/// Returns the weighed share of words that have a partner, each partner taken once. Where words
/// are left over on both sides they contradict each other ("Luna Energy", "Luna Foods"), and then
/// common ones weigh as much as others.
fn paired(a: &[&str], b: &[&str]) -> f64 {
    let mut free: Vec<&str> = b.to_vec();
    let mut left: Vec<&str> = Vec::new();
    let (mut shared, mut all) = (0.0, 0.0);
    for word in a {
        let best = free
            .iter()
            .enumerate()
            .map(|(place, other)| (same_word(word, other), place))
            .max_by(|x, y| x.0.total_cmp(&y.0));
        match best.filter(|(likeness, _)| *likeness > 0.0) {
            Some((likeness, place)) => {
                let both = weight(word) + weight(free.swap_remove(place));
                shared += likeness * both;
                all += both;
            }
            None => left.push(word),
        }
    }
    let contradict = !left.is_empty() && !free.is_empty();
    let over = left.iter().chain(&free);
    all += over
        .map(|word| if contradict { 1.0 } else { weight(word) })
        .sum::<f64>();
    shared / all
}

/// Returns how alike two words are; 0 where they are not one, spelled differently.
pub fn same_word(a: &str, b: &str) -> f64 {
    let has_digit = |word: &str| word.contains(|c: char| c.is_ascii_digit());
    if a == b {
        1.0
    } else if is_initial(a) || is_initial(b) {
        let is_first = a.chars().next() == b.chars().next();
        if is_first { INITIAL } else { 0.0 }
    } else if has_digit(a) || has_digit(b) {
        0.0
    } else {
        // A shared beginning alone must not carry two words: edits count as much.
        let edits = strsim::normalized_damerau_levenshtein(a, b);
        Some((strsim::jaro_winkler(a, b) + edits) / 2.0)
            .filter(|likeness| *likeness >= SAME_WORD)
            .unwrap_or(0.0)
    }
}

fn core(name: &str) -> impl Iterator<Item = &str> {
    let tells = |word: &&str| !is_legal_form(word) && !connects(word);
    let all_do_not = !name.split_whitespace().any(|word| tells(&word));
    name.split_whitespace()
        .filter(move |word| all_do_not || tells(word))
        .map(whole)
}

fn sorted<'w>(words: &[&'w str]) -> Vec<&'w str> {
    let mut words = words.to_vec();
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
