//! The workflows that are enabled, and when each is looked after next.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use std::time::SystemTime;

use jiff::{SignedDuration, Timestamp};

use super::board::Hooks;
use super::launch::Launcher;
use super::schedule::SCHEDULE;
use super::told::Told;
use super::watched::{Starts, Watched, starts};
use crate::diag::Result;
use crate::store::journal::Watch;

/// How long the list is trusted before it is read again.
const TRUSTED: SignedDuration = SignedDuration::from_secs(30);

/// The workflows that are enabled, and when each is looked after next.
#[derive(Default)]
pub(super) struct Watchlist {
    pub(super) watched: BTreeMap<String, Watched>,
    /// What comes next by the clock, the soonest first.
    pub(super) order: BTreeSet<(Timestamp, String)>,
    /// Workflows that could not be used, with what was told of them.
    pub(super) unusable: HashMap<String, String>,
    /// When the list was read, and which one it was.
    read: Option<(Timestamp, i64)>,
}

impl Watchlist {
    /// Remembers why a workflow cannot run; returns what to tell if that is new.
    pub(super) fn cannot(&mut self, name: &str, why: String) -> Option<Told> {
        let before = self.unusable.insert(name.to_owned(), why.clone());
        let workflow = name.to_owned();
        (before.as_ref() != Some(&why)).then_some(Told::Unusable { workflow, why })
    }

    /// Says when a workflow is looked after next.
    pub(super) fn set_next(&mut self, name: &str, next: Option<Timestamp>) {
        let Some(watched) = self.watched.get_mut(name) else {
            return;
        };
        if let Some(before) = watched.next.take() {
            self.order.remove(&(before, name.to_owned()));
        }
        watched.next = next;
        if let Some(next) = next {
            self.order.insert((next, name.to_owned()));
        }
    }

    /// Reads what is watched, where that may have changed; returns the paths that events come to.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub(super) fn read_again(
        &mut self,
        launcher: &Launcher,
        now: Timestamp,
        told: &mut Vec<Told>,
    ) -> Result<Option<Hooks>> {
        let journal = &launcher.journal;
        let version = journal.watches_changed()?;
        let is_fresh = |(at, of): (Timestamp, i64)| of == version && now < at + TRUSTED;
        if self.read.is_some_and(is_fresh) {
            return Ok(None);
        }
        self.read = Some((now, version));
        let mut before = std::mem::take(&mut self.watched);
        let mut enabled = BTreeSet::new();
        let mut hooks = Hooks::new();
        for watch in journal.watches()?.into_iter().filter(|w| w.enabled) {
            let name = watch.workflow.clone();
            enabled.insert(name.clone());
            let changed = changed(launcher, &name);
            let known = before.remove(&name);
            let is_same = |k: &Watched| k.changed == changed && k.enabled == watch.since;
            let known = known.filter(|k| changed.is_some() && is_same(k));
            let watched = match known {
                Some(known) => Ok(known),
                None => watched(launcher, &watch, changed, now)?,
            };
            let watched = watched.and_then(|watched| match &watched.starts {
                Starts::Events(path, hook) => match hooks.get(path) {
                    Some(other) => Err(format!("events at {path} go to `{}`", other.workflow)),
                    None => {
                        hooks.insert(path.clone(), hook.clone());
                        Ok(watched)
                    }
                },
                _ => Ok(watched),
            });
            match watched {
                Ok(watched) => {
                    match watched.trouble() {
                        Some(why) => told.extend(self.cannot(&name, why.to_owned())),
                        // Whether a table can be read is known when it is looked at.
                        None if matches!(watched.starts, Starts::Rows(_)) => {}
                        None => {
                            self.unusable.remove(&name);
                        }
                    }
                    self.watched.insert(name, watched);
                }
                Err(why) => told.extend(self.cannot(&name, why)),
            }
        }
        self.unusable.retain(|name, _| enabled.contains(name));
        let next = self.watched.iter();
        self.order = next
            .filter_map(|(name, watched)| Some((watched.next?, name.clone())))
            .collect();
        Ok(Some(hooks))
    }
}

/// Reads what starts the runs of a workflow, or why it cannot run by itself.
fn watched(
    launcher: &Launcher,
    watch: &Watch,
    changed: Option<SystemTime>,
    now: Timestamp,
) -> Result<std::result::Result<Watched, String>> {
    let (name, journal) = (&watch.workflow, &launcher.journal);
    let path = file(launcher, name);
    let env = |name: &str| launcher.workspace.variable(name);
    let starts = std::fs::read_to_string(&path)
        .map_err(|e| format!("{} cannot be read: {e}", path.display()))
        .and_then(|text| starts(name, &text, &env));
    let starts = match starts {
        Ok(starts) => starts,
        Err(why) => return Ok(Err(why)),
    };
    let last = match &starts {
        Starts::Times(_) => journal.last_firing(name, SCHEDULE)?.map(|f| f.at),
        _ => None,
    };
    let since = moment(last.unwrap_or(0).max(watch.since));
    let next = match &starts {
        Starts::Times(timetable) => timetable.next(since).map(|at| at.timestamp()),
        Starts::Events(..) => None,
        Starts::Rows(often) => {
            let look = journal.last_look(name)?;
            let next = look.map_or(now, |look| often.after(moment(look.at)));
            // A clock that was set back does not put it off.
            Some(next.min(often.after(now)))
        }
    };
    Ok(Ok(Watched {
        starts,
        changed,
        enabled: watch.since,
        since,
        next,
    }))
}

fn file(launcher: &Launcher, name: &str) -> PathBuf {
    let generated = launcher.workspace.generated();
    generated.join(name).join("workflow.json")
}

fn changed(launcher: &Launcher, name: &str) -> Option<SystemTime> {
    std::fs::metadata(file(launcher, name))
        .ok()?
        .modified()
        .ok()
}

fn moment(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(milliseconds).unwrap_or(Timestamp::UNIX_EPOCH)
}
