//! Other rows of the same kind: "no other active contact at the account", "the same customer has
//! another certificate with a later expiry date".

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Value as Json, json};

use super::columns::{began, is_date, named, only_date};
use super::compare::{Unit, figures};
use super::limits::own;
use super::row::{Found, conditions, take_denial};
use super::words::Words;
use super::{Read, Reader};
use crate::drafter::pattern::pattern;
use crate::drafter::words::stem;
use crate::drafter::world::Table;

/// Rows that a clause spoke of: their list, and the conditions that it made of them.
#[derive(Debug, Clone)]
pub(super) struct Spoken {
    table: String,
    list: String,
    conditions: Vec<String>,
}

/// How the list of all rows of a table begins.
const EVERY: &str = "every_";

/// Returns what the list of all rows of a table is called in expressions.
pub(super) fn every(table: &Table) -> String {
    format!("{EVERY}{}", table.short())
}

/// Returns the table that a name stands for all rows of, as expressions call it.
pub(in crate::drafter) fn of_every(name: &str) -> Option<&str> {
    name.strip_prefix(EVERY)
}

/// Other rows of a table, by the column that they share with a case.
#[derive(Debug, Clone)]
pub(in crate::drafter) struct Peers {
    /// What the list is called in expressions.
    pub(in crate::drafter) name: String,
}

/// "None of them is a champion".
static OF_THEM: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?P<how>none|not one|any|some|at least one|one) of (?:them|these|those) (?P<said>.+)$",
    )
});
/// Words that put one row behind another in time, and whether it is the later one.
const LATER: [(&str, bool); 7] = [
    ("later", true),
    ("newer", true),
    ("more recent", true),
    ("earlier", false),
    ("older", false),
    ("previous", false),
    ("sooner", false),
];

impl<'w> Reader<'w> {
    /// Reads what other rows there are beside a case, or beside the row that it names.
    pub(super) fn of_peers(&self, words: &Words) -> Option<Read> {
        if let Some(read) = self.of_them(words) {
            return Some(read);
        }
        if !words.has(&["other", "another", "others", "else"]) || words.has(&["every", "each"]) {
            return None;
        }
        let mut tables: Vec<&'w Table> =
            std::iter::once(self.cases).chain(self.parents()).collect();
        // What a clause names is what it speaks of.
        tables.sort_by_key(|table| !is_named(table, words));
        tables
            .into_iter()
            .find_map(|table| self.peers_in(table, words.clone()))
    }

    fn peers_in(&self, table: &'w Table, mut words: Words) -> Option<Read> {
        let at = (0..words.tokens.len())
            .find(|at| matches!(words.tokens[*at].as_str(), "other" | "another" | "others"))?;
        let is_case = table.name == self.cases.name;
        // "From another partner" says nothing of other rows of any kind but that.
        let is_other = |other: &Table| other.name != table.name && is_named(other, &words);
        if self.world.tables.iter().any(is_other) && !is_named(table, &words) {
            return None;
        }
        let is_told = is_named(table, &words) || self.telling(table, &words).is_some();
        let is_one = words
            .tokens
            .get(at + 1)
            .is_some_and(|t| t == "one" || t == "ones");
        if !(is_told || is_case && is_one) {
            return None;
        }
        let mut links = self.links(table, &mut words);
        if links.is_empty() {
            links.extend(self.usual_link(table));
        }
        let first = links.first()?.clone();
        let peers = self.peers(table, &first)?;
        let row = own(table);
        let (key, own_key) = self.told_apart(table)?;
        let counted = figures(&words.tokens)
            .into_iter()
            .find(|f| f.unit == Unit::Plain && f.lies.is_none() && f.span.1 <= at + 2);
        if let Some(figure) = &counted {
            words.tick(figure.span.0, figure.span.1);
        }
        let denied = counted.is_none() && take_denial(&mut words, at, 3);
        words.take(&["other", "another", "others", "one", "ones"]);
        let compared = self.compared_in_time(table, &mut words);
        self.take_nouns(table, &mut words);
        let found = conditions(std::slice::from_ref(&row), &mut words)?;
        if says_twice(&found) {
            return None;
        }
        self.take_names(self.cases, &mut words);
        for parent in self.parents() {
            self.take_names(parent, &mut words);
        }
        words.take(&["same", "has", "have", "left", "sent", "remaining", "exists"]);
        if !words.are_read() {
            return None;
        }
        let mut all = vec![format!("item.{key} != {own_key}")];
        let others = links.iter().skip(1);
        all.extend(others.map(|column| format!("item.{column} == {}.{column}", self.item)));
        all.extend(found.iter().map(grouped));
        all.extend(compared);
        *self.spoken.borrow_mut() = Some(Spoken {
            table: table.name.clone(),
            list: peers.name.clone(),
            conditions: all.clone(),
        });
        let condition = all.join(" and ");
        let name = &peers.name;
        let source = match counted {
            Some(figure) => super::amounts::compared(
                &format!("({name} | where(\"{condition}\") | length)"),
                figure.relation.unwrap_or(">="),
                &figure,
                1.0,
            ),
            None if denied => format!("not any({name}, \"{condition}\")"),
            None => format!("any({name}, \"{condition}\")"),
        };
        Some(self.read_of_peers(&peers, source))
    }

