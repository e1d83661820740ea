//! Comparisons in words: "at least", "no more than", "below", "three or more".

use crate::drafter::words::number;

/// A comparison with a figure.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::drafter) struct Figure {
    /// `<`, `<=`, `>`, `>=` or `==`; none where the words do not say.
    pub(in crate::drafter) relation: Option<&'static str>,
    /// The figure.
    pub(in crate::drafter) number: f64,
    /// The upper end of a range.
    pub(in crate::drafter) up_to: Option<f64>,
    /// What it counts.
    pub(in crate::drafter) unit: Unit,
    /// Where its tokens begin and end.
    pub(in crate::drafter) span: (usize, usize),
}

/// What a figure counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::drafter) enum Unit {
    /// Nothing that was named.
    Plain,
    /// `%`, percent, points of percent.
    Percent,
    /// So many days each.
    Days(u32),
    /// Hours.
    Hours,
}

const BEFORE: [(&str, &str); 30] = [
    ("no more than", "<="),
    ("no less than", ">="),
    ("no fewer than", ">="),
    ("not more than", "<="),
    ("less than", "<"),
    ("fewer than", "<"),
    ("lower than", "<"),
    ("more than", ">"),
    ("greater than", ">"),
    ("higher than", ">"),
    ("longer than", ">"),
    ("older than", ">"),
    ("at least", ">="),
    ("at most", "<="),
    ("a minimum of", ">="),
    ("a maximum of", "<="),
    ("up to", "<="),
    ("equal to", "=="),
    ("within", "<="),
    ("below", "<"),
    ("under", "<"),
    ("above", ">"),
    ("over", ">"),
    ("exceeds", ">"),
    ("exceeding", ">"),
    ("exactly", "=="),
    ("past", ">"),
    ("< =", "<="),
    ("<", "<"),
    (">", ">"),
];

const AFTER: [(&str, &str); 16] = [
    ("or more", ">="),
    ("or above", ">="),
    ("or higher", ">="),
    ("or greater", ">="),
    ("or over", ">="),
    ("or older", ">="),
    ("or less", "<="),
    ("or fewer", "<="),
    ("or below", "<="),
    ("or lower", "<="),
    ("or under", "<="),
    ("or worse", "<="),
    ("+", ">="),
    ("plus", ">="),
    ("and up", ">="),
    ("and above", ">="),
];

/// Returns the comparison in a clause, if it has a figure.
pub(in crate::drafter) fn figure(tokens: &[String]) -> Option<Figure> {
    let at = tokens
        .iter()
        .position(|t| number(t).is_some() && !is_pronoun(t, tokens))?;
    let value = number(&tokens[at])?;
    let mut start = at;
    if start > 0 && tokens[start - 1] == "$" {
        start -= 1;
    }
    let mut end = at + 1;
    let (unit, unit_len) = unit(&tokens[end..]);
    end += unit_len;
    let mut relation = None;
    let mut up_to = None;
    if let Some((words, found)) = BEFORE
        .iter()
        .find(|(words, _)| ends_with(&tokens[..start], words))
    {
        relation = Some(*found);
        start -= words.split(' ').count();
    } else if ends_with(&tokens[..start], "between")
        && let Some(upper) = tokens
            .get(end + 1)
            .and_then(|t| number(t))
            .filter(|_| tokens.get(end).is_some_and(|t| t == "and"))
    {
        relation = Some(">=");
        up_to = Some(upper);
        start -= 1;
        end += 2 + unit_len_at(tokens, end + 2);
    }
    if let Some((words, found)) = AFTER
        .iter()
        .find(|(words, _)| starts_with(&tokens[end..], words))
    {
        relation = Some(*found);
        end += words.split(' ').count();
    }
    Some(Figure {
        relation,
        number: value,
        up_to,
        unit,
        span: (start, end),
    })
}

fn unit_len_at(tokens: &[String], at: usize) -> usize {
    tokens.get(at..).map_or(0, |rest| unit(rest).1)
}

/// "one" stands for a thing more often than for a figure, where another figure follows.
fn is_pronoun(token: &str, tokens: &[String]) -> bool {
    token == "one" && tokens.iter().filter(|t| number(t).is_some()).count() > 1
}

fn unit(rest: &[String]) -> (Unit, usize) {
    let word = |index: usize| rest.get(index).map_or("", String::as_str);
    let business = usize::from(matches!(word(0), "business" | "calendar" | "working"));
    match word(business) {
        "%" | "percent" => (Unit::Percent, business + 1),
        "day" | "days" => (Unit::Days(1), business + 1),
        "week" | "weeks" => (Unit::Days(7), business + 1),
        "month" | "months" => (Unit::Days(30), business + 1),
        "hour" | "hours" | "hrs" => (Unit::Hours, business + 1),
        _ => (Unit::Plain, 0),
    }
}

fn ends_with(tokens: &[String], words: &str) -> bool {
    let words: Vec<&str> = words.split(' ').collect();
    tokens.len() >= words.len()
        && tokens[tokens.len() - words.len()..]
            .iter()
            .zip(&words)
            .all(|(t, w)| t == w)
}

fn starts_with(tokens: &[String], words: &str) -> bool {
    let words: Vec<&str> = words.split(' ').collect();
    tokens.len() >= words.len() && tokens.iter().zip(&words).all(|(t, w)| t == w)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::drafter::words::tokens;

    #[test]
    fn comparisons_are_read_in_words() {
        for (text, relation, number, unit) in [
            ("health below 50", Some("<"), 50.0, Unit::Plain),
            ("dropped by more than 20%", Some(">"), 20.0, Unit::Percent),
            ("three or more open tickets", Some(">="), 3.0, Unit::Plain),
            ("no more than 2 weeks", Some("<="), 2.0, Unit::Days(7)),
            ("ARR of at least $50k", Some(">="), 50_000.0, Unit::Plain),
            ("renews in 90 days", None, 90.0, Unit::Days(1)),
        ] {
            let figure = figure(&tokens(text)).unwrap();
            assert_eq!(
                (figure.relation, figure.number, figure.unit),
                (relation, number, unit),
                "{text}"
            );
        }
        let range = figure(&tokens("between 30 and 60 days")).unwrap();
        assert_eq!((range.number, range.up_to), (30.0, Some(60.0)));
        assert_eq!(figure(&tokens("status is open")), None);
    }
}
