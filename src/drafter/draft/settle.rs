//! What each output is for, and which statements are left without a part.

use serde_json::Value as Json;

use super::outputs::guard;
use super::scope::{Scope, leads, level, narrows, scope};
use super::{Assembly, OPEN};
use crate::drafter::statement::Wanted;
use crate::drafter::world::Said;

impl Assembly<'_> {
    /// Returns the outputs that are asked for, each with the cases it is for.
    pub(super) fn scoped(&mut self) -> Vec<(Wanted, Said, Scope)> {
        let labels = self.level_labels();
        let mut before: Option<Scope> = None;
        let mut scoped = Vec::new();
        let mut last = 0;
        let statements = &self.reader.world.statements;
        for (wanted, said) in std::mem::take(&mut self.outputs) {
            // What stands between may have gone on to other cases.
            let between = statements
                .iter()
                .filter(|s| last < s.number && s.number < said.number);
            before = between.rev().find_map(|s| leads(s, &labels)).or(before);
            last = said.number;
            // "Set their next step …": theirs whom the sentence before names, if that is known.
            let is_theirs = [" their ", " them "].iter().any(|w| said.text.contains(w));
            let names_none = level(&said.text, &labels).is_none();
            let of_before = statements.iter().find(|s| s.number + 1 == said.number);
            let is_narrowed = of_before.is_some_and(|s| narrows(s, &labels));
            if is_theirs && names_none && is_narrowed && wanted == Wanted::Update {
                continue;
            }
            let scope = scope(&said, &labels, self.reader, before.as_ref(), &wanted);
            if scope == Scope::Unknown {
                continue;
            }
            if scope == Scope::Judged
                && !self.judged_outputs.iter().any(|s| s.number == said.number)
            {
                self.judged_outputs.push(said.clone());
            }
            if let Some(condition) = guard(&scope, &said) {
                self.judged_for.insert(said.number, condition);
            }
            if matches!(scope, Scope::Levels(_)) {
                before = Some(scope.clone());
            }
            scoped.push((wanted, said, scope));
        }
        scoped
    }

    /// Leaves a sentence open that was read with the one behind it, where that one is.
    pub(super) fn leave_open_with_the_next(&mut self, spoken: &[Said]) {
        for pair in spoken.windows(2) {
            let [first, next] = pair else {
                continue;
            };
            let is_open = self.open.iter().any(|said| said.number == next.number);
            let mut statements = self.reader.world.statements.iter();
            if first.text != crate::drafter::pairs::PAIRED || !is_open {
                continue;
            }
            for numbers in self.waived.values_mut() {
                numbers.retain(|number| *number != first.number);
            }
            self.waived.retain(|_, numbers| !numbers.is_empty());
            self.open
                .extend(statements.find(|said| said.number == first.number).cloned());
        }
    }

    /// Leaves open what was read, and yet became no part: an email without an address, say.
    pub(super) fn leave_open_what_has_no_part(&mut self, parts: &Json) {
        let mut carried = self.cited("trigger");
        cited_in(parts, &mut carried);
        carried.extend(self.waived.values().flatten());
        carried.extend(self.open.iter().map(|said| said.number));
        let statements = &self.reader.world.statements;
        let lost = statements.iter().filter(|s| !carried.contains(&s.number));
        self.open.extend(lost.cloned());
        self.open.sort_by_key(|said| said.number);
    }

    /// Waives sentences before the first one that was read, where they only tell why or how it came
    /// about: no figure, value or level is in them, and nothing that would make a rule.
    pub(super) fn waive_introduction(&mut self) {
        const ASKS: [&str; 24] = [
            "if", "when", "unless", "except", "only", "never", "always", "must", "should", "skip",
            "not", "ignore", "leave", "out", "don", "without", "send", "email", "draft", "set",
            "put", "every", "each", "per",
        ];
        // What says when it runs is no story.
        const TIMES: [&str; 9] = [
            "run", "daily", "weekly", "monthly", "week", "morning", "quarter", "hour", "schedul",
        ];
        let parts = self.cites.values().flatten();
        let Some(first) = parts.min().copied() else {
            return;
        };
        let forms = &self.reader.forms;
        let world = self.reader.world;
        let names_value = |text: &str| {
            let mut tables = world.tables.iter();
            tables.any(|table| crate::drafter::condition::value_in(table, text).is_some())
        };
        let introduces = |said: &Said| {
            let words = crate::drafter::words::tokens(&said.text);
            let mut words = words.iter().map(String::as_str);
            let is_plain = |word: &str| {
                let is_figure = word.starts_with(|c: char| c.is_ascii_digit())
                    || crate::drafter::words::number(word).is_some();
                let is_time = TIMES.iter().any(|time| word.starts_with(time));
                !ASKS.contains(&word) && !is_time && (!is_figure || matches!(word, "one" | "two"))
            };
            said.number < first
                && words.all(is_plain)
                && crate::drafter::statement::rows_of(&said.text).is_none()
                && forms.label_in(&said.text).is_none()
                && !said.text.ends_with([':', '?'])
                && !names_value(&said.text)
                && self.reader.read(&said.text).is_none()
        };
        let (introduced, open): (Vec<Said>, Vec<Said>) = std::mem::take(&mut self.open)
            .into_iter()
            .partition(introduces);
        self.open = open;
        if !introduced.is_empty() {
            let numbers = introduced.iter().map(|said| said.number);
            self.waived
                .entry("tells how it came about".to_owned())
                .or_default()
                .extend(numbers);
        }
    }

    /// Did the user agree that people do what was not read?
    fn leaves_to_people(&self) -> bool {
        let answer = self.reader.world.answer(OPEN).map(str::to_lowercase);
        answer.is_some_and(|answer| {
            let first = answer.split(|c: char| !c.is_alphabetic()).next();
            matches!(first, Some("yes" | "y" | "ok" | "okay" | "sure" | "leave"))
        })
    }

    /// Waives what a person takes over. What nobody has said more about stays open.
    pub(super) fn settle_open(&mut self) {
        let numbers: Vec<usize> = self.open.iter().map(|s| s.number).collect();
        if !numbers.is_empty() && self.leaves_to_people() {
            self.waived
                .entry("left to people".to_owned())
                .or_default()
                .extend(numbers);
        }
    }

    pub(super) fn unsettled(&self) -> Vec<usize> {
        let waived: Vec<&usize> = self.waived.values().flatten().collect();
        let open = self.open.iter().map(|s| s.number);
        open.filter(|number| !waived.contains(&number)).collect()
    }
}

/// Adds the numbers of the statements that parts cite.
fn cited_in(part: &Json, cited: &mut Vec<usize>) {
    match part {
        Json::Array(items) => items.iter().for_each(|item| cited_in(item, cited)),
        Json::Object(fields) => {
            for (name, value) in fields {
                match value.as_array().filter(|_| name == "sop") {
                    Some(numbers) => {
                        let numbers = numbers.iter().filter_map(Json::as_u64);
                        cited.extend(numbers.filter_map(|n| usize::try_from(n).ok()));
                    }
                    None => cited_in(value, cited),
                }
            }
        }
        _ => {}
    }
}
