#![allow(clippy::unwrap_used, clippy::expect_used)]

use indexmap::IndexMap;
use serde_json::{Map, Value as Json, json};

use super::*;
use crate::check::check;
use crate::connect::{Catalog, Row};
use crate::sop::Sop;
use crate::spec::read_value;

fn catalog() -> Catalog {
    serde_json::from_value(json!({"connections": {"crm": {"kind": "folder", "about": null, "problem": null, "tools": {
        "look": {"description": "d", "effect": "read", "idempotent": true, "input": {"type": "object", "properties": {"id": {"type": "string"}}},
                 "output": {"type": "object", "properties": {"state": {"type": "string"}, "note": {"type": "string"}}}}},
        "tables": {"rows": {"rows": 1, "writable": false, "notes": [], "columns": {
            "id": {"field": "text", "missing": 0.0, "values": null, "min": null, "max": null, "examples": [], "unique": true},
            "n": {"field": "number", "missing": 0.0, "values": null, "min": null, "max": null, "examples": [], "unique": false},
            "tags": {"field": "list", "missing": 0.0, "values": null, "min": null, "max": null, "examples": [], "unique": false}}},
          "more": {"rows": 1, "writable": false, "notes": [], "columns": {
            "id": {"field": "text", "missing": 0.0, "values": null, "min": null, "max": null, "examples": [], "unique": false},
            "name": {"field": "text", "missing": 0.0, "values": null, "min": null, "max": null, "examples": [], "unique": false}}}}}}}))
    .unwrap()
}