    /// Reads "none of them is a champion" of the rows that were spoken of last.
    fn of_them(&self, words: &Words) -> Option<Read> {
        let found = OF_THEM.captures(words.text.trim())?;
        let spoken = self.spoken.borrow().clone()?;
        let table = self.world.tables.iter().find(|t| t.name == spoken.table)?;
        let mut said = Words::new(&found["said"]);
        let more = conditions(&[own(table)], &mut said)?;
        self.take_nouns(table, &mut said);
        if more.is_empty() || !said.are_read() {
            return None;
        }
        let all: Vec<String> = spoken
            .conditions
            .iter()
            .cloned()
            .chain(more.iter().map(grouped))
            .collect();
        let any = format!("any({}, \"{}\")", spoken.list, all.join(" and "));
        let denied = matches!(found["how"].to_lowercase().as_str(), "none" | "not one");
        Some(Read {
            source: if denied { format!("not {any}") } else { any },
            value: None,
            joined: BTreeSet::from([spoken.list]),
            columns: BTreeSet::new(),
        })
    }

    /// Reads "with a later expiry date": later than that of the case's own row.
    fn compared_in_time(&self, table: &Table, words: &mut Words) -> Option<String> {
        let (from, to, is_later) = LATER.iter().find_map(|(phrase, later)| {
            let (from, to) = words.phrase(phrase)?;
            Some((from, to, *later))
        })?;
        if table.name != self.cases.name {
            return None;
        }
        let date = named(table, words, is_date);
        let column = match &date {
            Some(date) => date.column.clone(),
            None => began(table).or_else(|| only_date(table))?,
        };
        words.tick(from, to);
        words.tick_each(&date.map(|date| date.places).unwrap_or_default());
        words.take(&["date", "day"]);
        let relation = if is_later { ">" } else { "<" };
        Some(format!("item.{column} {relation} {}.{column}", self.item))
    }

    /// Returns the columns that words say are the same, and ticks them off: "the same customer",
    /// "for the same state", "at the account".
    fn links(&self, table: &Table, words: &mut Words) -> Vec<String> {
        let mut links: Vec<String> = Vec::new();
        let places: Vec<usize> = (1..words.tokens.len())
            .filter(|at| {
                let before = words.tokens[at - 1].as_str();
                let is_there = before == "the"
                    && *at > 1
                    && matches!(
                        words.tokens[at - 2].as_str(),
                        "at" | "of" | "from" | "in" | "for"
                    );
                before == "same" || is_there
            })
            .collect();
        for at in places {
            if let Some(column) = self.shared(table, &words.tokens[at])
                && !links.contains(&column)
            {
                links.push(column);
                words.tick(at, at + 1);
            }
        }
        // What tells whom rows belong to joins them; the rest is compared.
        links.sort_by_key(|column| !column.ends_with("_id"));
        links
    }

    /// Returns the column that a word names, of those that a table's rows share with a case.
    pub(in crate::drafter) fn shared(&self, table: &Table, word: &str) -> Option<String> {
        const PEOPLE: [&str; 5] = ["contact", "user", "person", "learner", "customer"];
        let own = stem(word);
        let is_person = matches!(word, "person" | "people" | "somebody" | "someone");
        let names = table.columns.keys().filter(|name| {
            self.cases.columns.contains_key(name.as_str()) && Some(name.as_str()) != table.key()
                || table.name != self.cases.name && self.cases.columns.contains_key(name.as_str())
        });
        let called = |name: &&String| {
            let bare = name.strip_suffix("_id").unwrap_or(name.as_str());
            let bare = bare.rsplit('_').next().unwrap_or(bare);
            stem(bare) == own || (is_person && PEOPLE.contains(&bare))
        };
        let mut names = names.filter(called);
        names.next().cloned()
    }

