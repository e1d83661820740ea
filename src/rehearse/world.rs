//! The world of a dry run: reads are performed, effects are simulated and noted.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use serde_json::Value as Json;

use super::placeholder::{placeholder, placeholders};
use super::{Rehearsal, Tables, call_tool};
use crate::connect::Effect;
use crate::engine::{Delivery, Failure, LlmRequest, PullRequest, Rows, ToolRequest, World};
use crate::expr::Scope;

pub(super) struct DryWorld<'r> {
    rehearsal: &'r Rehearsal<'r>,
    tables: &'r Tables,
    /// Is the case under way one that is shown?
    shown: AtomicBool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Answers of read tools, by tool and arguments: each question is asked once.
    answers: HashMap<String, Result<Json, Failure>>,
    effects: HashMap<String, Vec<Delivery>>,
    simulated: BTreeSet<String>,
}

impl<'r> DryWorld<'r> {
    pub(super) fn new(rehearsal: &'r Rehearsal<'r>, tables: &'r Tables) -> Self {
        DryWorld {
            rehearsal,
            tables,
            shown: AtomicBool::new(false),
            state: Mutex::default(),
        }
    }

    /// Returns the same world for looking ahead: nothing is shown and no model is asked.
    pub(super) fn scout(&self) -> Scout<'_> {
        Scout(self.tables)
    }

    /// Says whether what happens next is to be shown.
    pub(super) fn shown(&self, is_shown: bool) {
        self.shown.store(is_shown, Ordering::Relaxed);
    }

    /// Returns what would have been made for a case.
    pub(super) fn effects_of(&self, case: &str) -> Vec<Delivery> {
        self.lock().effects.get(case).cloned().unwrap_or_default()
    }

    /// Returns, in words, what was not really done.
    pub(super) fn simulated(&self) -> Vec<String> {
        self.lock().simulated.iter().cloned().collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl World for DryWorld<'_> {
    async fn pull(&self, request: &PullRequest, scope: &Scope) -> Result<Rows, Failure> {
        self.tables.rows(request, scope)
    }

    async fn call(&self, _case: &str, request: &ToolRequest) -> Result<Json, Failure> {
        let (connection, tool) = request.tool.split_once('.').unwrap_or((&request.tool, ""));
        let Some(known) = self.rehearsal.catalog.tool(connection, tool) else {
            return Err(Failure::last(
                "unavailable",
                format!("There is no tool `{}`", request.tool),
            ));
        };
        if !self.rehearsal.catalog.may_rehearse(connection, known) {
            self.lock().simulated.insert(format!(
                "`{}` writes, so its answer is a placeholder",
                request.tool
            ));
            return Ok(known
                .output
                .as_ref()
                .map_or(Json::Null, |schema| placeholder(schema, tool)));
        }
        if known.effect != Effect::Read {
            return call_tool(self.rehearsal.connections, request).await;
        }
        let question = format!(
            "{} {}",
            request.tool,
            Json::Object(request.arguments.clone())
        );
        if let Some(answer) = self.lock().answers.get(&question) {
            return answer.clone();
        }
        let answer = call_tool(self.rehearsal.connections, request).await;
        self.lock().answers.insert(question, answer.clone());
        answer
    }

    async fn ask(&self, _case: &str, request: &LlmRequest) -> Result<Json, Failure> {
        // Whoever only takes part in a decision across cases costs nothing.
        if !self.shown.load(Ordering::Relaxed) {
            return Ok(placeholders(Some(&request.returns)));
        }
        if self.rehearsal.llm.are_placeholders() {
            self.lock().simulated.insert(format!(
                "the text of `{}` is a placeholder, since no model is set up",
                request.step
            ));
        }
        self.rehearsal.llm.answer(request).await
    }

    async fn deliver(&self, case: &str, delivery: Delivery) -> Result<(), Failure> {
        if self.shown.load(Ordering::Relaxed) {
            self.lock()
                .effects
                .entry(case.to_owned())
                .or_default()
                .push(delivery);
        }
        Ok(())
    }
}

/// A world in which rows only show which way they take.
pub(super) struct Scout<'t>(&'t Tables);

#[async_trait]
impl World for Scout<'_> {
    async fn pull(&self, request: &PullRequest, scope: &Scope) -> Result<Rows, Failure> {
        self.0.rows(request, scope)
    }

    async fn call(&self, _: &str, request: &ToolRequest) -> Result<Json, Failure> {
        Err(Failure::last(
            "unavailable",
            format!("`{}` is not called to look ahead", request.tool),
        ))
    }

    async fn ask(&self, _: &str, request: &LlmRequest) -> Result<Json, Failure> {
        Ok(placeholders(Some(&request.returns)))
    }

    async fn deliver(&self, _: &str, _: Delivery) -> Result<(), Failure> {
        Ok(())
    }
}
