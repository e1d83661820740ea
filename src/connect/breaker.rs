//! A circuit breaker: what did not answer so often in a row is left alone for a while.

use std::time::Duration;

use tokio::time::Instant;

/// Failures in a row before it is left alone.
pub const IN_A_ROW: u32 = 5;
/// How long it is left alone at first; doubled each time that it does not answer then.
const REST: Duration = Duration::from_secs(10);
/// The longest that it is left alone.
const LONGEST_REST: Duration = Duration::from_secs(120);
/// How long the one that tries it again may take before another may.
const PROBE: Duration = Duration::from_secs(120);

/// Knows whether something answers. Told of each call; has no clock of its own.
#[derive(Debug, PartialEq, Eq)]
pub struct Breaker {
    in_a_row: u32,
    failed: u32,
    failed_before: u32,
    rest: Duration,
    state: State,
    down_since: Option<Instant>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Answering,
    /// It is left alone.
    Resting {
        until: Instant,
    },
    /// One call tries it.
    Probed {
        until: Instant,
    },
}

/// Whether something may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// It may.
    Go,
    /// It may be asked again then, if it answers by that time.
    Wait(Instant),
}

impl Default for Breaker {
    fn default() -> Self {
        Self::after(IN_A_ROW)
    }
}

impl Breaker {
    /// Returns a breaker that opens after so many failures in a row.
    pub fn after(in_a_row: u32) -> Self {
        Breaker {
            in_a_row: in_a_row.max(1),
            failed: 0,
            failed_before: 0,
            rest: REST,
            state: State::Answering,
            down_since: None,
        }
    }

    /// Says whether it may be called. After a rest, one call may; the others wait for it.
    pub fn turn(&mut self, now: Instant) -> Turn {
        match self.state {
            State::Answering => Turn::Go,
            State::Resting { until } | State::Probed { until } if now < until => Turn::Wait(until),
            State::Resting { .. } | State::Probed { .. } => {
                self.state = State::Probed { until: now + PROBE };
                Turn::Go
            }
        }
    }

    /// Is it being tried again by one call?
    pub fn is_probed(&self) -> bool {
        matches!(self.state, State::Probed { .. })
    }

    /// Returns when it may be called again, if it is left alone until then.
    pub fn resting_until(&self) -> Option<Instant> {
        match self.state {
            State::Answering => None,
            State::Resting { until } | State::Probed { until } => Some(until),
        }
    }

    /// Returns since when it is down, if it is.
    pub fn down_since(&self) -> Option<Instant> {
        self.down_since
    }

    /// Takes that it answered, be it with a no.
    pub fn answered(&mut self) {
        *self = Self::after(self.in_a_row);
    }

    /// Takes that a call was given up after so many tries, since when nothing was answered to
    /// another either: it counts as down, sooner than by failures in a row. Returns whether it does
    /// from now on.
    pub fn gave_up(&mut self, tries: u32, now: Instant) -> bool {
        if self.state != State::Answering || self.failed < tries.max(1) {
            return false;
        }
        self.open(now);
        true
    }

    /// Returns how often it failed before it counted as down.
    pub fn failed_before(&self) -> u32 {
        self.failed_before
    }

    fn open(&mut self, now: Instant) {
        self.failed_before = self.failed;
        self.down_since = Some(now);
        self.state = State::Resting {
            until: now + self.rest,
        };
    }

    /// Takes that it did not answer. Returns whether it counts as down from now on.
    pub fn failed(&mut self, now: Instant) -> bool {
        self.failed = self.failed.saturating_add(1);
        match self.state {
            State::Answering if self.failed >= self.in_a_row => {
                self.open(now);
                true
            }
            State::Probed { .. } => {
                self.rest = (self.rest * 2).min(LONGEST_REST);
                self.state = State::Resting {
                    until: now + self.rest,
                };
                false
            }
            // What was under way when it went down says nothing new.
            State::Answering | State::Resting { .. } => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(now: Instant) -> Breaker {
        let mut breaker = Breaker::default();
        for _ in 1..IN_A_ROW {
            assert!(!breaker.failed(now));
        }
        assert_eq!(breaker.turn(now), Turn::Go);
        assert!(breaker.failed(now));
        breaker
    }

    #[test]
    fn it_opens_sooner_for_a_call_that_was_given_up_and_nothing_answered_meanwhile() {
        let now = Instant::now();
        let mut breaker = Breaker::default();
        for _ in 0..3 {
            breaker.failed(now);
        }
        assert!(!breaker.gave_up(4, now));
        assert!(breaker.gave_up(3, now));
        assert_eq!(breaker.turn(now), Turn::Wait(now + REST));
        assert_eq!(breaker.failed_before(), 3);
        assert!(!breaker.gave_up(3, now), "it is down already");
        breaker.answered();
        breaker.failed(now);
        assert!(!breaker.gave_up(3, now), "it answered between the tries");
    }

    #[test]
    fn it_opens_after_failures_in_a_row_only() {
        let now = Instant::now();
        let mut breaker = Breaker::default();
        for _ in 0..20 {
            breaker.failed(now);
            breaker.answered();
        }
        assert_eq!((breaker.turn(now), breaker.down_since()), (Turn::Go, None));
        let mut breaker = opened(now);
        assert_eq!(breaker.turn(now), Turn::Wait(now + REST));
        assert_eq!(breaker.down_since(), Some(now));
    }

    #[test]
    fn one_call_tries_it_and_the_rest_gets_longer() {
        let now = Instant::now();
        let mut breaker = opened(now);
        let later = now + REST;
        assert_eq!(breaker.turn(later), Turn::Go);
        assert_eq!(breaker.turn(later), Turn::Wait(later + PROBE));
        assert!(!breaker.failed(later));
        assert_eq!(breaker.turn(later), Turn::Wait(later + REST * 2));
        // What was under way does not put it off.
        breaker.failed(later + REST);
        assert_eq!(breaker.turn(later), Turn::Wait(later + REST * 2));
        let last = later + REST * 2;
        assert_eq!(breaker.turn(last), Turn::Go);
        breaker.answered();
        assert_eq!((breaker.turn(last), breaker.down_since()), (Turn::Go, None));
    }

    #[test]
    fn a_probe_that_never_came_back_makes_room_for_another() {
        let now = Instant::now();
        let mut breaker = opened(now);
        assert_eq!(breaker.turn(now + REST), Turn::Go);
        assert_eq!(breaker.turn(now + REST + PROBE), Turn::Go);
    }
}
