//! Runs that are driven through a Restate server come to the same as those that drive themselves.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout)]

#[path = "support/crash.rs"]
mod crash;
#[path = "support/restate.rs"]
mod restate;

use std::fs;
use std::path::Path;

use crash::{Desk, command, json_of, told, workspace};
use restate::{Worker, server};

#[test]
fn a_run_with_calls_and_documents_is_done_by_a_worker() {
    let Some(server) = server() else { return };
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::start();
    workspace(folder.path(), 50, &desk);
    server.join(folder.path());
    let _worker = Worker::start(folder.path());
    let output = command(folder.path(), &["run", "notes", "--engine", "restate"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}\n{}", told(&output), server.log());
    let run = json_of(folder.path(), &["runs", "show"]);
    println!("{run}");
    println!("{:?}", desk.seen().requests);
}
