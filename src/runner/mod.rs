//! Runs a workflow for real, over all its cases: concurrently, bounded, and a failed case never
//! stops the others. What needs approval is kept, not sent.

mod gathered;
mod outbox;
mod results;
mod summary;
mod world;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use futures_util::{StreamExt, stream};
use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use crate::check::Checked;
use crate::connect::Connections;
use crate::diag::{Error, Result};
use crate::engine::{
    Candidate, Case, CompiledPull, Execution, Outcome, Program, Progress, RunInfo, base_scope,
    deliveries_of_run, drive,
};
use crate::expr::Scope;
use crate::rehearse::{LlmAnswers, Tables, failure_of, read_rows, unkeyed};
use crate::spec::{Per, StepKind, duration};

pub use outbox::Outbox;
pub use results::Results;
pub use summary::{FailedCase, Summary};

use gathered::{Gathered, Limited};
use world::RunWorld;

/// What a run is to do.
pub struct RunPlan<'r> {
    /// The workflow.
    pub checked: Checked,
    /// Its data and tools.
    pub connections: Arc<Connections>,
    /// Who answers `llm` steps.
    pub llm: Arc<LlmAnswers>,
    /// Its id and clock.
    pub run: RunInfo,
    /// What started it gives.
    pub trigger: Json,
    /// Only the case of this key.
    pub only: Option<String>,
    /// The folder that its files go to.
    pub folder: PathBuf,
    /// Where the results of every case go, as CSV or JSON lines by the file's ending.
    pub results: Option<PathBuf>,
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
    only: Option<String>,
    /// The rows were chosen already, since they had to be ordered.
    is_chosen: bool,
}

enum Went {
    Ended(Box<Outcome>, Json),
    Waits(Box<Execution>, Candidate, Json),
}

