//! SOPs that the built-in drafter was not written for: five procedures of different trades, by
//! someone who had not seen it (`tests/unseen/truth` says what each sentence asks for). It carries
//! out little of them. What this holds is that it says so: a workflow is saved, at most partial,
//! and the sentences that it cannot read stay open instead of being read wrongly.

#![allow(clippy::unwrap_used)]

mod support;

use serde_json::Value as Json;
use support::Place;

/// Sentences that it has misread before, or could: they must stay open.
const MUST_STAY_OPEN: [(&str, &[u64]); 5] = [
    ("nps-detractors", &[2, 8, 9, 10, 11]),
    ("overdue-invoices", &[4, 5, 8, 9, 10]),
    ("trial-expiry", &[8, 10, 12]),
    ("qbr-prep", &[2, 7]),
    ("seat-overage", &[2, 19]),
];

#[test]
fn what_the_drafter_cannot_read_is_never_passed_over() {
    let place = Place::empty();
    place.copy_shipped("tests/unseen");
    for (name, unread) in MUST_STAY_OPEN {
        let built = place.run(&[
            "build",
            name,
            "--name",
            name,
            "--yes",
            "--format",
            "json",
            "--workspace",
            "tests/unseen",
        ]);
        let built: Json = serde_json::from_str(&built.ok()).unwrap();
        assert_eq!(built["status"], "saved", "{name}: {}", built["because"]);
        assert_eq!(built["dry_run"]["claim"], "partial", "{name}");
        let workflow = std::fs::read_to_string(
            place.file(&format!("tests/unseen/generated/{name}/workflow.json")),
        );
        let workflow: Json = serde_json::from_str(&workflow.unwrap()).unwrap();
        let open = workflow["sop"]["open"].as_array().unwrap();
        for number in unread {
            assert!(
                open.contains(&Json::from(*number)),
                "{name}: {number} in {open:?}"
            );
        }
    }
}
