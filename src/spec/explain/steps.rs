//! The steps of a workflow in plain language.

use serde_json::Value as Json;

use super::{capital, condition, fields, label, reason, value_words};
use crate::diag::{count, one_line};
use crate::spec::{Ask, OnError, Step, StepKind, Wait};

/// Returns a line for each step, and more for those that hold others.
pub(in crate::spec) fn step_lines(steps: &[Step], indent: &str) -> Vec<String> {
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
            StepKind::Ask(ask) => add(format!("{guard}{}", asked(ask))),
            StepKind::Wait(wait) => add(format!("{guard}{}", waited(wait))),
        }
    }
    lines
}

fn asked(ask: &Ask) -> String {
    let who = ask.who.as_ref().map_or("a person", |who| who.as_str());
    let mut text = format!("Ask {who}: “{}”", one_line(ask.question.as_str(), 160));
    if !ask.choices.is_empty() {
        text += &format!(" ({})", ask.choices.join(" / "));
    }
    let otherwise = ask.otherwise.as_ref().map(|otherwise| match otherwise {
        Json::String(choice) => format!("“{choice}” holds"),
        other => format!("{other} holds"),
    });
    if let Some(expires) = &ask.expires {
        let then = otherwise.unwrap_or_else(|| "it fails".to_owned());
        text += &format!("; without an answer in {}, {then}", long(expires));
    }
    text
}

/// Returns what a step waits for.
pub(in crate::spec) fn waited(wait: &Wait) -> String {
    match (&wait.duration, &wait.until, &wait.event) {
        (Some(duration), ..) => format!("Wait {}", long(duration)),
        (_, Some(until), _) => format!("Wait until {until}"),
        (_, _, Some(event)) => format!("Wait for the event “{event}”"),
        _ => "Wait".to_owned(),
    }
}

/// Returns a duration as people say it: `3d` is 3 days.
fn long(text: &str) -> String {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let name = match unit {
        "s" => "second",
        "m" => "minute",
        "h" => "hour",
        "d" => "day",
        _ => return text.to_owned(),
    };
    number.parse().map_or(text.to_owned(), |n| count(n, name))
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
