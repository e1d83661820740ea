//! Rows that start runs, on a given clock.

#![allow(clippy::unwrap_used)]

use serde_json::{Value as Json, json};

use super::*;

const FIRST: &str = "2026-11-16T12:00:00Z";

fn new_rows(more: Json) -> Place {
    let mut trigger = json!({"kind": "new_records", "in": "deals", "every": "5m", "sop": [1]});
    for (name, value) in more.as_object().unwrap() {
        trigger[name] = value.clone();
    }
    Place::new(json!({"trigger": trigger}))
}

async fn enable_now(place: &Place, now: &str) -> Option<usize> {
    let launcher = place.launcher();
    let rows = launcher.see_what_is_there(NAME, at(now)).await.unwrap();
    enable(&launcher.journal, now).await;
    rows
}

/// Returns the keys that each run was for, the first run first.
fn fired(journal: &Journal) -> Vec<Vec<String>> {
    let mut runs = journal.runs(None, 100).unwrap();
    runs.reverse();
    let keys = |run: &crate::store::journal::Run| {
        assert_eq!(run.status, RunStatus::Done);
        let results = std::fs::read_to_string(&run.results).unwrap();
        let cases = results.lines().skip(1);
        let mut cases: Vec<String> = cases
            .map(|line| line.split(',').next().unwrap().to_owned())
            .collect();
        cases.sort();
        let named = run.inputs["records"].as_array().unwrap();
        assert_eq!(cases.len(), named.len(), "{results}");
        cases
    };
    runs.iter().map(keys).collect()
}

#[tokio::test]
async fn a_new_row_starts_a_run_once_across_restarts() {
    let place = new_rows(json!({}));
    assert_eq!(enable_now(&place, FIRST).await, Some(2));
    let (mut watchman, journal) = place.watchman();
    assert!(settle(&mut watchman, at(FIRST)).await.is_empty());
    place.write("data/deals.csv", "id,amount\nA,10\nB,200\nC,300\n");
    // It is looked at every five minutes.
    let early = settle(&mut watchman, at("2026-11-16T12:04:00Z")).await;
    assert!(early.is_empty(), "{early:?}");
    settle(&mut watchman, at("2026-11-16T12:05:00Z")).await;
    settle(&mut watchman, at("2026-11-16T12:10:00Z")).await;
    assert_eq!(fired(&journal), [["C"]]);
    let run = &journal.runs(None, 1).unwrap()[0];
    assert!(
        run.inputs["time"]
            .as_str()
            .unwrap()
            .starts_with("2026-11-1")
    );
    drop((watchman, journal));
    // Two come while nothing watches; one that was seen goes and comes back.
    place.write("data/deals.csv", "id,amount\nA,10\nC,300\nD,1\nE,2\nE,2\n");
    let (mut watchman, journal) = place.watchman();
    watchman.take_up().unwrap();
    settle(&mut watchman, at("2026-11-17T09:00:00Z")).await;
    place.write(
        "data/deals.csv",
        "id,amount\nA,10\nB,200\nC,300\nD,1\nE,2\n",
    );
    settle(&mut watchman, at("2026-11-17T09:05:00Z")).await;
    let runs = journal.runs(None, 100).unwrap();
    assert_eq!(runs.len(), 2);
    assert_eq!(runs[0].inputs["records"], json!(["D", "E"]));
    // Both rows of one key are cases of the run that it starts.
    assert_eq!(runs[0].finished, 3);
}

#[tokio::test]
async fn what_is_there_counts_where_the_trigger_says_so() {
    let place = new_rows(json!({"existing": true}));
    assert_eq!(enable_now(&place, FIRST).await, None);
    let (mut watchman, journal) = place.watchman();
    settle(&mut watchman, at(FIRST)).await;
    settle(&mut watchman, at("2026-11-16T12:05:00Z")).await;
    assert_eq!(fired(&journal), [["A", "B"]]);
}

