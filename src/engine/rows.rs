//! The rows of a table, prepared for cases: chosen by `where`, joined by `match`, ordered.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use super::Wanted;
use super::names::Names;
use super::program::CompiledPull;
use crate::connect::AliasesOf;
use crate::expr::functions::Name;
use crate::expr::{Error, Scope, Value, from_json};

/// Rows as expressions see them. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Rows {
    /// The list.
    pub value: Value,
    /// What is uncertain about them, for people.
    pub caveats: Vec<String>,
}

impl Rows {
    /// Returns rows of which nothing is uncertain.
    pub fn of(rows: &[Map<String, Json>]) -> Self {
        Rows {
            value: Value::from(rows.iter().map(row_value).collect::<Vec<_>>()),
            caveats: Vec::new(),
        }
    }
}

/// From here on a name is worth a look by a person.
const FAINTLY: f64 = 0.5;

/// A table that many cases read from.
#[derive(Debug)]
pub struct Table {
    pull: Arc<CompiledPull>,
    rows: Vec<Map<String, Json>>,
    /// For each column matched by equality: its text -> the rows.
    index: Option<(String, HashMap<String, Vec<usize>>)>,
    /// For a column matched by likeness, where none is matched by equality: its names.
    names: Option<(String, Names)>,
    /// What people have said about names.
    aliases: AliasesOf,
    /// Without a match every case sees the same list.
    shared: Option<Value>,
}

impl Table {
    /// Prepares a table: keeps the rows for which `where` holds, orders them, and indexes them.
    ///
    /// # Errors
    /// If `where` or `order_by` cannot be evaluated for a row.
    pub fn new(
        pull: Arc<CompiledPull>,
        rows: Vec<Map<String, Json>>,
        scope: &Scope,
    ) -> Result<Self, Error> {
        let mut kept = Vec::new();
        for row in rows {
            if pull.reads_case || pull.keeps(&row, scope)? {
                kept.push(row);
            }
        }
        Self::of_chosen(pull, kept, scope)
    }

    /// Prepares a table of which the rows are there for which `where` holds.
    ///
    /// # Errors
    /// If `order_by` cannot be evaluated for a row.
    pub fn of_chosen(
        pull: Arc<CompiledPull>,
        mut kept: Vec<Map<String, Json>>,
        scope: &Scope,
    ) -> Result<Self, Error> {
        order(&mut kept, &pull, scope)?;
        if let (Some(limit), true) = (pull.limit, pull.is_shared()) {
            kept.truncate(limit);
        }
        let equal = pull.matching.iter().find(|m| m.like.is_none());
        let index = equal.map(|m| {
            let mut index: HashMap<String, Vec<usize>> = HashMap::new();
            for (number, row) in kept.iter().enumerate() {
                if let Some(key) = row.get(&m.column).and_then(key_text) {
                    index.entry(key).or_default().push(number);
                }
            }
            (m.column.clone(), index)
        });
        let like = pull.matching.iter().find(|m| m.like.is_some());
        let names = like.filter(|_| index.is_none()).map(|m| {
            let held = kept.iter().map(|row| row.get(&m.column)?.as_str());
            (m.column.clone(), Names::new(held))
        });
        let shared = pull.is_shared().then(|| Rows::of(&kept).value);
        Ok(Table {
            pull,
            rows: kept,
            index,
            names,
            aliases: AliasesOf::default(),
            shared,
        })
    }

    /// Takes what people have said about its names, over how alike they are.
    pub fn with_aliases(self, aliases: AliasesOf) -> Self {
        Table { aliases, ..self }
    }

    /// Returns the rows that belong to a case.
    ///
    /// # Errors
    /// If `where` cannot be evaluated for the case.
    pub fn rows_for(&self, wanted: &[(String, Wanted)], case: &Scope) -> Result<Rows, Error> {
        if let Some(value) = &self.shared {
            return Ok(Rows {
                value: value.clone(),
                caveats: Vec::new(),
            });
        }
        let wanted_names: Vec<Option<Name>> = wanted
            .iter()
            .map(|(_, wanted)| match wanted {
                Wanted::Like { name, .. } => Some(Name::of(name)),
                Wanted::Equal(_) => None,
            })
            .collect();
        let mut found: Vec<(f64, Map<String, Json>)> = Vec::new();
        for number in self.candidates(wanted, &wanted_names) {
            let Some(row) = self.rows.get(number) else {
                continue;
            };
            if let Some(matched) = self.join(number, row, wanted, &wanted_names)
                && (!self.pull.reads_case || self.pull.keeps(row, case)?)
            {
                found.push(matched);
            }
        }
        let fuzzy = wanted.iter().any(|(_, w)| matches!(w, Wanted::Like { .. }));
        let caveats = if fuzzy {
            settle(&mut found, wanted, self.pull.order_by.is_empty())
        } else {
            Vec::new()
        };
        let limit = self.pull.limit.unwrap_or(usize::MAX);
        let rows: Vec<_> = found.into_iter().take(limit).map(|(_, row)| row).collect();
        Ok(Rows {
            caveats,
            ..Rows::of(&rows)
        })
    }

