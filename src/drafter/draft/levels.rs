//! The decisions: which label a case gets, and where it goes.

use serde_json::{Value as Json, json};

use super::assembly::Stated;
use super::parts::asked;
use super::ranks::{Strength, rank, strength};
use super::{Assembly, ask::is_level, plain};
use crate::drafter::statement::{Rule, goes_on, rows_of};
use crate::drafter::world::Said;

/// One rule of a decision, ready to be written.
#[derive(Debug, Clone)]
pub(super) struct Decided {
    pub(super) label: String,
    pub(super) when: String,
    pub(super) because: String,
}

impl Assembly<'_> {
    /// Returns the labels that cases may get.
    pub(super) fn level_labels(&self) -> Vec<String> {
        let stated = self.rules.iter().filter_map(|stated| match &stated.rule {
            Rule::When(label, _)
            | Rule::Judged(label)
            | Rule::Instead { then: label, .. }
            | Rule::Except { then: label, .. }
            | Rule::AtLeast(_, label)
            | Rule::AtMost(_, label) => Some(label),
            Rule::Step { .. } => None,
        });
        let mut labels: Vec<String> = Vec::new();
        for label in stated.chain(&self.otherwise) {
            if !labels.contains(label) {
                labels.push(label.clone());
            }
        }
        labels
    }

    /// Returns the places of the rules in the order in which they are tried; those that change what others
    /// say come behind them.
    pub(super) fn in_order(&self) -> Vec<usize> {
        let (mut giving, changing): (Vec<usize>, Vec<usize>) =
            (0..self.rules.len()).partition(|at| self.gives(*at).is_some());
        if !self.is_arranged {
            if self.higher_counts {
                giving.sort_by_key(|at| self.gives(*at).map(|label| self.rank(label)));
            }
            missing_first(&mut giving, |at| when(&self.rules[*at]));
            // What holds whatever else does comes first: "always red", then "… whatever the amount".
            giving.sort_by_key(|at| self.strength(&self.rules[*at]));
        }
        giving.extend(changing);
        giving
    }

    /// Returns the label that a rule gives by itself.
    fn gives(&self, at: usize) -> Option<&str> {
        match &self.rules[at].rule {
            Rule::When(label, _) | Rule::Judged(label) => Some(label),
            _ => None,
        }
    }

    /// Returns the rules of the level in the order in which they are tried.
    pub(super) fn levels(&self) -> Vec<Decided> {
        let order = self.in_order();
        let given = order.iter().filter_map(|at| Some((*at, self.gives(*at)?)));
        let mut rules: Vec<Decided> = given
            .map(|(at, label)| Decided {
                label: label.to_owned(),
                when: when(&self.rules[at]),
                because: plain(&self.rules[at].text),
            })
            .collect();
        for stated in &self.rules {
            match &stated.rule {
                Rule::AtLeast(when, label) => {
                    // Behind all that give this level or a higher one.
                    let reaches = |rule: &Decided| self.rank(&rule.label) <= self.rank(label);
                    let place = rules.iter().rposition(reaches).map_or(0, |at| at + 1);
                    let rule = Decided {
                        label: label.clone(),
                        when: when.source.clone(),
                        because: plain(&stated.text),
                    };
                    rules.insert(place, rule);
                }
                Rule::AtMost(when, label) => {
                    let mut with = Vec::with_capacity(rules.len() * 2);
                    for rule in rules {
                        if self.rank(&rule.label) < self.rank(label) {
                            with.push(Decided {
                                label: label.clone(),
                                when: format!("({}) and ({})", rule.when, when.source),
                                because: plain(&stated.text),
                            });
                        }
                        with.push(rule);
                    }
                    rules = with;
                }
                Rule::Instead { of, when, then } => {
                    let mut with = Vec::with_capacity(rules.len() * 2);
                    for rule in rules {
                        if rule.label == *of {
                            with.push(Decided {
                                label: then.clone(),
                                when: format!("({}) and ({})", rule.when, when.source),
                                because: plain(&stated.text),
                            });
                        }
                        with.push(rule);
                    }
                    // Cases that no rule reaches have the label of the rest.
                    if self.otherwise.as_ref() == Some(of) {
                        with.push(Decided {
                            label: then.clone(),
                            when: when.source.clone(),
                            because: plain(&stated.text),
                        });
                    }
                    rules = with;
                }
                Rule::Except { of, when, then } => {
                    let stated_before = self.rules.iter().find(|known| known.number == *of);
                    let excepted = stated_before.map(|known| plain(&known.text));
                    let mut with = Vec::with_capacity(rules.len() + 1);
                    for rule in rules {
                        if Some(&rule.because) == excepted.as_ref() {
                            with.push(Decided {
                                label: then.clone(),
                                when: format!("({}) and ({})", rule.when, when.source),
                                because: plain(&stated.text),
                            });
                        }
                        with.push(rule);
                    }
                    rules = with;
                }
                Rule::Step { when, up } => {
                    rules = self.stepped(rules, when, *up, &plain(&stated.text));
                }
                Rule::When(..) | Rule::Judged(_) => {}
            }
        }
        Self::unjudged(rules)
    }

    /// Says which of the outcomes that the SOP lists nothing gives.
    pub(super) fn notice_outcomes_without_rules(&mut self) {
        let given = self.level_labels();
        let listed = self.reader.forms.listed().iter();
        let lacking = listed.filter(|listed| !given.contains(&listed.replace([' ', '-'], "_")));
        let lacking: Vec<String> = lacking.map(|listed| format!("“{listed}”")).collect();
        if !lacking.is_empty() && !given.is_empty() {
            self.notices.push(format!(
                "Nothing that was read gives the outcome {}.",
                lacking.join(" or ")
            ));
        }
    }

    /// Leaves cases undecided which would have the outcome of the rest, while a sentence about outcomes is
    /// not read: it may be about them.
    pub(super) fn withhold_the_rest(&mut self) {
        let first = self.rules.iter().map(|stated| stated.number).min();
        let decides = |said: &&Said| {
            // What is said before any rule introduces them, and "leave" may be an outcome's name.
            let is_rule = first.is_some_and(|first| said.number > first);
            is_rule && rows_of(&said.text).is_none() && is_level(said, self.reader)
        };
        if self.lacks_outcomes {
            if let Some(rest) = self.otherwise.take_if(|rest| rest != "none") {
                self.notices.push(format!(
                    "A case for which no rule applies is not “{}” but left undecided: what you said of the outcomes was not all read.",
                    rest.replace('_', " ")
                ));
            }
            return;
        }
        if self.is_rest_said {
            return;
        }
        let open = self.open.iter().find(decides);
        let Some(open) = open.filter(|_| !self.rules.is_empty()) else {
            return;
        };
        let Some(rest) = self.otherwise.take_if(|rest| rest != "none") else {
            return;
        };
        self.notices.push(format!(
            "A case for which no rule applies is not “{}” but left undecided: statement {} is not read, and may be about it.",
            rest.replace('_', " "),
            open.number
        ));
        self.assumed.push(format!(
            "A case for which no rule applies is not “{}” but “none”: statement {} is not read, and may be about it",
            rest.replace('_', " "),
            open.number
        ));
    }

    /// Leaves cases undecided for which a model was to judge whether a rule applies, and none did: what comes
    /// behind it holds only where it does not apply.
    fn unjudged(rules: Vec<Decided>) -> Vec<Decided> {
        let mut with = Vec::with_capacity(rules.len() * 2);
        for rule in rules {
            let judged = rule.when.strip_suffix(" == 'yes'");
            let undecided = judged.filter(|of| of.starts_with("judged_"));
            let undecided = undecided.map(|of| Decided {
                label: "none".to_owned(),
                when: format!("{of} is missing"),
                because: format!("Nobody judged whether this applies: {}", rule.because),
            });
            with.push(rule);
            with.extend(undecided);
        }
        with
    }

    fn strength(&self, stated: &Stated) -> Strength {
        // What goes on where others did not hold comes behind them, whatever it says.
        match goes_on(&stated.text, self.reader) {
            true => Strength::Usual,
            false => strength(&stated.text),
        }
    }

    /// Returns how far down a label stands: by its common order, else as the SOP names them.
    pub(super) fn rank(&self, label: &str) -> usize {
        rank(&self.level_labels(), label)
    }

    /// Returns the steps that judge what tables do not answer.
    pub(super) fn judging_steps(&self) -> Vec<Json> {
        let rules = self
            .rules
            .iter()
            .filter(|stated| matches!(stated.rule, Rule::Judged(_)))
            .map(|stated| (stated.number, stated.text.as_str()));
        let conditions = self
            .judged_outputs
            .iter()
            .map(|said| (said.number, said.text.as_str()));
        rules
            .chain(conditions)
            .map(|(number, text)| {
                let field = judged_field(number);
                json!({
                    "id": judged_id(number), "kind": "llm", "sop": [number],
                    "instructions": format!("Does this sentence of the procedure apply to the case, from the facts alone: “{}” Answer yes only if the facts show that its condition holds, no if they show that it does not, else not known.", asked(text)),
                    "input": self.input_for(text),
                    "returns": {&field: {"type": "string", "enum": ["no", "yes", "not known"]}},
                    "on_error": {"use": {&field: null}, "caveat": format!("Nobody judged whether this applies: {}", plain(text))}
                })
            })
            .collect()
    }

    /// Returns the decision where a case goes, if the SOP says so.
    pub(super) fn route_step(&self) -> Option<Json> {
        let noun = self.route_noun()?;
        let mut rules: Vec<Decided> = Vec::new();
        let mut rest = None;
        for (route, said) in &self.routes {
            for (when, place) in &route.places {
                match when {
                    Some(read) => rules.push(Decided {
                        label: place.clone(),
                        when: read.source.clone(),
                        because: plain(&said.text),
                    }),
                    None => rest = Some(place.clone()),
                }
            }
        }
        missing_first(&mut rules, |rule| rule.when.clone());
        let rules: Vec<Json> = rules.iter().map(|rule| rule.json(noun)).collect();
        let cited: Vec<usize> = self.routes.iter().map(|(_, said)| said.number).collect();
        Some(
            json!({"id": noun, "kind": "decide", "sop": cited, "rules": rules, "otherwise": {noun: rest}}),
        )
    }

    /// Does some place take the cases for which none is named?
    pub(super) fn takes_the_rest(&self) -> bool {
        let places = self.routes.iter().flat_map(|(route, _)| &route.places);
        places.into_iter().any(|(when, _)| when.is_none())
    }

    /// Returns what the places are called to which cases go.
    pub(super) fn route_noun(&self) -> Option<&str> {
        self.routes.first().map(|(route, _)| route.noun.as_str())
    }
}

