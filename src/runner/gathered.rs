//! What has come of the cases so far, and when a run stops early.

use std::sync::Arc;

use futures_util::{StreamExt, stream};
use serde_json::json;

use super::carry::{UnderWay, Went, carry};
use super::stop::Halt;
use super::{FailedCase, Results, RunPlan, Shared, Summary};
use crate::diag::Result;
use crate::engine::{Candidate, CaseSummary, Event};
use crate::rehearse::decide;
use crate::store::journal::CaseRecord;

/// What has come of the cases so far.
pub(super) struct Gathered {
    pub(super) results: Results,
    /// Kept only where an output of the run needs them.
    pub(super) cases: Option<Vec<CaseSummary>>,
    pub(super) waiting: Vec<(Box<UnderWay>, Candidate)>,
    /// When the first of the cases that wait goes on by itself.
    pub(super) wakes: Option<i64>,
    /// What is to be journaled next.
    pub(super) records: Vec<CaseRecord>,
}

impl Gathered {
    pub(super) fn take(
        &mut self,
        went: Went,
        summary: &mut Summary,
        shared: &Shared,
    ) -> Result<()> {
        let (outcome, item, record) = match went {
            Went::Waits(case, candidate) => {
                self.waiting.push((case, candidate));
                return Ok(());
            }
            Went::Held(key, hold) => {
                self.wakes = self.wakes.into_iter().chain(hold.wakes).min();
                summary.held.push(FailedCase {
                    key,
                    part: String::new(),
                    message: hold.why,
                });
                return Ok(());
            }
            Went::Left(halt) => {
                match halt {
                    Some(_) if shared.stop.is_asked() => summary.halt(Halt::Asked),
                    Some(halt) => summary.halt(halt),
                    None => {}
                }
                return Ok(());
            }
            Went::Broken(error) => return Err(error),
            Went::Ended(outcome, item, record) => (outcome, item, record),
        };
        if summary.stopped_by.is_some() {
            return Ok(());
        }
        // What was finished before the run was resumed is counted already.
        if record.is_some() {
            shared.meter.case();
        }
        self.records.extend(record);
        summary.count(&outcome);
        self.results.write(&outcome)?;
        if let Some(cases) = &mut self.cases {
            cases.push(CaseSummary::of(&outcome, item));
        }
        summary.stopped_by = shared.meter.reached(summary.cases)?;
        if summary.stopped_by.is_some() {
            shared.stop.say();
        }
        Ok(())
    }

    /// Looks what is to be told by now, and whether the run stops.
    pub(super) fn look(&self, summary: &mut Summary, shared: &Shared) -> Result<()> {
        summary.used = shared.meter.used();
        summary.news.extend(shared.world.caller.guards.news());
        if summary.stopped_by.is_none()
            && let Some(why) = shared.meter.reached(summary.cases)?
        {
            summary.stopped_by = Some(why);
            shared.stop.say();
        }
        Ok(())
    }

    /// Journals what was taken.
    pub(super) async fn journal(&mut self, shared: &Shared) -> Result<()> {
        if self.records.is_empty() {
            return Ok(());
        }
        let records = std::mem::take(&mut self.records);
        let used = shared.meter.finished(records.len());
        shared
            .journal
            .finish_counted(shared.run.number, records, used)
            .await
    }

    /// Decides about the cases that wait for each other, and carries them on.
    pub(super) async fn settle_waiting(
        &mut self,
        shared: &Arc<Shared>,
        summary: &mut Summary,
        plan: &RunPlan<'_>,
    ) -> Result<()> {
        while !self.waiting.is_empty() {
            let mut waiting: Vec<Option<(Box<UnderWay>, Candidate)>> =
                std::mem::take(&mut self.waiting)
                    .into_iter()
                    .map(Some)
                    .collect();
            let candidates = waiting
                .iter()
                .enumerate()
                .filter_map(|(i, w)| w.as_ref().map(|(_, c)| (i, c.clone())))
                .collect();
            let mut chosen = Vec::new();
            let mut choices = Vec::new();
            for (index, choice) in decide(&shared.program, candidates) {
                if let Some((mut case, candidate)) = waiting[index].take() {
                    let (part, _) = case.log.choice(&candidate.step);
                    choices.push((part, json!(choice)));
                    case.record(Event::Selected(choice));
                    chosen.push(case);
                }
            }
            let others: Vec<_> = waiting.into_iter().flatten().collect();
            if chosen.is_empty() || shared.stop.is_said() {
                break;
            }
            // Before anything rests on them: a resumed run must not decide otherwise.
            shared.journal.keep_choices(choices).await?;
            let work = stream::iter(chosen).map(|case| {
                let shared = shared.clone();
                async move { carry(&shared, case).await }
            });
            let mut work = Box::pin(work.buffered(plan.at_once.max(1)));
            while let Some(went) = work.next().await {
                self.take(went, summary, shared)?;
                self.journal(shared).await?;
                (plan.progress)(summary);
            }
            self.waiting.extend(others);
        }
        Ok(())
    }
}
