//! Triggers in words: "every Monday at 8 in New York".

use regex::Regex;
use serde_json::{Value as Json, json};

use crate::spec::cron;

/// A schedule that was read.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct When {
    pub(super) cron: String,
    pub(super) timezone: String,
    /// What was not said and is assumed.
    pub(super) assumed: Vec<String>,
}

impl When {
    /// Returns the trigger as a workflow has it.
    pub(super) fn trigger(&self, cites: &[usize]) -> Json {
        json!({"kind": "schedule", "cron": self.cron, "timezone": self.timezone, "sop": cites})
    }
}

const DAYS: [(&str, &str); 7] = [
    ("monday", "MON"),
    ("tuesday", "TUE"),
    ("wednesday", "WED"),
    ("thursday", "THU"),
    ("friday", "FRI"),
    ("saturday", "SAT"),
    ("sunday", "SUN"),
];

/// Zones as people abbreviate them.
const ZONES: [(&str, &str); 10] = [
    ("eastern", "America/New_York"),
    ("est", "America/New_York"),
    ("et", "America/New_York"),
    ("pacific", "America/Los_Angeles"),
    ("pt", "America/Los_Angeles"),
    ("central", "America/Chicago"),
    ("cet", "Europe/Berlin"),
    ("uk", "Europe/London"),
    ("gmt", "Europe/London"),
    ("utc", "UTC"),
];

/// Does a sentence begin with when something is done, read or not: "Every first Monday we check …"?
pub(super) fn is_said(text: &str) -> bool {
    let lower = text.to_lowercase();
    let first = lower.split(',').next().unwrap_or_default();
    let first: Vec<&str> = first.split(' ').take(4).collect();
    let begins = first
        .first()
        .is_some_and(|word| matches!(*word, "every" | "each" | "on" | "once" | "twice"));
    let is_time = |word: &&str| {
        let times = [
            "day",
            "week",
            "month",
            "quarter",
            "morning",
            "year",
            "fortnight",
        ];
        let plain = word.strip_suffix('s').unwrap_or(word);
        times.contains(&plain) || DAYS.iter().any(|(name, _)| *name == plain)
    };
    begins && first.iter().any(is_time)
}

/// Reads a schedule, if the text says one.
pub(super) fn read(text: &str) -> Option<When> {
    let lower = text.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|w| lower.contains(w));
    let days: Vec<&str> = DAYS
        .iter()
        .filter(|(name, _)| {
            has(&[
                &format!("every {name}"),
                &format!("each {name}"),
                &format!("{name}s"),
                &format!("on {name}"),
                &format!("{name} morning"),
                &format!("and {name}"),
                &format!("{name} at "),
            ])
        })
        .map(|(_, short)| *short)
        .collect();
    // Of "every Monday, Wednesday and Friday" all are meant.
    let begins = DAYS.iter().any(|(name, _)| lower.starts_with(name));
    let days: Vec<&str> = if begins || !days.is_empty() {
        let named = DAYS.iter().filter(|(name, _)| lower.contains(name));
        named.map(|(_, short)| *short).collect()
    } else {
        days
    };
    let mut assumed = Vec::new();
    let (day_of_month, weekdays) = if has(&[
        "weekday",
        "business day",
        "working day",
        "mon-fri",
        "monday to friday",
        "monday through friday",
    ]) {
        ("*".to_owned(), "MON-FRI".to_owned())
    } else if !days.is_empty() {
        ("*".to_owned(), days.join(","))
    } else if has(&["every hour", "hourly"]) {
        return Some(When {
            cron: "0 * * * *".to_owned(),
            timezone: zone(&lower).unwrap_or_else(|| "UTC".to_owned()),
            assumed,
        });
    } else if has(&[
        "every day",
        "each day",
        "daily",
        "every morning",
        "each morning",
        "every night",
        "nightly",
    ]) {
        ("*".to_owned(), "*".to_owned())
    } else if has(&["every week", "each week", "weekly", "once a week"]) {
        assumed.push("Weekly means Monday".to_owned());
        ("*".to_owned(), "MON".to_owned())
    } else if has(&[
        "every month",
        "each month",
        "monthly",
        "first of the month",
        "start of the month",
        "beginning of the month",
        "once a month",
    ]) {
        ("1".to_owned(), "*".to_owned())
    } else {
        return None;
    };
    let (hour, minute) = time(&lower).unwrap_or_else(|| {
        assumed.push("It runs at 8:00, since the SOP names no time".to_owned());
        (8, 0)
    });
    let timezone = zone(&lower).unwrap_or_else(|| {
        assumed.push("Times are in UTC, since the SOP names no time zone".to_owned());
        "UTC".to_owned()
    });
    Some(When {
        cron: format!("{minute} {hour} {day_of_month} * {weekdays}"),
        timezone,
        assumed,
    })
}

