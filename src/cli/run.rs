//! `sopwright run`

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Map, Value as Json};
use tokio_util::sync::CancellationToken;

use super::build::time;
use super::edit::asks;
use super::serve::stopped;
use super::{Context, args};
use crate::check::Checked;
use crate::diag::{Error, Result, count};
use crate::runner::{
    Begin, Engine, Estimate, Limits, Rules, RunPlan, Summary, as_it_was, free_id, run as carry_out,
};
use crate::spec::{Given, TriggerKind, Workflow};
use crate::store::Journal;
use crate::store::journal::{Run, RunStatus, VersionText};
use crate::{store, ui};

pub(super) async fn run(context: &Context, args: args::Run) -> Result<ExitCode> {
    let journal = context.journal()?;
    let limits = Limits {
        cases: args.max_cases,
        cost: args.max_cost,
        calls: args.max_calls,
        time: args.max_time.as_deref().map(time).transpose()?,
        past_days: args.past_day_limits,
    };
    let rules = Rules::of(context.workspace.settings())?;
    let resumed = match &args.resume {
        Some(named) => Some(to_resume(&journal, named, args.name.as_deref())?),
        None => None,
    };
    let asked = args.engine.map(|engine| engine == args::Engine::Restate);
    let restate = &context.workspace.settings().restate;
    let engine = Engine::chosen(restate, asked, resumed.as_ref())?;
    let stored = match (&resumed, &args.name) {
        (Some(run), _) => as_it_was(&journal, run)?,
        (None, Some(name)) => store::load(&context.workspace, name)?,
        // The command line asks for one of them.
        (None, None) => return Err(Error::usage("A workflow is missing")),
    };
    let (checked, connections, catalog) = match context.checked(&stored).await {
        Err(error) if resumed.is_some() => return Err(error.help_also(RESUME_HELP)),
        checked => checked?,
    };
    let workflow = checked.workflow().clone();
    let table = workflow
        .for_each
        .as_ref()
        .and_then(|each| workflow.data.get(&each.over))
        .and_then(|pull| catalog.table(&pull.from));
    // Rows are counted where the table says how many it has: then there is a time left.
    let kept = resumed.as_ref().and_then(|run| run.kept_rows);
    let rows = kept.map(|n| n as u64).or_else(|| table?.rows);
    let llm = context.llm().await?;
    if resumed.is_none() {
        let cases = match args.case {
            Some(_) => Some(1),
            None => rows.map(|n| args.max_cases.map_or(n, |most| n.min(most as u64))),
        };
        let cases = cases.or(workflow.for_each.is_none().then_some(1));
        let lately = journal.used_lately(&workflow.name)?;
        let estimate = Estimate::of(&workflow, &llm, cases, &lately);
        if let Some(estimate) = estimate
            && !agrees(context, &estimate, args.yes)
        {
            return Ok(ExitCode::FAILURE);
        }
    }
    let bar = match rows {
        Some(rows) if args.case.is_none() => ui::Progress::bar("Running", rows),
        _ => ui::Progress::spinner("Running"),
    };
    let shown = AtomicUsize::new(0);
    let told = |summary: &Summary| {
        let before = shown.swap(summary.news.len(), Ordering::Relaxed);
        for news in summary.news.iter().skip(before) {
            bar.tells(|| ui::note(format!("{} {news}", ui::paint(ui::Style::Warn, "note:"))));
        }
        let failed = if summary.failed > 0 {
            format!(", {} failed", summary.failed)
        } else {
            String::new()
        };
        let cost = if summary.used.cost > 0.0 {
            format!(", ${:.3}", summary.used.cost)
        } else {
            String::new()
        };
        bar.at(summary.rows as u64);
        bar.says(format!("{} cases{failed}{cost}", summary.cases));
    };
    let begin = match &resumed {
        Some(run) => {
            let done = count(run.finished, "case");
            let id = &run.info.id;
            ui::note(format!("Going on with {id}: {done} finished before"));
            Begin::of(run)
        }
        None => {
            hint(&journal, &workflow.name)?;
            if args.case.is_none() {
                by_hand(&workflow);
            }
            let id = free_id(&journal, &workflow.name)?;
            let folder = args
                .out
                .unwrap_or_else(|| context.workspace.runs().join(&id));
            let results = args.results.unwrap_or_else(|| folder.join("results.csv"));
            Begin {
                info: context.clock.run_info(&id, &workflow.name, Some(&workflow)),
                trigger: trigger(&checked, &args.inputs)?,
                only: args.case,
                results,
                folder,
            }
        }
    };
    let stop = CancellationToken::new();
    let plan = RunPlan {
        version: VersionText::of(stored.text, stored.sop.source),
        expires: context.workspace.settings().inbox.expires()?,
        llm,
        catalog: Arc::new(catalog),
        journal,
        resumed,
        checked,
        connections,
        run: begin.info,
        trigger: begin.trigger,
        only: begin.only,
        folder: begin.folder,
        results: begin.results,
        limits,
        rules,
        fresh: args.fresh,
        at_once: context.at_once(args.at_once),
        engine,
        stop: stop.clone(),
        progress: &told,
    };
    let listening = tokio::spawn(stops(stop, bar.clone()));
    let summary = carry_out(plan).await;
    listening.abort();
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

/// Asks a run to stop when the process is; asked again, it ends at once, which loses nothing.
async fn stops(stop: CancellationToken, bar: ui::Progress) {
    stopped().await;
    stop.cancel();
    bar.tells(|| ui::note("Stopping: what is under way is ended first. Once more stops at once."));
    stopped().await;
    std::process::exit(130);
}

/// Shows what models are going to cost, and asks whether that is fine where somebody is there.
fn agrees(context: &Context, estimate: &Estimate, yes: bool) -> bool {
    /// What nobody is asked about, in US dollars.
    const SMALL: f64 = 0.01;
    let is_small = estimate.total().is_some_and(|cost| cost < SMALL);
    if is_small || estimate.is_free() {
        return true;
    }
    ui::note(estimate.words());
    if !asks(context, yes) {
        return true;
    }
    ui::piece("Begin? [Y/n] ");
    let mut line = String::new();
    match std::io::stdin().read_line(&mut line) {
        Ok(n) if n > 0 => ui::is_agreed(&line),
        _ => false,
    }
}

pub(super) async fn retry(context: &Context, id: String, case: Option<&str>) -> Result<ExitCode> {
    let journal = context.journal()?;
    let known = journal.run(&id)?;
    let tells = format!("`sopwright runs show {id}` tells about it.");
    if known.status == RunStatus::Running {
        return Err(Error::blocked(format!("The run {id} is under way")).help(tells));
    }
    if journal.reopen(known.number, case).await? == 0 {
        let what = case.map_or("No case".to_owned(), |key| format!("The case {key}"));
        let verb = if case.is_some() {
            "has not failed"
        } else {
            "has failed"
        };
        return Err(
            Error::input(format!("{what} of {id} {verb}: nothing is tried again")).help(tells),
        );
    }
    drop(journal);
    let args = args::Run {
        name: None,
        resume: Some(id),
        case: None,
        out: None,
        results: None,
        inputs: Vec::new(),
        max_cases: None,
        max_cost: None,
        max_time: None,
        max_calls: None,
        past_day_limits: false,
        fresh: false,
        yes: true,
        at_once: None,
        engine: None,
    };
    run(context, args).await
}

const RESUME_HELP: &str = "The run is finished as the workflow was when it began, so what it reads and calls has to be there as it was then.";

/// Returns the run that was named, or the last one, if it can be finished.
fn to_resume(journal: &Journal, named: &str, workflow: Option<&str>) -> Result<Run> {
    let last = |of: Option<&str>| journal.runs(of, 1).map(|runs| runs.into_iter().next());
    let found = match named {
        "" => last(workflow)?,
        // The name of a workflow stands for its last run.
        named => match last(Some(named))? {
            Some(run) => Some(run),
            None => Some(journal.run(named)?),
        },
    };
    let Some(run) = found else {
        let of = workflow.map_or(String::new(), |name| format!(" of `{name}`"));
        return Err(Error::input(format!("There was no run{of} yet"))
            .help("`sopwright run NAME` runs a workflow."));
    };
    let id = &run.info.id;
    let tells = format!("`sopwright runs show {id}` tells about it");
    match run.status {
        RunStatus::CutShort | RunStatus::Held | RunStatus::Limited | RunStatus::Paused => Ok(run),
        RunStatus::Running => {
            Err(Error::blocked(format!("The run {id} is under way")).help(format!("{tells}.")))
        }
        RunStatus::Done => {
            let anew = format!("`sopwright run {}` runs it anew", run.info.workflow);
            Err(
                Error::input(format!("The run {id} is done: nothing is left of it"))
                    .help(format!("{tells}; {anew}.")),
            )
        }
    }
}

/// Says which cases a workflow has that rows of a table would start.
fn by_hand(workflow: &Workflow) {
    let over = match &workflow.trigger.kind {
        TriggerKind::Date(date) => &date.over,
        TriggerKind::NewRecords(new) => &new.over,
        _ => return,
    };
    let note = ui::paint(ui::Style::Warn, "note:");
    ui::note(format!(
        "{note} Started by hand, it runs for every row of {over}. By itself it runs only for those that start it."
    ));
}

/// Says if the last run of a workflow was cut short, and how to finish it.
fn hint(journal: &Journal, workflow: &str) -> Result<()> {
    let Some(run) = journal.cut_short(Some(workflow))? else {
        return Ok(());
    };
    let id = &run.info.id;
    let what = match run.status {
        RunStatus::Held => "waits for a person",
        RunStatus::Paused => "was paused",
        _ => "was cut short",
    };
    let done = count(run.finished, "case");
    let resume = ui::paint(ui::Style::Accent, format!("sopwright run --resume {id}"));
    let note = ui::paint(ui::Style::Warn, "note:");
    ui::note(format!(
        "{note} The last run of {workflow}, {id}, {what} after {done}.\n      This is a new run, from the beginning. The other one is finished with: {resume}"
    ));
    Ok(())
}

/// Returns what starts the run gives: the inputs of a manual trigger, or an event as another
/// system would send it.
fn trigger(checked: &Checked, inputs: &[String]) -> Result<Json> {
    let workflow = checked.workflow();
    let known = Given::by_hand(workflow).map_err(|(name, why)| {
        Error::input(format!("The input `{name}` cannot be described so")).because(why)
    })?;
    let mut given = Map::new();
    for input in inputs {
        let (name, value) = input
            .split_once('=')
            .ok_or_else(|| Error::usage(format!("`{input}` is not of the form NAME=VALUE")))?;
        let schema = known.fields().get(name);
        given.insert(name.to_owned(), typed(value, schema));
    }
    let given = known.of_inputs(&Json::Object(given)).map_err(|wrong| {
        let missing = wrong.iter().find_map(|w| w.strip_suffix("` is missing"));
        let error = Error::usage(wrong.join("; "));
        match missing.and_then(|w| w.strip_prefix('`')) {
            Some(name) => error.help(format!("Give it as --input {name}=VALUE")),
            None => error,
        }
    })?;
    Ok(match &workflow.trigger.kind {
        TriggerKind::Schedule(_) | TriggerKind::Date(_) | TriggerKind::NewRecords(_) => {
            serde_json::json!({ "time": null })
        }
        TriggerKind::Manual(_) | TriggerKind::Webhook(_) => given,
    })
}

/// Reads what was typed as what its schema asks for; a text needs no quotes.
fn typed(value: &str, schema: Option<&Json>) -> Json {
    let kinds = schema.and_then(|schema| schema.get("type"));
    let is_text = match kinds {
        Some(Json::Array(kinds)) => kinds.iter().any(|kind| kind == "string"),
        Some(kind) => kind == "string",
        None => true,
    };
    let read = || serde_json::from_str(value).ok();
    // What does not fit is told against the schema.
    let read = if is_text { None } else { read() };
    read.unwrap_or_else(|| Json::from(value))
}