#[tokio::test]
async fn rows_that_come_while_it_is_disabled_start_nothing() {
    let place = new_rows(json!({}));
    enable_now(&place, FIRST).await;
    let (mut watchman, journal) = place.watchman();
    settle(&mut watchman, at(FIRST)).await;
    let off = at("2026-11-16T12:01:00Z").as_millisecond();
    journal.watch(NAME, false, "lena", off).await.unwrap();
    place.write("data/deals.csv", "id,amount\nA,10\nB,200\nC,300\n");
    settle(&mut watchman, at("2026-11-16T13:00:00Z")).await;
    assert_eq!(enable_now(&place, "2026-11-16T14:00:00Z").await, Some(3));
    place.write("data/deals.csv", "id,amount\nA,10\nB,200\nC,300\nD,1\n");
    settle(&mut watchman, at("2026-11-16T14:05:00Z")).await;
    assert_eq!(fired(&journal), [["D"]]);
}

#[tokio::test]
async fn other_rows_that_are_chosen_are_not_new_ones() {
    let place = new_rows(json!({}));
    enable_now(&place, FIRST).await;
    let (mut watchman, journal) = place.watchman();
    settle(&mut watchman, at(FIRST)).await;
    let path = place.path().join(format!("generated/{NAME}/workflow.json"));
    let text = std::fs::read_to_string(&path).unwrap();
    let only = text.replace(
        "\"from\":\"crm.deals\"",
        "\"from\":\"crm.deals\",\"where\":\"row.amount < 1000\"",
    );
    assert_ne!(text, only);
    std::fs::write(&path, only).unwrap();
    let told = settle(&mut watchman, at("2026-11-16T12:10:00Z")).await;
    assert!(
        matches!(told.as_slice(), [Told::Watching { rows: 2, .. }]),
        "{told:?}"
    );
    let rows = "id,amount\nA,10\nB,200\nF,5000\nG,999\n";
    place.write("data/deals.csv", rows);
    settle(&mut watchman, at("2026-11-16T12:15:00Z")).await;
    assert_eq!(fired(&journal), [["G"]]);
}

#[tokio::test]
async fn a_table_that_cannot_be_read_is_told_once_and_loses_nothing() {
    let place = new_rows(json!({}));
    enable_now(&place, FIRST).await;
    let (mut watchman, journal) = place.watchman();
    settle(&mut watchman, at(FIRST)).await;
    std::fs::remove_file(place.path().join("data/deals.csv")).unwrap();
    let told = settle(&mut watchman, at("2026-11-16T12:05:00Z")).await;
    assert!(
        matches!(told.as_slice(), [Told::Unusable { .. }]),
        "{told:?}"
    );
    assert_eq!(watchman.unusable().count(), 1);
    let told = settle(&mut watchman, at("2026-11-16T12:10:00Z")).await;
    assert!(told.is_empty(), "{told:?}");
    place.write("data/deals.csv", "id,amount\nA,10\nB,200\nC,300\n");
    settle(&mut watchman, at("2026-11-16T12:15:00Z")).await;
    assert_eq!(fired(&journal), [["C"]]);
    assert_eq!(watchman.unusable().count(), 0);
}

#[tokio::test]
async fn more_rows_than_one_run_takes_start_several() {
    let place = new_rows(json!({}));
    enable_now(&place, FIRST).await;
    let (mut watchman, journal) = place.watchman();
    settle(&mut watchman, at(FIRST)).await;
    let many = crate::serve::records::MOST_RECORDS + 5;
    let rows: String = (0..many).map(|n| format!("N{n},1\n")).collect();
    place.write("data/deals.csv", format!("id,amount\nA,10\n{rows}"));
    settle(&mut watchman, at("2026-11-16T12:05:00Z")).await;
    // The rest is looked for at once, when the first is over.
    settle(&mut watchman, at("2026-11-16T12:05:01Z")).await;
    let runs = journal.runs(None, 10).unwrap();
    let cases: Vec<usize> = runs.iter().map(|run| run.finished).collect();
    assert_eq!(cases, [5, crate::serve::records::MOST_RECORDS]);
}

#[tokio::test]
async fn a_crash_after_rows_were_noted_loses_and_repeats_none() {
    let place = new_rows(json!({}));
    enable_now(&place, FIRST).await;
    place.write("data/deals.csv", "id,amount\nA,10\nB,200\nC,300\n");
    // The look is journaled, and the process ends before the run begins.
    let launcher = place.launcher();
    let looked = launcher.look(NAME, at("2026-11-16T12:05:00Z")).await;
    assert!(
        matches!(
            looked,
            Ok(crate::serve::records::Looked::Fired { rows: 1, .. })
        ),
        "{looked:?}"
    );
    drop(launcher);
    let (mut watchman, journal) = place.watchman();
    watchman.take_up().unwrap();
    settle(&mut watchman, at("2026-11-16T12:30:00Z")).await;
    settle(&mut watchman, at("2026-11-16T12:35:00Z")).await;
    assert_eq!(fired(&journal), [["C"]]);
}

