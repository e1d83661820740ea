//! Ten changes of a workflow by a capable model, recorded and replayed. After each round the
//! workflow is run over accounts around every limit, and each result is held against what all the
//! rounds so far say: no round may undo an earlier one.

#![allow(clippy::expect_used, clippy::unwrap_used)]

mod support;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;
use support::Place;

const NAME: &str = "renewal-90-days";

/// What is asked for, round by round.
const ROUNDS: [&str; 10] = [
    "Start 100 days before the renewal instead of 90.",
    "Mid-market accounts with at least $150k ARR are executive too.",
    "Standard should start at $25k ARR.",
    "Accounts on the starter plan are always light, whatever else they are.",
    "Leave out accounts with a health score above 90: they renew by themselves.",
    "Executive accounts with a health score below 50 should be called critical instead. They still get everything that executive ones get.",
    "Run it on weekdays only, at 8.",
    "Please add to the result whether the health score is known: a field health_known, yes or no.",
    "The posts should go to #renewals-emea for accounts in EMEA; the others stay in #renewals.",
    "I changed my mind about the health score above 90: those accounts are back in.",
];

type Row = HashMap<String, String>;

/// What is to come of an account after so many rounds: nothing where it is no case.
fn expected(account: &Row, rounds: usize) -> Option<Row> {
    let after = |round: usize| rounds >= round;
    let arr: f64 = account["arr"].parse().unwrap();
    let health: Option<f64> = account["health_score"].parse().ok();
    let days = if after(1) { 100 } else { 90 };
    let is_due = days_from_today(&account["renewal_date"]) == days;
    let renews_itself = after(5) && !after(10) && health.is_some_and(|h| h > 90.0);
    if account["status"] != "active" || !is_due || renews_itself {
        return None;
    }
    let is_executive = account["segment"] == "enterprise" && arr >= 100_000.0
        || after(2) && account["segment"] == "mid-market" && arr >= 150_000.0;
    let is_standard = arr >= if after(3) { 25_000.0 } else { 20_000.0 };
    let priority = if after(4) && account["plan"] == "starter" {
        "light"
    } else if is_executive {
        match health {
            Some(health) if after(6) && health < 50.0 => "critical",
            _ => "executive",
        }
    } else if is_standard {
        "standard"
    } else {
        "light"
    };
    let mut row = Row::from([("priority".to_owned(), priority.to_owned())]);
    if after(8) {
        let known = if health.is_some() { "yes" } else { "no" };
        row.insert("health_known".to_owned(), known.to_owned());
    }
    Some(row)
}

/// Counts the days from the clock of the test.
fn days_from_today(date: &str) -> i64 {
    let today: jiff::civil::Date = "2026-11-16".parse().unwrap();
    let date: jiff::civil::Date = date.parse().unwrap();
    i64::from(today.until(date).unwrap().get_days())
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/refine")
        .join(name)
}

fn rows(path: &Path) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader.deserialize().map(|row| row.unwrap()).collect()
}

#[test]
fn after_ten_rounds_with_a_model_every_earlier_one_still_holds() {
    let place = Place::new();
    let accounts = place.file("sops/data/crm/accounts.csv");
    fs::copy(fixture("accounts.csv"), &accounts).unwrap();
    for file in ["workflow.json", "sop.md"] {
        let text = fs::read(fixture(file)).unwrap();
        place.write(&format!("generated/{NAME}/{file}"), text);
    }
    let accounts = rows(&accounts);
    let recorded = fixture("recorded");
    holds(&place, &accounts, 0);
    for (round, request) in ROUNDS.iter().enumerate() {
        let told = place.replay(
            recorded.to_str().unwrap(),
            &["edit", NAME, request, "--yes", "--format", "json"],
        );
        let told: Json = serde_json::from_str(&told.ok()).unwrap();
        assert_eq!(told["status"], "kept", "{request}: {told}");
        holds(&place, &accounts, round + 1);
    }
}

/// Runs the workflow, and holds every result against what the rounds so far say.
fn holds(place: &Place, accounts: &[Row], rounds: usize) {
    let results = place.file("results.csv");
    let out = place.file(&format!("out-{rounds}"));
    let run = [
        "run",
        NAME,
        "--results",
        results.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
    ];
    place.run(&run).ok();
    let results = rows(&results);
    let mut cases = 0;
    for account in accounts {
        let id = &account["account_id"];
        let came = results.iter().find(|row| &row["account_id"] == id);
        match (expected(account, rounds), came) {
            (None, None) => {}
            (Some(expected), Some(came)) => {
                cases += 1;
                for (field, value) in expected {
                    assert_eq!(came[&field], value, "{field} of {id} after round {rounds}");
                }
            }
            (expected, came) => {
                panic!("{id} after round {rounds}: expected {expected:?}, came {came:?}")
            }
        }
    }
    assert_eq!(cases, results.len());
    assert!(cases > 30, "too few to tell");
    let pending = everything(&out);
    let posts = pending.matches("\"to\": \"slack.renewals-emea\"").count()
        + pending.matches("to: slack.renewals-emea").count();
    assert_eq!(posts > 0, rounds >= 9, "round {rounds}");
    if rounds >= 7 {
        let workflow = fs::read_to_string(place.file(&format!("generated/{NAME}/workflow.json")));
        let workflow: Json = serde_json::from_str(&workflow.unwrap()).unwrap();
        let cron = workflow["trigger"]["cron"].as_str().unwrap();
        assert!(["0 8 * * MON-FRI", "0 8 * * 1-5"].contains(&cron), "{cron}");
    }
}

/// Returns the texts of all files that a run made.
fn everything(folder: &Path) -> String {
    let mut text = String::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            text += &everything(&path);
        } else {
            text += &fs::read_to_string(&path).unwrap_or_default();
        }
    }
    text
}
