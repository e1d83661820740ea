#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use serde_json::json;
use tokio::time::Instant;

use super::*;
use crate::connect::{Connection, ConnectionInfo, Effect, Row, RowStream, Scan, Tool};

type Answer = Result<Json, ConnectError>;

/// A service that answers as it is told, and then always the same.
struct Desk {
    answers: Mutex<VecDeque<Answer>>,
    then: Answer,
    calls: Mutex<usize>,
}

impl Desk {
    fn new(answers: Vec<Answer>, then: Answer) -> Arc<Self> {
        Arc::new(Desk {
            answers: Mutex::new(answers.into()),
            then,
            calls: Mutex::new(0),
        })
    }

    fn calls(&self) -> usize {
        *self.calls.lock().unwrap()
    }
}

#[async_trait]
impl Connection for Desk {
    async fn describe(&self) -> Result<ConnectionInfo, ConnectError> {
        let tool = |effect, idempotent| Tool {
            description: String::new(),
            effect,
            input: json!({}),
            output: None,
            idempotent,
        };
        Ok(ConnectionInfo {
            tools: [
                ("look".to_owned(), tool(Effect::Read, true)),
                ("set".to_owned(), tool(Effect::Write, true)),
                ("post".to_owned(), tool(Effect::Write, false)),
            ]
            .into_iter()
            .collect(),
            ..ConnectionInfo::default()
        })
    }

    async fn scan(&self, _: Scan) -> Result<RowStream, ConnectError> {
        Err(ConnectError::unknown("no tables"))
    }

    async fn call(&self, _: &str, _: Row) -> Answer {
        *self.calls.lock().unwrap() += 1;
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.pop_front().unwrap_or_else(|| self.then.clone())
    }

    async fn update(&self, _: &str, _: &Row, _: &Row) -> Result<u64, ConnectError> {
        Ok(0)
    }
}

const PATIENCE: Duration = Duration::from_secs(120);

async fn caller(desk: &Arc<Desk>) -> Caller {
    let mut connections = Connections::default();
    connections.register("desk", desk.clone());
    Caller {
        catalog: Arc::new(connections.catalog().await),
        connections: Arc::new(connections),
        guards: Guards::new(PATIENCE, Arc::default()),
        random: || 0.5,
    }
}

fn request(tool: &str, retry: Option<Retry>) -> ToolRequest {
    ToolRequest {
        step: "s".to_owned(),
        tool: tool.to_owned(),
        arguments: Row::new(),
        retry,
        timeout: None,
    }
}

fn busy(retry_after: Option<u64>) -> Answer {
    let mut error = ConnectError::transient("`desk` is not available: busy.");
    error.kind = ConnectErrorKind::Transient {
        retry_after: retry_after.map(Duration::from_secs),
    };
    Err(error)
}

fn lost() -> Answer {
    Err(ConnectError::transient("The answer broke off.").unclear(true))
}

fn good() -> Answer {
    Ok(json!({"grade": "B"}))
}

