//! Past cases with what people decided: half of them are shown to the builder, the other half
//! tells whether it has learned the procedure or the examples.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use super::Resources;
use crate::check::Checked;
use crate::connect::Catalog;
use crate::diag::{Error, Result};
use crate::rehearse::{Backtest, Compared, PastFiles, backtest, is_same};

type Row = Map<String, Json>;

/// A file of past cases with their outcomes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Labelled {
    /// Where it lies.
    file: PathBuf,
    /// The columns that say what was decided.
    outcomes: Vec<String>,
    /// How many cases it holds.
    cases: usize,
    /// Those that the builder is shown, as they are written.
    shown: Vec<Row>,
}

/// The most cases that are shown to the builder.
const SHOWN: usize = 30;

/// The most disagreements that are told at once.
const TOLD: usize = 10;

impl Labelled {
    /// Reads a file. The columns named are those of the outcome; without any, they are those that
    /// the table of the cases does not have.
    ///
    /// # Errors
    /// If the file cannot be read, has no such column, or none that can be the outcome.
    pub async fn read(file: &Path, named: &[String], catalog: &Catalog) -> Result<Self> {
        let file = std::path::absolute(file)
            .map_err(|e| Error::input(format!("{} cannot be read", file.display())).caused_by(e))?;
        let rows = PastFiles::in_one(&file, named).await?.decided().to_vec();
        let columns: Vec<String> = rows
            .first()
            .map(|row| row.keys().cloned().collect())
            .unwrap_or_default();
        let outcomes = match named {
            [] => outcomes(&columns, catalog),
            named => named.to_vec(),
        };
        let lacking = outcomes.iter().find(|name| !columns.contains(name));
        if outcomes.is_empty() || lacking.is_some() {
            let what = match lacking {
                Some(name) => format!("{} has no column `{name}`", file.display()),
                None => format!("No column of {} says what was decided", file.display()),
            };
            return Err(Error::input(what).help(format!(
                "Name it: --outcome COLUMN. Its columns are {}.",
                columns.join(", ")
            )));
        }
        let shown = rows.iter().step_by(2).take(SHOWN).cloned().collect();
        Ok(Labelled {
            file,
            outcomes,
            cases: rows.len(),
            shown,
        })
    }

    /// Returns what the builder is told of them at the beginning.
    pub(super) fn block(&self) -> String {
        let columns: Vec<&String> = self.shown.first().into_iter().flat_map(Map::keys).collect();
        let rows: String = self
            .shown
            .iter()
            .map(|row| {
                let cells = columns.iter().map(|name| row.get(*name).cloned());
                let cells: Vec<Json> = cells.map(Option::unwrap_or_default).collect();
                format!("{}\n", Json::Array(cells))
            })
            .collect();
        format!(
            "\nPast cases with what people decided in {}: {} of {}; the others are held back to check the workflow.\n<past_cases>\n{}\n{rows}</past_cases>\nThe result needs {} under these names. Each dry run compares with all of them, and those that agree become tests; of those held back only the number is told: where it lags behind, read the SOP again. Every rule comes from a statement of the SOP or an answer of the user, never from these cases alone. Where one contradicts the SOP, ask which holds (“case 4 was decided B, statement 7 says C”); without an answer the SOP holds, and the assumption says so. They may settle what the SOP leaves open: then the assumption names them as evidence.\n",
            listed(&self.outcomes),
            self.shown.len(),
            self.cases,
            json!(columns),
            listed(&self.outcomes),
        )
    }

    /// Runs the past cases through a workflow.
    ///
    /// # Errors
    /// If its result lacks what was decided, or the file cannot be read any more.
    pub(super) async fn compare(
        &self,
        checked: &Checked,
        resources: &Resources,
        progress: &(dyn Fn(usize, usize) + Sync),
    ) -> Result<Backtest> {
        let workflow = checked.workflow();
        let files = PastFiles::in_one(&self.file, &self.outcomes).await?;
        let fields = files.fields(workflow, &[])?;
        let past = files.cases(workflow, &fields).await?;
        let rehearsal = resources.rehearsal(checked, None, past.len(), progress);
        backtest(checked, &rehearsal, past).await
    }

    /// Returns how a workflow compares, for the model: the half that it may not see only counted.
    pub(super) fn told(&self, report: &Backtest) -> Json {
        let (shown, held): (Vec<_>, Vec<_>) = report
            .compared
            .iter()
            .enumerate()
            .partition(|(at, _)| at % 2 == 0 && at / 2 < SHOWN);
        let right = |cases: &[(usize, &Compared)]| {
            let right = cases.iter().filter(|(_, case)| case.agrees).count();
            format!("{right} of {}", cases.len())
        };
        let wrong: Vec<Json> = shown
            .iter()
            .filter(|(_, case)| !case.agrees)
            .take(TOLD)
            .map(|(at, case)| {
                let group = report.disagreements.iter().find(|d| d.cases.contains(at));
                let differing = case
                    .fields
                    .iter()
                    .filter(|(_, (was, came))| !is_same(was, came));
                let fields: Map<String, Json> = differing
                    .map(|(field, (was, came))| {
                        (field.clone(), json!({"decided": was, "came": came}))
                    })
                    .collect();
                json!({
                    "case": case.key, "fields": fields,
                    "by": group.map(|g| &g.rule), "statements": group.map(|g| &g.statements),
                })
            })
            .collect();
        json!({"right_of_shown": right(&shown), "right_of_held_back": right(&held), "wrong_of_shown": wrong})
    }

    /// Returns the cases that agree as tests of the workflow, without those that it has.
    pub(super) fn tests(&self, report: &Backtest, workflow: &Json) -> Vec<Json> {
        let Some(item) = workflow["for_each"]["as"].as_str() else {
            return Vec::new();
        };
        let known: Vec<&str> = workflow["tests"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|test| test["name"].as_str())
            .collect();
        let agreeing = report.compared.iter().filter(|case| case.agrees);
        let tests = agreeing.map(|case| {
            let expected: Map<String, Json> = case
                .fields
                .iter()
                .map(|(field, (was, _))| (field.clone(), was.clone()))
                .collect();
            json!({
                "name": format!("Past case {}", case.key), "from": "user",
                "given": {item: case.row}, "expect": expected,
            })
        });
        tests
            .filter(|test| {
                test["name"]
                    .as_str()
                    .is_some_and(|name| !known.contains(&name))
            })
            .collect()
    }
}

/// Returns the columns that the table which shares most of them does not have.
fn outcomes(columns: &[String], catalog: &Catalog) -> Vec<String> {
    let tables = catalog.connections.values().flat_map(|c| c.tables.values());
    let shared = |names: &[&String]| names.iter().filter(|n| columns.contains(n)).count();
    let best = tables
        .map(|table| table.columns.keys().collect::<Vec<_>>())
        .max_by_key(|names| shared(names))
        .filter(|names| shared(names) > 0);
    match best {
        Some(own) => columns
            .iter()
            .filter(|name| !own.contains(name))
            .cloned()
            .collect(),
        None => columns.last().cloned().into_iter().collect(),
    }
}

fn listed(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}
