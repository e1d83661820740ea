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

/// SOPs -> how many of so many rows are right at least.
const SECOND: [(&str, usize, usize); 5] = [
    ("failed-payments", 137, 142),
    ("slipping-implementations", 84, 90),
    ("escalated-bugs", 99, 112),
    ("deal-registrations", 75, 101),
    ("reference-customers", 125, 130),
];
const THIRD: [(&str, usize, usize); 5] = [
    ("refund-requests", 111, 120),
    ("warranty-claims", 68, 102),
    ("lead-follow-up", 97, 110),
    ("churned-winback", 116, 150),
    ("training-no-shows", 121, 140),
];

const FOURTH: [(&str, usize, usize); 3] = [
    ("csat-followups", 90, 95),
    ("integration-errors", 77, 80),
    ("price-increase-notices", 90, 90),
];

const FIFTH: [(&str, usize, usize); 5] = [
    ("champion-change", 86, 86),
    ("help-article-review", 110, 110),
    ("sla-credits", 136, 136),
    ("tax-certificates", 92, 92),
    ("trial-extensions", 73, 73),
];

/// Not learned from but for wrong readings: what is not read is left open.
const SIXTH: [(&str, usize, usize); 3] = [
    ("refund-requests", 46, 141),
    ("quiet-tickets", 88, 170),
    ("feature-loop", 23, 230),
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

fn decides(folder: &str, sops: &[(&str, usize, usize)]) {
    let place = Place::empty();
    place.copy_shipped(folder);
    let mut worse = Vec::new();
    for (name, least, rows) in sops {
        let workspace = ["--workspace", folder];
        let built = [&["build", name, "--name", name, "--yes"], &workspace[..]].concat();
        place.run_on(TODAY, &built).ok();
        let results = place.file(&format!("{name}.csv"));
        let file = results.to_str().unwrap();
        let run = ["run", name, "--results", file];
        place.run_on(TODAY, &[&run[..], &workspace[..]].concat());
        let (right, all) = agreement(&place, folder, name);
        assert_eq!(all, *rows, "{name}");
        if right < *least {
            worse.push(format!("{name}: {right} of {all}, {least} before"));
        }
    }
    assert!(worse.is_empty(), "{worse:#?}");
}

/// Counts the rows on which the run and the truth agree: whether it is a case, and its level.
fn agreement(place: &Place, folder: &str, name: &str) -> (usize, usize) {
    let truth = place.file(&format!("{folder}/truth/{name}.csv"));
    let (key, truth) = (first_column(&truth), rows(&truth));
    let got: HashMap<String, HashMap<String, String>> = rows(&place.file(&format!("{name}.csv")))
        .into_iter()
        .map(|row| (row[&key].clone(), row))
        .collect();
    let plain = |text: &str| text.trim().to_lowercase().replace(['_', '-'], " ");
    let agrees = |row: &&HashMap<String, String>| {
        let case = got
            .get(&row[&key])
            .filter(|case| case["status"] != "stopped");
        let level = row.get("level").or_else(|| row.get("outcome")).unwrap();
        match (case, row["in_scope"].as_str()) {
            (None, "no") => true,
            (Some(case), "yes") => case.get("level").is_some_and(|l| plain(l) == plain(level)),
            _ => false,
        }
    };
    (truth.iter().filter(agrees).count(), truth.len())
}

fn first_column(file: &std::path::Path) -> String {
    let mut reader = csv::Reader::from_path(file).unwrap();
    reader.headers().unwrap()[0].to_owned()
}

fn rows(file: &std::path::Path) -> Vec<HashMap<String, String>> {
    let mut reader = csv::Reader::from_path(file).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}
