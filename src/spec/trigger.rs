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
        /// when another system calls
        Webhook(Webhook) = "webhook",
        /// when a date of a record comes near
        Date(DateTrigger) = "date",
        /// when a table has a new record
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

/// When another system calls.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// The path under the server's address.
    #[schemars(length(max = 200))]
    pub path: String,
    /// JSON Schema properties of the event; read as `trigger.NAME`.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub event: Map<String, Json>,
    /// Where the signing secret is, as `env:NAME`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^env:[A-Z][A-Z0-9_]*$"))]
    pub secret: Option<String>,
}

/// When a date of a record comes near.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DateTrigger {
    /// The data pull whose rows are watched.
    #[serde(rename = "in")]
    pub over: String,
    /// Its date field.
    pub field: String,
    /// How many days before the date it fires.
    pub days_before: i64,
}

/// When a table has a new record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRecords {
    /// The data pull that is watched.
    #[serde(rename = "in")]
    pub over: String,
    /// The field that tells records apart.
    pub key: String,
    /// How often it looks, such as `5m`.
    #[schemars(regex(pattern = r"^[0-9]+(s|m|h|d)$"))]
    pub every: String,
}
