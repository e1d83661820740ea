#![allow(clippy::unwrap_used)]

use serde_json::{Value as Json, json};

use super::*;
use crate::spec::{Workflow, read_value};

fn document() -> Json {
    json!({
        "workflow": 1, "name": "risk", "title": "Risk", "objective": "Rate accounts",
        "sop": {"file": "sop.md", "statements": 3},
        "trigger": {"kind": "schedule", "cron": "0 8 * * MON", "timezone": "America/New_York"},
        "data": {"accounts": {"from": "crm.accounts", "where": "row.status == 'active'",
            "fields": {"account_id": "text", "status": "text", "health_score": "integer"}}},
        "for_each": {"in": "accounts", "as": "account", "key": "account.account_id"},
        "steps": [{"id": "risk", "kind": "decide", "sop": [1], "rules": [
            {"when": "account.health_score < 40", "then": {"level": "high"}, "because": "Below 40"},
            {"when": "account.health_score < 60", "then": {"level": "medium"}, "because": "Below 60"},
            {"when": "account.status == 'trial'", "then": {"level": "medium"}, "because": "A trial"}],
            "otherwise": {"level": "low"}}],
        "result": {"level": "{{ risk.level }}"},
        "outputs": [{"id": "note", "kind": "email_draft", "to": "{{ account.owner }}", "subject": "Risk",
            "body": "Hello,\nLevel: {{ result.level }}\nBye"}]
    })
}

fn told(edit: impl FnOnce(&mut Json)) -> Vec<(String, Option<String>, Option<String>)> {
    found(edit)
        .into_iter()
        .map(|c| (c.part, c.before, c.after))
        .collect()
}

fn found(edit: impl FnOnce(&mut Json)) -> Vec<PartChange> {
    let read = |document: Json| -> Workflow { read_value(document).workflow.unwrap() };
    let mut edited = document();
    edit(&mut edited);
    changes(&read(document()), &read(edited))
}

fn text(words: &str) -> Option<String> {
    Some(words.to_owned())
}

#[test]
fn what_is_the_same_is_no_change() {
    assert_eq!(found(|_| ()), []);
    // Which statement a part carries out is told by the trace.
    assert_eq!(found(|d| d["steps"][0]["sop"] = json!([1, 2])), []);
}

#[test]
fn changes_are_told_in_words_by_part() {
    assert_eq!(
        told(
            |d| d["trigger"] = json!({"kind": "schedule", "cron": "30 9 * * MON-FRI", "timezone": "Europe/London"})
        ),
        [(
            "when it runs".to_owned(),
            text("Every Monday at 8:00, New York time"),
            text("Every weekday at 9:30, London time")
        )]
    );
    assert_eq!(
        told(|d| d["steps"][0]["rules"][1]["when"] = json!("account.health_score < 70")),
        [(
            "the rule for level medium".to_owned(),
            text("if health score is below 60"),
            text("if health score is below 70")
        )]
    );
}

#[test]
fn a_new_rule_is_new_and_the_others_of_its_level_are_untouched() {
    let rule = json!({"when": "account.status == 'churned'", "then": {"level": "medium"}, "because": "Gone"});
    let changes = told(|d| {
        d["steps"][0]["rules"]
            .as_array_mut()
            .unwrap()
            .insert(0, rule)
    });
    assert_eq!(
        changes,
        [(
            "the rule for level medium".to_owned(),
            None,
            text("if status is “churned”")
        )]
    );
}

#[test]
fn what_is_gone_is_told_as_removed() {
    let found = found(|d| d["outputs"] = json!([]));
    assert!(found.len() == 1 && found[0].is_removed(), "{found:?}");
    assert_eq!(found[0].words(), "removed: the email draft “note”");
}

#[test]
fn another_order_of_rules_is_told_once() {
    let changes = told(|d| d["steps"][0]["rules"].as_array_mut().unwrap().swap(0, 1));
    assert_eq!(changes.len(), 1, "{changes:?}");
    assert_eq!(changes[0].0, "the order of the rules");
}

#[test]
fn within_a_long_text_only_the_lines_that_differ_are_told() {
    let changes =
        found(|d| d["outputs"][0]["body"] = json!("Hello,\nRisk: {{ result.level }}\nBye"));
    let [change] = changes.as_slice() else {
        panic!("{changes:?}")
    };
    assert_eq!((&change.before, &change.after), (&None, &None));
    let detail = Detail {
        field: "body".to_owned(),
        before: text("Level: ‹level›"),
        after: text("Risk: ‹level›"),
    };
    assert_eq!(change.details, [detail]);
}

#[test]
fn no_difference_of_two_documents_is_passed_over() {
    // Whatever the JSON of a part differs in, but for citations, some part says it.
    let edits: [(&str, Json); 9] = [
        ("/title", json!("Other")),
        ("/data/accounts/order_by", json!(["-row.health_score"])),
        ("/data/accounts/fields/arr", json!("number")),
        ("/steps/0/when", json!("account.status == 'active'")),
        ("/steps/0/rules/0/because", json!("Another reason")),
        ("/result/why", json!("{{ risk.because }}")),
        ("/outputs/0/approval", json!("not_needed")),
        ("/outputs/0/cc", json!("lena@ours.example")),
        ("/limits", json!({"cases": 10})),
    ];
    for (at, value) in edits {
        let changes = found(|d| {
            let (parent, name) = at.rsplit_once('/').unwrap();
            let parent = d.pointer_mut(parent).unwrap();
            parent
                .as_object_mut()
                .unwrap()
                .insert(name.to_owned(), value);
        });
        assert_eq!(changes.len(), 1, "{at}: {changes:?}");
    }
}

#[test]
fn a_change_in_one_sentence_leaves_out_what_stayed() {
    let words = |before: &str, after: &str| {
        let sides = (text(before), text(after));
        PartChange {
            part: "the rule".to_owned(),
            before: sides.0,
            after: sides.1,
            details: Vec::new(),
            names: Vec::new(),
            is_support: false,
        }
        .words()
    };
    assert_eq!(
        words(
            "if a is below 5 or b is 1",
            "if (a is below 6 or b is 1) and not (c is 2)"
        ),
        "the rule: a is below 6, not (c is 2) (before: a is below 5)"
    );
    assert_eq!(
        words("if a is 1 or b is 2", "if a is 1"),
        "the rule: no longer b is 2"
    );
    assert_eq!(
        words("if a is 1", "if a is 1 or b is 2"),
        "the rule: also b is 2"
    );
}
