#![allow(clippy::unwrap_used, clippy::expect_used)]

mod asked;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use serde_json::{Value as Json, json};

use super::*;
use crate::check::check;
use crate::connect::{
    ConnectError, Connection, ConnectionInfo, Connections, ConnectionsConfig, Row, RowStream, Scan,
};
use crate::engine::RunInfo;
use crate::model::{ScriptedModel, Usage};
use crate::rehearse::{Claim, LlmAnswers, Rehearsal, rehearse};
use crate::sop::Sop;
use crate::spec::read_value;

const DEALS: &str = "id,plan,amount,parent\n1,pro,900,10\n2,free,100,20\n3,pro,50,\n4,free,10,40\n";
const NOTES: &str = "id,text\n1,one\n2,two\n4,four\n";

/// A connection with one tool that reads, which counts how often it is called.
#[derive(Default)]
struct Desk(AtomicUsize);

#[async_trait]
impl Connection for Desk {
    async fn describe(&self) -> Result<ConnectionInfo, ConnectError> {
        Ok(serde_json::from_value(json!({"kind": "test", "tools": {
            "look": {"description": "Looks a deal up", "effect": "read", "idempotent": true,
                "input": {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]},
                "output": {"type": "object", "properties": {"state": {"type": "string"}}}},
            "tell": {"description": "Tells of a deal", "effect": "write", "idempotent": false,
                "input": {"type": "object", "properties": {"id": {"type": "string"}, "plan": {"type": "string"}}, "required": ["id", "plan"]}}
        }}))
        .unwrap())
    }

    async fn scan(&self, _: Scan) -> Result<RowStream, ConnectError> {
        Err(ConnectError::last("no tables"))
    }

    async fn call(&self, _: &str, _: Row) -> Result<Json, ConnectError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(json!({"state": "good"}))
    }

    async fn update(&self, _: &str, _: &Row, _: &Row) -> Result<u64, ConnectError> {
        Ok(0)
    }
}

/// A workflow over deals and their notes, with parts set over it.
fn workflow(parts: Json) -> Json {
    let mut whole = json!({
        "workflow": 1, "name": "t", "title": "T", "objective": "o", "sop": {"file": "sop.md", "statements": 1},
        "trigger": {"kind": "manual"},
        "data": {"deals": {"from": "crm.deals", "sop": [1], "fields": {"id": "text", "plan": "text", "amount": "number", "parent": "text"}}},
        "for_each": {"in": "deals", "as": "deal", "key": "deal.id"},
        "steps": [{"id": "size", "kind": "decide", "sop": [1], "rules": [{"when": "true", "then": {"level": "any"}}], "otherwise": {"level": "none"}}],
        "result": {"level": "{{ size.level }}"}
    });
    for (name, value) in parts.as_object().unwrap() {
        match (whole.get_mut(name), value) {
            (Some(Json::Object(held)), Json::Object(more)) if name == "data" => {
                held.extend(more.clone())
            }
            _ => whole[name] = value.clone(),
        }
    }
    whole
}

/// The deals with their notes.
fn with_notes(if_unavailable: Option<Json>) -> Json {
    let mut pull = json!({"from": "crm.notes", "match": {"id": "deal.id"}, "sop": [1], "fields": {"id": "text", "text": "text"}});
    if let Some(then) = if_unavailable {
        pull["if_unavailable"] = then;
    }
    json!({"notes": pull})
}

fn decide(rules: Json) -> Json {
    json!([{"id": "size", "kind": "decide", "sop": [1], "rules": rules, "otherwise": {"level": "small"}}])
}

struct Played {
    report: Report,
    calls: usize,
    llm: Arc<LlmAnswers>,
}

impl Played {
    fn of(&self, what_if: WhatIf) -> &Scenario {
        let mut all = self.report.scenarios.iter();
        let found = all.find(|s| s.what_if == what_if);
        found.unwrap_or_else(|| panic!("no {what_if:?} in {:#?}", self.report.scenarios))
    }
}

fn down(source: &str) -> WhatIf {
    WhatIf::SourceDown {
        source: source.into(),
    }
}

fn empty(source: &str) -> WhatIf {
    WhatIf::SourceEmpty {
        source: source.into(),
    }
}

fn missing(field: &str) -> WhatIf {
    WhatIf::ValueMissing {
        field: field.into(),
    }
}

fn fails(tool: &str) -> WhatIf {
    WhatIf::ToolFails { tool: tool.into() }
}

fn approved(output: &str) -> WhatIf {
    WhatIf::Approved {
        output: output.into(),
    }
}

async fn played(document: Json) -> Played {
    played_with(document, LlmAnswers::placeholders(), true).await
}

