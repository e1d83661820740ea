//! The main job through the real binary, hermetic: no model, no server.

#![allow(clippy::expect_used, clippy::unwrap_used)]

mod support;

use std::fs;

use support::Place;

const SOPS: [&str; 5] = [
    "renewal-risk-briefs",
    "renewal-90-days",
    "ticket-triage",
    "onboarding-handoff",
    "usage-drop-watch",
];

#[test]
fn an_sop_goes_in_and_a_workflow_comes_out_and_runs() {
    let place = Place::new();
    let built = place.run(&["build", "renewal-risk-briefs", "--yes"]).ok();
    assert!(
        built.contains("Saved as generated/renewal-risk-briefs"),
        "{built}"
    );
    assert!(
        built.contains("Every Monday at 8:00, New York time"),
        "{built}"
    );
    assert!(
        place
            .run(&["check", "renewal-risk-briefs"])
            .ok()
            .contains("No errors")
            || place
                .run(&["check", "renewal-risk-briefs"])
                .ok()
                .contains("Nothing to mend")
    );
    place
        .run(&["dry-run", "renewal-risk-briefs", "--cases", "4"])
        .ok();
    let ran = place
        .run(&[
            "run",
            "renewal-risk-briefs",
            "--out",
            "out",
            "--results",
            "results.csv",
            "--format",
            "json",
        ])
        .ok();
    let summary: serde_json::Value = serde_json::from_str(&ran).unwrap();
    assert_eq!(summary["failed"], 0, "{summary}");
    let cases = summary["cases"].as_u64().unwrap();
    assert!(cases > 20, "{summary}");
    let results = fs::read_to_string(place.file("results.csv")).unwrap();
    assert!(results.starts_with("account_id,level,reason,"), "{results}");
    assert_eq!(results.lines().count() as u64, cases + 1);
    for folder in ["out/documents", "out/drafts", "out/pending"] {
        assert!(
            fs::read_dir(place.file(folder)).unwrap().count() > 0,
            "{folder}"
        );
    }
    // A second run makes the same results.
    place
        .run(&[
            "run",
            "renewal-risk-briefs",
            "--out",
            "again",
            "--results",
            "again.csv",
        ])
        .ok();
    assert_eq!(
        fs::read_to_string(place.file("again.csv")).unwrap(),
        results
    );
}

#[test]
fn every_shipped_sop_is_built_without_a_model() {
    let place = Place::new();
    for sop in SOPS {
        let built = place.run(&["build", sop, "--yes", "--format", "json"]).ok();
        let outcome: serde_json::Value = serde_json::from_str(&built).unwrap();
        assert_eq!(outcome["status"], "saved", "{sop}: {outcome}");
        assert_ne!(outcome["dry_run"]["claim"], "failed", "{sop}");
    }
    let listed = place.run(&["list", "--format", "json"]).ok();
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    assert_eq!(listed["workflows"].as_array().unwrap().len(), SOPS.len());
}

#[test]
fn a_workflow_is_told_drawn_and_handed_on() {
    let place = Place::new();
    place.run(&["build", "renewal-90-days", "--yes"]).ok();
    assert!(
        place
            .run(&["explain", "renewal-90-days"])
            .ok()
            .contains("## What comes out")
    );
    assert!(
        place
            .run(&["show", "renewal-90-days"])
            .ok()
            .contains("Every day at 7:00, London time")
    );
    assert!(
        place
            .run(&["diagram", "renewal-90-days"])
            .ok()
            .contains("◆ risk")
    );
    assert!(
        place
            .run(&["diagram", "renewal-90-days", "--format", "mermaid"])
            .ok()
            .starts_with("flowchart TD")
    );
    assert!(
        place
            .run(&["diagram", "renewal-90-days", "--format", "svg"])
            .ok()
            .starts_with("<svg")
    );
    place
        .run(&["export", "renewal-90-days", "--out", "one.json"])
        .ok();
    place.run(&["import", "one.json", "--name", "copy"]).ok();
    place.run(&["check", "copy"]).ok();
    assert!(place.run(&["schema"]).ok().contains("draft/2020-12"));
    let one = place.run(&["connections", "show", "crm.accounts"]).ok();
    assert!(
        one.contains("renewal_date") && one.contains("missing"),
        "{one}"
    );
}

