//! Runs that are driven through a Restate server: how many cases a second, how long one takes
//! alone, what the server and the worker need; then worker, server and run killed again and again.
//! `cargo bench --bench restate [-- CASES KILLS SEED]`; without kills only the first.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout)]

#[path = "../tests/support/crash.rs"]
mod crash;
#[path = "../tests/support/restate.rs"]
mod restate;

use std::fs;
use std::time::Instant;

use crash::{Desk, told};
use restate::{Worker, server, sopwright, survive_driven};

fn main() {
    // `cargo test --benches` only asks whether it starts.
    if std::env::args().any(|a| a == "--test") {
        return;
    }
    let numbers: Vec<u64> = std::env::args().filter_map(|a| a.parse().ok()).collect();
    let given = |at: usize, otherwise: u64| numbers.get(at).copied().unwrap_or(otherwise);
    let (cases, kills) = (given(0, 2_000) as usize, given(1, 200) as usize);
    let seed = given(2, fastrand::u64(..));
    for (at_once, cases) in [(1, cases.min(200)), (16, cases), (64, cases), (256, cases)] {
        speed(cases, at_once);
    }
    if kills > 0 {
        killed(cases, kills, seed);
    }
}

/// Each case is one leg of five durable steps: a look-up, a delivery to a service that knows keys,
/// and one to a service that does not, which is noted first.
fn speed(cases: usize, at_once: usize) {
    let Some(server) = server() else { return };
    let (folder, desk) = (tempfile::tempdir().expect("a folder"), Desk::start());
    crash::workspace(folder.path(), cases, &desk);
    server.join(folder.path());
    let worker = Worker::start(folder.path());
    let at_once = at_once.to_string();
    for engine in ["restate", "own"] {
        let before = (seconds(server.process()), seconds(worker.process()));
        let started = Instant::now();
        let args = ["run", "notes", "--engine", engine, "--at-once", &at_once];
        let ran = sopwright(folder.path(), &args);
        let took = started.elapsed().as_secs_f64();
        assert!(ran.status.success(), "{}", told(&ran));
        println!(
            "{engine}, {at_once} at once: {cases} cases in {took:.1} s, {:.0} a second, {:.1} ms a case where one follows the other; server {:.1} s of processor time and {} MB at most, worker {:.1} s and {} MB",
            cases as f64 / took,
            took * 1000.0 / cases as f64,
            seconds(server.process()) - before.0,
            memory(server.process()),
            seconds(worker.process()) - before.1,
            memory(worker.process()),
        );
    }
}

fn killed(cases: usize, kills: usize, seed: u64) {
    let Some(mut server) = server() else { return };
    println!("{cases} cases, {kills} kills, seed {seed}");
    let (folder, desk) = (tempfile::tempdir().expect("a folder"), Desk::start());
    crash::workspace(folder.path(), cases, &desk);
    server.join(folder.path());
    let mut worker = Worker::start(folder.path());
    let started = Instant::now();
    let mut random = fastrand::Rng::with_seed(seed);
    let mut survived = survive_driven(
        (folder.path(), &desk, cases),
        kills,
        &mut random,
        (&mut server, &mut worker),
    );
    survived.recovery.sort_by(f64::total_cmp);
    let at = |share: f64| {
        let last = survived.recovery.len().saturating_sub(1) as f64;
        let index = (last * share) as usize;
        survived.recovery.get(index).map_or(0.0, |s| s * 1000.0)
    };
    println!(
        "nothing lost, nothing twice: {} kills of worker, server and run in {:.1} s, {} requests for {} expected, {} deliveries that a person had to look after; until the next request {:.0} ms (middle), {:.0} ms (longest); {} bytes of journal a case",
        survived.kills,
        started.elapsed().as_secs_f64(),
        survived.requests,
        cases * 3,
        survived.unclear,
        at(0.5),
        at(1.0),
        survived.journal / cases as u64
    );
}

/// Returns the most memory that a process had, in MB.
fn memory(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) / 1024
}

/// Returns the processor time that a process had, in seconds.
fn seconds(process: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let fields: Vec<&str> = stat.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|f| f.parse::<f64>().ok());
    (ticks(13).unwrap_or(0.0) + ticks(14).unwrap_or(0.0)) / 100.0
}
