//! What a dry run tells a model: in the size that it reads, and nothing twice.

use indexmap::IndexMap;
use serde_json::{Map, Value as Json, json};

use crate::diag::one_line;
use crate::engine::{Content, Delivery, Status};
use crate::rehearse::{CaseReport, Ending, Report, WhatIf};

/// The most rows of a table that are shown.
const SHOWN_ROWS: usize = 5;

/// The most missing values that are told.
const MISSING: usize = 8;

/// Returns a report in the size that a model reads: what came out as in the dry run before is
/// only counted.
pub(super) fn for_model(report: &Report, before: Option<&Report>) -> Json {
    let known = |case: &&CaseReport| {
        !case.outcome.is_failed()
            && before.is_some_and(|before| before.cases.iter().any(|c| c == *case))
    };
    let (same, new): (Vec<&CaseReport>, Vec<&CaseReport>) = report.cases.iter().partition(known);
    let cases: Vec<Json> = new.into_iter().map(case_for_model).collect();
    let same: Vec<&str> = same.iter().map(|c| c.outcome.key.as_str()).collect();
    let broken: Vec<Json> = report
        .tests
        .iter()
        .filter(|t| !t.passed)
        .map(|t| json!({"name": t.name, "problem": t.problem, "differences": t.differences.iter().map(|(f, (want, got))| json!({"field": f, "expected": want, "got": got})).collect::<Vec<_>>()}))
        .collect();
    let mut content = json!({
        "claim": report.claim,
        "why": report.reasons,
        "rows_that_are_cases": report.total,
        "cases": cases,
    });
    if let Some(fields) = content.as_object_mut() {
        if !report.tests.is_empty() {
            fields.insert(
                "tests".to_owned(),
                json!({"passed": report.tests.len() - broken.len(), "broken": broken}),
            );
        }
        if !same.is_empty() {
            fields.insert("cases_as_in_the_dry_run_before".to_owned(), json!(same));
        }
        let mut examples = examples(report);
        if let Some(before) = before {
            let told = self::examples(before);
            examples.retain(|example| !told.contains(example));
        }
        if !examples.is_empty() {
            fields.insert("one_of_each_output".to_owned(), json!(examples));
        }
        if !report.run_effects.is_empty() {
            fields.insert(
                "once_per_run".to_owned(),
                json!({"made_from_cases": report.run_cases, "outputs": report.run_effects.iter().map(shortened).collect::<Vec<_>>()}),
            );
        }
        if !report.evidence.is_empty() {
            fields.insert("evidence".to_owned(), json!(report.evidence));
        }
        let weak = what_if(report);
        if !weak.is_empty() {
            fields.insert("what_if".to_owned(), json!(weak));
        }
        let missing = missing_values(report);
        if !missing.is_empty() {
            fields.insert("missing_values_met".to_owned(), json!(missing));
        }
    }
    content
}

/// Returns the scenarios in which the workflow crashed, those that end alike on one line.
fn what_if(report: &Report) -> Vec<String> {
    let mut alike: IndexMap<(&str, String), Vec<&str>> = IndexMap::new();
    for scenario in report
        .scenarios
        .iter()
        .filter(|s| s.ending == Ending::Crashed)
    {
        let help = match &scenario.what_if {
            WhatIf::SourceDown { .. } => {
                " Give that data an `if_unavailable`: \"fail\" where a case cannot go on without it."
            }
            WhatIf::ToolFails { .. } => {
                " Give its step an `on_error`: \"fail\", or \"fail\" at the end of its list, where a case cannot go on without it."
            }
            _ => "",
        };
        let key = (scenario.says.as_str(), help.to_owned());
        alike.entry(key).or_default().push(&scenario.when);
    }
    alike
        .into_iter()
        .map(|((says, help), when)| format!("What if {}? {says}{help}", when.join("; or ")))
        .collect()
}

/// Returns what was missing where something was compared or worked out, with the number of cases.
fn missing_values(report: &Report) -> IndexMap<&str, usize> {
    let mut met: IndexMap<&str, usize> = IndexMap::new();
    for case in &report.cases {
        let mut notes: Vec<&str> = case.outcome.notes.iter().map(String::as_str).collect();
        notes.sort_unstable();
        notes.dedup();
        for note in notes {
            *met.entry(note).or_default() += 1;
        }
    }
    met.sort_by(|_, a, _, b| b.cmp(a));
    met.truncate(MISSING);
    met
}

/// Returns one delivery of each output in full: it shows what people would receive.
fn examples(report: &Report) -> Vec<Json> {
    let mut seen: Vec<&str> = Vec::new();
    let mut examples = Vec::new();
    let of_cases = report.cases.iter().map(|c| (&c.outcome.key, &c.effects));
    let of_tests = report.tests.iter().map(|t| (&t.name, &t.effects));
    for (from, effects) in of_cases.chain(of_tests) {
        for effect in effects {
            if !seen.contains(&effect.output.as_str()) {
                seen.push(&effect.output);
                let mut told = json!(effect);
                told["of"] = json!(from);
                examples.push(told);
            }
        }
    }
    examples
}

/// Returns a delivery of the run, of a long table only its beginning.
fn shortened(delivery: &Delivery) -> Json {
    let mut told = json!(delivery);
    if let Some(rows) = told.get_mut("rows").and_then(Json::as_array_mut) {
        let all = rows.len();
        rows.truncate(SHOWN_ROWS);
        told["rows_in_all"] = json!(all);
    }
    told
}

fn case_for_model(case: &CaseReport) -> Json {
    let outcome = &case.outcome;
    let mut told = Map::new();
    told.insert("case".to_owned(), json!(outcome.key));
    match &outcome.status {
        Status::Done => {}
        Status::Stopped { step, because } => {
            told.insert("stopped_at".to_owned(), json!(format!("{step}: {because}")));
        }
        Status::Failed { part, failure } => {
            told.insert("failed_at".to_owned(), json!(part));
            told.insert(
                "failure".to_owned(),
                json!({"code": failure.code, "message": failure.message}),
            );
            told.insert("row".to_owned(), case.item.clone());
        }
    }
    if !outcome.result.is_empty() {
        told.insert("result".to_owned(), json!(outcome.result));
    }
    let in_result = |because: &String| {
        let texts = outcome.result.values().filter_map(Json::as_str);
        texts
            .into_iter()
            .any(|text| text.contains(because.as_str()))
    };
    if !outcome.because.iter().all(in_result) {
        told.insert("because".to_owned(), json!(outcome.because));
    }
    if !outcome.caveats.is_empty() {
        told.insert("caveats".to_owned(), json!(outcome.caveats));
    }
    if !case.effects.is_empty() {
        told.insert(
            "would_make".to_owned(),
            json!(
                case.effects
                    .iter()
                    .map(|e| effect(&e.output, &e.content))
                    .collect::<Vec<_>>()
            ),
        );
    }
    Json::Object(told)
}

fn effect(output: &str, content: &Content) -> String {
    match content {
        Content::Document { file, .. } | Content::Table { file, .. } => format!("{output}: {file}"),
        Content::EmailDraft { to, subject, .. } => {
            format!("{output}: to {to}, “{}”", one_line(subject, 60))
        }
        Content::Message { to, text } => format!("{output}: to {to}, “{}”", one_line(text, 60)),
        Content::Update { set, .. } => format!("{output}: {}", Json::Object(set.clone())),
        Content::Call { tool, .. } => format!("{output}: {tool}"),
        Content::Question(_) => output.to_owned(),
    }
}
