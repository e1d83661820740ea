//! Rows of other tables: whether there are any, how many, and what the newest of them holds.

use std::collections::BTreeSet;

use super::names::{Kind, Place};
use super::shared::shares;
use super::{FILLERS, Found, Made, Parser, Scope};
use crate::drafter::condition::columns::began;
use crate::drafter::condition::peers::every;
use crate::drafter::world::Table;

/// The most words that say more of rows before their name.
const BEFORE: usize = 7;

/// Rows of a table, narrowed down.
#[derive(Debug, Clone)]
pub(super) struct Rows<'w> {
    pub(super) table: &'w Table,
    /// The list that they are taken from, as expressions call it.
    pub(super) list: String,
    /// What each of them meets; empty if nothing is said.
    pub(super) condition: String,
    /// Which is the newest, where that is said.
    order: Order,
    uses: Made,
}

/// In which order rows stand.
#[derive(Debug, Clone, Default)]
pub(super) struct Order {
    /// The column that says which is the newest.
    pub(super) by: Option<String>,
    /// Of those that are the newest alike, the column that tells which is meant, and whether the one with the
    /// highest value is.
    pub(super) tie: Option<(String, bool)>,
}

/// Which rows of a table are meant.
struct Which {
    /// Are they others than the case's own?
    others: bool,
    /// The column that names what they belong to, where that is said.
    owner: Option<String>,
}

impl<'w> Rows<'w> {
    /// Are all rows of the list meant?
    pub(super) fn is_plain(&self) -> bool {
        self.condition.is_empty()
    }

    /// Returns the expression of the list.
    pub(super) fn listed(&self) -> String {
        match self.condition.is_empty() {
            true => self.list.clone(),
            false => format!("({} | where(\"{}\"))", self.list, self.condition),
        }
    }

    /// Returns those that hold anything in a column.
    fn holding(&self, column: &str) -> String {
        let held = format!("not (item.{column} is missing)");
        let condition = match self.condition.as_str() {
            "" => held,
            narrowed if narrowed.contains(" or ") => format!("({narrowed}) and {held}"),
            narrowed => format!("{narrowed} and {held}"),
        };
        format!("{} | where(\"{condition}\")", self.list)
    }

    /// Returns what a column holds in the row at a place, counted from 0, when they stand in its order.
    pub(super) fn ranked(&self, column: &str, at: &str, reverse: &str) -> Made {
        self.made(format!(
            "({} | sort(attribute='{column}'{reverse}) | map(attribute='{column}') | list)[{at}]",
            self.holding(column)
        ))
    }

    /// Returns how many values of a column they hold, texts in any case.
    pub(super) fn different(&self, place: &Place<'w>) -> Made {
        let column = place.column;
        let plain = match place.kind {
            Kind::Text => " | map('lower')",
            _ => "",
        };
        self.made(format!(
            "({} | map(attribute='{column}'){plain} | unique | length)",
            self.holding(column)
        ))
    }

    /// Returns the column that says which of them is the newest.
    pub(super) fn dated(&self) -> Option<String> {
        self.order.by.clone().or_else(|| began(self.table))
    }

    /// Returns what the first or last of them holds, in the order of a column.
    pub(super) fn held(&self, last: &str, order: &str, column: &str) -> Made {
        let list = self.listed();
        let tie = self
            .order
            .tie
            .as_ref()
            .map_or(String::new(), |(column, is_highest)| {
                // Rows that are alike stay in the order in which they stand.
                let reverse = match *is_highest == (last == "last") {
                    true => "",
                    false => ", reverse=true",
                };
                format!("sort(attribute='{column}'{reverse}) | ")
            });
        self.made(format!(
            "({list} | {tie}sort(attribute='{order}') | {last}).{column}"
        ))
    }

    pub(super) fn made(&self, source: String) -> Made {
        Made {
            source,
            of_item: false,
            ..self.uses.clone()
        }
    }
}

