//! Whole builds with a capable model, recorded and replayed: a folder of exchanges per SOP under
//! `tests/replay`. An exchange answers one request, keyed on the whole of it, so a changed prompt,
//! tool or message fails here, and the build is recorded anew (`sopwright build … --record DIR`).

#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::path::Path;

use serde_json::Value as Json;
use support::Place;

#[test]
fn recorded_builds_end_in_the_same_workflows() {
    let recordings = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/replay");
    let mut replayed = 0;
    for entry in fs::read_dir(recordings).unwrap() {
        let folder = entry.unwrap().path();
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        let place = Place::new();
        let exchanges = folder.to_str().unwrap();
        let built = place
            .replay(
                exchanges,
                &["build", &name, "--name", &name, "--format", "json"],
            )
            .ok();
        let built: Json = serde_json::from_str(&built).unwrap();
        assert_eq!(built["status"], "saved", "{}", built["because"]);
        // The model's own workflow is part of the golden corpus: no false alarm.
        let check = place.run(&["check", &name, "--format", "json"]).ok();
        let check: Json = serde_json::from_str(&check).unwrap();
        assert_eq!(check["findings"], serde_json::json!([]), "{name}");
        // What people decided holds on the rows that the recording was made on.
        let rehearsed = place
            .replay(exchanges, &["dry-run", &name, "--format", "json"])
            .ok();
        let rehearsed: Json = serde_json::from_str(&rehearsed).unwrap();
        assert_eq!(
            rehearsed["claim"], "verified",
            "{name}: {}",
            rehearsed["reasons"]
        );
        let tests = rehearsed["tests"].as_array().unwrap();
        assert!(
            tests.len() > 5 && tests.iter().all(|t| t["passed"] == true),
            "{name}"
        );
        replayed += 1;
    }
    assert!(replayed >= 2);
}

#[test]
fn a_changed_request_fails_loudly() {
    let place = Place::new();
    place.write("prompts/builder.md", "Build something. {{ language }}");
    let exchanges = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/replay/ticket-triage");
    let err = place
        .replay(exchanges.to_str().unwrap(), &["build", "ticket-triage"])
        .err();
    assert!(err.contains("system"), "{err}");
}
