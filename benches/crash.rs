//! Kills a run of 2,000 cases 200 times, resumes it each time, and makes sure that every case is
//! finished and every delivery made exactly once. `cargo bench --bench crash [-- CASES KILLS SEED]`.

#![allow(clippy::expect_used, clippy::print_stdout)]

#[path = "../tests/support/crash.rs"]
mod crash;

use std::time::Instant;

fn main() {
    // `cargo test --benches` only asks whether it starts.
    if std::env::args().any(|a| a == "--test") {
        return;
    }
    let numbers: Vec<u64> = std::env::args().filter_map(|a| a.parse().ok()).collect();
    let given = |at: usize, otherwise: u64| numbers.get(at).copied().unwrap_or(otherwise);
    let (cases, kills) = (given(0, 2_000) as usize, given(1, 200) as usize);
    let seed = given(2, fastrand::u64(..));
    println!("{cases} cases, {kills} kills, seed {seed}");
    let folder = tempfile::tempdir().expect("a folder");
    let desk = crash::Desk::start();
    crash::workspace(folder.path(), cases, &desk);
    let started = Instant::now();
    let mut random = fastrand::Rng::with_seed(seed);
    let mut survived = crash::survive(folder.path(), &desk, cases, kills, &mut random);
    survived.recovery.sort_by(f64::total_cmp);
    let at = |share: f64| {
        let last = survived.recovery.len().saturating_sub(1) as f64;
        let index = (last * share) as usize;
        survived.recovery.get(index).map_or(0.0, |s| s * 1000.0)
    };
    println!(
        "nothing lost, nothing twice: {} kills in {:.1} s, {} requests for {} expected, {} deliveries that a person had to look after; from start to the first request after a kill {:.0} ms (middle), {:.0} ms (longest); {} bytes of journal a case",
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
