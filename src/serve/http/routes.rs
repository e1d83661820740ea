//! Which path is answered by what.

use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use hyper::body::Body;
use hyper::header::HeaderMap;
use hyper::{Method, Request, StatusCode};

use super::answer::{self, Answer};
use super::{Front, events, health, metrics, runs, waited_for};
use crate::spec::Webhook;

/// Bytes of a body at most.
pub(in crate::serve) const BODY: usize = 1024 * 1024;

/// Answers a request.
pub(in crate::serve) async fn route<B>(front: &Front, request: Request<B>) -> Answer
where
    B: Body<Data = Bytes>,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let (head, body) = request.into_parts();
    let (path, method) = (head.uri.path(), &head.method);
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    let answered = match parts.as_slice() {
        ["health"] if method == Method::GET => Ok(health::health(front).await),
        ["metrics"] if method == Method::GET => metrics::answer(front, &head.headers),
        ["runs"] if method == Method::GET => runs::list(front, &head.headers, head.uri.query()),
        ["runs", id] if method == Method::GET => runs::show(front, &head.headers, id),
        ["workflows", name, "runs"] if method == Method::POST => {
            match trusted(front, body, &head.headers).await {
                Ok(body) => runs::start(front, &head.headers, name, &body).await,
                Err(answer) => Err(answer),
            }
        }
        ["events", name] if method == Method::POST => {
            match trusted(front, body, &head.headers).await {
                Ok(body) => waited_for::come(front, name, &body).await,
                Err(answer) => Err(answer),
            }
        }
        _ if path.starts_with(Webhook::ROOT) => match front.board.hook(path) {
            None => Err(Answer::wrong(
                StatusCode::NOT_FOUND,
                "No workflow that is enabled takes events at this path",
            )),
            Some(_) if method != Method::POST => Err(answer::not_so("POST")),
            Some(hook) => match whole(body, &head.headers).await {
                Ok(body) => events::take(front, &hook, &head.headers, &body).await,
                Err(answer) => Err(answer),
            },
        },
        ["health" | "metrics" | "runs"] | ["runs", _] => Err(answer::not_so("GET")),
        ["workflows", _, "runs"] | ["events", _] => Err(answer::not_so("POST")),
        _ => Err(answer::not_found()),
    };
    answered.unwrap_or_else(|refused| refused)
}

/// Reads the body of who has the token: who may not ask is told before anything is read.
async fn trusted<B>(front: &Front, body: B, headers: &HeaderMap) -> Result<Bytes, Answer>
where
    B: Body<Data = Bytes>,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    front.guard.closed(headers)?;
    whole(body, headers).await
}

/// Reads a body, up to its limit.
async fn whole<B>(body: B, headers: &HeaderMap) -> Result<Bytes, Answer>
where
    B: Body<Data = Bytes>,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let too_large = || {
        let what = format!("The body is larger than {} kB", BODY / 1024);
        Answer::wrong(StatusCode::PAYLOAD_TOO_LARGE, what)
    };
    let said = headers.get(hyper::header::CONTENT_LENGTH);
    let said = said.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if said.is_some_and(|length| length > BODY as u64) {
        return Err(too_large());
    }
    match Limited::new(body, BODY).collect().await {
        Ok(whole) => Ok(whole.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => Err(too_large()),
        Err(_) => Err(Answer::wrong(
            StatusCode::BAD_REQUEST,
            "The body could not be read to its end",
        )),
    }
}
