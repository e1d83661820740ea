//! One clause of a condition.

use std::collections::BTreeSet;

use super::columns::{best, is_number, pair};
use super::compare::{Figure, Unit, figure};
use super::values::value_in;
use super::{Read, Reader};
use crate::drafter::words::{stems, tokens, written};
use crate::drafter::world::{Table, fit};

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
        // "five active users" is a number that the case has, not so many rows of a table.
        let has_own =
            best(self.cases, &said, is_number).is_some_and(|column| fit(&column, &said) >= 1.0);
        let counted = if has_own {
            Vec::new()
        } else {
            value_in_counted(self, &said, &rest, text)
        };
        let left: Vec<String> = rest
            .iter()
            .filter(|t| !counted.contains(t))
            .cloned()
            .collect();
        if !self.nothing_left(&left) {
            return None;
        }
        if falls(tokens) && figure.unit != Unit::Hours {
            return self.drop_of(&said, figure);
        }
        match figure.unit {
            Unit::Days(days) => self.of_days(tokens, &said, figure, f64::from(days)),
            Unit::Hours => None,
            Unit::Plain | Unit::Percent => {
                if !has_own && let Some(table) = self.counted(&said, &rest) {
                    return self.count_of(table, text, &rest, figure);
                }
                let (value, read) = self.numeric(&said)?;
                let relation = figure.relation.or_else(|| implied(&rest))?;
                Some(self.compared(&value, relation, figure, 1.0, read))
            }
        }
    }

    pub(super) fn compared(
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

    pub(super) fn of_column(&self, column: &str) -> Read {
        Read {
            source: String::new(),
            joined: BTreeSet::new(),
            columns: BTreeSet::from([column.to_owned()]),
        }
    }

    pub(super) fn of_table(&self, table: &Table) -> Read {
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
        let asked = [
            "no", "without", "missing", "blank", "empty", "unknown", "set", "filled", "there",
        ];
        let left: Vec<String> = tokens
            .iter()
            .filter(|t| !asked.contains(&t.as_str()))
            .cloned()
            .collect();
        let said = stems(text);
        if let Some(none) = self.of_no_row(text, &left, &said).filter(|_| lacks) {
            return Some(none);
        }
        if !self.nothing_left(&left) {
            return None;
        }
        let column = best(self.cases, &said, |_| true).or_else(|| self.reference(&said))?;
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
}

impl Reader<'_> {
    /// Reads "no economic buyer among the contacts": no row of a table holds the value.
    fn of_no_row(&self, text: &str, left: &[String], said: &[String]) -> Option<Read> {
        let mut others = self
            .world
            .tables
            .iter()
            .filter(|t| t.name != self.cases.name && self.is_joined(t));
        let table = others.find(|t| {
            let own = stems(&t.short().replace('_', " "));
            own.iter().all(|word| said.contains(word))
        })?;
        let found = value_in(table, "item", text, left)?;
        let rest: Vec<String> = left
            .iter()
            .filter(|t| !found.tokens.contains(t))
            .cloned()
            .collect();
        self.nothing_left(&rest).then(|| Read {
            source: format!("not any({}, \"{}\")", table.short(), found.source),
            ..self.of_table(table)
        })
    }

    /// Returns the column by which a case belongs to something that is named: "without an account".
    fn reference(&self, said: &[String]) -> Option<String> {
        let names = self.cases.columns.keys();
        let own = self.cases.key();
        names
            .filter(|name| Some(name.as_str()) != own)
            .find(|name| {
                name.strip_suffix("_id")
                    .is_some_and(|what| said.contains(&crate::drafter::words::stem(what)))
            })
            .cloned()
    }
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

/// Returns the words that name a value of the table whose rows a clause counts.
fn value_in_counted(
    reader: &Reader<'_>,
    said: &[String],
    rest: &[String],
    text: &str,
) -> Vec<String> {
    let found = reader
        .counted(said, rest)
        .and_then(|table| value_in(table, "item", text, rest));
    found.map(|f| f.tokens).unwrap_or_default()
}
