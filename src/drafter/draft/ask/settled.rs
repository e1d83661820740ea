//! What becomes of what an owner says: which rows there are, outcomes, and what is asked once more.

use super::part::Part;
use super::reading::{Line, Of};
use super::told::{AGAIN, again_of, changes, parts};
use super::{LEVELS, Question, SCOPE, is_level, is_scope, may_choose};
use crate::drafter::condition::Reader;
use crate::drafter::draft::assembly::Assembly;
use crate::drafter::mend::Refused;
use crate::drafter::statement::Rule;
use crate::drafter::world::Said;

use super::heard::Alone;

/// What is left of what the owner said.
#[derive(Debug, Default)]
pub(in crate::drafter::draft) struct Settled {
    /// What was read each time before the owner spoke of it: what the numbers name that they said.
    pub(in crate::drafter::draft) shown: Vec<Vec<Line>>,
    /// What could not be read of the answers to a question.
    unread: Vec<(&'static str, String)>,
    /// What could not be read of what was said to the last plan.
    pub(in crate::drafter::draft) unread_wishes: Vec<String>,
}

/// Takes what the owner has said: in notes and answers, then to one plan after the other. `refused` is what
/// turned out not to work; `shown` is what the numbers name, where that is known from before.
pub(in crate::drafter::draft) fn settle(
    assembly: &mut Assembly<'_>,
    refused: &Refused,
    shown: Option<&[Vec<Line>]>,
) -> Settled {
    let reader = assembly.reader;
    let mut settled = Settled::default();
    let lines = |assembly: &Assembly<'_>, round: usize| {
        let known = shown.and_then(|shown| shown.get(round));
        known.cloned().unwrap_or_else(|| assembly.lines())
    };
    let start = reader.world.statements.first();
    let numbered = lines(assembly, 0);
    for question in [SCOPE, LEVELS] {
        let parts = parts(question, reader);
        // What the question shows is settled by its answer.
        let is_shown = reader.world.answer(question).is_some();
        let is_about = |said: &&Said| match question == LEVELS {
            true => is_level(said, reader),
            false => is_scope(said, reader) || is_shown && may_choose(said, reader),
        };
        let about: Vec<Said> = assembly.open.iter().filter(is_about).cloned().collect();
        let first = about.first().or(start).cloned();
        let is_refused = |said: &Said| refused.statements.contains(&said.number);
        // What was refused of it cannot be told apart.
        if first.as_ref().is_some_and(is_refused)
            && !parts.iter().any(|part| part.is_refused(refused))
        {
            continue;
        }
        let (parts, unread, cut) = workable(parts, question == LEVELS, refused, &numbered);
        let left = parts.iter().filter_map(|part| match part {
            Part::Left(text) => Some(text.clone()),
            _ => None,
        });
        let left: Vec<String> = left.chain(unread.iter().cloned()).collect();
        let is_read = left.is_empty();
        assembly.miss(question == LEVELS, &left, &cut);
        let unread = unread.into_iter().map(|unread| (question, unread));
        settled.unread.extend(unread);
        if let Some(first) = first
            && assembly.hear(parts, &numbered, &first, Alone::IsAll)
            && is_read
        {
            assembly.say_again(&about, first.number);
        }
    }
    settled.shown.push(numbered);
    for (round, wish) in reader.world.wishes.iter().enumerate() {
        let numbered = lines(assembly, round + 1);
        let parts = changes(wish, reader).unwrap_or_default();
        let (parts, unread, _) = workable(parts, false, refused, &numbered);
        settled.unread_wishes = unread;
        let is_whole = parts.iter().any(|part| matches!(part, Part::Rest(_)));
        let alone = match is_whole {
            true => Alone::IsAll,
            false => Alone::ComesFirst,
        };
        if let Some(start) = start {
            assembly.hear(parts, &numbered, start, alone);
        }
        settled.shown.push(numbered);
    }
    // Who says at last what the rest gets has said enough of the outcomes.
    let is_settled = assembly.is_rest_said && !assembly.lacks_outcomes;
    assembly
        .missed
        .retain(|(is_of_outcomes, _)| !(is_settled && *is_of_outcomes));
    let unread = settled.unread.iter();
    let unread = unread.filter(|(of, _)| !(is_settled && *of == LEVELS));
    let unread = unread.map(|(_, unread)| unread);
    for unread in unread.chain(&settled.unread_wishes) {
        assembly.assume(format!(
            "“{unread}” could not be read, and is left to people"
        ));
    }
    settled
}

