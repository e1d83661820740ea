//! Sentences as different people would write them, each with what it is read as over the tables of
//! procedures that the forms were not all written for.

#![allow(clippy::unwrap_used)]

mod levels;
mod rows;

use super::draft::reader;
use super::phrases::world;
use super::statement::{Forms, Meaning, Rule, meaning};
use super::world::{Said, World};

/// Returns what is known of a workspace and one of its procedures.
pub(super) async fn procedure(folder: &str, name: &str) -> World {
    let mut world = world(folder).await;
    let file = format!("{}/{folder}/sops/{name}.md", env!("CARGO_MANIFEST_DIR"));
    let parsed = crate::sop::Sop::parse(&std::fs::read_to_string(file).unwrap());
    world.title = parsed.title.clone().unwrap_or_default();
    let said = parsed.statements.iter();
    world.statements = said.map(|s| Said::new(s.number, &s.text, "")).collect();
    world
}

/// Says in short what a sentence was read as.
pub(super) fn short(meaning: &Meaning) -> String {
    let mut parts = Vec::new();
    if let Some(when) = &meaning.when {
        parts.push(format!("at {}", when.cron));
    }
    if let Some(read) = &meaning.only {
        parts.push(format!("only {}", read.source));
    }
    if let Some(read) = &meaning.skip {
        parts.push(format!("not {}", read.source));
    }
    for rule in &meaning.rules {
        parts.push(match rule {
            Rule::When(label, read) => format!("{label}: {}", read.source),
            Rule::Judged(label) => format!("{label}: (judged)"),
            Rule::Instead { of, when, then } => format!("{of} -> {then}: {}", when.source),
            Rule::Step { when, up } => {
                format!("{}: {}", if *up { "up" } else { "down" }, when.source)
            }
            Rule::Except { when, then, .. } => format!("but {then}: {}", when.source),
            Rule::AtLeast(read, label) => format!(">= {label}: {}", read.source),
            Rule::AtMost(read, label) => format!("<= {label}: {}", read.source),
        });
    }
    if let Some(label) = &meaning.otherwise {
        parts.push(format!("else {label}"));
    }
    if let Some((of, other)) = &meaning.default {
        parts.push(format!("{of} or else {other}"));
    }
    if let Some((defined, read)) = &meaning.defined {
        parts.push(format!("{} = {}", defined.name, read.source));
    }
    if let Some(column) = &meaning.newest {
        parts.push(format!("newest by {column}"));
    }
    if meaning.higher {
        parts.push("the worst counts".to_owned());
    }
    if let Some(reason) = meaning.waived {
        parts.push(format!("({reason})"));
    }
    if !meaning.outputs.is_empty() {
        parts.push(format!("{:?}", meaning.outputs));
    }
    if meaning.judgement {
        parts.push("(judgement)".to_owned());
    }
    if parts.is_empty() || meaning.says_more {
        parts.push("(open)".to_owned());
    }
    parts.join("; ")
}

/// Holds sentences against what each is to be read as.
async fn are_read(name: &str, table: &str, sentences: &[(&str, &str)]) {
    are_read_in("tests/decided/fourth", name, table, sentences).await;
}

/// Holds sentences against what each is to be read as, over the tables of a workspace.
pub(super) async fn are_read_in(folder: &str, name: &str, table: &str, sentences: &[(&str, &str)]) {
    let world = procedure(folder, name).await;
    let cases = world.tables.iter().find(|t| t.name == table).unwrap();
    let statements = super::spoken(&world);
    let forms = Forms::new(&statements);
    let reader = reader(&world, cases, &statements, &forms);
    let mut wrong = Vec::new();
    for (sentence, expected) in sentences {
        let read = short(&meaning(&Said::new(1, sentence, ""), &reader));
        if read != *expected {
            wrong.push(format!("{sentence}\n     {read}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
