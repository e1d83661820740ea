//! The machine that carries one case through the steps.

mod requests;
mod steps;
mod values;

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use super::outputs::{json_of, present, set_caveats};
use super::program::{Block, CompiledHandler, Inner};
use super::rows::row_value;
use super::{
    Action, Branch, Candidate, Event, Failure, LlmRequest, Outcome, Passed, Program, PullRequest,
    RunInfo, Status, ToolRequest, Wanted, key_text,
};
use crate::expr::{Error, Scope, Tree, Value, eval_all, from_json, to_json};
use crate::spec::{IfUnavailable, Per};

/// What a case starts from.
#[derive(Debug, Clone)]
pub struct Case {
    /// The row of the table that cases come from.
    pub item: Option<Map<String, Json>>,
    /// Names set over what is pulled and over what steps are answered, as tests give them.
    pub given: IndexMap<String, Json>,
}

/// One case on its way through a workflow.
#[derive(Debug)]
pub struct Execution {
    program: Program,
    scope: Scope,
    key: String,
    given: IndexMap<String, Json>,
    stage: Stage,
    frames: Vec<Frame>,
    caveats: Vec<String>,
    because: Vec<String>,
    path: Vec<Passed>,
    made: Vec<String>,
    result: IndexMap<String, Json>,
    ended: Option<Status>,
    skip_outputs: bool,
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Pulling(usize),
    Stepping,
    Delivering(usize),
    Finished,
}

/// A list of steps that it is inside of.
#[derive(Debug)]
struct Frame {
    steps: Block,
    next: usize,
    each: Option<EachState>,
}

#[derive(Debug)]
struct EachState {
    items: Vec<Value>,
    at: usize,
    collected: Vec<Value>,
    /// The frame's own step in the frame above.
    step: usize,
}

impl Execution {
    /// Returns the execution of a case, at its beginning.
    ///
    /// # Errors
    /// If the case has no key.
    pub fn new(
        program: &Program,
        run: &RunInfo,
        trigger: &Json,
        case: Case,
    ) -> Result<Self, Failure> {
        let base = super::base_scope(run, trigger);
        Self::within(program, &base, case)
    }

    /// Returns the execution of a case with the names of its run, at its beginning.
    ///
    /// # Errors
    /// If the case has no key.
    pub fn within(program: &Program, base: &Scope, case: Case) -> Result<Self, Failure> {
        let inner = &program.inner;
        let mut scope = base.fork();
        let mut key = "run".to_owned();
        if let (Some(item), Some(row)) = (&inner.item, &case.item) {
            scope.set(&item.name, row_value(row));
            let value = item
                .key
                .eval(&scope)
                .map_err(|e| Failure::last("key", e.message))?;
            key = key_text(&to_json(&value)).ok_or_else(|| {
                Failure::last(
                    "key",
                    format!(
                        "A row of `{}` has no key: `{}` is missing",
                        inner.workflow.for_each.as_ref().map_or("", |e| &e.over),
                        item.key.source()
                    ),
                )
            })?;
        }
        Ok(Execution {
            scope,
            key,
            given: case.given,
            stage: Stage::Pulling(0),
            frames: vec![Frame {
                steps: inner.steps.clone(),
                next: 0,
                each: None,
            }],
            caveats: Vec::new(),
            because: Vec::new(),
            path: Vec::new(),
            made: Vec::new(),
            result: IndexMap::new(),
            ended: None,
            skip_outputs: false,
            program: program.clone(),
        })
    }

    /// Returns what tells the case apart.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Returns the steps that it has passed so far.
    pub fn path(&self) -> &[Passed] {
        &self.path
    }

    /// Returns the names in scope with their values so far.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Does the step that it is at say how to go on after a failure of that code?
    pub fn handles(&self, code: &str) -> bool {
        let step = match (self.stage, self.frames.last()) {
            (Stage::Stepping, Some(frame)) => frame.steps.get(frame.next),
            _ => None,
        };
        step.is_some_and(|step| step.handler(code).is_some())
    }

    /// Goes on until something outside is needed, and returns what that is. Asked again before
    /// an answer is recorded, it returns the same.
    pub fn next_action(&mut self) -> Action {
        let program = self.program.clone();
        loop {
            match self.stage {
                Stage::Pulling(index) => match self.pull(&program.inner, index) {
                    Some(action) => return action,
                    None => {
                        self.stage = if index < program.inner.pulls.len() {
                            Stage::Pulling(index + 1)
                        } else {
                            Stage::Stepping
                        }
                    }
                },
                Stage::Stepping => {
                    if self.ended.is_some() || self.frames.is_empty() {
                        self.conclude(&program.inner);
                        continue;
                    }
                    if let Some(action) = self.step() {
                        return action;
                    }
                }
                Stage::Delivering(index) => match self.deliver(&program.inner, index) {
                    Some(action) => return action,
                    None if index < program.inner.outputs.len() => {
                        self.stage = Stage::Delivering(index + 1)
                    }
                    None => self.stage = Stage::Finished,
                },
                Stage::Finished => return Action::Finish(Box::new(self.outcome())),
            }
        }
    }

