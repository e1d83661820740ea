//! Gathers what the statements were read as, and puts it together.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::Drafted;
use super::facts;
use super::outputs::Making;
use crate::drafter::condition::{Defined, Read, Reader};
use crate::drafter::statement::{Meaning, Note, Route, Rule, Wanted};
use crate::drafter::when::When;
use crate::drafter::world::{Said, Table};

/// A rule with the statement that states it.
pub(super) struct Stated {
    pub(super) rule: Rule,
    pub(super) number: usize,
    pub(super) text: String,
}

pub(super) struct Assembly<'r> {
    pub(super) reader: &'r Reader<'r>,
    pub(super) cases: &'r Table,
    /// Parts -> the statements that they carry out.
    pub(super) cites: BTreeMap<&'static str, Vec<usize>>,
    pub(super) trigger: Option<When>,
    pub(super) only: Vec<(Read, Said)>,
    /// The column that cases share of which only the newest counts.
    pub(super) newest: Option<(String, Said)>,
    pub(super) skips: Vec<(Read, Said)>,
    pub(super) rules: Vec<Stated>,
    /// Do the rules stand in the order in which they are tried, as the owner says?
    pub(super) is_arranged: bool,
    /// Has the owner said who has the outcome of the rest?
    pub(super) is_rest_said: bool,
    /// Could something not be read that the owner said of outcomes?
    pub(super) lacks_outcomes: bool,
    /// What the owner should look at before all else.
    pub(super) notices: Vec<String>,
    /// What is missing of what they said, and whether that is of outcomes.
    pub(super) missed: Vec<(bool, String)>,
    pub(super) routes: Vec<(Route, Said)>,
    pub(super) notes: Vec<(Note, Said)>,
    /// Addresses that may not be known, each with the one that is used instead.
    pub(super) instead: Vec<(String, String, Said)>,
    /// Who gets mails of which nothing else is said, and the statement that says so.
    pub(super) addressee: Option<(String, usize)>,
    /// Does the higher of two levels that fit count?
    pub(super) higher_counts: bool,
    /// Dates that may not be known, each with the one that counts instead.
    pub(super) defaults: Vec<(String, String)>,
    pub(super) otherwise: Option<String>,
    pub(super) top: Option<(usize, Option<String>)>,
    pub(super) outputs: Vec<(Wanted, Said)>,
    /// Figures that the SOP defines, each with its expression and statement.
    pub(super) defined: Vec<(Defined, Read, Said)>,
    pub(super) judgements: Vec<Said>,
    /// Statements with a judgement for a text -> for which cases the text is made.
    pub(super) judged_for: BTreeMap<usize, String>,
    /// Statements that ask for an output on a condition which a model judges.
    pub(super) judged_outputs: Vec<Said>,
    pub(super) waived: BTreeMap<String, Vec<usize>>,
    pub(super) sources: BTreeMap<String, Vec<usize>>,
    pub(super) open: Vec<Said>,
    pub(super) assumed: Vec<String>,
    /// What the owner's notes settle.
    pub(super) noted: Vec<String>,
}

impl<'r> Assembly<'r> {
    pub(super) fn new(reader: &'r Reader<'r>, cases: &'r Table) -> Self {
        Assembly {
            reader,
            cases,
            cites: BTreeMap::new(),
            trigger: None,
            only: Vec::new(),
            newest: None,
            skips: Vec::new(),
            rules: Vec::new(),
            is_arranged: false,
            is_rest_said: false,
            lacks_outcomes: false,
            notices: Vec::new(),
            missed: Vec::new(),
            routes: Vec::new(),
            notes: Vec::new(),
            instead: Vec::new(),
            addressee: None,
            higher_counts: false,
            defaults: Vec::new(),
            otherwise: None,
            top: None,
            outputs: Vec::new(),
            defined: Vec::new(),
            judgements: Vec::new(),
            judged_for: BTreeMap::new(),
            judged_outputs: Vec::new(),
            waived: BTreeMap::new(),
            sources: BTreeMap::new(),
            open: Vec::new(),
            assumed: Vec::new(),
            noted: Vec::new(),
        }
    }

    pub(super) fn cite(&mut self, part: &'static str, number: usize) {
        // Notes of the owner have numbers of their own, which the SOP does not know.
        if number <= self.reader.world.statements.len() {
            self.cites.entry(part).or_default().push(number);
        }
    }

    /// Takes something as given.
    pub(super) fn assume(&mut self, text: String) {
        self.assumed.push(text);
    }