impl Decided {
    pub(super) fn json(&self, field: &str) -> Json {
        json!({"when": self.when, "then": {field: self.label}, "because": self.because})
    }
}

/// Returns the condition that a model found a statement to apply.
pub(super) fn judged(number: usize) -> String {
    format!("{}.{} == 'yes'", judged_id(number), judged_field(number))
}

fn judged_id(number: usize) -> String {
    format!("judged_{number}")
}

/// Returns the name of the answer, which reads well where the workflow is told in words.
fn judged_field(number: usize) -> String {
    format!("statement_{number}_applies")
}

/// Returns the condition of a rule that gives a label.
fn when(stated: &Stated) -> String {
    match &stated.rule {
        Rule::Judged(_) => judged(stated.number),
        rule => rule
            .condition()
            .map(|read| read.source.clone())
            .unwrap_or_default(),
    }
}

/// Puts first what says that a value is missing which other rules work with.
fn missing_first<T>(rules: &mut Vec<T>, when: impl Fn(&T) -> String) {
    let conditions: Vec<String> = rules.iter().map(when).collect();
    let says = |index: usize| {
        let Some((before, _)) = conditions[index].split_once(" is missing") else {
            return false;
        };
        let value = before.rsplit(" or ").next().unwrap_or(before);
        let value = value.trim_start_matches('(');
        let others = conditions.iter().enumerate();
        let mut others = others.filter(|(other, _)| *other != index);
        !value.is_empty() && others.any(|(_, other)| other.contains(value))
    };
    let first: Vec<bool> = (0..rules.len()).map(says).collect();
    let mut places = first.iter();
    let (mut front, back): (Vec<T>, Vec<T>) = std::mem::take(rules)
        .into_iter()
        .partition(|_| places.next().copied().unwrap_or(false));
    front.extend(back);
    *rules = front;
}
