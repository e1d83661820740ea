#![allow(clippy::unwrap_used)]

use serde_json::{Value as Json, json};

use super::*;
use crate::spec::read_value;

const SOP: &str = "\
# Risk
Owner: ops.

## When
- Every Monday at 8.

## Rating
- High: score below 40.
- Everything else is low.
- Look at the tickets, and take your time.

## Then
- Tell the owner.
- Be kind.
";

fn workflow(change: impl FnOnce(&mut Json)) -> Workflow {
    let mut document = json!({
        "workflow": 1, "name": "risk", "title": "Risk", "objective": "o",
        "sop": {"file": "sop.md", "statements": 7, "waived": [{"statements": [1], "because": "background"}]},
        "assumptions": [
            {"text": "Monday is in UTC (statement 2)", "from": "builder"},
            {"text": "Days are calendar days", "from": "user"}],
        "trigger": {"kind": "schedule", "sop": [2], "cron": "0 8 * * MON", "timezone": "UTC"},
        "data": {"accounts": {"from": "crm.accounts"}, "tickets": {"from": "help.tickets", "sop": [5], "match": {"id": "account.id"}}},
        "for_each": {"in": "accounts", "as": "account", "key": "account.id"},
        "steps": [{"id": "level", "kind": "decide", "sop": [3, 4], "otherwise": {"level": "low"}, "rules": [
            {"when": "account.score < 40", "then": {"level": "high"}, "because": "High: score below 40."}]}],
        "result": {"level": "{{ level.level }}"},
        "outputs": [{"id": "mail", "kind": "email_draft", "sop": [6], "to": "{{ account.owner }}", "subject": "Risk", "body": "Look."}]
    });
    change(&mut document);
    let draft = read_value(document);
    assert!(draft.findings.is_empty(), "{:?}", draft.findings);
    draft.workflow.unwrap()
}

fn traced(change: impl FnOnce(&mut Json)) -> Trace {
    trace(&workflow(change), &Sop::parse(SOP))
}

fn carriers(trace: &Trace, number: usize) -> Vec<&str> {
    let row = trace.rows.iter().find(|r| r.number == number).unwrap();
    row.carriers.iter().map(|c| c.text.as_str()).collect()
}

fn details(trace: &Trace, number: usize) -> Vec<&str> {
    let row = trace.rows.iter().find(|r| r.number == number).unwrap();
    let details = row.carriers.iter().flat_map(|c| &c.details);
    details.map(String::as_str).collect()
}

#[test]
fn every_statement_is_told_with_what_carries_it_out() {
    let trace = traced(|_| {});
    let told: Vec<_> = trace.rows.iter().map(|r| (r.number, r.state)).collect();
    use State::{CarriedOut, Open, Waived};
    assert_eq!(
        told,
        [
            (1, Waived),
            (2, CarriedOut),
            (3, CarriedOut),
            (4, CarriedOut),
            (5, CarriedOut),
            (6, CarriedOut),
            (7, Open)
        ]
    );
    assert_eq!(
        trace.rows[0].remark().as_deref(),
        Some("waived: background")
    );
    assert_eq!(trace.rows[4].heading.as_deref(), Some("Rating"));
    assert_eq!(
        carriers(&trace, 2),
        ["the trigger: every Monday at 8:00, UTC"]
    );
    assert_eq!(
        carriers(&trace, 5),
        ["the data: tickets from help.tickets, of the same id (id)"]
    );
    assert_eq!(carriers(&trace, 6), ["an email draft to owner: “Risk”"]);
    assert_eq!(trace.rows[6].remark().as_deref(), Some("not carried out"));
    assert_eq!(
        trace.counts.words(),
        "5 of 7 statements carried out, 1 waived, 1 not carried out."
    );
    assert_eq!(trace.caution, None);
    assert_eq!(
        trace.uncited.iter().map(|c| &c.text).collect::<Vec<_>>(),
        ["the data: accounts from crm.accounts; each is a case"]
    );
}

#[test]
fn a_statement_that_a_rule_quotes_gets_that_rule_and_another_the_rest() {
    let trace = traced(|_| {});
    assert_eq!(
        carriers(&trace, 3),
        ["rule 1 of “level”: level high when score is below 40"]
    );
    assert_eq!(
        carriers(&trace, 4),
        ["“level”, where no rule applies: level low"]
    );
    // Where every statement is quoted, what holds otherwise belongs to each of them.
    let trace = traced(|document| document["steps"][0]["sop"] = json!([3]));
    assert_eq!(
        carriers(&trace, 3),
        [
            "rule 1 of “level”: level high when score is below 40",
            "“level”, where no rule applies: level low"
        ]
    );
}

#[test]
fn rules_in_other_words_are_told_once_for_all_statements_of_their_step() {
    let trace = traced(|document| {
        document["steps"][0]["rules"][0]["because"] = json!("in danger");
        document["steps"][0]["when"] = json!("account.live == true");
    });
    assert_eq!(
        carriers(&trace, 3),
        ["the decision “level” (only if live is yes)"]
    );
    assert_eq!(
        details(&trace, 3),
        [
            "rule 1: level high when score is below 40 (in danger)",
            "otherwise: level low"
        ]
    );
    assert_eq!(trace.rows[2].carriers[0].told_at, None);
    assert_eq!(trace.rows[3].carriers[0].told_at, Some(3));
}

