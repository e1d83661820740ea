//! What an owner does with what was read: changes by number, in answers and to a plan, and what is not read.

#![allow(clippy::unwrap_used)]

use super::draft::{Drafted, draft_and_ask};
use super::tests::health;
use super::world::World;

/// An SOP of two rules and a rest, with answers to its first two questions.
fn answered(rows: &str, outcomes: &str) -> World {
    let mut world = health(&[
        "Skip accounts whose stars are misaligned.",
        "Skip churned accounts.",
        "High risk: health below 40.",
        "Medium risk: health below 60.",
        "Medium risk: wobbly on any two of our feelings.",
        "Everything else is low risk.",
    ]);
    let asked = draft_and_ask(&world).unwrap().asked;
    for (asked, answer) in asked.iter().zip([rows, outcomes]) {
        world.answers.push((asked.text.clone(), answer.to_owned()));
    }
    world
}

fn drafted(world: &World) -> Drafted {
    draft_and_ask(world).unwrap()
}

/// The outcomes with their conditions, in the order in which they are tried, and that of the rest.
fn outcomes(drafted: &Drafted) -> Vec<String> {
    let steps = drafted.document["steps"].as_array().unwrap();
    let decide = steps.iter().find(|step| step["kind"] == "decide").unwrap();
    let rules = decide["rules"].as_array().unwrap().iter();
    let told = rules.map(|rule| {
        let (level, when) = (&rule["then"]["level"], &rule["when"]);
        format!("{}: {}", level.as_str().unwrap(), when.as_str().unwrap())
    });
    let rest = decide["otherwise"]["level"].as_str().unwrap();
    told.chain([rest.to_owned()]).collect()
}

#[test]
fn what_was_read_is_changed_by_its_number() {
    // Number 1 are the churned accounts, 2 to 4 the rules, the last of which a model is to judge.
    let world = answered(
        "drop 1; out: arr is below 1000",
        "before 2: Urgent: arr is at least 50000; 2: health_score is below 30; after 2: Watch: health_score is below 35; drop 3; drop 4; otherwise: low",
    );
    let drafted = drafted(&world);
    assert_eq!(
        outcomes(&drafted),
        [
            "urgent: account.arr >= 50000",
            "high: account.health_score < 30",
            "watch: account.health_score < 35",
            "low"
        ]
    );
    let rows = drafted.document["data"]["accounts"]["where"].as_str();
    assert_eq!(rows, Some("not (row.arr < 1000)"));
}

#[test]
fn one_outcome_becomes_another_and_moves_once() {
    let world = answered(
        "skip",
        "High: health_score is below 40; Medium: health_score is below 60; otherwise: low; Medium instead of High: arr is below 10; Low instead of Medium: arr is below 10",
    );
    assert_eq!(
        outcomes(&drafted(&world)),
        [
            "medium: (account.health_score < 40) and (account.arr < 10)",
            "high: account.health_score < 40",
            "low: (account.health_score < 60) and (account.arr < 10)",
            "medium: account.health_score < 60",
            "low"
        ]
    );
}

#[test]
fn a_plan_is_changed_as_often_as_the_owner_wants() {
    let mut world = answered("skip", "High: health_score is below 40; otherwise: low");
    world.wishes = vec![
        "Urgent: arr is at least 50000".to_owned(),
        "drop 1; out: segment is smb; last: Medium: health_score is below 60".to_owned(),
    ];
    let drafted = drafted(&world);
    assert_eq!(
        outcomes(&drafted),
        [
            "urgent: account.arr >= 50000",
            "high: account.health_score < 40",
            "medium: account.health_score < 60",
            "low"
        ]
    );
    let rows = drafted.document["data"]["accounts"]["where"].as_str();
    assert_eq!(rows, Some("not (row.segment == 'smb')"));
    world.wishes.push("drop 9; 2: zzz is big".to_owned());
    let plan = self::drafted(&world).plan;
    let first = plan.lines().take(3).collect::<Vec<_>>().join(" ");
    assert!(
        first.contains("number: 9") && first.contains("zzz"),
        "{plan}"
    );
}

#[test]
fn nothing_behind_an_outcome_that_is_not_read_is_decided() {
    let said = "High: health_score is below 40; Medium: zzz is big; Watch: arr is below 10; otherwise: low";
    let mut world = answered("skip", said);
    let first = drafted(&world);
    assert_eq!(
        outcomes(&first),
        ["high: account.health_score < 40", "none"]
    );
    assert!(
        first.plan.contains("Watch: arr is below 10")
            || first.plan.contains("watch: arr is below 10"),
        "{}",
        first.plan
    );
    // What is said again takes the place of what was not read.
    let again = first.asked.first().unwrap().text.clone();
    let mut said_again = answered("skip", said);
    said_again
        .answers
        .push((again.clone(), "Medium: health_score is below 60".to_owned()));
    assert_eq!(
        outcomes(&drafted(&said_again)),
        [
            "high: account.health_score < 40",
            "medium: account.health_score < 60",
            "watch: account.arr < 10",
            "low"
        ]
    );
    // What is left to people leaves the same open, until the owner says what the rest gets.
    world.answers.push((again, "skip".to_owned()));
    assert_eq!(
        outcomes(&drafted(&world)),
        ["high: account.health_score < 40", "none"]
    );
    world
        .wishes
        .push("last: Watch: arr is below 10; otherwise: low".to_owned());
    assert_eq!(
        outcomes(&drafted(&world)),
        [
            "high: account.health_score < 40",
            "watch: account.arr < 10",
            "low"
        ]
    );
}

#[test]
fn names_stand_for_what_an_owner_says() {
    let world = answered(
        "skip",
        "Urgent: thin and arr is at least 5; thin means health_score is below 40 or arr is 3; High: thin; otherwise: low",
    );
    assert_eq!(
        outcomes(&drafted(&world)),
        [
            "urgent: ((account.health_score < 40 or account.arr == 3)) and account.arr >= 5",
            "high: (account.health_score < 40 or account.arr == 3)",
            "low"
        ]
    );
}
