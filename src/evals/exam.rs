//! The exam: what was saved is run over rows that were held back, and every check is looked at.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::accuracy::{Compared, measure};
use super::facts::Found;
use super::{Check, EvalCase, Kind};
use crate::check::check;
use crate::connect::Connections;
use crate::diag::{Error, Result};
use crate::expr::{Scope, from_json};
use crate::rehearse::{LlmAnswers, PastFiles, Rehearsal, rehearse};
use crate::store::{Stored, Workspace};

/// Whether a check held.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckResult {
    /// Must it hold, or must it not?
    pub kind: Kind,
    /// What it is about.
    pub it: String,
    /// Is it as it must be?
    pub passed: bool,
    /// Why it could not be told, if so.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<String>,
}

impl CheckResult {
    /// Returns the result of a check for which there was nothing to look at.
    pub(super) fn missed(check: &Check) -> Self {
        CheckResult {
            kind: check.kind,
            it: check.it.clone(),
            passed: false,
            why: None,
        }
    }
}

/// Cases that are run at the most.
const CASES: usize = 1_000;

/// Examines a saved workflow in the workspace that it was built in.
///
/// # Errors
/// If it cannot be run: it has errors, or no cases.
pub(super) async fn examine(
    case: &EvalCase,
    workspace: &Workspace,
    stored: &Stored,
    before: &Json,
    llm: Arc<LlmAnswers>,
) -> Result<(Compared, Vec<CheckResult>)> {
    let settings = &workspace.settings().connections;
    let env = |name: &str| workspace.variable(name);
    let connections = Connections::open(settings, workspace.root(), &env);
    let catalog = connections.catalog().await;
    let review = check(&stored.draft, &stored.sop, &catalog);
    let Some(checked) = review.checked else {
        return Err(
            Error::input("The workflow has errors with the data of the exam").with(review.findings),
        );
    };
    let workflow = checked.workflow();
    let run = case.clock.run_info("eval", &workflow.name, Some(workflow));
    let rehearsal = Rehearsal {
        connections: &connections,
        catalog: &catalog,
        llm,
        run: run.clone(),
        cases: CASES,
        scenarios: true,
        sop: None,
        probes: None,
        progress: &|_, _| {},
    };
    let files = PastFiles::read(&case.exam_rows(), &case.expected()).await?;
    let compared = measure(case, &checked, &rehearsal, &files).await?;
    let rehearsed = rehearse(&checked, &rehearsal).await?;
    let found = Found {
        workflow,
        document: &stored.draft.document,
        before,
        sop: &stored.sop,
        files: &files,
        fields: &compared.fields,
        report: rehearsed.report(),
        run: &run,
    };
    let scope = found.scope();
    let checks = case.checks.iter();
    let results = checks
        .map(|check| look(check, &scope, &stored.draft.document))
        .collect();
    Ok((compared, results))
}

/// Looks whether a check is as it must be.
fn look(check: &Check, scope: &Scope, document: &Json) -> CheckResult {
    let mut scope = scope.fork();
    if let Some(value) = check.at.as_ref().and_then(|at| document.pointer(at)) {
        scope.set("value", from_json(value));
    }
    let holds = check.that.holds(&scope);
    CheckResult {
        passed: match check.kind {
            Kind::Require => matches!(holds, Ok(true)),
            Kind::Forbid => matches!(holds, Ok(false)),
        },
        why: holds.err().map(|error| error.message),
        ..CheckResult::missed(check)
    }
}
