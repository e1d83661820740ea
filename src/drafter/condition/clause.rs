//! One clause of a condition.

use std::collections::BTreeSet;

use super::compare::{Figure, Unit, figure};
use super::{Read, Reader};
use crate::drafter::words::{stem, stems, tokens, written};
use crate::drafter::world::{Table, fit};

/// How well a column has to fit, to be meant.
const FITS: f64 = 0.5;

impl Reader<'_> {
    /// Reads one clause: a figure, a missing value, or a value that a column holds.
    pub(in crate::drafter) fn clause(&self, text: &str) -> Option<Read> {
        let tokens = tokens(text);
        if let Some(found) = figure(&tokens) {
            // "zero or unknown" says more than the figure does: half a condition is another one.
            let rest = tokens[..found.span.0].iter().chain(&tokens[found.span.1..]);
            let says_more = rest
                .clone()
                .any(|t| matches!(t.as_str(), "or" | "unknown" | "missing" | "unless"));
            return if says_more {
                None
            } else {
                self.of_figure(text, &tokens, &found)
            };
        }
        self.of_missing(text, &tokens)
            .or_else(|| self.of_value(text, &tokens))
    }

    fn of_figure(&self, text: &str, tokens: &[String], figure: &Figure) -> Option<Read> {
        let rest: Vec<String> = tokens[..figure.span.0]
            .iter()
            .chain(&tokens[figure.span.1..])
            .cloned()
            .collect();
        let said = stems(&rest.join(" "));
        if falls(tokens) && figure.unit != Unit::Hours {
            return self.drop_of(&said, figure);
        }
        match figure.unit {
            Unit::Days(days) => self.of_days(tokens, &said, figure, f64::from(days)),
            Unit::Hours => None,
            Unit::Plain | Unit::Percent => {
                if let Some(table) = self.counted(&said, &rest) {
                    return self.count_of(table, text, &rest, figure);
                }
                let (value, read) = self.numeric(&said)?;
                let relation = figure.relation.or_else(|| implied(&rest))?;
                Some(self.compared(&value, relation, figure, 1.0, read))
            }
        }
    }

    fn compared(
        &self,
        value: &str,
        relation: &str,
        figure: &Figure,
        scale: f64,
        read: Read,
    ) -> Read {
        let source = match figure.up_to {
            Some(up_to) => format!(
                "{value} >= {} and {value} <= {}",
                written(figure.number * scale),
                written(up_to * scale)
            ),
            None => format!("{value} {relation} {}", written(figure.number * scale)),
        };
        Read { source, ..read }
    }

    /// Returns the number that the words name: a column of the case, or of a table joined to it.
    fn numeric(&self, said: &[String]) -> Option<(String, Read)> {
        if let Some(column) = best(self.cases, said, is_number) {
            return Some((format!("{}.{column}", self.item), self.of_column(&column)));
        }
        let others = self
            .world
            .tables
            .iter()
            .filter(|t| t.name != self.cases.name && self.is_joined(t));
        let found = others.filter_map(|t| best(t, said, is_number).map(|column| (t, column)));
        let (table, column) = found.max_by(|a, b| fit(&a.1, said).total_cmp(&fit(&b.1, said)))?;
        Some((
            format!("max({}, '{column}')", table.short()),
            self.of_table(table),
        ))
    }

    fn of_column(&self, column: &str) -> Read {
        Read {
            source: String::new(),
            joined: BTreeSet::new(),
            columns: BTreeSet::from([column.to_owned()]),
        }
    }

    fn of_table(&self, table: &Table) -> Read {
        Read {
            source: String::new(),
            joined: BTreeSet::from([table.name.clone()]),
            columns: BTreeSet::new(),
        }
    }

    /// Can rows of a table be joined to a case?
    pub(crate) fn is_joined(&self, table: &Table) -> bool {
        crate::drafter::draft::join(self.cases, table, &self.item).is_some()
    }

    /// Reads "usage dropped by more than 20%" from a pair of columns, one of them the earlier value.
    fn drop_of(&self, said: &[String], figure: &Figure) -> Option<Read> {
        let tables = std::iter::once(self.cases).chain(
            self.world
                .tables
                .iter()
                .filter(|t| t.name != self.cases.name && self.is_joined(t)),
        );
        for table in tables {
            let Some((before, now)) = pair(table, said) else {
                continue;
            };
            let (value, read) = if table.name == self.cases.name {
                let mut read = self.of_column(&before);
                read.columns.insert(now.clone());
                (
                    format!("percent_change({0}.{before}, {0}.{now})", self.item),
                    read,
                )
            } else {
                (
                    format!(
                        "percent_change(max({0}, '{before}'), max({0}, '{now}'))",
                        table.short()
                    ),
                    self.of_table(table),
                )
            };
            let relation = match figure.relation {
                Some(">") | None => "<",
                Some(">=") => "<=",
                Some(_) => return None,
            };
            return Some(Read {
                source: format!("{value} {relation} -{}", written(figure.number)),
                ..read
            });
        }
        None
    }

    fn of_days(
        &self,
        tokens: &[String],
        said: &[String],
        figure: &Figure,
        days: f64,
    ) -> Option<Read> {
        let has = |words: &[&str]| tokens.iter().any(|t| words.contains(&t.as_str()));
        let is_past = has(&[
            "been", "ago", "last", "past", "since", "old", "older", "without", "no", "silent",
            "inactive", "stale", "not", "haven", "hasn", "ago",
        ]);
        let is_date = |kind: &str| matches!(kind, "date" | "time");
        let began = || {
            let ages = has(&[
                "open", "opened", "old", "older", "raised", "waiting", "created",
            ]);
            let names = self
                .cases
                .columns
                .iter()
                .filter(|(_, c)| is_date(&c.kind))
                .map(|(name, _)| name);
            names
                .filter(|_| ages)
                .find(|n| n.contains("created") || n.contains("opened"))
                .cloned()
        };
        let column = best(self.cases, said, is_date).or_else(began);
        let joined = || {
            let others = self.world.tables.iter().filter(|t| {
                t.name != self.cases.name
                    && self.is_joined(t)
                    && t.key()
                        .is_some_and(|key| self.cases.columns.contains_key(key))
            });
            others
                .filter_map(|t| best(t, said, is_date).map(|column| (t, column)))
                .next()
        };
        let (path, read) = match (column, joined(), only_date(self.cases)) {
            (Some(column), ..) => (format!("{}.{column}", self.item), self.of_column(&column)),
            (None, Some((table, column)), _) => (
                format!("max({}, '{column}')", table.short()),
                self.of_table(table),
            ),
            (None, None, Some(column)) => {
                (format!("{}.{column}", self.item), self.of_column(&column))
            }
            (None, None, None) => return None,
        };
        let count = if is_past { "days_since" } else { "days_until" };
        let value = format!("{count}({path})");
        if figure.up_to.is_some() {
            return Some(self.compared(&value, ">=", figure, days, read));
        }
        let lacks = has(&[
            "no", "without", "not", "haven", "hasn", "silent", "inactive", "stale", "old", "older",
        ]) && is_past;
        let (relation, bounded) = match (figure.relation, is_past, lacks) {
            // "no contact in the last 30 days" is more than 30 days ago.
            (Some("<=" | ">") | None, true, true) => (">", false),
            (Some(relation), ..) => (relation, relation.starts_with('<')),
            (None, ..) => ("<=", true),
        };
        let limit = written(figure.number * days);
        let source = if bounded {
            format!("{value} {relation} {limit} and {value} >= 0")
        } else {
            format!("{value} {relation} {limit}")
        };
        Some(Read { source, ..read })
    }

    /// Returns the other table whose rows a clause counts.
    fn counted(&self, said: &[String], rest: &[String]) -> Option<&super::super::world::Table> {
        let plural = rest.iter().any(|t| t.ends_with('s') && t.len() > 3);
        let others = self
            .world
            .tables
            .iter()
            .filter(|t| t.name != self.cases.name && self.is_joined(t));
        let named = |t: &&Table| {
            stems(&t.short().replace('_', " "))
                .iter()
                .any(|own| said.contains(own))
        };
        others
            .filter(named)
            .find(|t| plural && best(t, said, is_number).is_none())
    }

    fn count_of(
        &self,
        table: &Table,
        text: &str,
        rest: &[String],
        figure: &Figure,
    ) -> Option<Read> {
        let relation = figure.relation.or_else(|| implied(rest)).unwrap_or(">=");
        let condition = value_in(table, "item", text, rest);
        let list = match condition {
            Some(found) => format!("{} | where(\"{}\")", table.short(), found.source),
            None => table.short().to_owned(),
        };
        let read = self.of_table(table);
        Some(self.compared(&format!("({list} | length)"), relation, figure, 1.0, read))
    }

    /// Reads "no CSM", "renewal date is missing", "owner is blank".
    fn of_missing(&self, text: &str, tokens: &[String]) -> Option<Read> {
        let lower = text.to_lowercase();
        let asks = [
            "missing",
            "blank",
            "empty",
            "unknown",
            "not set",
            "not filled",
        ]
        .iter()
        .any(|w| lower.contains(w));
        let lacks = tokens
            .first()
            .is_some_and(|t| matches!(t.as_str(), "no" | "without"))
            || lower.contains(" no ")
            || lower.contains("without ");
        if !(asks || lacks) {
            return None;
        }
        let said = stems(text);
        let column = best(self.cases, &said, |_| true)?;
        let is_negated = lower.contains("not missing") || lower.contains("not blank");
        let read = self.of_column(&column);
        let path = format!("{}.{column}", self.item);
        Some(Read {
            source: if is_negated {
                format!("not ({path} is missing)")
            } else {
                format!("{path} is missing")
            },
            ..read
        })
    }

    /// Reads a clause that names values which columns hold: "active", "enterprise accounts tagged
    /// outage". A word that no table knows leaves the clause unread.
    fn of_value(&self, text: &str, tokens: &[String]) -> Option<Read> {
        let others = self
            .world
            .tables
            .iter()
            .filter(|t| t.name != self.cases.name && self.is_joined(t));
        let mut left: Vec<String> = tokens.to_vec();
        let mut read: Option<Read> = None;
        let mut add = |one: Read| {
            read = Some(match read.take() {
                Some(before) => before.both("and", one),
                None => one,
            });
        };
        if let Some(found) = value_in(self.cases, &self.item, text, &left) {
            left.retain(|t| !found.tokens.contains(t));
            add(Read {
                source: found.source,
                ..self.of_column(&found.column)
            });
        }
        let said = stems(text);
        for table in others {
            let is_named = stems(&table.short().replace('_', " "))
                .iter()
                .any(|own| said.contains(own));
            if let Some(found) =
                value_in(table, "item", &left.join(" "), &left).filter(|_| is_named)
            {
                left.retain(|t| !found.tokens.contains(t));
                add(Read {
                    source: format!("any({}, \"{}\")", table.short(), found.source),
                    ..self.of_table(table)
                });
            }
        }
        read.filter(|_| self.nothing_left(&left))
    }

    /// Are all words that are left the names of tables and columns, or of no weight?
    fn nothing_left(&self, left: &[String]) -> bool {
        const LIGHT: [&str; 46] = [
            "anything",
            "anyone",
            "everything",
            "one",
            "ones",
            "tagged",
            "marked",
            "set",
            "plan",
            "plans",
            "still",
            "currently",
            "already",
            "not",
            "no",
            "isn",
            "aren",
            "non",
            "there",
            "only",
            "please",
            "also",
            "about",
            "within",
            "then",
            "so",
            "open",
            "s",
            "re",
            "t",
            "customer",
            "account",
            "people",
            "there",
            "count",
            "next",
            "first",
            "every",
            "each",
            "some",
            "new",
            "been",
            "being",
            "whoever",
            "obviously",
            "except",
        ];
        let names: Vec<String> = self
            .world
            .tables
            .iter()
            .flat_map(|t| t.columns.keys().cloned().chain([t.short().to_owned()]))
            .flat_map(|name| stems(&name.replace('_', " ")))
            .collect();
        stems(&left.join(" "))
            .iter()
            .all(|word| LIGHT.iter().any(|l| stem(l) == *word) || names.contains(word))
    }
}

