//! Conditions of several parts: what "or", "and", "unless" and brackets join.

use std::collections::BTreeSet;

use super::{Found, Made, Parser, Scope, WIDTH, once};

impl<'w> Parser<'_, 'w> {
    /// Parses a condition: what "or", "and" and "unless" join.
    pub(super) fn condition(&self, at: usize, scope: Scope<'w>) -> Found<Made> {
        once(&self.known.conditions, scope.at(at), || {
            self.parsed(at, scope)
        })
    }

    pub(super) fn parsed(&self, at: usize, scope: Scope<'w>) -> Found<Made> {
        let alternatives = self.chain(at, scope, "or", |at| self.all_of(at, scope));
        let mut found = Vec::new();
        for (end, made) in alternatives {
            const UNLESS: [&str; 6] = [
                ", unless",
                "unless",
                "except if",
                "except where",
                "except when",
                "but not if",
            ];
            if let Some(at) = self.phrase(end, &UNLESS) {
                let except = self.chain(at, scope, "or", |at| self.all_of(at, scope));
                let joined = except
                    .into_iter()
                    .map(|(end, other)| (end, made.clone().both("and", &other.negated())));
                found.extend(joined);
            }
            found.push((end, made));
        }
        found.sort_by_key(|(end, _)| std::cmp::Reverse(*end));
        found.truncate(WIDTH);
        found
    }

    pub(super) fn all_of(&self, at: usize, scope: Scope<'w>) -> Found<Made> {
        self.chain(at, scope, "and", |at| self.one(at, scope))
    }

    /// Parses parts that a word joins, the longest chains first.
    pub(super) fn chain(
        &self,
        at: usize,
        scope: Scope<'w>,
        word: &str,
        part: impl Fn(usize) -> Found<Made>,
    ) -> Found<Made> {
        let mut found = Vec::new();
        let mut ends = part(at);
        while !ends.is_empty() {
            let mut longer = Vec::new();
            for (end, left) in &ends {
                for next in self.joints(*end, word, scope) {
                    let right = part(next);
                    longer.extend(
                        right
                            .into_iter()
                            .map(|(end, right)| (end, left.clone().both(word, &right))),
                    );
                }
            }
            distinct(&mut longer);
            longer.truncate(WIDTH);
            found.append(&mut ends);
            ends = longer;
        }
        distinct(&mut found);
        found.sort_by_key(|(end, _)| std::cmp::Reverse(*end));
        found.truncate(WIDTH);
        found
    }

    /// Returns where a part may go on behind another.
    pub(super) fn joints(&self, at: usize, word: &str, scope: Scope<'w>) -> Vec<usize> {
        if at >= self.words.len() {
            return Vec::new();
        }
        if word == "or" {
            return self
                .phrase(at, &[", or if", ", or", "or if", "or"])
                .into_iter()
                .collect();
        }
        const AND: [&str; 9] = [
            ", and also",
            ", and",
            ", but",
            "and also",
            "and",
            "but",
            "as long as",
            "while",
            ",",
        ];
        match self.phrase(at, &AND) {
            Some(at) => vec![at],
            // What is counted ends where something else begins.
            None if matches!(scope, Scope::Within(_)) && self.word(at) == "(" => Vec::new(),
            None => vec![at],
        }
    }

    /// Parses one part, or several in brackets.
    pub(super) fn one(&self, at: usize, scope: Scope<'w>) -> Found<Made> {
        once(&self.known.ones, scope.at(at), || self.single(at, scope))
    }

    pub(super) fn single(&self, at: usize, scope: Scope<'w>) -> Found<Made> {
        let mut found = Vec::new();
        for at in self.starts(at) {
            let (denied, open) = match self.word(at) {
                "not" => (true, at + 1),
                _ => (false, at),
            };
            if self.word(open) == "(" {
                let inner = self.condition(open + 1, scope);
                let closed = inner.into_iter().filter(|(end, _)| self.word(*end) == ")");
                found.extend(closed.map(|(end, made)| {
                    let source = format!("({})", made.source);
                    let made = Made { source, ..made };
                    (end + 1, if denied { made.negated() } else { made })
                }));
            }
            found.extend(self.atoms(at, scope));
        }
        if matches!(scope, Scope::Within(_)) {
            found.retain(|(_, made)| made.of_item);
        }
        distinct(&mut found);
        found.truncate(WIDTH * 2);
        found
    }
}

/// Leaves out readings that are there already.
fn distinct(found: &mut Found<Made>) {
    let mut seen: BTreeSet<(usize, String)> = BTreeSet::new();
    found.retain(|(end, made)| seen.insert((*end, made.source.clone())));
}
