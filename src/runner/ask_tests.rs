#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use serde_json::{Map, json};

use super::*;
use crate::model::{
    Chain, ChatModel, Delta, ModelError, ModelErrorKind, ModelLimits, Price, Reply, Request,
    ScriptedModel, Usage,
};
use crate::runner::{Limits, Rules};
use crate::store::journal::{NewRun, VersionText};
use crate::store::{Settings, Workspace};

/// A model that takes a second for each answer, or has no room for any.
struct Slow {
    name: &'static str,
    asked: AtomicUsize,
    fails: Option<ModelErrorKind>,
}

#[async_trait]
impl ChatModel for Slow {
    fn name(&self) -> &str {
        self.name
    }

    fn pricing(&self) -> Option<Price> {
        toml::from_str("input = 1000.0\noutput = 0.0").ok()
    }

    async fn complete(
        &self,
        _: &Request,
        _: &mut (dyn FnMut(Delta) + Send),
    ) -> std::result::Result<Reply, ModelError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        if let Some(kind) = &self.fails {
            return Err(ModelError::new(kind.clone(), "no room"));
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        let mut reply = ScriptedModel::calls(&[("1", "answer", json!({"tone": "warm"}))]);
        reply.usage = Usage {
            input: 1_000,
            ..Usage::default()
        };
        Ok(reply)
    }
}

fn model(name: &'static str, fails: Option<ModelErrorKind>) -> Arc<Slow> {
    Arc::new(Slow {
        name,
        asked: AtomicUsize::new(0),
        fails,
    })
}

fn llm(models: &[&Arc<Slow>]) -> Arc<LlmAnswers> {
    let models = models.iter().map(|m| {
        let model: Arc<dyn ChatModel> = (*m).clone();
        (model, ModelLimits::default())
    });
    Arc::new(LlmAnswers::of(Chain::new(models), None))
}

struct Place {
    _folder: tempfile::TempDir,
    journal: Arc<Journal>,
    run: RunNumber,
}

