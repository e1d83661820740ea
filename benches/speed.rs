//! Measures what people wait for, with the real binary as whole processes: start, check, dry run,
//! a large run. `cargo bench` prints a table; docs/performance.md keeps the figures.

#![allow(clippy::expect_used, clippy::print_stdout)]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const BINARY: &str = env!("CARGO_BIN_EXE_sopwright");

/// Milliseconds and peak memory in MB of one process.
fn measure(folder: &Path, args: &[&str]) -> (f64, f64) {
    let started = Instant::now();
    let mut child = Command::new(BINARY)
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .spawn()
        .expect("the binary starts");
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0.0f64;
    loop {
        if let Ok(text) = fs::read_to_string(&status)
            && let Some(line) = text.lines().find(|l| l.starts_with("VmHWM"))
        {
            let kilobytes: f64 = line
                .split_whitespace()
                .nth(1)
                .and_then(|n| n.parse().ok())
                .unwrap_or(0.0);
            peak = peak.max(kilobytes / 1024.0);
        }
        if let Some(code) = child.try_wait().expect("it can be waited for") {
            assert!(code.success(), "{args:?} failed");
            return (started.elapsed().as_secs_f64() * 1000.0, peak);
        }
        std::thread::sleep(Duration::from_micros(500));
    }
}

/// The middle of so many measurements.
fn median(times: usize, folder: &Path, args: &[&str]) -> (f64, f64) {
    let mut all: Vec<(f64, f64)> = (0..times).map(|_| measure(folder, args)).collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    all[times / 2]
}

/// A workspace with one table of so many rows, and a workflow of rules only over it.
fn workspace(rows: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let mut csv =
        String::from("id,name,status,health,usage_now,usage_before,arr,renewal,owner,region\n");
    for row in 0..rows {
        let (health, now, before) = (row * 7 % 100, row * 13 % 500, row * 11 % 500 + 1);
        let _ = writeln!(
            csv,
            "{row:07},Company {row},active,{health},{now},{before},{},2027-{:02}-{:02},csm{}@x.example,EMEA",
            row * 31 % 90_000,
            row % 12 + 1,
            row % 28 + 1,
            row % 9
        );
    }
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a file");
    };
    write("data/accounts.csv", &csv);
    write(
        "sopwright.toml",
        "[connections.crm]\nkind = \"folder\"\npath = \"data\"\n",
    );
    write("generated/rules/sop.md", "Rate the accounts.\n");
    write(
        "generated/rules/workflow.json",
        r#"{"workflow": 1, "name": "rules", "title": "Rules", "objective": "o", "sop": {"file": "sop.md", "statements": 1},
 "trigger": {"kind": "manual"},
 "data": {"accounts": {"from": "crm.accounts", "where": "row.status == 'active'", "sop": [1], "fields": {"id": "text", "name": "text", "status": "text", "health": "number",
   "usage_now": "number", "usage_before": "number", "arr": "number", "renewal": "date"}}},
 "for_each": {"in": "accounts", "as": "account", "key": "account.id"},
 "steps": [
  {"id": "signals", "kind": "compute", "sop": [1], "set": {"drop": "{{ (account.usage_before - account.usage_now) / account.usage_before }}", "soon": "{{ days_until(account.renewal) <= 90 }}"}},
  {"id": "risk", "kind": "decide", "sop": [1], "rules": [
   {"when": "account.health < 30 and signals.drop > 0.2", "then": {"level": "high"}, "because": "low health and falling usage"},
   {"when": "account.health < 50 or signals.soon", "then": {"level": "medium"}, "because": "one signal"}], "otherwise": {"level": "low"}}],
 "result": {"level": "{{ risk.level }}", "reason": "{{ risk.because }}"}}"#,
    );
    folder
}

fn main() {
    // `cargo test --benches` only asks whether it starts.
    if std::env::args().any(|a| a == "--test") {
        return;
    }
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (small, large) = (workspace(10_000), workspace(100_000));
    let pinned = ["--as-of", "2026-11-16", "--model", "built-in"];
    let line = |what: &str, (ms, mb): (f64, f64)| println!("| {what} | {ms:.0} ms | {mb:.0} MB |");
    println!("| what | time | peak memory |\n|---|---|---|");
    line("`sopwright --version`", median(21, shipped, &["--version"]));
    line(
        "`check` of the shipped workflow",
        median(21, shipped, &["check", "renewal-risk-briefs"]),
    );
    line(
        "`dry-run` of 8 cases over 10,000 rows",
        median(
            7,
            small.path(),
            &[&["dry-run", "rules"], &pinned[..]].concat(),
        ),
    );
    let run = median(
        3,
        large.path(),
        &[&["run", "rules", "--out", "out"], &pinned[..]].concat(),
    );
    line("`run` of 100,000 cases, rules only", run);
    let million = workspace(1_000_000);
    let long = measure(
        million.path(),
        &[&["run", "rules", "--out", "out"], &pinned[..]].concat(),
    );
    line("`run` of 1,000,000 cases, rules only", long);
    let listed = median(5, million.path(), &["runs", "list"]);
    line("`runs list` with them in the journal", listed);
    let journal = fs::read_dir(million.path().join(".sopwright")).expect("a journal");
    let bytes: u64 = journal
        .flatten()
        .filter_map(|e| e.metadata().ok().filter(fs::Metadata::is_file))
        .map(|m| m.len())
        .sum();
    println!(
        "\n{:.0} cases a second of 1,000,000, {} bytes of journal a case",
        1_000_000.0 / long.0 * 1000.0,
        bytes / 1_000_000
    );
    println!("\n{:.0} cases a second", 100_000.0 / run.0 * 1000.0);
}
