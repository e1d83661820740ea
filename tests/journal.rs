//! Runs that are killed, and what waits for a person, through the real binary.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout)]

#[path = "support/crash.rs"]
mod crash;

mod support;

use std::fs;
use std::path::Path;

use crash::{Desk, command, json_of, survive, workspace};
use serde_json::{Value, json};
use support::Place;

#[test]
fn a_run_that_is_killed_again_and_again_loses_nothing_and_does_nothing_twice() {
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::start();
    workspace(folder.path(), 240, &desk);
    let mut random = fastrand::Rng::with_seed(seed);
    let survived = survive(folder.path(), &desk, 240, 15, &mut random);
    println!("{survived:?}");
    assert!(survived.kills >= 8, "{survived:?}");
    // What happened to a case can be told.
    let told = command(folder.path(), &["runs", "list"]).output().unwrap();
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(told.contains("notes-") && told.contains("240"), "{told}");
    let run = json_of(folder.path(), &["runs", "show"]);
    let id = run["run"].as_str().unwrap();
    assert_eq!(run["resumed"], survived.kills, "{run}");
    let told = command(folder.path(), &["runs", "case", id, "00007"])
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    for part in [
        "Case 00007",
        "grade: B",
        "name Company 7",
        "called desk.rating: id 00007",
        "`brief` wrote documents/00007.md",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let err = command(folder.path(), &["run", "--resume"])
        .output()
        .unwrap();
    assert!(crash::told(&err).contains("nothing is left of it"));
}

#[cfg(unix)]
#[test]
fn a_run_that_is_told_to_stop_ends_what_is_under_way_and_asks_for_nothing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::start();
    workspace(folder.path(), 120, &desk);
    let mut args = vec!["run", "notes", "--at-once", "16"];
    for target in [20, 150, 260] {
        let mut child = command(folder.path(), &args).spawn().unwrap();
        assert!(desk.reaches(target, &mut child), "it goes on");
        let pid = child.id().to_string();
        let kill = std::process::Command::new("kill").arg(&pid).status();
        assert!(kill.unwrap().success());
        let output = child.wait_with_output().unwrap();
        let said = crash::told(&output);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(
            said.contains("it was told to stop") && said.contains("sopwright run --resume notes-"),
            "{said}"
        );
        let run = json_of(folder.path(), &["runs", "show"]);
        assert_eq!(run["status"], "cut_short", "{run}");
        args = vec!["run", "--resume", "--at-once", "16"];
    }
    let output = command(folder.path(), &args).output().unwrap();
    assert!(output.status.success(), "{}", crash::told(&output));
    assert_eq!(crash::settle(folder.path(), &desk), 0, "nothing is unclear");
    crash::check(folder.path(), &desk, 120);
    assert_eq!(desk.seen().requests, 360);
}

/// Changes the journal as a crash would have left it.
fn cut_short(folder: &Path, sql: &str) {
    let journal = rusqlite::Connection::open(folder.join(".sopwright/journal.db")).unwrap();
    journal
        .execute_batch("UPDATE runs SET status = 'under way', ended = NULL, summary = NULL")
        .unwrap();
    journal.execute_batch(sql).unwrap();
}

