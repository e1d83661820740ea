//! Runs whose cases wait go on by themselves.

#![allow(clippy::unwrap_used)]

use jiff::SignedDuration;
use serde_json::json;

use super::*;

#[tokio::test]
async fn a_run_goes_on_once_what_its_cases_wait_for_has_come() {
    let place = Place::new(json!({"steps": [
        {"id": "paid", "kind": "wait", "sop": [1], "event": "payment"},
        {"id": "size", "kind": "compute", "sop": [1], "set": {"level": "{{ paid.level }}"}}]}));
    let (mut watchman, journal) = place.watchman();
    enable(&journal, "2026-11-16T07:30:00Z").await;
    let told = settle(&mut watchman, Timestamp::now()).await;
    let run = begun(&told)[0].to_owned();
    assert_eq!(journal.run(&run).unwrap().status, RunStatus::Held);
    assert_eq!(
        begun(&settle(&mut watchman, Timestamp::now()).await),
        [""; 0]
    );
    // One case goes on, and the run is held again for the other.
    for (case, status) in [("B", RunStatus::Held), ("A", RunStatus::Done)] {
        let data = json!({"level": "big"});
        assert_eq!(
            journal.event("payment", Some(case), &data).await.unwrap(),
            1
        );
        let told = settle(&mut watchman, Timestamp::now()).await;
        assert_eq!(begun(&told), [run.as_str()]);
        assert_eq!(journal.run(&run).unwrap().status, status);
    }
    assert_eq!(journal.run(&run).unwrap().finished, 2);
    assert_eq!(journal.event("payment", None, &json!({})).await.unwrap(), 0);
}

#[tokio::test]
async fn a_run_that_a_limit_of_the_day_stopped_goes_on_the_next_day() {
    let place = Place::new(json!({}));
    let settings = std::fs::read_to_string(place.path().join("sopwright.toml")).unwrap();
    place.write("sopwright.toml", settings + "[limits.per_day]\ncases = 1\n");
    let (mut watchman, journal) = place.watchman();
    enable(&journal, "2026-11-16T07:30:00Z").await;
    let now = Timestamp::now();
    let told = settle(&mut watchman, now).await;
    let run = begun(&told)[0].to_owned();
    let stopped = journal.run(&run).unwrap();
    assert_eq!((stopped.status, stopped.finished), (RunStatus::Limited, 1));
    let why = stopped.why.unwrap();
    assert!(why.contains("it does so by itself on"), "{why}");
    let soon = now + SignedDuration::from_secs(5);
    assert_eq!(begun(&settle(&mut watchman, soon).await), [""; 0]);
    let tomorrow = now + SignedDuration::from_hours(25);
    let (told, _) = watchman.step(tomorrow).await.unwrap();
    assert_eq!(begun(&told), [run.as_str()]);
    // The day of this machine is not over, so that it stops again.
    end(&mut watchman).await;
    let run = journal.run(&run).unwrap();
    assert_eq!((run.status, run.resumed), (RunStatus::Limited, 1));
}
