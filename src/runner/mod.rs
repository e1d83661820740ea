//! Runs a workflow for real, over all its cases: concurrently, bounded, and a failed case never
//! stops the others. Everything is journaled, so that a run which was cut short is resumed without
//! losing a case or doing anything twice. What needs approval is kept, not sent.

mod again;
mod ask;
mod begin;
mod calls;
mod carry;
mod chosen;
mod estimate;
mod fallback;
mod files;
mod finish;
pub mod forget;
mod gathered;
mod guards;
mod inbox;
mod log;
mod meter;
mod outbox;
mod perform;
mod plan;
mod restate;
mod results;
pub mod retention;
mod rows;
mod rules;
mod sight;
mod standing;
mod stop;
mod summary;
mod waits;
mod ways;
mod world;

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use serde_json::Value as Json;
use tokio::sync::Semaphore;
use tracing::Instrument;

use crate::diag::{Error, Result};
use crate::engine::{Failure, Program, base_scope};
use crate::expr::Scope;
use crate::rehearse::{Tables, unkeyed};
use crate::spec::Per;
use crate::store::journal::{NewRun, key_digest};
use crate::store::{Journal, LastKnown};

pub use begin::{Begin, as_it_was, free_id};
pub use estimate::Estimate;
pub use inbox::{Decided, Decision, Inbox, editable};
pub use meter::Limits;
pub use plan::RunPlan;
#[cfg(feature = "restate")]
pub use restate::{Door, Worker};
pub use restate::{Engine, RESTATE};
pub use results::Results;
pub use rules::Rules;
pub use summary::{FailedCase, Summary};
pub use ways::Ways;

use again::again;
use ask::Asker;
use calls::Caller;
use carry::{Went, run_cases};
use chosen::Chosen;
use fallback::Remembered;
use finish::{deliver_once, end};
use gathered::Gathered;
use guards::Guards;
use log::RunOf;
use meter::Meter;
use outbox::Outbox;
use restate::Ahead;
use rows::{Passed, Source};
use stop::{GRACE, Halt, Stop};
use world::RunWorld;

/// How often it is told how far a run is, where no case ends.
const TELLS: Duration = Duration::from_secs(1);

/// For each case that waits outside, so many are taken on: those that reckon or wait for their turn,
/// and finished ones whose results follow those of others.
const AHEAD: usize = 4;

/// Rows that one task takes on at a time, where cases wait for nothing.
const ROWS_A_TASK: usize = 1_000;

struct Shared {
    program: Program,
    base: Scope,
    world: RunWorld,
    journal: Arc<Journal>,
    meter: Arc<Meter>,
    stop: Arc<Stop>,
    /// Room for the cases that wait outside at once.
    room: Semaphore,
    run: RunOf,
    /// The engine, where cases are handed to workers.
    ahead: Option<Ahead>,
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
    let privacy = plan.rules.privacy.clone();
    let (run, workflow) = (plan.run.id.as_str(), plan.run.workflow.as_str());
    let span = tracing::error_span!("run", run, workflow);
    let told = async move {
        let is_resumed = plan.resumed.is_some();
        tracing::info!(resumed = is_resumed, "run begins");
        let ended = carry_out(plan).await;
        sight::tell_end(&ended, &privacy);
        ended
    };
    told.instrument(span).await
}

