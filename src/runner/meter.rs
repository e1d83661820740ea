//! What a run uses, and where it stops: by its own limits, and by those of a day, to which other
//! runs count too.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::Rules;
use super::guards::spoken;
use crate::diag::Result;
use crate::rehearse::Spent;
use crate::spec::{self, DayLimits, duration};
use crate::store::Journal;
use crate::store::journal::{Of, RunNumber, Used};

/// Limits that hold for one run, over those of its workflow and workspace.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Limits {
    /// The most cases, those included that were finished before the run was resumed.
    pub cases: Option<usize>,
    /// The most that model calls may cost, in US dollars, before the run was resumed included.
    pub cost: Option<f64>,
    /// The most calls of models, before the run was resumed included.
    pub calls: Option<u64>,
    /// The longest that the run may take, before it was resumed included.
    pub time: Option<Duration>,
    /// Do limits of a day not hold?
    pub past_days: bool,
}

impl Limits {
    /// Returns the limits of one run: its own, else the lesser of workflow and workspace.
    fn over(&self, workflow: &spec::Limits, rules: &Rules) -> Self {
        let all = &rules.limits;
        let time = |text: &Option<String>| text.as_deref().and_then(duration);
        let cost = lesser(workflow.model_cost_usd, all.model_cost_usd);
        Limits {
            cases: self.cases.or(lesser(workflow.cases, all.cases)),
            cost: self.cost.or(cost),
            calls: self.calls.or(lesser(workflow.model_calls, all.model_calls)),
            time: self.time.or(lesser(time(&workflow.time), time(&all.time))),
            past_days: self.past_days,
        }
    }
}

fn lesser<T: PartialOrd>(one: Option<T>, other: Option<T>) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) => Some(if other < one { other } else { one }),
        (one, other) => one.or(other),
    }
}

/// Knows what a run has used.
pub(super) struct Meter {
    journal: Arc<Journal>,
    run: RunNumber,
    id: String,
    workflow: String,
    limits: Limits,
    /// Limits of a day, with what they are of.
    days: Vec<(Whose, DayLimits)>,
    today: fn() -> String,
    started: Instant,
    /// What the run had used before it was resumed.
    before: Used,
    state: Mutex<State>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    Workflow,
    Workspace,
}

/// A question that is under way.
pub(super) struct Question<'m> {
    meter: &'m Meter,
}

impl Question<'_> {
    /// Ends it with what it has used.
    pub(super) fn end(self, spent: &Spent) -> Used {
        let used = Used {
            calls: spent.calls,
            input: spent.usage.prompt(),
            output: spent.usage.output,
            cost: spent.cost,
            unpriced: spent.unpriced,
            ..Used::default()
        };
        let mut state = self.meter.lock();
        state.own += used;
        state.day.own += used;
        used
    }
}

impl Drop for Question<'_> {
    fn drop(&mut self) {
        let mut state = self.meter.lock();
        state.asking = state.asking.saturating_sub(1);
    }
}

#[derive(Debug, Default)]
struct State {
    /// What was used since the run began or was resumed.
    own: Used,
    /// Of the time, what is noted already.
    noted: Duration,
    /// Questions that are under way.
    asking: u64,
    day: Day,
}

/// What is known of a day.
#[derive(Debug, Default)]
struct Day {
    date: String,
    /// What the run has used on it.
    own: Used,
    /// What other runs have used on it, and when that was looked up.
    others: Vec<Used>,
    looked: Option<Instant>,
    /// Is a limit of it reached?
    is_full: bool,
}

/// How long what other runs have used is taken to be as it was.
const TRUSTED: Duration = Duration::from_secs(1);

