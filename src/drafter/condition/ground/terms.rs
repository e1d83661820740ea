//! What is compared: columns, figures that the SOP defines, days between dates, how many rows there
//! are, the newest row's column, and what is worked out of them.

use super::bounds::Unit;
use super::names::Kind;
use super::places::Field;
use super::{Found, Made, Parser, Scope, lex};
use crate::drafter::words::{stem, written};

/// A value, as an expression.
#[derive(Debug, Clone)]
pub(super) struct Term {
    pub(super) made: Made,
    pub(super) kind: Kind,
    /// The figure that it is, if it is nothing else.
    pub(super) figure: Option<f64>,
    /// Does it count days?
    pub(super) days: bool,
    /// Is it a share, of which 1 is the whole?
    pub(super) share: bool,
}

impl Term {
    fn figure(number: f64) -> Self {
        let made = Made {
            source: written(number),
            ..Made::default()
        };
        Term {
            figure: Some(number),
            ..Term::new(made, Kind::Number)
        }
    }

    pub(super) fn new(made: Made, kind: Kind) -> Self {
        Term {
            made,
            kind,
            figure: None,
            days: false,
            share: false,
        }
    }
}

impl<'w> Parser<'_, 'w> {
    /// Parses a value, and what is worked out of several.
    pub(super) fn terms(&self, at: usize, scope: Scope<'w>) -> Found<Term> {
        super::once(&self.known.terms, scope.at(at), || {
            let mut found = self.put_together(at, scope);
            let floored = found
                .iter()
                .filter_map(|(end, term)| self.floored(*end, term));
            let mut floored: Found<Term> = floored.collect();
            found.append(&mut floored);
            found
        })
    }

    fn put_together(&self, at: usize, scope: Scope<'w>) -> Found<Term> {
        let mut found: Found<Term> = Vec::new();
        let mut ends = self.simple(at, scope);
        while !ends.is_empty() {
            let mut longer = Vec::new();
            for (end, left) in &ends {
                let Some((from, sign)) = self.sign(*end) else {
                    continue;
                };
                for (end, right) in self.simple(from, scope) {
                    // "Closed on plus 90 days", "bought on plus warranty months".
                    if left.kind == Kind::Date && matches!(sign, "+" | "-") {
                        longer.extend(self.later(left, sign, (end, &right)));
                    } else {
                        longer.extend(calculated(left, sign, &right).map(|term| (end, term)));
                    }
                }
            }
            found.append(&mut ends);
            longer.truncate(super::WIDTH);
            ends = longer;
        }
        found.sort_by_key(|(end, _)| std::cmp::Reverse(*end));
        found.truncate(super::WIDTH);
        found
    }

    /// Parses below what a value does not go: "charges minus payments, at least 0".
    fn floored(&self, at: usize, term: &Term) -> Option<(usize, Term)> {
        const FLOOR: [&str; 8] = [
            ", at least",
            ", but at least",
            ", not below",
            ", but not below",
            ", never below",
            ", but never below",
            "( at least",
            "( not below",
        ];
        let from = self.phrase(at, &FLOOR)?;
        let (end, least) = self.figure(from)?;
        let is_inner = self.word(at) == "(";
        let is_open = term.kind == Kind::Number && term.figure.is_none();
        let fits = is_open && (!is_inner || self.word(end) == ")");
        fits.then(|| {
            let source = format!("max({}, {})", term.made.source, written(least));
            let made = Made {
                source,
                ..term.made.clone()
            };
            let term = Term {
                made,
                ..term.clone()
            };
            (end + usize::from(is_inner), term)
        })
    }

    /// Returns a date so many days, weeks or months later or earlier.
    fn later(&self, date: &Term, sign: &str, (end, by): (usize, &Term)) -> Option<(usize, Term)> {
        if by.kind != Kind::Number {
            return None;
        }
        let (behind, each) = self.unit(end);
        // "Bought on plus warranty months": the name of a figure says its unit, where none stands behind it.
        let named = |unit: &str| by.made.source.contains(unit);
        let months = match each {
            Unit::Days(days) => lex::months(days),
            _ if named("month") => Some(1.0),
            _ if named("year") => Some(12.0),
            _ => None,
        };
        let each = match (months, each) {
            (Some(months), _) => months,
            (None, Unit::Days(days)) => days,
            _ => 1.0,
        };
        let count = match by.figure {
            Some(number) => written(number * each),
            None if each > 1.0 => format!("{} * {}", written(each), grouped(&by.made.source)),
            None => by.made.source.clone(),
        };
        let count = match sign {
            "-" => format!("-{}", grouped(&count)),
            _ => count,
        };
        let function = if months.is_some() {
            "add_months"
        } else {
            "add_days"
        };
        let source = format!("{function}({}, {count})", date.made.source);
        let made = date.made.clone().with(source, &by.made);
        Some((behind, Term::new(made, Kind::Date)))
    }

    fn sign(&self, at: usize) -> Option<(usize, &'static str)> {
        const SIGNS: [(&str, &str); 14] = [
            ("divided by", "/"),
            ("multiplied by", "*"),
            ("as a share of", "/"),
            ("as a percentage of", "/"),
            ("minus", "-"),
            ("less", "-"),
            ("plus", "+"),
            ("times", "*"),
            ("x", "*"),
            ("+", "+"),
            ("*", "*"),
            ("/", "/"),
            ("over", "/"),
            ("per", "/"),
        ];
        // "Over 5" compares.
        let mut signs = SIGNS
            .iter()
            .filter(|(word, _)| *word != "over" || self.figure(at + 1).is_none());
        signs.find_map(|(words, sign)| Some((self.phrase(at, &[words])?, *sign)))
    }

    fn simple(&self, at: usize, scope: Scope<'w>) -> Found<Term> {
        super::once(&self.known.simple, scope.at(at), || self.alone(at, scope))
    }

    fn alone(&self, at: usize, scope: Scope<'w>) -> Found<Term> {
        let mut found = Vec::new();
        for at in self.starts(at) {
            if self.word(at) == "(" {
                let inner = self.terms(at + 1, scope).into_iter();
                let closed = inner.filter(|(end, _)| self.word(*end) == ")");
                found.extend(closed.map(|(end, term)| {
                    let source = format!("({})", term.made.source);
                    (
                        end + 1,
                        Term {
                            made: Made {
                                source,
                                ..term.made.clone()
                            },
                            ..term
                        },
                    )
                }));
            }
            found.extend(self.defined(at));
            found.extend(self.days_of(at, scope));
            found.extend(self.rows_counted(at, scope));
            found.extend(self.number_of_its(at, scope));
            found.extend(self.newest_dates(at, scope));
            found.extend(self.share_of(at, scope));
            found.extend(
                self.figure(at)
                    .map(|(end, number)| (end, Term::figure(number))),
            );
            for Field { place, made } in self.fields(at, scope) {
                if matches!(place.kind, Kind::Number | Kind::Date) {
                    let term = Term {
                        days: place.column.contains("day"),
                        ..Term::new(made, place.kind)
                    };
                    found.push((place.end, term));
                }
            }
            found.extend(self.moments(at, scope));
        }
        let settled = found
            .iter()
            .filter_map(|(end, term)| self.settled(*end, scope, term));
        let mut settled: Found<Term> = settled.collect();
        settled.append(&mut found);
        settled
    }

    /// Parses what counts where a value is missing: "retention days (90 if empty)".
    fn settled(&self, at: usize, scope: Scope<'w>, term: &Term) -> Option<(usize, Term)> {
        const EMPTY: [&str; 8] = [
            "if it is empty",
            "if it is missing",
            "if empty",
            "if missing",
            "when empty",
            "when missing",
            "if blank",
            "if not set",
        ];
        let open = self.phrase(at, &["(", ","]);
        let from = self.phrase(open.unwrap_or(at), &["or"]);
        let from = from.or(open)?;
        let figure = self.figure(from).filter(|_| term.kind == Kind::Number);
        let figure = figure.map(|(end, number)| (self.unit(end).0, Term::figure(number).made));
        // "Collected on (received on if empty)".
        let (end, instead) = figure.or_else(|| {
            let other = self.fields(from, scope).into_iter();
            let mut same = other.filter(|other| other.place.kind == term.kind);
            same.next().map(|other| (other.place.end, other.made))
        })?;
        let end = self.phrase(end, &EMPTY)?;
        let is_closed = self.word(at) != "(" || self.word(end) == ")";
        let end = end + usize::from(self.word(at) == "(");
        let is_open = term.figure.is_none() && is_closed;
        let source = format!("coalesce({}, {})", term.made.source, instead.source);
        is_open.then(|| {
            let made = term.made.clone().with(source, &instead);
            (
                end,
                Term {
                    made,
                    ..term.clone()
                },
            )
        })
    }

    /// Parses a figure that the SOP defines.
    fn defined(&self, at: usize) -> Found<Term> {
        let defined = self.reader.defined.iter().filter(|d| !d.stems.is_empty());
        let named = defined.filter_map(|d| {
            let is_said = d
                .stems
                .iter()
                .enumerate()
                .all(|(i, own)| stem(self.word(at + i)) == *own);
            let made = Made {
                source: d.path.clone(),
                ..Made::default()
            };
            let term = Term {
                share: d.is_share,
                days: d.name.contains("day") || d.name == "age",
                ..Term::new(made, if d.is_day { Kind::Date } else { Kind::Number })
            };
            is_said.then_some((at + d.stems.len(), term))
        });
        named.collect()
    }

    /// Parses "10 % of seats bought", "half of the amount".
    fn share_of(&self, at: usize, scope: Scope<'w>) -> Found<Term> {
        let share = match self.phrase(at, &["half of", "half"]) {
            Some(end) => Some((end, 0.5)),
            None => self
                .figure(at)
                .and_then(|(end, number)| match self.unit(end) {
                    (end, Unit::Percent) => Some((self.phrase(end, &["of"])?, number / 100.0)),
                    _ => None,
                }),
        };
        let Some((from, share)) = share else {
            return Vec::new();
        };
        let of = self.simple(from, scope).into_iter();
        let of = of.filter(|(_, term)| term.kind == Kind::Number && term.figure.is_none());
        of.map(|(end, term)| {
            let source = format!(
                "{} * {}",
                written((share * 1e6).round() / 1e6),
                grouped(&term.made.source)
            );
            (
                end,
                Term {
                    share: false,
                    made: Made {
                        source,
                        ..term.made.clone()
                    },
                    ..term
                },
            )
        })
        .collect()
    }
}

/// Returns what is worked out of two values of one kind.
fn calculated(left: &Term, sign: &str, right: &Term) -> Option<Term> {
    if left.kind != Kind::Number || right.kind != Kind::Number {
        return None;
    }
    if left.figure.is_some() && right.figure.is_some() {
        return None;
    }
    let source = format!(
        "{} {sign} {}",
        grouped(&left.made.source),
        grouped(&right.made.source)
    );
    Some(Term {
        made: left.made.clone().with(source, &right.made),
        kind: Kind::Number,
        figure: None,
        days: left.days && right.figure.is_some(),
        share: sign == "/" && right.figure.is_none(),
    })
}

/// Returns an expression that can stand beside a sign.
pub(super) fn grouped(source: &str) -> String {
    let (mut depth, mut is_open) = (0_usize, false);
    for c in source.chars() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            // A call and a group stay together, whatever is in them.
            ' ' if depth == 0 => is_open = true,
            _ => {}
        }
    }
    match is_open {
        true => format!("({source})"),
        false => source.to_owned(),
    }
}
