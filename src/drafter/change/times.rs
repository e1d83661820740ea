//! Changes of when it runs.

use serde_json::{Value as Json, json};

use crate::drafter::when;

/// Reads a schedule: "every weekday at 9 in London". What the request does not name stays.
pub(super) fn schedule(request: &str, document: &Json) -> Option<Vec<Json>> {
    let mut when = when::read(request)?;
    let trigger = &document["trigger"];
    let is_scheduled = trigger["kind"] == "schedule";
    let assumes = |what: &str| when.assumed.iter().any(|a| a.contains(what));
    let (no_zone, no_time) = (assumes("time zone"), assumes("runs at"));
    if no_zone && let Some(zone) = trigger["timezone"].as_str() {
        when.timezone = zone.to_owned();
    }
    if no_time && let Some(cron) = trigger["cron"].as_str() {
        let mut old = cron.split(' ');
        let new: Vec<&str> = when.cron.split(' ').collect();
        if let (Some(minute), Some(hour), [_, _, days @ ..]) = (old.next(), old.next(), &*new) {
            when.cron = format!("{minute} {hour} {}", days.join(" "));
        }
    }
    if is_scheduled {
        return changed(document, &when.cron, &when.timezone);
    }
    let cites: Vec<usize> = trigger["sop"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Json::as_u64)
        .filter_map(|n| usize::try_from(n).ok())
        .collect();
    Some(vec![
        json!({"op": "set", "at": "/trigger", "value": when.trigger(&cites)}),
    ])
}

/// Reads another time of day, or another place whose time counts: "at 7:30 instead", "in Berlin time".
pub(super) fn adjusted(request: &str, document: &Json) -> Option<Vec<Json>> {
    let lower = request.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let cron = document["trigger"]["cron"].as_str()?;
    let zone = document["trigger"]["timezone"].as_str()?;
    let place = says(&["time", "zone", "run", "start"])
        .then(|| when::zone(&lower))
        .flatten();
    let time = says(&[" at ", "at ", "by ", "o'clock", "am", "pm"])
        .then(|| when::time(&lower))
        .flatten();
    if place.is_none() && time.is_none() {
        return None;
    }
    let cron = match time {
        Some((hour, minute)) => {
            let days: Vec<&str> = cron.split(' ').skip(2).collect();
            format!("{minute} {hour} {}", days.join(" "))
        }
        None => cron.to_owned(),
    };
    changed(document, &cron, &place.unwrap_or_else(|| zone.to_owned()))
}

fn changed(document: &Json, cron: &str, zone: &str) -> Option<Vec<Json>> {
    let edits: Vec<Json> = [("cron", cron), ("timezone", zone)]
        .into_iter()
        .filter(|(field, value)| document["trigger"][field] != *value)
        .map(|(field, value)| json!({"op": "set", "at": format!("/trigger/{field}"), "value": value}))
        .collect();
    (!edits.is_empty()).then_some(edits)
}
