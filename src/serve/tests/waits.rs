//! Runs whose cases wait go on by themselves.

#![allow(clippy::unwrap_used)]

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
