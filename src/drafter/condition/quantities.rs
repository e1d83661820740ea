//! How many of a case's rows of another table are of some kind: "every failed run has the code …",
//! "at least half of the runs failed".

use std::sync::LazyLock;

use regex::Regex;

use super::amounts::compared;
use super::compare::{Unit, figures};
use super::row::{Found, Is, Row, conditions};
use super::words::Words;
use super::{Read, Reader};
use crate::drafter::pattern::pattern;
use crate::drafter::world::Table;

/// "Every failed run in the last week has the code …".
static EVERY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:every|each|all)(?: one)?(?: of)?(?: the| its| their| those)? (?:(?P<rows>.+?) (?P<said>(?:has|have|had|is|are|was|were|shows?|carr(?:y|ies)|came|come|got)(?: all)? .+)|(?P<whole>.+))$",
    )
});
/// "At least half of its runs in the last week failed".
static SHARE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)^(.{2,30}?) of (?:all )?(?:of )?(?:the |its |their |those |these )?(.+)$")
});
/// What stands between the rows and what is said of them.
static SAID: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)^(.+?) (?:are|were|is|was|have been|has been) (.+)$"));

impl Reader<'_> {
    /// Reads what holds for every one of some rows, or for a share of them.
    pub(super) fn of_quantity(&self, text: &str) -> Option<Read> {
        let tables = || {
            let others = self.world.tables.iter();
            others.filter(|t| t.name != self.cases.name && self.is_joined(t))
        };
        if let Some(found) = every(text, self) {
            return tables().find_map(|table| {
                let (rows, all) = match (found.name("rows"), found.name("said")) {
                    (Some(rows), Some(said)) => (
                        self.said_of(table, rows.as_str(), true)?,
                        self.said_of(table, said.as_str(), false)?,
                    ),
                    _ => self
                        .said_of(table, &found["whole"], true)?
                        .into_iter()
                        .partition(|one| is_when(table, one)),
                };
                (!all.is_empty()).then(|| self.every(table, &rows, &all))
            });
        }
        let found = SHARE.captures(text)?;
        let share = Words::new(&found[1]);
        let [figure] = figures(&share.tokens).try_into().ok()?;
        let relation = figure.relation.filter(|_| figure.unit == Unit::Percent)?;
        tables().find_map(|table| {
            let (rows, part) = match SAID.captures(&found[2]) {
                Some(said) => {
                    let rows = self.said_of(table, &said[1], true)?;
                    (rows, self.said_of(table, &said[2], false)?)
                }
                None => {
                    let all = self.said_of(table, &found[2], true)?;
                    all.into_iter().partition(|one| is_when(table, one))
                }
            };
            if part.is_empty() {
                return None;
            }
            let whole = self.list(table, &rows);
            let both: Vec<&Found> = rows.iter().chain(&part).collect();
            let some = self.list(table, both);
            let is_share = compared(&format!("100 * {some} / {whole}"), relation, &figure, 1.0);
            Some(Read {
                source: format!("{whole} > 0 and {is_share}"),
                ..self.of_table(table)
            })
        })
    }

    /// Does a text say what holds for every one of some rows, or for a share of them?
    pub(super) fn is_quantity(&self, text: &str) -> bool {
        every(text, self).is_some()
    }

    /// Returns what words say of a table's rows, if they say nothing else. `named` says that they
    /// have to name the rows.
    fn said_of(&self, table: &Table, text: &str, named: bool) -> Option<Vec<Found>> {
        let mut words = Words::new(text);
        if named {
            self.noun(table, &words)?;
        }
        let row = Row {
            table,
            is: Is::Own,
            item: "item".to_owned(),
            defined: &[],
        };
        let found = conditions(std::slice::from_ref(&row), &mut words)?;
        self.take_names(table, &mut words);
        self.take_names(self.cases, &mut words);
        let says = named || !found.is_empty();
        (words.are_read() && says).then_some(found)
    }

    fn every(&self, table: &Table, rows: &[Found], all: &[Found]) -> Read {
        let short = table.short();
        let among = self.limited(table, &joined(rows));
        let not = format!("not ({})", joined(all));
        let other = if among.is_empty() {
            not
        } else {
            format!("{among} and {not}")
        };
        Read {
            source: format!(
                "{} > 0 and not any({short}, \"{other}\")",
                self.list(table, rows)
            ),
            ..self.of_table(table)
        }
    }

    /// Returns how many rows there are of which some conditions hold.
    fn list<'f>(&self, table: &Table, found: impl IntoIterator<Item = &'f Found>) -> String {
        let condition = self.limited(table, &joined(found));
        let short = table.short();
        if condition.is_empty() {
            format!("({short} | length)")
        } else {
            format!("({short} | where(\"{condition}\") | length)")
        }
    }
}

/// Returns a text in which few words stand for what people say in many: "not a single run" is no run.
pub(super) fn reworded(text: &str) -> String {
    static NONE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)\b(?:none of (?:the|its|their|those)|not (?:a single|one|any)(?: of (?:the|its|their))?|not one of (?:the|its|their)) ",
        )
    });
    static MOST: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?i)^(?:most|the majority|the greater part) of "));
    static NEITHER: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?i)\bneither (?P<one>[\w -]+?) nor (?P<other>[\w -]+)$"));
    static ONLY: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)^(?:the |its |their )?only (?P<rows>[\w -]+?)(?: (?:logged|recorded|reported|on record|there|listed|we have|they had|seen))* (?:were|was|are|is) (?P<said>.+)$",
        )
    });
    let text = ONLY.replace(text, "all $rows were $said");
    let text = NONE.replace(&text, "no ");
    let text = MOST.replace(&text, "more than half of ");
    let text = NEITHER.replace(&text, "not $one / not $other");
    text.into_owned()
}

/// Returns the rows and what holds for every one of them; "every account that is active" chooses
/// cases.
fn every<'t>(text: &'t str, reader: &Reader<'_>) -> Option<regex::Captures<'t>> {
    let found = EVERY.captures(text)?;
    let rows = found.name("rows").or(found.name("whole"))?;
    let rows = Words::new(rows.as_str());
    let others = reader.world.tables.iter();
    let mut others = others.filter(|t| t.name != reader.cases.name && reader.is_joined(t));
    let is_one = |t: &Table| reader.parents().any(|parent| parent.name == t.name);
    let names_others = others.any(|t| !is_one(t) && reader.noun(t, &rows).is_some());
    (names_others && reader.noun(reader.cases, &rows).is_none()).then_some(found)
}

/// Does a condition only say when rows are of?
fn is_when(table: &Table, found: &Found) -> bool {
    let mut columns = found.columns.iter();
    let kind = |name: &String| table.columns.get(name).map(|c| c.kind.clone());
    columns.all(|name| kind(name).is_some_and(|kind| super::columns::is_date(&kind)))
}

fn joined<'f>(found: impl IntoIterator<Item = &'f Found>) -> String {
    let each: Vec<String> = found
        .into_iter()
        .map(|one| {
            if one.source.contains(" or ") {
                format!("({})", one.source)
            } else {
                one.source.clone()
            }
        })
        .collect();
    each.join(" and ")
}
