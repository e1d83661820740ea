//! One cell as a missing value, a number or a boolean.

use serde_json::Number;

/// The greatest integer below which every integer is exact as a 64-bit float: 2^53.
pub const EXACT: u64 = 1 << 53;

/// Texts that stand for a missing value.
const MISSING: [&str; 12] = [
    "", "-", "NA", "na", "N/A", "n/a", "#N/A", "NaN", "nan", "NULL", "null", "None",
];

/// Does the cell hold no value: blank, or a text that stands for that?
pub fn is_missing(text: &str) -> bool {
    let text = text.trim();
    text.len() <= 4 && MISSING.contains(&text)
}

/// Is it a number that is surely meant as one? Not identifiers with leading zeros or more
/// digits than a float holds, and not telephone numbers with a plus.
pub fn is_plain_number(text: &str) -> bool {
    let text = text.trim();
    let digits = text.strip_prefix('-').unwrap_or(text);
    let whole = digits.split(['.', 'e', 'E']).next().unwrap_or_default();
    let padded = whole.len() > 1 && whole.starts_with('0');
    let exact = whole.is_empty() || whole.parse::<u64>().is_ok_and(|whole| whole <= EXACT);
    !padded && exact && !digits.starts_with('+') && parse_number(text).is_some()
}

/// Reads a number as it is written: `5` is an integer, `5.0` is not.
pub fn parse_number(text: &str) -> Option<Number> {
    let text = text.trim();
    // Keeps out what the standard parser also takes: `inf`, `NaN`, `5.` and the like.
    let ends_in_digit = text.as_bytes().last()?.is_ascii_digit();
    let allowed = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
    if !ends_in_digit || !text.bytes().all(allowed) {
        return None;
    }
    if let Ok(integer) = text.parse::<i64>() {
        return Some(integer.into());
    }
    text.parse::<f64>().ok().and_then(Number::from_f64)
}

/// Reads a whole number; `5.0` is 5.
pub fn parse_integer(text: &str) -> Option<i64> {
    whole(&parse_number(text)?)
}

/// Returns the number as an integer, where nothing is lost.
pub fn whole(number: &Number) -> Option<i64> {
    if let Some(integer) = number.as_i64() {
        return Some(integer);
    }
    let float = number.as_f64()?;
    let exact = float.fract() == 0.0 && float.abs() <= EXACT as f64;
    exact.then_some(float as i64)
}

/// Reads a boolean: `true`, `yes`, `y`, `t` and `1`, and their opposites, in any case.
pub fn parse_boolean(text: &str) -> Option<bool> {
    let text = text.trim();
    let is_one_of = |names: &[&str]| names.iter().any(|name| text.eq_ignore_ascii_case(name));
    if is_one_of(&["true", "yes", "1", "y", "t", "1.0"]) {
        Some(true)
    } else if is_one_of(&["false", "no", "0", "n", "f", "0.0"]) {
        Some(false)
    } else {
        None
    }
}

/// Reads a boolean that is surely meant as one: only a whole word.
pub fn parse_boolean_word(text: &str) -> Option<bool> {
    let text = text.trim();
    (text.len() > 1 && !text.starts_with(['0', '1']))
        .then(|| parse_boolean(text))
        .flatten()
}

/// Is it a number once currency, percent, thousands separators and the brackets around a negative
/// one are taken away? Other groups of digits are none: a telephone number is written so.
pub fn is_decorated_number(text: &str) -> bool {
    const SIGNS: [char; 5] = ['$', '€', '£', '¥', '%'];
    let whole = text.trim();
    let inner = whole.strip_prefix('(').and_then(|t| t.strip_suffix(')'));
    let bare: String = inner
        .unwrap_or(whole)
        .chars()
        .filter(|c| !SIGNS.contains(c) && *c != ',' && !c.is_whitespace())
        .collect();
    let is_marked =
        inner.is_some() || whole.contains(SIGNS) || whole.contains(',') || is_in_thousands(whole);
    is_marked && parse_number(&bare).is_some()
}

/// Are digits set in groups of three by spaces, as in `1 250 000`?
fn is_in_thousands(text: &str) -> bool {
    let mut groups = text.trim_start_matches('-').split_whitespace();
    let first = groups.next().unwrap_or_default();
    let mut rest = groups.peekable();
    let is_first = (1..=3).contains(&first.len()) && !first.starts_with('0');
    is_first && rest.peek().is_some() && rest.all(|g| g.split('.').next().unwrap_or(g).len() == 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_values_stand_alone() {
        for text in [
            "", "  ", "NaN", " null ", "NULL", "None", "N/A", "NA", "#N/A", "-",
        ] {
            assert!(is_missing(text), "{text:?}");
        }
        for text in ["0", "none left", "Nancy", "--", "N/A-1"] {
            assert!(!is_missing(text), "{text:?}");
        }
    }

    #[test]
    fn numbers_keep_how_they_are_written() {
        assert_eq!(parse_number(" 42 "), Some(42.into()));
        assert_eq!(parse_number("-1.5"), Number::from_f64(-1.5));
        assert_eq!(parse_number("5.0"), Number::from_f64(5.0));
        assert_eq!(parse_number("1e3"), Number::from_f64(1000.0));
        for text in [
            "", "-", "1,000", "$5", "inf", "NaN", "5.", "1 2", "0x10", "1e999", "12a",
        ] {
            assert_eq!(parse_number(text), None, "{text:?}");
        }
    }

    #[test]
    fn identifiers_are_no_plain_numbers() {
        for text in [
            "0",
            "-7",
            "0.5",
            ".5",
            "12.50",
            "9007199254740992",
            "1e5",
            "-0.25",
        ] {
            assert!(is_plain_number(text), "{text:?}");
        }
        for text in [
            "007",
            "-01",
            "+4912345",
            "9007199254740993",
            "12345678901234567890",
            "00.5",
        ] {
            assert!(!is_plain_number(text), "{text:?}");
        }
    }

    #[test]
    fn integers_may_be_written_with_a_fraction_of_zero() {
        assert_eq!(parse_integer("5.0"), Some(5));
        assert_eq!(parse_integer("-3"), Some(-3));
        assert_eq!(parse_integer("5.5"), None);
        assert_eq!(parse_integer("1e300"), None);
        assert_eq!(parse_integer("five"), None);
    }

    #[test]
    fn booleans_have_many_spellings() {
        for text in ["True", "true", "YES", "1", "y", "1.0", " t "] {
            assert_eq!(parse_boolean(text), Some(true), "{text:?}");
        }
        for text in ["False", "no", "0", "N", "0.0"] {
            assert_eq!(parse_boolean(text), Some(false), "{text:?}");
        }
        assert_eq!(parse_boolean("maybe"), None);
        assert_eq!(parse_boolean_word("Yes"), Some(true));
        assert_eq!(parse_boolean_word("1.0"), None);
        assert_eq!(parse_boolean_word("y"), None);
    }

    #[test]
    fn decorated_numbers_are_recognised() {
        for text in ["$1,234.50", "12%", "1,000", "€ 5", "1 000", "($3.00)"] {
            assert!(is_decorated_number(text), "{text:?}");
        }
        for text in [
            "12",
            "a,b",
            "%",
            "100 Mbps",
            "",
            "(555) 123 4567",
            "0555 123 456",
        ] {
            assert!(!is_decorated_number(text), "{text:?}");
        }
    }
}
