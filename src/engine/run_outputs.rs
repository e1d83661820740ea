//! What a run makes once, when all its cases are done.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::outputs::set_caveats;
use super::program::By;
use super::{Delivery, Failure, Outcome, Program, RunInfo};
use crate::expr::{Condition, Error, Scope, Tree, Value, from_json, to_json};
use crate::spec::Per;

/// A case as the outputs of a run see it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CaseSummary {
    /// What tells it apart.
    pub key: String,
    /// done, stopped or failed.
    pub status: String,
    /// Its named values.
    pub result: IndexMap<String, Json>,
    /// What was missing or uncertain.
    pub caveats: Vec<String>,
    /// The item of the case.
    pub item: Json,
}

impl CaseSummary {
    /// Returns what the outputs of a run see of a case.
    pub fn of(outcome: &Outcome, item: Json) -> Self {
        CaseSummary {
            key: outcome.key.clone(),
            status: outcome.status.word().to_owned(),
            result: outcome.result.clone(),
            caveats: outcome.caveats.clone(),
            item,
        }
    }
}

/// Returns what a run delivers when all its cases are done: the outputs that are made once,
/// with those that could not be made.
pub fn deliveries_of_run(
    program: &Program,
    run: &RunInfo,
    trigger: &Json,
    cases: &[CaseSummary],
) -> (Vec<Delivery>, Vec<(String, Failure)>) {
    let item = program.inner.item.as_ref().map(|i| i.name.as_str());
    let cases = &with_whole_results(program, cases);
    let mut scope = super::base_scope(run, trigger);
    scope.set(
        "cases",
        Value::from(
            cases
                .iter()
                .map(|c| case_value(c, item))
                .collect::<Vec<_>>(),
        ),
    );
    let mut caveats: Vec<&String> = cases.iter().flat_map(|c| &c.caveats).collect();
    caveats.sort();
    caveats.dedup();
    let caveats: Vec<String> = caveats.into_iter().cloned().collect();
    set_caveats(&mut scope, &caveats);
    let mut deliveries = Vec::new();
    let mut failures = Vec::new();
    for output in program.inner.outputs.iter().filter(|o| o.per == Per::Run) {
        let wanted = output.when.as_ref().map_or(Ok(true), |w| w.holds(&scope));
        match wanted.and_then(|wanted| {
            if wanted {
                output.delivery(&scope, cases, item).map(Some)
            } else {
                Ok(None)
            }
        }) {
            Ok(Some(delivery)) => deliveries.push(delivery),
            Ok(None) => {}
            Err(error) => failures.push((
                output.id.clone(),
                Failure::last("expression", error.message),
            )),
        }
    }
    (deliveries, failures)
}

/// Returns the cases with every field of the result: a case that failed has none of them, which
/// is a missing value to the outputs of the run.
fn with_whole_results(program: &Program, cases: &[CaseSummary]) -> Vec<CaseSummary> {
    let mut cases = cases.to_vec();
    for case in &mut cases {
        for name in program.inner.result.keys() {
            if !case.result.contains_key(name) {
                case.result.insert(name.clone(), Json::Null);
            }
        }
    }
    cases
}

fn case_value(case: &CaseSummary, item: Option<&str>) -> Value {
    let result = Value::from_pairs(
        case.result
            .iter()
            .map(|(n, v)| (Value::from(n.as_str()), from_json(v))),
    );
    let caveats = Value::from(
        case.caveats
            .iter()
            .map(|c| Value::from(c.as_str()))
            .collect::<Vec<_>>(),
    );
    let held = from_json(&case.item);
    let mut fields = vec![
        (Value::from("key"), Value::from(case.key.as_str())),
        (Value::from("status"), Value::from(case.status.as_str())),
        (Value::from("result"), result),
        (Value::from("caveats"), caveats),
        (Value::from("item"), held.clone()),
    ];
    if let Some(item) = item.filter(|name| *name != "item") {
        fields.push((Value::from(item), held));
    }
    Value::from_pairs(fields)
}

pub(super) fn table_rows(
    scope: &Scope,
    cases: &[CaseSummary],
    item: Option<&str>,
    only: Option<&Condition>,
    order_by: &[By],
    columns: &IndexMap<String, Tree>,
) -> Result<Vec<Vec<Json>>, Error> {
    let mut scope = scope.fork();
    let mut rows = Vec::new();
    for case in cases {
        scope.set("case", case_value(case, item));
        let kept = match only {
            Some(only) => only.holds(&scope)?,
            None => case.status == "done",
        };
        if !kept {
            continue;
        }
        let keys: Vec<(Value, bool)> = order_by
            .iter()
            .map(|by| Ok((by.value.eval(&scope)?, by.descending)))
            .collect::<Result<_, Error>>()?;
        let cells: Vec<Json> = columns
            .values()
            .map(|tree| tree.eval(&scope).map(|v| to_json(&v)))
            .collect::<Result<_, _>>()?;
        rows.push((keys, cells));
    }
    rows.sort_by(|a, b| super::select::compare(&a.0, &b.0));
    Ok(rows.into_iter().map(|(_, cells)| cells).collect())
}
