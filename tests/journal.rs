//! Runs that are killed, and what waits for a person, through the real binary.

#![allow(clippy::expect_used, clippy::unwrap_used)]

#[path = "support/crash.rs"]
mod crash;

use crash::{Desk, command, json_of, survive, workspace};

#[test]
fn a_run_that_is_killed_again_and_again_loses_nothing_and_does_nothing_twice() {
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::start();
    workspace(folder.path(), 240, &desk);
    let mut random = fastrand::Rng::with_seed(seed);
    let survived = survive(folder.path(), &desk, 240, 15, &mut random);
    println!("{survived:?}");
    assert!(survived.kills >= 8, "{survived:?}");
    // What happened to a case can be told.
    let told = command(folder.path(), &["runs", "list"]).output().unwrap();
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(told.contains("notes-") && told.contains("240"), "{told}");
    let run = json_of(folder.path(), &["runs", "show"]);
    let id = run["run"].as_str().unwrap();
    assert_eq!(run["resumed"], survived.kills, "{run}");
    let told = command(folder.path(), &["runs", "case", id, "00007"])
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    for part in [
        "Case 00007",
        "grade: B",
        "name Company 7",
        "called desk.rating: id 00007",
        "made a document",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let err = command(folder.path(), &["run", "--resume"])
        .output()
        .unwrap();
    assert!(crash::told(&err).contains("nothing is left of it"));
}
