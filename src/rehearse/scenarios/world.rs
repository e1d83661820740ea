//! The world of a scenario: the tables and answers of the dry run, with one thing wrong.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use serde_json::{Value as Json, json};

use super::{Joined, Stage, WhatIf};
use crate::engine::{
    AgentRequest, CompiledPull, Consulted, Content, Delivery, Failure, LlmRequest, PersonRequest,
    PullRequest, Rows, ToolRequest, WaitRequest, World,
};
use crate::expr::Scope;
use crate::rehearse::agent;
use crate::rehearse::placeholder::placeholders;
use crate::rehearse::tables::as_it_was;
use crate::rehearse::world::{given, passed};
use crate::spec::{Approval, IfUnavailable};

/// Which cases came upon what is wrong.
pub(super) enum Met {
    /// Every one: tables are read for each.
    All,
    /// Those of these keys.
    Some(HashSet<String>),
}

impl Met {
    /// Did the case of a key?
    pub(super) fn holds(&self, key: &str) -> bool {
        match self {
            Met::All => true,
            Met::Some(keys) => keys.contains(key),
        }
    }
}

/// The world of the dry run with one thing wrong. Nothing is read, called or asked in it that was
/// not before: a question that is new gets a stand-in.
pub(super) struct ScenarioWorld<'s> {
    stage: &'s Stage<'s>,
    wrong: Option<&'s WhatIf>,
    joined: &'s Joined,
    met: Mutex<HashSet<String>>,
}

impl<'s> ScenarioWorld<'s> {
    pub(super) fn new(stage: &'s Stage<'s>, wrong: Option<&'s WhatIf>, joined: &'s Joined) -> Self {
        ScenarioWorld {
            stage,
            wrong,
            joined,
            met: Mutex::default(),
        }
    }

    /// Returns which cases came upon what is wrong.
    pub(super) fn into_met(self) -> Met {
        match self.wrong {
            Some(
                WhatIf::ToolFails { .. } | WhatIf::Answered { .. } | WhatIf::Unanswered { .. },
            ) => Met::Some(
                self.met
                    .into_inner()
                    .unwrap_or_else(PoisonError::into_inner),
            ),
            _ => Met::All,
        }
    }

    /// Notes that a case came upon what is wrong.
    fn meets(&self, case: &str) {
        let mut met = self.met.lock().unwrap_or_else(PoisonError::into_inner);
        met.insert(case.to_owned());
    }

    /// Fails for a tool that is the one that is down.
    fn reached(&self, case: &str, tool: &str) -> Result<(), Failure> {
        match self.wrong {
            Some(WhatIf::ToolFails { tool: down }) if down == tool => {
                self.meets(case);
                Err(Failure::last(
                    "unavailable",
                    format!("`{tool}` cannot be reached"),
                ))
            }
            _ => Ok(()),
        }
    }

    /// Returns the rows of a case. They hang on what is wanted alone where `where` does not read
    /// the case.
    fn rows(&self, request: &PullRequest, scope: &Scope) -> Result<Rows, Failure> {
        let pulls = self.stage.program.pulls();
        let pull = pulls.iter().find(|pull| pull.name == request.name);
        if pull.is_none_or(|pull| pull.reads_case() || pull.is_shared()) {
            return self.stage.tables.rows(request, scope);
        }
        let wanted = format!("{} {:?}", request.name, request.wanted);
        let lock = || self.joined.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(rows) = lock().get(&wanted) {
            return Ok(rows.clone());
        }
        let rows = self.stage.tables.rows(request, scope)?;
        lock().insert(wanted, rows.clone());
        Ok(rows)
    }
}

#[async_trait]
impl World for ScenarioWorld<'_> {
    async fn pull(&self, request: &PullRequest, scope: &Scope) -> Result<Rows, Failure> {
        match self.wrong {
            Some(WhatIf::SourceDown { source }) if *source == request.name => {
                let is_remembered = |pull: &CompiledPull| {
                    pull.name == *source
                        && matches!(pull.if_unavailable, IfUnavailable::LastKnown(_))
                };
                if self.stage.program.pulls().iter().any(|p| is_remembered(p)) {
                    let mut rows = self.rows(request, scope)?;
                    rows.caveats.push(as_it_was(source, "an earlier day"));
                    return Ok(rows);
                }
                let message = format!("`{source}` cannot be read");
                Err(Failure::last("unavailable", message))
            }
            Some(WhatIf::SourceEmpty { source }) if *source == request.name => Ok(Rows::of(&[])),
            _ => self.rows(request, scope),
        }
    }

    async fn call(&self, case: &str, request: &ToolRequest) -> Result<Json, Failure> {
        self.reached(case, &request.tool)?;
        let asked = Json::Object(request.arguments.clone());
        let heard = self.stage.world.heard(case, &request.step, &asked);
        heard.unwrap_or_else(|| Ok(self.stage.world.stand_in(&request.tool)))
    }

    async fn ask(&self, case: &str, request: &LlmRequest) -> Result<Json, Failure> {
        let heard = self.stage.world.heard(case, &request.step, &request.input);
        heard.unwrap_or_else(|| Ok(placeholders(Some(&request.returns))))
    }

    async fn pursue(&self, case: &str, request: &AgentRequest) -> Result<Json, Failure> {
        let heard = self.stage.world.heard(case, &request.step, &request.input);
        heard.unwrap_or_else(|| Ok(agent::stand_in(request)))
    }

    async fn consult(&self, case: &str, request: &PersonRequest) -> Consulted {
        let run = self.stage.world.run();
        match self.wrong {
            Some(WhatIf::Answered { step, answer }) if *step == request.step => {
                self.meets(case);
                let turn = request.choices.iter().position(|choice| choice == answer);
                return Consulted::Answer(given(request, turn.unwrap_or(0), run));
            }
            Some(WhatIf::Unanswered { step }) if *step == request.step => {
                self.meets(case);
                return Consulted::Nobody;
            }
            _ => {}
        }
        let asked = json!(request.question);
        let heard = self.stage.world.heard(case, &request.step, &asked);
        let answer = heard.and_then(Result::ok);
        Consulted::Answer(answer.unwrap_or_else(|| given(request, 0, run)))
    }

    async fn wait(&self, case: &str, request: &WaitRequest) -> Result<Json, Failure> {
        match self.wrong {
            Some(WhatIf::Unanswered { step }) if *step == request.step => {
                self.meets(case);
                Err(Failure::last("timeout", "The event did not come in time"))
            }
            _ => Ok(passed(request, self.stage.world.run())),
        }
    }

    async fn deliver(&self, case: &str, delivery: Delivery) -> Result<(), Failure> {
        match &delivery.content {
            // What waits for a person calls nothing in a run.
            Content::Call { tool, .. } if delivery.approval == Approval::NotNeeded => {
                self.reached(case, tool)
            }
            _ => Ok(()),
        }
    }
}