impl Meter {
    /// Returns the meter of a run that begins, or goes on.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub(super) fn of(
        journal: &Arc<Journal>,
        run: (RunNumber, &str),
        workflow: &spec::Workflow,
        own: &Limits,
        rules: &Rules,
    ) -> Result<Self> {
        let days = [
            (Whose::Workflow, workflow.limits.per_day.clone()),
            (Whose::Workspace, rules.limits.per_day.clone()),
        ];
        let days = days.into_iter();
        let holds = |(_, day): &(Whose, DayLimits)| !own.past_days && !day.is_empty();
        let meter = Meter {
            journal: journal.clone(),
            run: run.0,
            id: run.1.to_owned(),
            workflow: workflow.name.clone(),
            limits: own.over(&workflow.limits, rules),
            days: days.filter(holds).collect(),
            today: rules.today,
            started: Instant::now(),
            before: journal.used_by(run.0, None)?,
            state: Mutex::default(),
        };
        meter.look(&mut meter.lock())?;
        Ok(meter)
    }

    /// Returns what the run has used so far, before it was resumed included.
    pub(super) fn used(&self) -> Used {
        let mut used = self.before;
        used += self.lock().own;
        used
    }

    /// Returns the day that spending counts to.
    pub(super) fn day(&self) -> String {
        (self.today)()
    }

    /// Takes that a model is about to be asked, or says why not.
    ///
    /// # Errors
    /// If the journal cannot be read. Inside: why the run stops.
    pub(super) fn begin_question(&self) -> Result<std::result::Result<Question<'_>, String>> {
        let mut state = self.lock();
        let asked = self.before.calls + state.own.calls + state.asking;
        if let Some(most) = self.limits.calls.filter(|most| asked >= *most) {
            return Ok(Err(self.calls(most)));
        }
        let reached = match self.cost_reached(&state) {
            Some(why) => Some(why),
            None => self.day_reached(&mut state, true)?,
        };
        Ok(match reached {
            Some(why) => Err(why),
            None => {
                state.asking += 1;
                Ok(Question { meter: self })
            }
        })
    }

    /// Takes that an answer was known already.
    pub(super) fn knew(&self, used: Used) {
        self.lock().own += used;
    }

    /// Takes what was used elsewhere for the run.
    pub(super) fn took(&self, used: Used) {
        let mut state = self.lock();
        state.own += used;
        state.day.own += used;
    }

    /// Takes that a case is finished.
    pub(super) fn case(&self) {
        let mut state = self.lock();
        state.own.cases += 1;
        state.day.own.cases += 1;
    }

    /// Returns what is to be noted of so many cases that are finished, and of the time since the
    /// last were.
    pub(super) fn finished(&self, cases: usize) -> (String, Used) {
        let mut state = self.lock();
        let elapsed = self.started.elapsed();
        let since = elapsed.saturating_sub(state.noted);
        state.noted = elapsed;
        let used = Used {
            cases: cases as u64,
            milliseconds: u64::try_from(since.as_millis()).unwrap_or(u64::MAX),
            ..Used::default()
        };
        state.own.milliseconds += used.milliseconds;
        state.day.own.milliseconds += used.milliseconds;
        (self.day(), used)
    }

    /// Returns which limit is reached by now, and how the run goes on, in words.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub(super) fn reached(&self, cases: usize) -> Result<Option<String>> {
        if let Some(most) = self.limits.cases.filter(|most| cases >= *most) {
            let what = format!("the limit of {most} cases was reached");
            return Ok(Some(self.goes_on(&what, "--max-cases N")));
        }
        let mut state = self.lock();
        if let Some(why) = self.cost_reached(&state) {
            return Ok(Some(why));
        }
        if let Some(most) = self.limits.time {
            let taken = Duration::from_millis(self.before.milliseconds) + self.started.elapsed();
            if taken > most {
                let what = format!("the limit of {} was reached", spoken(most));
                return Ok(Some(self.goes_on(&what, "--max-time TIME")));
            }
        }
        self.day_reached(&mut state, false)
    }

    /// Is a limit of the day reached, so that the run goes on tomorrow?
    pub(super) fn is_day_full(&self) -> bool {
        self.lock().day.is_full
    }

    fn cost_reached(&self, state: &State) -> Option<String> {
        let cost = self.before.cost + state.own.cost;
        let most = self.limits.cost.filter(|most| cost > *most)?;
        let what = format!("model calls have cost ${cost:.2}, and the limit is ${most:.2}");
        Some(self.goes_on(&what, "--max-cost USD"))
    }

    fn calls(&self, most: u64) -> String {
        let what = format!("the limit of {most} model calls was reached");
        self.goes_on(&what, "--max-calls N")
    }

    fn goes_on(&self, what: &str, raise: &str) -> String {
        format!(
            "{what}; `sopwright run --resume {} {raise}` goes on",
            self.id
        )
    }

    /// Returns which limit of the day is reached; those on calls only before one.
    fn day_reached(&self, state: &mut State, asks: bool) -> Result<Option<String>> {
        if self.days.is_empty() {
            return Ok(None);
        }
        self.look(state)?;
        let asking = state.asking;
        for ((whose, limits), others) in self.days.iter().zip(&state.day.others) {
            let mut used = *others;
            used += state.day.own;
            let of = match whose {
                Whose::Workflow => format!("all runs of {}", self.workflow),
                Whose::Workspace => "all runs of this workspace".to_owned(),
            };
            let time = limits.time.as_deref().and_then(duration);
            let late = self.started.elapsed().saturating_sub(state.noted);
            let taken = Duration::from_millis(used.milliseconds) + late;
            let calls = limits
                .model_calls
                .filter(|most| used.calls + asking >= *most);
            let what = if let Some(most) = limits.cases.filter(|most| used.cases >= *most) {
                format!("{most} cases a day")
            } else if let Some(most) = limits.model_cost_usd.filter(|most| used.cost > *most) {
                format!("${most:.2} a day for models")
            } else if let Some(most) = calls.filter(|_| asks) {
                format!("{most} model calls a day")
            } else if let Some(most) = time.filter(|most| taken > *most) {
                format!("{} of runs a day", spoken(most))
            } else {
                continue;
            };
            state.day.is_full = true;
            return Ok(Some(format!(
                "the limit of {what} was reached by {of}; `sopwright run --resume {}` goes on tomorrow, with --past-day-limits at once",
                self.id
            )));
        }
        Ok(None)
    }

    /// Looks up what other runs have used today, where that may have changed.
    fn look(&self, state: &mut State) -> Result<()> {
        if self.days.is_empty() {
            return Ok(());
        }
        let (today, day) = ((self.today)(), &mut state.day);
        let is_fresh = day.looked.is_some_and(|at| at.elapsed() < TRUSTED);
        if is_fresh && day.date == today {
            return Ok(());
        }
        if day.date != today {
            // What of it this process has not used itself was used before the run was resumed.
            day.own = match day.date.is_empty() {
                true => self.journal.used_by(self.run, Some(&today))?,
                false => Used::default(),
            };
            day.date.clone_from(&today);
        }
        let others = self.days.iter().map(|(whose, _)| {
            let of = match whose {
                Whose::Workflow => Of::Workflow(&self.workflow),
                Whose::Workspace => Of::Workspace,
            };
            self.journal.used_on(&today, of, self.run)
        });
        day.others = others.collect::<Result<_>>()?;
        day.looked = Some(Instant::now());
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
#[path = "meter_tests.rs"]
mod tests;
