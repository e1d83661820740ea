//! Levels that go one step up or down on a condition.

use super::Assembly;
use super::levels::Decided;
use super::ranks::{Strength, is_common, strength};
use super::scope::is_quiet;
use crate::drafter::condition::Read;
use crate::drafter::statement::{Rule, in_turn};

impl Assembly<'_> {
    /// Leaves open the steps of which it is not known where they lead.
    pub(super) fn settle_steps(&mut self) {
        if self.ladder().is_some() {
            return;
        }
        let world = self.reader.world;
        let (steps, rules): (Vec<_>, Vec<_>) = std::mem::take(&mut self.rules)
            .into_iter()
            .partition(|stated| matches!(stated.rule, Rule::Step { .. }));
        self.rules = rules;
        for step in steps {
            let said = world.statements.iter().find(|s| s.number == step.number);
            self.open.extend(said.cloned());
        }
    }

    /// Returns rules with those before them that take a case one step further.
    pub(super) fn stepped(
        &self,
        rules: Vec<Decided>,
        when: &Read,
        up: bool,
        because: &str,
    ) -> Vec<Decided> {
        let Some(ladder) = self.ladder() else {
            return rules;
        };
        let pairs = ladder.windows(2).map(|pair| match up {
            true => (pair[1].clone(), pair[0].clone()),
            false => (pair[0].clone(), pair[1].clone()),
        });
        let mut rules = rules;
        for (of, then) in in_turn(pairs.collect()) {
            let mut with = Vec::with_capacity(rules.len() * 2);
            for rule in rules {
                // What holds whatever else does moves nowhere.
                if rule.label == of && strength(&rule.because) == Strength::Usual {
                    with.push(Decided {
                        label: then.clone(),
                        when: format!("({}) and ({})", rule.when, when.source),
                        because: because.to_owned(),
                    });
                }
                with.push(rule);
            }
            if self.otherwise.as_ref() == Some(&of) {
                with.push(Decided {
                    label: then,
                    when: when.source.clone(),
                    because: because.to_owned(),
                });
            }
            rules = with;
        }
        rules
    }

    /// Returns the levels that stand in a row, the most serious first; nothing where it is not known
    /// which end that is.
    fn ladder(&self) -> Option<Vec<String>> {
        let mut row: Vec<String> = Vec::new();
        let mut last = None;
        for stated in &self.rules {
            let (Rule::When(label, _) | Rule::Judged(label)) = &stated.rule else {
                continue;
            };
            // The levels are told apart in statements that follow each other.
            if last.is_some_and(|last| stated.number > last + 1) {
                if row.len() > 1 {
                    break;
                }
                row.clear();
            }
            last = Some(stated.number);
            if !row.contains(label) {
                row.push(label.clone());
            }
        }
        let rest = self.otherwise.iter().filter(|label| *label != "none");
        for label in rest {
            if !row.contains(label) {
                row.push(label.clone());
            }
        }
        let ends = |label: Option<&String>| label.is_some_and(|label| is_quiet(label));
        let falls = ends(row.last()) || row.last() == self.otherwise.as_ref();
        let is_known = is_common(&row) || ends(row.first()) || falls;
        if row.len() < 2 || !is_known {
            return None;
        }
        let named = row.clone();
        row.sort_by_key(|label| super::rank(&named, label));
        Some(row)
    }
}
