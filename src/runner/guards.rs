//! What is known of the connections of a run while it goes on: which of them do not answer, and
//! which ask to be left alone.
//!
//! A case whose workflow says how to go on without a connection goes on at once while that is down.
//! Any other waits for it, for as long as a run waits; then the run pauses, so that a million cases
//! are not used up for nothing.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use indexmap::IndexMap;
use tokio::time::{Instant, sleep_until};

use super::stop::Stop;
use crate::connect::{Breaker, Turn};
use crate::diag::count;
use crate::engine::Failure;

/// The connections of a run.
#[derive(Debug)]
pub(super) struct Guards {
    all: Mutex<IndexMap<String, Arc<Guard>>>,
    /// How long a case waits for what is down.
    patience: Duration,
    stop: Arc<Stop>,
}

/// One connection.
#[derive(Debug)]
pub(super) struct Guard {
    name: String,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    breaker: Breaker,
    /// It asked to be left alone until then.
    held: Option<Instant>,
    /// How often it went down.
    times: u32,
    /// How often in a row it had not answered when it last did.
    in_a_row: u32,
    /// Of these, what was told.
    told: u32,
    /// Cases that went on without it.
    without: HashSet<i64>,
    more_without: usize,
}

impl State {
    fn went_down(&mut self) {
        self.times += 1;
        self.in_a_row = self.breaker.failed_before();
    }
}

/// Whether a call may be made.
#[derive(Debug)]
pub(super) enum Entry {
    /// It may.
    Go,
    /// The case goes on without it.
    Without(Failure),
    /// It was waited for in vain; why, and when to go on.
    GaveUp(String),
}

/// Why a case that waits gives up when its run stops.
pub(super) const STOPS: &str = "the run stops";
/// How often it is looked whether something answers again.
const LOOKS: Duration = Duration::from_millis(500);
/// The longest wait that another system may ask for within a run.
pub(super) const LONGEST_ASKED: Duration = Duration::from_secs(300);

impl Guards {
    /// Returns guards for a run that waits so long for what is down.
    pub(super) fn new(patience: Duration, stop: Arc<Stop>) -> Self {
        Guards {
            all: Mutex::default(),
            patience,
            stop,
        }
    }

    /// Returns the guard of a connection.
    pub(super) fn of(&self, name: &str) -> Arc<Guard> {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let guard = all.entry(name.to_owned()).or_insert_with(|| {
            Arc::new(Guard {
                name: name.to_owned(),
                state: Mutex::default(),
            })
        });
        guard.clone()
    }

    /// Waits until a call may be made. `needs` says that its case cannot go on without.
    pub(super) async fn enter(&self, guard: &Guard, needs: bool) -> Entry {
        loop {
            let now = Instant::now();
            let (until, down_since, why) = {
                let mut state = guard.lock();
                match state.held.filter(|until| *until > now) {
                    Some(until) if until - now > LONGEST_ASKED => {
                        let why = guard.asks(until - now);
                        return match needs {
                            true => Entry::GaveUp(why),
                            false => Entry::Without(unavailable(why)),
                        };
                    }
                    Some(until) => (until, None, String::new()),
                    None => match state.breaker.turn(now) {
                        Turn::Go => return Entry::Go,
                        Turn::Wait(until) => {
                            (until, state.breaker.down_since(), guard.is_down(&state))
                        }
                    },
                }
            };
            if let Some(since) = down_since {
                if !needs {
                    return Entry::Without(unavailable(why));
                }
                if now.duration_since(since) >= self.patience {
                    return Entry::GaveUp(why);
                }
            }
            if self.stop.is_said() {
                return Entry::GaveUp(STOPS.to_owned());
            }
            let look = until.min(now + LOOKS);
            tokio::select! {
                () = sleep_until(look) => {}
                () = self.stop.said() => {}
            }
        }
    }

    /// Waits before another try; false where the run stops meanwhile.
    pub(super) async fn rest(&self, wait: Duration) -> bool {
        tokio::select! {
            () = tokio::time::sleep(wait) => true,
            () = self.stop.said() => false,
        }
    }

    /// Returns which connections went down since this was asked last.
    pub(super) fn news(&self) -> Vec<String> {
        let all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let news = all.values().filter_map(|guard| {
            let mut state = guard.lock();
            let is_first = state.told == 0 && state.times > 0;
            state.told = state.times;
            is_first.then(|| {
                format!(
                    "{}; it is tried again from time to time",
                    guard.is_down(&state)
                )
            })
        });
        news.collect()
    }

    /// Returns what there is to tell of the connections, once each.
    pub(super) fn told(&self) -> Vec<String> {
        let all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.values().filter_map(|guard| guard.told()).collect()
    }
}

impl Guard {
    /// Takes that the connection answered.
    pub(super) fn answered(&self) {
        let mut state = self.lock();
        if state.breaker != Breaker::default() {
            state.breaker.answered();
        }
    }

    /// Takes that it did not answer; where it says when to come back, it is left alone until then
    /// and counts as answering.
    pub(super) fn failed(&self, asked: Option<Duration>) {
        let now = Instant::now();
        let mut state = self.lock();
        if let Some(until) = asked.and_then(|wait| now.checked_add(wait)) {
            state.held = state.held.max(Some(until));
            state.breaker.answered();
        } else if state.breaker.failed(now) {
            state.went_down();
        }
    }

