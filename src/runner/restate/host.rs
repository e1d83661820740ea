//! A worker: offers the service to the Restate server, with the workflows, connections and models
//! of its workspace.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use restate_sdk::endpoint::{Endpoint, ServiceOptions};
use restate_sdk::http_server::HttpServer;
use restate_sdk::prelude::IntoServiceDefinition;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::Mutex;

use super::Leg;
use super::service::Cases;
use crate::check::check;
use crate::connect::{Connections, net};
use crate::diag::{Error, Result, one_line};
use crate::engine::Program;
use crate::rehearse::LlmAnswers;
use crate::runner::ask::Asker;
use crate::runner::calls::Caller;
use crate::runner::guards::Guards;
use crate::runner::meter::{Limits, Meter};
use crate::runner::rules::Rules;
use crate::runner::stop::Stop;
use crate::sop::Sop;
use crate::spec;
use crate::store::{self, Fingerprint, Journal, LimitsConfig, Workspace};

/// Runs that a worker keeps its connections open for.
const RUNS: usize = 32;
/// How long a worker waits for what it has begun when it is stopped.
const GRACE: Duration = Duration::from_secs(4);
/// How long the result of a leg can be asked for: a run that is resumed later than that, after it
/// was cut short, does the leg anew.
const KEPT: Duration = Duration::from_secs(7 * 86_400);
/// How long the steps of a leg can be looked at in the server.
const SHOWN: Duration = Duration::from_secs(86_400);
/// The longest that one step may take: a call is tried again for as long as a run has patience.
const LONGEST_STEP: Duration = Duration::from_secs(3_600);
/// How often the server is asked whether it is up yet.
const TRIES: Duration = Duration::from_millis(500);

/// Where a worker listens, and where it makes itself known.
#[derive(Debug, Clone)]
pub struct Door {
    /// The address that it listens on.
    pub listen: SocketAddr,
    /// The URL under which the server reaches it.
    pub advertise: Option<String>,
    /// The URL where the server takes registrations.
    pub admin: String,
    /// The public key by which requests of the server are known.
    pub identity: Option<String>,
}

/// A worker.
pub struct Worker {
    workspace: Workspace,
    journal: Arc<Journal>,
    llm: Arc<LlmAnswers>,
}

impl Worker {
    /// Returns a worker of a workspace.
    pub fn new(workspace: Workspace, journal: Arc<Journal>, llm: Arc<LlmAnswers>) -> Self {
        Worker {
            workspace,
            journal,
            llm,
        }
    }

    /// Offers the service until it is stopped. `ready` is told the URL, once the server knows it.
    ///
    /// # Errors
    /// If the address cannot be listened on, or the server refuses the worker.
    pub async fn serve(
        self,
        door: Door,
        stopped: impl Future<Output = ()>,
        ready: impl FnOnce(&str),
    ) -> Result<()> {
        if !door.listen.ip().is_loopback() && door.identity.is_none() {
            return Err(Error::usage(format!(
                "{} can be reached from other machines, and anybody there could have steps done",
                door.listen
            ))
            .help("Set `identity` of [restate] to the public key of the Restate server (`request-identity-private-key-pem-file` there), or listen on 127.0.0.1."));
        }
        let unusable = |cause: String| {
            Error::usage("`identity` of [restate] is no public key of a Restate server")
                .because(cause)
                .help("It begins with `publickeyv1_`; the server writes it to its log.")
        };
        let mut endpoint = Endpoint::builder();
        if let Some(key) = &door.identity {
            let with_key = endpoint.identity_key(key);
            endpoint = with_key.map_err(|e| unusable(e.to_string()))?;
        }
        let host = Arc::new(Host {
            worker: self,
            runs: Mutex::default(),
        });
        let options = ServiceOptions::new()
            .idempotency_retention(KEPT)
            .journal_retention(SHOWN)
            .inactivity_timeout(LONGEST_STEP)
            .abort_timeout(LONGEST_STEP)
            .retry_policy_initial_interval(Duration::from_millis(100))
            .retry_policy_exponentiation_factor(2.0)
            .retry_policy_max_interval(Duration::from_secs(5))
            // A leg is never given up: its worker comes back.
            .retry_policy_max_attempts(u64::from(u32::MAX))
            .retry_policy_pause_on_max_attempts();
        let cases = Cases { host }.into_service_definition().options(options);
        let endpoint = endpoint.bind(cases).build();
        let listener = TcpListener::bind(door.listen).await.map_err(|e| {
            Error::unavailable(format!("{} cannot be listened on", door.listen))
                .caused_by(e)
                .help("Another worker may be there: `--listen` gives this one another address.")
        })?;
        let address = listener.local_addr().unwrap_or(door.listen);
        let url = door.advertise.clone();
        let url = url.unwrap_or_else(|| format!("http://{address}"));
        let (end, ended) = tokio::sync::oneshot::channel::<()>();
        let serving = tokio::spawn(HttpServer::new(endpoint).serve_with_cancel(listener, ended));
        tokio::pin!(stopped);
        tokio::select! {
            registered = register(&door.admin, &url) => registered?,
            () = &mut stopped => return Ok(()),
        }
        ready(&url);
        stopped.await;
        let _ = end.send(());
        // What is still under way then is taken up by the next worker.
        let _ = tokio::time::timeout(GRACE, serving).await;
        Ok(())
    }
}

