//! `sopwright runs`

use serde_json::{Value as Json, json};

use super::Context;
use super::args::RunsCommand;
use crate::diag::{Error, Result, did_you_mean};
use crate::engine::Outcome;
use crate::store::Journal;
use crate::store::journal::{Run, Used, moment};
use crate::ui;

pub(super) fn runs(context: &Context, command: &RunsCommand) -> Result<()> {
    let journal = context.journal()?;
    match command {
        RunsCommand::List { workflow, last } => {
            let runs = journal.runs(workflow.as_deref(), usize::from(*last))?;
            if context.is_json() {
                let told: Vec<Json> = runs.iter().map(json_of).collect();
                ui::out(json!({ "runs": told }).to_string());
            } else if runs.is_empty() {
                ui::out("There was no run yet: sopwright run NAME runs a workflow.");
            } else {
                ui::out(ui::runs(&runs));
            }
        }
        RunsCommand::Show { run } => {
            let run = match run {
                Some(id) => journal.run(id)?,
                None => last(&journal)?,
            };
            let statuses = journal.statuses(run.number)?;
            let approvals = journal.approvals_of_run(run.number)?;
            let used = journal.used_by(run.number, None)?;
            if context.is_json() {
                let mut told = json_of(&run);
                let counts = |of: Vec<(String, usize)>| -> serde_json::Map<String, Json> {
                    of.into_iter().map(|(what, n)| (what, n.into())).collect()
                };
                told["statuses"] = counts(statuses).into();
                told["used"] = json!(used);
                told["inbox"] = counts(approvals).into();
                told["summary"] = run.summary.clone().unwrap_or_default();
                ui::out(serde_json::to_string_pretty(&told).unwrap_or_default());
            } else {
                ui::out(ui::run(&run, &statuses, &approvals, &used));
            }
        }
        RunsCommand::Case { run, key } => case(context, &journal, &journal.run(run)?, key)?,
    }
    Ok(())
}

fn last(journal: &Journal) -> Result<Run> {
    let runs = journal.runs(None, 1)?;
    runs.into_iter().next().ok_or_else(|| {
        Error::input("There was no run yet").help("`sopwright run NAME` runs a workflow.")
    })
}

/// Tells what happened to the cases of a key: mostly one.
fn case(context: &Context, journal: &Journal, run: &Run, key: &str) -> Result<()> {
    let (finished, open) = journal.cases_of_key(run.number, key)?;
    let done = finished
        .into_iter()
        .map(|c| (c.place, c.item, Some(c.outcome)));
    let cases: Vec<(i64, Json, Option<Outcome>)> = done
        .chain(open.into_iter().map(|item| (item.place, item.item, None)))
        .collect();
    if cases.is_empty() {
        let known = journal.some_keys(run.number, 2_000)?;
        let help = did_you_mean(key, known.iter().map(String::as_str))
            .unwrap_or_else(|| "The run has not come to any case yet.".to_owned());
        let id = &run.info.id;
        return Err(Error::input(format!("There is no case `{key}` in {id}")).help(help));
    }
    let mut told = Vec::new();
    for (place, item, outcome) in &cases {
        let effects = journal.effects(run.number, *place)?;
        let approvals = journal.approvals_of_case(run.number, *place)?;
        if context.is_json() {
            let all = ui::timeline(&effects, &approvals);
            let timeline: Vec<Json> = all.iter().map(Json::from).collect();
            let mut used = Used::default();
            for spent in effects.iter().filter_map(|e| e.spent.as_ref()) {
                used += spent.used;
            }
            let effects: Vec<Json> = effects
                .iter()
                .map(|e| {
                    json!({"part": e.part, "turn": e.turn, "kind": e.kind, "state": e.state,
                        "request": e.request, "answer": e.answer, "begun": moment(e.begun),
                        "ended": e.ended.map(moment), "spent": e.spent})
                })
                .collect();
            let approvals: Vec<Json> = approvals.iter().map(Json::from).collect();
            told.push(
                json!({"key": key, "item": item, "outcome": outcome, "timeline": timeline,
                "used": used, "effects": effects, "approvals": approvals}),
            );
        } else {
            ui::out(ui::case(&ui::CaseTold {
                run,
                key,
                item,
                outcome: outcome.as_ref(),
                effects: &effects,
                approvals: &approvals,
            }));
        }
    }
    if context.is_json() {
        let whole = json!({ "run": run.info.id, "cases": told });
        ui::out(serde_json::to_string_pretty(&whole).unwrap_or_default());
    }
    Ok(())
}

fn json_of(run: &Run) -> Json {
    json!({
        "run": run.info.id, "workflow": run.info.workflow, "version": run.version,
        "status": run.status, "why": run.why, "as_of": run.info.time, "began": moment(run.started),
        "ended": run.ended.map(moment), "resumed": run.resumed, "cases": run.finished,
        "failed": run.failed, "rows": run.kept_rows, "only": run.only, "inputs": run.inputs,
        "folder": run.folder.display().to_string(), "results": run.results.display().to_string()
    })
}
