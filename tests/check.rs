//! Every rule fires on its fixture, and stays silent on good workflows. A fixture is a file under
//! `tests/check/err`: a patch (JSON Merge Patch, RFC 7396) of the good workflow, with the codes
//! that it must give, and with statements of its own under `sop` where they matter. Drop in a
//! file to add one. A file under `tests/check/quiet` is such a patch that must give nothing.

#![allow(clippy::expect_used, clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;
use sopwright::check::{Review, check};
use sopwright::connect::{Catalog, Connections};
use sopwright::sop::Sop;
use sopwright::spec::read_value;
use sopwright::store::Workspace;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

async fn catalog() -> Catalog {
    let workspace = Workspace::open(Some(&root()), &root()).unwrap();
    let mut catalog =
        Connections::open(&workspace.settings().connections, workspace.root(), &|_| {
            None
        })
        .catalog()
        .await;
    let desk = serde_json::json!({"kind": "http", "tools": {
        "look_up": {"description": "Looks up", "effect": "read", "idempotent": true,
            "input": {"type": "object", "properties": {"id": {"type": "string"}, "count": {"type": "integer"}}, "required": ["id"]},
            "output": {"type": "object", "properties": {"state": {"type": "string", "enum": ["ok", "gone"]}, "score": {"type": "number"}}}},
        "write_note": {"description": "Writes", "effect": "write", "idempotent": false, "input": {"type": "object", "properties": {"text": {"type": "string"}}}, "output": null},
        "erase": {"description": "Erases", "effect": "irreversible", "idempotent": false, "input": {"type": "object", "properties": {}}, "output": null}
    }, "tables": {}, "about": null, "problem": null});
    let lab = serde_json::json!({"kind": "folder", "tables": {"devices": {"rows": 40, "writable": false, "columns": {
        "account_id": {"field": "text", "missing": 0.0, "examples": ["00101", "00108", "00115"], "unique": true},
        "line": {"field": "integer", "missing": 0.0, "min": 101, "max": 140, "examples": [101, 102, 103], "unique": true},
        "speed": {"field": "text", "missing": 0.0, "examples": ["500 Mbps", "1 Gbps", "750 Mbps"], "unique": false},
        "price": {"field": "number", "missing": 0.25, "min": 0.5, "max": 95.0, "examples": [0.5, 12.0, 95.0], "unique": false},
        "port": {"field": "integer", "missing": 0.0, "min": 1, "max": 8, "values": [1, 2, 4, 8], "examples": [1, 2, 4], "unique": false},
        "opens": {"field": "text", "missing": 0.0, "examples": ["09:30", "08:00", "10:15"], "unique": false},
        "due": {"field": "text", "missing": 0.0, "examples": ["31.12.2026", "2026-12-31", "01.01.2027"], "unique": false},
        "kind": {"field": "text", "missing": 0.1, "values": ["router", "switch"], "examples": ["router", "switch"], "unique": false},
        "managed": {"field": "text", "missing": 0.0, "values": ["Y", "N"], "examples": ["Y", "N"], "unique": false},
        "active": {"field": "boolean", "missing": 0.0, "values": [true, false], "examples": [true, false], "unique": false},
        "bought": {"field": "text", "missing": 0.0, "examples": ["31.12.2025", "01.02.2026", "15.03.2026"], "unique": false}
    }}}});
    for (name, info) in [("desk", desk), ("lab", lab)] {
        let info = serde_json::from_value(info).unwrap();
        catalog.connections.insert(name.to_owned(), info);
    }
    catalog
}

const SOP: &str = "- one\n- two\n- three\n- four\n";

