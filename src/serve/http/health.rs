//! Whether it is well.

use std::time::Duration;

use hyper::StatusCode;
use jiff::Timestamp;
use serde_json::json;

use super::Front;
use super::answer::Answer;
use crate::store::journal::moment;

/// How long the journal may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long the watchman may not have looked around, in milliseconds.
const ASLEEP: i64 = 30_000;

/// Tells whether the journal can be written, and when it last looked around: 200 or 503.
pub(super) async fn health(front: &Front) -> Answer {
    let written = tokio::time::timeout(PATIENCE, front.journal.try_write()).await;
    let is_writable = matches!(written, Ok(Ok(())));
    let last = front.board.last_step();
    let is_awake = Timestamp::now().as_millisecond() - last < ASLEEP;
    let is_well = is_writable && is_awake;
    let status = if is_well {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let told = json!({
        "status": if is_well { "up" } else { "unwell" },
        "journal_writable": is_writable,
        "last_step": moment(last),
    });
    Answer::json(status, &told)
}