impl<'w> Parser<'_, 'w> {
    /// Parses what names rows, with what is said of them before and behind. `is_one` says that one of
    /// them is spoken of, so that what follows may be said of it.
    pub(super) fn rows(&self, at: usize, is_one: bool) -> Found<Rows<'w>> {
        super::once(&self.known.rows, (at, is_one), || self.named(at, is_one))
    }

    fn named(&self, at: usize, is_one: bool) -> Found<Rows<'w>> {
        let mut found = Vec::new();
        for noun in at..self.words.len().min(at + BEFORE) {
            for (end, table) in self.tables(noun) {
                let Some((said, others)) = self.said_before(at, (noun, end), table) else {
                    continue;
                };
                let is_case = table.name == self.reader.cases.name;
                let is_joined = is_case || others || self.reader.is_joined(table);
                let (end, order) = match self.ordered(end, table).filter(|_| is_one) {
                    Some((end, order)) => (end, order),
                    None => (end, Order::default()),
                };
                let behind = self.said_behind(end, table);
                let behind = behind.into_iter().map(|(end, made)| (end, Some(made)));
                // "The latest invoice is older than 30 days" says nothing of which one is meant.
                let is_plain = ["where", "with", "whose"].contains(&self.word(end));
                let is_of_one = |more: &Option<Made>| {
                    let dated = more
                        .as_ref()
                        .is_some_and(|made| made.source.contains("days_since"));
                    is_one && !is_plain && dated
                };
                for (end, more) in behind.chain([(end, None)]) {
                    if is_of_one(&more) {
                        continue;
                    }
                    let all: Vec<Made> = said.iter().cloned().chain(more).collect();
                    let which = Which {
                        others,
                        owner: self.owner_before(at, table),
                    };
                    // Rows that no column links to the case may share something else with it.
                    if !is_joined && !all.iter().any(shares) {
                        continue;
                    }
                    let Some(mut rows) = self.narrowed(table, &all, which) else {
                        continue;
                    };
                    rows.order.clone_from(&order);
                    if is_one
                        && order.by.is_none()
                        && let Some((end, order)) = self.ordered(end, table)
                    {
                        found.push((
                            end,
                            Rows {
                                order,
                                ..rows.clone()
                            },
                        ));
                    }
                    found.push((end, rows));
                }
            }
        }
        found
    }

    /// Are the rows the one that a case names?
    pub(super) fn is_only_one(&self, rows: &Rows<'w>) -> bool {
        rows.list == rows.table.short() && self.reader.is_parent(rows.table)
    }

    /// Returns what is said of rows before their name, and whether they are others than the case's own.
    fn said_before(
        &self,
        at: usize,
        (noun, last): (usize, usize),
        table: &'w Table,
    ) -> Option<(Vec<Made>, bool)> {
        let scope = Scope::Within(table);
        let (mut said, mut others) = (Vec::new(), false);
        let mut at = at;
        while at < noun {
            let word = self.word(at);
            if FILLERS.contains(&word) || matches!(word, "," | "and" | "single") {
                at += 1;
            } else if matches!(word, "other" | "another" | "others" | "second" | "further") {
                others = true;
                at += 1;
            } else {
                let mut all = self.atoms(at, scope);
                // "Public reply" may be a value of replies, noun and all.
                all.retain(|(end, made)| (*end <= noun || *end == last) && made.of_item);
                let (end, made) = all.into_iter().max_by_key(|(end, _)| *end)?;
                said.push(made);
                at = end;
            }
        }
        (at == noun || at == last).then_some((said, others))
    }

    /// Parses what is said of rows behind their name.
    fn said_behind(&self, end: usize, table: &'w Table) -> Found<Made> {
        let scope = Scope::Within(table);
        let from = self
            .phrase(end, &[", that", ", which", ", and"])
            .unwrap_or(end);
        let mut found = self.condition(from, scope);
        if self.word(end) == "(" {
            let inner = self.condition(end + 1, scope).into_iter();
            let closed = inner.filter(|(end, _)| self.word(*end) == ")");
            found.extend(closed.map(|(end, made)| (end + 1, made)));
        }
        found
    }

    /// Returns the column of the case that names what other rows belong to, where that is said right
    /// before: "the account has another one".
    fn owner_before(&self, at: usize, table: &Table) -> Option<String> {
        const HAS: [&str; 12] = [
            "has", "have", "had", "with", "there", "is", "are", "at", "least", "a", "an", "also",
        ];
        let mut before = (at.saturating_sub(6)..at).rev();
        let noun =
            before.find(|at| !HAS.contains(&self.word(*at)) && self.figure(*at).is_none())?;
        let owners = self.tables(noun).into_iter();
        let mut owners = owners.filter(|(_, owner)| self.reader.is_parent(owner));
        owners.find_map(|(_, owner)| {
            let key = owner.key()?;
            let is_shared =
                table.columns.contains_key(key) && self.reader.cases.columns.contains_key(key);
            is_shared.then(|| key.to_owned())
        })
    }

    /// Returns the rows that meet all of some conditions.
    fn narrowed(
        &self,
        table: &'w Table,
        all: &[Made],
        Which { others, owner }: Which,
    ) -> Option<Rows<'w>> {
        let mut uses = Made::default();
        let mut parts: Vec<String> = Vec::new();
        let mut list = table.short().to_owned();
        let mut joined = BTreeSet::from([table.name.clone()]);
        let is_case = table.name == self.reader.cases.name;
        let is_shared = |made: &Made| made.source.contains(&format!(" == {}.", self.reader.item));
        let shared = all
            .iter()
            .filter(|made| is_shared(made))
            .filter_map(|made| {
                let (column, _) = made.source.strip_prefix("item.")?.split_once(" == ")?;
                Some(column.to_owned())
            });
        let shared: Vec<String> = shared.collect();
        let by_id = shared.iter().find(|column| column.ends_with("_id"));
        let shared = by_id.or(shared.first()).cloned();
        // One row at most belongs to the case: others of its kind are looked for among all.
        let is_one = self.reader.is_parent(table);
        let through = all
            .iter()
            .any(|made| made.source.contains(" == ") && shares(made));
        if !others && !is_case && !self.reader.is_joined(table) {
            list = every(table);
            joined = BTreeSet::from([list.clone()]);
        } else if others || is_case || is_one && through {
            let link = shared.or(owner).or_else(|| self.reader.usual_link(table));
            // All rows of the case's kind are none of the case's own, unless they share something.
            if is_case && !others && !all.iter().any(&is_shared) {
                return None;
            }
            list = match link.and_then(|link| self.reader.peers(table, &link)) {
                Some(peers) => peers.name,
                None if through => every(table),
                None => return None,
            };
            joined = BTreeSet::from([list.clone()]);
            if others {
                let (key, own) = self.reader.told_apart(table)?;
                parts.push(format!("item.{key} != {own}"));
            }
        }
        for made in all {
            parts.push(match made.source.contains(" or ") {
                true => format!("({})", made.source),
                false => made.source.clone(),
            });
            uses = uses.with(String::new(), made);
        }
        let condition = parts.join(" and ");
        let condition = match list == table.short() {
            true => self.reader.limited(table, &condition),
            false => condition,
        };
        if condition.contains('"') {
            return None;
        }
        uses.joined.extend(joined);
        // A column of the case does not choose the case by itself here.
        uses.columns.clear();
        Some(Rows {
            table,
            list,
            condition,
            order: Order::default(),
            uses,
        })
    }
}