    /// Returns the one column by which rows of a table belong to what the case belongs to.
    pub(super) fn usual_link(&self, table: &Table) -> Option<String> {
        let key = table.key();
        let mut shared = table.columns.keys().filter(|name| {
            name.ends_with("_id")
                && Some(name.as_str()) != key
                && self.cases.columns.contains_key(name.as_str())
        });
        let first = shared.next()?;
        shared.next().is_none().then(|| first.clone())
    }

    /// Returns the column that tells rows of a table apart, and how the case names its own row.
    pub(super) fn told_apart(&self, table: &Table) -> Option<(String, String)> {
        let key = table.key()?;
        let own = match table.name == self.cases.name {
            true => key,
            false => crate::drafter::draft::refers(self.cases, table)?,
        };
        Some((key.to_owned(), format!("{}.{own}", self.item)))
    }

    /// Ticks off the words that name a table's rows, but none that only mean the same.
    fn take_nouns(&self, table: &Table, words: &mut Words) {
        let last = table.short().rsplit(['_', '-']).next().unwrap_or_default();
        let places: Vec<usize> = (0..words.tokens.len())
            .filter(|at| words.is_free(*at) && stem(&words.tokens[*at]) == stem(last))
            .collect();
        words.tick_each(&places);
    }

    /// Returns the date on which a case began.
    pub(in crate::drafter) fn began_on(&self) -> Option<String> {
        began(self.cases)
    }

    /// Returns the rows of a table that share a column with a case.
    pub(in crate::drafter) fn peers(&self, table: &Table, column: &str) -> Option<Peers> {
        let (column, _) = table.columns.get_key_value(column)?;
        let of = column.strip_suffix("_id").unwrap_or(column);
        Some(Peers {
            name: format!("{}_of_{of}", table.short()),
        })
    }

    /// Returns the rows that a name in an expression stands for, with how they are matched.
    pub(in crate::drafter) fn peers_called(&self, name: &str) -> Option<(&'w Table, Json)> {
        if let Some(short) = of_every(name) {
            let table = self.world.tables.iter().find(|t| t.short() == short)?;
            return Some((table, Json::Null));
        }
        let (short, of) = name.rsplit_once("_of_")?;
        let table = self.world.tables.iter().find(|t| t.short() == short)?;
        let column = [of.to_owned(), format!("{of}_id")];
        let column = column.iter().find(|column| {
            table.columns.contains_key(*column) && self.cases.columns.contains_key(*column)
        })?;
        Some((table, json!({ column: format!("{}.{column}", self.item) })))
    }

    pub(in crate::drafter) fn read_of_peers(&self, peers: &Peers, source: String) -> Read {
        Read {
            source,
            value: None,
            joined: BTreeSet::from([peers.name.clone()]),
            columns: BTreeSet::new(),
        }
    }
}

/// Are rows of a table named behind the word for others: "no other active contact at the account"?
fn is_named(table: &Table, words: &Words) -> bool {
    /// How many words may say more of them before their name.
    const NEAR: usize = 4;
    let last = table.short().rsplit(['_', '-']).next().unwrap_or_default();
    let is_other = |token: &String| matches!(token.as_str(), "other" | "another" | "others");
    let Some(at) = words.tokens.iter().position(is_other) else {
        return false;
    };
    let near = words.tokens.iter().skip(at + 1).take(NEAR);
    let own =
        near.take_while(|token| !matches!(token.as_str(), "at" | "the" | "of" | "for" | "on"));
    own.into_iter().any(|token| stem(token) == stem(last))
}

/// Is more than one thing said of the same column?
fn says_twice(found: &[Found]) -> bool {
    let columns: Vec<&String> = found.iter().flat_map(|one| &one.columns).collect();
    let each: BTreeSet<&&String> = columns.iter().collect();
    each.len() < columns.len()
}

fn grouped(found: &Found) -> String {
    if found.source.contains(" or ") {
        format!("({})", found.source)
    } else {
        found.source.clone()
    }
}