/// Runs a workflow over its cases.
///
/// # Errors
/// If the cases cannot be read, or the files not be written. Failed cases are in the summary.
pub async fn run(plan: RunPlan<'_>) -> Result<Summary> {
    let started = Instant::now();
    let program = Program::compile(&plan.checked)?;
    let workflow = program.workflow().clone();
    let base = base_scope(&plan.run, &plan.trigger);
    let tables = Tables::load(&program, &plan.connections, &base).await;
    let outbox = Arc::new(Outbox::new(plan.folder.clone(), plan.connections.clone()));
    let results = Results::create(
        plan.results
            .as_deref()
            .unwrap_or(&plan.folder.join("results.csv")),
        &workflow,
    )?;
    let mut summary = Summary::new(&plan.run, &plan.folder, results.path());
    summary.notes.extend(
        tables
            .unavailable()
            .map(|(name, failure)| format!("`{name}` could not be read: {}", failure.message)),
    );
    let waits = workflow
        .all_steps()
        .iter()
        .any(|s| matches!(s.kind, StepKind::Call(_) | StepKind::Llm(_)));
    let shared = Arc::new(Shared {
        is_chosen: program.cases().is_some_and(|pull| pull.is_ordered()),
        world: RunWorld::new(
            tables,
            plan.connections.clone(),
            plan.llm.clone(),
            outbox.clone(),
        ),
        base,
        only: plan.only.clone(),
        program: program.clone(),
    });
    let tasks = if waits {
        plan.at_once
    } else {
        std::thread::available_parallelism().map_or(2, |n| n.get()) * 2
    };
    let size = if waits { 1 } else { ROWS_A_TASK };
    let mut gathered = Gathered {
        results,
        cases: workflow
            .outputs
            .iter()
            .any(|o| o.common.per == Per::Run)
            .then(Vec::new),
        waiting: Vec::new(),
        limits: Limited {
            cases: workflow.limits.cases,
            cost: workflow.limits.model_cost_usd,
            time: workflow.limits.time.as_deref().and_then(duration),
            started,
        },
    };
    let pieces = pieces(program.cases(), &plan.connections, &shared, size).await?;
    let work = pieces.map(|piece| {
        let shared = shared.clone();
        async move {
            match piece {
                Ok(rows) => {
                    let read = rows.len();
                    let ended = tokio::spawn(async move { run_rows(&shared, rows).await })
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
        summary.spent = plan.llm.spent();
        (plan.progress)(&summary);
        if summary.stopped_by.is_some() {
            break;
        }
    }
    drop(work);
    gathered
        .settle_waiting(&shared, &mut summary, &plan)
        .await?;
    if let Some(key) = &plan.only
        && summary.cases == 0
    {
        return Err(
            Error::input(format!("There is no case `{key}`")).help(format!(
                "A case is known by `{}`.",
                workflow.for_each.as_ref().map_or("run", |e| e.key.as_str())
            )),
        );
    }
    if let Some(cases) = &gathered.cases {
        let (deliveries, failures) = deliveries_of_run(&program, &plan.run, &plan.trigger, cases);
        for delivery in deliveries {
            let output = delivery.output.clone();
            if let Err(failure) = outbox.deliver("run", delivery).await {
                summary.failed_outputs.push((output, failure.message));
            }
        }
        summary.failed_outputs.extend(
            failures
                .into_iter()
                .map(|(output, failure)| (output, failure.message)),
        );
    }
    gathered.results.finish()?;
    summary.made = outbox.made();
    summary.spent = plan.llm.spent();
    summary.seconds = started.elapsed().as_secs_f64();
    summary.write()?;
    Ok(summary)
}

type Piece = std::result::Result<Vec<Option<Map<String, Json>>>, crate::engine::Failure>;

/// Returns the rows that cases are made from, in pieces for tasks.
async fn pieces(
    cases: Option<&Arc<CompiledPull>>,
    connections: &Connections,
    shared: &Shared,
    size: usize,
) -> Result<stream::BoxStream<'static, Piece>> {
    let Some(pull) = cases else {
        return Ok(stream::iter([Ok(vec![None])]).boxed());
    };
    let unreadable = |message: String| {
        Error::unavailable(format!("The cases could not be read from {}", pull.from))
            .because(message)
            .help("`sopwright connections try` shows what the connection answers.")
    };
    let rows = read_rows(connections, pull)
        .await
        .map_err(|e| unreadable(e.message))?;
    if shared.is_chosen {
        let rows = crate::rehearse::case_rows(pull, connections, &shared.base).await?;
        let pieces: Vec<Piece> = rows
            .chunks(size)
            .map(|chunk| Ok(chunk.iter().cloned().map(Some).collect()))
            .collect();
        return Ok(stream::iter(pieces).boxed());
    }
    let chunks = stream::unfold(rows, |mut rows| async move {
        rows.next().await.map(|chunk| (chunk, rows))
    });
    let pieces = chunks.flat_map(move |chunk| {
        let pieces: Vec<Piece> = match chunk {
            Ok(rows) => {
                let mut pieces = Vec::with_capacity(rows.len().div_ceil(size));
                let mut piece = Vec::with_capacity(size.min(rows.len()));
                for row in rows {
                    piece.push(Some(row));
                    if piece.len() == size {
                        pieces.push(Ok(std::mem::take(&mut piece)));
                    }
                }
                if !piece.is_empty() {
                    pieces.push(Ok(piece));
                }
                pieces
            }
            Err(error) => vec![Err(failure_of(&error))],
        };
        stream::iter(pieces)
    });
    Ok(pieces.boxed())
}

async fn run_rows(shared: &Shared, rows: Vec<Option<Map<String, Json>>>) -> Vec<Went> {
    let mut ended = Vec::with_capacity(rows.len());
    for row in rows {
        if let (Some(row), Some(pull), false) = (&row, shared.program.cases(), shared.is_chosen) {
            match pull.keeps(row, &shared.base) {
                Ok(true) => {}
                Ok(false) => continue,
                Err(error) => {
                    let failure = crate::engine::Failure::last("expression", error.message);
                    ended.push(Went::Ended(Box::new(unkeyed(failure)), Json::Null));
                    continue;
                }
            }
        }
        let item = row.clone().map_or(Json::Null, Json::Object);
        let case = Case {
            item: row,
            given: IndexMap::new(),
        };
        let execution = match Execution::within(&shared.program, &shared.base, case) {
            Ok(execution) => execution,
            Err(failure) => {
                ended.push(Went::Ended(Box::new(unkeyed(failure)), item));
                continue;
            }
        };
        if shared
            .only
            .as_ref()
            .is_none_or(|only| only == execution.key())
        {
            ended.push(carry(shared, Box::new(execution), item).await);
        }
    }
    ended
}

async fn carry(shared: &Shared, mut execution: Box<Execution>, item: Json) -> Went {
    match drive(&mut execution, &shared.world).await {
        Progress::Done(outcome) => Went::Ended(outcome, item),
        Progress::Waiting(candidate) => Went::Waits(execution, candidate, item),
    }
}

fn crashed(message: &str) -> Went {
    Went::Ended(
        Box::new(unkeyed(crate::engine::Failure::last(
            "unavailable",
            message,
        ))),
        Json::Null,
    )
}
