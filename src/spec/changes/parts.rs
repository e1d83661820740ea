//! The parts of a workflow as people tell them apart, each in words.

use serde::Serialize;
use serde_json::{Value as Json, json};

use crate::diag::count;
use crate::spec::explain::{
    condition, fields, label, output_words, pull_words, step_lines, value_words,
};
use crate::spec::{Decide, OutputKind, Step, StepKind, TriggerKind, Workflow, when};

/// One part.
pub(super) struct Part {
    /// What it stays through changes: an id, or what kind of rule it is.
    pub(super) kind: String,
    pub(super) title: String,
    pub(super) words: String,
    /// What the words leave out.
    pub(super) details: Json,
    /// The list in which its place matters.
    pub(super) list: Option<String>,
    pub(super) names: Vec<String>,
    pub(super) is_support: bool,
}

impl Part {
    fn new(kind: impl Into<String>, title: impl Into<String>, words: impl Into<String>) -> Self {
        Part {
            kind: kind.into(),
            title: title.into(),
            words: words.into(),
            details: Json::Null,
            list: None,
            names: Vec::new(),
            is_support: false,
        }
    }

    /// Adds what is compared beside the words: the whole without what they say.
    fn beside(mut self, whole: &impl Serialize, said: &[&str]) -> Self {
        self.details = serde_json::to_value(whole).unwrap_or_default();
        if let Some(fields) = self.details.as_object_mut() {
            for name in said.iter().chain(&["id", "kind", "sop"]) {
                fields.shift_remove(*name);
            }
        }
        self
    }

    fn within(mut self, list: &str) -> Self {
        self.list = Some(list.to_owned());
        self
    }

    /// Adds words by which people name it, each word on its own.
    fn named(mut self, names: &[&str]) -> Self {
        let words = names.iter().flat_map(|name| {
            name.split(|c: char| !c.is_alphanumeric())
                .filter(|word| word.len() > 1)
                .map(str::to_lowercase)
        });
        self.names.extend(words);
        self
    }
}

/// What people say of a schedule.
const TIMES: [&str; 26] = [
    "every",
    "daily",
    "weekly",
    "monthly",
    "hourly",
    "weekday",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "morning",
    "evening",
    "night",
    "noon",
    "hour",
    "day",
    "week",
    "month",
    "zone",
    "timezone",
    "schedule",
    "am",
    "pm",
];
/// What people say of which rows are cases.
const SCOPE: [&str; 10] = [
    "skip", "ignore", "exclude", "leave", "only", "include", "drop", "look", "case", "scope",
];

/// Returns the parts of a workflow, in reading order.
pub(super) fn parts(workflow: &Workflow) -> Vec<Part> {
    let mut out = vec![
        Part::new("title", "the title", &workflow.title).named(&["title", "call", "name"]),
        Part::new("objective", "what it is for", &workflow.objective).named(&["objective"]),
        trigger(workflow),
    ];
    data(workflow, &mut out);
    for step in workflow.all_steps() {
        match &step.kind {
            StepKind::Decide(decide) => rules(workflow, step, decide, &mut out),
            _ => out.push(self::step(step)),
        }
    }
    for (name, value) in &workflow.result {
        let part = Part::new(
            format!("result/{name}"),
            format!("the outcome “{}”", label(name)),
            value_words(value),
        );
        out.push(part.named(&[name, "result", "outcome"]));
    }
    outputs(workflow, &mut out);
    notes(workflow, &mut out);
    out
}

fn trigger(workflow: &Workflow) -> Part {
    let mut names = TIMES.to_vec();
    if let TriggerKind::Schedule(schedule) = &workflow.trigger.kind {
        names.extend(schedule.timezone.split('/'));
    }
    Part::new("trigger", "when it runs", when(workflow))
        .beside(
            &workflow.trigger,
            &[
                "cron",
                "timezone",
                "path",
                "in",
                "field",
                "days_before",
                "every",
                "existing",
            ],
        )
        .named(&names)
}

fn data(workflow: &Workflow, out: &mut Vec<Part>) {
    let cases = workflow.for_each.as_ref();
    for (name, pull) in &workflow.data {
        let is_cases = cases.is_some_and(|each| each.over == *name);
        let part = Part::new(
            format!("data/{name}"),
            format!("what it reads of {}", label(name)),
            pull_words(workflow, name, pull),
        );
        let said = [
            "from",
            "where",
            "match",
            "limit",
            "if_unavailable",
            "fields",
        ];
        let mut part = part.beside(pull, &said).named(&[name, &pull.from]);
        if is_cases {
            part = part.named(&SCOPE);
        }
        out.push(part);
        for column in pull.fields.keys() {
            let mut part = Part::new(
                format!("data/{name}/{column}"),
                format!("a column of {}", label(name)),
                format!("{} is read too", label(column)),
            );
            part.is_support = true;
            out.push(part);
        }
    }
    if let Some(each) = cases {
        let words = format!(
            "each {} of {}, told apart by {}",
            label(&each.name),
            label(&each.over),
            condition(each.key.as_str())
        );
        out.push(Part::new("for_each", "what a case is", words).named(&["case", "each"]));
    }
}

