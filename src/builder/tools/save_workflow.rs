//! Saving what was rehearsed.

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{Bench, Refusal, Tool, ToolAnswer, listed};
use crate::rehearse::Claim;
use crate::store;

pub(super) struct SaveWorkflow;

/// Why it is saved.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Arguments {
    /// What is new in this version, in one plain sentence, for the history.
    why: String,
    /// What you tell the user at the end, in a few plain sentences: what it does, what was assumed, what a person still does. It ends the turn.
    #[serde(default)]
    summary: Option<String>,
}

#[async_trait]
impl Tool for SaveWorkflow {
    type Arguments = Arguments;
    const NAME: &'static str = "save_workflow";
    const ABOUT: &'static str = "Saves the draft. It must be free of errors, dry-run in just this version without failures, and every statement of the SOP carried out or waived.";

    async fn call(
        &self,
        arguments: Arguments,
        bench: &mut Bench<'_>,
    ) -> Result<ToolAnswer, Refusal> {
        let outcome = save(&arguments.why, bench);
        match &outcome {
            Ok(_) => {
                bench.session.refused_saves = 0;
                bench.session.closing = arguments.summary.filter(|s| !s.trim().is_empty());
            }
            Err(_) => bench.session.refused_saves += 1,
        }
        outcome
    }
}

fn save(why: &str, bench: &mut Bench<'_>) -> Result<ToolAnswer, Refusal> {
    let session = &mut *bench.session;
    let Some(review) = session.draft.review(&session.sop, &bench.resources.catalog) else {
        return Err(Refusal::new("There is no workflow yet").help("Write one with write_workflow."));
    };
    if review.errors() > 0 {
        return Err(Refusal::new("The draft has errors")
            .help("Mend them with edit_workflow, then dry_run."));
    }
    if !review.open.is_empty() {
        return Err(Refusal::new(format!("Nothing carries out these statements of the SOP: {}", listed(&review.open)))
            .help("Cite each under `sop` of the part that carries it out, or waive it: edit `sop/waived`, as in {\"statements\": [1, 2], \"because\": \"background\"}."));
    }
    let is_current = session.current_report().is_some();
    let Some(rehearsed) = bench.rehearsed.as_ref().filter(|_| is_current) else {
        return Err(
            Refusal::new("The draft was not dry-run in just this version")
                .help("Call dry_run, then save_workflow."),
        );
    };
    if rehearsed.report().claim == Claim::Failed {
        return Err(Refusal::new(format!(
            "The dry run failed: {}",
            rehearsed.report().reasons.join("; ")
        ))
        .help("Mend what failed, and dry_run again."));
    }
    let saved = store::save(
        &bench.resources.workspace,
        rehearsed,
        &session.sop,
        session.base.as_ref(),
        why,
    )
    .map_err(|e| Refusal::new(e.to_string()).maybe_help(e.help))?;
    store::delete_draft(&bench.resources.workspace, &session.name);
    session.base = Some(saved);
    session.saved = session.fingerprint();
    let claim = rehearsed.report().claim;
    Ok(ToolAnswer {
        content: json!({"saved": session.name, "dry_run": claim}),
        line: format!("as generated/{}", session.name),
        is_error: false,
    })
}
