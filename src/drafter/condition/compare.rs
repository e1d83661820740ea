//! Comparisons in words: "at least", "no more than", "below", "three or more".

use super::relations::{AFTER, BEFORE, SHARES, UNDER};
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
    /// Does the upper end itself lie outside: "from 99.5 to under 99.9"?
    pub(in crate::drafter) below: bool,
    /// What it counts.
    pub(in crate::drafter) unit: Unit,
    /// Where a span of time lies that is named so: "the last 30 days", "the next week".
    pub(in crate::drafter) lies: Option<Lies>,
    /// Where its tokens begin and end.
    pub(in crate::drafter) span: (usize, usize),
    /// Where its comparison stands, if a word lies between: "$50k ARR or more".
    pub(in crate::drafter) tail: Option<(usize, usize)>,
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
    /// Minutes.
    Minutes,
}

impl Unit {
    /// Returns how many minutes one of it has; nothing for what is no span of time.
    pub(in crate::drafter) fn minutes(self) -> Option<f64> {
        match self {
            Unit::Days(days) => Some(f64::from(days) * 24.0 * 60.0),
            Unit::Hours => Some(60.0),
            Unit::Minutes => Some(1.0),
            Unit::Plain | Unit::Percent => None,
        }
    }
}

/// Where a span of time lies, seen from today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::drafter) enum Lies {
    Behind,
    Ahead,
}

/// Returns the first comparison in a clause, if it has a figure.
pub(in crate::drafter) fn figure(tokens: &[String]) -> Option<Figure> {
    figures(tokens).into_iter().next()
}

/// Returns the comparisons in a clause, in order.
pub(in crate::drafter) fn figures(tokens: &[String]) -> Vec<Figure> {
    let mut found: Vec<Figure> = Vec::new();
    let mut from = 0;
    while let Some(figure) = next(tokens, from) {
        from = figure.span.1.max(from + 1);
        found.push(figure);
    }
    found
}

/// Returns where the next figure stands, what it is, and how many tokens it takes.
fn value_at(tokens: &[String], from: usize) -> Option<(usize, f64, usize, bool)> {
    (from..tokens.len()).find_map(|at| {
        let shares = SHARES.iter().find(|(words, _)| starts_with(&tokens[at..], words));
        if let Some((words, share)) = shares
            // "a quarter" may be three months.
            && (at > 0 && matches!(tokens[at - 1].as_str(), "than" | "by" | "least" | "over" | "under"))
        {
            return Some((at, *share, words.split(' ').count(), true));
        }
        // "within a week" is one week; "the last month" too.
        let one = matches!(tokens[at].as_str(), "a" | "an" | "last" | "past" | "next" | "coming")
            && matches!(unit(&tokens[at + 1..]).0, Unit::Days(_) | Unit::Hours)
            && !is_rate(tokens, at);
        if one {
            return Some((at, 1.0, usize::from(matches!(tokens[at].as_str(), "a" | "an")), false));
        }
        number(&tokens[at])
            .filter(|_| !is_pronoun(&tokens[at], at, tokens))
            .map(|value| (at, value, 1, false))
    })
}

