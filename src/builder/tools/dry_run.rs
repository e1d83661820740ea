//! Rehearsing the draft.

mod told;

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{Bench, Refusal, Tool, ToolAnswer};
use crate::check::Checked;
use crate::diag::count;
use crate::rehearse::{Claim, Report, rehearse};

use told::for_model;

pub(super) struct DryRun;

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