    /// Takes that a call was given up after so many tries. Returns whether the connection counts as
    /// down: nothing was answered to anybody since the first of them.
    pub(super) fn gave_up(&self, tries: u32) -> bool {
        let mut state = self.lock();
        let is_down = state.breaker.gave_up(tries, Instant::now());
        if is_down {
            state.went_down();
        }
        is_down
    }

    /// Is it down, so that a call would not be made now?
    pub(super) fn is_closed(&self) -> bool {
        let state = self.lock();
        state.breaker.down_since().is_some()
            || state
                .held
                .is_some_and(|until| until > Instant::now() + LONGEST_ASKED)
    }

    /// Counts a case that goes on without it.
    pub(super) fn goes_without(&self, place: i64) {
        /// Cases that are told apart; more are counted by their calls.
        const TOLD_APART: usize = 100_000;
        let mut state = self.lock();
        if state.without.len() < TOLD_APART {
            state.without.insert(place);
        } else if !state.without.contains(&place) {
            state.more_without += 1;
        }
    }

    fn is_down(&self, state: &State) -> String {
        let times = state.in_a_row;
        format!("`{}` did not answer {times} times in a row", self.name)
    }

    fn asks(&self, wait: Duration) -> String {
        format!("`{}` asks to be left alone for {}", self.name, spoken(wait))
    }

    fn told(&self) -> Option<String> {
        let state = self.lock();
        let without = state.without.len() + state.more_without;
        if state.times == 0 && without == 0 {
            return None;
        }
        let mut text = self.is_down(&state);
        if state.times > 1 {
            text += &format!(" ({} in all)", count(state.times as usize, "time"));
        }
        text += &match without {
            0 => "; it was waited for".to_owned(),
            n => format!("; {} went on without it", count(n, "case")),
        };
        Some(text)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn unavailable(message: String) -> Failure {
    Failure {
        code: "unavailable".to_owned(),
        message,
        transient: true,
    }
}

/// Returns a time in words, as in `2 h`.
pub(super) fn spoken(time: Duration) -> String {
    match time.as_secs() {
        s if s < 120 => format!("{s} s"),
        s if s < 7_200 => format!("{} min", s / 60),
        s if s < 172_800 => format!("{} h", s / 3_600),
        s => format!("{} days", s / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connect::IN_A_ROW;

    const PATIENCE: Duration = Duration::from_secs(60);

    fn down() -> (Guards, Arc<Guard>) {
        let guards = Guards::new(PATIENCE, Arc::default());
        let guard = guards.of("crm");
        for _ in 0..IN_A_ROW {
            guard.failed(None);
        }
        (guards, guard)
    }

    #[tokio::test(start_paused = true)]
    async fn a_case_that_can_goes_on_at_once_and_another_waits_for_the_probe() {
        let (guards, guard) = down();
        for place in [1, 2, 2] {
            let Entry::Without(failure) = guards.enter(&guard, false).await else {
                panic!("it goes on")
            };
            assert_eq!(failure.code, "unavailable");
            guard.goes_without(place);
        }
        assert_eq!(guards.news().len(), 1);
        assert!(guards.news().is_empty(), "it is told once");
        assert_eq!(
            guards.told(),
            ["`crm` did not answer 5 times in a row; 2 cases went on without it"]
        );
        let began = Instant::now();
        assert!(matches!(guards.enter(&guard, true).await, Entry::Go));
        assert_eq!(began.elapsed(), Duration::from_secs(10));
        guard.answered();
        assert!(matches!(guards.enter(&guard, false).await, Entry::Go));
        assert_eq!(began.elapsed(), Duration::from_secs(10));
    }

    #[tokio::test(start_paused = true)]
    async fn after_its_patience_a_case_gives_up() {
        let (guards, guard) = down();
        let began = Instant::now();
        while let Entry::Go = guards.enter(&guard, true).await {
            guard.failed(None);
        }
        assert!(began.elapsed() >= PATIENCE, "{:?}", began.elapsed());
        assert!(began.elapsed() < PATIENCE + Duration::from_secs(1));
    }

    #[tokio::test(start_paused = true)]
    async fn what_asks_to_come_back_later_is_left_alone_until_then() {
        let guards = Guards::new(PATIENCE, Arc::default());
        let guard = guards.of("crm");
        let began = Instant::now();
        for _ in 0..20 {
            guard.failed(Some(Duration::from_secs(30)));
        }
        assert!(matches!(guards.enter(&guard, false).await, Entry::Go));
        assert_eq!(began.elapsed(), Duration::from_secs(30));
        assert!(guards.told().is_empty());
        guard.failed(Some(Duration::from_secs(7_200)));
        let Entry::GaveUp(why) = guards.enter(&guard, true).await else {
            panic!("nobody waits so long")
        };
        assert_eq!(why, "`crm` asks to be left alone for 2 h");
        assert!(matches!(
            guards.enter(&guard, false).await,
            Entry::Without(_)
        ));
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_on_when_the_run_stops() {
        let stop = Arc::new(Stop::default());
        let guards = Guards::new(PATIENCE, stop.clone());
        let guard = guards.of("crm");
        for _ in 0..IN_A_ROW {
            guard.failed(None);
        }
        stop.say();
        let began = Instant::now();
        assert!(matches!(guards.enter(&guard, true).await, Entry::GaveUp(_)));
        assert!(began.elapsed() < Duration::from_secs(1));
    }
}
