//! SOPs by people who had not seen the drafter, each with what a careful person decides for every
//! row of its data (`truth`, worked out by a script of its own, `truth.py`). The built-in drafter
//! builds them, the workflow is run over all rows, and the rows are counted on which both agree.
//! What a sentence asks a model to judge counts as wrong here: there is none.

#![allow(clippy::unwrap_used)]

mod support;

use std::collections::HashMap;

use support::Place;

/// The day on which the truth was worked out.
const TODAY: &str = "2026-11-20";

/// An SOP, how many of its rows are decided as people do at least, how many otherwise at most, and how
/// many there are. The others are left undecided: where a model is to judge a sentence, and none does,
/// nothing behind it is decided.
type Counted = (&'static str, usize, usize, usize);

const SECOND: [Counted; 5] = [
    ("failed-payments", 92, 0, 142),
    ("slipping-implementations", 38, 0, 90),
    ("escalated-bugs", 68, 5, 112),
    ("deal-registrations", 38, 0, 101),
    ("reference-customers", 103, 0, 130),
];
const THIRD: [Counted; 5] = [
    ("refund-requests", 111, 9, 120),
    ("warranty-claims", 24, 0, 102),
    ("lead-follow-up", 43, 0, 110),
    ("churned-winback", 94, 0, 150),
    ("training-no-shows", 121, 8, 140),
];

const FOURTH: [Counted; 3] = [
    ("csat-followups", 75, 0, 95),
    ("integration-errors", 77, 3, 80),
    ("price-increase-notices", 90, 0, 90),
];

const FIFTH: [Counted; 5] = [
    ("champion-change", 86, 0, 86),
    ("help-article-review", 110, 0, 110),
    ("sla-credits", 136, 0, 136),
    ("tax-certificates", 92, 0, 92),
    ("trial-extensions", 73, 0, 73),
];

/// Not learned from but for wrong readings: what is not read is left open.
const SIXTH: [Counted; 3] = [
    ("refund-requests", 82, 59, 141),
    ("quiet-tickets", 104, 4, 170),
    ("feature-loop", 90, 51, 230),
];

#[test]
fn the_second_five_are_decided_as_people_do() {
    decides("tests/decided/second", &SECOND);
}

#[test]
fn the_third_five_are_decided_as_people_do() {
    decides("tests/decided/third", &THIRD);
}

#[test]
fn the_fourth_three_are_decided_as_people_do() {
    decides("tests/decided/fourth", &FOURTH);
}

#[test]
fn the_fifth_five_are_decided_as_people_do() {
    decides("tests/decided/fifth", &FIFTH);
}

#[test]
fn of_the_sixth_five_three_are_decided_in_part_as_people_do() {
    decides("tests/decided/sixth", &SIXTH);
}

fn decides(folder: &str, sops: &[Counted]) {
    let place = Place::empty();
    place.copy_shipped(folder);
    let mut worse = Vec::new();
    for (name, least, most, rows) in sops {
        let workspace = ["--workspace", folder];
        let built = [&["build", name, "--name", name, "--yes"], &workspace[..]].concat();
        place.run_on(TODAY, &built).ok();
        let results = place.file(&format!("{name}.csv"));
        let file = results.to_str().unwrap();
        let run = ["run", name, "--results", file];
        place.run_on(TODAY, &[&run[..], &workspace[..]].concat());
        let (right, otherwise, all) = agreement(&place, folder, name);
        assert_eq!(all, *rows, "{name}");
        if right < *least || otherwise > *most {
            worse.push(format!(
                "{name}: {right} right and {otherwise} otherwise of {all}, {least} and {most} before"
            ));
        }
    }
    assert!(worse.is_empty(), "{worse:#?}");
}

/// Counts the rows on which the run and the truth agree (whether it is a case, and its level), those on
/// which they differ, and all; the rest has no level.
fn agreement(place: &Place, folder: &str, name: &str) -> (usize, usize, usize) {
    let truth = place.file(&format!("{folder}/truth/{name}.csv"));
    let (key, truth) = (first_column(&truth), rows(&truth));
    let got: HashMap<String, HashMap<String, String>> = rows(&place.file(&format!("{name}.csv")))
        .into_iter()
        .map(|row| (row[&key].clone(), row))
        .collect();
    let plain = |text: &str| text.trim().to_lowercase().replace(['_', '-'], " ");
    let (mut right, mut otherwise) = (0, 0);
    for row in &truth {
        let case = got
            .get(&row[&key])
            .filter(|case| case["status"] != "stopped");
        let level = case.map(|case| case.get("level").map_or(String::new(), |l| plain(l)));
        let due = row.get("level").or_else(|| row.get("outcome")).unwrap();
        match (level, row["in_scope"].as_str()) {
            (None, "no") => right += 1,
            (Some(level), "yes") if level == plain(due) => right += 1,
            (Some(level), _) if matches!(level.as_str(), "" | "none") => {}
            _ => otherwise += 1,
        }
    }
    (right, otherwise, truth.len())
}

fn first_column(file: &std::path::Path) -> String {
    let mut reader = csv::Reader::from_path(file).unwrap();
    reader.headers().unwrap()[0].to_owned()
}

fn rows(file: &std::path::Path) -> Vec<HashMap<String, String>> {
    let mut reader = csv::Reader::from_path(file).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}
