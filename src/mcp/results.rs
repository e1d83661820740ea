//! The results of a run as an assistant reads them: its cases, or what is different from another
//! run.

use std::collections::{HashMap, HashSet};

use serde_json::{Value as Json, json};

use crate::diag::{Error, Result};
use crate::store::journal::Run;

/// Cases that are told at most.
const TOLD: usize = 60;

/// The results of a run: names of columns, and the cells of each case, the first being its key.
struct Results {
    columns: Vec<String>,
    cases: Vec<Vec<String>>,
}

/// Returns the cases of a run, those of which a cell is a text, where one is given.
///
/// # Errors
/// If they cannot be read.
pub(super) fn cases(run: &Run, with: Option<&str>) -> Result<Json> {
    let results = read(run)?;
    let is_wanted = |case: &&Vec<String>| {
        with.is_none_or(|with| case.iter().any(|cell| cell.eq_ignore_ascii_case(with)))
    };
    let wanted: Vec<&Vec<String>> = results.cases.iter().filter(is_wanted).collect();
    Ok(
        json!({"run": run.info.id, "cases": wanted.len(), "of": results.cases.len(),
        "columns": results.columns, "rows": wanted[..wanted.len().min(TOLD)],
        "left_out": wanted.len().saturating_sub(TOLD)}),
    )
}

/// Returns the cases of a run of which a result is another than in an earlier run, with both.
///
/// # Errors
/// If either cannot be read.
pub(super) fn differences(run: &Run, earlier: &Run) -> Result<Json> {
    let (now, before) = (read(run)?, read(earlier)?);
    let place: HashMap<&str, usize> = before.columns.iter().map(String::as_str).zip(0..).collect();
    let was: HashMap<&str, &Vec<String>> = before
        .cases
        .iter()
        .filter_map(|case| Some((case.first()?.as_str(), case)))
        .collect();
    let mut told = Vec::new();
    let mut only_now = Vec::new();
    for case in &now.cases {
        let Some(key) = case.first() else { continue };
        let Some(earlier) = was.get(key.as_str()) else {
            only_now.push(key);
            continue;
        };
        let mut changes = serde_json::Map::new();
        for (column, cell) in now.columns.iter().zip(case) {
            let known = place.get(column.as_str()).and_then(|at| earlier.get(*at));
            if known != Some(cell) {
                changes.insert(column.clone(), json!([known, cell]));
            }
        }
        if !changes.is_empty() {
            told.push(json!({"case": key, "changes": changes}));
        }
    }
    let keys: HashSet<&str> = now
        .cases
        .iter()
        .filter_map(|case| Some(case.first()?.as_str()))
        .collect();
    let mut only_before: Vec<&str> = was
        .keys()
        .copied()
        .filter(|key| !keys.contains(key))
        .collect();
    only_before.sort_unstable();
    Ok(
        json!({"run": run.info.id, "than": earlier.info.id, "different": told.len(),
        "cases": told[..told.len().min(TOLD)], "left_out": told.len().saturating_sub(TOLD),
        "only_now": only_now.len(), "such_as_now": only_now[..only_now.len().min(TOLD)],
        "only_before": only_before.len(), "such_as_before": only_before[..only_before.len().min(TOLD)]}),
    )
}

fn read(run: &Run) -> Result<Results> {
    let unreadable = |e: csv::Error| {
        Error::input(format!("The results of {} cannot be read", run.info.id))
            .caused_by(e)
            .help(format!("They are at {}.", run.results.display()))
    };
    let mut reader = csv::Reader::from_path(&run.results).map_err(unreadable)?;
    let texts = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect();
    let columns = texts(reader.headers().map_err(unreadable)?);
    let cases = reader.records().map(|record| Ok(texts(&record?)));
    let cases = cases.collect::<std::result::Result<_, csv::Error>>();
    Ok(Results {
        columns,
        cases: cases.map_err(unreadable)?,
    })
}
