//! Which steps and rules cases reach.

use std::collections::HashSet;

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use crate::engine::{Branch, Case, Execution, Passed, Program, Progress, World, drive};
use crate::expr::Scope;
use crate::spec::{Per, StepKind, Workflow};

/// Returns the places of the rows that first reach each way through the steps.
pub(super) async fn order(
    program: &Program,
    base: &Scope,
    world: &dyn World,
    rows: &[Map<String, Json>],
    most: usize,
) -> Vec<usize> {
    let mut seen: HashSet<(String, Branch)> = HashSet::new();
    let mut order = Vec::new();
    let stride = rows.len().div_ceil(most).max(1);
    for index in (0..rows.len()).step_by(stride) {
        let case = Case {
            item: Some(rows[index].clone()),
            given: IndexMap::new(),
        };
        let Ok(mut execution) = Execution::within(program, base, case) else {
            continue;
        };
        // A case that waits for others has shown its way so far.
        let path = match drive(&mut execution, world).await {
            Progress::Done(outcome) => outcome.path,
            Progress::Waiting(_) => execution.path().to_vec(),
        };
        let fresh = path
            .into_iter()
            .filter(|p| seen.insert((p.part.clone(), p.branch)))
            .count();
        if fresh > 0 {
            order.push(index);
        }
    }
    order
}

/// Returns, in words, what was not reached: steps, rules, outputs. `made` names the outputs that
/// the run made once.
pub(super) fn unreached<'o>(
    workflow: &Workflow,
    passed: impl Iterator<Item = &'o Passed>,
    made: impl Iterator<Item = &'o str>,
) -> Vec<String> {
    let passed: HashSet<&Passed> = passed.collect();
    let made: HashSet<&str> = made.collect();
    let went = |part: &str, branch: Branch| {
        passed.contains(&Passed {
            part: part.to_owned(),
            branch,
        })
    };
    let ran = |part: &str| went(part, Branch::Ran) || went(part, Branch::Recovered);
    let mut unreached = Vec::new();
    for step in workflow.all_steps() {
        let id = &step.common.id;
        match &step.kind {
            StepKind::Decide(decide) => {
                for (index, rule) in decide.rules.iter().enumerate() {
                    if !went(id, Branch::Rule(index)) {
                        let words = crate::expr::Condition::compile(rule.when.as_str())
                            .map_or_else(
                                |_| rule.when.to_string(),
                                |c| crate::expr::words(c.node()),
                            );
                        unreached.push(format!(
                            "rule {} of `{id}` ({})",
                            index + 1,
                            crate::diag::one_line(&words, 80)
                        ));
                    }
                }
                // Where each rule was reached, what no rule takes has no row to show it.
                let reached = (0..decide.rules.len()).all(|index| went(id, Branch::Rule(index)));
                if !went(id, Branch::Otherwise) && !reached {
                    unreached.push(format!("`otherwise` of `{id}`"));
                }
            }
            StepKind::Check(_) => {}
            kind if !ran(id) => unreached.push(format!("the {} step `{id}`", kind.name())),
            _ => {}
        }
    }
    for output in &workflow.outputs {
        let id = output.common.id.as_str();
        let is_reached = match output.common.per {
            Per::Case => ran(id),
            Per::Run => made.contains(id),
        };
        if !is_reached {
            unreached.push(format!("the output `{id}`"));
        }
    }
    unreached
}

impl std::hash::Hash for Passed {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.part.hash(state);
        self.branch.hash(state);
    }
}