#[test]
fn a_run_is_finished_as_it_would_have_been_whatever_changed_meanwhile() {
    let place = Place::new();
    place.copy_shipped("generated");
    let name = "renewal-risk-briefs";
    place.run(&["run", name, "--out", "out"]).ok();
    let results = fs::read_to_string(place.file("out/results.csv")).unwrap();
    let files = |below: &str| fs::read_dir(place.file(below)).unwrap().count();
    let made = (
        files("out/documents"),
        files("out/drafts"),
        files("out/pending"),
    );
    cut_short(
        place.path(),
        "DELETE FROM cases WHERE place % 3 = 0; DELETE FROM effects WHERE place % 6 = 0; DELETE FROM effects WHERE place = -1",
    );
    // The cases are gone from their table, and the workflow is another one.
    let accounts = fs::read_to_string(place.file("sops/data/crm/accounts.csv")).unwrap();
    let first: Vec<&str> = accounts.lines().take(2).collect();
    place.write("sops/data/crm/accounts.csv", first.join("\n") + "\n");
    let path = format!("generated/{name}/workflow.json");
    let workflow = fs::read_to_string(place.file(&path)).unwrap();
    place.write(&path, workflow.replace("\"high\"", "\"severe\""));
    let shown = place.run(&["runs", "show"]).ok();
    assert!(
        shown.contains("cut short") && shown.contains("32 of 49"),
        "{shown}"
    );
    let told = place.run_on("2027-03-01", &["run", "--resume", name]);
    assert!(
        told.err().contains("32 cases finished before"),
        "{}",
        told.err()
    );
    assert!(told.ok().contains("49 done"));
    assert_eq!(
        fs::read_to_string(place.file("out/results.csv")).unwrap(),
        results
    );
    let now = (
        files("out/documents"),
        files("out/drafts"),
        files("out/pending"),
    );
    assert_eq!(now, made);
    let run: Value =
        serde_json::from_str(&place.run(&["runs", "show", "--format", "json"]).ok()).unwrap();
    assert_eq!(
        (&run["status"], &run["resumed"]),
        (&"done".into(), &1.into())
    );
    assert_eq!(run["as_of"].as_str().unwrap().get(..10), Some("2026-11-16"));
}

#[test]
fn rules_alone_are_read_again_and_what_is_finished_is_passed_over() {
    let place = Place::empty();
    let rows: String = (0..2_500)
        .map(|n| format!("{n:04},{}\n", n % 100))
        .collect();
    place.write("data/accounts.csv", format!("id,health\n{rows}"));
    place.write(
        "sopwright.toml",
        "[connections.crm]\nkind = \"folder\"\npath = \"data\"\n",
    );
    place.write("generated/rules/sop.md", "Rate the accounts.\n");
    let workflow = json!({"workflow": 1, "name": "rules", "title": "Rules", "objective": "o", "sop": {"file": "sop.md", "statements": 1},
        "trigger": {"kind": "manual"},
        "data": {"accounts": {"from": "crm.accounts", "where": "row.health != 7", "sop": [1], "fields": {"id": "text", "health": "number"}}},
        "for_each": {"in": "accounts", "as": "account", "key": "account.id"},
        "steps": [{"id": "risk", "kind": "decide", "sop": [1], "rules": [{"when": "account.health < 30", "then": {"level": "high"}, "because": "low health"}],
            "otherwise": {"level": "low"}}],
        "result": {"level": "{{ risk.level }}"}});
    place.write("generated/rules/workflow.json", workflow.to_string());
    place.run(&["run", "rules", "--out", "out"]).ok();
    let results = fs::read_to_string(place.file("out/results.csv")).unwrap();
    assert_eq!(results.lines().count(), 2_476);
    cut_short(place.path(), "DELETE FROM cases WHERE place >= 1000");
    let told = place.run(&["run", "rules", "--out", "other"]);
    assert!(
        told.err().contains("was cut short after 990 cases"),
        "{}",
        told.err()
    );
    // It is not the last run any more, so it is named.
    let runs: Value =
        serde_json::from_str(&place.run(&["runs", "list", "--format", "json"]).ok()).unwrap();
    let first = runs["runs"][1]["run"].as_str().unwrap().to_owned();
    fs::remove_file(place.file("out/results.csv")).unwrap();
    let told = place.run(&["run", "--resume", &first]);
    assert!(told.ok().contains("2475 done"), "{}", told.out());
    assert_eq!(
        fs::read_to_string(place.file("out/results.csv")).unwrap(),
        results
    );
    let told = place.run(&["runs", "case", &first, "0012"]).ok();
    assert!(
        told.contains("level: high") && told.contains("low health"),
        "{told}"
    );
    let err = place.run(&["runs", "case", &first, "9999"]).fails(1);
    assert!(err.contains("There is no case `9999`"), "{err}");
}

