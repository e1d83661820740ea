//! Watches which workflows are due, and has them run.
//!
//! It is told the time at each step, so that nothing here waits: whoever drives it sleeps until
//! the moment that it names.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinSet;

use super::launch::{Launcher, scheduled};
use super::schedule::Timetable;
use crate::diag::{Error, Result};
use crate::rehearse::Clock;
use crate::runner::Summary;
use crate::spec::{self, TriggerKind};
use crate::store::journal::Firing;

/// How long a list of what is watched is trusted before it is read again.
const TRUSTED: SignedDuration = SignedDuration::from_secs(30);

/// How often it looks whether the list was changed.
const LOOKS: SignedDuration = SignedDuration::from_secs(1);

/// The kind of firing of a schedule.
const SCHEDULE: &str = "schedule";

/// What happened, for whoever shows or logs it.
#[derive(Debug)]
pub enum Told {
    /// It is at work.
    Serving {
        /// How many workflows are enabled.
        enabled: usize,
    },
    /// A run begins.
    Begins {
        /// The workflow.
        workflow: String,
        /// The run.
        run: String,
        /// Why now, in words.
        why: String,
    },
    /// A run has ended.
    Ended {
        /// The workflow.
        workflow: String,
        /// The run.
        run: String,
        /// What came of it, or why it could not be carried out.
        outcome: std::result::Result<Box<Summary>, Error>,
    },
    /// A workflow that is enabled cannot run by itself.
    Unusable {
        /// The workflow.
        workflow: String,
        /// Why, in words.
        why: String,
    },
}

/// A workflow that is watched.
struct Watched {
    timetable: Timetable,
    /// When its file was changed last.
    changed: Option<SystemTime>,
    /// Since when times count: its last firing, or when it was enabled.
    since: Timestamp,
    next: Option<Timestamp>,
}

/// Watches the workflows of a workspace.
pub struct Watchman {
    launcher: Arc<Launcher>,
    watched: BTreeMap<String, Watched>,
    /// What comes next, the soonest first.
    order: BTreeSet<(Timestamp, String)>,
    /// Workflows that could not be used, with what was told of them.
    unusable: HashMap<String, String>,
    /// Workflows with a run under way.
    busy: BTreeSet<String>,
    runs: JoinSet<(String, String, Result<Summary>)>,
    /// When the list was read, and which one it was.
    read: Option<(Timestamp, i64)>,
}

impl Watchman {
    /// Returns one who has seen nothing yet.
    pub fn new(launcher: Arc<Launcher>) -> Self {
        Watchman {
            launcher,
            watched: BTreeMap::new(),
            order: BTreeSet::new(),
            unusable: HashMap::new(),
            busy: BTreeSet::new(),
            runs: JoinSet::new(),
            read: None,
        }
    }