async fn place() -> Place {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("sopwright.toml"), "").unwrap();
    let workspace = Workspace::open(Some(folder.path()), folder.path()).unwrap();
    let journal = Arc::new(Journal::open(&workspace).unwrap());
    let new = NewRun {
        info: crate::engine::RunInfo {
            id: "notes-1".to_owned(),
            workflow: "notes".to_owned(),
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
    let run = journal.begin_run(new).await.unwrap();
    Place {
        _folder: folder,
        journal,
        run,
    }
}

fn asker(place: &Place, llm: &Arc<LlmAnswers>, limits: serde_json::Value) -> Asker {
    let workflow = serde_json::from_value(json!({
        "workflow": 1, "name": "notes", "title": "Notes", "objective": "o",
        "sop": {"file": "sop.md", "statements": 1}, "trigger": {"kind": "manual"}, "limits": limits
    }))
    .unwrap();
    let rules = Rules::of(&Settings::default()).unwrap();
    let run = (place.run, "notes-1");
    let meter = Meter::of(&place.journal, run, &workflow, &Limits::default(), &rules);
    Asker {
        llm: llm.clone(),
        journal: place.journal.clone(),
        run: place.run,
        meter: Arc::new(meter.unwrap()),
        stop: Arc::default(),
        keep: Some(Duration::from_secs(3_600)),
        fresh: false,
        patience: Duration::from_secs(30),
        known: Known::default(),
    }
}

fn request(text: &str) -> LlmRequest {
    let returns = json!({"tone": {"type": "string"}});
    LlmRequest {
        step: "judge".to_owned(),
        instructions: "How does it sound?".to_owned(),
        input: json!({ "text": text }),
        returns: returns.as_object().cloned().unwrap_or_else(Map::new),
        examples: Vec::new(),
    }
}

/// Asks, and journals the answer as a case does.
async fn ask(asker: &Asker, place: i64, text: &str) -> Told {
    let told = asker.ask(&request(text), true).await.unwrap().unwrap();
    let part = crate::store::journal::Part::of((asker.run, "notes-1"), place, "c", "judge", 0);
    let answer = json!(told.answer.as_ref().ok());
    let ended = (crate::store::journal::EffectState::Done, 0);
    let asked = (&json!(text), &answer);
    let journal = &asker.journal;
    journal
        .answered(
            (&part, "llm"),
            ended,
            asked,
            &told.cost,
            told.kept.clone(),
            "2026-11-16",
        )
        .await
        .unwrap();
    told
}

#[tokio::test]
async fn the_same_is_asked_once_at_a_time_and_known_afterwards() {
    let place = place().await;
    tokio::time::pause();
    let slow = model("m/one", None);
    let asker = asker(&place, &llm(&[&slow]), json!({}));
    let same = futures_util::future::join_all((0..50).map(|n| ask(&asker, n, "Hello")));
    let told = same.await;
    assert_eq!(slow.asked.load(Ordering::Relaxed), 1);
    assert!(told.iter().all(|t| t.answer == Ok(json!({"tone": "warm"}))));
    ask(&asker, 50, "Hello").await;
    ask(&asker, 51, "Goodbye").await;
    assert_eq!(slow.asked.load(Ordering::Relaxed), 2);
    let used = asker.meter.used();
    assert_eq!((used.calls, used.known), (2, 50));
    assert!(
        (used.cost - 2.0).abs() < 1e-9 && (used.saved - 50.0).abs() < 1e-9,
        "{used:?}"
    );
    place.journal.flush().await.unwrap();
    assert_eq!(place.journal.used_by(place.run, None).unwrap(), used);
}

#[tokio::test]
async fn a_later_run_knows_the_answer_unless_it_is_old_or_not_wanted() {
    let place = place().await;
    tokio::time::pause();
    let slow = model("m/one", None);
    ask(&asker(&place, &llm(&[&slow]), json!({})), 0, "Hello").await;
    place.journal.flush().await.unwrap();
    let later = asker(&place, &llm(&[&slow]), json!({}));
    let told = ask(&later, 1, "Hello").await;
    assert_eq!(
        (told.cost.used.known, told.cost.models),
        (1, vec!["m/one".to_owned()])
    );
    assert_eq!(slow.asked.load(Ordering::Relaxed), 1);
    for change in [
        |a: &mut Asker| a.fresh = true,
        |a: &mut Asker| a.keep = None,
    ] {
        let mut other = asker(&place, &llm(&[&slow]), json!({}));
        change(&mut other);
        let before = slow.asked.load(Ordering::Relaxed);
        other.ask(&request("Hello"), true).await.unwrap().unwrap();
        assert_eq!(slow.asked.load(Ordering::Relaxed), before + 1);
    }
    // Another model, or another instruction, is another question.
    let another = model("m/two", None);
    ask(&asker(&place, &llm(&[&another]), json!({})), 2, "Hello").await;
    assert_eq!(another.asked.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn another_model_stands_in_and_it_is_told() {
    let place = place().await;
    tokio::time::pause();
    let full = model(
        "m/one",
        Some(ModelErrorKind::Overloaded { retry_after: None }),
    );
    let second = model("m/two", None);
    let asker = asker(&place, &llm(&[&full, &second]), json!({}));
    let told = ask(&asker, 0, "Hello").await;
    assert_eq!(told.cost.models, ["m/one", "m/two"]);
    assert_eq!(
        asker.told(),
        ["m/one could not be reached or had no room: m/two answered 1 question in its place"]
    );
    // What the other said is not what the first would say.
    place.journal.flush().await.unwrap();
    let key = asker.llm.key(&request("Hello")).unwrap();
    assert_eq!(place.journal.kept_answer(&key, 0).unwrap(), None);
}

#[tokio::test]
async fn where_no_model_answers_a_case_waits_and_then_the_run_pauses() {
    let place = place().await;
    tokio::time::pause();
    let gone = model("m/one", Some(ModelErrorKind::Unreachable));
    let asker1 = asker(&place, &llm(&[&gone]), json!({}));
    let began = Instant::now();
    let why = asker1.ask(&request("Hello"), true).await.unwrap();
    let Some(Halt::Outage(why)) = why.err() else {
        panic!("it pauses")
    };
    assert!(
        why.contains("no model answers") && why.contains("no room"),
        "{why}"
    );
    let waited = began.elapsed().as_secs();
    assert!((30..=40).contains(&waited), "{waited}");
    let asked = gone.asked.load(Ordering::Relaxed);
    assert!(asked <= 4, "{asked}");
    // Where the workflow goes on without, nothing is waited for.
    let began = Instant::now();
    let told = asker1.ask(&request("Other"), false).await.unwrap().unwrap();
    assert_eq!(told.answer.unwrap_err().code, "model");
    assert!(began.elapsed() < Duration::from_secs(1));
    // What waiting does not mend is not waited for.
    let refused = model("m/one", Some(ModelErrorKind::RefusedKey));
    let began = Instant::now();
    let asker2 = asker(&place, &llm(&[&refused]), json!({}));
    assert!(asker2.ask(&request("Hello"), true).await.unwrap().is_err());
    assert!(began.elapsed() < Duration::from_secs(1));
}

#[tokio::test]
async fn a_limit_stops_before_the_next_question() {
    let place = place().await;
    tokio::time::pause();
    let slow = model("m/one", None);
    let asker = asker(&place, &llm(&[&slow]), json!({"model_calls": 1}));
    ask(&asker, 0, "Hello").await;
    let halt = asker.ask(&request("Other"), false).await.unwrap();
    let Some(Halt::Limit(why)) = halt.err() else {
        panic!("it stops")
    };
    assert!(why.contains("limit of 1 model calls"), "{why}");
    // What is known costs nothing.
    ask(&asker, 1, "Hello").await;
    assert_eq!(slow.asked.load(Ordering::Relaxed), 1);
}
