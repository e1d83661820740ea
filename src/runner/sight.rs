//! What is logged of a run as a whole.

use super::Summary;
use crate::diag::Result;
use crate::store::Privacy;

/// Logs how a run ended.
pub(super) fn tell_end(ended: &Result<Summary>, privacy: &Privacy) {
    match ended {
        Ok(summary) => {
            let (cases, failed, held) = (summary.cases, summary.failed, summary.held.len());
            let (seconds, cost_usd) = (summary.seconds, summary.used.cost);
            match summary.stopped_by.as_deref() {
                Some(why) => {
                    let why = privacy.text(why, &[]);
                    tracing::warn!(cases, failed, held, seconds, cost_usd, why, "run stopped");
                }
                None => tracing::info!(cases, failed, held, seconds, cost_usd, "run ended"),
            }
        }
        Err(error) => {
            let error = privacy.text(&error.to_string(), &[]);
            tracing::error!(error, "run broke off");
        }
    }
}
