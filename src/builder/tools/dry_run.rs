//! Rehearsing the draft.

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::{Bench, Refusal, Tool, ToolAnswer};
use crate::check::Checked;
use crate::diag::{count, one_line};
use crate::engine::{Content, Delivery, Status};
use crate::rehearse::{CaseReport, Claim, Ending, Report, Scenario, WhatIf, rehearse};

pub(super) struct DryRun;

/// The most rows of a table that are shown.
const SHOWN_ROWS: usize = 5;

/// How to run it.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Arguments {
    /// How many sample cases; 8 without it, at most 40.
    #[serde(default)]
    cases: Option<usize>,
}

#[async_trait]
impl Tool for DryRun {
    type Arguments = Arguments;
    const NAME: &'static str = "dry_run";
    const ABOUT: &'static str = "Runs the draft on sample rows chosen to cover its rules: reads are performed, effects only shown. Tells each case's result and why, failures, tests, and what no case reached.";

    async fn call(
        &self,
        arguments: Arguments,
        bench: &mut Bench<'_>,
    ) -> Result<ToolAnswer, Refusal> {
        let session = &mut *bench.session;
        if session.change_was_refused() {
            return Err(
                Refusal::new("Not run: the change that came with it was refused")
                    .help("Make the change first, then dry_run."),
            );
        }
        let Some(review) = session.draft.review(&session.sop, &bench.resources.catalog) else {
            return Err(
                Refusal::new("There is no workflow yet").help("Write one with write_workflow.")
            );
        };
        let Some(checked) = review.checked else {
            let errors: Vec<_> = review.findings.iter().filter(|f| f.is_error()).collect();
            let line = format!("not run: {} to mend", count(errors.len(), "error"));
            let mut content = json!({"error": "The draft has errors, so it was not run"});
            // The change that came with it has told them.
            if !session.has_just_changed() {
                content["errors"] = json!(errors.iter().take(5).collect::<Vec<_>>());
            }
            return Ok(ToolAnswer {
                line,
                content,
                is_error: true,
            });
        };
        let (checked, past) = with_past_cases(checked, bench).await;
        let session = &mut *bench.session;
        let rehearsal = bench.resources.rehearsal(
            &checked,
            Some(&session.sop),
            arguments.cases.unwrap_or(8).clamp(1, 40),
            bench.progress,
        );
        let rehearsed = rehearse(&checked, &rehearsal)
            .await
            .map_err(|e| Refusal::new(e.to_string()).maybe_help(e.help))?;
        let report = rehearsed.report();
        let signature = report.failure_signature();
        let edited = session
            .rehearsed
            .as_ref()
            .is_some_and(|(of, _)| Some(of) != session.fingerprint().as_ref());
        if report.claim == Claim::Failed
            && edited
            && session.last_failure.as_ref() == Some(&signature)
        {
            session.same_failure += 1;
        } else {
            session.same_failure = 0;
        }
        session.last_failure = (report.claim == Claim::Failed).then_some(signature);
        let before = session.rehearsed.as_ref().map(|(_, report)| report);
        let mut content = for_model(report, before);
        if let (Some(past), Some(fields)) = (past, content.as_object_mut()) {
            fields.insert("past_cases".to_owned(), past);
        }
        let answer = ToolAnswer {
            content,
            line: line(report),
            is_error: false,
        };
        session.rehearsed = session.fingerprint().map(|of| (of, report.clone()));
        *bench.rehearsed = Some(rehearsed);
        Ok(answer)
    }
}

/// Runs the past cases of which people said how they were decided. Those that come out so become
/// tests of the draft, which is returned with them, and with what to tell of the others.
async fn with_past_cases(checked: Checked, bench: &mut Bench<'_>) -> (Checked, Option<Json>) {
    let Some(labelled) = bench.session.labelled.clone() else {
        return (checked, None);
    };
    let report = labelled
        .compare(&checked, bench.resources, bench.progress)
        .await;
    let report = match report {
        Ok(report) => report,
        Err(e) => {
            return (
                checked,
                Some(json!({"error": e.to_string(), "help": e.help})),
            );
        }
    };
    let told = Some(labelled.told(&report));
    let session = &mut *bench.session;
    let Some(mut document) = session.draft.document.clone() else {
        return (checked, told);
    };
    let tests = labelled.tests(&report, &document);
    if tests.is_empty() {
        return (checked, told);
    }
    if let Some(fields) = document.as_object_mut() {
        let own = fields.entry("tests").or_insert_with(|| json!([]));
        own.as_array_mut()
            .into_iter()
            .for_each(|own| own.extend(tests.clone()));
    }
    let catalog = &bench.resources.catalog;
    let changed = session
        .draft
        .set(document, &session.name, &session.sop, catalog);
    (changed.review.checked.unwrap_or(checked), told)
}

fn line(report: &Report) -> String {
    let failed = report.failures().count();
    let claim = match report.claim {
        Claim::Verified => "verified",
        Claim::Partial => "partial",
        Claim::Failed => "failed",
    };
    let failures = if failed > 0 {
        format!(", {failed} failed")
    } else {
        String::new()
    };
    format!(
        "{} of {}{failures}: {claim}",
        count(report.cases.len(), "case"),
        report.total
    )
}

/// Returns a report in the size that a model reads: what came out as in the dry run before is
/// only counted.
fn for_model(report: &Report, before: Option<&Report>) -> Json {
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
        let weak = report
            .scenarios
            .iter()
            .filter(|s| s.ending == Ending::Crashed);
        let weak: Vec<Json> = weak.map(scenario_for_model).collect();
        if !weak.is_empty() {
            fields.insert("what_if".to_owned(), json!(weak));
        }
    }
    content
}

/// Returns a scenario in which the workflow crashed, on a line.
fn scenario_for_model(scenario: &Scenario) -> Json {
    let help = match &scenario.what_if {
        WhatIf::SourceDown { source } => format!(
            " Give `data/{source}` an `if_unavailable`: \"fail\" where a case cannot go on without it."
        ),
        WhatIf::ToolFails { .. } => {
            " Give its step an `on_error`: \"fail\" where a case cannot go on without it."
                .to_owned()
        }
        _ => String::new(),
    };
    json!(format!(
        "What if {}? {}{help}",
        scenario.when, scenario.says
    ))
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
    if !outcome.notes.is_empty() {
        told.insert(
            "missing_values_met".to_owned(),
            json!(outcome.notes.iter().take(5).collect::<Vec<_>>()),
        );
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
    }
}
