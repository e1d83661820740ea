//! How the cases of a scenario ended, beside how they end without it.

use serde_json::Value as Json;

use super::plan::Planned;
use super::{Ending, WhatIf};
use crate::engine::{CaseSummary, Failure, Outcome, Status};
use crate::expr::is_missing_text;
use crate::rehearse::cases::Outcomes;
use crate::rehearse::{is_same, shown_value};
use crate::spec::{IfUnavailable, StepKind, Workflow};

/// What came of a scenario, before it is put in words.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Judged {
    /// How it ended.
    pub(super) ending: Ending,
    /// How many cases were tried.
    pub(super) cases: usize,
    /// Those that failed, and should not have.
    pub(super) failed: usize,
    /// Those that were stopped or left out in an orderly way.
    pub(super) stopped: usize,
    /// Of these, those whose rows are no cases any more.
    pub(super) left_out: usize,
    /// Those with another outcome.
    pub(super) changed: usize,
    /// Those in which nothing says what is missing.
    pub(super) silent: usize,
    /// Of a refused output: what the same cases make without asking.
    pub(super) beside: Vec<String>,
    /// The first failure, with the part that failed.
    pub(super) failure: Option<(String, Failure)>,
    /// A field of the result with what it was and what came instead.
    pub(super) example: Option<(String, String, String)>,
}

impl Judged {
    /// Returns what came of a scenario in which no case is run.
    pub(super) fn without_cases(cases: usize, ending: Ending) -> Self {
        Judged {
            ending,
            cases,
            failed: 0,
            stopped: 0,
            left_out: 0,
            changed: 0,
            silent: 0,
            beside: Vec::new(),
            failure: None,
            example: None,
        }
    }

    /// Adds what could not be made once for the run.
    pub(super) fn and(mut self, failures: Vec<(String, Failure)>) -> Self {
        if let Some(first) = failures.into_iter().next() {
            self.ending = Ending::Crashed;
            self.failure.get_or_insert(first);
        }
        self
    }
}

/// What became of a case.
enum Fate {
    /// It did not come upon what is wrong.
    Same,
    /// Its row is no case any more.
    LeftOut,
    /// Whether it is a case cannot be told.
    Failed(Failure),
    /// It was run.
    Ended(Box<(Outcome, Json)>),
}

/// The cases of a scenario.
pub(super) struct Played<'p> {
    workflow: &'p Workflow,
    planned: &'p Planned,
    before: &'p Outcomes,
    fates: Vec<Fate>,
}

impl<'p> Played<'p> {
    /// Returns cases none of which has come upon what is wrong.
    pub(super) fn new(workflow: &'p Workflow, planned: &'p Planned, before: &'p Outcomes) -> Self {
        Played {
            workflow,
            planned,
            before,
            fates: before.iter().map(|_| Fate::Same).collect(),
        }
    }

    /// Takes that the row at a place is no case any more.
    pub(super) fn leave_out(&mut self, place: usize) {
        self.set(place, Fate::LeftOut);
    }

    /// Takes that it cannot be told whether the row at a place is a case.
    pub(super) fn fail(&mut self, place: usize, failure: Failure) {
        self.set(place, Fate::Failed(failure));
    }

    /// Takes outcomes with their places.
    pub(super) fn take(&mut self, outcomes: impl Iterator<Item = (usize, (Outcome, Json))>) {
        for (place, outcome) in outcomes {
            self.set(place, Fate::Ended(Box::new(outcome)));
        }
    }

    fn set(&mut self, place: usize, fate: Fate) {
        if let Some(held) = self.fates.get_mut(place) {
            *held = fate;
        }
    }

    /// Returns the cases as the outputs of the run see them.
    pub(super) fn summaries(&self) -> Vec<CaseSummary> {
        let fates = self.fates.iter().zip(self.before);
        let cases = fates.filter_map(|(fate, before)| match fate {
            Fate::Same => Some(before),
            Fate::Ended(now) => Some(&**now),
            Fate::LeftOut | Fate::Failed(_) => None,
        });
        cases
            .map(|(outcome, item)| CaseSummary::of(outcome, item.clone()))
            .collect()
    }