fn program(steps: Json, result: Json) -> Program {
    let document = json!({
        "workflow": 1, "name": "t", "title": "T", "objective": "o", "sop": {"file": "sop.md", "statements": 1},
        "trigger": {"kind": "manual"},
        "data": {"rows": {"from": "crm.rows", "fields": {"id": "text", "n": "number", "tags": "list"}, "sop": [1]},
                 "more": {"from": "crm.more", "match": {"id": "one.id"}, "if_unavailable": {"continue": "More could not be read."}}},
        "for_each": {"in": "rows", "as": "one", "key": "one.id"},
        "steps": steps, "result": result,
        "outputs": [{"id": "doc", "kind": "document", "sop": [1], "file": "{{ one.id }}.md", "body": "{{ caveats_note }}"}]
    });
    let review = check(&read_value(document), &Sop::parse("- one"), &catalog());
    let errors: Vec<_> = review.findings.iter().filter(|f| f.is_error()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    Program::compile(&review.checked.unwrap()).unwrap()
}

fn row(value: Json) -> Row {
    value.as_object().unwrap().clone()
}

fn start(program: &Program, item: Json) -> Execution {
    start_with(program, item, IndexMap::new())
}

fn start_with(program: &Program, item: Json, given: IndexMap<String, Json>) -> Execution {
    let run = RunInfo {
        id: "r".into(),
        workflow: "t".into(),
        date: "2026-01-01".into(),
        time: "2026-01-01T00:00:00Z".into(),
    };
    let case = Case {
        item: Some(row(item)),
        given,
    };
    Execution::new(program, &run, &Json::Null, case).unwrap()
}

/// Answers every action: pulls give no rows, calls what `calls` says, in order.
fn finish(
    execution: &mut Execution,
    mut calls: Vec<Result<Json, Failure>>,
) -> (Outcome, Vec<Json>) {
    let mut asked = Vec::new();
    loop {
        let event = match execution.next_action() {
            Action::Pull(_) => Event::Pulled(Ok(Rows::of(&[]))),
            Action::Call(request) => {
                asked.push(Json::Object(request.arguments));
                Event::Called(calls.remove(0))
            }
            Action::Deliver(_) => Event::Delivered(Ok(())),
            Action::Finish(outcome) => return (*outcome, asked),
            other => panic!("not expected: {other:?}"),
        };
        execution.record(event);
    }
}

#[test]
fn steps_run_in_order_and_say_why() {
    let steps = json!([
        {"id": "sums", "kind": "compute", "sop": [1], "set": {"double": "{{ one.n * 2 }}", "more": "{{ sums.double + 1 }}"}},
        {"id": "level", "kind": "decide", "sop": [1], "rules": [{"when": "sums.more > 10", "then": {"is": "high"}, "because": "{{ sums.more }} is a lot"}, {"when": "one.n is missing", "then": {"is": "unknown"}}], "otherwise": {"is": "low"}},
        {"id": "loop", "kind": "each", "sop": [1], "in": "one.tags", "as": "tag", "steps": [{"id": "inner", "kind": "compute", "sop": [1], "set": {"shout": "{{ tag | upper }}"}}], "collect": {"it": "{{ inner.shout }}"}}
    ]);
    let steps: Json =
        serde_json::from_str(&steps.to_string().replace("\"loop\"", "\"walk\"")).unwrap();
    let program = program(
        steps,
        json!({"is": "{{ level.is }}", "why": "{{ level.because }}", "tags": "{{ walk.items | map(attribute='it') | join(' ') }}"}),
    );
    let (outcome, _) = finish(
        &mut start(&program, json!({"id": "a", "n": 5, "tags": ["x", "y"]})),
        vec![],
    );
    assert_eq!(outcome.status, Status::Done);
    assert_eq!(
        json!(outcome.result),
        json!({"is": "high", "why": "11 is a lot", "tags": "X Y"})
    );
    let (outcome, _) = finish(
        &mut start(&program, json!({"id": "b", "n": null, "tags": []})),
        vec![],
    );
    assert_eq!(outcome.result["is"], "unknown");
    assert!(!outcome.notes.is_empty(), "the missing value is noted");
    assert!(outcome.path.contains(&Passed {
        part: "level".into(),
        branch: Branch::Rule(1)
    }));
}

#[test]
fn errors_are_handled_by_their_codes() {
    let steps = json!([{"id": "look", "kind": "call", "sop": [1], "tool": "crm.look", "with": {"id": "{{ one.id }}"},
        "on_error": [{"codes": ["not_found"], "stop": {"state": "gone {{ error.code }}"}}, {"use": {"state": "unsure"}, "caveat": "Not looked up: {{ error.message }}"}]}]);
    let program = program(
        steps,
        json!({"state": "{{ look.state }}", "note": "{{ look.note }}"}),
    );
    let item = json!({"id": "a", "n": 1, "tags": []});
    let (outcome, asked) = finish(
        &mut start(&program, item.clone()),
        vec![Ok(json!({"state": "fine"}))],
    );
    assert_eq!(
        (asked, json!(outcome.result)),
        (
            vec![json!({"id": "a"})],
            json!({"state": "fine", "note": null})
        )
    );
    let (outcome, _) = finish(
        &mut start(&program, item.clone()),
        vec![Err(Failure::last("not_found", "no"))],
    );
    assert_eq!(outcome.status.word(), "stopped");
    assert_eq!(json!(outcome.result), json!({"state": "gone not_found"}));
    assert!(outcome.outputs.is_empty());
    let (outcome, _) = finish(
        &mut start(&program, item),
        vec![Err(Failure::last("timeout", "slow"))],
    );
    assert_eq!(outcome.caveats, ["Not looked up: slow"]);
    assert_eq!(outcome.outputs, ["doc"]);
}

#[test]
fn a_source_that_is_down_is_a_caveat_and_a_failure_fails_only_its_case() {
    let program = program(
        json!([{"id": "sure", "kind": "check", "sop": [1], "that": "one.n > 0", "message": "{{ one.id }} has none"}]),
        json!({"rows": "{{ more | length }}"}),
    );
    let mut execution = start(&program, json!({"id": "a", "n": 1, "tags": []}));
    assert!(matches!(execution.next_action(), Action::Pull(_)));
    // Asked again, it wants the same.
    assert!(
        matches!(execution.next_action(), Action::Pull(request) if request.wanted == [("id".to_owned(), Wanted::Equal(json!("a")))])
    );
    execution.record(Event::Pulled(Err(Failure::last("unavailable", "down"))));
    let (outcome, _) = finish(&mut execution, vec![]);
    assert_eq!(
        (outcome.caveats, json!(outcome.result)),
        (
            vec!["More could not be read.".to_owned()],
            json!({"rows": null})
        )
    );
    let (outcome, _) = finish(
        &mut start(&program, json!({"id": "b", "n": 0, "tags": []})),
        vec![],
    );
    assert!(
        matches!(outcome.status, Status::Failed { ref failure, .. } if failure.message == "b has none")
    );
}

#[test]
fn the_same_events_give_the_same_outcome() {
    let steps = json!([{"id": "look", "kind": "call", "sop": [1], "tool": "crm.look", "with": {"id": "x"}}]);
    let program = program(steps, json!({"state": "{{ look.state }}"}));
    let replay = || {
        finish(
            &mut start(&program, json!({"id": "a", "n": 1, "tags": []})),
            vec![Ok(json!({"state": "s"}))],
        )
        .0
    };
    assert_eq!(replay(), replay());
}

#[test]
fn names_are_matched_with_their_confidence() {
    let document = json!({
        "workflow": 1, "name": "t", "title": "T", "objective": "o", "sop": {"file": "sop.md", "statements": 1}, "trigger": {"kind": "manual"},
        "data": {"rows": {"from": "crm.rows", "sop": [1]}, "more": {"from": "crm.more", "match": {"name": {"like": "one.id"}}, "fields": {"name": "text"}}},
        "for_each": {"in": "rows", "as": "one", "key": "one.id"},
        "steps": [{"id": "c", "kind": "compute", "sop": [1], "set": {"n": "{{ more | length }}"}}], "result": {"n": "{{ c.n }}"}
    });
    let review = check(&read_value(document), &Sop::parse("- one"), &catalog());
    let program = Program::compile(&review.checked.unwrap()).unwrap();
    let rows: Vec<Map<String, Json>> = [
        "Acme Robotics",
        "ACME Robotics Inc.",
        "Acme Robotocs",
        "Globex",
        "ACME Robotics, Inc",
    ]
    .iter()
    .map(|n| row(json!({"name": n})))
    .collect();
    let table = Table::new(program.pulls()[0].clone(), rows, &crate::expr::Scope::new()).unwrap();
    let wanted = |name: &str| {
        vec![(
            "name".to_owned(),
            Wanted::Like {
                name: name.to_owned(),
                at_least: 0.82,
                sure: 0.95,
            },
        )]
    };
    let exact = table
        .rows_for(&wanted("Acme Robotics"), &crate::expr::Scope::new())
        .unwrap();
    assert_eq!(
        (exact.value.len(), exact.caveats.len()),
        (Some(3), 0),
        "the misspelled one gives way to exact ones"
    );
    let unsure = table
        .rows_for(&wanted("Globexx"), &crate::expr::Scope::new())
        .unwrap();
    assert_eq!(unsure.value.len(), Some(1));
    assert!(
        unsure.caveats[0].contains("please confirm"),
        "{:?}",
        unsure.caveats
    );
    let others = table.alike("Acme Robotix", 3);
    let first: Vec<&str> = others.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        first,
        ["Acme Robotics", "ACME Robotics Inc.", "Acme Robotocs"],
        "what differs only in how it is spelled is there once"
    );
    assert!(!table.is_told_apart("Acme Robotix"));

    let folder = tempfile::tempdir().unwrap();
    let said = "table,written,name,same\ncrm.accounts,Globexx,GLOBEX,yes\n\
        crm.accounts,Big A,Acme Robotocs,yes\ncrm.accounts,Acme Robotics,ACME ROBOTICS INC,no\n\
        crm.accounts,acme robotix,Acme Robotocs,no\n";
    std::fs::write(folder.path().join("names.csv"), said).unwrap();
    let aliases = crate::connect::Aliases::read(folder.path()).unwrap();
    let table = table.with_aliases(aliases.of("crm.accounts"));
    let others = table.alike("Acme Robotix", 3);
    assert!(!others.iter().any(|(name, _)| name == "Acme Robotocs"));
    assert!(table.is_told_apart("Acme Robotix"));
    for (written, found) in [
        ("globexx", "Globex"),
        ("Big A", "Acme Robotocs"),
        ("Acme Robotics", "Acme Robotics"),
    ] {
        let rows = table
            .rows_for(&wanted(written), &crate::expr::Scope::new())
            .unwrap();
        assert_eq!(rows.value.len(), Some(1), "{written}");
        assert!(rows.caveats.is_empty(), "{:?}", rows.caveats);
        assert!(rows.value.to_string().contains(found), "{written}");
    }
}

