//! The words and signs of a condition, as they are parsed.

use crate::drafter::words::number;

/// Returns the words and signs of a text in lower case: "isn't" is "is not", `accounts.status` is
/// "account's status", and 1,250 is one figure.
pub(super) fn lexed(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let next = |at: usize| chars.get(at + 1).copied().unwrap_or(' ');
    let before = |at: usize| at.checked_sub(1).map_or(' ', |at| chars[at]);
    for (at, c) in chars.iter().copied().enumerate() {
        let within_figure = before(at).is_ascii_digit() && next(at).is_ascii_digit();
        let within_name = before(at).is_alphanumeric() && next(at).is_alphanumeric();
        let is_part = (c == '.' && within_figure) || (c == '_' && within_name);
        if c.is_alphanumeric() || is_part {
            word.extend(c.to_lowercase());
            continue;
        }
        if c == ',' && within_figure {
            continue;
        }
        if matches!(c, '\'' | '’') && next(at).is_alphabetic() && !word.is_empty() {
            word.push('\'');
            continue;
        }
        if c == '-' && is_day(&chars, at) {
            word.push(c);
            continue;
        }
        finish(&mut word, &mut words);
        match c {
            '.' if before(at).is_alphabetic() && next(at).is_alphabetic() => {
                words.push("'s".to_owned());
            }
            '-' if before(at) == ' ' && next(at) == ' ' => words.push("minus".to_owned()),
            '–' | '—' | '-' if within_figure => words.push("to".to_owned()),
            '(' | ')' | ',' | '%' | '+' | '*' | '/' | '<' | '>' | '=' | '!' => {
                words.push(c.to_string());
            }
            ';' => words.push(",".to_owned()),
            '×' => words.push("*".to_owned()),
            '÷' => words.push("/".to_owned()),
            '≥' => words.extend([">", "="].map(str::to_owned)),
            '≤' => words.extend(["<", "="].map(str::to_owned)),
            _ => {}
        }
    }
    finish(&mut word, &mut words);
    words
}

/// Does a hyphen stand within a day or a month of the calendar, as in 2026-01-31?
fn is_day(chars: &[char], at: usize) -> bool {
    const DAY: &str = "0000-00-00";
    const MONTH: &str = "0000-00";
    let is_written = |form: &str, before: usize| {
        let from = at.checked_sub(before);
        let text = from.and_then(|from| chars.get(from..from + form.len()));
        let next = from.and_then(|from| chars.get(from + form.len()));
        next.is_none_or(|next| !next.is_alphanumeric() && *next != '-')
            && text.is_some_and(|text| {
                let mut pairs = text.iter().zip(form.chars());
                pairs.all(|(c, form)| *c == form || form == '0' && c.is_ascii_digit())
            })
    };
    is_written(DAY, 4) || is_written(DAY, 7) || is_written(MONTH, 4)
}

/// Ends a word: what is drawn together is taken apart.
fn finish(word: &mut String, words: &mut Vec<String>) {
    if word.is_empty() {
        return;
    }
    let whole = std::mem::take(word);
    let Some((stem, end)) = whole.split_once('\'') else {
        words.push(whole);
        return;
    };
    if end == "t" {
        let verb = match stem {
            "won" => "will",
            "can" => "can",
            other => other.strip_suffix('n').unwrap_or(other),
        };
        words.extend([verb, "not"].map(str::to_owned));
        return;
    }
    let is_pronoun = matches!(
        stem,
        "it" | "that" | "there" | "he" | "she" | "who" | "what" | "nobody" | "they" | "we" | "you"
    );
    words.push(stem.to_owned());
    words.push(match end {
        "s" if is_pronoun => "is".to_owned(),
        "s" => "'s".to_owned(),
        "ve" => "have".to_owned(),
        "re" => "are".to_owned(),
        "d" => "had".to_owned(),
        other => other.to_owned(),
    });
}

/// Returns how many days a word for a span of time has.
pub(super) fn days(word: &str) -> Option<f64> {
    match word {
        "day" | "days" => Some(1.0),
        "week" | "weeks" => Some(7.0),
        "fortnight" => Some(14.0),
        "month" | "months" => Some(30.0),
        "year" | "years" => Some(365.0),
        _ => None,
    }
}

/// Returns how many months of the calendar a span has that `days` gives so many days.
pub(super) fn months(days: f64) -> Option<f64> {
    match days {
        30.0 => Some(1.0),
        365.0 => Some(12.0),
        _ => None,
    }
}

/// Returns the figure that a word is.
pub(super) fn figure(word: &str) -> Option<f64> {
    number(word).filter(|_| !matches!(word, "half" | "twice"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_signs_are_told_apart() {
        for (text, words) in [
            ("isn't over 1,250", "is not over 1250"),
            ("accounts.status", "accounts 's status"),
            ("a >= 10% (b - c)", "a > = 10 % ( b minus c )"),
            ("3–6 days, it's told-on", "3 to 6 days , it is told on"),
            ("made_on, _so_", "made_on , so"),
            ("on or after 2026-01-31", "on or after 2026-01-31"),
        ] {
            assert_eq!(lexed(text).join(" "), words);
        }
    }
}
