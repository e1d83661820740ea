//! Figures and what they bound: "at least 3", "between 10 and 20 %", "9 or 10", "14 days or more".

use super::lex::{days, figure};
use super::terms::Term;
use super::{Found, Made, Parser};
use crate::drafter::words::written;

/// Comparisons before a figure or another value, the longest first.
const RELATIONS: &[(&str, &str)] = &[
    ("is not more than", "<="),
    ("is no more than", "<="),
    ("is not less than", ">="),
    ("no more than", "<="),
    ("not more than", "<="),
    ("not over", "<="),
    ("not above", "<="),
    ("no less than", ">="),
    ("no fewer than", ">="),
    ("not less than", ">="),
    ("not below", ">="),
    ("not under", ">="),
    ("no later than", "<="),
    ("not later than", "<="),
    ("no earlier than", ">="),
    ("up to and including", "<="),
    ("greater than or equal to", ">="),
    ("less than or equal to", "<="),
    ("on or after", ">="),
    ("on or before", "<="),
    ("not before", ">="),
    ("not after", "<="),
    ("more than", ">"),
    ("greater than", ">"),
    ("higher than", ">"),
    ("larger than", ">"),
    ("bigger than", ">"),
    ("longer than", ">"),
    ("less than", "<"),
    ("fewer than", "<"),
    ("lower than", "<"),
    ("smaller than", "<"),
    ("shorter than", "<"),
    ("later than", ">"),
    ("earlier than", "<"),
    ("not equal to", "!="),
    ("different from", "!="),
    ("differs from", "!="),
    ("not the same as", "!="),
    ("the same day as", "=="),
    ("the same as", "=="),
    ("same as", "=="),
    ("equal to", "=="),
    ("at least", ">="),
    ("at most", "<="),
    ("up to", "<="),
    ("> =", ">="),
    ("< =", "<="),
    ("= =", "=="),
    ("! =", "!="),
    ("not", "!="),
    (">", ">"),
    ("<", "<"),
    ("=", "=="),
    ("equals", "=="),
    ("exactly", "=="),
    ("exceeds", ">"),
    ("exceeding", ">"),
    ("above", ">"),
    ("over", ">"),
    ("below", "<"),
    ("under", "<"),
    ("after", ">"),
    ("before", "<"),
];
/// Comparisons behind a figure.
const WIDER: [(&str, &str); 26] = [
    ("or more", ">="),
    ("or higher", ">="),
    ("or above", ">="),
    ("or over", ">="),
    ("or greater", ">="),
    ("or longer", ">="),
    ("or later", ">="),
    ("or older", ">="),
    ("or better", ">="),
    ("or up", ">="),
    ("and above", ">="),
    ("and more", ">="),
    ("and up", ">="),
    ("and over", ">="),
    ("upwards", ">="),
    ("+", ">="),
    ("or less", "<="),
    ("or lower", "<="),
    ("or below", "<="),
    ("or under", "<="),
    ("or fewer", "<="),
    ("or worse", "<="),
    ("or earlier", "<="),
    ("or shorter", "<="),
    ("and below", "<="),
    ("and under", "<="),
];

/// What a figure counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Unit {
    Plain,
    Percent,
    /// So many days each.
    Days(f64),
}

/// What a value has to lie within.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Bounds {
    /// Relations with figures, all of which hold.
    pub(super) all: Vec<(&'static str, f64)>,
    /// Figures of which it is one, where they are listed.
    pub(super) among: Vec<f64>,
    pub(super) unit: Unit,
}

impl Bounds {
    /// Returns bounds by relations that all hold.
    fn all(all: Vec<(&'static str, f64)>, unit: Unit) -> Self {
        Bounds {
            all,
            among: Vec::new(),
            unit,
        }
    }
}

impl Parser<'_, '_> {
    /// Returns the relation that stands at a place, with where it ends. "Over" and "after" are said of
    /// other things, too.
    pub(super) fn relation(&self, at: usize) -> Option<(usize, &'static str)> {
        let mut found = RELATIONS.iter();
        found.find_map(|(words, relation)| Some((self.phrase(at, &[words])?, *relation)))
    }

