//! What carries statements out, in plain words.

use std::collections::{BTreeMap, BTreeSet};

use super::Carrier;
use crate::sop::Sop;
use crate::spec::explain::{
    condition, fields, label, output_words, pull_words, reason, step_lines, uncapital,
};
use crate::spec::{Decide, Rule, Step, StepKind, Workflow, when};

/// The parts of a workflow by the statements that they cite.
pub(super) struct Carriers<'s> {
    sop: &'s Sop,
    /// The number of a statement -> what carries it out.
    pub(super) cited: BTreeMap<usize, Vec<Carrier>>,
    /// What cites no statement of the SOP.
    pub(super) uncited: Vec<Carrier>,
}

impl<'s> Carriers<'s> {
    /// Tells every part of a workflow.
    pub(super) fn of(workflow: &Workflow, sop: &'s Sop) -> Self {
        let mut carriers = Carriers {
            sop,
            cited: BTreeMap::new(),
            uncited: Vec::new(),
        };
        let starts = uncapital(&when(workflow));
        carriers.add(
            &workflow.trigger.common.sop,
            carrier("trigger", format!("the trigger: {starts}")),
        );
        for (name, pull) in &workflow.data {
            let text = format!("the data: {}", pull_words(workflow, name, pull));
            carriers.add(&pull.sop, carrier(name, text));
        }
        carriers.add_steps(&workflow.steps, false);
        for output in &workflow.outputs {
            let text = uncapital(&output_words(output));
            carriers.add(&output.common.sop, carrier(&output.common.id, text));
        }
        carriers
    }

    /// Adds what carries out the statements that it cites.
    fn add(&mut self, cites: &[usize], carrier: Carrier) {
        let known = self.known(cites);
        if known.is_empty() {
            self.uncited.push(carrier);
            return;
        }
        for number in known {
            self.cited.entry(number).or_default().push(carrier.clone());
        }
    }

    fn known(&self, cites: &[usize]) -> BTreeSet<usize> {
        let known = cites.iter().filter(|n| self.sop.statement(**n).is_some());
        known.copied().collect()
    }

    /// Adds steps. Those within a part that is told already need no place of their own.
    fn add_steps(&mut self, steps: &[Step], is_within: bool) {
        for step in steps {
            let cites = self.known(&step.common.sop);
            let inner: &[Step] = match &step.kind {
                StepKind::Each(each) => &each.steps,
                _ => &[],
            };
            // A loop that cites nothing is told by the steps in it that do.
            let is_told_by_inner = cites.is_empty() && self.cites_any(inner);
            if is_told_by_inner || (is_within && cites.is_empty()) {
                self.add_steps(inner, is_within);
                continue;
            }
            match &step.kind {
                StepKind::Decide(decide) if !cites.is_empty() => {
                    self.add_decision(step, decide, &cites);
                }
                _ => self.add(&step.common.sop, whole(step)),
            }
            self.add_steps(inner, true);
        }
    }

    fn cites_any(&self, steps: &[Step]) -> bool {
        steps.iter().any(|step| {
            let inner = match &step.kind {
                StepKind::Each(each) => self.cites_any(&each.steps),
                _ => false,
            };
            inner || !self.known(&step.common.sop).is_empty()
        })
    }

    /// Adds a decision: beside a statement that a rule gives as its reason stands that rule,
    /// beside the others stand the rules that are left. A step cites statements as a whole, so
    /// that no closer assignment is certain.
    fn add_decision(&mut self, step: &Step, decide: &Decide, cites: &BTreeSet<usize>) {
        let mut left: Vec<usize> = (0..decide.rules.len()).collect();
        let mut others = Vec::new();
        for number in cites {
            let statement = self.sop.statement(*number);
            let text = statement.map_or("", |s| s.text.as_str());
            let quoting: Vec<usize> = (0..decide.rules.len())
                .filter(|index| quotes(&decide.rules[*index], text))
                .collect();
            if quoting.is_empty() {
                others.push(*number);
            }
            for index in quoting {
                left.retain(|i| *i != index);
                let text = format!(
                    "rule {} of “{}”: {}{}",
                    index + 1,
                    label(&step.common.id),
                    rule_words(&decide.rules[index]),
                    guard(step)
                );
                let told = self.cited.entry(*number).or_default();
                told.push(carrier(&step.common.id, text));
            }
        }
        if others.is_empty() {
            others.extend(cites);
        }
        let rest = rest(step, decide, &left);
        self.add(&others, rest);
    }
}

/// Returns the rules of a decision that are left, and what holds where none applies.
fn rest(step: &Step, decide: &Decide, left: &[usize]) -> Carrier {
    let name = label(&step.common.id);
    let otherwise = format!(
        "{}{}",
        fields(&decide.otherwise),
        reason(decide.otherwise_because.as_ref())
    );
    if left.is_empty() {
        let text = format!(
            "“{name}”, where no rule applies: {otherwise}{}",
            guard(step)
        );
        return carrier(&step.common.id, text);
    }
    let rules = left.iter().map(|index| {
        let rule = &decide.rules[*index];
        let because = reason(rule.because.as_ref());
        format!("rule {}: {}{because}", index + 1, rule_words(rule))
    });
    Carrier {
        details: rules.chain([format!("otherwise: {otherwise}")]).collect(),
        ..carrier(
            &step.common.id,
            format!("the decision “{name}”{}", guard(step)),
        )
    }
}

/// Returns a step as one part.
fn whole(step: &Step) -> Carrier {
    if let StepKind::Decide(decide) = &step.kind {
        let all: Vec<usize> = (0..decide.rules.len()).collect();
        return rest(step, decide, &all);
    }
    let name = format!("the step “{}”", label(&step.common.id));
    let lines = step_lines(std::slice::from_ref(step), "");
    match lines.as_slice() {
        [line] => carrier(&step.common.id, format!("{name}: {}", uncapital(line))),
        _ => Carrier {
            details: lines.iter().map(|l| uncapital(l.trim())).collect(),
            ..carrier(&step.common.id, name)
        },
    }
}

fn carrier(part: &str, text: String) -> Carrier {
    Carrier {
        part: part.to_owned(),
        text,
        details: Vec::new(),
        told_at: None,
    }
}

fn rule_words(rule: &Rule) -> String {
    format!(
        "{} when {}",
        fields(&rule.then),
        condition(rule.when.as_str())
    )
}

fn guard(step: &Step) -> String {
    step.common.when.as_ref().map_or(String::new(), |w| {
        format!(" (only if {})", condition(w.as_str()))
    })
}

/// Does a rule give a statement as its reason, word for word? A reason that was cut ends in "…".
fn quotes(rule: &Rule, statement: &str) -> bool {
    let Some(because) = rule.because.as_ref().map(|b| b.as_str().trim()) else {
        return false;
    };
    let statement = bare(statement);
    match because.strip_suffix('…') {
        Some(start) => !bare(start).is_empty() && statement.starts_with(&bare(start)),
        None => !statement.is_empty() && statement == bare(because),
    }
}

/// Returns the letters and digits of a text, without regard to case.
fn bare(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}