async fn carry_out(plan: RunPlan<'_>) -> Result<Summary> {
    let started = Instant::now();
    let _held = plan.journal.hold_run(&plan.run.id)?.ok_or_else(|| {
        Error::blocked(format!("The run {} is under way already", plan.run.id))
            .help("Another process is at work on it; `sopwright runs show` says how far it is.")
    })?;
    plan.rules
        .ways
        .ready(&plan.catalog, plan.checked.workflow())?;
    let run = begin(&plan).await?;
    let program = Program::compile(&plan.checked)?;
    let workflow = program.workflow().clone();
    let base = base_scope(&plan.run, &plan.trigger);
    let memory = Remembered::new(LastKnown::beside(plan.journal.path()));
    let mut chosen = Chosen::of(&workflow, &plan.trigger, plan.only.as_deref());
    let known = chosen.keys().and_then(|keys| program.known_cases(keys));
    let tables =
        Tables::remembered(&program, &plan.connections, &base, &memory, known.as_ref()).await;
    let stop = Arc::new(Stop::when(&plan.stop));
    let caller = Arc::new(Caller {
        connections: plan.connections.clone(),
        catalog: plan.catalog.clone(),
        guards: Guards::new(plan.rules.outage, stop.clone()),
        random: fastrand::f64,
    });
    let number = (run.number, plan.run.id.as_str());
    let meter = Meter::of(&plan.journal, number, &workflow, &plan.limits, &plan.rules)?;
    let meter = Arc::new(meter);
    let outbox = Arc::new(Outbox::of(&plan, &run, &caller)?);
    let results = Results::create(&plan.results, &workflow)?;
    let mut summary = Summary::new(&plan.run, &plan.folder, results.path());
    summary.notes.extend(summary::left_open(&workflow));
    summary.notes.extend(
        tables
            .unavailable()
            .map(|(name, failure)| format!("`{name}` could not be read: {}", failure.message)),
    );
    summary
        .notes
        .extend(tables.as_of().map(|(name, at, failure)| {
            let why = &failure.message;
            format!("`{name}` could not be read, and is used as of {at}: {why}")
        }));
    summary.notes.extend(memory.told());
    let waits = rows::waits_outside(&workflow);
    let keeps_rows = rows::keeps_rows(&workflow);
    let tells_items = workflow.outputs.iter().any(|o| o.common.per == Per::Run);
    if let Some(resumed) = &plan.resumed {
        let forgotten = plan
            .journal
            .forgotten_since(&workflow.name, resumed.started)?;
        chosen = chosen.without(forgotten);
    }
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
    let at_once = if waits {
        plan.at_once.max(1)
    } else {
        std::thread::available_parallelism().map_or(2, |n| n.get()) * 2
    };
    let shared = Arc::new(Shared {
        is_chosen: keeps_rows || program.cases().is_some_and(|pull| pull.is_ordered()),
        is_resumed: plan.resumed.is_some() && keeps_rows,
        tells_items,
        passed,
        world: RunWorld {
            tables,
            asker: Asker::of(
                (&plan.llm, plan.fresh),
                (&plan.journal, run.number),
                &plan.rules,
                &meter,
                &stop,
            )
            .await?,
            caller,
            outbox: outbox.clone(),
        },
        journal: plan.journal.clone(),
        meter,
        stop,
        room: Semaphore::new(at_once),
        ahead: Ahead::of(&plan, &run)?,
        run,
        base,
        chosen: chosen.clone(),
        program: program.clone(),
    });
    // Results keep the order of the table: one case that takes long must not keep others from
    // beginning, so that more are taken on than go on at once.
    // One at a time is one after the other.
    let tasks = match at_once {
        1 => 1,
        n if waits => n * AHEAD,
        n => n,
    };
    let mut gathered = Gathered {
        results,
        cases: tells_items.then(Vec::new),
        waiting: Vec::new(),
        records: Vec::new(),
        wakes: None,
    };
    let goes_on = shared.stop.clone();
    let pieces = pieces.take_while(move |_| std::future::ready(!goes_on.is_said()));
    let work = pieces.map(|piece| {
        let shared = shared.clone();
        async move {
            match piece {
                Ok(starts) => {
                    let read = starts.len();
                    let cases = async move { run_cases(&shared, starts).await };
                    let ended = tokio::spawn(cases.in_current_span())
                        .await
                        .unwrap_or_else(|e| vec![crashed(&e.to_string())]);
                    (read, ended)
                }
                Err(error) => (0, vec![crashed(&error.message)]),
            }
        }
    });
    let mut work = Box::pin(work.buffered(tasks));
    let mut asked = std::pin::pin!(async {
        shared.stop.asked().await;
        tokio::time::sleep(GRACE).await;
    });
    loop {
        let next = tokio::select! {
            biased;
            () = &mut asked => break,
            next = work.next() => next,
            () = tokio::time::sleep(TELLS) => {
                gathered.look(&mut summary, &shared)?;
                (plan.progress)(&summary);
                continue;
            }
        };
        let Some((read, ended)) = next else { break };
        summary.rows += read;
        for went in ended {
            gathered.take(went, &mut summary, &shared)?;
        }
        gathered.journal(&shared).await?;
        gathered.look(&mut summary, &shared)?;
        (plan.progress)(&summary);
    }
    drop(work);
    if shared.stop.is_asked() {
        summary.halt(Halt::Asked);
    }
    // Who is chosen among all hangs on those that a person has to help on.
    if summary.held.is_empty() && summary.stopped_by.is_none() {
        gathered
            .settle_waiting(&shared, &mut summary, &plan)
            .await?;
    }
    if let Some(key) = &plan.only
        && summary.cases == 0
        && summary.held.is_empty()
        && summary.stopped_by.is_none()
    {
        let none = Error::input(format!("There is no case `{key}`")).help(format!(
            "A case is known by `{}`.",
            workflow.for_each.as_ref().map_or("run", |e| e.key.as_str())
        ));
        end(&plan, &shared, &summary, Some(none.message.clone()), None).await?;
        return Err(none);
    }
    let is_through = summary.held.is_empty() && summary.stopped_by.is_none();
    if let (Some(cases), true) = (&gathered.cases, is_through) {
        deliver_once(&plan, &shared, cases, &mut summary).await?;
    }
    gathered.results.finish()?;
    summary.made = outbox.made();
    summary.notes.extend(shared.world.told());
    summary.used = shared.meter.used();
    summary.seconds = started.elapsed().as_secs_f64();
    let wakes = gathered
        .wakes
        .into_iter()
        .chain(again(&plan, &shared, &mut summary)?);
    let wakes = wakes.min();
    summary.write()?;
    end(&plan, &shared, &summary, None, wakes).await?;
    Ok(summary)
}

/// Begins a run in the journal, or goes on with one.
async fn begin(plan: &RunPlan<'_>) -> Result<RunOf> {
    let id = Arc::from(plan.run.id.as_str());
    let privacy = plan.rules.privacy.clone();
    if let Some(resumed) = &plan.resumed {
        plan.journal.resume_run(resumed.number).await?;
        return Ok(RunOf {
            number: resumed.number,
            id,
            privacy,
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
            engine: plan.engine.as_ref().map(|_| RESTATE.to_owned()),
        })
        .await?;
    Ok(RunOf {
        number,
        id,
        privacy,
    })
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

fn crashed(message: &str) -> Went {
    let failure = Failure::last("unavailable", message);
    Went::Ended(Box::new(unkeyed(failure)), Json::Null, None)
}
