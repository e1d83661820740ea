//! What is seen and kept of runs, and what faults do to them, through the real binary.

#![allow(clippy::expect_used, clippy::unwrap_used, dead_code)]

#[path = "support/crash.rs"]
mod crash;

use std::fs;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use crash::{Desk, command, json_of, told, workspace};
use rusqlite::Connection;
use serde_json::Value;

/// Runs the workflow over so many cases in a new workspace.
fn ran(cases: usize) -> (tempfile::TempDir, Desk) {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::start();
    workspace(folder.path(), cases, &desk);
    let output = command(folder.path(), &["run", "notes"]).output().unwrap();
    assert!(output.status.success(), "{}", told(&output));
    (folder, desk)
}

fn journal(folder: &Path) -> PathBuf {
    folder.join(".sopwright/journal.db")
}

fn sql(folder: &Path, text: &str) {
    let db = Connection::open(journal(folder)).unwrap();
    db.execute_batch(text).unwrap();
}

fn run_in(folder: &Path, args: &[&str]) -> Output {
    command(folder, args).output().unwrap()
}

fn set(folder: &Path, more: &str) {
    let path = folder.join("sopwright.toml");
    let settings = fs::read_to_string(&path).unwrap();
    fs::write(path, settings + more).unwrap();
}

#[test]
fn a_log_names_run_case_and_effect_and_nothing_of_a_row() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::start();
    workspace(folder.path(), 3, &desk);
    set(folder.path(), "\n[privacy]\nhash_keys = true\n");
    let output = command(folder.path(), &["run", "notes", "--log", "json"])
        .env("SOPWRIGHT_LOG", "debug")
        .output()
        .unwrap();
    let log = String::from_utf8(output.stderr).unwrap();
    let lines = log.lines().filter(|line| line.starts_with('{'));
    let lines: Vec<Value> = lines.map(|l| serde_json::from_str(l).unwrap()).collect();
    let effects: Vec<&Value> = lines.iter().filter(|l| l["part"] == "rating").collect();
    assert_eq!(effects.len(), 3, "{log}");
    for effect in effects {
        assert_eq!(effect["workflow"], "notes");
        assert!(effect["run"].as_str().unwrap().starts_with("notes-"));
        assert!(
            effect["case"].as_str().unwrap().starts_with('#'),
            "{effect}"
        );
        assert!(effect["ms"].is_number() && effect["outcome"] == "done");
    }
    let last = lines.last().unwrap();
    assert_eq!(
        (&last["message"], &last["cases"]),
        (&"run ended".into(), &3.into())
    );
    assert!(!log.contains("Company") && !log.contains("00001"), "{log}");
    // Nothing is logged unless it is asked for.
    let quiet = run_in(folder.path(), &["run", "notes"]);
    assert!(!told(&quiet).contains("run begins"));
}

#[test]
fn a_case_that_is_forgotten_is_nowhere_and_does_not_come_back() {
    let (folder, _desk) = ran(20);
    let folder = folder.path();
    let sessions = folder.join(".sopwright/sessions");
    fs::create_dir_all(&sessions).unwrap();
    fs::write(
        sessions.join("a.json"),
        r#"{"said": "look at 00007 first"}"#,
    )
    .unwrap();
    // Without a yes nothing is removed.
    let shown = run_in(folder, &["forget", "00007"]);
    assert!(!shown.status.success());
    for part in [
        "In the journal of 1 run",
        "Its lines in",
        "00007.md",
        "a.json",
        "What was sent: desk.ticket (1 time)",
    ] {
        assert!(told(&shown).contains(part), "{part}: {}", told(&shown));
    }
    assert!(holds(folder, "Company 7\""));
    let removed = run_in(folder, &["forget", "00007", "--yes"]);
    assert!(removed.status.success(), "{}", told(&removed));
    // Not in the file either, where what is deleted may linger.
    for text in ["Company 7\"", "\"00007\"", "00007.md", "00007,"] {
        assert!(!holds(folder, text), "{text}");
    }
    let again = run_in(folder, &["forget", "00007"]);
    assert!(
        told(&again).contains("keeps nothing of `00007`"),
        "{}",
        told(&again)
    );
    // The table still has it; the run that goes on leaves it out.
    sql(
        folder,
        "UPDATE runs SET status = 'under way', ended = NULL, summary = NULL, kept_rows = NULL; \
         DELETE FROM cases; DELETE FROM items; DELETE FROM effects",
    );
    let resumed = run_in(folder, &["run", "--resume"]);
    assert!(told(&resumed).contains("19 done"), "{}", told(&resumed));
    let run = json_of(folder, &["runs", "show"]);
    let results = fs::read_to_string(run["results"].as_str().unwrap()).unwrap();
    assert!(
        !results.contains("00007") && results.contains("00008"),
        "{results}"
    );
}

