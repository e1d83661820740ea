//! Events of other systems: looked at, written down, answered, and only then run.

use hyper::StatusCode;
use hyper::header::HeaderMap;
use jiff::Timestamp;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use super::Front;
use super::answer::{self, Answer};
use crate::engine::key_text;
use crate::serve::board::{Hook, Signing};
use crate::serve::queue::Waiting;
use crate::serve::signature;
use crate::store::journal::Firing;

/// The kind of firing of an event.
const WEBHOOK: &str = "webhook";

/// The header that tells events apart, where the workflow names no field.
pub(super) const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// Bytes of an event's id at most.
const ID: usize = 255;

/// Takes an event: 202 with its run, the same for the same event.
///
/// # Errors
/// The answer that says why it is not taken.
pub(super) async fn take(
    front: &Front,
    hook: &Hook,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Answer, Answer> {
    let now = Timestamp::now();
    let signature = match &hook.signing {
        Signing::Missing(_) => return Err(answer::not_ready()),
        Signing::With(secret) => {
            let header = text(headers, "sopwright-signature").unwrap_or_default();
            signature::verify(secret.reveal(), header, body, now)
                .map_err(|why| Answer::wrong(StatusCode::UNAUTHORIZED, why.says()))?;
            Some(header)
        }
        Signing::Unsigned => {
            front.guard.open(headers)?;
            None
        }
    };
    let event: Json = serde_json::from_slice(body).map_err(|e| {
        let what = format!(
            "The body is not JSON (line {}, column {})",
            e.line(),
            e.column()
        );
        Answer::wrong(StatusCode::UNPROCESSABLE_ENTITY, what)
    })?;
    let trigger = hook.given.of_event(&event).map_err(|wrong| {
        let what = "The event is not as the workflow takes it";
        Answer::wrongs(StatusCode::UNPROCESSABLE_ENTITY, what, &wrong)
    })?;
    let id = id(hook, headers, &event)?;
    // Sent again within the five minutes in which it counts, a signature is the same event,
    // whatever headers come with it.
    let seal = signature.map(|header| digest(&["signature", header.trim()]));
    let what = match (&id, &seal) {
        (Some(id), _) => digest(&["id", id]),
        (None, Some(seal)) => seal.clone(),
        (None, None) => digest(&["once", &fastrand::u128(..).to_string()]),
    };
    let names = seal.into_iter().collect();
    accept(front, &hook.workflow, WEBHOOK, what, trigger, names, now).await
}

/// Writes down what starts a run, and hands the run over: 202 with its id.
///
/// # Errors
/// The answer that says why it is not taken.
pub(super) async fn accept(
    front: &Front,
    workflow: &str,
    kind: &str,
    what: String,
    trigger: Json,
    names: Vec<String>,
    now: Timestamp,
) -> Result<Answer, Answer> {
    if !front.board.has_room() {
        return Err(answer::full());
    }
    let short = what.get(..12).unwrap_or(&what);
    let run = format!("{workflow}-{}-{short}", now.strftime("%Y%m%d-%H%M%SZ"));
    let firing = Firing {
        workflow: workflow.to_owned(),
        kind: kind.to_owned(),
        what,
        at: now.as_millisecond(),
        run: run.clone(),
        trigger,
        problem: None,
    };
    let before = front.journal.fire_once(firing, names).await;
    let before = before.map_err(|_| {
        front.board.waiting.give();
        answer::no_journal()
    })?;
    let is_known = before.is_some();
    if is_known {
        front.board.waiting.give();
    } else {
        let why = match kind {
            WEBHOOK => "an event came",
            _ => "it was asked for",
        };
        let waiting = Waiting::new(workflow, run.clone(), why);
        front.board.hand_over(waiting);
    }
    let run = before.unwrap_or(run);
    let told = json!({"run": run, "workflow": workflow, "already_known": is_known});
    Ok(Answer::json(StatusCode::ACCEPTED, &told))
}

/// Returns what tells an event apart from others: the field that the workflow names, else the
/// header; nothing where there is neither.
fn id(hook: &Hook, headers: &HeaderMap, event: &Json) -> Result<Option<String>, Answer> {
    let id = match &hook.event_id {
        Some(field) => {
            let id = event.get(field).and_then(key_text).ok_or_else(|| {
                let what = format!("`{field}` is empty, and tells events apart");
                Answer::wrong(StatusCode::UNPROCESSABLE_ENTITY, what)
            })?;
            Some(id)
        }
        None => named(headers),
    };
    if id.as_ref().is_some_and(|id| id.len() > ID) {
        let what = format!("The id of the event is longer than {ID} characters");
        return Err(Answer::wrong(StatusCode::UNPROCESSABLE_ENTITY, what));
    }
    Ok(id)
}

/// Returns the idempotency key of a request.
pub(super) fn named(headers: &HeaderMap) -> Option<String> {
    let key = text(headers, IDEMPOTENCY_KEY)?.trim();
    (!key.is_empty()).then(|| key.to_owned())
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Returns the digest of something that came from outside, as 32 hexadecimal digits.
pub(super) fn digest(parts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part.as_bytes());
        digest.update([0]);
    }
    let bytes = digest.finalize();
    bytes.iter().take(16).map(|b| format!("{b:02x}")).collect()
}
