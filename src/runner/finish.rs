//! The end of a run: what is made once, and what the journal is told.

use super::log::CaseLog;
use super::outbox::Delivered;
use super::{RunPlan, Shared, Summary};
use crate::diag::Result;
use crate::engine::{CaseSummary, deliveries_of_run};
use crate::store::journal::{RUN_PLACE, RunStatus};

/// Makes what is made once, when all cases are done.
pub(super) async fn deliver_once(
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
        match shared.world.outbox.deliver(&mut log, delivery).await? {
            Delivered::Made(Ok(())) => {}
            Delivered::Made(Err(failure)) => {
                summary.failed_outputs.push((output, failure.message));
            }
            Delivered::Stopped(halt) => {
                summary.halt(halt);
                return Ok(());
            }
        }
    }
    let failures = failures.into_iter();
    summary
        .failed_outputs
        .extend(failures.map(|(output, failure)| (output, failure.message)));
    Ok(())
}

/// Ends a run in the journal. One that is asked to stop is left there as one that was cut short, to
/// be gone on with in the same ways.
pub(super) async fn end(
    plan: &RunPlan<'_>,
    shared: &Shared,
    summary: &Summary,
    why: Option<String>,
    wakes: Option<i64>,
) -> Result<()> {
    if shared.stop.is_asked() && summary.stopped_by.is_some() {
        return plan.journal.flush().await;
    }
    let (status, why) = if let Some(first) = summary.held.first() {
        let cases = crate::diag::count(summary.held.len(), "case");
        let first = format!("{cases} wait, the first of them: {}", first.message);
        (RunStatus::Held, Some(first))
    } else if let Some(why) = &summary.stopped_by {
        match summary.is_paused {
            true => (RunStatus::Paused, Some(why.clone())),
            false => (RunStatus::Limited, Some(why.clone())),
        }
    } else {
        (RunStatus::Done, why)
    };
    let summary = summary.to_json();
    plan.journal
        .end_run(shared.run.number, status, why, wakes, &summary)
        .await
}
