//! The builder with a scripted model: the protocol is checked on every request.

#![allow(clippy::expect_used, clippy::unwrap_used)]

mod support;

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Value as Json, json};
use sopwright::builder::tools::ToolAnswer;
use sopwright::builder::{
    Answer, Builder, End, Face, Labelled, Limits, Mode, Question, Refinement, Resources, Session,
    prompt,
};
use sopwright::connect::Connections;
use sopwright::model::{Message, Reply, ScriptedModel, Stop};
use sopwright::rehearse::{Clock, LlmAnswers};
use sopwright::sop::Sop;
use sopwright::store::{self, Workspace};
use support::Place;

/// Sees everything, and answers what it was told to.
#[derive(Default)]
struct Seen {
    tools: Vec<(String, bool, String)>,
    questions: Vec<String>,
    answers: Vec<Answer>,
    refined: Vec<Refinement>,
    kept: usize,
}

#[async_trait]
impl Face for Seen {
    fn tool_ended(&mut self, name: &str, answer: &ToolAnswer) {
        self.tools
            .push((name.to_owned(), answer.is_error, answer.content.to_string()));
    }
    fn changed(&mut self, refinement: &Refinement) {
        self.refined.push(refinement.clone());
    }
    async fn ask(&mut self, question: &Question) -> Answer {
        self.questions.push(question.text.clone());
        if self.answers.is_empty() {
            Answer::Nobody
        } else {
            self.answers.remove(0)
        }
    }
    fn keep(&mut self, session: &Session) {
        // What is kept can be read again as it was.
        let text = serde_json::to_string(session).unwrap();
        let again: Session = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&again).unwrap(), text);
        self.kept += 1;
    }
}

const SOP: &str = "# Renewals\n- Every Monday at 8.\n- Look at active accounts.\n- Low health is high risk.\n- Thanks, Lena\n";

async fn builder(place: &Place, model: Arc<ScriptedModel>, mode: Mode) -> Builder {
    let workspace = Workspace::open(Some(place.path()), place.path()).unwrap();
    let connections = Arc::new(Connections::open(
        &workspace.settings().connections,
        workspace.root(),
        &|_| None,
    ));
    let catalog = Arc::new(connections.catalog().await);
    let resources = Resources {
        workspace,
        connections,
        catalog,
        model,
        llm: Arc::new(LlmAnswers::placeholders()),
        clock: Clock::as_of("2026-11-16").unwrap(),
        probes: Arc::default(),
        prompt: prompt::prompt(Path::new("none")).unwrap(),
    };
    let session = Session::new("s1".into(), "renewals".into(), Sop::parse(SOP), mode);
    let mut builder = Builder::new(session, resources, Limits::default());
    builder.open(None);
    builder
}

fn workflow() -> Json {
    json!({
        "title": "Renewals", "objective": "Rate accounts",
        "sop": {"waived": [{"statements": [4], "because": "a greeting"}]},
        "trigger": {"kind": "schedule", "cron": "0 8 * * MON", "timezone": "UTC", "sop": [1]},
        "data": {"accounts": {"from": "crm.accounts", "where": "row.status == 'active'", "sop": [2], "fields": {"account_id": "text", "status": "text", "health_score": "number"}}},
        "for_each": {"in": "accounts", "as": "account", "key": "account.account_id"},
        "steps": [{"id": "risk", "kind": "decide", "sop": [3], "rules": [{"when": "account.helth_score < 50", "then": {"level": "high"}}], "otherwise": {"level": "low"}}],
        "result": {"level": "{{ risk.level }}"}
    })
}

fn calls(calls: &[(&str, Json)]) -> Reply {
    let numbered: Vec<(String, &str, Json)> = calls
        .iter()
        .map(|(name, args)| (format!("c{}", next_id()), *name, args.clone()))
        .collect();
    let given: Vec<(&str, &str, Json)> = numbered
        .iter()
        .map(|(id, name, args)| (id.as_str(), *name, args.clone()))
        .collect();
    ScriptedModel::calls(&given)
}

