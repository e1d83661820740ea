//! When a workflow runs, in words.

use super::explain::{capital, label};
use super::{DateTrigger, NewRecords, TriggerKind, Workflow, cron};
use crate::diag::count;

/// Returns when a workflow runs, in words.
pub fn when(workflow: &Workflow) -> String {
    match &workflow.trigger.kind {
        TriggerKind::Manual(manual) if manual.inputs.is_empty() => {
            "When someone starts it".to_owned()
        }
        TriggerKind::Manual(manual) => {
            let inputs: Vec<String> = manual.inputs.keys().map(|name| label(name)).collect();
            format!("When someone starts it, with {}", inputs.join(", "))
        }
        TriggerKind::Schedule(schedule) => {
            let place = schedule
                .timezone
                .rsplit('/')
                .next()
                .unwrap_or_default()
                .replace('_', " ");
            let place = if place == "UTC" {
                place
            } else {
                format!("{place} time")
            };
            capital(&format!("{}, {place}", cron::words(&schedule.cron)))
        }
        TriggerKind::Webhook(webhook) => {
            format!("When an event comes to {}", webhook.path(&workflow.name))
        }
        TriggerKind::Date(date) => near(workflow, date),
        TriggerKind::NewRecords(new) => appears(workflow, new),
    }
}

fn near(workflow: &Workflow, date: &DateTrigger) -> String {
    let field = label(&date.field);
    let table = table(workflow, &date.over);
    let days = usize::try_from(date.days_before.unsigned_abs()).unwrap_or(usize::MAX);
    let days = count(days, "day");
    let when = match date.days_before {
        0 => format!("On the {field}"),
        1.. => format!("{days} before the {field}"),
        _ => format!("{days} after the {field}"),
    };
    format!("{when} in {table}{}", also(date.existing))
}

fn appears(workflow: &Workflow, new: &NewRecords) -> String {
    let table = table(workflow, &new.over);
    let every = every(&new.every);
    format!(
        "When a new row appears in {table} (looked for every {every}){}",
        also(new.existing)
    )
}

fn also(existing: bool) -> &'static str {
    if existing {
        ", and once for those that are there already"
    } else {
        ""
    }
}

/// Returns the table that a name of the data stands for.
fn table<'w>(workflow: &'w Workflow, over: &'w str) -> &'w str {
    let pull = workflow.data.get(over);
    pull.map_or(over, |pull| pull.from.as_str())
}

/// Returns a duration as people say it after "every".
fn every(text: &str) -> String {
    let end = text.find(|c: char| !c.is_ascii_digit());
    let (number, unit) = text.split_at(end.unwrap_or(text.len()));
    let unit = match unit {
        "s" => "second",
        "m" => "minute",
        "h" => "hour",
        "d" => "day",
        _ => return text.to_owned(),
    };
    match number.parse() {
        Ok(1) => unit.to_owned(),
        Ok(number) => count(number, unit),
        Err(_) => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::{Value as Json, json};

    fn when(trigger: Json) -> String {
        let document = json!({"workflow": 1, "name": "win-back", "title": "t", "objective": "o",
            "sop": {"file": "sop.md", "statements": 0}, "trigger": trigger,
            "data": {"deals": {"from": "crm.deals", "fields": {"id": "text"}}}, "steps": []});
        super::when(&crate::spec::read_value(document).workflow.unwrap())
    }

    #[test]
    fn what_starts_a_run_is_told_with_the_names_that_people_know() {
        assert_eq!(
            when(json!({"kind": "webhook"})),
            "When an event comes to /hooks/win-back"
        );
        assert_eq!(
            when(json!({"kind": "webhook", "path": "/hooks/orders"})),
            "When an event comes to /hooks/orders"
        );
        assert_eq!(
            when(json!({"kind": "new_records", "in": "deals", "every": "5m"})),
            "When a new row appears in crm.deals (looked for every 5 minutes)"
        );
        let date = |days: i64| {
            when(
                json!({"kind": "date", "in": "deals", "field": "renewal_date", "days_before": days}),
            )
        };
        assert_eq!(date(30), "30 days before the renewal date in crm.deals");
        assert_eq!(date(-1), "1 day after the renewal date in crm.deals");
        assert_eq!(date(0), "On the renewal date in crm.deals");
        let all = json!({"kind": "new_records", "in": "deals", "every": "1h", "existing": true});
        assert!(when(all).ends_with("every hour), and once for those that are there already"));
    }
}
