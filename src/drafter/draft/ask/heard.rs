//! Takes what an owner says into what was read: rows, outcomes at their places, and what is taken back.

use super::part::{Part, Place};
use super::reading::{Line, Of, spoken};
use crate::drafter::condition::Read;
use crate::drafter::draft::assembly::{Assembly, Stated};
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

/// How far the parts of what an owner says at once are taken.
struct Hearing<'s> {
    /// What the numbers name now.
    numbered: Vec<Line>,
    /// The statement that it is noted under.
    noted: &'s Said,
    /// Where an outcome goes that names no place.
    next: usize,
    /// The number behind which the last outcome went, if it did so.
    behind: Option<usize>,
}

impl Hearing<'_> {
    fn line(&self, number: usize) -> Option<&Line> {
        number.checked_sub(1).and_then(|at| self.numbered.get(at))
    }

    fn names_rule(&self, number: usize) -> bool {
        let line = self.line(number);
        line.is_some_and(|line| matches!(line.of, Of::Rule(_)))
    }
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
        let mut hearing = Hearing {
            numbered: numbered.to_vec(),
            noted,
            next: 0,
            behind: None,
        };
        let is_edit = |part: &Part| {
            let number = part.number();
            part.is_placed() || number.is_some_and(|number| hearing.names_rule(number))
        };
        let is_edited = parts.iter().any(is_edit);
        if alone == Alone::IsAll && !is_edited && parts.iter().any(Part::is_unplaced) {
            self.rules.clear();
            self.is_arranged = true;
        } else if is_edited || parts.iter().any(Part::is_outcome) {
            self.arrange();
        }
        if alone == Alone::IsAll {
            hearing.next = self.rules.len();
        }
        let is_said = |part: &Part| !matches!(part, Part::Rows | Part::Drop(_) | Part::Left(_));
        let says = parts.iter().any(is_said);
        let (turned, parts): (Vec<Part>, Vec<Part>) = parts
            .into_iter()
            .partition(|part| matches!(part, Part::Instead { .. }));
        for part in parts {
            self.hear_part(part, &mut hearing);
        }
        self.turn(turned, noted);
        says
    }

    fn hear_part(&mut self, part: Part, hearing: &mut Hearing<'_>) {
        self.notice_new_values(&part);
        let noted = hearing.noted;
        let number = part.number();
        let of = number.and_then(|number| self.found(hearing.line(number)?));
        let is_known = |list: &[(Read, Said)], read: &Read| {
            list.iter().any(|(known, _)| known.source == read.source)
        };
        match part {
            Part::Take(read, _) if is_known(&self.only, &read) => {}
            Part::Leave(read, _) if is_known(&self.skips, &read) => {}
            Part::Take(read, said) => {
                let text = format!("Only if {said}, as the owner says");
                self.only.push((read, owner_said(noted, text)));
                self.cite("cases", noted.number);
            }
            Part::Leave(read, said) => {
                let text = format!("Left out if {said}, as the owner says");
                self.skips.push((read, owner_said(noted, text)));
                self.cite("cases", noted.number);
            }
            Part::Over(number, read, said) => {
                if let Some(of) = of {
                    self.replace(of, read, &said, noted);
                    self.renumber(number, of, hearing);
                }
            }
            Part::Drop(_) => {
                if let Some(of) = of {
                    self.take_back(of);
                }
            }
            Part::Outcome {
                label,
                when,
                said,
                at,
            } => {
                self.cite("level", noted.number);
                let stated = Stated {
                    text: format!("{}: {said}", spoken(&label)),
                    rule: Rule::When(label, when),
                    number: noted.number,
                };
                self.put(stated, at, of, hearing);
            }
            Part::Rest(label) => {
                self.cite("level", noted.number);
                self.otherwise = Some(label);
                self.is_rest_said = true;
                self.lacks_outcomes = false;
            }
            Part::Defines(defined, read) => self.defined.push((defined, read, noted.clone())),
            // Whose rows they are was settled before; what becomes another outcome is taken at the end.
            Part::Instead { .. } | Part::Rows | Part::Unread(_) | Part::Left(_) => {}
        }
    }

    /// Says which values that a part names no row holds.
    fn notice_new_values(&mut self, part: &Part) {
        let read = part.read();
        let new = read.map(|read| self.reader.new_values(&read.source));
        let new = new.unwrap_or_default().into_iter();
        self.notices.extend(
            new.map(|value| format!("No row that was looked at holds “{value}”, which you named.")),
        );
    }

    /// Puts an outcome at its place; `of` is what stands at the number that it names.
    fn put(&mut self, stated: Stated, at: Place, of: Option<Of>, hearing: &mut Hearing<'_>) {
        let place = match (at, of) {
            (Place::First, _) => 0,
            (Place::Before(_) | Place::Over(_), Some(Of::Rule(place))) => place,
            // What is said to come behind the same one comes in that order.
            (Place::After(number), _) if hearing.behind == Some(number) => hearing.next,
            (Place::After(_), Some(Of::Rule(place))) => place + 1,
            (Place::Given, _) => hearing.next,
            _ => self.rules.len(),
        };
        let place = place.min(self.rules.len());
        self.rules.insert(place, stated);
        if let Place::Over(number) = at {
            self.take_back(Of::Rule(place + 1));
            self.renumber(number, Of::Rule(place), hearing);
        }
        hearing.next = place + 1;
        hearing.behind = match at {
            Place::After(number) => Some(number),
            _ => None,
        };
    }

    /// Lets a number name what stands in the place of what it named.
    fn renumber(&self, number: usize, of: Of, hearing: &mut Hearing<'_>) {
        let now = self.lines().into_iter().find(|line| line.of == of);
        let line = number
            .checked_sub(1)
            .and_then(|at| hearing.numbered.get_mut(at));
        if let (Some(line), Some(now)) = (line, now) {
            *line = now;
        }
    }

    /// Adds outcomes that become others, in an order in which no case moves twice.
    fn turn(&mut self, turned: Vec<Part>, noted: &Said) {
        let pairs = turned.iter().filter_map(|part| match part {
            Part::Instead { of, then, .. } => Some((of.clone(), then.clone())),
            _ => None,
        });
        let order = in_turn(pairs.collect());
        let turn = |part: &Part| match part {
            Part::Instead { of, then, .. } => order.iter().position(|(o, t)| o == of && t == then),
            _ => None,
        };
        let mut turned: Vec<(usize, Part)> = turned
            .into_iter()
            .filter_map(|part| Some((turn(&part)?, part)))
            .collect();
        turned.sort_by_key(|(turn, _)| *turn);
        let given = self.level_labels();
        for (_, part) in turned {
            self.notice_new_values(&part);
            let Part::Instead {
                of,
                then,
                when,
                said,
            } = part
            else {
                continue;
            };
            let (from, to) = (spoken(&of), spoken(&then));
            if !given.contains(&of) {
                self.notices.push(format!(
                    "Nothing gives the outcome “{from}”, so that it becomes “{to}” changes nothing."
                ));
            }
            self.cite("level", noted.number);
            self.rules.push(Stated {
                text: format!("{to} instead of {from}: {said}"),
                rule: Rule::Instead { of, when, then },
                number: noted.number,
            });
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
                let told = owner_said(noted, format!("Only if {said}, as the owner says"));
                self.only[at] = (read, told);
            }
            Of::Skip(at) => {
                let told = owner_said(noted, format!("Left out if {said}, as the owner says"));
                self.skips[at] = (read, told);
            }
            Of::Newest => {
                let told = owner_said(noted, format!("Left out if {said}, as the owner says"));
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
                    stated.text = format!("{}: {said}", spoken(label));
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

/// Returns a statement with what the owner says in its place.
fn owner_said(noted: &Said, text: String) -> Said {
    Said {
        text,
        ..noted.clone()
    }
}
