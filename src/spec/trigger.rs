//! What starts a run.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::tagged::tagged;

/// The fields that every trigger has.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TriggerCommon {
    /// Numbers of the SOP statements that it carries out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sop: Vec<usize>,
}

tagged! {
    /// What starts a run.
    Trigger, TriggerKind, common TriggerCommon ["sop"], {
        /// a person starts it
        Manual(Manual) = "manual",
        /// at times: cron and timezone
        Schedule(Schedule) = "schedule",
        /// when another system sends an event: `event` (Name -> JSON Schema of each field, read as `trigger.NAME`), `secret`? (`env:NAME` that signs it), `event_id`? (the field that tells events apart)
        Webhook(Webhook) = "webhook",
        /// when a date comes near: `in` (the data of `for_each`), `field`, `days_before` (below 0: days after). Its cases are the rows whose date it is
        Date(DateTrigger) = "date",
        /// when a table has new rows: `in` (the data of `for_each`), `every` (such as 5m). Its cases are the new rows
        NewRecords(NewRecords) = "new_records",
    }
}

/// A person starts it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Manual {
    /// JSON Schema properties of what the person gives; read as `trigger.NAME`.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub inputs: Map<String, Json>,
}

/// At times.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// Five fields: minute, hour, day of month, month, day of week (`0 8 * * MON`).
    #[schemars(length(max = 100))]
    pub cron: String,
    /// An IANA name, such as `Europe/London`.
    #[schemars(length(max = 60))]
    pub timezone: String,
}

/// When another system sends an event.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// The path under the server's address; `/hooks/` and the workflow's name without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 200))]
    pub path: Option<String>,
    /// JSON Schema properties of the event; read as `trigger.NAME`.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub event: Map<String, Json>,
    /// Where the signing secret is, as `env:NAME`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^env:[A-Z][A-Z0-9_]*$"))]
    pub secret: Option<String>,
    /// The event's field that tells events apart; the header `Idempotency-Key` without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 100))]
    pub event_id: Option<String>,
}

impl Webhook {
    /// Where paths of webhooks begin.
    pub const ROOT: &str = "/hooks/";

    /// Returns the path of a workflow's webhook.
    pub fn path(&self, workflow: &str) -> String {
        let own = || format!("{}{workflow}", Self::ROOT);
        self.path.clone().unwrap_or_else(own)
    }
}

/// When a date of a row comes near.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DateTrigger {
    /// The data whose rows are watched: that of `for_each`.
    #[serde(rename = "in")]
    pub over: String,
    /// Its date field.
    pub field: String,
    /// How many days before the date it fires; below 0, how many days after.
    #[schemars(range(min = -3650, max = 3650))]
    pub days_before: i64,
    /// Do rows count whose day has come when it is enabled? Not without it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub existing: bool,
}

/// When a table has new rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRecords {
    /// The data that is watched: that of `for_each`, whose `key` tells rows apart.
    #[serde(rename = "in")]
    pub over: String,
    /// How often it looks, such as `5m`.
    #[schemars(regex(pattern = r"^[0-9]+(s|m|h|d)$"))]
    pub every: String,
    /// Do rows count that are there when it is enabled? Not without it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub existing: bool,
}
