//! `sopwright run`

use std::process::ExitCode;

use serde_json::{Map, Value as Json};

use super::{Context, args};
use crate::check::Checked;
use crate::diag::{Error, Result};
use crate::runner::{RunPlan, Summary, run as carry_out};
use crate::spec::TriggerKind;
use crate::{store, ui};

pub(super) async fn run(context: &Context, args: args::Run) -> Result<ExitCode> {
    let stored = store::load(&context.workspace, &args.name)?;
    let (checked, connections, catalog) = context.checked(&stored).await?;
    let workflow = checked.workflow().clone();
    let id = format!(
        "{}-{}",
        workflow.name,
        jiff::Zoned::now().strftime("%Y%m%d-%H%M%S")
    );
    let folder = args
        .out
        .unwrap_or_else(|| context.workspace.runs().join(&id));
    let table = workflow
        .for_each
        .as_ref()
        .and_then(|each| workflow.data.get(&each.over))
        .and_then(|pull| catalog.table(&pull.from));
    // Rows are counted where the table says how many it has: then there is a time left.
    let bar = match table.and_then(|table| table.rows) {
        Some(rows) if args.case.is_none() => ui::Progress::bar("Running", rows),
        _ => ui::Progress::spinner("Running"),
    };
    let told = |summary: &Summary| {
        let failed = if summary.failed > 0 {
            format!(", {} failed", summary.failed)
        } else {
            String::new()
        };
        let cost = if summary.spent.cost > 0.0 {
            format!(", ${:.3}", summary.spent.cost)
        } else {
            String::new()
        };
        bar.at(summary.rows as u64);
        bar.says(format!("{} cases{failed}{cost}", summary.cases));
    };
    let plan = RunPlan {
        run: context.clock.run_info(&id, &workflow.name, Some(&workflow)),
        trigger: trigger(&checked, &args.inputs)?,
        llm: context.llm().await?,
        checked,
        connections,
        only: args.case,
        folder,
        results: args.results,
        at_once: usize::from(args.at_once),
        progress: &told,
    };
    let summary = carry_out(plan).await;
    bar.end();
    let summary = summary?;
    if context.is_json() {
        ui::out(serde_json::to_string_pretty(&summary.to_json()).unwrap_or_default());
    } else {
        ui::out(ui::summary(&summary));
    }
    Ok(if summary.is_clean() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Returns what starts the run gives: the inputs of a manual trigger.
fn trigger(checked: &Checked, inputs: &[String]) -> Result<Json> {
    let known = match &checked.workflow().trigger.kind {
        TriggerKind::Manual(manual) => manual.inputs.clone(),
        TriggerKind::Schedule(_) => return Ok(serde_json::json!({ "time": null })),
        _ => Map::new(),
    };
    let mut given = Map::new();
    for input in inputs {
        let (name, value) = input
            .split_once('=')
            .ok_or_else(|| Error::usage(format!("`{input}` is not of the form NAME=VALUE")))?;
        let Some(schema) = known.get(name) else {
            let help = crate::diag::did_you_mean(name, known.keys().map(String::as_str))
                .unwrap_or_else(|| "This workflow takes no inputs.".to_owned());
            return Err(Error::usage(format!("There is no input `{name}`")).help(help));
        };
        let is_text = schema
            .get("type")
            .and_then(Json::as_str)
            .is_none_or(|kind| kind == "string");
        let value = if is_text {
            Json::from(value)
        } else {
            serde_json::from_str(value).map_err(|e| {
                Error::usage(format!("`{value}` does not fit the input `{name}`")).caused_by(e)
            })?
        };
        given.insert(name.to_owned(), value);
    }
    for name in known.keys() {
        if !given.contains_key(name) {
            return Err(Error::usage(format!("The input `{name}` is missing"))
                .help(format!("Give it as --input {name}=VALUE")));
        }
    }
    Ok(Json::Object(given))
}