/// A value that was found in a text.
struct Found {
    source: String,
    column: String,
    /// The words that name it.
    tokens: Vec<String>,
}

/// Returns the condition that a column holds a value which the text names.
fn value_in(table: &Table, item: &str, text: &str, tokens: &[String]) -> Option<Found> {
    let stemmed: Vec<String> = tokens.iter().map(|t| plain_stem(t)).collect();
    let lower = format!(" {} ", stemmed.join(" "));
    let said = stems(text);
    let mut best: Option<(f64, Found)> = None;
    for (name, column) in &table.columns {
        let words = |value: &String| crate::drafter::words::tokens(&value.replace('_', " "));
        let named = |value: &&String| {
            let stems: Vec<String> = words(value).iter().map(|w| plain_stem(w)).collect();
            value.len() > 1 && lower.contains(&format!(" {} ", stems.join(" ")))
        };
        let held: Vec<&String> = column.values.iter().filter(named).collect();
        // "Enterprise" as a plan beats "enterprise" as a tag when the column is named too.
        let longest = held.iter().map(|v| v.len()).max().unwrap_or(0);
        let score = longest as f64 / 10.0 + fit(name, &said);
        if longest > 0 && best.as_ref().is_none_or(|(top, _)| score > *top) {
            let path = format!("{item}.{name}");
            if column.values.iter().any(|v| v.contains([';', '|'])) {
                // A text that lists several values holds each of them.
                let held: Vec<String> = held.iter().map(|v| format!("contains({path}, '{v}')")).collect();
                let found = Found {
                    source: held.join(" or "),
                    column: name.clone(),
                    tokens: tokens.iter().filter(|t| column.values.iter().any(|v| plain_stem(v) == plain_stem(t))).cloned().collect(),
                };
                best = Some((score, found));
                continue;
            }
            let (not, are): (Vec<&String>, Vec<&String>) =
                held.iter().copied().partition(|v| is_negated(tokens, v));
            let listed = |values: &[&String]| {
                values
                    .iter()
                    .map(|v| format!("'{v}'"))
                    .collect::<Vec<_>>()
                    .join(", ")
            };
            let are = match are.as_slice() {
                [] => None,
                [one] => Some(format!("{path} == '{one}'")),
                many => Some(format!("{path} in [{}]", listed(many))),
            };
            let not = match not.as_slice() {
                [] => None,
                [one] => Some(format!("{path} != '{one}'")),
                many => Some(format!("{path} not in [{}]", listed(many))),
            };
            let source = are.into_iter().chain(not).collect::<Vec<_>>().join(" and ");
            let found = Found {
                source,
                column: name.clone(),
                tokens: {
                    let named: Vec<String> = held
                        .iter()
                        .flat_map(|v| words(v))
                        .map(|w| plain_stem(&w))
                        .collect();
                    tokens
                        .iter()
                        .filter(|t| named.contains(&plain_stem(t)))
                        .cloned()
                        .collect()
                },
            };
            best = Some((score, found));
        }
    }
    if let Some((_, found)) = best {
        return Some(found);
    }
    let flag = table
        .columns
        .iter()
        .filter(|(_, c)| c.kind == "boolean")
        .find(|(name, _)| fit(name, &said) >= 1.0)?;
    let no = tokens
        .iter()
        .any(|t| matches!(t.as_str(), "not" | "no" | "isn" | "without" | "never"));
    Some(Found {
        source: format!("{item}.{} == {}", flag.0, !no),
        column: flag.0.clone(),
        tokens: flag.0.split('_').map(str::to_owned).collect(),
    })
}

