//! Runs a workflow for real, over all its cases: concurrently, bounded, and a failed case never
//! stops the others. Everything is journaled, so that a run which was cut short is resumed without
//! losing a case or doing anything twice. What needs approval is kept, not sent.

mod begin;
mod carry;
mod chosen;
mod files;
mod gathered;
mod inbox;
mod limited;
mod log;
mod outbox;
mod perform;
mod results;
mod rows;
mod summary;
mod waits;
mod world;

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use serde_json::Value as Json;

use crate::check::Checked;
use crate::connect::{Catalog, Connections};
use crate::diag::{Error, Result};
use crate::engine::{CaseSummary, Failure, Program, RunInfo, base_scope, deliveries_of_run};
use crate::expr::Scope;
use crate::rehearse::{LlmAnswers, Tables, unkeyed};
use crate::spec::Per;
use crate::store::Journal;
use crate::store::journal::{NewRun, RUN_PLACE, Run, RunStatus, VersionText, key_digest};

pub use begin::{Begin, as_it_was, free_id};
pub use inbox::{Decided, Decision, Inbox, editable};
pub use limited::Limits;
pub use outbox::Outbox;
pub use results::Results;
pub use summary::{FailedCase, Summary};

use carry::{Went, run_cases};
use chosen::Chosen;
use gathered::Gathered;
use limited::Limited;
use log::{CaseLog, RunOf};
use rows::{Passed, Source};
use world::RunWorld;

/// What a run is to do.
pub struct RunPlan<'r> {
    /// The workflow.
    pub checked: Checked,
    /// Its document and SOP, as they were read: they are kept with the run.
    pub version: VersionText,
    /// Its data and tools.
    pub connections: Arc<Connections>,
    /// What they offer.
    pub catalog: Arc<Catalog>,
    /// Who answers `llm` steps.
    pub llm: Arc<LlmAnswers>,
    /// Where everything is journaled.
    pub journal: Arc<Journal>,
    /// The run that this goes on with; its clock, inputs and folder are those of the plan.
    pub resumed: Option<Run>,
    /// Its id and clock.
    pub run: RunInfo,
    /// What started it gives.
    pub trigger: Json,
    /// Only the case of this key.
    pub only: Option<String>,
    /// The folder that its files go to.
    pub folder: PathBuf,
    /// Where the results of every case go, as CSV or JSON lines by the file's ending.
    pub results: PathBuf,
    /// How long somebody can decide about what waits for approval.
    pub expires: Option<Duration>,
    /// Limits over those of the workflow.
    pub limits: Limits,
    /// How many cases that wait for something outside run at once.
    pub at_once: usize,
    /// Told of how far it is.
    pub progress: &'r (dyn Fn(&Summary) + Sync),
}

/// Rows that one task takes on at a time, where cases wait for nothing.
const ROWS_A_TASK: usize = 1_000;

struct Shared {
    program: Program,
    base: Scope,
    world: RunWorld,
    journal: Arc<Journal>,
    run: RunOf,
    chosen: Chosen,
    /// The rows were chosen already.
    is_chosen: bool,
    is_resumed: bool,
    /// Are the rows of cases needed when they are done?
    tells_items: bool,
    passed: Passed,
}

impl Shared {
    /// Is a case of this key finished, so that the row which came by is passed over?
    fn passes(&self, key: &str) -> bool {
        let Some(passed) = &self.passed else {
            return false;
        };
        let mut passed = passed.lock().unwrap_or_else(PoisonError::into_inner);
        match passed.get_mut(&key_digest(key)) {
            Some(left) if *left > 0 => {
                *left -= 1;
                true
            }
            _ => false,
        }
    }
}

