//! What the checks of a case can ask about: the workflow, and what came of running it.

use std::collections::{HashMap, HashSet};

use croner::Direction;
use indexmap::IndexMap;
use jiff::Zoned;
use serde_json::{Map, Value as Json, json};

use super::FieldAccuracy;
use crate::engine::{Delivery, RunInfo};
use crate::expr::{Scope, from_json};
use crate::rehearse::{PastFiles, Report, WhatIf, is_same};
use crate::sop::Sop;
use crate::spec::{TriggerKind, Workflow, cron};

/// The names that a check can use.
pub const NAMES: [&str; 16] = [
    // The workflow as it was saved last, and as it was before the changes.
    "workflow",
    "before",
    // What lies at the check's `at`.
    "value",
    // Statements of the SOP: number, text, waived, open, cited.
    "statements",
    // The next ten times at which a schedule starts it: weekday, time, date, zone.
    "starts",
    // `connection.table` of each table that is read.
    "reads",
    // Cases that are expected or were run: key, row, expected, came, status, caveats, answered (one
    // of the values that are compared came), worked (a result or an output came), and how many
    // drafts, messages, updates, calls, documents were made of it.
    "cases",
    // What was made, of a case or of the run: its own fields, and key, row, expected, came, says.
    "made",
    "drafts",
    "messages",
    "updates",
    "calls",
    "documents",
    "tables",
    // What if something is down, empty or missing: kind, table, tool, field, ending.
    "scenarios",
    // What was taken as given.
    "assumptions",
];

/// The kinds of what is made, by the names of the lists.
const LISTS: [(&str, &str); 6] = [
    ("drafts", "email_draft"),
    ("messages", "message"),
    ("updates", "update"),
    ("calls", "call"),
    ("documents", "document"),
    ("tables", "table"),
];

/// What the names are made from.
pub(super) struct Found<'f> {
    pub(super) workflow: &'f Workflow,
    pub(super) document: &'f Json,
    pub(super) before: &'f Json,
    pub(super) sop: &'f Sop,
    pub(super) files: &'f PastFiles,
    pub(super) fields: &'f IndexMap<String, FieldAccuracy>,
    pub(super) report: &'f Report,
    pub(super) run: &'f RunInfo,
}