    /// Returns the names in it that are most like a name, at most so many, with how alike they are;
    /// the best first, and none that has next to nothing in common with it or of which somebody said
    /// that it is another. Of names that differ only in how they are spelled there is one.
    pub fn alike(&self, name: &str, most: usize) -> Vec<(String, f64)> {
        let Some((column, index)) = &self.names else {
            return Vec::new();
        };
        let name = Name::of(name);
        let said = self.aliases.said(&name);
        let mut seen: HashSet<&str> = HashSet::new();
        let mut found: Vec<(String, f64)> = Vec::new();
        for row in index.candidates(&name, FAINTLY).unwrap_or_default() {
            let held = self.rows.get(row).and_then(|row| row.get(column)?.as_str());
            let (Some(held), Some(known)) = (held, index.of(row)) else {
                continue;
            };
            let is_other = said.iter().any(|(n, same)| !same && n == known.normal());
            let likeness = name.likeness(known);
            if likeness >= FAINTLY && !is_other && seen.insert(known.normal()) {
                found.push((held.to_owned(), likeness));
            }
        }
        found.sort_by(|a, b| b.1.total_cmp(&a.1));
        found.truncate(most);
        found
    }

    /// Did somebody say of a name in it that it is not the one that is meant by a name?
    pub fn is_told_apart(&self, name: &str) -> bool {
        let said = self.aliases.said(&Name::of(name));
        said.iter().any(|(_, same)| !same)
    }

    /// Returns the rows, in order.
    pub fn into_rows(self) -> Vec<Map<String, Json>> {
        self.rows
    }

    /// Returns rows that hold a value which one of the cases holds too, at most so many; for a
    /// table that is not joined, its first rows.
    pub fn related(&self, cases: &[Map<String, Json>], most: usize) -> Vec<Map<String, Json>> {
        let Some((column, _)) = &self.index else {
            return self.rows.iter().take(most).cloned().collect();
        };
        let held: std::collections::HashSet<String> = cases
            .iter()
            .flat_map(|c| c.values())
            .filter_map(key_text)
            .collect();
        let related = |row: &&Map<String, Json>| {
            row.get(column)
                .and_then(key_text)
                .is_some_and(|key| held.contains(&key))
        };
        self.rows
            .iter()
            .filter(related)
            .take(most)
            .cloned()
            .collect()
    }

    /// Returns the numbers of the rows among which those are that belong to a case, in order.
    fn candidates(&self, wanted: &[(String, Wanted)], names: &[Option<Name>]) -> Vec<usize> {
        let indexed = self.index.as_ref().and_then(|(column, index)| {
            let value = wanted.iter().find_map(|(c, w)| match w {
                Wanted::Equal(value) if c == column => Some(value),
                _ => None,
            })?;
            Some(
                key_text(value)
                    .and_then(|key| index.get(&key))
                    .map(Vec::as_slice)
                    .unwrap_or_default(),
            )
        });
        if let Some(numbers) = indexed {
            return numbers.to_vec();
        }
        let alike = self.names.as_ref().and_then(|(column, index)| {
            let mut all = wanted.iter().zip(names);
            all.find_map(|((c, w), name)| match (w, name) {
                (Wanted::Like { at_least, .. }, Some(name)) if c == column => {
                    let mut rows = index.candidates(name, *at_least)?;
                    for (said, _) in self.aliases.said(name).iter().filter(|s| s.1) {
                        rows.extend(index.called(&Name::of(said)));
                    }
                    rows.sort_unstable();
                    rows.dedup();
                    Some(rows)
                }
                _ => None,
            })
        });
        alike.unwrap_or_else(|| (0..self.rows.len()).collect())
    }

