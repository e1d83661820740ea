//! Changes of a saved workflow: what is shown, what is kept, and that each round still holds.

#![allow(clippy::expect_used, clippy::unwrap_used)]

mod support;

use std::fs;

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value as Json;
use sopwright::builder::tools::ToolAnswer;
use sopwright::builder::{
    Answer, Builder, End, Face, Limits, Question, QuestionKind, Refinement, Resources, Session,
    prompt,
};
use sopwright::connect::Connections;
use sopwright::drafter::Drafter;
use sopwright::model::Message;
use sopwright::rehearse::{Clock, LlmAnswers};
use sopwright::store::{self, Workspace};
use support::Place;

const NAME: &str = "renewal-risk-briefs";

/// A workspace with a saved workflow, its history included.
fn place() -> Place {
    let place = Place::new();
    place.copy_shipped("generated");
    place
}

fn workflow(place: &Place) -> Json {
    let path = place.file(&format!("generated/{NAME}/workflow.json"));
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn edit(place: &Place, request: &str) -> Json {
    let told = place.run(&["edit", NAME, request, "--yes", "--format", "json"]);
    serde_json::from_str(&told.ok()).unwrap()
}

fn texts(value: &Json) -> Vec<&str> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|v| v.as_str().unwrap())
        .collect()
}

/// Ten rounds: what is asked, where in the workflow it is, and what has to be there to the end.
const ROUNDS: [(&str, &str, &str); 10] = [
    ("every weekday at 9 in London", "/trigger/cron", "MON-FRI"),
    (
        "high should be health below 40",
        "/steps/0/rules",
        "account.health_score < 40 and percent_change",
    ),
    (
        "medium should be health below 65",
        "/steps/0/rules",
        "account.health_score < 65 or percent_change",
    ),
    (
        "medium should also need two open tickets",
        "/steps/0/rules",
        "| length) >= 2",
    ),
    (
        "high should need at least 3 open tickets",
        "/steps/0/rules",
        "| length) >= 3",
    ),
    (
        "skip accounts with ARR below 20k",
        "/data/accounts/where",
        "not (row.arr < 20000)",
    ),
    (
        "enterprise accounts never go below medium",
        "/steps/0/rules",
        "account.segment == 'enterprise'",
    ),
    ("use Berlin time", "/trigger/timezone", "Europe/Berlin"),
    ("run it at 7:30 instead", "/trigger/cron", "30 7 * * "),
    (
        "only email high accounts",
        "/outputs/1/when",
        "risk.level == 'high'",
    ),
];

#[test]
fn after_ten_rounds_every_earlier_one_still_holds() {
    let place = place();
    let first = workflow(&place);
    for (round, (request, ..)) in ROUNDS.iter().enumerate() {
        let told = edit(&place, request);
        assert_eq!(told["status"], "kept", "{request}: {told}");
        assert_eq!(told["version"], round + 2, "{request}: {told}");
        assert_eq!(told["also_changed"], serde_json::json!([]), "{request}");
        let document = workflow(&place);
        for (earlier, at, holds) in &ROUNDS[..=round] {
            let part = document.pointer(at).expect(at);
            let part = part
                .as_str()
                .map_or_else(|| part.to_string(), str::to_owned);
            assert!(
                part.contains(holds),
                "“{earlier}” after “{request}”: {part}"
            );
        }
    }
    // What no round asked about is as it was.
    let last = workflow(&place);
    for part in [
        "/title",
        "/for_each",
        "/result",
        "/data/tickets",
        "/outputs/0",
        "/outputs/1/body",
        "/outputs/2",
        "/outputs/3",
        "/steps/1",
    ] {
        assert_eq!(first.pointer(part), last.pointer(part), "{part}");
    }
    let length = |document: &Json| document["steps"][0]["rules"].as_array().unwrap().len();
    assert_eq!(length(&last), length(&first) + 1, "one exception more");
    holds_over_all_cases(&place);
    every_version_is_there_and_can_be_gone_back_to(&place, &first, &last);
}

