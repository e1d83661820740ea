//! The shipped suite of evaluations: each case is well-formed, and can be passed. A workflow that
//! was written by hand, `reference.json` beside the case, must pass what a built one has to.

#![allow(clippy::unwrap_used)]

mod support;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Value as Json, json};
use sopwright::builder::Limits;
use sopwright::builder::prompt::Prompt;
use sopwright::evals::{EvalCase, Maker, Suite, examine_given};
use sopwright::model::{
    ChatModel, Delta, Message, ModelError, Price, Reply, Request, Stop, ToolCall, Usage,
};
use sopwright::rehearse::PastFiles;
use support::Place;

fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/evals")
}

/// Judges texts as `expected.csv` does.
struct Knowing(HashMap<String, Json>);

impl Knowing {
    async fn of(case: &EvalCase) -> Self {
        let files = PastFiles::read(&case.exam_rows(), &case.expected())
            .await
            .unwrap();
        let mut rows = csv::Reader::from_path(case.exam_rows()).unwrap();
        let headers = rows.headers().unwrap().clone();
        let text = headers.iter().position(|h| h == "text");
        let key = headers.iter().position(|h| Some(h) == files.joined_by());
        let texts: HashMap<String, String> = match (text, key) {
            (Some(text), Some(key)) => rows
                .records()
                .map(|r| r.unwrap())
                .map(|r| (r[key].to_owned(), r[text].to_owned()))
                .collect(),
            _ => HashMap::new(),
        };
        let known = files.decided().iter().filter_map(|row| {
            let text = texts.get(&files.key(row)?)?;
            Some((text.clone(), json!(row)))
        });
        Knowing(known.collect())
    }
}

#[async_trait]
impl ChatModel for Knowing {
    fn name(&self) -> &str {
        "knowing"
    }

    fn pricing(&self) -> Option<Price> {
        None
    }

    async fn complete(
        &self,
        request: &Request,
        _: &mut (dyn FnMut(Delta) + Send),
    ) -> Result<Reply, ModelError> {
        let Some(Message::User { text }) = request.messages.first() else {
            panic!("no question");
        };
        let asked = self.0.iter().find(|(known, _)| {
            let quoted = json!(known).to_string();
            text.contains(quoted.trim_matches('"'))
        });
        let (_, row) = asked.unwrap();
        let fields = request.tools[0].parameters["properties"]
            .as_object()
            .unwrap();
        let answer: serde_json::Map<String, Json> =
            fields.keys().map(|f| (f.clone(), row[f].clone())).collect();
        Ok(Reply {
            stop: Stop::ToolUse,
            text: String::new(),
            calls: vec![ToolCall {
                id: "1".to_owned(),
                name: "answer".to_owned(),
                arguments: Json::Object(answer).to_string(),
            }],
            usage: Usage::default(),
        })
    }
}

