//! Events that cases wait for, told by whoever has the token.

use hyper::StatusCode;
use serde_json::{Value as Json, json};

use super::Front;
use super::answer::{self, Answer};

/// Gives an event to the cases that wait for it: 200 with how many those are. Their runs go on by
/// themselves.
///
/// # Errors
/// The answer that says what is wrong with it.
pub(super) async fn come(front: &Front, name: &str, body: &[u8]) -> Result<Answer, Answer> {
    let form =
        "Send {\"case\": \"KEY\", \"data\": {…}}; without `case` it is for every case that waits";
    let unfit = || Answer::wrong(StatusCode::UNPROCESSABLE_ENTITY, form);
    let sent: Json = match body.trim_ascii() {
        b"" => json!({}),
        body => serde_json::from_slice(body).map_err(|_| unfit())?,
    };
    let fields = sent.as_object().ok_or_else(unfit)?;
    if fields
        .keys()
        .any(|key| !matches!(key.as_str(), "case" | "data"))
    {
        return Err(unfit());
    }
    let case = match fields.get("case") {
        None => None,
        Some(key) => Some(key.as_str().ok_or_else(unfit)?),
    };
    let data = fields.get("data").cloned().unwrap_or_else(|| json!({}));
    if !data.is_object() {
        return Err(unfit());
    }
    let cases = front.journal.event(name, case, &data).await;
    let cases = cases.map_err(|_| answer::no_journal())?;
    Ok(Answer::json(
        StatusCode::OK,
        &json!({"event": name, "cases": cases}),
    ))
}