/// Returns a word's stem, its synonyms left alone: values are names.
fn plain_stem(word: &str) -> String {
    word.strip_suffix('s')
        .filter(|w| w.len() > 3 && !w.ends_with('s'))
        .unwrap_or(word)
        .to_owned()
}

fn is_negated(tokens: &[String], value: &str) -> bool {
    let first = crate::drafter::words::tokens(&value.replace('_', " "))
        .into_iter()
        .next()
        .unwrap_or_default();
    let Some(at) = tokens
        .iter()
        .position(|t| plain_stem(t) == plain_stem(&first))
    else {
        return false;
    };
    tokens[at.saturating_sub(3)..at].iter().any(|t| {
        matches!(
            t.as_str(),
            "not" | "isn" | "aren" | "no" | "except" | "without" | "non"
        )
    })
}

fn is_number(kind: &str) -> bool {
    matches!(kind, "number" | "integer")
}

/// Returns the column of some type that the words fit best; what only tells rows apart is none.
fn best(table: &Table, said: &[String], is_kind: impl Fn(&str) -> bool) -> Option<String> {
    let fitting = table
        .columns
        .iter()
        .filter(|(name, c)| is_kind(&c.kind) && !name.ends_with("_id"))
        .map(|(name, _)| (fit(name, said), name));
    // Of two that fit alike, the one with fewer words is meant.
    let order = |a: &(f64, &String), b: &(f64, &String)| {
        a.0.total_cmp(&b.0).then(b.1.len().cmp(&a.1.len()))
    };
    fitting
        .filter(|(score, _)| *score >= FITS)
        .max_by(order)
        .map(|(_, name)| name.clone())
}

