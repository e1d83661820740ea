//! The language reference is made from the tables that schema, checker and prompts are made from.
//! `SOPWRIGHT_UPDATE_DOCS=1 cargo test --test docs` writes it anew.

#![allow(clippy::expect_used)]

use std::path::Path;

use sopwright::builder::{prompt, tools};
use sopwright::check::rules::RULES;

fn reference() -> String {
    let guide = prompt::guide(Path::new("no-workspace")).expect("the guide is a template");
    let mut text = String::from("<!-- Made by tests/docs.rs; do not edit. -->\n\n");
    text += &guide;
    text += "\n## What checking makes sure of\n";
    for rule in RULES {
        text += &format!("- `{}`: {}\n", rule.name, rule.about);
    }
    text += "\n## The builder's tools\n";
    for spec in tools::specs() {
        text += &format!("- `{}`: {}\n", spec.name, spec.description);
    }
    text += "\nThe JSON Schema (draft 2020-12) is the contract: `sopwright schema` prints it.\n";
    text
}

#[test]
fn the_language_reference_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/language.md");
    let made = reference();
    if std::env::var_os("SOPWRIGHT_UPDATE_DOCS").is_some() {
        std::fs::write(&path, &made).expect("docs can be written");
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        there == made,
        "docs/language.md is out of date: SOPWRIGHT_UPDATE_DOCS=1 cargo test --test docs writes it anew"
    );
}

#[test]
fn the_readme_has_two_set_up_commands_that_exist() {
    let readme = include_str!("../README.md");
    assert!(
        readme.contains("cargo run --release -- build renewal-risk-briefs")
            && readme.contains("\ncargo test\n")
    );
}
