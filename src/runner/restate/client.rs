//! The Restate server, as a run speaks to it.

use std::time::{Duration, Instant};

use reqwest::{Client, StatusCode};
use serde_json::Value as Json;

use super::{HANDLER, Leg, Report, SERVICE};
use crate::connect::net;
use crate::diag::{Error, Result, one_line};
use crate::runner::guards::spoken;
use crate::store::RestateConfig;
use crate::store::journal::Run;

/// How long nobody offers the service before a run says so: a worker may be starting.
const UNKNOWN: Duration = Duration::from_secs(15);
/// The first wait before it is tried again, doubled each time.
const FIRST_WAIT: Duration = Duration::from_millis(100);
/// The longest wait before it is tried again.
const LONGEST_WAIT: Duration = Duration::from_secs(2);
/// The longest report that is read, in bytes.
const LONGEST: u64 = 64 << 20;

/// A Restate server that runs are driven through. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Engine {
    client: Client,
    ingress: String,
}

/// Why a leg does not come back, in words.
pub(super) type NoReport = String;

impl Engine {
    /// Returns the server at the address where invocations are taken, such as
    /// `http://127.0.0.1:8080`.
    ///
    /// # Errors
    /// If nothing can be sent from here.
    pub fn at(ingress: &str) -> Result<Self> {
        let client = net::client()
            // A server that is gone without a word is noticed, however long a leg may take.
            .tcp_keepalive(Duration::from_secs(15))
            .connect_timeout(Duration::from_secs(5))
            .no_proxy()
            .build()
            .map_err(|e| Error::unavailable("Restate cannot be spoken to").caused_by(e))?;
        Ok(Engine {
            client,
            ingress: ingress.trim_end_matches('/').to_owned(),
        })
    }

    /// Returns the engine of a run: that which it was begun with, or that which was asked for, or
    /// that of the settings; none where the run does everything itself.
    ///
    /// # Errors
    /// If a run that was begun with one is to go on with another.
    pub fn chosen(
        settings: &RestateConfig,
        asked: Option<bool>,
        resumed: Option<&Run>,
    ) -> Result<Option<Self>> {
        let is_used = match resumed {
            Some(run) => {
                let is_used = run.engine.is_some();
                if asked.is_some_and(|asked| asked != is_used) {
                    let (with, without) = match is_used {
                        true => ("with", "leave `--engine own` out"),
                        false => ("without", "leave `--engine restate` out"),
                    };
                    return Err(Error::usage(format!(
                        "The run {} was begun {with} Restate and goes on so",
                        run.info.id
                    ))
                    .help(format!(
                        "What is under way must not be begun a second time elsewhere: {without}."
                    )));
                }
                is_used
            }
            None => asked.unwrap_or(settings.default),
        };
        is_used.then(|| Self::at(&settings.ingress)).transpose()
    }

    /// Hands a leg over under its key, and returns what it brought back. Whatever breaks in
    /// between, the same key finds the same invocation, so that it is tried again for as long as
    /// the run has patience.
    pub(super) async fn carry(
        &self,
        key: &str,
        leg: &Leg,
        patience: Duration,
    ) -> std::result::Result<Report, NoReport> {
        let mut since: Option<Instant> = None;
        let mut wait = FIRST_WAIT;
        loop {
            let (why, patience) = match self.ask(key, leg).await {
                Ok(report) => return Ok(report),
                Err(NotNow::Later(why)) => (why, patience),
                Err(NotNow::Unknown) => (
                    "no worker is registered with it: `sopwright worker --engine restate` starts one"
                        .to_owned(),
                    patience.min(UNKNOWN),
                ),
                Err(NotNow::Never(why)) => return Err(why),
            };
            let waited = since.get_or_insert_with(Instant::now).elapsed();
            if waited >= patience {
                let waited = match waited.as_secs() {
                    0 => String::new(),
                    _ => format!("; it was waited for {}", spoken(waited)),
                };
                return Err(format!("Restate at {}: {why}{waited}", self.ingress));
            }
            // Spread, so that not all cases come back at once.
            tokio::time::sleep(wait.mul_f64(0.5 + fastrand::f64())).await;
            wait = (wait * 2).min(LONGEST_WAIT);
        }
    }

    async fn ask(&self, key: &str, leg: &Leg) -> std::result::Result<Report, NotNow> {
        let url = format!("{}/{SERVICE}/{HANDLER}", self.ingress);
        let request = self
            .client
            .post(url)
            .header("idempotency-key", key)
            .json(leg);
        let answer = request
            .send()
            .await
            .map_err(|e| NotNow::Later(net::reason(&e)))?;
        let status = answer.status();
        let invocation = answer.headers().get("x-restate-id");
        let invocation = invocation.and_then(|id| id.to_str().ok().map(str::to_owned));
        let body = net::read_bounded(answer, LONGEST)
            .await
            .map_err(|_| NotNow::Later("its answer broke off".to_owned()))?;
        if status.is_success() {
            return serde_json::from_slice(&body).map_err(|e| {
                NotNow::Never(format!(
                    "a worker of another version of Sopwright answered: {e}"
                ))
            });
        }
        let told: Json = serde_json::from_slice(&body).unwrap_or_default();
        let told = told["message"].as_str().map(|text| one_line(text, 300));
        let told = told.unwrap_or_else(|| format!("it answers {status}"));
        Err(match (status, invocation) {
            (StatusCode::NOT_FOUND, None) => NotNow::Unknown,
            // The invocation itself was ended, by someone who looks after the server.
            (_, Some(id)) if !matches!(status.as_u16(), 502..=504) => {
                NotNow::Never(format!("the invocation {id} was ended there: {told}"))
            }
            _ => NotNow::Later(told),
        })
    }
}

/// Why there is no report yet.
enum NotNow {
    /// It may come.
    Later(String),
    /// Nobody offers the service.
    Unknown,
    /// It does not come.
    Never(String),
}
