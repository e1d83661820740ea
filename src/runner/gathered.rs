//! What has come of the cases so far, and when a run stops early.

use std::sync::Arc;
use std::time::Instant;

use futures_util::{StreamExt, stream};
use serde_json::Value as Json;

use super::{Results, RunPlan, Shared, Summary, Went, carry};
use crate::diag::Result;
use crate::engine::{Candidate, CaseSummary, Event, Execution};
use crate::rehearse::{LlmAnswers, decide};

/// What has come of the cases so far.
pub(super) struct Gathered {
    pub(super) results: Results,
    /// Kept only where an output of the run needs them.
    pub(super) cases: Option<Vec<CaseSummary>>,
    pub(super) waiting: Vec<(Box<Execution>, Candidate, Json)>,
    pub(super) limits: Limited,
}

pub(super) struct Limited {
    pub(super) cases: Option<usize>,
    pub(super) cost: Option<f64>,
    pub(super) time: Option<std::time::Duration>,
    pub(super) started: Instant,
}

impl Gathered {
    pub(super) fn take(
        &mut self,
        went: Went,
        summary: &mut Summary,
        llm: &LlmAnswers,
    ) -> Result<()> {
        let (outcome, item) = match went {
            Went::Waits(execution, candidate, item) => {
                self.waiting.push((execution, candidate, item));
                return Ok(());
            }
            Went::Ended(outcome, item) => (outcome, item),
        };
        if summary.stopped_by.is_some() {
            return Ok(());
        }
        summary.count(&outcome);
        self.results.write(&outcome)?;
        if let Some(cases) = &mut self.cases {
            cases.push(CaseSummary::of(&outcome, item));
        }
        summary.stopped_by = self.limits.reached(summary.cases, llm.spent().cost);
        Ok(())
    }

    /// Decides about the cases that wait for each other, and carries them on.
    pub(super) async fn settle_waiting(
        &mut self,
        shared: &Arc<Shared>,
        summary: &mut Summary,
        plan: &RunPlan<'_>,
    ) -> Result<()> {
        while !self.waiting.is_empty() {
            let mut waiting: Vec<Option<(Box<Execution>, Candidate, Json)>> =
                std::mem::take(&mut self.waiting)
                    .into_iter()
                    .map(Some)
                    .collect();
            let candidates = waiting
                .iter()
                .enumerate()
                .filter_map(|(i, w)| w.as_ref().map(|(_, c, _)| (i, c.clone())))
                .collect();
            let mut chosen = Vec::new();
            for (index, choice) in decide(&shared.program, candidates) {
                if let Some((mut execution, _, item)) = waiting[index].take() {
                    execution.record(Event::Selected(choice));
                    chosen.push((execution, item));
                }
            }
            let others: Vec<_> = waiting.into_iter().flatten().collect();
            if chosen.is_empty() {
                break;
            }
            let work = stream::iter(chosen).map(|(execution, item)| {
                let shared = shared.clone();
                async move { carry(&shared, execution, item).await }
            });
            let mut work = Box::pin(work.buffered(plan.at_once.max(1)));
            while let Some(went) = work.next().await {
                self.take(went, summary, &plan.llm)?;
                (plan.progress)(summary);
            }
            self.waiting.extend(others);
        }
        Ok(())
    }
}

impl Limited {
    fn reached(&self, cases: usize, cost: f64) -> Option<String> {
        if let Some(most) = self.cases.filter(|most| cases >= *most) {
            return Some(format!("the limit of {most} cases was reached"));
        }
        if let Some(most) = self.cost.filter(|most| cost > *most) {
            return Some(format!(
                "model calls have cost ${cost:.2}, and the limit is ${most:.2}"
            ));
        }
        if let Some(most) = self.time.filter(|most| self.started.elapsed() > *most) {
            return Some(format!("the limit of {} s was reached", most.as_secs()));
        }
        None
    }
}