    /// Takes a sentence of the owner's notes, where it was understood.
    pub(super) fn add_note(&mut self, said: &Said, meaning: Meaning) {
        if meaning.waived.is_none()
            && !meaning.is_open()
            && meaning.outputs.is_empty()
            && !meaning.judgement
        {
            self.noted.push(said.text.clone());
            self.add(said, meaning);
        }
    }

    pub(super) fn cited(&self, part: &str) -> Vec<usize> {
        self.cites.get(part).cloned().unwrap_or_default()
    }

    /// Takes what a statement was read as.
    pub(super) fn add(&mut self, said: &Said, meaning: Meaning) {
        let number = said.number;
        if let Some(reason) = meaning.waived {
            self.waived
                .entry(reason.to_owned())
                .or_default()
                .push(number);
            return;
        }
        if meaning.is_open() {
            match self
                .reader
                .world
                .table_for(&said.text)
                .filter(|t| t.name != self.cases.name && self.reader.is_joined(t))
            {
                Some(table) if facts::reads(&said.text) => self
                    .sources
                    .entry(table.name.clone())
                    .or_default()
                    .push(number),
                _ => self.open.push(said.clone()),
            }
            return;
        }
        let rules = meaning.rules.iter().filter_map(Rule::condition);
        let mut conditions = rules.chain(&meaning.only).chain(&meaning.skip);
        if conditions.any(|read| self.says_nothing(read)) {
            self.open.push(said.clone());
            return;
        }
        if meaning.says_more {
            self.open.push(said.clone());
        }
        if let Some(when) = meaning.when {
            self.cite("trigger", number);
            // What says less than is known ("a weekly list") changes nothing.
            if self.trigger.is_none() || when.assumed.is_empty() {
                self.trigger = Some(when);
            }
        }
        let only = meaning.only.filter(|only| {
            let is_outcome = self.asks_for_outcome(only);
            if is_outcome {
                self.open.push(said.clone());
            }
            !is_outcome
        });
        match only {
            // "Check the open tickets" says what is read, not which cases there are.
            Some(only)
                if !only.joined.is_empty()
                    && only.columns.is_empty()
                    && facts::reads(&said.text) =>
            {
                for table in only.joined {
                    self.sources.entry(table).or_default().push(number);
                }
            }
            Some(only) => {
                self.cite("cases", number);
                match self.only.last_mut().filter(|_| meaning.also) {
                    Some((last, _)) => *last = last.clone().both("or", only),
                    None => self.only.push((only, said.clone())),
                }
            }
            None => {}
        }
        if let Some(skip) = meaning.skip {
            self.cite("cases", number);
            self.skips.push((skip, said.clone()));
        }
        if let Some(column) = meaning.newest {
            self.cite("cases", number);
            self.newest = Some((column, said.clone()));
        }
        for mut rule in meaning.rules {
            if let Rule::Except { of, .. } = &mut rule {
                let Some(last) = self.rules.last().filter(|last| last.number < number) else {
                    self.open.push(said.clone());
                    continue;
                };
                *of = last.number;
            }
            if self.only_says_what_is_done(&rule, said) {
                self.open.push(said.clone());
                continue;
            }
            self.cite("level", number);
            self.rules.push(Stated {
                rule,
                number,
                text: said.text.clone(),
            });
        }
        // "We never … enterprise customers. If one comes out as …": the rule is said in two parts.
        if self.reader.forms.comes_out(&said.text) && !self.rules.is_empty() {
            self.open.retain(|open| open.number + 1 != number);
            self.cite("level", number.saturating_sub(1));
        }
        self.defined.extend(
            meaning
                .defined
                .map(|(defined, read)| (defined, read, said.clone())),
        );
        self.routes
            .extend(meaning.route.map(|route| (route, said.clone())));
        self.notes
            .extend(meaning.note.map(|note| (note, said.clone())));
        if let Some(address) = meaning.addressee {
            self.addressee = Some((address, number));
        }
        if meaning.higher {
            self.cite("level", number);
            self.higher_counts = true;
        }
        if let Some(unless) = meaning.unless {
            self.hold_back(number, &unless);
        }
        if let Some((of, other)) = meaning.default {
            self.cite("level", number);
            // The question before it is answered by it.
            let asked = |said: &Said| said.number + 1 == number && said.text.ends_with('?');
            if self.open.last().is_some_and(asked) {
                self.open.pop();
                self.cite("level", number - 1);
            }
            self.defaults.push((of, other));
        }
        if let Some((of, other)) = meaning.instead {
            self.instead.push((of, other, said.clone()));
        }
        if let Some(label) = meaning.otherwise {
            self.cite("level", number);
            self.otherwise = Some(label);
        }
        if let Some(top) = meaning.top {
            self.cite("top", number);
            self.top = Some(top);
        }
        if meaning.judgement {
            self.judgements.push(said.clone());
        }
        let is_text = |wanted: &Wanted| matches!(wanted, Wanted::Email | Wanted::Document);
        if meaning.outputs.iter().any(is_text) {
            let asked = facts::judged(said);
            self.judgements.extend(asked.map(|text| Said {
                text,
                ..said.clone()
            }));
        }
        self.outputs.extend(
            meaning
                .outputs
                .into_iter()
                .map(|wanted| (wanted, said.clone())),
        );
    }

