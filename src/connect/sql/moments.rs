//! Comparing moments, which are read here to the second and compared as they are written.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use crate::connect::{Comparison, Literal};

/// A span of time: from a moment on, up to another one without it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Where it begins; at the beginning of time without one.
    pub from: Option<Timestamp>,
    /// Where it ends.
    pub until: Option<Timestamp>,
    /// Are the moments meant that lie in it, and not the others?
    pub inside: bool,
}

/// Returns the moments that compare so with a value; `None` where that cannot be said as a span.
pub fn span(comparison: Comparison, value: &Literal) -> Option<Span> {
    let (from, until) = match value {
        // Moments are compared as `2024-01-01T00:00:00Z`, which comes after `2024-01-01`.
        Literal::Text(text) => match day(text) {
            Some(day) => {
                let midnight = midnight(day)?;
                return match comparison {
                    Comparison::Less | Comparison::AtMost => before(midnight),
                    Comparison::Greater | Comparison::AtLeast => after(midnight),
                    Comparison::Equal | Comparison::Unequal => None,
                };
            }
            None => {
                let moment: Timestamp = text.parse().ok()?;
                // Another way of writing it would compare otherwise.
                (moment.to_string() == *text && text.len() == 20).then_some(())?;
                let next = moment.checked_add(SignedDuration::from_secs(1)).ok()?;
                (moment, next)
            }
        },
        Literal::Day(day) => (midnight(*day)?, midnight(day.checked_add(1.day()).ok()?)?),
        Literal::Boolean(_) | Literal::Number(_) => return None,
    };
    match comparison {
        Comparison::Less => before(from),
        Comparison::AtMost => before(until),
        Comparison::Greater => after(until),
        Comparison::AtLeast => after(from),
        Comparison::Equal | Comparison::Unequal => Some(Span {
            from: Some(from),
            until: Some(until),
            inside: comparison == Comparison::Equal,
        }),
    }
}

/// Reads a day that is written as days are here.
pub fn day(text: &str) -> Option<Date> {
    let day: Date = text.parse().ok()?;
    (day.to_string() == text).then_some(day)
}

fn midnight(day: Date) -> Option<Timestamp> {
    let midnight = day.to_zoned(TimeZone::UTC).ok()?;
    Some(midnight.timestamp())
}

fn before(until: Timestamp) -> Option<Span> {
    Some(Span {
        from: None,
        until: Some(until),
        inside: true,
    })
}

fn after(from: Timestamp) -> Option<Span> {
    Some(Span {
        from: Some(from),
        until: None,
        inside: true,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    /// Holds a span against the comparison of texts that it stands for.
    #[test]
    fn spans_hold_the_moments_whose_text_compares_so() {
        use Comparison::{AtLeast, AtMost, Equal, Greater, Less, Unequal};
        let values = ["2024-02-29T23:59:59Z", "2024-03-01", "2024-03-01T00:00:00Z"];
        let half = SignedDuration::from_millis(500);
        let around: Timestamp = "2024-02-29T23:59:58Z".parse().unwrap();
        for value in values {
            for comparison in [Equal, Unequal, Less, AtMost, Greater, AtLeast] {
                let Some(span) = span(comparison, &Literal::Text(value.to_owned())) else {
                    assert!(day(value).is_some() && matches!(comparison, Equal | Unequal));
                    continue;
                };
                for step in 0..8 {
                    let moment = around.checked_add(half * step).unwrap();
                    // As it is read: without the fraction.
                    let read = Timestamp::from_second(moment.as_second()).unwrap();
                    let order = read.to_string().as_str().cmp(value);
                    let expected = match comparison {
                        Equal => order.is_eq(),
                        Unequal => order.is_ne(),
                        Less => order.is_lt(),
                        AtMost => order.is_le(),
                        Greater => order.is_gt(),
                        AtLeast => order.is_ge(),
                    };
                    let within = span.from.is_none_or(|from| moment >= from)
                        && span.until.is_none_or(|until| moment < until);
                    assert_eq!(
                        within == span.inside,
                        expected,
                        "{moment} {comparison:?} {value}"
                    );
                }
            }
        }
    }

    #[test]
    fn what_is_written_otherwise_is_not_compared() {
        for text in [
            "2024-3-1",
            "2024-03-01T00:00:00+00:00",
            "soon",
            "2024-03-01T00:00:00.5Z",
        ] {
            let text = Literal::Text(text.to_owned());
            assert_eq!(span(Comparison::Less, &text), None, "{text:?}");
        }
    }
}