    /// Takes what came of the last action.
    pub fn record(&mut self, event: Event) {
        match (self.stage, event) {
            (Stage::Pulling(index), Event::Pulled(pulled)) => {
                let program = self.program.clone();
                self.pulled(&program.inner, index, pulled);
                self.stage = Stage::Pulling(index + 1);
            }
            (Stage::Stepping, Event::Called(answer) | Event::Answered(answer)) => {
                self.answered(answer)
            }
            (Stage::Stepping, Event::Unanswered) => self.unanswered(),
            (Stage::Stepping, Event::Selected(choice)) => {
                self.because.push(choice.because.clone());
                let value = Value::from_pairs([
                    (Value::from("chosen"), Value::from(choice.chosen)),
                    (
                        Value::from("rank"),
                        choice
                            .rank
                            .map_or(Value::from(()), |r| Value::from(r as i64)),
                    ),
                    (Value::from("because"), Value::from(choice.because)),
                ]);
                self.advance(value, Branch::Ran);
            }
            (Stage::Delivering(index), Event::Delivered(done)) => {
                let id = self.program.inner.outputs[index].id.clone();
                match done {
                    Ok(()) => self.made.push(id),
                    Err(failure) => self.fail(&id, failure),
                }
                self.stage = Stage::Delivering(index + 1);
            }
            // An event that answers nothing changes nothing: a replay may meet one it has passed.
            _ => {}
        }
    }

    fn pull(&mut self, program: &Inner, index: usize) -> Option<Action> {
        let pull = program.pulls.get(index)?;
        if let Some(given) = self.given.get(&pull.name) {
            if given.is_null() {
                let down = format!("`{}` is given as down", pull.name);
                self.pulled(program, index, Err(Failure::last("unavailable", down)));
            } else {
                let value = from_json(given);
                self.scope.set(&pull.name, value);
            }
            return None;
        }
        let mut wanted = Vec::new();
        for matching in &pull.matching {
            let value = match matching.value.eval(&self.scope) {
                Ok(value) => value,
                Err(error) => {
                    self.fail(&pull.name, Failure::last("expression", error.message));
                    return None;
                }
            };
            wanted.push((
                matching.column.clone(),
                match matching.like {
                    Some((at_least, sure)) => Wanted::Like {
                        name: value.as_str().unwrap_or_default().to_owned(),
                        at_least,
                        sure,
                    },
                    None => Wanted::Equal(to_json(&value)),
                },
            ));
        }
        Some(Action::Pull(PullRequest {
            name: pull.name.clone(),
            wanted,
        }))
    }

    fn pulled(&mut self, program: &Inner, index: usize, pulled: Result<super::Rows, Failure>) {
        let Some(pull) = program.pulls.get(index) else {
            return;
        };
        match pulled {
            Ok(rows) => {
                self.caveats.extend(rows.caveats);
                self.scope.set(&pull.name, rows.value);
            }
            Err(failure) => match &pull.if_unavailable {
                IfUnavailable::Continue(caveat) => {
                    let text = crate::expr::Template::compile(caveat.as_str())
                        .and_then(|t| t.text(&self.scope));
                    self.caveats
                        .push(text.unwrap_or_else(|_| caveat.as_str().to_owned()));
                    // Not an empty list: nobody knows how many rows there would have been.
                    self.scope.set(&pull.name, Value::UNDEFINED);
                }
                IfUnavailable::Unsaid | IfUnavailable::Fail | IfUnavailable::LastKnown(_) => {
                    self.fail(&pull.name, failure);
                }
            },
        }
    }

    /// Ends the case with a failure. The first one counts.
    fn fail(&mut self, part: &str, failure: Failure) {
        if !matches!(self.ended, Some(Status::Failed { .. })) {
            self.ended = Some(Status::Failed {
                part: part.to_owned(),
                failure,
            });
        }
    }

    /// Works out the result when the steps are through.
    fn conclude(&mut self, program: &Inner) {
        set_caveats(&mut self.scope, &self.caveats);
        self.leave_out_the_rest();
        let failed = matches!(self.ended, Some(Status::Failed { .. }));
        if self.result.is_empty() && !failed {
            match eval_all(&program.result, &self.scope) {
                Ok(values) => self.result = json_of(values).into_iter().collect(),
                Err(error) => self.fail("result", Failure::last("expression", error.message)),
            }
        }
        self.scope.set(
            "result",
            from_json(&Json::Object(self.result.clone().into_iter().collect())),
        );
        let skip = self.skip_outputs || matches!(self.ended, Some(Status::Failed { .. }));
        self.frames.clear();
        self.stage = if skip {
            Stage::Finished
        } else {
            Stage::Delivering(0)
        };
    }

    fn deliver(&mut self, program: &Inner, index: usize) -> Option<Action> {
        let output = program.outputs.get(index).filter(|o| o.per == Per::Case)?;
        let wanted = output
            .when
            .as_ref()
            .map_or(Ok(true), |w| w.holds(&self.scope));
        let made = wanted.and_then(|wanted| {
            if wanted {
                output.delivery(&self.scope, &[], None).map(Some)
            } else {
                Ok(None)
            }
        });
        let branch = match &made {
            Ok(Some(_)) => Branch::Ran,
            Ok(None) => Branch::Skipped,
            Err(_) => Branch::Failed,
        };
        if self.path.last().is_none_or(|last| last.part != output.id) {
            self.passed(&output.id, branch);
        }
        match made {
            Ok(delivery) => delivery.map(Action::Deliver),
            Err(error) => {
                self.fail(&output.id, Failure::last("expression", error.message));
                None
            }
        }
    }

    fn passed(&mut self, part: &str, branch: Branch) {
        self.path.push(Passed {
            part: part.to_owned(),
            branch,
        });
    }

    fn outcome(&self) -> Outcome {
        Outcome {
            key: self.key.clone(),
            status: self.ended.clone().unwrap_or(Status::Done),
            result: self.result.clone(),
            caveats: self.caveats.clone(),
            notes: self.scope.take_notes(),
            because: self.because.clone(),
            path: self.path.clone(),
            outputs: self.made.clone(),
        }
    }
}