/// Makes a worker known to the server, as soon as that is up.
async fn register(admin: &str, url: &str) -> Result<()> {
    let failed = |cause: String| {
        Error::unavailable(format!("Restate at {admin} does not take the worker"))
            .because(cause)
            .help("`admin` of [restate] is where the server takes registrations; it must reach the worker under its own URL, `advertise`.")
    };
    let client = net::client().no_proxy().build();
    let client = client.map_err(|e| failed(e.to_string()))?;
    let to = format!("{}/deployments", admin.trim_end_matches('/'));
    loop {
        let request = client.post(&to).json(&json!({"uri": url, "force": true}));
        match request.send().await {
            Ok(answer) if answer.status().is_success() => return Ok(()),
            Ok(answer) if answer.status().is_client_error() => {
                let status = answer.status();
                let body = answer.text().await.unwrap_or_default();
                return Err(failed(format!("{status}: {}", one_line(&body, 300))));
            }
            // It is starting, or not there yet.
            _ => tokio::time::sleep(TRIES).await,
        }
    }
}

/// What the cases of a run are carried on with.
pub(super) struct Ready {
    pub(super) program: Program,
    pub(super) caller: Arc<Caller>,
    pub(super) asker: Asker,
}

/// What all runs have in common.
pub(super) struct Host {
    worker: Worker,
    /// Those that came last, each by what it is known by.
    runs: Mutex<VecDeque<(String, Arc<Ready>)>>,
}

impl Host {
    /// Returns what the cases of a run are carried on with.
    ///
    /// # Errors
    /// If its version of the workflow is not here, or its connections are not.
    pub(super) async fn ready(&self, leg: &Leg) -> Result<Arc<Ready>> {
        let of_run = format!("{}/{}/{}", leg.version, leg.run.id, leg.started);
        let mut runs = self.runs.lock().await;
        if let Some((_, ready)) = runs.iter().find(|(run, _)| *run == of_run) {
            return Ok(ready.clone());
        }
        let ready = Arc::new(self.open(leg).await?);
        runs.push_back((of_run, ready.clone()));
        if runs.len() > RUNS {
            runs.pop_front();
        }
        Ok(ready)
    }

    async fn open(&self, leg: &Leg) -> Result<Ready> {
        let Worker {
            workspace,
            journal,
            llm,
        } = &self.worker;
        let (text, sop) = self.version(leg)?;
        let draft = spec::read(&text)
            .map_err(|finding| Error::input("The workflow cannot be read").with(vec![*finding]))?;
        let settings = workspace.settings();
        let env = |name: &str| workspace.variable(name);
        let connections = Connections::open(&settings.connections, workspace.root(), &env);
        let catalog = connections.catalog().await;
        let review = check(&draft, &Sop::parse(&sop), &catalog);
        let checked = review.into_runnable(&leg.run.workflow)?;
        // Limits are the run's to hold: it knows what all its workers have used.
        let rules = Rules {
            limits: LimitsConfig::default(),
            ..Rules::of(settings)?
        };
        let unlimited = Limits {
            past_days: true,
            ..Limits::default()
        };
        let workflow = spec::Workflow {
            limits: spec::Limits::default(),
            ..(**checked.workflow()).clone()
        };
        let is_here = journal.has_run(&leg.run.id)?;
        let number = if is_here { leg.number } else { ELSEWHERE };
        let meter = Meter::of(
            journal,
            (number, &leg.run.id),
            &workflow,
            &unlimited,
            &rules,
        )?;
        let stop = Arc::new(Stop::default());
        let caller = Arc::new(Caller {
            connections: Arc::new(connections),
            catalog: Arc::new(catalog),
            guards: Guards::new(rules.outage, stop.clone()),
            random: fastrand::f64,
        });
        let asker = Asker::of(
            (llm, leg.fresh),
            (journal, number),
            &rules,
            &Arc::new(meter),
            &stop,
        )
        .await?;
        Ok(Ready {
            program: Program::compile(&checked)?,
            caller,
            asker,
        })
    }

    /// Returns the document and SOP of a run's version: from the journal where the run is of this
    /// workspace, else as they are saved here.
    fn version(&self, leg: &Leg) -> Result<(String, String)> {
        if let Ok(version) = self.worker.journal.version(&leg.version) {
            return Ok((version.workflow, version.sop));
        }
        let stored = store::load(&self.worker.workspace, &leg.run.workflow)?;
        if Fingerprint::of(&stored.text).as_str() == leg.version {
            return Ok((stored.text, stored.sop.source));
        }
        Err(Error::input(format!(
            "The version of `{}` that the run {} is of is not in the worker's workspace",
            leg.run.workflow, leg.run.id
        ))
        .help("Give every worker the same `generated/` folder as the run has."))
    }
}

/// The number of runs that are in another workspace's journal.
const ELSEWHERE: i64 = -1;
