//! Going through the steps: the pure ones at once, the others as actions.

use super::values::unreached;
use super::*;
use crate::engine::program::{Body, CompiledRule, CompiledStep};
use crate::expr::Template;

impl Execution {
    /// Gives the steps behind the one that ended the case what a step has that was not reached.
    pub(super) fn leave_out_the_rest(&mut self) {
        let Some(frame) = self.frames.first() else {
            return;
        };
        let steps = frame.steps.clone();
        for step in &steps[frame.next.min(steps.len())..] {
            self.scope.set(&step.id, unreached(step));
        }
    }

    /// Takes the next step as far as it goes without the world outside.
    pub(super) fn step(&mut self) -> Option<Action> {
        let frame = self.frames.last()?;
        let steps = frame.steps.clone();
        let Some(step) = steps.get(frame.next) else {
            self.end_of_frame();
            return None;
        };
        match step
            .when
            .as_ref()
            .map_or(Ok(true), |when| when.holds(&self.scope))
        {
            Ok(true) => {}
            Ok(false) => {
                self.advance(unreached(step), Branch::Skipped);
                return None;
            }
            Err(error) => {
                self.failed(step, Failure::last("expression", error.message));
                return None;
            }
        }
        if let Some(value) = self.given_answer(step) {
            self.advance(value, Branch::Ran);
            return None;
        }
        match self.run(step) {
            Ok(action) => action,
            Err(error) => {
                self.failed(step, Failure::last("expression", error.message));
                None
            }
        }
    }

    /// Returns the answer that a test gives for a step, the fields that it leaves out missing.
    fn given_answer(&self, step: &CompiledStep) -> Option<Value> {
        let given = self.given.get(&step.id)?;
        let Json::Object(given) = given else {
            return Some(from_json(given));
        };
        let missing = step.fields.iter().filter(|name| !given.contains_key(*name));
        let mut fields = given.clone();
        fields.extend(missing.map(|name| (name.clone(), Json::Null)));
        Some(from_json(&Json::Object(fields)))
    }

    /// Runs a step, or returns what it needs from outside.
    fn run(&mut self, step: &CompiledStep) -> Result<Option<Action>, Error> {
        match &step.body {
            Body::Compute(set) => {
                let mut values: Vec<(String, Value)> = Vec::with_capacity(set.len());
                for (name, tree) in set {
                    let value = tree.eval(&self.scope)?;
                    values.push((name.clone(), value));
                    self.scope.set(&step.id, object(&values));
                }
                self.advance(object(&values), Branch::Ran);
            }
            Body::Decide {
                rules,
                otherwise,
                otherwise_because,
            } => self.decide(rules, otherwise, otherwise_because.as_ref())?,
            Body::Check { that, message } => {
                if that.holds(&self.scope)? {
                    self.advance(Value::from(()), Branch::Ran);
                } else {
                    let message = message.text(&self.scope)?;
                    self.failed(step, Failure::last("check", message));
                }
            }
            Body::Stop {
                because,
                result,
                outputs,
            } => {
                let because = because.text(&self.scope)?;
                if let Some(result) = result {
                    self.result = json_of(eval_all(result, &self.scope)?)
                        .into_iter()
                        .collect();
                }
                self.passed(&step.id, Branch::Ran);
                self.because.push(because.clone());
                self.skip_outputs = !outputs;
                self.ended = Some(Status::Stopped {
                    step: step.id.clone(),
                    because,
                });
            }
            Body::Each {
                over, name, steps, ..
            } => self.enter(step, over.eval(&self.scope)?, name, steps)?,
            _ => return self.request(step).map(Some),
        }
        Ok(None)
    }

    fn decide(
        &mut self,
        rules: &[CompiledRule],
        otherwise: &IndexMap<String, Tree>,
        otherwise_because: Option<&Template>,
    ) -> Result<(), Error> {
        for (index, rule) in rules.iter().enumerate() {
            if rule.when.holds(&self.scope)? {
                let because = match &rule.because {
                    Some(because) => because.text(&self.scope)?,
                    None => rule.words.clone(),
                };
                let mut values = eval_all(&rule.then, &self.scope)?;
                with_because(&mut values, &because);
                self.because.push(because);
                self.advance(object(&values), Branch::Rule(index));
                return Ok(());
            }
        }
        let because = match otherwise_because {
            Some(because) => because.text(&self.scope)?,
            None => "no rule applies".to_owned(),
        };
        let mut values = eval_all(otherwise, &self.scope)?;
        with_because(&mut values, &because);
        self.because.push(because);
        self.advance(object(&values), Branch::Otherwise);
        Ok(())
    }