#[test]
fn every_statement_is_traced_to_what_carries_it_out() {
    let place = Place::new();
    place.copy_shipped("generated");
    let told = place.run(&["trace", "renewal-risk-briefs"]).ok();
    for line in [
        "14 of 19 statements carried out, 5 waived.",
        "✓  3  Every Monday at 8 New York time, before the team standup.\n      → the trigger: every Monday at 8:00, New York time",
        "→ rule 2 of “risk”: level high when the number of tickets where status is “open” is at least 4",
        "– 16  The CSM decides whether to call the customer.\n      waived: a person does this",
        "Not asked for by the SOP\n  → the data: summary from usage.summary",
    ] {
        assert!(told.contains(line), "{line}\n{told}");
    }
    assert!(
        !told.contains('\u{1b}') && !told.contains("/steps/"),
        "{told}"
    );
    let json = place
        .run(&["trace", "renewal-risk-briefs", "--format", "json"])
        .ok();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (&json["counts"]["carried_out"], &json["rows"][15]["state"]),
        (&14.into(), &"waived".into())
    );
    // The page holds the SOP's words as words.
    let sop = fs::read_to_string(place.file("generated/renewal-risk-briefs/sop.md")).unwrap();
    place.write(
        "generated/renewal-risk-briefs/sop.md",
        sop.replace("Owner: CS Ops.", "Owner: <script>alert(1)</script>."),
    );
    place
        .run(&[
            "trace",
            "renewal-risk-briefs",
            "--format",
            "html",
            "--out",
            "trace.html",
        ])
        .ok();
    let page = fs::read_to_string(place.file("trace.html")).unwrap();
    assert!(
        page.starts_with("<!DOCTYPE html>")
            && page.contains("Owner: &lt;script&gt;alert(1)")
            && !page.contains("<script"),
        "{page}"
    );
    fs::remove_file(place.file("generated/renewal-risk-briefs/sop.md")).unwrap();
    let err = place.run(&["trace", "renewal-risk-briefs"]).fails(1);
    assert!(err.contains("has no SOP beside it to trace"), "{err}");
    let err = place.run(&["trace", "renewal-risk-brief"]).fails(1);
    assert!(err.contains("renewal-risk-briefs"), "{err}");
}

#[test]
fn bad_input_ends_with_a_sentence_a_place_and_a_remedy() {
    let place = Place::new();
    place.write("empty.md", "");
    place.write("binary.md", [0u8, 1, 2]);
    place.write("long.md", vec![b'a'; 5 << 20]);
    place.write("latin.md", b"na\xefve\n");
    for (args, code, says) in [
        (
            vec!["build", "nothing.md"],
            1,
            "There is no SOP `nothing.md`",
        ),
        (vec!["build", "empty.md"], 1, "is empty"),
        (vec!["build", "binary.md"], 1, "not a text file"),
        (vec!["build", "long.md"], 1, "too long"),
        (vec!["build", "latin.md"], 1, "not UTF-8"),
        (vec!["check", "renewl"], 1, "There is no workflow `renewl`"),
        (vec!["run", "x", "--as-of", "soon"], 2, ""),
        (
            vec!["build", "renewal-risk-briefs", "--max-time", "soon"],
            2,
            "is not a time",
        ),
        (vec!["frobnicate"], 2, "unrecognized subcommand"),
        (
            vec!["list", "--workspace", "nowhere"],
            2,
            "There is no folder nowhere",
        ),
    ] {
        let err = place.run(&args).fails(code);
        assert!(err.contains(says), "{args:?}: {err}");
        assert!(err.contains("help:") || code == 2, "{args:?}: {err}");
    }
}

#[test]
fn broken_files_are_told_with_line_and_column() {
    let place = Place::new();
    place.write(
        "generated/broken/workflow.json",
        "{\n  \"name\": \"broken\",\n  oops\n}",
    );
    let err = place.run(&["check", "broken"]).fails(1);
    assert!(err.contains("line 3, column 3"), "{err}");
    place.write("sopwright.toml", "about = 1\n");
    let err = place.run(&["list"]).fails(1);
    assert!(err.contains("line 1"), "{err}");
}