    pub(super) fn finish(mut self) -> Drafted {
        self.fall_back();
        self.leave_out();
        self.settle_steps();
        let world = self.reader.world;
        self.withhold_the_rest();
        if self.otherwise.is_none() && !self.rules.is_empty() {
            self.otherwise = Some("none".to_owned());
            self.assumed
                .push("A case for which no rule applies has the level “none”".to_owned());
        }
        if let Some(when) = &self.trigger {
            self.assumed.extend(when.assumed.clone());
        }
        if !self.routes.is_empty() && !self.takes_the_rest() {
            self.assumed
                .push("A case for which no place is named goes nowhere".to_owned());
        }
        let wanted = self.scoped();
        self.tell_what_lists_lack(&wanted);
        let mut steps = self.steps();
        let outputs = Making {
            reader: self.reader,
            levels: &self.levels(),
            result: &self.result_fields(),
            notes: &self.notes,
            instead: &self.instead,
            addressee: self.addressee.as_ref(),
            all: &self.level_labels(),
        }
        .outputs(&wanted);
        // An output that could not be made needs no judgement.
        let used = json!([steps, outputs]).to_string();
        steps.retain(|step| {
            let id = step["id"].as_str().unwrap_or_default();
            !id.starts_with("judged_") || used.contains(&format!("{id}.statement_"))
        });
        let joined = self.joined(&steps, &outputs);
        let data = self.data(&joined, &steps, &outputs);
        if steps.is_empty() && outputs.is_empty() {
            steps.push(json!({"id": "found", "kind": "compute", "sop": self.cited("cases"), "set": {"matches": true}}));
        }
        self.leave_open_what_has_no_part(&json!([data, steps, outputs]));
        self.waive_introduction();
        self.settle_open();
        let key = self.cases.key().unwrap_or("id");
        let waived: Vec<Json> = self
            .waived
            .iter()
            .map(|(because, numbers)| json!({"statements": numbers, "because": because}))
            .collect();
        let trigger = match &self.trigger {
            Some(when) => when.trigger(&self.cited("trigger")),
            None => json!({"kind": "manual"}),
        };
        let title = if world.title.is_empty() {
            world.name.replace('-', " ")
        } else {
            world.title.clone()
        };
        let purpose = world.statements.iter().find(|s| {
            s.text.to_lowercase().starts_with("purpose:")
                || s.section.to_lowercase().starts_with("purpose")
        });
        let objective = purpose.map_or_else(
            || format!("Carries out the procedure “{title}”"),
            |s| s.text.clone(),
        );
        let result = self.result();
        let noted = self
            .noted
            .iter()
            .map(|text| json!({"text": text, "from": "user"}));
        let assumptions: Vec<Json> = noted
            .chain(
                self.assumed
                    .iter()
                    .map(|text| json!({"text": text, "from": "builder"})),
            )
            .collect();
        let document = json!({
            "name": world.name, "title": title, "objective": crate::diag::one_line(&objective, 200),
            "sop": {"waived": waived, "open": self.unsettled()},
            "assumptions": assumptions,
            "trigger": trigger,
            "data": data,
            "for_each": {"in": self.cases.short(), "as": self.reader.item, "key": format!("{}.{key}", self.reader.item)},
            "steps": steps,
            "result": result,
            "outputs": outputs,
        });
        self.notice_outcomes_without_rules();
        let missed = self.missed.drain(..).map(|(_, missed)| missed);
        self.notices.extend(missed);
        Drafted {
            plan: self.plan(&document),
            open: self.open,
            notices: self.notices,
            document,
            choices: None,
            asked: Vec::new(),
        }
    }
}
