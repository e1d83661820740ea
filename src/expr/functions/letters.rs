//! Letters of texts as bits, by which most texts that are not alike are told apart without being
//! compared.

/// Kinds of letters that are told apart.
const KINDS: u32 = 32;

/// Which letters a text has: of each kind whether there is one, and whether there is another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Letters(u64);

impl Letters {
    /// Returns those of a text.
    pub fn of(text: &str) -> Self {
        text.chars().fold(Letters(0), |Letters(bits), letter| {
            let one = 1u64 << (2 * kind(letter));
            Letters(bits | if bits & one == 0 { one } else { one << 1 })
        })
    }

    /// Returns how many letters of a text are not in another, at the least.
    pub fn beyond(self, other: Letters) -> usize {
        (self.0 & !other.0).count_ones() as usize
    }
}

/// Returns the kind of a letter: each from a to z is one, all others share what is left.
fn kind(letter: char) -> u32 {
    match letter {
        'a'..='z' => letter as u32 - 'a' as u32,
        other => 26 + other as u32 % (KINDS - 26),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_letters_are_beyond_than_there_are() {
        for (a, b, beyond) in [
            ("anna", "nana", 0),
            ("anna", "ana", 1),
            ("aaaa", "a", 1),
            ("abc", "xyz", 3),
            ("größe", "grosse", 2),
            ("", "abc", 0),
        ] {
            assert_eq!(Letters::of(a).beyond(Letters::of(b)), beyond, "{a}, {b}");
        }
    }
}
