//! Cases carried to their ends, with decisions across those that wait for each other.

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use crate::engine::{
    Candidate, Case, Choice, Event, Execution, Failure, Outcome, Program, Progress, Status, World,
    choose, drive,
};
use crate::expr::Scope;
use crate::spec::StepKind;

/// Outcomes with the rows that they are of.
pub(super) type Outcomes = Vec<(Outcome, Json)>;

/// Runs the shown cases, and those of the pool, which are not shown: they take part in decisions
/// across cases and in what is made once for the run. `shown_next` is told which is under way.
pub(super) async fn run_cases(
    program: &Program,
    base: &Scope,
    world: &dyn World,
    shown_next: &(dyn Fn(bool) + Sync),
    rows: Vec<Option<Map<String, Json>>>,
    pool: Vec<Map<String, Json>>,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> (Outcomes, Outcomes) {
    let shown = rows.len();
    let everyone = rows.into_iter().chain(pool.into_iter().map(Some));
    let mut running: Vec<(Execution, Json, bool)> = Vec::new();
    let mut ended: Vec<(usize, Outcome, Json)> = Vec::new();
    for (number, row) in everyone.enumerate() {
        let item = row.clone().map_or(Json::Null, Json::Object);
        let case = Case {
            item: row,
            given: IndexMap::new(),
        };
        match Execution::within(program, base, case) {
            Ok(execution) => running.push((execution, item, number < shown)),
            Err(failure) if number < shown => ended.push((number, unkeyed(failure), item)),
            Err(_) => {}
        }
    }
    let mut done: Vec<Option<Outcome>> = vec![None; running.len()];
    let mut finished = ended.len();
    loop {
        let mut waiting = Vec::new();
        for (index, (execution, _, is_shown)) in running.iter_mut().enumerate() {
            if done[index].is_some() {
                continue;
            }
            shown_next(*is_shown);
            match drive(execution, world).await {
                Progress::Done(outcome) => {
                    done[index] = Some(*outcome);
                    if *is_shown {
                        finished += 1;
                        progress(finished, shown);
                    }
                }
                Progress::Waiting(candidate) => waiting.push((index, candidate)),
            }
        }
        if waiting.is_empty() {
            break;
        }
        for (index, choice) in decide(program, waiting) {
            running[index].0.record(Event::Selected(choice));
        }
    }
    let (of_shown, of_pool): (Vec<_>, Vec<_>) = running
        .into_iter()
        .zip(done)
        .partition(|((_, _, is_shown), _)| *is_shown);
    let outcomes = |of: Vec<((Execution, Json, bool), Option<Outcome>)>| -> Outcomes {
        of.into_iter()
            .filter_map(|((_, item, _), outcome)| outcome.map(|o| (o, item)))
            .collect()
    };
    let mut cases = outcomes(of_shown);
    // Rows without a key stand where they stood among the others.
    for (number, outcome, item) in ended {
        cases.insert(number.min(cases.len()), (outcome, item));
    }
    (cases, outcomes(of_pool))
}

/// Decides about the cases that wait, one `select` step after the other.
pub fn decide(program: &Program, mut waiting: Vec<(usize, Candidate)>) -> Vec<(usize, Choice)> {
    let Some(step) = waiting.first().map(|(_, c)| c.step.clone()) else {
        return Vec::new();
    };
    waiting.retain(|(_, candidate)| candidate.step == step);
    let Some(StepKind::Select(select)) = program.workflow().step(&step).map(|s| &s.kind) else {
        return Vec::new();
    };
    let (indices, candidates): (Vec<usize>, Vec<_>) = waiting.into_iter().unzip();
    indices
        .into_iter()
        .zip(choose(select, &candidates))
        .collect()
}

/// Returns the outcome of a row that has no key.
pub fn unkeyed(failure: Failure) -> Outcome {
    Outcome {
        key: "(no key)".to_owned(),
        status: Status::Failed {
            part: "for_each".to_owned(),
            failure,
        },
        result: IndexMap::new(),
        caveats: Vec::new(),
        notes: Vec::new(),
        because: Vec::new(),
        path: Vec::new(),
        outputs: Vec::new(),
    }
}