/// What the rounds say holds of the results of a run, not only of the text.
fn holds_over_all_cases(place: &Place) {
    place
        .run(&["run", NAME, "--out", "out", "--results", "results.csv"])
        .ok();
    let accounts = fs::read_to_string(place.file("sops/data/crm/accounts.csv")).unwrap();
    let mut lines = accounts
        .lines()
        .map(|line| line.split(',').collect::<Vec<_>>());
    let head = lines.next().unwrap();
    let column = |name: &str| head.iter().position(|c| *c == name).unwrap();
    let (key, segment, arr) = (column("account_id"), column("segment"), column("arr"));
    let rows: Vec<Vec<&str>> = lines.filter(|row| row.len() == head.len()).collect();
    let results = fs::read_to_string(place.file("results.csv")).unwrap();
    let mut enterprise = 0;
    let mut high = 0;
    for line in results.lines().skip(1) {
        let mut fields = line.split(',');
        let (id, level) = (fields.next().unwrap(), fields.next().unwrap());
        high += usize::from(level == "high");
        let Some(row) = rows.iter().find(|row| row[key] == id) else {
            continue;
        };
        if let Ok(arr) = row[arr].parse::<u64>() {
            assert!(arr >= 20_000, "{id} has {arr}");
        }
        if row[segment] == "enterprise" {
            enterprise += 1;
            assert_ne!(level, "low", "{id}");
        }
    }
    assert!(enterprise > 3 && high > 0, "{results}");
    let drafts = fs::read_dir(place.file("out/drafts")).unwrap().count();
    assert_eq!(drafts, high, "an email for high accounts alone");
}

fn every_version_is_there_and_can_be_gone_back_to(place: &Place, first: &Json, last: &Json) {
    let told: Json =
        serde_json::from_str(&place.run(&["history", NAME, "--format", "json"]).ok()).unwrap();
    let versions = told["versions"].as_array().unwrap();
    assert_eq!(versions.len(), ROUNDS.len() + 1);
    for (version, (request, ..)) in versions[1..].iter().zip(ROUNDS) {
        assert_eq!(version["why"], request);
        assert!(
            !version["changes"].as_array().unwrap().is_empty(),
            "{version}"
        );
    }
    let table = place.run(&["history", NAME]).ok();
    assert!(table.contains("Every weekday at"), "{table}");
    // Nobody is there to agree.
    assert!(
        place
            .run(&["history", NAME, "--back", "1"])
            .fails(1)
            .contains("--yes")
    );
    assert_eq!(&workflow(place), last);
    place.run(&["history", NAME, "--back", "1", "--yes"]).ok();
    assert_eq!(&workflow(place), first);
    place.run(&["history", NAME, "--back", "11", "--yes"]).ok();
    assert_eq!(&workflow(place), last, "nothing is lost by going back");
    assert!(
        place
            .run(&["history", NAME, "--back", "99", "--yes"])
            .fails(2)
            .contains("versions 1 to 13")
    );
}

#[test]
fn a_change_is_shown_and_not_kept_where_nobody_agrees() {
    let place = place();
    let before = workflow(&place);
    let shown = place.run(&["edit", NAME, "medium should be health below 65"]);
    assert!(shown.fails(1).contains("--yes"), "{}", shown.err());
    let out = shown.out();
    for expected in [
        "The rule for level medium\n",
        "  - if health score is below 60 or",
        "  + if health score is below 65 or",
        "4 accounts move from low to medium: ",
        "4 email drafts more (34, before 30)",
        "49 accounts compared",
    ] {
        assert!(out.contains(expected), "{expected}: {out}");
    }
    assert!(!out.contains('{'), "no JSON: {out}");
    assert_eq!(workflow(&place), before);
    assert!(
        !place
            .file(&format!("generated/{NAME}/history/0002.json"))
            .exists()
    );
}

#[test]
fn what_an_edit_loses_or_leaves_out_is_said() {
    let place = place();
    let told = edit(&place, "stop the slack message");
    assert_eq!(texts(&told["also_changed"]), [""; 0]);
    assert_eq!(
        texts(&told["effects"]),
        ["1 message fewer (0, before 1) (“alert”)"]
    );
    // The whole condition is replaced, since it is about another value; what goes is called out.
    let told = edit(&place, "medium should be ARR above 100k");
    let also = texts(&told["also_changed"]).join("\n");
    assert!(
        also.contains("no longer asks whether health score is below 60"),
        "{also}"
    );
}

