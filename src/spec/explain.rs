//! A workflow in plain language, for people who do not read JSON.

mod steps;

use serde_json::Value as Json;

use super::when::when;
use super::{Approval, IfUnavailable, Match, Output, OutputKind, Pull, Text, Workflow};
use crate::diag::one_line;
use crate::expr::{Condition, Template, words};

pub(super) use steps::{step_lines, waited};

/// Returns a workflow in plain language, as Markdown.
pub fn explain(workflow: &Workflow) -> String {
    let mut out = format!("# {}\n{}\n", workflow.title, workflow.objective);
    section(&mut out, "When", vec![when(workflow)]);
    section(
        &mut out,
        "What it reads",
        workflow
            .data
            .iter()
            .map(|(name, pull)| pull_words(workflow, name, pull))
            .collect(),
    );
    section(
        &mut out,
        "What it does for each case",
        step_lines(&workflow.steps, ""),
    );
    section(
        &mut out,
        "The outcome of a case",
        workflow
            .result
            .iter()
            .map(|(name, value)| format!("{}: {}", label(name), value_words(value)))
            .collect(),
    );
    section(
        &mut out,
        "What comes out",
        workflow.outputs.iter().map(output_words).collect(),
    );
    let assumed = workflow
        .assumptions
        .iter()
        .map(|a| a.text.clone())
        .collect();
    section(&mut out, "Assumed", assumed);
    let waived = workflow.sop.waived.iter().map(|w| {
        let numbers: Vec<String> = w.statements.iter().map(usize::to_string).collect();
        format!("Statement {}: {}", numbers.join(", "), w.because)
    });
    section(
        &mut out,
        "Left to people or without a part",
        waived.collect(),
    );
    let open = workflow.sop.open.iter().map(|n| format!("Statement {n}"));
    section(&mut out, "Not carried out yet", open.collect());
    out
}

fn section(out: &mut String, title: &str, lines: Vec<String>) {
    if lines.is_empty() {
        return;
    }
    out.push_str(&format!("\n## {title}\n"));
    for line in lines {
        let indent = line.len() - line.trim_start().len();
        out.push_str(&format!("{}- {}\n", " ".repeat(indent), line.trim_start()));
    }
}

pub(super) fn reason(because: Option<&Text>) -> String {
    because.map_or(String::new(), |b| {
        format!(" ({})", one_line(b.as_str(), 80))
    })
}

pub(super) fn pull_words(workflow: &Workflow, name: &str, pull: &Pull) -> String {
    let mut text = format!("{} from {}", label(name), pull.from);
    if let Some(only) = &pull.only {
        text += &format!(", where {}", condition(only.as_str()));
    }
    for (column, value) in &pull.matching {
        text += &match value {
            Match::Equals(expr) => format!(
                ", of the same {} ({})",
                label(column),
                condition(expr.as_str())
            ),
            Match::Like(like) => format!(
                ", where {} is like {} (at least {:.0} %)",
                label(column),
                condition(like.like.as_str()),
                like.at_least * 100.0
            ),
        };
    }
    if let Some(limit) = pull.limit {
        text += &format!(", at most {limit}");
    }
    if workflow
        .for_each
        .as_ref()
        .is_some_and(|each| each.over == name)
    {
        text += "; each is a case";
    }
    if let IfUnavailable::Continue(caveat) = &pull.if_unavailable {
        text += &format!("; if it cannot be read, it goes on and says “{caveat}”");
    }
    if let IfUnavailable::LastKnown(age) = &pull.if_unavailable {
        text += &format!(
            "; if it cannot be read, what was read last is used, with a word on when that was, unless that is more than {age} ago"
        );
    }
    text
}

pub(super) fn output_words(output: &Output) -> String {
    let mut text = match &output.kind {
        OutputKind::Document(document) => {
            format!("A document, {}", text_words(document.file.as_str()))
        }
        OutputKind::Table(table) => {
            let columns: Vec<&str> = table.columns.keys().map(String::as_str).collect();
            format!(
                "A table, {}: {}",
                text_words(table.file.as_str()),
                columns.join(", ")
            )
        }
        OutputKind::EmailDraft(email) => format!(
            "An email draft to {}: “{}”",
            text_words(email.to.as_str()),
            text_words(email.subject.as_str())
        ),
        OutputKind::Message(message) => format!(
            "A message to {}: “{}”",
            text_words(message.to.as_str()),
            one_line(&text_words(message.text.as_str()), 100)
        ),
        OutputKind::Update(update) => {
            format!("An update of {}: {}", update.table, fields(&update.set))
        }
        OutputKind::Call(call) => format!("A call of {}", call.tool),
    };
    if let Some(when) = &output.common.when {
        text += &format!(", if {}", condition(when.as_str()));
    }
    if !output.common.per.is_case() {
        text += ", once per run";
    }
    text += match output.common.approval {
        Some(Approval::Required) => "; waits for your approval",
        Some(Approval::NotNeeded) => "; done without asking anybody",
        None => "",
    };
    text
}

pub(super) fn fields(fields: &indexmap::IndexMap<String, Json>) -> String {
    let parts: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{} {}", label(name), value_words(value)))
        .collect();
    parts.join(", ")
}

pub(super) fn value_words(value: &Json) -> String {
    match value {
        Json::String(text) => text_words(text),
        Json::Bool(true) => "yes".to_owned(),
        Json::Bool(false) => "no".to_owned(),
        Json::Null => "missing".to_owned(),
        other => one_line(&other.to_string(), 80),
    }
}

/// Returns a template in words: its expressions are said, its blocks left out.
pub(super) fn text_words(source: &str) -> String {
    use crate::expr::ast::Part;
    fn say(parts: &[Part], out: &mut String) {
        for part in parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Emit(node) => out.push_str(&format!("‹{}›", words(node))),
                Part::If { then, .. } => say(then, out),
                Part::For { body, .. } => say(body, out),
                Part::Set(..) | Part::Break | Part::Continue => {}
            }
        }
    }
    match Template::compile(source) {
        Ok(template) => match template.single() {
            Some(node) => words(node),
            None => {
                let mut out = String::new();
                say(template.parts(), &mut out);
                one_line(&out, 160)
            }
        },
        Err(_) => source.to_owned(),
    }
}

pub(super) fn condition(source: &str) -> String {
    Condition::compile(source).map_or_else(|_| source.to_owned(), |c| words(c.node()))
}

pub(super) fn label(name: &str) -> String {
    name.replace('_', " ")
}

/// Returns words as the beginning of a sentence.
pub fn capital(words: &str) -> String {
    let mut chars = words.chars();
    chars
        .next()
        .map_or(String::new(), |c| c.to_uppercase().chain(chars).collect())
}

/// Returns words that go on within a sentence.
pub fn uncapital(words: &str) -> String {
    let mut chars = words.chars();
    chars
        .next()
        .map_or(String::new(), |c| c.to_lowercase().chain(chars).collect())
}
