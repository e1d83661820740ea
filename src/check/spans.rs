//! Which values a condition leaves to the figures and texts that it asks about, so that one
//! condition can be held against another.

use std::collections::{BTreeMap, BTreeSet};

use crate::expr::as_number;
use crate::expr::ast::{Node, Operator};
use crate::expr::show;

/// The most alternatives that are told apart; a condition with more of them is not read.
const ALTERNATIVES: usize = 64;

/// Numbers without a hole between two ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Span {
    pub(super) from: f64,
    /// Does it begin behind `from`?
    pub(super) after: bool,
    pub(super) to: f64,
    /// Does it end before `to`?
    pub(super) before: bool,
}

impl Span {
    pub(super) fn new(from: f64, after: bool, to: f64, before: bool) -> Self {
        Span {
            from,
            after,
            to,
            before,
        }
    }

    pub(super) fn point(at: f64) -> Self {
        Span::new(at, false, at, false)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.from > self.to || (self.from == self.to && (self.after || self.before))
    }

    pub(super) fn meet(&self, other: &Span) -> Span {
        let (from, after) = if self.from == other.from {
            (self.from, self.after || other.after)
        } else if self.from > other.from {
            (self.from, self.after)
        } else {
            (other.from, other.after)
        };
        let (to, before) = if self.to == other.to {
            (self.to, self.before || other.before)
        } else if self.to < other.to {
            (self.to, self.before)
        } else {
            (other.to, other.before)
        };
        Span::new(from, after, to, before)
    }

    /// Has it both a least and a greatest value?
    pub(super) fn is_closed_in(&self) -> bool {
        self.from.is_finite() && self.to.is_finite()
    }
}

/// The values with which a condition can hold.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Values {
    /// Numbers: spans in order, none touching the next.
    Numbers(Vec<Span>),
    /// One of some texts.
    Texts(BTreeSet<String>),
}

impl Values {
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Values::Numbers(spans) => spans.is_empty(),
            Values::Texts(texts) => texts.is_empty(),
        }
    }

    /// Returns what both allow; `None` for numbers beside texts.
    pub(super) fn meet(&self, other: &Values) -> Option<Values> {
        match (self, other) {
            (Values::Numbers(a), Values::Numbers(b)) => {
                let pairs = a.iter().flat_map(|one| b.iter().map(|two| one.meet(two)));
                Some(Values::Numbers(joined(pairs.collect())))
            }
            (Values::Texts(a), Values::Texts(b)) => {
                Some(Values::Texts(a.intersection(b).cloned().collect()))
            }
            _ => None,
        }
    }

    /// Is there a number of a span among them?
    pub(super) fn meets(&self, span: &Span) -> bool {
        match self {
            Values::Numbers(spans) => spans.iter().any(|one| !one.meet(span).is_empty()),
            Values::Texts(_) => false,
        }
    }

    /// Is every value one of the other's?
    pub(super) fn within(&self, other: &Values) -> bool {
        self.meet(other).is_some_and(|both| both == *self)
    }
}

/// Returns the spans in order, those that touch made one.
pub(super) fn joined(mut spans: Vec<Span>) -> Vec<Span> {
    spans.retain(|span| !span.is_empty());
    spans.sort_by(|a, b| a.from.total_cmp(&b.from).then(a.after.cmp(&b.after)));
    let mut out: Vec<Span> = Vec::new();
    for span in spans {
        match out.last_mut() {
            Some(last)
                if span.from < last.to
                    || (span.from == last.to && !(span.after && last.before)) =>
            {
                if span.to > last.to || (span.to == last.to && !span.before) {
                    (last.to, last.before) = (span.to, span.before);
                }
            }
            _ => out.push(span),
        }
    }
    out
}

/// One way for a condition to hold: all of this at once.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Way {
    /// What is asked about, as it is written -> the values that it may have.
    pub(super) values: BTreeMap<String, Values>,
    /// What else must hold, as it is written.
    pub(super) rest: BTreeSet<String>,
}

impl Way {
    fn of(subject: &Node, values: Values) -> Vec<Way> {
        if values.is_empty() {
            return Vec::new();
        }
        vec![Way {
            values: [(show(subject), values)].into(),
            rest: BTreeSet::new(),
        }]
    }

    fn other(node: &Node) -> Vec<Way> {
        vec![Way {
            values: BTreeMap::new(),
            rest: [show(node)].into(),
        }]
    }

    /// Returns the way in which both hold, unless they exclude each other.
    pub(super) fn with(&self, other: &Way) -> Option<Way> {
        let mut both = self.clone();
        both.rest.extend(other.rest.iter().cloned());
        for (subject, values) in &other.values {
            let met = match both.values.get(subject) {
                Some(known) => known.meet(values)?,
                None => values.clone(),
            };
            if met.is_empty() {
                return None;
            }
            both.values.insert(subject.clone(), met);
        }
        Some(both)
    }

    /// Does the other hold whenever this does?
    pub(super) fn within(&self, other: &Way) -> bool {
        other.rest.is_subset(&self.rest)
            && other.values.iter().all(|(subject, allowed)| {
                self.values
                    .get(subject)
                    .is_some_and(|own| own.within(allowed))
            })
    }

    /// Returns the one figure that it asks about, if it asks about nothing else.
    pub(super) fn figure(&self) -> Option<(&String, &[Span])> {
        match (self.values.iter().next(), self.values.len()) {
            (Some((subject, Values::Numbers(spans))), 1) if self.rest.is_empty() => {
                Some((subject, spans))
            }
            _ => None,
        }
    }
}

