//! When a schedule fires. All on a given clock: nothing here knows what time it is.
//!
//! A time that the clocks leap over (a night in spring) fires at the moment of the leap; one that
//! comes twice (a night in autumn) fires the first time. What was missed fires once.

use croner::Cron;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::spec::{Schedule, cron};

/// The kind of firing of a schedule.
pub(super) const SCHEDULE: &str = "schedule";

/// A schedule that can be asked.
#[derive(Debug, Clone)]
pub struct Timetable {
    cron: Cron,
    zone: TimeZone,
}

/// A firing that is due.
#[derive(Debug, Clone, PartialEq)]
pub struct Due {
    /// The time that it is for, in the schedule's zone: the last one that has come.
    pub at: Zoned,
    /// How many earlier times it makes up for.
    pub missed: usize,
}

/// The most missed times that are counted.
const COUNTED: usize = 1_000;

impl Timetable {
    /// Reads a schedule.
    ///
    /// # Errors
    /// In words, if its cron expression or time zone is none.
    pub fn of(schedule: &Schedule) -> Result<Self, String> {
        Ok(Timetable {
            cron: cron::parse(&schedule.cron)?,
            zone: cron::timezone(&schedule.timezone)
                .map_err(|_| format!("there is no time zone `{}`", schedule.timezone))?,
        })
    }

    /// Returns the first time after a moment; none for a date that never comes.
    pub fn next(&self, after: Timestamp) -> Option<Zoned> {
        let start = after.to_zoned(self.zone.clone());
        let found = self.cron.find_next_occurrence(&start, false).ok()?;
        (found.timestamp() > after).then_some(found)
    }

    /// Returns what is due: the last time after `since`, up to and with `now`.
    pub fn due(&self, since: Timestamp, now: Timestamp) -> Option<Due> {
        let mut due: Option<Due> = None;
        let mut from = since;
        for passed in 0..COUNTED {
            match self.next(from).filter(|at| at.timestamp() <= now) {
                Some(at) => {
                    from = at.timestamp();
                    due = Some(Due { at, missed: passed });
                }
                None => return due,
            }
        }
        // So many were missed that only the last of them matters.
        let last = self.last(now)?;
        Some(Due {
            at: last,
            missed: COUNTED,
        })
    }

    /// Returns the last time up to and with a moment.
    fn last(&self, now: Timestamp) -> Option<Zoned> {
        let start = now.to_zoned(self.zone.clone());
        self.cron.find_previous_occurrence(&start, true).ok()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn timetable(cron: &str, timezone: &str) -> Timetable {
        Timetable::of(&Schedule {
            cron: cron.to_owned(),
            timezone: timezone.to_owned(),
        })
        .unwrap()
    }

    fn moment(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// Returns the next times after a moment, in UTC.
    fn times(table: &Timetable, after: &str, count: usize) -> Vec<String> {
        let mut from = moment(after);
        (0..count)
            .map(|_| {
                from = table.next(from).unwrap().timestamp();
                from.to_string()
            })
            .collect()
    }

    #[test]
    fn a_schedule_follows_the_clocks_of_its_zone() {
        let table = timetable("0 9 * * MON-FRI", "Europe/London");
        // The clocks go forward on Sunday, 29 March 2026.
        assert_eq!(
            times(&table, "2026-03-26T12:00:00Z", 3),
            [
                "2026-03-27T09:00:00Z",
                "2026-03-30T08:00:00Z",
                "2026-03-31T08:00:00Z"
            ]
        );
    }

    #[test]
    fn a_time_in_the_gap_fires_at_the_leap_once() {
        let table = timetable("30 1 * * *", "Europe/London");
        assert_eq!(
            times(&table, "2026-03-28T12:00:00Z", 2),
            ["2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"]
        );
        let due = table
            .due(
                moment("2026-03-28T12:00:00Z"),
                moment("2026-03-29T12:00:00Z"),
            )
            .unwrap();
        assert_eq!(due.missed, 0);
    }

    #[test]
    fn a_time_that_comes_twice_fires_the_first_time_only() {
        let table = timetable("30 1 * * *", "Europe/London");
        // The clocks go back on Sunday, 25 October 2026, at 2:00 summer time.
        assert_eq!(
            times(&table, "2026-10-24T12:00:00Z", 2),
            ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]
        );
    }

    #[test]
    fn what_was_missed_fires_once_for_the_last_time() {
        let table = timetable("0 * * * *", "UTC");
        let since = moment("2026-11-01T00:00:00Z");
        let due = table.due(since, moment("2026-11-01T05:10:00Z")).unwrap();
        assert_eq!(due.at.timestamp(), moment("2026-11-01T05:00:00Z"));
        assert_eq!(due.missed, 4);
        assert_eq!(table.due(since, moment("2026-11-01T00:59:59Z")), None);
        // At the very minute it is due, and not again right after.
        let at = moment("2026-11-01T01:00:00Z");
        assert_eq!(table.due(since, at).unwrap().missed, 0);
        assert_eq!(table.due(at, at), None);
        // After months of a schedule by the minute.
        let table = timetable("* * * * *", "UTC");
        let due = table.due(since, moment("2027-02-01T00:00:30Z")).unwrap();
        assert_eq!(due.at.timestamp(), moment("2027-02-01T00:00:00Z"));
    }

    #[test]
    fn a_date_that_never_comes_is_never_due() {
        let table = timetable("0 0 30 2 *", "UTC");
        assert_eq!(table.next(moment("2026-01-01T00:00:00Z")), None);
    }
}