/// Ids only have to differ: a counter does it.
fn next_id() -> usize {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

#[tokio::test]
async fn a_build_looks_asks_plans_writes_mends_rehearses_and_saves() {
    let place = Place::new();
    let question = json!({"questions": [{"question": "What is low health?", "choices": ["below 50", "below 60"]}, {"question": "Which zone?"}]});
    let model = Arc::new(ScriptedModel::new([
        calls(&[
            ("inspect", json!({"of": ["crm.accounts", "crm.acounts"]})),
            (
                "query",
                json!({"table": "crm.accounts", "where": "row.health_score < 50", "count_by": "row.status"}),
            ),
        ]),
        calls(&[("ask_user", question)]),
        calls(&[(
            "propose_plan",
            json!({"plan": "Every Monday, rate active accounts."}),
        )]),
        calls(&[(
            "write_workflow",
            json!({"workflow": workflow().to_string()}),
        )]),
        calls(&[("save_workflow", json!({"why": "too early"}))]),
        calls(&[(
            "edit_workflow",
            json!({"edits": [{"op": "set", "at": "risk/rules/0/when", "value": "account.health_score < 50"}]}),
        )]),
        calls(&[("dry_run", json!({}))]),
        calls(&[(
            "add_test",
            json!({"name": "sick is high", "given": {"account": {"account_id": "00101", "health_score": 10}}, "expect": {"level": "high"}}),
        )]),
        calls(&[
            ("dry_run", json!({})),
            ("save_workflow", json!({"why": "First version"})),
        ]),
        ScriptedModel::text("It rates active accounts every Monday."),
    ]));
    let mut builder = builder(&place, model.clone(), Mode::Build).await;
    let mut face = Seen {
        answers: vec![
            Answer::Words("below 50".into()),
            Answer::Nobody,
            Answer::Words("yes".into()),
        ],
        ..Seen::default()
    };
    assert_eq!(builder.run(&mut face).await.unwrap(), End::Saved);
    assert_eq!(model.left(), 0);
    assert_eq!(
        face.questions,
        [
            "What is low health?",
            "Which zone?",
            "Every Monday, rate active accounts."
        ]
    );
    assert!(face.kept > 10);
    let told = |name: &str| {
        face.tools
            .iter()
            .filter(|(n, ..)| n == name)
            .collect::<Vec<_>>()
    };
    assert!(
        told("inspect")[0].2.contains("Did you mean `crm.accounts`"),
        "{:?}",
        told("inspect")
    );
    assert!(
        told("write_workflow")[0].2.contains("`health_score`"),
        "the nearest field is named"
    );
    assert!(told("save_workflow")[0].1 && told("save_workflow")[0].2.contains("has errors"));
    assert!(
        told("dry_run")[0].2.contains("\"claim\":\"verified\""),
        "{}",
        told("dry_run")[0].2
    );
    let stored = store::load(&builder.resources.workspace, "renewals").unwrap();
    assert_eq!(stored.draft.findings, []);
    assert_eq!(
        store::versions(&builder.resources.workspace, "renewals").len(),
        1
    );
}

#[tokio::test]
async fn what_a_model_gets_wrong_goes_back_to_it() {
    let place = Place::new();
    let mut malformed = ScriptedModel::calls(&[("m1", "query", json!({}))]);
    malformed.calls[0].arguments = "{\"table\": ".to_owned();
    let mut cut = ScriptedModel::calls(&[("m2", "write_workflow", json!({}))]);
    cut.stop = Stop::Length;
    let ten: Vec<(&str, Json)> = (0..10).map(|_| ("list_connections", json!({}))).collect();
    let model = Arc::new(ScriptedModel::new([
        malformed,
        cut,
        calls(&[("brew_coffee", json!({}))]),
        calls(&[("query", json!({"tabel": "crm.accounts"}))]),
        calls(&[(
            "edit_workflow",
            json!({"edits": [{"op": "set", "at": "x", "value": 1}]}),
        )]),
        calls(&ten),
        ScriptedModel::text("I would rather talk."),
        ScriptedModel::text("Really."),
        ScriptedModel::text("No."),
    ]));
    let mut builder = builder(&place, model, Mode::Build).await;
    let mut face = Seen::default();
    let End::Blocked(because) = builder.run(&mut face).await.unwrap() else {
        panic!("it is blocked")
    };
    assert!(because.contains("stopped before it had saved"), "{because}");
    let errors: Vec<&str> = face
        .tools
        .iter()
        .filter(|(_, wrong, _)| *wrong)
        .map(|(_, _, content)| content.as_str())
        .collect();
    assert!(
        errors[0].contains("not JSON")
            && errors[1].contains("no tool `brew_coffee`")
            && errors[2].contains("do not fit")
            && errors[3].contains("no workflow yet"),
        "{errors:#?}"
    );
    let was_cut = builder.session.messages.iter().any(
        |m| matches!(m, Message::ToolResults { results } if results[0].content.contains("cut off")),
    );
    assert!(was_cut);
    assert_eq!(
        face.tools
            .iter()
            .filter(|(name, ..)| name == "list_connections")
            .count(),
        10
    );
}

#[tokio::test]
async fn the_draft_of_a_blocked_build_is_kept() {
    let place = Place::new();
    let refused = || calls(&[("save_workflow", json!({"why": "x"}))]);
    let model = Arc::new(ScriptedModel::new([
        calls(&[("write_workflow", json!({"workflow": workflow()}))]),
        refused(),
        refused(),
        refused(),
        refused(),
        refused(),
    ]));
    let mut builder = builder(&place, model, Mode::Build).await;
    let End::Blocked(because) = builder.run(&mut Seen::default()).await.unwrap() else {
        panic!("it is blocked")
    };
    assert!(because.contains("refused 5 times"), "{because}");
    assert!(store::read_draft(&builder.resources.workspace, "renewals").is_some());
}

#[tokio::test]
async fn two_sessions_cannot_overwrite_each_other() {
    let place = Place::new();
    let mut good = workflow();
    good["steps"][0]["rules"][0]["when"] = json!("account.health_score < 50");
    let script = |title: &str| {
        let mut document = good.clone();
        document["title"] = json!(title);
        Arc::new(ScriptedModel::new([
            calls(&[
                ("write_workflow", json!({"workflow": document})),
                ("dry_run", json!({})),
                ("save_workflow", json!({"why": "x"})),
            ]),
            ScriptedModel::text("Done."),
        ]))
    };
    let mut first = builder(&place, script("One"), Mode::Chat).await;
    let mut second = builder(&place, script("Two"), Mode::Chat).await;
    let (mut face, mut other) = (Seen::default(), Seen::default());
    first.run(&mut face).await.unwrap();
    second.run(&mut other).await.unwrap();
    assert!(first.session.is_saved() && !second.session.is_saved());
    let refusal = &other.tools.last().unwrap().2;
    assert!(refusal.contains("saved by someone else"), "{refusal}");
}

#[tokio::test]
async fn a_model_is_told_what_crashes_and_of_nothing_that_holds() {
    let place = Place::new();
    let mut document = workflow();
    document["data"]["tickets"] = json!({"from": "helpdesk.tickets", "match": {"account_id": "account.account_id"}, "sop": [2],
        "fields": {"account_id": "text", "status": "text"}});
    document["steps"][0]["rules"][0]["when"] =
        json!("account.health_score < 50 or (tickets | length) > 4");
    let says = json!({"continue": "Tickets could not be read."});
    let model = Arc::new(ScriptedModel::new([
        calls(&[
            ("write_workflow", json!({"workflow": document})),
            ("dry_run", json!({})),
        ]),
        calls(&[
            (
                "edit_workflow",
                json!({"edits": [{"op": "set", "at": "data/tickets/if_unavailable", "value": says}]}),
            ),
            ("dry_run", json!({})),
        ]),
        ScriptedModel::text("Done."),
    ]));
    let mut builder = builder(&place, model, Mode::Chat).await;
    let mut face = Seen::default();
    builder.run(&mut face).await.unwrap();
    let told: Vec<Json> = face
        .tools
        .iter()
        .filter(|(name, ..)| name == "dry_run")
        .map(|(.., content)| serde_json::from_str(content).unwrap())
        .collect();
    assert_eq!(told[0]["claim"], "partial");
    let crashed = told[0]["what_if"].as_array().unwrap();
    assert_eq!(crashed.len(), 1, "{crashed:?}");
    let crashed = crashed[0].as_str().unwrap();
    assert!(
        crashed.starts_with("What if tickets cannot be read?")
            && crashed.contains("Give that data an `if_unavailable`"),
        "{crashed}"
    );
    // A value that is missing in silence is told to people alone.
    let report = builder.session.current_report().unwrap();
    assert!(report.scenarios.iter().any(|s| s.is_weak()));
    assert_eq!(told[1].get("what_if"), None, "{}", told[1]);
    assert_eq!(told[1]["claim"], "verified", "{}", told[1]);
}

/// The workflow with its rule as it should be.
fn sound() -> Json {
    let mut sound = workflow();
    sound["steps"][0]["rules"][0]["when"] = json!("account.health_score < 50");
    sound
}

/// Returns the texts of the tool results that a request of the model held last.
fn last_results(request: &sopwright::model::Request) -> Vec<String> {
    match request.messages.last() {
        Some(Message::ToolResults { results }) => {
            results.iter().map(|r| r.content.clone()).collect()
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_guide_comes_with_the_plan_and_a_summary_ends_the_build() {
    let place = Place::new();
    let model = Arc::new(ScriptedModel::new([
        calls(&[("propose_plan", json!({"plan": "Rate accounts."}))]),
        calls(&[
            ("write_workflow", json!({"workflow": sound()})),
            ("dry_run", json!({})),
        ]),
        calls(&[(
            "save_workflow",
            json!({"why": "First version", "summary": "It rates active accounts."}),
        )]),
    ]));
    let mut builder = builder(&place, model.clone(), Mode::Build).await;
    let mut face = Seen::default();
    assert_eq!(builder.run(&mut face).await.unwrap(), End::Saved);
    assert_eq!(model.left(), 0);
    let requests = model.requests();
    assert!(
        !requests[0].system[0]
            .text
            .contains("# The workflow language")
    );
    let planned = last_results(&requests[1]);
    assert!(
        planned[0].contains("# The workflow language"),
        "{planned:?}"
    );
    let written = last_results(&requests[2]);
    assert!(!written[0].contains("# The workflow language"));
    assert_eq!(
        builder.session.messages.last(),
        Some(&Message::Assistant {
            text: "It rates active accounts.".into(),
            calls: Vec::new()
        })
    );
}

#[tokio::test]
async fn choices_are_shown_with_the_rows_that_they_take_in() {
    let place = Place::new();
    let asked = |expression: &str| {
        json!({"questions": [{"question": "What is low health?", "choices": ["below 50", "below 60"],
            "table": "crm.accounts", "rows": ["row.health_score < 50", expression]}]})
    };
    let model = Arc::new(ScriptedModel::new([
        calls(&[("ask_user", asked("row.health_score <"))]),
        calls(&[("ask_user", asked("row.health_score < 60"))]),
        ScriptedModel::text("Thanks."),
        ScriptedModel::text("Thanks."),
    ]));
    let mut builder = builder(&place, model.clone(), Mode::Chat).await;
    let mut face = Seen {
        answers: vec![Answer::Words("below 50".into())],
        ..Seen::default()
    };
    builder.run(&mut face).await.unwrap();
    // The first could not be counted, and nobody was asked.
    assert_eq!(face.questions.len(), 1);
    assert!(face.tools[0].1, "{:?}", face.tools);
    let told: Json = serde_json::from_str(&last_results(&model.requests()[2])[0]).unwrap();
    let rows = &told["answers"][0]["rows"];
    let (fifty, sixty) = (&rows["below 50"], &rows["below 60"]);
    assert!(
        fifty.as_u64().unwrap() > 0 && sixty.as_u64() > fifty.as_u64(),
        "{told}"
    );
}

#[tokio::test]
async fn a_build_asks_seven_questions_and_assumes_the_rest() {
    let place = Place::new();
    let questions: Vec<Json> = (1..=9)
        .map(|n| json!({"question": format!("Question {n}?")}))
        .collect();
    let model = Arc::new(ScriptedModel::new([
        calls(&[("ask_user", json!({ "questions": questions }))]),
        ScriptedModel::text("Well."),
        ScriptedModel::text("Well."),
    ]));
    let mut builder = builder(&place, model.clone(), Mode::Build).await;
    let mut face = Seen {
        answers: (1..=9).map(|n| Answer::Words(format!("{n}"))).collect(),
        ..Seen::default()
    };
    builder.run(&mut face).await.unwrap();
    assert_eq!(face.questions.len(), 7);
    let told = &last_results(&model.requests()[1])[0];
    assert_eq!(told.matches("not asked").count(), 2, "{told}");
}

#[tokio::test]
async fn past_cases_show_half_and_become_tests_where_they_agree() {
    let place = Place::new();
    // Four cases: the first is decided against the rule, the last too, and is held back.
    let past = "account_id,status,health_score,level\n\
                X1,active,20,low\nX2,active,20,high\nX3,active,90,low\nX4,active,95,high\n";
    place.write("past.csv", past);
    let model = Arc::new(ScriptedModel::new([
        calls(&[
            ("write_workflow", json!({"workflow": sound()})),
            ("dry_run", json!({})),
        ]),
        calls(&[("save_workflow", json!({"why": "First", "summary": "Done."}))]),
    ]));
    let mut builder = builder(&place, model.clone(), Mode::Build).await;
    let catalog = builder.resources.catalog.clone();
    let file = place.path().join("past.csv");
    builder.session.labelled = Some(Labelled::read(&file, &[], &catalog).await.unwrap());
    builder.session.messages.clear();
    builder.open(None);
    assert_eq!(builder.run(&mut Seen::default()).await.unwrap(), End::Saved);
    let requests = model.requests();
    let Message::User { text: opening } = &requests[0].messages[0] else {
        panic!("no opening")
    };
    assert!(opening.contains("2 of 4") && opening.contains("\"X3\""));
    assert!(!opening.contains("\"X2\"") && !opening.contains("\"X4\""));
    let told: Json = serde_json::from_str(&last_results(&requests[1])[1]).unwrap();
    let past = &told["past_cases"];
    assert_eq!(past["right_of_shown"], "1 of 2");
    assert_eq!(past["right_of_held_back"], "1 of 2");
    assert_eq!(past["wrong_of_shown"][0]["case"], "X1");
    assert_eq!(past["wrong_of_shown"][0]["statements"], json!([3]));
    assert!(!past.to_string().contains("X4"), "{past}");
    let stored = store::load(&builder.resources.workspace, "renewals").unwrap();
    let workflow = stored.draft.workflow.unwrap();
    let tests: Vec<&str> = workflow.tests.iter().map(|t| t.name.as_str()).collect();
    assert_eq!(tests, ["Past case X2", "Past case X3"]);
    // What was decided is no part of what the workflow may read.
    let given = &workflow.tests[0].given["account"];
    assert_eq!(
        (&given["account_id"], given.get("level")),
        (&json!("X2"), None)
    );
}
