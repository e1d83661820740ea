//! A workflow in plain language, for people who do not read JSON.

use serde_json::Value as Json;

use super::{
    Approval, IfUnavailable, Match, OnError, Output, OutputKind, Pull, Step, StepKind, Text,
    Trigger, TriggerKind, Workflow, cron,
};
use crate::diag::one_line;
use crate::expr::{Condition, Template, words};

/// Returns a workflow in plain language, as Markdown.
pub fn explain(workflow: &Workflow) -> String {
    let mut out = format!("# {}\n{}\n", workflow.title, workflow.objective);
    section(&mut out, "When", vec![when(&workflow.trigger)]);
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

/// Returns when a workflow runs, in words.
pub fn when(trigger: &Trigger) -> String {
    match &trigger.kind {
        TriggerKind::Manual(manual) if manual.inputs.is_empty() => {
            "When someone starts it".to_owned()
        }
        TriggerKind::Manual(manual) => {
            let inputs: Vec<String> = manual.inputs.keys().map(|name| label(name)).collect();
            format!("When someone starts it, with {}", inputs.join(", "))
        }
        TriggerKind::Schedule(schedule) => {
            let place = schedule
                .timezone
                .rsplit('/')
                .next()
                .unwrap_or_default()
                .replace('_', " ");
            let place = if place == "UTC" {
                place
            } else {
                format!("{place} time")
            };
            capital(&format!("{}, {place}", cron::words(&schedule.cron)))
        }
        TriggerKind::Webhook(webhook) => format!("When another system calls {}", webhook.path),
        TriggerKind::Date(date) => format!(
            "{} days before {} of {}",
            date.days_before,
            label(&date.field),
            date.over
        ),
        TriggerKind::NewRecords(new) => format!(
            "When {} has a new record, looked for every {}",
            new.over, new.every
        ),
    }
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

pub(super) fn step_lines(steps: &[Step], indent: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for step in steps {
        let guard = step
            .common
            .when
            .as_ref()
            .map(|w| format!("If {}: ", condition(w.as_str())))
            .unwrap_or_default();
        let mut add = |text: String| lines.push(format!("{indent}{text}"));
        match &step.kind {
            StepKind::Compute(compute) => {
                for (name, value) in &compute.set {
                    add(format!(
                        "{guard}{} is {}",
                        capital(&label(name)),
                        value_words(value)
                    ));
                }
            }
            StepKind::Decide(decide) => {
                for (index, rule) in decide.rules.iter().enumerate() {
                    let first = if index == 0 { "If" } else { "Else if" };
                    let because = reason(rule.because.as_ref());
                    add(format!(
                        "{guard}{first} {}: {}{because}",
                        condition(rule.when.as_str()),
                        fields(&rule.then)
                    ));
                }
                let because = reason(decide.otherwise_because.as_ref());
                add(format!(
                    "{guard}Otherwise: {}{because}",
                    fields(&decide.otherwise)
                ));
            }
            StepKind::Call(call) => add(format!(
                "{guard}Call {}{}",
                call.tool,
                on_error(&step.common.on_error)
            )),
            StepKind::Llm(llm) => {
                let returns: Vec<String> = llm.returns.keys().map(|n| label(n)).collect();
                add(format!(
                    "{guard}Let the model work out {}: “{}”",
                    returns.join(", "),
                    one_line(llm.instructions.as_str(), 160)
                ));
            }
            StepKind::Agent(agent) => add(format!(
                "{guard}Let the model find out: “{}”",
                one_line(agent.goal.as_str(), 160)
            )),
            StepKind::Each(each) => {
                add(format!(
                    "{guard}For each {} of {}:",
                    label(&each.name),
                    condition(each.over.as_str())
                ));
                lines.extend(step_lines(&each.steps, &format!("{indent}  ")));
            }
            StepKind::Select(select) => {
                let order: Vec<String> = select
                    .order_by
                    .iter()
                    .map(|by| by_words(by.as_str()))
                    .collect();
                let mut text = format!("{guard}Choose");
                if let Some(most) = select.at_most {
                    text += &format!(" the first {most}");
                }
                if let Some(per) = &select.at_most_per {
                    text += &format!(
                        " at most {} of each {}",
                        per.count,
                        condition(per.group.as_str())
                    );
                }
                if !order.is_empty() {
                    text += &format!(", by {}", order.join(", then "));
                }
                if let Some(only) = &select.only {
                    text += &format!(", among those where {}", condition(only.as_str()));
                }
                add(text);
            }
            StepKind::Check(check) => add(format!(
                "{guard}Make sure that {}; else it fails: {}",
                condition(check.that.as_str()),
                check.message
            )),
            StepKind::Stop(stop) => add(format!("{guard}stop here: {}", stop.because)),
            StepKind::Ask(ask) => add(format!("{guard}Ask a person: {}", ask.question)),
            StepKind::Wait(_) => add(format!("{guard}Wait")),
        }
    }
    lines
}

fn by_words(source: &str) -> String {
    match source.trim().strip_prefix('-') {
        Some(rest) => format!("{}, highest first", condition(rest)),
        None => condition(source),
    }
}

fn on_error(on_error: &OnError) -> String {
    let handlers: Vec<String> = on_error
        .handlers
        .iter()
        .map(|handler| {
            let when = if handler.codes.is_empty() {
                "if it fails".to_owned()
            } else {
                format!("if it answers {}", handler.codes.join(" or "))
            };
            let then = if let Some(stop) = &handler.stop {
                let fields: Vec<String> = stop
                    .iter()
                    .map(|(n, v)| format!("{} {}", label(n), value_words(v)))
                    .collect();
                format!("the case ends with {}", fields.join(", "))
            } else {
                "it goes on".to_owned()
            };
            format!("; {when}, {then}")
        })
        .collect();
    handlers.concat()
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
    if output.common.approval == Some(Approval::Required) {
        text += "; waits for your approval";
    }
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
pub(super) fn uncapital(words: &str) -> String {
    let mut chars = words.chars();
    chars
        .next()
        .map_or(String::new(), |c| c.to_lowercase().chain(chars).collect())
}