/// A workspace whose workflow makes one thing of each kind that waits, for three accounts.
fn with_inbox(desk: &Desk) -> Place {
    let place = Place::empty();
    workspace(place.path(), 3, desk);
    place.write(
        "data/accounts.csv",
        "id,name,risk\n1,Acme,\n2,Beta,\n3,Core,\n",
    );
    let settings = fs::read_to_string(place.file("sopwright.toml")).unwrap();
    place.write(
        "sopwright.toml",
        settings.replace("path = \"data\"", "path = \"data\"\nwritable = true"),
    );
    let path = "generated/notes/workflow.json";
    let mut workflow: Value =
        serde_json::from_str(&fs::read_to_string(place.file(path)).unwrap()).unwrap();
    workflow["data"]["accounts"]["fields"]["risk"] = "text".into();
    workflow["outputs"] = json!([
        {"id": "flag", "kind": "update", "sop": [1], "in": "crm.accounts", "key": {"id": "{{ account.id }}"}, "set": {"risk": "high"}, "approval": "required"},
        {"id": "ticket", "kind": "call", "sop": [1], "tool": "desk.ticket", "with": {"id": "{{ account.id }}", "grade": "{{ rating.grade }}"}, "approval": "required"},
        {"id": "alert", "kind": "message", "per": "run", "sop": [1], "to": "slack.cs", "text": "{{ cases | length }} accounts", "approval": "required"}]);
    place.write(path, workflow.to_string());
    place
}

#[test]
fn what_waits_is_approved_edited_and_rejected_and_leaves_once() {
    let desk = Desk::start();
    let place = with_inbox(&desk);
    let ran = place.run(&["run", "notes", "--out", "out"]).ok();
    assert!(
        ran.contains("7 waiting for approval") && ran.contains("sopwright inbox list"),
        "{ran}"
    );
    let waits = json_of(place.path(), &["inbox", "list"]);
    let id_of = |output: &str, case: &str| {
        let items = waits["inbox"].as_array().unwrap();
        let found = items
            .iter()
            .find(|i| i["output"] == output && i["case"] == case)
            .unwrap();
        found["id"].to_string()
    };
    let [flag, other, ticket, alert] = [
        id_of("flag", "1"),
        id_of("flag", "2"),
        id_of("ticket", "1"),
        id_of("alert", "run"),
    ];
    let ann = |args: &[&str]| {
        let output = command(place.path(), &[&["inbox"], args].concat())
            .output()
            .unwrap();
        (output.status.code(), crash::told(&output))
    };
    // Nothing has left, whatever was restarted.
    assert!(!desk.seen().keys.contains_key("/tickets"));
    let (_, listed) = ann(&["list"]);
    assert!(
        listed.contains("update of crm.accounts: risk high") && listed.contains("waits"),
        "{listed}"
    );
    place.write("better.json", "{\"risk\": \"very high\"}");
    let (code, told) = ann(&["edit", &flag, "--file", "better.json"]);
    assert_eq!(code, Some(0), "{told}");
    let (code, told) = ann(&["approve", &flag, &format!("{ticket}-{ticket}")]);
    assert!(
        code == Some(0)
            && told.contains("crm.accounts was updated")
            && told.contains("desk.ticket was called"),
        "{told}"
    );
    let accounts = fs::read_to_string(place.file("data/accounts.csv")).unwrap();
    assert_eq!(
        accounts,
        "id,name,risk\n1,Acme,very high\n2,Beta,\n3,Core,\n"
    );
    let (code, told) = ann(&["reject", &other, "--why", "already called"]);
    assert!(code == Some(0) && told.contains("never leaves"), "{told}");
    for id in [&flag, &ticket, &other] {
        let (code, told) = ann(&["approve", id]);
        assert_eq!(code, Some(1), "{told}");
    }
    let (_, told) = ann(&["show", &other]);
    assert!(
        told.contains("rejected by ann") && told.contains("already called"),
        "{told}"
    );
    let (code, told) = ann(&["approve", &alert]);
    assert!(
        code == Some(1) && told.contains("kept, not delivered: nothing connects to slack yet"),
        "{told}"
    );
    let counts: Vec<usize> = desk.seen().keys["/tickets"].values().copied().collect();
    assert_eq!(counts, [1]);
    let key = &json_of(place.path(), &["inbox", "show", &ticket])["key"];
    assert!(desk.seen().keys["/tickets"].contains_key(key.as_str().unwrap()));
    for file in [
        "sent/1-flag.json",
        "rejected/2-flag.json",
        "pending/run-alert.json",
        "pending/3-flag.json",
    ] {
        assert!(place.file("out").join(file).is_file(), "{file}");
    }
    let sent = fs::read_to_string(place.file("out/sent/1-flag.json")).unwrap();
    assert!(
        sent.contains("very high") && sent.contains("\"decided_by\": \"ann\""),
        "{sent}"
    );
    // What nobody decides about in time never leaves.
    cut_short(
        place.path(),
        "UPDATE runs SET status = 'done'; UPDATE approvals SET expires = 1 WHERE state = 'waiting'",
    );
    let (_, listed) = ann(&["list"]);
    assert!(!listed.contains("update of"), "{listed}");
    let (code, told) = ann(&["approve", &id_of("flag", "3")]);
    assert!(
        code == Some(1) && told.contains("expired before anybody decided"),
        "{told}"
    );
    assert!(place.file("out/expired/3-flag.json").is_file());
}

