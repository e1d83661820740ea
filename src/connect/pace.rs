//! How fast something may be asked: so much in a time, evenly spread.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Lets through so many units in a second, one after the other at even distances, so that no
/// second ever holds more. Whoever comes first has the first turn.
#[derive(Debug)]
pub struct Pace {
    per_second: f64,
    /// When the next unit has its turn.
    next: Mutex<Option<Instant>>,
}

impl Pace {
    /// Returns a pace of so many units a second, which must be more than none.
    pub fn per_second(units: f64) -> Self {
        Pace {
            per_second: units.max(f64::MIN_POSITIVE),
            next: Mutex::new(None),
        }
    }

    /// Returns a pace of so many units a minute.
    pub fn per_minute(units: f64) -> Self {
        Self::per_second(units / 60.0)
    }

    /// Waits for the turn of so many units.
    pub async fn turn(&self, units: f64) {
        let at = self.book(Instant::now(), units);
        sleep_until(at).await;
    }

    /// Corrects what was booked, where it became known only later: more units make those wait that
    /// come after, fewer let them come sooner.
    pub fn correct(&self, by: f64) {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = *next {
            let time = self.time_of(by.abs());
            *next = if by >= 0.0 {
                at.checked_add(time)
            } else {
                at.checked_sub(time)
            };
        }
    }

    /// Books so many units, and returns when it is their turn.
    fn book(&self, now: Instant, units: f64) -> Instant {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let at = next.map_or(now, |next| next.max(now));
        *next = Some(at.checked_add(self.time_of(units)).unwrap_or(at));
        at
    }

    fn time_of(&self, units: f64) -> Duration {
        /// Longer than anything waits.
        const LONGEST: Duration = Duration::from_secs(365 * 86_400);
        Duration::try_from_secs_f64(units / self.per_second).map_or(LONGEST, |t| t.min(LONGEST))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn turns_come_at_even_distances_and_idle_time_is_not_saved_up() {
        let pace = Pace::per_second(5.0);
        let began = Instant::now();
        for _ in 0..6 {
            pace.turn(1.0).await;
        }
        assert_eq!(began.elapsed(), Duration::from_secs(1));
        tokio::time::sleep(Duration::from_secs(60)).await;
        let began = Instant::now();
        for _ in 0..6 {
            pace.turn(1.0).await;
        }
        assert_eq!(began.elapsed(), Duration::from_secs(1));
    }

    #[tokio::test(start_paused = true)]
    async fn what_turned_out_larger_makes_the_next_wait() {
        let pace = Pace::per_minute(600.0);
        let began = Instant::now();
        pace.turn(10.0).await;
        pace.correct(20.0);
        pace.turn(10.0).await;
        assert_eq!(began.elapsed(), Duration::from_secs(3));
        pace.correct(-10.0);
        pace.turn(1.0).await;
        assert_eq!(began.elapsed(), Duration::from_secs(3));
    }
}
