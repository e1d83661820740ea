//! Steps that wait say for what, and what holds where nothing comes.

use serde_json::Value as Json;

use crate::check::Context;
use crate::diag::Diagnostic;
use crate::model::structured::answer_schema;
use crate::spec::{Ask, StepKind, Wait};

/// Fields that the steps give themselves.
const OWN_OF_AGENT: [&str; 2] = ["confidence", "tried"];
const OWN_OF_ASK: [&str; 2] = ["who", "at"];

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for step in context.workflow.all_steps() {
        let (id, at) = (&step.common.id, context.pointer(&step.common.id));
        let found = match &step.kind {
            StepKind::Agent(agent) => {
                let names = agent.returns.keys();
                taken(names, &OWN_OF_AGENT).map(|name| own(&at, name))
            }
            StepKind::Ask(ask) => self::ask(ask, &at),
            StepKind::Wait(wait) => self::wait(wait, &at),
            _ => None,
        };
        findings.extend(found.map(|finding| finding.part(id)));
    }
}

fn taken<'n>(mut names: impl Iterator<Item = &'n String>, own: &[&str]) -> Option<&'n String> {
    names.find(|name| own.contains(&name.as_str()))
}

fn own(at: &str, name: &str) -> Diagnostic {
    Diagnostic::error(
        "own-field",
        format!("{at}/returns/{name}"),
        format!("The step gives `{name}` by itself"),
    )
    .help("Give the field another name, or leave it out and use the step's own.")
}

fn ask(ask: &Ask, at: &str) -> Option<Diagnostic> {
    if ask.choices.is_empty() == ask.returns.is_empty() {
        return Some(
            Diagnostic::error(
                "ask-answer",
                at,
                "A question has either `choices` or `returns`",
            )
            .help(
                "Give the answers to choose from, or a JSON Schema for each field of the answer.",
            ),
        );
    }
    if let Some(name) = taken(ask.returns.keys(), &OWN_OF_ASK) {
        return Some(own(at, name));
    }
    match (&ask.otherwise, &ask.expires) {
        (Some(_), None) => Some(
            Diagnostic::error(
                "ask-otherwise",
                format!("{at}/otherwise"),
                "What holds without an answer is said, and not how long one is waited for",
            )
            .help("Add `expires`, such as \"3d\"."),
        ),
        (Some(otherwise), Some(_)) if !fits(ask, otherwise) => Some(
            Diagnostic::error(
                "ask-otherwise",
                format!("{at}/otherwise"),
                "What holds without an answer is none of the answers",
            )
            .excerpt(otherwise.to_string())
            .help("Name one of the choices, or give every field of `returns`."),
        ),
        _ => None,
    }
}

fn fits(ask: &Ask, otherwise: &Json) -> bool {
    if !ask.choices.is_empty() {
        return ask.choices.iter().any(|choice| otherwise == choice);
    }
    let schema = answer_schema(&ask.returns);
    jsonschema::draft202012::new(&schema).is_ok_and(|schema| schema.is_valid(otherwise))
}

fn wait(wait: &Wait, at: &str) -> Option<Diagnostic> {
    let given = [
        wait.duration.is_some(),
        wait.until.is_some(),
        wait.event.is_some(),
    ];
    let given = given.into_iter().filter(|is_given| *is_given).count();
    (given != 1).then(|| {
        Diagnostic::error(
            "wait-for",
            at,
            "A wait is for one thing: a time that passes, a moment, or an event",
        )
        .help("Give one of `for`, `until` and `event`; how long an event is waited for is its `timeout`.")
    })
}