    /// Returns a row with its confidence, if it is what is wanted.
    fn join(
        &self,
        number: usize,
        row: &Map<String, Json>,
        wanted: &[(String, Wanted)],
        names: &[Option<Name>],
    ) -> Option<(f64, Map<String, Json>)> {
        let mut confidence = 1.0f64;
        let mut found_as = None;
        for ((column, wanted), name) in wanted.iter().zip(names) {
            let held = row.get(column)?;
            match (wanted, name) {
                (Wanted::Equal(value), _) => {
                    if key_text(held)? != key_text(value)? {
                        return None;
                    }
                }
                (Wanted::Like { at_least, .. }, name) => {
                    let held = held.as_str()?;
                    let known = self.names.as_ref().filter(|(c, _)| c == column);
                    let name = name.as_ref()?;
                    let made;
                    let held_name = match known.and_then(|(_, index)| index.of(number)) {
                        Some(known) => known,
                        None => {
                            made = Name::of(held);
                            &made
                        }
                    };
                    let mut said = self.aliases.said(name).iter();
                    let likeness = match said.find(|(name, _)| name == held_name.normal()) {
                        Some((_, true)) => 1.0,
                        Some((_, false)) => return None,
                        None => name.likeness(held_name),
                    };
                    if likeness < *at_least {
                        return None;
                    }
                    confidence = confidence.min(likeness);
                    found_as = Some(held.to_owned());
                }
            }
        }
        let mut row = row.clone();
        if let Some(found_as) = found_as {
            let rounded = (confidence * 100.0).round() / 100.0;
            row.insert(
                "_match".to_owned(),
                json!({"confidence": rounded, "as": found_as}),
            );
        }
        Some((confidence, row))
    }
}

/// Keeps the rows of the names that are most alike, the best first where no other order is asked
/// for, and says what a person should confirm.
fn settle(
    found: &mut Vec<(f64, Map<String, Json>)>,
    wanted: &[(String, Wanted)],
    best_first: bool,
) -> Vec<String> {
    let best = found.iter().map(|(c, _)| *c).fold(0.0, f64::max);
    // An exact name leaves no room for others; else those about as alike are kept.
    let floor = if best >= 0.98 { 0.98 } else { best - 0.05 };
    found.retain(|(c, _)| *c >= floor);
    if best_first {
        found.sort_by(|a, b| b.0.total_cmp(&a.0));
    }
    let mut caveats = Vec::new();
    for (_, wanted) in wanted {
        let Wanted::Like { name, sure, .. } = wanted else {
            continue;
        };
        for (confidence, row) in found.iter().filter(|(c, _)| c < sure) {
            let held = row
                .get("_match")
                .and_then(|m| m.get("as"))
                .and_then(Json::as_str)
                .unwrap_or_default();
            let caveat = format!(
                "“{held}” was taken for “{name}” ({:.0} % alike): please confirm.",
                confidence * 100.0
            );
            if !caveats.contains(&caveat) {
                caveats.push(caveat);
            }
        }
    }
    caveats
}

fn order(
    rows: &mut Vec<Map<String, Json>>,
    pull: &CompiledPull,
    scope: &Scope,
) -> Result<(), Error> {
    if pull.order_by.is_empty() {
        return Ok(());
    }
    let mut scope = scope.fork();
    let mut keyed = Vec::with_capacity(rows.len());
    for row in rows.drain(..) {
        scope.set("row", row_value(&row));
        let keys: Vec<(Value, bool)> = pull
            .order_by
            .iter()
            .map(|by| Ok((by.value.eval(&scope)?, by.descending)))
            .collect::<Result<_, Error>>()?;
        keyed.push((keys, row));
    }
    keyed.sort_by(|a, b| super::select::compare(&a.0, &b.0));
    rows.extend(keyed.into_iter().map(|(_, row)| row));
    Ok(())
}

/// Returns a row as expressions see it.
pub(super) fn row_value(row: &Map<String, Json>) -> Value {
    Value::from_pairs(
        row.iter()
            .map(|(name, value)| (Value::from(name.as_str()), from_json(value))),
    )
}

/// Returns the text by which two values are the same key: 5 and 5.0 and "5" are; nothing is no key.
pub fn key_text(value: &Json) -> Option<String> {
    match value {
        Json::Null => None,
        Json::String(text) => {
            let text = text.trim();
            (!text.is_empty()).then(|| text.to_owned())
        }
        Json::Number(number) => Some(match number.as_f64() {
            Some(n) if n.fract() == 0.0 && n.abs() < 9e15 => (n as i64).to_string(),
            _ => number.to_string(),
        }),
        other => Some(other.to_string()),
    }
}
