//! The world of a run: reads and writes are performed, effects go to the outbox.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value as Json;

use super::Outbox;
use crate::connect::Connections;
use crate::engine::{Delivery, Failure, LlmRequest, PullRequest, Rows, ToolRequest, World};
use crate::expr::Scope;
use crate::rehearse::{LlmAnswers, Tables, call_tool};
use crate::spec::duration;

pub(super) struct RunWorld {
    tables: Tables,
    connections: Arc<Connections>,
    llm: Arc<LlmAnswers>,
    outbox: Arc<Outbox>,
}

/// How often what is transient is tried, where the workflow says nothing.
const ATTEMPTS: u32 = 3;
/// The first wait, doubled each time.
const BACKOFF: Duration = Duration::from_secs(1);

impl RunWorld {
    pub(super) fn new(
        tables: Tables,
        connections: Arc<Connections>,
        llm: Arc<LlmAnswers>,
        outbox: Arc<Outbox>,
    ) -> Self {
        RunWorld {
            tables,
            connections,
            llm,
            outbox,
        }
    }
}

#[async_trait]
impl World for RunWorld {
    async fn pull(&self, request: &PullRequest, scope: &Scope) -> Result<Rows, Failure> {
        self.tables.rows(request, scope)
    }

    async fn call(&self, _case: &str, request: &ToolRequest) -> Result<Json, Failure> {
        let attempts = request.retry.as_ref().map_or(ATTEMPTS, |r| r.attempts);
        let mut wait = request
            .retry
            .as_ref()
            .and_then(|r| r.backoff.as_deref())
            .and_then(duration)
            .unwrap_or(BACKOFF);
        let mut tried = 1;
        loop {
            match call_tool(&self.connections, request).await {
                Err(failure) if failure.transient && tried < attempts => {
                    tokio::time::sleep(wait).await;
                    wait *= 2;
                    tried += 1;
                }
                ended => return ended,
            }
        }
    }

    async fn ask(&self, _case: &str, request: &LlmRequest) -> Result<Json, Failure> {
        // A placeholder is for looking at, never for sending.
        if self.llm.are_placeholders() {
            return Err(Failure::last(
                "no_model",
                "No model is set up for this step; `sopwright doctor` says how to set one up",
            ));
        }
        self.llm.answer(request).await
    }

    async fn deliver(&self, case: &str, delivery: Delivery) -> Result<(), Failure> {
        self.outbox.deliver(case, delivery).await
    }
}