    /// Returns what came of all of them.
    pub(super) fn judge(&self) -> Judged {
        let mut judged = Judged::without_cases(self.fates.len(), Ending::Held);
        let mut met = 0;
        for (fate, (before, _)) in self.fates.iter().zip(self.before) {
            met += usize::from(!matches!(fate, Fate::Same));
            match fate {
                Fate::Same => {}
                Fate::LeftOut => {
                    judged.stopped += 1;
                    judged.left_out += 1;
                }
                Fate::Failed(failure) => {
                    judged.failed += 1;
                    let over = self.workflow.for_each.as_ref().map(|each| &each.over);
                    let part = over.cloned().unwrap_or_default();
                    judged.failure.get_or_insert((part, failure.clone()));
                }
                Fate::Ended(now) => self.one(before, &now.0, &mut judged),
            }
        }
        judged.ending = if judged.failed > 0 {
            Ending::Crashed
        } else if met == 0 {
            Ending::Untried
        } else if judged.silent > 0 {
            Ending::Silent
        } else if judged.stopped > 0 {
            Ending::Stopped
        } else {
            Ending::Held
        };
        judged
    }

    fn one(&self, before: &Outcome, now: &Outcome, judged: &mut Judged) {
        if before.is_failed() {
            return;
        }
        if let Status::Failed { part, failure } = &now.status {
            if self.is_meant(part, failure) {
                judged.stopped += 1;
            } else {
                judged.failed += 1;
                judged
                    .failure
                    .get_or_insert((part.clone(), failure.clone()));
            }
            return;
        }
        let example = difference(before, now);
        let is_changed = before.path != now.path || example.is_some();
        judged.changed += usize::from(is_changed);
        let is_new_stop =
            matches!(now.status, Status::Stopped { .. }) && now.status != before.status;
        let says = now
            .caveats
            .iter()
            .any(|c| !c.trim().is_empty() && !before.caveats.contains(c));
        let is_silent = match self.planned.what_if {
            // A table without rows is a fact like any other.
            WhatIf::SourceEmpty { .. }
            | WhatIf::Answered { .. }
            | WhatIf::Approved { .. }
            | WhatIf::Refused { .. } => false,
            WhatIf::SourceDown { .. } | WhatIf::ToolFails { .. } | WhatIf::Unanswered { .. } => {
                !says && !is_new_stop
            }
            WhatIf::ValueMissing { .. } => !says && is_changed && !self.planned.is_foreseen,
        };
        if is_silent {
            judged.silent += 1;
            judged.example = judged.example.take().or(example);
        } else if is_new_stop {
            judged.stopped += 1;
        }
    }

    /// Does the workflow say that the case fails here, or leave nothing to be said?
    fn is_meant(&self, part: &str, failure: &Failure) -> bool {
        if let Some(pull) = self.workflow.data.get(part) {
            return pull.if_unavailable == IfUnavailable::Fail;
        }
        match self.workflow.step(part) {
            Some(step) => {
                let is_check = matches!(step.kind, StepKind::Check(_)) && failure.code == "check";
                is_check || step.common.on_error.says_fail
            }
            // An output whose tool is down: its case is told as failed, and all else is made.
            None => {
                matches!(self.planned.what_if, WhatIf::ToolFails { .. })
                    && self.workflow.outputs.iter().any(|o| o.common.id == part)
                    && failure.code == "unavailable"
            }
        }
    }
}

/// Returns a field of the result that has another value now. A value that is missing now, or a
/// text that says that something is not known, speaks for itself.
fn difference(before: &Outcome, now: &Outcome) -> Option<(String, String, String)> {
    now.result.iter().find_map(|(field, value)| {
        let was = before.result.get(field).unwrap_or(&Json::Null);
        let speaks_for_itself = match value {
            Json::Null => true,
            Json::String(text) => is_missing_text(text) || text.contains("(not known)"),
            _ => false,
        };
        (!speaks_for_itself && !is_same(was, value))
            .then(|| (field.clone(), shown_value(was), shown_value(value)))
    })
}