/// Returns the parts that can be carried out, what cannot be read of the others, and what is not used for that:
/// where outcomes are tried one after the other, nobody knows what comes behind one that was not read.
fn workable(
    parts: Vec<Part>,
    is_of_outcomes: bool,
    refused: &Refused,
    numbered: &[Line],
) -> (Vec<Part>, Vec<String>, Vec<String>) {
    let (mut workable, mut unread) = (Vec::new(), Vec::new());
    let is_whole = !parts
        .iter()
        .any(|part| part.number().is_some() || part.is_placed());
    let (mut is_cut, mut cut) = (false, Vec::new());
    for part in parts {
        if is_cut && (part.is_outcome() || matches!(part, Part::Rest(_))) {
            cut.push(part.said());
            continue;
        }
        let is_there = part.number().is_none_or(|number| {
            let line = number.checked_sub(1).and_then(|at| numbered.get(at));
            line.is_some_and(|line| !part.is_outcome() || matches!(line.of, Of::Rule(_)))
        });
        match part {
            Part::Unread(text) => {
                is_cut |= is_whole && is_of_outcomes;
                unread.push(text);
            }
            Part::Left(text) => {
                is_cut |= is_whole && is_of_outcomes;
                workable.push(Part::Left(text));
            }
            part if !is_there => {
                let number = part.number().unwrap_or_default();
                unread.push(format!(
                    "{} (there is no such number: {number})",
                    part.said()
                ));
            }
            part if part.is_refused(refused) => {
                is_cut |= is_whole && part.is_outcome();
                unread.push(part.said());
            }
            part => workable.push(part),
        }
    }
    (workable, unread, cut)
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

    /// Says what is missing of what the owner said: `left` was not read, and `cut` stands behind it.
    fn miss(&mut self, is_of_outcomes: bool, left: &[String], cut: &[String]) {
        if left.is_empty() {
            return;
        }
        let left = left.join("”, “");
        let behind = match cut.is_empty() {
            true => String::new(),
            false => format!(
                " What you said behind it is not used, since nobody knows whom it leaves: “{}”.",
                cut.join("”, “")
            ),
        };
        let notice = format!("Not read of what you said: “{left}”.{behind}");
        self.missed.push((is_of_outcomes, notice));
        self.lacks_outcomes |= is_of_outcomes;
    }

    /// Is done with statements that the owner has said in other words, all but the one that the answer is
    /// noted under.
    fn say_again(&mut self, about: &[Said], noted: usize) {
        let numbers: Vec<usize> = about.iter().map(|said| said.number).collect();
        self.open.retain(|said| !numbers.contains(&said.number));
        for number in numbers.into_iter().filter(|number| *number != noted) {
            self.is_said_again(number);
        }
    }
}

/// Returns the questions whose answers could not be read, asked once more.
pub(super) fn again(settled: &Settled, reader: &Reader<'_>) -> Vec<Question> {
    let world = reader.world;
    let mut asked = Vec::new();
    for question in [SCOPE, LEVELS] {
        let is_asked = |text: &String| world.answers.iter().any(|(asked, _)| asked == text);
        let rounds = (1..=AGAIN).map(|round| again_of(question, round));
        let Some(text) = rounds.into_iter().find(|text| !is_asked(text)) else {
            continue;
        };
        let unread = settled.unread.iter().filter(|(of, _)| *of == question);
        let unread: Vec<&String> = unread.map(|(_, unread)| unread).collect();
        if unread.is_empty() {
            continue;
        }
        let why = format!(
            "Could not be read: {}.\nSay just these again, with the columns as they are called, in one of the ways that are shown above; the rest is kept. Whoever says “otherwise: NAME” again says all of it again.",
            unread_told(unread.into_iter(), reader),
        );
        asked.push(Question {
            text,
            why,
            choices: Vec::new(),
        });
    }
    asked
}

/// Returns what could not be read, each with the words that are not known, or from where on it was not.
pub(in crate::drafter::draft) fn unread_told<'u>(
    unread: impl Iterator<Item = &'u String>,
    reader: &Reader<'_>,
) -> String {
    let each = unread.map(|text| {
        // The name of an outcome, and where it stands, are known.
        let said = text
            .rsplit_once(": ")
            .map_or(text.as_str(), |(_, said)| said);
        let words = reader.unread_words(said).join("”, “");
        match (words.is_empty(), reader.unread_from(said)) {
            (false, _) => format!("“{text}”: not known are “{words}”"),
            (true, Some(rest)) => format!("“{text}”: read up to “{rest}”"),
            (true, None) => format!("“{text}”"),
        }
    });
    each.collect::<Vec<_>>().join("; ")
}
