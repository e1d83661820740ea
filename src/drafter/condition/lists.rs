//! Lists within a sentence: "a, b and c".

/// Does a piece only say that what went before may be missing?
pub(super) fn says_missing(piece: &str) -> bool {
    matches!(
        piece.trim().trim_end_matches('.'),
        "unknown" | "missing" | "blank" | "empty" | "not known" | "not set" | "there is none"
    )
}

/// Splits a text at a word, and at the commas of the list that the word ends; each piece with what
/// stood before it.
pub(super) fn split_words<'t>(text: &'t str, word: &str) -> Vec<(&'t str, &'t str)> {
    let lower = text.to_lowercase();
    if lower.len() != text.len() {
        return vec![("", text)];
    }
    let marks = marks(&lower, word);
    let is_word = |(at, length): &(usize, usize)| lower[*at..at + length].contains(word);
    let Some(last) = marks.iter().rposition(is_word) else {
        return vec![("", text)];
    };
    let mut pieces = Vec::new();
    let (mut start, mut between) = (0, "");
    // A comma behind the last word of the list is none of it.
    for (at, length) in &marks[..=last] {
        pieces.push((between, text[start..*at].trim()));
        between = &text[*at..at + length];
        start = at + length;
    }
    pieces.push((between, text[start..].trim()));
    pieces.retain(|(_, piece)| !piece.is_empty());
    pieces
}

/// Returns where the words and commas of a list stand, each with its length.
fn marks(lower: &str, word: &str) -> Vec<(usize, usize)> {
    // "10 or more", "5 or fewer" and "3 or above" are one figure.
    let figure = |rest: &str| {
        let compares = [
            "more than ",
            "less than ",
            "fewer than ",
            "over $",
            "under $",
        ];
        word == "or"
            && !compares.iter().any(|w| rest.starts_with(w))
            && [
                "more", "fewer", "less", "above", "below", "higher", "lower", "greater", "older",
                "later", "earlier", "worse", "better", "longer", "over", "under", "so ",
            ]
            .iter()
            .any(|w| rest.starts_with(w))
            || word == "and"
                && ["above", "up", "over", "below"]
                    .iter()
                    .any(|w| rest.starts_with(w))
    };
    // "between 30 and 60" is one range.
    let range = |before: &str| word == "and" && before.rsplit(' ').take(4).any(|w| w == "between");
    let needle = format!(" {word} ");
    let mut marks = Vec::new();
    let mut start = 0;
    let mut from = 0;
    while from < lower.len() {
        let rest = &lower[from..];
        let next_word = rest.find(&needle).map(|at| (from + at, needle.len()));
        let next_comma = rest.find(", ").map(|at| (from + at, 2));
        let Some((mut at, mut length)) = [next_word, next_comma].into_iter().flatten().min() else {
            break;
        };
        let comma = lower[at..].starts_with(", ");
        if comma && lower[at + 1..].starts_with(&needle) {
            length = 1 + needle.len();
        } else if comma
            && ["and ", "or ", "but ", "unless ", "then "]
                .iter()
                .any(|w| lower[at + 2..].starts_with(w))
        {
            from = at + 2;
            continue;
        }
        let behind = &lower[at + length..];
        if length <= 2 || (!figure(behind) && !range(&lower[start..at])) {
            marks.push((at, length));
            start = at + length;
        }
        at += length - 1;
        from = at;
    }
    marks
}

pub(super) fn split_once_word<'t>(text: &'t str, word: &str) -> Option<(&'t str, &'t str)> {
    let at = text.to_lowercase().find(&format!(" {word} "))?;
    Some((
        text.get(..at)?.trim_end_matches(','),
        text.get(at + word.len() + 2..)?,
    ))
}

/// Is a text but a name: one or two words that begin with capitals?
pub(super) fn is_name(text: &str) -> bool {
    let words: Vec<&str> = text.split(' ').collect();
    let is_one = |word: &&str| {
        word.starts_with(char::is_uppercase)
            && word.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    words.len() <= 2 && words.iter().all(is_one)
}