#[tokio::test]
async fn every_case_is_well_formed() {
    let suite = Suite::read(&shipped(), None).unwrap();
    assert!(suite.cases.len() >= 12);
    for case in &suite.cases {
        let name = &case.name;
        let files = PastFiles::read(&case.exam_rows(), &case.expected())
            .await
            .unwrap();
        assert!(files.joined_by().is_some(), "{name}: no column to join by");
        let rows = files.decided().len();
        assert!((20..=60).contains(&rows), "{name}: {rows} rows");
        for (column, at_least) in &case.accuracy {
            assert!(
                files.columns().contains(column),
                "{name}: no column {column}"
            );
            assert!((0.5..=1.0).contains(at_least), "{name}: {column}");
            // A column of one value would be right by luck.
            let values: std::collections::HashSet<String> = files
                .decided()
                .iter()
                .map(|row| row[column].to_string())
                .collect();
            assert!(values.len() > 1, "{name}: {column} is always the same");
        }
        assert!(case.checks.len() >= 5, "{name}: too few checks");
        let sop = std::fs::read_to_string(case.folder.join("sop.md")).unwrap();
        let statements = sopwright::sop::Sop::parse(&sop).statements.len();
        assert!(
            (5..=18).contains(&statements),
            "{name}: {statements} statements"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_case_can_be_passed() {
    let mut exams = tokio::task::JoinSet::new();
    for case in Suite::read(&shipped(), None).unwrap().cases {
        exams.spawn(async move {
            let document = std::fs::read_to_string(case.folder.join("reference.json")).unwrap();
            let maker = Maker {
                model: Arc::new(Knowing::of(&case).await),
                answers: true,
                prompt: Prompt::default(),
                limits: Limits::default(),
            };
            let made = examine_given(&case, &document, &maker).await.unwrap();
            (case.name, made)
        });
    }
    let mut wrong = Vec::new();
    for (name, made) in exams.join_all().await {
        if !made.passed {
            let failed: Vec<_> = made.checks.iter().filter(|c| !c.passed).collect();
            wrong.push(format!(
                "{name}: {:?}\n{:?}\n{failed:#?}\n{:#?}",
                made.because, made.fields, made.wrong
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

const SOP: &str = "# Account tiers

Every Monday at 8 in London.

- High risk: health score below 50.
- Medium risk: health score below 70.
- Everything else is low risk.
- Draft an email to the CSM for every high account.
";

/// A suite of one case that the built-in drafter passes, and one that nobody can.
fn small_suite(place: &Place) {
    let rows = [("A1", 30), ("A2", 55), ("A3", 90), ("A4", 49), ("A5", 70)];
    let mut accounts = "account_id,name,health_score,csm_email\n".to_owned();
    for (id, score) in rows {
        accounts += &format!("{id},Name of {id},{score},csm@ours.example\n");
    }
    let case = |check: &str| {
        format!(
            "title = \"Tiers\"\ncovers = []\nas_of = \"2026-11-16\"\ncases = \"data/crm/accounts.csv\"\naccuracy = {{ level = 1.0 }}\n\n{check}"
        )
    };
    let held = "[[require]]\nit = \"high accounts get a draft\"\nthat = \"drafts | length == 2 and all(drafts, \\\"item.expected.level == 'high'\\\")\"\n";
    let broken =
        "[[forbid]]\nit = \"it has a name\"\nat = \"/name\"\nthat = \"value is not missing\"\n";
    for (name, check) in [("tiers", held), ("tiers-without-a-name", broken)] {
        let file = |path: &str| format!("suite/{name}/{path}");
        place.write(&file("case.toml"), case(check));
        place.write(&file("sop.md"), SOP);
        place.write(
            &file("sopwright.toml"),
            "[connections.crm]\nkind = \"folder\"\npath = \"data/crm\"\n",
        );
        place.write(&file("data/crm/accounts.csv"), &accounts);
        place.write(
            &file("expected.csv"),
            "account_id,level\nA1,high\nA2,medium\nA3,low\nA4,high\nA5,low\n",
        );
    }
}

#[test]
fn a_suite_is_run_kept_and_compared() {
    let place = Place::empty();
    small_suite(&place);
    let run = place.run(&["eval", "suite", "--times", "2", "--out", "results"]);
    let told = run.ok();
    assert!(told.contains("pass@2 50 %, pass^2 50 %"), "{told}");
    assert!(
        told.contains("so, and must not be: it has a name"),
        "{told}"
    );
    assert!(run.err().contains("tiers 2: passed"), "{}", run.err());
    let kept = std::fs::read_dir(place.file("results")).unwrap().flatten();
    let kept: Vec<PathBuf> = kept.map(|entry| entry.path()).collect();
    let file = kept.iter().find(|path| path.is_file()).unwrap();
    let folder = kept.iter().find(|path| path.is_dir()).unwrap();
    assert!(folder.join("tiers-1/workflow.json").is_file());
    assert!(folder.join("tiers-2/conversation.json").is_file());
    let results: Json = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    assert_eq!(results["cases"][0]["attempts"][1]["passed"], true);
    assert_eq!(results["cases"][1]["attempts"][0]["passed"], false);

    // Another version, in which the second case passes.
    let mut better = results.clone();
    better["cases"][1]["attempts"][0]["passed"] = json!(true);
    better["cases"][1]["attempts"][0]["checks"][0]["passed"] = json!(true);
    let other = place.write("better.json", better.to_string());
    let (before, after) = (file.display().to_string(), other.display().to_string());
    let told = place.run(&["eval", "--compare", &before, &after]).ok();
    assert!(told.contains("0 % → 50 % it has a name"), "{told}");

    let error = place.run(&["eval", "suite", "--only", "teirs"]).fails(2);
    assert!(error.contains("`tiers`"), "{error}");
    place.write("suite/tiers/case.toml", "title = 3");
    let error = place.run(&["eval", "suite"]).fails(1);
    assert!(error.contains("case.toml"), "{error}");
}

/// Returns the reference with one rule, or the condition of one output, left out; each in turn.
fn mutations(reference: &Json) -> Vec<(String, Json)> {
    let mut all = Vec::new();
    for (s, step) in reference["steps"].as_array().unwrap().iter().enumerate() {
        for r in 0..step["rules"].as_array().map_or(0, Vec::len) {
            let mut without = reference.clone();
            without["steps"][s]["rules"]
                .as_array_mut()
                .unwrap()
                .remove(r);
            all.push((format!("{}: rule {}", step["id"], r + 1), without));
        }
    }
    for (o, output) in reference["outputs"].as_array().unwrap().iter().enumerate() {
        if output.get("when").is_some() {
            let mut without = reference.clone();
            without["outputs"][o]
                .as_object_mut()
                .unwrap()
                .remove("when");
            all.push((format!("{}: when", output["id"]), without));
        }
        let mut without = reference.clone();
        without["outputs"].as_array_mut().unwrap().remove(o);
        all.push((format!("{}: the output", output["id"]), without));
    }
    for (name, pull) in reference["data"].as_object().unwrap() {
        if pull.get("where").is_some() {
            let mut without = reference.clone();
            without["data"][name]
                .as_object_mut()
                .unwrap()
                .remove("where");
            all.push((format!("{name}: where"), without));
        }
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes a minute: run it when a case is added or changed"]
async fn no_part_of_a_reference_can_be_left_out() {
    let mut exams = tokio::task::JoinSet::new();
    for case in Suite::read(&shipped(), None).unwrap().cases {
        exams.spawn(async move {
            let text = std::fs::read_to_string(case.folder.join("reference.json")).unwrap();
            let maker = Maker {
                model: Arc::new(Knowing::of(&case).await),
                answers: true,
                prompt: Prompt::default(),
                limits: Limits::default(),
            };
            let mut unnoticed = Vec::new();
            for (what, without) in mutations(&serde_json::from_str(&text).unwrap()) {
                let made = examine_given(&case, &without.to_string(), &maker)
                    .await
                    .unwrap();
                if made.passed {
                    unnoticed.push(format!("{}, {what}", case.name));
                }
            }
            unnoticed
        });
    }
    let unnoticed = exams.join_all().await.concat();
    assert!(unnoticed.is_empty(), "{unnoticed:#?}");
}