/// Returns the hour and minute that a text names.
pub(super) fn time(lower: &str) -> Option<(u32, u32)> {
    let pattern = Regex::new(r"(?:\bat|\bby|\baround|\bbefore)?\s*\b(\d{1,2})(?::(\d{2}))?\s*(am|pm|a\.m\.|p\.m\.|o'clock)?").ok()?;
    let found = pattern.captures_iter(lower).find(|c| {
        let plain = c.get(2).is_none() && c.get(3).is_none();
        let whole = c.get(0).map_or("", |m| m.as_str()).trim_start();
        !plain || whole.starts_with("at ") || whole.starts_with("by ")
    })?;
    let hour: u32 = found.get(1)?.as_str().parse().ok()?;
    let minute: u32 = found.get(2).map_or(Some(0), |m| m.as_str().parse().ok())?;
    let afternoon = found.get(3).is_some_and(|m| m.as_str().starts_with('p'));
    let hour = match (hour, afternoon) {
        (12, false) if found.get(3).is_some() => 0,
        (h, true) if h < 12 => h + 12,
        (h, _) => h,
    };
    (hour < 24 && minute < 60).then_some((hour, minute))
}

/// Returns the time zone that a text names.
pub(super) fn zone(lower: &str) -> Option<String> {
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).collect();
    if let Some((_, zone)) = ZONES.iter().find(|(name, _)| words.contains(name)) {
        return Some((*zone).to_owned());
    }
    let pattern = Regex::new(r"\bin ([a-z]+(?: [a-z]+)?)|([a-z]+(?: [a-z]+)?) time\b").ok()?;
    let said = pattern.captures_iter(lower).find_map(|found| {
        let place = found.get(1).or(found.get(2))?.as_str();
        let names = [
            place.to_owned(),
            place.split(' ').next().unwrap_or_default().to_owned(),
            place.rsplit(' ').next().unwrap_or_default().to_owned(),
        ];
        names.iter().find_map(|name| match cron::timezone(name) {
            Err(Some(zone))
                if zone
                    .rsplit('/')
                    .next()
                    .is_some_and(|city| city.replace('_', " ").eq_ignore_ascii_case(name)) =>
            {
                Some(zone)
            }
            _ => None,
        })
    });
    // "At 6 am (Dublin)", "at 15:00, Copenhagen": a city alone.
    said.or_else(|| {
        words.iter().find_map(|word| match cron::timezone(word) {
            Err(Some(zone)) if zone.rsplit('/').next()?.eq_ignore_ascii_case(word) => Some(zone),
            _ => None,
        })
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn schedules_are_read_in_words() {
        for (text, cron, zone) in [
            (
                "Every Monday at 8 in New York",
                "0 8 * * MON",
                "America/New_York",
            ),
            (
                "every weekday at 9 in London",
                "0 9 * * MON-FRI",
                "Europe/London",
            ),
            (
                "We do this each Friday, 2:30 pm Pacific.",
                "30 14 * * FRI",
                "America/Los_Angeles",
            ),
            (
                "Tuesdays and Thursdays before standup",
                "0 8 * * TUE,THU",
                "UTC",
            ),
            ("First of the month, 7am UTC", "0 7 1 * *", "UTC"),
            (
                "Monday, Wednesday and Friday at 15:00, Copenhagen.",
                "0 15 * * MON,WED,FRI",
                "Europe/Copenhagen",
            ),
            (
                "On the first of every month at 6 am (Dublin).",
                "0 6 1 * *",
                "Europe/Dublin",
            ),
            ("Run it daily", "0 8 * * *", "UTC"),
        ] {
            let when = read(text).unwrap();
            assert_eq!(
                (when.cron.as_str(), when.timezone.as_str()),
                (cron, zone),
                "{text}"
            );
        }
        assert_eq!(read("Accounts that renew within 90 days"), None);
    }
}
