//! Watches what starts runs, and has them run.
//!
//! It is told the time at each step, so that nothing here waits: whoever drives it sleeps until
//! the moment that it names, or until something happens.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinSet};

use super::board::Board;
use super::launch::{Launcher, scheduled};
use super::queue::{Queue, Waiting};
use super::records::Looked;
use super::schedule::SCHEDULE;
use super::told::Told;
use super::watched::Starts;
use super::watchlist::Watchlist;
use crate::diag::{Result, count};
use crate::rehearse::Clock;
use crate::runner::Summary;
use crate::store::journal::Firing;

/// How often it looks whether the list was changed.
const LOOKS: SignedDuration = SignedDuration::from_secs(1);

/// After how long a table is looked at again that could not be read, at the latest.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_mins(5);

/// Runs that are under way at once.
const RUNS_AT_ONCE: usize = 4;

/// Something that was under way and is over.
enum Done {
    Run(Waiting, Box<Result<Option<Summary>>>),
    Look(String, Result<Looked>),
}

type Ended = std::result::Result<Done, JoinError>;

/// Watches the workflows of a workspace.
pub struct Watchman {
    launcher: Arc<Launcher>,
    board: Arc<Board>,
    list: Watchlist,
    /// Workflows with a run under way.
    busy: BTreeSet<String>,
    /// Workflows whose table is being looked at.
    looking: BTreeSet<String>,
    queue: Queue,
    arrivals: mpsc::UnboundedReceiver<Waiting>,
    tasks: JoinSet<Done>,
    /// What is over and was not taken in.
    over: Vec<Ended>,
    /// The time that it was told last.
    now: Timestamp,
}

impl Watchman {
    /// Returns one who has seen nothing yet.
    pub fn new(launcher: Arc<Launcher>) -> Self {
        let (board, arrivals) = Board::new();
        Watchman {
            launcher,
            queue: Queue::counted(board.waiting.clone()),
            board,
            list: Watchlist::default(),
            busy: BTreeSet::new(),
            looking: BTreeSet::new(),
            arrivals,
            tasks: JoinSet::new(),
            over: Vec::new(),
            now: Timestamp::UNIX_EPOCH,
        }
    }

    /// Returns what the HTTP face knows of it.
    pub fn board(&self) -> Arc<Board> {
        self.board.clone()
    }