fn dates(days_before: i64, rows: &str) -> Place {
    let place = Place::new(json!({
        "trigger": {"kind": "date", "in": "deals", "field": "renews", "days_before": days_before, "sop": [1]},
        "data": {"deals": {"from": "crm.deals", "sop": [1],
            "fields": {"id": "text", "amount": "number", "renews": "date"}}}}));
    place.write("data/deals.csv", format!("id,amount,renews\n{rows}"));
    place
}

#[tokio::test]
async fn a_date_that_comes_near_fires_once_for_a_row_and_date_also_after_downtime() {
    // A is within 30 days when it is enabled, B comes within, O passed long ago.
    let rows = "A,1,2026-12-10\nB,1,2026-12-20\nO,1,2026-01-01\n";
    let place = dates(30, rows);
    assert_eq!(enable_now(&place, FIRST).await, Some(1));
    let (mut watchman, journal) = place.watchman();
    for now in [FIRST, "2026-11-18T12:00:00Z", "2026-11-19T12:00:00Z"] {
        settle(&mut watchman, at(now)).await;
    }
    assert!(fired(&journal).is_empty());
    drop((watchman, journal));
    // Down until B's date has passed. D is new and near; P is new and was past even then.
    place.write(
        "data/deals.csv",
        format!("id,amount,renews\n{rows}D,1,2026-12-30\nP,1,2026-11-01\n"),
    );
    let (mut watchman, journal) = place.watchman();
    settle(&mut watchman, at("2026-12-25T12:00:00Z")).await;
    settle(&mut watchman, at("2026-12-26T12:00:00Z")).await;
    assert_eq!(fired(&journal), [["B", "D"]]);
    // A date that is moved is another date.
    let moved = rows.replace("B,1,2026-12-20", "B,1,2027-12-20");
    place.write("data/deals.csv", format!("id,amount,renews\n{moved}"));
    settle(&mut watchman, at("2027-11-19T12:00:00Z")).await;
    assert_eq!(fired(&journal).len(), 1);
    settle(&mut watchman, at("2027-11-20T12:00:00Z")).await;
    settle(&mut watchman, at("2027-11-20T13:00:00Z")).await;
    assert_eq!(fired(&journal)[1..], [["B"]]);
}

#[tokio::test]
async fn days_after_a_date_are_counted_too() {
    let place = dates(-7, "A,1,2026-11-01\nB,1,2026-11-10\n");
    enable_now(&place, FIRST).await;
    let (mut watchman, journal) = place.watchman();
    settle(&mut watchman, at("2026-11-16T13:00:00Z")).await;
    assert!(fired(&journal).is_empty());
    settle(&mut watchman, at("2026-11-19T12:00:00Z")).await;
    settle(&mut watchman, at("2026-11-20T12:00:00Z")).await;
    assert_eq!(fired(&journal), [["B"]]);
}

#[tokio::test]
async fn a_run_that_cannot_begin_is_tried_again() {
    let place = new_rows(json!({}));
    enable_now(&place, FIRST).await;
    let rows = "id,amount\nA,10\nB,200\nC,300\n";
    place.write("data/deals.csv", rows);
    let launcher = place.launcher();
    launcher
        .look(NAME, at("2026-11-16T12:05:00Z"))
        .await
        .unwrap();
    drop(launcher);
    std::fs::remove_file(place.path().join("data/deals.csv")).unwrap();
    let (mut watchman, journal) = place.watchman();
    watchman.take_up().unwrap();
    let now = at("2026-11-16T12:06:00Z");
    let told = settle(&mut watchman, now).await;
    let later = told.iter().find_map(|told| match told {
        Told::Later { at, .. } => Some(*at),
        _ => None,
    });
    assert_eq!(later, Some(at("2026-11-16T12:07:00Z")), "{told:?}");
    place.write("data/deals.csv", rows);
    settle(&mut watchman, at("2026-11-16T12:07:00Z")).await;
    settle(&mut watchman, at("2026-11-16T12:20:00Z")).await;
    assert_eq!(fired(&journal), [["C"]]);
}