#[test]
fn a_stopped_case_still_makes_its_outputs_where_it_says_so() {
    let program = program(
        json!([
            {"id": "odd", "kind": "stop", "sop": [1], "when": "one.n > 5", "because": "too many", "outputs": true},
            {"id": "score", "kind": "compute", "sop": [1], "set": {"n": "{{ one.n * 2 }}", "all": "{{ one.tags + ['x'] }}"}}
        ]),
        json!({"n": "{{ score.n }}", "all": "{{ score.all }}"}),
    );
    let (outcome, _) = finish(
        &mut start(&program, json!({"id": "a", "n": 9, "tags": []})),
        vec![],
    );
    assert_eq!(outcome.status.word(), "stopped");
    assert_eq!(json!(outcome.result), json!({"n": null, "all": null}));
    assert_eq!(outcome.outputs, ["doc"]);
    let (outcome, _) = finish(
        &mut start(&program, json!({"id": "b", "n": 2, "tags": ["t"]})),
        vec![],
    );
    assert_eq!(json!(outcome.result), json!({"n": 4, "all": ["t", "x"]}));
}

#[test]
fn a_table_that_is_given_as_nothing_is_down() {
    let steps =
        json!([{"id": "sums", "kind": "compute", "sop": [1], "set": {"n": "{{ more | length }}"}}]);
    let program = program(steps, json!({"n": "{{ sums.n }}"}));
    for (given, n, caveats) in [
        (json!(null), json!(null), vec!["More could not be read."]),
        (json!([]), json!(0), vec![]),
    ] {
        let given = IndexMap::from([("more".to_owned(), given)]);
        let item = json!({"id": "a", "n": 1, "tags": []});
        let (outcome, _) = finish(&mut start_with(&program, item, given), vec![]);
        assert_eq!(
            (&outcome.result["n"], outcome.caveats),
            (&n, caveats.into_iter().map(str::to_owned).collect())
        );
    }
}

#[test]
fn a_given_answer_is_not_asked_for_and_what_is_missing_is_not_sent() {
    let program = program(
        json!([{"id": "found", "kind": "call", "sop": [1], "tool": "crm.look", "with": {"id": "{{ extract(one.id, 'x.*') }}"}}]),
        json!({"state": "{{ found.state }}", "note": "{{ found.note }}"}),
    );
    let given = IndexMap::from([("found".to_owned(), json!({"state": "ok"}))]);
    let mut execution = start_with(&program, json!({"id": "a", "n": null, "tags": []}), given);
    let (outcome, asked) = finish(&mut execution, vec![]);
    assert_eq!(json!(outcome.result), json!({"state": "ok", "note": null}));
    assert!(asked.is_empty());
    let (_, asked) = finish(
        &mut start(&program, json!({"id": "a", "n": null, "tags": []})),
        vec![Ok(json!({"state": "gone"}))],
    );
    assert_eq!(asked, [json!({})]);
}