#[test]
fn a_test_that_no_longer_holds_is_told_and_nothing_is_kept() {
    let place = place();
    let mut document = workflow(&place);
    document["tests"] = serde_json::json!([{"name": "fifty-five is medium", "from": "user",
        "given": {"account": {"account_id": "x1", "health_score": 55}, "summary": [], "tickets": []}, "expect": {"level": "medium"}}]);
    let path = format!("generated/{NAME}/workflow.json");
    place.write(&path, serde_json::to_string_pretty(&document).unwrap());
    let told = place.run(&["edit", NAME, "medium should be health below 50", "--yes"]);
    assert!(
        told.fails(1).contains("1 of 1 test did not pass"),
        "{}",
        told.err()
    );
    assert!(
        told.out().contains(
            "the test “fifty-five is medium” no longer holds: level should be medium, and is low"
        ),
        "{}",
        told.out()
    );
    assert_eq!(workflow(&place), document);
    // What was changed by hand is kept as a version too, before the next one.
    edit(&place, "medium should be health below 56");
    let versions = place.run(&["history", NAME]).ok();
    assert!(versions.contains("Changed outside"), "{versions}");
}

#[test]
fn a_test_of_a_row_that_is_no_case_any_more_does_not_pass_on_a_fragment_of_it() {
    let place = place();
    let mut document = workflow(&place);
    let test = |account: Json| {
        serde_json::json!({"name": "a test", "from": "user", "expect": {"level": "medium"},
        "given": {"account": account, "summary": [], "tickets": []}})
    };
    let row = |key: &str| serde_json::json!({"account_id": key, "health_score": 55});
    let mut back = row("00122");
    back["status"] = "active".into();
    back["renewal_date"] = "{{ add_days(run.date, 9) }}".into();
    document["tests"] = [row("00122"), back, row("00101"), row("made up")]
        .map(test)
        .to_vec()
        .into();
    let path = format!("generated/{NAME}/workflow.json");
    place.write(&path, document.to_string());
    let told = place.run(&["dry-run", NAME, "--format", "json"]);
    let report: Json = serde_json::from_str(&told.out()).unwrap();
    let tests = report["tests"].as_array().unwrap();
    let passed: Vec<bool> = tests
        .iter()
        .map(|test| test["passed"].as_bool().unwrap())
        .collect();
    assert_eq!(passed, [false, true, true, true], "{tests:?}");
    let problem = tests[0]["problem"].as_str().unwrap();
    assert!(problem.starts_with("00122 is no case"), "{problem}");
}

#[test]
fn bad_requests_end_with_a_sentence_and_a_remedy() {
    let place = place();
    for (args, code, says) in [
        (["edit", NAME, "  "], 2, "in your own words"),
        (
            ["edit", "renewal-risk-brief", "be kind"],
            1,
            "Did you mean `renewal-risk-briefs`?",
        ),
        (["edit", NAME, "paint it blue"], 1, "Nothing was changed"),
        (
            ["history", "nothing-here", "--yes"],
            1,
            "There is no workflow",
        ),
    ] {
        let told = place.run(&args).fails(code);
        assert!(told.contains(says), "{args:?}: {told}");
    }
    let told = place.run(&["edit", NAME, "paint it blue", "--format", "json"]);
    assert_eq!(told.code(), 1);
    let told: Json = serde_json::from_str(&told.out()).unwrap();
    assert_eq!(told["status"], "unchanged");
    assert!(
        told["said"]
            .as_str()
            .unwrap()
            .contains("did not understand")
    );
}

/// Notes in order what is shown, asked and done.
#[derive(Default)]
struct Seen {
    events: Vec<String>,
    refined: Vec<Refinement>,
    answer: Option<&'static str>,
}

#[async_trait]
impl Face for Seen {
    fn tool_ended(&mut self, name: &str, answer: &ToolAnswer) {
        self.events.push(format!("{name} {}", !answer.is_error));
    }
    fn changed(&mut self, refinement: &Refinement) {
        self.events.push("shown".to_owned());
        self.refined.push(refinement.clone());
    }
    async fn ask(&mut self, question: &Question) -> Answer {
        assert_eq!(question.kind, QuestionKind::Keep);
        self.events.push("asked".to_owned());
        self.answer
            .map_or(Answer::Nobody, |words| Answer::Words(words.to_owned()))
    }
}

