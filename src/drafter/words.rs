//! Words as the drafter compares them: stemmed, with the synonyms that customer teams use.

use std::cell::RefCell;
use std::collections::HashMap;

use rust_stemmers::{Algorithm, Stemmer};

/// Words that mean the same to a customer-success team. The first of each row stands for all.
const SYNONYMS: [&[&str]; 29] = [
    &["churn", "left", "leave", "quit"],
    &[
        "account",
        "customer",
        "client",
        "company",
        "organisation",
        "organization",
        "logo",
    ],
    &[
        "renewal",
        "renew",
        "contract",
        "expiry",
        "expire",
        "expiration",
        "end",
        "term",
        "lapse",
    ],
    &["csm", "owner", "manager", "rep"],
    &["health", "healthscore"],
    &["arr", "revenue", "mrr", "spend", "value", "amount"],
    &["ticket", "case", "issue", "support"],
    &[
        "call",
        "recording",
        "meeting",
        "meet",
        "met",
        "conversation",
        "gong",
    ],
    &["usage", "activity", "adoption", "engagement"],
    &["login", "signin", "logon", "logged"],
    &["seat", "license", "licence"],
    &["email", "mail", "e-mail"],
    &["status", "state"],
    &["priority", "urgency", "severity"],
    &["segment", "tier", "band"],
    &["close", "closed", "won"],
    &["contact", "touch", "reach"],
    &["deal", "opportunity", "sale"],
    &["score", "rating"],
    &["nps", "promoter"],
    &[
        "previous",
        "prior",
        "before",
        "earlier",
        "last_month",
        "prev",
        "baseline",
    ],
    &["now", "current", "latest", "present"],
    &["task", "todo", "action"],
    &["size", "employee", "headcount"],
    &["purchase", "bought"],
    &["submit", "answered", "responded"],
    &["due", "overdue", "late"],
    &["auto", "automatic", "automatically", "automated"],
    &["sent", "send", "mailed"],
];

/// Words that carry no meaning of their own.
const EMPTY: [&str; 44] = [
    "the", "a", "an", "of", "to", "in", "on", "for", "and", "or", "is", "are", "be", "been", "has",
    "have", "had", "with", "their", "its", "it", "that", "which", "who", "whose", "we", "our",
    "us", "you", "your", "this", "these", "those", "at", "by", "from", "as", "any", "all", "date",
    "id", "was", "were", "they",
];

/// Is a word one that tells nothing by itself?
pub(super) fn is_filler(word: &str) -> bool {
    EMPTY.contains(&word)
}

/// Returns the stem that stands for a word and its synonyms.
pub(super) fn stem(word: &str) -> String {
    // A draft asks for the same few hundred words many thousand times.
    thread_local!(static KNOWN: RefCell<HashMap<String, String>> = RefCell::default());
    KNOWN.with_borrow_mut(|known| match known.get(word) {
        Some(stem) => stem.clone(),
        None => {
            let stem = worked_out(word);
            known.insert(word.to_owned(), stem.clone());
            stem
        }
    })
}

fn worked_out(word: &str) -> String {
    let stemmer = Stemmer::create(Algorithm::English);
    let lower = word.to_lowercase();
    let lower = if lower == "goes" {
        "go".to_owned()
    } else {
        lower
    };
    let own = stemmer.stem(&lower).into_owned();
    for row in SYNONYMS {
        if row
            .iter()
            .any(|synonym| *synonym == lower || stemmer.stem(synonym) == own)
        {
            return stemmer.stem(row[0]).into_owned();
        }
    }
    own
}

/// Returns the stems of the words that mean something.
pub(super) fn stems(text: &str) -> Vec<String> {
    tokens(text)
        .iter()
        .filter(|t| !EMPTY.contains(&t.as_str()))
        .map(|t| stem(t))
        .collect()
}

/// Returns the words and numbers of a text in lower case.
pub(super) fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut word = String::new();
    let chars: Vec<char> = text.chars().collect();
    for (index, c) in chars.iter().enumerate() {
        let joins = matches!(c, '.' | ',')
            && word.chars().all(|w| w.is_ascii_digit() || w == '.')
            && !word.is_empty()
            && chars.get(index + 1).is_some_and(char::is_ascii_digit);
        if c.is_alphanumeric() || joins {
            if *c != ',' {
                word.extend(c.to_lowercase());
            }
        } else {
            if !word.is_empty() {
                tokens.push(std::mem::take(&mut word));
            }
            match c {
                '%' | '$' | '#' | '<' | '>' | '=' | '+' => tokens.push(c.to_string()),
                '€' | '£' => tokens.push("$".to_owned()),
                '≥' => tokens.extend([">", "="].map(str::to_owned)),
                '≤' => tokens.extend(["<", "="].map(str::to_owned)),
                _ => {}
            }
        }
    }
    if !word.is_empty() {
        tokens.push(word);
    }
    tokens
}

/// Returns the words of a value of a column.
pub(super) fn spoken(value: &str) -> Vec<String> {
    tokens(&value.replace('_', " "))
        .iter()
        .map(|w| plain_stem(w))
        .collect()
}

/// Returns a word's stem, its synonyms left alone: values are names.
pub(super) fn plain_stem(word: &str) -> String {
    word.strip_suffix('s')
        .filter(|w| w.len() > 3 && !w.ends_with('s'))
        .unwrap_or(word)
        .to_owned()
}

/// Returns the number that a word or figure stands for: `three`, `20`, `1.5`, `50k`.
pub(super) fn number(token: &str) -> Option<f64> {
    const SMALL: [&str; 13] = [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
        "eleven", "twelve",
    ];
    if let Some(n) = SMALL.iter().position(|word| *word == token) {
        return Some(n as f64);
    }
    match token {
        "thirty" => return Some(30.0),
        "fifteen" => return Some(15.0),
        "twenty" => return Some(20.0),
        "sixty" => return Some(60.0),
        "ninety" => return Some(90.0),
        "half" => return Some(50.0),
        "hundred" => return Some(100.0),
        "twice" => return Some(2.0),
        _ => {}
    }
    if let Some(thousands) = token.strip_suffix('k').and_then(|t| t.parse::<f64>().ok()) {
        return Some(thousands * 1000.0);
    }
    token.parse().ok()
}

/// Returns a number as a workflow writes it.
pub(super) fn written(number: f64) -> String {
    if number.fract() == 0.0 {
        format!("{number:.0}")
    } else {
        number.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_one_meaning_have_one_stem() {
        assert_eq!(stem("customers"), stem("account"));
        assert_eq!(stem("renewing"), stem("renewal"));
        assert_eq!(stem("tickets"), stem("issue"));
        assert_ne!(stem("health"), stem("usage"));
    }

    #[test]
    fn figures_are_read_as_written() {
        assert_eq!(
            tokens("More than 20% of $1,200.50!"),
            ["more", "than", "20", "%", "of", "$", "1200.50"]
        );
        assert_eq!(number("three"), Some(3.0));
        assert_eq!(number("50k"), Some(50_000.0));
        assert_eq!(number("many"), None);
    }
}
