#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::condition::Reader;
use super::world::{Column, Table, World};

pub(super) fn column(kind: &str, values: &[&str], unique: bool) -> Column {
    let values = values.iter().map(|v| (*v).to_owned()).collect();
    Column::new(kind, values, unique)
}

pub(super) fn world() -> World {
    let accounts = [
        ("account_id", column("text", &[], true)),
        ("name", column("text", &[], true)),
        ("status", column("text", &["active", "churned"], false)),
        ("segment", column("text", &["enterprise", "smb"], false)),
        ("health_score", column("integer", &[], false)),
        ("arr", column("integer", &[], false)),
        ("renewal_date", column("date", &[], false)),
        ("last_contact_date", column("date", &[], false)),
        ("owner_email", column("text", &[], false)),
    ];
    let tickets = [
        ("ticket_id", column("integer", &[], true)),
        ("account_id", column("text", &[], false)),
        ("status", column("text", &["open", "closed"], false)),
    ];
    let usage = [
        ("account_id", column("text", &[], true)),
        ("usage_now", column("integer", &[], false)),
        ("usage_previous", column("integer", &[], false)),
    ];
    let table = |name: &str, columns: &[(&str, Column)]| Table {
        name: name.to_owned(),
        columns: columns
            .iter()
            .map(|(n, c)| ((*n).to_owned(), c.clone()))
            .collect(),
        writable: true,
    };
    World {
        tables: vec![
            table("crm.accounts", &accounts),
            table("helpdesk.tickets", &tickets),
            table("usage.summary", &usage),
        ],
        ..World::default()
    }
}

fn read(text: &str) -> Option<String> {
    let world = world();
    let reader = Reader::new(
        &world,
        &world.tables[0],
        "account".to_owned(),
        super::statement::Forms::new(&world.statements),
    );
    reader.read(text).map(|read| read.source)
}

#[test]
fn conditions_are_read_as_they_are_said() {
    for (text, source) in [
        ("health below 50", "account.health_score < 50"),
        (
            "a health score of at least 80",
            "account.health_score >= 80",
        ),
        ("ARR is more than $50k", "account.arr > 50000"),
        (
            "three or more open tickets",
            "(tickets | where(\"item.status == 'open'\") | length) >= 3",
        ),
        (
            "usage dropped by more than 20%",
            "percent_change(max(summary, 'usage_previous'), max(summary, 'usage_now')) < -20",
        ),
        (
            "renews within 90 days",
            "days_until(account.renewal_date) <= 90 and days_until(account.renewal_date) >= 0",
        ),
        (
            "last contact more than 30 days ago",
            "days_since(account.last_contact_date) > 30",
        ),
        ("status is active", "account.status == 'active'"),
        ("not churned", "account.status != 'churned'"),
        ("no owner", "account.owner_email is missing"),
        (
            "health between 30 and 60",
            "account.health_score >= 30 and account.health_score <= 60",
        ),
        (
            "health below 50 and enterprise",
            "account.health_score < 50 and account.segment == 'enterprise'",
        ),
        (
            "health below 50 or churned, and ARR over 10k",
            "account.health_score < 50 or account.status == 'churned' and account.arr > 10000",
        ),
        (
            "health below 50 unless churned",
            "account.health_score < 50 and not (account.status == 'churned')",
        ),
        (
            "health is zero or unknown",
            "account.health_score == 0 or account.health_score is missing",
        ),
    ] {
        assert_eq!(read(text).as_deref(), Some(source), "{text}");
    }
}

#[test]
fn what_cannot_be_read_is_left_unread() {
    for text in [
        "the champion seems unhappy",
        "health below 50 and they sound annoyed",
        "enterprise accounts in the northern region",
        "usage is low",
        "it has been a while",
        "more than 5 escalations",
    ] {
        assert_eq!(read(text), None, "{text}");
    }
}

