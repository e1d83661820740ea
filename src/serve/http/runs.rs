//! Runs: started by whoever has the token, listed, and told.

use hyper::StatusCode;
use hyper::header::HeaderMap;
use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::Front;
use super::answer::{self, Answer};
use super::events::{accept, digest, named};
use crate::spec::{Given, TriggerKind, Workflow};
use crate::store;
use crate::store::journal::{Run, moment};

/// The kind of firing of a run that somebody asked for.
const MANUAL: &str = "manual";

/// Runs that are listed.
const LISTED: usize = 50;

/// Starts a run, with inputs: 202 with its id.
///
/// # Errors
/// The answer that says why it is not started.
pub(super) async fn start(
    front: &Front,
    headers: &HeaderMap,
    name: &str,
    body: &[u8],
) -> Result<Answer, Answer> {
    let workflow = known(front, name)?;
    let unfit = |wrong: &[String]| {
        let what = "The inputs are not as the workflow takes them";
        Answer::wrongs(StatusCode::UNPROCESSABLE_ENTITY, what, wrong)
    };
    let inputs = inputs(body)?;
    let given = Given::by_hand(&workflow).map_err(|(field, why)| {
        let what = format!("The workflow cannot be run: its input `{field}` is {why}");
        Answer::wrong(StatusCode::CONFLICT, what)
    })?;
    let mut trigger = given.of_inputs(&inputs).map_err(|wrong| unfit(&wrong))?;
    match &workflow.trigger.kind {
        TriggerKind::Schedule(_) => trigger = json!({"time": null}),
        TriggerKind::Date(_) | TriggerKind::NewRecords(_) => {
            let what = format!(
                "`{name}` runs for the rows of a table that start it. `sopwright run {name}` runs it for all of them."
            );
            return Err(Answer::wrong(StatusCode::CONFLICT, what));
        }
        TriggerKind::Manual(_) | TriggerKind::Webhook(_) => {}
    }
    let what = match named(headers) {
        Some(key) => digest(&["id", &key]),
        None => digest(&["once", &fastrand::u128(..).to_string()]),
    };
    accept(
        front,
        name,
        MANUAL,
        what,
        trigger,
        Vec::new(),
        Timestamp::now(),
    )
    .await
}

/// Returns the workflow of a name.
fn known(front: &Front, name: &str) -> Result<Workflow, Answer> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let none = || {
        Answer::wrong(
            StatusCode::NOT_FOUND,
            format!("There is no workflow `{name}`"),
        )
    };
    if name.is_empty() || !name.chars().all(is_plain) {
        let what = "There is no workflow of this name";
        return Err(Answer::wrong(StatusCode::NOT_FOUND, what));
    }
    if !front.workspace.folder_of(name).is_dir() {
        return Err(none());
    }
    let stored = store::load(&front.workspace, name).map_err(|_| none())?;
    stored.draft.workflow.ok_or_else(|| {
        let what = format!("`{name}` has errors: `sopwright check {name}` tells them");
        Answer::wrong(StatusCode::CONFLICT, what)
    })
}

/// Reads `{"inputs": {…}}`; nothing is no inputs.
fn inputs(body: &[u8]) -> Result<Json, Answer> {
    if body.trim_ascii().is_empty() {
        return Ok(json!({}));
    }
    let form = "Send inputs as in {\"inputs\": {\"name\": \"value\"}}";
    let unfit = || Answer::wrong(StatusCode::UNPROCESSABLE_ENTITY, form);
    let whole: Json = serde_json::from_slice(body).map_err(|_| unfit())?;
    let fields = whole.as_object().ok_or_else(unfit)?;
    match fields.iter().next() {
        None => Ok(json!({})),
        Some((name, inputs)) if name == "inputs" && fields.len() == 1 && inputs.is_object() => {
            Ok(inputs.clone())
        }
        Some(_) => Err(unfit()),
    }
}

/// Lists the last runs, of one workflow where `workflow=NAME` is asked for.
///
/// # Errors
/// The answer to who may not know.
pub(super) fn list(
    front: &Front,
    headers: &HeaderMap,
    query: Option<&str>,
) -> Result<Answer, Answer> {
    front.guard.closed(headers)?;
    let pairs = query.unwrap_or_default().split('&');
    let workflow = pairs
        .filter_map(|pair| pair.split_once('='))
        .find(|(name, _)| *name == "workflow")
        .map(|(_, value)| value);
    let runs = front.journal.runs(workflow, LISTED);
    let runs = runs.map_err(|_| answer::no_journal())?;
    let runs: Vec<Json> = runs.iter().map(told).collect();
    Ok(Answer::json(StatusCode::OK, &json!({"runs": runs})))
}

/// Tells how far a run is.
///
/// # Errors
/// The answer to who may not know, or if there is none.
pub(super) fn show(front: &Front, headers: &HeaderMap, id: &str) -> Result<Answer, Answer> {
    front.guard.closed(headers)?;
    let journal = &front.journal;
    let failed = |_| answer::no_journal();
    if journal.has_run(id).map_err(failed)? {
        let run = journal.run(id).map_err(failed)?;
        return Ok(Answer::json(StatusCode::OK, &told(&run)));
    }
    match journal.firing(id).map_err(failed)? {
        Some(firing) => {
            let status = match firing.problem {
                Some(_) => "not_run",
                None => "waiting",
            };
            let told = json!({"run": id, "workflow": firing.workflow, "status": status,
                "came": moment(firing.at), "why": firing.problem});
            Ok(Answer::json(StatusCode::OK, &told))
        }
        None => Err(Answer::wrong(
            StatusCode::NOT_FOUND,
            "There is no run of this id",
        )),
    }
}

fn told(run: &Run) -> Json {
    json!({
        "run": run.info.id, "workflow": run.info.workflow, "status": run.status,
        "started": moment(run.started), "ended": run.ended.map(moment),
        "cases": run.finished, "failed": run.failed, "why": run.why,
    })
}
