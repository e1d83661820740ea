//! Takes what an owner says into what was read: rows, outcomes at their places, and what is taken back.

use super::part::{Part, Place};
use super::reading::{Line, Of};
use crate::drafter::condition::Read;
use crate::drafter::draft::assembly::{Assembly, Stated};
use crate::drafter::draft::capital;
use crate::drafter::statement::{Rule, in_turn};
use crate::drafter::world::Said;

/// Why a statement is done with that the owner has said again.
const SAID_AGAIN: &str = "said by the owner in other words";

/// What outcomes are that the owner names with no place among those that were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alone {
    /// They count instead of what was read.
    IsAll,
    /// They come before it.
    ComesFirst,
}

impl Assembly<'_> {
    /// Takes parts of what the owner says, noted under a statement; tells whether anything was said of rows or
    /// outcomes. `numbered` is what the numbers name.
    pub(super) fn hear(
        &mut self,
        parts: Vec<Part>,
        numbered: &[Line],
        noted: &Said,
        alone: Alone,
    ) -> bool {
        let mut numbered = numbered.to_vec();
        let names_rule = |number: usize| {
            let line = number.checked_sub(1).and_then(|at| numbered.get(at));
            line.is_some_and(|line| matches!(line.of, Of::Rule(_)))
        };
        let is_edit = |part: &Part| part.number().is_some_and(names_rule) || part.is_placed();
        let is_alone = |part: &Part| {
            matches!(
                part,
                Part::Outcome {
                    at: Place::Given,
                    ..
                }
            )
        };
        let is_edited = parts.iter().any(is_edit);
        if alone == Alone::IsAll && !is_edited && parts.iter().any(is_alone) {
            self.rules.clear();
            self.is_arranged = true;
        } else if is_edited || parts.iter().any(Part::is_outcome) {
            self.arrange();
        }
        let mut next = match alone {
            Alone::IsAll => self.rules.len(),
            Alone::ComesFirst => 0,
        };
        let mut says = false;
        let mut turned = Vec::new();
        let mut behind = None;
        for part in parts {
            let named = part.number().and_then(|number| number.checked_sub(1));
            let line = named.and_then(|at| numbered.get(at)).cloned();
            for value in part
                .read()
                .map(|read| self.reader.new_values(&read.source))
                .unwrap_or_default()
            {
                self.notices.push(format!(
                    "No row that was looked at holds “{value}”, which you named."
                ));
            }
            says |= !matches!(part, Part::Rows | Part::Drop(_) | Part::Left(_));
            let is_known = |list: &[(Read, Said)], read: &Read| {
                list.iter().any(|(known, _)| known.source == read.source)
            };
            match part {
                Part::Take(read, _) if is_known(&self.only, &read) => {}
                Part::Leave(read, _) if is_known(&self.skips, &read) => {}
                Part::Take(read, said) => {
                    let said = self.owner_said(noted, format!("Only if {said}, as the owner says"));
                    self.only.push((read, said));
                    self.cite("cases", noted.number);
                }
                Part::Leave(read, said) => {
                    let text = format!("Left out if {said}, as the owner says");
                    let said = self.owner_said(noted, text);
                    self.skips.push((read, said));
                    self.cite("cases", noted.number);
                }
                Part::Over(_, read, said) => {
                    if let Some(of) = line.and_then(|line| self.found(&line)) {
                        self.replace(of, read, &said, noted);
                        // The number names what stands there now.
                        let now = self.lines().into_iter().find(|line| line.of == of);
                        if let (Some(at), Some(now)) = (named, now) {
                            numbered[at] = now;
                        }
                    }
                }
                Part::Drop(_) => {
                    if let Some(of) = line.and_then(|line| self.found(&line)) {
                        self.take_back(of);
                    }
                }
                Part::Outcome {
                    label,
                    when,
                    said,
                    at,
                } => {
                    let text = format!("{}: {said}", capital(&label.replace('_', " ")));
                    self.cite("level", noted.number);
                    let stated = Stated {
                        rule: Rule::When(label, when),
                        number: noted.number,
                        text,
                    };
                    let rule = line.and_then(|line| self.found(&line));
                    let place = match (at, rule) {
                        (Place::First, _) => 0,
                        (Place::Before(_) | Place::Over(_), Some(Of::Rule(place))) => place,
                        // What is said to come behind the same one comes in that order.
                        (Place::After(number), _) if behind == Some(number) => next,
                        (Place::After(_), Some(Of::Rule(place))) => place + 1,
                        (Place::Given, _) => next,
                        _ => self.rules.len(),
                    };
                    let place = place.min(self.rules.len());
                    self.rules.insert(place, stated);
                    if let Place::Over(_) = at {
                        self.take_back(Of::Rule(place + 1));
                        let of = Of::Rule(place);
                        let now = self.lines().into_iter().find(|line| line.of == of);
                        if let (Some(at), Some(now)) = (named, now) {
                            numbered[at] = now;
                        }
                    }
                    next = place + 1;
                    behind = match at {
                        Place::After(number) => Some(number),
                        _ => None,
                    };
                }
                Part::Instead {
                    of,
                    then,
                    when,
                    said,
                } => {
                    if !self.level_labels().contains(&of) {
                        self.notices.push(format!(
                            "Nothing gives the outcome “{}”, so that it becomes “{}” changes nothing.",
                            of.replace('_', " "),
                            then.replace('_', " ")
                        ));
                    }
                    turned.push((of, then, when, said));
                }
                Part::Rest(label) => {
                    self.cite("level", noted.number);
                    self.otherwise = Some(label);
                    self.is_rest_said = true;
                    self.lacks_outcomes = false;
                }
                Part::Defines(defined, read) => self.defined.push((defined, read, noted.clone())),
                // Whose rows they are was settled before.
                Part::Rows | Part::Unread(_) | Part::Left(_) => {}
            }
        }
        self.turn(turned, noted);
        says
    }

    /// Adds outcomes that become others, in an order in which no case moves twice.
    fn turn(&mut self, mut turned: Vec<(String, String, Read, String)>, noted: &Said) {
        let pairs = turned
            .iter()
            .map(|(of, then, ..)| (of.clone(), then.clone()));
        for (from, to) in in_turn(pairs.collect()) {
            let Some(at) = turned
                .iter()
                .position(|(of, then, ..)| *of == from && *then == to)
            else {
                continue;
            };
            let (of, then, when, said) = turned.remove(at);
            let spoken = |label: &str| capital(&label.replace('_', " "));
            self.cite("level", noted.number);
            self.rules.push(Stated {
                text: format!("{} instead of {}: {said}", spoken(&then), spoken(&of)),
                rule: Rule::Instead { of, when, then },
                number: noted.number,
            });
        }
    }

    fn owner_said(&self, noted: &Said, text: String) -> Said {
        Said {
            text,
            ..noted.clone()
        }
    }

    /// Puts the rules in the order in which they are tried, so that others can be put between them.
    fn arrange(&mut self) {
        let order = self.in_order();
        let mut rules: Vec<Option<Stated>> = std::mem::take(&mut self.rules)
            .into_iter()
            .map(Some)
            .collect();
        let arranged = order.into_iter().filter_map(|at| rules[at].take());
        self.rules = arranged.collect();
        self.is_arranged = true;
    }

    /// Returns where a line stands now; nothing if it was taken back.
    fn found(&self, line: &Line) -> Option<Of> {
        let now = self.lines().into_iter();
        now.filter(|now| now.told == line.told)
            .map(|now| now.of)
            .next()
    }

    /// Puts another condition in the place of what was read.
    fn replace(&mut self, of: Of, read: Read, said: &str, noted: &Said) {
        match of {
            Of::Only(at) => {
                let told = self.owner_said(noted, format!("Only if {said}, as the owner says"));
                self.only[at] = (read, told);
            }
            Of::Skip(at) => {
                let told = self.owner_said(noted, format!("Left out if {said}, as the owner says"));
                self.skips[at] = (read, told);
            }
            Of::Newest => {
                let told = self.owner_said(noted, format!("Left out if {said}, as the owner says"));
                self.newest = None;
                self.skips.push((read, told));
            }
            Of::Rule(at) => {
                let stated = &mut self.rules[at];
                match &mut stated.rule {
                    Rule::Judged(label) => stated.rule = Rule::When(label.clone(), read),
                    Rule::When(_, when)
                    | Rule::AtLeast(when, _)
                    | Rule::AtMost(when, _)
                    | Rule::Step { when, .. }
                    | Rule::Except { when, .. }
                    | Rule::Instead { when, .. } => *when = read,
                }
                if let Rule::When(label, _) = &stated.rule {
                    stated.text = format!("{}: {said}", capital(&label.replace('_', " ")));
                }
            }
        }
    }

    /// Takes back what was read, and is done with its statement where no more was read of it.
    fn take_back(&mut self, of: Of) {
        let (number, part) = match of {
            Of::Newest => match self.newest.take() {
                Some((_, said)) => (said.number, "cases"),
                None => return,
            },
            Of::Only(at) => (self.only.remove(at).1.number, "cases"),
            Of::Skip(at) => (self.skips.remove(at).1.number, "cases"),
            Of::Rule(at) => (self.rules.remove(at).number, "level"),
        };
        let rows = self
            .only
            .iter()
            .chain(&self.skips)
            .map(|(_, said)| said.number);
        let rules = self.rules.iter().map(|stated| stated.number);
        if rows.chain(rules).any(|other| other == number) {
            return;
        }
        if let Some(cited) = self.cites.get_mut(part) {
            cited.retain(|cited| *cited != number);
        }
        self.is_said_again(number);
    }

    /// Is done with a statement that the owner has said in other words.
    pub(super) fn is_said_again(&mut self, number: usize) {
        let again = self.waived.entry(SAID_AGAIN.to_owned()).or_default();
        again.push(number);
    }
}