#[test]
fn a_connection_that_is_down_is_said_and_the_rest_goes_on() {
    let place = Place::new();
    place.run(&["build", "renewal-risk-briefs", "--yes"]).ok();
    fs::remove_file(place.file("sops/data/recordings/calls.jsonl")).unwrap();
    let ran = place
        .run(&["run", "renewal-risk-briefs", "--out", "out"])
        .ok();
    assert!(
        ran.contains("49 done") && ran.contains("`calls` could not be read"),
        "{ran}"
    );
    let draft = fs::read_dir(place.file("out/drafts"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let draft = fs::read_to_string(draft).unwrap();
    assert!(
        draft.contains("Please note: Calls could not be read."),
        "{draft}"
    );
}

#[test]
fn the_shipped_workflow_is_sound_and_runs() {
    let place = Place::new();
    place.copy_shipped("generated");
    assert!(
        !place
            .run(&["check", "renewal-risk-briefs"])
            .ok()
            .contains("warning")
    );
    let ran = place
        .run(&["run", "renewal-risk-briefs", "--format", "json"])
        .ok();
    let summary: serde_json::Value = serde_json::from_str(&ran).unwrap();
    assert_eq!(
        (summary["cases"].as_u64(), summary["failed"].as_u64()),
        (Some(49), Some(0)),
        "{summary}"
    );
}

#[test]
fn the_owners_notes_count_as_answers() {
    let place = Place::new();
    place.write("sops/short.md", "# Accounts\n- Every Friday at 9 in Berlin.\n- Look at active accounts.\n- Everything else is low.\n");
    place.write(
        "notes.txt",
        "High risk: health score below 40. Skip churned accounts.\n",
    );
    place
        .run(&["build", "short", "--yes", "--answers", "notes.txt"])
        .ok();
    let told = place.run(&["explain", "short"]).ok();
    assert!(
        told.contains("If health score is below 40: level high"),
        "{told}"
    );
    assert!(told.contains("High risk: health score below 40."), "{told}");
}

#[test]
fn an_output_is_made_for_those_it_is_meant_for() {
    let place = Place::new();
    place.run(&["build", "onboarding-handoff", "--yes"]).ok();
    let told = place.run(&["explain", "onboarding-handoff"]).ok();
    // Blocked deals must not get the document that the SOP keeps from them.
    let line = |begins: &str| {
        told.lines()
            .find(|l| l.starts_with(begins))
            .unwrap()
            .to_owned()
    };
    for (begins, levels) in [
        ("- A document", "if level is one of “priority”, “normal”"),
        (
            "- An email draft to onboarding owner",
            "if level is one of “priority”, “normal”",
        ),
        ("- An email draft to sales owner", "if level is “blocked”"),
    ] {
        assert!(line(begins).ends_with(levels), "{told}");
    }
}

#[test]
fn one_case_can_be_run_alone() {
    let place = Place::new();
    place.copy_shipped("generated");
    let ran = place.run(&[
        "run",
        "renewal-risk-briefs",
        "--case",
        "00101",
        "--format",
        "json",
    ]);
    let err = place
        .run(&["run", "renewal-risk-briefs", "--case", "nobody"])
        .fails(1);
    assert!(err.contains("There is no case `nobody`"), "{err}");
    assert!(
        ran.code() == 0 || ran.err().contains("00101"),
        "{}",
        ran.err()
    );
}

#[test]
fn output_is_plain_where_nobody_watches() {
    let place = Place::new();
    let out = place.run(&["list"]).ok();
    assert!(!out.contains('\u{1b}'), "{out}");
}

#[test]
fn past_cases_are_set_beside_what_people_decided() {
    let place = Place::new();
    place.copy_shipped("generated");
    let run = ["run", "renewal-risk-briefs", "--results", "results.csv"];
    place.run(&run).ok();
    let results = fs::read_to_string(place.file("results.csv")).unwrap();
    let came: Vec<(&str, &str)> = results
        .lines()
        .skip(1)
        .map(|line| {
            let mut cells = line.split(',');
            (cells.next().unwrap(), cells.next().unwrap())
        })
        .collect();
    // People decided otherwise in one case, and nobody knows of the last.
    let mut decided = "account_id,level\n".to_owned();
    for (index, (key, level)) in came[..came.len() - 1].iter().enumerate() {
        let level = if index == 0 { "severe" } else { level };
        decided += &format!("{key},{level}\n");
    }
    place.write("decided.csv", decided);
    let accounts = fs::read_to_string(place.file("sops/data/crm/accounts.csv")).unwrap();
    let (header, rows) = accounts.split_once('\n').unwrap();
    let is_past = |line: &&str| came.iter().any(|(key, _)| line.starts_with(key));
    let rows: Vec<&str> = rows.lines().filter(is_past).collect();
    place.write("past/cases.csv", format!("{header}\n{}\n", rows.join("\n")));
    let backtest = |more: &[&str]| {
        let args = [
            "backtest",
            "renewal-risk-briefs",
            "--cases",
            "past/cases.csv",
            "--expect",
            "decided.csv",
        ];
        place.run(&[&args, more].concat())
    };
    let told = backtest(&["--out", "both.csv"]).ok();
    assert!(told.contains("of 48 cases as people decided"), "{told}");
    assert!(told.contains("1 disagreement: `risk`: "), "{told}");
    let json: serde_json::Value =
        serde_json::from_str(&backtest(&["--format", "json"]).ok()).unwrap();
    assert_eq!((&json["cases"], &json["agreed"]), (&48.into(), &47.into()));
    assert!(
        !json["disagreements"][0]["statements"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    let both = fs::read_to_string(place.file("both.csv")).unwrap();
    assert!(
        both.starts_with("key,agrees,level decided,level came,because"),
        "{both}"
    );
    assert_eq!(both.matches(",false,").count(), 1);
    // A column that the result does not have is said, with what to do.
    place.write("odd.csv", "account_id,colour\n00101,red\n");
    let err = place
        .run(&[
            "backtest",
            "renewal-risk-briefs",
            "--cases",
            "past/cases.csv",
            "--expect",
            "odd.csv",
        ])
        .fails(1);
    assert!(err.contains("--field colour=FIELD"), "{err}");
}

#[test]
fn a_dry_run_tells_what_comes_of_what_goes_wrong() {
    let place = Place::new();
    place.copy_shipped("generated");
    let name = "renewal-risk-briefs";
    let told = place.run(&["dry-run", name]).ok();
    assert!(told.contains("What if … 17 of 18 held"), "{told}");
    assert!(
        told.contains("… an account has no health score? Another result in"),
        "{told}"
    );
    assert!(!told.contains("… tickets cannot be read?"), "{told}");
    let path = format!("generated/{name}/workflow.json");
    let mut workflow: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(place.file(&path)).unwrap()).unwrap();
    let tickets = workflow["data"]["tickets"].as_object_mut().unwrap();
    tickets.remove("if_unavailable").unwrap();
    place.write(&path, workflow.to_string());
    let told = place.run(&["dry-run", name]).ok();
    let row =
        "… tickets cannot be read? It fails in 8 of 8 cases, since nothing says what to do then.\n";
    assert!(told.contains(row), "{told}");
    assert!(
        told.contains("“If tickets cannot be read, go on and note it.”"),
        "{told}"
    );
    assert!(
        told.contains("  - it fails if tickets cannot be read\n"),
        "{told}"
    );
    let json = place.run(&["dry-run", name, "--format", "json"]).ok();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["scenarios"].as_array().unwrap().len(), 18);
    assert_eq!(
        json["scenarios"][2]["what_if"],
        serde_json::json!({"kind": "source_down", "source": "tickets"})
    );
    assert_eq!(json["scenarios"][2]["ending"], "crashed");
    let without = place.run(&["dry-run", name, "--no-scenarios"]).ok();
    assert!(
        !without.contains("What if") && !without.contains("it fails"),
        "{without}"
    );
    assert!(without.contains("Partial: 8 cases of 49"), "{without}");
}

#[test]
fn doctor_says_which_stand_in_cannot_be_used() {
    let place = Place::new();
    let toml = fs::read_to_string(place.file("sopwright.toml")).unwrap();
    let model = "\n[model]\nmodel = \"built-in\"\nthen = [{ provider = \"anthropic\", key = \"env:NOT_SET_HERE\" }]\n";
    place.write("sopwright.toml", toml + model);
    let told = place.run(&["doctor"]);
    let said = told.out() + &told.err();
    assert!(
        said.contains("stands in where the first is down, but cannot be used"),
        "{said}"
    );
    assert!(said.contains("NOT_SET_HERE"), "{said}");
    told.fails(1);
}

#[test]
fn a_build_whose_past_cases_lack_what_it_reads_is_saved_and_says_so() {
    let place = Place::new();
    place.write("keys.csv", "account_id,level\n00101,low\n00136,low\n");
    let build = [
        "build",
        "renewal-risk-briefs",
        "--name",
        "x",
        "--yes",
        "--labelled",
    ];
    let told = place.run(&[&build[..], &["keys.csv", "--outcome", "level"]].concat());
    let said = told.out();
    assert!(said.contains("Saved as generated/x"), "{said}");
    assert!(
        said.contains("The past cases were not compared") && said.contains("`name`"),
        "{said}"
    );
    told.ok();
    let none = place.run(&[&build[..], &["none.csv"]].concat()).fails(1);
    assert!(
        none.contains("Give the path of a CSV or JSON file"),
        "{none}"
    );
}