    /// Goes into the inner steps of a list, for its first item.
    fn enter(
        &mut self,
        step: &CompiledStep,
        list: Value,
        name: &str,
        steps: &Block,
    ) -> Result<(), Error> {
        let items: Vec<Value> = if crate::expr::is_missing(&list) {
            Vec::new()
        } else {
            list.try_iter()
                .map_err(|_| {
                    Error::new(format!(
                        "`{}` goes through a list, and was given something else",
                        step.id
                    ))
                })?
                .collect()
        };
        let Some(first) = items.first() else {
            self.advance(items_value(Vec::new()), Branch::Ran);
            return Ok(());
        };
        self.scope.set(name, first.clone());
        let at = self.frames.last().map_or(0, |f| f.next);
        self.frames.push(Frame {
            steps: steps.clone(),
            next: 0,
            each: Some(EachState {
                items,
                at: 0,
                collected: Vec::new(),
                step: at,
            }),
        });
        Ok(())
    }

    /// Goes on with the next item of the list, or out of it.
    fn end_of_frame(&mut self) {
        let Some(mut frame) = self.frames.pop() else {
            return;
        };
        let Some(mut each) = frame.each.take() else {
            return;
        };
        let Some(above) = self.frames.last() else {
            return;
        };
        let steps = above.steps.clone();
        let Some((step, Body::Each { name, collect, .. })) =
            steps.get(each.step).map(|s| (s, &s.body))
        else {
            return;
        };
        match eval_all(collect, &self.scope) {
            Ok(values) => each.collected.push(object(&values)),
            Err(error) => {
                self.scope.remove(name);
                return self.failed(step, Failure::last("expression", error.message));
            }
        }
        each.at += 1;
        if let Some(item) = each.items.get(each.at) {
            self.scope.set(name, item.clone());
            frame.next = 0;
            frame.each = Some(each);
            self.frames.push(frame);
        } else {
            self.scope.remove(name);
            self.advance(items_value(each.collected), Branch::Ran);
        }
    }

    /// Takes the answer of a tool or model.
    pub(super) fn answered(&mut self, answer: Result<Json, Failure>) {
        let Some(frame) = self.frames.last() else {
            return;
        };
        let steps = frame.steps.clone();
        let Some(step) = steps.get(frame.next) else {
            return;
        };
        match answer {
            Ok(Json::Object(mut fields)) => {
                // Answers may leave out what they have nothing to say about.
                for name in &step.fields {
                    if !fields.contains_key(name) {
                        fields.insert(name.clone(), Json::Null);
                    }
                }
                self.advance(from_json(&Json::Object(fields)), Branch::Ran);
            }
            Ok(other) => self.advance(from_json(&other), Branch::Ran),
            Err(failure) => self.failed(step, failure),
        }
    }

    /// Sets the result of the step under way and goes to the next one.
    pub(super) fn advance(&mut self, value: Value, branch: Branch) {
        let Some(frame) = self.frames.last_mut() else {
            return;
        };
        let steps = frame.steps.clone();
        let Some(step) = steps.get(frame.next) else {
            return;
        };
        frame.next += 1;
        self.scope.set(&step.id, value);
        self.passed(&step.id, branch);
    }

    /// Handles the failure of a step as its `on_error` says.
    pub(super) fn failed(&mut self, step: &CompiledStep, failure: Failure) {
        let Some(handler) = step.handler(&failure.code) else {
            self.passed(&step.id, Branch::Failed);
            return self.fail(&step.id, failure);
        };
        self.scope.set(
            "error",
            Value::from_pairs(
                [("code", &failure.code), ("message", &failure.message)]
                    .map(|(n, v)| (Value::from(n), Value::from(v.as_str()))),
            ),
        );
        let handled = self.handle(step, handler);
        self.scope.remove("error");
        if let Err(error) = handled {
            self.passed(&step.id, Branch::Failed);
            self.fail(&step.id, Failure::last("expression", error.message));
        }
    }

    fn handle(&mut self, step: &CompiledStep, handler: &CompiledHandler) -> Result<(), Error> {
        if let Some(caveat) = &handler.caveat {
            let text = caveat.text(&self.scope)?;
            self.caveats.push(text);
        }
        if let Some(stop) = &handler.stop {
            self.result = json_of(eval_all(stop, &self.scope)?).into_iter().collect();
            self.passed(&step.id, Branch::Recovered);
            self.skip_outputs = true;
            let because = format!("`{}` could not be done", step.id);
            self.because.push(because.clone());
            self.ended = Some(Status::Stopped {
                step: step.id.clone(),
                because,
            });
            return Ok(());
        }
        let mut values = match &handler.replacement {
            Some(replacement) => eval_all(replacement, &self.scope)?,
            None => Vec::new(),
        };
        for name in &step.fields {
            if !values.iter().any(|(n, _)| n == name) {
                values.push((name.clone(), Value::from(())));
            }
        }
        self.advance(object(&values), Branch::Recovered);
        Ok(())
    }
}

fn object(values: &[(String, Value)]) -> Value {
    Value::from_pairs(
        values
            .iter()
            .map(|(name, value)| (Value::from(name.as_str()), value.clone())),
    )
}

fn items_value(items: Vec<Value>) -> Value {
    Value::from_pairs([(Value::from("items"), Value::from(items))])
}

fn with_because(values: &mut Vec<(String, Value)>, because: &str) {
    if !values.iter().any(|(name, _)| name == "because") {
        values.push(("because".to_owned(), Value::from(because)));
    }
}
