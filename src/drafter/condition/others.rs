//! Rows of other tables: how many of some kind a case has, and the words that name them.

use super::columns::{is_number, named};
use super::compare::{Unit, figures};
use super::row::{Found, Is, Row, conditions, take_denial};
use super::words::Words;
use super::{Read, Reader};
use crate::drafter::words::{plain_stem, stem, stems, tokens};
use crate::drafter::world::Table;

impl Reader<'_> {
    /// Reads "at least three open tickets", "an unresolved dispute", "no call in the last month".
    pub(super) fn of_rows(&self, words: Words) -> Option<Read> {
        let tables = self
            .world
            .tables
            .iter()
            .filter(|t| t.name != self.cases.name && self.is_joined(t));
        tables
            .into_iter()
            .find_map(|table| self.of_rows_in(table, words.clone()))
    }

    pub(super) fn of_rows_in(&self, table: &Table, mut words: Words) -> Option<Read> {
        let noun = match self.noun(table, &words) {
            Some(noun) => noun,
            // "on Enterprise Unlimited": a value of several words names its table's rows too.
            None => match self.quoted_value(table, &mut words) {
                Some(at) => at,
                None => self.telling(table, &words)?,
            },
        };
        let row = Row {
            table,
            is: Is::Own,
            item: "item".to_owned(),
            defined: &[],
        };
        // "The last run failed" speaks of one of them; "in the last week" does not.
        let speaks_of_newest = super::newest::take_newest(&mut words);
        let graded = row.numbered(&mut words);
        // A figure without a unit before the noun counts rows.
        let counted = figures(&words.tokens).into_iter().find(|f| {
            // Nobody counts rows in dollars.
            let is_money = words.tokens[f.span.0..f.span.1].iter().any(|t| t == "$");
            f.unit == Unit::Plain && f.span.1 <= noun && !is_money && {
                let mut near = words.clone();
                near.tick(noun, near.tokens.len());
                self.take_names(table, &mut near);
                named(table, &near, is_number).is_none()
            }
        });
        if let Some(figure) = &counted {
            words.tick(figure.span.0, figure.span.1);
        }
        let denied = counted.is_none() && take_denial(&mut words, noun, 6);
        if self.take_names(table, &mut words) {
            words.tick(noun, noun + 1);
        }
        let mut found: Vec<Found> = graded.into_iter().collect();
        found.extend(self.same_month(table, &mut words));
        found.extend(self.meanings(table, &mut words));
        found.extend(conditions(std::slice::from_ref(&row), &mut words)?);
        let newest = match speaks_of_newest {
            true if denied || counted.is_some() => return None,
            true => Some(super::newest::of_newest(table, &found)?),
            false => None,
        };
        self.take_link(table, &mut words);
        words.take(&[
            "raised", "logged", "reported", "opened", "filed", "has", "received", "least",
            "number", "count", "total", "before", "sent",
        ]);
        self.take_names(self.cases, &mut words);
        for parent in self.parents() {
            self.take_names(parent, &mut words);
        }
        if !words.are_read() {
            return None;
        }
        if let Some(source) = newest {
            return Some(Read {
                source,
                ..self.of_table(table)
            });
        }
        let conditions: Vec<String> = found.iter().map(|f| grouped(&f.source)).collect();
        let condition = self.limited(table, &conditions.join(" and "));
        let short = table.short();
        let source = match counted {
            Some(figure) => {
                let list = if condition.is_empty() {
                    short.to_owned()
                } else {
                    format!("{short} | where(\"{condition}\")")
                };
                let relation = figure.relation.unwrap_or(">=");
                super::amounts::compared(&format!("({list} | length)"), relation, &figure, 1.0)
            }
            None => {
                let not = if denied { "not " } else { "" };
                // Nothing is said of the rows but that there are some.
                if condition.is_empty() {
                    format!("({short} | length) {} 0", if denied { "==" } else { ">" })
                } else {
                    format!("{not}any({short}, \"{condition}\")")
                }
            }
        };
        Some(Read {
            source,
            ..self.of_table(table)
        })
    }

    /// Returns the words, as stems, that name a table's rows.
    pub(super) fn nouns(&self, table: &Table) -> Vec<String> {
        let mut nouns = stems(&table.short().replace(['_', '-'], " "));
        // What tells its rows apart names them, unless it is what ties them to the case.
        let key = table
            .key()
            .filter(|key| !self.cases.columns.contains_key(*key) || table.name == self.cases.name);
        nouns.extend(key.and_then(|k| k.strip_suffix("_id")).map(stem));
        // What the SOP is about is what its cases are called.
        if table.name == self.cases.name {
            // "… that keep failing" names no case, where rows may have failed.
            let title = tokens(&self.world.title);
            let title = title.iter().filter(|word| !self.is_like_a_value(word));
            nouns.extend(title.flat_map(|word| stems(word)));
        }
        if nouns.contains(&stem("subscription")) {
            nouns.push(stem("contract"));
        }
        nouns
    }

    /// Is a word a form of a state that some column holds: "failing" of "failed"?
    fn is_like_a_value(&self, word: &str) -> bool {
        if !word.ends_with("ing") {
            return false;
        }
        let own = stem(word);
        let columns = self.world.tables.iter().flat_map(|t| t.columns.values());
        let mut values = columns.flat_map(|column| &column.spoken);
        values.any(|(value, words)| match words.as_slice() {
            [one] => stem(one) == own && value.ends_with("ed"),
            _ => false,
        })
    }

    /// Returns where the noun stands that names a table's rows.
    pub(super) fn noun(&self, table: &Table, words: &Words) -> Option<usize> {
        let free = words.free();
        if let Some(at) = literal(table, words).last() {
            return Some(*at);
        }
        let nouns = self.nouns(table);
        // A word that names a column of the case names no table: "active users".
        (0..free.len()).rev().find(|at| {
            let said = words.tokens[*at].as_str();
            // What only means the same is no name of rows where it is a verb: "has expired".
            let is_verb = said.ends_with("ed") || matches!(said, "expire" | "expires" | "ends");
            let is_verb = is_verb && !is_of_name(table, said);
            !free[*at].is_empty() && nouns.contains(&free[*at]) && !is_verb
        })
    }

    /// Returns where a value stands that no other table can hold by chance: one of several words.
    pub(super) fn telling(&self, table: &Table, words: &Words) -> Option<usize> {
        let row = Row {
            table,
            is: Is::Own,
            item: "item".to_owned(),
            defined: &[],
        };
        let mut rest = words.clone();
        row.values(&mut rest);
        let is_read = |at: &usize| words.is_free(*at) && !rest.is_free(*at);
        let read: Vec<usize> = (0..words.tokens.len()).filter(is_read).collect();
        read.first().copied().filter(|_| read.len() > 1)
    }

    /// Returns the name of the joined table whose rows a text names.
    pub(super) fn table_named(&self, text: &str) -> Option<String> {
        let words = Words::new(text);
        let others = self.world.tables.iter();
        let mut joined = others.filter(|t| t.name != self.cases.name && self.is_joined(t));
        let table = joined.find(|table| self.noun(table, &words).is_some())?;
        Some(table.name.clone())
    }

    /// Does a text begin with what the rows of some table are called?
    pub(in crate::drafter) fn names_rows(&self, text: &str) -> bool {
        let words = tokens(text);
        let Some(first) = words
            .iter()
            .find(|w| !matches!(w.as_str(), "any" | "all" | "the"))
        else {
            return false;
        };
        let first = stem(first);
        self.world.tables.iter().any(|table| {
            let name = table.short();
            stem(name.rsplit(['_', '-']).next().unwrap_or(name)) == first
        })
    }

    /// Ticks off the words of the column by which a table's rows belong to a case: "for an app that
    /// has an open incident" of incidents that name their app.
    fn take_link(&self, table: &Table, words: &mut Words) {
        let Some((column, _)) = self.join(table) else {
            return;
        };
        let own = super::columns::parts(&column);
        let free = words.free();
        let places: Vec<usize> = (0..free.len())
            .filter(|at| own.contains(&free[*at]))
            .collect();
        words.tick_each(&places);
    }

    /// Ticks off the words that name a table's rows, and tells whether there were any.
    pub(super) fn take_names(&self, table: &Table, words: &mut Words) -> bool {
        let free = words.free();
        let nouns = self.nouns(table);
        let literal = literal(table, words);
        // A word that means the same may say something else: "the contract ends".
        let is_other = |at: usize| {
            let said = &free[at];
            literal.iter().any(|one| free[*one] == *said) && !literal.contains(&at)
        };
        let places: Vec<usize> = (0..free.len())
            .filter(|at| nouns.contains(&free[*at]) && !is_other(*at))
            .collect();
        words.tick_each(&places);
        !places.is_empty()
    }
}

/// Is a word another form of one that a table is called by: "promised" of promises?
fn is_of_name(table: &Table, said: &str) -> bool {
    const ROOT: usize = 5;
    let name = table.short();
    let mut own = name.split(['_', '-']).map(str::to_lowercase);
    let root = said.get(..ROOT);
    root.is_some_and(|root| own.any(|word| word.starts_with(root)))
}

/// Returns where the free words stand that a table is called by, not only words of their meaning.
fn literal(table: &Table, words: &Words) -> Vec<usize> {
    let name = table.short().replace(['_', '-'], " ");
    let own: Vec<String> = tokens(&name).iter().map(|word| plain_stem(word)).collect();
    (0..words.tokens.len())
        .filter(|at| words.is_free(*at) && own.contains(&plain_stem(&words.tokens[*at])))
        .collect()
}

/// Returns a condition that can stand beside others.
fn grouped(source: &str) -> String {
    if source.contains(" or ") {
        format!("({source})")
    } else {
        source.to_owned()
    }
}