fn next(tokens: &[String], from: usize) -> Option<Figure> {
    let (at, value, length, is_share) = value_at(tokens, from)?;
    let mut start = at;
    if start > from && tokens[start - 1] == "$" {
        start -= 1;
    }
    let mut end = at + length;
    let mut lies = None;
    if length == 0 {
        lies = direction(&tokens[at]);
        end += 1;
    }
    let (mut unit, mut unit_len) = unit(&tokens[end..]);
    // "15 to 45 days", "10% to 20%": the unit may stand behind the second figure alone.
    let is_to = |at: usize| {
        tokens
            .get(at)
            .is_some_and(|t| matches!(t.as_str(), "to" | "–" | "through"))
    };
    // "99.5 up to 99.9" as well.
    let is_up = |at: usize| tokens.get(at).is_some_and(|t| t == "up") && is_to(at + 1);
    if is_to(end + unit_len) || is_up(end + unit_len) {
        end += unit_len;
    }
    end += usize::from(is_up(end));
    let under = UNDER
        .iter()
        .find(|words| starts_with(tokens.get(end + 1..).unwrap_or_default(), words))
        .map_or(0, |words| words.split(' ').count());
    let below = under > 0 && is_to(end);
    let skipped = if below { under } else { 0 };
    let upper = tokens
        .get(end + 1 + skipped)
        .and_then(|t| number(t))
        .filter(|_| is_to(end));
    let mut up_to = None;
    let mut relation = None;
    if let Some(upper) = upper {
        end += 2 + skipped;
        (unit, unit_len) = self::unit(&tokens[end..]);
        up_to = Some(upper);
        relation = Some(">=");
    }
    // "a score of 9 or 10".
    let next = tokens.get(end + 1).and_then(|t| number(t));
    let is_or = tokens.get(end).is_some_and(|t| t == "or");
    if let Some(next) = next.filter(|next| is_or && up_to.is_none() && *next == value + 1.0) {
        end += 2;
        up_to = Some(next);
        relation = Some(">=");
    }
    if upper.is_some() || !is_to(end) {
        end += unit_len;
    }
    if is_share {
        unit = Unit::Percent;
    }
    // "within the next 7 days", "in the past three weeks".
    let filler = |t: &String| matches!(t.as_str(), "the" | "its" | "their" | "about" | "around");
    if start > from
        && let Some(found) = direction(&tokens[start - 1])
        && (tokens[start - 1] != "past"
            || (start > 1 && matches!(tokens[start - 2].as_str(), "the" | "in")))
    {
        lies = Some(found);
        start -= 1;
    }
    if start > from && lies.is_some() && filler(&tokens[start - 1]) {
        start -= 1;
    }
    if lies.is_some()
        && start > from
        && matches!(
            tokens[start - 1].as_str(),
            "in" | "during" | "over" | "for" | "within" | "inside"
        )
    {
        start -= 1;
        relation = relation.or(Some("<="));
    } else if relation.is_none()
        && let Some((words, found)) = BEFORE
            .iter()
            .find(|(words, _)| ends_with(&tokens[from..start], words))
    {
        relation = Some(*found);
        start -= words.split(' ').count();
    } else if (ends_with(&tokens[from..start], "between")
        || ends_with(&tokens[from..start], "from"))
        && tokens.get(end).is_some_and(|t| t == "and")
        && let sign = usize::from(tokens.get(end + 1).is_some_and(|t| t == "$"))
        && let Some(upper) = tokens.get(end + 1 + sign).and_then(|t| number(t))
    {
        relation = Some(">=");
        up_to = Some(upper);
        start -= 1;
        end += sign;
        let (second, length) = self::unit(&tokens[end + 2..]);
        if unit == Unit::Plain {
            unit = second;
        }
        end += 2 + length;
    }
    if up_to.is_some()
        && (ends_with(&tokens[from..start], "between") || ends_with(&tokens[from..start], "from"))
    {
        start -= 1;
    }
    if lies.is_some() {
        relation = relation.or(Some("<="));
    }
    let after = |at: usize| {
        let rest = tokens.get(at..)?;
        let found = AFTER.iter().find(|(words, _)| starts_with(rest, words));
        found.map(|(words, relation)| (*relation, words.split(' ').count()))
    };
    let mut tail = None;
    if let Some((found, length)) = after(end) {
        relation = Some(found);
        end += length;
    } else if relation.is_none()
        && let Some((at, (found, length))) =
            (end + 1..=end + 2).find_map(|at| Some((at, after(at)?)))
    {
        relation = Some(found);
        tail = Some((at, at + length));
    }
    Some(Figure {
        relation,
        number: value,
        up_to,
        below: below && up_to.is_some(),
        unit,
        lies,
        span: (start, end),
        tail,
    })
}

/// Does a span say how often an amount comes: "$12,000 a year", "$500 or more a month"?
fn is_rate(tokens: &[String], at: usize) -> bool {
    let before = |back: usize| at.checked_sub(back).map_or("", |i| tokens[i].as_str());
    matches!(tokens[at].as_str(), "a" | "an")
        && (number(before(1)).is_some()
            || (before(2) == "or" && matches!(before(1), "more" | "less" | "above" | "higher")))
}

fn direction(token: &str) -> Option<Lies> {
    match token {
        "last" | "past" | "previous" | "preceding" => Some(Lies::Behind),
        "next" | "coming" | "following" => Some(Lies::Ahead),
        _ => None,
    }
}

/// "one" stands for a thing more often than for a figure: only "at least one", "one or more" and
/// "one month" count.
fn is_pronoun(token: &str, at: usize, tokens: &[String]) -> bool {
    let before = at.checked_sub(1).map_or("", |i| tokens[i].as_str());
    let after = tokens.get(at + 1).map_or("", String::as_str);
    // "One session missed" counts; "one that …" and "this one" do not.
    const NO_NOUNS: [&str; 24] = [
        "of", "or", "that", "with", "who", "which", "is", "has", "was", "for", "to", "at", "in",
        "on", "and", "from", "more", "level", "by", "it", "we", "comes", "counts", "",
    ];
    let counts = at == 0 || before == "and" || before == "or";
    if counts && !NO_NOUNS.contains(&after) {
        return false;
    }
    token == "one"
        && !matches!(
            before,
            "least" | "than" | "most" | "only" | "exactly" | "last" | "next"
        )
        && !matches!(after, "or")
        && unit(&tokens[at + 1..]).0 == Unit::Plain
}

fn unit(rest: &[String]) -> (Unit, usize) {
    let word = |index: usize| rest.get(index).map_or("", String::as_str);
    let business = usize::from(matches!(
        word(0),
        "business" | "calendar" | "working" | "full"
    ));
    match word(business) {
        "%" | "percent" => (Unit::Percent, business + 1),
        "day" | "days" => (Unit::Days(1), business + 1),
        "week" | "weeks" => (Unit::Days(7), business + 1),
        "fortnight" => (Unit::Days(14), business + 1),
        "month" | "months" => (Unit::Days(30), business + 1),
        "year" | "years" => (Unit::Days(365), business + 1),
        "hour" | "hours" | "hrs" => (Unit::Hours, business + 1),
        "minute" | "minutes" | "mins" => (Unit::Minutes, business + 1),
        // "Three times" is that many.
        "times" => (Unit::Plain, business + 1),
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