async fn played_with(document: Json, llm: LlmAnswers, scenarios: bool) -> Played {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [("deals.csv", DEALS), ("notes.csv", NOTES)] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let config: ConnectionsConfig =
        toml::from_str("[crm]\nkind = 'folder'\npath = '.'\nwritable = true\n").unwrap();
    let mut connections = Connections::open(&config, folder.path(), &|_| None);
    let desk = Arc::new(Desk::default());
    connections.register("desk", desk.clone());
    let catalog = connections.catalog().await;
    let review = check(&read_value(document), &Sop::parse("- one"), &catalog);
    let errors: Vec<_> = review.findings.iter().filter(|f| f.is_error()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let llm = Arc::new(llm);
    let rehearsal = Rehearsal {
        connections: &connections,
        catalog: &catalog,
        llm: llm.clone(),
        run: RunInfo {
            id: "r".into(),
            workflow: "t".into(),
            date: "2026-11-16".into(),
            time: "2026-11-16T00:00:00Z".into(),
        },
        cases: 8,
        scenarios,
        sop: None,
        probes: None,
        progress: &|_, _| {},
    };
    let rehearsed = rehearse(&review.checked.unwrap(), &rehearsal)
        .await
        .unwrap();
    Played {
        report: rehearsed.report().clone(),
        calls: desk.0.load(Ordering::Relaxed),
        llm,
    }
}

#[tokio::test]
async fn a_source_that_is_down_crashes_cases_where_nothing_is_said_of_it() {
    let crashed = played(workflow(json!({"data": with_notes(None)}))).await;
    let scenario = crashed.of(down("notes"));
    assert_eq!((scenario.ending, scenario.failed), (Ending::Crashed, 4));
    assert!(scenario.remedy.is_some());
    assert_eq!(crashed.report.claim, Claim::Partial);
    let reason = "it fails if notes cannot be read".to_owned();
    assert!(
        crashed.report.reasons.contains(&reason),
        "{crashed:#?}",
        crashed = crashed.report
    );

    let said = json!({"continue": "Notes could not be read."});
    let held = played(workflow(json!({"data": with_notes(Some(said))}))).await;
    assert_eq!(held.of(down("notes")).ending, Ending::Held);
    assert!(!held.report.reasons.contains(&reason));

    let meant = played(workflow(json!({"data": with_notes(Some(json!("fail")))}))).await;
    let scenario = meant.of(down("notes"));
    assert_eq!((scenario.ending, scenario.stopped), (Ending::Stopped, 4));

    let blank = json!({"continue": " "});
    let silent = played(workflow(json!({"data": with_notes(Some(blank))}))).await;
    assert_eq!(silent.of(down("notes")).ending, Ending::Silent);
}

#[tokio::test]
async fn without_cases_a_run_ends_in_order_unless_its_end_cannot_be_made() {
    let plain = played(workflow(json!({}))).await;
    assert_eq!(plain.of(down("deals")).ending, Ending::Stopped);
    assert_eq!(plain.of(empty("deals")).ending, Ending::Held);

    let text = "{{ parse_json('{}' if cases else '{') }}";
    let digest = json!([{"id": "digest", "kind": "message", "per": "run", "approval": "required", "sop": [1], "to": "slack.all", "text": text}]);
    let crashed = played(workflow(json!({"outputs": digest}))).await;
    let scenario = crashed.of(empty("deals"));
    assert_eq!((scenario.ending, scenario.failed), (Ending::Crashed, 0));
    assert!(scenario.says.contains("`digest`"), "{}", scenario.says);
}

#[tokio::test]
async fn an_empty_table_is_a_fact_until_a_case_cannot_be_worked_out() {
    let said = Some(json!({"continue": "Notes could not be read."}));
    let rules = json!([{"when": "(notes | length) > 0", "then": {"level": "noted"}}]);
    let held = played(workflow(
        json!({"data": with_notes(said.clone()), "steps": decide(rules)}),
    ))
    .await;
    let scenario = held.of(empty("notes"));
    assert_eq!((scenario.ending, scenario.changed), (Ending::Held, 3));

    // The third deal has no notes as it is: this would fail without scenarios.
    let set = json!({"x": "{{ parse_json('{}' if notes or deal.id == '3' else '{') }}"});
    let steps = json!([{"id": "size", "kind": "compute", "sop": [1], "set": set}]);
    let crashed = played(workflow(
        json!({"data": with_notes(said.clone()), "steps": steps, "result": {"level": "{{ size.x }}"}}),
    ))
    .await;
    let scenario = crashed.of(empty("notes"));
    assert_eq!((scenario.ending, scenario.failed), (Ending::Crashed, 3));
    assert!(scenario.says.contains("at `size`"), "{}", scenario.says);

    let steps = json!([{"id": "size", "kind": "check", "sop": [1], "that": "notes or deal.id == '3'", "message": "no notes"}]);
    let stopped = played(workflow(
        json!({"data": with_notes(said), "steps": steps, "result": {"level": "{{ deal.plan }}"}}),
    ))
    .await;
    let scenario = stopped.of(empty("notes"));
    assert_eq!((scenario.ending, scenario.stopped), (Ending::Stopped, 3));
}

#[tokio::test]
async fn a_missing_value_is_silent_where_it_turns_a_result_and_nobody_asks_for_it() {
    let rules = json!([{"when": "deal.amount > 60", "then": {"level": "large"}}]);
    let silent = played(workflow(json!({"steps": decide(rules)}))).await;
    let scenario = silent.of(missing("amount"));
    assert_eq!((scenario.ending, scenario.changed), (Ending::Silent, 2));
    assert!(
        scenario.says.contains("level: large → small"),
        "{}",
        scenario.says
    );
    assert_eq!(scenario.when, "a deal has no amount");
    // That a claim is less than verified takes a crash.
    assert_eq!(
        silent.report.claim,
        Claim::Verified,
        "{:?}",
        silent.report.reasons
    );

    let rules = json!([
        {"when": "deal.amount is missing", "then": {"level": "unknown"}},
        {"when": "deal.amount > 60", "then": {"level": "large"}}]);
    let asked = played(workflow(json!({"steps": decide(rules)}))).await;
    assert_eq!(asked.of(missing("amount")).ending, Ending::Held);
    assert_eq!(asked.of(missing("amount")).changed, 4);

    let steps = json!([
        {"id": "facts", "kind": "compute", "sop": [1], "set": {"twice": "{{ deal.amount * 2 }}", "plan": "{{ deal.plan }}"}},
        {"id": "size", "kind": "decide", "sop": [1], "rules": [{"when": "facts.twice > 120", "then": {"level": "large"}}], "otherwise": {"level": "small"}}]);
    let through = played(workflow(json!({"steps": steps}))).await;
    assert_eq!(through.of(missing("amount")).ending, Ending::Silent);
    // Nothing hangs on what is only carried along, and without a key there is no case.
    for field in ["plan", "id"] {
        let all = &through.report.scenarios;
        assert!(all.iter().all(|s| s.what_if != missing(field)), "{field}");
    }
}

#[tokio::test]
async fn rows_that_are_no_cases_without_a_value_are_left_out() {
    let deals = json!({"deals": {"from": "crm.deals", "where": "row.plan == 'pro'", "sop": [1],
        "fields": {"id": "text", "plan": "text", "amount": "number"}}});
    let all = played(workflow(json!({"data": deals}))).await;
    let scenario = all.of(missing("plan"));
    assert_eq!(
        (scenario.ending, scenario.stopped, scenario.cases),
        (Ending::Stopped, 2, 2)
    );

    let rules = json!([{"when": "deal.parent == '10' and parse_json('{' if deal.amount is missing else '{}')", "then": {"level": "large"}}]);
    let crashed = played(workflow(json!({"steps": decide(rules)}))).await;
    let scenario = crashed.of(missing("amount"));
    assert_eq!((scenario.ending, scenario.failed), (Ending::Crashed, 1));
    // One of the four has no parent as it is.
    assert_eq!(crashed.of(missing("parent")).changed, 0);
}

#[tokio::test]
async fn a_yes_is_of_use_where_what_waits_is_complete() {
    let outputs = json!([
        {"id": "record", "kind": "update", "approval": "required", "sop": [1], "in": "crm.deals", "key": {"id": "{{ deal.parent }}"}, "set": {"plan": "pro"}},
        {"id": "tell", "kind": "call", "approval": "required", "sop": [1], "tool": "desk.tell", "with": {"id": "{{ deal.id }}", "plan": "{{ deal.plan }}"}},
        {"id": "ask", "kind": "call", "approval": "required", "sop": [1], "tool": "desk.tell", "with": {"id": "{{ deal.id }}", "plan": "{{ deal.parent }}"}},
        {"id": "never", "kind": "message", "approval": "required", "sop": [1], "when": "deal.amount > 5000", "to": "slack.all", "text": "x"},
        {"id": "file", "kind": "document", "sop": [1], "file": "{{ deal.id }}.md", "body": "x"}]);
    let all = played(workflow(json!({"outputs": outputs}))).await;
    let record = all.of(approved("record"));
    assert_eq!(
        (record.ending, record.failed, record.cases),
        (Ending::Crashed, 1, 4)
    );
    assert!(record.says.contains("`id` has no value"), "{}", record.says);
    assert_eq!(all.of(approved("tell")).ending, Ending::Held);
    let refused = all.of(WhatIf::Refused {
        output: "tell".into(),
    });
    assert_eq!((refused.ending, refused.cases), (Ending::Held, 4));
    assert!(!refused.is_weak(), "{}", refused.says);
    assert!(all.of(approved("ask")).says.contains("without `plan`"));
    assert_eq!(all.of(approved("never")).ending, Ending::Untried);
    let waits = |s: &Scenario| s.what_if == approved("file");
    assert!(!all.report.scenarios.iter().any(waits));
}

#[tokio::test]
async fn what_fails_as_it_is_has_no_scenarios() {
    let steps = json!([{"id": "size", "kind": "compute", "sop": [1], "set": {"x": "{{ parse_json('{' if deal.id == '2' else '{}') }}"}}]);
    let failed = played(workflow(
        json!({"steps": steps, "result": {"level": "{{ size.x }}"}}),
    ))
    .await;
    assert_eq!(failed.report.claim, Claim::Failed);
    assert!(failed.report.scenarios.is_empty());
}