fn only_date(table: &Table) -> Option<String> {
    let mut dates = table
        .columns
        .iter()
        .filter(|(_, c)| matches!(c.kind.as_str(), "date" | "time"));
    match (dates.next(), dates.next()) {
        (Some((name, _)), None) => Some(name.clone()),
        _ => None,
    }
}

/// Returns the columns that hold a value before and now.
fn pair(table: &Table, said: &[String]) -> Option<(String, String)> {
    let earlier = stem("previous");
    let numbers: Vec<&String> = table
        .columns
        .iter()
        .filter(|(_, c)| matches!(c.kind.as_str(), "number" | "integer"))
        .map(|(n, _)| n)
        .collect();
    let words = |name: &str| -> Vec<String> { name.split('_').map(stem).collect() };
    let before = numbers.iter().find(|n| {
        words(n).contains(&earlier) && (said.len() < 2 || words(n).iter().any(|w| said.contains(w)))
    })?;
    let subject: Vec<String> = words(before)
        .into_iter()
        .filter(|w| *w != earlier)
        .collect();
    let now = numbers
        .iter()
        .find(|n| n != &before && subject.iter().all(|s| words(n).contains(s)))?;
    Some(((*before).clone(), (*now).clone()))
}

fn falls(tokens: &[String]) -> bool {
    tokens.iter().any(|t| {
        matches!(
            t.as_str(),
            "drop"
                | "dropped"
                | "drops"
                | "dropping"
                | "fall"
                | "fell"
                | "falls"
                | "fallen"
                | "decline"
                | "declined"
                | "declining"
                | "decrease"
                | "decreased"
                | "down"
        )
    })
}

/// Returns the relation that a verb implies: "score of 6 or so" implies none.
fn implied(rest: &[String]) -> Option<&'static str> {
    rest.iter().find_map(|t| match t.as_str() {
        "is" | "equals" | "=" => Some("=="),
        _ => None,
    })
}