#[test]
fn a_call_whose_outcome_is_open_is_put_before_a_person() {
    let desk = Desk::start();
    let place = with_inbox(&desk);
    place.write("data/accounts.csv", "id,name,risk\n1,Acme,\nlost,Beta,\n");
    let path = "generated/notes/workflow.json";
    let workflow = fs::read_to_string(place.file(path)).unwrap();
    let mut workflow: Value = serde_json::from_str(&workflow).unwrap();
    workflow["steps"] = json!([{"id": "rating", "kind": "call", "sop": [1], "tool": "desk.ticket", "with": {"id": "{{ account.id }}"}, "approval": "not_needed"}]);
    workflow["outputs"] = json!([]);
    place.write(path, workflow.to_string());
    let ran = place.run(&["run", "notes"]);
    assert!(
        ran.code() == 1
            && ran
                .out()
                .contains("held: lost: `desk.ticket` was begun at `rating`"),
        "{}{}",
        ran.out(),
        ran.err()
    );
    assert!(place.run(&["runs", "list"]).ok().contains("held"));
    let item = &json_of(place.path(), &["inbox", "list"])["inbox"][0];
    assert_eq!(
        (&item["reason"], &item["case"]),
        (&"unknown_call".into(), &"lost".into())
    );
    let id = item["id"].to_string();
    let err = place.run(&["inbox", "approve", &id]).fails(1);
    assert!(
        err.contains("Nobody knows whether") && err.contains("--again"),
        "{err}"
    );
    // Nothing is done again before somebody has decided.
    assert_eq!(place.run(&["run", "--resume"]).code(), 1);
    assert_eq!(desk.seen().requests, 2);
    place.run(&["inbox", "approve", &id, "--again"]).ok();
    let ran = place.run(&["run", "--resume"]).ok();
    assert!(ran.contains("2 done"), "{ran}");
    assert_eq!(desk.seen().requests, 3);
    let item = json_of(place.path(), &["inbox", "show", &id]);
    assert_eq!(item["state"], "sent", "{item}");
}