fn drafted(statements: &[&str]) -> super::draft::Drafted {
    let mut world = world();
    world.title = "Account health".to_owned();
    world.name = "account-health".to_owned();
    world.statements = statements
        .iter()
        .enumerate()
        .map(|(index, text)| super::world::Said::new(index + 1, text, ""))
        .collect();
    super::draft::draft(&world).unwrap()
}

fn rules(drafted: &super::draft::Drafted) -> Vec<(String, String)> {
    let steps = drafted.document["steps"].as_array().unwrap();
    let decide = steps.iter().find(|s| s["id"] == "risk").unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    decide["rules"]
        .as_array()
        .unwrap()
        .iter()
        .map(|rule| (text(&rule["then"]["level"]), text(&rule["when"])))
        .collect()
}

#[test]
fn exceptions_and_floors_take_their_place_among_the_rules() {
    let drafted = drafted(&[
        "High risk: health below 40.",
        "Medium risk: health below 60.",
        "Everything else is low risk.",
        "Enterprise accounts that are medium count as high.",
        "An account with ARR over 500k never goes below medium.",
        "If health is unknown we can't say anything: mark it \"no data\".",
    ]);
    let expected = [
        ("no_data", "account.health_score is missing"),
        ("high", "account.health_score < 40"),
        (
            "high",
            "(account.health_score < 60) and (account.segment == 'enterprise')",
        ),
        ("medium", "account.health_score < 60"),
        ("medium", "account.arr > 500000"),
    ];
    let expected = expected.map(|(label, when)| (label.to_owned(), when.to_owned()));
    assert_eq!(rules(&drafted), expected);
    assert!(drafted.open.is_empty(), "{:?}", drafted.open);
}

#[test]
fn what_tables_do_not_answer_is_judged_by_a_model_and_not_passed_over() {
    let drafted = drafted(&[
        "High risk: the customer sounds like leaving.",
        "Everything else is low risk.",
    ]);
    assert_eq!(
        rules(&drafted),
        [
            ("high", "judged_1.statement_1_applies == 'yes'"),
            // Where nobody judges it, nothing is decided.
            ("none", "judged_1.statement_1_applies is missing"),
        ]
        .map(|(label, when)| (label.to_owned(), when.to_owned()))
    );
    assert_eq!(drafted.document["steps"][0]["kind"], "llm");
}

#[test]
fn what_is_read_in_part_stays_open() {
    for text in [
        "Every Monday we go over accounts that look odd.",
        "Everything else is low risk, unless the sponsor has left.",
        "Gold – draft an email to the owner.",
        "Draft an email to the mayor.",
    ] {
        let drafted = drafted(&["High risk: health below 40.", text]);
        let open: Vec<usize> = drafted.open.iter().map(|s| s.number).collect();
        assert_eq!(open, [2], "{text}");
        assert_eq!(
            drafted.document["sop"]["open"],
            serde_json::json!([2]),
            "{text}"
        );
    }
}

#[test]
fn either_kind_of_what_is_left_out_is_left_out() {
    let drafted = drafted(&[
        "Leave out churned accounts and tickets that are closed.",
        "High risk: health below 40.",
    ]);
    let stop = &drafted.document["steps"][0];
    assert_eq!(stop["kind"], "stop");
    assert_eq!(
        stop["when"],
        "account.status == 'churned' or any(tickets, \"item.status == 'closed'\")"
    );
}

/// Returns the world of a procedure about the health of accounts, with these statements.
pub(super) fn health(statements: &[&str]) -> World {
    let mut world = world();
    world.title = "Account health".to_owned();
    world.name = "account-health".to_owned();
    let said = (1..).zip(statements);
    world.statements = said
        .map(|(number, text)| super::world::Said::new(number, text, ""))
        .collect();
    world
}