    /// Takes up what a crash or a stop has left: runs that were cut short, and firings whose run
    /// never began. The next step begins them.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub fn take_up(&mut self) -> Result<()> {
        let journal = self.launcher.journal.clone();
        for run in journal.fired_and_unfinished()? {
            let workflow = journal.run(&run)?.info.workflow;
            self.queue
                .push(Waiting::new(workflow, run, "it was cut short"));
        }
        for (workflow, run) in journal.not_begun_yet()? {
            self.queue
                .push(Waiting::new(workflow, run, "it was due before a stop"));
        }
        Ok(())
    }

    /// Begins what is due at a moment, and takes in what has ended. Returns what happened, and when
    /// to come again at the latest.
    ///
    /// # Errors
    /// If the journal cannot be used.
    pub async fn step(&mut self, now: Timestamp) -> Result<(Vec<Told>, Timestamp)> {
        self.now = now;
        let mut told = Vec::new();
        while let Some(ended) = self.tasks.try_join_next() {
            self.over.push(ended);
        }
        for ended in std::mem::take(&mut self.over) {
            told.extend(self.ended(ended).await?);
        }
        while let Ok(waiting) = self.arrivals.try_recv() {
            self.queue.push_counted(waiting);
        }
        self.read_again(now, &mut told)?;
        self.wake(now)?;
        let is_due = |(at, _): &&(Timestamp, String)| *at <= now;
        // What comes due during a run, or before one that waits, fires once, when that is over.
        let due: Vec<String> = self
            .list
            .order
            .iter()
            .take_while(is_due)
            .filter(|(_, name)| self.is_free(name))
            .map(|(_, name)| name.clone())
            .collect();
        for name in due {
            self.fire(&name, now).await?;
        }
        while self.busy.len() < RUNS_AT_ONCE {
            let Some(waiting) = self.queue.next(&self.busy, now) else {
                break;
            };
            told.push(self.begin(waiting, now));
        }
        let by_clock = self.list.order.iter().find(|(_, name)| self.is_free(name));
        let by_clock = by_clock.map(|(at, _)| *at);
        self.board
            .stepped(now, self.list.order.first().map(|o| o.0));
        let next = [by_clock, self.queue.next_again()].into_iter().flatten();
        let next = next.min().map_or(now + LOOKS, |at| at.min(now + LOOKS));
        Ok((told, next.max(now)))
    }

    /// Waits until something happens that a step takes in. Nothing is lost if it is dropped.
    pub async fn woken(&mut self) {
        tokio::select! {
            Some(ended) = self.tasks.join_next() => self.over.push(ended),
            Some(waiting) = self.arrivals.recv() => self.queue.push_counted(waiting),
        }
    }

    /// Looks what is watched, and begins nothing.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub fn look(&mut self, now: Timestamp) -> Result<()> {
        self.read_again(now, &mut Vec::new())
    }

    /// Waits until a run ends, if one is under way, and returns what came of it.
    ///
    /// # Errors
    /// If the journal cannot be written.
    pub async fn next_end(&mut self) -> Result<Option<Told>> {
        loop {
            let ended = match self.over.pop() {
                Some(ended) => Some(ended),
                None => self.tasks.join_next().await,
            };
            let Some(ended) = ended else {
                return Ok(None);
            };
            if let Some(told) = self.ended(ended).await? {
                return Ok(Some(told));
            }
        }
    }

    /// Returns the enabled workflows with the times at which they are looked after next, the
    /// soonest first.
    pub fn upcoming(&self) -> Vec<(Timestamp, String)> {
        self.list.order.iter().cloned().collect()
    }

    /// Returns the enabled workflows that start when something comes, with its path.
    pub fn awaiting(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self.list.watched.iter();
        let all = all.filter(|(_, watched)| watched.trouble().is_none());
        all.filter_map(|(name, watched)| match &watched.starts {
            Starts::Events(path, _) => Some((name.as_str(), path.as_str())),
            _ => None,
        })
    }

    /// Returns the enabled workflows that cannot run by themselves, with why.
    pub fn unusable(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self.list.unusable.iter();
        all.map(|(name, why)| (name.as_str(), why.as_str()))
    }

    /// Is something under way?
    #[cfg(test)]
    pub(super) fn is_busy(&self) -> bool {
        !self.tasks.is_empty() || !self.over.is_empty()
    }

    fn is_free(&self, name: &str) -> bool {
        !self.busy.contains(name) && !self.looking.contains(name) && !self.queue.holds(name)
    }

    async fn ended(&mut self, ended: Ended) -> Result<Option<Told>> {
        match ended {
            // What was stopped is gone on with when there is a next time.
            Err(_) => Ok(None),
            Ok(Done::Run(waiting, outcome)) => self.run_ended(waiting, *outcome).await,
            Ok(Done::Look(name, outcome)) => Ok(self.looked(name, outcome)),
        }
    }

    async fn run_ended(
        &mut self,
        waiting: Waiting,
        outcome: Result<Option<Summary>>,
    ) -> Result<Option<Told>> {
        let (workflow, run) = (waiting.workflow.clone(), waiting.run.clone());
        self.busy.remove(&workflow);
        if let Err(error) = &outcome {
            let why = error.to_string();
            // What is down may come back, and a workflow with errors be mended.
            if let Some(at) = self.queue.put_off(waiting, self.now) {
                return Ok(Some(Told::Later {
                    workflow,
                    run,
                    why,
                    at,
                }));
            }
            self.launcher.journal.not_begun(&run, &why).await?;
        }
        let outcome = match outcome {
            Ok(Some(summary)) => Ok(Box::new(summary)),
            // Somebody else has carried it out meanwhile.
            Ok(None) => return Ok(None),
            Err(error) => Err(error),
        };
        Ok(Some(Told::Ended {
            workflow,
            run,
            outcome,
        }))
    }

    /// Takes in what a look at a table has come to.
    fn looked(&mut self, name: String, outcome: Result<Looked>) -> Option<Told> {
        self.looking.remove(&name);
        let mut again = None;
        let told = match outcome {
            Ok(Looked::Nothing) => {
                self.list.unusable.remove(&name);
                None
            }
            Ok(Looked::First { rows }) => Some(Told::Watching {
                workflow: name.clone(),
                rows,
            }),
            Ok(Looked::Fired { run, rows, is_cut }) => {
                self.list.unusable.remove(&name);
                if is_cut {
                    again = Some(self.now);
                }
                let why = count(rows, "row");
                self.queue.push(Waiting::new(&name, run, why));
                None
            }
            Err(error) => {
                again = Some(self.now + LOOK_AGAIN);
                let why = error.to_string();
                self.list.cannot(&name, why)
            }
        };
        let next = self
            .list
            .watched
            .get(&name)
            .and_then(|watched| watched.next);
        if let Some(at) = again.filter(|at| next.is_none_or(|next| *at < next)) {
            self.list.set_next(&name, Some(at));
        }
        told
    }

    /// Does what is due for a workflow: has its run begun, or its table looked at.
    async fn fire(&mut self, name: &str, now: Timestamp) -> Result<()> {
        let Some(watched) = self.list.watched.get_mut(name) else {
            return Ok(());
        };
        match &watched.starts {
            Starts::Events(..) => Ok(()),
            Starts::Rows(often) => {
                let next = often.after(now);
                self.list.set_next(name, Some(next));
                self.looking.insert(name.to_owned());
                let (launcher, name) = (self.launcher.clone(), name.to_owned());
                self.tasks.spawn(async move {
                    let looked = launcher.look(&name, now).await;
                    Done::Look(name, looked)
                });
                Ok(())
            }
            Starts::Times(timetable) => {
                let due = timetable.due(watched.since, now);
                let since = due.as_ref().map_or(watched.since, |due| due.at.timestamp());
                let next = timetable.next(since.max(now)).map(|at| at.timestamp());
                watched.since = since;
                self.list.set_next(name, next);
                match due {
                    Some(due) => self.fire_at(name, &due).await,
                    None => Ok(()),
                }
            }
        }
    }

    async fn fire_at(&mut self, name: &str, due: &super::schedule::Due) -> Result<()> {
        let at = due.at.timestamp();
        let firing = Firing {
            workflow: name.to_owned(),
            kind: SCHEDULE.to_owned(),
            what: at.to_string(),
            at: at.as_millisecond(),
            run: format!("{name}-{}", due.at.strftime("%Y%m%d-%H%M%S%z")),
            trigger: scheduled(&due.at),
            problem: None,
        };
        let run = firing.run.clone();
        if self.launcher.journal.fire(firing).await? {
            let mut why = format!("due at {}", due.at.strftime("%Y-%m-%d %H:%M %Z"));
            if due.missed > 0 {
                let missed = count(due.missed, "time");
                why += &format!("; {missed} before it passed by and are not made up for");
            }
            self.queue.push(Waiting::new(name, run, why));
        }
        Ok(())
    }

    fn begin(&mut self, waiting: Waiting, now: Timestamp) -> Told {
        let told = Told::Begins {
            workflow: waiting.workflow.clone(),
            run: waiting.run.clone(),
            why: waiting.why.clone(),
        };
        let launcher = self.launcher.clone();
        self.busy.insert(waiting.workflow.clone());
        self.tasks.spawn(async move {
            let outcome = match Clock::as_of(&now.to_string()) {
                Ok(clock) => launcher.carry_out(&waiting.run, &clock).await,
                Err(error) => Err(error),
            };
            Done::Run(waiting, outcome.into())
        });
        told
    }

    /// Lets runs go on whose cases waited for what has come since, or that rested because something
    /// was down or a day's limit reached.
    fn wake(&mut self, now: Timestamp) -> Result<()> {
        for (run, workflow) in self.launcher.journal.awake(now.as_millisecond())? {
            if !self.busy.contains(&workflow) && !self.queue.knows(&run) {
                let why = "what it waited for has come";
                self.queue.push(Waiting::new(workflow, run, why));
            }
        }
        Ok(())
    }

    fn read_again(&mut self, now: Timestamp, told: &mut Vec<Told>) -> Result<()> {
        if let Some(hooks) = self.list.read_again(&self.launcher, now, told)? {
            self.board.set_hooks(hooks);
        }
        Ok(())
    }
}
