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

/// Ends a run in the journal.
pub(super) async fn end(
    plan: &RunPlan<'_>,
    shared: &Shared,
    summary: &Summary,
    why: Option<String>,
) -> Result<()> {
    let (status, why) = if !summary.held.is_empty() {
        (
            RunStatus::Held,
            Some("a person has to say what became of a call".to_owned()),
        )
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
        .end_run(shared.run.number, status, why, &summary)
        .await
}
