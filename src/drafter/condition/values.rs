//! Values in words: "active", "enterprise accounts tagged outage".

use super::{Read, Reader};
use crate::drafter::words::{stem, stems};
use crate::drafter::world::{Table, fit};

impl Reader<'_> {
    /// Reads a clause that names values which columns hold: "active", "enterprise accounts tagged
    /// outage". A word that no table knows leaves the clause unread.
    pub(super) fn of_value(&self, text: &str, tokens: &[String]) -> Option<Read> {
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
    pub(in crate::drafter) fn nothing_left(&self, left: &[String]) -> bool {
        const LIGHT: [&str; 98] = [
            "among",
            "without",
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
            "drop",
            "fall",
            "fell",
            "decline",
            "decrease",
            "down",
            "score",
            "ago",
            "last",
            "past",
            "since",
            "old",
            "longer",
            "least",
            "most",
            "more",
            "than",
            "day",
            "in",
            "if",
            "month",
            "week",
            "period",
            "total",
            "number",
            "had",
            "get",
            "got",
            "go",
            "nobody",
            "somebody",
            "logged",
            "log",
            "it",
            "they",
            "that",
            "have",
            "our",
            "exactly",
            "away",
            "out",
            "left",
            "before",
            "after",
            "until",
            "up",
            "them",
            "sit",
            "stand",
            "come",
            "make",
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
pub(in crate::drafter) struct Found {
    pub(in crate::drafter) source: String,
    pub(in crate::drafter) column: String,
    /// The words that name it.
    pub(in crate::drafter) tokens: Vec<String>,
}

/// Returns the condition that a column holds a value which the text names.
pub(in crate::drafter) fn value_in(
    table: &Table,
    item: &str,
    text: &str,
    tokens: &[String],
) -> Option<Found> {
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
                let held: Vec<String> = held
                    .iter()
                    .map(|v| format!("contains({path}, '{v}')"))
                    .collect();
                let found = Found {
                    source: held.join(" or "),
                    column: name.clone(),
                    tokens: tokens
                        .iter()
                        .filter(|t| column.values.iter().any(|v| plain_stem(v) == plain_stem(t)))
                        .cloned()
                        .collect(),
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