/// Runs a workflow over its cases, or goes on with a run that was cut short.
///
/// # Errors
/// If another process is at work on the run, the cases cannot be read, or the files or the journal
/// not be written. Failed cases are in the summary.
pub async fn run(plan: RunPlan<'_>) -> Result<Summary> {
    let started = Instant::now();
    let _held = plan.journal.hold_run(&plan.run.id)?.ok_or_else(|| {
        Error::blocked(format!("The run {} is under way already", plan.run.id))
            .help("Another process is at work on it; `sopwright runs show` says how far it is.")
    })?;
    let run = begin(&plan).await?;
    let program = Program::compile(&plan.checked)?;
    let workflow = program.workflow().clone();
    let base = base_scope(&plan.run, &plan.trigger);
    let tables = Tables::load(&program, &plan.connections, &base).await;
    let outbox = Arc::new(outbox(&plan, &run)?);
    let results = Results::create(&plan.results, &workflow)?;
    let mut summary = Summary::new(&plan.run, &plan.folder, results.path());
    summary.notes.extend(
        tables
            .unavailable()
            .map(|(name, failure)| format!("`{name}` could not be read: {}", failure.message)),
    );
    let waits = rows::waits_outside(&workflow);
    let keeps_rows = rows::keeps_rows(&workflow);
    let tells_items = workflow.outputs.iter().any(|o| o.common.per == Per::Run);
    let chosen = Chosen::of(&workflow, &plan.trigger, plan.only.as_deref());
    let source = Source {
        program: &program,
        connections: &plan.connections,
        base: &base,
        journal: &plan.journal,
        run: &run,
        chosen: &chosen,
        size: if waits { 1 } else { ROWS_A_TASK },
    };
    let (pieces, passed) = if keeps_rows {
        (source.kept(plan.resumed.as_ref()).await?, None)
    } else {
        source.read(plan.resumed.as_ref()).await?
    };
    let shared = Arc::new(Shared {
        is_chosen: keeps_rows || program.cases().is_some_and(|pull| pull.is_ordered()),
        is_resumed: plan.resumed.is_some() && keeps_rows,
        tells_items,
        passed,
        world: RunWorld {
            tables,
            connections: plan.connections.clone(),
            catalog: plan.catalog.clone(),
            llm: plan.llm.clone(),
            outbox: outbox.clone(),
        },
        journal: plan.journal.clone(),
        run,
        base,
        chosen: chosen.clone(),
        program: program.clone(),
    });
    let tasks = if waits {
        plan.at_once
    } else {
        std::thread::available_parallelism().map_or(2, |n| n.get()) * 2
    };
    let mut gathered = Gathered {
        results,
        cases: tells_items.then(Vec::new),
        waiting: Vec::new(),
        records: Vec::new(),
        wakes: None,
        limits: Limited::of(&plan.run.id, &plan.limits, &workflow.limits, started),
    };
    let work = pieces.map(|piece| {
        let shared = shared.clone();
        async move {
            match piece {
                Ok(starts) => {
                    let read = starts.len();
                    let ended = tokio::spawn(async move { run_cases(&shared, starts).await })
                        .await
                        .unwrap_or_else(|e| vec![crashed(&e.to_string())]);
                    (read, ended)
                }
                Err(error) => (0, vec![crashed(&error.message)]),
            }
        }
    });
    let mut work = Box::pin(work.buffered(tasks.max(1)));
    while let Some((read, ended)) = work.next().await {
        summary.rows += read;
        for went in ended {
            gathered.take(went, &mut summary, &plan.llm)?;
        }
        gathered.journal(&shared).await?;
        summary.spent = plan.llm.spent();
        (plan.progress)(&summary);
        if summary.stopped_by.is_some() {
            break;
        }
    }
    drop(work);
    // Who is chosen among all hangs on those that a person has to help on.
    if summary.held.is_empty() {
        gathered
            .settle_waiting(&shared, &mut summary, &plan)
            .await?;
    }
    if let Some(key) = &plan.only
        && summary.cases == 0
        && summary.held.is_empty()
    {
        let none = Error::input(format!("There is no case `{key}`")).help(format!(
            "A case is known by `{}`.",
            workflow.for_each.as_ref().map_or("run", |e| e.key.as_str())
        ));
        end(&plan, &shared, &summary, Some(none.message.clone()), None).await?;
        return Err(none);
    }
    if let (Some(cases), true) = (&gathered.cases, summary.held.is_empty()) {
        deliver_once(&plan, &shared, cases, &mut summary).await?;
    }
    gathered.results.finish()?;
    summary.made = outbox.made();
    summary.spent = plan.llm.spent();
    summary.seconds = started.elapsed().as_secs_f64();
    summary.write()?;
    end(&plan, &shared, &summary, None, gathered.wakes).await?;
    Ok(summary)
}