#[test]
fn failed_cases_are_tried_again_and_nothing_else_is() {
    let place = Place::empty();
    place.write(
        "sopwright.toml",
        "[connections.crm]\nkind = 'folder'\npath = 'data'\n",
    );
    // The amount of B is unreadable at first: dividing by it fails its case.
    place.write(
        "data/deals.csv",
        "id,amount,parts\nA,10,2\nB,10,0\nC,30,3\n",
    );
    let document = json!({
        "workflow": 1, "name": "shares", "title": "Shares", "objective": "o",
        "sop": {"file": "sop.md", "statements": 1}, "trigger": {"kind": "manual"},
        "data": {
            "deals": {"from": "crm.deals", "sop": [1], "fields": {"id": "text", "amount": "number", "parts": "integer"}},
            "limits": {"from": "crm.limits", "sop": [1], "match": {"id": "deal.id"}, "fields": {"id": "text", "least": "integer"}}
        },
        "for_each": {"in": "deals", "as": "deal", "key": "deal.id"},
        "steps": [
            {"id": "limit", "kind": "compute", "sop": [1], "set": {"least": "{{ (limits | first).least }}"}},
            {"id": "enough", "kind": "check", "sop": [1], "that": "deal.parts >= limit.least", "message": "too few parts"}
        ],
        "result": {"share": "{{ deal.parts }}"},
        "outputs": [{"id": "note", "kind": "document", "sop": [1], "file": "{{ deal.id }}.md", "body": "{{ deal.parts }} of {{ limit.least }}"}]
    });
    place.write("generated/shares/workflow.json", document.to_string());
    place.write("generated/shares/sop.md", "- Share every deal.\n");
    place.write("data/limits.csv", "id,least\nA,1\nB,1\nC,1\n");
    let told = place.run(&["run", "shares", "--out", "out", "--format", "json"]);
    assert_eq!(told.code(), 1, "{}", told.out());
    let run = json_of(place.path(), &["runs", "show"]);
    assert_eq!(
        (&run["statuses"]["done"], &run["statuses"]["failed"]),
        (&2.into(), &1.into()),
        "{run}"
    );
    let id = run["run"].as_str().unwrap();
    let first = fs::metadata(place.file("out/documents/A.md")).unwrap();
    let err = place.run(&["retry", id, "--case", "A"]).fails(1);
    assert!(
        err.contains("The case A of") && err.contains("has not failed"),
        "{err}"
    );
    // The limit is put right.
    place.write("data/limits.csv", "id,least\nA,1\nB,0\nC,1\n");
    let told = place.run(&["retry", id]);
    assert!(
        told.err().contains("2 cases finished before"),
        "{}",
        told.err()
    );
    told.ok();
    let run = json_of(place.path(), &["runs", "show"]);
    assert_eq!(run["status"], "done", "{run}");
    assert_eq!(
        fs::read_to_string(place.file("out/documents/B.md")).unwrap(),
        "0 of 0"
    );
    let results = fs::read_to_string(place.file("out/results.csv")).unwrap();
    assert_eq!(results.lines().count(), 4, "{results}");
    let again = fs::metadata(place.file("out/documents/A.md")).unwrap();
    assert_eq!(first.modified().unwrap(), again.modified().unwrap());
    let err = place.run(&["retry", id]).fails(1);
    assert!(err.contains("No case of"), "{err}");
    place.run(&["retry", "nope"]).fails(1);
}

#[test]
fn a_limit_can_be_raised_and_the_run_goes_on() {
    let place = Place::new();
    place.copy_shipped("generated");
    let name = "renewal-risk-briefs";
    let told = place.run(&["run", name, "--out", "out", "--max-cases", "10"]);
    assert_eq!(told.code(), 1);
    assert!(
        told.out().contains("the limit of 10 cases"),
        "{}",
        told.out()
    );
    assert!(told.out().contains("--max-cases N"), "{}", told.out());
    let run = json_of(place.path(), &["runs", "show"]);
    assert_eq!(run["status"], "limited", "{run}");
    place
        .run(&["run", "--resume", name, "--max-cases", "100"])
        .ok();
    let run = json_of(place.path(), &["runs", "show"]);
    assert_eq!(
        (&run["status"], &run["cases"]),
        (&"done".into(), &49.into()),
        "{run}"
    );
}

/// A workflow whose cases ask a person, wait for an event, and wait for a day to come.
fn workflow_that_waits(place: &Place) {
    let document = json!({
        "workflow": 1, "name": "refunds", "title": "Refunds", "objective": "o",
        "sop": {"file": "sop.md", "statements": 1}, "trigger": {"kind": "manual"},
        "data": {"refunds": {"from": "shop.refunds", "sop": [1], "fields": {"id": "text", "amount": "number", "due": "text"}}},
        "for_each": {"in": "refunds", "as": "refund", "key": "refund.id"},
        "steps": [
            {"id": "sure", "kind": "ask", "sop": [1], "when": "refund.amount > 100", "question": "Refund {{ refund.amount }}?",
             "who": "the lead", "choices": ["Yes", "No"], "expires": "3d", "otherwise": "No"},
            {"id": "paid", "kind": "wait", "sop": [1], "event": "payment", "timeout": "30d",
             "on_error": {"use": {}, "caveat": "No payment came."}},
            {"id": "later", "kind": "wait", "sop": [1], "until": "{{ refund.due }}"}],
        "result": {"answer": "{{ sure.answer }}", "who": "{{ sure.who }}", "amount": "{{ paid.amount }}"},
        "outputs": [{"id": "note", "kind": "document", "sop": [1], "file": "{{ refund.id }}.md", "body": "{{ sure.answer }} {{ caveats_note }}"}]
    });
    place.write(
        "sopwright.toml",
        "[connections.shop]\nkind = 'folder'\npath = 'data'\n",
    );
    place.write(
        "data/refunds.csv",
        "id,amount,due\nr1,50,2026-01-01\nr2,500,2026-01-01\nr3,700,2026-01-01\n",
    );
    place.write("generated/refunds/workflow.json", document.to_string());
    place.write("generated/refunds/sop.md", "- one\n");
}

