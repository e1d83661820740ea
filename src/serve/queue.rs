//! Runs that wait for their turn.
//!
//! A workflow has one run at a time, in the order in which they came; others go past it. What waits
//! is in the journal, and here by its name alone.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::{SignedDuration, Timestamp};

/// A run that waits for its turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The workflow.
    pub workflow: String,
    /// The run.
    pub run: String,
    /// Why it is to begin, in words.
    pub why: String,
    /// How often it could not be carried out so far.
    pub tries: usize,
}

impl Waiting {
    /// Returns a run that has not been tried.
    pub fn new(
        workflow: impl Into<String>,
        run: impl Into<String>,
        why: impl Into<String>,
    ) -> Self {
        Waiting {
            workflow: workflow.into(),
            run: run.into(),
            why: why.into(),
            tries: 0,
        }
    }
}

/// How many runs wait, for whoever lets more in.
#[derive(Debug, Clone, Default)]
pub struct Count(Arc<AtomicUsize>);

impl Count {
    /// Counts one more where there are fewer than so many; false where there are not.
    pub fn take(&self, most: usize) -> bool {
        let more = |n: usize| (n < most).then_some(n + 1);
        self.0
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, more)
            .is_ok()
    }

    /// Counts one less.
    pub fn give(&self) {
        let less = |n: usize| n.checked_sub(1);
        let _ = self
            .0
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, less);
    }

    /// Returns how many wait.
    pub fn get(&self) -> usize {
        self.0.load(Ordering::Acquire)
    }
}

/// Runs that wait for their turn.
#[derive(Debug, Default)]
pub(super) struct Queue {
    lines: BTreeMap<String, VecDeque<(u64, Waiting)>>,
    /// Those that could not be carried out, by when they are tried again.
    later: BTreeMap<(Timestamp, u64), Waiting>,
    number: u64,
    count: Count,
}

/// After how long a run is tried again that could not be carried out, each time.
const AGAIN: [SignedDuration; 6] = [
    SignedDuration::from_mins(1),
    SignedDuration::from_mins(5),
    SignedDuration::from_mins(15),
    SignedDuration::from_hours(1),
    SignedDuration::from_hours(3),
    SignedDuration::from_hours(12),
];

impl Queue {
    /// Returns one whose length others can see.
    pub(super) fn counted(count: Count) -> Self {
        Queue {
            count,
            ..Queue::default()
        }
    }

    /// Adds a run at the end of its line.
    pub(super) fn push(&mut self, waiting: Waiting) {
        self.count.take(usize::MAX);
        self.push_counted(waiting);
    }

    /// Adds a run that is counted already.
    pub(super) fn push_counted(&mut self, waiting: Waiting) {
        self.number += 1;
        let line = self.lines.entry(waiting.workflow.clone()).or_default();
        line.push_back((self.number, waiting));
    }

    /// Puts a run off that could not be carried out; returns when it is tried again, or nothing
    /// if that was the last time.
    pub(super) fn put_off(&mut self, mut waiting: Waiting, now: Timestamp) -> Option<Timestamp> {
        let again = now + *AGAIN.get(waiting.tries)?;
        waiting.tries += 1;
        self.number += 1;
        self.count.take(usize::MAX);
        self.later.insert((again, self.number), waiting);
        Some(again)
    }

    /// Takes the run whose turn it is at a moment: the one that has waited longest of a workflow
    /// that is not busy.
    pub(super) fn next(&mut self, busy: &BTreeSet<String>, now: Timestamp) -> Option<Waiting> {
        while let Some(entry) = self.later.first_entry() {
            if entry.key().0 > now {
                break;
            }
            let waiting = entry.remove();
            self.push_counted(waiting);
        }
        let free = self.lines.iter().filter(|(name, _)| !busy.contains(*name));
        let (_, name) = free
            .filter_map(|(name, line)| Some((line.front()?.0, name.clone())))
            .min()?;
        let line = self.lines.get_mut(&name)?;
        let (_, waiting) = line.pop_front()?;
        if line.is_empty() {
            self.lines.remove(&name);
        }
        self.count.give();
        Some(waiting)
    }

    /// Does a run of a workflow wait?
    pub(super) fn holds(&self, workflow: &str) -> bool {
        self.lines.contains_key(workflow)
    }

    /// Does a run wait for its turn, or to be tried again?
    pub(super) fn knows(&self, run: &str) -> bool {
        let in_lines = self.lines.values().flatten().map(|(_, waiting)| waiting);
        in_lines
            .chain(self.later.values())
            .any(|waiting| waiting.run == run)
    }

    /// Returns when a run that was put off is tried again, the soonest.
    pub(super) fn next_again(&self) -> Option<Timestamp> {
        self.later.first_key_value().map(|((at, _), _)| *at)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn moment(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn workflows_take_turns_and_one_has_one_run_at_a_time() {
        let count = Count::default();
        let mut queue = Queue::counted(count.clone());
        let now = moment("2026-11-16T08:00:00Z");
        for (workflow, run) in [("b", "b1"), ("b", "b2"), ("a", "a1")] {
            queue.push(Waiting::new(workflow, run, ""));
        }
        let mut busy = BTreeSet::new();
        assert_eq!(queue.next(&busy, now).unwrap().run, "b1");
        busy.insert("b".to_owned());
        assert_eq!(queue.next(&busy, now).unwrap().run, "a1");
        busy.insert("a".to_owned());
        assert_eq!(queue.next(&busy, now), None);
        assert_eq!(count.get(), 1);
        busy.remove("b");
        assert_eq!(queue.next(&busy, now).unwrap().run, "b2");
        assert_eq!(count.get(), 0);
        assert!(!queue.holds("b"));
    }

    #[test]
    fn what_could_not_be_carried_out_is_tried_again_and_not_for_ever() {
        let mut queue = Queue::default();
        let (mut now, free) = (moment("2026-11-16T08:00:00Z"), BTreeSet::new());
        let mut waiting = Waiting::new("a", "a1", "");
        let mut times = 0;
        while let Some(at) = queue.put_off(waiting.clone(), now) {
            assert_eq!(queue.next(&free, at - SignedDuration::from_secs(1)), None);
            assert_eq!(queue.next_again(), Some(at));
            waiting = queue.next(&free, at).unwrap();
            (now, times) = (at, times + 1);
        }
        assert_eq!(times, AGAIN.len());
    }

    #[test]
    fn no_more_are_let_in_than_there_is_room_for() {
        let count = Count::default();
        assert!(count.take(2) && count.take(2) && !count.take(2));
        count.give();
        assert!(count.take(2));
    }
}