impl Found<'_> {
    /// Returns the names with their values.
    pub(super) fn scope(&self) -> Scope {
        let (cases, made) = self.cases();
        let mut scope = Scope::new();
        let mut set = |name: &str, value: Json| scope.set(name, from_json(&value));
        for (list, kind) in LISTS {
            let of_kind = made.iter().filter(|m| m["kind"] == *kind);
            set(list, of_kind.cloned().collect());
        }
        set("made", Json::Array(made));
        set("cases", Json::Array(cases));
        set("workflow", self.document.clone());
        set("before", self.before.clone());
        set("value", Json::Null);
        set("statements", self.statements());
        set("starts", self.starts());
        let reads = self.workflow.data.values().map(|pull| json!(pull.from));
        set("reads", reads.collect());
        set("scenarios", self.scenarios());
        set("assumptions", json!(self.workflow.assumptions));
        scope
    }

    fn statements(&self) -> Json {
        let reference = &self.workflow.sop;
        let waived: HashSet<usize> = reference
            .waived
            .iter()
            .flat_map(|w| w.statements.iter().copied())
            .collect();
        let mut cited = HashSet::new();
        cited_in(self.document, &mut cited);
        let told = self.sop.statements.iter().map(|s| {
            json!({
                "number": s.number, "text": s.text, "waived": waived.contains(&s.number),
                "open": reference.open.contains(&s.number), "cited": cited.contains(&s.number),
            })
        });
        told.collect()
    }

    fn starts(&self) -> Json {
        let TriggerKind::Schedule(schedule) = &self.workflow.trigger.kind else {
            return json!([]);
        };
        let zone = cron::timezone(&schedule.timezone).ok();
        let at = self.run.time.parse::<jiff::Timestamp>().ok();
        let (Some(zone), Some(at), Ok(cron)) = (zone, at, cron::parse(&schedule.cron)) else {
            return json!([]);
        };
        let times = cron
            .iter_from(at.to_zoned(zone), Direction::Forward)
            .take(10);
        times
            .map(|time: Zoned| {
                json!({
                    "weekday": time.strftime("%A").to_string(), "time": time.strftime("%H:%M").to_string(),
                    "date": time.date().to_string(), "zone": schedule.timezone,
                })
            })
            .collect()
    }

    fn scenarios(&self) -> Json {
        let told = self.report.scenarios.iter().map(|scenario| {
            let mut told = json!(scenario.what_if);
            if let WhatIf::SourceDown { source } | WhatIf::SourceEmpty { source } =
                &scenario.what_if
            {
                let table = self.workflow.data.get(source).map(|pull| &pull.from);
                told["table"] = json!(table);
            }
            told["ending"] = json!(scenario.ending);
            told
        });
        told.collect()
    }

    /// Returns the cases, and what was made.
    fn cases(&self) -> (Vec<Json>, Vec<Json>) {
        let expected: HashMap<String, &Map<String, Json>> = self
            .files
            .decided()
            .iter()
            .filter_map(|row| Some((self.files.key(row)?, row)))
            .collect();
        let mut met = HashSet::new();
        let (mut cases, mut made) = (Vec::new(), Vec::new());
        for case in &self.report.cases {
            let key = case.item.as_object().and_then(|row| self.files.key(row));
            let should = key.as_ref().and_then(|key| expected.get(key));
            met.extend(key.clone());
            let came: Map<String, Json> = self
                .fields
                .iter()
                .map(|(column, field)| {
                    let value = field
                        .field
                        .as_ref()
                        .and_then(|f| case.outcome.result.get(f));
                    (column.clone(), value.cloned().unwrap_or(Json::Null))
                })
                .collect();
            let status = case.outcome.status.word();
            let says_something = case
                .outcome
                .result
                .values()
                .any(|v| !is_same(v, &Json::Null))
                && status == "done";
            let mut told = json!({
                "key": key.unwrap_or_else(|| case.outcome.key.clone()), "row": case.item,
                "answered": status != "failed" && came.values().any(|v| !is_same(v, &Json::Null)),
                "came": came, "expected": should, "status": status, "caveats": case.outcome.caveats,
                "worked": says_something || !case.effects.is_empty(),
            });
            for effect in &case.effects {
                made.push(delivered(effect, Some(&told)));
            }
            count(&mut told, &case.effects);
            cases.push(told);
        }
        for should in self.files.decided() {
            let key = self.files.key(should);
            if key.as_ref().is_none_or(|key| !met.contains(key)) {
                let mut told = json!({
                    "key": key, "row": null, "came": {}, "expected": should, "status": "absent",
                    "caveats": [], "worked": false, "answered": false,
                });
                count(&mut told, &[]);
                cases.push(told);
            }
        }
        made.extend(self.report.run_effects.iter().map(|e| delivered(e, None)));
        (cases, made)
    }
}

fn count(case: &mut Json, effects: &[Delivery]) {
    for (list, kind) in LISTS {
        let of_kind = effects.iter().filter(|e| json!(e)["kind"] == *kind);
        case[list] = json!(of_kind.count());
    }
}

/// Returns what was made, with its case and all that it says.
fn delivered(delivery: &Delivery, case: Option<&Json>) -> Json {
    let mut told = json!(delivery);
    let texts = ["subject", "body", "text", "rows", "set", "arguments"];
    let says: Vec<String> = texts
        .iter()
        .filter_map(|field| match told.get(field)? {
            Json::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        })
        .collect();
    told["says"] = json!(says.join("\n"));
    for field in ["key", "row", "expected", "came"] {
        let name = if field == "key" { "case" } else { field };
        told[name] = case.map_or(Json::Null, |case| case[field].clone());
    }
    told
}

/// Gathers the statements that parts of a workflow cite.
fn cited_in(part: &Json, cited: &mut HashSet<usize>) {
    match part {
        Json::Object(fields) => {
            if let Some(Json::Array(numbers)) = fields.get("sop") {
                let numbers = numbers.iter().filter_map(Json::as_u64);
                cited.extend(numbers.filter_map(|n| usize::try_from(n).ok()));
            }
            fields.values().for_each(|value| cited_in(value, cited));
        }
        Json::Array(items) => items.iter().for_each(|item| cited_in(item, cited)),
        _ => {}
    }
}
