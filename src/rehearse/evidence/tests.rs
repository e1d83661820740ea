#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use serde_json::{Value as Json, json};

use super::Probes;
use crate::check::check;
use crate::connect::{
    ConnectError, Connection, ConnectionInfo, Connections, ConnectionsConfig, Row, RowStream, Scan,
};
use crate::engine::RunInfo;
use crate::rehearse::{LlmAnswers, Rehearsal, rehearse};
use crate::sop::Sop;
use crate::spec::read_value;

/// How a tool of the test answers: given the arguments, and how often it was asked.
type Answers = fn(&Row, usize) -> Result<Json, ConnectError>;

/// A connection with one tool that reads.
struct Desk {
    answers: Answers,
    asked: AtomicUsize,
}

#[async_trait]
impl Connection for Desk {
    async fn describe(&self) -> Result<ConnectionInfo, ConnectError> {
        Ok(serde_json::from_value(json!({"kind": "test", "tools": {
            "rate": {"description": "Rates a deal", "effect": "read", "idempotent": true,
                "input": {"type": "object", "properties": {"id": {"type": "string"}, "plan": {"type": "string"}}},
                "output": {"type": "object", "properties": {"score": {"type": ["number", "null"]}, "note": {"type": ["string", "null"]}}}}
        }}))
        .unwrap())
    }

    async fn scan(&self, _: Scan) -> Result<RowStream, ConnectError> {
        Err(ConnectError::last("no tables"))
    }

    async fn call(&self, _: &str, arguments: Row) -> Result<Json, ConnectError> {
        let before = self.asked.fetch_add(1, Ordering::Relaxed);
        (self.answers)(&arguments, before)
    }

    async fn update(&self, _: &str, _: &Row, _: &Row) -> Result<u64, ConnectError> {
        Ok(0)
    }
}

fn number(arguments: &Row, name: &str) -> f64 {
    let text = arguments[name].as_str().unwrap();
    text.bytes().map(f64::from).sum()
}

/// Returns what dry runs show of a tool, and how often it was asked in each.
async fn shown(answers: Answers, sop: &str, runs: usize) -> (Vec<String>, Vec<usize>) {
    let folder = tempfile::tempdir().unwrap();
    let deals = "id,plan\nA,pro\nB,free\nC,trial\nD,gold\n";
    std::fs::write(folder.path().join("deals.csv"), deals).unwrap();
    let config: ConnectionsConfig = toml::from_str("[crm]\nkind = 'folder'\npath = '.'\n").unwrap();
    let mut connections = Connections::open(&config, folder.path(), &|_| None);
    let desk = Arc::new(Desk {
        answers,
        asked: AtomicUsize::new(0),
    });
    connections.register("desk", desk.clone());
    let catalog = connections.catalog().await;
    let document = json!({
        "workflow": 1, "name": "t", "title": "T", "objective": "o", "sop": {"file": "sop.md", "statements": 1},
        "trigger": {"kind": "manual"},
        "data": {"deals": {"from": "crm.deals", "sop": [1], "fields": {"id": "text", "plan": "text"}}},
        "for_each": {"in": "deals", "as": "deal", "key": "deal.id"},
        "steps": [{"id": "rating", "kind": "call", "sop": [1], "tool": "desk.rate",
                   "with": {"id": "{{ deal.id }}", "plan": "{{ deal.plan }}"},
                   "on_error": {"use": {"score": null, "note": null}, "caveat": "No rating."}}],
        "result": {"score": "{{ rating.score }}", "note": "{{ rating.note }}"}
    });
    let sop = Sop::parse(sop);
    let review = check(&read_value(document), &sop, &catalog);
    let checked = review.checked.unwrap();
    let probes = Probes::default();
    let mut asked = Vec::new();
    let mut evidence = Vec::new();
    for _ in 0..runs {
        let before = desk.asked.load(Ordering::Relaxed);
        let rehearsal = Rehearsal {
            connections: &connections,
            catalog: &catalog,
            llm: Arc::new(LlmAnswers::placeholders()),
            run: RunInfo {
                id: "r".into(),
                workflow: "t".into(),
                date: "2026-11-16".into(),
                time: "2026-11-16T00:00:00Z".into(),
            },
            cases: 8,
            scenarios: false,
            sop: Some(&sop),
            probes: Some(&probes),
            progress: &|_, _| {},
        };
        let rehearsed = rehearse(&checked, &rehearsal).await.unwrap();
        evidence.clone_from(&rehearsed.report().evidence);
        asked.push(desk.asked.load(Ordering::Relaxed) - before);
    }
    (evidence, asked)
}

#[tokio::test]
async fn a_tool_that_does_as_it_says_shows_nothing_and_is_tried_once() {
    let sound: Answers = |arguments, _| {
        let score = number(arguments, "id") * 10.0 + number(arguments, "plan");
        Ok(json!({"score": score, "note": "fine"}))
    };
    let (evidence, asked) = shown(sound, "- Rate each deal.", 2).await;
    assert_eq!(evidence, Vec::<String>::new());
    assert_eq!(asked[1], 4, "only what the cases ask: {asked:?}");
    assert!(asked[0] > 4 && asked[0] <= 16, "{asked:?}");
}

#[tokio::test]
async fn a_tool_that_answers_differently_to_the_same_question_is_found() {
    let unsteady: Answers = |arguments, before| {
        let score = number(arguments, "id") * 100.0 + number(arguments, "plan");
        Ok(json!({"score": score + before as f64, "note": "x"}))
    };
    let (evidence, _) = shown(unsteady, "- Rate each deal.", 1).await;
    assert!(
        evidence[0].contains("differently to the same question: `score`"),
        "{evidence:?}"
    );
}

#[tokio::test]
async fn an_argument_that_makes_no_difference_is_found_and_the_other_is_not() {
    let deaf: Answers = |arguments, _| Ok(json!({"score": number(arguments, "id"), "note": "x"}));
    let (evidence, _) = shown(deaf, "- Rate each deal.", 1).await;
    assert_eq!(evidence.len(), 1, "{evidence:?}");
    assert!(
        evidence[0].contains("changing `plan` alone"),
        "{evidence:?}"
    );
    let constant: Answers = |_, _| Ok(json!({"score": 5, "note": "x"}));
    let (evidence, _) = shown(constant, "- Rate each deal.", 1).await;
    assert!(
        evidence[0].contains("the same answer to 4 different questions"),
        "{evidence:?}"
    );
}

#[tokio::test]
async fn refusals_empty_fields_and_figures_off_the_scale_are_told() {
    let odd: Answers = |arguments, _| match arguments["id"].as_str() {
        Some("B") => Err(ConnectError::last("unknown deal")),
        Some("A") => Ok(json!({"score": 12, "note": null})),
        _ => Ok(
            json!({"score": number(arguments, "id") / 10.0 + number(arguments, "plan") / 1000.0, "note": ""}),
        ),
    };
    let (evidence, _) = shown(odd, "- Rate each deal: a score from 1 to 10.", 1).await;
    let told = evidence.join("\n");
    assert!(told.contains("refused 1 of 4 calls"), "{told}");
    assert!(told.contains("id = B"), "{told}");
    assert!(
        told.contains("`note` of the result is empty in all 4 cases"),
        "{told}"
    );
    assert!(
        told.contains("`note` is empty in all 3 answers of `desk.rate`"),
        "{told}"
    );
    assert!(
        told.contains("statement 1: `score` lies outside 1 to 10 in 1 of 4 cases, as in A (12)"),
        "{told}"
    );
}
