//! Which rows are cases in the end, once all that the SOP says of them is known.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::Assembly;
use crate::drafter::condition::Read;
use crate::drafter::pattern::pattern;
use crate::drafter::statement::{Rule, writes};
use crate::drafter::world::Said;

/// What says how something is worded, or what is done with cases, rather than which they are.
static WORDED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:sentences?|paragraphs?|tone|friendly|polite|subject line|invit(?:e|ation)s?|says that|asks (?:for|them|whether)|propose)\b",
    )
});

/// The most sentences that are taken back where no row is a case: perhaps none is.
const WIDER: usize = 2;

impl Assembly<'_> {
    /// Turns what cannot choose rows into cases that are stopped: what hangs on other tables, and
    /// what hangs on the other cases.
    pub(super) fn leave_out(&mut self) {
        if let Some((column, said)) = self.newest.take() {
            match self.newer(&column) {
                Some(read) => self.skips.push((read, said)),
                None => self.open.push(said),
            }
        }
        self.work_out_figures();
        // Rows are chosen before any figure is worked out.
        let defined = &self.defined;
        for (read, _) in self.only.iter_mut().chain(&mut self.skips) {
            for (figure, worth, _) in defined {
                if !read.source.contains(&figure.path) {
                    continue;
                }
                read.source = read
                    .source
                    .replace(&figure.path, &format!("({})", worth.source));
                read.joined.extend(worth.joined.iter().cloned());
                read.columns.extend(worth.columns.iter().cloned());
            }
        }
        let chosen = std::mem::take(&mut self.only);
        let (joined, own): (Vec<_>, Vec<_>) = chosen
            .into_iter()
            .partition(|(only, _)| !only.joined.is_empty());
        self.only = own;
        let stopped = joined
            .into_iter()
            .map(|(only, said)| (only.negated(), said));
        self.skips.extend(stopped);
        self.skips.sort_by_key(|(_, said)| said.number);
    }

    /// Puts what figures are worked out of in the place of their names, where others are worked out of them.
    fn work_out_figures(&mut self) {
        for at in 1..self.defined.len() {
            let (before, rest) = self.defined.split_at_mut(at);
            let (_, read, _) = &mut rest[0];
            for (figure, worth, _) in before.iter().rev() {
                let name = regex::Regex::new(&format!(r"{}\b", regex::escape(&figure.path)));
                let Some(name) = name.ok().filter(|name| name.is_match(&read.source)) else {
                    continue;
                };
                let worth_of = format!("({})", worth.source);
                let source = name.replace_all(&read.source, regex::NoExpand(&worth_of));
                read.source = source.into_owned();
                read.joined.extend(worth.joined.iter().cloned());
                read.columns.extend(worth.columns.iter().cloned());
            }
        }
    }

    /// Returns the condition that a newer case shares a column with this one. What is no case for a
    /// reason of its own row is none that is newer.
    fn newer(&self, column: &str) -> Option<Read> {
        let key = self.cases.key()?;
        let date = self.reader.began_on()?;
        let item = &self.reader.item;
        let peers = self.reader.peers(self.cases, column)?;
        let own = self.only.iter().filter(|(only, _)| only.joined.is_empty());
        let own = own.map(|(only, _)| {
            let source = only.source.replace(&format!("{item}."), "item.");
            if source.contains(" or ") {
                format!("({source})")
            } else {
                source
            }
        });
        let all: Vec<String> = std::iter::once(format!("item.{key} != {item}.{key}"))
            .chain(own)
            .chain([format!("item.{date} > {item}.{date}")])
            .collect();
        // A condition in quotes can hold no other.
        let condition = all.join(" and ");
        if condition.contains('"') {
            return None;
        }
        Some(Read {
            source: format!("any({}, \"{condition}\")", peers.name),
            value: None,
            joined: BTreeSet::from([peers.name]),
            columns: BTreeSet::new(),
        })
    }

    /// Does a sentence that leads with a level say what is done with its cases, rather than which they
    /// are? The levels were told apart in a part of the SOP before.
    pub(super) fn only_says_what_is_done(&self, rule: &Rule, said: &Said) -> bool {
        let Rule::Judged(label) = rule else {
            return rule
                .condition()
                .is_some_and(|read| self.asks_for_outcome(read));
        };
        if writes(&said.text) || WORDED.is_match(&said.text) {
            return true;
        }
        let mut known = self.rules.iter();
        known.any(|known| {
            let of_label = match &known.rule {
                Rule::When(own, _) | Rule::Judged(own) => own == label,
                Rule::Instead { then, .. } | Rule::Except { then, .. } => then == label,
                _ => false,
            };
            of_label && self.section_of(known.number) != Some(said.section.as_str())
        })
    }

    /// Takes back what so many of the sentences that choose rows were read as, the last ones first, but never
    /// the first one: with them no row is a case.
    pub(super) fn widen(&mut self, count: usize) {
        for _ in 0..count.min(WIDER) {
            let rows = |(read, said): &(Read, Said)| read.joined.is_empty().then_some(said.number);
            let chosen = self.only.iter().chain(&self.skips).filter_map(rows);
            let chosen: BTreeSet<usize> = chosen.collect();
            let Some(last) = chosen.last().copied().filter(|_| chosen.len() > 1) else {
                return;
            };
            for list in [&mut self.only, &mut self.skips] {
                let (taken, kept): (Vec<_>, Vec<_>) = std::mem::take(list)
                    .into_iter()
                    .partition(|part| rows(part) == Some(last));
                *list = kept;
                self.open.extend(taken.into_iter().map(|(_, said)| said));
            }
            if let Some(cited) = self.cites.get_mut("cases") {
                cited.retain(|number| *number != last);
            }
        }
    }

    /// Does a condition ask whether there is the one row that a case names anyway?
    pub(super) fn says_nothing(&self, read: &Read) -> bool {
        let mut parents = self.reader.parents();
        parents.any(|table| {
            read.source
                .contains(&format!("({} | length)", table.short()))
        })
    }

    /// Does a condition ask what a case comes out as? It chooses no cases: "for Recording the same, …".
    pub(super) fn asks_for_outcome(&self, read: &Read) -> bool {
        let columns = read.columns.iter();
        let mut held = columns.filter_map(|name| self.cases.columns.get(name));
        let is_own = |value: &String| self.reader.forms.is_own_label(value);
        held.any(|column| !column.values.is_empty() && column.values.iter().all(is_own))
    }

    fn section_of(&self, number: usize) -> Option<&str> {
        let mut statements = self.reader.world.statements.iter();
        let said = statements.find(|said| said.number == number)?;
        Some(said.section.as_str())
    }
}
