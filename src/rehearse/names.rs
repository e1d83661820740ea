//! The names of all cases, as tables are searched for them: which are found surely, which need a
//! person's word, and which are not found.

use std::collections::HashMap;

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::tables::{Tables, case_rows};
use crate::connect::Connections;
use crate::diag::{Error, Result};
use crate::engine::{Action, Case, Event, Execution, Program, RunInfo, Wanted, base_scope};
use crate::expr::functions::normalize;
use crate::expr::to_json;

/// A name that cases search a table for.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchedName {
    /// The table, as `connection.table`.
    pub table: String,
    /// The name as the case has it.
    pub written: String,
    /// The key of the first case with it.
    pub case: String,
    /// How many cases have it.
    pub cases: usize,
    /// The names that are taken for it, with how alike they are.
    pub taken: Vec<(String, f64)>,
    /// Other names of the table, the most alike first; not looked for where what is taken is sure.
    pub others: Vec<(String, f64)>,
    /// Does it need nobody's word? What is taken is sure, or somebody said that it is none of those
    /// that are alike.
    pub is_sure: bool,
}

/// The most names of a table that a person is shown for one.
const SHOWN: usize = 5;

/// Searches for the names of all cases of a workflow, in the order of the cases; each name of a
/// table once.
///
/// # Errors
/// If the cases or a table cannot be read.
pub async fn searched_names(
    program: &Program,
    connections: &Connections,
    run: &RunInfo,
) -> Result<Vec<SearchedName>> {
    let base = base_scope(run, &Json::Null);
    let tables = Tables::load(program, connections, &base).await;
    let cases = match program.cases() {
        Some(pull) => {
            let rows = case_rows(pull, connections, &base).await?;
            rows.into_iter().map(Some).collect()
        }
        None => vec![None],
    };
    let mut found: Vec<SearchedName> = Vec::new();
    let mut known: HashMap<(String, String), usize> = HashMap::new();
    for item in cases {
        let case = Case {
            item,
            given: IndexMap::new(),
        };
        // A row without a key is no case; a run tells of it.
        let Ok(mut execution) = Execution::within(program, &base, case) else {
            continue;
        };
        // Tables are pulled before anything else is done.
        while let Action::Pull(request) = execution.next_action() {
            let rows = tables.rows(&request, execution.scope());
            let pull = program.pulls().iter().find(|p| p.name == request.name);
            for (_, wanted) in &request.wanted {
                let (Wanted::Like { name, sure, .. }, Some(pull)) = (wanted, pull) else {
                    continue;
                };
                if name.trim().is_empty() {
                    continue;
                }
                let at = (pull.from.clone(), name.clone());
                if let Some(index) = known.get(&at) {
                    found[*index].cases += 1;
                    continue;
                }
                let taken = match &rows {
                    Ok(rows) => taken(&to_json(&rows.value)),
                    Err(failure) => {
                        let what = format!("Names cannot be looked up in {}", pull.from);
                        return Err(Error::unavailable(what).because(failure.message.clone()));
                    }
                };
                let is_found = !taken.is_empty() && taken.iter().all(|(_, c)| c >= sure);
                let mut others = Vec::new();
                if !is_found {
                    others = tables.alike(&request.name, name, SHOWN + taken.len());
                    others.retain(|(other, _)| !taken.iter().any(|(name, _)| is_one(name, other)));
                    others.truncate(SHOWN);
                }
                let is_none = taken.is_empty()
                    && others.is_empty()
                    && tables.is_told_apart(&request.name, name);
                known.insert(at, found.len());
                found.push(SearchedName {
                    table: pull.from.clone(),
                    written: name.clone(),
                    case: execution.key().to_owned(),
                    cases: 1,
                    taken,
                    others,
                    is_sure: is_found || is_none,
                });
            }
            execution.record(Event::Pulled(rows));
        }
    }
    Ok(found)
}

/// Do two names differ only in how they are spelled?
fn is_one(a: &str, b: &str) -> bool {
    normalize(a) == normalize(b)
}

/// Returns the names of rows that were found, each once, with how alike they are.
fn taken(rows: &Json) -> Vec<(String, f64)> {
    let mut taken: Vec<(String, f64)> = Vec::new();
    for row in rows.as_array().into_iter().flatten() {
        let found = &row["_match"];
        if let (Some(name), Some(confidence)) = (found["as"].as_str(), found["confidence"].as_f64())
            && !taken.iter().any(|(known, _)| is_one(known, name))
        {
            taken.push((name.to_owned(), confidence));
        }
    }
    taken
}
