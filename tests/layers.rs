//! The rooms of the house use only rooms above them, files stay small, and only faces print.

#![allow(clippy::expect_used)]

use std::fs;
use std::path::{Path, PathBuf};

/// From the ground up, as `lib.rs` lists them.
const ROOMS: [&str; 20] = [
    "diag", "sop", "expr", "spec", "render", "connect", "model", "check", "engine", "rehearse",
    "store", "runner", "serve", "builder", "drafter", "evals", "mcp", "ui", "repl", "cli",
];

/// Uses that go up on purpose, each with its reason.
const ALLOWED: [(&str, &str); 3] = [
    // A field's pinned type is what an expression knows of it.
    ("expr", "spec"),
    // The chat is a command, and works with what every command works with.
    ("repl", "cli"),
    // The guide's example is completed as the builder completes a draft: tests only.
    ("builder", "drafter"),
];

fn files(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("src can be read") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
}

fn sources() -> Vec<(PathBuf, String)> {
    let mut paths = Vec::new();
    files(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("src").as_path(),
        &mut paths,
    );
    paths
        .into_iter()
        .map(|p| (p.clone(), fs::read_to_string(&p).expect("it is text")))
        .collect()
}

/// The code without its tests.
fn code(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or(text)
}

fn is_test(path: &Path) -> bool {
    path.file_stem().is_some_and(|s| {
        let stem = s.to_string_lossy();
        stem == "tests" || stem.ends_with("_tests")
    }) || path.components().any(|c| c.as_os_str() == "tests")
}

#[test]
fn a_room_uses_only_rooms_above_it() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let inside = path
            .strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
            .expect("it is inside");
        let room = inside
            .components()
            .next()
            .expect("a room")
            .as_os_str()
            .to_string_lossy()
            .replace(".rs", "");
        let Some(own) = ROOMS.iter().position(|r| *r == room) else {
            continue;
        };
        if is_test(&path) {
            continue;
        }
        for used in code(&text).split("crate::").skip(1) {
            let name: String = used
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            let Some(other) = ROOMS.iter().position(|r| *r == name) else {
                continue;
            };
            if other > own && !ALLOWED.contains(&(&*room, ROOMS[other])) {
                wrong.push(format!("{} uses {name}", inside.display()));
            }
        }
    }
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_file_is_over_400_lines_without_its_tests() {
    let long: Vec<String> = sources()
        .into_iter()
        .filter(|(path, _)| !is_test(path))
        .filter_map(|(path, text)| {
            let lines = code(&text).lines().count();
            (lines > 400).then(|| format!("{}: {lines}", path.display()))
        })
        .collect();
    assert!(long.is_empty(), "{long:#?}");
}

#[test]
fn only_the_faces_print() {
    let printing: Vec<String> = sources()
        .into_iter()
        .filter(|(path, text)| {
            !is_test(path)
                && code(text).lines().any(|l| {
                    l.trim_start().starts_with("println!")
                        || l.trim_start().starts_with("eprintln!")
                })
        })
        .map(|(path, _)| path.display().to_string())
        .collect();
    assert!(printing.is_empty(), "{printing:#?}");
}
