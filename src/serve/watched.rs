//! A workflow that is watched: what starts its runs, and when it has to be looked after next.

use std::time::SystemTime;

use jiff::{Span, Timestamp, tz::TimeZone};

use super::board::{Hook, Signing};
use super::schedule::Timetable;
use crate::connect::Secret;
use crate::spec::{self, Given, TriggerKind, Webhook};

/// How often a table is looked at for dates that come near, besides at the beginning of a day.
const HOURLY: jiff::SignedDuration = jiff::SignedDuration::from_hours(1);

/// What starts the runs of a workflow.
pub(super) enum Starts {
    /// Times.
    Times(Box<Timetable>),
    /// Events that come to a path.
    Events(String, std::sync::Arc<Hook>),
    /// Rows of a table, which is looked at so often.
    Rows(Often),
}

/// How often a table is looked at.
#[derive(Debug, Clone, Copy)]
pub(super) enum Often {
    /// After so long.
    Every(jiff::SignedDuration),
    /// Every hour, and when a day begins.
    Daily,
}

impl Often {
    /// Returns when to look next, after a look.
    pub(super) fn after(self, look: Timestamp) -> Timestamp {
        match self {
            Often::Every(time) => look + time,
            Often::Daily => {
                let at = look.to_zoned(TimeZone::system());
                let tomorrow = at
                    .start_of_day()
                    .and_then(|day| day.checked_add(Span::new().days(1)));
                let hour = look + HOURLY;
                tomorrow.map_or(hour, |day| day.timestamp().min(hour))
            }
        }
    }
}

/// A workflow that is watched.
pub(super) struct Watched {
    pub(super) starts: Starts,
    /// When its file was changed last.
    pub(super) changed: Option<SystemTime>,
    /// When it was enabled, in milliseconds since 1970.
    pub(super) enabled: i64,
    /// Since when times count: its last firing, or when it was enabled.
    pub(super) since: Timestamp,
    pub(super) next: Option<Timestamp>,
}

impl Watched {
    /// Returns why nothing can start it for now, if that is so.
    pub(super) fn trouble(&self) -> Option<&str> {
        match &self.starts {
            Starts::Events(_, hook) => match &hook.signing {
                Signing::Missing(why) => Some(why),
                _ => None,
            },
            _ => None,
        }
    }
}

/// What is said of a workflow that somebody has to start.
pub const BY_HAND: &str = "nothing but a person starts it";

/// Reads what starts the runs of a workflow.
///
/// # Errors
/// In words, if it cannot run by itself.
pub(super) fn starts(
    name: &str,
    text: &str,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<Starts, String> {
    let draft = spec::read(text).map_err(|finding| finding.message.clone())?;
    let Some(workflow) = draft.workflow else {
        return Err("it has errors: `sopwright check` tells them".to_owned());
    };
    match &workflow.trigger.kind {
        TriggerKind::Manual(_) => Err(BY_HAND.to_owned()),
        TriggerKind::Schedule(schedule) => {
            Timetable::of(schedule).map(|times| Starts::Times(times.into()))
        }
        TriggerKind::Webhook(webhook) => {
            let hook = hook(name, webhook, env)?;
            Ok(Starts::Events(webhook.path(name), hook.into()))
        }
        TriggerKind::Date(_) => Ok(Starts::Rows(Often::Daily)),
        TriggerKind::NewRecords(new) => spec::duration(&new.every)
            .and_then(|every| jiff::SignedDuration::try_from(every).ok())
            .filter(|every| !every.is_zero())
            .map(|every| Starts::Rows(Often::Every(every)))
            .ok_or_else(|| format!("it cannot look every `{}`", new.every)),
    }
}

fn hook(
    name: &str,
    webhook: &Webhook,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<Hook, String> {
    let given = Given::of(&webhook.event)
        .map_err(|(field, why)| format!("`{field}` of its event is not a JSON Schema: {why}"))?;
    let signing = match webhook.secret.as_deref() {
        None => Signing::Unsigned,
        Some(secret) => match Secret::named(secret, env) {
            Ok(secret) => Signing::With(secret),
            Err(e) => {
                let message = e.message.trim_end_matches('.');
                let why = format!("the secret that signs its events is not there: {message}");
                Signing::Missing(why)
            }
        },
    };
    Ok(Hook {
        workflow: name.to_owned(),
        given,
        signing,
        event_id: webhook.event_id.clone(),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn tables_with_dates_are_looked_at_every_hour_and_when_a_day_begins() {
        let zone = TimeZone::system();
        let at = |text: &str| {
            let local: jiff::civil::DateTime = text.parse().unwrap();
            local.to_zoned(zone.clone()).unwrap().timestamp()
        };
        let next = |text: &str| Often::Daily.after(at(text));
        assert_eq!(next("2026-11-16T12:20:00"), at("2026-11-16T13:20:00"));
        assert_eq!(next("2026-11-16T23:40:00"), at("2026-11-17T00:00:00"));
        let often = Often::Every(jiff::SignedDuration::from_mins(5));
        assert_eq!(
            often.after(at("2026-11-16T23:58:00")),
            at("2026-11-17T00:03:00")
        );
    }
}