#[tokio::test(start_paused = true)]
async fn what_is_transient_is_tried_again_with_spread_waits() {
    let desk = Desk::new(vec![busy(None), lost()], good());
    let began = Instant::now();
    let came = caller(&desk)
        .await
        .call(&request("desk.look", None), "k", false)
        .await;
    assert!(matches!(came, Came::Answer(_)), "{came:?}");
    // Half of one second, and half of two.
    assert_eq!(began.elapsed(), Duration::from_millis(1_500));
    let retry = Retry {
        attempts: 2,
        backoff: Some("10s".to_owned()),
    };
    let desk = Desk::new(Vec::new(), busy(None));
    let began = Instant::now();
    let caller = caller(&desk).await;
    let came = caller
        .call(&request("desk.look", Some(retry)), "k", true)
        .await;
    let Came::Failed(failure) = came else {
        panic!("{came:?}")
    };
    assert_eq!((began.elapsed(), desk.calls()), (Duration::from_secs(5), 2));
    assert!(
        failure.transient && failure.message.ends_with("(tried 2 times)"),
        "{failure:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn what_may_be_done_twice_is_not_tried_again_unless_it_was_surely_not_done() {
    let desk = Desk::new(vec![busy(None), lost()], good());
    let came = caller(&desk)
        .await
        .call(&request("desk.post", None), "k", true)
        .await;
    assert!(matches!(came, Came::Unknown(_)), "{came:?}");
    assert_eq!(desk.calls(), 2);
    let desk = Desk::new(vec![lost(), lost()], good());
    let came = caller(&desk)
        .await
        .call(&request("desk.set", None), "k", true)
        .await;
    assert!(matches!(came, Came::Answer(_)), "{came:?}");
    let no = Err(ConnectError::refused("no_stock", "None left"));
    let desk = Desk::new(vec![no], good());
    let came = caller(&desk)
        .await
        .call(&request("desk.look", None), "k", true)
        .await;
    assert!(matches!(came, Came::Failed(_)), "{came:?}");
    assert_eq!(desk.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_the_other_side_asks_for_is_waited_and_what_is_too_long_is_said() {
    let desk = Desk::new(vec![busy(Some(40))], good());
    let began = Instant::now();
    let came = caller(&desk)
        .await
        .call(&request("desk.look", None), "k", false)
        .await;
    assert!(matches!(came, Came::Answer(_)), "{came:?}");
    assert_eq!(began.elapsed(), Duration::from_secs(42));
    let desk = Desk::new(Vec::new(), busy(Some(7_200)));
    let caller = caller(&desk).await;
    let came = caller.call(&request("desk.look", None), "k", true).await;
    let Came::Failed(failure) = came else {
        panic!("{came:?}")
    };
    assert!(
        failure.transient && failure.message.contains("come back in 2 h"),
        "{failure:?}"
    );
    // Nobody else asks before that.
    let came = caller.call(&request("desk.look", None), "k", true).await;
    assert!(
        matches!(&came, Came::Down(why, false) if why.contains("left alone")),
        "{came:?}"
    );
    assert_eq!(desk.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_short_outage_is_ridden_out_by_what_needs_the_connection() {
    let failures = (0..7).map(|_| busy(None)).collect();
    let desk = Desk::new(failures, good());
    let caller = caller(&desk).await;
    let look = request("desk.look", None);
    let all = futures_util::future::join_all((0..6).map(|_| caller.call(&look, "k", true)));
    for came in all.await {
        assert!(matches!(came, Came::Answer(_)), "{came:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn in_a_long_one_few_calls_are_made_and_then_it_is_given_up() {
    let desk = Desk::new(Vec::new(), busy(None));
    let caller = caller(&desk).await;
    let look = request("desk.look", None);
    let began = Instant::now();
    let all = futures_util::future::join_all((0..64).map(|_| caller.call(&look, "k", true)));
    for came in all.await {
        assert!(matches!(came, Came::Down(_, false)), "{came:?}");
    }
    assert!(desk.calls() < 64 + 10, "{}", desk.calls());
    let before = desk.calls();
    assert!(began.elapsed() >= PATIENCE);
    for _ in 0..1_000 {
        let came = caller.call(&look, "k", false).await;
        assert!(matches!(came, Came::Without(_)), "{came:?}");
    }
    assert_eq!(desk.calls(), before, "what goes on without it does not ask");
}

#[tokio::test(start_paused = true)]
async fn one_case_alone_waits_for_what_does_not_answer_and_then_gives_up() {
    let look = request("desk.look", None);
    let desk = Desk::new((0..4).map(|_| busy(None)).collect(), good());
    let came = caller(&desk).await.call(&look, "k", true).await;
    assert!(matches!(came, Came::Answer(_)), "{came:?}");
    let desk = Desk::new(Vec::new(), busy(None));
    let began = Instant::now();
    let came = caller(&desk).await.call(&look, "k", true).await;
    let Came::Down(why, false) = came else {
        panic!("{came:?}")
    };
    assert_eq!(why, "`desk` did not answer 3 times in a row");
    assert!(began.elapsed() >= PATIENCE);
    // Where it may be the call itself, or others are answered, the case fails.
    let of_call = || busy(None).map_err(|error| error.of_request(true));
    let desk = Desk::new(Vec::new(), of_call());
    let came = caller(&desk).await.call(&look, "k", true).await;
    assert!(matches!(came, Came::Failed(_)), "{came:?}");
    let desk = Desk::new(Vec::new(), busy(None));
    let caller = caller(&desk).await;
    let others = async {
        loop {
            tokio::time::sleep(Duration::from_millis(400)).await;
            caller.guards.of("desk").answered();
        }
    };
    let came = tokio::select! {
        came = caller.call(&look, "k", true) => came,
        () = others => unreachable!(),
    };
    assert!(matches!(came, Came::Failed(_)), "{came:?}");
}
