//! When a run stops before all its cases are done, and how it goes on.

use std::time::{Duration, Instant};

use crate::spec::{self, duration};

/// Limits that hold for one run, over those of its workflow.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Limits {
    /// The most cases, those included that were finished before the run was resumed.
    pub cases: Option<usize>,
    /// The most that model calls may cost, in US dollars.
    pub cost: Option<f64>,
    /// The longest that the run may take.
    pub time: Option<Duration>,
}

/// The limits of a run under way.
pub(super) struct Limited {
    limits: Limits,
    run: String,
    started: Instant,
}

impl Limited {
    /// Returns the limits of a workflow with those of the run set over them.
    pub(super) fn of(run: &str, own: &Limits, workflow: &spec::Limits, started: Instant) -> Self {
        let time = workflow.time.as_deref().and_then(duration);
        Limited {
            limits: Limits {
                cases: own.cases.or(workflow.cases),
                cost: own.cost.or(workflow.model_cost_usd),
                time: own.time.or(time),
            },
            run: run.to_owned(),
            started,
        }
    }

    /// Returns which limit is reached, and how the run goes on, in words.
    pub(super) fn reached(&self, cases: usize, cost: f64) -> Option<String> {
        let goes_on =
            |raise: &str| format!("`sopwright run --resume {} {raise}` goes on", self.run);
        let limits = &self.limits;
        if let Some(most) = limits.cases.filter(|most| cases >= *most) {
            return Some(format!(
                "the limit of {most} cases was reached; {}",
                goes_on("--max-cases N")
            ));
        }
        if let Some(most) = limits.cost.filter(|most| cost > *most) {
            return Some(format!(
                "model calls have cost ${cost:.2}, and the limit is ${most:.2}; {}",
                goes_on("--max-cost USD")
            ));
        }
        if let Some(most) = limits.time.filter(|most| self.started.elapsed() > *most) {
            return Some(format!(
                "the limit of {} s was reached; {}",
                most.as_secs(),
                goes_on("--max-time TIME")
            ));
        }
        None
    }
}