fn fixtures(folder: &str) -> Vec<(String, Json)> {
    let mut found: Vec<(String, Json)> = fs::read_dir(root().join("tests/check").join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .map(|path: PathBuf| {
            (
                name(&path),
                serde_json::from_str(&fs::read_to_string(&path).unwrap())
                    .unwrap_or_else(|e| panic!("{}: {e}", path.display())),
            )
        })
        .collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

fn name(path: &Path) -> String {
    path.file_stem().unwrap().to_string_lossy().into_owned()
}

/// Merges a patch into a document: objects by key, null removes, everything else replaces.
fn merge(document: &mut Json, patch: &Json) {
    let Json::Object(changes) = patch else {
        *document = patch.clone();
        return;
    };
    if !document.is_object() {
        *document = Json::Object(serde_json::Map::new());
    }
    let fields = document.as_object_mut().unwrap();
    for (key, change) in changes {
        if change.is_null() {
            fields.shift_remove(key);
        } else {
            merge(fields.entry(key.clone()).or_insert(Json::Null), change);
        }
    }
}

fn review(document: Json, sop: &str, catalog: &Catalog) -> Review {
    check(&read_value(document), &Sop::parse(sop), catalog)
}

#[tokio::test]
async fn good_workflows_raise_no_alarm() {
    let catalog = catalog().await;
    for (name, document) in fixtures("ok") {
        let review = review(document, SOP, &catalog);
        assert!(review.findings.is_empty(), "{name}: {:#?}", review.findings);
        assert!(review.checked.is_some(), "{name}");
    }
}

/// The workflows that the cases of the evaluations are known to be solved by.
#[tokio::test]
async fn workflows_of_other_trades_raise_no_alarm() {
    let mut seen = 0;
    for entry in fs::read_dir(root().join("tests/evals")).unwrap() {
        let folder = entry.unwrap().path();
        let Ok(document) = fs::read_to_string(folder.join("reference.json")) else {
            continue;
        };
        let workspace = Workspace::open(Some(&folder), &folder).unwrap();
        let settings = &workspace.settings().connections;
        let connections = Connections::open(settings, workspace.root(), &|_| None);
        let catalog = connections.catalog().await;
        let sop = fs::read_to_string(folder.join("sop.md")).unwrap();
        let review = review(serde_json::from_str(&document).unwrap(), &sop, &catalog);
        assert_eq!(review.findings, [], "{}", folder.display());
        seen += 1;
    }
    assert!(seen >= 13);
}

#[tokio::test]
async fn what_only_looks_wrong_raises_no_alarm() {
    let catalog = catalog().await;
    let (_, good) = fixtures("ok").remove(1);
    let quiet = fixtures("quiet");
    assert!(quiet.len() > 10);
    for (name, fixture) in quiet {
        let mut document = good.clone();
        merge(&mut document, &fixture["patch"]);
        let sop = fixture["sop"].as_str().unwrap_or(SOP);
        let review = review(document, sop, &catalog);
        assert!(review.findings.is_empty(), "{name}: {:#?}", review.findings);
    }
}

#[tokio::test]
async fn every_fixture_gives_its_findings_with_help() {
    let catalog = catalog().await;
    let (_, good) = fixtures("ok")
        .into_iter()
        .find(|(name, _)| name == "renewal")
        .unwrap();
    let mut fired = BTreeSet::new();
    let mut wrong = Vec::new();
    for (name, fixture) in fixtures("err") {
        let mut document = good.clone();
        merge(&mut document, &fixture["patch"]);
        let sop = fixture["sop"].as_str().unwrap_or(SOP);
        let review = review(document, sop, &catalog);
        let codes: BTreeSet<String> = review.findings.iter().map(|f| f.code.clone()).collect();
        let expected: BTreeSet<String> = fixture["gives"]
            .as_array()
            .unwrap()
            .iter()
            .map(|c| c.as_str().unwrap().to_owned())
            .collect();
        if codes != expected {
            let said: Vec<String> = review
                .findings
                .iter()
                .map(|f| format!("{} at {}: {}", f.code, f.at, f.message))
                .collect();
            wrong.push(format!("{name} gives {codes:?}: {said:#?}"));
        }
        if let Some(says) = fixture["says"].as_str() {
            let said: Vec<String> = review
                .findings
                .iter()
                .map(|f| format!("{} {}", f.message, f.help.clone().unwrap_or_default()))
                .collect();
            if !said.iter().any(|s| s.contains(says)) {
                wrong.push(format!("{name} does not say “{says}”: {said:#?}"));
            }
        }
        fired.extend(codes);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let all: BTreeSet<String> = [
        "address-from-model",
        "agent-writes",
        "always-true",
        "answer-schema",
        "approval",
        "argument-type",
        "bad-pattern",
        "band-gap",
        "band-overlap",
        "cites-nothing",
        "condition-lost",
        "cron",
        "date-format",
        "date-field",
        "decide-fields",
        "division",
        "duplicate-id",
        "event-id",
        "every",
        "expression-syntax",
        "file-ending",
        "file-outside",
        "file-overwritten",
        "hidden-rule",
        "leading-zeros",
        "like-text",
        "matched-cases",
        "misplaced-step",
        "missing-argument",
        "missing-flips",
        "mixed-units",
        "never-held",
        "never-true",
        "no-facts",
        "no-result",
        "not-a-condition",
        "not-in-sample",
        "not-supported",
        "nothing-to-do",
        "outside-sample",
        "pattern-unmatched",
        "pinned-type",
        "priority-order",
        "result-lacks",
        "statement-open",
        "table-per-run",
        "test-field",
        "test-given",
        "text-order",
        "timezone",
        "trigger-field",
        "type-mismatch",
        "unknown-argument",
        "unknown-column",
        "unknown-data",
        "unknown-field",
        "unknown-function",
        "unknown-name",
        "unknown-statement",
        "unknown-table",
        "unknown-tool",
        "unmatched-table",
        "unreachable-rule",
        "unused-step",
        "used-before-defined",
        "watched-table",
        "webhook-path",
        "wrong-arguments",
    ]
    .map(str::to_owned)
    .into();
    let silent: Vec<&String> = all.difference(&fired).collect();
    assert!(silent.is_empty(), "no fixture fires {silent:?}");
}
