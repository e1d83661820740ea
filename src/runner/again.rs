//! When a run goes on by itself that stopped early.

use std::time::Duration;

use jiff::Zoned;

use super::{RunPlan, Shared, Summary};
use crate::diag::Result;

/// How long a run rests that something was down for, by how often it was taken up before.
const RESTS: [Duration; 6] = [
    Duration::from_secs(60),
    Duration::from_secs(5 * 60),
    Duration::from_secs(15 * 60),
    Duration::from_secs(HOUR),
    Duration::from_secs(3 * HOUR),
    Duration::from_secs(12 * HOUR),
];

/// Seconds of an hour.
const HOUR: u64 = 60 * 60;

/// After so many times, which are about ten days, it is left to a person.
const TIMES: usize = 24;

/// Returns when a run that stopped early goes on by itself, in milliseconds since 1970, and has it
/// told: one that something started, and that time alone may help. What a person began, a person
/// goes on with.
///
/// # Errors
/// If the journal cannot be read.
pub(super) fn again(
    plan: &RunPlan<'_>,
    shared: &Shared,
    summary: &mut Summary,
) -> Result<Option<i64>> {
    let Some(why) = &mut summary.stopped_by else {
        return Ok(None);
    };
    if shared.stop.is_asked() || plan.journal.firing(&plan.run.id)?.is_none() {
        return Ok(None);
    }
    let now = Zoned::now();
    let at = if summary.is_paused {
        let times = plan.resumed.as_ref().map_or(0, |run| run.resumed + 1);
        rest(times).and_then(|rest| now.checked_add(rest).ok())
    } else if shared.meter.is_day_full() {
        now.tomorrow().and_then(|day| day.start_of_day()).ok()
    } else {
        None
    };
    if let Some(at) = &at {
        let told = at.strftime("%a %H:%M");
        *why += &format!("; it does so by itself on {told}, while `sopwright serve` is up");
    }
    Ok(at.map(|at| at.timestamp().as_millisecond()))
}

/// Returns how long a run rests that was taken up so often; nothing if it is left to a person.
fn rest(times: usize) -> Option<Duration> {
    let last = RESTS.len() - 1;
    (times < TIMES).then(|| RESTS[times.min(last)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rests_grow_and_come_to_an_end() {
        assert_eq!(rest(0), Some(Duration::from_secs(60)));
        assert_eq!(rest(5), rest(23));
        assert_eq!(rest(24), None);
        let whole: Duration = (0..TIMES).filter_map(rest).sum();
        let days = whole.as_secs() / HOUR / 24;
        assert!((8..12).contains(&days), "{days}");
    }
}