#[test]
fn unknown_words_are_asked_about_and_their_meaning_holds_everywhere() {
    let mut world = health(&[
        "Skip accounts that are on the naughty list.",
        "High risk: health below 40.",
    ]);
    let asked = super::draft::draft_and_ask(&world).unwrap().asked;
    let [asked] = asked.as_slice() else {
        panic!("{asked:?}")
    };
    assert_eq!(asked.text, "What does “naughty list” mean here?");
    assert!(asked.why.contains("1. Skip accounts") && asked.why.contains("health_score"));
    let answer = (asked.text.clone(), "status is churned".to_owned());
    world.answers.push(answer);
    let drafted = super::draft::draft_and_ask(&world).unwrap();
    assert!(drafted.asked.is_empty() && drafted.open.is_empty());
    let rows = &drafted.document["data"]["accounts"]["where"];
    assert_eq!(rows, "not (row.status == 'churned')");
}

#[test]
fn what_is_not_read_is_said_again_by_the_owner() {
    let mut world = health(&[
        "Skip accounts whose stars, moons or planets are misaligned.",
        "High risk: wobbly or shaky on any two of our feelings.",
        "Low risk: health of 80 or more.",
    ]);
    let asked = super::draft::draft_and_ask(&world).unwrap().asked;
    let texts: Vec<&str> = asked.iter().map(|asked| asked.text.as_str()).collect();
    assert!(
        texts[0].starts_with("Which rows") && texts[1].starts_with("How is the outcome"),
        "{texts:?}"
    );
    let answers = [
        "out: status is churned; out: arr < 1,000 or there is no open ticket",
        "High: health_score < 50; Low: health_score >= 80 and zzz is big; otherwise: medium",
    ];
    for (asked, answer) in asked.iter().zip(answers) {
        world.answers.push((asked.text.clone(), answer.to_owned()));
    }
    // What was not read of an answer is asked once more.
    let again = super::draft::draft_and_ask(&world).unwrap().asked;
    assert!(
        again.len() == 1 && again[0].why.contains("zzz"),
        "{again:?}"
    );
    let whole = "High: health_score < 50; Low: health_score >= 80; otherwise: medium";
    world
        .answers
        .push((again[0].text.clone(), whole.to_owned()));
    let drafted = super::draft::draft_and_ask(&world).unwrap();
    assert!(
        drafted.asked.is_empty() && drafted.open.is_empty(),
        "{:?}",
        drafted.open
    );
    let document = drafted.document.to_string();
    for part in [
        "not (row.status == 'churned')",
        "account.health_score < 50",
        "account.health_score >= 80",
        "medium",
    ] {
        assert!(document.contains(part), "{part} in {document}");
    }
}

#[test]
fn notes_say_what_words_mean_and_which_rows_there_are() {
    let mut world = health(&[
        "Skip accounts that are on the naughty list.",
        "High risk: health below 40.",
    ]);
    world.notes = "An account on the naughty list is one whose segment is smb\nnaughty list means segment is smb\nout: status is churned".to_owned();
    let drafted = super::draft::draft_and_ask(&world).unwrap();
    let rows = drafted.document["data"]["accounts"]["where"]
        .as_str()
        .unwrap();
    assert!(
        rows.contains("row.segment == 'smb'") && rows.contains("churned"),
        "{rows}"
    );
    assert!(drafted.asked.is_empty(), "{:?}", drafted.asked);
}

#[test]
fn what_one_sentence_asks_for_is_made_each_for_its_own_cases() {
    let drafted = drafted(&[
        "High risk: health below 40.",
        "Everything else is low risk.",
        "High: draft an email to the owner, and set the status to \"churned\".",
    ]);
    let outputs = drafted.document["outputs"].as_array().unwrap();
    let made: Vec<_> = outputs.iter().map(|o| (&o["kind"], &o["when"])).collect();
    assert_eq!(made.len(), 2, "{made:?}");
    assert!(
        made.iter().all(|(_, when)| *when == "risk.level == 'high'"),
        "{made:?}"
    );
    assert!(drafted.open.is_empty(), "{:?}", drafted.open);
}