/// A conversation with the built-in drafter about the shipped workflow.
async fn builder(place: &Place) -> Builder {
    let workspace = Workspace::open(Some(place.path()), place.path()).unwrap();
    let settings = &workspace.settings().connections;
    let connections = Arc::new(Connections::open(settings, workspace.root(), &|_| None));
    let stored = store::load(&workspace, NAME).unwrap();
    let resources = Resources {
        catalog: Arc::new(connections.catalog().await),
        connections,
        model: Arc::new(Drafter::new()),
        llm: Arc::new(LlmAnswers::placeholders()),
        clock: Clock::as_of("2026-11-16").unwrap(),
        probes: Arc::default(),
        prompt: prompt::prompt(place.path()).unwrap(),
        workspace,
    };
    let mut session = Session::of_saved("s1".into(), stored);
    session.confirms = true;
    let mut builder = Builder::new(session, resources, Limits::default());
    builder.reopen();
    builder
}

const SHOWN_FIRST: [&str; 5] = [
    "inspect true",
    "edit_workflow true",
    "dry_run true",
    "shown",
    "asked",
];

#[tokio::test]
async fn a_change_is_shown_before_anything_is_kept() {
    let place = place();
    let before = workflow(&place);
    let mut builder = builder(&place).await;
    for answer in [None, Some("No.")] {
        let mut face = Seen {
            answer,
            ..Seen::default()
        };
        builder.session.say("medium should be health below 65");
        assert_eq!(builder.run(&mut face).await.unwrap(), End::Turn);
        // The tables are looked at once.
        let begin = SHOWN_FIRST.len() - face.events.len();
        assert_eq!(face.events, SHOWN_FIRST[begin..]);
        assert!(builder.session.declined && !builder.session.is_saved());
        assert_eq!(workflow(&place), before);
        assert!(builder.session.draft.undo());
        builder.session.say(sopwright::builder::UNDONE);
    }
    let mut face = Seen {
        answer: Some("yes"),
        ..Seen::default()
    };
    builder.session.say("medium should be health below 65");
    builder.run(&mut face).await.unwrap();
    assert_eq!(face.events[..4], SHOWN_FIRST[1..], "{:?}", face.events);
    assert_eq!(face.events[4..], ["save_workflow true"]);
    let results = face.refined[0].results.as_ref().unwrap();
    assert_eq!(results.moves.len(), 1, "{results:?}");
    assert_eq!(results.moves[0].cases.len(), 4, "{results:?}");
    assert!(workflow(&place)["steps"].to_string().contains("< 65"));
}

#[tokio::test]
async fn after_going_back_the_next_change_is_made_to_the_version_gone_back_to() {
    let place = place();
    let mut builder = builder(&place).await;
    let mut face = Seen {
        answer: Some("yes"),
        ..Seen::default()
    };
    builder.session.say("medium should be health below 65");
    builder.run(&mut face).await.unwrap();
    let versions = store::versions(&builder.resources.workspace, NAME);
    assert!(builder.take_version(&versions[0]));
    builder.show_change(&mut face).await;
    assert_eq!(face.refined.len(), 2, "going back is shown too");
    assert_eq!(face.refined[1].beyond, [""; 0]);
    builder.keep_version(&versions[0]).await.unwrap();
    assert!(
        !builder.take_version(&versions[0]),
        "it is the same already"
    );
    let told = matches!(builder.session.messages.last(), Some(Message::User { text }) if text.contains("earlier version"));
    assert!(told, "the model is told");
    builder.session.say("high should be health below 40");
    builder.run(&mut face).await.unwrap();
    let rules = workflow(&place)["steps"][0]["rules"].to_string();
    assert!(
        rules.contains("< 40") && rules.contains("< 60") && !rules.contains("< 65"),
        "{rules}"
    );
    let why: Vec<String> = store::versions(&builder.resources.workspace, NAME)
        .into_iter()
        .map(|v| v.why)
        .collect();
    let expected = [
        "First version",
        "medium should be health below 65",
        "Back to version 1: First version",
        "high should be health below 40",
    ];
    assert_eq!(why, expected);
}
