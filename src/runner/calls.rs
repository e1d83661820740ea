//! Calling tools: each in its turn, tried again where that helps and does no harm, and not at all
//! while the connection is down.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value as Json;

use super::guards::{Entry, Guards, LONGEST_ASKED, STOPS, spoken};
use super::perform::is_repeatable;
use super::stop::Stop;
use crate::connect::{Catalog, ConnectError, ConnectErrorKind, Connections};
use crate::engine::{Failure, ToolRequest};
use crate::rehearse::failure_of;
use crate::spec::{Retry, duration};

/// What came of a call.
#[derive(Debug)]
pub(super) enum Came {
    /// It answered.
    Answer(Json),
    /// It did not do it.
    Failed(Failure),
    /// It was not asked: it is down, and the case goes on without it.
    Without(Failure),
    /// Nobody knows whether it was done, and doing it again may do it twice.
    Unknown(Failure),
    /// It is down and the case cannot go on without it, so the run pauses: why, and whether it may
    /// have been done all the same.
    Down(String, bool),
}

/// How often what is transient is tried, where the workflow says nothing.
const ATTEMPTS: u32 = 3;
/// The bound of the first wait, doubled each time, where the workflow says nothing.
const BACKOFF: Duration = Duration::from_secs(1);
/// The longest wait that doubling leads to.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// How long a call may take, where the workflow says nothing.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Calls tools.
pub(super) struct Caller {
    pub(super) connections: Arc<Connections>,
    pub(super) catalog: Arc<Catalog>,
    pub(super) guards: Guards,
    /// Numbers from 0 to 1 that spread waits.
    pub(super) random: fn() -> f64,
}

/// What follows a try that failed.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    After(Duration),
    Nothing,
    /// It asks for a longer wait than a run waits.
    Later(Duration),
}

impl Caller {
    /// Returns a caller for a single thing, outside of a run.
    pub(super) fn alone(connections: &Arc<Connections>, catalog: &Arc<Catalog>) -> Self {
        Caller {
            connections: connections.clone(),
            catalog: catalog.clone(),
            guards: Guards::new(Duration::ZERO, Arc::new(Stop::default())),
            random: fastrand::f64,
        }
    }

    /// Calls a tool under its key. `needs` says that the case cannot go on without it.
    pub(super) async fn call(&self, request: &ToolRequest, key: &str, needs: bool) -> Came {
        let repeatable = is_repeatable(&self.catalog, &request.tool);
        let (name, _) = request.tool.split_once('.').unwrap_or((&request.tool, ""));
        let guard = self.guards.of(name);
        let mut may_be_done = false;
        let mut is_of_request = false;
        let mut tried = 0;
        loop {
            match self.guards.enter(&guard, needs).await {
                Entry::Go => {}
                Entry::Without(failure) => return Came::Without(failure),
                Entry::GaveUp(why) => return Came::Down(why, may_be_done),
            }
            let turn = self.connections.turn(name).await;
            let came = call_once(&self.connections, request, key).await;
            drop(turn);
            let failed = match came {
                Ok(answer) => {
                    guard.answered();
                    return Came::Answer(answer);
                }
                Err(failed) => failed,
            };
            match failed.failure.transient {
                true => guard.failed(failed.asked),
                false => guard.answered(),
            }
            may_be_done |= failed.is_unclear;
            is_of_request |= failed.is_of_request;
            if failed.is_unclear && !repeatable {
                return Came::Unknown(failed.failure);
            }
            if !failed.failure.transient {
                return Came::Failed(failed.failure);
            }
            tried += 1;
            let wait = next(request.retry.as_ref(), tried, failed.asked, (self.random)());
            let mut failure = failed.failure;
            match wait {
                Next::After(wait) => {
                    if !self.guards.rest(wait).await {
                        return Came::Down(STOPS.to_owned(), may_be_done);
                    }
                }
                // It went down meanwhile, or is: what cannot do without it waits until it answers.
                Next::Nothing if needs && guard.is_closed() => {}
                Next::Nothing
                    if needs
                        && !is_of_request
                        && request.retry.is_none()
                        && guard.gave_up(tried) => {}
                Next::Nothing => {
                    if tried > 1 {
                        failure.message += &format!(" (tried {tried} times)");
                    }
                    return Came::Failed(failure);
                }
                Next::Later(asked) => {
                    failure.message += &format!(
                        " It asks to come back in {}, longer than a run waits ({}): `sopwright retry` tries the case again then.",
                        spoken(asked),
                        spoken(LONGEST_ASKED)
                    );
                    return Came::Failed(failure);
                }
            }
        }
    }
}

/// Returns what follows the failed try of that number, counted from 1. Waits are spread from none
/// to their bound, so that what failed together does not come back together; what the other side
/// asks for is never cut short.
fn next(retry: Option<&Retry>, tried: u32, asked: Option<Duration>, random: f64) -> Next {
    if let Some(asked) = asked.filter(|asked| *asked > LONGEST_ASKED) {
        return Next::Later(asked);
    }
    if tried >= retry.map_or(ATTEMPTS, |retry| retry.attempts) {
        return Next::Nothing;
    }
    if let Some(asked) = asked {
        return Next::After(asked.mul_f64(1.0 + random / 10.0));
    }
    let first = retry
        .and_then(|retry| retry.backoff.as_deref())
        .and_then(duration)
        .unwrap_or(BACKOFF);
    let bound = first.saturating_mul(2_u32.saturating_pow(tried - 1));
    Next::After(bound.min(LONGEST_WAIT.max(first)).mul_f64(random))
}

/// A try that failed.
struct Failed {
    failure: Failure,
    /// May it have been done all the same?
    is_unclear: bool,
    /// May it be just this call on which the other side failed?
    is_of_request: bool,
    /// How long the other side asks to wait.
    asked: Option<Duration>,
}

async fn call_once(
    connections: &Connections,
    request: &ToolRequest,
    key: &str,
) -> Result<Json, Failed> {
    let failed = |error: ConnectError| Failed {
        failure: failure_of(&error),
        is_unclear: error.is_unclear,
        is_of_request: error.is_of_request,
        asked: match error.kind {
            ConnectErrorKind::Transient { retry_after } => retry_after,
            _ => None,
        },
    };
    let (connection, tool) = request.tool.split_once('.').unwrap_or((&request.tool, ""));
    let connection = connections.require(connection).map_err(failed)?;
    let limit = request.timeout.as_deref().and_then(duration);
    let limit = limit.unwrap_or(TIMEOUT);
    let call = connection.call_once(tool, request.arguments.clone(), key);
    match tokio::time::timeout(limit, call).await {
        Ok(answer) => answer.map_err(failed),
        Err(_) => Err(Failed {
            failure: Failure {
                code: "timeout".to_owned(),
                message: format!("`{}` did not answer within {}", request.tool, spoken(limit)),
                transient: true,
            },
            is_unclear: true,
            is_of_request: true,
            asked: None,
        }),
    }
}

#[cfg(test)]
#[path = "calls_tests.rs"]
mod tests;