fn rules(workflow: &Workflow, step: &Step, decide: &Decide, out: &mut Vec<Part>) {
    let id = &step.common.id;
    let several = workflow
        .all_steps()
        .iter()
        .filter(|s| matches!(s.kind, StepKind::Decide(_)))
        .count()
        > 1;
    let of = if several {
        format!(" of {}", label(id))
    } else {
        String::new()
    };
    let values = |then: &indexmap::IndexMap<String, Json>| -> Vec<String> {
        then.values()
            .filter_map(|v| v.as_str().map(label))
            .collect()
    };
    for rule in &decide.rules {
        let then = fields(&rule.then);
        let because = rule.because.as_ref().map_or("", |b| b.as_str());
        let part = Part::new(
            format!("steps/{id}/rules/{then}"),
            format!("the rule for {then}{of}"),
            format!("if {}", condition(rule.when.as_str())),
        );
        let names = values(&rule.then);
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut part = part.named(&names).within(&format!("the rules{of}"));
        part.details = json!({ "reason": because });
        out.push(part);
    }
    let otherwise = Part::new(
        format!("steps/{id}/otherwise"),
        format!("what holds where no rule does{of}"),
        fields(&decide.otherwise),
    );
    let names = values(&decide.otherwise);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut otherwise = otherwise
        .named(&names)
        .named(&["otherwise", "else", "rest"]);
    otherwise.details = json!({"reason": decide.otherwise_because});
    out.push(otherwise);
    let frame = Part::new(
        format!("steps/{id}"),
        format!("the decision “{}”", label(id)),
        "",
    )
    .beside(step, &["rules", "otherwise", "otherwise_because"])
    .named(&[id])
    .within("the steps");
    out.push(frame);
}

fn step(step: &Step) -> Part {
    let id = &step.common.id;
    let mut lines = step_lines(std::slice::from_ref(step), "");
    let mut said = vec![
        "when", "set", "tool", "that", "message", "question", "because",
    ];
    match &step.kind {
        StepKind::Each(_) => {
            lines.truncate(1);
            said.extend(["over", "as", "steps"]);
        }
        StepKind::Call(_) => said.push("on_error"),
        StepKind::Select(_) => said.extend(["order_by", "at_most", "at_most_per", "where"]),
        // Only their beginning is in the words.
        StepKind::Llm(_) | StepKind::Agent(_) => {}
        _ => {}
    }
    Part::new(
        format!("steps/{id}"),
        format!("the step “{}”", label(id)),
        lines.join("; "),
    )
    .beside(step, &said)
    .named(&[id, step.kind.name()])
    .within("the steps")
}

fn outputs(workflow: &Workflow, out: &mut Vec<Part>) {
    for output in &workflow.outputs {
        let id = &output.common.id;
        let (what, names, said): (&str, &[&str], &[&str]) = match &output.kind {
            OutputKind::Document(_) => ("document", &["document", "file", "brief", "report"], &[]),
            OutputKind::Table(_) => ("table", &["table", "csv", "list", "spreadsheet"], &[]),
            OutputKind::EmailDraft(_) => ("email draft", &["email", "mail", "draft"], &["subject"]),
            OutputKind::Message(_) => (
                "message",
                &["message", "post", "alert", "channel", "slack"],
                &[],
            ),
            OutputKind::Update(_) => ("update", &["update", "record", "crm"], &["in", "set"]),
            OutputKind::Call(_) => ("call", &["call"], &["tool"]),
        };
        let part = Part::new(
            format!("outputs/{id}"),
            format!("the {what} “{}”", label(id)),
            output_words(output),
        );
        let said: Vec<&str> = said
            .iter()
            .copied()
            .chain(["when", "per", "to", "file"])
            .collect();
        let mut part = part.beside(output, &said).named(&[id]).named(names);
        // Waiting for a yes is in the words.
        if let Some(fields) = part.details.as_object_mut()
            && fields.get("approval").and_then(Json::as_str) == Some("required")
        {
            fields.shift_remove("approval");
        }
        out.push(part);
    }
}

fn notes(workflow: &Workflow, out: &mut Vec<Part>) {
    for assumption in &workflow.assumptions {
        let text = assumption.words();
        out.push(Part::new(format!("assumed/{text}"), "an assumption", text));
    }
    for waiver in &workflow.sop.waived {
        for number in &waiver.statements {
            let part = Part::new(
                format!("waived/{number}"),
                format!("statement {number} of the SOP"),
                format!("needs no part: {}", waiver.because),
            );
            // What was asked for says why, and so names it.
            let because = waiver.because.split(' ').filter(|word| word.len() > 3);
            let because: Vec<&str> = because.collect();
            out.push(part.named(&["statement"]).named(&because));
        }
    }
    for number in &workflow.sop.open {
        let part = Part::new(
            format!("open/{number}"),
            format!("statement {number} of the SOP"),
            "nothing carries it out yet",
        );
        out.push(part.named(&["statement"]));
    }
    let limits = &workflow.limits;
    let limits = [
        limits.cases.map(|n| count(n, "case")),
        limits
            .model_cost_usd
            .map(|usd| format!("${usd} for models")),
        limits.model_calls.map(|n| format!("{n} model calls")),
        limits.time.clone(),
        limits.per_day.cases.map(|n| format!("{n} cases a day")),
        limits
            .per_day
            .model_cost_usd
            .map(|usd| format!("${usd} a day for models")),
        limits
            .per_day
            .model_calls
            .map(|n| format!("{n} model calls a day")),
        limits.per_day.time.as_ref().map(|t| format!("{t} a day")),
    ];
    let limits: Vec<String> = limits.into_iter().flatten().collect();
    if !limits.is_empty() {
        let words = format!("at most {}", limits.join(", "));
        out.push(Part::new("limits", "where a run stops", words).named(&["limit", "most"]));
    }
    for test in &workflow.tests {
        let part = Part::new(
            format!("tests/{}", test.name),
            format!("the test “{}”", test.name),
            format!("expects {}", fields(&test.expect)),
        );
        out.push(part.beside(test, &["name", "expect"]).named(&["test"]));
    }
}