#[test]
fn what_an_event_said_of_a_forgotten_case_is_gone_and_it_starts_nothing() {
    let (folder, _desk) = ran(2);
    let folder = folder.path();
    // A run without a table that an event began, cut short, and an event that waits for its turn.
    sql(
        folder,
        "INSERT INTO runs (id, workflow, version, date, time, inputs, folder, results, started, status, keeps_rows) \
         SELECT 'hook-1', workflow, version, date, time, '{\"customer\": \"C-4711\"}', 'h', 'h/results.csv', started, 'under way', 1 FROM runs; \
         INSERT INTO items VALUES (2, 0, 'run', '{\"mail\": \"x\"}'); \
         INSERT INTO firings (workflow, kind, what, at, run, given) VALUES ('notes', 'webhook', 'a', 0, 'hook-1', '{\"customer\": \"C-4711\"}'); \
         INSERT INTO firings (workflow, kind, what, at, run, given) VALUES ('notes', 'webhook', 'b', 0, 'hook-2', '{\"customer\": \"C-4711\"}')",
    );
    assert!(holds(folder, "C-4711"));
    let removed = run_in(folder, &["forget", "C-4711", "--yes"]);
    assert!(removed.status.success(), "{}", told(&removed));
    assert!(
        told(&removed).contains("not begun yet"),
        "{}",
        told(&removed)
    );
    assert!(!holds(folder, "C-4711"));
    let db = Connection::open(journal(folder)).unwrap();
    let one = |sql: &str| -> String { db.query_row(sql, [], |row| row.get(0)).unwrap() };
    assert_eq!(one("SELECT status FROM runs WHERE id = 'hook-1'"), "done");
    assert_eq!(
        one("SELECT problem FROM firings WHERE run = 'hook-2'"),
        "its run was removed"
    );
}

/// Is a text in a file that Sopwright keeps?
fn holds(folder: &Path, text: &str) -> bool {
    let mut folders = vec![folder.join(".sopwright"), folder.join("runs")];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let content = fs::read(&path).unwrap();
            let named = path.to_string_lossy().contains(text);
            if named || content.windows(text.len()).any(|w| w == text.as_bytes()) {
                return true;
            }
        }
    }
    false
}