/// Returns the ways in which a condition can hold: none if it never can, `None` where there are
/// too many to tell apart. A comparison with a missing value does not hold.
pub(super) fn ways(node: &Node) -> Option<Vec<Way>> {
    let found = match node {
        Node::Literal(value) if value.is_true() => vec![Way::default()],
        Node::Literal(_) => Vec::new(),
        Node::Binary(Operator::And, left, right) => {
            let (left, right) = (ways(left)?, ways(right)?);
            let pairs = left.iter().flat_map(|a| right.iter().map(|b| a.with(b)));
            pairs.flatten().collect()
        }
        Node::Binary(Operator::Or, left, right) => {
            let mut all = ways(left)?;
            all.extend(ways(right)?);
            all
        }
        _ => comparison(node).map_or_else(
            || Way::other(node),
            |(subject, values)| Way::of(subject, values),
        ),
    };
    (found.len() <= ALTERNATIVES).then_some(found)
}

/// Returns what a comparison with a constant asks about, and the values with which it holds.
pub(super) fn comparison(node: &Node) -> Option<(&Node, Values)> {
    let Node::Binary(operator, left, right) = node else {
        return None;
    };
    match (&**left, &**right) {
        (Node::Literal(_), Node::Literal(_)) => None,
        (subject, constant @ Node::Literal(_)) => Some((subject, values(*operator, constant)?)),
        (constant @ Node::Literal(_), subject) => {
            Some((subject, values(turned(*operator)?, constant)?))
        }
        (subject, Node::List(items)) if *operator == Operator::In => {
            Some((subject, one_of(items)?))
        }
        _ => None,
    }
}

fn turned(operator: Operator) -> Option<Operator> {
    Some(match operator {
        Operator::Equal => Operator::Equal,
        Operator::Less => Operator::Greater,
        Operator::AtMost => Operator::AtLeast,
        Operator::Greater => Operator::Less,
        Operator::AtLeast => Operator::AtMost,
        _ => return None,
    })
}

fn values(operator: Operator, constant: &Node) -> Option<Values> {
    let Node::Literal(value) = constant else {
        return None;
    };
    if let Some(text) = value.as_str() {
        // An empty text is a missing value, which is equal to another.
        let is_one = operator == Operator::Equal && !text.trim().is_empty();
        return is_one.then(|| Values::Texts([text.to_owned()].into()));
    }
    let at = as_number(value)?;
    let (least, most) = (f64::NEG_INFINITY, f64::INFINITY);
    let spans = match operator {
        Operator::Equal => vec![Span::point(at)],
        Operator::Less => vec![Span::new(least, false, at, true)],
        Operator::AtMost => vec![Span::new(least, false, at, false)],
        Operator::Greater => vec![Span::new(at, true, most, false)],
        Operator::AtLeast => vec![Span::new(at, false, most, false)],
        Operator::Unequal => vec![
            Span::new(least, false, at, true),
            Span::new(at, true, most, false),
        ],
        _ => return None,
    };
    Some(Values::Numbers(spans))
}

/// Returns the values of a list of constants of one kind.
fn one_of(items: &[Node]) -> Option<Values> {
    let mut each = items.iter().map(|item| values(Operator::Equal, item));
    let first = each.next()??;
    each.try_fold(first, |all, one| match (all, one?) {
        (Values::Numbers(mut all), Values::Numbers(one)) => {
            all.extend(one);
            Some(Values::Numbers(joined(all)))
        }
        (Values::Texts(mut all), Values::Texts(one)) => {
            all.extend(one);
            Some(Values::Texts(all))
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::expr::ast::expression;

    fn read(source: &str) -> Vec<Way> {
        ways(&expression(source).unwrap()).unwrap()
    }

    fn implies(narrow: &str, wide: &str) -> bool {
        let wide = read(wide);
        read(narrow)
            .iter()
            .all(|way| wide.iter().any(|other| way.within(other)))
    }

    #[test]
    fn narrower_conditions_lie_within_wider_ones() {
        assert!(implies("a.x > 60", "a.x > 30"));
        assert!(implies("a.x < 50 and a.y < -20", "a.x < 60 or a.y < -20"));
        assert!(implies("30 <= a.x", "a.x >= 30"));
        assert!(implies("a.s == 'p'", "a.s in ['p', 'q']"));
        assert!(implies("f(a) and a.x == 3", "f(a)"));
        assert!(implies("a.x == 3", "true"));
        assert!(!implies("a.x > 30", "a.x > 60"));
        assert!(!implies("a.x >= 30", "a.x > 30"));
        assert!(!implies("a.x > 60", "a.y > 30"));
        assert!(!implies("a.x > 60", "a.x > 30 and a.y == 1"));
    }

    #[test]
    fn what_excludes_itself_has_no_way_to_hold() {
        assert!(read("a.x < 30 and a.x > 60").is_empty());
        assert!(read("a.s == 'p' and a.s == 'q'").is_empty());
        assert!(read("a.x > 3 and a.x < 5 and a.x in [5, 7]").is_empty());
        assert_eq!(read("a.x < 30 or a.x > 60").len(), 2);
        assert_eq!(read("a.x < 30 and a.y > 60").len(), 1);
        // Not so where a value may be missing, or where it is a list.
        assert_eq!(read("not (a.x < 30) and not (a.x >= 30)").len(), 1);
    }

    #[test]
    fn spans_that_touch_are_one() {
        let spans = |source: &str| {
            let all = read(source);
            joined(
                all.iter()
                    .flat_map(|way| way.figure().unwrap().1.to_vec())
                    .collect(),
            )
        };
        assert_eq!(spans("a.x < 30 or a.x >= 30").len(), 1);
        assert_eq!(spans("a.x < 30 or a.x > 30").len(), 2);
        assert_eq!(spans("a.x != 30").len(), 2);
        assert_eq!(spans("a.x in [1, 2, 2]").len(), 2);
    }
}