    /// Parses figures with what they bound.
    pub(super) fn bounds(&self, at: usize) -> Found<Bounds> {
        if let Some(from) = self.phrase(at, &["between", "from"])
            && let Some((end, low)) = self.figure(from)
            && let Some(behind) = self.phrase(self.unit(end).0, &["and", "to"])
            && let Some((end, high)) = self.figure(behind)
        {
            let (end, unit) = self.unit(end);
            let all = vec![(">=", low), ("<=", high)];
            return vec![(end, Bounds::all(all, unit))];
        }
        let (from, relation) = match self.relation(at) {
            Some((end, relation)) => (end, Some(relation)),
            None => (self.phrase(at, &["from"]).unwrap_or(at), None),
        };
        let from = self.phrase(from, &["a", "an"]).unwrap_or(from);
        let Some((end, number)) = self.figure(from) else {
            return Vec::new();
        };
        let (behind, mut unit) = self.unit(end);
        // "10 to 20 %", "more than 10 %, up to and including 30 %".
        if let Some(to) = self.phrase(behind, &["to"])
            && let Some((end, high)) = self.figure(to)
        {
            let (end, unit) = self.unit(end);
            let all = vec![(relation.unwrap_or(">="), number), ("<=", high)];
            return vec![(end, Bounds::all(all, unit))];
        }
        if let Some(first) = relation
            && let Some(next) = self.phrase(behind, &[", but", "but", ", and", "and", ","])
            && let Some((from, second)) = self.relation(next)
            && let Some((end, high)) = self.figure(from)
            && first != second
        {
            let (end, other) = self.unit(end);
            unit = if unit == Unit::Plain { other } else { unit };
            let all = vec![(first, number), (second, high)];
            return vec![(end, Bounds::all(all, unit))];
        }
        let mut wider = WIDER.iter();
        let wider =
            wider.find_map(|(words, relation)| Some((self.phrase(behind, &[words])?, *relation)));
        if let Some((end, relation)) = wider {
            // "14 or more days".
            let (end, after) = self.unit(end);
            let unit = if unit == Unit::Plain { after } else { unit };
            return vec![(end, Bounds::all(vec![(relation, number)], unit))];
        }
        let mut found = vec![(
            behind,
            Bounds::all(vec![(relation.unwrap_or("=="), number)], unit),
        )];
        let mut among = vec![number];
        let mut end = behind;
        while let Some(next) = self.phrase(end, &[", or a", "or a", ", or", "or", ","])
            && let Some((behind, number)) = self.figure(next)
            && relation.is_none()
        {
            among.push(number);
            end = self.unit(behind).0;
            let unit = self.unit(behind).1;
            found.insert(
                0,
                (
                    end,
                    Bounds {
                        all: Vec::new(),
                        among: among.clone(),
                        unit,
                    },
                ),
            );
        }
        found
    }

    pub(super) fn figure(&self, at: usize) -> Option<(usize, f64)> {
        let at = self.phrase(at, &["$"]).unwrap_or(at);
        let found = figure(self.word(at)).filter(|_| at < self.words.len());
        found.map(|number| (at + 1, number))
    }

    /// Returns the unit at a place, with where it ends.
    pub(super) fn unit(&self, at: usize) -> (usize, Unit) {
        let from = self.phrase(at, &["calendar", "full"]).unwrap_or(at);
        match self.word(from) {
            "%" | "percent" => (from + 1, Unit::Percent),
            word => match days(word) {
                Some(days) => (from + 1, Unit::Days(days)),
                None => (at, Unit::Plain),
            },
        }
    }

    /// Returns the condition that a term lies within bounds; nothing if they are of another kind.
    pub(super) fn within(&self, term: &Term, bounds: &Bounds) -> Option<Made> {
        let scale = match bounds.unit {
            Unit::Plain => 1.0,
            Unit::Percent if term.share => 0.01,
            Unit::Percent => 1.0,
            Unit::Days(days) if term.days => days,
            Unit::Days(_) => return None,
        };
        let value = &term.made.source;
        let shown = |number: f64| written((number * scale * 1e6).round() / 1e6);
        let source = match bounds.among.is_empty() {
            true => {
                let all = bounds
                    .all
                    .iter()
                    .map(|(relation, number)| format!("{value} {relation} {}", shown(*number)));
                all.collect::<Vec<_>>().join(" and ")
            }
            false => {
                let all: Vec<String> = bounds.among.iter().map(|number| shown(*number)).collect();
                format!("{value} in [{}]", all.join(", "))
            }
        };
        Some(Made {
            source,
            ..term.made.clone()
        })
    }
}