#[test]
fn a_reason_that_was_cut_still_quotes() {
    let trace = traced(|document| {
        document["steps"][0]["rules"][0]["because"] = json!("High: score…");
    });
    assert_eq!(carriers(&trace, 3).len(), 1);
    assert!(carriers(&trace, 3)[0].starts_with("rule 1"));
}

#[test]
fn assumptions_stand_beside_the_statement_that_they_name() {
    let words = |said: &[Assumption]| said.iter().map(Assumption::words).collect::<Vec<_>>();
    let trace = traced(|_| {});
    assert_eq!(
        words(&trace.rows[1].assumptions),
        ["Monday is in UTC (statement 2)"]
    );
    assert_eq!(
        words(&trace.assumptions),
        ["Days are calendar days (said by a person)"]
    );
    assert_eq!(
        named_statements("Statements 3, 4 and 17: 5 days"),
        [3, 4, 17]
    );
    assert_eq!(named_statements("In statement 3, 5 days pass"), [3]);
    assert!(named_statements("5 days, and a statement of 3").is_empty());
}

#[test]
fn what_is_open_stays_in_sight() {
    let trace = traced(|document| {
        document["sop"]["open"] = json!([5, 7]);
        document["sop"]["waived"][0]["statements"] = json!([1, 6]);
        document["sop"]["statements"] = json!(6);
    });
    assert_eq!(trace.rows[4].state, State::InPart);
    assert_eq!(
        trace.rows[5].remark().as_deref(),
        Some("also waived: background")
    );
    assert_eq!(
        trace.counts.words(),
        "4 of 7 statements carried out, 1 carried out in part, 1 waived, 1 not carried out."
    );
    assert!(!trace.counts.is_settled());
    assert!(trace.caution.unwrap().contains("built for 6"));
}

#[test]
fn a_loop_is_told_by_what_cites_within_it() {
    let looped = |sop: Json, inner: Json| {
        json!([{"id": "all", "kind": "each", "sop": sop, "in": "tickets", "as": "ticket", "collect": {"x": "1"}, "steps": [
            {"id": "seen", "kind": "compute", "sop": inner, "set": {"old": "{{ ticket.age }}"}},
            {"id": "extra", "kind": "compute", "set": {"new": "1"}}]}])
    };
    let uncited =
        |trace: &Trace| -> Vec<String> { trace.uncited.iter().map(|c| c.part.clone()).collect() };
    let trace = traced(|document| document["steps"] = looped(json!([]), json!([3])));
    assert_eq!(carriers(&trace, 3), ["the step “seen”: old is age"]);
    assert_eq!(uncited(&trace), ["accounts", "extra"]);
    let trace = traced(|document| document["steps"] = looped(json!([3]), json!([])));
    assert_eq!(carriers(&trace, 3), ["the step “all”"]);
    assert_eq!(
        details(&trace, 3),
        ["for each ticket of tickets:", "old is age", "new is 1"]
    );
    assert_eq!(uncited(&trace), ["accounts"]);
    let trace = traced(|document| document["steps"] = looped(json!([]), json!([99])));
    assert_eq!(uncited(&trace), ["accounts", "all"]);
}

#[test]
fn nothing_of_an_sop_or_a_workflow_is_markup() {
    const EVIL: &str = "</td><script>alert(\"1\")</script><img src='http://x/'> & ";
    let workflow = workflow(|document| {
        document["title"] = json!(EVIL);
        document["sop"]["waived"][0]["because"] = json!(EVIL);
        document["assumptions"][0]["text"] = json!(format!("statement 2 {EVIL}"));
        document["assumptions"][1]["text"] = json!(EVIL);
        document["steps"][0]["rules"][0]["because"] = json!(EVIL);
        document["steps"][0]["otherwise"]["level"] = json!(EVIL);
        document["outputs"][0]["subject"] = json!(EVIL);
        document["data"]["accounts"]["from"] = json!(format!("crm.{EVIL}"));
    });
    let sop = Sop::parse(&format!(
        "# {EVIL}\n- {EVIL}\n- b\n- c\n- d\n- e\n- f\n- g\n"
    ));
    let page = html(&trace(&workflow, &sop));
    assert!(page.matches("&lt;script&gt;").count() >= 10, "{page}");
    for tag in ["<script", "<img", "</td><s"] {
        assert!(!page.contains(tag), "{page}");
    }
    assert!(!page.replace("&amp;", "").contains("& "), "{page}");
}

#[test]
fn the_page_is_one_table_with_its_headings_and_stands_alone() {
    let page = html(&traced(|_| {}));
    assert!(page.starts_with("<!DOCTYPE html>"));
    for part in [
        "<caption>",
        "<th scope=\"col\">Carried out by</th>",
        "<th scope=\"rowgroup\" colspan=\"3\" dir=\"auto\">Rating</th>",
        "<tr id=\"s1\"><th scope=\"row\">1</th><td dir=\"auto\">Owner: ops.</td><td><div class=\"state waived\" dir=\"auto\">Waived: background</div></td></tr>",
        "Not carried out",
        "<h2>Not asked for by the SOP</h2>",
        "Assumed: Monday is in UTC",
        "prefers-color-scheme:dark",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
    for fetched in [
        "http:", "https:", "src=", "url(", "@import", "<link", "<script",
    ] {
        assert!(!page.contains(fetched), "{fetched}");
    }
}