    /// Goes on with what a crash or a stop has left: runs that were cut short, and firings whose
    /// run never began.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub fn take_up(&mut self, now: Timestamp) -> Result<Vec<Told>> {
        let journal = self.launcher.journal.clone();
        let mut told = Vec::new();
        for run in journal.fired_and_unfinished()? {
            let workflow = journal.run(&run)?.info.workflow;
            told.push(Told::Begins {
                workflow: workflow.clone(),
                run: run.clone(),
                why: "it was cut short".to_owned(),
            });
            let launcher = self.launcher.clone();
            self.busy.insert(workflow.clone());
            self.runs.spawn(async move {
                let outcome = launcher.resumed(&run).await;
                (workflow, run, outcome)
            });
        }
        for firing in journal.not_begun_yet()? {
            told.push(self.begin(firing, now, "it was due before a stop".to_owned()));
        }
        Ok(told)
    }

    /// Begins what is due at a moment, and takes in what has ended. Returns what happened, and when
    /// to come again at the latest.
    ///
    /// # Errors
    /// If the journal cannot be used.
    pub async fn step(&mut self, now: Timestamp) -> Result<(Vec<Told>, Timestamp)> {
        let mut told = Vec::new();
        while let Some(ended) = self.runs.try_join_next() {
            told.extend(self.ended(ended).await?);
        }
        self.read_again(now, &mut told)?;
        let mut due = Vec::new();
        for (at, name) in &self.order {
            if *at > now {
                break;
            }
            // What comes due during a run fires once, when that is over.
            if !self.busy.contains(name) {
                due.push(name.clone());
            }
        }
        for name in due {
            told.extend(self.fire(&name, now).await?);
        }
        let waiting = self
            .order
            .iter()
            .find(|(_, name)| !self.busy.contains(name));
        let next = waiting.map_or(now + LOOKS, |(at, _)| (*at).min(now + LOOKS));
        Ok((told, next.max(now)))
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
        match self.runs.join_next().await {
            Some(ended) => self.ended(ended).await,
            None => Ok(None),
        }
    }

    /// Are runs under way?
    pub fn is_busy(&self) -> bool {
        !self.runs.is_empty()
    }

    /// Returns the enabled workflows with the times at which they run next, the soonest first.
    pub fn upcoming(&self) -> Vec<(Timestamp, String)> {
        self.order.iter().cloned().collect()
    }

    /// Returns the enabled workflows that cannot run by themselves, with why.
    pub fn unusable(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self.unusable.iter();
        all.map(|(name, why)| (name.as_str(), why.as_str()))
    }

    async fn ended(
        &mut self,
        ended: std::result::Result<(String, String, Result<Summary>), tokio::task::JoinError>,
    ) -> Result<Option<Told>> {
        let Ok((workflow, run, outcome)) = ended else {
            // A run that was stopped is resumed when there is a next time.
            return Ok(None);
        };
        self.busy.remove(&workflow);
        if let Err(error) = &outcome {
            let why = error.to_string();
            self.launcher.journal.not_begun(&run, &why).await?;
        }
        Ok(Some(Told::Ended {
            workflow,
            run,
            outcome: outcome.map(Box::new),
        }))
    }

    async fn fire(&mut self, name: &str, now: Timestamp) -> Result<Option<Told>> {
        let Some(watched) = self.watched.get_mut(name) else {
            return Ok(None);
        };
        let due = watched.timetable.due(watched.since, now);
        if let Some(due) = &due {
            watched.since = due.at.timestamp();
        }
        if let Some(next) = watched.next.take() {
            self.order.remove(&(next, name.to_owned()));
        }
        watched.next = watched
            .timetable
            .next(watched.since.max(now))
            .map(|at| at.timestamp());
        if let Some(next) = watched.next {
            self.order.insert((next, name.to_owned()));
        }
        let Some(due) = due else { return Ok(None) };
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
        if !self.launcher.journal.fire(firing.clone()).await? {
            return Ok(None);
        }
        let mut why = format!("due at {}", due.at.strftime("%Y-%m-%d %H:%M %Z"));
        if due.missed > 0 {
            why += &format!(
                "; {} before it passed by and are not made up for",
                crate::diag::count(due.missed, "time")
            );
        }
        Ok(Some(self.begin(firing, now, why)))
    }

    fn begin(&mut self, firing: Firing, now: Timestamp, why: String) -> Told {
        let told = Told::Begins {
            workflow: firing.workflow.clone(),
            run: firing.run.clone(),
            why,
        };
        let launcher = self.launcher.clone();
        self.busy.insert(firing.workflow.clone());
        self.runs.spawn(async move {
            let clock = Clock::as_of(&now.to_string());
            let outcome = match &clock {
                Ok(clock) => launcher.fired(&firing, clock).await,
                Err(error) => Err(error.clone()),
            };
            (firing.workflow, firing.run, outcome)
        });
        told
    }

    /// Reads what is watched, where that may have changed.
    fn read_again(&mut self, now: Timestamp, told: &mut Vec<Told>) -> Result<()> {
        let journal = self.launcher.journal.clone();
        let changed = journal.watches_changed()?;
        let is_fresh = |(at, of): (Timestamp, i64)| of == changed && now < at + TRUSTED;
        if self.read.is_some_and(is_fresh) {
            return Ok(());
        }
        self.read = Some((now, changed));
        let mut kept = BTreeMap::new();
        let mut unusable = HashMap::new();
        for watch in journal.watches()?.into_iter().filter(|w| w.enabled) {
            let name = watch.workflow;
            let changed = self.changed(&name);
            let known = self.watched.remove(&name);
            if let Some(known) = known.filter(|k| k.changed == changed && changed.is_some()) {
                kept.insert(name, known);
                continue;
            }
            match self.timetable(&name) {
                Ok(timetable) => {
                    let last = journal.last_firing(&name, SCHEDULE)?.map(|f| f.at);
                    let since = moment(last.unwrap_or(0).max(watch.since));
                    let next = timetable.next(since).map(|at| at.timestamp());
                    let watched = Watched {
                        timetable,
                        changed,
                        since,
                        next,
                    };
                    kept.insert(name, watched);
                }
                Err(why) => {
                    if self.unusable.get(&name) != Some(&why) {
                        told.push(Told::Unusable {
                            workflow: name.clone(),
                            why: why.clone(),
                        });
                    }
                    unusable.insert(name, why);
                }
            }
        }
        self.order = kept
            .iter()
            .filter_map(|(name, watched)| Some((watched.next?, name.clone())))
            .collect();
        (self.watched, self.unusable) = (kept, unusable);
        Ok(())
    }

    fn file(&self, name: &str) -> PathBuf {
        let generated = self.launcher.workspace.generated();
        generated.join(name).join("workflow.json")
    }

    fn changed(&self, name: &str) -> Option<SystemTime> {
        std::fs::metadata(self.file(name)).ok()?.modified().ok()
    }

    /// Reads when a workflow runs.
    fn timetable(&self, name: &str) -> std::result::Result<Timetable, String> {
        let path = self.file(name);
        let text = std::fs::read_to_string(&path)
            .map_err(|e| format!("{} cannot be read: {e}", path.display()))?;
        let draft = spec::read(&text).map_err(|finding| finding.message.clone())?;
        match draft.workflow.map(|workflow| workflow.trigger.kind) {
            Some(TriggerKind::Schedule(schedule)) => Timetable::of(&schedule),
            Some(_) => Err(NO_SCHEDULE.to_owned()),
            None => Err("it has errors: `sopwright check` tells them".to_owned()),
        }
    }
}

/// What is said of a workflow that somebody has to start.
pub const NO_SCHEDULE: &str = "it has no schedule: a person starts it";

fn moment(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(milliseconds).unwrap_or(Timestamp::UNIX_EPOCH)
}
