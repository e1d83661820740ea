#![allow(clippy::unwrap_used, clippy::expect_used)]

use serde_json::json;

use super::*;
use crate::engine::RunInfo;
use crate::model::Usage;
use crate::store::journal::{NewRun, VersionText};
use crate::store::{Settings, Workspace};

/// A journal in a folder of its own.
fn journal() -> (tempfile::TempDir, Arc<Journal>) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("sopwright.toml"), "").unwrap();
    let workspace = Workspace::open(Some(folder.path()), folder.path()).unwrap();
    let journal = Journal::open(&workspace).unwrap();
    (folder, Arc::new(journal))
}

async fn begun(journal: &Journal, id: &str, workflow: &str) -> RunNumber {
    let new = NewRun {
        info: RunInfo {
            id: id.to_owned(),
            workflow: workflow.to_owned(),
            date: "2026-11-16".to_owned(),
            time: "2026-11-16T08:00:00Z".to_owned(),
        },
        version: VersionText::of("{}".to_owned(), String::new()),
        inputs: json!({}),
        only: None,
        folder: "x".into(),
        results: "x.csv".into(),
        keeps_rows: true,
        engine: None,
    };
    journal.begin_run(new).await.unwrap()
}

fn workflow(limits: serde_json::Value) -> spec::Workflow {
    serde_json::from_value(json!({
        "workflow": 1, "name": "notes", "title": "Notes", "objective": "o",
        "sop": {"file": "sop.md", "statements": 1}, "trigger": {"kind": "manual"}, "limits": limits
    }))
    .unwrap()
}

fn rules(text: &str) -> Rules {
    let settings: Settings = toml::from_str(text).unwrap();
    Rules {
        today: || "2026-11-16".to_owned(),
        ..Rules::of(&settings).unwrap()
    }
}

fn meter(
    journal: &Arc<Journal>,
    run: RunNumber,
    limits: serde_json::Value,
    own: Limits,
    settings: &str,
) -> Meter {
    let workflow = workflow(limits);
    Meter::of(journal, (run, "notes-1"), &workflow, &own, &rules(settings)).unwrap()
}

fn spent(cost: f64) -> Spent {
    Spent {
        calls: 1,
        usage: Usage {
            input: 100,
            output: 10,
            ..Usage::default()
        },
        cost,
        unpriced: 0,
    }
}

/// Asks one question that costs so much; `Err` says why not.
fn ask(meter: &Meter, cost: f64) -> std::result::Result<Used, String> {
    Ok(meter.begin_question().unwrap()?.end(&spent(cost)))
}

#[tokio::test]
async fn the_lesser_of_workflow_and_workspace_holds_and_a_flag_over_both() {
    let (_folder, journal) = journal();
    let run = begun(&journal, "notes-1", "notes").await;
    let settings = "[limits]\ncases = 5\nmodel_calls = 9";
    let own = meter(
        &journal,
        run,
        json!({"cases": 8, "model_calls": 2}),
        Limits::default(),
        settings,
    );
    assert_eq!(own.reached(4).unwrap(), None);
    let why = own.reached(5).unwrap().unwrap();
    assert!(
        why.contains("5 cases") && why.contains("--max-cases"),
        "{why}"
    );
    assert!(ask(&own, 0.0).is_ok() && ask(&own, 0.0).is_ok());
    let why = ask(&own, 0.0).unwrap_err();
    assert!(
        why.contains("2 model calls") && why.contains("--max-calls"),
        "{why}"
    );
    let raised = Limits {
        cases: Some(100),
        ..Limits::default()
    };
    let raised = meter(&journal, run, json!({"cases": 8}), raised, settings);
    assert_eq!(raised.reached(99).unwrap(), None);
}

#[tokio::test]
async fn questions_under_way_count_and_one_that_was_dropped_does_not() {
    let (_folder, journal) = journal();
    let run = begun(&journal, "notes-1", "notes").await;
    let meter = meter(
        &journal,
        run,
        json!({"model_calls": 1}),
        Limits::default(),
        "",
    );
    let under_way = meter.begin_question().unwrap().unwrap();
    assert!(meter.begin_question().unwrap().is_err());
    drop(under_way);
    assert!(meter.begin_question().unwrap().is_ok());
}

#[tokio::test]
async fn what_was_used_before_a_run_was_resumed_counts() {
    let (_folder, journal) = journal();
    let run = begun(&journal, "notes-1", "notes").await;
    let before = Used {
        calls: 4,
        cost: 1.5,
        milliseconds: 90_000,
        ..Used::default()
    };
    journal.used(run, "2026-11-15", before).await.unwrap();
    journal.flush().await.unwrap();
    let cost = meter(
        &journal,
        run,
        json!({"model_cost_usd": 1.0}),
        Limits::default(),
        "",
    );
    let why = ask(&cost, 0.1).unwrap_err();
    assert!(why.contains("$1.50") && why.contains("--max-cost"), "{why}");
    let time = meter(&journal, run, json!({"time": "1m"}), Limits::default(), "");
    assert!(time.reached(0).unwrap().unwrap().contains("limit of 60 s"));
    let calls = meter(
        &journal,
        run,
        json!({"model_calls": 5}),
        Limits::default(),
        "",
    );
    assert!(ask(&calls, 0.0).is_ok() && ask(&calls, 0.0).is_err());
    assert_eq!(calls.used().calls, 5);
}

#[tokio::test]
async fn runs_of_one_day_share_its_limits_and_the_next_day_is_another() {
    let (_folder, journal) = journal();
    let run = begun(&journal, "notes-1", "notes").await;
    let same = begun(&journal, "notes-0", "notes").await;
    let other = begun(&journal, "others-1", "others").await;
    let used = |cases| Used {
        cases,
        cost: 1.0,
        ..Used::default()
    };
    for (run, day, cases) in [
        (same, "2026-11-16", 6),
        (other, "2026-11-16", 3),
        (same, "2026-11-15", 90),
    ] {
        journal.used(run, day, used(cases)).await.unwrap();
    }
    journal.flush().await.unwrap();
    let of_workflow = || json!({"per_day": {"cases": 8}});
    let by_workflow = meter(&journal, run, of_workflow(), Limits::default(), "");
    by_workflow.case();
    assert_eq!(by_workflow.reached(1).unwrap(), None);
    by_workflow.case();
    let why = by_workflow.reached(2).unwrap().unwrap();
    assert!(
        why.contains("8 cases a day") && why.contains("all runs of notes"),
        "{why}"
    );
    assert!(why.contains("--past-day-limits"), "{why}");
    let settings = "[limits.per_day]\nmodel_cost_usd = 1.5";
    let by_all = meter(&journal, run, json!({}), Limits::default(), settings);
    let why = ask(&by_all, 0.0).unwrap_err();
    assert!(
        why.contains("$1.50 a day") && why.contains("this workspace"),
        "{why}"
    );
    let past = Limits {
        past_days: true,
        ..Limits::default()
    };
    let past = meter(&journal, run, of_workflow(), past, settings);
    assert!(ask(&past, 0.0).is_ok());
}
