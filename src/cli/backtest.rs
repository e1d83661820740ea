//! `sopwright backtest`

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use super::{Context, args};
use crate::connect::{ConnectionConfig, Connections, FileConfig, Scan};
use crate::diag::{Error, Result};
use crate::engine::key_text;
use crate::rehearse::{Backtest, PastCase, Rehearsal, backtest as compare};
use crate::spec::{FieldType, Workflow};
use crate::{store, ui};

type Row = Map<String, Json>;

pub(super) async fn backtest(context: &Context, args: args::Backtest) -> Result<ExitCode> {
    let stored = store::load(&context.workspace, &args.name)?;
    let (checked, connections, catalog) = context.checked(&stored).await?;
    let workflow = checked.workflow();
    let past = past(workflow, &args).await?;
    let bar = ui::Progress::bar("Backtest", past.len() as u64);
    let rehearsal = Rehearsal {
        connections: &connections,
        catalog: &catalog,
        llm: context.llm().await?,
        run: context
            .clock
            .run_info("backtest", &workflow.name, Some(workflow)),
        cases: past.len(),
        scenarios: false,
        progress: &|done, _| bar.at(done as u64),
    };
    let report = compare(&checked, &rehearsal, past).await;
    bar.end();
    let report = report?;
    if let Some(path) = &args.out {
        fs::write(path, csv(&report)).map_err(|e| {
            Error::input(format!("{} cannot be written", path.display())).caused_by(e)
        })?;
    }
    if context.is_json() {
        ui::out(serde_json::to_string_pretty(&report).unwrap_or_default());
    } else {
        ui::out(ui::backtest(&report, &stored.sop));
    }
    Ok(if report.failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Reads the past cases with what people decided.
async fn past(workflow: &Workflow, args: &args::Backtest) -> Result<Vec<PastCase>> {
    let pull = workflow
        .for_each
        .as_ref()
        .and_then(|each| workflow.data.get(&each.over));
    let fields = pull.map(|pull| pull.fields.clone()).unwrap_or_default();
    let typed = rows(&args.cases, &fields).await?;
    let whole = rows(&args.cases, &IndexMap::new()).await?;
    let expected = rows(&args.expect, &IndexMap::new()).await?;
    let columns: Vec<String> = expected
        .first()
        .map(|row| row.keys().cloned().collect())
        .unwrap_or_default();
    let joined_by = columns
        .iter()
        .find(|name| whole.first().is_some_and(|row| row.contains_key(*name)));
    if joined_by.is_none() && expected.len() != whole.len() {
        return Err(Error::input(format!(
            "{} has no column of {} to join by, and another number of rows",
            args.expect.display(),
            args.cases.display()
        ))
        .help("Give both files a column that names the case."));
    }
    let decided_fields = decided_fields(workflow, &columns, joined_by, &args.field)?;
    let mut by_key: HashMap<String, &Row> = HashMap::new();
    for row in &expected {
        if let Some(key) = joined_by.and_then(|column| key_text(row.get(column)?)) {
            by_key.entry(key).or_insert(row);
        }
    }
    let mut past = Vec::new();
    for (index, (row, raw)) in typed.into_iter().zip(&whole).enumerate() {
        let found = match joined_by {
            None => expected.get(index),
            Some(column) => raw
                .get(column)
                .and_then(key_text)
                .and_then(|key| by_key.get(&key).copied()),
        };
        // A case of which nobody says how it was decided cannot be compared.
        let Some(found) = found else { continue };
        let decided = decided_fields.iter().map(|(column, field)| {
            let value = found.get(column).cloned().unwrap_or(Json::Null);
            (field.clone(), value)
        });
        past.push(PastCase {
            row,
            decided: decided.collect(),
        });
    }
    if past.is_empty() {
        return Err(Error::input("No case has a known outcome to compare with")
            .help("See that the column that both files share holds the same values."));
    }
    Ok(past)
}

/// Returns the columns that say what was decided, each with the field of the result.
fn decided_fields(
    workflow: &Workflow,
    columns: &[String],
    joined_by: Option<&String>,
    named: &[String],
) -> Result<Vec<(String, String)>> {
    let mut renamed: IndexMap<&str, &str> = IndexMap::new();
    for pair in named {
        let (column, field) = pair
            .split_once('=')
            .ok_or_else(|| Error::usage(format!("`{pair}` is not of the form COLUMN=FIELD")))?;
        renamed.insert(column, field);
    }
    let known: Vec<&str> = workflow.result.keys().map(String::as_str).collect();
    columns
        .iter()
        .filter(|column| Some(*column) != joined_by)
        .map(|column| {
            let field = renamed.get(column.as_str()).copied().unwrap_or(column);
            if known.contains(&field) {
                Ok((column.clone(), field.to_owned()))
            } else {
                Err(Error::input(format!("The workflow's result has no field `{field}`")).help(
                    format!(
                        "Its fields are {}. Say which one the column is: --field {column}=FIELD",
                        known.join(", ")
                    ),
                ))
            }
        })
        .collect()
}

/// Reads a CSV or JSON file as a table.
async fn rows(path: &Path, fields: &IndexMap<String, FieldType>) -> Result<Vec<Row>> {
    let unreadable =
        |why: String| Error::input(format!("{} cannot be read", path.display())).because(why);
    let table = path.file_stem().and_then(|name| name.to_str());
    let (Some(table), true) = (table, path.is_file()) else {
        return Err(unreadable("there is no such file".to_owned()));
    };
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
    let here = std::env::current_dir().map_err(|e| unreadable(e.to_string()))?;
    let config = FileConfig {
        path: here.join(folder.unwrap_or(Path::new("."))),
        writable: false,
        about: None,
    };
    let config = IndexMap::from([("past".to_owned(), ConnectionConfig::Folder(config))]);
    let connections = Connections::open(&config, &here, &|_| None);
    let scan = Scan {
        table: table.to_owned(),
        fields: fields.clone(),
    };
    let connection = connections.require("past").map_err(Error::from)?;
    let rows = connection.scan(scan).await.map_err(Error::from)?;
    rows.collect(usize::MAX).await.map_err(Error::from)
}

/// Returns every case as CSV: what was decided, what came, whether they agree, and why.
fn csv(report: &Backtest) -> String {
    let mut out = csv::Writer::from_writer(Vec::new());
    let fields: Vec<&String> = report.fields.keys().collect();
    let mut header = vec!["key".to_owned(), "agrees".to_owned()];
    header.extend(
        fields
            .iter()
            .flat_map(|f| [format!("{f} decided"), format!("{f} came")]),
    );
    header.push("because".to_owned());
    // Writing to memory cannot fail.
    let _ = out.write_record(&header);
    for case in &report.compared {
        let mut record = vec![case.key.clone(), case.agrees.to_string()];
        for field in &fields {
            let (was, came) = case.fields.get(*field).cloned().unwrap_or_default();
            record.extend([was, came].map(|v| key_text(&v).unwrap_or_default()));
        }
        record.push(case.because.join("; "));
        let _ = out.write_record(&record);
    }
    String::from_utf8(out.into_inner().unwrap_or_default()).unwrap_or_default()
}