#[test]
fn questions_and_events_survive_and_each_case_goes_on_with_its_own() {
    let place = Place::empty();
    workflow_that_waits(&place);
    let dry = place.run(&["dry-run", "refunds", "--format", "json"]).ok();
    let dry: Value = serde_json::from_str(&dry).unwrap();
    let answers: Vec<&str> = dry["cases"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|case| case["result"]["answer"].as_str())
        .collect();
    assert_eq!(answers, ["Yes", "No"], "{dry}");
    let held = place.run(&["run", "refunds", "--out", "out"]);
    let told = held.out() + &held.err();
    assert!(told.contains("r2: `sure` asks: Refund 500?"), "{told}");
    assert!(
        told.contains("r1: `paid` waits for the event `payment`"),
        "{told}"
    );
    let run: Value =
        serde_json::from_str(&place.run(&["runs", "show", "--format", "json"]).ok()).unwrap();
    assert_eq!(run["status"], "held", "{run}");
    let id = run["run"].as_str().unwrap().to_owned();
    let inbox = place.run(&["inbox", "list"]).ok();
    assert!(
        inbox.contains("question to the lead:") && inbox.contains("Refund 500?"),
        "{inbox}"
    );
    let shown = place.run(&["inbox", "show", "1"]).ok();
    assert!(
        shown.contains("1. Yes") && shown.contains("sopwright inbox answer 1 1"),
        "{shown}"
    );
    for (args, says) in [
        (vec!["inbox", "approve", "1"], "wants an answer"),
        (vec!["inbox", "answer", "1", "perhaps"], "1. Yes  2. No"),
        (
            vec!["event", "payment", "--case", "r9"],
            "No case of r9 waits",
        ),
    ] {
        assert!(place.run(&args).fails(1).contains(says), "{args:?}");
    }
    place.run(&["inbox", "answer", "1", "yes"]).ok();
    assert!(
        place
            .run(&["inbox", "answer", "1", "no"])
            .fails(1)
            .contains("was answered")
    );
    // Nobody answers the other one; what came for the first case is its own.
    let journal = rusqlite::Connection::open(place.file(".sopwright/journal.db")).unwrap();
    journal
        .execute_batch("UPDATE approvals SET expires = 1 WHERE id = 2")
        .unwrap();
    place
        .run(&[
            "event",
            "payment",
            "--case",
            "r1",
            "--data",
            "{\"amount\": 50}",
        ])
        .ok();
    let told = place.run(&["run", "--resume", &id]);
    let told = told.out() + &told.err();
    assert!(
        told.contains("r2: `paid` waits") && told.contains("r3: `paid` waits"),
        "{told}"
    );
    place
        .run(&["event", "payment", "--data", "{\"amount\": 7}"])
        .ok();
    place.run(&["run", "--resume", &id]).ok();
    let results = fs::read_to_string(place.file("out/results.csv")).unwrap();
    let rows: Vec<&str> = results.lines().collect();
    assert_eq!(rows.len(), 4, "{results}");
    let row = |key: &str| *rows.iter().find(|row| row.starts_with(key)).unwrap();
    assert!(row("r1").contains(",50"), "{results}");
    assert!(
        row("r2").contains("Yes") && row("r2").contains(",7"),
        "{results}"
    );
    assert!(
        row("r3").contains("No") && row("r3").contains("Nobody answered"),
        "{results}"
    );
}