/// Begins a run in the journal, or goes on with one.
async fn begin(plan: &RunPlan<'_>) -> Result<RunOf> {
    let id = Arc::from(plan.run.id.as_str());
    if let Some(resumed) = &plan.resumed {
        plan.journal.resume_run(resumed.number).await?;
        return Ok(RunOf {
            number: resumed.number,
            id,
        });
    }
    let number = plan
        .journal
        .begin_run(NewRun {
            info: plan.run.clone(),
            version: plan.version.clone(),
            inputs: plan.trigger.clone(),
            only: plan.only.clone(),
            // It may be resumed, and approved, from another folder.
            folder: absolute(&plan.folder),
            results: absolute(&plan.results),
            keeps_rows: rows::keeps_rows(plan.checked.workflow()),
        })
        .await?;
    Ok(RunOf { number, id })
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

fn outbox(plan: &RunPlan<'_>, run: &RunOf) -> Result<Outbox> {
    let (folder, connections) = (plan.folder.clone(), plan.connections.clone());
    let (catalog, expires) = (plan.catalog.clone(), plan.expires);
    if plan.resumed.is_none() {
        return Ok(Outbox::new(folder, connections, catalog, expires));
    }
    let (mut made, files) = plan.journal.made(run.number)?;
    let waiting = plan.journal.approvals_of_run(run.number)?;
    let waiting: usize = waiting.iter().map(|(_, n)| n).sum();
    if waiting > 0 {
        made.insert(outbox::WAITING.to_owned(), waiting);
    }
    let made = (made, files);
    Ok(Outbox::after(folder, connections, catalog, expires, made))
}

/// Makes what is made once, when all cases are done.
async fn deliver_once(
    plan: &RunPlan<'_>,
    shared: &Shared,
    cases: &[CaseSummary],
    summary: &mut Summary,
) -> Result<()> {
    let (deliveries, failures) =
        deliveries_of_run(&shared.program, &plan.run, &plan.trigger, cases);
    let is_replayed = plan.resumed.is_some();
    let mut log = CaseLog::of(&shared.journal, &shared.run, RUN_PLACE, "run", is_replayed)?;
    for delivery in deliveries {
        let output = delivery.output.clone();
        if let Err(failure) = shared.world.outbox.deliver(&mut log, delivery).await? {
            summary.failed_outputs.push((output, failure.message));
        }
    }
    let failures = failures.into_iter();
    summary
        .failed_outputs
        .extend(failures.map(|(output, failure)| (output, failure.message)));
    Ok(())
}

/// Ends a run in the journal.
async fn end(
    plan: &RunPlan<'_>,
    shared: &Shared,
    summary: &Summary,
    why: Option<String>,
    wakes: Option<i64>,
) -> Result<()> {
    let (status, why) = if let Some(first) = summary.held.first() {
        let cases = crate::diag::count(summary.held.len(), "case");
        let first = format!("{cases} wait, the first of them: {}", first.message);
        (RunStatus::Held, Some(first))
    } else if let Some(why) = &summary.stopped_by {
        (RunStatus::Limited, Some(why.clone()))
    } else {
        (RunStatus::Done, why)
    };
    let summary = summary.to_json();
    plan.journal
        .end_run(shared.run.number, status, why, wakes, &summary)
        .await
}

fn crashed(message: &str) -> Went {
    let failure = Failure::last("unavailable", message);
    Went::Ended(Box::new(unkeyed(failure)), Json::Null, None)
}
