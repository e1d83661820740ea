//! When a run takes place: now, or as of a day or moment that was pinned.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::diag::{Error, Result};
use crate::engine::RunInfo;
use crate::spec::{TriggerKind, Workflow, cron};

/// The clock of runs and dry runs.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    pinned: Option<Pinned>,
}

#[derive(Debug, Clone)]
enum Pinned {
    /// The beginning of a day, wherever the workflow is at home.
    Day(Date),
    /// A moment.
    Moment(Timestamp),
}

impl Clock {
    /// Returns a clock that stands at a day (`2026-11-16`) or moment (`2026-11-16T09:00:00Z`).
    ///
    /// # Errors
    /// If the text is neither.
    pub fn as_of(text: &str) -> Result<Self> {
        let text = text.trim();
        let pinned = text
            .parse::<Timestamp>()
            .map(Pinned::Moment)
            .or_else(|_| text.parse::<Date>().map(Pinned::Day))
            .or_else(|_| {
                text.parse::<DateTime>()
                    .and_then(|d| d.to_zoned(TimeZone::UTC))
                    .map(|z| Pinned::Moment(z.timestamp()))
            })
            .map_err(|_| {
                Error::usage(format!("`{text}` is neither a date nor a time"))
                    .help("Write --as-of 2026-11-16 or --as-of 2026-11-16T09:00:00Z.")
            })?;
        Ok(Clock {
            pinned: Some(pinned),
        })
    }

    /// Returns what a run of a workflow knows of its time, in the workflow's time zone.
    pub fn run_info(&self, id: &str, name: &str, workflow: Option<&Workflow>) -> RunInfo {
        let zone = workflow
            .and_then(|w| match &w.trigger.kind {
                TriggerKind::Schedule(schedule) => cron::timezone(&schedule.timezone).ok(),
                _ => None,
            })
            .unwrap_or_else(TimeZone::system);
        let at = self.at(zone);
        RunInfo {
            id: id.to_owned(),
            workflow: name.to_owned(),
            date: at.date().to_string(),
            time: at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        }
    }

    fn at(&self, zone: TimeZone) -> Zoned {
        match &self.pinned {
            Some(Pinned::Day(day)) => day
                .to_zoned(zone)
                .unwrap_or_else(|_| Timestamp::now().to_zoned(TimeZone::UTC)),
            Some(Pinned::Moment(moment)) => moment.to_zoned(zone),
            None => Timestamp::now().to_zoned(zone),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_pinned_day_is_that_day_and_a_moment_is_in_the_workflows_zone() {
        let day = Clock::as_of("2026-11-16").unwrap().run_info("r", "w", None);
        assert_eq!(day.date, "2026-11-16");
        let moment = Clock::as_of("2026-11-16T01:30:00Z").unwrap();
        let at = moment.at(TimeZone::get("America/New_York").unwrap());
        assert_eq!(at.date().to_string(), "2026-11-15");
        assert!(Clock::as_of("soon").is_err());
    }
}
