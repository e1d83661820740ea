//! The HTTP face: events come in, runs are started and told, and others see that it is well.

mod answer;
mod events;
mod guard;
mod health;
mod metrics;
pub(super) mod routes;
mod runs;
mod waited_for;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use super::board::Board;
use crate::connect::Secret;
use crate::diag::{Error, Result};
use crate::store::{Journal, Workspace};

pub use guard::Guard;

/// What requests are answered from.
pub struct Front {
    /// The workspace.
    pub workspace: Workspace,
    /// Its journal.
    pub journal: Arc<Journal>,
    /// What the watchman knows.
    pub board: Arc<Board>,
    /// Who may ask.
    pub guard: Guard,
    /// What answers assistants.
    pub assistants: Option<Annex>,
}

/// Answers all requests to a path of its own, as long as each takes.
pub type Annex = Arc<
    dyn Fn(Request<Incoming>) -> Pin<Box<dyn Future<Output = Response<Body>> + Send>> + Send + Sync,
>;

/// What an answer holds: all of it, or what comes bit by bit.
pub type Body = BoxBody<Bytes, Infallible>;

/// Where assistants are answered.
const ASSISTANTS: &str = "/mcp";

/// Connections that are open at once; others wait to be accepted.
const CONNECTIONS: usize = 256;
/// How long the head of a request may take, and a connection be idle.
const HEAD: Duration = Duration::from_secs(15);
/// How long a request may take as a whole.
const WHOLE: Duration = Duration::from_secs(30);
/// How long requests may take to end once it is stopped.
const GRACE: Duration = Duration::from_secs(1);
/// Bytes of a head at most.
const HEAD_BYTES: usize = 32 * 1024;

/// Where the HTTP face listens, and who may ask it.
#[derive(Debug, Clone)]
pub struct Door {
    /// The address.
    pub listen: SocketAddr,
    /// The token, where there is one.
    pub token: Option<Secret>,
}

impl Door {
    /// Opens it.
    ///
    /// # Errors
    /// If it is open to others without a token, or the address is taken.
    pub(super) async fn open(&self) -> Result<TcpListener> {
        let address = self.listen;
        if !address.ip().is_loopback() && self.token.is_none() {
            return Err(Error::input(format!(
                "Others could reach {address}, and nothing keeps them out"
            ))
            .help("Set a token in sopwright.toml, as in [serve] token = \"env:SOPWRIGHT_TOKEN\", or listen on 127.0.0.1."));
        }
        TcpListener::bind(address).await.map_err(|e| {
            Error::unavailable(format!("{address} cannot be listened on"))
                .caused_by(e)
                .help("Say another address: sopwright serve --listen 127.0.0.1:7421")
        })
    }
}

/// Answers requests until `stop` changes.
pub(super) async fn answer(
    listener: TcpListener,
    front: Arc<Front>,
    mut stop: watch::Receiver<bool>,
) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let mut open = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &places) => accepted,
            _ = stop.changed() => break,
        };
        while open.try_join_next().is_some() {}
        let Some((stream, place)) = accepted else {
            continue;
        };
        let (front, mut stop) = (front.clone(), stop.clone());
        open.spawn(async move {
            let _place = place;
            let service = service_fn(|request: Request<Incoming>| {
                let front = front.clone();
                async move { Ok::<_, Infallible>(respond(&front, request).await) }
            });
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEAD)
                .max_buf_size(HEAD_BYTES)
                .serve_connection(TokioIo::new(stream), service);
            let mut connection = std::pin::pin!(connection);
            // A connection that breaks is the other side's to open again.
            tokio::select! {
                _ = connection.as_mut() => {}
                _ = stop.changed() => {
                    connection.as_mut().graceful_shutdown();
                    let _ = connection.await;
                }
            }
        });
    }
    let _ = tokio::time::timeout(GRACE, async { while open.join_next().await.is_some() {} }).await;
}

async fn respond(front: &Front, request: Request<Incoming>) -> Response<Body> {
    let annex = front.assistants.as_ref();
    let annex = annex.filter(|_| request.uri().path() == ASSISTANTS);
    let answer = match annex {
        Some(annex) => match front.guard.closed(request.headers()) {
            Ok(()) => return annex(request).await,
            Err(refused) => refused,
        },
        None => {
            let answer = tokio::time::timeout(WHOLE, routes::route(front, request)).await;
            answer.unwrap_or_else(|_| answer::too_slow())
        }
    };
    answer.into_response().map(Full::boxed)
}

type Place = tokio::sync::OwnedSemaphorePermit;

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(tokio::net::TcpStream, Place)> {
    let place = places.clone().acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, _)) => {
            // Answers are small: each goes out at once.
            let _ = stream.set_nodelay(true);
            Some((stream, place))
        }
        Err(_) => {
            // Out of file handles, as a rule: others are about to be closed.
            tokio::time::sleep(Duration::from_millis(50)).await;
            None
        }
    }
}
