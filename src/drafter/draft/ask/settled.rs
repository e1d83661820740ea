//! What becomes of an owner's answers: which rows there are, outcomes, and what is asked once more.

use super::told::{Part, again_of, parts};
use super::{LEVELS, Question, SCOPE, is_level, is_scope};
use crate::drafter::condition::Reader;
use crate::drafter::draft::assembly::{Assembly, Stated};
use crate::drafter::mend::Refused;
use crate::drafter::statement::Rule;
use crate::drafter::world::Said;

/// Why a statement is done with that the owner has said again.
const SAID_AGAIN: &str = "said by the owner in other words";

/// Takes what the owner has said of what was not read.
pub(in crate::drafter::draft) fn settle(assembly: &mut Assembly<'_>) {
    let reader = assembly.reader;
    let refused = &reader.world.refused;
    for question in [SCOPE, LEVELS] {
        let parts = parts(question, reader);
        let is_levels = question == LEVELS;
        let is_about = |said: &Said| {
            if is_levels {
                is_level(said, reader)
            } else {
                is_scope(said, reader)
            }
        };
        let about: Vec<Said> = assembly
            .open
            .iter()
            .filter(|said| is_about(said))
            .cloned()
            .collect();
        let is_refused =
            first_of(&about, reader).is_some_and(|first| refused.statements.contains(&first));
        // What was refused of it cannot be told apart.
        if is_refused && !parts.iter().any(|part| part.is_refused(refused)) {
            continue;
        }
        let parts: Vec<Part> = parts
            .into_iter()
            .map(|part| match part.is_refused(refused) {
                true => Part::Unread(format!("an answer to “{question}”")),
                false => part,
            })
            .collect();
        let dropped = parts.iter().filter_map(|part| match part {
            Part::Drop(number) => Some(*number),
            _ => None,
        });
        assembly.take_back(&dropped.collect::<Vec<_>>());
        let says = |part: &Part| !matches!(part, Part::Unread(_) | Part::Drop(_) | Part::Rows);
        let is_read = parts.iter().any(says);
        let first = about.first().or(reader.world.statements.first()).cloned();
        let (Some(first), true) = (first, is_read) else {
            continue;
        };
        if is_levels && parts.iter().any(|part| matches!(part, Part::Outcome(..))) {
            assembly.rules.clear();
        }
        for part in parts {
            assembly.take(part, &first);
        }
        let numbers: Vec<usize> = about.iter().map(|said| said.number).collect();
        assembly.open.retain(|said| !numbers.contains(&said.number));
        let again: Vec<usize> = numbers
            .into_iter()
            .filter(|number| *number != first.number)
            .collect();
        if !again.is_empty() {
            assembly
                .waived
                .entry(SAID_AGAIN.to_owned())
                .or_default()
                .extend(again);
        }
    }
}

/// Returns the number of the statement that an answer is noted under.
fn first_of(about: &[Said], reader: &Reader<'_>) -> Option<usize> {
    let first = about.first().or(reader.world.statements.first())?;
    Some(first.number)
}

impl Part {
    /// Was it refused when it was carried out before?
    fn is_refused(&self, refused: &Refused) -> bool {
        match self {
            Part::Take(read, _) | Part::Leave(read, _) | Part::Outcome(_, read) => {
                refused.holds(&read.source)
            }
            Part::Defines(_, read) => refused.holds(&read.source),
            Part::Rest(_) | Part::Drop(_) | Part::Rows | Part::Unread(_) => false,
        }
    }
}

impl Assembly<'_> {
    /// Returns the statements that state an outcome which is left to a model.
    pub(in crate::drafter::draft) fn judged_rules(&self) -> Vec<Said> {
        let judged = self
            .rules
            .iter()
            .filter(|stated| matches!(stated.rule, Rule::Judged(_)));
        let mut numbers: Vec<usize> = judged.map(|stated| stated.number).collect();
        numbers.dedup();
        let statements = self.reader.world.statements.iter();
        statements
            .filter(|said| numbers.contains(&said.number))
            .cloned()
            .collect()
    }

    /// Takes back what was read of which rows there are, by numbers that count all of it from 1.
    fn take_back(&mut self, numbers: &[usize]) {
        let mut number = 0;
        for list in [&mut self.only, &mut self.skips] {
            let (mut kept, mut taken) = (Vec::new(), Vec::new());
            for part in std::mem::take(list) {
                number += 1;
                let back = numbers.contains(&number);
                if back { &mut taken } else { &mut kept }.push(part);
            }
            *list = kept;
            for (_, said) in taken {
                if let Some(cited) = self.cites.get_mut("cases") {
                    cited.retain(|cited| *cited != said.number);
                }
                let again = self.waived.entry(SAID_AGAIN.to_owned()).or_default();
                again.push(said.number);
            }
        }
    }

    fn take(&mut self, part: Part, said: &Said) {
        match part {
            Part::Take(read, text) => {
                self.cite("cases", said.number);
                let text = format!("Only if {text}, as the owner says");
                self.only.push((
                    read,
                    Said {
                        text,
                        ..said.clone()
                    },
                ));
            }
            Part::Leave(read, text) => {
                self.cite("cases", said.number);
                let text = format!("Left out if {text}, as the owner says");
                self.skips.push((
                    read,
                    Said {
                        text,
                        ..said.clone()
                    },
                ));
            }
            Part::Outcome(label, read) => {
                self.cite("level", said.number);
                let text = format!("{}: as the owner says", label.replace('_', " "));
                self.rules.push(Stated {
                    rule: Rule::When(label, read),
                    number: said.number,
                    text,
                });
            }
            Part::Rest(label) => {
                self.cite("level", said.number);
                self.otherwise = Some(label);
            }
            Part::Defines(defined, read) => self.defined.push((defined, read, said.clone())),
            // Whose rows they are was settled before, and what is taken back, at once.
            Part::Drop(_) | Part::Rows => {}
            Part::Unread(text) => {
                self.assume(format!("“{text}” could not be read, and is left to people"))
            }
        }
    }
}

/// Returns the questions whose answers could not be read, asked once more.
pub(super) fn again(reader: &Reader<'_>) -> Vec<Question> {
    let world = reader.world;
    let mut asked = Vec::new();
    for question in [SCOPE, LEVELS] {
        let text = again_of(question);
        let unread: Vec<String> = parts(question, reader)
            .into_iter()
            .filter_map(|part| match part {
                Part::Unread(text) => Some(text),
                _ => None,
            })
            .collect();
        if unread.is_empty() || world.answers.iter().any(|(asked, _)| *asked == text) {
            continue;
        }
        let each = unread.iter().map(|text| {
            let words = reader.unread_words(text).join("”, “");
            match words.is_empty() {
                true => format!("“{text}”"),
                false => format!("“{text}”: not known are “{words}”"),
            }
        });
        let why = format!(
            "Could not be read: {}.\nSay just these again, in the same order, with the columns as they are called; the rest is kept.\n{}\n{}",
            each.collect::<Vec<_>>().join("; "),
            super::shown::forms(reader),
            super::shown::columns(&[], reader),
        );
        asked.push(Question {
            text,
            why,
            choices: Vec::new(),
        });
    }
    asked
}