#[test]
fn runs_that_are_over_are_removed_when_old_and_what_waits_is_kept() {
    let (folder, _desk) = ran(200);
    let folder = folder.path();
    run_in(folder, &["run", "notes"]);
    run_in(folder, &["run", "notes"]);
    // The first two are old; something of the second still waits.
    sql(
        folder,
        "UPDATE runs SET ended = ended - 100 * 86400000 WHERE number < 3; \
         INSERT INTO approvals (run, place, case_key, part, turn, key, reason, content, state, created) \
         VALUES (2, 0, 'x', 'note', 0, 'k', 'approval', '{}', 'waiting', 0); \
         INSERT INTO firings (workflow, kind, what, at, run, given) SELECT 'notes', 'webhook', 'e1', 0, id, '{\"a\": 1}' FROM runs WHERE number = 1",
    );
    let asked = run_in(folder, &["prune"]);
    assert!(
        told(&asked).contains("--older-than 90d"),
        "{}",
        told(&asked)
    );
    let shown = run_in(folder, &["prune", "--older-than", "90d", "--dry-run"]);
    assert!(
        told(&shown).contains("1 run with 200 cases would be removed"),
        "{}",
        told(&shown)
    );
    set(folder, "\n[retention]\nruns = \"90d\"\n");
    let done: Value = json_of(folder, &["prune"]);
    assert_eq!(
        (&done["runs"], &done["cases"], &done["kept_since_they_wait"]),
        (&1.into(), &200.into(), &1.into())
    );
    assert!(
        done["bytes_given_back"].as_u64().unwrap() > 100_000,
        "{done}"
    );
    let db = Connection::open(journal(folder)).unwrap();
    let count = |table: &str| -> i64 {
        let sql = format!("SELECT count(*) FROM {table} WHERE run = 1");
        db.query_row(&sql, [], |row| row.get(0)).unwrap()
    };
    for table in ["cases", "items", "effects", "approvals", "spending"] {
        assert_eq!(count(table), 0, "{table}");
    }
    // What started it does not start another run.
    let (given, problem): (String, String) = db
        .query_row("SELECT given, problem FROM firings", [], |r| {
            Ok((r.get(0)?, r.get(1)?))
        })
        .unwrap();
    assert_eq!(
        (given.as_str(), problem.as_str()),
        ("null", "its run was removed")
    );
    let left = json_of(folder, &["runs", "list"]);
    assert_eq!(left["runs"].as_array().unwrap().len(), 2);
}

/// Starts a run within a shell that lets no file grow beyond so many blocks of 512 bytes. The signal
/// that comes with it is ignored, so that writing fails as it does on a full disk.
#[cfg(unix)]
fn bounded(folder: &Path, blocks: u32, args: &str) -> Output {
    let binary = env!("CARGO_BIN_EXE_sopwright");
    std::process::Command::new("sh")
        .arg("-c")
        .arg(format!(
            "trap '' XFSZ; ulimit -f {blocks}; exec {binary} {args} --model built-in"
        ))
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

#[cfg(unix)]
#[test]
fn a_journal_that_cannot_grow_stops_the_run_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::start();
    workspace(folder.path(), 300, &desk);
    // The file is there, and room for some of the cases.
    let full = bounded(folder.path(), 400, "run notes --at-once 4");
    assert!(!full.status.success());
    let words = told(&full);
    assert!(
        words.contains("journal") && words.contains("--resume"),
        "{words}"
    );
    let before = desk.seen().requests;
    let resumed = run_in(folder.path(), &["run", "--resume"]);
    let run = json_of(folder.path(), &["runs", "show"]);
    assert_eq!(run["cases"], 300, "{} {}", told(&resumed), run);
    assert!(before > 0, "some cases had begun");
    // Nobody was written to twice where the service knows no keys.
    assert!(desk.seen().keys["/tickets"].values().all(|n| *n == 1));
}

#[test]
fn a_corrupt_page_is_told_with_what_to_do_and_nothing_is_written() {
    let (folder, _desk) = ran(60);
    let folder = folder.path();
    // The log goes to the main file first.
    sql(folder, "PRAGMA wal_checkpoint(TRUNCATE)");
    let path = journal(folder);
    let mut file = fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open(&path)
        .unwrap();
    let pages = file.metadata().unwrap().len() / 4096;
    for page in 2..pages {
        file.seek(SeekFrom::Start(page * 4096)).unwrap();
        file.write_all(&[0xA5; 64]).unwrap();
    }
    drop(file);
    let mut before = Vec::new();
    fs::File::open(&path)
        .unwrap()
        .read_to_end(&mut before)
        .unwrap();
    let listed = run_in(folder, &["runs", "list"]);
    let words = told(&listed);
    assert!(!listed.status.success(), "{words}");
    assert!(
        words.contains("is damaged") && words.contains("backup"),
        "{words}"
    );
    let run = run_in(folder, &["run", "notes"]);
    assert!(
        !run.status.success() && told(&run).contains("is damaged"),
        "{}",
        told(&run)
    );
    assert_eq!(fs::read(&path).unwrap(), before);
}
